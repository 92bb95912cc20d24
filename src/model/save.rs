//! Writes a checkpoint in the Hugging Face layout.
//!
//! In: a config, tensors by name, the tokenizer's files. Out: a folder that transformers,
//! vLLM and this program load unchanged. Every file appears whole or not at all.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Tensor};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::model::config::{Config, ids_json};

/// What a folder is written from.
pub struct Written<'a> {
    /// The shape.
    pub config: &'a Config,
    /// Every tensor of [`Config::tensors`], in that order; written in bf16.
    pub tensors: &'a [(String, Tensor)],
    /// The bytes of `tokenizer.json`.
    pub tokenizer_json: &'a [u8],
    /// The text of `tokenizer_config.json`, with the chat template where there is one.
    pub tokenizer_config: &'a str,
    /// Weight files: one is `model.safetensors`, more are shards of about equal size with an index.
    pub shards: usize,
}

impl Written<'_> {
    /// Writes the folder, which is made if it is missing.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn to(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).map_err(|e| Error::io("cannot make the folder", folder, e))?;
        self.weights(folder)?;
        let json = |name: &str, value: &Value| {
            let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
            text.push(b'\n');
            replace(&folder.join(name), &text)
        };
        replace(&folder.join("tokenizer.json"), self.tokenizer_json)?;
        replace(&folder.join("tokenizer_config.json"), self.tokenizer_config.as_bytes())?;
        json("config.json", &self.config.to_json("bfloat16"))?;
        json(
            "generation_config.json",
            &json!({
                "do_sample": true,
                "temperature": 1.0,
                "eos_token_id": ids_json(&self.config.eos_token_ids),
                "bos_token_id": self.config.bos_token_id,
            }),
        )
    }

    fn weights(&self, folder: &Path) -> Result<()> {
        let bytes: Vec<(&str, &[usize], Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, tensor)| Ok((name.as_str(), tensor.dims(), bf16_bytes(tensor)?)))
            .collect::<Result<_>>()?;
        let sizes: Vec<usize> = bytes.iter().map(|(_, _, b)| b.len()).collect();
        let cuts = balanced(&sizes, self.shards.max(1));
        let (single, index_path) =
            (folder.join("model.safetensors"), folder.join("model.safetensors.index.json"));
        let (mut start, mut map) = (0, Map::new());
        for (i, &end) in cuts.iter().enumerate() {
            let name = if cuts.len() == 1 {
                "model.safetensors".to_owned()
            } else {
                format!("model-{:05}-of-{:05}.safetensors", i + 1, cuts.len())
            };
            let views = bytes[start..end].iter().map(|(tensor, shape, data)| {
                map.insert((*tensor).to_owned(), json!(name));
                TensorView::new(Dtype::BF16, shape.to_vec(), data).map(|view| (*tensor, view))
            });
            let path = folder.join(&name);
            let failed = |e| Error::failed("cannot write the weights").at(&path).caused_by(e);
            let views = views.collect::<Result<Vec<_>, _>>().map_err(failed)?;
            let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
            let file = safetensors::serialize(views, Some(metadata)).map_err(failed)?;
            replace(&path, &file)?;
            start = end;
        }
        // A folder written before in the other form would otherwise be read in that form.
        if cuts.len() == 1 {
            let _ = std::fs::remove_file(&index_path);
            return Ok(());
        }
        let _ = std::fs::remove_file(&single);
        let index = json!({ "metadata": { "total_size": sizes.iter().sum::<usize>() }, "weight_map": map });
        replace(&index_path, &serde_json::to_vec_pretty(&index).unwrap_or_default())
    }
}

/// A `tokenizer_config.json` for a fresh tokenizer.
pub fn tokenizer_config(template: &str, eos_token: &str, pad_token: &str, max_length: usize) -> String {
    let value = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": max_length,
        "clean_up_tokenization_spaces": false,
        "add_bos_token": false,
        "bos_token": null,
        "eos_token": eos_token,
        "pad_token": pad_token,
        "chat_template": template,
    });
    format!("{value:#}\n")
}

/// Rounded to bf16 by the tensor library; what is then left of an f32 is its upper half.
fn bf16_bytes(tensor: &Tensor) -> Result<Vec<u8>> {
    let rounded = tensor.to_dtype(DType::BF16)?.to_dtype(DType::F32)?;
    let values: Vec<f32> = rounded.flatten_all()?.to_vec1()?;
    Ok(values.iter().flat_map(|v| ((v.to_bits() >> 16) as u16).to_le_bytes()).collect())
}

/// Ends of at most `parts` runs of `sizes`, such that the largest run is as small as can be.
fn balanced(sizes: &[usize], parts: usize) -> Vec<usize> {
    let runs = |cap: usize| {
        let (mut ends, mut sum) = (Vec::new(), 0);
        for (i, &size) in sizes.iter().enumerate() {
            if sum > 0 && sum + size > cap {
                ends.push(i);
                sum = 0;
            }
            sum += size;
        }
        ends.push(sizes.len());
        ends
    };
    let (mut low, mut high) = (sizes.iter().copied().max().unwrap_or(0), sizes.iter().sum());
    while low < high {
        let middle = low + (high - low) / 2;
        if runs(middle).len() <= parts { high = middle } else { low = middle + 1 }
    }
    runs(low)
}

/// Writes beside the target and renames: a reader sees the old file or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".part");
    let temporary = Path::new(&temporary);
    std::fs::write(temporary, bytes).map_err(|e| Error::io("cannot write", temporary, e))?;
    std::fs::rename(temporary, path).map_err(|e| Error::io("cannot write", path, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_balanced() {
        assert_eq!(balanced(&[4, 4, 4, 4], 2), [2, 4]);
        assert_eq!(balanced(&[10, 1, 1, 1], 2), [1, 4]);
        assert_eq!(balanced(&[1, 2, 3], 1), [3]);
        assert_eq!(balanced(&[5], 3), [1]);
    }
}
