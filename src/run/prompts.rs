//! The prompts of a run, in order: files as they stand, procedural problems by name, written out only
//! when they are asked for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::config::pipeline;
use crate::corpus::evidence::{Evidence, Repeat};
use crate::dedup::{Dedup, exact};
use crate::error::{Error, Result};
use crate::prompts::contamination::Benchmarks;
use crate::prompts::{files, tasks};
use crate::record::Prompt;
use crate::rng::stream_seed;

use super::funnel::Stage;
use super::screen;

/// One prompt of the run.
enum Entry {
    Written(Arc<Prompt>),
    Task { family: &'static tasks::Entry, difficulty: u32, index: u64 },
}

/// Every prompt of the run.
pub struct Prompts {
    entries: Vec<Entry>,
    /// What became of what the sources held.
    pub stage: Stage,
    /// For each prompt that repeats an item of a benchmark, which.
    pub contaminated: Vec<Evidence>,
    /// For each prompt whose problem means nearly the same as an earlier one's, which.
    pub repeats: Vec<Repeat>,
}

/// Prompts that are held at once while they are looked at.
const SCREENED_AT_ONCE: usize = 4_096;

impl Prompts {
    /// Reads the sources. A prompt whose problem came before is dropped, and one whose problem is similar to an
    /// earlier one of a file by `dedup`, or repeats an item of the benchmarks.
    ///
    /// # Errors
    /// A file that cannot be read, a family that has fewer problems than asked for, no prompt at all.
    pub fn read(
        sources: &[pipeline::Prompts],
        seed: u64,
        limit: Option<u64>,
        dedup: Option<&Dedup>,
        benchmarks: Option<&Benchmarks>,
    ) -> Result<Self> {
        let stage = Stage::new("prompts", "prompts");
        let mut all = Self { entries: Vec::new(), stage, contaminated: Vec::new(), repeats: Vec::new() };
        let mut ids = HashSet::new();
        let mut problems = HashSet::new();
        let mut cursors = HashMap::new();
        for source in sources {
            let (kind, file) = match source {
                pipeline::Prompts::Jsonl(file) => (files::Kind::Jsonl, file),
                pipeline::Prompts::Csv(file) => (files::Kind::Csv, file),
                pipeline::Prompts::Parquet(file) => (files::Kind::Parquet, file),
                pipeline::Prompts::Tasks(tasks) => {
                    all.tasks(tasks, seed, &mut cursors)?;
                    continue;
                }
            };
            let read = files::read(kind, file)?;
            for _ in &read.skipped {
                all.stage.error("prompts.unreadable");
            }
            for prompt in read.prompts {
                if !ids.insert(prompt.id.clone()) {
                    return Err(Error::config(format!("the prompt id `{}` occurs twice", prompt.id))
                        .at(&file.path)
                        .help("give one of the sources another `source` name, or an `id` column"));
                }
                if problems.insert(exact::of_problem(&prompt.problem)) {
                    all.stage.keep();
                    all.entries.push(Entry::Written(Arc::new(prompt)));
                } else {
                    all.stage.drop("prompts.duplicate");
                }
            }
        }
        let memory_bytes = dedup.map_or(0, Dedup::memory_bytes);
        if let Some(minhash) = dedup.and_then(|dedup| dedup.minhash.as_ref()) {
            all.drop_similar(minhash.problems, memory_bytes)?;
        }
        if let Some(semantic) = dedup.and_then(|dedup| dedup.semantic.as_ref()) {
            let (places, prompts) = all.written();
            let near = screen::semantic(&prompts, semantic, memory_bytes)?;
            let gone: HashSet<usize> = near.iter().map(|(at, _)| places[*at]).collect();
            all.repeats.extend(near.into_iter().map(|(_, repeat)| repeat));
            all.remove(&gone, "prompts.semantic_duplicate");
        }
        if let Some(benchmarks) = benchmarks {
            all.drop_contaminated(benchmarks);
        }
        if let Some(limit) = limit
            && (all.entries.len() as u64) > limit
        {
            let over = all.entries.len() as u64 - limit;
            all.entries.truncate(limit as usize);
            all.stage.kept -= over;
            all.stage.dropped.insert("prompts.beyond_limit".to_owned(), over);
        }
        if all.entries.is_empty() {
            return Err(Error::config("the pipeline has no prompt")
                .help("check [[prompts]]: files that are not empty, tasks with a count above 0"));
        }
        Ok(all)
    }

