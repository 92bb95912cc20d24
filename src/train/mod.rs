//! Training.

use std::path::Path;

use crate::error::{Error, Result};

/// Trains as the config at the path says.
pub fn command(_: &Path, _resume: bool, _report: &mut dyn FnMut(&str)) -> Result<()> {
    Err(Error::failed("training is not built yet"))
}
