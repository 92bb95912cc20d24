//! Files through the command, read back with the Parquet reader.

use serde_json::{Value, json};

use super::*;
use crate::corpus::read;

struct Ran {
    exit: Option<Exit>,
    kept: Vec<Value>,
    gone: Vec<Value>,
}

const QUIET: Globals = Globals { quiet: true, json: true };

fn command(folder: &Path, inputs: &[&str]) -> Dedup {
    Dedup {
        input: inputs.iter().map(|name| folder.join(name)).collect(),
        output: folder.join("out"),
        text: "text".to_owned(),
        id: "id".to_owned(),
        jaccard: 0.8,
        exact: false,
        keep: Rule::Central,
        score: None,
        memory_mib: 64,
    }
}

fn rows(path: &Path) -> Vec<Value> {
    read::rows(path, None).expect("a whole file").map(|row| Value::Object(row.expect("a row"))).collect()
}

fn run(command: &Dedup) -> Ran {
    let exit = command.run(QUIET).ok();
    let mut kept = Vec::new();
    let mut files: Vec<PathBuf> = fs::read_dir(command.output.join("data"))
        .map(|files| files.map(|file| file.expect("a file").path()).collect())
        .unwrap_or_default();
    files.sort();
    files.iter().for_each(|file| kept.extend(rows(file)));
    let gone = command.output.join("duplicates.parquet");
    let gone = if gone.exists() { rows(&gone) } else { Vec::new() };
    Ran { exit, kept, gone }
}

