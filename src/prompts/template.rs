//! The template: a problem becomes the messages that the model answers. In: a prompt, and worked examples
//! where the pipeline gives some. Out: an optional system message and the user's. The reference answer
//! and the tests are never shown to the template.

use std::path::{Path, PathBuf};

use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind as Jinja, UndefinedBehavior, context};
use serde::{Deserialize, Serialize};

use super::files::rows::{self, Kind};
use crate::error::{Error, Result};
use crate::record::{Message, Prompt, Role};
use crate::rng::Rng;

/// The template used without `path`.
const BUILTIN: &str = include_str!("../../templates/reason.jinja");
/// What the built-in template is called in messages.
const BUILTIN_NAME: &str = "templates/reason.jinja";
/// Instructions that one rendering may take: a template that runs in circles ends with an error.
const FUEL: u64 = 1_000_000;
/// Worked examples are taken from the first this many rows of their file.
const MAX_EXAMPLES: usize = 10_000;
/// What a template can use.
const VARIABLES: &str = "problem, domain, source, entry_point, difficulty, examples";

/// `[template]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Template {
    /// A Jinja file that gives the user's message; without it, the problem alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// A system message before the user's, as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Worked examples shown before the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub few_shot: Option<FewShot>,
}

/// `few_shot = { path = …, examples = … }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FewShot {
    /// A Parquet or JSON Lines file with the columns `problem`, `reasoning`, `solution`.
    pub path: PathBuf,
    /// How many examples each prompt is shown.
    #[serde(default = "two")]
    pub examples: u32,
}

fn two() -> u32 {
    2
}

/// A worked example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Worked {
    /// The problem.
    pub problem: String,
    /// The chain of thought.
    pub reasoning: String,
    /// The solution.
    pub solution: String,
}

/// A template that was read and compiled, with its worked examples.
#[derive(Debug)]
pub struct Loaded {
    environment: Environment<'static>,
    path: PathBuf,
    system: Option<String>,
    examples: Vec<Worked>,
    per_prompt: usize,
    seed: u64,
}

impl Template {
    /// Reads and compiles the template and reads the worked examples. `seed`, the run's, decides which
    /// examples a prompt is shown.
    ///
    /// # Errors
    /// A file cannot be read, the template's syntax is wrong, or an example lacks a column.
    pub fn load(&self, seed: u64) -> Result<Loaded> {
        let (path, source) = match &self.path {
            None => (PathBuf::from(BUILTIN_NAME), BUILTIN.to_owned()),
            Some(path) => {
                let bytes =
                    std::fs::read(path).map_err(|error| Error::io("cannot read", path, error).as_config())?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| Error::config("not UTF-8").at(path).help("save the template as UTF-8"))?;
                (path.clone(), text)
            }
        };
        let (examples, per_prompt) = match &self.few_shot {
            None => (Vec::new(), 0),
            Some(few_shot) => (few_shot.read()?, few_shot.examples as usize),
        };
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        // What is rendered is text for a model, whatever the file's ending says.
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        // A run has one template, for as long as the process lives.
        let source: &'static str = source.leak();
        environment
            .add_template("template", source)
            .map_err(|error| located(&error, &path, "the template cannot be read"))?;
        Ok(Loaded { environment, path, system: self.system.clone(), examples, per_prompt, seed })
    }
}

