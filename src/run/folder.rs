//! The run folder: whose run it holds.

use std::fs;

use super::journal::Journal;
use super::plan::Job;
use crate::corpus::evidence;
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
        for name in ["pipeline.toml", "metrics.jsonl", "report.html", evidence::NAME, evidence::REPEATS] {
            _ = fs::remove_file(job.output.join(name));
        }
    }
    fs::create_dir_all(&job.output).map_err(|e| Error::io("cannot make the run folder", &job.output, e))?;
    let now = job.resolved();
    match fs::read_to_string(&path) {
        Ok(before) if before == now => Ok(()),
        Ok(before) => Err(Error::config(format!(
            "this folder holds the run of another pipeline{}",
            differs(&before, &now)
        ))
        .at(&job.output)
        .help("give this run another folder (--output DIR), or start over in this one with --fresh")),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let part = job.output.join("pipeline.toml.part");
            fs::write(&part, now)
                .and_then(|()| fs::rename(&part, &path))
                .map_err(|e| Error::io("cannot write", &path, e))
        }
        Err(e) => Err(Error::io("cannot read", &path, e)),
    }
}

/// Where two resolved pipelines first differ, in words.
fn differs(before: &str, now: &str) -> String {
    // `--limit` stands in a line of its own before the rest.
    let limit = |text: &str| text.lines().next().and_then(|line| line.strip_prefix("# ")).map(str::to_owned);
    let (was, is) = (limit(before), limit(now));
    if was != is {
        let said = |limit: Option<String>| limit.unwrap_or_else(|| "no --limit".to_owned());
        return format!(": it has {}, this one {}", said(was), said(is));
    }
    let mut lines = before.lines().zip(now.lines());
    match lines.find(|(before, now)| before != now) {
        Some((before, now)) => format!(": it has `{before}`, this one `{now}`"),
        // One goes on where the other ends.
        None => String::new(),
    }
}
