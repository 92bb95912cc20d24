//! The shape of a model: a Hugging Face `config.json`, read and written.
//!
//! In: `config.json` of a Llama, Qwen2 or Qwen3 causal model, and `generation_config.json` where there
//! is one. Out: a [`Config`], or an error that names the key that is not understood. A setting that
//! would change the arithmetic and is not implemented is refused, never ignored.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use read::Reader;

mod read;

/// The model families that the decoder knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// `LlamaForCausalLM`.
    Llama,
    /// `Qwen2ForCausalLM`: biases on q, k and v.
    Qwen2,
    /// `Qwen3ForCausalLM`: a norm on each head of q and k.
    Qwen3,
}

impl Architecture {
    pub(crate) const ALL: [Self; 3] = [Self::Llama, Self::Qwen2, Self::Qwen3];

    /// The name in `architectures`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Llama => "LlamaForCausalLM",
            Self::Qwen2 => "Qwen2ForCausalLM",
            Self::Qwen3 => "Qwen3ForCausalLM",
        }
    }

    /// The name in `model_type`.
    pub fn model_type(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Qwen2 => "qwen2",
            Self::Qwen3 => "qwen3",
        }
    }
}

/// Llama 3's stretching of RoPE.
#[derive(Debug, Clone, PartialEq)]
pub struct RopeScaling {
    /// Long wavelengths are slowed by this.
    pub factor: f64,
    /// Wavelengths above `original / low_freq_factor` are long.
    pub low_freq_factor: f64,
    /// Wavelengths below `original / high_freq_factor` are short.
    pub high_freq_factor: f64,
    /// The context the model was first trained with.
    pub original_max_position_embeddings: usize,
}

/// The shape of a decoder.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Its family.
    pub architecture: Architecture,
    /// Rows of the embedding; may exceed the tokenizer's vocabulary.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width of the feed-forward network.
    pub intermediate_size: usize,
    /// Blocks.
    pub num_hidden_layers: usize,
    /// Query heads.
    pub num_attention_heads: usize,
    /// Key and value heads; divides the query heads.
    pub num_key_value_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Longest context.
    pub max_position_embeddings: usize,
    /// Base of the rotary frequencies.
    pub rope_theta: f64,
    /// Llama 3's stretching, where used.
    pub rope_scaling: Option<RopeScaling>,
    /// Added to the mean square in every norm.
    pub rms_norm_eps: f64,
    /// The output layer is the embedding.
    pub tie_word_embeddings: bool,
    /// q, k and v have biases.
    pub qkv_bias: bool,
    /// The attention's output has a bias.
    pub o_bias: bool,
    /// q and k are normed per head.
    pub qk_norm: bool,
    /// Beginning of a text, where the model has one.
    pub bos_token_id: Option<u32>,
    /// Tokens that end a completion.
    pub eos_token_ids: Vec<u32>,
}

impl Config {
    /// Width of all query heads.
    pub fn q_size(&self) -> usize {
        self.num_attention_heads * self.head_dim
    }

    /// Width of all key (or value) heads.
    pub fn kv_size(&self) -> usize {
        self.num_key_value_heads * self.head_dim
    }

    /// Query heads a key head serves.
    pub fn group(&self) -> usize {
        self.num_attention_heads / self.num_key_value_heads
    }

    /// Trainable numbers.
    pub fn num_parameters(&self) -> usize {
        self.tensors().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
    }

