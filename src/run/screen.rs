//! What keeps a prompt or a completion out of a run before it costs anything: it repeats a benchmark's
//! item, or an earlier problem. In: the benchmarks and the texts. Out: what to drop, and the evidence.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::corpus::evidence::Evidence;
use crate::dedup::Keep;
use crate::dedup::whole::{Options, Texts, Whole};
use crate::error::Result;
use crate::filters::{Filter, Judgement};
use crate::prompts::contamination::{Benchmarks, Hit, Scanner};
use crate::record::{Candidate, Completion, Decision, Prompt, Reason};

/// Name of the filter that looks at completions, and first part of its reasons.
const NAME: &str = "decontaminate";

/// The prompts whose problem repeats an item, by place.
pub fn prompts(benchmarks: &Benchmarks, prompts: &[Arc<Prompt>]) -> Vec<(usize, Evidence)> {
    let find = |scanner: &mut Scanner, (place, prompt): (usize, &Arc<Prompt>)| {
        let hit = benchmarks.find(scanner, &prompt.problem)?;
        Some((place, evidence(&prompt.id, None, &prompt.problem, &hit)))
    };
    prompts.par_iter().enumerate().map_init(Scanner::default, find).flatten().collect()
}

/// The completion's hit, if the filter dropped it for one.
pub fn completion(benchmarks: &Benchmarks, candidate: &Candidate) -> Option<Evidence> {
    // The first drop is what became of it.
    let first = candidate.filters.iter().find(|record| matches!(record.decision, Decision::Drop(_)))?;
    if first.filter != NAME {
        return None;
    }
    let text = &candidate.completion.text;
    let hit = benchmarks.find(&mut Scanner::default(), text)?;
    Some(evidence(&candidate.prompt_id, Some(candidate.sample_index), text, &hit))
}

fn evidence(prompt_id: &str, sample_index: Option<u32>, text: &str, hit: &Hit<'_>) -> Evidence {
    Evidence {
        prompt_id: prompt_id.to_owned(),
        sample_index,
        benchmark: hit.item.benchmark.clone(),
        row: hit.item.row,
        how: hit.how.as_str(),
        overlap: hit.overlap,
        matched: text.get(hit.matched.clone()).unwrap_or_default().to_owned(),
        item: hit.item.text.clone(),
    }
}

/// Drops completions that repeat a benchmark's item.
pub struct Completions(pub Arc<Benchmarks>);

impl Filter for Completions {
    fn name(&self) -> &'static str {
        NAME
    }

    fn judge(&self, _: &Prompt, completion: &Completion) -> Judgement {
        let Some(hit) = self.0.find(&mut Scanner::default(), &completion.text) else {
            return Judgement::keep(Vec::new());
        };
        let name = match hit.how {
            crate::prompts::contamination::How::Exact => "decontaminate.exact",
            crate::prompts::contamination::How::Overlap => "decontaminate.overlap",
            crate::prompts::contamination::How::Numbers => "decontaminate.numbers",
        };
        let detail = format!("repeats {}:{}", hit.item.benchmark, hit.item.row);
        Judgement {
            decision: Decision::Drop(Reason::new(name, detail)),
            scores: vec![("overlap", hit.overlap)],
        }
    }
}

/// The prompts whose problem is a near duplicate of an earlier one, by place.
pub fn similar(prompts: &[Arc<Prompt>], threshold: f64) -> Result<Vec<usize>> {
    struct Problems<'a>(&'a [Arc<Prompt>]);
    impl Texts for Problems<'_> {
        fn texts(&self, wanted: &[u32], take: &mut dyn FnMut(u32, &str) -> Result<()>) -> Result<()> {
            wanted.iter().try_for_each(|&row| take(row, &self.0[row as usize].problem))
        }
    }
    let options = Options { jaccard_threshold: Some(threshold), keep: Keep::First, memory_bytes: usize::MAX };
    // The prompts are in memory, so are their keys: no folder is needed.
    let mut whole = Whole::new(options, Path::new(""));
    let mut sketcher = whole.sketcher();
    for prompt in prompts {
        let sketch = sketcher.sketch(&prompt.problem);
        whole.add(Some(&sketch), prompt.problem.len(), None)?;
    }
    let found = whole.finish(&Problems(prompts), &mut |_, _| {})?;
    Ok(found.duplicates.into_iter().map(|duplicate| duplicate.row as usize).collect())
}
