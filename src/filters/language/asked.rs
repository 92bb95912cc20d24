//! What a prompt allows in its answers: its own words, and the languages that it names. In: the prompt's
//! text. Out: a set to ask. Never judges the answer.

use std::collections::HashSet;

use super::Language;
use super::identify::Letters;
use super::script::{Script, script};

/// Words and languages that stand in a prompt.
#[derive(Debug, Default)]
pub struct Asked {
    words: HashSet<u64>,
    languages: Vec<Language>,
    /// The prompt is a task of translation.
    translation: bool,
}

/// How a task of translation is worded, in lower case. `translate` alone also moves points and graphs:
/// it counts only beside the name of a language.
const TRANSLATION: [&str; 8] =
    ["translat", "翻译", "翻譯", "traduc", "tradui", "übersetz", "перевед", "переклад"];

impl Asked {
    /// Reads a prompt.
    pub fn new(prompt: &str) -> Self {
        let mut asked = Self::default();
        let mut word = Letters::new();
        let mut previous: Option<char> = None;
        for c in prompt.chars().chain([' ']) {
            match script(c) {
                Some(script) if script.is_dense() => {
                    asked.end(&mut word);
                    asked.words.insert(pair('\0', c));
                    if let Some(before) = previous {
                        asked.words.insert(pair(before, c));
                    }
                    previous = Some(c);
                    continue;
                }
                Some(_) => word.push(c),
                None => asked.end(&mut word),
            }
            previous = None;
        }
        asked.languages = Language::ALL.into_iter().filter(|language| language.is_named_in(prompt)).collect();
        if !asked.languages.is_empty() {
            let lower = prompt.to_lowercase();
            asked.translation = TRANSLATION.into_iter().any(|cue| lower.contains(cue));
        }
        asked
    }

    fn end(&mut self, word: &mut Letters) {
        if word.len() > 0 {
            self.words.insert(word.hash());
            *word = Letters::new();
        }
    }

    /// True if the word stands in the prompt.
    #[inline]
    pub fn has(&self, word: &Letters) -> bool {
        self.has_hash(word.hash())
    }

    /// True if the word of this [`Letters::hash`] stands in the prompt.
    #[inline]
    pub fn has_hash(&self, word: u64) -> bool {
        !self.words.is_empty() && self.words.contains(&word)
    }

    /// True if the character stands in the prompt, for scripts written without spaces: beside the one
    /// before it, where there is one.
    #[inline]
    pub fn has_pair(&self, before: Option<char>, c: char) -> bool {
        !self.words.is_empty() && self.words.contains(&pair(before.unwrap_or('\0'), c))
    }

    /// True if answers may be in `language`.
    pub fn allows(&self, language: Language) -> bool {
        self.translation || self.languages.contains(&language)
    }
}

/// A key for two neighbouring characters that no word's hash is likely to share.
fn pair(before: char, c: char) -> u64 {
    ((u64::from(before as u32) << 32) | u64::from(c as u32) | 1 << 63).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Script {
    /// The language that writes in this script, where there is one to be told from it alone.
    pub fn language(self) -> Language {
        match self {
            Script::Latin => Language::English,
            Script::Greek => Language::Greek,
            Script::Cyrillic => Language::Russian,
            Script::Armenian => Language::Armenian,
            Script::Hebrew => Language::Hebrew,
            Script::Arabic => Language::Arabic,
            Script::Devanagari => Language::Hindi,
            Script::Bengali => Language::Bengali,
            Script::Gurmukhi => Language::Punjabi,
            Script::Gujarati => Language::Gujarati,
            Script::Odia => Language::Odia,
            Script::Tamil => Language::Tamil,
            Script::Telugu => Language::Telugu,
            Script::Kannada => Language::Kannada,
            Script::Malayalam => Language::Malayalam,
            Script::Sinhala => Language::Sinhala,
            Script::Thai => Language::Thai,
            Script::Lao => Language::Lao,
            Script::Tibetan => Language::Tibetan,
            Script::Burmese => Language::Burmese,
            Script::Georgian => Language::Georgian,
            Script::Hangul => Language::Korean,
            Script::Ethiopic => Language::Amharic,
            Script::Khmer => Language::Khmer,
            Script::Mongolian => Language::Mongolian,
            Script::Kana => Language::Japanese,
            Script::Han => Language::Chinese,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_languages_table() {
        let letters = |word: &str| {
            let mut letters = Letters::new();
            word.chars().for_each(|c| letters.push(c));
            letters
        };
        let asked = Asked::new("What does the German word „Schadenfreude“ mean? And 因此?");
        assert!(asked.has(&letters("schadenfreude")) && !asked.has(&letters("Freude")));
        assert!(
            asked.has_pair(None, '因')
                && asked.has_pair(Some('因'), '此')
                && !asked.has_pair(Some('此'), '因')
        );
        assert!(asked.allows(Language::German) && !asked.allows(Language::French) && !asked.translation);
        for (prompt, translation) in [
            ("Translate \"the cat\" to French.", true),
            ("把这句话翻译成英语", true),
            ("Translate the graph of f by 3 units.", false),
            ("Joe polishes 3 shoes.", false),
            ("", false),
        ] {
            assert_eq!(Asked::new(prompt).translation, translation, "{prompt}");
        }
        assert!(!Asked::new("Joe can polish 3 shoes").allows(Language::Polish));
    }
}
