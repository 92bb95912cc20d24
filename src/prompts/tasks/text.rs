//! Small pieces of text that several families' experts share: varied openings, remarks, checks.

use crate::rng::Rng;

/// A remark that something was wrong, in varied wording, beginning with a capital letter.
pub fn wait(rng: &mut Rng) -> &'static str {
    rng.pick(&[
        "Wait, that is not right.",
        "Wait, let me redo that.",
        "Hmm, wait, I made a slip.",
        "No, wait, that is wrong.",
    ])
}

/// A remark that opens a check.
pub fn check(rng: &mut Rng) -> &'static str {
    rng.pick(&["Let me check this.", "Let me verify.", "Check:", "To be sure, let me check."])
}

/// A remark that closes a successful check.
pub fn agrees(rng: &mut Rng) -> &'static str {
    rng.pick(&["That agrees.", "It matches.", "Good, that works.", "Yes, that is right."])
}
