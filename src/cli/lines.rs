//! JSON Lines through a function: in order, in parallel, in bounded memory. A line that cannot be read
//! is reported with its number and left out; the others go on.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::failure::Failure;
use super::{output, progress};
use crate::error::{Error, Result};
use crate::prompts::files::rows::object;

/// Lines worked on at the same time.
const CHUNK_LINES: usize = 256;
/// A chunk also ends at this many bytes.
const CHUNK_BYTES: usize = 8 << 20;
/// A longer line is refused: one completion is a few hundred kilobytes at most.
const MAX_LINE_BYTES: u64 = 64 << 20;
/// Bad lines that are shown one by one; the others are counted.
const SHOWN: u64 = 20;

/// A row of the file.
pub type Row = Map<String, Value>;

/// How many lines were read, and how many of them were bad.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines that are not empty.
    pub lines: u64,
    /// Lines left out.
    pub bad: u64,
}

/// Where the rows come from.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// Standard input.
    Stdin,
    /// A JSON Lines file.
    File(&'a Path),
    /// The files of a journal, one after the other. What is after the last line end of the last is a line
    /// that was being written when its run died: it is no line yet.
    Journal(&'a [PathBuf]),
}

impl<'a> Input<'a> {
    /// The file, else standard input.
    pub fn of(path: Option<&'a Path>) -> Self {
        path.map_or(Input::Stdin, Input::File)
    }
}

/// Puts every row of `input` through `work`, which gives the row to write or says what it lacks; `seen` is
/// told of each row written, in order. The file `output`, else standard output, gets the rows; it
/// appears when all is written.
pub fn stream(
    input: Input<'_>,
    output: Option<&Path>,
    work: impl Fn(Row, u64) -> Result<Row, String> + Sync,
    mut seen: impl FnMut(&Row),
) -> std::result::Result<Counts, Failure> {
    let Some(path) = output else {
        let mut out = BufWriter::new(io::stdout().lock());
        let counts = all(input, &mut out, &work, &mut seen)?;
        out.flush().map_err(output::failure)?;
        return Ok(counts);
    };
    // The input may be the output: it is replaced only when all is written.
    let part = part(path);
    let file = File::create(&part).map_err(|error| Error::io("cannot create", &part, error))?;
    let mut out = BufWriter::new(file);
    let counts = all(input, &mut out, &work, &mut seen)?;
    out.flush()
        .and_then(|()| std::fs::rename(&part, path))
        .map_err(|error| Error::io("cannot write", path, error))?;
    Ok(counts)
}

fn all(
    input: Input<'_>,
    out: &mut impl Write,
    work: &(impl Fn(Row, u64) -> Result<Row, String> + Sync),
    seen: &mut impl FnMut(&Row),
) -> std::result::Result<Counts, Failure> {
    let open = |path: &Path| -> Result<BufReader<File>> {
        let file = File::open(path).map_err(|error| Error::io("cannot open", path, error).as_config())?;
        Ok(BufReader::with_capacity(1 << 16, file))
    };
    let mut counts = Counts::default();
    match input {
        Input::Stdin => {
            let name = Path::new("standard input");
            through(&mut BufReader::new(io::stdin()), name, false, &mut counts, out, work, seen)?;
        }
        Input::File(path) => through(&mut open(path)?, path, false, &mut counts, out, work, seen)?,
        Input::Journal(paths) => {
            for (index, path) in paths.iter().enumerate() {
                let torn = index + 1 == paths.len();
                through(&mut open(path)?, path, torn, &mut counts, out, work, seen)?;
            }
        }
    }
    if counts.bad > SHOWN {
        progress::print(&format!("error: {} more bad lines\n", counts.bad - SHOWN));
    }
    Ok(counts)
}

/// Where a file is written until it is whole.
pub fn part(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

fn through(
    input: &mut dyn BufRead,
    name: &Path,
    torn: bool,
    counts: &mut Counts,
    out: &mut impl Write,
    work: &(impl Fn(Row, u64) -> Result<Row, String> + Sync),
    seen: &mut impl FnMut(&Row),
) -> std::result::Result<(), Failure> {
    let mut number = 0;
    loop {
        let chunk =
            read_chunk(input, &mut number, torn).map_err(|error| Error::io("cannot read", name, error))?;
        if chunk.is_empty() {
            break;
        }
        let worked: Vec<(u64, Worked)> = chunk
            .into_par_iter()
            .map(|(number, line)| {
                let row = line.and_then(|line| object(&line)).and_then(|row| work(row, number));
                let written = row.and_then(|row| match serde_json::to_string(&row) {
                    Ok(text) => Ok((row, text)),
                    Err(error) => Err(error.to_string()),
                });
                (number, written)
            })
            .collect();
        for (number, row) in worked {
            counts.lines += 1;
            match row {
                Ok((row, text)) => {
                    let written = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n"));
                    written.map_err(output::failure)?;
                    seen(&row);
                }
                Err(what) => {
                    counts.bad += 1;
                    if counts.bad <= SHOWN {
                        progress::print(&format!("error: {}:{number}: {what}\n", name.display()));
                    }
                }
            }
        }
    }
    Ok(())
}

/// A row and its text, or what is wrong with the line.
type Worked = Result<(Row, String), String>;
/// A line and its number, or why it is refused.
type Line = (u64, Result<Vec<u8>, String>);

/// The next lines that are not empty, with their numbers from 1; `torn`: a last line without its end is
/// left out.
fn read_chunk(input: &mut dyn BufRead, number: &mut u64, torn: bool) -> io::Result<Vec<Line>> {
    let mut chunk = Vec::new();
    let mut bytes = 0;
    while chunk.len() < CHUNK_LINES && bytes < CHUNK_BYTES {
        let mut line = Vec::new();
        if input.take(MAX_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        *number += 1;
        if line.len() as u64 == MAX_LINE_BYTES && line.last() != Some(&b'\n') {
            skip_line(input)?;
            chunk.push((*number, Err(format!("the line is longer than {} MiB", MAX_LINE_BYTES >> 20))));
            continue;
        }
        if *number == 1 && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        if line.iter().all(u8::is_ascii_whitespace) || torn && !line.ends_with(b"\n") {
            continue;
        }
        bytes += line.len();
        chunk.push((*number, Ok(line)));
    }
    Ok(chunk)
}

/// Reads to the end of the line without keeping it.
fn skip_line(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let (used, ended) = match buffer.iter().position(|&byte| byte == b'\n') {
            Some(end) => (end + 1, true),
            None => (buffer.len(), false),
        };
        input.consume(used);
        if ended {
            return Ok(());
        }
    }
}

/// The text of column `key`.
pub fn text<'a>(row: &'a Row, key: &str) -> Result<&'a str, String> {
    match row.get(key) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("`{key}` is not a text")),
        None => {
            let keys: Vec<&str> = row.keys().take(20).map(String::as_str).collect();
            Err(format!("there is no `{key}`; the line has: {}", keys.join(", ")))
        }
    }
}

