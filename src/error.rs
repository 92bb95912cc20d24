//! The library's error: what went wrong, where, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// `Result` with the library's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that names the place, the thing and the remedy.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    what: String,
    place: Option<Place>,
    help: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What becomes of a row of an input file that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The run does not start.
    #[default]
    Fail,
    /// The row is left out and counted.
    Skip,
}

/// Decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The config or the command line is wrong: exit code 2, nothing was started.
    Config,
    /// Something failed while running: exit code 1, what was done is kept.
    Failed,
}

/// A file, and a line in it where known (from 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: Option<u64>,
}

impl Error {
    /// A mistake in the config or on the command line.
    pub fn config(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, what)
    }

    /// A failure of the run.
    pub fn failed(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, what)
    }

    fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), place: None, help: None, source: None }
    }

    /// A failed operation on `path`, e.g. `Error::io("cannot read", path, error)`. Disk-full and
    /// permission errors get their remedy here.
    pub fn io(what: &str, path: &Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let help = match source.kind() {
            Io::StorageFull | Io::QuotaExceeded => Some(
                "the disk is full: make room and run the same command again; it resumes where it stopped",
            ),
            Io::PermissionDenied => Some("check the permissions of the file and of its folder"),
            Io::NotFound => Some("check the path; relative paths start at the working directory"),
            Io::IsADirectory => Some("name a file, not a folder"),
            Io::AlreadyExists | Io::NotADirectory => {
                Some("a file stands where a folder is needed: move it away, or name another path")
            }
            _ => None,
        };
        let mut error = Self::failed(what).at(path).caused_by(source);
        error.help = help.map(str::to_owned);
        error
    }

    /// Adds the file.
    pub fn at(mut self, path: &Path) -> Self {
        self.place = Some(Place { path: path.to_owned(), line: None });
        self
    }

    /// Adds the file and the line, from 1.
    pub fn at_line(mut self, path: &Path, line: u64) -> Self {
        self.place = Some(Place { path: path.to_owned(), line: Some(line) });
        self
    }

    /// Adds the remedy.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the cause.
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Makes it a config error (exit code 2).
    pub fn as_config(mut self) -> Self {
        self.kind = ErrorKind::Config;
        self
    }

    /// Decides the exit code.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The remedy, if known.
    pub fn remedy(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The place, if known.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{}", place.path.display())?;
            if let Some(line) = place.line {
                write!(f, ":{line}")?;
            }
            write!(f, ": ")?;
        }
        write!(f, "{}", self.what)?;
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
