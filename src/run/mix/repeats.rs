//! Which rows of other datasets repeat an example of the run, or an earlier row. In: the datasets, read once more, and
//! the examples that stay. Out: for each row that goes the reason. An example of the run never goes for a row.

use std::path::Path;

use rayon::prelude::*;

use super::{Dataset, parts};
use crate::dedup::clusters::Rank;
use crate::dedup::exact::{Earlier, Look, Parts};
use crate::dedup::running::{Marker, Marks, Place, Running};
use crate::dedup::scratch::{Held, Scratch};
use crate::error::Result;
use crate::record::Example;

/// Beyond this much memory the texts of rows that stay lie in a temporary file: few are looked at again.
const HELD_BYTES: usize = 64 << 20;
/// No rule looks at rows: the first stays.
const RANK: Rank = Rank { bytes: 0, score: None };

/// What rows are compared with.
pub struct Compared<'a> {
    /// The run's examples that stay; the rows that stay are added to them.
    pub running: &'a mut Running,
    /// Shows an example of the run.
    pub earlier: Earlier<'a>,
    /// Where temporary files go.
    pub folder: &'a Path,
}

/// For each dataset's rows the reason why they go, as dedup names it; `None` where they stay, or repeat a benchmark
/// and are not looked at.
///
/// # Errors
/// A file cannot be read again or was changed; those of `earlier`; a temporary file cannot be made, read or written.
pub fn among(datasets: &[Dataset], compared: Compared<'_>) -> Result<Vec<Vec<Option<String>>>> {
    let Compared { running, earlier, folder } = compared;
    running.settle();
    let first = running.count();
    let mut scratch = Scratch::new(folder, HELD_BYTES);
    let mut stay: Vec<[Held; 5]> = Vec::new();
    let mut all = Vec::with_capacity(datasets.len());
    for dataset in datasets {
        let wanted: Vec<bool> = dataset.contaminated.iter().map(|contaminated| !contaminated).collect();
        let mut found = Vec::with_capacity(dataset.rows());
        dataset.chosen(&wanted, &mut |examples| {
            let marks = |marker: &mut Marker, example: &Example| marker.marks(&parts(example), RANK);
            let marks: Vec<Marks> = examples.par_iter().map_init(|| running.marker(), marks).collect();
            for (example, marks) in examples.iter().zip(&marks) {
                let parts = parts(example);
                let mut shown = |number: u32, look: Look<'_>| -> Result<()> {
                    match number.checked_sub(first) {
                        None => earlier(number, look),
                        Some(row) => show(&stay[row as usize], &scratch, look),
                    }
                };
                let place = running.add(&parts, marks, false, &mut shown)?;
                found.push(match place {
                    Place::None(reason) => Some(reason),
                    Place::New(_) | Place::Of(..) => {
                        stay.push(hold(&parts, &mut scratch)?);
                        None
                    }
                });
            }
            Ok(())
        })?;
        let mut found = found.into_iter();
        all.push(wanted.iter().map(|wanted| if *wanted { found.next().flatten() } else { None }).collect());
    }
    Ok(all)
}

fn hold(parts: &Parts<'_>, scratch: &mut Scratch) -> Result<[Held; 5]> {
    let Parts { problem, completion, reasoning, solution, answer } = *parts;
    let mut put = |text: &str| Held::put(text, scratch);
    Ok([put(problem)?, put(completion)?, put(reasoning)?, put(solution)?, put(answer)?])
}

fn show(held: &[Held; 5], scratch: &Scratch, look: Look<'_>) -> Result<()> {
    let texts = held.iter().map(|held| held.get(scratch)).collect::<Result<Vec<_>>>()?;
    if let [problem, completion, reasoning, solution, answer] = texts.as_slice() {
        look(&Parts { problem, completion, reasoning, solution, answer });
    }
    Ok(())
}
