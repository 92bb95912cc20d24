//! In which language is a text? In: its prose. Out: words by script and language, and the language that they make, for
//! a prompt or an answer as a whole. Never looks for passages.

use super::Language;
use super::identify::{CYRILLIC, LATIN, Letters, NAT, evidence as word_evidence};
use super::script::{Script, script};
use crate::filters::mask::{Kind, Piece, is_name};

/// The language in which most of `pieces` of `text` is written, by its words; with the evidence of each language
/// of an alphabet, where that decides. `None` where there are no words.
pub fn evidence(text: &str, pieces: &[Piece]) -> Tally {
    let mut tally = Tally::default();
    for piece in pieces.iter().filter(|piece| piece.kind == Kind::Prose) {
        let mut letters = Letters::new();
        let (mut start, mut current, mut upper) = (piece.range.start, None, 0u32);
        let prose = &text[piece.range.clone()];
        for (at, c) in
            prose.char_indices().map(|(at, c)| (piece.range.start + at, c)).chain([(piece.range.end, ' ')])
        {
            let found = script(c);
            if found.is_some() && found == current && !found.is_some_and(Script::is_dense) {
                letters.push(c);
                upper += u32::from(c.is_uppercase());
                continue;
            }
            if let Some(script) = current
                && letters.len() >= 2
                && !is_name(text.as_bytes(), &(start..at))
            {
                if c == '\'' || c == '’' {
                    letters.push('\'');
                }
                tally.word(script, &letters, upper);
            }
            letters = Letters::new();
            (start, current, upper) = (at, None, 0);
            match found {
                Some(Script::Han) => tally.han += 1,
                Some(Script::Kana) => tally.kana += 1,
                Some(script) => {
                    current = Some(script);
                    letters.push(c);
                    upper = u32::from(c.is_uppercase());
                }
                None => {}
            }
        }
    }
    tally
}

/// Words of a text by script and language.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    latin: [i32; 16],
    cyrillic: [i32; 16],
    latin_words: u32,
    cyrillic_words: u32,
    han: u32,
    kana: u32,
    persian: u32,
    others: Vec<(Script, u32)>,
}

impl Tally {
    fn word(&mut self, script: Script, letters: &Letters, upper: u32) {
        let capital = upper > 0;
        match script {
            Script::Latin | Script::Cyrillic => {
                let cyrillic = script == Script::Cyrillic;
                let (sums, words) = if cyrillic {
                    (&mut self.cyrillic, &mut self.cyrillic_words)
                } else {
                    (&mut self.latin, &mut self.latin_words)
                };
                *words += 1;
                if upper as usize == letters.len() {
                    return;
                }
                let evidence = word_evidence(letters, cyrillic);
                let top = i32::from(evidence.iter().copied().max().unwrap_or(0));
                for (sum, evidence) in sums.iter_mut().zip(evidence) {
                    // Relative to the best, so that no word counts for more than it can.
                    *sum += (i32::from(evidence) - top).max(if capital { -2 * NAT } else { -5 * NAT });
                }
            }
            _ => {
                if script == Script::Arabic
                    && letters.as_slice().iter().any(|c| matches!(c, 0x6af | 0x686 | 0x67e | 0x6cc | 0x6a9))
                {
                    self.persian += 1;
                }
                match self.others.iter_mut().find(|(other, _)| *other == script) {
                    Some((_, words)) => *words += 1,
                    None => self.others.push((script, 1)),
                }
            }
        }
    }

    /// Words by which the language is told.
    pub fn words(&self) -> u32 {
        let others: u32 = self.others.iter().map(|(_, words)| words).sum();
        self.latin_words + self.cyrillic_words + others + (self.han + self.kana) / 2
    }

    /// The language of the text; where its words do not decide, the one among the likely that `more` prefers.
    pub fn language(&self, more: impl FnOnce() -> Tally) -> Option<Language> {
        let dense = (self.han + self.kana) * 2 / 3;
        let other = self.others.iter().max_by_key(|(_, words)| *words).copied();
        let most = [self.latin_words, self.cyrillic_words, dense, other.map_or(0, |(_, words)| words)]
            .into_iter()
            .max()
            .unwrap_or(0);
        if most == 0 && self.han + self.kana == 0 {
            return None;
        }
        if dense == most && dense == self.latin_words {
            // "Who wrote 红楼梦?": what it is answered in.
            return more().language(Tally::default).or(Some(Language::English));
        }
        if dense == most || (self.latin_words + self.cyrillic_words == 0 && other.is_none()) {
            return Some(if self.kana * 12 > self.han { Language::Japanese } else { Language::Chinese });
        }
        if let Some((script, words)) = other
            && words == most
        {
            let persian = script == Script::Arabic && self.persian * 4 > words;
            return Some(if persian { Language::Persian } else { script.language() });
        }
        let (sums, languages): (_, &[Language]) =
            if self.cyrillic_words == most { (&self.cyrillic, &CYRILLIC) } else { (&self.latin, &LATIN) };
        let mut ranked: Vec<usize> = (0..languages.len()).collect();
        ranked.sort_by_key(|column| std::cmp::Reverse(sums[*column]));
        let [best, second, ..] = ranked[..] else { return None };
        if sums[best] - sums[second] >= UNSURE {
            return Some(languages[best]);
        }
        // A short problem: what the answer is written in, as long as the problem may be in it.
        let more = more();
        let (others, words) = if self.cyrillic_words == most {
            (&more.cyrillic, more.cyrillic_words)
        } else {
            (&more.latin, more.latin_words)
        };
        if words == 0 {
            return Some(languages[best]);
        }
        let top = (0..languages.len()).map(|column| others[column]).max().unwrap_or(0);
        let best = (0..languages.len())
            .max_by_key(|column| sums[*column] + (others[*column] - top).max(-ANSWER_MOST))?;
        Some(languages[best])
    }
}

/// Evidence within which a problem's language is not decided by its own words alone …
const UNSURE: i32 = 4 * NAT;

/// … and the most that those of the answer, in which another language may be mixed, then say.
const ANSWER_MOST: i32 = 3 * NAT;
