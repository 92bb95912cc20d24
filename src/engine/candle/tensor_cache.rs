//! The key-value cache on a device, made of the tensor library's operations: slots of one length, a
//! copy of the prompt's part in each sample's slot, attention over padded contexts.

use candle_core::{DType, Device, Result as CandleResult, Tensor};

use super::cache::{Cache, Row, Sequence};
use crate::model::{Attend, Config, rope};

/// Positions by which slots grow.
const GROWTH: usize = 128;

/// [`Cache`] on a device.
pub struct TensorCache {
    config: Config,
    device: Device,
    dtype: DType,
    /// Keys and values of a layer, each `[slots, length, key heads · dim]`.
    layers: Vec<(Tensor, Tensor)>,
    slots: usize,
    length: usize,
    /// Which slots are taken.
    taken: Vec<bool>,
    /// Cosines and sines, `[length, dim / 2]`.
    rotations: (Tensor, Tensor),
    /// Copies from prompts to their samples that the next step makes first.
    copies: Vec<(usize, usize)>,
}

impl TensorCache {
    /// A cache of `slots` sequences (samples and prompts together).
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(config: &Config, slots: usize, dtype: DType, device: &Device) -> CandleResult<Self> {
        let mut cache = Self {
            config: config.clone(),
            device: device.clone(),
            dtype,
            layers: Vec::new(),
            slots,
            length: 0,
            taken: vec![false; slots],
            rotations: rope::tables(config, GROWTH, dtype, device)?,
            copies: Vec::new(),
        };
        cache.grow(GROWTH, slots)?;
        Ok(cache)
    }

    fn grow(&mut self, length: usize, slots: usize) -> CandleResult<()> {
        let width = self.config.kv_size();
        let new = || Tensor::zeros((slots, length, width), self.dtype, &self.device);
        let mut layers = Vec::with_capacity(self.config.num_hidden_layers);
        for layer in 0..self.config.num_hidden_layers {
            let (keys, values) = (new()?, new()?);
            if let Some((old_keys, old_values)) = self.layers.get(layer) {
                for (new, old) in [(&keys, old_keys), (&values, old_values)] {
                    let wide = old.pad_with_zeros(1, 0, length - self.length)?;
                    new.slice_set(&wide.contiguous()?, 0, 0)?;
                }
            }
            layers.push((keys, values));
        }
        self.layers = layers;
        self.rotations = rope::tables(&self.config, length, self.dtype, &self.device)?;
        self.taken.resize(slots, false);
        (self.length, self.slots) = (length, slots);
        Ok(())
    }

    fn open(&mut self) -> usize {
        let free = self.taken.iter().position(|taken| !taken).unwrap_or_else(|| {
            self.taken.push(false);
            self.taken.len() - 1
        });
        self.taken[free] = true;
        free
    }

    fn prepare(&mut self, rows: &[Row]) -> CandleResult<()> {
        let last = rows.iter().map(|row| row.position + 1).max().unwrap_or(0);
        let length = last.max(self.length).next_multiple_of(GROWTH);
        if length > self.length || self.taken.len() > self.slots {
            self.grow(length, self.taken.len().max(self.slots))?;
        }
        if !self.copies.is_empty() {
            let ids = |pick: fn(&(usize, usize)) -> usize| {
                let ids: Vec<u32> = self.copies.iter().map(|c| pick(c) as u32).collect();
                Tensor::from_vec(ids, self.copies.len(), &self.device)
            };
            let (from, to) = (ids(|c| c.0)?, ids(|c| c.1)?);
            for (keys, values) in &self.layers {
                for cache in [keys, values] {
                    let rows = cache.index_select(&from, 0)?;
                    let to =
                        to.reshape((self.copies.len(), 1, 1))?.broadcast_as(rows.shape())?.contiguous()?;
                    cache.scatter_set(&to, &rows, 0)?;
                }
            }
            self.copies.clear();
        }
        Ok(())
    }
}

impl Cache for TensorCache {
    fn open_prompt(&mut self, _: usize) -> usize {
        self.open()
    }

