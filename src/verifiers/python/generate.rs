//! Tests that a model writes. In: a prompt, or what a model wrote for it; programs and what they passed.
//! Out: a request for tests, the `assert` statements in an answer, and which of them to trust. Never: a
//! test run outside the sandbox, or one trusted because a model wrote it.
//!
//! Programs and tests check each other as in CodeT (arXiv 2207.10397): programs that pass the same tests
//! form a group, whose score is its programs times the tests they pass. Where a program is known to be
//! right, tests that it fails are dropped, and of the rest those kept that some wrong program fails.

use std::collections::{BTreeMap, BTreeSet};

use super::syntax;
use super::{Checked, Given, extract};
use crate::record::{Prompt, TestCase};

/// Most tests taken from one answer, and most bytes of one test: CodeT takes 5 of each of 100 answers.
const MAX_TESTS: usize = 200;
const MAX_TEST_BYTES: usize = 2000;
/// Lines that one `assert` may have.
const MAX_TEST_LINES: usize = 20;

/// What a model is asked for, given the problem alone: it must not see any answer.
pub fn request(prompt: &Prompt) -> String {
    let called = match prompt.entry_point.as_deref().map(str::trim) {
        Some(entry) => format!("the function `{entry}`"),
        None => "the function that it asks for".to_owned(),
    };
    format!(
        "Here is a programming problem:\n\n{}\n\nDo not solve it. Write tests for {called}: one fenced Python \
         block of `assert` statements, each of which calls it with concrete arguments and compares the \
         result with the value that the problem's text demands. Cover ordinary cases, edge cases and \
         small inputs whose result you can work out by hand. No other code.",
        prompt.problem.trim()
    )
}

/// The `assert` statements in `text` that call `entry`, without repetitions, each a statement by itself.
pub fn tests_in(text: &str, entry: &str) -> Vec<String> {
    let (mut tests, mut seen) = (Vec::new(), BTreeSet::new());
    let mut rest = text;
    while let Some(at) = rest.find("assert") {
        let word = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '_');
        let alone = !word(rest[..at].chars().next_back()) && !word(rest[at + 6..].chars().next());
        rest = &rest[at + 6..];
        if !alone {
            continue;
        }
        // Up to the next one: an `assert` holds no other.
        let piece = &rest[..rest.find("assert").unwrap_or(rest.len())];
        if let Some(test) = test_in(piece, entry)
            && seen.insert(test.clone())
        {
            tests.push(test);
            if tests.len() == MAX_TESTS {
                break;
            }
        }
    }
    tests
}

/// The longest beginning of `piece`, by whole lines, that is the rest of an `assert` on `entry`.
fn test_in(piece: &str, entry: &str) -> Option<String> {
    if !piece.contains(entry) {
        return None;
    }
    let lines: Vec<&str> = piece.trim_start().lines().take(MAX_TEST_LINES).map(str::trim_end).collect();
    (1..=lines.len()).rev().find_map(|count| {
        let test = format!("assert {}", lines[..count].join("\n").trim());
        (test.len() <= MAX_TEST_BYTES && syntax::is_assert_on(&test, entry)).then_some(test)
    })
}

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

impl Checked {
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

    #[test]
    fn tests_in_table() {
        for (text, expected) in [
            ("assert f(1) == 2", &["assert f(1) == 2"][..]),
            (
                "```python\nassert f(1) == 2\nassert f([1,\n  2]) == (\n  3)\n```\nDone.",
                &["assert f(1) == 2", "assert f([1,\n  2]) == (\n  3)"],
            ),
            ("assert \n    f(1) == 2, 'one'\nassert \n    f(2", &["assert f(1) == 2, 'one'"]),
            ("def test():\n    assert f(1) == 2\n    assert f(1) == 2", &["assert f(1) == 2"]),
            ("assert g(1) == 2\nassert ff(1)\nassert x.f(1)\nassert f == 2", &[]),
            ("assert not f('assert')", &[]),
            ("assert f(1) == 2; import os", &[]),
            ("assert f(1) == 2\nimport os", &["assert f(1) == 2"]),
            ("assertEqual(f(1), 2)\nmyassert f(1)", &[]),
            ("assert abs(f(0.5) - 1) < 1e-6 and f(1) == 2", &["assert abs(f(0.5) - 1) < 1e-6 and f(1) == 2"]),
            ("# assert f(1)\nfor x in y: assert f(x)", &["assert f(1)", "assert f(x)"]),
            ("assert 2 == f(1)", &["assert 2 == f(1)"]),
            ("", &[]),
        ] {
            assert_eq!(tests_in(text, "f"), expected, "{text:?}");
        }
        let many: String = (0..10_000).map(|n| format!("assert f({n}) == {n}\n")).collect();
        assert_eq!(tests_in(&many, "f").len(), MAX_TESTS);
        tests_in(&("assert f(".to_owned() + &"(".repeat(100_000)), "f");
        tests_in(&"assert f\n".repeat(20_000), "f");
    }

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

    #[test]
    fn a_request_shows_the_problem_and_no_answer() {
        let prompt: Prompt = serde_json::from_value(serde_json::json!({
            "id": "1", "source": "s", "domain": "code", "problem": "Add one.", "entry_point": "f",
            "answer": "return x + 1", "tests": [{"call": {"args": [1], "expected": 2}}],
        }))
        .unwrap();
        let request = request(&prompt);
        assert!(request.contains("Add one.") && request.contains("`f`"));
        assert!(!request.contains("x + 1") && !request.contains("expected"));
    }
}
