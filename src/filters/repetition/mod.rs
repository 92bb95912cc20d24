//! `repetition`: drops samples that go round in circles. In: the text. Out: keep, or
//!
//! - `repetition.loop`: a stretch repeats again and again, at the end or on the way, word for word or but for its
//!   numbers;
//! - `repetition.ngram_fraction`: too much of it stands in word n-grams that were there before;
//! - `repetition.line_fraction`: too much of it stands in lines that were there before;
//! - `repetition.sentence_fraction`: the same of sentences;
//! - `repetition.compression_ratio`: it can be compressed too well;
//!
//! with scores `loop_chars`, `loop_repeats` (of the longest loop word for word), `counter_chars`, `counter_repeats`
//! (of the longest but for its numbers), `ngram_fraction`, `line_fraction`, `sentence_fraction`,
//! `compression_ratio`. Reasoning and solution are judged apart, for a solution may well repeat what the reasoning
//! found. Linear in the text; never judges a sample by what it says.

mod fractions;
mod runs;
mod words;

use serde::{Deserialize, Serialize};

use super::reading::Reading;
use super::{Filter, Judgement};
use crate::format::period;
use crate::record::{Completion, Decision, Prompt, Reason};
use runs::Run;
use words::Word;

/// Options of `repetition`.
///
/// Presets for web text (Gopher's table A1, arXiv 2112.11446: at most 10 % for 10-grams, 20 % for
/// lines) are no use here: chains of thought repeat structure on purpose, and those limits drop more
/// than half of real ones. `docs/filters.md` has what these defaults drop of real chains and of planted loops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repetition {
    /// The end of a text is a loop if it repeats at least this often, at least 2 …
    pub loop_repeats: usize,
    /// … over at least this many characters. On the way to the end, where a chain may still come out of it, a
    /// loop takes twice as many of both.
    pub loop_chars: usize,
    /// The same for what repeats but for its numbers (`n=17, n=18, …`). Working through cases looks so too: it
    /// takes more repeats at the end of a text, and on the way to it four times as many again …
    pub counter_repeats: usize,
    /// … and more characters.
    pub counter_chars: usize,
    /// Words in an n-gram, at least 3.
    pub ngram_words: usize,
    /// Most characters, as a fraction of all in words, in n-grams that occurred before.
    pub max_ngram_fraction: f64,
    /// Most characters, as a fraction of all in lines, in lines that occurred before.
    pub max_line_fraction: f64,
    /// Most characters, as a fraction of all in sentences, in sentences that occurred before.
    pub max_sentence_fraction: f64,
    /// Most bytes of the text for one byte of it compressed (by a greedy LZ77 over words).
    pub max_compression_ratio: f64,
    /// Fractions and ratio are not judged in a text of fewer words than this.
    pub min_words: usize,
}

impl Default for Repetition {
    fn default() -> Self {
        Self {
            loop_repeats: 3,
            loop_chars: 150,
            counter_repeats: 14,
            counter_chars: 400,
            ngram_words: 10,
            max_ngram_fraction: 0.6,
            max_line_fraction: 0.5,
            max_sentence_fraction: 0.5,
            max_compression_ratio: 8.0,
            min_words: 100,
        }
    }
}

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
/// Bytes of a word that is searched for a loop within it: `aaaa…`, `123123…`, or a script without spaces.
const LONG_WORD: usize = 100;

impl Repetition {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub fn checked(self) -> Result<Self, String> {
        for (key, value, min) in [
            ("loop_repeats", self.loop_repeats, 2),
            ("loop_chars", self.loop_chars, 1),
            ("counter_repeats", self.counter_repeats, 2),
            ("counter_chars", self.counter_chars, 1),
            ("ngram_words", self.ngram_words, 3),
        ] {
            if value < min {
                return Err(format!("{key} must be at least {min}, not {value}"));
            }
        }
        for (key, value) in [
            ("max_ngram_fraction", self.max_ngram_fraction),
            ("max_line_fraction", self.max_line_fraction),
            ("max_sentence_fraction", self.max_sentence_fraction),
        ] {
            if !(0.0..=1.0).contains(&value) {
                return Err(format!("{key} must be between 0 and 1, not {value}"));
            }
        }
        // A NaN is no ratio either.
        if self.max_compression_ratio.is_nan() || self.max_compression_ratio < 1.0 {
            return Err(format!(
                "max_compression_ratio must be at least 1, not {}",
                self.max_compression_ratio
            ));
        }
        Ok(self)
    }

    /// The figures of one part of a text; `last` if the text ends with it.
    fn measure(&self, text: &str, last: bool) -> Figures {
        let words = words::words(text);
        let mut figures = Figures::default();
        let copied = runs::runs(&words, self.ngram_words, |run| figures.run(self, text, &words, run, last));
        for word in words.iter().filter(|word| word.len() >= LONG_WORD) {
            let at_end = last && word.end as usize == text.trim_end().len();
            figures.long_word(self, &text[word.start as usize..word.end as usize], at_end);
        }
        if words.len() >= self.min_words {
            figures.ngram_fraction = copied.ngram_fraction;
            (figures.line_fraction, figures.sentence_fraction) = fractions::lines_and_sentences(&words);
            figures.compression_ratio = copied.compression_ratio;
        }
        figures
    }

