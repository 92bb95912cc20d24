//! `pipeline.toml`: the record as written, and what is said about its mistakes.
//!
//! In: a file and `--set` overrides. Out: a [`Pipeline`] in which every key is known and every value
//! in range, or all mistakes at once, each with its line underlined. It opens nothing that the
//! pipeline names: that is the plan's work (`run`).

mod check;
mod mistake;
mod nearest;
pub mod pipeline;
mod reader;
mod wording;
mod written;

use std::path::Path;

pub use mistake::{Mistake, Mistakes};
pub use pipeline::Pipeline;

use crate::filters;
use mistake::Sources;
use reader::Reader;

/// The sections of a pipeline, in the order in which they are written out.
const SECTIONS: [&str; 12] = [
    "run",
    "prompts",
    "template",
    "engine",
    "sampling",
    "draws",
    "filters",
    "verifiers",
    "select",
    "dedup",
    "decontaminate",
    "corpus",
];

/// Reads the pipeline at `path` with `overrides` (`key.key=value`) laid over it.
///
/// # Errors
/// Every mistake in the file and the overrides.
pub fn load(path: &Path, overrides: &[String]) -> Result<Pipeline, Mistakes> {
    parse(&path.display().to_string(), text(path)?, overrides)
}

/// Reads a pipeline from its text; `name` is what messages call it.
///
/// # Errors
/// Every mistake in the text and the overrides.
pub fn parse(name: &str, text: String, overrides: &[String]) -> Result<Pipeline, Mistakes> {
    let sources = written::sources(name, text, overrides);
    read(&sources).map_err(|mistakes| Mistakes::new(sources, mistakes))
}

/// Reads only the `[[filters]]` of the pipeline at `path`; its other sections may be missing and are
/// not looked into.
///
/// # Errors
/// Every mistake in the filters.
pub fn load_filters(path: &Path) -> Result<Vec<filters::Options>, Mistakes> {
    let sources = written::sources(&path.display().to_string(), text(path)?, &[]);
    let read = |sources: &Sources| {
        let mut reader = open(sources)?;
        let filters = reader.list("filters", "filter", check::filter);
        finish(reader, filters)
    };
    read(&sources).map_err(|mistakes| Mistakes::new(sources, mistakes))
}

fn text(path: &Path) -> Result<String, Mistakes> {
    let bytes = std::fs::read(path).map_err(|error| {
        let help = match error.kind() {
            std::io::ErrorKind::NotFound => "check the path; relative paths start at the working directory",
            std::io::ErrorKind::IsADirectory => "name the pipeline's .toml file, not its folder",
            _ => "check the permissions of the file and of its folder",
        };
        Mistakes::unreadable(path, &format!("cannot read: {error}"), help)
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
        Mistakes::unreadable(path, &format!("line {line} is not UTF-8"), "save the file as UTF-8")
    })
}

fn open(sources: &Sources) -> Result<Reader<'_>, Vec<Mistake>> {
    let (root, mistakes) = written::tree(sources);
    // After a mistake of syntax what follows is guesswork: nothing more is said about the file.
    if mistakes.iter().any(|mistake| mistake.message.starts_with("not valid TOML")) {
        return Err(mistakes);
    }
    Ok(Reader::new(sources, root, mistakes, &SECTIONS))
}

fn finish<T>(reader: Reader<'_>, read: Option<T>) -> Result<T, Vec<Mistake>> {
    match read {
        Some(read) if reader.mistakes.is_empty() => Ok(read),
        _ => Err(reader.mistakes),
    }
}

fn read(sources: &Sources) -> Result<Pipeline, Vec<Mistake>> {
    let mut reader = open(sources)?;
    let r = &mut reader;
    let run = r.required("run", "[run] and below it output = \"runs/first\"", check::run);
    let prompts = r.list("prompts", "prompt source", check::prompts);
    if prompts.as_ref().is_some_and(Vec::is_empty) {
        r.missing("there are no prompts", "[[prompts]] and below it tasks = { count = 100 }");
    }
    let template = r.section("template", check::template);
    let engine =
        r.one("engine", "engine", None, "[engine.candle] and below it model = \"builtin\"", check::engine);
    let sampling = r.section("sampling", check::sampling);
    let draws = r.section("draws", check::draws);
    let filters = r.list("filters", "filter", check::filter);
    let verifiers = r.list("verifiers", "verifier", check::verifier);
    if verifiers.as_ref().is_some_and(Vec::is_empty) {
        r.missing(
            "there is no verifier, so that no sample could pass",
            "[[verifiers]] and below it math = {}",
        );
    }
    let select =
        r.one("select", "selection", Some(Default::default()), "[select.first_passing]", check::select);
    let dedup = r.section("dedup", check::dedup);
    let decontaminate = r.section("decontaminate", check::decontaminate);
    let corpus = r.section("corpus", check::corpus);
    let read = (|| {
        Some(Pipeline {
            run: run?,
            prompts: prompts?,
            template: template?,
            engine: engine?,
            sampling: sampling?,
            draws: draws?,
            filters: filters?,
            verifiers: verifiers?,
            select: select?,
            dedup: dedup?,
            decontaminate: decontaminate?,
            corpus: corpus?,
        })
    })();
    finish(reader, read)
}

