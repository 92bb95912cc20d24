//! `refusal`: drops samples that decline the task or talk about being a model. In: the text. Out: keep, or
//! `refusal.declines` ("I'm sorry, but I can't help with that"), `refusal.as_an_ai` ("As an AI language model"); score
//! `refusals`, how often either is said. A chain that cannot find an integer, or is sorry about a slip, declines
//! nothing, nor does one that says what its problem says. Never judges whether declining would be right.

mod lists;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::phrases::Phrases;
use super::reading::Reading;
use super::{Filter, Judgement};
use crate::record::{Completion, Decision, Prompt, Reason};
use lists::{CANNOT, DENIED, MODELS, OTHER_DECLINES, SLIPS, SORRIES};

/// Options of `refusal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Refusal {
    /// Drop what declines the task.
    pub declines: bool,
    /// Drop what speaks of itself as a model, an assistant or an AI.
    pub as_an_ai: bool,
}

impl Default for Refusal {
    fn default() -> Self {
        Self { declines: true, as_an_ai: true }
    }
}

/// Declines as it stands.
const DECLINES: u32 = 0;
/// Declines unless a slip of the chain's own follows.
const SORRY: u32 = 1;
/// Speaks of itself as a model.
const MODEL: u32 = 2;

/// How far behind a phrase a slip is looked for, in bytes.
const NEAR: usize = 100;

/// The phrases that are counted.
pub(super) static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let denials: Vec<String> = CANNOT
        .iter()
        .flat_map(|cannot| DENIED.iter().map(move |denied| format!("{cannot} {denied}")))
        .collect();
    let declines = denials
        .iter()
        .map(String::as_str)
        .chain(OTHER_DECLINES.iter().copied())
        .map(|phrase| (DECLINES, phrase));
    let sorry = SORRIES.iter().map(|phrase| (SORRY, *phrase));
    Phrases::new(declines.chain(sorry).chain(MODELS.iter().map(|phrase| (MODEL, *phrase))))
});

impl Filter for Refusal {
    fn name(&self) -> &'static str {
        "refusal"
    }

    fn judge(&self, prompt: &Prompt, completion: &Completion) -> Judgement {
        self.judge_reading(prompt, &Reading::new(completion))
    }

    fn judge_reading(&self, prompt: &Prompt, reading: &Reading<'_>) -> Judgement {
        let text = reading.text();
        let mut count = 0u32;
        let mut decision = Decision::Keep;
        for (kind, start, end) in PHRASES.find(text, reading.openings()) {
            if kind == SORRY && corrects_itself(text, end)
                || is_asked_about(&prompt.problem, &text[start..end])
            {
                continue;
            }
            count += 1;
            let (wanted, name) = if kind == MODEL {
                (self.as_an_ai, "refusal.as_an_ai")
            } else {
                (self.declines, "refusal.declines")
            };
            if wanted && decision == Decision::Keep {
                let shown: String = text[start..].chars().take(80).collect();
                decision = Decision::Drop(Reason::new(name, format!("at byte {start}: {shown:?}")));
            }
        }
        Judgement { decision, scores: vec![("refusals", f64::from(count))] }
    }
}

/// True if the problem says so itself, or tells of the one that speaks: of "an AI" that answers questions.
fn is_asked_about(problem: &str, phrase: &str) -> bool {
    let (problem, phrase) = (problem.to_lowercase(), phrase.to_lowercase());
    let stands = |part: &str| {
        problem.match_indices(part).any(|(at, _)| {
            let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            !letter(problem[..at].chars().next_back()) && !letter(problem[at + part.len()..].chars().next())
        })
    };
    stands(&phrase) || phrase.strip_prefix("as ").is_some_and(stands)
}

/// True if what follows is about a slip of the chain's own.
fn corrects_itself(text: &str, from: usize) -> bool {
    let end =
        (from..=text.len().min(from + NEAR)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(from);
    let near = text[from..end].to_lowercase();
    SLIPS.iter().any(|slip| near.contains(slip))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::testing::{completion, prompt, reason};

    #[test]
    fn keep_drop_table() {
        for (text, expected) in [
            ("I'm sorry, but I can't help with that.", "refusal.declines"),
            ("I’m sorry, but I can’t assist with that request.", "refusal.declines"),
            ("I am sorry, but this question goes too far.", "refusal.declines"),
            ("Sorry, but I cannot do that.", "refusal.declines"),
            ("I apologize, but I am not able to answer.", "refusal.declines"),
            ("I cannot help you cheat in an exam.", "refusal.declines"),
            ("I'm unable to fulfill this request.", "refusal.declines"),
            ("I must decline.", "refusal.declines"),
            ("As an AI language model, I have no opinions.", "refusal.as_an_ai"),
            ("Since I'm just an AI, I guess 7.", "refusal.as_an_ai"),
            ("抱歉，我无法回答这个问题。", "refusal.declines"),
            ("作为一个人工智能，我没有感觉。", "refusal.as_an_ai"),
            ("Es tut mir leid, aber ich kann das nicht tun.", "refusal.declines"),
            ("Je suis désolé, mais je ne peux pas répondre.", "refusal.declines"),
            ("Извините, но я не могу ответить.", "refusal.declines"),
            ("申し訳ありませんが、お答えできません。", "refusal.declines"),
            // What mathematics says.
            ("I cannot find an integer that works, so there is none.", ""),
            ("I can't help but notice that 91 = 7 * 13.", ""),
            ("I can’t divide by zero, so x is not 0.", ""),
            ("We are unable to factor it further.", ""),
            ("I am not able to simplify this, so I try x = 2.", ""),
            ("I'm sorry, but I made a mistake above: it is 8.", ""),
            ("Sorry, that is wrong. Let me start again.", ""),
            ("Unfortunately, I cannot use the formula here, since a = 0.", ""),
            ("我无法找到这样的整数，所以无解。", ""),
            ("The main idea: as an aid, draw a line. As an air mass moves, ...", ""),
            ("A chatbot answers 3 of 4 questions. How many does it answer?", ""),
            ("<think>Let me see.</think>\\boxed{7}", ""),
        ] {
            let judgement = Refusal::default().judge(&prompt(), &completion(text));
            assert_eq!(reason(&judgement), expected, "{text:?}");
            assert_eq!(judgement.scores[0].1 > 0.0, !expected.is_empty(), "{text:?}");
        }
        for (problem, text, expected) in [
            ("A clerk says \"I cannot help you\" to 3 people.", "He says \"I cannot help you\" to 3.", ""),
            ("A clerk helps 3 people.", "He says \"I cannot help you\" to 3.", "refusal.declines"),
            ("An AI answers 3 questions.", "As an AI answers 3 questions, it is 3.", ""),
            ("An airplane has 3 seats.", "As an AI, I have no opinion.", "refusal.as_an_ai"),
            ("An AI answers 3 questions.", "I'm an AI, so it is 3.", "refusal.as_an_ai"),
            ("How many people are there?", "I must respectfully decline.", "refusal.declines"),
        ] {
            let asked = Prompt { problem: problem.to_owned(), ..prompt() };
            assert_eq!(reason(&Refusal::default().judge(&asked, &completion(text))), expected, "{text:?}");
        }
        let lenient = Refusal { declines: false, as_an_ai: true };
        let judgement = lenient.judge(&prompt(), &completion("I must decline."));
        assert_eq!((reason(&judgement), judgement.scores[0].1), ("", 1.0));
    }
}
