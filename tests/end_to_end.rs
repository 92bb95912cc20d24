//! The main job from prompts to Parquet: with scripted answers, with the built-in model, killed and
//! resumed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use datagen::config;
use datagen::corpus::read::rows;
use datagen::engine::Stop;
use datagen::engine::scripted::Scripted;
use datagen::record::{Completion, FinishReason};
use datagen::run::{self, Done, Options};

/// Two problems; the pipeline draws up to four samples of each, two a round.
const PIPELINE: &str = r#"
[run]
output = "unused"
[[prompts]]
jsonl = { path = "PROMPTS" }
[engine.expert]
[draws]
per_round = 2
max_per_prompt = 4
[[filters]]
format = {}
[[verifiers]]
math = {}
[select.shortest_passing]
per_prompt = 1
[corpus]
views = ["messages", "preference"]
"#;

fn completion(text: &str) -> Completion {
    Completion { text: text.to_owned(), finish_reason: FinishReason::Stop, num_tokens: 9, prompt_tokens: 5 }
}

/// Runs [`PIPELINE`] with an engine that says what `say` says, in `folder`.
fn scripted(
    folder: &Path,
    problems: &[(&str, &str)],
    say: impl Fn(&str, u32) -> String + Send + 'static,
) -> (Done, Vec<(String, u32)>) {
    scripted_with(folder, "", problems, say)
}

/// The same with `more` behind the pipeline.
fn scripted_with(
    folder: &Path,
    more: &str,
    problems: &[(&str, &str)],
    say: impl Fn(&str, u32) -> String + Send + 'static,
) -> (Done, Vec<(String, u32)>) {
    let prompts = folder.join("prompts.jsonl");
    let lines: Vec<String> = problems
        .iter()
        .map(|(problem, answer)| serde_json::json!({"problem": problem, "answer": answer}).to_string())
        .collect();
    fs::write(&prompts, lines.join("\n")).expect("the prompts are written");
    let text = PIPELINE.replace("PROMPTS", &prompts.display().to_string()) + more;
    let pipeline =
        config::parse("pipeline.toml", text, &[]).unwrap_or_else(|m| panic!("{}", m.render(false)));
    let drawn = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&drawn);
    let engine = Scripted::new(
        4,
        Box::new(move |prompt, sample| {
            seen.lock().expect("no panic").push((prompt.problem.clone(), sample.index));
            Ok(completion(&say(&prompt.problem, sample.index)))
        }),
    );
    let options = Options { output: Some(folder.join("run")), ..Options::default() };
    let plan = run::plan_with(pipeline, &options, Box::new(engine)).expect("the plan stands");
    let done = run::execute(plan, Arc::new(Stop::default()), &|_| {}).expect("the run ends well");
    let mut drawn = drawn.lock().expect("no panic").clone();
    drawn.sort();
    (done, drawn)
}

fn table(run: &Path, view: &str) -> Vec<serde_json::Map<String, serde_json::Value>> {
    let path = run.join("corpus").join(view).join("train-00000-of-00001.parquet");
    rows(&path, None).expect("it opens").map(|row| row.expect("a row")).collect()
}

#[test]
fn wrong_and_unreadable_samples_are_drawn_again_and_never_enter_the_corpus() {
    let folder = tempfile::tempdir().expect("a folder");
    let (done, drawn) =
        scripted(folder.path(), &[("1+1?", "2"), ("2+2?", "4"), ("3+3?", "6")], |problem, index| {
            match (problem, index) {
                ("1+1?", 0) => "<think>\none and one\n</think>\n\n\\boxed{3}".to_owned(),
                ("1+1?", 1) => "<think>\none and one \\boxed{2}".to_owned(),
                ("1+1?", _) => "<think>\none and one\n</think>\n\n\\boxed{2}".to_owned(),
                ("2+2?", _) => "<think>\ntwo and two\n</think>\n\nIt is \\boxed{4}.".to_owned(),
                _ => "<think>\n?\n</think>\n\n\\boxed{7}".to_owned(),
            }
        });
    assert_eq!(done.accepted, 2);
    assert_eq!(done.funnel.check(), Ok(()));
    let count = |problem: &str| drawn.iter().filter(|(p, _)| p == problem).count();
    assert_eq!((count("1+1?"), count("2+2?"), count("3+3?")), (4, 2, 4), "{drawn:?}");
    let rows = table(&folder.path().join("run"), "data");
    let problems: Vec<_> = rows.iter().map(|row| row["problem"].as_str().unwrap_or_default()).collect();
    assert_eq!(problems, ["1+1?", "2+2?"]);
    assert_eq!(rows[0]["reasoning"], "one and one");
    assert_eq!(rows[0]["solution"], "\\boxed{2}");
    assert_eq!(rows[0]["pass_rate"], 0.5);
    let preference = table(&folder.path().join("run"), "preference");
    assert_eq!(preference.len(), 1, "only one accepted problem has a failed sample");
    let ledger = table(&folder.path().join("run"), "all_samples");
    assert_eq!(ledger.len(), 10);
}