    /// Every weight's name and shape, in the order of a checkpoint.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let (d, f, q, kv) = (self.hidden_size, self.intermediate_size, self.q_size(), self.kv_size());
        let mut all = vec![("model.embed_tokens.weight".to_owned(), vec![self.vocab_size, d])];
        for i in 0..self.num_hidden_layers {
            let mut add =
                |rest: &str, shape: Vec<usize>| all.push((format!("model.layers.{i}.{rest}"), shape));
            add("input_layernorm.weight", vec![d]);
            for (name, outputs) in [("q", q), ("k", kv), ("v", kv)] {
                add(&format!("self_attn.{name}_proj.weight"), vec![outputs, d]);
                if self.qkv_bias {
                    add(&format!("self_attn.{name}_proj.bias"), vec![outputs]);
                }
            }
            add("self_attn.o_proj.weight", vec![d, q]);
            if self.o_bias {
                add("self_attn.o_proj.bias", vec![d]);
            }
            if self.qk_norm {
                add("self_attn.q_norm.weight", vec![self.head_dim]);
                add("self_attn.k_norm.weight", vec![self.head_dim]);
            }
            add("post_attention_layernorm.weight", vec![d]);
            add("mlp.gate_proj.weight", vec![f, d]);
            add("mlp.up_proj.weight", vec![f, d]);
            add("mlp.down_proj.weight", vec![d, f]);
        }
        all.push(("model.norm.weight".to_owned(), vec![d]));
        if !self.tie_word_embeddings {
            all.push(("lm_head.weight".to_owned(), vec![self.vocab_size, d]));
        }
        all
    }

    /// Reads `config.json`, and the end-of-sequence ids of `generation_config.json` where given.
    /// `path` is for messages.
    ///
    /// # Errors
    /// JSON that is broken, a key that is missing or out of range, an architecture or a setting that
    /// the decoder does not compute.
    pub fn read(config: &str, generation: Option<&str>, path: &Path) -> Result<Self> {
        let object: Map<String, Value> = serde_json::from_str(config).map_err(|e| {
            Error::config("not a Hugging Face config.json")
                .at_line(path, e.line() as u64)
                .caused_by(e)
                .help("the file is damaged or not fully downloaded: fetch it again")
        })?;
        let mut config = Reader { object: &object, path }.config()?;
        if let Some(generation) = generation {
            let generation: Map<String, Value> = serde_json::from_str(generation).map_err(|e| {
                Error::config("broken generation_config.json beside it").at(path).caused_by(e)
            })?;
            let more = Reader { object: &generation, path }.ids("eos_token_id")?;
            for id in more {
                if !config.eos_token_ids.contains(&id) {
                    config.eos_token_ids.push(id);
                }
            }
        }
        Ok(config)
    }

    /// The `config.json` of this shape, as transformers writes it.
    pub fn to_json(&self, dtype: &str) -> Value {
        let mut rope = json!({ "rope_type": "default", "rope_theta": self.rope_theta });
        if let Some(s) = &self.rope_scaling {
            rope = json!({
                "rope_type": "llama3", "rope_theta": self.rope_theta, "factor": s.factor,
                "low_freq_factor": s.low_freq_factor, "high_freq_factor": s.high_freq_factor,
                "original_max_position_embeddings": s.original_max_position_embeddings,
            });
        }
        let mut out = json!({
            "architectures": [self.architecture.class()],
            "model_type": self.architecture.model_type(),
            "vocab_size": self.vocab_size,
            "hidden_size": self.hidden_size,
            "intermediate_size": self.intermediate_size,
            "num_hidden_layers": self.num_hidden_layers,
            "num_attention_heads": self.num_attention_heads,
            "num_key_value_heads": self.num_key_value_heads,
            "head_dim": self.head_dim,
            "max_position_embeddings": self.max_position_embeddings,
            "hidden_act": "silu",
            "rms_norm_eps": self.rms_norm_eps,
            "tie_word_embeddings": self.tie_word_embeddings,
            "attention_dropout": 0.0,
            "bos_token_id": self.bos_token_id,
            "eos_token_id": ids_json(&self.eos_token_ids),
            "torch_dtype": dtype,
            "use_cache": true,
        });
        // Older readers know `rope_theta` and `rope_scaling`, newer ones `rope_parameters`.
        out["rope_theta"] = json!(self.rope_theta);
        if self.rope_scaling.is_some() {
            out["rope_scaling"] = rope.clone();
        }
        out["rope_parameters"] = rope;
        match self.architecture {
            Architecture::Llama => {
                out["attention_bias"] = json!(self.qkv_bias);
                out["mlp_bias"] = json!(false);
            }
            Architecture::Qwen2 => out["use_sliding_window"] = json!(false),
            Architecture::Qwen3 => {
                out["attention_bias"] = json!(self.qkv_bias);
                out["use_sliding_window"] = json!(false);
            }
        }
        out
    }
}

/// One id as a number, several as a list.
pub(crate) fn ids_json(ids: &[u32]) -> Value {
    match ids {
        [] => Value::Null,
        [id] => json!(id),
        ids => json!(ids),
    }
}
