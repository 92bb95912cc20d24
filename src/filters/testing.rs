//! What the keep/drop tables of the filters share: a plain prompt, a finished completion, and how a
//! judgement reads. Tests only.

use super::Judgement;
use crate::record::{Completion, Decision, FinishReason, Prompt};

/// A math problem with a reference answer.
pub fn prompt() -> Prompt {
    Prompt {
        id: "t:0".to_owned(),
        source: "t".to_owned(),
        domain: "math".to_owned(),
        problem: "What is 3 + 4?".to_owned(),
        answer: Some("7".to_owned()),
        entry_point: None,
        tests: Vec::new(),
        difficulty: None,
    }
}

/// A completion of 100 tokens that ended by itself.
pub fn completion(text: &str) -> Completion {
    Completion {
        text: text.to_owned(),
        finish_reason: FinishReason::Stop,
        num_tokens: 100,
        prompt_tokens: 10,
    }
}

/// The name of the reason of a drop; empty for a keep.
pub fn reason(judgement: &Judgement) -> &str {
    match &judgement.decision {
        Decision::Keep => "",
        Decision::Drop(reason) => &reason.name,
    }
}