#[test]
fn a_second_start_draws_nothing_and_another_pipeline_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let right = |_: &str, _| "<think>\na\n</think>\n\n\\boxed{2}".to_owned();
    let (_, first) = scripted(folder.path(), &[("1+1?", "2")], right);
    let before = files(&folder.path().join("run/corpus"));
    let (done, second) = scripted(folder.path(), &[("1+1?", "2")], right);
    assert_eq!((first.len(), second.len(), done.accepted), (2, 0, 1));
    assert_eq!(before, files(&folder.path().join("run/corpus")));

    let path = folder.path().join("run/pipeline.toml");
    let text = fs::read_to_string(&path).expect("it is there").replace("per_round = 2", "per_round = 3");
    fs::write(&path, text).expect("it is changed");
    let text = PIPELINE.replace("PROMPTS", &folder.path().join("prompts.jsonl").display().to_string());
    let pipeline =
        config::parse("pipeline.toml", text, &[]).unwrap_or_else(|m| panic!("{}", m.render(false)));
    let options = Options { output: Some(folder.path().join("run")), ..Options::default() };
    let engine = Scripted::new(1, Box::new(|_, _| Ok(completion("x"))));
    let plan = run::plan_with(pipeline, &options, Box::new(engine)).expect("the plan stands");
    let error = run::execute(plan, Arc::new(Stop::default()), &|_| {}).expect_err("another pipeline");
    assert!(error.to_string().contains("another pipeline: it has `per_round = 3`"), "{error}");
}

