//! Static embeddings: a row for each token of a vocabulary, and the vector of a text is the mean of its tokens'
//! rows. In: a folder in the format of model2vec (`tokenizer.json` and `model.safetensors`; of its `config.json`
//! nothing is needed, since vectors always get length 1 here). Out: texts as vectors. No network is run: a text costs
//! its tokenising.
//!
//! As model2vec does it: the tokenizer's unknown token is left out; where the file has `weights` (a token's
//! importance) and `mapping` (tokens that share a row), they are used; weighting by rank (Zipf) was done to the
//! rows when the model was made. Unlike there, no text is cut to 512 tokens.

use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::Value;

use super::tokenizer::Tokenizer;
use crate::error::{Error, Result};

/// A model of static embeddings.
#[derive(Debug)]
pub struct Embedding {
    tokenizer: Tokenizer,
    unknown: Option<u32>,
    dims: usize,
    rows: Vec<f32>,
    /// Of each token its weight; without, all count alike.
    weights: Option<Vec<f32>>,
    /// Of each token its row; without, its own.
    mapping: Option<Vec<u32>>,
}

impl Embedding {
    /// Reads the model in `folder`.
    ///
    /// # Errors
    /// A file is missing, damaged, or not of this format.
    pub fn folder(folder: &Path) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            let help = "give a folder with tokenizer.json and model.safetensors, as model2vec writes it";
            std::fs::read(&path)
                .map_err(|error| Error::io("cannot read", &path, error).as_config().help(help))
                .map(|bytes| (path, bytes))
        };
        let (path, json) = read("tokenizer.json")?;
        let tokenizer = Tokenizer::read(&json, Vec::new(), &path)?;
        let unknown = unknown(&json, &tokenizer);
        let (path, bytes) = read("model.safetensors")?;
        let broken = |what: String| {
            Error::config(what).at(&path).help("the file is damaged, or not a model of static embeddings")
        };
        let file = SafeTensors::deserialize(&bytes)
            .map_err(|error| broken("not a safetensors file".to_owned()).caused_by(error))?;
        let tensor = |name: &str| file.tensor(name).ok();
        let found = tensor("embeddings").ok_or_else(|| broken("it has no tensor `embeddings`".to_owned()))?;
        let &[count, dims] = found.shape() else {
            return Err(broken("`embeddings` is not a table of tokens and dimensions".to_owned()));
        };
        let tokens = tokenizer.vocab_size();
        let rows = floats(&found).map_err(&broken)?;
        let weights = tensor("weights").map(|weights| floats(&weights)).transpose().map_err(&broken)?;
        let mapping =
            tensor("mapping").map(|mapping| places(&mapping, count)).transpose().map_err(&broken)?;
        let short = |length: usize| length < tokens;
        let lacks = mapping.as_ref().map_or(short(count), |mapping| short(mapping.len()))
            || weights.as_ref().is_some_and(|weights| short(weights.len()));
        if lacks || dims == 0 {
            return Err(broken(format!("it has fewer rows than the tokenizer has tokens ({tokens})")));
        }
        if rows.iter().chain(weights.iter().flatten()).any(|value| !value.is_finite()) {
            return Err(broken("it holds numbers that are not finite".to_owned()));
        }
        Ok(Self { tokenizer, unknown, dims, rows, weights, mapping })
    }

    /// Numbers of a vector.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// The text as a vector of length 1; `None` if it has no known token, or its rows cancel.
    ///
    /// # Errors
    /// The tokenizer fails.
    pub fn text(&self, text: &str) -> Result<Option<Vec<f32>>> {
        // Sums in f64, in the text's order: the same on every machine.
        let mut sum = vec![0.0f64; self.dims];
        for id in self.tokenizer.encode_text(text)? {
            if self.unknown == Some(id) {
                continue;
            }
            let token = id as usize;
            let row =
                self.mapping.as_ref().map_or(Some(token), |rows| rows.get(token).map(|&row| row as usize));
            let weight = self.weights.as_ref().map_or(Some(1.0), |weights| weights.get(token).copied());
            let (Some(row), Some(weight)) = (row, weight) else { continue };
            let Some(values) = self.rows.get(row * self.dims..(row + 1) * self.dims) else { continue };
            for (sum, value) in sum.iter_mut().zip(values) {
                *sum += f64::from(*value) * f64::from(weight);
            }
        }
        // The mean's direction is the sum's.
        let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
        let known = length > 0.0 && length.is_finite();
        Ok(known.then(|| sum.iter().map(|x| (x / length) as f32).collect()))
    }
}