    fn open_sample(&mut self, prompt: usize) -> usize {
        let sample = self.open();
        self.copies.push((prompt, sample));
        sample
    }

    fn close_prompt(&mut self, prompt: usize) {
        self.taken[prompt] = false;
    }

    fn close_sample(&mut self, sample: usize) {
        self.taken[sample] = false;
        self.copies.retain(|copy| copy.1 != sample);
    }

    fn step<'a>(&'a mut self, rows: &'a [Row]) -> Box<dyn Attend + 'a> {
        let prepared = self.prepare(rows).and_then(|()| Positions::new(self, rows));
        Box::new(TensorStep { cache: self, prepared: Some(prepared), positions: None })
    }
}

/// What every layer of a step shares.
struct Positions {
    /// Slot of each row, `[T]`.
    slots: Tensor,
    /// Row of the flattened cache that each token is written to, `[T, width]`.
    targets: Tensor,
    cos: Tensor,
    sin: Tensor,
    /// 0 where a row may look, minus infinity where not, `[T, 1, 1, length]`.
    mask: Tensor,
    length: usize,
}

impl Positions {
    fn new(cache: &TensorCache, rows: &[Row]) -> CandleResult<Self> {
        let device = &cache.device;
        let slot = |row: &Row| match row.sequence {
            Sequence::Prompt(id) | Sequence::Sample(id) => id,
        };
        let n = rows.len();
        let slots: Vec<u32> = rows.iter().map(|row| slot(row) as u32).collect();
        let targets: Vec<u32> =
            rows.iter().map(|row| (slot(row) * cache.length + row.position) as u32).collect();
        let positions: Vec<u32> = rows.iter().map(|row| row.position as u32).collect();
        let positions = Tensor::from_vec(positions, n, device)?;
        let length = rows.iter().map(|row| row.position + 1).max().unwrap_or(1);
        let mask: Vec<f32> = rows
            .iter()
            .flat_map(|row| (0..length).map(|at| if at <= row.position { 0.0 } else { f32::NEG_INFINITY }))
            .collect();
        let targets = Tensor::from_vec(targets, (n, 1), device)?;
        Ok(Self {
            slots: Tensor::from_vec(slots, n, device)?,
            targets: targets.broadcast_as((n, cache.config.kv_size()))?.contiguous()?,
            cos: cache.rotations.0.index_select(&positions, 0)?.unsqueeze(1)?,
            sin: cache.rotations.1.index_select(&positions, 0)?.unsqueeze(1)?,
            mask: Tensor::from_vec(mask, (n, 1, 1, length), device)?.to_dtype(cache.dtype)?,
            length,
        })
    }

    /// Rotates the heads of `x` `[T, H · Dh]` ("rotate half") into `[T, H, Dh]`.
    fn rotate(&self, x: &Tensor, heads: usize, dim: usize) -> CandleResult<Tensor> {
        let x = x.reshape((x.dim(0)?, heads, dim))?;
        let (low, high) = (x.narrow(2, 0, dim / 2)?, x.narrow(2, dim / 2, dim / 2)?);
        let rotated_low = (low.broadcast_mul(&self.cos)? - high.broadcast_mul(&self.sin)?)?;
        let rotated_high = (high.broadcast_mul(&self.cos)? + low.broadcast_mul(&self.sin)?)?;
        Tensor::cat(&[rotated_low, rotated_high], 2)
    }
}

struct TensorStep<'a> {
    cache: &'a TensorCache,
    prepared: Option<CandleResult<Positions>>,
    positions: Option<Positions>,
}

