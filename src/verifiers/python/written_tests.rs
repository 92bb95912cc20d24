//! `written_tests = {}`: does an answer to "write tests for this problem" hold tests? In: a prompt with the
//! name of a function, and the assistant's text. Out: pass where there are enough `assert` statements that
//! call the function. Never: an opinion on whether they are right; `datagen tests` checks them against
//! programs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{answer, syntax};
use crate::record::{Finding, Prompt, Reason, Verdict};
use crate::verifiers::Verifier;

/// Most tests taken from one answer, and most bytes of one test.
const MAX_TESTS: usize = 200;
const MAX_TEST_BYTES: usize = 2000;
/// Lines that one `assert` may have.
const MAX_TEST_LINES: usize = 20;

/// `written_tests = { at_least = 3 }`: the verifier of a run that asks for tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WrittenTests {
    /// Different `assert` statements on the prompt's function that an answer must have, from 1 to 200.
    pub at_least: usize,
}

impl Default for WrittenTests {
    fn default() -> Self {
        Self { at_least: 1 }
    }
}

impl WrittenTests {
    /// Checks the option.
    ///
    /// # Errors
    /// A sentence that names it.
    pub fn checked(self) -> Result<Self, String> {
        match self.at_least {
            1..=MAX_TESTS => Ok(self),
            count => Err(format!("written_tests: at_least = {count} is not between 1 and {MAX_TESTS}")),
        }
    }
}

impl Verifier for WrittenTests {
    fn name(&self) -> &'static str {
        "written_tests"
    }

    fn applies(&self, prompt: &Prompt) -> bool {
        prompt.entry_point.is_some()
    }

    fn verify(&self, prompt: &Prompt, text: &str) -> Finding {
        let entry = prompt.entry_point.as_deref().unwrap_or_default().trim();
        let count = answer(text).map_or(0, |text| tests_in(text, entry).len());
        let mut finding = Finding::from(if count >= self.at_least {
            Verdict::Pass
        } else {
            let detail = format!("{count} tests of `{entry}`, {} wanted", self.at_least);
            Verdict::Fail(Reason::new("written_tests.too_few", detail))
        });
        finding.details.insert("tests_written".into(), count.into());
        finding
    }
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

    #[test]
    fn answers_with_enough_tests_pass() {
        let prompt: Prompt = serde_json::from_value(serde_json::json!({
            "id": "1", "source": "s", "domain": "code", "problem": "Add one.", "entry_point": " f ",
        }))
        .unwrap();
        let two = WrittenTests { at_least: 2 }.checked().unwrap();
        for (text, passes) in [
            ("<think>\nhm\n</think>\n\n```python\nassert f(1) == 2\nassert f(2) == 3\n```", true),
            ("assert f(1) == 2\nassert f(2) == 3", true),
            ("assert f(1) == 2\nassert f(1) == 2", false),
            ("assert f(1) == 2\nassert g(1) == 2", false),
            ("<think>\nassert f(1) == 2\nassert f(2) == 3\n</think>\n\nDone.", false),
            ("<think>\nassert f(1) == 2\nassert f(2) == 3", false),
            ("", false),
        ] {
            let finding = two.verify(&prompt, text);
            assert_eq!(finding.verdict == Verdict::Pass, passes, "{text}: {finding:?}");
        }
        assert!(two.applies(&prompt) && !two.applies(&Prompt { entry_point: None, ..prompt }));
        for at_least in [0, 201] {
            assert!(WrittenTests { at_least }.checked().unwrap_err().contains("at_least"));
        }
    }
}