impl FewShot {
    fn read(&self) -> Result<Vec<Worked>> {
        let mut examples = Vec::new();
        let columns = ["problem", "reasoning", "solution"];
        rows::each(Kind::of(&self.path), &self.path, &columns, &[], &mut |line, row| {
            let worked = row.and_then(|row| {
                let text = |name: &str| match row.get(name) {
                    Some(serde_json::Value::String(text)) => Ok(text.trim().to_owned()),
                    Some(_) => Err(format!("the column `{name}` is not a text")),
                    None => Err(format!("there is no column `{name}`")),
                };
                Ok(Worked {
                    problem: text("problem")?,
                    reasoning: text("reasoning")?,
                    solution: text("solution")?,
                })
            });
            examples.push(worked.map_err(|what| {
                Error::config(what)
                    .at_line(&self.path, line)
                    .help("worked examples are rows with the texts problem, reasoning and solution")
            })?);
            Ok(examples.len() < MAX_EXAMPLES)
        })?;
        if examples.len() < self.examples as usize {
            return Err(Error::config(format!(
                "there are {} worked examples, {} are to be shown",
                examples.len(),
                self.examples
            ))
            .at(&self.path)
            .help("give more, or lower template.few_shot.examples"));
        }
        Ok(examples)
    }
}

impl Loaded {
    /// The messages that the model answers.
    ///
    /// # Errors
    /// The template fails on this prompt, or gives nothing.
    pub fn messages(&self, prompt: &Prompt) -> Result<Vec<Message>> {
        let failed = |error: minijinja::Error| {
            located(&error, &self.path, &format!("the template fails on the prompt `{}`", prompt.id))
        };
        let template = self.environment.get_template("template").map_err(failed)?;
        let rendered = template
            .render(context! {
                problem => prompt.problem.as_str(),
                domain => prompt.domain.as_str(),
                source => prompt.source.as_str(),
                entry_point => prompt.entry_point.as_deref(),
                difficulty => prompt.difficulty,
                examples => minijinja::Value::from(Serde(self.shown_to(prompt))),
            })
            .map_err(failed)?;
        let rendered = rendered.trim();
        if rendered.is_empty() {
            let what = format!("the template gives nothing for the prompt `{}`", prompt.id);
            return Err(Error::config(what).at(&self.path).help("a template must hold {{ problem }}"));
        }
        let system = self.system.iter().map(|text| Message::new(Role::System, text.as_str()));
        Ok(system.chain([Message::new(Role::User, rendered)]).collect())
    }

    /// The texts of the worked examples that a prompt is shown, for those who look for them in its answers.
    pub fn examples_shown_to(&self, prompt: &Prompt) -> Vec<&str> {
        self.shown_to(prompt)
            .into_iter()
            .flat_map(|one| [one.problem.as_str(), one.reasoning.as_str(), one.solution.as_str()])
            .collect()
    }

    /// The worked examples that a prompt is shown: chosen by the run's seed and the prompt's id, and never
    /// the prompt's own solution.
    fn shown_to(&self, prompt: &Prompt) -> Vec<&Worked> {
        let mut rng = Rng::named(self.seed, &prompt.id, 0);
        let mut shown: Vec<&Worked> = Vec::with_capacity(self.per_prompt);
        // A file of one and the same problem over and over must not keep this going for ever.
        for _ in 0..self.per_prompt.saturating_mul(32) {
            if shown.len() == self.per_prompt {
                break;
            }
            let Some(one) = self.examples.get(rng.below(self.examples.len() as u64) as usize) else { break };
            let again = shown.iter().any(|other| other.problem == one.problem);
            if !again && one.problem != prompt.problem.trim() {
                shown.push(one);
            }
        }
        shown
    }
}

