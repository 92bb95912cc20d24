//! A JSON Lines file as a table: rows come out as they are looked at, and again later from where they
//! lie. Lines that are no rows are told and left out. Keys may come in any order, and be absent.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use rayon::prelude::*;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::shape::{self, Seed, Shape};
use super::{Bad, Columns, Id, Seen, Take, text_inside};
use crate::error::{Error, Result};

/// A lot of lines that are worked on at the same time ends at this many bytes.
const LOT_BYTES: usize = 8 << 20;
/// A longer line is refused, so that a file without line ends does not fill the memory.
const MAX_LINE_BYTES: u64 = 256 << 20;

/// Where a row lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u64,
    bytes: u32,
    line: u32,
}

/// A JSON Lines file.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    places: Vec<Place>,
    /// The columns, in the order in which they were first seen.
    pub shapes: Vec<(String, Shape)>,
    /// Whether any row had the text's column.
    pub has_text: bool,
}

/// What a line gave: the row and the shapes of its columns.
type Row<T> = Result<(Seen<T>, Vec<(String, Shape)>), String>;

impl File {
    /// A file that has not been read yet.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), places: Vec::new(), shapes: Vec::new(), has_text: false }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// As [`super::Input::rows`].
    pub fn rows(&self) -> u32 {
        self.places.len() as u32
    }

    /// As [`super::Input::line`].
    pub fn line(&self, row: u32) -> u64 {
        self.places.get(row as usize).map_or(0, |place| u64::from(place.line))
    }

    /// As [`super::Input::read`].
    pub fn read<S, T: Send>(
        &mut self,
        columns: &Columns,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, &str) -> T + Sync,
        explain: &(dyn Fn(&[u8]) -> String + Sync),
        take: Take<'_, T>,
    ) -> Result<()> {
        let mut lines = Lines::open(&self.path)?;
        while lines.next()? {
            let rows: Vec<Row<T>> = lines
                .places
                .par_iter()
                .map_init(&state, |state, place| {
                    let line = lines.line(place);
                    if place.bytes == u32::MAX {
                        return Err(format!("the line is longer than {} MiB", MAX_LINE_BYTES >> 20));
                    }
                    let reader = RowSeed { columns };
                    let mut deserializer = serde_json::Deserializer::from_slice(line);
                    let row = reader.deserialize(&mut deserializer);
                    let row = row.and_then(|row| deserializer.end().map(|()| row));
                    let row = row.map_err(|_| explain(line))?;
                    let text =
                        row.text.map_err(|what| what.unwrap_or_else(|| missing(columns, &row.shapes)))?;
                    let text = text.map(|text| work(state, &text));
                    Ok((Seen { id: row.id, text, score: row.score }, row.shapes))
                })
                .collect();
            for (row, place) in rows.into_iter().zip(&lines.places) {
                match row {
                    Ok((seen, shapes)) => {
                        self.has_text = true;
                        shapes.into_iter().for_each(|(key, shape)| shape::put(&mut self.shapes, key, shape));
                        self.places.push(*place);
                        take(Ok(seen))?;
                    }
                    Err(what) => take(Err(Bad { line: u64::from(place.line), what }))?,
                }
            }
        }
        Ok(())
    }

    /// As [`super::Input::texts`].
    pub fn texts(
        &self,
        columns: &Columns,
        wanted: &[u32],
        take: &mut dyn FnMut(u32, &str) -> Result<()>,
    ) -> Result<()> {
        let failed = |error| Error::io("cannot read", &self.path, error);
        let mut file = BufReader::with_capacity(1 << 16, fs::File::open(&self.path).map_err(failed)?);
        let (mut at, mut line) = (0u64, Vec::new());
        for &row in wanted {
            let Some(place) = self.places.get(row as usize) else { continue };
            let ahead = i64::try_from(place.start.wrapping_sub(at)).unwrap_or(0);
            file.seek_relative(ahead).map_err(failed)?;
            line.resize(place.bytes as usize, 0);
            file.read_exact(&mut line).map_err(failed)?;
            at = place.start + u64::from(place.bytes);
            let found = RowSeed { columns }.deserialize(&mut serde_json::Deserializer::from_slice(&line));
            match found {
                Ok(Found { text: Ok(Some(text)), .. }) => take(row, &text)?,
                _ => {
                    return Err(Error::failed("the file was changed while it was read")
                        .at_line(&self.path, u64::from(place.line)));
                }
            }
        }
        Ok(())
    }

    /// As [`super::Input::batches`], in the types of `shapes`.
    pub fn batches(
        &self,
        shapes: &[(String, Shape)],
        keep: &(dyn Fn(u32) -> bool + Sync),
        take: &mut dyn FnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let own: Vec<&(String, Shape)> =
            shapes.iter().filter(|(key, _)| self.shapes.iter().any(|(own, _)| own == key)).collect();
        let schema = Arc::new(Schema::new(shape::fields(
            &own.iter().map(|column| (*column).clone()).collect::<Vec<_>>(),
        )));
        let mut lines = Lines::open(&self.path)?;
        let mut row = 0;
        while lines.next()? {
            let mut wanted = Vec::new();
            for place in &lines.places {
                // Bad lines are no rows.
                if self.places.get(row as usize).is_some_and(|row| row.start == place.start) {
                    if keep(row) {
                        wanted.push(*place);
                    }
                    row += 1;
                }
            }
            let rows: Vec<Map<String, Value>> = wanted
                .par_iter()
                .map(|place| {
                    serde_json::from_slice(lines.line(place)).map_err(|error| {
                        Error::failed("the file was changed while it was read")
                            .at_line(&self.path, u64::from(place.line))
                            .caused_by(error)
                    })
                })
                .collect::<Result<_>>()?;
            if rows.is_empty() {
                continue;
            }
            let arrays = own
                .par_iter()
                .map(|(key, shape)| {
                    let values: Vec<Option<&Value>> = rows.iter().map(|row| row.get(key)).collect();
                    shape.array(&values)
                })
                .collect();
            let batch = RecordBatch::try_new(schema.clone(), arrays)
                .map_err(|error| Error::failed("its rows have no columns").at(&self.path).caused_by(error))?;
            take(batch)?;
        }
        Ok(())
    }
}

