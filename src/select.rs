//! Rejection sampling's last word: which of a prompt's passing samples enter the corpus. Sees one
//! prompt's candidates, in sample order; never another prompt's.

use serde::{Deserialize, Serialize};

use crate::record::Candidate;
use crate::text::shingles;
use crate::text::tokens::Tokens;

/// `[select.…]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Select {
    /// The first passing samples in sample order: an unbiased draw from the passing ones.
    FirstPassing(PerPrompt),
    /// The shortest passing samples, in tokens.
    ShortestPassing(PerPrompt),
    /// The passing programs that took the least CPU time, as the python verifier measured it in this run's
    /// journal: measured anew, another may win. Samples without a measured time come last, in sample order.
    FastestPassing(PerPrompt),
    /// The passing samples that differ most from one another: the first passing one, then again and again
    /// the one whose nearest among those taken is the farthest (Gonzalez 1985), by the Jaccard similarity
    /// of word 5-grams.
    Diverse(PerPrompt),
}

/// How many samples of a prompt are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PerPrompt {
    /// At most this many.
    pub per_prompt: u32,
}

impl Default for PerPrompt {
    fn default() -> Self {
        Self { per_prompt: 1 }
    }
}

impl Default for Select {
    fn default() -> Self {
        Self::FirstPassing(PerPrompt::default())
    }
}

impl Select {
    /// The positions in `candidates` (all of one prompt, in sample order) that enter the corpus, in
    /// sample order.
    pub fn choose(&self, candidates: &[Candidate]) -> Vec<usize> {
        let mut passing: Vec<usize> = (0..candidates.len()).filter(|&i| candidates[i].passed()).collect();
        let per_prompt = match self {
            Select::FirstPassing(options) => options.per_prompt,
            Select::ShortestPassing(options) => {
                // Stable: of equally long samples the earlier one wins.
                passing.sort_by_key(|&i| candidates[i].completion.num_tokens);
                options.per_prompt
            }
            Select::FastestPassing(options) => {
                let cpu_millis = |i: &usize| {
                    let measured = candidates[*i].verdicts.iter().find_map(|x| x.measured.get("cpu_millis"));
                    measured.and_then(serde_json::Value::as_f64).unwrap_or(f64::INFINITY)
                };
                // Stable, as above.
                passing.sort_by(|a, b| cpu_millis(a).total_cmp(&cpu_millis(b)));
                options.per_prompt
            }
            Select::Diverse(options) => {
                let texts: Vec<&str> =
                    passing.iter().map(|&i| candidates[i].completion.text.as_str()).collect();
                let order = farthest_first(&texts, options.per_prompt as usize);
                passing = order.into_iter().map(|at| passing[at]).collect();
                options.per_prompt
            }
        };
        passing.truncate(per_prompt as usize);
        passing.sort_unstable();
        passing
    }

    /// At most this many examples of a prompt.
    pub fn per_prompt(&self) -> u32 {
        match self {
            Select::FirstPassing(options)
            | Select::ShortestPassing(options)
            | Select::FastestPassing(options)
            | Select::Diverse(options) => options.per_prompt,
        }
    }
}

