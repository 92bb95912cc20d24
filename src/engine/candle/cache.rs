//! The key-value cache of the CPU engine: a prompt's keys and values once, shared by its samples;
//! each sample's own behind it. Also the attention over them, as the decoder asks for it.

use candle_core::{Result as CandleResult, Storage, Tensor};
use rayon::prelude::*;

use crate::model::cpu::attention::{Heads, KeyValues, Scratch, attend};
use crate::model::cpu::ops::floats;
use crate::model::{Attend, Config, rope};

/// Which sequence a row of a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    /// A prompt being read.
    Prompt(usize),
    /// A sample being drawn.
    Sample(usize),
}

/// One token of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its sequence.
    pub sequence: Sequence,
    /// Its position: of a sample, counted from the start of the prompt.
    pub position: usize,
}

/// Where keys and values live, on any device. Numbers name prompts and samples until they are closed.
pub trait Cache: Send {
    /// Room for a prompt of `len` tokens.
    fn open_prompt(&mut self, len: usize) -> usize;
    /// Room for a sample of an open prompt.
    fn open_sample(&mut self, prompt: usize) -> usize;
    /// Gives a prompt's room back; its samples are closed.
    fn close_prompt(&mut self, prompt: usize);
    /// Gives a sample's room back.
    fn close_sample(&mut self, sample: usize);
    /// The attention of one step over `rows`; rows of a sequence come in order of position.
    fn step<'a>(&'a mut self, rows: &'a [Row]) -> Box<dyn Attend + 'a>;
}

/// [`Cache`] on the CPU.
#[derive(Debug)]
pub struct CpuCache {
    heads: Heads,
    layers: usize,
    prompts: Vec<Option<Vec<KeyValues>>>,
    samples: Vec<Option<Own>>,
    /// Memory of closed sequences, for the next ones.
    spare: Vec<Vec<KeyValues>>,
    frequencies: Vec<f32>,
    /// Cosines and sines of each position met so far, `[position][2][pairs]`.
    rotations: Vec<f32>,
}

#[derive(Debug)]
struct Own {
    prompt: usize,
    layers: Vec<KeyValues>,
}

impl CpuCache {
    /// An empty cache for models of `config`.
    pub fn new(config: &Config) -> Self {
        Self {
            heads: Heads {
                queries: config.num_attention_heads,
                keys: config.num_key_value_heads,
                dim: config.head_dim,
            },
            layers: config.num_hidden_layers,
            prompts: Vec::new(),
            samples: Vec::new(),
            spare: Vec::new(),
            frequencies: rope::inverse_frequencies(config),
            rotations: Vec::new(),
        }
    }

    fn memory(&mut self) -> Vec<KeyValues> {
        self.spare.pop().unwrap_or_else(|| vec![KeyValues::new(self.heads); self.layers])
    }

    fn recycle(&mut self, mut memory: Vec<KeyValues>) {
        memory.iter_mut().for_each(KeyValues::clear);
        self.spare.push(memory);
    }

    fn rotations_up_to(&mut self, position: usize) {
        let pairs = self.frequencies.len();
        while self.rotations.len() <= position * 2 * pairs {
            let at = (self.rotations.len() / (2 * pairs)) as f32;
            self.rotations.extend(self.frequencies.iter().map(|f| (at * f).cos()));
            self.rotations.extend(self.frequencies.iter().map(|f| (at * f).sin()));
        }
    }
}

/// Puts `value` into the first free place.
fn place<T>(slots: &mut Vec<Option<T>>, value: T) -> usize {
    match slots.iter().position(Option::is_none) {
        Some(free) => {
            slots[free] = Some(value);
            free
        }
        None => {
            slots.push(Some(value));
            slots.len() - 1
        }
    }
}

impl Cache for CpuCache {
    fn open_prompt(&mut self, _: usize) -> usize {
        let memory = self.memory();
        place(&mut self.prompts, memory)
    }

    fn open_sample(&mut self, prompt: usize) -> usize {
        let layers = self.memory();
        place(&mut self.samples, Own { prompt, layers })
    }

    fn close_prompt(&mut self, prompt: usize) {
        if let Some(memory) = self.prompts[prompt].take() {
            self.recycle(memory);
        }
    }

