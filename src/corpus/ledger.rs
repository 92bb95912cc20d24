//! The ledger `all_samples`: every candidate, kept or not, with all that was said about it, so that a
//! filter threshold or a verifier can be judged later without the model. Wall times stay out: the same
//! run must give the same bytes.

use serde_json::{Map, Value, json};

use super::columns::{Cell, Column, Kind};
use super::view;
use crate::record::{Candidate, Outcome, Prompt, Reason, Verdict};

/// The ledger's folder and its name on the card.
pub const NAME: &str = "all_samples";
/// What it is for, on the card.
pub const ABOUT: &str = "every sample drawn, kept or not, with all that filters and verifiers said";

/// What became of a candidate that passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is an example of the corpus.
    Accepted,
    /// Other samples of its prompt were preferred.
    NotSelected,
    /// It repeats an accepted example.
    Duplicate,
    /// The target number of examples was reached before it.
    AfterTarget,
    /// The rules of the mix left it out.
    NotInMix,
}

impl Fate {
    /// The name in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Fate::Accepted => "accepted",
            Fate::NotSelected => "not_selected",
            Fate::Duplicate => "duplicate",
            Fate::AfterTarget => "after_target",
            Fate::NotInMix => "not_in_mix",
        }
    }
}

/// A candidate for the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// What was asked.
    pub prompt: &'a Prompt,
    /// What was drawn, and every decision and verdict about it.
    pub candidate: &'a Candidate,
    /// What became of it, if it passed. For any other candidate the ledger says `dropped`, `failed` or
    /// `unknown`, whatever stands here.
    pub fate: Fate,
    /// The example's uuid, if it became one.
    pub uuid: Option<&'a str>,
}

/// The ledger's columns.
pub static COLUMNS: [Column; 20] = [
    Column::nullable("uuid", Kind::Text, "the row in `messages`, if it became one"),
    Column::new("prompt_id", Kind::Label, "the problem's id"),
    Column::new("sample_index", Kind::Integer, "which of the problem's samples it is, from 0"),
    Column::new("source", Kind::Label, "where the problem comes from"),
    Column::new("domain", Kind::Label, "`math`, `logic`, `code`, …"),
    Column::new("problem", Kind::Text, "the problem as asked"),
    Column::nullable("answer", Kind::Text, "the reference answer"),
    Column::nullable("entry_point", Kind::Label, "the function that the unit tests call"),
    Column::nullable("tests", Kind::Text, "unit tests as a JSON list"),
    Column::new("completion", Kind::Text, "the assistant's text, as drawn"),
    Column::new("finish_reason", Kind::Label, "`stop`, `length` or `loop`"),
    Column::new("num_tokens", Kind::Integer, "tokens of the completion"),
    Column::new("prompt_tokens", Kind::Integer, "tokens of the rendered prompt"),
    Column::new("seed", Kind::Seed, "seed of the sample's random stream"),
    Column::new(
        "outcome",
        Kind::Label,
        "`passed`, `dropped` by a filter, `failed` by a verifier, or `unknown`",
    ),
    Column::new(
        "fate",
        Kind::Label,
        "of a passed sample `accepted`, `not_selected`, `duplicate`, `after_target` or `not_in_mix`; else the outcome",
    ),
    Column::nullable("reason", Kind::Label, "stable name of what decided against it"),
    Column::nullable("detail", Kind::Text, "what was seen, for a person"),
    Column::new("scores", Kind::Text, "the filters' figures as JSON: `{filter: {score: value}}`"),
    Column::new(
        "verdicts",
        Kind::Text,
        "the verifiers' words as JSON: `[{verifier, verdict, reason, detail, details}]`",
    ),
];

/// A sample's row.
///
/// # Errors
/// A sentence, if the sample is accepted though it did not pass.
pub fn row<'a>(sample: &Sample<'a>) -> Result<Vec<Cell<'a>>, String> {
    let Sample { prompt, candidate, fate, uuid } = *sample;
    let (outcome, reason): (&str, Option<&Reason>) = match candidate.outcome() {
        Outcome::Passed => ("passed", None),
        Outcome::Dropped(reason) => ("dropped", Some(reason)),
        Outcome::Failed(reason) => ("failed", Some(reason)),
        Outcome::Unknown(reason) => ("unknown", reason),
    };
    if outcome != "passed" && (fate == Fate::Accepted || uuid.is_some()) {
        return Err(format!(
            "sample {} of `{}` is in the corpus though its outcome is `{outcome}`",
            candidate.sample_index, candidate.prompt_id
        ));
    }
    let completion = &candidate.completion;
    Ok(vec![
        Cell::optional(uuid),
        candidate.prompt_id.as_str().into(),
        candidate.sample_index.into(),
        prompt.source.as_str().into(),
        prompt.domain.as_str().into(),
        prompt.problem.as_str().into(),
        Cell::optional(prompt.answer.as_deref()),
        Cell::optional(prompt.entry_point.as_deref()),
        view::tests(prompt),
        completion.text.as_str().into(),
        completion.finish_reason.as_str().into(),
        completion.num_tokens.into(),
        completion.prompt_tokens.into(),
        Cell::Seed(candidate.seed),
        outcome.into(),
        if outcome == "passed" { fate.as_str() } else { outcome }.into(),
        Cell::optional(reason.map(|reason| &*reason.name)),
        Cell::optional(reason.map(|reason| &*reason.detail).filter(|detail| !detail.is_empty())),
        scores(candidate).into(),
        verdicts(candidate).into(),
    ])
}

