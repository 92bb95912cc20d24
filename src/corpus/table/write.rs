//! Rows of any table as Parquet shards: one schema for all inputs, batches brought to it, a folder that
//! appears when all of it is there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::schema::types::ColumnPath;

use super::Input;
use super::shape::{self, Shape};
use crate::corpus::columns;
use crate::corpus::shard::{Files, GROUP_BYTES, GROUP_ROWS, sync_folder};
use crate::error::{Error, Result};

/// Size of a shard before encoding.
const SHARD_BYTES: usize = 500 << 20;

/// The columns of all inputs: of JSON Lines files, and all columns together.
pub fn schema(inputs: &[Input]) -> Result<(Vec<(String, Shape)>, SchemaRef)> {
    let mut shapes: Vec<(String, Shape)> = Vec::new();
    for input in inputs {
        if let Input::Json(file) = input {
            file.shapes.iter().for_each(|(key, shape)| shape::put(&mut shapes, key.clone(), shape.clone()));
        }
    }
    let json = shape::fields(&shapes);
    let mut fields: Vec<(Field, PathBuf)> = Vec::new();
    let mut metadata = None;
    for input in inputs {
        let own: Vec<Field> = match input {
            Input::Json(file) => json
                .iter()
                .filter(|field| file.shapes.iter().any(|(key, _)| key == field.name()))
                .map(|field| field.as_ref().clone())
                .collect(),
            Input::Parquet(file) => {
                let schema = file.schema();
                metadata.get_or_insert_with(|| schema.metadata().clone());
                schema.fields().iter().map(|field| field.as_ref().clone()).collect()
            }
        };
        for known in &mut fields {
            if !own.iter().any(|field| field.name() == known.0.name()) {
                known.0.set_nullable(true);
            }
        }
        let first = fields.is_empty();
        for field in own {
            match fields.iter_mut().find(|(known, _)| known.name() == field.name()) {
                None => {
                    let nullable = field.is_nullable() || !first;
                    fields.push((field.with_nullable(nullable), input.path().to_owned()));
                }
                Some((known, place)) => {
                    let nullable = known.is_nullable() || field.is_nullable();
                    let Some(data_type) = wider(known.data_type(), field.data_type()) else {
                        return Err(Error::config(format!(
                            "the column `{}` is of type {}, but of type {} in {}",
                            field.name(),
                            field.data_type(),
                            known.data_type(),
                            place.display(),
                        ))
                        .at(input.path())
                        .help("give files whose columns have the same types"));
                    };
                    *known = known.clone().with_data_type(data_type).with_nullable(nullable);
                }
            }
        }
    }
    let fields: Vec<Field> = fields.into_iter().map(|(field, _)| field).collect();
    let same = inputs.iter().all(|input| match input {
        Input::Json(_) => true,
        Input::Parquet(file) => file.schema().fields().iter().map(AsRef::as_ref).eq(fields.iter()),
    });
    // What the first file says about its columns beyond their types holds if they are still the same.
    let metadata = metadata.filter(|_| same).unwrap_or_default();
    Ok((shapes, Arc::new(Schema::new_with_metadata(fields, metadata))))
}

/// A type that holds the values of both without loss.
fn wider(a: &DataType, b: &DataType) -> Option<DataType> {
    use DataType as T;
    let text = |data_type: &T| matches!(data_type, T::Utf8 | T::LargeUtf8 | T::Utf8View);
    let small = |data_type: &T| matches!(data_type, T::Int8 | T::Int16 | T::Int32 | T::UInt8 | T::UInt16);
    let whole = |data_type: &T| small(data_type) || matches!(data_type, T::Int64 | T::UInt32);
    match (a, b) {
        (a, b) if a == b => Some(a.clone()),
        (T::Null, other) | (other, T::Null) => Some(other.clone()),
        (a, b) if text(a) && text(b) => Some(T::LargeUtf8),
        (a, b) if whole(a) && whole(b) => Some(T::Int64),
        (T::Float64, T::Float32) | (T::Float32, T::Float64) => Some(T::Float64),
        (T::Float64, other) | (other, T::Float64) if small(other) || *other == T::UInt32 => Some(T::Float64),
        (T::Dictionary(_, a), b) | (b, T::Dictionary(_, a)) => wider(a, b),
        (T::List(a), T::List(b)) => {
            let item = wider(a.data_type(), b.data_type())?;
            let nullable = a.is_nullable() || b.is_nullable();
            Some(T::List(Arc::new(Field::new(a.name(), item, nullable))))
        }
        _ => None,
    }
}

/// A batch with the columns of `schema`: those it lacks are null.
pub(super) fn conform(batch: &RecordBatch, schema: &SchemaRef, path: &Path) -> Result<RecordBatch> {
    let rows = batch.num_rows();
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .map(|field| match batch.column_by_name(field.name()) {
            None => Ok(new_null_array(field.data_type(), rows)),
            Some(column) if column.data_type() == field.data_type() => Ok(column.clone()),
            Some(column) => arrow::compute::cast(column, field.data_type()).map_err(|error| {
                Error::failed(format!("the column `{}` does not fit", field.name())).at(path).caused_by(error)
            }),
        })
        .collect::<Result<_>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options)
        .map_err(|error| Error::failed("its rows do not fit the columns").at(path).caused_by(error))
}

/// Shards being written.
pub struct Writer {
    files: Files,
    group: (usize, usize),
    shard_bytes: usize,
    rows: u64,
}

impl Writer {
    /// Opens the first shard in `folder`; `text` is the column with the long texts.
    ///
    /// # Errors
    /// The folder cannot be made or the file not opened.
    pub fn create(folder: &Path, schema: &SchemaRef, text: &str) -> Result<Self> {
        let mut builder = columns::any();
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(text), false);
        let files = Files::create(folder, schema.clone(), builder.build(), true)?;
        Ok(Self { files, group: (0, 0), shard_bytes: 0, rows: 0 })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// The disk is full.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let bytes = batch.get_array_memory_size();
        self.files.write(batch)?;
        self.rows += batch.num_rows() as u64;
        self.shard_bytes += bytes;
        self.group = (self.group.0 + batch.num_rows(), self.group.1 + bytes);
        if self.group.0 >= GROUP_ROWS || self.group.1 >= GROUP_BYTES {
            self.files.end_group()?;
            self.group = (0, 0);
        }
        if self.shard_bytes >= SHARD_BYTES {
            self.files.end_shard()?;
            (self.shard_bytes, self.group) = (0, (0, 0));
        }
        Ok(())
    }

    /// Closes and names the shards; how many rows, and the size on disk.
    ///
    /// # Errors
    /// The disk is full.
    pub fn finish(self) -> Result<(u64, u64)> {
        let (_, bytes) = self.files.finish()?;
        Ok((self.rows, bytes))
    }
}

/// Writes one Parquet file, which appears when all of it is there.
///
/// # Errors
/// The disk is full.
pub fn single(path: &Path, batch: &RecordBatch) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.part"));
    let mut files = Files::create(&temporary, batch.schema(), columns::any().build(), false)?;
    files.write(batch)?;
    let (written, _) = files.finish()?;
    let failed = |error| Error::io("cannot put the file in its place", path, error);
    for file in written {
        std::fs::rename(&file, path).map_err(failed)?;
    }
    std::fs::remove_dir_all(&temporary).map_err(failed)?;
    sync_folder(folder)
}
