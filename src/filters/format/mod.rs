//! `format`: drops samples that are not one think block followed by an answer. In: the text, and
//! what kind of answer the prompt asks for. Out: keep, or one of
//!
//! - `format.no_think`, `format.unclosed_think`, `format.repeated_think`, `format.text_before_think`,
//! - `format.empty_reasoning`, `format.empty_solution`,
//! - `format.leak`: a special token, a line of the chat template, the start of somebody else's turn, the next
//!   example of a few-shot prompt, or a long passage copied from one that it showed,
//! - `format.no_answer`: no `\boxed{…}`, or no program where one is asked for;
//!
//! scores `reasoning_chars`, `solution_chars`, and `copied_words` (the longest passage in a row that stands in a worked
//! example, too) where the prompt showed some. Never judges whether the answer is right.

mod copied;
mod leak;

use serde::{Deserialize, Serialize};

use super::reading::Reading;
use super::{Filter, Judgement};
use crate::format::think::{Malformed, Parts};
use crate::record::{Completion, Decision, Prompt, Reason};
use copied::Copied;

/// Options of `format`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Format {
    /// A think block is required. With `false` a text without any tag is a solution; a malformed
    /// block is dropped all the same.
    pub think: bool,
    /// No special tokens, lines of a chat template, turns of other speakers, or next examples of a few-shot prompt
    /// anywhere in the text, but for those that the problem itself shows.
    pub leak: bool,
    /// With `leak`, most words in a row that may stand in a worked example that the prompt showed. Answers to problems of
    /// one kind share wordings: `docs/filters.md` has how many words.
    pub max_copied_words: u32,
    /// The solution must hold an answer that can be read: a fenced code block where the prompt has
    /// tests or an entry point (or is of domain `code` and has no reference answer), a box where
    /// it has a reference answer, nothing otherwise. Neither may be empty or cut off.
    pub answer: bool,
}

impl Default for Format {
    fn default() -> Self {
        Self {
            think: true,
            leak: true, // Of 8,119 answers beside examples of their own kind one shares more, with 99, and it shares a drawing's
            // code; the next have 52 at most (`filters_measured`, `few_shot`).
            max_copied_words: 60,
            answer: true,
        }
    }
}

impl Filter for Format {
    fn name(&self) -> &'static str {
        "format"
    }

    fn judge(&self, prompt: &Prompt, completion: &Completion) -> Judgement {
        self.judge_reading(prompt, &Reading::new(completion))
    }

    fn judge_reading(&self, prompt: &Prompt, reading: &Reading<'_>) -> Judgement {
        let text = reading.text();
        let parts = match reading.parts() {
            Err(Malformed::Missing) if !self.think => Ok(Parts { reasoning: "", solution: text.trim() }),
            parts => parts,
        };
        let mut scores = parts.as_ref().map_or_else(
            |_| Vec::new(),
            |parts| {
                let chars = |part: &str| part.chars().count() as f64;
                vec![("reasoning_chars", chars(parts.reasoning)), ("solution_chars", chars(parts.solution))]
            },
        );
        let copied = copied::longest(reading.text(), reading.examples);
        if !reading.examples.is_empty() {
            scores.push(("copied_words", f64::from(copied.words)));
        }
        let checked = parts.map_err(malformed).and_then(|parts| self.check(prompt, reading, parts, &copied));
        let decision = match checked {
            Ok(()) => Decision::Keep,
            Err(reason) => Decision::Drop(reason),
        };
        Judgement { decision, scores }
    }
}

