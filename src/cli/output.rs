//! Standard output: results, and nothing else. A reader that went away ends the command quietly.

use std::io::{self, Write as _};

use super::failure::Failure;
use crate::error::Error;

/// Writes `text` and a line end if it has none.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| match text.ends_with('\n') {
        true => Ok(()),
        false => out.write_all(b"\n"),
    });
    written.and_then(|()| out.flush()).map_err(failure)
}

/// Writes `value` as one line of JSON.
pub fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    print(&value.to_string())
}

/// What a failed write to standard output means.
pub fn failure(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::NoReader;
    }
    Failure::Error(Error::failed("cannot write to standard output").caused_by(error))
}
