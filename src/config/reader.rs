//! From the tree of written values to typed sections. In: the tree, and what each section must satisfy.
//! Out: the sections, and every mistake in them: after each mistake the key at fault is set aside and
//! the section read again, so that one mistake does not hide the next.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

use super::mistake::{Mistake, Sources};
use super::nearest;
use super::wording::{self, Said};
use super::written::{Table, Value};

/// A value out of range, found after reading: the key at fault and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Name of the key.
    pub key: String,
    /// Which entry of the key's list, where it is one.
    pub entry: Option<usize>,
    /// What is wrong, one line.
    pub message: String,
    /// Said under the text.
    pub label: &'static str,
    /// What to write instead.
    pub help: Option<String>,
}

impl Wrong {
    /// The value of `key` is wrong.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), entry: None, message: message.into(), label: "not allowed", help: None }
    }

    /// Says something else under the text than that it is not allowed.
    pub fn label(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    /// It is one entry of the key's list.
    pub fn entry(mut self, entry: usize) -> Self {
        self.entry = Some(entry);
        self
    }

    /// Adds the remedy.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads sections off a tree and collects what is wrong with them.
#[derive(Debug)]
pub struct Reader<'a> {
    sources: &'a Sources,
    root: Table<'a>,
    /// What was found so far.
    pub mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    /// A reader of `root`; `known` are the names of the sections.
    pub fn new(sources: &'a Sources, root: Table<'a>, mistakes: Vec<Mistake>, known: &[&str]) -> Self {
        let mut reader = Self { sources, root, mistakes };
        let unknown: Vec<_> = reader
            .root
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .map(|key| (key.get_ref().to_string(), key.span()))
            .collect();
        for (name, span) in unknown {
            let help = nearest::hint(&name, known, "the sections are");
            reader.wrong(format!("unknown section `{name}`"), span, "not a section", help);
        }
        reader
    }

    fn wrong(&mut self, message: String, span: Range<usize>, label: &str, help: Option<String>) {
        self.mistakes.push(Mistake { message, span: Some(span), label: label.to_owned(), help });
    }

    fn take(&mut self, name: &str) -> Option<(Range<usize>, Value<'a>)> {
        self.root.remove_entry(name).map(|(key, value)| (key.span(), value))
    }

    /// `[name]`, all of whose keys have defaults.
    pub fn section<T: DeserializeOwned + Default>(
        &mut self,
        name: &str,
        check: impl Fn(&T) -> Vec<Wrong>,
    ) -> Option<T> {
        match self.take(name) {
            None => Some(T::default()),
            Some((key, value)) => self.read_table(name, key, value, check),
        }
    }

    /// `[name]`, which must be there; `example` shows how to write it.
    pub fn required<T: DeserializeOwned>(
        &mut self,
        name: &str,
        example: &str,
        check: impl Fn(&T) -> Vec<Wrong>,
    ) -> Option<T> {
        match self.take(name) {
            None => {
                self.missing(&format!("the section [{name}] is missing"), example);
                None
            }
            Some((key, value)) => self.read_table(name, key, value, check),
        }
    }

    /// Something that belongs into the file is not there.
    pub fn missing(&mut self, message: &str, example: &str) {
        let span = self.sources.end_of_file();
        self.wrong(message.to_owned(), span, "add it here", Some(format!("for example: {example}")));
    }

    fn read_table<T: DeserializeOwned>(
        &mut self,
        name: &str,
        key: Range<usize>,
        value: Value<'a>,
        check: impl Fn(&T) -> Vec<Wrong>,
    ) -> Option<T> {
        match value.get_ref() {
            DeValue::Table(_) => self.read(name, value, false, check),
            DeValue::Array(_) => {
                let help = Some(format!("write [{name}], in single brackets"));
                self.wrong(format!("[{name}] stands once, it is not a list"), key, "not a list", help);
                None
            }
            other => {
                let what = other.type_str();
                let help = Some(format!("write it as a section: [{name}]"));
                self.wrong(
                    format!("`{name}` must be a section, not a {what}"),
                    value.span(),
                    "not a section",
                    help,
                );
                None
            }
        }
    }

    /// `[name.…]`: exactly one `kind` (engine, selection), by its name.
    pub fn one<T: DeserializeOwned>(
        &mut self,
        name: &str,
        kind: &str,
        default: Option<T>,
        example: &str,
        check: impl Fn(&T) -> Vec<Wrong>,
    ) -> Option<T> {
        let Some((key, value)) = self.take(name) else {
            if default.is_none() {
                self.missing(&format!("no {kind} is named: [{name}.…] is missing"), example);
            }
            return default;
        };
        let DeValue::Table(table) = value.get_ref() else {
            let help = Some(format!("for example: {example}"));
            self.wrong(format!("`{name}` must name one {kind}"), value.span(), "not a section", help);
            return None;
        };
        match table.len() {
            1 => self.read(name, value, true, check),
            0 => {
                let help = Some(format!("for example: {example}"));
                self.wrong(format!("[{name}] names no {kind}"), key, "nothing in it", help);
                None
            }
            _ => {
                let names = names(table);
                let help = Some(format!("keep one of {names}"));
                let last = table.keys().map(Spanned::span).max_by_key(|span| span.start).unwrap_or(key);
                self.wrong(
                    format!("exactly one {kind} is needed, here are {}: {names}", table.len()),
                    last,
                    "one too many",
                    help,
                );
                None
            }
        }
    }

    /// `[[name]]`: a list of `kind`s (filter, verifier, prompt source), each by its name.
    pub fn list<T: DeserializeOwned>(
        &mut self,
        name: &str,
        kind: &str,
        check: impl Fn(&T) -> Vec<Wrong>,
    ) -> Option<Vec<T>> {
        let Some((key, value)) = self.take(name) else { return Some(Vec::new()) };
        let DeValue::Array(items) = value.into_inner() else {
            let help = Some(format!("write [[{name}]], in double brackets, before each {kind}"));
            self.wrong(format!("[[{name}]] is a list of {kind}s"), key, "not a list", help);
            return None;
        };
        let count = items.len();
        let read: Vec<T> =
            items.into_iter().filter_map(|item| self.entry(name, kind, item, &check)).collect();
        (read.len() == count).then_some(read)
    }

    fn entry<T: DeserializeOwned>(
        &mut self,
        name: &str,
        kind: &str,
        item: Value<'a>,
        check: impl Fn(&T) -> Vec<Wrong>,
    ) -> Option<T> {
        let DeValue::Table(table) = item.get_ref() else {
            let help = Some(format!("write [[{name}]] and below it the {kind} as `name = {{ … }}`"));
            self.wrong(format!("a {kind} must be a table"), item.span(), "not a table", help);
            return None;
        };
        if table.len() == 1 {
            return self.read(name, item, true, check);
        }
        if table.is_empty() {
            let help = Some(format!("write the {kind} below it as `name = {{ … }}`"));
            self.wrong(format!("this [[{name}]] names no {kind}"), item.span(), "nothing in it", help);
            return None;
        }
        // Each is read by itself, so that what is wrong with it is said too.
        let (found, names) = (table.len(), names(table));
        let last = table.keys().map(Spanned::span).max_by_key(|span| span.start).unwrap_or(item.span());
        self.wrong(
            format!("one {kind} for each [[{name}]], here are {found}: {names}"),
            last,
            "one too many",
            Some(format!("write [[{name}]] again before each {kind}")),
        );
        let place = item.span();
        if let DeValue::Table(table) = item.into_inner() {
            for (key, value) in table {
                let alone = DeTable::from_iter([(key, value)]);
                self.read::<T>(name, Spanned::new(place.clone(), DeValue::Table(alone)), true, &check);
            }
        }
        None
    }

    /// Reads `tree`; on a mistake sets the key at fault aside and reads again, to the last mistake.
    /// `tagged`: the tree's one key is the name of what it holds.
    fn read<T: DeserializeOwned>(
        &mut self,
        section: &str,
        mut tree: Value<'a>,
        tagged: bool,
        check: impl Fn(&T) -> Vec<Wrong>,
    ) -> Option<T> {
        let mut clean = true;
        // Keys set aside, and what they were probably meant as: what follows from their absence is no news.
        let mut aside: Vec<String> = Vec::new();
        loop {
            let error = match T::deserialize(ValueDeserializer::from(tree.clone())) {
                Err(error) => error,
                Ok(value) => {
                    let wrong = check(&value);
                    let news: Vec<&Wrong> = wrong
                        .iter()
                        .filter(|wrong| !aside.iter().any(|key| mentions(&wrong.message, key)))
                        .collect();
                    if news.is_empty() {
                        return clean.then_some(value);
                    }
                    clean = false;
                    let mut removed = false;
                    for wrong in news {
                        match find(&tree, &wrong.key) {
                            Some((span, entries)) => {
                                let entry = wrong.entry.and_then(|entry| entries.get(entry).cloned());
                                let span = entry.unwrap_or(span);
                                self.wrong(wrong.message.clone(), span, wrong.label, wrong.help.clone());
                            }
                            None => {
                                let span = innermost(&tree, tagged);
                                let label = format!("set `{}` here", wrong.key);
                                self.wrong(wrong.message.clone(), span, &label, wrong.help.clone());
                            }
                        }
                    }
                    for wrong in wrong {
                        removed |= find(&tree, &wrong.key)
                            .is_some_and(|(span, _)| remove(&mut tree, &span).is_some());
                        aside.push(wrong.key);
                    }
                    if removed {
                        continue;
                    }
                    return None;
                }
            };
            clean = false;
            let span = error.span().unwrap_or(tree.span());
            let path = path_of(section, &tree, &span);
            let said = wording::reword(error.message(), &path, self.sources.text(&span));
            let known_by_now = matches!(&said, Said::Missing { key, .. } if aside.contains(key));
            if !known_by_now {
                let mistake = said.mistake();
                self.wrong(mistake.message, span.clone(), &mistake.label, mistake.help);
            }
            aside.extend(said.also());
            match remove(&mut tree, &span) {
                // Without its name there is nothing left to read.
                Some(_) if tagged && tree.get_ref().as_table().is_some_and(DeTable::is_empty) => return None,
                Some(key) => aside.push(key),
                None => return None,
            }
        }
    }
}

