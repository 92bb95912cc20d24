//! Rejection sampling over recorded completions, from prompts to Parquet: the two pipelines as they stand, over
//! a few real answers of a 7B model (`tests/recorded/`), plain ones without a think block.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use datagen::corpus::read::rows;
use serde_json::{Map, Value};

/// A folder to run in, with the samples where the pipelines look for them.
fn workplace() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    for (from, to) in [
        ("test.jsonl", "gsm8k"),
        ("rho-math-7b_gsm8k.jsonl", "model_outputs"),
        ("rho-math-7b_minerva_math.jsonl", "model_outputs"),
    ] {
        let to = folder.path().join("shared/data").join(to);
        fs::create_dir_all(&to).expect("a folder");
        fs::copy(samples.join(from), to.join(from)).expect("a sample");
    }
    let at = folder.path().join("work");
    fs::create_dir(&at).expect("a folder");
    (folder, at)
}

fn run(at: &Path, pipeline: &str, more: &[&str]) -> (Output, Value) {
    let pipeline = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines").join(pipeline);
    let output = Command::new(env!("CARGO_BIN_EXE_datagen"))
        .current_dir(at)
        .arg("run")
        .arg(pipeline)
        .args(["--json", "--output", "run"])
        .args(more)
        .output()
        .expect("it starts");
    let done = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output, done)
}

fn table(at: &Path, view: &str) -> Vec<Map<String, Value>> {
    let path = at.join("run/corpus").join(view).join("train-00000-of-00001.parquet");
    rows(&path, None).expect("it opens").map(|row| row.expect("a row")).collect()
}

fn recorded(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded").join(name);
    let text = fs::read_to_string(path).expect("the samples");
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

fn text<'a>(row: &'a Map<String, Value>, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_else(|| panic!("{column}: {}", row[column]))
}

/// Problems of the corpus, and the problems whose answer the samples' own grader calls right; every row is a
/// recorded completion, whole and unchanged.
fn compare(at: &Path, name: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let samples = recorded(name);
    let corpus = table(at, "data");
    for row in &corpus {
        let sample = samples.iter().find(|sample| sample["problem"] == row["problem"]).expect("recorded");
        let said = sample["completion"].as_str().unwrap_or_default().trim();
        assert_eq!((text(row, "solution"), text(row, "reasoning")), (said, ""));
        assert_eq!(row["messages"][1]["content"], said);
        assert_eq!(text(row, "model"), "rho-math-7b-v0.1");
    }
    let right = samples.iter().filter(|sample| sample["graded_by_source"] == true);
    let problems = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    (
        corpus.iter().map(|row| problems(&row["problem"])).collect(),
        right.map(|sample| problems(&sample["problem"])).collect(),
    )
}

#[test]
fn right_answers_to_math_become_the_corpus() {
    let (_folder, at) = workplace();
    let (output, done) = run(&at, "math-recorded.toml", &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (kept, right) = compare(&at, "rho-math-7b_minerva_math.jsonl");
    assert_eq!(kept, right);
    assert_eq!(done["accepted"], 6);
    assert_eq!(table(&at, "all_samples").len(), 9);
    // Nothing is read twice into the corpus by a second start, and nothing changes.
    let before = fs::read(at.join("run/corpus/data/train-00000-of-00001.parquet")).expect("the corpus");
    let (output, _) = run(&at, "math-recorded.toml", &[]);
    assert!(output.status.success());
    assert_eq!(
        fs::read(at.join("run/corpus/data/train-00000-of-00001.parquet")).expect("the corpus"),
        before
    );
}

#[test]
fn gsm8k_is_matched_by_problem_and_what_nobody_answered_is_no_error() {
    let (_folder, at) = workplace();
    // More is asked for than was recorded: 9 problems have one completion each, the tenth has none.
    let more = ["--set", "draws.per_round=2", "--set", "draws.max_per_prompt=6"];
    let (output, done) = run(&at, "gsm8k-recorded.toml", &more);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (kept, right) = compare(&at, "rho-math-7b_gsm8k.jsonl");
    assert!(kept.is_subset(&right), "a wrong answer was kept");
    let engine = done["funnel"].as_array().and_then(|stages| stages.iter().find(|s| s["name"] == "engine"));
    let engine = engine.expect("the engine's stage");
    assert_eq!(engine["kept"], 9, "{engine}");
    assert_eq!(engine["dropped"]["engine.exhausted"], 11, "{engine}");
    assert_eq!(engine["errored"], serde_json::json!({}), "{engine}");
}

#[test]
fn prompts_that_nobody_answered_do_not_start_a_run() {
    let (_folder, at) = workplace();
    let (output, _) = run(&at, "gsm8k-recorded.toml", &["--set", "engine.recorded.key=id", "--quiet"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the engine can answer none of the 10 prompts"), "{said}");
    assert!(said.contains("the prompt gsm8k:0 has no completion: its id does not stand in"), "{said}");
}