    /// Drops file prompts whose problem is a near duplicate of an earlier one's. Procedural problems are
    /// different by their making, and alike in their words.
    fn drop_similar(&mut self, threshold: f64, memory_bytes: usize) -> Result<()> {
        let (places, prompts) = self.written();
        let gone = screen::similar(&prompts, threshold, memory_bytes)?;
        let gone: HashSet<usize> = gone.into_iter().map(|at| places[at]).collect();
        self.remove(&gone, "prompts.near_duplicate");
        Ok(())
    }

    /// The prompts of files, and their positions.
    fn written(&self) -> (Vec<usize>, Vec<Arc<Prompt>>) {
        let written = |(at, entry): (usize, &Entry)| match entry {
            Entry::Written(prompt) => Some((at, Arc::clone(prompt))),
            Entry::Task { .. } => None,
        };
        self.entries.iter().enumerate().filter_map(written).unzip()
    }

    fn drop_contaminated(&mut self, benchmarks: &Benchmarks) {
        let mut gone = HashSet::new();
        // In lots: procedural prompts are written out only here.
        for start in (0..self.entries.len()).step_by(SCREENED_AT_ONCE) {
            let end = (start + SCREENED_AT_ONCE).min(self.entries.len());
            let prompts: Vec<Arc<Prompt>> = (start..end).map(|at| self.get(at)).collect();
            for (at, evidence) in screen::prompts(benchmarks, &prompts) {
                gone.insert(start + at);
                self.contaminated.push(evidence);
            }
        }
        self.remove(&gone, "prompts.contaminated");
    }

    fn remove(&mut self, gone: &HashSet<usize>, reason: &str) {
        let mut at = 0;
        self.entries.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
        if !gone.is_empty() {
            self.stage.kept -= gone.len() as u64;
            self.stage.dropped.insert(reason.to_owned(), gone.len() as u64);
        }
    }

    /// Families in turn, then difficulties in turn, each problem at most once in a run.
    fn tasks(
        &mut self,
        wanted: &pipeline::Tasks,
        seed: u64,
        cursors: &mut HashMap<(&'static str, u32, bool), u64>,
    ) -> Result<()> {
        let families: Vec<&'static tasks::Entry> = if wanted.families.is_empty() {
            tasks::FAMILIES.iter().collect()
        } else {
            wanted
                .families
                .iter()
                .map(|name| {
                    tasks::family(name)
                        .ok_or_else(|| Error::config(format!("there is no task family `{name}`")))
                })
                .collect::<Result<_>>()?
        };
        let held_out = wanted.split == tasks::Split::HeldOut;
        let mut turns: Vec<(&'static tasks::Entry, u32)> = (wanted.difficulty[0]..=wanted.difficulty[1])
            .flat_map(|difficulty| families.iter().map(move |family| (*family, difficulty)))
            .collect();
        let mut left = wanted.count;
        while left > 0 {
            if turns.is_empty() {
                return Err(Error::config(format!(
                    "the task families have {} problems fewer than count = {}",
                    left, wanted.count
                ))
                .help("lower count, or allow more families or difficulties"));
            }
            turns.retain(|&(family, difficulty)| {
                if left == 0 {
                    return true;
                }
                let count = family.count(difficulty);
                let cursor = cursors.entry((family.name, difficulty, held_out)).or_default();
                let seed = stream_seed(seed, family.name, u64::from(difficulty));
                while u128::from(*cursor) < count {
                    let index = tasks::space::permuted(*cursor, count, seed);
                    *cursor += 1;
                    if tasks::split_of(family, difficulty, index) == wanted.split {
                        self.entries.push(Entry::Task { family, difficulty, index });
                        self.stage.keep();
                        left -= 1;
                        return true;
                    }
                }
                false
            });
        }
        Ok(())
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Never: a run without prompts is an error.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The prompt at `position`.
    pub fn get(&self, position: usize) -> Arc<Prompt> {
        match &self.entries[position] {
            Entry::Written(prompt) => Arc::clone(prompt),
            Entry::Task { family, difficulty, index } => Arc::new(family.prompt(*difficulty, *index)),
        }
    }

    /// The id of the prompt at `position`.
    pub fn id(&self, position: usize) -> String {
        match &self.entries[position] {
            Entry::Written(prompt) => prompt.id.clone(),
            Entry::Task { family, difficulty, index } => format!("{}/{difficulty}/{index}", family.name),
        }
    }
}
