//! How good a model is: pass@k by source, lengths, and whether its self-corrections correct.
//!
//! In: judged candidates, with the source of each one's prompt. Out: [`Evaluation`]. It draws and judges
//! nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::Candidate;

/// How good a model is, by what it was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Over all prompts.
    pub overall: PassRate,
    /// By source: by family, for procedural prompts.
    pub by_source: BTreeMap<String, PassRate>,
}

/// How many samples passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PassRate {
    /// Prompts.
    pub prompts: u64,
    /// Samples of them.
    pub samples: u64,
    /// Samples that passed every filter and verifier.
    pub passed: u64,
    /// Mean over prompts of the probability that one sample passes.
    pub pass_at_1: f64,
    /// … and that at least one of `k` does, estimated without bias (Chen et al. 2021, arXiv 2107.03374,
    /// equation 1).
    pub pass_at_k: f64,
    /// The fewest samples that any of the prompts has.
    pub k: u64,
    /// Mean tokens of a completion.
    pub mean_tokens: f64,
    /// Samples that say they were wrong ("Wait").
    pub corrected: u64,
    /// … and passed.
    pub corrected_passed: u64,
    /// Samples that state a false equation and say afterwards that they were wrong.
    pub mended: u64,
    /// … and passed.
    pub mended_passed: u64,
}

/// Candidates seen so far.
#[derive(Debug, Default)]
pub struct Tally {
    prompts: BTreeMap<String, Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    source: String,
    counts: PassRate,
    tokens: u64,
}

impl Tally {
    /// Counts a candidate of a prompt from `source`.
    pub fn add(&mut self, source: &str, candidate: &Candidate) {
        let seen = self.prompts.entry(candidate.prompt_id.clone()).or_default();
        source.clone_into(&mut seen.source);
        seen.tokens += u64::from(candidate.completion.num_tokens);
        let passed = u64::from(candidate.passed());
        let counts = &mut seen.counts;
        counts.samples += 1;
        counts.passed += passed;
        if let Some(before) = before_correction(&candidate.completion.text) {
            counts.corrected += 1;
            counts.corrected_passed += passed;
            if has_false_equation(before) {
                counts.mended += 1;
                counts.mended_passed += passed;
            }
        }
    }

    /// The figures.
    pub fn evaluation(&self) -> Evaluation {
        let mut by_source = BTreeMap::<&str, Vec<&Seen>>::new();
        for seen in self.prompts.values() {
            by_source.entry(&seen.source).or_default().push(seen);
        }
        let all: Vec<&Seen> = self.prompts.values().collect();
        Evaluation {
            overall: rate(&all),
            by_source: by_source.into_iter().map(|(source, seen)| (source.to_owned(), rate(&seen))).collect(),
        }
    }
}

fn rate(prompts: &[&Seen]) -> PassRate {
    let sum = |of: fn(&PassRate) -> u64| prompts.iter().map(|seen| of(&seen.counts)).sum::<u64>();
    let (n, samples) = (prompts.len() as u64, sum(|c| c.samples));
    let k = prompts.iter().map(|seen| seen.counts.samples).min().unwrap_or(0);
    let mean = |of: &dyn Fn(&PassRate) -> f64| {
        prompts.iter().map(|seen| of(&seen.counts)).sum::<f64>() / prompts.len().max(1) as f64
    };
    PassRate {
        prompts: n,
        samples,
        passed: sum(|c| c.passed),
        pass_at_1: mean(&|c| pass_at(c.samples, c.passed, 1)),
        pass_at_k: mean(&|c| pass_at(c.samples, c.passed, k)),
        k,
        mean_tokens: prompts.iter().map(|seen| seen.tokens).sum::<u64>() as f64 / samples.max(1) as f64,
        corrected: sum(|c| c.corrected),
        corrected_passed: sum(|c| c.corrected_passed),
        mended: sum(|c| c.mended),
        mended_passed: sum(|c| c.mended_passed),
    }
}

/// 1 - C(n - c, k) / C(n, k): the probability that of `k` of the `n` samples one is among the `c` that
/// passed.
fn pass_at(n: u64, c: u64, k: u64) -> f64 {
    if n - c < k {
        return if k == 0 { 0.0 } else { 1.0 };
    }
    1.0 - (n - c + 1..=n).map(|i| 1.0 - k as f64 / i as f64).product::<f64>()
}

/// What stands before the last place where the text says that it was wrong.
fn before_correction(text: &str) -> Option<&str> {
    let mut found = text.match_indices(['W', 'w']).filter(|&(at, _)| {
        let word = text.as_bytes().get(at + 1..at + 4) == Some(b"ait");
        let edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        word && edge(text.as_bytes().get(at + 4)) && (at == 0 || edge(text.as_bytes().get(at - 1)))
    });
    found.next_back().map(|(at, _)| &text[..at])
}

