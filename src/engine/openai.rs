//! stub
use serde::{Deserialize, Serialize};
/// `[engine.openai]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {}
