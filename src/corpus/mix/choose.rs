//! Which examples the rules of a mix leave in. In: of each example what decides (source, domain, pass rate, a
//! key drawn from the run's seed). Out: for each one that goes, why. Texts are not looked at, and the choice
//! depends on the keys, not on the order of anything.
//!
//! Of a group the examples with the smallest keys stay: a uniform choice without replacement, and a nested one,
//! since a higher cap leaves in all that a lower one does.

use std::collections::HashMap;

use polars::prelude::{DataFrame, NamedFrom, PolarsError, Series, SortMultipleOptions};

use super::{Each, Mix};
use crate::error::{Error, Result};

/// More rows of a dataset than wanted.
pub const NOT_WANTED: &str = "mix.add";
/// More examples than a cap allows.
pub const CAPPED: &str = "mix.cap";
/// More examples than the weights allow.
pub const OUTWEIGHED: &str = "mix.weights";

/// What decides about examples, in their order: 32 bytes an example.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    names: Vec<String>,
    ids: HashMap<String, u32>,
    rows: Vec<Fact>,
}

#[derive(Debug, Clone, Copy)]
struct Fact {
    source: u32,
    domain: u32,
    pass_rate: Option<f64>,
    key: u64,
}

impl Facts {
    /// Adds the next example; `key` is drawn by the run's seed and what the example is called.
    pub fn push(&mut self, source: &str, domain: &str, pass_rate: Option<f64>, key: u64) {
        let (source, domain) = (self.id(source), self.id(domain));
        self.rows.push(Fact { source, domain, pass_rate, key });
    }

    fn id(&mut self, name: &str) -> u32 {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        let id = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.ids.insert(name.to_owned(), id);
        id
    }

    /// Takes out those for whose place `stays` is false.
    pub fn retain(&mut self, stays: impl Fn(usize) -> bool) {
        let mut at = 0;
        self.rows.retain(|_| {
            at += 1;
            stays(at - 1)
        });
    }

    /// How many examples.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without an example.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Examples that rules choose from: the run's, or a dataset's.
#[derive(Clone, Copy)]
pub struct Set<'a> {
    /// What decides about them.
    pub facts: &'a Facts,
    /// Of each, whether it is there at all; others take no place.
    pub there: &'a dyn Fn(usize) -> bool,
}

/// Applies the rules to `sets`: the run's examples, then the dataset of each [`Mix::Add`], in order. For each set
/// the reason why an example goes; `None` where it stays or was not there.
///
/// # Errors
/// There are more than 4 billion examples.
pub fn choose(rules: &[Mix], sets: &[Set<'_>]) -> Result<Vec<Vec<Option<&'static str>>>> {
    let failed = |error: PolarsError| Error::failed("cannot choose the mix").caused_by(error.to_string());
    let mut state =
        State { sets, gone: sets.iter().map(|set| vec![None; set.facts.len()]).collect(), sets_in: 1 };
    for rule in rules {
        let (groups, reason) = match rule {
            Mix::Add(add) => {
                let added = state.sets_in;
                state.sets_in += 1;
                let Some(limit) = add.examples else { continue };
                let mut groups = state.groups(added, |_, _, _| Some(0)).map_err(failed)?;
                groups.iter_mut().for_each(|group| group.stay(limit));
                (groups, NOT_WANTED)
            }
            Mix::Cap(cap) => {
                let mut names: HashMap<String, u32> = HashMap::new();
                let group = |source: &str, domain: &str, pass_rate| {
                    if !cap.of.fits(source, domain, pass_rate) {
                        return None;
                    }
                    let name = match cap.each {
                        None => return Some(0),
                        Some(Each::Source) => source,
                        Some(Each::Domain) => domain,
                    };
                    if let Some(&id) = names.get(name) {
                        return Some(id);
                    }
                    let id = names.len() as u32;
                    names.insert(name.to_owned(), id);
                    Some(id)
                };
                let mut groups = state.groups(0, group).map_err(failed)?;
                groups.iter_mut().for_each(|group| group.stay(cap.examples));
                (groups, CAPPED)
            }
            Mix::Weights(weights) => {
                let group = |source: &str, domain: &str, pass_rate| {
                    let place = weights.iter().position(|weight| weight.of.fits(source, domain, pass_rate));
                    place.map(|place| place as u32)
                };
                let mut groups = state.groups(0, group).map_err(failed)?;
                let weight =
                    |group: &Group| weights.get(group.id as usize).map_or(1.0, |weight| weight.weight);
                // The group with the fewest examples for its weight keeps all of them.
                let scale = groups.iter().map(|group| group.rows.len() as f64 / weight(group));
                let scale = scale.fold(f64::INFINITY, f64::min);
                for group in &mut groups {
                    // What is whole but for rounding counts as whole.
                    let share = (scale * weight(group) + 1e-6).floor();
                    group.stay(share as u64);
                }
                (groups, OUTWEIGHED)
            }
        };
        for (set, row) in groups.iter().flat_map(|group| &group.rows) {
            state.gone[*set][*row] = Some(reason);
        }
    }
    Ok(state.gone)
}

/// Examples that rules treat alike.
struct Group {
    id: u32,
    /// Those that go: all of the group, by key, until [`Group::stay`] takes the first ones off.
    rows: Vec<(usize, usize)>,
}

impl Group {
    fn stay(&mut self, limit: u64) {
        let stay = usize::try_from(limit).unwrap_or(usize::MAX).min(self.rows.len());
        self.rows.drain(..stay);
    }
}

struct State<'a> {
    sets: &'a [Set<'a>],
    gone: Vec<Vec<Option<&'static str>>>,
    /// Sets that the rules so far have brought in.
    sets_in: usize,
}

