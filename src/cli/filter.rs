//! `datagen filter`: a pipeline's filters over JSON Lines or over a run's journal. In: `id, problem,
//! completion, …`. Out: the same rows plus `decision`, `reason` and each filter's `scores`, in the same order.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};

use super::journalled::Journalled;
use super::lines::{self, Input, Row};
use super::verify::finish;
use super::{Globals, Outcome};
use crate::error::Error;
use crate::filters::{self, Filter};
use crate::format::think;
use crate::prompts::template;
use crate::record::{Completion, Decision, FinishReason};

/// Arguments of `datagen filter`.
#[derive(Debug, Args)]
pub struct Filters {
    /// A TOML file with `[[filters]]`; nothing else of a pipeline is needed
    #[arg(value_name = "PIPELINE.toml")]
    pipeline: PathBuf,
    /// A JSON Lines file, or a run folder, whose journal is judged anew [default: standard input]
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Where the rows go [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Filters {
    /// Filters every row.
    pub fn run(&self, globals: Globals) -> Outcome {
        let options = crate::config::load_filters(&self.pipeline)?;
        if options.is_empty() {
            let error = Error::config("there are no [[filters]]").at(&self.pipeline);
            return Err(error.help("for example: [[filters]] and below it repetition = {}").into());
        }
        let filters: Vec<Box<dyn Filter>> =
            options.iter().map(filters::build).collect::<Result<_, _>>().map_err(Error::config)?;
        let folder = self.input.as_deref().filter(|path| path.is_dir());
        let journalled = folder.map(Journalled::open).transpose()?;
        let input = match &journalled {
            Some(journalled) => Input::Journal(&journalled.segments),
            None => Input::of(self.input.as_deref()),
        };
        let (mut kept, mut dropped) = (0u64, 0u64);
        let counts = lines::stream(
            input,
            self.output.as_deref(),
            |row, number| {
                let row = match &journalled {
                    Some(journalled) => journalled.row(row)?,
                    None => row,
                };
                judge(&filters, row, number, journalled.as_ref().map(|run| &run.template))
            },
            |row| if row.get("decision") == Some(&Value::from("keep")) { kept += 1 } else { dropped += 1 },
        )?;
        let text = format!("{} lines: {kept} kept, {dropped} dropped, {} bad", counts.lines, counts.bad);
        let json = json!({ "lines": counts.lines, "keep": kept, "drop": dropped, "bad": counts.bad });
        finish(globals, self.output.is_some(), &text, &json, counts.bad)
    }
}

/// The row with what the filters say. `template` is that of the run from which the row comes: it may have shown worked
/// examples.
fn judge(
    filters: &[Box<dyn Filter>],
    mut row: Row,
    number: u64,
    template: Option<&template::Loaded>,
) -> Result<Row, String> {
    let prompt = lines::prompt(&row, number)?;
    let completion = completion(&row)?;
    let examples = template.map_or_else(Vec::new, |template| template.examples_shown_to(&prompt));
    let mut scores = Map::new();
    let mut reason = None;
    for record in filters::judge_all(filters, &prompt, &completion, &examples) {
        for (name, value) in record.scores {
            scores.insert(format!("{}.{name}", record.filter), value.into());
        }
        if let Decision::Drop(why) = record.decision {
            // The first drop decides; filters behind it are asked for their scores.
            reason.get_or_insert(why);
        }
    }
    row.insert("decision".to_owned(), if reason.is_some() { "drop" } else { "keep" }.into());
    row.insert(
        "reason".to_owned(),
        reason.as_ref().map_or(Value::Null, |reason| reason.name.as_ref().into()),
    );
    if let Some(reason) = reason.filter(|reason| !reason.detail.is_empty()) {
        row.insert("detail".to_owned(), reason.detail.into());
    }
    row.insert("scores".to_owned(), Value::Object(scores));
    Ok(row)
}

/// The completion that a row carries. Without `finish_reason` it ended by itself; without
/// `num_tokens` its tokens are estimated at 4 bytes each.
fn completion(row: &Row) -> Result<Completion, String> {
    let text = think::opened(lines::text(row, "completion")?).into_owned();
    let finish_reason = match row.get("finish_reason") {
        None | Some(Value::Null) => FinishReason::Stop,
        Some(reason) => serde_json::from_value(reason.clone())
            .map_err(|_| format!("`finish_reason` is {reason}, not \"stop\", \"length\" or \"loop\""))?,
    };
    let num_tokens = match row.get("num_tokens") {
        None | Some(Value::Null) => u32::try_from(text.len().div_ceil(4)).unwrap_or(u32::MAX),
        Some(number) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .ok_or_else(|| format!("`num_tokens` is {number}, not a whole number"))?,
    };
    Ok(Completion { text, finish_reason, num_tokens, prompt_tokens: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::{Judgement, truncated::Truncated};
    use crate::record::{Prompt, Reason};

    struct Short;
    impl Filter for Short {
        fn name(&self) -> &'static str {
            "short"
        }
        fn judge(&self, _: &Prompt, completion: &Completion) -> Judgement {
            let scores = vec![("tokens", f64::from(completion.num_tokens))];
            let decision = match completion.num_tokens {
                0..3 => Decision::Drop(Reason::new("short.tokens", "too few")),
                _ => Decision::Keep,
            };
            Judgement { decision, scores }
        }
    }

    fn judged(text: &str) -> Result<String, String> {
        let filters: Vec<Box<dyn Filter>> = vec![Box::new(Short), Box::new(Truncated::default())];
        let row = serde_json::from_str(text).expect("a row");
        judge(&filters, row, 1, None).map(|row| Value::Object(row).to_string())
    }

    #[test]
    fn rows_table() {
        for (row, expected) in [
            (
                r#"{"id":1,"completion":"a"}"#,
                Ok(
                    r#"{"id":1,"completion":"a","decision":"drop","reason":"short.tokens","detail":"too few","scores":{"short.tokens":1.0,"truncated.tokens":1.0}}"#,
                ),
            ),
            // Both would drop it: the first decides.
            (
                r#"{"completion":"a","finish_reason":"length"}"#,
                Ok(
                    r#"{"completion":"a","finish_reason":"length","decision":"drop","reason":"short.tokens","detail":"too few","scores":{"short.tokens":1.0,"truncated.tokens":1.0}}"#,
                ),
            ),
            (
                r#"{"completion":"a","num_tokens":9}"#,
                Ok(
                    r#"{"completion":"a","num_tokens":9,"decision":"keep","reason":null,"scores":{"short.tokens":9.0,"truncated.tokens":9.0}}"#,
                ),
            ),
            (r#"{"id":1}"#, Err("there is no `completion`; the line has: id")),
            (
                r#"{"completion":"a","finish_reason":"eos"}"#,
                Err(r#"`finish_reason` is "eos", not "stop", "length" or "loop""#),
            ),
            (r#"{"completion":"a","num_tokens":-1}"#, Err("`num_tokens` is -1, not a whole number")),
        ] {
            assert_eq!(judged(row), expected.map(str::to_owned).map_err(str::to_owned), "{row}");
        }
    }
}
