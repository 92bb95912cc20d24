//! Files of completions as people have them, and bad ones.

use std::path::Path;

use super::*;
use crate::engine::Sample;

fn options(path: &Path, more: &str) -> Options {
    let text = format!("paths = ['{}']\nmodel = \"m\"\n{more}", path.display());
    toml::from_str(&text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn prompt(id: &str, problem: &str) -> Prompt {
    Prompt {
        id: id.to_owned(),
        source: "s".to_owned(),
        domain: "math".to_owned(),
        problem: problem.to_owned(),
        answer: None,
        entry_point: None,
        tests: Vec::new(),
        difficulty: None,
    }
}

/// The texts of a prompt's samples until there are no more.
fn texts(engine: &mut Recorded, prompt: &Prompt) -> Vec<String> {
    let answers = (0..).map(|index| engine.answer(prompt, index));
    answers.map_while(Result::ok).map(|completion| completion.text).collect()
}

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("recorded.jsonl");
    std::fs::write(&path, text).expect("written");
    (folder, path)
}

#[test]
fn completions_come_in_the_order_of_the_files_several_a_row_or_several_rows() {
    let (folder, path) = written(concat!(
        "{\"problem\": \" 1+1? \", \"completion\": \"a\", \"finish_reason\": \"length\", \"num_tokens\": 7}\n",
        "{\"problem\": \"2+2?\", \"completion\": \"x\"}\n",
        "\n",
        "{\"problem\": \"1+1?\", \"completion\": [\"b\", \"c\"], \"finish_reason\": [\"stop\", null], \"num_tokens\": [1, 2]}\n",
    ));
    let csv = folder.path().join("more.csv");
    std::fs::write(&csv, "problem,completion\n1+1?,\"d\"\n").expect("written");
    let mut options = options(&path, "");
    options.paths.push(csv);
    let mut engine = Recorded::new(&options).expect("it is read");
    assert_eq!(texts(&mut engine, &prompt("p", "1+1?")), ["a", "b", "c", "d"]);
    assert_eq!(texts(&mut engine, &prompt("p", "2+2?")), ["x"]);
    let first = engine.answer(&prompt("p", "1+1?"), 0).expect("a completion");
    assert_eq!((first.finish_reason, first.num_tokens, first.prompt_tokens), (FinishReason::Length, 7, 1));
    let third = engine.answer(&prompt("p", "1+1?"), 2).expect("a completion");
    assert_eq!((third.finish_reason, third.num_tokens), (FinishReason::Stop, 2));
    assert!(matches!(engine.answer(&prompt("p", "1+1?"), 4), Err(Unanswered::NoMore)));
    assert_eq!(engine.refuses(&prompt("p", "2+2?")), None);
    let why = engine.refuses(&prompt("s:3", "3+3?")).expect("nobody answered it");
    assert!(why.contains("s:3") && why.contains("recorded.jsonl") && why.contains("`problem`"), "{why}");
}

#[test]
fn columns_have_the_names_that_the_pipeline_says() {
    let (_folder, path) =
        written("{\"task\": 7, \"answer\": \"4\", \"thoughts\": \"two and two\", \"why\": \"max_tokens\"}\n");
    let more = "key = \"id\"\nkey_column = \"task\"\ncompletion = \"answer\"\nreasoning = \"thoughts\"\nfinish_reason = \"why\"";
    let mut engine = Recorded::new(&options(&path, more)).expect("it is read");
    assert_eq!(texts(&mut engine, &prompt("7", "?")), ["<think>\ntwo and two\n</think>\n\n4"]);
    assert_eq!(engine.answer(&prompt("7", "?"), 0).expect("it is there").finish_reason, FinishReason::Length);
    assert!(engine.refuses(&prompt("8", "?")).is_some());
}

#[test]
fn bad_rows_are_named_or_left_out() {
    let good = "{\"problem\": \"p\", \"completion\": \"c\"}\n";
    for (bad, says) in [
        ("{\"problem\": \"p\", \"compl", "cut off"),
        ("[1]\n", "not a JSON object"),
        ("{\"problem\": \"p\"}\n", "there is no column `completion`; the row has `problem`"),
        ("{\"completion\": \"c\"}\n", "there is no column `problem`"),
        ("{\"problem\": null, \"completion\": \"c\"}\n", "the column `problem` is empty"),
        ("{\"problem\": \"p\", \"completion\": 3}\n", "holds a number, not a text or a list of texts"),
        ("{\"problem\": \"p\", \"completion\": []}\n", "the column `completion` is empty"),
        ("{\"problem\": \"p\", \"completion\": [\"a\", 3]}\n", "holds a number, not a text in its list"),
        ("{\"problem\": \"p\", \"completion\": \"c\", \"finish_reason\": \"tool\"}\n", "holds \"tool\", not"),
        ("{\"problem\": \"p\", \"completion\": \"c\", \"num_tokens\": -1}\n", "not a whole number"),
    ] {
        let (_folder, path) = written(&format!("{good}{bad}"));
        let error = Recorded::new(&options(&path, "")).expect_err(bad).to_string();
        assert!(error.contains("recorded.jsonl:2: ") && error.contains(says), "{bad}: {error}");
        let skipping = options(&path, "on_error = \"skip\"");
        let mut engine = Recorded::new(&skipping).expect(bad);
        assert_eq!((texts(&mut engine, &prompt("p", "p")).len(), engine.skipped()), (1, 1), "{bad}");
    }
    let (_folder, path) = written("{\"problem\": \"p\"}\n");
    let error = Recorded::new(&options(&path, "on_error = \"skip\"")).expect_err("no completion at all");
    assert!(error.remedy().is_some_and(|help| help.contains("line 1: there is no column")), "{error:?}");
    let (_folder, path) = written("");
    assert!(Recorded::new(&options(&path, "")).expect_err("empty").to_string().contains("no completion"));
    let error = Recorded::new(&options(Path::new("not/there.jsonl"), "")).expect_err("no such file");
    assert!(error.to_string().contains("not/there.jsonl: cannot open"), "{error}");
}

#[test]
fn the_fingerprint_follows_texts_their_order_and_the_model() {
    let of = |text: &str, model: &str| {
        let (_folder, path) = written(text);
        let options = Options { model: model.to_owned(), ..options(&path, "") };
        Recorded::new(&options).expect("it is read").fingerprint
    };
    let (a, b) =
        ("{\"problem\": \"p\", \"completion\": \"a\"}\n", "{\"problem\": \"p\", \"completion\": \"b\"}\n");
    let first = of(&format!("{a}{b}"), "m");
    assert_eq!(of(&format!("{a}\n{b}"), "m"), first);
    assert_ne!(of(&format!("{b}{a}"), "m"), first);
    assert_ne!(of(a, "m"), first);
    assert_ne!(of(&format!("{a}{b}"), "n"), first);
}

#[test]
fn the_engine_answers_every_sample_once() {
    let (_folder, path) = written("{\"problem\": \"p\", \"completion\": [\"a\", \"b\"]}\n");
    let mut engine = Recorded::new(&options(&path, "")).expect("it is read");
    let (send, receive) = mpsc::channel(2);
    let (answer, mut answers) = mpsc::channel(9);
    let request = |ticket, problem| Request {
        ticket,
        prompt: Arc::new(prompt("i", problem)),
        messages: Vec::new().into(),
        samples: (0..3).map(|index| Sample { index, seed: 0 }).collect(),
    };
    send.try_send(request(4, "p")).expect("room");
    send.try_send(request(5, "q")).expect("room");
    drop(send);
    engine.run(receive, answer, Arc::default(), Arc::default()).expect("it runs");
    let mut got = Vec::new();
    while let Some(answer) = answers.blocking_recv() {
        got.push((answer.ticket, answer.index, answer.result.ok().map(|completion| completion.text)));
    }
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        got,
        [(4, 0, text("a")), (4, 1, text("b")), (4, 2, None), (5, 0, None), (5, 1, None), (5, 2, None)]
    );
}

#[test]
fn options_out_of_range_are_named() {
    let path = Path::new("a.jsonl");
    for (options, key) in [
        (Options { paths: Vec::new(), ..options(path, "") }, "paths"),
        (Options { paths: vec![PathBuf::new()], ..options(path, "") }, "paths"),
        (Options { model: String::new(), ..options(path, "") }, "model"),
    ] {
        assert_eq!(options.check().expect_err("out of range").0, key);
    }
    assert_eq!(options(path, "").check(), Ok(()));
}
