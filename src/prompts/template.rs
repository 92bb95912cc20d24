//! stub
use std::path::PathBuf;
use serde::{Deserialize, Serialize};
/// `[template]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Template {
    /// The template's file; without it, the built-in one: the problem alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// A system message before the user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Solved examples shown before the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub few_shot: Option<FewShot>,
}

/// `few_shot = { path = …, examples = … }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FewShot {
    /// A Parquet or JSONL file with the columns `problem`, `reasoning`, `solution`.
    pub path: PathBuf,
    /// How many examples each prompt is shown.
    #[serde(default = "two")]
    pub examples: u32,
}

fn two() -> u32 {
    2
}