/// The id of the unknown token, by its text (WordPiece, BPE) or number (Unigram).
fn unknown(json: &[u8], tokenizer: &Tokenizer) -> Option<u32> {
    let json: Value = serde_json::from_slice(json).ok()?;
    let model = json.get("model")?;
    let by_text = model.get("unk_token").and_then(Value::as_str).and_then(|token| tokenizer.id(token));
    by_text.or_else(|| model.get("unk_id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()))
}

/// Numbers as f32.
fn floats(tensor: &TensorView<'_>) -> Result<Vec<f32>, String> {
    let bytes = tensor.data();
    Ok(match tensor.dtype() {
        Dtype::F32 => bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        Dtype::F64 => bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect(),
        Dtype::F16 => {
            bytes.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect()
        }
        Dtype::BF16 => {
            bytes.as_chunks::<2>().0.iter().map(|b| half::bf16::from_le_bytes(*b).to_f32()).collect()
        }
        Dtype::I8 => bytes.iter().map(|b| f32::from(*b as i8)).collect(),
        other => return Err(format!("a tensor of type {other:?} is not supported")),
    })
}

/// Row numbers, each below `count`.
fn places(tensor: &TensorView<'_>, count: usize) -> Result<Vec<u32>, String> {
    let bytes = tensor.data();
    let numbers: Vec<i64> = match tensor.dtype() {
        Dtype::I64 => bytes.as_chunks::<8>().0.iter().map(|b| i64::from_le_bytes(*b)).collect(),
        Dtype::I32 => bytes.as_chunks::<4>().0.iter().map(|b| i64::from(i32::from_le_bytes(*b))).collect(),
        other => return Err(format!("`mapping` is of type {other:?}, not whole numbers")),
    };
    let place = |number: i64| usize::try_from(number).ok().filter(|&row| row < count).map(|row| row as u32);
    let places: Option<Vec<u32>> = numbers.into_iter().map(place).collect();
    places.ok_or_else(|| "`mapping` names a row that is not there".to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Writes a model of whole words, lower-cased: each with its row.
    pub(crate) fn write(folder: &Path, words: &[(&str, &[f32])], extra: &[(&str, Dtype, Vec<u8>)]) {
        let vocabulary: serde_json::Map<String, Value> =
            words.iter().enumerate().map(|(id, (word, _))| ((*word).to_owned(), id.into())).collect();
        let tokenizer = serde_json::json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
            "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null,
            "decoder": null, "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
        });
        std::fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).expect("written");
        let bytes: Vec<u8> =
            words.iter().flat_map(|(_, row)| row.iter().flat_map(|x| x.to_le_bytes())).collect();
        let dims = words.first().map_or(0, |(_, row)| row.len());
        let rows = TensorView::new(Dtype::F32, vec![words.len(), dims], &bytes).expect("a table");
        let mut tensors = HashMap::from([("embeddings".to_owned(), rows)]);
        for (name, dtype, bytes) in extra {
            let view = TensorView::new(*dtype, vec![words.len()], bytes).expect("a list");
            tensors.insert((*name).to_owned(), view);
        }
        let file = safetensors::serialize(&tensors, None).expect("tensors");
        std::fs::write(folder.join("model.safetensors"), file).expect("written");
    }

    const WORDS: [(&str, &[f32]); 4] =
        [("[UNK]", &[9.0, 9.0]), ("two", &[1.0, 0.0]), ("eggs", &[0.0, 1.0]), ("no", &[-1.0, 0.0])];

    #[test]
    fn a_text_is_the_mean_of_its_tokens() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &WORDS, &[]);
        let model = Embedding::folder(folder.path()).expect("a model");
        assert_eq!(model.dims(), 2);
        let half = 0.5f32.sqrt();
        for (text, vector) in [
            ("two", Some([1.0, 0.0])),
            ("Two EGGS", Some([half, half])),
            ("two two purple eggs eggs", Some([half, half])),
            ("purple", None),
            ("", None),
            ("two no", None),
        ] {
            let found = model.text(text).expect("tokenised");
            let near = match (&found, vector) {
                (Some(found), Some(vector)) => found.iter().zip(vector).all(|(a, b)| (a - b).abs() < 1e-6),
                (None, None) => true,
                _ => false,
            };
            assert!(near, "{text:?}: {found:?}");
        }
    }

    #[test]
    fn weights_and_shared_rows() {
        let folder = tempfile::tempdir().expect("a folder");
        let weights: Vec<u8> = [1.0f64, 3.0, 4.0, 1.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let mapping: Vec<u8> = [0i64, 1, 2, 2].iter().flat_map(|x| x.to_le_bytes()).collect();
        write(folder.path(), &WORDS, &[("weights", Dtype::F64, weights), ("mapping", Dtype::I64, mapping)]);
        let model = Embedding::folder(folder.path()).expect("a model");
        assert_eq!(model.text("two eggs").expect("tokenised"), Some(vec![0.6, 0.8]));
        assert_eq!(model.text("no").expect("tokenised"), Some(vec![0.0, 1.0]), "it has the row of `eggs`");
    }

    #[test]
    fn what_is_no_model_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let model = folder.path().join("model.safetensors");
        let far: Vec<u8> = [0i64, 1, 2, 4].iter().flat_map(|x| x.to_le_bytes()).collect();
        let nan: [(&str, &[f32]); 1] = [("[UNK]", &[f32::NAN])];
        type Spoil<'a> = &'a dyn Fn();
        let spoil: [(Spoil<'_>, &str); 6] = [
            (&|| std::fs::remove_file(&model).expect("removed"), "model.safetensors: cannot read"),
            (&|| std::fs::write(&model, "no").expect("written"), "not a safetensors file"),
            (
                &|| std::fs::write(folder.path().join("tokenizer.json"), "{}").expect("written"),
                "tokenizer.json",
            ),
            (
                &|| write(folder.path(), &WORDS, &[("mapping", Dtype::I64, far.clone())]),
                "a row that is not there",
            ),
            (&|| write(folder.path(), &nan, &[]), "not finite"),
            (
                &|| {
                    write(folder.path(), &WORDS[..2], &[]);
                    let few = std::fs::read(&model).expect("read");
                    write(folder.path(), &WORDS, &[]);
                    std::fs::write(&model, few).expect("written");
                },
                "fewer rows than the tokenizer has tokens (4)",
            ),
        ];
        for (spoil, says) in spoil {
            write(folder.path(), &WORDS, &[]);
            spoil();
            let error = Embedding::folder(folder.path()).expect_err("no model");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
