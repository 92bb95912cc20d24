//! The decoder: one block for Llama, Qwen2 and Qwen3, over *flattened ragged tokens*.
//!
//! In: token ids `[T]` of any number of sequences laid one after another. Out: hidden states `[T, D]`
//! and logits `[T, V]`. Which token sees which, at what position and from what cache, is the business
//! of [`Attend`] alone; how a product or a norm is computed that of [`Ops`]. So training, the GPU
//! engine and the CPU engine share one model. The decoder never loads, caches, masks or samples.

use std::sync::Arc;

use candle_core::{Result as CandleResult, Tensor};

use crate::error::Result;
use crate::model::config::Config;
use crate::model::cpu;

/// Attention over whatever the implementation knows about sequences, positions and cache.
pub trait Attend {
    /// `q` is `[T, Hq * Dh]`, `k` and `v` are `[T, Hkv * Dh]`, after the per-head norm where the
    /// architecture has one and before RoPE; head-major within a row. Out: `[T, Hq * Dh]`.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    fn attend(&mut self, layer: usize, q: &Tensor, k: &Tensor, v: &Tensor) -> CandleResult<Tensor>;

    /// A whole block at once, for an implementation that has a quicker way than its parts. `None`: the
    /// decoder puts it together itself.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    fn block(&mut self, x: &Tensor, layer: &Layer, eps: f64) -> CandleResult<Option<Tensor>> {
        let _ = (x, layer, eps);
        Ok(None)
    }
}

/// The operations that training, GPU inference and CPU inference compute differently.
pub trait Ops: Send + Sync {
    /// Rows `ids` (`[T]`, u32) of `table` (`[V, D]`): `[T, D]`.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    fn embed(&self, table: &Tensor, ids: &Tensor) -> CandleResult<Tensor>;

    /// `x` (`[T, in]`) times the transpose of `weight` (`[out, in]`), plus `bias` (`[out]`).
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    fn linear(&self, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> CandleResult<Tensor>;

    /// `x / sqrt(mean(x²) + eps) * weight` over the last dimension of `x` (`[N, D]`).
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f64) -> CandleResult<Tensor>;

    /// `silu(gate) * up`, elementwise.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    fn swiglu(&self, gate: &Tensor, up: &Tensor) -> CandleResult<Tensor>;
}

/// Inference: the tensor library's fused operations, on any device. They have no gradient.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fused;

impl Ops for Fused {
    fn embed(&self, table: &Tensor, ids: &Tensor) -> CandleResult<Tensor> {
        table.index_select(ids, 0)
    }

    fn linear(&self, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> CandleResult<Tensor> {
        let y = x.matmul(&weight.t()?)?;
        match bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f64) -> CandleResult<Tensor> {
        candle_nn::ops::rms_norm(x, weight, eps as f32)
    }

    fn swiglu(&self, gate: &Tensor, up: &Tensor) -> CandleResult<Tensor> {
        gate.silu()?.mul(up)
    }
}

/// A linear layer, in the form in which its weights are kept.
#[derive(Debug, Clone)]
pub enum Linear {
    /// A plain matrix, multiplied by [`Ops::linear`].
    Dense {
        /// `[out, in]`.
        weight: Tensor,
        /// `[out]`.
        bias: Option<Tensor>,
    },
    /// Packed for the CPU's own products.
    Packed(Arc<cpu::ops::PackedLinear>),
}

impl Linear {
    /// `x` is `[T, in]`; out `[T, out]`.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn forward(&self, ops: &dyn Ops, x: &Tensor) -> CandleResult<Tensor> {
        match self {
            Linear::Dense { weight, bias } => ops.linear(x, weight, bias.as_ref()),
            Linear::Packed(packed) => packed.forward(x),
        }
    }
}

/// Where a decoder's weights come from, by their names in a Hugging Face checkpoint.
pub trait Weights {
    /// The tensor called `name`, which must have `shape`, on the right device and in the right type.
    ///
    /// # Errors
    /// Names the file and the tensor that is missing or has another shape.
    fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Tensor>;

    /// The layer `PREFIX.weight` (and `PREFIX.bias`); an engine may pack it here.
    ///
    /// # Errors
    /// As [`tensor`](Self::tensor).
    fn linear(&mut self, prefix: &str, outputs: usize, inputs: usize, bias: bool) -> Result<Linear> {
        let weight = self.tensor(&format!("{prefix}.weight"), &[outputs, inputs])?;
        let bias = bias.then(|| self.tensor(&format!("{prefix}.bias"), &[outputs])).transpose()?;
        Ok(Linear::Dense { weight, bias })
    }

    /// The output layer where it shares the embedding `table` (`[V, D]`).
    ///
    /// # Errors
    /// When packing fails.
    fn tied_head(&mut self, table: &Tensor) -> Result<Linear> {
        Ok(Linear::Dense { weight: table.clone(), bias: None })
    }
}

impl<F: FnMut(&str, &[usize]) -> Result<Tensor>> Weights for F {
    fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Tensor> {
        self(name, shape)
    }
}

/// One block: attention, then the gated feed-forward network, each on a residual.
pub struct Layer {
    /// `[D]`, before attention.
    pub input_norm: Tensor,
    /// Queries.
    pub q: Linear,
    /// Keys.
    pub k: Linear,
    /// Values.
    pub v: Linear,
    /// What attention hands on.
    pub o: Linear,
    /// Qwen3's norms of each head of q and k, `[Dh]`.
    pub qk_norm: Option<(Tensor, Tensor)>,
    /// `[D]`, before the feed-forward network.
    pub post_norm: Tensor,
    /// Its gate.
    pub gate: Linear,
    /// What is gated.
    pub up: Linear,
    /// Its way back.
    pub down: Linear,
}

