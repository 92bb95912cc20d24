//! serde's messages put into the words of a TOML file. In: a message of the deserialiser. Out: what is
//! wrong, what stands under the text, what to write instead.

use super::nearest;

/// What a deserialiser's message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A key that the table does not have.
    UnknownKey { key: String, known: Vec<String>, table: String },
    /// A name that is not one of a closed list.
    UnknownName { name: String, known: Vec<String>, table: String },
    /// A key that must be there is not.
    Missing { key: String, table: String },
    /// A value of another type than the key's, or out of the type's range.
    Type { found: String, expected: String, key: String, text: String },
    /// Anything else, as it was said.
    Other(String),
}

/// A mistake without its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worded {
    /// What is wrong.
    pub message: String,
    /// Said under the text.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// Reads `message`; `table` is the dotted path of the table or value it is about, `text` what is underlined.
pub fn reword(message: &str, table: &str, text: &str) -> Said {
    let ticked =
        |text: &str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let first = |text: &str| ticked(text).into_iter().next().unwrap_or_default();
    let (head, tail) = message.split_once(", ").unwrap_or((message, ""));
    let table = table.to_owned();
    if head.starts_with("unknown field ") {
        Said::UnknownKey { key: first(head), known: ticked(tail), table }
    } else if head.starts_with("unknown variant ") {
        Said::UnknownName { name: first(head), known: ticked(tail), table }
    } else if head.starts_with("missing field ") {
        Said::Missing { key: first(head), table }
    } else if let Some((found, expected)) = typed(message) {
        Said::Type { found: found.to_owned(), expected: plain(expected), key: table, text: text.to_owned() }
    } else {
        Said::Other(message.to_owned())
    }
}

/// `invalid type: A, expected B`, where A may hold anything.
fn typed(message: &str) -> Option<(&str, &str)> {
    let rest = ["invalid type: ", "invalid value: ", "invalid length "]
        .iter()
        .find_map(|p| message.strip_prefix(p))?;
    rest.rsplit_once(", expected ")
}

/// A Rust type in the words of TOML.
fn plain(expected: &str) -> String {
    match expected {
        "f64" | "f32" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "a nonzero u32" | "a nonzero u64" | "a nonzero usize" => "a whole number, 1 or more",
        "a boolean" => "true or false",
        "a sequence" => "a list: [ … ]",
        "path string" => "a path in quotes",
        "a string" => "a text in quotes",
        "an array of length 2" => "a list of two: [ …, … ]",
        _ if expected.starts_with("struct ") || expected.starts_with("a map") => "a table: { key = value }",
        _ if expected.starts_with("enum ") => "a name in quotes",
        _ => return expected.to_owned(),
    }
    .to_owned()
}

impl Said {
    /// The keys that were probably meant: what follows from their absence is no news.
    pub fn also(&self) -> Vec<String> {
        match self {
            Said::UnknownKey { key, known, .. } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                nearest::nearest(key, &known).into_iter().map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The mistake in words.
    pub fn mistake(&self) -> Worded {
        match self {
            Said::UnknownKey { key, known, table } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                Worded {
                    message: format!("unknown key `{key}` in `{table}`"),
                    label: "not a key here".to_owned(),
                    help: nearest::hint(key, &known, "its keys are")
                        .or_else(|| Some(format!("`{table}` has no keys"))),
                }
            }
            Said::UnknownName { name, known, table } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                Worded {
                    message: match table.as_str() {
                        "prompts" => format!("unknown prompt source `{name}`"),
                        "engine" => format!("unknown engine `{name}`"),
                        "filters" => format!("unknown filter `{name}`"),
                        "verifiers" => format!("unknown verifier `{name}`"),
                        "select" => format!("unknown selection `{name}`"),
                        _ => format!("unknown name `{name}` for `{table}`"),
                    },
                    label: "not known".to_owned(),
                    // What is near a short name in letters may be far in meaning: `gpu` is not `cpu`.
                    help: if name.chars().count() < 4 {
                        nearest::list(&known, "known are")
                    } else {
                        nearest::hint(name, &known, "known are")
                    },
                }
            }
            Said::Missing { key, table } => Worded {
                message: format!("`{table}` lacks the key `{key}`"),
                label: format!("needs `{key}`"),
                help: Some(format!("add `{key} = …`")),
            },
            Said::Type { found, expected, key, text } => {
                let bare = text.trim_matches(['"', '\'']);
                let number =
                    expected.contains("number") && bare.len() < text.len() && bare.parse::<f64>().is_ok();
                let truth = expected.starts_with("true or false") && matches!(bare, "true" | "false");
                let help = (number || truth).then(|| format!("write {bare} without quotes"));
                let whole = expected.starts_with("a whole number") && found.starts_with("integer");
                Worded {
                    message: format!(
                        "{} for `{key}`",
                        if whole { "number out of range" } else { "wrong type of value" }
                    ),
                    label: format!("expected {expected}"),
                    help,
                }
            }
            Said::Other(message) => Worded { message: message.clone(), label: "here".to_owned(), help: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_messages_in_plain_words() {
        for (message, text, expected, label, help) in [
            (
                "unknown field `tempo`, expected one of `temperature`, `top_p`",
                "tempo",
                "unknown key `tempo` in `sampling`",
                "not a key here",
                Some("its keys are `temperature`, `top_p`"),
            ),
            (
                "unknown field `x`, there are no fields",
                "x",
                "unknown key `x` in `sampling`",
                "not a key here",
                Some("`sampling` has no keys"),
            ),
            (
                "missing field `path`",
                "[x]",
                "`sampling` lacks the key `path`",
                "needs `path`",
                Some("add `path = …`"),
            ),
            (
                "unknown variant `gpu`, expected one of `auto`, `cpu`, `cuda`",
                "\"gpu\"",
                "unknown name `gpu` for `sampling`",
                "not known",
                Some("known are `auto`, `cpu`, `cuda`"),
            ),
            (
                "invalid type: string \"0.7\", expected f64",
                "\"0.7\"",
                "wrong type of value for `sampling`",
                "expected a number",
                Some("write 0.7 without quotes"),
            ),
            (
                "invalid type: string \"a, expected b\", expected u32",
                "\"a\"",
                "wrong type of value for `sampling`",
                "expected a whole number, 0 or more",
                None,
            ),
            (
                "invalid value: integer `-1`, expected u32",
                "-1",
                "number out of range for `sampling`",
                "expected a whole number, 0 or more",
                None,
            ),
            ("something of our own", "x", "something of our own", "here", None),
        ] {
            let worded = reword(message, "sampling", text).mistake();
            assert_eq!(
                (worded.message.as_str(), worded.label.as_str(), worded.help.as_deref()),
                (expected, label, help),
                "{message}"
            );
        }
    }
}
