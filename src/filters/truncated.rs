//! `truncated`: drops samples that did not end by themselves. In: how a sample ended. Out: keep, or
//! `truncated.length` (ran into `max_new_tokens`), `truncated.loop` (the engine ended it in a
//! repetition loop). Never looks at the text: a text cut at a full stop looks finished.

use serde::{Deserialize, Serialize};

use super::{Filter, Judgement};
use crate::record::{Completion, Decision, FinishReason, Prompt, Reason};

/// Options of `truncated`: there are none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Truncated {}

impl Filter for Truncated {
    fn name(&self) -> &'static str {
        "truncated"
    }

    fn judge(&self, _: &Prompt, completion: &Completion) -> Judgement {
        let tokens = completion.num_tokens;
        let decision = match completion.finish_reason {
            FinishReason::Stop => Decision::Keep,
            FinishReason::Length => Decision::Drop(Reason::new(
                "truncated.length",
                format!("cut at {tokens} tokens: raise `max_new_tokens` if this is frequent"),
            )),
            FinishReason::Loop => Decision::Drop(Reason::new(
                "truncated.loop",
                format!("the engine ended it after {tokens} tokens, in a repetition loop"),
            )),
        };
        Judgement { decision, scores: vec![("tokens", f64::from(tokens))] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::testing::{completion, prompt, reason};

    #[test]
    fn keep_drop_table() {
        for (finish_reason, expected) in [
            (FinishReason::Stop, ""),
            (FinishReason::Length, "truncated.length"),
            (FinishReason::Loop, "truncated.loop"),
        ] {
            let completion = Completion { finish_reason, ..completion("<think>a</think>b") };
            let judgement = Truncated {}.judge(&prompt(), &completion);
            assert_eq!(reason(&judgement), expected);
            assert_eq!(judgement.scores, [("tokens", 100.0)], "scores are recorded on keep and on drop");
        }
    }
}
