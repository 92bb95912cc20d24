//! `datagen`: a factory for synthetic reasoning data.
//!
//! Prompts and a model go in, a verified SFT corpus in Parquet comes out, by rejection sampling:
//!
//! ```text
//! prompts ─▶ template ─▶ engine ─▶ filters ─▶ verifiers ─▶ select ─▶ dedup ─▶ format ─▶ corpus
//!                 ▲                                │
//!                 └── draws: more samples for prompts that still need them
//! ```
//!
//! The modules, in reading order:
//!
//! - [`record`]: what flows (prompt, completion, candidate, example) and [`error`]: what goes wrong;
//! - [`rng`]: the random streams everything seeded derives from;
//! - [`text`]: what texts have in common;
//! - [`prompts`]: where prompts come from, [`format`](mod@format): how text becomes messages and back;
//! - [`model`] and [`engine`]: who answers; [`train`]: how the built-in model was made;
//! - [`filters`], [`verifiers`], [`select`], [`dedup`]: what is kept;
//! - [`corpus`]: what is written; [`pass_rate`]: how good what was drawn is;
//! - [`config`]: `pipeline.toml`, and [`run`]: the one loop that knows all of the above;
//! - [`cli`]: the command line, the only place that prints, reads the environment or exits.

pub mod cli;
pub mod config;
pub mod corpus;
pub mod dedup;
pub mod engine;
pub mod error;
pub mod filters;
pub mod format;
pub mod model;
pub mod pass_rate;
pub mod prompts;
pub mod record;
pub mod rng;
pub mod run;
pub mod select;
pub mod text;
pub mod train;
pub mod verifiers;