/// The filters' figures. A figure that is not finite has no JSON form and becomes null.
fn scores(candidate: &Candidate) -> String {
    let filters: Map<String, Value> = candidate
        .filters
        .iter()
        .map(|record| {
            let scores: Map<String, Value> =
                record.scores.iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
            (record.filter.to_string(), Value::Object(scores))
        })
        .collect();
    Value::Object(filters).to_string()
}

fn verdicts(candidate: &Candidate) -> String {
    let verdicts = candidate.verdicts.iter().map(|record| {
        let mut said = Map::new();
        said.insert("verifier".to_owned(), json!(record.verifier));
        said.insert("verdict".to_owned(), json!(record.verdict.as_str()));
        if let Verdict::Fail(reason) | Verdict::Unknown(reason) = &record.verdict {
            said.insert("reason".to_owned(), json!(reason.name));
            said.insert("detail".to_owned(), json!(reason.detail));
        }
        if !record.details.is_empty() {
            said.insert("details".to_owned(), Value::Object(record.details.clone()));
        }
        Value::Object(said)
    });
    Value::Array(verdicts.collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::tests::{candidate, prompt};
    use crate::record::{Decision, FilterRecord, VerdictRecord};

    fn text(row: &[Cell<'_>], column: &str) -> Option<String> {
        let place = COLUMNS.iter().position(|known| known.name == column).expect("a column of the ledger");
        match &row[place] {
            Cell::Text(text) => Some(text.to_string()),
            _ => None,
        }
    }

    #[test]
    fn outcome_fate_and_reason() {
        let pass = VerdictRecord::new("math", Verdict::Pass, 5);
        let fail =
            VerdictRecord { verdict: Verdict::Fail(Reason::new("math.wrong", "4 is not 5")), ..pass.clone() };
        let drop = FilterRecord {
            filter: "length".into(),
            decision: Decision::Drop(Reason::new("length.too_short", "")),
            scores: vec![("tokens".into(), 3.0), ("odd".into(), f64::NAN)],
        };
        let keep = FilterRecord { decision: Decision::Keep, ..drop.clone() };
        for (filters, verdicts, outcome, fate, reason, detail) in [
            (vec![keep.clone()], vec![pass.clone()], "passed", "duplicate", None, None),
            (
                vec![keep.clone()],
                vec![pass, fail],
                "failed",
                "failed",
                Some("math.wrong"),
                Some("4 is not 5"),
            ),
            (vec![drop], vec![], "dropped", "dropped", Some("length.too_short"), None),
            (vec![keep], vec![], "unknown", "unknown", None, None),
        ] {
            let candidate = Candidate { filters, verdicts, ..candidate("p", 0, "text") };
            let prompt = prompt("p");
            let sample = Sample { prompt: &prompt, candidate: &candidate, fate: Fate::Duplicate, uuid: None };
            let row = row(&sample).expect("a consistent sample");
            assert_eq!(text(&row, "outcome").as_deref(), Some(outcome));
            assert_eq!(text(&row, "fate").as_deref(), Some(fate));
            assert_eq!(text(&row, "reason").as_deref(), reason);
            assert_eq!(text(&row, "detail").as_deref(), detail);
            assert_eq!(text(&row, "scores").as_deref(), Some(r#"{"length":{"tokens":3.0,"odd":null}}"#));
            if outcome == "failed" {
                let said = r#"[{"verifier":"math","verdict":"pass"},{"verifier":"math","verdict":"fail","reason":"math.wrong","detail":"4 is not 5"}]"#;
                assert_eq!(text(&row, "verdicts").as_deref(), Some(said), "no wall time in it");
            }
            let accepted = Sample { fate: Fate::Accepted, ..sample };
            assert_eq!(super::row(&accepted).is_ok(), outcome == "passed", "only what passed is accepted");
        }
    }
}
