//! Tests that a model writes, from the prompt to the verdict: one run asks for tests, one for programs,
//! `datagen tests` checks them against each other, and a third run is judged by what is kept. With
//! scripted answers, in the sandbox.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use datagen::config;
use datagen::engine::scripted::Scripted;
use datagen::engine::{Sample, Stop, Unanswered};
use datagen::record::{Completion, FinishReason, Prompt};
use datagen::run::{self, Done, Options};

/// Draws `count` samples of each prompt of `prompts` and judges them by `verifier`.
fn drawn(
    folder: &Path,
    name: &str,
    prompts: &Path,
    (template, verifier, count): (&str, &str, u32),
    say: impl Fn(&str, u32) -> String + Send + 'static,
) -> (Done, PathBuf) {
    let text = format!(
        "[run]\noutput = \"unused\"\n[[prompts]]\njsonl = {{ path = {prompts:?}, id = \"id\", domain = \"code\" }}\n\
         {template}[engine.expert]\n[draws]\nper_round = {count}\nmax_per_prompt = {count}\nstop_after_passing = {count}\n\
         [[verifiers]]\n{verifier} = {{}}\n"
    );
    let pipeline =
        config::parse("pipeline.toml", text, &[]).unwrap_or_else(|m| panic!("{}", m.render(false)));
    let script = move |prompt: &Prompt, sample: Sample| -> Result<Completion, Unanswered> {
        let text = format!("<think>\nhm\n</think>\n\n```python\n{}\n```", say(&prompt.id, sample.index));
        Ok(Completion { text, finish_reason: FinishReason::Stop, num_tokens: 9, prompt_tokens: 5 })
    };
    let output = folder.join(name);
    let options = Options { output: Some(output.clone()), ..Options::default() };
    let plan = run::plan_with(pipeline, &options, Box::new(Scripted::new(2, Box::new(script))))
        .expect("the plan stands");
    (run::execute(plan, Arc::new(Stop::default()), &|_| {}).expect("the run ends well"), output)
}

#[test]
fn tests_are_written_checked_and_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let prompts = folder.path().join("prompts.jsonl");
    // Of `add` a right program is known; on `double` programs have to agree; for `lone` there is one
    // program, which agrees with nobody.
    let lines = [
        serde_json::json!({"id": "add", "problem": "Add one.", "entry_point": "f", "answer": "def f(x): return x + 1"}),
        serde_json::json!({"id": "double", "problem": "Double it.", "entry_point": "f"}),
        serde_json::json!({"id": "lone", "problem": "Halve it.", "entry_point": "f"}),
    ];
    fs::write(&prompts, lines.map(|line| line.to_string()).join("\n")).expect("written");

    let template = concat!("[template]\npath = \"", env!("CARGO_MANIFEST_DIR"), "/templates/tests.jinja\"\n");
    let (_, written) =
        drawn(folder.path(), "written", &prompts, (template, "written_tests", 2), |id, sample| {
            match (id, sample) {
                // Right, wrong, and one that every program passes.
                ("add", 0) => "assert f(1) == 2\nassert f(1) == 1\nassert f(0) == f(0)",
                ("add", _) => "assert f(5) == 6",
                ("double", 0) => "assert f(2) == 4\nassert f(3) == 6\nassert f(3) == 9",
                ("double", _) => "assert f(0) == 0",
                _ => "assert f(4) == 2",
            }
            .to_owned()
        });
    let (_, solutions) = drawn(folder.path(), "solutions", &prompts, ("", "python", 3), |id, sample| {
        match (id, sample) {
            ("add", 0) => "def f(x): return x",
            ("add", _) => "def f(x): return x + 1",
            ("double", 0 | 1) => "def f(x): return 2 * x",
            ("double", _) => "def f(x): return x * x",
            ("lone", 0) => "def f(x): return x // 2",
            _ => "f = None",
        }
        .to_owned()
    });

    let kept = folder.path().join("kept.jsonl");
    let command = Command::new(env!("CARGO_BIN_EXE_datagen"))
        .args(["tests", "--json", "--written"])
        .arg(&written)
        .arg("--solutions")
        .arg(&solutions)
        .arg("--output")
        .arg(&kept)
        .output()
        .expect("the command runs");
    assert!(command.status.success(), "{}", String::from_utf8_lossy(&command.stderr));
    let said: serde_json::Value = serde_json::from_slice(&command.stdout).expect("JSON");
    assert_eq!(
        said,
        serde_json::json!({
            "prompts": 3, "with_tests": 2, "tests_written": 9, "tests_contradicting": 1, "tests_kept": 3,
        })
    );
    let rows: Vec<serde_json::Value> = fs::read_to_string(&kept)
        .expect("written")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let code = |at: usize| rows[at]["tests"][0]["asserts"]["code"].clone();
    assert_eq!(code(0), serde_json::json!(["assert f(1) == 2", "assert f(5) == 6"]));
    // Of the tests that the two pass, `f(2) == 4` and `f(0) == 0` tell nothing: the wrong one passes them.
    assert_eq!(code(1), serde_json::json!(["assert f(3) == 6"]));

    let (done, _) = drawn(folder.path(), "judged", &kept, ("", "python", 1), |id, _| {
        match id {
            "add" => "def f(x): return x + 1",
            _ => "def f(x): return x * x",
        }
        .to_owned()
    });
    assert_eq!(done.accepted, 1, "the right one alone");
}