impl Attend for TensorStep<'_> {
    fn attend(&mut self, layer: usize, q: &Tensor, k: &Tensor, v: &Tensor) -> CandleResult<Tensor> {
        if let Some(prepared) = self.prepared.take() {
            self.positions = Some(prepared?);
        }
        let Some(positions) = &self.positions else {
            return Err(candle_core::Error::Msg("the step could not be prepared".to_owned()));
        };
        let config = &self.cache.config;
        let (heads, dim, group) = (config.num_key_value_heads, config.head_dim, config.group());
        let n = q.dim(0)?;
        let q = positions.rotate(q, config.num_attention_heads, dim)?.reshape((n, heads, group, dim))?;
        let k = positions.rotate(k, heads, dim)?.reshape((n, config.kv_size()))?;
        let (keys, values) = &self.cache.layers[layer];
        let context = |cache: &Tensor, new: &Tensor| {
            let flat = cache.reshape((self.cache.slots * self.cache.length, config.kv_size()))?;
            flat.scatter_set(&positions.targets, &new.contiguous()?, 0)?;
            cache
                .index_select(&positions.slots, 0)?
                .narrow(1, 0, positions.length)?
                .reshape((n, positions.length, heads, dim))?
                .transpose(1, 2)?
                .contiguous()
        };
        let (keys, values) = (context(keys, &k)?, context(values, v)?);
        let scale = 1.0 / (dim as f64).sqrt();
        let scores = (q.contiguous()?.matmul(&keys.transpose(2, 3)?)? * scale)?;
        let weights = candle_nn::ops::softmax_last_dim(&scores.broadcast_add(&positions.mask)?)?;
        weights.matmul(&values)?.reshape((n, config.q_size()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::candle::cache::CpuCache;
    use crate::model::cpu::ops::{CpuOps, PackedWeights};
    use crate::model::{Checkpoint, Decoder, Fused};

    /// Logits of every row of three steps: two prompts read, two samples of the first and one of the
    /// second drawn, then a third prompt read beside them, longer than the slots are.
    fn logits(decoder: &Decoder, cache: &mut dyn Cache) -> Vec<Vec<f32>> {
        let token = |i: usize| (300 + 7 * i % 1500) as u32;
        let prompt = |id: usize, len: usize| {
            (0..len).map(move |position| Row { sequence: Sequence::Prompt(id), position })
        };
        let step = |cache: &mut dyn Cache, rows: Vec<Row>, salt: usize| {
            let ids: Vec<u32> =
                rows.iter().enumerate().map(|(i, row)| token(i + row.position + salt)).collect();
            let ids = Tensor::from_vec(ids, rows.len(), &Device::Cpu).expect("ids");
            let hidden = decoder.hidden(&ids, &mut *cache.step(&rows)).expect("a step");
            decoder.logits(&hidden).expect("logits").flatten_all().expect("flat").to_vec1().expect("numbers")
        };
        let (first, second) = (cache.open_prompt(9), cache.open_prompt(17));
        let mut all = vec![step(cache, prompt(first, 9).chain(prompt(second, 17)).collect(), 0)];
        let samples =
            [(cache.open_sample(first), 9), (cache.open_sample(first), 9), (cache.open_sample(second), 17)];
        for at in 0..3 {
            let mut rows: Vec<Row> = samples
                .iter()
                .map(|&(id, len)| Row { sequence: Sequence::Sample(id), position: len + at })
                .collect();
            if at == 2 {
                let third = cache.open_prompt(GROWTH + 5);
                rows.extend(prompt(third, GROWTH + 5));
            }
            all.push(step(cache, rows, 31 * at));
        }
        all
    }

    #[test]
    fn agrees_with_the_cpu_cache_while_slots_are_shared_and_grow() {
        let checkpoint = Checkpoint::builtin().expect("the built-in model");
        let config = &checkpoint.config;
        let mut weights = checkpoint.weights.on(DType::F32, &Device::Cpu);
        let fused = Decoder::new(config, Arc::new(Fused), &mut weights).expect("it loads");
        let mut cache = TensorCache::new(config, 2, DType::F32, &Device::Cpu).expect("there is room");
        let tensors = logits(&fused, &mut cache);
        let packed =
            Decoder::new(config, Arc::new(CpuOps), &mut PackedWeights(&mut weights)).expect("it loads");
        let slices = logits(&packed, &mut CpuCache::new(config));
        for (step, (a, b)) in tensors.iter().zip(&slices).enumerate() {
            assert_eq!(a.len(), b.len());
            let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 2e-3, "step {step}: logits differ by {worst}");
        }
    }
}
