//! The run folder: whose run it holds.

use std::fs;

use super::journal::Journal;
use super::plan::Job;
use crate::error::{Error, Result};

/// Refuses a folder that holds another pipeline's run; empties it if asked to.
pub fn claim(job: &Job) -> Result<()> {
    let path = job.output.join("pipeline.toml");
    if job.fresh {
        Journal::is_free(&job.output.join("journal"))?;
        for name in ["journal", "corpus", "corpus.tmp"] {
            let folder = job.output.join(name);
            match fs::remove_dir_all(&folder) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io("cannot empty the folder", &folder, e));
                }
                _ => {}
            }
        }
        for name in ["pipeline.toml", "metrics.jsonl", "report.html"] {
            _ = fs::remove_file(job.output.join(name));
        }
    }
    fs::create_dir_all(&job.output).map_err(|e| Error::io("cannot make the run folder", &job.output, e))?;
    let now = job.resolved();
    match fs::read_to_string(&path) {
        Ok(before) if before == now => Ok(()),
        Ok(before) => {
            let differs = before
                .lines()
                .zip(now.lines())
                .find(|(before, now)| before != now)
                .map_or(String::new(), |(before, now)| format!(": it has `{before}`, this one `{now}`"));
            Err(Error::config(format!("this folder holds the run of another pipeline{differs}"))
                .at(&job.output)
                .help("give this run another folder (--output DIR), or start over in this one with --fresh"))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let part = job.output.join("pipeline.toml.part");
            fs::write(&part, now)
                .and_then(|()| fs::rename(&part, &path))
                .map_err(|e| Error::io("cannot write", &path, e))
        }
        Err(e) => Err(Error::io("cannot read", &path, e)),
    }
}
