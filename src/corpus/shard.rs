//! One table's files: rows come in, `train-00000-of-0000N.parquet` go out. Memory is bounded by one
//! row group; rows are on disk under a temporary name until the number of shards is known. It never
//! looks at what a row means.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::columns::{self, Batch, Cell, Column};
use crate::error::{Error, Result};

/// Cells are handed to the encoder in lots of about this size.
const BATCH_BYTES: usize = 1 << 20;
/// A row group ends at this size before encoding: dataset viewers refuse to read 300 MB at once, and
/// a row group's compressed pages are what a sink keeps in memory.
pub(super) const GROUP_BYTES: usize = 96 << 20;
/// A row group ends at this many rows: of chains of 16 kB these are as many bytes. Viewers show pages of a
/// hundred rows, and shuffling readers take whole row groups.
pub(super) const GROUP_ROWS: usize = 6_000;

/// When a shard ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// At this many bytes before encoding.
    pub bytes: u64,
    /// At this many rows.
    pub rows: u64,
}

/// What a sink has written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shards {
    /// The files, in order.
    pub files: Vec<PathBuf>,
    /// Their rows.
    pub rows: u64,
    /// Their size on disk.
    pub bytes: u64,
    /// The size of all cells before encoding.
    pub raw_bytes: u64,
}

/// Arrow batches being written to shards in a folder.
pub struct Files {
    folder: PathBuf,
    schema: SchemaRef,
    properties: WriterProperties,
    /// Whether Arrow's own schema goes into the footer: without it the file is plain Parquet.
    arrow_schema: bool,
    open: Option<(PathBuf, ArrowWriter<File>)>,
    closed: Vec<PathBuf>,
}

impl Files {
    /// Makes `folder` and opens the first shard in it, so that an unwritable target is known at once.
    ///
    /// # Errors
    /// The folder cannot be made or the file not opened.
    pub fn create(
        folder: &Path,
        schema: SchemaRef,
        properties: WriterProperties,
        arrow_schema: bool,
    ) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|error| Error::io("cannot make the folder", folder, error))?;
        let folder = folder.to_owned();
        let mut files = Self { folder, schema, properties, arrow_schema, open: None, closed: Vec::new() };
        files.shard()?;
        Ok(files)
    }

    /// The file that is being written, or would be next.
    pub fn path(&self) -> PathBuf {
        self.folder.join(format!("train-{:05}.parquet.part", self.closed.len()))
    }

    fn shard(&mut self) -> Result<&mut ArrowWriter<File>> {
        let path = self.path();
        if self.open.is_none() {
            let file = File::create(&path).map_err(|error| Error::io("cannot write", &path, error))?;
            let options = ArrowWriterOptions::new()
                .with_properties(self.properties.clone())
                .with_skip_arrow_metadata(!self.arrow_schema);
            let writer = ArrowWriter::try_new_with_options(file, self.schema.clone(), options)
                .map_err(|error| write_error(&path, error))?;
            return Ok(&mut self.open.insert((path, writer)).1);
        }
        match &mut self.open {
            Some((_, writer)) => Ok(writer),
            None => Err(Error::failed("no shard is open").at(&path)),
        }
    }

    /// Hands rows to the encoder.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let path = self.path();
        self.shard()?.write(batch).map_err(|error| write_error(&path, error))
    }

    /// Ends the row group.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end_group(&mut self) -> Result<()> {
        let path = self.path();
        self.shard()?.flush().map_err(|error| write_error(&path, error))
    }

    /// Ends the shard, and syncs it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end_shard(&mut self) -> Result<()> {
        if let Some((path, mut writer)) = self.open.take() {
            writer.finish().map_err(|error| write_error(&path, error))?;
            writer.inner().sync_all().map_err(|error| Error::io("cannot write", &path, error))?;
            self.closed.push(path);
        }
        Ok(())
    }

    /// Ends the last shard and gives all their names; the paths and their size in bytes.
    ///
    /// # Errors
    /// A file cannot be written or renamed.
    pub fn finish(mut self) -> Result<(Vec<PathBuf>, u64)> {
        self.end_shard()?;
        let total = self.closed.len();
        let (mut files, mut bytes) = (Vec::with_capacity(total), 0);
        for (number, temporary) in self.closed.iter().enumerate() {
            let path = self.folder.join(format!("train-{number:05}-of-{total:05}.parquet"));
            fs::rename(temporary, &path).map_err(|error| Error::io("cannot rename to", &path, error))?;
            let metadata = fs::metadata(&path).map_err(|error| Error::io("cannot look at", &path, error))?;
            bytes += metadata.len();
            files.push(path);
        }
        sync_folder(&self.folder)?;
        Ok((files, bytes))
    }
}

