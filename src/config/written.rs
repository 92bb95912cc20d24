//! The TOML as text: the file and every `--set`, parsed with their places and laid over each other.
//! In: texts. Out: one tree of values whose spans say where each was written. What the keys mean is
//! not known here.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::mistake::{Mistake, Sources};

/// A table as written.
pub type Table<'a> = DeTable<'a>;
/// A value as written, with its place.
pub type Value<'a> = Spanned<DeValue<'a>>;

/// The tables of which a config has exactly one: `--set` of another replaces the file's.
const ONE_OF: [&str; 2] = ["engine", "select"];

/// The file `name` and the overrides as texts; a bare word in an override becomes a string.
pub fn sources(name: &str, text: String, overrides: &[String]) -> Sources {
    let mut sources = Sources::default();
    sources.push(name, text);
    for set in overrides {
        sources.push("--set", quoted(set));
    }
    sources
}

/// `key=word` as `key="word"` where the word is not TOML by itself but the key is.
fn quoted(set: &str) -> String {
    let Some((key, value)) = set.split_once('=') else { return set.to_owned() };
    let word = value.trim();
    let structured = word.is_empty() || word.starts_with(['[', '{', '"', '\'']);
    if structured || DeTable::parse(set).is_ok() || DeTable::parse(&format!("{key}=0")).is_err() {
        return set.to_owned();
    }
    format!("{key}={}", toml::Value::String(word.to_owned()))
}

/// The tree of the file with the overrides laid over it, and the mistakes of syntax.
pub fn tree(sources: &Sources) -> (Table<'_>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let mut root = Table::new();
    for (index, source) in sources.all().iter().enumerate() {
        let (tree, errors) = DeTable::parse_recoverable(&source.text);
        for error in &errors {
            let span = widen(error.span().unwrap_or(0..0), &source.text);
            mistakes.push(syntax(error.message(), shift(span, source.base), index > 0));
        }
        let tree = shift_table(tree.into_inner(), source.base);
        if index == 0 {
            root = tree;
        } else if errors.is_empty() {
            let laid = match leaves(&tree) {
                1 => merge(&mut root, tree, &mut Vec::new()),
                _ => Err(Mistake {
                    message: "a --set sets one key".to_owned(),
                    span: Some(shift(0..source.text.len(), source.base)),
                    label: "not one `key=value`".to_owned(),
                    help: Some("give each key its own --set".to_owned()),
                }),
            };
            mistakes.extend(laid.err());
        }
    }
    (root, mistakes)
}

fn syntax(message: &str, span: Range<usize>, is_set: bool) -> Mistake {
    let (what, expected) = message.split_once(", expected ").map_or((message, None), |(a, b)| (a, Some(b)));
    let help = match what {
        _ if is_set => "write it as key.key=value, e.g. --set sampling.temperature=0.7".to_owned(),
        "duplicate key" => {
            "each key and each [section] may stand once; only [[…]] sections repeat".to_owned()
        }
        "string values must be quoted" => "put the text in quotes: \"…\"".to_owned(),
        _ => match expected {
            Some(expected) => format!("expected {expected}"),
            None => "see https://toml.io for the syntax".to_owned(),
        },
    };
    Mistake {
        message: format!("not valid TOML: {what}"),
        span: Some(span),
        label: "here".to_owned(),
        help: Some(help),
    }
}

/// A span of at least one character where the line or, at its end, the text has one: an empty one is hard to see.
fn widen(span: Range<usize>, text: &str) -> Range<usize> {
    if span.start < span.end {
        return span;
    }
    match text.get(span.start..).and_then(|rest| rest.chars().next()) {
        Some(c) if c != '\n' && c != '\r' => span.start..span.start + c.len_utf8(),
        Some(_) => span,
        None => text.char_indices().next_back().map_or(span, |(start, _)| start..text.len()),
    }
}

/// How many keys a tree of dotted keys sets; a value counts as one whatever it holds.
fn leaves(tree: &DeTable<'_>) -> usize {
    tree.iter()
        .map(|(key, value)| if let Some(inner) = dotted(key.span(), value) { leaves(inner) } else { 1 })
        .sum()
}

