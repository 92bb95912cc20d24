//! What bad input gets at run time: for each kind what a person is shown and the exit code, kept under
//! `tests/bad_input/`, and that nothing is lost. What the config alone decides is in `tests/invalid.rs`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use datagen::corpus::read::rows;

/// Four problems, of which `SAID` holds an answer each.
const PROMPTS: &str = r#"{"problem": "1+1?", "answer": "2"}
{"problem": "2+2?", "answer": "4"}
{"problem": "3+3?", "answer": "6"}
{"problem": "4+4?", "answer": "8"}
"#;
const SAID: &str = r#"{"problem": "1+1?", "completion": "\\boxed{2}"}
{"problem": "2+2?", "completion": "\\boxed{4}"}
{"problem": "3+3?", "completion": "\\boxed{6}"}
{"problem": "4+4?", "completion": "\\boxed{8}"}
"#;
const PIPELINE: &str = r#"
[run]
output = "run"
[[prompts]]
jsonl = { path = "prompts.jsonl" }
[engine.recorded]
paths = ["said.jsonl"]
model = "m"
[draws]
per_round = 1
max_per_prompt = 1
[[verifiers]]
math = {}
"#;
/// Procedural problems and the built-in experts: any number of prompts without a model.
const EXPERTS: &str = r#"
[run]
output = "run"
[[prompts]]
tasks = { count = 400, difficulty = [1, 2] }
[engine.expert]
[draws]
per_round = 1
max_per_prompt = 1
[[verifiers]]
math = {}
[[verifiers]]
python = {}
"#;

/// A folder to run in.
struct Place(tempfile::TempDir);

impl Place {
    /// With a pipeline that runs, its prompts and its completions.
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a folder"));
        place.write("pipeline.toml", PIPELINE);
        place.write("prompts.jsonl", PROMPTS);
        place.write("said.jsonl", SAID);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        fs::create_dir_all(self.path(name).parent().expect("a parent")).expect("a folder");
        fs::write(self.path(name), text).expect("it is written");
        self
    }

    fn run(&self, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_datagen"))
            .current_dir(self.0.path())
            .args(["run", "pipeline.toml", "--quiet"])
            .args(more)
            .output()
            .expect("it starts")
    }

    /// Runs, and compares what is shown with what is kept as `name`.
    fn shows(&self, name: &str, more: &[&str]) {
        shown(name, more, &self.run(more));
    }

    /// The run goes well and keeps `count` examples.
    fn gives(&self, count: usize, more: &[&str]) {
        let output = self.run(more);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(self.corpus().len(), count);
    }

    fn corpus(&self) -> Vec<String> {
        let path = self.path("run/corpus/data/train-00000-of-00001.parquet");
        let row =
            |row: datagen::error::Result<serde_json::Map<_, _>>| row.expect("a row")["problem"].to_string();
        rows(&path, None).expect("it opens").map(row).collect()
    }
}