#[test]
fn a_mix_caps_the_run_and_adds_a_dataset_the_same_at_every_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let general = folder.path().join("general.jsonl");
    let chat = |problem: &str, answer: &str| {
        let user = serde_json::json!({"role": "user", "content": problem});
        serde_json::json!({"messages": [user, {"role": "assistant", "content": answer}]}).to_string()
    };
    let again = chat("3+3?", "<think>\ntwice\n</think>\n\n\\boxed{6}");
    fs::write(&general, [chat("Who?", "A poet."), again, chat("Where?", "There.")].join("\n"))
        .expect("written");
    let mix = format!(
        "[[corpus.mix]]\ncap = {{ of = {{ source = \"prompts\", pass_rate = [0.5, 1] }}, examples = 4 }}\n\
         [[corpus.mix]]\nadd = {{ path = {:?}, domain = \"talk\" }}\n",
        general.display().to_string()
    );
    let problems: Vec<(String, String)> =
        (1..=6).map(|n| (format!("{n}+{n}?"), (2 * n).to_string())).collect();
    let problems: Vec<(&str, &str)> = problems.iter().map(|(p, a)| (p.as_str(), a.as_str())).collect();
    let right = |problem: &str, _| {
        let number: u32 = problem.split('+').next().and_then(|n| n.parse().ok()).expect("n+n?");
        format!("<think>\ntwice\n</think>\n\n\\boxed{{{}}}", 2 * number)
    };
    let (done, _) = scripted_with(folder.path(), &mix, &problems, right);
    assert_eq!((done.accepted, done.corpus.map(|corpus| corpus.examples)), (6, Some(6)));
    assert_eq!(done.funnel.check(), Ok(()));
    let stage = |name: &str| done.funnel.stages.iter().find(|stage| stage.name == name).expect("a stage");
    assert_eq!((stage("mix").kept, stage("mix").dropped["mix.cap"]), (4, 2));
    assert_eq!((stage("added").input, stage("added").kept, stage("added").dropped["dedup.exact"]), (3, 2, 1));

    let run = folder.path().join("run");
    let rows = table(&run, "data");
    let said = |name: &str| -> Vec<String> {
        rows.iter().map(|row| row[name].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(said("problem")[4..], ["Who?", "Where?"], "behind the run's own");
    assert!(said("problem")[..4].is_sorted(), "{:?}", said("problem"));
    assert_eq!(said("source"), ["prompts", "prompts", "prompts", "prompts", "general", "general"]);
    assert_eq!(said("domain")[4..], ["talk", "talk"]);
    assert!(rows[4]["num_tokens"].is_null() && rows[4]["pass_rate"].is_null() && rows[0]["pass_rate"] == 1.0);
    let fates: Vec<_> = table(&run, "all_samples").iter().map(|row| row["fate"].clone()).collect();
    let count = |fate: &str| fates.iter().filter(|found| *found == fate).count();
    assert_eq!((count("accepted"), count("not_in_mix")), (4, 2));
    let card = fs::read_to_string(run.join("corpus/README.md")).expect("a card");
    for line in [
        "4 examples of step-by-step reasoning",
        "| general | 3 | 2 |",
        "| general | talk | 0 | 0 | 0 | – | 2 |",
    ] {
        assert!(card.contains(line), "the card lacks {line:?}:\n{card}");
    }

    // A start that finds everything journalled, and one that finds nothing.
    let before = files(&run.join("corpus"));
    let (_, drawn) = scripted_with(folder.path(), &mix, &problems, right);
    assert!(drawn.is_empty());
    assert_eq!(before, files(&run.join("corpus")));
    fs::remove_dir_all(&run).expect("removed");
    scripted_with(folder.path(), &mix, &problems, right);
    assert_eq!(before, files(&run.join("corpus")));
}

/// A model of static embeddings in the format of model2vec: each word with its row.
fn embedding(folder: &Path, words: &[(&str, [f32; 2])]) {
    let vocabulary: serde_json::Map<String, serde_json::Value> =
        words.iter().enumerate().map(|(id, (word, _))| ((*word).to_owned(), id.into())).collect();
    let tokenizer = serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null,
        "decoder": null, "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    });
    fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).expect("written");
    let bytes: Vec<u8> = words.iter().flat_map(|(_, row)| row.iter().flat_map(|x| x.to_le_bytes())).collect();
    let rows = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![words.len(), 2], &bytes);
    let file = safetensors::serialize([("embeddings", rows.expect("a table"))], None).expect("a tensor");
    fs::write(folder.join("model.safetensors"), file).expect("written");
}

#[test]
fn a_problem_that_means_the_same_as_another_is_not_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = [("[UNK]", [0.0, 0.0]), ("sum", [1.0, 0.0]), ("total", [0.99, 0.1]), ("product", [0.0, 1.0])];
    embedding(folder.path(), &words);
    let more = format!(
        "[dedup]\nsemantic = {{ model = {:?}, cosine_threshold = 0.9 }}\n",
        folder.path().display().to_string()
    );
    let problems = [("sum of 1 and 1?", "2"), ("total of 1 and 1?", "2"), ("product of 2 and 1?", "2")];
    let right = |_: &str, _| "<think>\na\n</think>\n\n\\boxed{2}".to_owned();
    let (done, drawn) = scripted_with(folder.path(), &more, &problems, right);
    assert_eq!(done.accepted, 2);
    assert!(drawn.iter().all(|(problem, _)| !problem.starts_with("total")), "{drawn:?}");
    assert_eq!(done.funnel.stages[0].dropped["prompts.semantic_duplicate"], 1);
    assert_eq!(done.funnel.check(), Ok(()));
    let evidence: Vec<_> = rows(&folder.path().join("run/semantic_duplicates.parquet"), None)
        .expect("it opens")
        .map(|row| row.expect("a row"))
        .collect();
    assert_eq!(evidence.len(), 1);
    assert_eq!(
        (&evidence[0]["prompt_id"], &evidence[0]["duplicate_of"]),
        (&"prompts:1".into(), &"prompts:0".into())
    );
    assert_eq!(evidence[0]["problem"], "total of 1 and 1?");
}