fn missing(columns: &Columns, shapes: &[(String, Shape)]) -> String {
    let keys: Vec<&str> = shapes.iter().take(20).map(|(key, _)| key.as_str()).collect();
    format!("there is no `{}`; the line has: {}", columns.text, keys.join(", "))
}

/// Lots of lines.
struct Lines<'a> {
    path: &'a Path,
    input: BufReader<fs::File>,
    at: u64,
    number: u32,
    lot_start: u64,
    bytes: Vec<u8>,
    /// The lot's lines that are not empty.
    places: Vec<Place>,
}

impl<'a> Lines<'a> {
    fn open(path: &'a Path) -> Result<Self> {
        let file = fs::File::open(path).map_err(|error| Error::io("cannot open", path, error).as_config())?;
        let input = BufReader::with_capacity(1 << 18, file);
        Ok(Self { path, input, at: 0, number: 0, lot_start: 0, bytes: Vec::new(), places: Vec::new() })
    }

    /// Reads the next lot; false at the end.
    fn next(&mut self) -> Result<bool> {
        let failed = |error| Error::io("cannot read", self.path, error);
        self.bytes.clear();
        self.places.clear();
        self.lot_start = self.at;
        while self.bytes.len() < LOT_BYTES {
            let from = self.bytes.len();
            let mut limited = (&mut self.input).take(MAX_LINE_BYTES);
            let mut read = limited.read_until(b'\n', &mut self.bytes).map_err(failed)? as u64;
            if read == 0 {
                break;
            }
            self.number = self.number.saturating_add(1);
            let mut place =
                Place { start: self.at, bytes: u32::try_from(read).unwrap_or(u32::MAX), line: self.number };
            if read == MAX_LINE_BYTES && self.bytes.last() != Some(&b'\n') {
                self.bytes.truncate(from);
                read += skip_line(&mut self.input).map_err(failed)?;
                // It is told, not read; the places after it in the lot would not lie where they say.
                place.bytes = u32::MAX;
                self.at += read;
                self.places.push(place);
                return Ok(true);
            }
            if self.number == 1 && self.bytes.starts_with(b"\xef\xbb\xbf") {
                // The byte-order mark that some editors write.
                place.start += 3;
                place.bytes -= 3;
            }
            let begin = (place.start - self.lot_start) as usize;
            if !self.bytes[begin..].iter().all(u8::is_ascii_whitespace) {
                self.places.push(place);
            }
            self.at += read;
        }
        Ok(self.at > self.lot_start)
    }

