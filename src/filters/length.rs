//! `length`: drops samples that are too short or too long. In: the token count and the reasoning.
//! Out: keep, or `length.too_short`, `length.too_long`; scores `tokens`, `reasoning_words`. Never
//! looks at what the words say.

use serde::{Deserialize, Serialize};

use super::reading::Reading;
use super::words;
use super::{Filter, Judgement};
use crate::record::{Completion, Decision, Prompt, Reason};

/// Options of `length`. All limits are inclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Length {
    /// Fewest tokens of the whole completion, as the engine counted them.
    pub min_tokens: u32,
    /// Most tokens of the whole completion. Without it only `max_new_tokens` bounds them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Fewest words of the reasoning (see [`words`](mod@words)). Where there is no well-formed think block, the
    /// words of the whole text count.
    pub min_reasoning_words: u32,
    /// Most words of the reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_reasoning_words: Option<u32>,
}

impl Default for Length {
    fn default() -> Self {
        Self {
            min_tokens: 0,
            max_tokens: None,
            // One worked step with its check, "3 + 4 = 7, and 7 - 4 = 3.", has ten words: what is
            // shorter states an answer instead of reasoning towards it.
            min_reasoning_words: 10,
            max_reasoning_words: None,
        }
    }
}

impl Length {
    /// Checks that the limits leave something between them.
    ///
    /// # Errors
    /// A sentence that names the options.
    pub fn checked(self) -> Result<Self, String> {
        for (min_key, min, max_key, max) in [
            ("min_tokens", self.min_tokens, "max_tokens", self.max_tokens),
            (
                "min_reasoning_words",
                self.min_reasoning_words,
                "max_reasoning_words",
                self.max_reasoning_words,
            ),
        ] {
            if let Some(max) = max {
                if max == 0 {
                    return Err(format!("{max_key} must be at least 1; leave it out for no limit"));
                }
                if max < min {
                    return Err(format!("{max_key} is {max} but {min_key} is {min}: nothing would be kept"));
                }
            }
        }
        Ok(self)
    }
}

impl Filter for Length {
    fn name(&self) -> &'static str {
        "length"
    }

    fn judge(&self, prompt: &Prompt, completion: &Completion) -> Judgement {
        self.judge_reading(prompt, &Reading::new(completion))
    }

    fn judge_reading(&self, _: &Prompt, reading: &Reading<'_>) -> Judgement {
        let tokens = reading.completion.num_tokens;
        let reasoning = reading.parts().map_or(reading.text(), |parts| parts.reasoning);
        let reasoning_words = words::count(reading.text(), reading.blocks(), reading.place(reasoning));
        let count = u32::try_from(reasoning_words).unwrap_or(u32::MAX);
        let decision = if tokens < self.min_tokens {
            dropped("length.too_short", tokens, "tokens", "fewer", self.min_tokens)
        } else if count < self.min_reasoning_words {
            dropped("length.too_short", count, "words of reasoning", "fewer", self.min_reasoning_words)
        } else if let Some(max) = self.max_tokens.filter(|&max| tokens > max) {
            dropped("length.too_long", tokens, "tokens", "more", max)
        } else if let Some(max) = self.max_reasoning_words.filter(|&max| count > max) {
            dropped("length.too_long", count, "words of reasoning", "more", max)
        } else {
            Decision::Keep
        };
        let scores = vec![("tokens", f64::from(tokens)), ("reasoning_words", reasoning_words as f64)];
        Judgement { decision, scores }
    }
}

fn dropped(name: &'static str, value: u32, unit: &str, than: &str, limit: u32) -> Decision {
    Decision::Drop(Reason::new(name, format!("{value} {unit}, {than} than {limit}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::testing::{completion, prompt, reason};

    #[test]
    fn keep_drop_table() {
        let default = Length::default();
        let tokens = |min_tokens, max_tokens| Length { min_tokens, max_tokens, ..Length::default() };
        let words = |min_reasoning_words, max_reasoning_words| Length {
            min_reasoning_words,
            max_reasoning_words,
            ..Length::default()
        };
        // Every completion here has 100 tokens.
        let ten = "<think>\none two three four five six seven eight nine ten\n</think>\n\nSo it is.";
        let nine = "<think>\none two three four five six seven eight nine\n</think>\n\nSo it is ten.";
        for (filter, text, expected) in [
            (&default, ten, ""),
            (&default, nine, "length.too_short"),
            (&default, "<think></think>", "length.too_short"),
            (&default, "", "length.too_short"),
            (&default, "no tags but rather many words, so that it is long enough", ""),
            (&default, "<think>never closed but rather many words, so it is long enough", ""),
            (&default, "<think>\n三加四等于七，七减四等于三\n</think>\n\n7", ""),
            (&tokens(100, None), ten, ""),
            (&tokens(101, None), ten, "length.too_short"),
            (&tokens(0, Some(100)), ten, ""),
            (&tokens(0, Some(99)), ten, "length.too_long"),
            (&words(0, None), "<think></think>", ""),
            (&words(0, Some(10)), ten, ""),
            (&words(0, Some(9)), ten, "length.too_long"),
        ] {
            let judgement = filter.judge(&prompt(), &completion(text));
            assert_eq!(reason(&judgement), expected, "{filter:?} {text:?}");
            assert_eq!(judgement.scores.len(), 2, "scores are recorded on keep and on drop");
        }
    }

    #[test]
    fn limits_that_leave_nothing_are_named() {
        for (filter, named) in [
            (Length { min_tokens: 5, max_tokens: Some(4), ..Length::default() }, "max_tokens"),
            (Length { max_tokens: Some(0), ..Length::default() }, "max_tokens"),
            (Length { max_reasoning_words: Some(9), ..Length::default() }, "max_reasoning_words"),
        ] {
            let message = filter.checked().expect_err(named);
            assert!(message.contains(named), "{message}");
        }
        assert!(Length { min_tokens: 4, max_tokens: Some(4), ..Length::default() }.checked().is_ok());
    }
}