#[test]
fn an_interrupted_run_can_be_made_a_corpus_as_it_is_and_go_on_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let problems: Vec<String> = (0..20).map(|i| format!("{i}+{i}?")).collect();
    let prompts: Vec<String> = (0..20)
        .map(|i| serde_json::json!({"problem": problems[i], "answer": (2 * i).to_string()}).to_string())
        .collect();
    fs::write(folder.path().join("prompts.jsonl"), prompts.join("\n")).expect("the prompts are written");
    let text = PIPELINE.replace("PROMPTS", &folder.path().join("prompts.jsonl").display().to_string());
    // Answers rightly, and stops the run before sample number `stop_at`.
    let start = |output: &str, as_is: bool, stop_at: u32| {
        let pipeline = config::parse("pipeline.toml", text.clone(), &[]).expect("a valid pipeline");
        let stop = Arc::new(Stop::default());
        let (stopped, mut drawn) = (Arc::clone(&stop), 0);
        let engine = Scripted::new(
            2,
            Box::new(move |prompt, _| {
                if drawn == stop_at {
                    stopped.drain();
                }
                drawn += 1;
                let number: u32 =
                    prompt.problem.split('+').next().and_then(|n| n.parse().ok()).expect("i+i?");
                Ok(completion(&format!("<think>\ntwice\n</think>\n\n\\boxed{{{}}}", 2 * number)))
            }),
        );
        let options =
            Options { output: Some(folder.path().join(output).join("run")), as_is, ..Options::default() };
        let plan = run::plan_with(pipeline, &options, Box::new(engine)).expect("the plan stands");
        run::execute(plan, stop, &|_| {})
    };
    let nothing = start("killed", true, u32::MAX).expect_err("nothing is there yet").to_string();
    assert!(nothing.contains("no sample is journalled here"), "{nothing}");
    let first = start("killed", false, 7).expect("it is interrupted");
    assert!(first.interrupted && first.corpus.is_none());
    let as_is = start("killed", true, u32::MAX).expect("it is written");
    assert!(!as_is.interrupted && as_is.funnel.check().is_ok());
    let part = table(&folder.path().join("killed/run"), "data");
    assert_eq!(as_is.accepted as usize, part.len());
    assert!((1..20).contains(&part.len()), "{} rows", part.len());
    let rest = start("killed", false, u32::MAX).expect("it goes on");
    assert_eq!(rest.accepted, 20);
    start("whole", false, u32::MAX).expect("it runs through");
    // The card names the output folder; all the rest is the same.
    let corpus = |run: &str| {
        let mut files = files(&folder.path().join(run).join("run/corpus"));
        files.remove(Path::new("README.md")).expect("the card");
        files
    };
    assert_eq!(corpus("killed"), corpus("whole"));
    assert_eq!(table(&folder.path().join("whole/run"), "data")[..part.len()], part);
}

/// Every file under `folder`, by its path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("inside").to_owned();
                all.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    all
}

/// A small job of the built-in model. The run's name stands in the card, so it is the same everywhere.
fn builtin(folder: &Path, batch: u32, threads: u32) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_datagen"));
    command
        .current_dir(folder)
        .arg("run")
        .arg(root.join("pipelines/quickstart.toml"))
        .args(["--output", "run", "--quiet"])
        .args(["--set", "run.target_examples=24"])
        .args(["--set", &format!("engine.candle.batch={batch}")])
        .args(["--set", &format!("engine.candle.threads={threads}")])
        .stdout(Stdio::null());
    command
}

static NEXT: AtomicU64 = AtomicU64::new(0);