/// At most `count` places in `texts`: the first, then each time the text whose nearest among those taken is
/// the farthest, of equals the earlier.
fn farthest_first(texts: &[&str], count: usize) -> Vec<usize> {
    if texts.len() <= count {
        // All are taken, whatever they have in common.
        return (0..texts.len()).collect();
    }
    let mut tokens = Tokens::default();
    let sets: Vec<Vec<u64>> = texts
        .iter()
        .map(|text| {
            tokens.read_words(text);
            let mut set = Vec::new();
            shingles::set(&tokens.words, &mut set);
            set
        })
        .collect();
    // Of each text its similarity to the nearest one taken; above 1 where it is taken itself.
    let mut nearest = vec![0.0f64; texts.len()];
    let mut order = Vec::with_capacity(count);
    while order.len() < count {
        let Some(next) = (0..texts.len()).min_by(|&a, &b| nearest[a].total_cmp(&nearest[b])) else { break };
        order.push(next);
        for (near, set) in nearest.iter_mut().zip(&sets) {
            *near = near.max(shingles::jaccard(set, &sets[next]));
        }
        nearest[next] = f64::INFINITY;
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{Completion, FinishReason, Reason, Verdict, VerdictRecord};

    fn candidate(sample_index: u32, num_tokens: u32, cpu_millis: Option<f64>, passed: bool) -> Candidate {
        let verdict = if passed { Verdict::Pass } else { Verdict::Fail(Reason::new("python.error", "")) };
        let mut record = VerdictRecord::new("python", verdict, 1);
        record.measured.extend(cpu_millis.map(|millis| ("cpu_millis".to_owned(), millis.into())));
        Candidate {
            prompt_id: "p".into(),
            sample_index,
            seed: 0,
            completion: Completion {
                text: String::new(),
                finish_reason: FinishReason::Stop,
                num_tokens,
                prompt_tokens: 1,
            },
            filters: vec![],
            verdicts: vec![record],
        }
    }

    #[test]
    fn choices_table() {
        let candidates = [
            candidate(0, 9, Some(30.0), true),
            candidate(1, 5, Some(0.5), false),
            candidate(2, 7, None, true),
            candidate(3, 8, Some(4.5), true),
            candidate(4, 7, Some(4.5), true),
        ];
        for (select, per_prompt, expected) in [
            (Select::FirstPassing as fn(PerPrompt) -> Select, 2, &[0, 2][..]),
            (Select::ShortestPassing, 1, &[2]),
            (Select::ShortestPassing, 2, &[2, 4]),
            (Select::FastestPassing, 1, &[3]),
            (Select::FastestPassing, 2, &[3, 4]),
            (Select::FastestPassing, 3, &[0, 3, 4]),
            (Select::FastestPassing, 9, &[0, 2, 3, 4]),
        ] {
            let select = select(PerPrompt { per_prompt });
            assert_eq!(select.choose(&candidates), expected, "{select:?}");
            assert_eq!(select.per_prompt(), per_prompt);
        }
    }

    #[test]
    fn diverse_table() {
        let text = |from: usize| (from..from + 30).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
        let (a, b, c) = (text(0), text(100), text(12));
        let like_a = format!("{a} end");
        for (texts, count, expected) in [
            (vec![], 2, vec![]),
            (vec![a.as_str(), &like_a, &b, &c], 1, vec![0]),
            (vec![&a, &like_a, &b, &c], 2, vec![0, 2]),
            (vec![&a, &like_a, &b, &c], 3, vec![0, 2, 3]),
            (vec![&a, &like_a, &b, &c], 4, vec![0, 1, 2, 3]),
            // Equal texts: the earlier ones.
            (vec![&a, &a, &a], 2, vec![0, 1]),
            (vec!["", "", &a], 2, vec![0, 1]),
            (vec![&a, &b], 0, vec![]),
        ] {
            assert_eq!(farthest_first(&texts, count), expected, "{count}");
        }
        let candidates: Vec<Candidate> = [(&like_a, true), (&b, false), (&a, true), (&c, true)]
            .into_iter()
            .enumerate()
            .map(|(at, (text, passed))| {
                let mut one = candidate(at as u32, 1, None, passed);
                one.completion.text.clone_from(text);
                one
            })
            .collect();
        assert_eq!(Select::Diverse(PerPrompt { per_prompt: 2 }).choose(&candidates), [0, 3]);
    }

    proptest! {
        #[test]
        fn diverse_takes_as_many_and_leaves_no_farther_one(
            texts in proptest::collection::vec("([ab] ){5,12}", 0..7),
            count in 1usize..7,
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let order = farthest_first(&texts, count);
            prop_assert_eq!(order.len(), count.min(texts.len()));
            let mut distinct = order.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(distinct.len(), order.len());
            prop_assert!(order.first().is_none_or(|&first| first == 0));
            if texts.len() <= count {
                return Ok(());
            }
            let set = |text: &str| {
                let (mut tokens, mut set) = (Tokens::default(), Vec::new());
                tokens.read_words(text);
                shingles::set(&tokens.words, &mut set);
                set
            };
            let nearest = |x: usize, taken: &[usize]| {
                let alike = taken.iter().map(|&y| shingles::jaccard(&set(texts[x]), &set(texts[y])));
                alike.fold(0.0, f64::max)
            };
            for step in 1..order.len() {
                let (taken, next) = (&order[..step], nearest(order[step], &order[..step]));
                for other in (0..texts.len()).filter(|at| !taken.contains(at)) {
                    prop_assert!(next <= nearest(other, taken), "{step}: {other}");
                }
            }
        }
    }
}
