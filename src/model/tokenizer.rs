//! Text to token ids and back, by a `tokenizer.json`.
//!
//! In: text that is ours (a rendered chat template) or somebody's (a problem, a completion). Out: ids.
//! Special tokens are recognised in our text only: somebody's `<|im_end|>` is encoded as plain letters,
//! so that no prompt can close a turn. It knows no roles and no templates.

use std::path::Path;
use std::sync::OnceLock;

use tokenizers::DecoderWrapper;

use crate::error::{Error, Result};

/// Stands inside the special tokens of somebody's text while a template is rendered. A private-use
/// character that no template writes; were it in a text already, it would be lost there.
const GUARD: char = '\u{f8f0}';

/// A model's tokenizer.
#[derive(Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    /// The same, blind to special tokens; made when first needed (a copy of a large vocabulary).
    blind: OnceLock<tokenizers::Tokenizer>,
    /// Texts and ids of the special tokens, longest first.
    specials: Vec<(String, u32)>,
    /// For byte-level vocabularies, the bytes of each id; `None` inside for special tokens.
    bytes: Option<Vec<Option<Box<[u8]>>>>,
    eos_ids: Vec<u32>,
}

impl Tokenizer {
    /// Reads a `tokenizer.json`; `path` is for messages. `eos_ids` end a completion.
    ///
    /// # Errors
    /// When it is not one.
    pub fn read(json: &[u8], eos_ids: Vec<u32>, path: &Path) -> Result<Self> {
        let mut inner = tokenizers::Tokenizer::from_bytes(json).map_err(|e| {
            Error::config("not a tokenizer.json that can be read").at(path).caused_by(e).help(
                "the file is damaged or not fully downloaded, or not of the tokenizers library: fetch it again",
            )
        })?;
        inner.with_padding(None);
        inner
            .with_truncation(None)
            .map_err(|e| Error::config("cannot switch truncation off").at(path).caused_by(e))?;
        let mut specials: Vec<(String, u32)> = inner
            .get_added_tokens_decoder()
            .into_iter()
            .filter(|(_, token)| token.special && !token.content.is_empty())
            .map(|(id, token)| (token.content, id))
            .collect();
        specials.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        let bytes = matches!(inner.get_decoder(), Some(DecoderWrapper::ByteLevel(_)))
            .then(|| byte_table(&inner, &specials));
        Ok(Self { inner, blind: OnceLock::new(), specials, bytes, eos_ids })
    }

    /// Ids of our own text: special tokens in it are recognised.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn encode_template(&self, text: &str) -> Result<Vec<u32>> {
        ids(self.inner.encode_fast(text, false))
    }

    /// Ids of somebody's text: special tokens in it are letters like others.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn encode_text(&self, text: &str) -> Result<Vec<u32>> {
        if !self.has_special(text) {
            return self.encode_template(text);
        }
        let blind = self.blind.get_or_init(|| {
            let mut blind = self.inner.clone();
            blind.set_encode_special_tokens(true);
            blind
        });
        ids(blind.encode_fast(text, false))
    }

    /// Somebody's text made safe to be put into a template: its special tokens are broken up by a
    /// guard that [`encode_guarded`](Self::encode_guarded) takes out again.
    pub fn guard(&self, text: &str) -> String {
        let mut out: String = text.chars().filter(|&c| c != GUARD).collect();
        // Longest first; a shorter one inside a longer one is broken up in its turn.
        while let Some((special, _)) = self.specials.iter().find(|(s, _)| out.contains(s.as_str())) {
            let first = special.chars().next().map_or(0, char::len_utf8);
            let mut broken = special.clone();
            if broken.len() == first {
                broken.push(GUARD); // A special token of one character cannot be broken.
                out = out.replace(special.as_str(), "");
            } else {
                broken.insert(first, GUARD);
                out = out.replace(special.as_str(), &broken);
            }
        }
        out
    }

    /// Ids of a rendered template whose foreign parts were [guarded](Self::guard).
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn encode_guarded(&self, rendered: &str) -> Result<Vec<u32>> {
        if !rendered.contains(GUARD) {
            return self.encode_template(rendered);
        }
        let (mut out, mut rest) = (Vec::new(), rendered);
        while !rest.is_empty() {
            let next = self
                .specials
                .iter()
                .filter_map(|(s, id)| rest.find(s.as_str()).map(|at| (at, s.len(), *id)))
                .min_by_key(|&(at, len, _)| (at, std::cmp::Reverse(len)));
            let (end, skip) = next.map_or((rest.len(), 0), |(at, len, _)| (at, len));
            if end > 0 {
                out.extend(self.encode_text(&rest[..end].replace(GUARD, ""))?);
            }
            out.extend(next.map(|(_, _, id)| id));
            rest = &rest[end + skip..];
        }
        Ok(out)
    }

    /// True if `text` holds the text of a special token.
    pub fn has_special(&self, text: &str) -> bool {
        self.specials.iter().any(|(special, _)| text.contains(special.as_str()))
    }

    /// The text of `ids` without special tokens. Bytes that are not UTF-8 become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        match &self.bytes {
            Some(table) => {
                let bytes: Vec<u8> = ids
                    .iter()
                    .filter_map(|&id| table.get(id as usize)?.as_deref())
                    .flatten()
                    .copied()
                    .collect();
                String::from_utf8_lossy(&bytes).into_owned()
            }
            None => self.inner.decode(ids, true).unwrap_or_default(),
        }
    }

    /// Text as tokens arrive; what [`Stream::push`] and [`Stream::finish`] give, joined, is what
    /// [`decode`](Self::decode) gives of all ids.
    pub fn stream(&self) -> Stream {
        Stream::default()
    }

    /// True if `id` ends a completion.
    pub fn is_eos(&self, id: u32) -> bool {
        self.eos_ids.contains(&id)
    }

    pub(crate) fn set_eos_ids(&mut self, ids: Vec<u32>) {
        self.eos_ids = ids;
    }

    /// The ids that end a completion.
    pub fn eos_ids(&self) -> &[u32] {
        &self.eos_ids
    }

    /// The id of a token's text.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    /// Tokens, added ones included.
    pub fn vocab_size(&self) -> usize {
        self.inner.get_vocab_size(true)
    }
}

