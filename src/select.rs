//! Rejection sampling's last word: which of a prompt's passing samples enter the corpus. Sees one
//! prompt's candidates, in sample order; never another prompt's.

use serde::{Deserialize, Serialize};

use crate::record::Candidate;

/// `[select.…]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Select {
    /// The first passing samples in sample order: an unbiased draw from the passing ones.
    FirstPassing(PerPrompt),
    /// The shortest passing samples, in tokens.
    ShortestPassing(PerPrompt),
}

/// How many samples of a prompt are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PerPrompt {
    /// At most this many.
    pub per_prompt: u32,
}

impl Default for PerPrompt {
    fn default() -> Self {
        Self { per_prompt: 1 }
    }
}

impl Default for Select {
    fn default() -> Self {
        Self::FirstPassing(PerPrompt::default())
    }
}

impl Select {
    /// The positions in `candidates` (all of one prompt, in sample order) that enter the corpus, in
    /// sample order.
    pub fn choose(&self, candidates: &[Candidate]) -> Vec<usize> {
        let mut passing: Vec<usize> = (0..candidates.len()).filter(|&i| candidates[i].passed()).collect();
        let per_prompt = match self {
            Select::FirstPassing(options) => options.per_prompt,
            Select::ShortestPassing(options) => {
                // Stable: of equally long samples the earlier one wins.
                passing.sort_by_key(|&i| candidates[i].completion.num_tokens);
                options.per_prompt
            }
        };
        passing.truncate(per_prompt as usize);
        passing.sort_unstable();
        passing
    }

    /// At most this many examples of a prompt.
    pub fn per_prompt(&self) -> u32 {
        match self {
            Select::FirstPassing(options) | Select::ShortestPassing(options) => options.per_prompt,
        }
    }
}