fn shown(name: &str, more: &[&str], output: &Output) {
    let code = output.status.code().map_or("killed".to_owned(), |code| code.to_string());
    let mut command = vec!["datagen run pipeline.toml"];
    command.extend(more);
    let shown = format!(
        "$ {}\n{}{}exit code {code}\n",
        command.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("bad_input");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

#[test]
fn files_that_are_not_there() {
    let place = Place::new();
    place.gives(4, &[]);
    place.shows("prompts_missing", &["--set", "prompts.0.jsonl.path=gone.jsonl"]);
    place.shows("completions_missing", &["--set", "engine.recorded.paths=[\"gone.jsonl\"]"]);
    place.shows("template_missing", &["--set", "template.path=gone.jinja"]);
    place.shows("few_shot_missing", &["--set", "template.few_shot={path=\"gone.parquet\",examples=1}"]);
    place.shows("prompts_a_folder", &["--set", "prompts.0.jsonl.path=run"]);
    // What was there before is still there.
    assert_eq!(place.corpus().len(), 4);
}

#[test]
fn a_pipeline_that_is_not_there() {
    let place = Place::new();
    fs::remove_file(place.path("pipeline.toml")).expect("it was there");
    place.shows("pipeline_missing", &[]);
}

#[test]
fn rows_that_cannot_be_read() {
    for (name, bad) in [
        ("row_cut_off", "{\"problem\": \"5+5?\", \"ans"),
        ("row_not_json", "{\"problem\": 5+5?}\n"),
        ("row_not_an_object", "[\"5+5?\"]\n"),
        ("row_without_problem", "{\"answer\": \"10\"}\n"),
        ("row_problem_of_another_type", "{\"problem\": {\"text\": \"5+5?\"}, \"answer\": \"10\"}\n"),
    ] {
        let place = Place::new();
        // The bad row is the third; what comes after a whole one is read.
        let after = if bad.ends_with('\n') { "{\"problem\": \"4+4?\", \"answer\": \"8\"}\n" } else { "" };
        let two: String = PROMPTS.lines().take(2).map(|line| format!("{line}\n")).collect();
        place.write("prompts.jsonl", format!("{two}{bad}{after}"));
        place.shows(name, &[]);
        assert!(!place.path("run").exists(), "nothing was started");
        place.gives(2 + usize::from(!after.is_empty()), &["--set", "prompts.0.jsonl.on_error=skip"]);
    }
    let place = Place::new();
    place.write("prompts.jsonl", [PROMPTS.as_bytes(), b"{\"problem\": \"caf\xe9\"}\n"].concat());
    place.shows("row_not_utf8", &[]);
    place.gives(4, &["--set", "prompts.0.jsonl.on_error=skip"]);
    place.write("said.jsonl", format!("{SAID}{{\"problem\": \"1+1?\", \"compl"));
    place.shows("completion_cut_off", &["--set", "prompts.0.jsonl.on_error=skip"]);
}

#[test]
fn parquet_that_cannot_be_read() {
    let place = Place::new();
    place.gives(4, &[]);
    let whole = fs::read(place.path("run/corpus/data/train-00000-of-00001.parquet")).expect("a Parquet file");
    let pipeline =
        PIPELINE.replace("jsonl = { path = \"prompts.jsonl\" }", "parquet = { path = \"prompts.parquet\" }");
    place.write("pipeline.toml", pipeline);
    place.write("prompts.parquet", &whole).gives(4, &["--output", "again"]);
    place.write("prompts.parquet", &whole[..whole.len() / 2]);
    place.shows("parquet_cut_off", &["--output", "cut"]);
    // The footer is whole, the pages before it are not.
    let footer = u32::from_le_bytes(whole[whole.len() - 8..][..4].try_into().expect("four bytes")) as usize;
    let mut damaged = whole.clone();
    damaged[4..whole.len() - 8 - footer].fill(0xff);
    place.write("prompts.parquet", &damaged);
    place.shows("parquet_page_damaged", &["--output", "damaged"]);
    place.write("prompts.parquet", &whole);
    place.shows(
        "parquet_column_missing",
        &["--output", "column", "--set", "prompts.0.parquet.problem=question"],
    );
}

#[test]
fn no_prompts_or_none_that_is_answered() {
    let place = Place::new();
    place.write("prompts.jsonl", "").shows("prompts_empty", &[]);
    place.write("prompts.jsonl", "{\"problem\": \" \"}\n\n{}\n");
    place.shows("prompts_all_skipped", &["--set", "prompts.0.jsonl.on_error=skip"]);
    place.write("prompts.jsonl", "{\"problem\": \"9+9?\", \"answer\": \"18\"}\n");
    place.shows("prompts_without_completion", &[]);
    place.shows("prompts_unknown_to_experts", &["--set", "engine={expert={}}"]);
    assert!(!place.path("run").exists(), "nothing was started");
}

#[test]
fn a_template_that_fails_on_one_row() {
    let place = Place::new();
    place.write("ask.jinja", "{% if '3' in problem %}{{ problem.text.first }}{% endif %}{{ problem }}");
    place.shows("template_fails_on_a_row", &["--set", "template.path=ask.jinja"]);
    place.write("ask.jinja", "{{ problem ");
    place.shows("template_unclosed", &["--set", "template.path=ask.jinja"]);
    assert!(!place.path("run").exists(), "nothing was started");
}

/// The built-in model as a folder.
fn model(place: &Place) {
    let builtin = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/builtin");
    for entry in fs::read_dir(builtin).expect("the built-in model") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        place.write(&format!("model/{name}"), fs::read(path).expect("a file"));
    }
}

#[test]
fn broken_checkpoints() {
    let place = Place::new();
    let engine = ["--set", "engine={candle={model=\"model\"}}"];
    place.shows("model_missing", &engine);
    let cut = |name: &str, keep: f64| {
        let bytes = fs::read(place.path(name)).expect("a file");
        place.write(name, &bytes[..(bytes.len() as f64 * keep) as usize]);
    };
    let shards: Vec<String> = {
        model(&place);
        let names = fs::read_dir(place.path("model")).expect("the model");
        let mut shards: Vec<String> = names
            .map(|entry| format!("model/{}", entry.expect("an entry").file_name().to_string_lossy()))
            .filter(|name| name.ends_with(".safetensors"))
            .collect();
        shards.sort();
        shards
    };
    let last = shards.last().expect("weights").clone();
    let says = |damage: &dyn Fn(), parts: &[&str]| {
        model(&place);
        damage();
        let output = place.run(&engine);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // Which tensor and how many bytes follows the model that is built in: the words are looked for.
        assert!(parts.iter().all(|part| said.contains(part)) && said.contains("help:"), "{said}");
        assert!(matches!(output.status.code(), Some(1 | 2)), "{:?}", output.status);
    };
    says(&|| cut(&last, 0.5), &[&last, "cut short inside tensor", "fetch it again"]);
    says(&|| fs::remove_file(place.path(&last)).expect("it was there"), &[&last, "cannot open"]);
    says(
        &|| {
            // The name of a tensor, in the header, changed in place.
            let mut bytes = fs::read(place.path(&last)).expect("a file");
            let at = bytes.windows(6).position(|w| w == b"layers").expect("a layer's tensor");
            bytes[at..at + 6].copy_from_slice(b"lairs_");
            place.write(&last, bytes);
        },
        &["tensor model.layers.", "is missing", "do not belong together"],
    );
    model(&place);
    place.write("model/config.json", "{\"architectures\": [\"Qwen3ForCausalLM\"],\n \"vocab_size\": ");
    place.shows("model_config_cut_off", &engine);
    place.write("model/config.json", "{\"architectures\": [\"MambaForCausalLM\"]}");
    place.shows("model_of_another_kind", &engine);
    model(&place);
    fs::remove_file(place.path("model/tokenizer.json")).expect("it was there");
    place.shows("model_without_tokenizer", &engine);
    place.write("model/tokenizer.json", "{\"model\": {}}");
    place.shows("model_tokenizer_broken", &engine);
    model(&place);
    place.write("model/tokenizer_config.json", "{}");
    place.shows("model_without_chat_template", &engine);
    assert!(!place.path("run").exists(), "nothing was started");
}

#[test]
fn a_folder_of_another_run() {
    let place = Place::new();
    place.gives(4, &[]);
    let journal = fs::read(place.path("run/journal/00000.jsonl")).expect("the journal");
    place.shows("folder_of_another_pipeline", &["--set", "run.seed=7"]);
    place.shows("folder_of_another_limit", &["--limit", "2"]);
    assert_eq!(fs::read(place.path("run/journal/00000.jsonl")).expect("the journal"), journal);
    assert_eq!(place.corpus().len(), 4);
    place.gives(2, &["--limit", "2", "--fresh"]);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let place = Place::new();
    place.write("run", "a file").shows("folder_is_a_file", &[]);
    assert_eq!(fs::read_to_string(place.path("run")).expect("it is still there"), "a file");
}

#[test]
fn two_runs_in_one_folder() {
    let place = Place::new();
    place.gives(4, &[]);
    let other = File::options().write(true).open(place.path("run/journal/lock")).expect("the lock");
    other.lock().expect("it is free");
    place.shows("folder_in_use", &[]);
    // Starting over in a folder that another run writes to would pull it from under it.
    place.shows("folder_in_use_fresh", &["--fresh"]);
    assert_eq!(place.corpus().len(), 4);
    drop(other);
    place.gives(4, &["--fresh"]);
}

#[test]
fn journals_that_were_torn_or_changed() {
    let place = Place::new();
    place.gives(4, &[]);
    let corpus = place.corpus();
    let path = place.path("run/journal/00000.jsonl");
    let whole = fs::read_to_string(&path).expect("the journal");
    // Torn at its end, as a kill leaves it: mended without a word, and the corpus is the same.
    fs::write(&path, &whole[..whole.len() - 30]).expect("it is cut");
    fs::remove_dir_all(place.path("run/corpus")).expect("the corpus");
    place.gives(4, &[]);
    assert_eq!(place.corpus(), corpus);
    // Broken inside: somebody did that, and it is not repaired in silence.
    let broken = whole.replacen("\"candidate\"", "\"candi", 1);
    fs::write(&path, &broken).expect("it is changed");
    place.shows("journal_broken_inside", &[]);
    assert_eq!(fs::read_to_string(&path).expect("the journal"), broken, "nothing is lost");
    // As the message says.
    let rest: String = broken.lines().skip(1).map(|line| format!("{line}\n")).collect();
    fs::write(&path, rest).expect("it is changed");
    place.gives(4, &[]);
    assert_eq!(place.corpus(), corpus);
}

#[test]
fn a_server_that_cannot_be_used() {
    let place = Place::new();
    let server =
        |more: &str| format!("engine={{openai={{base_url=\"http://127.0.0.1:1/v1\",model=\"m\"{more}}}}}");
    place.shows("server_key_not_set", &["--set", &server(",api_key_env=\"DATAGEN_TEST_NO_SUCH_KEY\"")]);
    place.shows("server_not_there", &["--set", &server(",max_retries=0")]);
}

/// A disk of 256 KiB, in a mount namespace of its own: full in the middle of the run, then larger.
#[test]
fn a_disk_that_is_full() {
    let place = Place::new();
    place.write("pipeline.toml", EXPERTS);
    let datagen = env!("CARGO_BIN_EXE_datagen");
    let script = format!(
        "mount -t tmpfs -o size=256k none disk || exit 99
         '{datagen}' run pipeline.toml --quiet --output disk/run >first.out 2>first.err; echo $? >first.code
         cp disk/run/journal/00000.jsonl kept.jsonl
         mount -o remount,size=64m disk || exit 99
         '{datagen}' run pipeline.toml --quiet --output disk/run >second.out 2>second.err || exit 98
         cp -r disk/run .
         "
    );
    fs::create_dir(place.path("disk")).expect("a folder");
    let done = Command::new("unshare")
        .current_dir(place.0.path())
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
        .output();
    let Ok(done) = done else {
        return eprintln!("SKIPPED a_disk_that_is_full: there is no `unshare`");
    };
    let read = |name: &str| fs::read(place.path(name)).unwrap_or_default();
    match done.status.code() {
        Some(0) => {}
        Some(98) => panic!("{}", String::from_utf8_lossy(&read("second.err"))),
        _ => {
            let why = String::from_utf8_lossy(&done.stderr).into_owned();
            return eprintln!("SKIPPED a_disk_that_is_full: no disk of a chosen size can be had here: {why}");
        }
    }
    let first = String::from_utf8_lossy(&read("first.err")).into_owned();
    assert_eq!(String::from_utf8_lossy(&read("first.code")).trim(), "1", "{first}");
    assert!(first.starts_with("error: disk/run/journal/00000.jsonl: cannot write: No space left"), "{first}");
    assert!(first.contains("help: the disk is full: make room and run the same command again"), "{first}");
    // Everything that was journalled before is in the journal after, and is not drawn again.
    let (kept, whole) = (read("kept.jsonl"), read("run/journal/00000.jsonl"));
    let lines = kept.iter().rposition(|&byte| byte == b'\n').expect("a whole line") + 1;
    assert!(whole.starts_with(&kept[..lines]), "a line was lost");
    assert_eq!(place.corpus().len(), 400);
}