fn names(table: &DeTable<'_>) -> String {
    let mut keys: Vec<_> = table.keys().collect();
    keys.sort_by_key(|key| key.span().start);
    keys.iter().map(|key| format!("`{}`", key.get_ref())).collect::<Vec<_>>().join(", ")
}

/// True if `message` holds `key` as a word.
pub fn mentions(message: &str, key: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    !key.is_empty() && message.split(|c| !is_word(c)).any(|word| word == key)
}

/// The dotted path of the value at `span`, or of the table that the key at `span` stands in; without the
/// numbers of lists.
fn path_of(section: &str, tree: &Value<'_>, span: &Range<usize>) -> String {
    fn walk(value: &Value<'_>, span: &Range<usize>, path: &mut Vec<String>) -> bool {
        match value.get_ref() {
            DeValue::Table(table) => {
                table.iter().any(|(key, value)| {
                    if key.span() == *span {
                        return true;
                    }
                    path.push(key.get_ref().to_string());
                    let inside = walk(value, span, path);
                    if !inside {
                        path.pop();
                    }
                    inside
                }) || value.span() == *span
            }
            DeValue::Array(items) => items.iter().any(|item| walk(item, span, path)) || value.span() == *span,
            _ => value.span() == *span,
        }
    }
    let mut path = vec![section.to_owned()];
    walk(tree, span, &mut path);
    path.join(".")
}

