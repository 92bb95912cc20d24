//! stub
use serde::{Deserialize, Serialize};
/// Options.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repetition {}
impl Repetition {
    /// Checks.
    pub fn checked(self) -> Result<Self, String> {
        Ok(self)
    }
}
impl super::Filter for Repetition {
    fn name(&self) -> &'static str {
        "repetition"
    }
    fn judge(&self, _: &crate::record::Prompt, _: &crate::record::Completion) -> super::Judgement {
        super::Judgement::keep(Vec::new())
    }
}
