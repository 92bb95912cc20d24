//! What the rule that keeps one of two examples looks at: in come a candidate and what was said about it, out comes its
//! length and its score.

use super::Dedup;
use super::clusters::Rank;
use crate::record::Candidate;

/// The score that is no stage's: the pass rate of the problem.
pub const PASS_RATE: &str = "pass_rate";

/// Whether a score can have this name.
pub fn is_name(name: &str) -> bool {
    name == PASS_RATE || parts(name).is_some()
}

/// The filter or verifier that a score comes from, and what it calls its figure.
pub fn parts(name: &str) -> Option<(&str, &str)> {
    name.split_once('.').filter(|(stage, figure)| !stage.is_empty() && !figure.is_empty())
}

impl Dedup {
    /// What the rule looks at of a candidate of a problem with this pass rate.
    pub fn rank(&self, candidate: &Candidate, pass_rate: f64) -> Rank {
        let bytes = u32::try_from(candidate.completion.text.len()).unwrap_or(u32::MAX);
        Rank { bytes, score: self.score.as_deref().and_then(|name| figure(name, candidate, pass_rate)) }
    }
}

/// A figure that was recorded of a candidate; of several with one name the first.
fn figure(name: &str, candidate: &Candidate, pass_rate: f64) -> Option<f64> {
    if name == PASS_RATE {
        return Some(pass_rate);
    }
    let (stage, figure) = parts(name)?;
    let filters = candidate.filters.iter().filter(|record| record.filter == stage);
    let scores = filters.flat_map(|record| &record.scores).find(|(name, _)| name == figure);
    if let Some((_, score)) = scores {
        return Some(*score);
    }
    let verdicts = candidate.verdicts.iter().filter(|record| record.verifier == stage);
    let mut values = verdicts.filter_map(|record| record.details.get(figure).or(record.measured.get(figure)));
    values.find_map(serde_json::Value::as_f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::Keep;
    use crate::record::{Completion, Decision, FilterRecord, FinishReason, Verdict, VerdictRecord};

    #[test]
    fn scores_table() {
        let mut verdict = VerdictRecord::new("python", Verdict::Pass, 1);
        verdict.details.insert("passed".to_owned(), 3.into());
        verdict.details.insert("answer".to_owned(), "4".into());
        verdict.measured.insert("cpu_millis".to_owned(), 1.5.into());
        let filter = |name: &'static str, score: f64| FilterRecord {
            filter: name.into(),
            decision: Decision::Keep,
            scores: vec![("ratio".into(), score)],
        };
        let candidate = Candidate {
            prompt_id: "p".into(),
            sample_index: 0,
            seed: 0,
            completion: Completion {
                text: "four".to_owned(),
                finish_reason: FinishReason::Stop,
                num_tokens: 1,
                prompt_tokens: 1,
            },
            filters: vec![filter("length", 2.0), filter("repetition", 4.5)],
            verdicts: vec![verdict],
        };
        for (name, score) in [
            ("pass_rate", Some(0.25)),
            ("length.ratio", Some(2.0)),
            ("repetition.ratio", Some(4.5)),
            ("repetition.words", None),
            ("python.passed", Some(3.0)),
            ("python.cpu_millis", Some(1.5)),
            // No number.
            ("python.answer", None),
            ("math.passed", None),
        ] {
            let dedup = Dedup { keep: Keep::HighestScore, score: Some(name.to_owned()), ..Dedup::default() };
            assert_eq!(dedup.check(), Ok(()), "{name}");
            assert_eq!(dedup.rank(&candidate, 0.25), Rank { bytes: 4, score }, "{name}");
        }
        for name in ["", "ratio", ".ratio", "length.", "pass rate"] {
            let dedup = Dedup { keep: Keep::HighestScore, score: Some(name.to_owned()), ..Dedup::default() };
            assert_eq!(dedup.check().map_err(|(key, _)| key), Err("score"), "{name:?}");
        }
        assert_eq!(Dedup::default().rank(&candidate, 0.5), Rank { bytes: 4, score: None });
    }

    #[test]
    fn a_rule_and_its_score_belong_together() {
        let with =
            |keep, score: Option<&str>| Dedup { keep, score: score.map(str::to_owned), ..Dedup::default() };
        assert_eq!(with(Keep::HighestScore, None).check().map_err(|(key, _)| key), Err("keep"));
        assert_eq!(with(Keep::Shortest, Some("pass_rate")).check().map_err(|(key, _)| key), Err("score"));
        assert_eq!(with(Keep::First, Some("pass_rate")).check().map_err(|(key, _)| key), Err("score"));
        assert_eq!(with(Keep::Shortest, None).check(), Ok(()));
        let none = Dedup { memory_mib: 0, ..Dedup::default() };
        assert_eq!(none.check().map_err(|(key, _)| key), Err("memory_mib"));
    }
}
