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
const SECTIONS: [&str; 11] = [
    "run", "prompts", "template", "engine", "sampling", "draws", "filters", "verifiers", "select", "dedup", "corpus",
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
    let engine = r.one("engine", "engine", None, "[engine.candle] and below it model = \"builtin\"", check::engine);
    let sampling = r.section("sampling", check::sampling);
    let draws = r.section("draws", check::draws);
    let filters = r.list("filters", "filter", check::filter);
    let verifiers = r.list("verifiers", "verifier", check::verifier);
    if verifiers.as_ref().is_some_and(Vec::is_empty) {
        r.missing("there is no verifier, so that no sample could pass", "[[verifiers]] and below it math = {}");
    }
    let select = r.one("select", "selection", Some(Default::default()), "[select.first_passing]", check::select);
    let dedup = r.section("dedup", |_| Vec::new());
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
            corpus: corpus?,
        })
    })();
    finish(reader, read)
}

/// The pipeline as TOML with every default written out; [`parse`] reads it back to the same.
pub fn to_toml(pipeline: &Pipeline) -> String {
    // Only a path that is not UTF-8 cannot be written, and none comes out of a TOML file.
    toml::to_string(pipeline).unwrap_or_else(|error| format!("# this pipeline cannot be written as TOML: {error}\n"))
}
