//! Adaptive rejection sampling of one prompt: how many more samples it gets, and when it is done.
//! Decided by the prompt's own results alone, so that neither batch nor order can change a corpus.

use serde::{Deserialize, Serialize};

/// `[draws]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Draws {
    /// Samples drawn per round.
    pub per_round: u32,
    /// At most this many samples of a prompt.
    pub max_per_prompt: u32,
    /// A prompt is done once this many samples passed.
    pub stop_after_passing: u32,
}

impl Default for Draws {
    fn default() -> Self {
        Self { per_round: 4, max_per_prompt: 16, stop_after_passing: 1 }
    }
}

impl Draws {
    /// Checks the numbers; the message names the key.
    ///
    /// # Errors
    /// The key and a sentence that says what is out of range.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        for (key, value) in [
            ("per_round", self.per_round),
            ("max_per_prompt", self.max_per_prompt),
            ("stop_after_passing", self.stop_after_passing),
        ] {
            if value == 0 {
                return Err((key, format!("{key} must be at least 1")));
            }
        }
        if self.stop_after_passing > self.max_per_prompt {
            return Err((
                "stop_after_passing",
                format!(
                    "stop_after_passing is {} but max_per_prompt allows only {} samples",
                    self.stop_after_passing, self.max_per_prompt
                ),
            ));
        }
        Ok(())
    }

    /// Samples to draw next for a prompt with `drawn` samples of which `passed` passed; 0 when it is done.
    pub fn next_round(&self, drawn: u32, passed: u32) -> u32 {
        if passed >= self.stop_after_passing {
            return 0;
        }
        self.per_round.min(self.max_per_prompt.saturating_sub(drawn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_table() {
        let draws = Draws { per_round: 4, max_per_prompt: 10, stop_after_passing: 2 };
        for (drawn, passed, next) in
            [(0, 0, 4), (4, 0, 4), (4, 1, 4), (8, 1, 2), (10, 1, 0), (4, 2, 0), (4, 4, 0)]
        {
            assert_eq!(draws.next_round(drawn, passed), next, "{drawn} drawn, {passed} passed");
        }
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let zero = Draws { per_round: 0, ..Draws::default() };
        assert_eq!(zero.check().expect_err("zero per round").0, "per_round");
        let never = Draws { max_per_prompt: 1, stop_after_passing: 2, ..Draws::default() };
        assert_eq!(never.check().expect_err("never done").0, "stop_after_passing");
        assert_eq!(Draws::default().check(), Ok(()));
    }
}
