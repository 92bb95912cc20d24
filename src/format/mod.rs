//! Text to messages and back: think tags, repeating tails, and the views of the corpus. Pure functions.

pub mod period;
pub mod think;
