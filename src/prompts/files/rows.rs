//! Rows of JSON Lines, CSV and Parquet files, all as JSON objects. In: a file. Out: its rows in order with
//! their line numbers; what cannot be read is a bad row, not the end. What the columns mean is not known
//! here.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// A longer line is refused, so that a file without line ends does not fill the memory.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One JSON object a line.
    Jsonl,
    /// A header line, then a line (or several, in quotes) a row; every cell is a text.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl Kind {
    /// The form that a path's ending names; JSON Lines where it names none.
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("parquet") => Kind::Parquet,
            Some("csv") => Kind::Csv,
            _ => Kind::Jsonl,
        }
    }
}

/// A row: its columns, or why it cannot be read.
pub type Row = Result<Map<String, Value>, String>;

/// Hands every row of the file to `take`, with its line (of a Parquet file: its row) from 1, until `take`
/// says false. Of a Parquet file only the `needed` columns and `others` are read, those of the others that it
/// has; if it lacks a needed one, all are read, so that the message about it can name them.
///
/// # Errors
/// The file cannot be opened or read, is not of its kind, or `take` fails.
pub fn each(
    kind: Kind,
    path: &Path,
    needed: &[&str],
    others: &[&str],
    take: &mut dyn FnMut(u64, Row) -> Result<bool>,
) -> Result<()> {
    match kind {
        Kind::Jsonl => jsonl(path, take),
        Kind::Csv => csv(path, take),
        Kind::Parquet => parquet(path, needed, others, take),
    }
}

/// The file, past the byte-order mark that some editors put at its start.
fn open(path: &Path) -> Result<BufReader<File>> {
    let failed = |error| Error::io("cannot read", path, error).as_config();
    let file = File::open(path).map_err(|error| Error::io("cannot open", path, error).as_config())?;
    let mut input = BufReader::with_capacity(1 << 16, file);
    if input.fill_buf().map_err(failed)?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    Ok(input)
}

fn jsonl(path: &Path, take: &mut dyn FnMut(u64, Row) -> Result<bool>) -> Result<()> {
    let mut input = open(path)?;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
        let read = read.map_err(|error| Error::io("cannot read", path, error).as_config())?;
        if read == 0 {
            break;
        }
        if read as u64 == MAX_LINE_BYTES && !line.ends_with(b"\n") {
            let what = format!("the line is longer than {} MiB", MAX_LINE_BYTES >> 20);
            return Err(Error::config(what).at_line(path, number).help("is this a JSON Lines file?"));
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if !take(number, object(&line))? {
            break;
        }
    }
    Ok(())
}

/// One line of JSON Lines.
pub fn object(line: &[u8]) -> Row {
    let text = std::str::from_utf8(line)
        .map_err(|error| format!("not UTF-8 from byte {} of the line on", error.valid_up_to() + 1))?;
    match serde_json::from_str(text) {
        Ok(Value::Object(row)) => Ok(row),
        Ok(_) => Err("not a JSON object".to_owned()),
        Err(error) if error.is_eof() && !text.ends_with('\n') => {
            Err("the file's last line is cut off: it was not written to its end".to_owned())
        }
        // One line of text: serde's line number would always be 1.
        Err(error) => {
            let said = error.to_string();
            let what = said.split(" at line ").next().unwrap_or(&said);
            Err(format!("not valid JSON: {what} (column {})", error.column()))
        }
    }
}

fn csv(path: &Path, take: &mut dyn FnMut(u64, Row) -> Result<bool>) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new().from_reader(open(path)?);
    let failed = |error: csv::Error| Error::config("cannot read").at(path).caused_by(error);
    let names: Vec<String> = reader.headers().map_err(failed)?.iter().map(str::to_owned).collect();
    let mut record = csv::ByteRecord::new();
    loop {
        let (line, row) = match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => (record.position().map_or(0, csv::Position::line), cells(&names, &record)),
            Err(error) => match error.kind() {
                csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                    let line = pos.as_ref().map_or(0, csv::Position::line);
                    (line, Err(format!("the row has {len} cells, the header has {expected_len}")))
                }
                _ => return Err(failed(error)),
            },
        };
        if !take(line, row)? {
            return Ok(());
        }
    }
}

fn cells(names: &[String], record: &csv::ByteRecord) -> Row {
    let mut row = Map::with_capacity(names.len());
    for (name, cell) in names.iter().zip(record) {
        let text = std::str::from_utf8(cell).map_err(|_| format!("the column `{name}` is not UTF-8"))?;
        // A table of texts has no other way to say that there is nothing.
        row.insert(name.clone(), if text.is_empty() { Value::Null } else { text.into() });
    }
    Ok(row)
}

fn parquet(
    path: &Path,
    needed: &[&str],
    others: &[&str],
    take: &mut dyn FnMut(u64, Row) -> Result<bool>,
) -> Result<()> {
    use crate::corpus::read::rows;
    let there = rows(path, None).map_err(Error::as_config)?;
    let has = |column: &&&str| there.columns().iter().any(|name| name == **column);
    let wanted: Vec<&str> = needed.iter().chain(others).filter(has).copied().collect();
    let whole = needed.iter().all(|column| has(&column)) && !wanted.is_empty();
    let rows = if whole { rows(path, Some(&wanted)).map_err(Error::as_config)? } else { there };
    let total = rows.total();
    for (row, number) in rows.zip(1..) {
        let row = row.map_err(|error| {
            // The caller says file and row again.
            let said = error.to_string();
            let said = said.strip_prefix(&format!("{}:{number}: ", path.display())).unwrap_or(&said);
            match total.saturating_sub(number) {
                0 => said.to_owned(),
                after => format!("{said}; with it the {after} rows after it are lost"),
            }
        });
        if !take(number, row)? {
            break;
        }
    }
    Ok(())
}
