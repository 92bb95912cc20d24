//! The journal: every completion with all that was said about it, appended as soon as it is known.
//!
//! One JSON object a line, in segments of bounded size. A line names its key: prompt, sample, rendered
//! prompt, model and sampling parameters. A line that was being written when the process died is cut
//! off at the next start. In memory stays where each line lies, not what it says.

use std::fs::{self, File, OpenOptions, TryLockError};
#[cfg(not(unix))]
use std::io::Seek;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::record::Candidate;

/// A segment is closed at this size.
const SEGMENT_BYTES: u64 = 256 << 20;

/// Lines are parsed together in lots of about this many bytes.
const LOT_BYTES: usize = 16 << 20;

/// Where a line lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    segment: u32,
    len: u32,
    start: u64,
}

impl Location {
    /// Length of the line.
    pub fn bytes(self) -> u32 {
        self.len
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Hash of what the sample was drawn for: prompt, messages, model, sampling parameters, seed.
    pub key: String,
    /// The candidate.
    pub candidate: Candidate,
}

/// The journal of a run, open for appending.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    current: File,
    segment: u32,
    written: u64,
    /// Readers of segments, opened when first needed.
    readers: Mutex<Vec<Option<Arc<File>>>>,
    /// Held as long as the journal is open: two runs never write the same folder.
    _lock: File,
}

impl Journal {
    /// Opens the journal in `folder`, mends its end and hands every line to `each`.
    ///
    /// # Errors
    /// Another run has it open, it cannot be read or written, or a line inside it is not a line.
    pub fn open(folder: &Path, mut each: impl FnMut(Line, Location)) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| Error::io("cannot make the journal's folder", folder, e))?;
        let lock = lock(folder)?;
        let mut segment = 0;
        loop {
            let path = segment_path(folder, segment);
            let last = !segment_path(folder, segment + 1).exists();
            if path.exists() {
                read_segment(&path, segment, last, &mut each)?;
            }
            if last {
                break;
            }
            segment += 1;
        }
        let path = segment_path(folder, segment);
        let current = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|e| Error::io("cannot open", &path, e))?;
        let written = current.metadata().map_err(|e| Error::io("cannot look at", &path, e))?.len();
        Ok(Self {
            folder: folder.to_owned(),
            current,
            segment,
            written,
            readers: Mutex::default(),
            _lock: lock,
        })
    }

    /// Nobody has the journal in `folder` open, if there is one.
    ///
    /// # Errors
    /// Another run has.
    pub fn is_free(folder: &Path) -> Result<()> {
        if folder.is_dir() { lock(folder).map(drop) } else { Ok(()) }
    }

    /// Appends one line; it survives the process at once and a power cut after the next [`sync`](Self::sync).
    ///
    /// # Errors
    /// The disk is full or gone. What was written before is kept.
    pub fn append(&mut self, line: &Line) -> Result<Location> {
        let path = segment_path(&self.folder, self.segment);
        let mut text = serde_json::to_vec(line)
            .map_err(|e| Error::failed("a candidate cannot be written as JSON").at(&path).caused_by(e))?;
        text.push(b'\n');
        if self.written > 0 && self.written + text.len() as u64 > SEGMENT_BYTES {
            self.sync()?;
            self.segment += 1;
            let path = segment_path(&self.folder, self.segment);
            self.current = OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)
                .map_err(|e| Error::io("cannot open", &path, e))?;
            self.written = 0;
        }
        let location = Location { segment: self.segment, start: self.written, len: text.len() as u32 };
        let path = segment_path(&self.folder, self.segment);
        self.current.write_all(&text).map_err(|e| Error::io("cannot write", &path, e))?;
        self.written += text.len() as u64;
        Ok(location)
    }

    /// Makes what was appended survive a power cut.
    ///
    /// # Errors
    /// The disk is full or gone.
    pub fn sync(&mut self) -> Result<()> {
        let path = segment_path(&self.folder, self.segment);
        self.current.sync_data().map_err(|e| Error::io("cannot write", &path, e))
    }

    fn reader(&self, segment: u32) -> std::io::Result<Arc<File>> {
        let at = segment as usize;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() <= at {
            readers.resize_with(at + 1, || None);
        }
        match &readers[at] {
            Some(file) => Ok(Arc::clone(file)),
            None => {
                let file = Arc::new(File::open(segment_path(&self.folder, segment))?);
                readers[at] = Some(Arc::clone(&file));
                Ok(file)
            }
        }
    }

    /// Reads a line again; from several threads at once if need be.
    ///
    /// # Errors
    /// The file was changed or cannot be read.
    pub fn read(&self, location: Location) -> Result<Candidate> {
        let path = segment_path(&self.folder, location.segment);
        let failed = |e| Error::io("cannot read", &path, e);
        let file = self.reader(location.segment).map_err(failed)?;
        let mut text = vec![0; location.len as usize];
        read_at(&file, &mut text, location.start).map_err(failed)?;
        let line: Line = serde_json::from_slice(&text)
            .map_err(|e| Error::failed("the journal was changed while it was open").at(&path).caused_by(e))?;
        Ok(line.candidate)
    }
}

