//! A checkpoint: a folder in the Hugging Face layout, or the model built into the program.
//!
//! In: a folder with `config.json`, `tokenizer.json`, `tokenizer_config.json`, safetensors and, where
//! there are, `generation_config.json` and `chat_template.jinja`. Out: a [`Checkpoint`], all of it
//! checked but the tensors, which are read when a decoder asks. Nothing is downloaded.

use std::path::{Path, PathBuf};

use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use crate::error::{Error, Result};
use crate::model::chat_template::ChatTemplate;
use crate::model::config::Config;
use crate::model::tokenizer::Tokenizer;
use crate::model::weights::WeightFiles;

/// The name of the built-in model in configs.
pub const BUILTIN: &str = "builtin";

/// The built-in model's files; its weights are in two shards of at most 12 MiB.
mod builtin {
    pub const CONFIG: &str = include_str!("../../models/builtin/config.json");
    pub const GENERATION: &str = include_str!("../../models/builtin/generation_config.json");
    pub const TOKENIZER: &[u8] = include_bytes!("../../models/builtin/tokenizer.json");
    pub const TOKENIZER_CONFIG: &str = include_str!("../../models/builtin/tokenizer_config.json");
    pub const WEIGHTS: [(&str, &[u8]); 2] = [
        (
            "builtin/model-00001-of-00002.safetensors",
            include_bytes!("../../models/builtin/model-00001-of-00002.safetensors"),
        ),
        (
            "builtin/model-00002-of-00002.safetensors",
            include_bytes!("../../models/builtin/model-00002-of-00002.safetensors"),
        ),
    ];
}

/// A model ready to be loaded on a device.
#[derive(Debug)]
pub struct Checkpoint {
    /// `builtin`, or the folder's name: as it stands in the corpus' `model` column.
    pub name: String,
    /// Its shape.
    pub config: Config,
    /// Its tokenizer, which knows the tokens that end a completion.
    pub tokenizer: Tokenizer,
    /// The bytes of `tokenizer.json`, for who writes a checkpoint with the same tokenizer.
    pub tokenizer_json: Vec<u8>,
    /// The text of `tokenizer_config.json` with the chat template in it, for the same.
    pub tokenizer_config: String,
    /// Its chat template; base models have none.
    pub chat_template: Option<ChatTemplate>,
    /// Its weights.
    pub weights: WeightFiles,
    /// xxh3-128, in hex, of config, generation config, tokenizer, chat template and weights.
    pub fingerprint: String,
}

/// The texts of a checkpoint and its opened weights.
struct Parts<'a> {
    name: String,
    config: &'a str,
    generation: Option<&'a str>,
    tokenizer: Vec<u8>,
    tokenizer_config: Option<&'a str>,
    jinja: Option<String>,
    weights: WeightFiles,
    /// Where messages say the parts are.
    folder: &'a Path,
}

impl Checkpoint {
    /// `builtin`, or a folder.
    ///
    /// # Errors
    /// As [`folder`](Self::folder).
    pub fn open(model: &str) -> Result<Self> {
        if model == BUILTIN { Self::builtin() } else { Self::folder(Path::new(model)) }
    }

    /// The model that the program carries.
    ///
    /// # Errors
    /// Never, unless the program was built with a broken model.
    pub fn builtin() -> Result<Self> {
        Self::build(Parts {
            name: BUILTIN.to_owned(),
            config: builtin::CONFIG,
            generation: Some(builtin::GENERATION),
            tokenizer: builtin::TOKENIZER.to_vec(),
            tokenizer_config: Some(builtin::TOKENIZER_CONFIG),
            jinja: None,
            weights: WeightFiles::embedded(&builtin::WEIGHTS)?,
            folder: Path::new(BUILTIN),
        })
    }

