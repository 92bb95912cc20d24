//! stub
use serde::{Deserialize, Serialize};
/// `[template]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Template {}