/// The place of the value of `key`, nearest to the root, and of its entries where it is a list.
fn find(tree: &Value<'_>, key: &str) -> Option<(Range<usize>, Vec<Range<usize>>)> {
    let table = tree.get_ref().as_table()?;
    if let Some(value) = table.get(key) {
        let entries = value.get_ref().as_array().map(|items| items.iter().map(Spanned::span).collect());
        return Some((value.span(), entries.unwrap_or_default()));
    }
    table.values().find_map(|value| find(value, key))
}

/// The place of the table that holds the keys: of a tagged one, the table below its name.
fn innermost(tree: &Value<'_>, tagged: bool) -> Range<usize> {
    let below = tree.get_ref().as_table().filter(|_| tagged).and_then(|table| table.values().next());
    below.unwrap_or(tree).span()
}

/// Takes the innermost key out of `tree` that is at `span` or whose value holds `span`; its name.
fn remove(tree: &mut Value<'_>, span: &Range<usize>) -> Option<String> {
    let holds = |outer: &Range<usize>| outer.start <= span.start && span.end <= outer.end;
    match tree.get_mut() {
        DeValue::Table(table) => {
            if let Some(name) = table.iter_mut().find_map(|(_, value)| remove(value, span)) {
                return Some(name);
            }
            let found = table.iter().find(|(key, value)| key.span() == *span || holds(&value.span()));
            let name = found.map(|(key, _)| key.get_ref().to_string())?;
            table.remove(name.as_str());
            Some(name)
        }
        DeValue::Array(items) => {
            let mut found = items.iter_mut().enumerate();
            let (at, name) = found.find_map(|(at, item)| Some((at, remove(item, span)?)))?;
            // What lost its only key holds nothing more to be read, and its emptiness is no mistake of the file's.
            if items[at].get_ref().as_table().is_some_and(DeTable::is_empty) {
                let all = std::mem::replace(items, DeArray::new()).into_iter().enumerate();
                *items = all.filter(|(other, _)| *other != at).map(|(_, item)| item).collect();
            }
            Some(name)
        }
        _ => None,
    }
}
