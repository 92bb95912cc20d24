//! Attention of training: rows of packed examples, none of which sees another.
//!
//! In: q, k and v of `[B * L]` tokens, and which example each token belongs to. Out: attended values,
//! with a gradient. One operation with its own backward: the composed form would pass over the
//! `[B, H, L, L]` scores more than twice as often.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::rotary_emb::rope;

use crate::model::config::Config;
use crate::model::decoder::Attend;
#[cfg(feature = "cuda")]
use crate::model::decoder::Layer;
use crate::model::rope;
#[cfg(feature = "cuda")]
use crate::train::block;
use crate::train::gradient::{ByBlock, known3};
#[cfg(feature = "cuda")]
use crate::train::kernels::{Fresh, Heads, Rotary, Turn, on};

/// Added to a score that must not count. Finite, so that it can be computed as `x * 1e9 - 1e9`, and
/// beyond every score by far.
const MASKED: f64 = 1e9;

/// The rotary tables of a config, once for all batches.
pub struct Positions {
    cos: Tensor,
    sin: Tensor,
    dtype: DType,
}

impl Positions {
    /// Tables for rows of `context` tokens.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn new(config: &Config, context: usize, dtype: DType, device: &Device) -> Result<Self> {
        let (cos, sin) = rope::tables(config, context, DType::F32, device)?;
        Ok(Self { cos, sin, dtype })
    }
}

/// What the layers share while one batch goes through.
#[derive(Clone)]
pub struct Packed {
    shape: Shape,
    way: Way,
    /// Gradients that whole blocks leave here instead of in the graph.
    by_block: ByBlock,
}

/// How heads lie in a batch.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub batch: usize,
    pub context: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
}

/// How it is computed.
#[derive(Clone)]
enum Way {
    /// From the tensor library's operations, on any device.
    Composed {
        /// `[B, L, Dh / 2]`, for q also times the scale of the scores.
        q_tables: (Tensor, Tensor),
        k_tables: (Tensor, Tensor),
        /// `[B, 1, L, L]`, 0 or -[`MASKED`].
        mask: Tensor,
    },
    /// From products and the kernels between them.
    #[cfg(feature = "cuda")]
    Kernels(Rotary),
}

impl Packed {
    /// `positions` (`[B * L]`, u32) restart with each example, `segments` (`[B, L]`, u32) number the
    /// examples of a row.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn new(config: &Config, tables: &Positions, positions: &Tensor, segments: &Tensor) -> Result<Self> {
        #[cfg(feature = "cuda")]
        if positions.device().is_cuda() {
            let (cos, sin) = (tables.cos.contiguous()?, tables.sin.contiguous()?);
            let way = Way::Kernels(Rotary { cos, sin, positions: positions.contiguous()? });
            return Ok(Self { shape: Shape::new(config, segments)?, way, by_block: ByBlock::default() });
        }
        Self::composed(config, tables, positions, segments)
    }

    fn composed(config: &Config, tables: &Positions, positions: &Tensor, segments: &Tensor) -> Result<Self> {
        let shape = Shape::new(config, segments)?;
        let (batch, context, dtype) = (shape.batch, shape.context, tables.dtype);
        let pick = |table: &Tensor, scale: f64| {
            let rows = table.index_select(positions, 0)?.affine(scale, 0.0)?;
            rows.reshape((batch, context, ()))?.to_dtype(dtype)
        };
        let scale = shape.scale();
        let causal = Tensor::tril2(context, dtype, segments.device())?.unsqueeze(0)?;
        let same = segments.unsqueeze(2)?.broadcast_eq(&segments.unsqueeze(1)?)?.to_dtype(dtype)?;
        let mask = same.broadcast_mul(&causal)?.affine(MASKED, -MASKED)?.unsqueeze(1)?;
        let q_tables = (pick(&tables.cos, scale)?, pick(&tables.sin, scale)?);
        let k_tables = (pick(&tables.cos, 1.0)?, pick(&tables.sin, 1.0)?);
        let way = Way::Composed { q_tables, k_tables, mask };
        Ok(Self { shape, way, by_block: ByBlock::default() })
    }
}

impl Packed {
    /// Where gradients of parameters are found that are not in the graph's, after the backward pass.
    pub fn by_block(&self) -> ByBlock {
        self.by_block.clone()
    }
}

impl Shape {
    fn new(config: &Config, segments: &Tensor) -> Result<Self> {
        let (batch, context) = segments.dims2()?;
        Ok(Self {
            batch,
            context,
            heads: config.num_attention_heads,
            kv_heads: config.num_key_value_heads,
            head_dim: config.head_dim,
        })
    }

    /// What scores are multiplied by (Vaswani et al. 2017, 3.2.1).
    fn scale(&self) -> f64 {
        (self.head_dim as f64).powf(-0.5)
    }

    #[cfg(feature = "cuda")]
    fn laid(&self, heads: usize) -> Heads {
        Heads { batch: self.batch, length: self.context, heads, width: self.head_dim }
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
        let shape = self.shape;
        match &self.way {
            Way::Composed { q_tables, k_tables, mask } => {
                composed(shape, q_tables, k_tables, mask, [q, k, v])
            }
            #[cfg(feature = "cuda")]
            Way::Kernels(rotary) => by_kernels(shape, rotary, [q, k, v]),
        }
    }

    #[cfg(feature = "cuda")]
    fn block(&mut self, x: &Tensor, layer: &Layer, eps: f64) -> Result<Option<Tensor>> {
        match &self.way {
            Way::Kernels(rotary) => block::block(self.shape, rotary, x, layer, eps, &self.by_block),
            Way::Composed { .. } => Ok(None),
        }
    }
}

