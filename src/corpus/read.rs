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
pub(super) fn cell(array: &ArrayRef, row: usize) -> Result<Value, String> {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        BinaryArray, Date32Array, Decimal128Array, DictionaryArray, FixedSizeListArray, Float32Array,
        Float64Array, Int32Array, LargeStringArray, MapBuilder, StringArray, StringBuilder, StructArray,
        TimestampMillisecondArray,
    };
    use arrow::datatypes::{Field, Int32Type, Schema};
    use parquet::arrow::ArrowWriter;
    use serde_json::json;

    use super::*;

    /// A file of columns that this crate does not write itself.
    fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
        let fields: Vec<_> =
            columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(schema.clone(), arrays).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), schema, None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }

    fn all(path: &Path, columns: Option<&[&str]>) -> Vec<Value> {
        rows(path, columns).unwrap().map(|row| Value::Object(row.unwrap())).collect()
    }

    #[test]
    fn cells_of_every_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kinds.parquet");
        let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        map.keys().append_value("a");
        map.values().append_value("b");
        map.append(true).unwrap();
        map.append(false).unwrap();
        let numbers = Arc::new(Int32Array::from(vec![1, 2, 3, 4]));
        let pairs =
            FixedSizeListArray::new(Arc::new(Field::new("item", DataType::Int32, true)), 2, numbers, None);
        let answers = Arc::new(StringArray::from(vec![Some("4"), None])) as ArrayRef;
        let parts = StructArray::from(vec![(Arc::new(Field::new("answer", DataType::Utf8, true)), answers)]);
        let decimals = Decimal128Array::from(vec![150, -5]).with_precision_and_scale(10, 2).unwrap();
        write(
            &path,
            vec![
                ("large", Arc::new(LargeStringArray::from(vec!["é", ""]))),
                ("dictionary", Arc::new(DictionaryArray::<Int32Type>::from_iter([Some("x"), None]))),
                ("bytes", Arc::new(BinaryArray::from_vec(vec![b"raw", b""]))),
                ("single", Arc::new(Float32Array::from(vec![0.1, f32::NAN]))),
                ("double", Arc::new(Float64Array::from(vec![1e300, f64::INFINITY]))),
                ("day", Arc::new(Date32Array::from(vec![0, 19_000]))),
                ("moment", Arc::new(TimestampMillisecondArray::from(vec![Some(1_500), None]))),
                ("decimal", Arc::new(decimals)),
                ("map", Arc::new(map.finish())),
                ("pairs", Arc::new(pairs)),
                ("parts", Arc::new(parts)),
            ],
        );
        assert_eq!(
            all(&path, None),
            [
                json!({
                    "large": "é", "dictionary": "x", "bytes": "raw", "single": 0.1, "double": 1e300,
                    "day": "1970-01-01", "moment": "1970-01-01T00:00:01.500", "decimal": "1.50",
                    "map": {"a": "b"}, "pairs": [1, 2], "parts": {"answer": "4"},
                }),
                json!({
                    "large": "", "dictionary": null, "bytes": "", "single": null, "double": null,
                    "day": "2022-01-08", "moment": null, "decimal": "-0.05", "map": null, "pairs": [3, 4],
                    "parts": {"answer": null},
                }),
            ]
        );
    }

    #[test]
    fn columns_are_chosen_by_name_and_rows_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("three.parquet");
        let texts = StringArray::from_iter_values((0..150).map(|n| n.to_string()));
        let numbers = Int32Array::from_iter_values(0..150);
        write(
            &path,
            vec![("problem", Arc::new(texts.clone())), ("n", Arc::new(numbers)), ("z", Arc::new(texts))],
        );
        let chosen = rows(&path, Some(&["z", "n"])).unwrap();
        assert_eq!((chosen.total(), chosen.columns()), (150, &["n".to_owned(), "z".to_owned()][..]));
        let found = all(&path, Some(&["z", "n"]));
        let expected: Vec<_> = (0..150).map(|n| json!({"n": n, "z": n.to_string()})).collect();
        assert_eq!(found, expected, "more rows than a batch, in order");
        let error = rows(&path, Some(&["question"])).err().expect("no such column");
        assert!(error.to_string().ends_with("three.parquet: has no column `question`"), "{error}");
        assert_eq!(error.remedy(), Some("its columns are: problem, n, z"));
    }

    #[test]
    fn errors_name_file_row_and_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bytes.parquet");
        let cells: Vec<&[u8]> = vec![b"fine", b"\xff", b"never read"];
        write(&path, vec![("raw", Arc::new(BinaryArray::from_vec(cells)))]);
        let mut read = rows(&path, None).unwrap();
        assert!(read.next().unwrap().is_ok());
        let error = read.next().unwrap().expect_err("not UTF-8");
        assert!(error.to_string().contains("bytes.parquet:2: column `raw`: it holds bytes"), "{error}");
        assert!(read.next().is_none(), "it ends after an error");
    }

    #[test]
    fn files_that_are_not_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.parquet");
        write(&path, vec![("n", Arc::new(Int32Array::from_iter_values(0..1_000)))]);
        let whole = std::fs::read(&path).unwrap();
        for length in [0, 3, 4, 11, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..length]).unwrap();
            let error = rows(&path, None).err().expect("it is cut");
            assert!(error.to_string().contains("not a readable Parquet file"), "{length}: {error}");
        }
        let error = rows(&folder.path().join("none.parquet"), None).err().expect("there is none");
        assert!(error.to_string().contains("none.parquet: cannot open"), "{error}");
    }

    #[test]
    fn nesting_has_a_limit() {
        let nest = |levels: usize| {
            (1..levels)
                .fold(DataType::Utf8, |inner, _| DataType::List(Arc::new(Field::new("item", inner, true))))
        };
        assert_eq!(depth(&nest(1)), 1);
        assert_eq!(depth(&nest(MAX_NESTING + 1)), MAX_NESTING + 1);
        let deep = Field::new("deep", nest(MAX_NESTING + 1), true);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep.parquet");
        let schema = Arc::new(Schema::new(vec![deep]));
        let writer = ArrowWriter::try_new(File::create(&path).unwrap(), schema, None).unwrap();
        writer.close().unwrap();
        let error = rows(&path, None).err().expect("it is too deep");
        assert!(error.to_string().contains("nested deeper than"), "{error}");
    }
}