/// A table being written to a folder.
pub struct Sink {
    files: Files,
    limits: Limits,
    batch: Batch,
    shard: (u64, u64),
    group: (usize, usize),
    done: Shards,
}

impl Sink {
    /// Makes `folder` and opens the first shard in it, so that an unwritable target is known at once.
    ///
    /// # Errors
    /// The folder cannot be made or the file not opened.
    pub fn create(folder: &Path, columns: &'static [Column], limits: Limits) -> Result<Self> {
        // Without Arrow's own schema in the footer the file is plain Parquet, the same for all readers.
        let files = Files::create(folder, columns::schema(columns), columns::properties(columns), false)?;
        let batch = Batch::new(columns);
        Ok(Self { files, limits, batch, shard: (0, 0), group: (0, 0), done: Shards::default() })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The row does not fit the columns, or cannot be written.
    pub fn push(&mut self, row: Vec<Cell<'_>>) -> Result<()> {
        let bytes: usize = row.iter().map(Cell::bytes).sum();
        if self.batch.rows() > 0 && self.batch.bytes() + bytes > BATCH_BYTES {
            self.encode()?;
        }
        self.batch.push(row).map_err(|problem| Error::failed(problem).at(&self.files.path()))?;
        self.shard = (self.shard.0 + 1, self.shard.1 + bytes as u64);
        self.group = (self.group.0 + 1, self.group.1 + bytes);
        self.done.rows += 1;
        self.done.raw_bytes += bytes as u64;
        let shard_ends = self.shard.0 >= self.limits.rows || self.shard.1 >= self.limits.bytes;
        if shard_ends || self.group.0 >= GROUP_ROWS || self.group.1 >= GROUP_BYTES {
            self.encode()?;
            self.files.end_group()?;
            self.group = (0, 0);
        }
        if shard_ends {
            self.files.end_shard()?;
            self.shard = (0, 0);
        }
        Ok(())
    }

    /// Writes what waits, closes and syncs the files, and gives them their names. A table without rows
    /// is one file without rows.
    ///
    /// # Errors
    /// A file cannot be written or renamed.
    pub fn finish(mut self) -> Result<Shards> {
        self.encode()?;
        (self.done.files, self.done.bytes) = self.files.finish()?;
        Ok(self.done)
    }

    /// Hands the waiting rows to the encoder.
    fn encode(&mut self) -> Result<()> {
        if self.batch.rows() == 0 {
            return Ok(());
        }
        let batch = self
            .batch
            .take()
            .map_err(|error| Error::failed("cannot write").at(&self.files.path()).caused_by(error))?;
        self.files.write(&batch)
    }
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    // Only Unix can open a folder; elsewhere a rename is as durable as it gets.
    if cfg!(unix) {
        let handle =
            File::open(folder).map_err(|error| Error::io("cannot open the folder", folder, error))?;
        handle.sync_all().map_err(|error| Error::io("cannot sync the folder", folder, error))?;
    }
    Ok(())
}

/// A failed write with the disk's own error in front, so that a full disk gets its remedy.
fn write_error(path: &Path, error: ParquetError) -> Error {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => Error::io("cannot write", path, *source),
            Err(source) => Error::failed("cannot write").at(path).caused_by(source),
        },
        other => Error::failed("cannot write").at(path).caused_by(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::columns::Kind;
    use crate::corpus::read;

    static COLUMNS: [Column; 2] =
        [Column::new("text", Kind::Text, "text"), Column::new("label", Kind::Label, "label")];
    const LIMITS: Limits = Limits { bytes: 10_000, rows: 7 };

    fn write(folder: &Path, rows: usize, limits: Limits) -> Shards {
        let mut sink = Sink::create(folder, &COLUMNS, limits).expect("a fresh folder");
        for row in 0..rows {
            sink.push(vec![Cell::from(format!("row {row}")), Cell::from("x")]).expect("room on the disk");
        }
        sink.finish().expect("room on the disk")
    }

    #[test]
    fn shards_end_by_rows_and_are_named_by_their_number() {
        for (rows, shards) in [(0, 1), (1, 1), (7, 1), (8, 2), (14, 2), (15, 3)] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let written = write(folder.path(), rows, LIMITS);
            let names: Vec<_> = written
                .files
                .iter()
                .map(|file| file.file_name().unwrap().to_str().unwrap().to_owned())
                .collect();
            let expected: Vec<_> =
                (0..shards).map(|n| format!("train-{n:05}-of-{shards:05}.parquet")).collect();
            assert_eq!(names, expected, "{rows} rows");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), shards, "nothing else is left behind");
            assert_eq!(written.rows, rows as u64);
            let mut texts = Vec::new();
            for file in &written.files {
                for row in read::rows(file, Some(&["text"])).expect("a whole file") {
                    texts.push(row.expect("a whole row")["text"].as_str().unwrap().to_owned());
                }
            }
            assert_eq!(texts, (0..rows).map(|row| format!("row {row}")).collect::<Vec<_>>());
        }
    }

    /// Pages of 200 row groups of two texts of 30 kB, and how many of the pages hold no value.
    fn pages(properties: WriterProperties) -> (usize, usize) {
        use arrow::array::StringArray;
        use parquet::file::reader::{FileReader, SerializedFileReader};
        let folder = tempfile::tempdir().expect("a temporary folder");
        let schema = columns::schema(&COLUMNS[..1]);
        let mut files =
            Files::create(folder.path(), schema.clone(), properties, true).expect("a fresh folder");
        let mut rng = crate::rng::Rng::new(1);
        for _ in 0..200 {
            let mut text = || (0..3_000).map(|_| format!("{:010}", rng.below(1 << 32))).collect::<String>();
            let texts = std::sync::Arc::new(StringArray::from(vec![text(), text()]));
            let batch = RecordBatch::try_new(schema.clone(), vec![texts]).expect("a batch");
            files.write(&batch).expect("room on the disk");
            files.end_group().expect("room on the disk");
        }
        let (paths, _) = files.finish().expect("room on the disk");
        let reader = SerializedFileReader::new(File::open(&paths[0]).unwrap()).expect("a whole file");
        let mut counts = (0, 0);
        for group in 0..reader.num_row_groups() {
            let group = reader.get_row_group(group).expect("a row group");
            for page in group.get_column_page_reader(0).expect("a column") {
                counts.0 += 1;
                counts.1 += usize::from(page.expect("a page").num_values() == 0);
            }
        }
        counts
    }

    /// A reader may take a page without a value for the end of the column.
    #[test]
    fn no_page_is_empty() {
        let (all, empty) = pages(columns::properties(&COLUMNS[..1]));
        assert!(all >= 200);
        assert_eq!(empty, 0);
        // The reason why pages are not content-defined. When this fails they can be: see `columns::properties`.
        let chunked = columns::any().set_dictionary_enabled(false);
        let (_, empty) = pages(chunked.set_content_defined_chunking(Some(Default::default())).build());
        assert!(empty > 0, "the writer makes no empty pages any more");
    }

    #[test]
    fn shards_end_by_bytes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let written = write(folder.path(), 100, Limits { bytes: 160, rows: u64::MAX });
        // "row 0" to "row 9" are 14 bytes each with their label, the others 15.
        assert_eq!(written.files.len(), 9);
        assert_eq!(written.raw_bytes, 10 * 14 + 90 * 15);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        fs::write(&file, "not a folder").unwrap();
        let error = Sink::create(&file.join("data"), &COLUMNS, LIMITS).err().expect("a file is no folder");
        assert!(error.to_string().contains("file/data: cannot make the folder"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_named_with_its_remedy() {
        for rows in [1, 3_000] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let shard = folder.path().join("train-00000.parquet.part");
            std::os::unix::fs::symlink("/dev/full", &shard).expect("a link");
            let mut sink =
                Sink::create(folder.path(), &COLUMNS, Limits { bytes: u64::MAX, rows: 2_500 }).expect("open");
            let mut result = Ok(());
            for row in 0..rows {
                let text =
                    (0..100).map(|n| ((row * 7919 + n * 104_729) % 9_973).to_string()).collect::<String>();
                result = result.and_then(|()| sink.push(vec![Cell::from(text), Cell::from("x")]));
            }
            // One row fails at the footer, many within a row group.
            let error = result.and_then(|()| sink.finish()).expect_err("the disk is full");
            assert!(
                error.remedy().is_some_and(|help| help.contains("the disk is full")),
                "{rows}: {error:?}"
            );
            assert_eq!(error.place().map(|place| place.path.as_path()), Some(shard.as_path()));
        }
    }
}
