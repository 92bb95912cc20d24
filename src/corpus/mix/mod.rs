//! `[[corpus.mix]]`: what a corpus consists of besides what the run drew. In: rules as written. Out: the same,
//! checked; [`choose`] says which examples they leave in.
//!
//! The rules are applied in the order in which they stand, to the run's examples and those of the datasets
//! that were added above them. Rows that are added come behind the run's examples, dataset by dataset.

pub mod choose;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::OnError;

/// One `[[corpus.mix]]` rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mix {
    /// Adds the rows of another dataset.
    Add(Add),
    /// Leaves at most so many examples in.
    Cap(Cap),
    /// Brings groups of examples into proportion: the largest corpus in which their numbers are to each other
    /// as their weights. A group without an example counts for nothing, and examples that are of no group
    /// stay.
    Weights(Vec<Weight>),
}

/// `add = { path = … }`: a dataset with `messages` (a chat that ends with the assistant), or with `problem` and
/// `solution`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// A Parquet, JSON Lines or CSV file, or a folder of Parquet and JSON Lines files.
    pub path: PathBuf,
    /// At most this many rows, chosen by the run's seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examples: Option<u64>,
    /// The source of every row; without it, that in the row's column `source`, or the path's last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The domain of every row; without it, that in the row's column `domain`, or `general`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Column of the chat: a list of `{role, content}`.
    #[serde(default = "messages")]
    pub messages: String,
    /// Column of the problem; of a chat it is the last user's message where there is no such column.
    #[serde(default = "problem")]
    pub problem: String,
    /// Column of the reasoning, for rows without a chat; where it is empty the answer has no think block.
    #[serde(default = "reasoning")]
    pub reasoning: String,
    /// Column of the answer as given to the asker, for rows without a chat.
    #[serde(default = "solution")]
    pub solution: String,
    /// Column of the reference answer.
    #[serde(default = "answer")]
    pub answer: String,
    /// What becomes of a row that is no example.
    #[serde(default)]
    pub on_error: OnError,
}

fn messages() -> String {
    "messages".to_owned()
}
fn problem() -> String {
    "problem".to_owned()
}
fn reasoning() -> String {
    "reasoning".to_owned()
}
fn solution() -> String {
    "solution".to_owned()
}
fn answer() -> String {
    "answer".to_owned()
}

/// `cap = { examples = … }`: at most so many examples, chosen by the run's seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Which examples; without it, all.
    #[serde(default)]
    pub of: Which,
    /// At most this many of them.
    pub examples: u64,
    /// At most as many of each source or domain, instead of all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
}

/// What a cap holds for each of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Each {
    /// Each source.
    Source,
    /// Each domain.
    Domain,
}

/// One group of `weights`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Its examples; an example belongs to the first group that it fits.
    #[serde(default)]
    pub of: Which,
    /// Its number of examples, in proportion to the other groups' weights.
    pub weight: f64,
}

/// Examples by what they are; all that is said must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Which {
    /// Of this source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Of this domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// How difficult: with a pass rate of the problem from the first to the second, both included. Rows of other
    /// datasets that have no pass rate are not meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass_rate: Option<[f64; 2]>,
}

impl Which {
    /// Whether an example of this source, domain and pass rate is meant.
    pub fn fits(&self, source: &str, domain: &str, pass_rate: Option<f64>) -> bool {
        self.source.as_deref().is_none_or(|wanted| wanted == source)
            && self.domain.as_deref().is_none_or(|wanted| wanted == domain)
            && self
                .pass_rate
                .is_none_or(|[low, high]| pass_rate.is_some_and(|rate| (low..=high).contains(&rate)))
    }

    fn check(&self) -> Result<(), String> {
        match self.pass_rate {
            Some([low, high]) if !(0.0..=1.0).contains(&low) || !(0.0..=1.0).contains(&high) => {
                Err(format!("pass_rate = [{low}, {high}] leaves the range from 0 to 1"))
            }
            Some([low, high]) if low > high => {
                Err(format!("pass_rate runs from {low} down to {high}: write the lower one first"))
            }
            _ => Ok(()),
        }
    }
}

