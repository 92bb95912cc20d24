//! What a section must satisfy besides its types. In: sections as read. Out: the keys at fault. Opens no
//! file and starts nothing.

use std::path::Path;

use super::nearest;
use super::pipeline::{Engine, Prompts, Run, Tasks};
use super::reader::{Wrong, mentions};
use crate::engine::{self, Sampling};
use crate::prompts::decontaminate::Decontaminate;
use crate::prompts::{files, tasks, template};
use crate::run::draws::Draws;
use crate::select::Select;
use crate::{corpus, dedup, filters, verifiers};

/// `[run]`
pub fn run(run: &Run) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if run.output.as_os_str().is_empty() {
        wrong.push(
            Wrong::new("output", "output must not be empty")
                .label("empty")
                .help("name the run's folder: output = \"runs/first\""),
        );
    }
    if run.target_examples == Some(0) {
        let help = "leave target_examples out to draw every prompt";
        wrong.push(Wrong::new("target_examples", "target_examples must be at least 1").help(help));
    }
    wrong
}

/// A `[[prompts]]` entry.
pub fn prompts(prompts: &Prompts) -> Vec<Wrong> {
    match prompts {
        Prompts::Jsonl(file) | Prompts::Csv(file) | Prompts::Parquet(file) => prompt_file(file),
        Prompts::Tasks(tasks) => procedural(tasks),
    }
}

fn prompt_file(file: &files::File) -> Vec<Wrong> {
    let mut wrong = path("path", &file.path);
    if file.limit == Some(0) {
        wrong.push(Wrong::new("limit", "limit must be at least 1").help("leave limit out to read every row"));
    }
    if file.answer_after.as_deref() == Some("") {
        let help = "leave answer_after out to take the whole column";
        wrong.push(Wrong::new("answer_after", "answer_after must not be empty").label("empty").help(help));
    }
    wrong
}

fn path(key: &str, path: &Path) -> Vec<Wrong> {
    if path.as_os_str().is_empty() {
        return vec![Wrong::new(key, format!("{key} must not be empty")).label("empty")];
    }
    Vec::new()
}

fn procedural(options: &Tasks) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let known: Vec<&str> = tasks::FAMILIES.iter().map(|entry| entry.name).collect();
    for (index, name) in options.families.iter().enumerate() {
        let at = |message: String| Wrong::new("families", message).entry(index);
        if !known.contains(&name.as_str()) {
            let mut unknown = at(format!("unknown task family `{name}`")).label("not known");
            unknown.help = nearest::hint(name, &known, "the families are");
            wrong.push(unknown);
        } else if options.families[..index].contains(name) {
            let help = "name each family once; they are drawn in turn";
            wrong.push(at(format!("the family `{name}` is named twice")).label("again").help(help));
        }
    }
    let [low, high] = options.difficulty;
    let levels = format!("levels run from {} to {}", tasks::DIFFICULTIES.start(), tasks::DIFFICULTIES.end());
    for (index, level) in options.difficulty.iter().enumerate() {
        if !tasks::DIFFICULTIES.contains(level) {
            let at = Wrong::new("difficulty", format!("there is no difficulty {level}")).entry(index);
            wrong.push(at.help(&levels));
        }
    }
    if wrong.is_empty() && low > high {
        let help = format!("write the lower one first: difficulty = [{high}, {low}]");
        let message = format!("difficulty runs from {low} down to {high}");
        wrong.push(Wrong::new("difficulty", message).label("the wrong way round").help(help));
    }
    if options.count == 0 {
        wrong.push(Wrong::new("count", "count must be at least 1"));
    }
    if wrong.is_empty() {
        wrong.extend(too_many(options));
    }
    wrong
}

/// More problems asked for than the chosen families and levels have.
fn too_many(options: &Tasks) -> Option<Wrong> {
    let chosen = |entry: &&tasks::Entry| {
        options.families.is_empty() || options.families.iter().any(|name| name == entry.name)
    };
    let [low, high] = options.difficulty;
    let space = tasks::FAMILIES
        .iter()
        .filter(chosen)
        .flat_map(|entry| (low..=high).map(|difficulty| entry.count(difficulty)))
        .fold(0u128, u128::saturating_add);
    let share = u128::from(tasks::HELD_OUT_SHARE);
    let space = match options.split {
        tasks::Split::Train => space - space / share,
        tasks::Split::HeldOut => space / share,
    };
    (u128::from(options.count) > space).then(|| {
        let message = format!(
            "count is {} but these families, difficulty levels and split have about {space} distinct problems",
            options.count
        );
        Wrong::new("count", message).help("ask for fewer, or add families or levels")
    })
}