/// The prompt that a row carries; a line without an id is named by its number.
pub fn prompt(row: &Row, number: u64) -> Result<crate::record::Prompt, String> {
    let id = match row.get("id") {
        None | Some(Value::Null) => format!("line:{number}"),
        Some(Value::String(id)) => id.clone(),
        Some(other) => other.to_string(),
    };
    let optional = |key: &str| match row.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => text(row, key).map(|text| Some(text.to_owned())),
    };
    Ok(crate::record::Prompt {
        id,
        source: optional("source")?.unwrap_or_default(),
        domain: optional("domain")?.unwrap_or_default(),
        problem: optional("problem")?.unwrap_or_default(),
        answer: optional("answer")?,
        entry_point: optional("entry_point")?,
        tests: crate::prompts::files::tests(row.get("tests"))?,
        difficulty: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(input: &[u8]) -> (Counts, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("in.jsonl"), folder.path().join("out.jsonl"));
        std::fs::write(&from, input).expect("written");
        let work = |mut row: Row, number| {
            let text = text(&row, "a")?.to_owned();
            row.insert("b".to_owned(), format!("{text}{number}").into());
            Ok(row)
        };
        let counts = stream(Input::File(&from), Some(&to), work, |_| {}).expect("readable");
        (counts, std::fs::read_to_string(&to).expect("written"))
    }

    #[test]
    fn order_is_kept_and_bad_lines_are_left_out() {
        let input = b"\xef\xbb\xbf{\"a\":\"x\",\"z\":1}\n\n[1]\n{\"a\":2}\n{\"c\":2}\n{\"a\":\"\xff\"}\n{\"a\":\"y\"}\r\n{\"a\":\"cut of";
        let (counts, out) = run(input);
        assert_eq!(out, "{\"a\":\"x\",\"z\":1,\"b\":\"x1\"}\n{\"a\":\"y\",\"b\":\"y7\"}\n");
        assert_eq!(counts, Counts { lines: 7, bad: 5 });
    }

    #[test]
    fn many_chunks_keep_their_order() {
        let input: String = (0..2_000).map(|i| format!("{{\"a\":\"{i}:\"}}\n")).collect();
        let (counts, out) = run(input.as_bytes());
        assert_eq!(counts, Counts { lines: 2_000, bad: 0 });
        for (index, line) in out.lines().enumerate() {
            assert_eq!(line, format!("{{\"a\":\"{index}:\",\"b\":\"{index}:{}\"}}", index + 1));
        }
    }

    #[test]
    fn a_journal_ends_at_its_last_line_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = ["0.jsonl", "1.jsonl", "out"].map(|name| folder.path().join(name));
        std::fs::write(&paths[0], "{\"a\":1}\n").expect("written");
        std::fs::write(&paths[1], "{\"a\":2}\n{\"a\":").expect("written");
        let counts =
            stream(Input::Journal(&paths[..2]), Some(&paths[2]), |row, _| Ok(row), |_| {}).expect("read");
        assert_eq!(counts, Counts { lines: 2, bad: 0 });
        assert_eq!(std::fs::read_to_string(&paths[2]).expect("written"), "{\"a\":1}\n{\"a\":2}\n");
    }

    #[test]
    fn nesting_does_not_end_the_program() {
        let (counts, _) = run(format!("{{\"a\":{}\n", "[".repeat(100_000)).as_bytes());
        assert_eq!(counts.bad, 1);
    }
}