    /// The checkpoint in `folder`.
    ///
    /// # Errors
    /// A file that is missing, broken or cut short, or says something that is not supported.
    pub fn folder(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            return Err(Error::config("no such model folder")
                .at(folder)
                .help("give \"builtin\", or a folder with config.json, tokenizer.json and safetensors"));
        }
        let read = |name: &str| {
            let path: PathBuf = folder.join(name);
            match std::fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text)),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(Error::io("cannot read", &path, e)),
            }
        };
        let need = |name: &str| {
            read(name)?.ok_or_else(|| {
                Error::config(format!("{name} is missing in the model folder")).at(folder).help(
                    "the folder must be a whole Hugging Face checkpoint; `save_pretrained` of model and tokenizer \
                     writes one",
                )
            })
        };
        let config = need("config.json")?;
        let tokenizer = need("tokenizer.json")?;
        let (generation, tokenizer_config) =
            (read("generation_config.json")?, read("tokenizer_config.json")?);
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        Self::build(Parts {
            name: real.file_name().map_or_else(|| "model".into(), |n| n.to_string_lossy().into_owned()),
            config: &config,
            generation: generation.as_deref(),
            tokenizer: tokenizer.into_bytes(),
            tokenizer_config: tokenizer_config.as_deref(),
            jinja: read("chat_template.jinja")?,
            weights: WeightFiles::folder(folder)?,
            folder,
        })
    }

    fn build(parts: Parts<'_>) -> Result<Self> {
        let at = |name: &str| parts.folder.join(name);
        let config = Config::read(parts.config, parts.generation, &at("config.json"))?;
        let settings = TokenizerConfig::read(parts.tokenizer_config, &at("tokenizer_config.json"))?;
        let tokenizer_path = at("tokenizer.json");
        let mut eos = config.eos_token_ids.clone();
        let mut tokenizer = Tokenizer::read(&parts.tokenizer, Vec::new(), &tokenizer_path)?;
        let own = settings.eos_token.as_deref().and_then(|token| tokenizer.id(token));
        eos.extend(own.filter(|id| !eos.contains(id)));
        if eos.is_empty() {
            return Err(Error::config("nothing says which token ends a completion")
                .at(parts.folder)
                .help("add eos_token_id to config.json or generation_config.json"));
        }
        tokenizer.set_eos_ids(eos);
        let source = parts.jinja.or(settings.chat_template);
        let chat_template = source
            .map(|s| ChatTemplate::new(&s, settings.bos_token.as_deref(), settings.eos_token.as_deref()))
            .transpose()
            .map_err(|e| e.at(&at("tokenizer_config.json")))?;

        let mut hash = Xxh3::new();
        let template = chat_template.as_ref().map_or("", ChatTemplate::source);
        for text in [
            parts.config.as_bytes(),
            parts.generation.unwrap_or("").as_bytes(),
            &parts.tokenizer,
            template.as_bytes(),
            settings.bos_token.as_deref().unwrap_or("").as_bytes(),
            settings.eos_token.as_deref().unwrap_or("").as_bytes(),
        ] {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text);
        }
        parts.weights.hash(&mut hash)?;
        let mut tokenizer_config: Value =
            parts.tokenizer_config.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        if !tokenizer_config.is_object() {
            tokenizer_config = serde_json::json!({ "tokenizer_class": "PreTrainedTokenizerFast" });
        }
        if chat_template.is_some() {
            tokenizer_config["chat_template"] = template.into();
        }
        let tokenizer_config = format!("{tokenizer_config:#}\n");
        Ok(Self {
            name: parts.name,
            config,
            tokenizer,
            tokenizer_json: parts.tokenizer,
            tokenizer_config,
            chat_template,
            weights: parts.weights,
            fingerprint: format!("{:032x}", hash.digest128()),
        })
    }

    /// The chat template, which an engine and SFT need.
    ///
    /// # Errors
    /// When the checkpoint has none.
    pub fn template(&self) -> Result<&ChatTemplate> {
        self.chat_template.as_ref().ok_or_else(|| {
            Error::config(format!("the model `{}` has no chat template", self.name)).help(
                "it is a base model: put a chat_template.jinja into its folder, or use the instruction-tuned one",
            )
        })
    }
}

/// What is used of `tokenizer_config.json`.
#[derive(Debug, Default)]
struct TokenizerConfig {
    bos_token: Option<String>,
    eos_token: Option<String>,
    chat_template: Option<String>,
}