    fn decide(&self, figures: &Figures) -> Decision {
        if let Some(detail) = &figures.looping {
            return Decision::Drop(Reason::new("repetition.loop", detail.clone()));
        }
        for (name, of, value, max) in [
            ("repetition.ngram_fraction", "word n-grams", figures.ngram_fraction, self.max_ngram_fraction),
            ("repetition.line_fraction", "lines", figures.line_fraction, self.max_line_fraction),
            (
                "repetition.sentence_fraction",
                "sentences",
                figures.sentence_fraction,
                self.max_sentence_fraction,
            ),
        ] {
            if value > max {
                let detail = format!("{:.0} % of it in {of} that occurred before", value * 100.0);
                return Decision::Drop(Reason::new(name, detail));
            }
        }
        if figures.compression_ratio > self.max_compression_ratio {
            let detail = format!("it compresses {:.1} to 1", figures.compression_ratio);
            return Decision::Drop(Reason::new("repetition.compression_ratio", detail));
        }
        Decision::Keep
    }
}

impl Filter for Repetition {
    fn name(&self) -> &'static str {
        "repetition"
    }

    fn judge(&self, prompt: &Prompt, completion: &Completion) -> Judgement {
        self.judge_reading(prompt, &Reading::new(completion))
    }

    fn judge_reading(&self, _: &Prompt, reading: &Reading<'_>) -> Judgement {
        let parts = match reading.parts() {
            Ok(parts) => vec![(parts.reasoning, false), (parts.solution, true)],
            Err(_) => vec![(reading.text(), true)],
        };
        let mut worst = [0.0_f64; NAMES.len()];
        let mut decision = Decision::Keep;
        for (part, last) in parts {
            let figures = self.measure(part, last);
            for (worst, figure) in worst.iter_mut().zip(figures.scores()) {
                *worst = worst.max(figure);
            }
            if decision == Decision::Keep {
                decision = self.decide(&figures);
            }
        }
        Judgement { decision, scores: NAMES.into_iter().zip(worst).collect() }
    }
}

const NAMES: [&str; 8] = [
    "loop_chars",
    "loop_repeats",
    "counter_chars",
    "counter_repeats",
    "ngram_fraction",
    "line_fraction",
    "sentence_fraction",
    "compression_ratio",
];

/// What is measured of one part of a text.
#[derive(Default)]
struct Figures {
    /// What the first loop is, for a person.
    looping: Option<String>,
    /// Characters and repeats of the longest loop word for word, and of the longest but for its numbers.
    exact: (usize, usize),
    counter: (usize, usize),
    ngram_fraction: f64,
    line_fraction: f64,
    sentence_fraction: f64,
    compression_ratio: f64,
}

impl Figures {
    fn run(&mut self, options: &Repetition, text: &str, words: &[Word], run: Run, last: bool) {
        let exact = run.exact >= EXACT;
        let at_end = run.end + TAIL >= words.len();
        let start = words[run.start].start as usize;
        let end = words[run.end - 1].end as usize;
        let chars = text[start..end].chars().count();
        let unit = &text[start..words[run.start + run.period - 1].end as usize];
        self.add(options, Loop { start, chars, repeats: run.repeats(), exact, unit }, at_end, last);
    }

