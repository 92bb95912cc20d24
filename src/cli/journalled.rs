//! A run folder as rows: its journal, each completion joined with its prompt, so that filters can judge
//! it anew. In: the run's resolved pipeline and journal, only read. Out: rows as `datagen filter` takes them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::failure::Failure;
use super::lines::Row;
use crate::config;
use crate::error::Error;
use crate::prompts::template;
use crate::run::journal::Line;
use crate::run::prompts::Prompts;

/// The journal of a run folder.
pub struct Journalled {
    prompts: Prompts,
    positions: HashMap<String, usize>,
    /// The run's template, which knows the worked examples that a prompt was shown.
    pub template: template::Loaded,
    /// The journal's files, in order.
    pub segments: Vec<PathBuf>,
}

impl Journalled {
    /// Finds the journal of the run in `folder` and reads the run's prompts.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let journal = folder.join("journal");
        let entries = std::fs::read_dir(&journal).map_err(|error| {
            let help = "a folder as input must be a run folder: it holds pipeline.toml and journal/";
            Error::io("cannot read", &journal, error).as_config().help(help)
        })?;
        let mut segments: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
            .collect();
        segments.sort();
        let pipeline = config::load(&folder.join("pipeline.toml"), &[])?;
        let prompts = Prompts::read(&pipeline.prompts, pipeline.run.seed, None, None, None)?;
        let positions = (0..prompts.len()).map(|position| (prompts.id(position), position)).collect();
        let template = pipeline.template.load(pipeline.run.seed)?;
        Ok(Self { prompts, positions, template, segments })
    }

    /// A line of the journal as a row of `datagen filter`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the line.
    pub fn row(&self, line: Row) -> Result<Row, String> {
        let line: Line = serde_json::from_value(Value::Object(line))
            .map_err(|error| format!("not a line of a journal: {error}"))?;
        let (candidate, completion) = (&line.candidate, &line.candidate.completion);
        let id = &candidate.prompt_id;
        let position = self.positions.get(id).ok_or_else(|| format!("the pipeline has no prompt `{id}`"))?;
        let prompt = self.prompts.get(*position);
        let mut row = Row::new();
        let mut put = |key: &str, value: Value| drop(row.insert(key.to_owned(), value));
        put("id", id.as_str().into());
        put("sample_index", candidate.sample_index.into());
        put("source", prompt.source.as_str().into());
        put("domain", prompt.domain.as_str().into());
        put("problem", prompt.problem.as_str().into());
        put("answer", prompt.answer.as_deref().into());
        if let Some(entry_point) = &prompt.entry_point {
            put("entry_point", entry_point.as_str().into());
        }
        put("completion", completion.text.as_str().into());
        put("finish_reason", completion.finish_reason.as_str().into());
        put("num_tokens", completion.num_tokens.into());
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Candidate, Completion, FinishReason};

    #[test]
    fn lines_are_joined_with_their_prompts() {
        let folder = tempfile::tempdir().expect("a folder");
        let problems = folder.path().join("p.jsonl");
        std::fs::write(&problems, "{\"problem\":\"1+1?\",\"answer\":2}").expect("written");
        let toml = format!(
            "[run]\noutput = \"r\"\n[[prompts]]\njsonl = {{ path = {:?} }}\n[engine.expert]\n[[verifiers]]\nmath = {{}}\n",
            problems.display().to_string()
        );
        std::fs::write(folder.path().join("pipeline.toml"), toml).expect("written");
        assert!(Journalled::open(folder.path()).is_err(), "there is no journal yet");
        std::fs::create_dir(folder.path().join("journal")).expect("made");
        for name in ["00001.jsonl", "lock", "00000.jsonl"] {
            std::fs::write(folder.path().join("journal").join(name), "").expect("written");
        }
        let journalled =
            Journalled::open(folder.path()).unwrap_or_else(|failure| panic!("{}", failure.render(false)));
        let names: Vec<_> = journalled.segments.iter().filter_map(|path| path.file_name()).collect();
        assert_eq!(names, ["00000.jsonl", "00001.jsonl"]);
        let line = |id: &str| {
            let completion = Completion {
                text: "<think>".to_owned(),
                finish_reason: FinishReason::Length,
                num_tokens: 7,
                prompt_tokens: 3,
            };
            let candidate = Candidate {
                prompt_id: id.to_owned(),
                sample_index: 4,
                seed: 1,
                completion,
                filters: Vec::new(),
                verdicts: Vec::new(),
            };
            match serde_json::to_value(Line { key: "k".to_owned(), candidate }).expect("JSON") {
                Value::Object(row) => row,
                other => panic!("{other}"),
            }
        };
        let row = journalled.row(line("p:0")).expect("a row");
        assert_eq!(
            Value::Object(row).to_string(),
            r#"{"id":"p:0","sample_index":4,"source":"p","domain":"math","problem":"1+1?","answer":"2","completion":"<think>","finish_reason":"length","num_tokens":7}"#
        );
        assert_eq!(journalled.row(line("p:9")).expect_err("unknown"), "the pipeline has no prompt `p:9`");
    }
}
