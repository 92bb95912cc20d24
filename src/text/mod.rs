//! What texts have in common: in come texts, out come hashes of their words and word 5-grams, and how
//! alike two texts are. Stages that compare texts (dedup, decontamination, selection) stand on it; it decides
//! nothing itself.
//!
//! - `blocks`: bytes; [`tokens`]: words and the hash of a text; [`shingles`]: word 5-grams and their Jaccard similarity.

mod blocks;
pub mod shingles;
pub mod tokens;
