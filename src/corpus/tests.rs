//! The corpus as a whole: written, read back, compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Card, Fate, Options, Sample, SourceCount, View, Writer, Written, read};
use crate::format::think;
use crate::record::{
    Candidate, Completion, Example, FinishReason, Message, Prompt, Role, TestCase, Verdict, VerdictRecord,
};
use crate::run::funnel::{Funnel, Stage};

pub(super) fn prompt(id: &str) -> Prompt {
    Prompt {
        id: id.to_owned(),
        source: "linear_equation".to_owned(),
        domain: "math".to_owned(),
        problem: "What is 2 + 2?".to_owned(),
        answer: Some("4".to_owned()),
        entry_point: None,
        tests: Vec::new(),
        difficulty: Some(1),
    }
}

pub(super) fn candidate(prompt_id: &str, sample_index: u32, text: &str) -> Candidate {
    Candidate {
        prompt_id: prompt_id.to_owned(),
        sample_index,
        seed: u64::MAX - u64::from(sample_index),
        completion: Completion {
            text: text.to_owned(),
            finish_reason: FinishReason::Stop,
            num_tokens: 7,
            prompt_tokens: 3,
        },
        filters: Vec::new(),
        verdicts: vec![VerdictRecord::new("math", Verdict::Pass, 9)],
    }
}

pub(super) fn example(prompt: Arc<Prompt>, sample_index: u32, reasoning: &str, solution: &str) -> Example {
    Example {
        uuid: format!("uuid-{}-{sample_index}", prompt.id),
        messages: vec![
            Message::new(Role::User, prompt.problem.as_str()),
            Message::new(Role::Assistant, think::join(reasoning, solution)),
        ],
        prompt,
        reasoning: reasoning.to_owned(),
        solution: solution.to_owned(),
        num_tokens: Some(7),
        pass_rate: Some(0.25),
        model: Some("builtin".to_owned()),
        seed: Some(u64::MAX - u64::from(sample_index)),
        sample_index: Some(sample_index),
        rejected: (sample_index % 2 == 1).then(|| "<think>\nno\n</think>\n\n5".to_owned()),
    }
}

fn all_views() -> Options {
    let views = vec![View::Messages, View::PromptCompletion, View::Preference, View::Examples];
    Options { views, ..Options::default() }
}

pub(super) fn card() -> Card {
    let mut stage = Stage::new("filters", "samples");
    stage.keep();
    stage.drop("length.too_short");
    Card {
        name: "A \"test\" <corpus>".to_owned(),
        model: "builtin".to_owned(),
        license: Some("cc0-1.0".to_owned()),
        facts: vec![("temperature".to_owned(), "1.0".to_owned())],
        funnel: Funnel { stages: vec![stage] },
        sources: vec![SourceCount {
            source: "linear_equation".to_owned(),
            domain: "math".to_owned(),
            prompts: 2,
            solved: 2,
            samples: 4,
            decided: 4,
            passed: 3,
            examples: 3,
        }],
        added: Vec::new(),
        config: "[run]\nseed = 42\n".to_owned(),
    }
}

pub(super) fn write(folder: &Path, options: &Options, examples: &[Example]) -> Written {
    let mut writer = Writer::create(folder, options).expect("a fresh folder");
    for example in examples {
        writer.lot(std::slice::from_ref(example), &[]).expect("room on the disk");
        let text = &example.messages[1].content;
        let candidate = candidate(&example.prompt.id, example.sample_index.expect("a sample"), text);
        let sample = Sample {
            prompt: &example.prompt,
            candidate: &candidate,
            fate: Fate::Accepted,
            uuid: Some(&example.uuid),
        };
        writer.lot(&[], &[sample]).expect("room on the disk");
        let other = Sample { fate: Fate::NotSelected, uuid: None, ..sample };
        writer.lot(&[], &[other]).expect("room on the disk");
    }
    writer.finish(&card()).expect("room on the disk")
}

fn table(folder: &Path, name: &str) -> Vec<Map<String, Value>> {
    let mut files: Vec<_> =
        fs::read_dir(folder.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|file| read::rows(file, None).unwrap().map(|row| row.unwrap())).collect()
}

fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, fs::read(&path).unwrap());
                }
            }
        }
    }
    files
}

