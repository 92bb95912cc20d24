//! `pipeline.toml`: the record as written, and what is said about its mistakes.
//!
//! In: a file and `--set` overrides. Out: a [`Pipeline`] in which every key is known and every value
//! in range, or all mistakes at once, each with its line underlined. It opens nothing that the
//! pipeline names: that is the plan's work (`run`).

pub mod pipeline;

pub use pipeline::Pipeline;
