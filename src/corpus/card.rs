//! The dataset card: what a run was and wrote comes in, `README.md` goes out, with the front matter
//! by which the Hugging Face hub and `datasets` find each view. No clock, no machine: the same run
//! gives the same card. Names and texts of others never act as Markdown or HTML.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::columns::{Column, Kind};
use super::lengths::Lengths;
use super::shard::Shards;
use crate::record::Example;
use crate::run::funnel::Funnel;

/// The example on the card is cut after this many characters.
const EXAMPLE_CHARS: usize = 2_000;

/// What the run tells the card.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Card {
    /// The corpus's name.
    pub name: String,
    /// The model that wrote it.
    pub model: String,
    /// Its license as the hub spells it; `unknown` where none was given.
    pub license: Option<String>,
    /// How it was made, as (what, value): engine, temperature, seed, …
    pub facts: Vec<(String, String)>,
    /// What went into each stage and what became of it.
    pub funnel: Funnel,
    /// Counts by source and domain, in the order to be shown.
    pub sources: Vec<SourceCount>,
    /// The datasets that were added, in their order.
    pub added: Vec<AddedCount>,
    /// The resolved `pipeline.toml`.
    pub config: String,
}

/// What was added of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddedCount {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Those that are in the corpus.
    pub examples: u64,
}

/// What became of one source's prompts.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SourceCount {
    /// The source.
    pub source: String,
    /// The domain.
    pub domain: String,
    /// Prompts that were asked.
    pub prompts: u64,
    /// Prompts with at least one passing sample.
    pub solved: u64,
    /// Samples drawn.
    pub samples: u64,
    /// Samples that passed, failed or were dropped by a filter.
    pub decided: u64,
    /// Samples that passed.
    pub passed: u64,
    /// Examples in the corpus.
    pub examples: u64,
}

impl SourceCount {
    /// Passed over decided samples; `None` where nothing was decided.
    pub fn pass_rate(&self) -> Option<f64> {
        (self.decided > 0).then(|| self.passed as f64 / self.decided as f64)
    }
}

/// A table of the corpus.
pub(super) struct Table {
    pub name: &'static str,
    pub folder: &'static str,
    pub about: &'static str,
    pub columns: &'static [Column],
    pub shards: Shards,
}

/// What the writer tells the card.
pub(super) struct Contents<'a> {
    pub tables: &'a [Table],
    pub examples: u64,
    pub sight: &'a Sight,
}

/// What the writer notes of the examples as they pass by.
pub(super) struct Sight {
    pub first: Option<(String, String)>,
    pub lengths: Lengths,
    pub domains: BTreeMap<String, u64>,
}

impl Sight {
    pub fn see(&mut self, example: &Example) {
        if let Some(tokens) = example.num_tokens {
            self.lengths.add(tokens);
        }
        let domain = &example.prompt.domain;
        match self.domains.get_mut(domain) {
            Some(count) => *count += 1,
            None => _ = self.domains.insert(domain.clone(), 1),
        }
        if self.first.is_none() {
            let answer = example.messages.last().map_or("", |message| &message.content);
            self.first = Some((cut(&example.prompt.problem), cut(answer)));
        }
    }
}

/// The card's text.
pub(super) fn render(card: &Card, contents: &Contents<'_>) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    _ = front_matter(&mut out, card, contents).and_then(|()| body(&mut out, card, contents));
    out
}

