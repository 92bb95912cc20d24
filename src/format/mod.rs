//! Text to messages and back: think tags, and the views of the corpus. Pure functions.

pub mod think;