fn ids(encoding: tokenizers::Result<tokenizers::Encoding>) -> Result<Vec<u32>> {
    match encoding {
        Ok(encoding) => Ok(encoding.get_ids().to_vec()),
        Err(e) => Err(Error::failed("the tokenizer failed").caused_by(e)),
    }
}

/// Text of one completion, token by token. Holds back bytes that do not yet make a character.
#[derive(Debug, Clone, Default)]
pub struct Stream {
    pending: Vec<u8>,
    ids: Vec<u32>,
    given: usize,
}

impl Stream {
    /// The text that `id` adds; empty while a character is incomplete.
    pub fn push(&mut self, tokenizer: &Tokenizer, id: u32) -> String {
        match &tokenizer.bytes {
            Some(table) => {
                if let Some(Some(bytes)) = table.get(id as usize) {
                    self.pending.extend_from_slice(bytes);
                }
                take_complete(&mut self.pending)
            }
            None => {
                // Vocabularies with context rules (`▁`, byte fallback) are decoded from the start of
                // the line of ids; they are rare here and completions short.
                self.ids.push(id);
                let text = tokenizer.decode(&self.ids);
                if text.ends_with('\u{fffd}') { String::new() } else { self.since(&text) }
            }
        }
    }

    /// What is left at the end.
    pub fn finish(mut self, tokenizer: &Tokenizer) -> String {
        if tokenizer.bytes.is_some() {
            return String::from_utf8_lossy(&self.pending).into_owned();
        }
        let text = tokenizer.decode(&self.ids);
        self.since(&text)
    }

    fn since(&mut self, text: &str) -> String {
        let new = text.get(self.given..).unwrap_or("").to_owned();
        self.given = self.given.max(text.len());
        new
    }
}

/// Takes everything but an incomplete last character; bytes that can never be one become U+FFFD.
fn take_complete(pending: &mut Vec<u8>) -> String {
    let mut out = String::new();
    let mut done = 0;
    loop {
        match std::str::from_utf8(&pending[done..]) {
            Ok(text) => {
                out.push_str(text);
                pending.clear();
                return out;
            }
            Err(e) => {
                let valid = done + e.valid_up_to();
                out.push_str(std::str::from_utf8(&pending[done..valid]).unwrap_or(""));
                match e.error_len() {
                    Some(len) => {
                        out.push('\u{fffd}');
                        done = valid + len;
                    }
                    None => {
                        pending.drain(..valid);
                        return out;
                    }
                }
            }
        }
    }
}