impl TokenizerConfig {
    fn read(text: Option<&str>, path: &Path) -> Result<Self> {
        let Some(text) = text else { return Ok(Self::default()) };
        let value: Value = serde_json::from_str(text)
            .map_err(|e| Error::config("broken JSON").at_line(path, e.line() as u64).caused_by(e))?;
        // A token is a string, or an object with its `content`.
        let token = |key: &str| {
            let token = value.get(key)?;
            token.as_str().or_else(|| token.get("content")?.as_str()).map(str::to_owned)
        };
        // A template is a string, or a list of named ones of which `default` is the chat's.
        let chat_template = match value.get("chat_template") {
            None | Some(Value::Null) => None,
            Some(Value::String(source)) => Some(source.clone()),
            Some(Value::Array(all)) => {
                let default = all.iter().find(|t| t.get("name").and_then(Value::as_str) == Some("default"));
                let source = default.and_then(|t| t.get("template")?.as_str());
                let none = || Error::config("chat_template has no entry named \"default\"").at(path);
                Some(source.ok_or_else(none)?.to_owned())
            }
            Some(_) => return Err(Error::config("chat_template is neither text nor a list").at(path)),
        };
        Ok(Self { bos_token: token("bos_token"), eos_token: token("eos_token"), chat_template })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::chat_template::CHATML;
    use crate::model::config::Architecture;
    use crate::model::decoder::{Decoder, Fused};
    use crate::model::reference::{random_weights, small};
    use crate::model::save::{Written, tokenizer_config};
    use candle_core::{DType, Device};
    use std::sync::Arc;

    fn write(folder: &Path, shards: usize) -> Config {
        let config = small(Architecture::Qwen3, true);
        let weights = random_weights(&config, 1);
        let tensors: Vec<_> =
            config.tensors().into_iter().map(|(name, _)| (name.clone(), weights[&name].clone())).collect();
        let written = Written {
            config: &config,
            tensors: &tensors,
            tokenizer_json: builtin::TOKENIZER,
            tokenizer_config: &tokenizer_config(CHATML, "<|im_end|>", "<|endoftext|>", 64),
            shards,
        };
        written.to(folder).unwrap();
        config
    }

    fn load(checkpoint: &Checkpoint) -> Result<Decoder> {
        let mut weights = checkpoint.weights.on(DType::F32, &Device::Cpu);
        Decoder::new(&checkpoint.config, Arc::new(Fused), &mut weights)
    }

    #[test]
    fn the_builtin_model_loads() {
        let checkpoint = Checkpoint::open("builtin").unwrap();
        load(&checkpoint).unwrap();
        assert!(checkpoint.template().is_ok());
        assert_eq!(checkpoint.fingerprint.len(), 32);
        let weights: usize = builtin::WEIGHTS.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(weights <= 24 << 20);
    }

    #[test]
    fn written_folders_read_back_whole_or_in_shards() {
        let folder = tempfile::tempdir().unwrap();
        for shards in [2, 1, 3] {
            let config = write(folder.path(), shards);
            let checkpoint = Checkpoint::folder(folder.path()).unwrap();
            assert_eq!(checkpoint.config, config);
            load(&checkpoint).unwrap();
            assert!(checkpoint.tokenizer.eos_ids().contains(&2));
        }
    }

    #[test]
    fn the_fingerprint_sees_a_changed_weight() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 1);
        let before = Checkpoint::folder(folder.path()).unwrap().fingerprint;
        let path = folder.path().join("model.safetensors");
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_ne!(Checkpoint::folder(folder.path()).unwrap().fingerprint, before);
    }

    #[test]
    fn damaged_folders_name_the_file() {
        type Damage = fn(&Path);
        let cases: [(Damage, &[&str]); 7] = [
            (|f| truncate(&f.join("model-00002-of-00002.safetensors"), 1000), &["model-00002", "cut short"]),
            (|f| truncate(&f.join("model-00001-of-00002.safetensors"), 3), &["model-00001", "too short"]),
            (|f| std::fs::remove_file(f.join("model-00002-of-00002.safetensors")).unwrap(), &["model-00002"]),
            (|f| truncate(&f.join("tokenizer.json"), 50), &["tokenizer.json"]),
            (|f| truncate(&f.join("config.json"), 50), &["config.json"]),
            (|f| std::fs::remove_file(f.join("tokenizer.json")).unwrap(), &["tokenizer.json is missing"]),
            (
                |f| edit(&f.join("config.json"), "\"intermediate_size\": 40", "\"intermediate_size\": 41"),
                &["mlp.gate_proj.weight", "[40, 24]", "[41, 24]"],
            ),
        ];
        for (damage, says) in cases {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), 2);
            damage(folder.path());
            let result = Checkpoint::folder(folder.path()).and_then(|c| load(&c).map(|_| ()));
            let message = result.unwrap_err().to_string();
            assert!(says.iter().all(|s| message.contains(s)), "{message}");
        }
        assert!(Checkpoint::folder(Path::new("/nowhere")).unwrap_err().to_string().contains("/nowhere"));
    }

    fn truncate(path: &Path, keep: usize) {
        let bytes = std::fs::read(path).unwrap();
        std::fs::write(path, &bytes[..keep.min(bytes.len())]).unwrap();
    }

    fn edit(path: &Path, from: &str, to: &str) {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains(from));
        std::fs::write(path, text.replace(from, to)).unwrap();
    }
}
