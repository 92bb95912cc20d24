//! Parquet rows read back as JSON objects: in comes any Parquet file, out come its rows, one at a
//! time, with the memory of one small batch. Used for prompt sources, few-shot examples and training
//! data. It never guesses: a cell that has no exact JSON form is an error that names file, row and
//! column, except that a float that is not finite becomes `null`.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// Rows decoded at a time: 64 rows of 20 kB are 1.3 MB.
const BATCH_ROWS: usize = 64;
/// Lists and structs nested deeper than this are refused: rows are converted by recursion.
const MAX_NESTING: usize = 32;

/// Opens `path` and reads its rows as JSON objects, with all columns or only the named ones (in the
/// order of the file).
///
/// Strings, booleans, integers, floats, lists, structs and maps become their JSON counterparts; dates,
/// times and decimals their usual text; binary cells text if they are UTF-8.
///
/// # Errors
/// The file cannot be opened, is not Parquet, is nested too deeply, or lacks a named column.
pub fn rows(path: &Path, columns: Option<&[&str]>) -> Result<Rows> {
    let builder = open(path)?.with_batch_size(BATCH_ROWS);
    let schema = builder.schema().clone();
    if schema.fields().iter().any(|field| depth(field.data_type()) > MAX_NESTING) {
        return Err(
            Error::failed(format!("its columns are nested deeper than {MAX_NESTING} levels")).at(path)
        );
    }
    let total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    let builder = match columns {
        None => builder,
        Some(columns) => {
            let mut roots = Vec::with_capacity(columns.len());
            for column in columns {
                roots.push(
                    schema.index_of(column).map_err(|_| missing_column(path, column, &names(&schema)))?,
                );
            }
            let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
            builder.with_projection(mask)
        }
    };
    let reader = builder.build().map_err(|error| Error::failed("cannot read").at(path).caused_by(error))?;
    let columns = names(&arrow::array::RecordBatchReader::schema(&reader));
    Ok(Rows {
        path: path.to_owned(),
        reader,
        columns,
        total,
        batch: None,
        in_batch: 0,
        read: 0,
        ended: false,
    })
}

/// Opens a Parquet file: the one place that says what is wrong when it cannot be.
pub(super) fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(path).map_err(|error| Error::io("cannot open", path, error))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| {
        Error::failed("not a readable Parquet file").at(path).caused_by(error).help(
            "a Parquet file that was cut off while it was written cannot be read: write or download it again",
        )
    })
}

fn missing_column(path: &Path, column: &str, columns: &[String]) -> Error {
    Error::config(format!("has no column `{column}`"))
        .at(path)
        .help(format!("its columns are: {}", columns.join(", ")))
}

fn names(schema: &arrow::datatypes::Schema) -> Vec<String> {
    schema.fields().iter().map(|field| field.name().clone()).collect()
}

/// How deep a type nests; a flat column is 1.
fn depth(data_type: &DataType) -> usize {
    let mut deepest = 0;
    let mut open = vec![(data_type, 1)];
    while let Some((data_type, level)) = open.pop() {
        deepest = deepest.max(level);
        match data_type {
            DataType::List(field)
            | DataType::LargeList(field)
            | DataType::ListView(field)
            | DataType::LargeListView(field)
            | DataType::FixedSizeList(field, _)
            | DataType::Map(field, _) => open.push((field.data_type(), level + 1)),
            DataType::Struct(fields) => {
                open.extend(fields.iter().map(|field| (field.data_type(), level + 1)));
            }
            DataType::Dictionary(_, values) => open.push((values, level + 1)),
            _ => {}
        }
    }
    deepest
}

/// The rows of a Parquet file, in order. Made by [`rows`]. After an error it ends.
pub struct Rows {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    columns: Vec<String>,
    total: u64,
    batch: Option<RecordBatch>,
    in_batch: usize,
    read: u64,
    ended: bool,
}

