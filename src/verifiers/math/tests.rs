//! Tables of answers and verdicts, wrong answers that look right first of all; the shared suites; properties.

use super::*;
use crate::verifiers::Verifier;

fn prompt(reference: &str) -> Prompt {
    Prompt {
        id: "t".into(),
        source: "t".into(),
        domain: "math".into(),
        problem: String::new(),
        answer: Some(reference.into()),
        entry_point: None,
        tests: vec![],
        difficulty: None,
    }
}

fn judge_with(math: &Math, reference: &str, text: &str) -> Verdict {
    math.verify(&prompt(reference), text).verdict
}

fn judge(reference: &str, text: &str) -> Verdict {
    judge_with(&Math::default(), reference, text)
}

fn boxed(reference: &str, answer: &str) -> Verdict {
    judge(reference, &format!("<think>\nso\n</think>\n\nIt is \\boxed{{{answer}}}."))
}

/// `pass`, or the reason's name.
fn name(verdict: &Verdict) -> &str {
    verdict.reason().map_or("pass", |reason| &reason.name)
}

/// The rows of a shared file, or nothing, loudly.
fn shared(path: &str) -> Vec<Json> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/");
    match std::fs::read_to_string(format!("{root}{path}")) {
        Ok(text) => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        Err(error) => {
            eprintln!("SKIPPED: {root}{path}: {error}");
            Vec::new()
        }
    }
}

/// The options that a row of another suite names.
fn options(row: &Json) -> Math {
    let config = &row["extraction_config"];
    let types: Vec<&str> = config["match_types"].as_array().map(|types| types.iter().filter_map(Json::as_str).collect()).unwrap_or_default();
    let mut extractors = vec![Extractor::Boxed, Extractor::Statement, Extractor::Whole];
    if types.is_empty() || types.contains(&"latex") {
        extractors.extend([Extractor::Display, Extractor::Formula]);
    }
    if types.is_empty() || types.contains(&"expr") {
        extractors.push(Extractor::Number);
    }
    if types.contains(&"string") {
        extractors.push(Extractor::Letter);
    }
    let decimals = config["precision"].as_u64().filter(|precision| *precision != 6).map(|precision| precision as u32);
    Math { extractors, decimals, rename_variables: config["strict"] == false, ..Math::default() }
}

#[test]
fn graders_cases() {
    for file in ["adversarial_cases", "other_grader_cases", "math_verify_cases"] {
        let (mut wrong, mut counts) = (Vec::new(), std::collections::BTreeMap::<_, usize>::new());
        for (at, row) in shared(&format!("math/{file}.jsonl")).iter().enumerate() {
            let gold = row["gold"].as_str().or_else(|| row["gold"].as_array()?.last()?.as_str()).unwrap();
            let pred = row["pred"].as_str().unwrap();
            let bare = file != "math_verify_cases" && !pred.contains("boxed{");
            let text = if bare { format!("\\boxed{{{pred}}}") } else { pred.to_owned() };
            let finding = options(row).verify(&prompt(gold), &text);
            let expected = row["expected"].as_bool().unwrap();
            *counts.entry((expected, finding.verdict.as_str())).or_default() += 1;
            if expected != (finding.verdict == Verdict::Pass) {
                wrong.push(format!("{file} {at}: {} | {} expected {expected}: {:?} {:?}", cut(gold, 60), cut(&pred[pred.floor_char_boundary(pred.len().saturating_sub(60))..], 60), name(&finding.verdict), finding.details));
            }
        }
        eprintln!("{file}: {counts:?}");
        for line in &wrong {
            eprintln!("{line}");
        }
    }
}