impl Mix {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A sentence that names the key at fault.
    pub fn check(&self) -> Result<(), String> {
        let nothing = |what: &str| Err(format!("examples of `{what}` must be at least 1"));
        match self {
            Mix::Add(add) if add.path.as_os_str().is_empty() => {
                Err("path of `add` must not be empty".to_owned())
            }
            Mix::Add(add) if add.examples == Some(0) => nothing("add"),
            Mix::Add(_) => Ok(()),
            Mix::Cap(cap) if cap.examples == 0 => nothing("cap"),
            Mix::Cap(cap) => cap.of.check(),
            Mix::Weights(weights) => check_weights(weights),
        }
    }
}

fn check_weights(weights: &[Weight]) -> Result<(), String> {
    if weights.len() < 2 {
        return Err("weights need at least two groups: a weight alone changes nothing".to_owned());
    }
    for (at, weight) in weights.iter().enumerate() {
        weight.of.check()?;
        if !weight.weight.is_finite() || weight.weight <= 0.0 {
            return Err(format!("a weight must be above 0, here is {}", weight.weight));
        }
        if weights[..at].iter().any(|before| before.of == weight.of) {
            return Err(format!("group {} of weights is the same as one before it", at + 1));
        }
        if weight.of == Which::default() && at + 1 < weights.len() {
            return Err(format!("group {} of weights is everything: it must stand last", at + 1));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(toml: &str) -> Result<(), String> {
        toml::from_str::<Mix>(toml).map_err(|error| error.to_string())?.check()
    }

    #[test]
    fn rules_table() {
        for (toml, says) in [
            ("add = { path = \"a.parquet\" }", None),
            ("add = { path = \"\" }", Some("path")),
            ("add = { path = \"a\", examples = 0 }", Some("at least 1")),
            ("add = { path = \"a\", exmples = 1 }", Some("unknown field `exmples`")),
            ("cap = { examples = 1 }", None),
            ("cap = { examples = 0 }", Some("at least 1")),
            ("cap = { examples = 5, each = \"source\" }", None),
            ("cap = { examples = 5, each = \"model\" }", Some("unknown variant `model`")),
            ("cap = { of = { pass_rate = [0.5, 1] }, examples = 5 }", None),
            ("cap = { of = { pass_rate = [0.5, 1.5] }, examples = 5 }", Some("range from 0 to 1")),
            ("cap = { of = { pass_rate = [0.9, 0.1] }, examples = 5 }", Some("lower one first")),
            ("weights = []", Some("at least two")),
            ("weights = [{ weight = 1 }]", Some("at least two")),
            ("weights = [{ of = { domain = \"math\" }, weight = 3 }, { weight = 1 }]", None),
            (
                "weights = [{ weight = 3 }, { of = { domain = \"math\" }, weight = 1 }]",
                Some("must stand last"),
            ),
            ("weights = [{ of = { domain = \"a\" }, weight = 0 }, { weight = 1 }]", Some("above 0")),
            ("weights = [{ of = { domain = \"a\" }, weight = nan }, { weight = 1 }]", Some("above 0")),
            ("weights = [{ weight = 2 }, { weight = 1 }]", Some("must stand last")),
            (
                "weights = [{ of = { domain = \"a\" }, weight = 2 }, { of = { domain = \"a\" }, weight = 1 }]",
                Some("same as one before"),
            ),
        ] {
            match (rule(toml), says) {
                (Ok(()), None) => {}
                (Err(message), Some(says)) => assert!(message.contains(says), "{toml}: {message}"),
                (found, _) => panic!("{toml}: {found:?}"),
            }
        }
    }

    #[test]
    fn which_table() {
        let which = |source: Option<&str>, domain: Option<&str>, pass_rate| Which {
            source: source.map(str::to_owned),
            domain: domain.map(str::to_owned),
            pass_rate,
        };
        for (which, fits) in [
            (which(None, None, None), true),
            (which(Some("gsm8k"), None, None), true),
            (which(Some("gsm"), None, None), false),
            (which(Some("gsm8k"), Some("code"), None), false),
            (which(None, Some("math"), Some([0.25, 0.5])), true),
            (which(None, None, Some([0.5, 1.0])), true),
            (which(None, None, Some([0.51, 1.0])), false),
        ] {
            assert_eq!(which.fits("gsm8k", "math", Some(0.5)), fits, "{which:?}");
            assert_eq!(which.fits("gsm8k", "math", None), fits && which.pass_rate.is_none(), "{which:?}");
        }
    }
}
