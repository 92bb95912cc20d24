//! What a run came to, for a person and for a program. In: a run that ended. Out: text or JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::progress::{grouped, span};
use crate::run::Done;
use crate::run::funnel::Stage;

/// Reasons that are listed for a stage, the most frequent first.
const TOP_REASONS: usize = 6;

/// A short account: examples, funnel, where everything is, what comes next.
pub fn text(done: &Done) -> String {
    let mut out = String::new();
    let target = done.target.map_or(String::new(), |target| format!(" of {} wanted", grouped(target)));
    line(&mut out, &format!("{} examples{target} in {}", grouped(done.accepted), span(done.elapsed)));
    out.push('\n');
    let heads = ["stage", "unit", "in", "kept", "dropped", "errored"].map(str::to_owned);
    let mut rows = vec![heads];
    rows.extend(done.funnel.stages.iter().map(|stage| {
        let numbers = [stage.input, stage.kept, stage.dropped_total(), stage.errored_total()].map(grouped);
        let [input, kept, dropped, errored] = numbers;
        [stage.name.clone(), stage.unit.clone(), input, kept, dropped, errored]
    }));
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for (index, row) in rows.iter().enumerate() {
        let mut text = String::from("  ");
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            // Words to the left, numbers to the right. Writing to a String cannot fail.
            let _ =
                if column < 2 { write!(text, "{cell:<width$}  ") } else { write!(text, "{cell:>width$}  ") };
        }
        line(&mut out, text.trim_end());
        if let Some(stage) = index.checked_sub(1).and_then(|index| done.funnel.stages.get(index)) {
            for (reason, count) in reasons(stage) {
                line(&mut out, &format!("      {reason} {}", grouped(count)));
            }
        }
    }
    out.push('\n');
    let folder = done.output.display();
    if let Some(corpus) = &done.corpus {
        let mib = corpus.bytes as f64 / f64::from(1u32 << 20);
        let (examples, files) = (grouped(corpus.examples), corpus.files.len());
        line(
            &mut out,
            &format!("  corpus  {folder}/corpus ({examples} examples, {files} files, {mib:.1} MiB)"),
        );
        line(&mut out, &format!("  report  {folder}/report.html"));
        line(&mut out, &format!("  next    datagen inspect {folder}"));
    }
    if done.interrupted {
        line(&mut out, "  interrupted: all that was drawn is kept; the same command goes on from here,");
        line(&mut out, "  and with --as-is it makes a corpus of what is there, drawing nothing");
    } else if done.target.is_some_and(|target| done.accepted < target) {
        line(
            &mut out,
            "  below the target: give more prompts, or raise draws.max_per_prompt, and run the same command \
             again; after --as-is, run it without",
        );
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// Drops and errors of a stage, the most frequent first; the rest in one line.
fn reasons(stage: &Stage) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> =
        stage.dropped.iter().chain(&stage.errored).map(|(name, count)| (name.clone(), *count)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    if all.len() > TOP_REASONS {
        let rest = all.drain(TOP_REASONS..).map(|(_, count)| count).sum();
        all.push(("others".to_owned(), rest));
    }
    all
}

/// The same as one JSON object.
pub fn json(done: &Done) -> Value {
    json!({
        "accepted": done.accepted,
        "target": done.target,
        "interrupted": done.interrupted,
        "elapsed_secs": done.elapsed.as_secs_f64(),
        "output": done.output.display().to_string(),
        "corpus": done.corpus.as_ref().map(|corpus| json!({
            "examples": corpus.examples,
            "samples": corpus.samples,
            "bytes": corpus.bytes,
            "files": corpus.files.len(),
        })),
        "funnel": done.funnel.stages,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::funnel::Funnel;
    use std::path::PathBuf;
    use std::time::Duration;

    fn done() -> Done {
        let mut filters = Stage::new("filters", "samples");
        (0..1_200).for_each(|_| filters.keep());
        (0..30).for_each(|_| filters.drop("length.too_short"));
        (0..7).for_each(|index| filters.drop(&format!("reason.{index}")));
        Done {
            funnel: Funnel { stages: vec![Stage::new("prompts", "prompts"), filters] },
            accepted: 90,
            target: Some(100),
            interrupted: false,
            output: PathBuf::from("runs/a"),
            corpus: None,
            elapsed: Duration::from_secs(75),
        }
    }

    #[test]
    fn the_account_of_a_run() {
        let text = text(&done());
        assert_eq!(
            text.lines().take(7).collect::<Vec<_>>(),
            [
                "90 examples of 100 wanted in 1 min 15 s",
                "",
                "  stage    unit        in   kept  dropped  errored",
                "  prompts  prompts      0      0        0        0",
                "  filters  samples  1,237  1,200       37        0",
                "      length.too_short 30",
                "      reason.0 1",
            ],
            "{text}"
        );
        assert!(text.contains("      others 2\n") && text.contains("below the target"), "{text}");
        let json = json(&done());
        assert_eq!(json["funnel"][1]["dropped"]["length.too_short"], 30);
    }
}
