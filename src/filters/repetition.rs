//! `repetition`: drops samples that go round in circles. In: the text. Out: keep, or
//!
//! - `repetition.loop`: reasoning or solution ends in a loop, or the text in one but for its numbers;
//! - `repetition.ngram_fraction`: too much of it stands in word n-grams that were there before;
//! - `repetition.line_fraction`: too much of it stands in lines that were there before;
//!
//! with scores `loop_chars`, `counter_chars`, `ngram_fraction`, `line_fraction`. Reasoning and
//! solution are judged apart, for a solution may well repeat what the reasoning found. Linear in
//! the text; never judges a sample by what it says.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::words::words;
use super::{Filter, Judgement};
use crate::format::{period, think};
use crate::record::{Completion, Decision, Prompt, Reason};

/// Options of `repetition`.
///
/// Presets for web text (Gopher's table A1, arXiv 2112.11446: at most 10 % for 10-grams, 20 % for
/// lines) are no use here: chains of thought repeat structure on purpose, and those limits drop more
/// than half of real ones. Measured with these defaults: of 1,819 completions of a 7B model on GSM8K
/// and MATH 55 are dropped, each a loop that went on to the token limit, and none that ended by
/// itself; of 13,064 human solutions (GSM8K, MATH, HumanEval, MBPP) none. The most repetitive of those
/// has 43 % in repeated 10-grams and 38 % in repeated lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repetition {
    /// A tail is a loop if it repeats at least this often, at least 2 …
    pub loop_repeats: usize,
    /// … over at least this many characters.
    pub loop_chars: usize,
    /// The same for the end of the text that repeats but for its numbers (`n=17, n=18, …`). Working
    /// through cases looks so too: it takes more repeats, the end of a closed reasoning is let be …
    pub counter_repeats: usize,
    /// … and more characters, a number counted as one.
    pub counter_chars: usize,
    /// Words in an n-gram.
    pub ngram_words: usize,
    /// Most characters, as a fraction of all in words, in n-grams that occurred before.
    pub max_ngram_fraction: f64,
    /// Most characters, as a fraction of all in lines, in lines that occurred before.
    pub max_line_fraction: f64,
    /// The fractions are not judged in a text of fewer words than this.
    pub min_words: usize,
}

impl Default for Repetition {
    fn default() -> Self {
        Self {
            loop_repeats: 3,
            loop_chars: 150,
            counter_repeats: 16,
            counter_chars: 400,
            ngram_words: 10,
            max_ngram_fraction: 0.6,
            max_line_fraction: 0.5,
            min_words: 100,
        }
    }
}

/// Characters at the end of a text that are searched for a loop. With the default of three repeats
/// periods up to 21,845 characters are found, more than any sample of 32,000 tokens holds thrice.
const WINDOW: usize = 1 << 16;

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
            ("ngram_words", self.ngram_words, 1),
        ] {
            if value < min {
                return Err(format!("{key} must be at least {min}, not {value}"));
            }
        }
        for (key, value) in
            [("max_ngram_fraction", self.max_ngram_fraction), ("max_line_fraction", self.max_line_fraction)]
        {
            if !(0.0..=1.0).contains(&value) {
                return Err(format!("{key} must be between 0 and 1, not {value}"));
            }
        }
        Ok(self)
    }

    /// The figures of one part of a text; `last` if the text ends with it.
    fn measure(&self, text: &str, last: bool) -> Figures {
        let mut tail: Vec<char> = text.trim_end().chars().rev().take(WINDOW).collect();
        tail.reverse();
        let exact = period::looping_tail(&tail, self.loop_repeats, self.loop_chars);
        let counter = last.then(|| {
            mask_numbers(&mut tail);
            period::looping_tail(&tail, self.counter_repeats, self.counter_chars)
        });
        let enough = words(text).nth(self.min_words.saturating_sub(1)).is_some();
        Figures {
            exact,
            counter: counter.flatten(),
            ngram_fraction: if enough { ngram_fraction(text, self.ngram_words) } else { 0.0 },
            line_fraction: if enough { line_fraction(text) } else { 0.0 },
        }
    }

    fn decide(&self, figures: &Figures) -> Decision {
        let found = figures
            .exact
            .map(|found| (found, ""))
            .or(figures.counter.map(|found| (found, " but for its numbers")));
        if let Some((found, but)) = found {
            let detail = format!("its last {} characters repeat every {}{but}", found.span, found.period);
            return Decision::Drop(Reason::new("repetition.loop", detail));
        }
        for (name, of, value, max) in [
            ("repetition.ngram_fraction", "word n-grams", figures.ngram_fraction, self.max_ngram_fraction),
            ("repetition.line_fraction", "lines", figures.line_fraction, self.max_line_fraction),
        ] {
            if value > max {
                let detail = format!("{:.0} % of it in {of} that occurred before", value * 100.0);
                return Decision::Drop(Reason::new(name, detail));
            }
        }
        Decision::Keep
    }
}

impl Filter for Repetition {
    fn name(&self) -> &'static str {
        "repetition"
    }

    fn judge(&self, _: &Prompt, completion: &Completion) -> Judgement {
        let text = completion.text.as_str();
        let parts = match think::split(text) {
            Ok(parts) => vec![(parts.reasoning, false), (parts.solution, true)],
            Err(_) => vec![(text, true)],
        };
        let mut worst = [0.0_f64; 4];
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
        let names = ["loop_chars", "counter_chars", "ngram_fraction", "line_fraction"];
        Judgement { decision, scores: names.into_iter().zip(worst).collect() }
    }
}

/// What is measured of one part of a text.
struct Figures {
    exact: Option<period::Period>,
    counter: Option<period::Period>,
    ngram_fraction: f64,
    line_fraction: f64,
}

