//! Which tests that a model wrote to trust. In: a prompt, the tests written for it, and programs that answer
//! it. Out: the tests that are kept, and what became of the others. Never: a test run outside the sandbox,
//! or one trusted because a model wrote it.
//!
//! Programs and tests check each other as in CodeT (arXiv 2207.10397): programs that pass the same tests
//! form a group, whose score is its programs times the tests they pass. Where a program is known to be
//! right, tests that it fails are dropped, and of the rest those kept that some wrong program fails.

use std::collections::{BTreeMap, BTreeSet};

use super::written_tests::tests_in;
use super::{Checked, Given, answer, extract};
use crate::record::{Prompt, TestCase};

/// Tests taken from one answer: CodeT takes 5 of each of 100 answers.
const TESTS_OF_AN_ANSWER: usize = 5;
/// Tests that are run for one prompt.
const TESTS_OF_A_PROMPT: usize = 500;

/// Which program passed which test; `None` where that is not known.
pub type Matrix = Vec<Vec<Option<bool>>>;

/// Programs that pass the same tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Positions of its programs.
    pub programs: Vec<usize>,
    /// Positions of the tests that they pass.
    pub tests: Vec<usize>,
}

impl Group {
    /// CodeT's score.
    pub fn score(&self) -> usize {
        self.programs.len() * self.tests.len()
    }
}

/// The groups of agreement, the best first; of equal ones that with the earliest program. Programs that
/// pass no test are in none.
pub fn groups(matrix: &Matrix) -> Vec<Group> {
    let mut by_tests: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for (program, outcomes) in matrix.iter().enumerate() {
        let passed: Vec<usize> = (0..outcomes.len()).filter(|&test| outcomes[test] == Some(true)).collect();
        if !passed.is_empty() {
            by_tests.entry(passed).or_default().push(program);
        }
    }
    let mut groups: Vec<Group> =
        by_tests.into_iter().map(|(tests, programs)| Group { programs, tests }).collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.score()), group.programs[0]));
    groups
}

/// The tests that every program known to be right passes and some other program fails. Without a program
/// known to be right, those of the best group take its place, if at least two programs agree.
pub fn trusted(matrix: &Matrix, known_right: &[usize]) -> Vec<usize> {
    let best;
    let right = if known_right.is_empty() {
        best = groups(matrix).into_iter().next().filter(|group| group.programs.len() > 1);
        let Some(group) = &best else { return Vec::new() };
        &group.programs
    } else {
        known_right
    };
    let count = matrix.iter().map(Vec::len).min().unwrap_or(0);
    let passes = |program: usize, test: usize| matrix.get(program).and_then(|row| row[test]);
    (0..count)
        .filter(|&test| right.iter().all(|&program| passes(program, test) == Some(true)))
        .filter(|&test| (0..matrix.len()).any(|program| passes(program, test) == Some(false)))
        .collect()
}

/// The tests of one prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tests {
    /// Those to trust, in the order in which they were written.
    pub trusted: Vec<String>,
    /// How many different ones were written.
    pub written: usize,
    /// How many of those the known-correct solution fails.
    pub contradicting: usize,
    /// Whether the prompt's answer is a program, and so took the place of agreement.
    pub has_solution: bool,
}

impl Checked {
    /// Which tests in `written` (what a model said when asked for tests) to trust, by what becomes of them
    /// with `solutions` (what a model said when asked for the program) and with the prompt's answer, if
    /// that is a program: that one is known to be right.
    pub fn trusted_tests(&self, prompt: &Prompt, written: &[String], solutions: &[String]) -> Tests {
        let Some(entry) = prompt.entry_point.as_deref().map(str::trim) else { return Tests::default() };
        let (mut tests, mut seen) = (Vec::new(), BTreeSet::new());
        for text in written.iter().filter_map(|text| answer(text)) {
            tests.extend(
                tests_in(text, entry)
                    .into_iter()
                    .filter(|test| seen.insert(test.clone()))
                    .take(TESTS_OF_AN_ANSWER),
            );
        }
        tests.truncate(TESTS_OF_A_PROMPT);
        let mut answers: Vec<String> =
            solutions.iter().filter_map(|text| answer(text)).map(str::to_owned).collect();
        let known = prompt
            .answer
            .as_ref()
            .filter(|answer| extract::program(answer, prompt, &Given::of(prompt)).is_ok());
        let known_right: Vec<usize> = known.iter().map(|_| answers.len()).collect();
        answers.extend(known.cloned());
        let matrix = self.matrix(prompt, &answers, &tests);
        let fails = |test: &usize| known_right.iter().any(|&right| matrix[right][*test] == Some(false));
        let kept = trusted(&matrix, &known_right);
        Tests {
            written: tests.len(),
            contradicting: (0..tests.len()).filter(fails).count(),
            has_solution: known.is_some(),
            trusted: kept.into_iter().map(|at| tests[at].clone()).collect(),
        }
    }

    /// Runs each of `answers` (texts in which a program is found) against each of `tests`.
    pub fn matrix(&self, prompt: &Prompt, answers: &[String], tests: &[String]) -> Matrix {
        let given = Given::of(prompt);
        let prelude = given.prelude(prompt.entry_point.as_deref().map(str::trim));
        let cases = [TestCase::Asserts { code: tests.to_vec(), setup: String::new() }];
        let row = |answer: &String| match extract::program(answer, prompt, &given) {
            Ok(program) => {
                let run = self.judge.run_with(prompt, &cases, &prelude, &program.text);
                // A program that does not even load, or is stopped at its first test, passes nothing; of
                // one that is stopped later, the rest is not known.
                let nothing = run.tally.is_cut_short() && run.tally.outcome(1).is_none();
                let rest = (nothing && run.tally.outcome(0) == Some(false)).then_some(false);
                (0..tests.len()).map(|at| run.tally.outcome(at).or(rest)).collect()
            }
            Err(_) => vec![Some(false); tests.len()],
        };
        answers.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&str]) -> Matrix {
        let cell = |char| match char {
            '1' => Some(true),
            '0' => Some(false),
            _ => None,
        };
        rows.iter().map(|row| row.chars().map(cell).collect()).collect()
    }

    #[test]
    fn agreement_table() {
        // Two right programs, a wrong one, one that passes everything, one that passes nothing.
        let agreed = matrix(&["1100", "1100", "0110", "1111", "0000"]);
        let groups = groups(&agreed);
        assert_eq!(groups[0], Group { programs: vec![0, 1], tests: vec![0, 1] });
        assert_eq!(groups.iter().map(Group::score).collect::<Vec<_>>(), [4, 4, 2]);
        for (rows, right, kept) in [
            (&["1100", "1100", "0110", "1111", "0000"][..], &[][..], &[0, 1][..]),
            (&["1100", "0110"], &[0], &[0]),
            (&["1111", "1111"], &[0], &[]),
            (&["1?11", "0011"], &[0], &[0]),
            (&["10", "01"], &[], &[]),
            (&["1100", "0110"], &[0, 1], &[]),
            (&[], &[], &[]),
        ] {
            assert_eq!(trusted(&matrix(rows), right), kept, "{rows:?} {right:?}");
        }
    }
}
