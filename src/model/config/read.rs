//! Reads the keys of `config.json`. In: a JSON object. Out: a [`Config`], or an error that names the
//! key and the file. A setting that would change the arithmetic and is not implemented is refused.

use std::path::Path;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::config::{Architecture, Config, RopeScaling};

/// Reads keys of one JSON object; errors name the key and the file.
pub(super) struct Reader<'a> {
    pub(super) object: &'a Map<String, Value>,
    pub(super) path: &'a Path,
}

impl Reader<'_> {
    pub(super) fn config(&self) -> Result<Config> {
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
    pub(super) fn ids(&self, key: &str) -> Result<Vec<u32>> {
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
    use serde_json::json;

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
