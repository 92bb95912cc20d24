//! What is measured of one part of a text, and which of its loops are long enough to be called so.

use super::Repetition;
use super::runs::Run;
use super::words::Word;
use crate::format::period;

/// What is measured of one part of a text.
#[derive(Default)]
pub struct Figures {
    /// What the first loop is, for a person.
    pub looping: Option<String>,
    /// Characters and repeats of the longest loop word for word, and of the longest but for its numbers.
    pub exact: (usize, usize),
    pub counter: (usize, usize),
    pub ngram_fraction: f64,
    pub line_fraction: f64,
    pub sentence_fraction: f64,
    pub compression_ratio: f64,
}

/// The part of a text that is measured.
pub struct Part<'a> {
    /// The whole text.
    pub text: &'a str,
    /// Where the part begins in it.
    pub start: usize,
    /// Its words.
    pub words: &'a [Word],
    /// The text ends with it.
    pub last: bool,
}

impl Figures {
    pub fn run(&mut self, options: &Repetition, part: &Part<'_>, run: Run) {
        let (text, words) = (part.text, part.words);
        let exact = run.exact >= EXACT;
        let at_end = run.end + TAIL >= words.len();
        let start = words[run.start].start as usize;
        let end = words[run.end - 1].end as usize;
        let chars = text[start..end].chars().count();
        let unit = &text[start..words[run.start + run.period - 1].end as usize];
        let start = start - part.start;
        self.add(options, Loop { start, chars, repeats: run.repeats(), exact, unit }, at_end, part.last);
    }

    /// Loops at the end of one long word.
    pub fn long_word(&mut self, options: &Repetition, part: &Part<'_>, word: &Word, last: bool) {
        let (start, word) =
            (word.start as usize - part.start, &part.text[word.start as usize..word.end as usize]);
        let mut tail: Vec<char> = word.chars().collect();
        for exact in [true, false] {
            let (repeats, chars) = if exact {
                (options.loop_repeats, options.loop_chars)
            } else {
                mask_numbers(&mut tail);
                (options.counter_repeats, options.counter_chars)
            };
            if let Some(found) = period::looping_tail(&tail, repeats, chars) {
                let ruler = found.period == 1 && tail.last().is_some_and(char::is_ascii_punctuation);
                if ruler && found.span < RULER {
                    continue;
                }
                let unit: String = tail[tail.len() - found.period..].iter().collect();
                // In bytes of the word as it stands; with its numbers masked only roughly.
                let behind: usize = word.chars().rev().take(found.span).map(char::len_utf8).sum();
                let start = start + word.len() - behind;
                let looping = Loop { start, chars: found.span, repeats: found.repeats(), exact, unit: &unit };
                self.add(options, looping, exact || last, last);
                return;
            }
        }
    }

    fn add(&mut self, options: &Repetition, looping: Loop<'_>, at_end: bool, last: bool) {
        let Loop { start, chars, repeats, exact, unit } = looping;
        let (longest, least_repeats, least_chars) = if exact {
            let times = if at_end { 1 } else { MIDDLE };
            (&mut self.exact, options.loop_repeats * times, options.loop_chars * times)
        } else {
            let times = if at_end && last { 1 } else { MIDDLE_COUNTER };
            (&mut self.counter, options.counter_repeats * times, options.counter_chars * times)
        };
        if repeats >= 2 && chars > longest.0 {
            *longest = (chars, repeats);
        }
        if repeats >= least_repeats && chars >= least_chars && self.looping.is_none() {
            let shown: String = unit.chars().take(60).collect();
            let but = if exact { "" } else { " but for its numbers" };
            self.looping =
                Some(format!("{chars} characters from byte {start} repeat {repeats} times{but}: {shown:?}"));
        }
    }

    pub fn scores(&self) -> [f64; NAMES.len()] {
        [
            self.exact.0 as f64,
            self.exact.1 as f64,
            self.counter.0 as f64,
            self.counter.1 as f64,
            self.ngram_fraction,
            self.line_fraction,
            self.sentence_fraction,
            self.compression_ratio,
        ]
    }
}

/// A loop that was found.
struct Loop<'a> {
    /// Where it begins, in bytes.
    start: usize,
    chars: usize,
    repeats: usize,
    /// Word for word, or but for its numbers.
    exact: bool,
    /// What repeats.
    unit: &'a str,
}

/// Replaces each run of ASCII digits by one `0`.
fn mask_numbers(text: &mut Vec<char>) {
    for c in text.iter_mut().filter(|c| c.is_ascii_digit()) {
        *c = '0';
    }
    text.dedup_by(|next, previous| *next == '0' && *previous == '0');
}

pub const NAMES: [&str; 8] = [
    "loop_chars",
    "loop_repeats",
    "counter_chars",
    "counter_repeats",
    "ngram_fraction",
    "line_fraction",
    "sentence_fraction",
    "compression_ratio",
];

/// A run is word for word if so many of its words are the same a period earlier: in a loop that counts, one word of each
/// period differs at least, and a period of one sentence has ten to twenty.
const EXACT: f64 = 0.97;

/// How much more of a loop it takes on the way to the end.
const MIDDLE: usize = 2;

/// The same for loops that count.
const MIDDLE_COUNTER: usize = 4;

/// Words behind a loop that still count as the end: one that was cut off.
const TAIL: usize = 2;

/// Characters of a line of one punctuation mark that is no loop yet.
const RULER: usize = 500;
