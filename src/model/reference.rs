//! A second, plain implementation of the decoder, in f64 loops over slices, to test the real one
//! against. Slow on purpose: written from the papers' formulas, shares no code with the decoder.

use std::collections::HashMap;

use candle_core::{Device, Tensor};

use crate::model::config::{Architecture, Config};
use crate::model::decoder::Attend;
use crate::rng::Rng;

/// A small shape with grouped heads and a width that is not heads times head size.
pub(crate) fn small(architecture: Architecture, tie: bool) -> Config {
    Config {
        architecture,
        vocab_size: 37,
        hidden_size: 24,
        intermediate_size: 40,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        head_dim: 8,
        max_position_embeddings: 64,
        rope_theta: 100.0,
        rope_scaling: None,
        rms_norm_eps: 1e-5,
        tie_word_embeddings: tie,
        qkv_bias: architecture == Architecture::Qwen2,
        o_bias: false,
        qk_norm: architecture == Architecture::Qwen3,
        bos_token_id: None,
        eos_token_ids: vec![2],
    }
}

/// Random weights for `config`.
pub(crate) fn random_weights(config: &Config, seed: u64) -> HashMap<String, Tensor> {
    let mut rng = Rng::new(seed);
    let tensors = config.tensors().into_iter().map(|(name, shape)| {
        let n = shape.iter().product();
        let mut next = || (rng.uniform() as f32 - 0.5) * 0.6 + if name.contains("norm") { 1.0 } else { 0.0 };
        let values: Vec<f32> = (0..n).map(|_| next()).collect();
        let tensor = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
        (name, tensor)
    });
    tensors.collect()
}

type Rows = Vec<Vec<f64>>;

/// Logits of one sequence.
pub(crate) fn logits(config: &Config, weights: &HashMap<String, Tensor>, ids: &[u32]) -> Rows {
    let matrix = |name: &str| -> Rows {
        let rows: Vec<Vec<f32>> = weights[name].to_vec2().unwrap();
        rows.into_iter().map(|row| row.into_iter().map(f64::from).collect()).collect()
    };
    let vector = |name: &str| -> Vec<f64> {
        let row: Vec<f32> = weights[name].to_vec1().unwrap();
        row.into_iter().map(f64::from).collect()
    };
    let linear = |x: &Rows, prefix: &str| -> Rows {
        let w = matrix(&format!("{prefix}.weight"));
        let bias = weights.get(&format!("{prefix}.bias")).map(|_| vector(&format!("{prefix}.bias")));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let out = |row: &Vec<f64>| {
            w.iter().enumerate().map(|(o, w)| dot(row, w) + bias.as_ref().map_or(0.0, |b| b[o])).collect()
        };
        x.iter().map(out).collect()
    };
    let norm = |row: &[f64], weight: &[f64]| -> Vec<f64> {
        let mean = row.iter().map(|v| v * v).sum::<f64>() / row.len() as f64;
        row.iter().zip(weight).map(|(v, w)| v / (mean + config.rms_norm_eps).sqrt() * w).collect()
    };
    let dh = config.head_dim;
    let rotate = |head: &[f64], position: usize| -> Vec<f64> {
        let mut out = head.to_vec();
        for i in 0..dh / 2 {
            let angle = position as f64 * config.rope_theta.powf(-((2 * i) as f64) / dh as f64);
            let (a, b) = (head[i], head[i + dh / 2]);
            out[i] = a * angle.cos() - b * angle.sin();
            out[i + dh / 2] = b * angle.cos() + a * angle.sin();
        }
        out
    };

    let table = matrix("model.embed_tokens.weight");
    let mut x: Rows = ids.iter().map(|&id| table[id as usize].clone()).collect();
    for layer in 0..config.num_hidden_layers {
        let at = |rest: &str| format!("model.layers.{layer}.{rest}");
        let weight = vector(&at("input_layernorm.weight"));
        let h: Rows = x.iter().map(|row| norm(row, &weight)).collect();
        // heads[position][head]
        let heads = |name: &str, rope: bool| -> Vec<Rows> {
            let rows = linear(&h, &at(&format!("self_attn.{name}_proj")));
            let weight = at(&format!("self_attn.{name}_norm.weight"));
            let weight = weights.get(&weight).map(|_| vector(&weight));
            let head = |p: usize, head: &[f64]| {
                let head = weight.as_ref().map_or(head.to_vec(), |w| norm(head, w));
                if rope { rotate(&head, p) } else { head }
            };
            rows.iter().enumerate().map(|(p, row)| row.chunks(dh).map(|c| head(p, c)).collect()).collect()
        };
        let (q, k, v) = (heads("q", true), heads("k", true), heads("v", false));
        let mut attended = Rows::new();
        for (p, queries) in q.iter().enumerate() {
            let mut row = Vec::new();
            for (h, query) in queries.iter().enumerate() {
                let kv = h / config.group();
                let score = |j: usize| {
                    query.iter().zip(&k[j][kv]).map(|(a, b)| a * b).sum::<f64>() / (dh as f64).sqrt()
                };
                let weights: Vec<f64> = (0..=p).map(|j| score(j).exp()).collect();
                let sum: f64 = weights.iter().sum();
                row.extend((0..dh).map(|d| (0..=p).map(|j| weights[j] / sum * v[j][kv][d]).sum::<f64>()));
            }
            attended.push(row);
        }
        let add = |x: &Rows, y: Rows| -> Rows {
            x.iter().zip(y).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect()).collect()
        };
        x = add(&x, linear(&attended, &at("self_attn.o_proj")));
        let weight = vector(&at("post_attention_layernorm.weight"));
        let h: Rows = x.iter().map(|row| norm(row, &weight)).collect();
        let (gate, up) = (linear(&h, &at("mlp.gate_proj")), linear(&h, &at("mlp.up_proj")));
        let silu = |g: f64| g / (1.0 + (-g).exp());
        let gated: Rows =
            gate.iter().zip(&up).map(|(g, u)| g.iter().zip(u).map(|(g, u)| silu(*g) * u).collect()).collect();
        x = add(&x, linear(&gated, &at("mlp.down_proj")));
    }
    let weight = vector("model.norm.weight");
    let h: Rows = x.iter().map(|row| norm(row, &weight)).collect();
    linear(&h, if config.tie_word_embeddings { "model.embed_tokens" } else { "lm_head" })
}

