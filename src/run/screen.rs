//! What keeps a prompt or a completion out of a run before it costs anything: it repeats a benchmark's
//! item, or an earlier problem. In: the benchmarks and the texts. Out: what to drop, and the evidence.

use std::sync::Arc;

use rayon::prelude::*;

use crate::corpus::evidence::{Evidence, Repeat};
use crate::dedup::Keep;
use crate::dedup::semantic::{Semantic, Set};
use crate::dedup::whole::{Options, Texts, Whole};
use crate::error::Result;
use crate::filters::{Filter, Judgement};
use crate::model::embedding::Embedding;
use crate::prompts::contamination::{Benchmarks, Hit, Scanner};
use crate::record::{Candidate, Completion, Decision, Prompt, Reason};

/// Name of the filter that looks at completions, and first part of its reasons.
const NAME: &str = "decontaminate";

/// The prompts whose problem repeats an item, by place.
pub fn prompts(benchmarks: &Benchmarks, prompts: &[Arc<Prompt>]) -> Vec<(usize, Evidence)> {
    let find = |scanner: &mut Scanner, (place, prompt): (usize, &Arc<Prompt>)| {
        Some((place, text(benchmarks, scanner, &prompt.id, None, &prompt.problem)?))
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
    let sample = Some(candidate.sample_index);
    text(benchmarks, &mut Scanner::default(), &candidate.prompt_id, sample, &candidate.completion.text)
}

/// What a problem, or the sample with that index, repeats.
pub fn text(
    benchmarks: &Benchmarks,
    scanner: &mut Scanner,
    prompt_id: &str,
    sample_index: Option<u32>,
    text: &str,
) -> Option<Evidence> {
    let hit = benchmarks.find(scanner, text)?;
    Some(evidence(prompt_id, sample_index, text, &hit))
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

/// The prompts whose problem is a near duplicate of an earlier one, by place. Beyond `memory_bytes` what is held of them
/// goes to a temporary file.
pub fn similar(prompts: &[Arc<Prompt>], threshold: f64, memory_bytes: usize) -> Result<Vec<usize>> {
    struct Problems<'a>(&'a [Arc<Prompt>]);
    impl Texts for Problems<'_> {
        fn texts(&self, wanted: &[u32], take: &mut dyn FnMut(u32, &str) -> Result<()>) -> Result<()> {
            wanted.iter().try_for_each(|&row| take(row, &self.0[row as usize].problem))
        }
    }
    let options = Options { jaccard_threshold: Some(threshold), keep: Keep::First, memory_bytes };
    let mut whole = Whole::new(options, &std::env::temp_dir());
    let mut sketcher = whole.sketcher();
    for prompt in prompts {
        let sketch = sketcher.sketch(&prompt.problem);
        whole.add(Some(&sketch), prompt.problem.len(), None)?;
    }
    let found = whole.finish(&Problems(prompts), &mut |_, _| {})?;
    Ok(found.duplicates.into_iter().map(|duplicate| duplicate.row as usize).collect())
}

/// Prompts that are turned into vectors together.
const EMBEDDED_AT_ONCE: usize = 4_096;

/// The prompts whose problem means nearly the same as an earlier one's, by place. Beyond `memory_bytes` vectors and their
/// keys go to a temporary file.
pub fn semantic(
    prompts: &[Arc<Prompt>],
    options: &Semantic,
    memory_bytes: usize,
) -> Result<Vec<(usize, Repeat)>> {
    let model = Embedding::folder(&options.model)?;
    let folder = std::env::temp_dir();
    let mut set = Set::new(options.cosine_threshold, prompts.len(), model.dims(), &folder, memory_bytes);
    for lot in prompts.chunks(EMBEDDED_AT_ONCE) {
        let vectors = lot.par_iter().map(|prompt| model.text(&prompt.problem)).collect::<Result<Vec<_>>>()?;
        set.add(&vectors)?;
    }
    let repeat = |near: crate::dedup::semantic::Near| {
        let (gone, kept) = (&prompts[near.row as usize], &prompts[near.kept as usize]);
        let repeat = Repeat {
            prompt_id: gone.id.clone(),
            duplicate_of: kept.id.clone(),
            cosine: near.cosine,
            problem: gone.problem.clone(),
            kept: kept.problem.clone(),
        };
        (near.row as usize, repeat)
    };
    Ok(set.finish()?.into_iter().map(repeat).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::embedding::tests::write;

    #[test]
    fn problems_that_mean_the_same_are_named_with_what_they_repeat() {
        let folder = tempfile::tempdir().expect("a folder");
        let words: [(&str, &[f32]); 6] = [
            ("[UNK]", &[0.0, 0.0, 0.0]),
            ("eggs", &[1.0, 0.0, 0.0]),
            ("hens", &[0.9, 0.1, 0.0]),
            ("count", &[0.0, 1.0, 0.0]),
            ("number", &[0.0, 1.0, 0.1]),
            ("train", &[0.0, 0.0, 1.0]),
        ];
        write(folder.path(), &words, &[]);
        let problems =
            ["Count eggs", "train", "Number hens", "???", "train eggs", "The number of eggs", "TRAIN"];
        let prompts: Vec<Arc<Prompt>> = problems
            .iter()
            .enumerate()
            .map(|(at, problem)| {
                let json = serde_json::json!({"id": format!("p:{at}"), "source": "p", "domain": "d", "problem": problem});
                Arc::new(serde_json::from_value(json).expect("a prompt"))
            })
            .collect();
        let options = Semantic { model: folder.path().to_owned(), cosine_threshold: 0.95 };
        let found = semantic(&prompts, &options, 1 << 20).expect("a model");
        let pairs: Vec<(usize, &str, &str)> =
            found.iter().map(|(at, r)| (*at, r.duplicate_of.as_str(), r.kept.as_str())).collect();
        assert_eq!(pairs, [(2, "p:0", "Count eggs"), (5, "p:0", "Count eggs"), (6, "p:1", "train")]);
        assert!(found.iter().all(|(_, repeat)| repeat.cosine >= 0.95));
        let lacking = Semantic { model: folder.path().join("none"), cosine_threshold: 0.95 };
        let error = semantic(&prompts, &lacking, 1 << 20).expect_err("no model");
        assert!(error.to_string().contains("none/tokenizer.json: cannot read"), "{error}");
    }
}