impl Figures {
    fn scores(&self) -> [f64; 4] {
        let span = |found: Option<period::Period>| found.map_or(0.0, |found| found.span as f64);
        [span(self.exact), span(self.counter), self.ngram_fraction, self.line_fraction]
    }
}

/// Replaces each run of ASCII digits by one `0`.
fn mask_numbers(text: &mut Vec<char>) {
    for c in text.iter_mut().filter(|c| c.is_ascii_digit()) {
        *c = '0';
    }
    text.dedup_by(|next, previous| *next == '0' && *previous == '0');
}

/// Characters in n-grams of `n` words that occurred before, each character once, over the
/// characters of all words.
fn ngram_fraction(text: &str, n: usize) -> f64 {
    // Base of the rolling hash, a sum over the window of hash(word) * base^position: any odd number
    // with well spread bits.
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    let words: Vec<(u64, usize)> =
        words(text).map(|word| (xxh3_64(word.as_bytes()), word.chars().count())).collect();
    let n = n.max(1);
    if words.len() < n {
        return 0.0;
    }
    let leaving = (0..n).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let mut seen = HashSet::with_capacity(words.len());
    let (mut hash, mut counted, mut repeated, mut all) = (0u64, 0usize, 0usize, 0usize);
    for (i, &(word, chars)) in words.iter().enumerate() {
        all += chars;
        hash = hash.wrapping_mul(BASE).wrapping_add(word);
        if let Some(old) = i.checked_sub(n) {
            hash = hash.wrapping_sub(words[old].0.wrapping_mul(leaving));
        }
        if i + 1 >= n && !seen.insert(hash) {
            let from = counted.max(i + 1 - n);
            repeated += words[from..=i].iter().map(|word| word.1).sum::<usize>();
            counted = i + 1;
        }
    }
    repeated as f64 / all.max(1) as f64
}

/// Characters in lines that occurred before, over the characters of all lines; white space around a
/// line, and empty lines, do not count.
fn line_fraction(text: &str) -> f64 {
    let mut seen = HashSet::new();
    let (mut repeated, mut all) = (0usize, 0usize);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let chars = line.chars().count();
        all += chars;
        if !seen.insert(xxh3_64(line.as_bytes())) {
            repeated += chars;
        }
    }
    repeated as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::testing::{completion, prompt, reason};
    use proptest::prelude::*;

    fn judge(text: &str) -> Judgement {
        Repetition::default().judge(&prompt(), &completion(text))
    }

    /// `count` distinct sentences.
    fn prose(count: usize) -> String {
        (0..count)
            .map(|i| format!("Step {i} adds {} to what step {} gave, which is fine. ", i * 7, i * i))
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
            (
                "two sentences in turn, then out",
                block(&two_states, "\\boxed{7}"),
                "repetition.ngram_fraction",
            ),
            ("short lines again and again", block(&lines, "\\boxed{7}"), "repetition.ngram_fraction"),
        ] {
            let judgement = judge(&text);
            assert_eq!(reason(&judgement), expected, "{name}: {judgement:?}");
            assert_eq!(judgement.scores.len(), 4, "scores are recorded on keep and on drop");
        }
    }

    #[test]
    fn repeated_lines_are_found_where_ngrams_differ() {
        // Lines of a few words in changing order: no ten words in a row come twice.
        let mut rng = crate::rng::Rng::new(1);
        let text: String = (0..200).map(|_| format!("check case {}\n", rng.below(25))).collect();
        let judgement = judge(&format!("<think>\n{text}done\n</think>\n\n7"));
        assert_eq!(reason(&judgement), "repetition.line_fraction", "{judgement:?}");
    }

    #[test]
    fn fractions_table() {
        for (text, n, expected) in [
            ("", 2, 0.0),
            ("a", 2, 0.0),
            ("a b c d", 2, 0.0),
            ("a b a b", 2, 0.5),
            // Overlapping repeats count each character once: the last three of five words.
            ("aa aa aa aa aa", 2, 0.6 + 0.2),
            ("one two three one two four", 2, 6.0 / 21.0),
            ("a a", 1, 0.5),
        ] {
            let fraction = ngram_fraction(text, n);
            assert!((fraction - expected).abs() < 1e-9, "{text:?}: {fraction}");
        }
        for (text, expected) in [("", 0.0), ("\n \n\n", 0.0), ("ab\ncd", 0.0), ("ab\n ab \n\ncd\nab", 0.5)] {
            assert!((line_fraction(text) - expected).abs() < 1e-9, "{text:?}");
        }
    }

    #[test]
    fn options_out_of_range_are_named() {
        let default = Repetition::default();
        assert!(default.clone().checked().is_ok());
        for (options, named) in [
            (Repetition { loop_repeats: 1, ..default.clone() }, "loop_repeats"),
            (Repetition { counter_chars: 0, ..default.clone() }, "counter_chars"),
            (Repetition { ngram_words: 0, ..default.clone() }, "ngram_words"),
            (Repetition { max_ngram_fraction: 1.5, ..default.clone() }, "max_ngram_fraction"),
            (Repetition { max_line_fraction: f64::NAN, ..default }, "max_line_fraction"),
        ] {
            let message = options.checked().expect_err(named);
            assert!(message.contains(named), "{message}");
        }
    }

    #[test]
    fn hostile_megabytes_are_read_in_linear_time() {
        let start = std::time::Instant::now();
        for unit in ["a", "a ", "\n", "a\n", "7", "12 ", "ab", "é", "三", "<think>", "\u{301}"] {
            let _ = judge(&unit.repeat((1 << 20) / unit.len()));
        }
        let _ = judge(&prose(20_000));
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
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
