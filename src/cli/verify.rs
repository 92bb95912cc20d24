//! `datagen verify`: one verifier over JSON Lines. In: `id, problem, answer, completion, …`. Out: the
//! same rows plus `verdict`, `reason`, what the verifier saw and measured, and `micros`, in the same order.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::exit::Exit;
use super::lines::{self, Input, Row};
use super::{Globals, Outcome, output, progress};
use crate::error::Error;
use crate::record::{Reason, Verdict, VerdictRecord};
use crate::verifiers::{self, Verifier};

/// Arguments of `datagen verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The verifier: math, python, …
    #[arg(value_name = "KIND")]
    kind: String,
    /// A JSON Lines file [default: standard input]
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Where the rows go [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Verify {
    /// Verifies every row.
    pub fn run(&self, globals: Globals) -> Outcome {
        let verifiers = [build(&self.kind)?];
        let mut tally = [0u64; 3];
        let work = |mut row: Row, number: u64| -> Result<Row, String> {
            let prompt = lines::prompt(&row, number)?;
            let text = lines::text(&row, "completion")?;
            let record = verifiers::verify_all(&verifiers, &prompt, text).pop();
            let record = record.unwrap_or_else(|| nothing_to_verify_by(&*verifiers[0]));
            let reason = record.verdict.reason();
            row.insert("verdict".to_owned(), record.verdict.as_str().into());
            row.insert("reason".to_owned(), reason.map_or(Value::Null, |reason| reason.name.as_ref().into()));
            if let Some(reason) = reason.filter(|reason| !reason.detail.is_empty()) {
                row.insert("detail".to_owned(), reason.detail.as_str().into());
            }
            row.extend(record.details);
            row.extend(record.measured);
            row.insert("micros".to_owned(), record.micros.into());
            Ok(row)
        };
        let seen = |row: &Row| match row.get("verdict").and_then(Value::as_str) {
            Some("pass") => tally[0] += 1,
            Some("fail") => tally[1] += 1,
            _ => tally[2] += 1,
        };
        let (input, output) = (Input::of(self.input.as_deref()), self.output.as_deref());
        let counts = threads(&*verifiers[0])?.install(|| lines::stream(input, output, work, seen))?;
        let [pass, fail, unknown] = tally;
        let text = format!(
            "{} lines: {pass} pass, {fail} fail, {unknown} unknown, {} bad",
            counts.lines, counts.bad
        );
        let json = json!({
            "lines": counts.lines, "pass": pass, "fail": fail, "unknown": unknown, "bad": counts.bad,
        });
        finish(globals, self.output.is_some(), &text, &json, counts.bad)
    }
}

/// The account of a streaming command: a result where the rows went to a file, else a note.
pub fn finish(globals: Globals, to_file: bool, text: &str, json: &Value, bad: u64) -> Outcome {
    if to_file && globals.json {
        output::print_json(json)?;
    } else if to_file {
        output::print(text)?;
    } else if !globals.quiet {
        progress::print(&format!("{text}\n"));
    }
    Ok(if bad == 0 { Exit::Done } else { Exit::Failed })
}

/// The threads that verify. With two a core instead of one, 3,000 Python programs took 6.2 s and not 7.8 (2 cores,
/// other work beside them, 26 November 2026).
fn threads(verifier: &dyn Verifier) -> crate::error::Result<rayon::ThreadPool> {
    let each = if verifier.waits() { 2 } else { 1 };
    rayon::ThreadPoolBuilder::new()
        .num_threads(each * rayon::current_num_threads())
        .build()
        .map_err(|error| Error::failed("the verifier's threads could not be started").caused_by(error))
}

/// The verifier called `kind`, with its defaults.
fn build(kind: &str) -> crate::error::Result<Box<dyn Verifier>> {
    let options: verifiers::Options = serde_json::from_value(json!({ kind: {} })).map_err(|error| {
        // serde lists what it knows between ticks.
        let said = error.to_string();
        let known: Vec<&str> = said.split('`').skip(3).step_by(2).collect();
        Error::config(format!("there is no verifier `{kind}`"))
            .help(format!("known are: {}", known.join(", ")))
    })?;
    verifiers::build(&options).map_err(Error::config)
}

/// The verdict on a row without what the verifier needs: nothing was decided.
fn nothing_to_verify_by(verifier: &dyn Verifier) -> VerdictRecord {
    let detail = format!("the row carries nothing that the {} verifier could verify by", verifier.name());
    VerdictRecord::new(verifier.name(), Verdict::Unknown(Reason::new("verify.not_applicable", detail)), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_the_verifiers_of_a_pipeline() {
        assert_eq!(build("math").expect("known").name(), "math");
        let error = build("maths").err().expect("unknown");
        assert_eq!(error.to_string(), "there is no verifier `maths`");
        assert!(error.remedy().is_some_and(|help| help.contains("math, python")), "{:?}", error.remedy());
    }
}
