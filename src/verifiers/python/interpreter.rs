//! Finds the Python interpreter once. In: its name or path. Out: the real file behind links and
//! shims, and the folders that it needs to run. Never: a search per program.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Oldest version that runs the harness.
const OLDEST: (u32, u32) = (3, 8);

/// An interpreter that was asked where it lives.
#[derive(Debug, Clone)]
pub(super) struct Interpreter {
    /// The executable, resolved.
    pub(super) path: PathBuf,
    /// Its installation: prefixes, standard library, the executable's own folder.
    pub(super) folders: Vec<PathBuf>,
}

/// Asks `name` where it lives.
///
/// # Errors
/// A sentence that says what is missing and what to install.
pub(super) fn find(name: &str) -> Result<Interpreter, String> {
    const QUESTION: &str = "import os, sys\n\
        print(*sys.version_info[:2])\n\
        print(os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable))\n\
        for path in (sys.base_prefix, sys.base_exec_prefix, os.path.dirname(os.__file__)): print(os.path.realpath(path))";
    let remedy =
        "install Python 3 (`apt install python3`, `dnf install python3`) or set `interpreter` to its path";
    let output = Command::new(name)
        .args(["-I", "-S", "-B", "-c", QUESTION])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("python: cannot start the interpreter `{name}` ({error}): {remedy}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines();
    let mut version = lines.next().unwrap_or_default().split(' ').map(str::parse::<u32>);
    let (Some(Ok(major)), Some(Ok(minor)), Some(path)) = (version.next(), version.next(), lines.next())
    else {
        let error = String::from_utf8_lossy(&output.stderr);
        let error = error.lines().last().unwrap_or("it printed nothing");
        return Err(format!("python: `{name}` is no working Python interpreter ({error}): {remedy}"));
    };
    if (major, minor) < OLDEST {
        let (oldest_major, oldest_minor) = OLDEST;
        return Err(format!(
            "python: `{name}` is Python {major}.{minor}, {oldest_major}.{oldest_minor} or newer is needed: {remedy}"
        ));
    }
    let path = PathBuf::from(path);
    let mut folders: Vec<PathBuf> = lines.map(PathBuf::from).collect();
    folders.extend(path.parent().map(PathBuf::from));
    // A prefix of `/` would show the whole machine; what is below is named by the other entries.
    folders.retain(|folder| folder.parent().is_some());
    Ok(Interpreter { path, folders })
}
