//! Rejection sampling's last word: which of a prompt's passing samples enter the corpus. Sees one
//! prompt's candidates, in sample order; never another prompt's.

use serde::{Deserialize, Serialize};

use crate::record::Candidate;

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
            | Select::FastestPassing(options) => options.per_prompt,
        }
    }
}

#[cfg(test)]
mod tests {
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
}