#[test]
fn the_built_in_model_gives_the_same_corpus_at_any_batch_and_threads_killed_or_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = |batch, threads, kills: &[u64]| {
        let at = folder.path().join(NEXT.fetch_add(1, Ordering::Relaxed).to_string());
        fs::create_dir(&at).expect("a folder");
        for millis in kills {
            let mut child = builtin(&at, batch, threads).spawn().expect("it starts");
            std::thread::sleep(Duration::from_millis(*millis));
            _ = child.kill();
            child.wait().expect("it ends");
        }
        let status = builtin(&at, batch, threads).status().expect("it starts");
        assert!(status.success(), "{status}");
        no_sample_twice(&at.join("run/journal"));
        let report = fs::read_to_string(at.join("run/report.html")).expect("a report");
        assert!(report.contains("<dt>examples</dt><dd>24</dd>"), "the report counts what the corpus has");
        files(&at.join("run/corpus"))
    };
    let whole = start(64, 2, &[]);
    assert!(whole.len() > 4, "{:?}", whole.keys());
    for (name, bytes) in start(8, 1, &[700, 1300, 2100]) {
        assert!(whole[&name] == bytes, "{} differs after kills", name.display());
    }
    for (name, bytes) in start(32, 2, &[900]) {
        assert!(whole[&name] == bytes, "{} differs after a kill", name.display());
    }
}

fn no_sample_twice(journal: &Path) {
    let text = fs::read_to_string(journal.join("00000.jsonl")).expect("the journal");
    let mut seen = std::collections::HashSet::new();
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line");
        let candidate = &line["candidate"];
        let key = (candidate["prompt_id"].to_string(), candidate["sample_index"].to_string());
        assert!(seen.insert(key.clone()), "{key:?} was drawn twice");
    }
}

#[test]
fn near_duplicates_and_contaminated_prompts_are_dropped_and_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let words = |from: usize| (from..from + 40).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" ");
    let (benchmark, prompts) = (folder.path().join("bench.csv"), folder.path().join("prompts.jsonl"));
    fs::write(&benchmark, format!("question\n\"{}\"\n", words(900))).expect("written");
    let problems = [
        words(0),
        // A near duplicate of the first problem, and an edited copy of the benchmark's only item.
        format!("{} end", words(0)),
        words(900).replace("word905", "other"),
        words(200),
        words(300),
    ];
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| serde_json::json!({"problem": problem, "answer": "4"}).to_string())
        .collect();
    fs::write(&prompts, lines.join("\n")).expect("written");
    let text = PIPELINE
        .replace("PROMPTS", &prompts.display().to_string())
        .replace("shortest_passing]\nper_prompt = 1", "first_passing]\nper_prompt = 2")
        + &format!(
            "[dedup]\nminhash = {{}}\n[decontaminate]\ncompletions = true\nbenchmarks = [{:?}]\n",
            benchmark.display().to_string()
        );
    let pipeline =
        config::parse("pipeline.toml", text, &[]).unwrap_or_else(|m| panic!("{}", m.render(false)));
    let say = move |problem: &str, index: u32| -> String {
        let chain = match (problem.starts_with("word200"), index) {
            // The second sample repeats the first.
            (true, _) => words(2_000),
            // The first sample holds the benchmark's item; the others differ.
            (false, 0) if problem.starts_with("word300") => words(900),
            (false, index) => words(3_000 + 100 * index as usize + problem.len()),
        };
        format!("<think>\n{chain}\n</think>\n\n\\boxed{{4}}")
    };
    let engine =
        Scripted::new(4, Box::new(move |prompt, sample| Ok(completion(&say(&prompt.problem, sample.index)))));
    let run = folder.path().join("run");
    let options = Options { output: Some(run.clone()), ..Options::default() };
    let plan = run::plan_with(pipeline, &options, Box::new(engine)).expect("the plan stands");
    let done = run::execute(plan, Arc::new(Stop::default()), &|_| {}).expect("the run ends well");
    let stage =
        |name: &str| done.funnel.stages.iter().find(|stage| stage.name == name).expect("a stage").clone();
    let dropped = |name: &str| stage(name).dropped.into_iter().collect::<Vec<_>>();
    assert_eq!(
        dropped("prompts"),
        [("prompts.contaminated".to_owned(), 1), ("prompts.near_duplicate".to_owned(), 1)]
    );
    assert_eq!(dropped("filters"), [("decontaminate.overlap".to_owned(), 1)]);
    assert_eq!(dropped("dedup"), [("dedup.exact".to_owned(), 1)]);
    let ledger = table(&run, "all_samples");
    let fates = |fate: &str| ledger.iter().filter(|row| row["fate"] == fate).count() as u64;
    assert_eq!((fates("duplicate"), fates("accepted")), (1, done.accepted));
    let evidence: Vec<_> = rows(&run.join("decontamination.parquet"), None)
        .expect("it opens")
        .map(|row| row.expect("a row"))
        .collect();
    let parts: Vec<&str> = evidence.iter().map(|row| row["part"].as_str().expect("a part")).collect();
    assert_eq!(parts, ["problem", "completion"]);
    assert!(
        evidence.iter().all(|row| row["benchmark_text"].as_str().is_some_and(|t| t.starts_with("word900")))
    );
}