/// The bytes of every id of a byte-level vocabulary.
fn byte_table(inner: &tokenizers::Tokenizer, specials: &[(String, u32)]) -> Vec<Option<Box<[u8]>>> {
    let byte_of: std::collections::HashMap<char, u8> = (0..=255).map(|b| (byte_char(b), b)).collect();
    let mut table = Vec::new();
    for (token, id) in inner.get_vocab(true) {
        let id = id as usize;
        if table.len() <= id {
            table.resize(id + 1, None);
        }
        // A token that is not written in the byte alphabet (an added one with a space) is itself.
        let bytes: Option<Box<[u8]>> = token.chars().map(|c| byte_of.get(&c).copied()).collect();
        table[id] = Some(bytes.unwrap_or_else(|| token.as_bytes().into()));
    }
    for (_, id) in specials {
        if let Some(slot) = table.get_mut(*id as usize) {
            *slot = None;
        }
    }
    table
}

/// The letter that stands for a byte in byte-level vocabularies: visible Latin-1 stands for itself,
/// the other bytes are numbered from U+0100.
fn byte_char(byte: u8) -> char {
    let visible = |b: u8| matches!(b, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    if visible(byte) {
        char::from(byte)
    } else {
        let before = (0..byte).filter(|&b| !visible(b)).count() as u32;
        char::from_u32(256 + before).unwrap_or('\u{fffd}')
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A byte-level tokenizer with two special tokens and one ordinary added one.
    pub(crate) fn tiny() -> Tokenizer {
        let mut vocab = serde_json::Map::new();
        for byte in 0..=255u8 {
            vocab.insert(byte_char(byte).to_string(), usize::from(byte).into());
        }
        vocab.insert("ab".to_owned(), 256.into());
        let added = |id: u32, content: &str, special: bool| {
            serde_json::json!({"id": id, "content": content, "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": special})
        };
        let json = serde_json::json!({
            "version": "1.0", "truncation": null, "padding": null, "normalizer": null,
            "added_tokens": [added(257, "<|im_start|>", true), added(258, "<|im_end|>", true),
                             added(259, "<think>", false)],
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
            "post_processor": null,
            "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
            "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                "vocab": vocab, "merges": [["a", "b"]]},
        });
        Tokenizer::read(json.to_string().as_bytes(), vec![258], Path::new("tokenizer.json")).unwrap()
    }

    #[test]
    fn special_tokens_are_recognised_in_our_text_only() {
        let t = tiny();
        assert_eq!(t.encode_template("<|im_start|>ab<|im_end|>").unwrap(), [257, 256, 258]);
        let foreign = t.encode_text("ab<|im_end|>").unwrap();
        assert!(!foreign.contains(&258), "{foreign:?}");
        assert_eq!(t.decode(&foreign), "ab<|im_end|>");
        let guarded = format!("<|im_start|>{}<|im_end|>", t.guard("x<|im_end|>y"));
        let ids = t.encode_guarded(&guarded).unwrap();
        assert_eq!(ids.iter().filter(|&&id| id == 258).count(), 1);
        assert_eq!(t.decode(&ids), "x<|im_end|>y");
    }

    #[test]
    fn thinking_tags_survive_decoding_and_special_tokens_do_not() {
        let t = tiny();
        assert_eq!(t.encode_text("<think>").unwrap(), [259]);
        assert_eq!(t.decode(&[257, 259, 97, 258]), "<think>a");
        assert_eq!(t.decode(&[97, 9_999]), "a");
        assert!(t.is_eos(258) && !t.is_eos(257));
    }

    #[test]
    fn nested_special_tokens_are_broken_up() {
        let t = tiny();
        let text = "<|im_<|im_end|>end|> <|im_end|><|im_end|>";
        let ids = t.encode_guarded(&t.guard(text)).unwrap();
        assert!(!ids.contains(&258));
        assert_eq!(t.decode(&ids), text);
    }

    proptest! {
        #[test]
        fn text_survives_and_streams_alike(text in "(?s).{0,40}(<\\|im_end\\|>)?.{0,10}") {
            let t = tiny();
            let ids = t.encode_text(&text).unwrap();
            prop_assert_eq!(&t.decode(&ids), &text);
        }

        #[test]
        fn any_ids_stream_as_they_decode(ids in proptest::collection::vec(0u32..262, 0..60)) {
            let t = tiny();
            let mut stream = t.stream();
            let mut text: String = ids.iter().map(|&id| stream.push(&t, id)).collect();
            text.push_str(&stream.finish(&t));
            prop_assert_eq!(text, t.decode(&ids));
        }
    }
}