/// Whether the text states `a + b = c` (or with -, *) of whole numbers where that is false. Parts of
/// longer expressions are not looked at: of those the operands are not known.
fn has_false_equation(text: &str) -> bool {
    text.match_indices('=').any(|(at, _)| {
        let (left, right) = (text[..at].trim_end(), text[at + 1..].trim_start());
        let Some((left, b)) = number_at_end(left) else { return false };
        let left = left.trim_end();
        let Some(op) = left.chars().next_back().filter(|op| "+-*".contains(*op)) else { return false };
        let Some((left, a)) = number_at_end(left[..left.len() - 1].trim_end()) else { return false };
        let alone = left.trim_end().chars().next_back().is_none_or(|c| !"+-*/^%=(.".contains(c));
        let digits = right.find(|c: char| !c.is_ascii_digit()).unwrap_or(right.len());
        let ends = right[digits..].trim_start_matches(['.', ',']).trim_start();
        let ends = !ends.starts_with(['+', '*', '/', '^', '%', '(', ')'])
            && !ends.starts_with(|c: char| c.is_ascii_digit());
        let Some(c) = right[..digits].parse::<i64>().ok().filter(|_| alone && ends) else { return false };
        let value = match op {
            '+' => a.checked_add(b),
            '-' => a.checked_sub(b),
            _ => a.checked_mul(b),
        };
        value.is_some_and(|value| value != c)
    })
}

/// The whole number at the end of the text, and what stands before it.
fn number_at_end(text: &str) -> Option<(&str, i64)> {
    let start = text
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let number = text[start..].parse().ok()?;
    let before = &text[..start];
    // A decimal, or a word that ends in digits.
    let part = before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
    (!part).then_some((before, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Completion, FinishReason, Verdict, VerdictRecord};

    fn candidate(id: &str, text: &str, passed: bool) -> Candidate {
        let verdict =
            if passed { Verdict::Pass } else { Verdict::Fail(crate::record::Reason::new("math.wrong", "")) };
        Candidate {
            prompt_id: id.to_owned(),
            sample_index: 0,
            seed: 0,
            completion: Completion {
                text: text.to_owned(),
                finish_reason: FinishReason::Stop,
                num_tokens: 10,
                prompt_tokens: 1,
            },
            filters: Vec::new(),
            verdicts: vec![VerdictRecord::new("math", verdict, 0)],
        }
    }

    #[test]
    fn pass_at_k_is_the_share_of_subsets_with_a_pass() {
        for n in 1..8u64 {
            for c in 0..=n {
                for k in 1..=n {
                    let subsets = (0u32..1 << n).filter(|s| u64::from(s.count_ones()) == k);
                    let (all, hit) = subsets
                        .fold((0, 0), |(all, hit), s| (all + 1, hit + u32::from(s & ((1 << c) - 1) != 0)));
                    let expected = f64::from(hit) / f64::from(all);
                    assert!((pass_at(n, c, k) - expected).abs() < 1e-12, "{n} {c} {k}");
                }
            }
        }
    }

    #[test]
    fn rates_are_means_over_prompts() {
        let mut tally = Tally::default();
        for (id, passed) in [("a", true), ("a", true), ("b", false), ("b", true), ("c", false), ("c", false)]
        {
            tally.add(if id == "c" { "y" } else { "x" }, &candidate(id, "hm", passed));
        }
        let found = tally.evaluation();
        let x = found.by_source["x"];
        assert_eq!((x.prompts, x.samples, x.passed, x.k), (2, 4, 3, 2));
        assert_eq!((x.pass_at_1, x.pass_at_k), (0.75, 1.0));
        assert_eq!(found.overall.pass_at_1, 0.5);
        assert_eq!(found.by_source["y"].pass_at_k, 0.0);
        assert_eq!(Tally::default().evaluation().overall, PassRate::default());
    }

    #[test]
    fn corrections_and_what_they_mend() {
        let mut tally = Tally::default();
        for (text, passed) in [
            ("3 + 4 = 8. Wait, 3 + 4 = 7.", true),
            ("3 + 4 = 8. No, wait. 7", false),
            ("3 + 4 = 7. Wait, fine.", true),
            ("3 + 4 = 8", true),
            ("He waits: 3 + 4 = 8", true),
        ] {
            tally.add("x", &candidate(text, text, passed));
        }
        let x = tally.evaluation().overall;
        assert_eq!((x.corrected, x.corrected_passed, x.mended, x.mended_passed), (3, 2, 2, 1));
    }

    #[test]
    fn false_equations_table() {
        for (text, expected) in [
            ("17 * 3 = 51", false),
            ("17 * 3 = 52", true),
            ("17*3=52.", true),
            ("2 + 17 * 3 = 53", false),
            ("17 * 3 = 50 + 1", false),
            ("17 * 3 = 5.1", false),
            ("x3 + 4 = 8", false),
            ("1.3 + 4 = 8", false),
            ("10 - 4 = 5, so", true),
            ("99999999999999999999 + 1 = 2", false),
            ("= = 3 =", false),
            ("ä3 + 4 = 8", false),
        ] {
            assert_eq!(has_false_equation(text), expected, "{text}");
        }
    }
}