/// The second problem's answer repeats the first one's and is better by the rule: it takes its place, and the funnel,
/// the ledger and the mix say so.
#[test]
fn the_better_of_two_near_duplicates_stays() {
    let words = |from: usize| (from..from + 200).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" ");
    let say = move |problem: &str, _: u32| {
        let chain = match problem {
            "How much is one and one?" => format!("{} and so on", words(0)),
            "What do two ones give?" => words(0),
            _ => words(500),
        };
        format!("<think>\n{chain}\n</think>\n\n\\boxed{{2}}")
    };
    let problems = [("How much is one and one?", "2"), ("What do two ones give?", "2"), ("4/2?", "2")];
    let cap = "[[corpus.mix]]\ncap = { examples = 2 }\n";
    for (keep, stay) in [
        ("", ["How much is one and one?", "4/2?"]),
        ("keep = \"shortest\"", ["What do two ones give?", "4/2?"]),
        ("keep = \"highest_score\"\nscore = \"pass_rate\"", ["How much is one and one?", "4/2?"]),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let more = format!("[dedup]\nminhash = {{}}\n{keep}\n{cap}");
        let (done, _) = scripted_with(folder.path(), &more, &problems, say);
        assert_eq!((done.funnel.check(), done.accepted), (Ok(()), 2), "{keep}");
        let run = folder.path().join("run");
        let rows = table(&run, "data");
        let found: Vec<_> = rows.iter().map(|row| row["problem"].as_str().unwrap_or_default()).collect();
        assert_eq!(found, stay, "{keep}");
        let stage = |name: &str| done.funnel.stages.iter().find(|stage| stage.name == name).expect("a stage");
        assert_eq!((stage("dedup").dropped["dedup.near"], stage("mix").kept), (1, 2), "{keep}");
        let ledger = table(&run, "all_samples");
        let duplicates = ledger.iter().filter(|row| row["fate"] == "duplicate");
        let gone: Vec<_> = duplicates.map(|row| row["problem"].as_str().unwrap_or_default()).collect();
        assert_eq!(gone.len(), 1, "{keep}");
        assert!(!stay.contains(&gone[0]), "{keep}");
        // In how much memory decides nothing: a second start may have less.
        let before = files(&run.join("corpus"));
        let less = more.replace("[dedup]", "[dedup]\nmemory_mib = 1");
        let (_, drawn) = scripted_with(folder.path(), &less, &problems, say);
        assert_eq!((drawn.len(), files(&run.join("corpus"))), (0, before), "{keep}");
    }
}

#[test]
fn a_score_of_no_stage_is_refused_before_anything_is_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let prompts = folder.path().join("prompts.jsonl");
    fs::write(&prompts, "{\"problem\": \"1+1?\", \"answer\": \"2\"}").expect("written");
    let text = PIPELINE.replace("PROMPTS", &prompts.display().to_string())
        + "[dedup]\nkeep = \"highest_score\"\nscore = \"repetition.loop_chars\"\n";
    let pipeline =
        config::parse("pipeline.toml", text, &[]).unwrap_or_else(|m| panic!("{}", m.render(false)));
    let options = Options { output: Some(folder.path().join("run")), ..Options::default() };
    let engine = Scripted::new(1, Box::new(|_, _| Ok(completion("x"))));
    let error = run::plan_with(pipeline, &options, Box::new(engine)).err().expect("no such stage");
    assert!(error.to_string().contains("figure of `repetition`"), "{error}");
}
