//! stub
use serde::{Deserialize, Serialize};
/// `[engine.expert]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {}