/// The model.
pub struct Decoder {
    /// Its shape.
    pub config: Config,
    ops: Arc<dyn Ops>,
    embed: Tensor,
    layers: Vec<Layer>,
    norm: Tensor,
    head: Linear,
}

impl Decoder {
    /// Asks `weights` for every tensor of `config`.
    ///
    /// # Errors
    /// The first weight that cannot be had.
    pub fn new(config: &Config, ops: Arc<dyn Ops>, weights: &mut dyn Weights) -> Result<Self> {
        let (d, f) = (config.hidden_size, config.intermediate_size);
        let (q, kv) = (config.q_size(), config.kv_size());
        let embed = weights.tensor("model.embed_tokens.weight", &[config.vocab_size, d])?;
        let layers = (0..config.num_hidden_layers)
            .map(|i| {
                let at = |rest: &str| format!("model.layers.{i}.{rest}");
                Ok(Layer {
                    input_norm: weights.tensor(&at("input_layernorm.weight"), &[d])?,
                    q: weights.linear(&at("self_attn.q_proj"), q, d, config.qkv_bias)?,
                    k: weights.linear(&at("self_attn.k_proj"), kv, d, config.qkv_bias)?,
                    v: weights.linear(&at("self_attn.v_proj"), kv, d, config.qkv_bias)?,
                    o: weights.linear(&at("self_attn.o_proj"), d, q, config.o_bias)?,
                    qk_norm: if config.qk_norm {
                        let norm = &[config.head_dim];
                        Some((
                            weights.tensor(&at("self_attn.q_norm.weight"), norm)?,
                            weights.tensor(&at("self_attn.k_norm.weight"), norm)?,
                        ))
                    } else {
                        None
                    },
                    post_norm: weights.tensor(&at("post_attention_layernorm.weight"), &[d])?,
                    gate: weights.linear(&at("mlp.gate_proj"), f, d, false)?,
                    up: weights.linear(&at("mlp.up_proj"), f, d, false)?,
                    down: weights.linear(&at("mlp.down_proj"), d, f, false)?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let norm = weights.tensor("model.norm.weight", &[d])?;
        let head = if config.tie_word_embeddings {
            weights.tied_head(&embed)?
        } else {
            weights.linear("lm_head", config.vocab_size, d, false)?
        };
        Ok(Self { config: config.clone(), ops, embed, layers, norm, head })
    }

    /// Hidden states `[T, D]` after the last norm, for `ids` (`[T]`, u32).
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn hidden(&self, ids: &Tensor, attend: &mut dyn Attend) -> CandleResult<Tensor> {
        let ops = &*self.ops;
        let mut x = ops.embed(&self.embed, ids)?;
        for (i, layer) in self.layers.iter().enumerate() {
            if let Some(whole) = attend.block(&x, layer, self.config.rms_norm_eps)? {
                x = whole;
                continue;
            }
            let h = self.rms_norm(&x, &layer.input_norm)?;
            let mut q = layer.q.forward(ops, &h)?;
            let mut k = layer.k.forward(ops, &h)?;
            let v = layer.v.forward(ops, &h)?;
            if let Some((q_norm, k_norm)) = &layer.qk_norm {
                q = self.head_norm(&q, q_norm)?;
                k = self.head_norm(&k, k_norm)?;
            }
            let attended = attend.attend(i, &q, &k, &v)?;
            x = (x + layer.o.forward(ops, &attended)?)?;

            let h = self.rms_norm(&x, &layer.post_norm)?;
            let gated = ops.swiglu(&layer.gate.forward(ops, &h)?, &layer.up.forward(ops, &h)?)?;
            x = (x + layer.down.forward(ops, &gated)?)?;
        }
        self.rms_norm(&x, &self.norm)
    }

    /// Logits `[T, V]` of hidden states `[T, D]`; pass only the rows that are needed.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn logits(&self, hidden: &Tensor) -> CandleResult<Tensor> {
        self.head.forward(&*self.ops, hidden)
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor) -> CandleResult<Tensor> {
        self.ops.rms_norm(x, weight, self.config.rms_norm_eps)
    }

    /// The norm of each head: rows of `[T, H * Dh]` taken as `[T * H, Dh]`.
    fn head_norm(&self, x: &Tensor, weight: &Tensor) -> CandleResult<Tensor> {
        let dims = x.dims();
        let heads = x.reshape(((), self.config.head_dim))?;
        self.rms_norm(&heads, weight)?.reshape(dims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::Architecture;
    use crate::model::reference::{OneSequence, distance, logits, random_weights, small};
    use candle_core::Device;

    #[test]
    fn logits_are_those_of_the_plain_implementation() {
        let ids: Vec<u32> = (0..19).map(|i| (i * 7 + i * i) % 37).collect();
        for (architecture, tie) in
            [(Architecture::Llama, false), (Architecture::Qwen2, true), (Architecture::Qwen3, true)]
        {
            let config = small(architecture, tie);
            let weights = random_weights(&config, 3);
            let mut load = |name: &str, _: &[usize]| Ok(weights[name].clone());
            let decoder = Decoder::new(&config, Arc::new(Fused), &mut load).unwrap();
            let input = Tensor::new(ids.as_slice(), &Device::Cpu).unwrap();
            let hidden = decoder.hidden(&input, &mut OneSequence(&config)).unwrap();
            let got = decoder.logits(&hidden).unwrap();
            let off = distance(&got, &logits(&config, &weights, &ids));
            assert!(off < 1e-4, "{architecture:?}: {off}");
        }
    }
}