fn front_matter(out: &mut String, card: &Card, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "---")?;
    writeln!(out, "pretty_name: {}", yaml(&card.name))?;
    writeln!(out, "license: {}", yaml(card.license.as_deref().unwrap_or("unknown")))?;
    writeln!(out, "task_categories:\n- text-generation")?;
    writeln!(out, "annotations_creators:\n- machine-generated")?;
    writeln!(out, "size_categories:\n- {}", size_category(contents.examples))?;
    writeln!(out, "tags:")?;
    let tags = ["synthetic", "reasoning", "chain-of-thought", "rejection-sampling", "sft"];
    let domains = contents.sight.domains.keys().map(String::as_str).filter(|domain| is_tag(domain));
    for tag in tags.into_iter().chain(domains) {
        writeln!(out, "- {tag}")?;
    }
    // `datasets` cannot load a table without rows, so the front matter does not offer one.
    let loadable = || contents.tables.iter().filter(|table| table.shards.rows > 0);
    if loadable().next().is_none() {
        return writeln!(out, "---\n");
    }
    writeln!(out, "configs:")?;
    for (place, table) in loadable().enumerate() {
        writeln!(out, "- config_name: {}", table.name)?;
        if place == 0 {
            writeln!(out, "  default: true")?;
        }
        writeln!(out, "  data_files:\n  - split: train\n    path: {}/train-*.parquet", table.folder)?;
    }
    writeln!(out, "dataset_info:")?;
    for table in loadable() {
        writeln!(out, "- config_name: {}\n  features:", table.name)?;
        for column in table.columns {
            writeln!(out, "  - name: {}", column.name)?;
            match column.kind {
                Kind::Messages => writeln!(
                    out,
                    "    list:\n    - name: role\n      dtype: string\n    - name: content\n      dtype: string"
                )?,
                _ => writeln!(out, "    dtype: {}", column.type_name())?,
            }
        }
        let Shards { rows, bytes, raw_bytes, .. } = &table.shards;
        writeln!(out, "  splits:\n  - name: train\n    num_bytes: {raw_bytes}\n    num_examples: {rows}")?;
        writeln!(out, "  download_size: {bytes}\n  dataset_size: {raw_bytes}")?;
    }
    writeln!(out, "---\n")
}

fn body(out: &mut String, card: &Card, contents: &Contents<'_>) -> std::fmt::Result {
    writeln!(out, "# {}\n", inline(&card.name))?;
    let added: u64 = card.added.iter().map(|added| added.examples).sum();
    writeln!(
        out,
        "{} examples of step-by-step reasoning, written by {} and kept by rejection sampling: several\n\
         completions were drawn for each problem, filters dropped unreadable ones, verifiers checked the\n\
         answers, and only verified ones were selected.\n",
        grouped(contents.examples - added.min(contents.examples)),
        inline(&card.model)
    )?;
    if !card.added.is_empty() {
        added_rows(out, card, added)?;
    }
    writeln!(out, "## Contents\n\n| view | rows | files | bytes | for |\n|---|---:|---:|---:|---|")?;
    for table in contents.tables {
        let Shards { files, rows, bytes, .. } = &table.shards;
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} |",
            table.name,
            grouped(*rows),
            files.len(),
            grouped(*bytes),
            table.about
        )?;
    }
    writeln!(out)?;
    if contents.examples > 0 {
        how_to_load(out, contents)?;
    }
    how_made(out, card)?;
    if let Some((problem, answer)) = &contents.sight.first {
        writeln!(out, "## The first example\n\n{}\n{}", fenced("text", problem), fenced("text", answer))?;
    }
    for table in contents.tables {
        writeln!(
            out,
            "## Columns of `{}`\n\n| column | type | may be null | meaning |\n|---|---|---|---|",
            table.name
        )?;
        for column in table.columns {
            let null = if column.nullable { "yes" } else { "no" };
            writeln!(
                out,
                "| `{}` | {} | {null} | {} |",
                column.name,
                column.type_name(),
                column.about.replace('|', "\\|")
            )?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "## The pipeline\n\n`datagen run` with this file makes the corpus again.\n\n{}",
        fenced("toml", &card.config)
    )
}

/// What was not drawn by the run.
fn added_rows(out: &mut String, card: &Card, added: u64) -> std::fmt::Result {
    writeln!(
        out,
        "Behind them stand {} rows of other datasets, added as they are: no filter and no verifier saw them.\n",
        grouped(added)
    )?;
    writeln!(out, "| dataset | rows | added |\n|---|---:|---:|")?;
    for AddedCount { name, rows, examples } in &card.added {
        writeln!(out, "| {} | {} | {} |", inline(name), grouped(*rows), grouped(*examples))?;
    }
    writeln!(out)
}

fn how_to_load(out: &mut String, contents: &Contents<'_>) -> std::fmt::Result {
    let lengths = &contents.sight.lengths;
    writeln!(out, "## Load it\n\n```python\nfrom datasets import load_dataset\n")?;
    for table in contents.tables.iter().filter(|table| table.shards.rows > 0) {
        let lazily = if table.name == super::ledger::NAME { ", streaming=True" } else { "" };
        writeln!(out, "{} = load_dataset(\"PATH\", \"{0}\", split=\"train\"{lazily})", table.name)?;
    }
    writeln!(out, "```\n")?;
    if lengths.count() == 0 {
        return Ok(());
    }
    if lengths.count() < contents.examples {
        writeln!(out, "The length is known of {} rows.", grouped(lengths.count()))?;
    }
    writeln!(
        out,
        "Completions have {} tokens on average, 95 % have at most {} and the longest has {} (prompts not\n\
         counted). Trainers cut longer rows without a word, TRL at 1,024 tokens unless told otherwise: set\n\
         `max_length` above that, or filter by `num_tokens`.\n",
        grouped(lengths.mean().round() as u64),
        grouped(u64::from(lengths.quantile(0.95))),
        grouped(u64::from(lengths.longest()))
    )
}