#[test]
fn every_view_and_the_ledger_have_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus.tmp");
    let mut code = prompt("list_program/1/2");
    code.answer = None;
    code.entry_point = Some("f".to_owned());
    code.tests = vec![TestCase::Call { args: vec![json!([1, 2])], expected: json!(3) }];
    let examples = [
        example(Arc::new(prompt("linear_equation/1/7")), 0, "2 and 2", "4"),
        example(Arc::new(code), 1, "add", "def f(x): return sum(x)"),
    ];
    let written = write(&corpus, &all_views(), &examples);
    assert_eq!((written.examples, written.samples), (2, 4));
    assert_eq!(written.files.len(), 7, "five tables, the funnel and the card");
    assert_eq!(
        written.bytes,
        written.files.iter().map(|file| fs::metadata(file).unwrap().len()).sum::<u64>()
    );

    let rows = table(&corpus, "data");
    let columns: Vec<&str> = rows[0].keys().map(String::as_str).collect();
    assert_eq!(
        columns.join(", "),
        "uuid, messages, problem, reasoning, solution, answer, source, domain, num_tokens, pass_rate, model, \
         seed, sample_index, entry_point, tests"
    );
    assert_eq!(
        rows[0]["messages"],
        json!([
            {"role": "user", "content": "What is 2 + 2?"},
            {"role": "assistant", "content": "<think>\n2 and 2\n</think>\n\n4"},
        ])
    );
    assert_eq!(rows[0]["seed"], json!(u64::MAX));
    assert_eq!((&rows[0]["answer"], &rows[0]["tests"]), (&json!("4"), &Value::Null));
    assert_eq!(rows[1]["tests"], json!(r#"[{"call":{"args":[[1,2]],"expected":3}}]"#));
    assert_eq!((&rows[1]["answer"], &rows[1]["entry_point"]), (&Value::Null, &json!("f")));

    let rows = table(&corpus, "prompt_completion");
    assert_eq!(rows[0]["prompt"], json!([{"role": "user", "content": "What is 2 + 2?"}]));
    assert_eq!(rows[0]["completion"][0]["role"], "assistant");
    let rows = table(&corpus, "preference");
    assert_eq!(rows.len(), 1, "only the second has a rejected sample");
    assert_eq!(rows[0]["rejected"], json!([{"role": "assistant", "content": "<think>\nno\n</think>\n\n5"}]));
    assert_eq!(table(&corpus, "examples")[1]["id"], "list_program/1/2");
    let fates: Vec<_> = table(&corpus, "all_samples").iter().map(|row| row["fate"].clone()).collect();
    assert_eq!(fates, ["accepted", "not_selected", "accepted", "not_selected"]);
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let prompts: Vec<_> = (0..30).map(|n| Arc::new(prompt(&format!("p{n}")))).collect();
    let text =
        |n: usize| (0..40_000).map(|k| ((k * 7919 + n * 104_729) % 9973).to_string()).collect::<String>();
    let examples: Vec<_> = prompts
        .iter()
        .enumerate()
        .map(|(n, prompt)| example(prompt.clone(), n as u32, &text(n), "4"))
        .collect();
    // Several shards, pages and encoder lots.
    let options = Options { max_shard_mib: 3, ..all_views() };
    write(&folder.path().join("a"), &options, &examples);
    write(&folder.path().join("b"), &options, &examples);
    let (a, b) = (bytes(&folder.path().join("a")), bytes(&folder.path().join("b")));
    assert!(a.keys().any(|name| name.starts_with("data/train-00001-of-")), "{:?}", a.keys());
    assert!(a == b, "two writes of the same rows differ");
}

#[test]
fn an_interrupted_run_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus.tmp");
    let first = example(Arc::new(prompt("p")), 0, "a", "b");
    let mut writer = Writer::create(&corpus, &all_views()).unwrap();
    writer.lot(std::slice::from_ref(&first), &[]).unwrap();
    drop(writer);
    write(&corpus, &Options::default(), std::slice::from_ref(&first));
    let names: Vec<_> = bytes(&corpus).into_keys().collect();
    assert_eq!(
        names,
        [
            "README.md",
            "all_samples/train-00000-of-00001.parquet",
            "data/train-00000-of-00001.parquet",
            "funnel.json"
        ]
    );
}

#[test]
fn a_corpus_that_does_not_add_up_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::create(folder.path(), &Options::default()).unwrap();
    writer.lot(&[example(Arc::new(prompt("p")), 0, "a", "b")], &[]).unwrap();
    let error = writer.finish(&card()).expect_err("the ledger has no such sample");
    assert!(
        error.to_string().contains("0 samples are in the corpus, which has 1 examples of the run"),
        "{error}"
    );
}

#[test]
fn a_chat_without_an_answer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::create(folder.path(), &all_views()).unwrap();
    let mut question = example(Arc::new(prompt("p")), 0, "a", "b");
    question.messages.pop();
    let error = writer.lot(&[question], &[]).expect_err("there is no answer");
    assert!(
        error.to_string().contains("uuid-p-0") && error.to_string().contains("prompt_completion"),
        "{error}"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let error = Writer::create(&file.join("corpus.tmp"), &Options::default()).err().expect("not a folder");
    assert!(error.to_string().contains("corpus.tmp"), "{error}");
}