impl Rows {
    /// How many rows the file says it has.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The names of the columns that each row carries, in order.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Makes sure that `batch` has an unread row; false at the end of the file.
    fn fill(&mut self) -> Result<bool> {
        while self.batch.as_ref().is_none_or(|batch| self.in_batch >= batch.num_rows()) {
            match self.reader.next() {
                None => return Ok(false),
                Some(Ok(batch)) => {
                    self.batch = Some(batch);
                    self.in_batch = 0;
                }
                Some(Err(error)) => {
                    return Err(Error::failed("cannot read from this row on")
                        .at_line(&self.path, self.read + 1)
                        .caused_by(error));
                }
            }
        }
        Ok(true)
    }

    fn row(&mut self) -> Result<Option<Map<String, Value>>> {
        if !self.fill()? {
            return Ok(None);
        }
        let Some(batch) = &self.batch else { return Ok(None) };
        let mut row = Map::with_capacity(self.columns.len());
        for (name, column) in self.columns.iter().zip(batch.columns()) {
            let value = cell(column, self.in_batch).map_err(|problem| {
                Error::failed(format!("column `{name}`: {problem}")).at_line(&self.path, self.read + 1)
            })?;
            row.insert(name.clone(), value);
        }
        self.in_batch += 1;
        self.read += 1;
        Ok(Some(row))
    }
}

impl Iterator for Rows {
    type Item = Result<Map<String, Value>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.row().transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}

/// The JSON value of one cell.
fn cell(array: &ArrayRef, row: usize) -> Result<Value, String> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float16 => short_float(f32::from(array.as_primitive::<Float16Type>().value(row))),
        DataType::Float32 => short_float(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into(),
        DataType::Binary => text(array.as_binary::<i32>().value(row))?,
        DataType::LargeBinary => text(array.as_binary::<i64>().value(row))?,
        DataType::BinaryView => text(array.as_binary_view().value(row))?,
        DataType::FixedSizeBinary(_) => text(array.as_fixed_size_binary().value(row))?,
        DataType::List(_) => list(&array.as_list::<i32>().value(row))?,
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row))?,
        DataType::FixedSizeList(..) => list(&array.as_fixed_size_list().value(row))?,
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let mut object = Map::with_capacity(fields.len());
            for (field, column) in fields.iter().zip(columns) {
                object.insert(field.name().clone(), cell(column, row)?);
            }
            Value::Object(object)
        }
        DataType::Map(..) => map(&array.as_map().value(row))?,
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let key = dictionary.normalized_keys().get(row).copied().unwrap_or(0);
            cell(dictionary.values(), key)?
        }
        DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Timestamp(..)
        | DataType::Duration(_)
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => {
            let options = FormatOptions::new().with_display_error(false);
            let formatter = ArrayFormatter::try_new(array, &options).map_err(|error| error.to_string())?;
            formatter.value(row).try_to_string().map_err(|error| error.to_string())?.into()
        }
        other => return Err(format!("a column of type {other} cannot be read")),
    })
}

/// A single-precision number as its shortest decimal form, so that 0.1 stays 0.1.
fn short_float(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

fn text(bytes: &[u8]) -> Result<Value, String> {
    std::str::from_utf8(bytes).map(Value::from).map_err(|_| "it holds bytes that are not UTF-8".to_owned())
}

fn list(values: &ArrayRef) -> Result<Value, String> {
    (0..values.len()).map(|row| cell(values, row)).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// A map cell, which Arrow keeps as a list of (key, value) structs, as an object.
fn map(entries: &arrow::array::StructArray) -> Result<Value, String> {
    let [keys, values] = entries.columns() else { return Err("a map without keys and values".to_owned()) };
    let mut object = Map::with_capacity(entries.len());
    for row in 0..entries.len() {
        let key = match cell(keys, row)? {
            Value::String(key) => key,
            other => other.to_string(),
        };
        object.insert(key, cell(values, row)?);
    }
    Ok(Value::Object(object))
}