/// The largest difference between logits.
pub(crate) fn distance(got: &Tensor, expected: &Rows) -> f64 {
    let got: Vec<Vec<f32>> = got.to_vec2().unwrap();
    assert_eq!(got.len(), expected.len());
    let pairs = got.iter().flatten().zip(expected.iter().flatten());
    pairs.map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max)
}

/// Attention over one sequence with the library's composed operations.
pub(crate) struct OneSequence<'a>(pub(crate) &'a Config);

impl Attend for OneSequence<'_> {
    fn attend(&mut self, _: usize, q: &Tensor, k: &Tensor, v: &Tensor) -> candle_core::Result<Tensor> {
        let (c, t) = (self.0, q.dim(0)?);
        let (cos, sin) = super::rope::tables(c, t, q.dtype(), q.device())?;
        let split =
            |x: &Tensor, heads: usize| x.reshape((1, t, heads, c.head_dim))?.transpose(1, 2)?.contiguous();
        let repeat = |x: Tensor| {
            let x = x.unsqueeze(2)?.repeat((1, 1, c.group(), 1, 1))?;
            x.reshape((1, c.num_attention_heads, t, c.head_dim))
        };
        let q = candle_nn::rotary_emb::rope(&split(q, c.num_attention_heads)?, &cos, &sin)?;
        let k = repeat(candle_nn::rotary_emb::rope(&split(k, c.num_key_value_heads)?, &cos, &sin)?)?;
        let v = repeat(split(v, c.num_key_value_heads)?)?;
        let mask: Vec<f32> =
            (0..t * t).map(|i| if i % t > i / t { f32::NEG_INFINITY } else { 0.0 }).collect();
        let mask = Tensor::from_vec(mask, (t, t), q.device())?;
        let scores = (q.matmul(&k.t()?)? / (c.head_dim as f64).sqrt())?.broadcast_add(&mask)?;
        let out = candle_nn::ops::softmax_last_dim(&scores)?.matmul(&v)?;
        out.transpose(1, 2)?.reshape((t, c.q_size()))
    }
}
