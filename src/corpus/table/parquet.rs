//! A Parquet file as a table: the columns that are looked at are read first, all of them again where rows
//! are kept. Columns keep their types, however nested.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use rayon::prelude::*;

use super::{Columns, Seen, Take, json, text_inside};
use crate::corpus::read;
use crate::error::{Error, Result};

/// Rows decoded at a time: 256 rows of 20 kB are 5 MB.
const BATCH_ROWS: usize = 256;

/// A Parquet file.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    rows: u32,
}

impl File {
    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be opened, is no Parquet file, or has more than 4 billion rows.
    pub fn open(path: &Path) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(|error| Error::io("cannot open", path, error))?;
        drop(read::open(path)?);
        let metadata =
            ArrowReaderMetadata::load(&file, Default::default()).map_err(|error| broken(path, error))?;
        let rows = metadata.metadata().file_metadata().num_rows();
        let rows = u32::try_from(rows).map_err(|_| Error::config("it has too many rows").at(path))?;
        Ok(Self { path: path.to_owned(), metadata, rows })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its rows.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Its columns.
    pub fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    fn reader(&self, columns: Option<&[&str]>, wanted: Option<&[u32]>) -> Result<ParquetRecordBatchReader> {
        let file =
            std::fs::File::open(&self.path).map_err(|error| Error::io("cannot open", &self.path, error))?;
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_batch_size(BATCH_ROWS);
        if let Some(columns) = columns {
            let schema = self.schema();
            let roots: Vec<usize> = columns.iter().filter_map(|name| schema.index_of(name).ok()).collect();
            let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
            builder = builder.with_projection(mask);
        }
        if let Some(wanted) = wanted {
            builder = builder.with_row_selection(selection(wanted));
        }
        builder.build().map_err(|error| broken(&self.path, error))
    }

    /// As [`super::Input::read`].
    pub fn read<S, T: Send>(
        &mut self,
        columns: &Columns,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, &str) -> T + Sync,
        take: Take<'_, T>,
    ) -> Result<()> {
        self.check(columns)?;
        let mut names = vec![columns.text.as_str(), columns.id.as_str()];
        names.extend(columns.score.as_deref());
        let mut row = 0u64;
        for batch in self.reader(Some(&names), None)? {
            let batch = batch.map_err(|error| broken(&self.path, error))?;
            let column = |name: &str| batch.column_by_name(name);
            let failed = |what: String| Error::failed(what).at_line(&self.path, row + 1);
            let texts = texts_of(column(&columns.text)).map_err(failed)?;
            let made: Vec<Option<T>> = texts
                .par_iter()
                .map_init(&state, |state, text| text.as_deref().map(|text| work(state, text)))
                .collect();
            for (at, text) in made.into_iter().enumerate() {
                let cell =
                    |name| column(name).map(|column| read::cell(column, at)).transpose().map_err(failed);
                let id = cell(&columns.id)?.as_ref().and_then(json::id);
                let score = columns.score.as_deref().map(cell).transpose()?.flatten();
                take(Ok(Seen { id, text, score: score.and_then(|score| score.as_f64()) }))?;
            }
            row += batch.num_rows() as u64;
        }
        Ok(())
    }

    fn check(&self, columns: &Columns) -> Result<()> {
        let schema = self.schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        for name in [Some(&columns.text), columns.score.as_ref()].into_iter().flatten() {
            let Some((_, field)) = schema.column_with_name(name) else {
                return Err(Error::config(format!("has no column `{name}`"))
                    .at(&self.path)
                    .help(format!("its columns are: {}", names.join(", "))));
            };
            let holds_text = *name != columns.text || may_hold_text(field.data_type());
            if !holds_text {
                let what = format!("the column `{name}` is of type {}, not text", field.data_type());
                return Err(Error::config(what).at(&self.path).help("name the text's column with --text"));
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
        let mut rows = wanted.iter();
        for batch in self.reader(Some(&[&columns.text]), Some(wanted))? {
            let batch = batch.map_err(|error| broken(&self.path, error))?;
            let texts =
                texts_of(batch.columns().first()).map_err(|what| Error::failed(what).at(&self.path))?;
            for (text, &row) in texts.iter().zip(rows.by_ref()) {
                match text {
                    Some(text) => take(row, text)?,
                    None => {
                        return Err(Error::failed("the file was changed while it was read").at(&self.path));
                    }
                }
            }
        }
        Ok(())
    }

    /// As [`super::Input::batches`].
    pub fn batches(
        &self,
        keep: &(dyn Fn(u32) -> bool + Sync),
        take: &mut dyn FnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let mut row = 0;
        for batch in self.reader(None, None)? {
            let batch = batch.map_err(|error| broken(&self.path, error))?;
            let count = batch.num_rows() as u32;
            let mask = BooleanArray::from_iter((row..row + count).map(|row| Some(keep(row))));
            row += count;
            let kept = arrow::compute::filter_record_batch(&batch, &mask)
                .map_err(|error| Error::failed("cannot read").at(&self.path).caused_by(error))?;
            if kept.num_rows() > 0 {
                take(kept)?;
            }
        }
        Ok(())
    }
}

fn broken(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::failed("cannot read the Parquet file").at(path).caused_by(error)
}

/// The rows to read and those to skip between them.
fn selection(wanted: &[u32]) -> RowSelection {
    let (mut selectors, mut next) = (Vec::new(), 0u32);
    for run in wanted.chunk_by(|a, b| a + 1 == *b) {
        if run[0] > next {
            selectors.push(RowSelector::skip((run[0] - next) as usize));
        }
        selectors.push(RowSelector::select(run.len()));
        next = run[run.len() - 1] + 1;
    }
    selectors.into()
}

fn may_hold_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => true,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => true,
        DataType::Dictionary(_, values) => may_hold_text(values),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            may_hold_text(item.data_type())
        }
        DataType::Map(item, _) => may_hold_text(item.data_type()),
        DataType::Struct(fields) => fields.iter().any(|field| may_hold_text(field.data_type())),
        _ => false,
    }
}

/// The texts of a column's cells.
fn texts_of(column: Option<&ArrayRef>) -> Result<Vec<Option<Cow<'_, str>>>, String> {
    let Some(column) = column else { return Err("the text's column is gone".to_owned()) };
    let borrowed = |text: Option<&'_ str>| text.map(|text| Cow::Owned(text.to_owned()));
    Ok(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().iter().map(|text| text.map(Cow::Borrowed)).collect(),
        DataType::LargeUtf8 => column.as_string::<i64>().iter().map(|text| text.map(Cow::Borrowed)).collect(),
        DataType::Utf8View => column.as_string_view().iter().map(borrowed).collect(),
        _ => (0..column.len())
            .map(|row| {
                let value = read::cell(column, row)?;
                Ok(text_inside(&value).map(|text| Cow::Owned(text.into_owned())))
            })
            .collect::<Result<_, String>>()?,
    })
}
