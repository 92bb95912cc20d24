//! What a command that cannot go on says: one error with its causes and remedy, or all mistakes of a config.

use std::fmt::Write as _;

use super::exit::Exit;
use crate::config::Mistakes;
use crate::error::Error;

/// Why a command ended.
#[derive(Debug)]
pub enum Failure {
    /// One error.
    Error(Error),
    /// All mistakes of a config.
    Mistakes(Mistakes),
    /// Nobody reads the standard output any more (`| head`): not an error, but nothing more to do.
    NoReader,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Error(error)
    }
}

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        Failure::Mistakes(mistakes)
    }
}

impl Failure {
    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Failure::Error(error) => error.kind().into(),
            Failure::Mistakes(_) => Exit::BadConfig,
            Failure::NoReader => Exit::Done,
        }
    }

    /// The text for standard error.
    pub fn render(&self, colour: bool) -> String {
        match self {
            Failure::Error(error) => render(error, colour),
            Failure::Mistakes(mistakes) => mistakes.render(colour),
            Failure::NoReader => String::new(),
        }
    }
}

/// `error: FILE:LINE: what`, the causes that it does not say already, and the remedy.
pub fn render(error: &Error, colour: bool) -> String {
    let paint = |code: &str, text: &str| {
        if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let said = error.to_string();
    let mut out = format!("{} {said}\n", paint("1;31", "error:"));
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.contains(&text) {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "  caused by: {text}");
        }
        cause = error.source();
    }
    if let Some(help) = error.remedy() {
        let _ = writeln!(out, "  {} {help}", paint("36", "help:"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn an_error_says_each_thing_once() {
        let cause = std::io::Error::other("half a record");
        let error = Error::failed("cannot read the row").at_line(Path::new("a.jsonl"), 7).caused_by(cause);
        assert_eq!(
            render(&error.help("cut the row off"), false),
            "error: a.jsonl:7: cannot read the row: half a record\n  help: cut the row off\n"
        );
        let inner = Error::failed("the inner one").caused_by(std::io::Error::other("root"));
        let outer = Error::config("the outer one").caused_by(inner);
        assert_eq!(render(&outer, false), "error: the outer one: the inner one: root\n");
    }
}
