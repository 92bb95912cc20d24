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

/// Where the rows come from and go to; without a path, standard input and output.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'a> {
    /// A JSON Lines file.
    pub input: Option<&'a Path>,
    /// Appears when all is written.
    pub output: Option<&'a Path>,
}

impl Ends<'_> {
    /// Puts every row through `work`, which gives the row to write or says what it lacks; `seen` is told
    /// of each row written, in order.
    pub fn stream(
        &self,
        work: impl Fn(Row, u64) -> Result<Row, String> + Sync,
        mut seen: impl FnMut(&Row),
    ) -> std::result::Result<Counts, Failure> {
        let stdin = Path::new("standard input");
        let name = self.input.unwrap_or(stdin);
        let input: Box<dyn BufRead> = match self.input {
            Some(path) => {
                let file =
                    File::open(path).map_err(|error| Error::io("cannot open", path, error).as_config())?;
                Box::new(BufReader::with_capacity(1 << 16, file))
            }
            None => Box::new(BufReader::new(io::stdin())),
        };
        let Some(path) = self.output else {
            let mut out = BufWriter::new(io::stdout().lock());
            let counts = through(input, name, &mut out, &work, &mut seen)?;
            out.flush().map_err(output::failure)?;
            return Ok(counts);
        };
        // The input may be the output: it is replaced only when all is written.
        let part = part(path);
        let file = File::create(&part).map_err(|error| Error::io("cannot create", &part, error))?;
        let mut out = BufWriter::new(file);
        let counts = through(input, name, &mut out, &work, &mut seen)?;
        out.flush()
            .and_then(|()| std::fs::rename(&part, path))
            .map_err(|error| Error::io("cannot write", path, error))?;
        Ok(counts)
    }
}

fn part(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

fn through(
    mut input: Box<dyn BufRead>,
    name: &Path,
    out: &mut impl Write,
    work: &(impl Fn(Row, u64) -> Result<Row, String> + Sync),
    seen: &mut impl FnMut(&Row),
) -> std::result::Result<Counts, Failure> {
    let mut counts = Counts::default();
    let mut number = 0;
    loop {
        let chunk =
            read_chunk(&mut *input, &mut number).map_err(|error| Error::io("cannot read", name, error))?;
        if chunk.is_empty() {
            break;
        }
        let worked: Vec<(u64, Result<(Row, String), String>)> = chunk
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
    if counts.bad > SHOWN {
        progress::print(&format!("error: {} more bad lines\n", counts.bad - SHOWN));
    }
    Ok(counts)
}

type Line = (u64, Result<Vec<u8>, String>);

/// The next lines that are not empty, with their numbers from 1.
fn read_chunk(input: &mut dyn BufRead, number: &mut u64) -> io::Result<Vec<Line>> {
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
        if line.iter().all(u8::is_ascii_whitespace) {
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
        let ends = Ends { input: Some(&from), output: Some(&to) };
        let work = |mut row: Row, number| {
            let text = text(&row, "a")?.to_owned();
            row.insert("b".to_owned(), format!("{text}{number}").into());
            Ok(row)
        };
        let counts = ends.stream(work, |_| {}).expect("readable");
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
    fn nesting_does_not_end_the_program() {
        let (counts, _) = run(format!("{{\"a\":{}\n", "[".repeat(100_000)).as_bytes());
        assert_eq!(counts.bad, 1);
    }
}
