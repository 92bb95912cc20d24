//! Mistakes in a config: what, where, and what to write instead. In: spans of the sources. Out: text for
//! a person, every mistake with its line underlined. It decides nothing about what a mistake is.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, NamedSource, SourceSpan};

/// Columns that messages are wrapped at: the same on every machine.
const WIDTH: usize = 100;

/// One text that settings come from: the file, or one `--set`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What it is called in messages: the path, or `--set`.
    pub name: String,
    /// The text.
    pub text: String,
    /// Where its offsets begin: the sources' spans share one number line.
    pub base: usize,
}

/// The file and the `--set` overrides, their offsets on one number line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text and says where its offsets begin.
    pub fn push(&mut self, name: impl Into<String>, text: String) -> usize {
        // One byte apart, so that the end of one is not the start of the next.
        let base = self.0.last().map_or(0, |last| last.base + last.text.len() + 1);
        self.0.push(Source { name: name.into(), text, base });
        base
    }

    /// The texts, the file first.
    pub fn all(&self) -> &[Source] {
        &self.0
    }

    /// The text that an offset lies in.
    fn at(&self, offset: usize) -> Option<&Source> {
        self.0.iter().rev().find(|source| source.base <= offset)
    }

    /// What is written at `span`.
    pub fn text(&self, span: &Range<usize>) -> &str {
        self.at(span.start)
            .and_then(|source| source.text.get(span.start - source.base..span.end.checked_sub(source.base)?))
            .unwrap_or("")
    }

    /// The end of the file's last line that says something: where something missing would go.
    pub fn end_of_file(&self) -> Range<usize> {
        let end = self.0.first().map_or(0, |file| file.text.trim_end().len());
        end..end
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong, one line.
    pub message: String,
    /// Where, as offsets of the sources; none when no text is at fault (the file cannot be read).
    pub span: Option<Range<usize>>,
    /// Said under the underlined text.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// All mistakes of a config, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes {
    sources: Sources,
    list: Vec<Mistake>,
}

impl Mistakes {
    /// Mistakes in `sources`, put into the order of the text.
    pub fn new(sources: Sources, mut list: Vec<Mistake>) -> Self {
        list.sort_by_key(|mistake| mistake.span.as_ref().map(|span| (span.start, span.end)));
        list.dedup();
        Self { sources, list }
    }

    /// The file cannot be read at all.
    pub fn unreadable(path: &Path, why: &str, help: &str) -> Self {
        let message = format!("{}: {why}", path.display());
        Self {
            sources: Sources::default(),
            list: vec![Mistake { message, span: None, label: String::new(), help: Some(help.to_owned()) }],
        }
    }

    /// The mistakes, in the order of the text.
    pub fn list(&self) -> &[Mistake] {
        &self.list
    }

    /// Every mistake as `file:line:col` with the text underlined and a hint, for a terminal with or
    /// without colours.
    pub fn render(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(WIDTH)
            .with_links(false)
            .with_context_lines(1)
            .with_break_words(false);
        let mut out = String::new();
        for mistake in &self.list {
            if mistake.span.is_none() {
                // Not a mistake in a text: said as any other error.
                let help = mistake.help.iter().map(|help| format!("  help: {help}\n"));
                out.push_str(&format!("error: {}\n{}", mistake.message, help.collect::<String>()));
                return out;
            }
            let shown = self.shown(mistake);
            // Writing to a String fails only if the span lies outside its text: then without the text.
            let mut one = String::new();
            if handler.render_report(&mut one, &shown).is_err() {
                one = format!("  × {}\n", mistake.message);
            }
            out.push_str(one.trim_start_matches('\n'));
            out.push('\n');
        }
        let count = self.list.len();
        out.push_str(&match count {
            1 => "1 mistake; nothing was started\n".to_owned(),
            _ => format!("{count} mistakes; nothing was started\n"),
        });
        out
    }

    fn shown(&self, mistake: &Mistake) -> Shown {
        let found = mistake.span.as_ref().and_then(|span| Some((span, self.sources.at(span.start)?)));
        let (text, at) = match found {
            Some((span, source)) => {
                let start = (span.start - source.base).min(source.text.len());
                let end = span.end.saturating_sub(source.base).clamp(start, source.text.len());
                (
                    Some(NamedSource::new(&source.name, source.text.clone())),
                    Some(SourceSpan::from((start, end - start))),
                )
            }
            None => (None, None),
        };
        Shown {
            message: mistake.message.clone(),
            help: mistake.help.clone(),
            text,
            at,
            label: mistake.label.clone(),
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Mistakes {}

/// A mistake as miette wants it.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
struct Shown {
    message: String,
    #[help]
    help: Option<String>,
    #[source_code]
    text: Option<NamedSource<String>>,
    #[label("{label}")]
    at: Option<SourceSpan>,
    label: String,
}
