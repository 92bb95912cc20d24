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
    /// What each slot holds: positions filled.
    filled: Vec<Option<usize>>,
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
            filled: vec![None; slots],
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
        self.filled.resize(slots, None);
        (self.length, self.slots) = (length, slots);
        Ok(())
    }

    fn open(&mut self, filled: usize) -> usize {
        let free = self.filled.iter().position(Option::is_none).unwrap_or_else(|| {
            self.filled.push(None);
            self.filled.len() - 1
        });
        self.filled[free] = Some(filled);
        free
    }

    fn prepare(&mut self, rows: &[Row]) -> CandleResult<()> {
        let last = rows.iter().map(|row| row.position + 1).max().unwrap_or(0);
        let length = last.max(self.length).next_multiple_of(GROWTH);
        if length > self.length || self.filled.len() > self.slots {
            self.grow(length, self.filled.len().max(self.slots))?;
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
        self.open(0)
    }

    fn open_sample(&mut self, prompt: usize) -> usize {
        let sample = self.open(0);
        self.copies.push((prompt, sample));
        sample
    }

    fn close_prompt(&mut self, prompt: usize) {
        self.filled[prompt] = None;
    }

    fn close_sample(&mut self, sample: usize) {
        self.filled[sample] = None;
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
                .narrow(1, 0, positions.length)?
                .index_select(&positions.slots, 0)?
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
