//! Attention of training: rows of packed examples, none of which sees another.
//!
//! In: q, k and v of `[B * L]` tokens, and which example each token belongs to. Out: attended values,
//! with a gradient. One operation with its own backward: the composed form would pass over the
//! `[B, H, L, L]` scores more than twice as often.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::rotary_emb::rope;

use crate::model::config::Config;
use crate::model::decoder::Attend;
use crate::model::rope;
use crate::train::gradient::known3;

/// Added to a score that must not count. Finite, so that it can be computed as `x * 1e9 - 1e9`, and
/// beyond every score by far.
const MASKED: f64 = 1e9;

/// The rotary tables of a config, once for all batches.
pub struct Positions {
    cos: Tensor,
    sin: Tensor,
    causal: Tensor,
}

impl Positions {
    /// Tables for rows of `context` tokens.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn new(config: &Config, context: usize, dtype: DType, device: &Device) -> Result<Self> {
        let (cos, sin) = rope::tables(config, context, DType::F32, device)?;
        let causal = Tensor::tril2(context, dtype, device)?.unsqueeze(0)?;
        Ok(Self { cos, sin, causal })
    }
}

/// What the layers share while one batch goes through.
pub struct Packed {
    batch: usize,
    context: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    /// `[B, L, Dh / 2]`, for q also times the scale of the scores.
    q_tables: (Tensor, Tensor),
    k_tables: (Tensor, Tensor),
    /// `[B, 1, L, L]`, 0 or -[`MASKED`].
    mask: Tensor,
}

impl Packed {
    /// `positions` (`[B * L]`, u32) restart with each example, `segments` (`[B, L]`, u32) number the
    /// examples of a row.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn new(config: &Config, tables: &Positions, positions: &Tensor, segments: &Tensor) -> Result<Self> {
        let (batch, context) = segments.dims2()?;
        let dtype = tables.causal.dtype();
        let pick = |table: &Tensor, scale: f64| {
            let rows = table.index_select(positions, 0)?.affine(scale, 0.0)?;
            rows.reshape((batch, context, ()))?.to_dtype(dtype)
        };
        let scale = (config.head_dim as f64).powf(-0.5);
        let same = segments.unsqueeze(2)?.broadcast_eq(&segments.unsqueeze(1)?)?.to_dtype(dtype)?;
        let mask = same.broadcast_mul(&tables.causal)?.affine(MASKED, -MASKED)?.unsqueeze(1)?;
        Ok(Self {
            batch,
            context,
            heads: config.num_attention_heads,
            kv_heads: config.num_key_value_heads,
            head_dim: config.head_dim,
            q_tables: (pick(&tables.cos, scale)?, pick(&tables.sin, scale)?),
            k_tables: (pick(&tables.cos, 1.0)?, pick(&tables.sin, 1.0)?),
            mask,
        })
    }

    /// `[B * L, H * Dh]` to `[B, H, L, Dh]`.
    fn split(&self, x: &Tensor, heads: usize) -> Result<Tensor> {
        x.reshape((self.batch, self.context, heads, self.head_dim))?.transpose(1, 2)?.contiguous()
    }

    /// The way back.
    fn join(&self, x: &Tensor, heads: usize) -> Result<Tensor> {
        let x = x.reshape((self.batch, heads, self.context, self.head_dim))?;
        x.transpose(1, 2)?.contiguous()?.reshape((self.batch * self.context, heads * self.head_dim))
    }

    /// Query heads that share a key head, laid below one another: `[B * Hkv, G * L, width]`.
    fn grouped(&self, x: &Tensor, width: usize) -> Result<Tensor> {
        x.reshape((self.batch * self.kv_heads, self.heads / self.kv_heads * self.context, width))
    }

    fn keys(&self, x: &Tensor) -> Result<Tensor> {
        x.reshape((self.batch * self.kv_heads, self.context, self.head_dim))
    }
}