    fn close_sample(&mut self, sample: usize) {
        if let Some(own) = self.samples[sample].take() {
            self.recycle(own.layers);
        }
    }

    fn step<'a>(&'a mut self, rows: &'a [Row]) -> Box<dyn Attend + 'a> {
        if let Some(last) = rows.iter().map(|row| row.position).max() {
            self.rotations_up_to(last);
        }
        Box::new(CpuStep { cache: self, rows })
    }
}

struct CpuStep<'a> {
    cache: &'a mut CpuCache,
    rows: &'a [Row],
}

/// Rotates each head of `x` by the position's angles ("rotate half").
fn rotate(x: &mut [f32], dim: usize, rotation: &[f32]) {
    let (cos, sin) = rotation.split_at(dim / 2);
    for head in x.chunks_exact_mut(dim) {
        let (low, high) = head.split_at_mut(dim / 2);
        for (((a, b), cos), sin) in low.iter_mut().zip(high).zip(cos).zip(sin) {
            (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
        }
    }
}

impl CpuStep<'_> {
    fn run(&mut self, layer: usize, q: &[f32], k: &[f32], v: &[f32]) -> CandleResult<Vec<f32>> {
        let rows = self.rows;
        let CpuCache { heads, prompts, samples, rotations, .. } = &mut *self.cache;
        let heads = *heads;
        let width = heads.keys * heads.dim;
        let rotation = |position: usize| &rotations[position * heads.dim..][..heads.dim];
        let closed = || candle_core::Error::Msg("a step names a sequence that is closed".to_owned());
        let mut key = vec![0.0; width];
        for (row, (k, v)) in rows.iter().zip(k.chunks_exact(width).zip(v.chunks_exact(width))) {
            key.copy_from_slice(k);
            rotate(&mut key, heads.dim, rotation(row.position));
            let layers = match row.sequence {
                Sequence::Prompt(prompt) => prompts[prompt].as_mut(),
                Sequence::Sample(sample) => samples[sample].as_mut().map(|own| &mut own.layers),
            };
            layers.ok_or_else(closed)?[layer].push(&key, v);
        }
        let (prompts, samples, none) = (&*prompts, &*samples, KeyValues::new(heads));
        let mut out = vec![0.0; q.len()];
        let width = heads.queries * heads.dim;
        out.par_chunks_exact_mut(width).zip(q.par_chunks_exact(width)).zip(rows).try_for_each_init(
            || (Scratch::default(), vec![0.0; width]),
            |(scratch, query), ((out, q), row)| {
                query.copy_from_slice(q);
                rotate(query, heads.dim, rotation(row.position));
                let prompt = |prompt: usize| prompts[prompt].as_ref().map(|layers| &layers[layer]);
                let context = match row.sequence {
                    Sequence::Prompt(id) => [(prompt(id).ok_or_else(closed)?, row.position + 1), (&none, 0)],
                    Sequence::Sample(id) => {
                        let own = samples[id].as_ref().ok_or_else(closed)?;
                        let prompt = prompt(own.prompt).ok_or_else(closed)?;
                        [(prompt, prompt.len()), (&own.layers[layer], row.position + 1 - prompt.len())]
                    }
                };
                attend(query, &context, heads, scratch, out);
                CandleResult::Ok(())
            },
        )?;
        Ok(out)
    }
}

impl Attend for CpuStep<'_> {
    fn attend(&mut self, layer: usize, q: &Tensor, k: &Tensor, v: &Tensor) -> CandleResult<Tensor> {
        let (q_storage, q_layout) = q.storage_and_layout();
        let (k_storage, k_layout) = k.storage_and_layout();
        let (v_storage, v_layout) = v.storage_and_layout();
        let (Storage::Cpu(qs), Storage::Cpu(ks), Storage::Cpu(vs)) = (&*q_storage, &*k_storage, &*v_storage)
        else {
            return Err(candle_core::Error::Msg(
                "the CPU cache was given tensors of another device".to_owned(),
            ));
        };
        let out = self.run(layer, floats(qs, q_layout)?, floats(ks, k_layout)?, floats(vs, v_layout)?)?;
        Tensor::from_vec(out, q.shape(), q.device())
    }
}
