//! The sinks of a run: every table is opened before work begins, examples and samples are added in
//! corpus order, and all is closed, synced and named together. The folder it writes is a temporary
//! one: nobody sees a half-written corpus, because the caller renames the folder at the end.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::Options;
use super::card::{self, Card, Contents, Sight, Table};
use super::ledger::{self, Fate, Sample};
use super::lengths::Lengths;
use super::shard::{Limits, Shards, Sink, sync_folder};
use super::view::Layout;
use crate::error::{Error, Result};
use crate::record::Example;

/// The dataset card's file.
const CARD: &str = "README.md";
/// The funnel's file: what went into each stage and what became of it.
pub(super) const FUNNEL: &str = "funnel.json";

/// Writes a corpus.
pub struct Writer {
    folder: PathBuf,
    views: Vec<(&'static dyn Layout, Sink)>,
    samples: Option<Sink>,
    sight: Sight,
    examples: u64,
    /// Samples that the ledger calls accepted.
    accepted: u64,
    /// Examples of other datasets, of which the ledger knows nothing.
    added: u64,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Examples, which is rows of the default view.
    pub examples: u64,
    /// Rows of the ledger.
    pub samples: u64,
    /// Every file, in the temporary folder.
    pub files: Vec<PathBuf>,
    /// Their size on disk, in bytes.
    pub bytes: u64,
}

impl Writer {
    /// Opens every sink under `folder`, a temporary folder such as `RUN/corpus.tmp`. What the folder
    /// holds from an interrupted run is removed first.
    ///
    /// # Errors
    /// The folder cannot be emptied or written.
    pub fn create(folder: &Path, options: &Options) -> Result<Self> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("cannot empty the folder", folder, error));
            }
            _ => {}
        }
        let limits = Limits {
            bytes: options.max_shard_mib.saturating_mul(1 << 20).max(1),
            rows: options.max_shard_rows.max(1),
        };
        let mut views = Vec::with_capacity(options.views.len());
        for view in &options.views {
            let layout = view.layout();
            views.push((layout, Sink::create(&folder.join(layout.folder()), layout.columns(), limits)?));
        }
        let samples = match options.all_samples {
            true => Some(Sink::create(&folder.join(ledger::NAME), &ledger::COLUMNS, limits)?),
            false => None,
        };
        fs::create_dir_all(folder).map_err(|error| Error::io("cannot make the folder", folder, error))?;
        let sight = Sight { first: None, lengths: Lengths::default(), domains: BTreeMap::new() };
        Ok(Self { folder: folder.to_owned(), views, samples, sight, examples: 0, accepted: 0, added: 0 })
    }

    /// Adds examples to every view that has a row for them, and candidates to the ledger; an accepted
    /// candidate's example is among `examples`. Call it in corpus order: by prompt, then by sample index.
    /// Tables are written on threads of their own, each in order.
    ///
    /// # Errors
    /// An example is malformed, a sample is accepted though it did not pass, or the disk is full.
    pub fn lot(&mut self, examples: &[Example], samples: &[Sample<'_>]) -> Result<()> {
        let view = |(layout, sink): &mut (&'static dyn Layout, Sink)| -> Result<()> {
            for example in examples {
                let row = layout.row(example).map_err(|problem| {
                    let (uuid, name) = (&example.uuid, layout.name());
                    Error::failed(format!("the example {uuid} has no row in `{name}`: {problem}"))
                })?;
                row.map_or(Ok(()), |row| sink.push(row))?;
            }
            Ok(())
        };
        let ledger = |sink: &mut Option<Sink>| -> Result<()> {
            for sample in samples {
                let row = ledger::row(sample).map_err(Error::failed)?;
                sink.as_mut().map_or(Ok(()), |sink| sink.push(row))?;
            }
            Ok(())
        };
        let Self { views, samples: table, .. } = self;
        let (ledger, views) =
            rayon::join(|| ledger(table), || views.par_iter_mut().map(view).collect::<Result<Vec<()>>>());
        views?;
        ledger?;
        examples.iter().for_each(|example| self.sight.see(example));
        self.examples += examples.len() as u64;
        let accepted = |sample: &&Sample<'_>| sample.candidate.passed() && sample.fate == Fate::Accepted;
        self.accepted += samples.iter().filter(accepted).count() as u64;
        Ok(())
    }

    /// Adds examples of another dataset, which have no samples.
    ///
    /// # Errors
    /// As [`Writer::lot`].
    pub fn added(&mut self, examples: &[Example]) -> Result<()> {
        self.added += examples.len() as u64;
        self.lot(examples, &[])
    }

    /// Closes and syncs every file, gives the shards their names and writes the card.
    ///
    /// # Errors
    /// The ledger's accepted samples are not as many as the examples, or the disk is full.
    pub fn finish(self, card: &Card) -> Result<Written> {
        let drawn = self.examples - self.added;
        if self.samples.is_some() && self.accepted != drawn {
            return Err(Error::failed(format!(
                "the ledger says that {} samples are in the corpus, which has {drawn} examples of the run",
                self.accepted
            ))
            .at(&self.folder));
        }
        let mut written = Written { examples: self.examples, ..Written::default() };
        let mut tables = Vec::with_capacity(self.views.len() + 1);
        for (layout, sink) in self.views {
            let shards = take(&mut written, sink.finish()?);
            tables.push(Table {
                name: layout.name(),
                folder: layout.folder(),
                about: layout.about(),
                columns: layout.columns(),
                shards,
            });
        }
        if let Some(sink) = self.samples {
            let shards = take(&mut written, sink.finish()?);
            written.samples = shards.rows;
            tables.push(Table {
                name: ledger::NAME,
                folder: ledger::NAME,
                about: ledger::ABOUT,
                columns: &ledger::COLUMNS,
                shards,
            });
        }
        let funnel = serde_json::to_string_pretty(&card.funnel)
            .map_err(|error| Error::failed("the funnel has no JSON form").caused_by(error))?;
        let text =
            card::render(card, &Contents { tables: &tables, examples: self.examples, sight: &self.sight });
        for (name, text) in [(FUNNEL, funnel + "\n"), (CARD, text)] {
            let path = self.folder.join(name);
            write_file(&path, &text)?;
            written.bytes += text.len() as u64;
            written.files.push(path);
        }
        sync_folder(&self.folder)?;
        Ok(written)
    }
}

fn take(written: &mut Written, shards: Shards) -> Shards {
    written.bytes += shards.bytes;
    written.files.extend(shards.files.iter().cloned());
    shards
}

fn write_file(path: &Path, text: &str) -> Result<()> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| Error::io("cannot write", path, error))
}
