//! Columns: their kinds, how a row's cells become Arrow arrays and how each kind is encoded in Parquet.
//! Knows nothing of views or files. A cell that does not fit its column is an error, never a guess.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, Float64Builder, Int64Builder, ListBuilder, RecordBatch, StringBuilder,
    StructBuilder, UInt64Builder,
};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::record::{Message, Role};

/// zstd at 3: 137 MB per CPU-second and a third of the size on math chains; 1 is 223 MB and 2.67,
/// snappy 261 MB and 1.80 (measured with this crate on one thread).
const ZSTD_LEVEL: i32 = 3;
/// Bytes of a minimum or maximum in statistics and page index: enough to prune, and no chain is
/// copied into the footer.
const STATISTICS_BYTES: usize = 64;
/// Written into every file; fixed, so that the bytes depend on the rows alone.
const CREATED_BY: &str = "datagen";
/// A text longer than this is refused: Arrow addresses a column's text with 31 bits.
pub const MAX_CELL_BYTES: usize = 1 << 30;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text that hardly repeats: plain encoding.
    Text,
    /// Short text from a small set: dictionary encoding.
    Label,
    /// A count.
    Integer,
    /// A 64-bit seed, not negative.
    Seed,
    /// A fraction.
    Float,
    /// A chat: a list of `{role, content}`.
    Messages,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the file.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a row may lack it.
    pub nullable: bool,
    /// What it means, for the card.
    pub about: &'static str,
}

impl Column {
    /// A column that every row has.
    pub const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, nullable: false, about }
    }

    /// A column that a row may lack.
    pub const fn nullable(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, nullable: true, about }
    }

    /// The type as the card names it.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Text | Kind::Label => "string",
            Kind::Integer => "int64",
            Kind::Seed => "uint64",
            Kind::Float => "float64",
            Kind::Messages => "list of {role, content}",
        }
    }

    fn field(&self) -> Field {
        let data_type = match self.kind {
            Kind::Text | Kind::Label => DataType::Utf8,
            Kind::Integer => DataType::Int64,
            Kind::Seed => DataType::UInt64,
            Kind::Float => DataType::Float64,
            Kind::Messages => DataType::List(Arc::new(message_field())),
        };
        Field::new(self.name, data_type, self.nullable)
    }
}

fn message_fields() -> Fields {
    Fields::from(vec![
        Field::new("role", DataType::Utf8, false),
        Field::new("content", DataType::Utf8, false),
    ])
}

/// The list's item, under the name that the Parquet format prescribes.
fn message_field() -> Field {
    Field::new("element", DataType::Struct(message_fields()), false)
}