/// A template's error with its file and line.
fn located(error: &minijinja::Error, path: &Path, what: &str) -> Error {
    let said = error
        .detail()
        .map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    let located = Error::config(format!("{what}: {said}"));
    let located = match error.line() {
        Some(line) => located.at_line(path, line as u64),
        None => located.at(path),
    };
    match error.kind() {
        Jinja::UndefinedError => located.help(format!("a template can use {VARIABLES}")),
        Jinja::OutOfFuel => {
            located.help("the template takes too many steps: does it loop over something huge?")
        }
        Jinja::SyntaxError => located.help("see https://jinja.palletsprojects.com/templates for the syntax"),
        _ => located,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt() -> Prompt {
        Prompt {
            id: "s:1".to_owned(),
            source: "s".to_owned(),
            domain: "math".to_owned(),
            problem: "What is <b>1+1</b>?\n{{ no }}".to_owned(),
            answer: Some("2".to_owned()),
            entry_point: None,
            tests: Vec::new(),
            difficulty: Some(3),
        }
    }

    fn with(text: &str) -> (tempfile::TempDir, Template) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.html");
        std::fs::write(&path, text).expect("written");
        (folder, Template { path: Some(path), ..Template::default() })
    }

    #[test]
    fn the_builtin_template_is_the_problem_alone() {
        let loaded = Template::default().load(1).expect("built in");
        assert_eq!(
            loaded.messages(&prompt()).expect("rendered"),
            [Message::new(Role::User, prompt().problem)]
        );
    }

    #[test]
    fn worked_examples_come_first_and_are_not_the_prompt_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("worked.jsonl");
        let row = |problem: &str| serde_json::json!({"problem": problem, "reasoning": "r", "solution": "s"});
        let rows: Vec<String> = ["a", "b", &prompt().problem].map(|problem| row(problem).to_string()).into();
        std::fs::write(&path, rows.join("\n")).expect("written");
        let template = Template {
            system: Some("Think.".to_owned()),
            few_shot: Some(FewShot { path: path.clone(), examples: 2 }),
            ..Template::default()
        };
        let loaded = template.load(1).expect("loaded");
        let messages = loaded.messages(&prompt()).expect("rendered");
        assert_eq!(messages[0], Message::new(Role::System, "Think."));
        let worked = |problem: &str| format!("{problem}\n\n<think>\nr\n</think>\n\ns\n\n---\n\n");
        let either = [("a", "b"), ("b", "a")]
            .map(|(one, two)| format!("{}{}{}", worked(one), worked(two), prompt().problem));
        assert!(either.contains(&messages[1].content), "{}", messages[1].content);
        let mut shown = loaded.examples_shown_to(&prompt());
        shown.sort_unstable();
        assert_eq!(shown, ["a", "b", "r", "r", "s", "s"]);
        assert_eq!(
            loaded.messages(&prompt()).expect("again"),
            messages,
            "the same seed gives the same examples"
        );
        std::fs::write(&path, "{\"problem\":\"a\",\"reasoning\":\"r\"}").expect("written");
        let error = template.load(1).expect_err("no solution").to_string();
        assert!(error.ends_with("worked.jsonl:1: there is no column `solution`"), "{error}");
    }

    #[test]
    fn variables_and_methods() {
        let text = "{{ domain.upper() }} {{ source }} {{ difficulty }} {{ entry_point is none }} {{ problem.split('?')[0] }}";
        let (_folder, template) = with(text);
        let messages = template.load(0).and_then(|loaded| loaded.messages(&prompt())).expect("rendered");
        assert_eq!(messages[0].content, "MATH s 3 True What is <b>1+1</b>");
    }

    #[test]
    fn errors_name_file_line_and_prompt() {
        for (text, expected, help) in [
            (
                "a\n{{ answer }}",
                ":2: the template fails on the prompt `s:1`: undefined value",
                "can use problem",
            ),
            ("{% for x in %}", ":1: the template cannot be read: syntax error", "syntax"),
            (
                "{% for i in range(99999) %}{% for j in range(99999) %}{{ j }}{% endfor %}{% endfor %}",
                "fuel",
                "steps",
            ),
            ("{# nothing #}\n", ": the template gives nothing for the prompt `s:1`", "must hold"),
        ] {
            let (_folder, template) = with(text);
            let error = template.load(0).and_then(|loaded| loaded.messages(&prompt())).expect_err("an error");
            assert!(error.to_string().contains(expected), "{error}");
            assert!(error.remedy().is_some_and(|remedy| remedy.contains(help)), "{:?}", error.remedy());
        }
    }
}
