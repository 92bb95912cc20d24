//! The shape of a model: a Hugging Face `config.json`, read and written.
//!
//! In: `config.json` of a Llama, Qwen2 or Qwen3 causal model, and `generation_config.json` where there
//! is one. Out: a [`Config`], or an error that names the key that is not understood. A setting that
//! would change the arithmetic and is not implemented is refused, never ignored.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};

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
    const ALL: [Self; 3] = [Self::Llama, Self::Qwen2, Self::Qwen3];

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
            Error::config("not a Hugging Face config.json").at_line(path, e.line() as u64).caused_by(e)
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

/// Reads keys of one JSON object; errors name the key and the file.
struct Reader<'a> {
    object: &'a Map<String, Value>,
    path: &'a Path,
}

impl Reader<'_> {
    fn config(&self) -> Result<Config> {
        let architecture = self.architecture()?;
        self.refuse_unsupported()?;
        let num_attention_heads = self.size("num_attention_heads")?;
        let hidden_size = self.size("hidden_size")?;
        let num_key_value_heads = self.size_or("num_key_value_heads", num_attention_heads)?;
        // Qwen3's class fixes 128 where the key is absent; the others derive it.
        let derived =
            if architecture == Architecture::Qwen3 { 128 } else { hidden_size / num_attention_heads };
        let head_dim = self.size_or("head_dim", derived)?;
        if !num_attention_heads.is_multiple_of(num_key_value_heads) {
            return Err(self.wrong("num_key_value_heads", "must divide num_attention_heads"));
        }
        if !head_dim.is_multiple_of(2) {
            return Err(self.wrong("head_dim", "must be even"));
        }
        let attention_bias = self.flag("attention_bias", false)?;
        let (rope_theta, rope_scaling) = self.rope()?;
        let max_position_embeddings = self.size("max_position_embeddings")?;
        Ok(Config {
            architecture,
            vocab_size: self.size("vocab_size")?,
            hidden_size,
            intermediate_size: self.size("intermediate_size")?,
            num_hidden_layers: self.size("num_hidden_layers")?,
            num_attention_heads,
            num_key_value_heads,
            head_dim,
            max_position_embeddings,
            rope_theta,
            rope_scaling,
            rms_norm_eps: self.number(self.object, "rms_norm_eps")?.unwrap_or(1e-6),
            tie_word_embeddings: self.flag("tie_word_embeddings", false)?,
            qkv_bias: architecture == Architecture::Qwen2 || attention_bias,
            o_bias: architecture != Architecture::Qwen2 && attention_bias,
            qk_norm: architecture == Architecture::Qwen3,
            bos_token_id: self.ids("bos_token_id")?.first().copied(),
            eos_token_ids: self.ids("eos_token_id")?,
        })
    }

    fn architecture(&self) -> Result<Architecture> {
        let class = self.object.get("architectures").and_then(|v| v.get(0)).and_then(Value::as_str);
        let kind = self.object.get("model_type").and_then(Value::as_str);
        let found = Architecture::ALL.into_iter().find(|a| match class {
            Some(class) => class == a.class(),
            None => kind == Some(a.model_type()),
        });
        found.ok_or_else(|| {
            let name = class.or(kind).unwrap_or("(no architectures key)");
            Error::config(format!("architecture {name:?} is not supported")).at(self.path).help(
                "supported are LlamaForCausalLM, Qwen2ForCausalLM and Qwen3ForCausalLM; serve other \
                 models with an OpenAI-compatible server and use [engine.openai]",
            )
        })
    }

    /// Settings that change the arithmetic in ways the decoder does not know.
    fn refuse_unsupported(&self) -> Result<()> {
        let act = self.object.get("hidden_act").and_then(Value::as_str).unwrap_or("silu");
        if !matches!(act, "silu" | "swish") {
            return Err(self.wrong("hidden_act", &format!("{act:?} is not supported, only \"silu\"")));
        }
        if self.flag("use_sliding_window", false)? {
            return Err(self.wrong("use_sliding_window", "sliding-window attention is not supported"));
        }
        let layers = self.object.get("layer_types").and_then(Value::as_array);
        if layers.is_some_and(|l| l.iter().any(|t| t.as_str() != Some("full_attention"))) {
            return Err(self.wrong("layer_types", "only \"full_attention\" layers are supported"));
        }
        if self.flag("mlp_bias", false)? {
            return Err(self.wrong("mlp_bias", "biases in the feed-forward network are not supported"));
        }
        if self.object.get("quantization_config").is_some_and(|v| !v.is_null()) {
            return Err(self
                .wrong("quantization_config", "quantised weights are not supported")
                .help("use the checkpoint in bf16, f16 or f32"));
        }
        if self.number(self.object, "partial_rotary_factor")?.is_some_and(|f| f != 1.0) {
            return Err(self.wrong("partial_rotary_factor", "only 1 is supported"));
        }
        Ok(())
    }

    /// `rope_parameters` (transformers 5), else `rope_theta` with `rope_scaling`.
    fn rope(&self) -> Result<(f64, Option<RopeScaling>)> {
        let object = |key| self.object.get(key).and_then(Value::as_object);
        let (key, inner) = match object("rope_parameters") {
            Some(inner) => ("rope_parameters", Some(inner)),
            None => ("rope_scaling", object("rope_scaling")),
        };
        let inside = inner.map(|o| self.number(o, "rope_theta")).transpose()?.flatten();
        let theta = inside.or(self.number(self.object, "rope_theta")?).unwrap_or(10_000.0);
        if theta <= 1.0 {
            return Err(self.wrong("rope_theta", "must be above 1"));
        }
        let Some(inner) = inner else { return Ok((theta, None)) };
        if self.number(inner, "partial_rotary_factor")?.is_some_and(|f| f != 1.0) {
            return Err(self.wrong(key, "partial_rotary_factor is not supported"));
        }
        let kind = inner.get("rope_type").or_else(|| inner.get("type"));
        match kind.and_then(Value::as_str).unwrap_or("default") {
            "default" => Ok((theta, None)),
            "llama3" => {
                let need = |name| {
                    self.number(inner, name)?.filter(|&x| x > 0.0).ok_or_else(|| {
                        self.wrong(key, &format!("rope type \"llama3\" needs a positive {name}"))
                    })
                };
                let scaling = RopeScaling {
                    factor: need("factor")?,
                    low_freq_factor: need("low_freq_factor")?,
                    high_freq_factor: need("high_freq_factor")?,
                    original_max_position_embeddings: need("original_max_position_embeddings")? as usize,
                };
                if scaling.high_freq_factor <= scaling.low_freq_factor {
                    return Err(self.wrong(key, "high_freq_factor must exceed low_freq_factor"));
                }
                Ok((theta, Some(scaling)))
            }
            other => Err(self.wrong(
                key,
                &format!("rope type {other:?} is not supported, only \"default\" and \"llama3\""),
            )),
        }
    }

    fn wrong(&self, key: &str, what: &str) -> Error {
        Error::config(format!("{key}: {what}")).at(self.path)
    }

    /// A size of 1 to 2^31, so that products of a few fit in memory arithmetic.
    fn size(&self, key: &str) -> Result<usize> {
        match self.object.get(key).and_then(Value::as_u64) {
            Some(n) if (1..=1 << 31).contains(&n) => Ok(n as usize),
            _ => Err(self.wrong(key, "must be a positive whole number")),
        }
    }

    fn size_or(&self, key: &str, default: usize) -> Result<usize> {
        if self.object.get(key).is_none_or(Value::is_null) { Ok(default.max(1)) } else { self.size(key) }
    }

    fn flag(&self, key: &str, default: bool) -> Result<bool> {
        match self.object.get(key) {
            None | Some(Value::Null) => Ok(default),
            Some(Value::Bool(b)) => Ok(*b),
            Some(_) => Err(self.wrong(key, "must be true or false")),
        }
    }

    fn number(&self, object: &Map<String, Value>, key: &str) -> Result<Option<f64>> {
        match object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_f64().filter(|x| x.is_finite()) {
                Some(x) => Ok(Some(x)),
                None => Err(self.wrong(key, "must be a number")),
            },
        }
    }

    /// A token id, a list of them, or nothing.
    fn ids(&self, key: &str) -> Result<Vec<u32>> {
        let one = |v: &Value| {
            let id = v.as_u64().and_then(|n| u32::try_from(n).ok());
            id.ok_or_else(|| self.wrong(key, "must be a token id or a list of them"))
        };
        match self.object.get(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(all)) => all.iter().map(one).collect(),
            Some(value) => Ok(vec![one(value)?]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(class: &str) -> Value {
        json!({
            "architectures": [class], "vocab_size": 64, "hidden_size": 32, "intermediate_size": 48,
            "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "eos_token_id": 3,
        })
    }

    fn read(value: &Value) -> Result<Config> {
        Config::read(&value.to_string(), None, Path::new("config.json"))
    }

    #[test]
    fn each_architecture_sets_its_own_traits() {
        let traits = |class| {
            let c = read(&base(class)).unwrap();
            (c.qkv_bias, c.o_bias, c.qk_norm, c.head_dim)
        };
        assert_eq!(traits("LlamaForCausalLM"), (false, false, false, 8));
        assert_eq!(traits("Qwen2ForCausalLM"), (true, false, false, 8));
        assert_eq!(traits("Qwen3ForCausalLM"), (false, false, true, 128));
    }

    #[test]
    fn written_configs_read_back_equal() {
        for class in ["LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"] {
            let mut config = read(&base(class)).unwrap();
            assert_eq!(read(&config.to_json("bfloat16")).unwrap(), config);
            config.rope_scaling = Some(RopeScaling {
                factor: 8.0,
                low_freq_factor: 1.0,
                high_freq_factor: 4.0,
                original_max_position_embeddings: 8192,
            });
            config.eos_token_ids = vec![3, 5];
            config.rope_theta = 500_000.0;
            assert_eq!(read(&config.to_json("bfloat16")).unwrap(), config);
        }
    }

    #[test]
    fn generation_config_adds_ends_of_sequence() {
        let text = base("LlamaForCausalLM").to_string();
        let config = Config::read(&text, Some(r#"{"eos_token_id": [3, 9]}"#), Path::new("c")).unwrap();
        assert_eq!(config.eos_token_ids, [3, 9]);
    }

    #[test]
    fn what_is_not_computed_is_refused_by_name() {
        for (key, value, says) in [
            ("architectures", json!(["GPTNeoXForCausalLM"]), "GPTNeoXForCausalLM"),
            ("hidden_act", json!("gelu"), "hidden_act"),
            ("use_sliding_window", json!(true), "use_sliding_window"),
            ("layer_types", json!(["full_attention", "sliding_attention"]), "layer_types"),
            ("rope_scaling", json!({"rope_type": "yarn", "factor": 4.0}), "yarn"),
            ("rope_scaling", json!({"rope_type": "llama3", "factor": 4.0}), "low_freq_factor"),
            ("rope_parameters", json!({"rope_type": "linear", "factor": 2.0}), "linear"),
            ("quantization_config", json!({"quant_method": "gptq"}), "quantization_config"),
            ("num_key_value_heads", json!(3), "num_key_value_heads"),
            ("vocab_size", json!(-1), "vocab_size"),
            ("hidden_size", json!("x"), "hidden_size"),
            ("eos_token_id", json!("</s>"), "eos_token_id"),
        ] {
            let mut config = base("LlamaForCausalLM");
            config[key] = value;
            let message = read(&config).unwrap_err().to_string();
            assert!(message.contains(says), "{key}: {message}");
            assert!(message.starts_with("config.json"), "{message}");
        }
        assert!(Config::read("{", None, Path::new("c")).is_err());
    }

    #[test]
    fn both_forms_of_rope_are_read() {
        let mut config = base("LlamaForCausalLM");
        config["rope_theta"] = json!(1e6);
        assert_eq!(read(&config).unwrap().rope_theta, 1e6);
        config["rope_parameters"] = json!({"rope_type": "default", "rope_theta": 5e5});
        assert_eq!(read(&config).unwrap().rope_theta, 5e5);
    }

    #[test]
    fn parameters_are_counted() {
        let config = read(&base("LlamaForCausalLM")).unwrap();
        let layer = 2 * 32 + 32 * 32 * 2 + 32 * 16 * 2 + 3 * 32 * 48;
        assert_eq!(config.num_parameters(), 2 * 64 * 32 + 32 + 2 * layer);
    }
}
