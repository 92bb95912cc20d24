//! stub
use serde::{Deserialize, Serialize};
/// Options.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Length {}
impl Length {
    /// Checks.
    pub fn checked(self) -> Result<Self, String> {
        Ok(self)
    }
}
impl super::Filter for Length {
    fn name(&self) -> &'static str {
        "length"
    }
    fn judge(&self, _: &crate::record::Prompt, _: &crate::record::Completion) -> super::Judgement {
        super::Judgement::keep(Vec::new())
    }
}
