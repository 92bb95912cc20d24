//! stub
use serde::{Deserialize, Serialize};
/// Options.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Truncated {}
impl Truncated {
    /// Checks.
    pub fn checked(self) -> Result<Self, String> {
        Ok(self)
    }
}
impl super::Filter for Truncated {
    fn name(&self) -> &'static str {
        "truncated"
    }
    fn judge(&self, _: &crate::record::Prompt, _: &crate::record::Completion) -> super::Judgement {
        super::Judgement::keep(Vec::new())
    }
}