/// One cell of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// For a nullable column.
    Null,
    /// For [`Kind::Text`] and [`Kind::Label`].
    Text(Cow<'a, str>),
    /// For [`Kind::Integer`].
    Integer(i64),
    /// For [`Kind::Seed`].
    Seed(u64),
    /// For [`Kind::Float`].
    Float(f64),
    /// For [`Kind::Messages`].
    Messages(Vec<(Role, &'a str)>),
}

impl<'a> Cell<'a> {
    /// A text that may be absent.
    pub fn optional(text: Option<&'a str>) -> Self {
        text.map_or(Cell::Null, Cell::from)
    }

    /// A count that may be absent.
    pub fn count(count: Option<u32>) -> Self {
        count.map_or(Cell::Null, Cell::from)
    }

    /// A chat.
    pub fn messages(messages: &'a [Message]) -> Self {
        Cell::Messages(messages.iter().map(|message| (message.role, message.content.as_str())).collect())
    }

    /// Its size before encoding, in bytes: what row groups and shards are measured by.
    pub fn bytes(&self) -> usize {
        match self {
            Cell::Null => 1,
            Cell::Text(text) => text.len() + 4,
            Cell::Integer(_) | Cell::Seed(_) | Cell::Float(_) => 8,
            Cell::Messages(messages) => {
                messages.iter().map(|(role, content)| role.as_str().len() + content.len() + 8).sum::<usize>()
                    + 4
            }
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Cell::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Cell::Text(Cow::Owned(text))
    }
}

impl From<u32> for Cell<'_> {
    fn from(count: u32) -> Self {
        Cell::Integer(i64::from(count))
    }
}

/// The Arrow schema of `columns`.
pub fn schema(columns: &[Column]) -> SchemaRef {
    Arc::new(Schema::new(columns.iter().map(Column::field).collect::<Vec<_>>()))
}

/// How `columns` are written: zstd; dictionaries only where values repeat; page index with truncated bounds.
/// Pages are not content-defined: version 60 of the writer then makes pages without a value now and then
/// (arrow-rs issue 10929), at which Arrow's C++ readers, pyarrow among them, take the column for ended.
pub fn properties(columns: &[Column]) -> WriterProperties {
    let mut builder = any().set_dictionary_enabled(false);
    for column in columns {
        let path = match column.kind {
            Kind::Label | Kind::Integer | Kind::Float => ColumnPath::from(column.name),
            Kind::Messages => ColumnPath::from(["list", "element", "role"].iter().fold(
                vec![column.name.to_owned()],
                |mut path, part| {
                    path.push((*part).to_owned());
                    path
                },
            )),
            Kind::Text | Kind::Seed => continue,
        };
        builder = builder.set_column_dictionary_enabled(path, true);
    }
    builder.build()
}

/// How any column is written, dictionaries aside.
pub(super) fn any() -> WriterPropertiesBuilder {
    let level = ZstdLevel::try_new(ZSTD_LEVEL).unwrap_or_default();
    WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_statistics_truncate_length(Some(STATISTICS_BYTES))
        .set_column_index_truncate_length(Some(STATISTICS_BYTES))
        // Row groups are ended by the sink, which knows the uncompressed size.
        .set_max_row_group_row_count(None)
}

/// The column under construction.
enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Seed(UInt64Builder),
    Float(Float64Builder),
    Messages(ListBuilder<StructBuilder>),
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::Label => Builder::Text(StringBuilder::new()),
            Kind::Integer => Builder::Integer(Int64Builder::new()),
            Kind::Seed => Builder::Seed(UInt64Builder::new()),
            Kind::Float => Builder::Float(Float64Builder::new()),
            Kind::Messages => {
                let parts: Vec<Box<dyn ArrayBuilder>> =
                    vec![Box::new(StringBuilder::new()), Box::new(StringBuilder::new())];
                let items = StructBuilder::new(message_fields(), parts);
                Builder::Messages(ListBuilder::new(items).with_field(message_field()))
            }
        }
    }

    /// False if the cell does not fit.
    fn append(&mut self, cell: Cell<'_>) -> bool {
        match (self, cell) {
            (Builder::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Builder::Text(builder), Cell::Null) => builder.append_null(),
            (Builder::Integer(builder), Cell::Integer(value)) => builder.append_value(value),
            (Builder::Integer(builder), Cell::Null) => builder.append_null(),
            (Builder::Seed(builder), Cell::Seed(value)) => builder.append_value(value),
            (Builder::Seed(builder), Cell::Null) => builder.append_null(),
            (Builder::Float(builder), Cell::Float(value)) => builder.append_value(value),
            (Builder::Float(builder), Cell::Null) => builder.append_null(),
            (Builder::Messages(builder), Cell::Messages(messages)) => {
                for (role, content) in messages {
                    let items = builder.values();
                    for (part, text) in [role.as_str(), content].into_iter().enumerate() {
                        match items.field_builder::<StringBuilder>(part) {
                            Some(texts) => texts.append_value(text),
                            None => return false,
                        }
                    }
                    items.append(true);
                }
                builder.append(true);
            }
            (Builder::Messages(builder), Cell::Null) => builder.append_null(),
            _ => return false,
        }
        true
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Text(builder) => Arc::new(builder.finish()),
            Builder::Integer(builder) => Arc::new(builder.finish()),
            Builder::Seed(builder) => Arc::new(builder.finish()),
            Builder::Float(builder) => Arc::new(builder.finish()),
            Builder::Messages(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Rows that wait to be written together.
pub struct Batch {
    columns: &'static [Column],
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
    bytes: usize,
}

impl Batch {
    /// No rows yet.
    pub fn new(columns: &'static [Column]) -> Self {
        let builders = columns.iter().map(|column| Builder::new(column.kind)).collect();
        Self { columns, schema: schema(columns), builders, rows: 0, bytes: 0 }
    }

    /// How many rows wait.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Their size before encoding.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds a row: one cell for each column, in order.
    ///
    /// # Errors
    /// A sentence that names the column whose cell does not fit or is too long; nothing was added.
    pub fn push(&mut self, row: Vec<Cell<'_>>) -> Result<(), String> {
        if row.len() != self.columns.len() {
            return Err(format!("a row of {} cells for {} columns", row.len(), self.columns.len()));
        }
        let mut bytes = 0;
        for (column, cell) in self.columns.iter().zip(&row) {
            if !fits(column, cell) {
                return Err(format!("the column `{}` cannot hold such a cell", column.name));
            }
            if cell.bytes() > MAX_CELL_BYTES {
                return Err(format!(
                    "the column `{}` would get a cell of {} bytes",
                    column.name,
                    cell.bytes()
                ));
            }
            bytes += cell.bytes();
        }
        for ((column, builder), cell) in self.columns.iter().zip(&mut self.builders).zip(row) {
            if !builder.append(cell) {
                return Err(format!("the column `{}` cannot hold such a cell", column.name));
            }
        }
        self.rows += 1;
        self.bytes += bytes;
        Ok(())
    }

    /// The rows as an Arrow batch; none wait afterwards.
    ///
    /// # Errors
    /// Arrow's, where arrays and schema disagree.
    pub fn take(&mut self) -> Result<RecordBatch, arrow::error::ArrowError> {
        self.rows = 0;
        self.bytes = 0;
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(self.schema.clone(), arrays)
    }
}

/// Whether a cell is of its column's kind.
fn fits(column: &Column, cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Null => column.nullable,
        Cell::Text(_) => matches!(column.kind, Kind::Text | Kind::Label),
        Cell::Integer(_) => column.kind == Kind::Integer,
        Cell::Seed(_) => column.kind == Kind::Seed,
        Cell::Float(_) => column.kind == Kind::Float,
        Cell::Messages(_) => column.kind == Kind::Messages,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_does_not_fit_is_refused_and_leaves_nothing_behind() {
        static COLUMNS: [Column; 2] =
            [Column::new("a", Kind::Text, "text"), Column::nullable("b", Kind::Integer, "number")];
        let mut batch = Batch::new(&COLUMNS);
        for (row, says) in [
            (vec![Cell::from("x")], "1 cells for 2 columns"),
            (vec![Cell::Null, Cell::Null], "`a`"),
            (vec![Cell::from("x"), Cell::from("y")], "`b`"),
        ] {
            let message = batch.push(row).expect_err("it does not fit");
            assert!(message.contains(says), "{message}");
        }
        batch.push(vec![Cell::from("x"), Cell::Null]).expect("it fits");
        batch.push(vec![Cell::from(String::new()), Cell::Integer(3)]).expect("it fits");
        assert_eq!((batch.rows(), batch.bytes()), (2, 5 + 1 + 4 + 8));
        let rows = batch.take().expect("columns of one length");
        assert_eq!((rows.num_rows(), batch.rows(), batch.bytes()), (2, 0, 0));
    }
}