fn words(from: usize, count: usize) -> String {
    (from..from + count).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn json_lines_with_everything_that_occurs() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = [
        json!({"id": "a", "text": words(0, 60), "meta": {"n": 1, "tags": ["x"]}}).to_string(),
        json!({"meta": {"n": 2.5}, "text": words(500, 60), "id": "b"}).to_string(),
        json!({"id": "c", "text": null}).to_string(),
        String::new(),
        json!({"id": "d", "other": "no text"}).to_string(),
        json!({"id": "e", "text": ""}).to_string(),
        json!({"id": "f", "text": 5}).to_string(),
        "{\"id\": \"torn\", \"text\": \"half a li".to_owned(),
    ];
    let second = [
        json!({"text": words(0, 60).to_uppercase(), "extra": true}).to_string(),
        json!({"id": "g", "text": format!("{} tail", words(500, 60)), "meta": null}).to_string(),
        json!({"id": "h", "text": "  "}).to_string(),
    ];
    fs::write(folder.path().join("1.jsonl"), first.join("\n")).expect("written");
    fs::write(folder.path().join("2.jsonl"), second.join("\r\n")).expect("written");
    let command = command(folder.path(), &["1.jsonl", "2.jsonl"]);
    let ran = run(&command);
    assert_eq!(ran.exit, Some(Exit::Failed), "bad lines are told by the exit code");
    let ids: Vec<&str> = ran.kept.iter().map(|row| row["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, ["a", "b", "c", "e"]);
    assert_eq!(
        ran.kept[0],
        json!({"id": "a", "text": words(0, 60), "meta": {"n": 1.0, "tags": ["x"]}, "extra": null})
    );
    assert_eq!(ran.kept[2]["text"], Value::Null);
    let place = format!("{}:1", folder.path().join("2.jsonl").display());
    assert_eq!(
        ran.gone,
        [
            json!({"id": place, "duplicate_of": "a", "kind": "exact", "jaccard": 1.0}),
            json!({"id": "g", "duplicate_of": "b", "kind": "near", "jaccard": 56.0 / 57.0}),
            json!({"id": "h", "duplicate_of": "e", "kind": "exact", "jaccard": 1.0}),
        ]
    );
    assert_eq!(fs::read_dir(&command.output).expect("a folder").count(), 2, "nothing else is left behind");
}

#[test]
fn parquet_keeps_its_columns_and_joins_other_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = [
        json!({"id": 1, "text": "one two three", "chat": [{"role": "user", "content": "hi"}], "score": 1}),
        json!({"id": 2, "text": "ONE  two three", "chat": [], "score": 2}),
        json!({"id": 3, "text": "数学题有四个数字请把它们加起来", "chat": null, "score": 3}),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.path().join("a.jsonl"), text).expect("written");
    // Once through, so that there is a Parquet file with nested columns.
    let mut first = command(folder.path(), &["a.jsonl"]);
    first.exact = true;
    first.keep = Rule::HighestScore;
    first.score = Some("score".to_owned());
    let ran = run(&first);
    assert_eq!(ran.exit, Some(Exit::Done));
    assert_eq!(ran.kept, lines[1..], "the highest score stays");
    assert_eq!(ran.gone, [json!({"id": 1, "duplicate_of": 2, "kind": "exact", "jaccard": 1.0})]);
    fs::rename(folder.path().join("out/data/train-00000-of-00001.parquet"), folder.path().join("b.parquet"))
        .expect("moved");
    // The same ids again in two files: what they stand for is told.
    fs::write(
        folder.path().join("c.jsonl"),
        json!({"text": "数学题有四个数字，请把它们加起来。", "id": 2, "new": "x"}).to_string(),
    )
    .expect("written");
    let second = command(folder.path(), &["b.parquet", "c.jsonl"]);
    let ran = run(&second);
    assert_eq!(ran.exit, Some(Exit::Done));
    let mut expected = lines[1..].to_vec();
    expected.iter_mut().for_each(|row| row["new"] = Value::Null);
    assert_eq!(ran.kept, expected);
    let (place, of) = (folder.path().join("c.jsonl"), folder.path().join("b.parquet"));
    assert_eq!(
        ran.gone,
        [json!({
            "id": 2, "duplicate_of": 3, "kind": "near", "jaccard": 1.0,
            "place": format!("{}:1", place.display()), "duplicate_of_place": format!("{}:2", of.display()),
        })]
    );
}

#[test]
fn a_chat_is_compared_by_all_its_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let chat =
        |text: &str, n: usize| json!({"messages": [{"role": "user", "content": text}], "n": n}).to_string();
    let lines = [chat(&words(0, 50), 1), chat(&words(0, 50), 2), chat(&words(100, 50), 3)];
    fs::write(folder.path().join("a.jsonl"), lines.join("\n")).expect("written");
    let mut command = command(folder.path(), &["a.jsonl"]);
    command.text = "messages".to_owned();
    let ran = run(&command);
    assert_eq!(ran.kept.iter().map(|row| row["n"].clone()).collect::<Vec<_>>(), [json!(1), json!(3)]);
    // And the same from Parquet.
    fs::rename(folder.path().join("out/data/train-00000-of-00001.parquet"), folder.path().join("b.parquet"))
        .expect("moved");
    command.input = vec![folder.path().join("b.parquet"), folder.path().join("a.jsonl")];
    let ran = run(&command);
    assert_eq!((ran.kept.len(), ran.gone.len()), (2, 3));
}

#[test]
fn what_cannot_be_done_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.jsonl"), "{\"id\":1,\"body\":\"x\"}\n").expect("written");
    fs::write(folder.path().join("n.jsonl"), "{\"id\":1,\"text\":\"x\",\"n\":1}\n").expect("written");
    fs::write(folder.path().join("empty.jsonl"), "").expect("written");
    fs::create_dir(folder.path().join("none")).expect("made");
    for (inputs, says) in [
        (
            vec!["a.jsonl"],
            "a.jsonl:1: no line is a row with a text in `text`: there is no `text`; the line has: id, body",
        ),
        (vec!["missing.jsonl"], "missing.jsonl: cannot open"),
        (vec!["none"], "none: there is no Parquet or JSON Lines file in the folder"),
    ] {
        let command = command(folder.path(), &inputs);
        match command.run(QUIET) {
            Err(super::super::Failure::Error(error)) => {
                assert!(error.to_string().contains(says), "{error}");
                assert_eq!(error.kind(), crate::error::ErrorKind::Config, "{error}");
            }
            other => panic!("{inputs:?}: {other:?}"),
        }
        assert!(!command.output.join("data").exists());
    }
    // An empty file is a set without rows.
    let ran = run(&command(folder.path(), &["empty.jsonl"]));
    assert_eq!((ran.exit, ran.kept.len(), ran.gone.len()), (Some(Exit::Done), 0, 0));
}
