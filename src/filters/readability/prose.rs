//! What is measured of prose: words in paragraphs and sentences, letters, symbols in a row, letters that make no words.
//! In: a text with its bit maps. Out: figures. One pass: over the bit maps, and character by character through what
//! stands between spaces and is not plain ASCII.

use std::ops::Range;

use super::{Figures, letters};
use crate::filters::classes::{self, Block};
use crate::filters::language::{Script, script};
use crate::filters::lexicon::Words;
use crate::filters::mask;
use crate::filters::reading::{Prose, Reading};
use crate::filters::swar;
use crate::filters::wide::wide;

/// Reads the prose.
pub fn read(figures: &mut Figures, reading: &Reading<'_>) {
    let mut reader = Reader {
        figures,
        text: reading.text(),
        blocks: reading.blocks(),
        prose: reading.prose(),
        looked: reading.words(),
        paragraph: 0,
        sentence: 0,
        model: letters::Model::new(),
    };
    reader.all();
    let Reader { paragraph, sentence, model, figures, .. } = reader;
    figures.paragraph = figures.paragraph.max(paragraph.div_ceil(2));
    figures.sentence = figures.sentence.max(sentence.div_ceil(2));
    figures.gibberish = model.worst();
}

struct Reader<'a> {
    figures: &'a mut Figures,
    text: &'a str,
    blocks: &'a [Block],
    prose: &'a [Prose],
    looked: &'a Words,
    /// Half words of the paragraph and of the sentence so far.
    paragraph: u32,
    sentence: u32,
    model: letters::Model,
}