#[test]
fn options_out_of_range() {
    for (options, says) in [
        (Options { views: Vec::new(), ..Options::default() }, "at least one view"),
        (Options { views: vec![View::Examples, View::Examples], ..Options::default() }, "`examples` twice"),
        (Options { max_shard_rows: 0, ..Options::default() }, "at least 1"),
        (Options { max_shard_mib: 0, ..Options::default() }, "at least 1"),
    ] {
        assert!(options.checked().expect_err("out of range").contains(says));
    }
    assert!(all_views().checked().is_ok());
}

#[test]
fn the_card_names_every_view_and_escapes_names() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = example(Arc::new(prompt("p")), 0, "```\n</code><script>alert(1)</script>", "4");
    write(folder.path(), &all_views(), &[hostile]);
    let card = fs::read_to_string(folder.path().join("README.md")).unwrap();
    for text in [
        "pretty_name: \"A \\\"test\\\" <corpus>\"\n",
        "license: \"cc0-1.0\"\n",
        "- n<1K\n",
        "- config_name: messages\n  default: true\n  data_files:\n  - split: train\n    path: data/train-*.parquet\n",
        "    path: all_samples/train-*.parquet\n",
        "# A \"test\" &lt;corpus&gt;\n",
        "| filters | samples | 2 | 1 | 1 | 0 | length.too\\_short (1) |",
        "| linear\\_equation | math | 2 | 2 | 4 | 75.0 % | 3 |",
        "\n````text\n<think>\n```\n</code><script>",
        "seed = 42",
    ] {
        assert!(card.contains(text), "the card lacks {text:?}:\n{card}");
    }
}

#[test]
fn the_card_offers_no_empty_table() {
    let folder = tempfile::tempdir().unwrap();
    let even = example(Arc::new(prompt("p")), 0, "a", "b");
    for (examples, offered) in
        [(vec![], vec![]), (vec![even], vec!["prompt_completion", "examples", "all_samples"])]
    {
        let views = vec![View::Preference, View::PromptCompletion, View::Examples];
        write(folder.path(), &Options { views, ..Options::default() }, &examples);
        let card = fs::read_to_string(folder.path().join("README.md")).unwrap();
        let configs = card.split("dataset_info:").next().unwrap();
        let named: Vec<_> = configs.lines().filter_map(|line| line.strip_prefix("- config_name: ")).collect();
        assert_eq!(named, offered);
        assert_eq!(configs.contains("default: true"), !offered.is_empty());
        assert!(card.contains("| `preference` | 0 | 1 |"));
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("\0\u{1}\r\n\u{202e}\u{feff}".to_owned()),
        Just("<script>alert(1)</script>|```\n---\n".to_owned()),
        "\\PC{0,40}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_written_is_read_back(
        texts in prop::collection::vec((any_text(), any_text(), any_text(), any::<u64>()), 0..6),
        rate in 0.0f64..=1.0,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let examples: Vec<_> = texts.iter().enumerate().map(|(n, (problem, reasoning, solution, seed))| {
            let prompt = Prompt { problem: problem.clone(), ..prompt(&format!("{problem}/{n}")) };
            Example {
                seed: Some(*seed),
                pass_rate: Some(rate),
                rejected: Some(solution.clone()),
                ..example(Arc::new(prompt), n as u32, reasoning, solution)
            }
        }).collect();
        write(folder.path(), &all_views(), &examples);
        let rows = table(folder.path(), "data");
        prop_assert_eq!(rows.len(), examples.len());
        for (row, example) in rows.iter().zip(&examples) {
            prop_assert_eq!(&row["uuid"], &json!(example.uuid));
            prop_assert_eq!(&row["problem"], &json!(example.prompt.problem));
            prop_assert_eq!(&row["reasoning"], &json!(example.reasoning));
            prop_assert_eq!(&row["solution"], &json!(example.solution));
            prop_assert_eq!(&row["messages"], &json!(example.messages));
            prop_assert_eq!(&row["seed"], &json!(example.seed));
            prop_assert_eq!(&row["pass_rate"], &json!(example.pass_rate));
        }
        for (row, example) in table(folder.path(), "preference").iter().zip(&examples) {
            prop_assert_eq!(&row["rejected"][0]["content"], &json!(example.solution));
        }
        prop_assert_eq!(table(folder.path(), "all_samples").len(), 2 * examples.len());
    }
}
