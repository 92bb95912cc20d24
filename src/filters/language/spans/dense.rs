//! Han characters and kana, which Chinese and Japanese share. In: characters, one after the other. Out: a span of Chinese
//! in a Japanese text or of Japanese in a Chinese one; beside other targets they are runs like those of any script.

use super::{Finder, Span};
use crate::filters::language::Language;
use crate::filters::language::script::{self, Script};
use crate::filters::language::terms;

/// Chinese beside Japanese, which share Han characters: what was read since the last sign of the other.
#[derive(Default)]
pub struct Dense {
    pub start: usize,
    pub end: usize,
    pub signs: u32,
    pub letters: u32,
}

impl Finder<'_> {
    /// A Han character or kana.
    pub(super) fn letter(&mut self, at: usize, c: char, script: Script) {
        self.found.words += 1;
        match (self.target, script) {
            (Language::Chinese, Script::Han) | (Language::Japanese, _) => {
                self.close();
                if self.target == Language::Japanese {
                    self.chinese_in_japanese(at, c, script);
                } else {
                    self.japanese_in_chinese(at, c, false);
                }
            }
            (Language::Chinese, Script::Kana) => {
                self.close();
                self.japanese_in_chinese(at, c, true);
            }
            _ => {
                let before = self.text[..at].chars().next_back();
                let known = self.asked.asked().has_pair(before, c)
                    || (self.asked.asked().has_pair(None, c)
                        && before.is_none_or(|c| script::script(c).is_none()));
                let run = self.run_of(script, at);
                run.range.end = at + c.len_utf8();
                run.words += 1;
                run.telling += u32::from(!known);
                run.lower += u32::from(!known);
                run.certain |= !known;
                if script == Script::Kana {
                    run.script = Script::Kana;
                }
            }
        }
    }

    /// Kana in a Chinese text; Han characters near them belong to the passage.
    pub(super) fn japanese_in_chinese(&mut self, at: usize, c: char, kana: bool) {
        let dense = &mut self.dense;
        if kana {
            // の stands for 之 on signs and in brand names.
            if dense.signs == 0 {
                dense.start = at;
            }
            let known = self.asked.asked().has_pair(None, c);
            dense.signs += u32::from(!known && c != 'の');
            dense.letters += 1;
            dense.end = at + c.len_utf8();
        } else if dense.signs > 0 || dense.letters > 0 {
            if at - dense.end > 36 {
                self.end_dense();
            } else {
                dense.letters += 1;
            }
        }
    }

    /// Simplified characters and long runs without kana in a Japanese text.
    pub(super) fn chinese_in_japanese(&mut self, at: usize, c: char, script: Script) {
        if script == Script::Kana {
            self.end_dense();
            return;
        }
        let before = self.text[..at].chars().next_back();
        let known = self.asked.asked().has_pair(before, c);
        let dense = &mut self.dense;
        if dense.letters == 0 {
            dense.start = at;
        }
        dense.letters += 1;
        dense.end = at + c.len_utf8();
        let grammar = matches!(
            c,
            '的' | '了'
                | '是'
                | '我'
                | '他'
                | '她'
                | '在'
                | '和'
                | '就'
                | '都'
                | '也'
                | '很'
                | '把'
                | '被'
                | '得'
                | '到'
        );
        dense.signs += u32::from(!known && (terms::is_simplified(c) || (grammar && dense.letters > 3)));
    }

    pub(super) fn end_dense(&mut self) {
        let dense = std::mem::take(&mut self.dense);
        if dense.signs >= 2 {
            let language =
                if self.target == Language::Japanese { Language::Chinese } else { Language::Japanese };
            if !self.asked.asked().allows(language) {
                self.found.spans.push(Span { range: dense.start..dense.end, language, words: dense.letters });
            }
        }
    }
}