fn how_made(out: &mut String, card: &Card) -> std::fmt::Result {
    writeln!(out, "## How it was made\n")?;
    if !card.facts.is_empty() {
        writeln!(out, "| | |\n|---|---|")?;
        for (what, value) in &card.facts {
            writeln!(out, "| {} | {} |", inline(what), inline(value))?;
        }
        writeln!(out)?;
    }
    if !card.funnel.stages.is_empty() {
        writeln!(out, "| stage | counts | in | kept | dropped | errored | most common reason |")?;
        writeln!(out, "|---|---|---:|---:|---:|---:|---|")?;
        for stage in &card.funnel.stages {
            // The first of equals, by name.
            let most = stage.dropped.iter().rev().max_by_key(|(_, count)| **count);
            let most = most
                .map_or_else(String::new, |(name, count)| format!("{} ({})", inline(name), grouped(*count)));
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {most} |",
                inline(&stage.name),
                inline(&stage.unit),
                grouped(stage.input),
                grouped(stage.kept),
                grouped(stage.dropped_total()),
                grouped(stage.errored_total())
            )?;
        }
        writeln!(out)?;
    }
    if !card.sources.is_empty() {
        writeln!(out, "| source | domain | prompts | solved | samples | pass rate | examples |")?;
        writeln!(out, "|---|---|---:|---:|---:|---:|---:|")?;
        for source in &card.sources {
            let rate =
                source.pass_rate().map_or_else(|| "–".to_owned(), |rate| format!("{:.1} %", rate * 100.0));
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {rate} | {} |",
                inline(&source.source),
                inline(&source.domain),
                grouped(source.prompts),
                grouped(source.solved),
                grouped(source.samples),
                grouped(source.examples)
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The hub's size classes.
fn size_category(rows: u64) -> &'static str {
    match rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        1_000_000..10_000_000 => "1M<n<10M",
        10_000_000..100_000_000 => "10M<n<100M",
        _ => "100M<n<1B",
    }
}

fn is_tag(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(plain) && word.len() <= 40
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Characters that hide or turn the text around them: controls, and the bidirectional overrides.
pub(super) fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A YAML string on one line. JSON's quoting is YAML's, once control characters are gone.
fn yaml(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() || is_hidden(c) { ' ' } else { c }).collect();
    serde_json::Value::from(text).to_string()
}

/// Text on one line that is nothing but text in Markdown and HTML, also in a table's cell.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // A bare address would become a link.
            ':' => out.push_str("&#58;"),
            c if c.is_control() || is_hidden(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A code block that its own text cannot close.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let text: String = text.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect();
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// The text's beginning, with a mark where it was cut.
fn cut(text: &str) -> String {
    match text.char_indices().nth(EXAMPLE_CHARS) {
        Some((end, _)) => format!("{} […]", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn names_are_nothing_but_text() {
        for (name, text) in [
            ("gsm8k", "gsm8k"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a|b\nc", "a\\|b c"),
            ("[x](y) `z` **w**", "\\[x\\](y) \\`z\\` \\*\\*w\\*\\*"),
            ("a\u{202e}b", "a b"),
        ] {
            assert_eq!(inline(name), text);
        }
        assert_eq!(yaml("a: \"b\"\n---"), r#""a: \"b\" ---""#);
    }

    #[test]
    fn a_block_cannot_be_closed_from_inside() {
        assert_eq!(fenced("text", "a"), "```text\na\n```\n");
        assert_eq!(fenced("text", "x\n````\n<script>"), "`````text\nx\n````\n<script>\n`````\n");
        assert_eq!(fenced("text", "\u{1b}[31m"), "```text\n\u{fffd}[31m\n```\n");
    }

    #[test]
    fn tags_are_plain_words() {
        for (word, tag) in
            [("math", true), ("long-form_2", true), ("", false), ("a b", false), ("- x", false)]
        {
            assert_eq!(is_tag(word), tag, "{word}");
        }
    }
}