/// The table that a dotted key opens: it has its key's place, an inline table has its own.
fn dotted<'t, 'a>(key: Range<usize>, value: &'t Value<'a>) -> Option<&'t DeTable<'a>> {
    value.get_ref().as_table().filter(|_| value.span() == key)
}

/// Lays `over` on `under`: tables key by key, anything else replaced.
fn merge<'a>(under: &mut Table<'a>, over: Table<'a>, path: &mut Vec<String>) -> Result<(), Mistake> {
    for (key, value) in over {
        path.push(key.get_ref().to_string());
        let name = key.get_ref().as_ref();
        if path.len() == 2 && ONE_OF.contains(&path[0].as_str()) && !under.contains_key(name) {
            *under = Table::new();
        }
        let is_dotted = dotted(key.span(), &value).is_some();
        match (under.get_mut(name).map(Spanned::get_mut), value.span(), value.into_inner()) {
            (Some(DeValue::Table(under)), _, DeValue::Table(over)) if is_dotted => merge(under, over, path)?,
            (Some(DeValue::Array(under)), _, DeValue::Table(over)) if is_dotted => {
                merge_array(under, over, path)?
            }
            (Some(scalar), _, DeValue::Table(_)) if is_dotted => {
                return Err(Mistake {
                    message: format!("`{}` is not a table but a {}", path.join("."), scalar.type_str()),
                    span: Some(key.span()),
                    label: "has no keys".to_owned(),
                    help: Some(format!("set it whole: --set {}=…", path.join("."))),
                });
            }
            (_, at, value) => {
                // The key's place moves too: what is said about it points at the --set.
                under.remove_entry(key.get_ref().as_ref());
                under.insert(key, Spanned::new(at, value));
            }
        }
        path.pop();
    }
    Ok(())
}

/// `filters.0.length.max=…`: the entries of a list by number, from 0.
fn merge_array<'a>(under: &mut DeArray<'a>, over: Table<'a>, path: &mut Vec<String>) -> Result<(), Mistake> {
    for (key, value) in over {
        let count = under.len();
        let entry = key.get_ref().parse::<usize>().ok().and_then(|index| under.get_mut(index));
        let Some(entry) = entry else {
            let path = path.join(".");
            return Err(Mistake {
                message: format!("`{path}` is a list of {count}, without a number `{}`", key.get_ref()),
                span: Some(key.span()),
                label: "no such entry".to_owned(),
                help: Some(match count {
                    0 => format!("set it whole: --set '{path}=[…]'"),
                    1 => format!("its only entry is {path}.0"),
                    _ => format!("its entries are {path}.0 to {path}.{}", count - 1),
                }),
            });
        };
        path.push(key.get_ref().to_string());
        let is_dotted = dotted(key.span(), &value).is_some();
        match (entry.get_mut(), value.span(), value.into_inner()) {
            (DeValue::Table(under), _, DeValue::Table(over)) if is_dotted => merge(under, over, path)?,
            (_, at, value) => *entry = Spanned::new(at, value),
        }
        path.pop();
    }
    Ok(())
}

fn shift(span: Range<usize>, base: usize) -> Range<usize> {
    span.start + base..span.end + base
}

/// The same table, its spans moved by `base`. The parser bounds the depth.
fn shift_table(table: DeTable<'_>, base: usize) -> Table<'_> {
    let mut shifted = Table::new();
    for (key, value) in table {
        let span = shift(key.span(), base);
        shifted.insert(Spanned::new(span, key.into_inner()), shift_value(value, base));
    }
    shifted
}

fn shift_value(value: Value<'_>, base: usize) -> Value<'_> {
    let span = shift(value.span(), base);
    let shifted = match value.into_inner() {
        DeValue::Array(items) => {
            DeValue::Array(items.into_iter().map(|item| shift_value(item, base)).collect())
        }
        DeValue::Table(table) => DeValue::Table(shift_table(table, base)),
        scalar => scalar,
    };
    Spanned::new(span, shifted)
}