impl State<'_> {
    /// The examples still in of the sets from `first` on, by the group that `group` names for them, each group
    /// in the order of the keys.
    fn groups(
        &self,
        first: usize,
        mut group: impl FnMut(&str, &str, Option<f64>) -> Option<u32>,
    ) -> Result<Vec<Group>, PolarsError> {
        let (mut places, mut ids, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for (at, set) in self.sets.iter().enumerate().take(self.sets_in).skip(first) {
            for (row, fact) in set.facts.rows.iter().enumerate() {
                if self.gone[at][row].is_some() || !(set.there)(row) {
                    continue;
                }
                let name = |id: u32| set.facts.names[id as usize].as_str();
                if let Some(id) = group(name(fact.source), name(fact.domain), fact.pass_rate) {
                    places.push((at, row));
                    ids.push(id);
                    keys.push(fact.key);
                }
            }
        }
        let mut groups = Vec::new();
        if places.is_empty() {
            return Ok(groups);
        }
        let numbers: Vec<u64> = (0..places.len() as u64).collect();
        let columns = vec![
            Series::new("group".into(), ids).into(),
            Series::new("key".into(), keys).into(),
            Series::new("number".into(), numbers).into(),
        ];
        let frame = DataFrame::new(places.len(), columns)?;
        // Of two equal keys the earlier example is first.
        let frame = frame.sort(["key", "number"], SortMultipleOptions::default())?;
        frame.group_by_stable(["group"])?.apply(|rows| {
            let id = rows.column("group")?.u32()?.get(0).unwrap_or(0);
            let numbers = rows.column("number")?.u64()?;
            let rows_of = numbers.into_no_null_iter().map(|number| places[number as usize]).collect();
            groups.push(Group { id, rows: rows_of });
            Ok(rows.head(Some(1)))
        })?;
        Ok(groups)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rng::stream_seed;

    fn facts(rows: &[(&str, &str, Option<f64>)]) -> Facts {
        let mut facts = Facts::default();
        for (at, (source, domain, rate)) in rows.iter().enumerate() {
            facts.push(source, domain, *rate, stream_seed(1, "mix", at as u64));
        }
        facts
    }

    fn rules(toml: &[&str]) -> Vec<Mix> {
        toml.iter().map(|rule| toml::from_str(rule).expect("a rule")).collect()
    }

    fn all(_: usize) -> bool {
        true
    }

    /// How many of each source stay.
    fn stay(rules: &[Mix], sets: &[&Facts]) -> Vec<(String, usize)> {
        let wrapped: Vec<Set<'_>> = sets.iter().map(|facts| Set { facts, there: &all }).collect();
        let gone = choose(rules, &wrapped).expect("few examples");
        let mut counts: std::collections::BTreeMap<String, usize> = Default::default();
        for (facts, gone) in sets.iter().zip(&gone) {
            for (fact, gone) in facts.rows.iter().zip(gone) {
                *counts.entry(facts.names[fact.source as usize].clone()).or_default() +=
                    usize::from(gone.is_none());
            }
        }
        counts.into_iter().collect()
    }

    fn sources(counts: &[(&str, usize)]) -> Vec<(String, usize)> {
        counts.iter().map(|(source, count)| ((*source).to_owned(), *count)).collect()
    }

    #[test]
    fn rules_table() {
        let mut rows = vec![("a", "math", Some(0.25)); 40];
        rows.extend(vec![("b", "math", Some(1.0)); 20]);
        rows.extend(vec![("c", "code", Some(0.5)); 10]);
        let own = facts(&rows);
        let other = facts(&[("d", "general", None); 30]);
        for (toml, counts) in [
            (vec![], [40, 20, 10]),
            (vec!["cap = { examples = 15, each = \"source\" }"], [15, 15, 10]),
            (vec!["cap = { examples = 100 }"], [40, 20, 10]),
            (vec!["cap = { of = { source = \"a\" }, examples = 7 }"], [7, 20, 10]),
            (vec!["cap = { of = { pass_rate = [0.9, 1] }, examples = 3 }"], [40, 3, 10]),
            (vec!["cap = { of = { domain = \"none\" }, examples = 3 }"], [40, 20, 10]),
            (
                vec![
                    "cap = { examples = 30, each = \"source\" }",
                    "cap = { of = { source = \"a\" }, examples = 9 }",
                ],
                [9, 20, 10],
            ),
            // 10 of code are one part, so that three parts of mathematics are 30.
            (
                vec![
                    "weights = [{ of = { source = \"a\" }, weight = 3 }, { of = { source = \"c\" }, weight = 1 }]",
                ],
                [30, 20, 10],
            ),
            (
                vec![
                    "weights = [{ of = { source = \"a\" }, weight = 1 }, { of = { source = \"b\" }, weight = 2 }, \
                     { weight = 0.5 }]",
                ],
                [10, 20, 5],
            ),
            // A group without an example counts for nothing.
            (
                vec![
                    "weights = [{ of = { domain = \"art\" }, weight = 9 }, { of = { source = \"b\" }, weight = 1 }]",
                ],
                [40, 20, 10],
            ),
        ] {
            let [a, b, c] = counts;
            assert_eq!(stay(&rules(&toml), &[&own]), sources(&[("a", a), ("b", b), ("c", c)]), "{toml:?}");
        }
        for (toml, d) in [
            (vec!["add = { path = \"d\" }"], 30),
            (vec!["add = { path = \"d\", examples = 12 }"], 12),
            (vec!["add = { path = \"d\", examples = 99 }"], 30),
            (vec!["add = { path = \"d\" }", "cap = { examples = 20, each = \"domain\" }"], 20),
            // What is added below a cap is not its business.
            (vec!["cap = { examples = 20, each = \"domain\" }", "add = { path = \"d\" }"], 30),
            // Rows without a pass rate are not meant by one.
            (vec!["add = { path = \"d\" }", "cap = { of = { pass_rate = [0, 1] }, examples = 1 }"], 30),
        ] {
            let found = stay(&rules(&toml), &[&own, &other]);
            assert_eq!(found.last(), Some(&("d".to_owned(), d)), "{toml:?}");
        }
    }

    #[test]
    fn what_is_not_there_takes_no_place() {
        let own = facts(&[("a", "math", None); 10]);
        let odd = |row: usize| row % 2 == 1;
        let gone =
            choose(&rules(&["cap = { examples = 3 }"]), &[Set { facts: &own, there: &odd }]).expect("few");
        let left = (0..10).filter(|&row| odd(row) && gone[0][row].is_none()).count();
        assert_eq!((left, gone[0].iter().flatten().count()), (3, 2));
    }

    proptest! {
        /// A higher cap leaves in what a lower one does, the count is right, and the order of the examples does
        /// not matter.
        #[test]
        fn choices_are_nested_and_know_no_order(
            keys in proptest::collection::btree_set(any::<u64>(), 1..60),
            low in 1u64..40,
            more in 0u64..40,
            shift in 0usize..60,
        ) {
            let keys: Vec<u64> = keys.into_iter().collect();
            let chosen = |keys: &[u64], limit: u64| -> Vec<u64> {
                let mut facts = Facts::default();
                keys.iter().for_each(|&key| facts.push("a", "b", None, key));
                let cap = Mix::Cap(super::super::Cap { of: Default::default(), examples: limit, each: None });
                let gone = choose(&[cap], &[Set { facts: &facts, there: &all }]).expect("few");
                let mut stay: Vec<u64> =
                    keys.iter().zip(&gone[0]).filter(|(_, gone)| gone.is_none()).map(|(key, _)| *key).collect();
                stay.sort_unstable();
                stay
            };
            let few = chosen(&keys, low);
            prop_assert_eq!(few.len() as u64, low.min(keys.len() as u64));
            let many = chosen(&keys, low + more);
            prop_assert!(few.iter().all(|key| many.contains(key)));
            let mut turned = keys.clone();
            turned.rotate_left(shift % keys.len());
            prop_assert_eq!(chosen(&turned, low), few);
        }

        /// Weighted groups are in proportion to within one example, and one of them is whole.
        #[test]
        fn weights_hold(counts in proptest::collection::vec(1usize..200, 2..5), weights in proptest::collection::vec(0.1f64..9.0, 5)) {
            let names = ["a", "b", "c", "d"];
            let mut rows = Vec::new();
            counts.iter().zip(names).for_each(|(&count, name)| rows.extend(vec![(name, "math", None); count]));
            let own = facts(&rows);
            let groups = counts.iter().zip(names).zip(&weights).map(|((_, name), &weight)| super::super::Weight {
                of: super::super::Which { source: Some(name.to_owned()), ..Default::default() },
                weight,
            });
            let left = stay(&[Mix::Weights(groups.collect())], &[&own]);
            let scale = counts.iter().zip(&weights).map(|(&n, w)| n as f64 / w).fold(f64::INFINITY, f64::min);
            for ((_, left), weight) in left.iter().zip(&weights) {
                prop_assert!((*left as f64 - scale * weight).abs() < 1.0 + 1e-6, "{left} for {weight} at {scale}");
            }
            prop_assert!(left.iter().zip(&counts).any(|((_, left), count)| left == count));
        }
    }
}
