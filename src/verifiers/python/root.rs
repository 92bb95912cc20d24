//! What a sandboxed program sees of the file system. In: where the interpreter lives. Out: the steps
//! that build a new root below [`BASE`] out of folders, links and bind mounts. Never: `/etc`, `/home`,
//! `/proc` or `/sys`; of the machine only system libraries and the interpreter's installation.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::path::{Path, PathBuf};

use super::interpreter::Interpreter;

/// Where the new root is built; exists on every Linux, and nothing that is shown lies in it.
pub(super) const BASE: &std::ffi::CStr = c"/proc";

/// Shown where they exist: libraries, the loader's cache, and the stores of Nix and Guix.
const SYSTEM: [&str; 10] = [
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/libx32",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/nix/store",
    "/gnu/store",
];
const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

/// One step of building the root; paths that are made start with [`BASE`].
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// Makes a folder.
    Folder(CString),
    /// Makes an empty file, to bind another over it.
    File(CString),
    /// Makes a symbolic link `at` that reads `to`.
    Link { to: CString, at: CString },
    /// Shows `from`, with what is mounted below it, as `at`.
    Bind { from: CString, at: CString },
}

/// The steps that show `interpreter`.
///
/// # Errors
/// A sentence about a path that cannot be used.
pub(super) fn steps(interpreter: &Interpreter) -> Result<Vec<Step>, String> {
    let mut building = Building::default();
    building.folder(Path::new("/tmp"))?;
    for path in SYSTEM.iter().chain(&DEVICES).map(Path::new) {
        building.show(path)?;
    }
    // Shared-memory objects go where there is room for them.
    building.link("/tmp", Path::new("/dev/shm"))?;
    for folder in &interpreter.folders {
        building.show(folder)?;
    }
    building.show(&interpreter.path)?;
    Ok(building.steps)
}

#[derive(Default)]
struct Building {
    steps: Vec<Step>,
    made: BTreeSet<PathBuf>,
    bound: Vec<PathBuf>,
}

impl Building {
    fn show(&mut self, path: &Path) -> Result<(), String> {
        let Ok(metadata) = std::fs::symlink_metadata(path) else { return Ok(()) };
        // What lies in the scratch folder would be covered by it.
        if path.starts_with("/tmp") || path.starts_with("/proc") {
            return Err(format!(
                "python: an interpreter in {} cannot be shown in the sandbox",
                path.display()
            ));
        }
        if self.made.contains(path) || self.bound.iter().any(|bound| path.starts_with(bound)) {
            return Ok(());
        }
        if metadata.is_symlink() {
            let to =
                std::fs::read_link(path).map_err(|error| format!("python: {}: {error}", path.display()))?;
            return self.link(&to.to_string_lossy(), path);
        }
        if let Some(parent) = path.parent() {
            self.folder(parent)?;
        }
        let at = below(path)?;
        self.steps.push(if metadata.is_dir() { Step::Folder(at.clone()) } else { Step::File(at.clone()) });
        self.steps.push(Step::Bind { from: c_path(path)?, at });
        self.bound.push(path.to_owned());
        Ok(())
    }

    /// Makes a folder and those above it.
    fn folder(&mut self, path: &Path) -> Result<(), String> {
        let mut above: Vec<&Path> = path.ancestors().filter(|path| path.parent().is_some()).collect();
        above.reverse();
        for folder in above {
            if self.made.insert(folder.to_owned()) {
                self.steps.push(Step::Folder(below(folder)?));
            }
        }
        Ok(())
    }

    fn link(&mut self, to: &str, path: &Path) -> Result<(), String> {
        if let Some(parent) = path.parent() {
            self.folder(parent)?;
        }
        self.made.insert(path.to_owned());
        self.steps.push(Step::Link { to: c_path(Path::new(to))?, at: below(path)? });
        Ok(())
    }
}

fn c_path(path: &Path) -> Result<CString, String> {
    CString::new(path.as_os_str().as_encoded_bytes())
        .map_err(|_| format!("python: the path {} holds a NUL byte", path.display()))
}

/// `path` below [`BASE`].
fn below(path: &Path) -> Result<CString, String> {
    let mut bytes = BASE.to_bytes().to_vec();
    bytes.extend(path.as_os_str().as_encoded_bytes());
    CString::new(bytes).map_err(|_| format!("python: the path {} holds a NUL byte", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_is_made_once_and_before_what_lies_in_it() {
        let interpreter = Interpreter {
            path: "/usr/bin/env".into(),
            folders: vec![
                "/usr".into(),
                "/usr/lib".into(),
                "/etc/ssl".into(),
                "/var/lib".into(),
                "/var/log".into(),
            ],
        };
        let steps = steps(&interpreter).unwrap();
        let mut made = BTreeSet::from([BASE.to_bytes().to_vec()]);
        for step in &steps {
            match step {
                Step::Folder(at) | Step::File(at) | Step::Link { at, .. } => {
                    let parent = Path::new(at.to_str().unwrap()).parent().unwrap().to_str().unwrap();
                    assert!(made.contains(parent.as_bytes()), "{at:?} before its folder");
                    assert!(made.insert(at.to_bytes().to_vec()), "{at:?} twice");
                }
                Step::Bind { at, .. } => assert!(made.contains(at.to_bytes()), "{at:?}"),
            }
        }
        let shown = |path: &str| {
            steps.iter().any(|step| matches!(step, Step::Bind { from, .. } if from.to_str() == Ok(path)))
        };
        assert!(shown("/usr") && shown("/dev/null") && shown("/var/lib"));
        assert!(!shown("/usr/lib") && !shown("/etc") && !shown("/root") && !shown("/usr/bin/env"));
    }
}