impl Format {
    fn check(
        &self,
        prompt: &Prompt,
        reading: &Reading<'_>,
        parts: Parts<'_>,
        copied: &Copied,
    ) -> Result<(), Reason> {
        // Without tags, which only `think = false` lets through, there is no reasoning to be empty.
        if reading.parts().is_ok() && parts.reasoning.is_empty() {
            return Err(Reason::new("format.empty_reasoning", "nothing between the think tags"));
        }
        if parts.solution.is_empty() {
            return Err(Reason::new("format.empty_solution", "nothing after the think block"));
        }
        if self.leak
            && let Some(leak) =
                leak::find(reading.text(), reading.blocks(), reading.place(parts.solution), &prompt.problem)
        {
            return Err(Reason::new("format.leak", format!("the text contains `{leak}`")));
        }
        if self.leak && copied.words > self.max_copied_words {
            let shown: String = reading.text()[copied.range.clone()].chars().take(60).collect();
            let detail = format!(
                "{} words in a row from byte {} on stand in a worked example of the prompt: {shown:?}",
                copied.words, copied.range.start
            );
            return Err(Reason::new("format.leak", detail));
        }
        if self.answer {
            let program = !prompt.tests.is_empty()
                || prompt.entry_point.is_some()
                || (prompt.domain == "code" && prompt.answer.is_none());
            if program {
                if !has_fenced_block(parts.solution) {
                    return Err(Reason::new(
                        "format.no_answer",
                        "no fenced code block in the solution that is closed and not empty",
                    ));
                }
            } else if prompt.answer.is_some() && !has_box(parts.solution) {
                let detail = "the solution does not end with a `\\boxed{…}` that is closed and not empty";
                return Err(Reason::new("format.no_answer", detail));
            }
        }
        Ok(())
    }
}

fn malformed(malformed: Malformed) -> Reason {
    match malformed {
        Malformed::Missing => Reason::new("format.no_think", "there is no think block"),
        Malformed::TextBefore => Reason::new("format.text_before_think", "text stands before `<think>`"),
        Malformed::Unclosed => Reason::new("format.unclosed_think", "`<think>` is never closed"),
        Malformed::Repeated => {
            Reason::new("format.repeated_think", "a think tag occurs twice or out of order")
        }
    }
}

/// True if `text` holds a fenced block with something in it that is closed: by a line that begins with three backticks.
fn has_fenced_block(text: &str) -> bool {
    let mut inside = None;
    for line in text.lines() {
        match (line.trim_start().starts_with("```"), inside) {
            (true, Some(true)) => return true,
            (true, None) => inside = Some(false),
            (true, Some(false)) => inside = None,
            (false, Some(_)) if !line.trim().is_empty() => inside = Some(true),
            _ => {}
        }
    }
    false
}