impl Attend for Packed {
    fn attend(&mut self, _: usize, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        let (length, dh) = (self.context, self.head_dim);
        let by_head = (self.batch, self.heads, length, length);
        let turn = |x: &Tensor, heads, tables: &(Tensor, Tensor)| {
            rope(&self.split(&x.detach(), heads)?, &tables.0, &tables.1)
        };
        let qr = self.grouped(&turn(q, self.heads, &self.q_tables)?, dh)?;
        let kr = self.keys(&turn(k, self.kv_heads, &self.k_tables)?)?;
        let vs = self.keys(&self.split(&v.detach(), self.kv_heads)?)?;
        let scores = qr.matmul(&kr.t()?)?.reshape(by_head)?.broadcast_add(&self.mask)?;
        let p = self.grouped(&candle_nn::ops::softmax_last_dim(&scores)?, length)?;
        drop(scores);
        let out = p.matmul(&vs)?;
        let value = self.join(&out, self.heads)?;

        let this = self.geometry();
        known3("attention", [q, k, v], value, move |_, grad| {
            let grad = this.grouped(&this.split(grad, this.heads)?, dh)?;
            let by_v = p.t()?.matmul(&grad)?;
            // sum_j p_ij dp_ij = sum_d grad_id out_id, which is a shorter row to sum over.
            let delta = (grad.to_dtype(DType::F32)? * out.to_dtype(DType::F32)?)?;
            let delta = delta.sum_keepdim(D::Minus1)?.to_dtype(grad.dtype())?;
            let by_score = grad.matmul(&vs.t()?)?.broadcast_sub(&delta)?.mul(&p)?;
            let back = |x: Tensor, heads: usize, tables: &(Tensor, Tensor)| {
                // The transpose of a rotation turns the other way.
                let x = x.reshape((this.batch, heads, length, dh))?;
                this.join(&rope(&x, &tables.0, &tables.1.neg()?)?, heads)
            };
            let by_q = back(by_score.matmul(&kr)?, this.heads, &this.q_tables)?;
            let by_k = back(by_score.t()?.matmul(&qr)?, this.kv_heads, &this.k_tables)?;
            Ok(vec![by_q, by_k, this.join(&by_v, this.kv_heads)?])
        })
    }
}

impl Packed {
    /// The same batch, for the backward pass: tensors are shared, not copied.
    fn geometry(&self) -> Self {
        Self {
            q_tables: self.q_tables.clone(),
            k_tables: self.k_tables.clone(),
            mask: self.mask.clone(),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::Architecture;
    use crate::model::decoder::{Decoder, Fused};
    use crate::model::reference::{distance, logits, random_weights, small};
    use crate::rng::Rng;
    use crate::train::gradient::tests::{check, variable};
    use std::sync::Arc;

    fn packed(config: &Config, positions: &[u32], segments: &[u32], context: usize) -> Packed {
        let device = Device::Cpu;
        let tables = Positions::new(config, context, DType::F32, &device).unwrap();
        let positions = Tensor::new(positions, &device).unwrap();
        let segments = Tensor::from_slice(segments, (segments.len() / context, context), &device).unwrap();
        Packed::new(config, &tables, &positions, &segments).unwrap()
    }

    #[test]
    fn packed_examples_are_computed_as_if_alone() {
        let config = small(Architecture::Qwen3, true);
        let weights = random_weights(&config, 5);
        let mut load = |name: &str, _: &[usize]| Ok(weights[name].clone());
        let decoder = Decoder::new(&config, Arc::new(Fused), &mut load).unwrap();
        // Two rows of eight: examples of 3 and 5 tokens; one of 6 and two of padding.
        let ids: Vec<u32> = (0..16).map(|i| (i * 11 + 3) % 37).collect();
        let positions = [0, 1, 2, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 0, 0];
        let segments = [0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2];
        let mut attend = packed(&config, &positions, &segments, 8);
        let input = Tensor::new(ids.as_slice(), &Device::Cpu).unwrap();
        let hidden = decoder.hidden(&input, &mut attend).unwrap();
        let got = decoder.logits(&hidden).unwrap();
        for (start, len) in [(0, 3), (3, 5), (8, 6), (14, 1)] {
            let alone = logits(&config, &weights, &ids[start..start + len]);
            let off = distance(&got.narrow(0, start, len).unwrap(), &alone);
            assert!(off < 1e-4, "{start}: {off}");
        }
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let mut config = small(Architecture::Llama, true);
        (config.num_attention_heads, config.num_key_value_heads, config.head_dim) = (4, 2, 4);
        let mut rng = Rng::new(8);
        let q = variable(&mut rng, &[8, 16]);
        let (k, v) = (variable(&mut rng, &[8, 8]), variable(&mut rng, &[8, 8]));
        let (positions, segments) = ([0, 1, 2, 3, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0, 1, 1]);
        check(&[q.clone(), k.clone(), v.clone()], &|| {
            packed(&config, &positions, &segments, 4).attend(0, &q, &k, &v).unwrap()
        });
    }
}
