//! stub
use serde::{Deserialize, Serialize};
/// Options.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Python {}
impl Python {
    /// Checks.
    pub fn checked(self) -> Result<Self, String> {
        Ok(self)
    }
}
impl super::Verifier for Python {
    fn name(&self) -> &'static str {
        "python"
    }
    fn applies(&self, _: &crate::record::Prompt) -> bool {
        false
    }
    fn verify(&self, _: &crate::record::Prompt, _: &str) -> crate::record::Verdict {
        crate::record::Verdict::Pass
    }
}