/// `[template]`
pub fn template(template: &template::Template) -> Vec<Wrong> {
    let mut wrong: Vec<Wrong> = template.path.iter().flat_map(|file| path("path", file)).collect();
    if let Some(few_shot) = &template.few_shot {
        if few_shot.examples == 0 {
            let help = "leave few_shot out for none";
            wrong.push(Wrong::new("examples", "examples must be at least 1").help(help));
        }
        if few_shot.path.as_os_str().is_empty() {
            wrong.push(Wrong::new("few_shot", "the path in few_shot must not be empty").label("empty path"));
        }
    }
    wrong
}

/// `[engine.…]`
pub fn engine(engine: &Engine) -> Vec<Wrong> {
    match engine {
        Engine::Candle(options) => keyed(options.check()),
        Engine::Openai(options) => keyed(options.check()),
        Engine::Recorded(options) => keyed(options.check()),
        Engine::Expert(_) => Vec::new(),
    }
}

/// `[sampling]`
pub fn sampling(sampling: &Sampling) -> Vec<Wrong> {
    keyed(engine::check_sampling(sampling))
}

/// `[draws]`
pub fn draws(draws: &Draws) -> Vec<Wrong> {
    keyed(draws.check())
}

fn keyed(checked: Result<(), (&'static str, String)>) -> Vec<Wrong> {
    checked.err().map(|(key, message)| Wrong::new(key, message)).into_iter().collect()
}

/// A `[[filters]]` entry.
pub fn filter(options: &filters::Options) -> Vec<Wrong> {
    blamed(options, filters::build(options).err())
}

/// A `[[verifiers]]` entry.
pub fn verifier(options: &verifiers::Options) -> Vec<Wrong> {
    blamed(options, verifiers::build(options).err())
}

/// A stage says in a sentence what is wrong: the first of its keys that the sentence names is at fault,
/// else the stage.
fn blamed(options: &impl serde::Serialize, message: Option<String>) -> Vec<Wrong> {
    let Some(message) = message else { return Vec::new() };
    let written = toml::Table::try_from(options).unwrap_or_default();
    let Some((stage, value)) = written.iter().next() else { return Vec::new() };
    let keys = value.as_table().into_iter().flat_map(toml::Table::keys);
    vec![Wrong::new(first_named(&message, keys).unwrap_or(stage).as_str(), message)]
}

/// The first of `keys` that `message` names.
fn first_named<'a>(message: &str, keys: impl Iterator<Item = &'a String>) -> Option<&'a String> {
    let place = |key: &&String| {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        // The place of the key as a word: `tokens` is not named by `max_tokens`.
        message.match_indices(key.as_str()).map(|(start, _)| start).find(|&start| {
            let (before, after) = (&message[..start], &message[start + key.len()..]);
            !before.ends_with(is_word) && !after.starts_with(is_word)
        })
    };
    keys.filter(|key| mentions(message, key)).min_by_key(place)
}

/// `[select.…]`
pub fn select(select: &Select) -> Vec<Wrong> {
    if select.per_prompt() == 0 {
        return vec![Wrong::new("per_prompt", "per_prompt must be at least 1")];
    }
    Vec::new()
}

/// `[dedup]`
pub fn dedup(options: &dedup::Dedup) -> Vec<Wrong> {
    keyed(options.check())
}

/// `[decontaminate]`
pub fn decontaminate(options: &Decontaminate) -> Vec<Wrong> {
    let empty = |(index, path): (usize, &std::path::PathBuf)| {
        let wrong = Wrong::new("benchmarks", "a benchmark's path must not be empty").entry(index);
        path.as_os_str().is_empty().then(|| wrong.label("empty"))
    };
    let mut wrong: Vec<Wrong> = options.benchmarks.iter().enumerate().filter_map(empty).collect();
    if options.benchmarks.is_empty() && options.completions {
        let help = "benchmarks = [\"datasets/gsm8k/test.jsonl\"]";
        wrong.push(Wrong::new("completions", "completions needs benchmarks to look for").help(help));
    }
    wrong
}

/// `[corpus]`
pub fn corpus(options: &corpus::Options) -> Vec<Wrong> {
    if options.views.is_empty() {
        let help = "the default is views = [\"messages\"]";
        return vec![Wrong::new("views", "views must name at least one view").label("empty").help(help)];
    }
    let twice = |index: &usize| options.views[..*index].contains(&options.views[*index]);
    let wrong = |index| {
        Wrong::new("views", "a view is named twice").entry(index).label("again").help("name each view once")
    };
    let mut all: Vec<Wrong> = (0..options.views.len()).filter(twice).map(wrong).collect();
    for (index, rule) in options.mix.iter().enumerate() {
        all.extend(rule.check().err().map(|message| Wrong::new("mix", message).entry(index)));
    }
    for (key, value) in [("max_shard_mib", options.max_shard_mib), ("max_shard_rows", options.max_shard_rows)]
    {
        if value == 0 {
            all.push(Wrong::new(key, format!("{key} must be at least 1")));
        }
    }
    all
}