impl Reader<'_> {
    fn all(&mut self) {
        let mut at = 0;
        for block in 0..self.blocks.len() {
            let mut odd = self.blocks[block].odd & self.prose[block].prose;
            while odd != 0 {
                let place = 64 * block + odd.trailing_zeros() as usize;
                odd &= odd - 1;
                if place < at {
                    continue;
                }
                let from = self.run_start(at, place);
                let to = self.run_end(place);
                self.plain(at..from);
                self.odd(from..to);
                at = to;
            }
        }
        self.plain(at..self.text.len());
    }

    /// Where what stands between white space, or other pieces, and holds `place` begins; at `from` at the earliest.
    fn run_start(&self, from: usize, place: usize) -> usize {
        let mut block = place / 64;
        let mut bits = classes::between(0, place % 64);
        loop {
            let breaks = (self.blocks[block].white | !self.prose[block].prose) & bits;
            if breaks != 0 {
                return from.max(64 * block + 64 - breaks.leading_zeros() as usize);
            }
            if 64 * block <= from {
                return from;
            }
            (block, bits) = (block - 1, u64::MAX);
        }
    }

    fn run_end(&self, place: usize) -> usize {
        let mut block = place / 64;
        let mut bits = !classes::between(0, place % 64);
        while let (Some(map), Some(prose)) = (self.blocks.get(block), self.prose.get(block)) {
            let breaks = (map.white | !prose.prose) & bits;
            if breaks != 0 {
                return 64 * block + breaks.trailing_zeros() as usize;
            }
            (block, bits) = (block + 1, u64::MAX);
        }
        self.text.len()
    }

    /// The bits of words, letters and the apostrophes behind them, in a block of plain prose; `inside` if the one
    /// before ended within a word.
    #[inline]
    fn words(&self, block: usize, range: &Range<usize>, inside: u64) -> (u64, u64) {
        let Some(map) = self.blocks.get(block) else { return (0, 0) };
        let here = here(block, range) & self.prose[block].prose;
        let (letters, marks) = (map.letters & here, map.apostrophes & here);
        if marks == 0 {
            return (letters, 0);
        }
        let mut behind = (letters << 1 | inside) & marks;
        loop {
            let more = behind << 1 & marks & !behind;
            if more == 0 {
                return (letters | behind, behind);
            }
            behind |= more;
        }
    }

    /// Prose of ASCII, and pieces that are not prose.
    fn plain(&mut self, range: Range<usize>) {
        let reader = self;
        wide!(Reader::plain_blocks, reader: &mut Reader<'_>, range: Range<usize> => ());
    }

    #[inline(always)]
    fn plain_blocks(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let (first, last) = (range.start / 64, (range.end - 1) / 64);
        let mut inside = 0;
        let mut symbols: Option<usize> = None;
        let mut words = self.words(first, &range, 0);
        for block in first..=last {
            let next = self.words(block + 1, &range, words.0 >> 63);
            self.block(block, &range, inside, words, next, &mut symbols);
            inside = words.0 >> 63;
            words = next;
        }
        if let Some(start) = symbols {
            self.symbols(start..range.end);
        }
    }

    #[inline(always)]
    fn block(
        &mut self,
        block: usize,
        range: &Range<usize>,
        inside: u64,
        (words, marks): (u64, u64),
        (next_words, next_marks): (u64, u64),
        symbols: &mut Option<usize>,
    ) {
        let (map, start) = (&self.blocks[block], 64 * block);
        let here = here(block, range);
        let prose = self.prose[block].prose & here;
        // There is one block more than there is text for.
        let behind = &self.blocks[block + 1];
        let starts = words & !(words << 1 | inside);
        self.figures.letters += words.count_ones();
        self.figures.chars += (prose & !map.white).count_ones();
        // White space, or the end of the text, behind a full stop ends a sentence; a blank line ends a paragraph.
        let mut white = map.white >> 1 | behind.white << 63;
        if self.text.len() - 1 - start < 64 {
            white |= 1 << (self.text.len() - 1 - start);
        }
        let before = if block == 0 { 0 } else { self.blocks[block - 1].newlines >> 63 };
        let beside = (map.newlines >> 1 | behind.newlines << 63) | (map.newlines << 1 | before);
        let blank = map.newlines & beside;
        let mut ends = (map.stops & white | map.newlines) & prose;
        // A formula counts as a word.
        let mut count = starts | self.prose[block].others & here;
        while ends != 0 {
            let end = ends & ends.wrapping_neg();
            ends ^= end;
            let half_words = 2 * (count & (end - 1)).count_ones();
            count &= !(end - 1);
            self.sentence += half_words;
            self.paragraph += half_words;
            self.figures.sentence = self.figures.sentence.max(self.sentence.div_ceil(2));
            self.sentence = 0;
            if blank & end != 0 {
                self.figures.paragraph = self.figures.paragraph.max(self.paragraph.div_ceil(2));
                self.paragraph = 0;
            }
        }
        self.sentence += 2 * count.count_ones();
        self.paragraph += 2 * count.count_ones();
        self.symbol_runs(start, prose & !words & !map.digits & !map.white, symbols);
        // Words of three letters at least.
        let looked = self.looked.starts(block);
        let (sign_before, sign, sign_behind) =
            (if block == 0 { 0 } else { signs(&self.blocks[block - 1]) }, signs(map), signs(behind));
        let near_before = sign << 1 | sign_before >> 63 | sign << 2 | sign_before >> 62;
        let near_behind = sign >> 1 | sign_behind << 63 | sign >> 2 | sign_behind << 62;
        let mut long = starts & (words >> 1 | next_words << 63) & (words >> 2 | next_words << 62);
        while long != 0 {
            let bit = long.trailing_zeros();
            long &= long - 1;
            let at = start + bit as usize;
            let ahead = |now: u64, next: u64| now >> bit | next << 1 << (63 - bit);
            let length = ahead(words, next_words).trailing_ones() as usize;
            if length == 64 {
                self.endless_word(at, range.end);
                continue;
            }
            // Few words have a sign near them that may make them a name.
            let end = bit as usize + length;
            let near = near_before >> bit | near_behind >> (end.min(64) - 1) | u64::from(end > 64);
            if near & 1 == 1 && mask::is_likely_name(self.text.as_bytes(), &(at..at + length)) {
                continue;
            }
            if marks | next_marks != 0 && ahead(marks, next_marks).trailing_zeros() < length as u32 {
                self.model.word(&self.text[at..at + length]);
            } else {
                self.model.ascii_word(length, self.looked.entry(looked, bit).cost);
            }
        }
    }

    /// A word of 64 letters and apostrophes at least.
    fn endless_word(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let (words, _) = self.words(at / 64, &(start..end), u64::from(at > start));
            let here = !words >> (at % 64);
            if here != 0 && here.trailing_zeros() as usize + at % 64 < 64 {
                at += here.trailing_zeros() as usize;
                break;
            }
            at = (at / 64 + 1) * 64;
        }
        let range = start..at.min(end);
        if !mask::is_name(self.text.as_bytes(), &range) {
            self.model.word(&self.text[range]);
        }
    }

    /// Runs of symbols in a block, `open` being where one begins that the block before did not end.
    #[inline]
    fn symbol_runs(&mut self, start: usize, mut symbols: u64, open: &mut Option<usize>) {
        if let Some(from) = *open {
            let more = symbols.trailing_ones();
            if more == 64 {
                return;
            }
            self.symbols(from..start + more as usize);
            symbols &= !classes::between(0, more as usize);
            *open = None;
        }
        let last = symbols.leading_ones();
        if last > 0 {
            *open = Some(start + 64 - last as usize);
            symbols &= classes::between(0, 64 - last as usize);
        }
        // Only what is longer than all so far is looked at.
        let wanted = self.figures.symbol_run + 1;
        if wanted > 64 {
            return;
        }
        let (mut runs, mut length) = (symbols, 1);
        while length < wanted && runs != 0 {
            let step = length.min(wanted - length);
            runs &= runs >> step;
            length += step;
        }
        if runs == 0 {
            return;
        }
        while symbols != 0 {
            let from = symbols.trailing_zeros() as usize;
            let length = (symbols >> from).trailing_ones() as usize;
            symbols &= !classes::between(from, from + length);
            self.symbols(start + from..start + from + length);
        }
    }

    /// A run of symbols, unless it is a rule of one and the same.
    fn symbols(&mut self, range: Range<usize>) {
        let run = &self.text.as_bytes()[range];
        if run.len() as u32 > self.figures.symbol_run && run.iter().any(|byte| *byte != run[0]) {
            self.figures.symbol_run = run.len() as u32;
        }
    }

    /// What stands between white space and is not plain ASCII.
    fn odd(&mut self, range: Range<usize>) {
        let (text, bytes) = (self.text, self.text.as_bytes());
        let (mut symbols, mut rule, mut previous) = (0u32, true, 0u8);
        let mut at = range.start;
        while at < range.end {
            let byte = bytes[at];
            if byte.is_ascii_alphabetic() || byte >= 0xc3 {
                let start = at;
                let mut plain = true;
                let mut dense = 0u32;
                let mut count = 0u32;
                loop {
                    let run = swar::letters(swar::load(bytes, at)).min(range.end - at);
                    at += run;
                    count += run as u32;
                    if run < 8 && !(count > 0 && at < range.end && bytes[at] == b'\'') {
                        break;
                    }
                    if run < 8 {
                        plain = false;
                        at += 1;
                        count += 1;
                    }
                }
                if bytes.get(at).is_some_and(|byte| *byte >= 0xc3) && at < range.end {
                    plain = false;
                    let before = at;
                    for c in text[at..range.end].chars() {
                        match script(c) {
                            Some(Script::Han | Script::Kana) => dense += 1,
                            Some(_) => count += 1,
                            None if ('\u{300}'..='\u{36f}').contains(&c) => {}
                            None => break,
                        }
                        at += c.len_utf8();
                    }
                    if at == before && count == 0 {
                        // No letter: punctuation or a symbol.
                        let Some(c) = text[at..].chars().next() else { return };
                        if matches!(c, '。' | '！' | '？' | '।' | '؟') {
                            self.figures.sentence = self.figures.sentence.max(self.sentence.div_ceil(2));
                            self.sentence = 0;
                        }
                        if !c.is_whitespace() {
                            self.figures.chars += 1;
                            symbols += 1;
                            rule = false;
                        }
                        at += c.len_utf8();
                        continue;
                    }
                }
                self.figures.letters += count + dense;
                self.figures.chars += count + dense;
                let half_words = 2 * u32::from(count > 0) + dense;
                self.paragraph += half_words;
                self.sentence += half_words;
                self.end_symbols(&mut symbols, &mut rule);
                if dense == 0 && count >= 3 && !mask::is_name(bytes, &(start..at)) {
                    if plain {
                        self.model.ascii_word(at - start, letters::cost(&bytes[start..at]));
                    } else {
                        self.model.word(&text[start..at]);
                    }
                }
                continue;
            }
            if matches!(byte, b'.' | b'!' | b'?') && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) {
                self.figures.sentence = self.figures.sentence.max(self.sentence.div_ceil(2));
                self.sentence = 0;
            }
            if byte.is_ascii_digit() || byte.is_ascii_whitespace() {
                self.end_symbols(&mut symbols, &mut rule);
            } else {
                rule &= symbols == 0 || byte == previous;
                symbols += 1;
            }
            self.figures.chars += u32::from(!byte.is_ascii_whitespace());
            previous = byte;
            at += 1;
            // The rest of a character that is no letter.
            while at < range.end && bytes[at] & 0xc0 == 0x80 {
                at += 1;
            }
        }
        self.end_symbols(&mut symbols, &mut rule);
    }

    fn end_symbols(&mut self, symbols: &mut u32, rule: &mut bool) {
        if *symbols > 0 {
            if !*rule {
                self.figures.symbol_run = self.figures.symbol_run.max(*symbols);
            }
            (*symbols, *rule) = (0, true);
        }
    }
}

/// The bits of a block that are within `range`.
#[inline]
fn here(block: usize, range: &Range<usize>) -> u64 {
    classes::between(range.start.saturating_sub(64 * block), range.end.saturating_sub(64 * block))
}

/// What in a block may make a word beside it a name, `3x`, `a = b`, `f(x)`, `word.py`; all of that and a little more.
#[inline]
fn signs(block: &Block) -> u64 {
    let solid = !block.white;
    block.signs | block.stops & (solid << 1 | 1) & (solid >> 1 | 1 << 63)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::classes::classes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_what_has_a_sign_near_it_is_a_name(before in ".{0,70}", word in "[a-z]{3,9}", behind in ".{0,9}") {
            let text = format!("{before}{word}{behind}");
            let range = before.len()..before.len() + word.len();
            let blocks = classes(&text);
            let sign = |at: usize| signs(&blocks[at / 64]) >> (at % 64) & 1 == 1;
            let near = [range.start.wrapping_sub(2), range.start.wrapping_sub(1), range.end, range.end + 1];
            let any = near.into_iter().any(|at| at < text.len() && sign(at));
            prop_assert!(any || !mask::is_likely_name(text.as_bytes(), &range), "{:?}", text);
        }
    }
}