/// The pipeline as TOML with every default written out; [`parse`] reads it back to the same.
pub fn to_toml(pipeline: &Pipeline) -> String {
    // Only a path that is not UTF-8 cannot be written, and none comes out of a TOML file.
    toml::to_string(pipeline)
        .unwrap_or_else(|error| format!("# this pipeline cannot be written as TOML: {error}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SMALL: &str = r#"
[run]
output = "runs/a"
[[prompts]]
jsonl = { path = "a.jsonl" }
[engine.candle]
batch = 8
[[filters]]
length = {}
[[verifiers]]
math = {}
"#;

    fn set(overrides: &[&str]) -> Result<Pipeline, Mistakes> {
        let overrides: Vec<String> = overrides.iter().map(|set| (*set).to_owned()).collect();
        parse("small.toml", SMALL.to_owned(), &overrides)
    }

    #[test]
    fn written_out_and_read_back_is_the_same() {
        let pipeline =
            set(&["run.seed=18446744073709551615", "run.target_examples=5", "sampling.stop=[\"a\\n\"]"])
                .expect("a valid pipeline");
        assert_eq!(pipeline.run.seed, u64::MAX);
        let written = to_toml(&pipeline);
        assert!(written.contains("max_new_tokens = 512"), "defaults are written out:\n{written}");
        assert_eq!(parse("again.toml", written.clone(), &[]).expect("valid"), pipeline);
        for line in written.lines().filter(|line| line.starts_with('[')) {
            let name = line.trim_matches(['[', ']']).split('.').next().unwrap_or_default();
            assert!(SECTIONS.contains(&name), "{line}");
        }
    }

    #[test]
    fn overrides_reach_every_place() {
        let pipeline = set(&[
            "run.output=runs/b",
            "sampling.temperature = 0.5",
            "prompts.0.jsonl.path=b c.jsonl",
            "engine.candle.device=cpu",
            "draws={ per_round = 2 }",
            "draws.per_round=3",
            "filters=[]",
        ])
        .expect("a valid pipeline");
        assert_eq!(pipeline.run.output, Path::new("runs/b"));
        assert_eq!(pipeline.sampling.temperature, 0.5);
        let pipeline::Prompts::Jsonl(file) = &pipeline.prompts[0] else { panic!("{:?}", pipeline.prompts) };
        assert_eq!(file.path, Path::new("b c.jsonl"));
        let pipeline::Engine::Candle(options) = &pipeline.engine else { panic!("{:?}", pipeline.engine) };
        assert_eq!((options.batch, options.device), (8, crate::model::device::Device::Cpu));
        assert_eq!(pipeline.draws.per_round, 3);
        assert!(pipeline.filters.is_empty());
        // Another engine takes the place of the file's.
        assert!(matches!(set(&["engine.expert={}"]).expect("valid").engine, pipeline::Engine::Expert(_)));
    }

    #[test]
    fn a_mistake_in_an_override_is_shown_in_the_override() {
        for (overrides, expected) in [
            (&["sampling.temprature=1"][..], "[--set:1:10]"),
            (&["sampling.top_k=3", "draws.per_round=0"], "[--set:1:17]"),
            (&["smapling.top_k=3"], "unknown section `smapling`"),
            (&["a=1\nb=2"], "a --set sets one key"),
            (&["=1"], "not valid TOML"),
            (&[""], "a --set sets one key"),
        ] {
            let shown = set(overrides).expect_err("a mistake").to_string();
            assert!(shown.contains(expected), "{overrides:?}:\n{shown}");
        }
    }

    #[test]
    fn filters_are_read_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("filters.toml");
        std::fs::write(&path, "[[filters]]\nlength = {}\n[run]\nanything = 1\n").expect("written");
        assert_eq!(load_filters(&path).expect("valid").len(), 1);
        std::fs::write(&path, "[[filters]]\nlenght = {}\n").expect("written");
        assert_eq!(load_filters(&path).expect_err("misspelt").list().len(), 1);
        std::fs::write(&path, b"[run]\n# caf\xe9\n").expect("written");
        assert!(load_filters(&path).expect_err("bytes").to_string().contains("line 2 is not UTF-8"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_bad_to_be_answered(
            at in 0usize..SMALL.len(),
            cut in 0usize..20,
            put in "[\\[\\]{}=\"'a-z0-9.,\n#é_-]{0,8}",
            over in "[\\[\\]{}=\"'a-z0-9.é]{0,12}",
        ) {
            let end = (at + cut).min(SMALL.len());
            let text = format!("{}{put}{}", &SMALL[..at], &SMALL[end..]);
            if let Err(mistakes) = parse("x.toml", text, &[over]) {
                prop_assert!(!mistakes.list().is_empty());
                prop_assert!(!mistakes.render(true).is_empty());
            }
        }
    }
}
