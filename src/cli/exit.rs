//! Exit codes: the whole list, each with what it promises.

use std::process::ExitCode;

use crate::error::ErrorKind;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All that was asked for is done.
    Done = 0,
    /// Something failed while running; what was done until then is kept.
    Failed = 1,
    /// The config or the command line is wrong; nothing was started.
    BadConfig = 2,
    /// The run is done, but its corpus has fewer examples than `run.target_examples`.
    BelowTarget = 3,
    /// Interrupted (Ctrl-C or SIGTERM); everything journalled is kept and the same command resumes.
    /// 128 + SIGINT, as shells report it.
    Interrupted = 130,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Config => Exit::BadConfig,
            ErrorKind::Failed => Exit::Failed,
        }
    }
}