/// Holds the journal's folder for as long as the file lives; the system lets go of it with the process.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| Error::io("cannot open", &path, e))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::failed("another run is writing to this folder")
            .at(folder)
            .help("wait for it to end or stop it, or give this run another folder with --output DIR")),
        Err(TryLockError::Error(e)) => Err(Error::io("cannot lock", &path, e)),
    }
}

/// Reads at a place, whoever else reads the file.
#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], place: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, place)
}

#[cfg(not(unix))]
fn read_at(file: &File, bytes: &mut [u8], place: u64) -> std::io::Result<()> {
    // A handle of its own has a place of its own only if it is opened anew: one reader at a time.
    static READING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _alone = READING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut file = file;
    file.seek(std::io::SeekFrom::Start(place))?;
    std::io::Read::read_exact(&mut file, bytes)
}

fn segment_path(folder: &Path, segment: u32) -> PathBuf {
    folder.join(format!("{segment:05}.jsonl"))
}

/// Hands every line of a segment to `each`, in order; they are parsed on all cores, a lot at a time.
fn read_segment(path: &Path, segment: u32, last: bool, each: &mut impl FnMut(Line, Location)) -> Result<()> {
    let failed = |e| Error::io("cannot read", path, e);
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(failed)?);
    let (mut start, mut number, mut text, mut lengths) = (0u64, 0u64, Vec::new(), Vec::new());
    loop {
        text.clear();
        lengths.clear();
        while text.len() < LOT_BYTES {
            match reader.read_until(b'\n', &mut text).map_err(failed)? {
                0 => break,
                length => lengths.push(length),
            }
        }
        if lengths.is_empty() {
            return Ok(());
        }
        let is_end = reader.fill_buf().map_err(failed)?.is_empty();
        let mut rest = text.as_slice();
        let texts: Vec<&[u8]> = lengths
            .iter()
            .map(|&length| {
                let (text, after) = rest.split_at(length);
                rest = after;
                text
            })
            .collect();
        let lines: Vec<_> = texts.par_iter().map(|text| serde_json::from_slice::<Line>(text)).collect();
        for (at, (text, line)) in texts.iter().zip(lines).enumerate() {
            number += 1;
            match line {
                Ok(line) if text.ends_with(b"\n") => {
                    each(line, Location { segment, start, len: text.len() as u32 });
                }
                // Only the very end can be half a line: lines are appended one by one.
                _ if last && is_end && at + 1 == texts.len() => {
                    let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
                    let cut = file.set_len(start);
                    return cut.map_err(|e| Error::io("cannot cut the torn end off", path, e));
                }
                Ok(_) => return Err(Error::failed("a line of the journal has no end").at_line(path, number)),
                Err(error) => {
                    return Err(Error::failed("this line is not a line of a journal")
                        .at_line(path, number)
                        .caused_by(error)
                        .help("remove the line, then run again: what it held is drawn again"));
                }
            }
            start += text.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Completion, FinishReason};

    fn line(index: u32, text: &str) -> Line {
        Line {
            key: format!("k{index}"),
            candidate: Candidate {
                prompt_id: "p".to_owned(),
                sample_index: index,
                seed: 7,
                completion: Completion {
                    text: text.to_owned(),
                    finish_reason: FinishReason::Stop,
                    num_tokens: 3,
                    prompt_tokens: 2,
                },
                filters: Vec::new(),
                verdicts: Vec::new(),
            },
        }
    }

    fn lines(folder: &Path) -> Result<Vec<Line>> {
        let mut all = Vec::new();
        Journal::open(folder, |line, _| all.push(line))?;
        Ok(all)
    }

    #[test]
    fn a_torn_end_is_cut_off_wherever_it_tore() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let wanted = [line(0, "a\nb \u{2028} \0"), line(1, "<think>")];
        let mut journal = Journal::open(folder.path(), |_, _| panic!("it is empty")).expect("it opens");
        let places: Vec<Location> =
            wanted.iter().map(|l| journal.append(l).expect("it is written")).collect();
        for (place, line) in places.iter().zip(&wanted) {
            assert_eq!(journal.read(*place).expect("it is read"), line.candidate);
        }
        drop(journal);
        let path = segment_path(folder.path(), 0);
        let whole = fs::read(&path).expect("the segment");
        let first = whole.iter().position(|&b| b == b'\n').expect("a line") + 1;
        for cut in first..=whole.len() {
            fs::write(&path, &whole[..cut]).expect("it is cut");
            let kept = if cut == whole.len() { 2 } else { 1 };
            assert_eq!(lines(folder.path()).expect("it opens"), wanted[..kept], "cut at {cut}");
            let len = fs::metadata(&path).expect("the segment").len() as usize;
            assert_eq!(len, if kept == 2 { whole.len() } else { first });
        }
    }

    /// More than a lot: the lines come in order, each with its place, and the torn end is that of the last lot.
    #[test]
    fn lots_are_read_in_order() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut journal = Journal::open(folder.path(), |_, _| panic!("it is empty")).expect("it opens");
        let text = "x".repeat(LOT_BYTES / 7);
        let wanted: Vec<Location> =
            (0..20).map(|index| journal.append(&line(index, &text)).expect("it is written")).collect();
        drop(journal);
        let path = segment_path(folder.path(), 0);
        OpenOptions::new()
            .append(true)
            .open(&path)
            .expect("it opens")
            .write_all(b"{\"key\":")
            .expect("written");
        let mut found = Vec::new();
        let journal = Journal::open(folder.path(), |line, at| found.push((line.candidate.sample_index, at)));
        let journal = journal.expect("it opens");
        assert_eq!(found, (0..20).zip(wanted).collect::<Vec<_>>());
        assert_eq!(journal.written, found.iter().map(|(_, at)| u64::from(at.len)).sum::<u64>());
    }

    #[test]
    fn a_broken_line_inside_is_named_and_nothing_is_cut() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = segment_path(folder.path(), 0);
        let good = serde_json::to_string(&line(0, "a")).expect("JSON");
        fs::write(&path, format!("{good}\n{{\"key\":\n{good}\n")).expect("it is written");
        let error = lines(folder.path()).expect_err("the second line is broken");
        assert!(error.to_string().contains("00000.jsonl:2: this line is not a line of a journal"), "{error}");
        assert_eq!(fs::metadata(&path).expect("it is there").len() as usize, 2 * good.len() + 10);
    }

    #[test]
    fn two_runs_in_one_folder_are_told_apart() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = Journal::open(folder.path(), |_, _| {}).expect("it opens");
        let error = Journal::open(folder.path(), |_, _| {}).expect_err("it is open already");
        assert!(error.to_string().contains("another run"), "{error}");
        drop(first);
        Journal::open(folder.path(), |_, _| {}).expect("it is free again");
    }
}
