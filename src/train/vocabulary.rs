//! Makes a tokenizer: byte-level BPE in which every digit is a token of its own.
//!
//! In: texts. Out: a `tokenizer.json`. Digits stay single because a small model that sees `127` as one
//! token cannot add to it. The think tags are ordinary added tokens, so that decoding shows them; the
//! three others are special.

use serde_json::{Value, json};
use tokenizers::models::TrainerWrapper;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior;
use tokenizers::{AddedToken, Tokenizer};

use crate::error::{Error, Result};
use crate::format::think;

/// Pads and separates texts.
pub const END_OF_TEXT: &str = "<|endoftext|>";
/// Ends a turn of a chat, and a completion.
pub const IM_END_TEXT: &str = "<|im_end|>";
/// Id of [`IM_END_TEXT`].
pub const IM_END: u32 = 2;
/// The added tokens, in order of id; the first [`SPECIAL`] are special.
const ADDED: [&str; 5] = [END_OF_TEXT, "<|im_start|>", IM_END_TEXT, think::OPEN, think::CLOSE];
/// How many of [`ADDED`] vanish when text is decoded.
const SPECIAL: usize = 3;
/// The smallest vocabulary: every byte and the added tokens.
pub const SMALLEST: usize = 256 + ADDED.len();

/// What a token never crosses: a word takes one sign before it along; digits are single; signs stay
/// together with the line ends after them; white space is split before the last blank, which the
/// next word takes.
const PATTERN: &str = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Trains a tokenizer of at most `vocab_size` tokens on `texts`.
///
/// # Errors
/// When the trainer fails.
pub fn train(texts: &[String], vocab_size: usize, min_frequency: u64) -> Result<Vec<u8>> {
    let failed = |e: tokenizers::Error| Error::failed("cannot train the tokenizer").caused_by(e);
    let split = Split::new(SplitPattern::Regex(PATTERN.to_owned()), SplitDelimiterBehavior::Isolated, false);
    let bytes = ByteLevel::new(false, false, false);
    let pre = Sequence::new(vec![split.map_err(failed)?.into(), bytes.into()]);
    let mut tokenizer = Tokenizer::new(BPE::default());
    tokenizer.with_pre_tokenizer(Some(pre));
    let trainer = BpeTrainer::builder()
        .vocab_size(vocab_size)
        .min_frequency(min_frequency)
        .show_progress(false)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .special_tokens(ADDED.iter().map(|t| AddedToken::from(*t, true)).collect())
        .build();
    let mut trainer = TrainerWrapper::BpeTrainer(trainer);
    tokenizer.train(&mut trainer, texts.iter()).map_err(failed)?;
    let mut file: Value = serde_json::from_str(&tokenizer.to_string(false).map_err(failed)?)
        .map_err(|e| Error::failed("cannot write the tokenizer").caused_by(e))?;
    let added = ADDED.iter().enumerate().map(|(id, token)| {
        json!({
            "id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": id < SPECIAL,
        })
    });
    file["added_tokens"] = added.collect();
    file["decoder"] =
        json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false });
    serde_json::to_vec_pretty(&file).map_err(|e| Error::failed("cannot write the tokenizer").caused_by(e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;
    use std::path::Path;

    #[test]
    fn a_trained_tokenizer_keeps_digits_single_and_knows_the_tags() {
        let texts: Vec<String> =
            (0..300).map(|i| format!("So we add {i} and {}. Then we check: {i} = x.", i * 7)).collect();
        let json = train(&texts, 300, 2).unwrap();
        assert_eq!(train(&texts, 300, 2).unwrap(), json, "the same texts give the same tokenizer");
        let t = model::Tokenizer::read(&json, vec![IM_END], Path::new("t")).unwrap();
        assert!((SMALLEST + 10..=300).contains(&t.vocab_size()), "{}", t.vocab_size());
        assert_eq!(t.id(IM_END_TEXT), Some(IM_END));
        assert_eq!(t.encode_text("12345").unwrap().len(), 5);
        assert_eq!(t.encode_text(" check").unwrap().len(), 1);
        assert_eq!(t.encode_text("<think>").unwrap(), [3]);
        assert_eq!(t.decode(&[3, 4, IM_END]), "<think></think>");
        for text in ["äöü €\n\n  x", "a\tb \u{1f600}", ""] {
            assert_eq!(t.decode(&t.encode_text(text).unwrap()), text);
        }
    }
}