/// True if the last box of `text`, `\boxed{…}` or `\fbox{…}`, is closed and not empty; `\boxed 7` is a box, too.
fn has_box(text: &str) -> bool {
    let Some(start) =
        ["\\boxed", "\\fbox"].into_iter().filter_map(|name| Some(text.rfind(name)? + name.len())).max()
    else {
        return false;
    };
    let Some(inside) = text[start..].trim_start().strip_prefix('{') else {
        return text[start..].trim_start_matches(' ').starts_with(|c: char| c.is_alphanumeric() || c == '-')
            && !text[start..].starts_with(char::is_alphabetic);
    };
    let (mut depth, mut escaped) = (0u32, false);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'}' if depth == 0 => return !inside[..at].trim().is_empty(),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::testing::{completion, prompt, reason};
    use crate::record::TestCase;
    use proptest::prelude::*;

    #[test]
    fn keep_drop_table() {
        for (text, expected) in [
            ("<think>\na\n</think>\n\n\\boxed{7}", ""),
            ("<think>a</think>so \\boxed{7}", ""),
            ("", "format.no_think"),
            ("\\boxed{7}", "format.no_think"),
            ("<think>a \\boxed{7}", "format.unclosed_think"),
            ("<think>a<think>b</think>\\boxed{7}", "format.repeated_think"),
            ("<think>a</think>\\boxed{7}</think>", "format.repeated_think"),
            ("a</think>\\boxed{7}", "format.repeated_think"),
            ("Sure! <think>a</think>\\boxed{7}", "format.text_before_think"),
            ("<think> \n </think>\\boxed{7}", "format.empty_reasoning"),
            ("<think>a \\boxed{7}</think> \n", "format.empty_solution"),
            ("<think>a \\boxed{7}</think>It is 7.", "format.no_answer"),
            ("<think>a</think>boxed{7}", "format.no_answer"),
            ("<think>a</think>\\boxed{}", "format.no_answer"),
            ("<think>a</think>\\boxed{ }", "format.no_answer"),
            ("<think>a</think>\\boxed{\\frac{1}{2}", "format.no_answer"),
            ("<think>a</think>\\boxed{3} or rather \\boxed{", "format.no_answer"),
            ("<think>a</think>\\boxed", "format.no_answer"),
            ("<think>a</think>\\boxedtext", "format.no_answer"),
            ("<think>a</think>$\\boxed{\\{1, \\frac{1}{2}\\}}$.", ""),
            ("<think>a</think>\\boxed {7}", ""),
            ("<think>a</think>\\fbox{7}", ""),
            ("<think>a</think>\\boxed 7", ""),
            // A template that opened the block is made good where completions come in; without it there are no
            // tags in order.
            ("a</think>b</think>\\boxed{7}", "format.repeated_think"),
            ("</think>\\boxed{7}<think>a", "format.repeated_think"),
            ("<think><think>a</think>\\boxed{7}", "format.repeated_think"),
            ("<think>a</think></think>\\boxed{7}", "format.repeated_think"),
            ("<thinking>a</thinking>\\boxed{7}", "format.no_think"),
            ("<think>a</think>\\boxed{7}\n\n---\n\nProblem: what is 4 + 5?", "format.leak"),
            ("<think>a</think>\\boxed{7}<|im_end|>", "format.leak"),
            ("<think>a<|endoftext|>b</think>\\boxed{7}", "format.leak"),
            ("<think>a</think>\\boxed{7}<|eot_id|>", "format.leak"),
            ("<think>a</think>\\boxed{7}</s>", "format.leak"),
            ("<think>a</think>\\boxed{7}<｜end▁of▁sentence｜>", "format.leak"),
            ("<think>a</think>\\boxed{7}\nUser: and 4 + 5?", "format.leak"),
            ("<think>a\n  Assistant: b</think>\\boxed{7}", "format.leak"),
            ("<think>a</think>\\boxed{7}\n<|im_start|>user", "format.leak"),
            // Not leaks: inside a line, other words, other uses of the same characters.
            ("<think>The User: field is empty.</think>\\boxed{7}", ""),
            ("<think>Users: 3\nSystem: x + y = 7</think>\\boxed{7}", ""),
            ("<think>x <| y |> z, |x| < |y|, <||></think>\\boxed{7}", ""),
            ("<think>Bring </sub> and <s> up.</think>\\boxed{7}", ""),
        ] {
            let judgement = Format::default().judge(&prompt(), &completion(text));
            assert_eq!(reason(&judgement), expected, "{text:?}");
        }
    }

    #[test]
    fn what_counts_as_an_answer_depends_on_the_prompt() {
        let boxed = "<think>a</think>\\boxed{7}";
        let fenced = "<think>a</think>Here:\n```python\nprint(7)\n```";
        let half = "<think>```\na\n```</think>Here:\n```python\nprint(7)";
        let empty = "<think>a</think>Here:\n```python\n\n```";
        let second = "<think>a</think>Run\n```\n```\nthen\n```python\nprint(7)\n```\n";
        let plain = "<think>a</think>It is seven.";
        let math = prompt();
        let open = Prompt { answer: None, ..prompt() };
        let code = Prompt { answer: None, domain: "code".to_owned(), ..prompt() };
        let output = Prompt { domain: "code".to_owned(), ..prompt() };
        let test = TestCase::Asserts { code: vec!["assert f(1) == 2".to_owned()], setup: String::new() };
        let tested = Prompt { tests: vec![test], ..prompt() };
        let called = Prompt { entry_point: Some("f".to_owned()), ..prompt() };
        for (name, prompt, text, expected) in [
            ("math", &math, boxed, ""),
            ("math", &math, fenced, "format.no_answer"),
            ("no answer known", &open, plain, ""),
            ("code", &code, fenced, ""),
            ("code", &code, half, "format.no_answer"),
            ("code", &code, empty, "format.no_answer"),
            ("code", &code, second, ""),
            ("code", &code, boxed, "format.no_answer"),
            ("what does it print", &output, boxed, ""),
            ("what does it print", &output, fenced, "format.no_answer"),
            ("tests and a reference program", &tested, fenced, ""),
            ("tests and a reference program", &tested, boxed, "format.no_answer"),
            ("entry point", &called, fenced, ""),
        ] {
            let judgement = Format::default().judge(prompt, &completion(text));
            assert_eq!(reason(&judgement), expected, "{name}: {text:?}");
        }
        let lenient = Format { answer: false, ..Format::default() };
        assert_eq!(reason(&lenient.judge(&math, &completion(plain))), "");
    }

    #[test]
    fn options_switch_checks_off() {
        let filter = Format { think: false, leak: false, answer: false, ..Format::default() };
        for (text, expected) in [
            ("It is 7.", ""),
            ("It is 7.<|im_end|>", ""),
            ("<think>a</think>It is 7.", ""),
            ("", "format.empty_solution"),
            ("<think></think>It is 7.", "format.empty_reasoning"),
            ("<think>a", "format.unclosed_think"),
        ] {
            assert_eq!(reason(&filter.judge(&prompt(), &completion(text))), expected, "{text:?}");
        }
    }

    #[test]
    fn a_worked_example_must_not_come_back() {
        let example: Vec<String> =
            (0..60).map(|n| format!("so {n} is less than {}, and on we go.", n + 1)).collect();
        let shown = example.join(" ");
        let shown = [shown.as_str()];
        let judge = |filter: &Format, reasoning: &str| {
            let completion = completion(&format!("<think>\n{reasoning}\n</think>\n\nIt is \\boxed{{7}}."));
            filter.judge_reading(&prompt(), &Reading::beside(&completion, &shown))
        };
        let default = Format::default();
        let strict = Format { max_copied_words: 8, ..Format::default() };
        let off = Format { leak: false, ..Format::default() };
        // Ten words a sentence.
        let (seven, six) = (example[10..17].join("\n"), example[10..16].join(" "));
        for (filter, reasoning, words, expected) in [
            (&default, "We add 3 and 4.", 1.0, ""),
            (&default, six.as_str(), 60.0, ""),
            (&default, seven.as_str(), 70.0, "format.leak"),
            (&strict, six.as_str(), 60.0, "format.leak"),
            (&off, seven.as_str(), 70.0, ""),
            // Other numbers are another chain.
            (&default, &seven.replace("12", "99"), 48.0, ""),
        ] {
            let judgement = judge(filter, reasoning);
            assert_eq!(reason(&judgement), expected, "{reasoning} {judgement:?}");
            assert_eq!(judgement.scores[2], ("copied_words", words), "{reasoning}");
        }
    }

    #[test]
    fn scores_are_recorded_on_keep() {
        let judgement = Format::default().judge(&prompt(), &completion("<think>né</think>\\boxed{7}"));
        assert_eq!(judgement.scores, [("reasoning_chars", 2.0), ("solution_chars", 9.0)]);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_filter_says_the_same_again(
            text in "(?s).{0,80}", tags in "(<think>|</think>|\\\\boxed\\{|\\}|a|\n|```){0,12}",
        ) {
            for text in [&text, &tags, &format!("<think>{text}</think>{tags}")] {
                let judge = || Format::default().judge(&prompt(), &completion(text));
                prop_assert_eq!(judge(), judge());
            }
        }
    }
}