fn composed(
    shape: Shape,
    q_tables: &(Tensor, Tensor),
    k_tables: &(Tensor, Tensor),
    mask: &Tensor,
    [q, k, v]: [&Tensor; 3],
) -> Result<Tensor> {
    let (length, dh) = (shape.context, shape.head_dim);
    let turn = |x: &Tensor, heads, tables: &(Tensor, Tensor)| {
        rope(&shape.split(&x.detach(), heads)?, &tables.0, &tables.1)
    };
    let qr = shape.grouped(&turn(q, shape.heads, q_tables)?, dh)?;
    let kr = shape.keys(&turn(k, shape.kv_heads, k_tables)?)?;
    let vs = shape.keys(&shape.split(&v.detach(), shape.kv_heads)?)?;
    let by_head = (shape.batch, shape.heads, length, length);
    let scores = qr.matmul(&kr.t()?)?.reshape(by_head)?.broadcast_add(mask)?;
    let p = shape.grouped(&candle_nn::ops::softmax_last_dim(&scores)?, length)?;
    drop(scores);
    let out = p.matmul(&vs)?;
    let value = shape.join(&out, shape.heads)?;

    let (q_tables, k_tables) = (q_tables.clone(), k_tables.clone());
    known3("attention", [q, k, v], value, move |_, grad| {
        let grad = shape.grouped(&shape.split(grad, shape.heads)?, dh)?;
        let by_v = p.t()?.matmul(&grad)?;
        // sum_j p_ij dp_ij = sum_d grad_id out_id, which is a shorter row to sum over.
        let delta = (grad.to_dtype(DType::F32)? * out.to_dtype(DType::F32)?)?;
        let delta = delta.sum_keepdim(D::Minus1)?.to_dtype(grad.dtype())?;
        let by_score = grad.matmul(&vs.t()?)?.broadcast_sub(&delta)?.mul(&p)?;
        let back = |x: Tensor, heads: usize, tables: &(Tensor, Tensor)| {
            // The transpose of a rotation turns the other way.
            let x = x.reshape((shape.batch, heads, length, dh))?;
            shape.join(&rope(&x, &tables.0, &tables.1.neg()?)?, heads)
        };
        let by_q = back(by_score.matmul(&kr)?, shape.heads, &q_tables)?;
        let by_k = back(by_score.t()?.matmul(&qr)?, shape.kv_heads, &k_tables)?;
        Ok(vec![by_q, by_k, shape.join(&by_v, shape.kv_heads)?])
    })
}

/// As [`composed`]. The mask is in the kernels: an example's tokens lie side by side, so that a token's
/// position says where its example begins.
#[cfg(feature = "cuda")]
fn by_kernels(shape: Shape, rotary: &Rotary, [q, k, v]: [&Tensor; 3]) -> Result<Tensor> {
    let (value, attended) = Attended::new(shape, rotary, [q, k, v])?;
    known3("attention", [q, k, v], value, move |_, grad| Ok(attended.back(grad)?.to_vec()))
}

/// Attention by kernels, with what its gradient needs.
#[cfg(feature = "cuda")]
pub(super) struct Attended {
    shape: Shape,
    rotary: Rotary,
    qr: Tensor,
    kr: Tensor,
    vs: Tensor,
    p: Tensor,
}

#[cfg(feature = "cuda")]
impl Attended {
    /// The attended values of q, k and v, none of which needs a graph.
    pub(super) fn new(shape: Shape, rotary: &Rotary, [q, k, v]: [&Tensor; 3]) -> Result<(Fresh, Self)> {
        let dh = shape.head_dim;
        let (queries, keys) = (shape.laid(shape.heads), shape.laid(shape.kv_heads));
        let split = |x: &Tensor, heads: Heads, turn: Turn| {
            let x = x.detach().contiguous()?;
            Ok::<_, candle_core::Error>(on(&x)?.split_heads(&x, heads, rotary, turn)?.tensor())
        };
        let qr = shape.grouped(&split(q, queries, Turn::Times(shape.scale()))?, dh)?;
        let kr = shape.keys(&split(k, keys, Turn::Times(1.0))?)?;
        let vs = shape.keys(&split(v, keys, Turn::No)?)?;
        let p = {
            let scores = qr.matmul(&kr.t()?)?;
            on(&scores)?.softmax(&scores, &rotary.positions, queries)?
        };
        let out = p.matmul(&vs)?;
        let value = on(&out)?.join_heads(&out, queries, rotary, Turn::No)?;
        Ok((value, Self { shape, rotary: rotary.clone(), qr, kr, vs, p }))
    }

    /// The gradients by q, k and v.
    pub(super) fn back(&self, grad: &Tensor) -> Result<[Tensor; 3]> {
        let Self { shape, rotary, qr, kr, vs, p } = self;
        let (queries, keys) = (shape.laid(shape.heads), shape.laid(shape.kv_heads));
        let join = |x: &Tensor, heads: Heads, turn: Turn| {
            Ok::<_, candle_core::Error>(on(x)?.join_heads(x, heads, rotary, turn)?.tensor())
        };
        let grad = on(grad)?.split_heads(grad, queries, rotary, Turn::No)?.tensor();
        let grad = shape.grouped(&grad, shape.head_dim)?;
        let by_v = p.t()?.matmul(&grad)?;
        let by_score = {
            let by_p = grad.matmul(&vs.t()?)?;
            on(&by_p)?.softmax_back(p, &by_p, &rotary.positions, queries)?
        };
        Ok([
            join(&by_score.matmul(kr)?, queries, Turn::Times(shape.scale()))?,
            join(&by_score.t()?.matmul(qr)?, keys, Turn::Times(1.0))?,
            join(&by_v, keys, Turn::No)?,
        ])
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