    fn line(&self, place: &Place) -> &[u8] {
        let from = (place.start - self.lot_start) as usize;
        self.bytes.get(from..from.saturating_add(place.bytes as usize)).unwrap_or_default()
    }
}

/// Reads to the end of the line without keeping it; how many bytes.
fn skip_line(input: &mut impl BufRead) -> std::io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(skipped);
        }
        let (used, ended) = match buffer.iter().position(|&byte| byte == b'\n') {
            Some(end) => (end + 1, true),
            None => (buffer.len(), false),
        };
        input.consume(used);
        skipped += used as u64;
        if ended {
            return Ok(skipped);
        }
    }
}

/// What a line says.
struct Found<'de> {
    id: Option<Id>,
    /// The text, null, or an error: what is wrong with it, or nothing where there is none.
    text: Result<Option<Cow<'de, str>>, Option<String>>,
    score: Option<f64>,
    shapes: Vec<(String, Shape)>,
}

/// Reads a line: the columns that are looked at, and of the others the shape.
struct RowSeed<'a> {
    columns: &'a Columns,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = Found<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found<'de>, A::Error> {
        let mut found = Found { id: None, text: Err(None), score: None, shapes: Vec::new() };
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let shape = if *key == self.columns.text {
                let (text, shape) = map.next_value_seed(TextSeed)?;
                found.text = text.map_err(|what| Some(format!("`{key}` is {what}, not a text")));
                shape
            } else if *key == self.columns.id {
                let value: Value = map.next_value()?;
                found.id = id(&value);
                Shape::of(&value)
            } else if self.columns.score.as_deref() == Some(&*key) {
                let value: Value = map.next_value()?;
                found.score = value.as_f64();
                Shape::of(&value)
            } else {
                map.next_value_seed(Seed::default())?
            };
            shape::put(&mut found.shapes, key.into_owned(), shape);
            if found.shapes.len() > 10_000 {
                return Err(A::Error::custom("the row has more than 10,000 columns"));
            }
        }
        Ok(found)
    }
}

/// The name in an id's column, if it holds one.
pub(super) fn id(value: &Value) -> Option<Id> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Id::Text(text.clone())),
        Value::Number(number) => {
            Some(number.as_i64().map_or_else(|| Id::Text(number.to_string()), Id::Number))
        }
        other => Some(Id::Text(other.to_string())),
    }
}

/// A text and its shape, or what stands in its place.
struct TextSeed;

type TextFound<'de> = (Result<Option<Cow<'de, str>>, &'static str>, Shape);

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = TextFound<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<TextFound<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = TextFound<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_unit<E>(self) -> Result<TextFound<'de>, E> {
        Ok((Ok(None), Shape::Null))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<TextFound<'de>, E> {
        Ok((Ok(Some(Cow::Borrowed(text))), Shape::Text))
    }

    fn visit_str<E>(self, text: &str) -> Result<TextFound<'de>, E> {
        Ok((Ok(Some(Cow::Owned(text.to_owned()))), Shape::Text))
    }

    fn visit_bool<E>(self, _: bool) -> Result<TextFound<'de>, E> {
        Ok((Err("true or false"), Shape::Bool))
    }

    fn visit_i64<E>(self, _: i64) -> Result<TextFound<'de>, E> {
        Ok((Err("a number"), Shape::Float))
    }

    fn visit_u64<E>(self, _: u64) -> Result<TextFound<'de>, E> {
        Ok((Err("a number"), Shape::Float))
    }

    fn visit_f64<E>(self, _: f64) -> Result<TextFound<'de>, E> {
        Ok((Err("a number"), Shape::Float))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<TextFound<'de>, A::Error> {
        let value = serde::Deserialize::deserialize(serde::de::value::SeqAccessDeserializer::new(list))?;
        Ok(nested(value))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TextFound<'de>, A::Error> {
        let value = serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(nested(value))
    }
}

fn nested<'de>(value: Value) -> TextFound<'de> {
    let text = text_inside(&value).map(|text| Cow::Owned(text.into_owned()));
    (Ok(text), Shape::of(&value))
}