    /// Loops at the end of one long word.
    fn long_word(&mut self, options: &Repetition, word: &str, last: bool) {
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
                let looping =
                    Loop { start: 0, chars: found.span, repeats: found.repeats(), exact, unit: &unit };
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

    fn scores(&self) -> [f64; NAMES.len()] {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::testing::{completion, prompt, reason};
    use proptest::prelude::*;

    fn judge(text: &str) -> Judgement {
        Repetition::default().judge(&prompt(), &completion(text))
    }

    /// `count` distinct sentences, whose words differ, too.
    fn prose(count: usize) -> String {
        const VERBS: [&str; 7] = ["adds", "takes away", "halves", "doubles", "squares", "rounds", "compares"];
        const ENDS: [&str; 5] =
            ["which is fine", "as it should be", "so we go on", "and that is odd", "to be checked later"];
        (0..count)
            .map(|i| {
                format!(
                    "Step {i} {} {} and what came of step {}, {}. ",
                    VERBS[i % 7],
                    i * 7,
                    i * i,
                    ENDS[i * i % 5]
                )
            })
            .collect()
    }

    #[test]
    fn keep_drop_table() {
        let block = |reasoning: &str, solution: &str| format!("<think>\n{reasoning}\n</think>\n\n{solution}");
        let counting: String = (1..30).map(|n| format!("n={n}: {} is not prime; ", n * 6)).collect();
        let program = "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n";
        let two_states: String = prose(6)
            + &[
                "Wait, that is not right, let me try again from the top.\n",
                "Hmm, I should check the sum once more, carefully now.\n",
            ]
            .concat()
            .repeat(12)
            + "So it is 7.";
        let lines: String = prose(3)
            + &["wait\n", "no\n", "let me see\n", "hmm\n", "again\n"].map(|l| l.repeat(9)).concat()
            + &"maybe\nor not\n".repeat(40)
            + "fin";
        for (name, text, expected) in [
            ("empty", String::new(), ""),
            ("a short chain", block("3 + 4 = 7. Check: 7 - 4 = 3.", "\\boxed{7}"), ""),
            ("a long chain", block(&prose(100), "\\boxed{7}"), ""),
            ("the solution repeats the reasoning", block(&program.repeat(2), program), ""),
            ("said twice", block(&prose(3).repeat(2), "\\boxed{7}"), ""),
            ("a phrase loop", block(&prose(5), &"the answer is ".repeat(20)), "repetition.loop"),
            (
                "reasoning ends in a loop",
                block(&(prose(5) + &"Wait, no. ".repeat(20)), "\\boxed{7}"),
                "repetition.loop",
            ),
            ("one character", format!("<think>{}", "0".repeat(150)), "repetition.loop"),
            ("one character, not long enough", format!("<think>{}", "0".repeat(149)), ""),
            ("a paragraph thrice", format!("<think>{}", prose(3) + &prose(5).repeat(3)), "repetition.loop"),
            ("cut inside the repeat", format!("<think>x{}", &prose(20).repeat(4)[..4000]), "repetition.loop"),
            ("a counter loop", format!("<think>{}", counting.trim_end()), "repetition.loop"),
            ("counting, then an answer", block(counting.trim_end(), "\\boxed{5}"), ""),
            ("two sentences in turn, then out", block(&two_states, "\\boxed{7}"), "repetition.loop"),
            ("short lines again and again", block(&lines, "\\boxed{7}"), "repetition.loop"),
        ] {
            let judgement = judge(&text);
            assert_eq!(reason(&judgement), expected, "{name}: {judgement:?}");
            assert_eq!(judgement.scores.len(), NAMES.len(), "scores are recorded on keep and on drop");
        }
    }

    #[test]
    fn repeated_lines_are_found_where_ngrams_differ() {
        // Lines of a few words in changing order: no ten words in a row come twice.
        let mut rng = crate::rng::Rng::new(1);
        let text: String = (0..200)
            .map(|_| {
                format!(
                    "check case {}\n",
                    ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"][rng.below(13) as usize]
                )
            })
            .collect();
        let judgement = judge(&format!("<think>\n{text}done\n</think>\n\n7"));
        assert_eq!(reason(&judgement), "repetition.line_fraction", "{judgement:?}");
    }

    #[test]
    fn ngrams_are_found_where_no_period_is() {
        // Four sentences in any order.
        let mut rng = crate::rng::Rng::new(2);
        let sentences = [
            "Wait, that is not right, so let me try again from the very top. ",
            "Hmm, I should check the sum once more, and carefully now, to be sure of it. ",
            "Perhaps the other side of the equation is where the slip was made after all. ",
            "No, the product was right and the sum was wrong, as I said before I went on. ",
        ];
        let text: String = (0..40).map(|_| sentences[rng.below(4) as usize]).collect();
        let judgement = judge(&format!("<think>\n{text}So it is 7, done.\n</think>\n\n7"));
        assert_eq!(reason(&judgement), "repetition.ngram_fraction", "{judgement:?}");
    }

    #[test]
    fn options_out_of_range_are_named() {
        let default = Repetition::default();
        assert!(default.clone().checked().is_ok());
        for (options, named) in [
            (Repetition { loop_repeats: 1, ..default.clone() }, "loop_repeats"),
            (Repetition { counter_chars: 0, ..default.clone() }, "counter_chars"),
            (Repetition { ngram_words: 2, ..default.clone() }, "ngram_words"),
            (Repetition { max_ngram_fraction: 1.5, ..default.clone() }, "max_ngram_fraction"),
            (Repetition { max_line_fraction: f64::NAN, ..default }, "max_line_fraction"),
        ] {
            let message = options.checked().expect_err(named);
            assert!(message.contains(named), "{message}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_scores_are_fractions(text in "(?s).{0,400}", unit in "[a-c \n0-9]{1,30}") {
            for text in [text.clone(), unit.repeat(40), format!("<think>{text}</think>{}", unit.repeat(9))] {
                let judgement = judge(&text);
                for (name, score) in judgement.scores {
                    prop_assert!(score.is_finite() && score >= 0.0, "{} {}", name, score);
                    prop_assert!(!name.ends_with("fraction") || score <= 1.0, "{} {}", name, score);
                }
            }
        }

        #[test]
        fn a_planted_loop_of_any_period_is_dropped(
            before in "[a-z ]{0,300}", unit in "[a-z]{1,120}", more in 0usize..200,
        ) {
            // Three repeats and 150 characters at least, cut anywhere.
            let length = (unit.len() * 3).max(150) + more;
            let looping: String = unit.chars().cycle().take(length).collect();
            for text in [format!("<think>{before}{looping}"), format!("<think>{before}{looping}</think>7")] {
                let judgement = judge(&text);
                prop_assert_eq!(reason(&judgement), "repetition.loop");
            }
        }
    }
}
