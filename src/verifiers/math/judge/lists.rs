//! Compares several values with several values. In: items of lists, sets and tuples. Out: a match. Tuples
//! are ordered, sets are not, and of a bare list it depends on what it lists. Never: a pass for a list that
//! holds the right values among others.

use std::borrow::Cow;

use super::super::expr::Expr;
use super::super::read::{Answer, Relation};
use super::Match::{Differs, Same, Unknown};
use super::{AMBIGUOUS, Judge, Match};

impl Judge<'_> {
    /// Item by item.
    pub(super) fn ordered(&mut self, a: &[Answer], b: &[Answer], rule: &'static str) -> Match {
        if a.len() != b.len() {
            return Differs("another number of items");
        }
        let mut result = Same(rule);
        for (a, b) in a.iter().zip(b) {
            match self.compare(a, b) {
                Same(_) => {}
                found @ Differs(_) => return found,
                found @ Unknown(..) => result = found,
            }
        }
        result
    }

    /// Whether two or three values, not all spelt alike, are one and the same.
    pub(super) fn all_equal(&mut self, items: &[Answer]) -> bool {
        (2..=3).contains(&items.len())
            && items.iter().all(|item| matches!(item, Answer::Value(_)))
            && items[1..].iter().any(|item| *item != items[0])
            && items[1..].iter().all(|item| matches!(self.compare(&items[0], item), Same(_)))
    }

    /// As sets: each item has its equal on the other side.
    pub(super) fn sets(&mut self, a: &[Answer], b: &[Answer]) -> Match {
        // The reference comes first in every comparison.
        let missing = "an item of the reference is missing";
        let there = self.each_in(a, b, Same("equal as sets"), missing, |judge, a, b| judge.compare(a, b));
        if let Differs(_) = there {
            return there;
        }
        self.each_in(b, a, there, "an item that the reference lacks", |judge, b, a| judge.compare(a, b))
    }

    /// `result` if each of `these` has its equal among `those`; the doubt about one if there is one.
    fn each_in(
        &mut self,
        these: &[Answer],
        those: &[Answer],
        mut result: Match,
        lacking: &'static str,
        compare: impl Fn(&mut Self, &Answer, &Answer) -> Match,
    ) -> Match {
        for this in these {
            let mut best = Differs(lacking);
            for that in those {
                // A set inside a set is no element: {1, {2}} is not {1, 2}.
                let nested = |a: &Answer, b: &Answer| matches!((a, b), (Answer::Set(_), Answer::Value(_)));
                if nested(this, that) || nested(that, this) {
                    continue;
                }
                match compare(self, this, that) {
                    Same(rule) => {
                        best = Same(rule);
                        break;
                    }
                    found @ Unknown(..) => best = found,
                    Differs(_) => {}
                }
            }
            match best {
                Same(_) => {}
                Differs(_) => return best,
                Unknown(..) => result = best,
            }
        }
        result
    }

    /// Bare lists. In order they are the same. In another order: solutions, pairs, points and sets are, named
    /// values are if the names go with them, and three or more plain values are where the problem asks for all
    /// of them: `4, 10, -2` may be an answer to three questions.
    pub(super) fn lists(&mut self, a: &[Answer], b: &[Answer]) -> Match {
        if let (Some(a), Some(b)) = (as_condition(a), as_condition(b)) {
            let ranges = self.ranges(&a, &b);
            if !matches!(ranges, Unknown(..)) {
                return ranges;
            }
        }
        // Points and pairs written twice are the same points and pairs.
        let compound = |items: &[Answer]| items.iter().all(|item| matches!(item, Answer::Bracketed { .. }));
        if a.len() != b.len() && compound(a) && compound(b) {
            return self.sets(a, b);
        }
        let in_order = self.ordered(a, b, "equal items in order");
        if matches!(in_order, Same(_)) || a.len() != b.len() {
            return in_order;
        }
        let dots = |items: &[Answer]| items.contains(&Answer::Ellipsis);
        if dots(a) || dots(b) {
            return in_order;
        }
        // Each item takes one of the other side.
        let mut free: Vec<usize> = (0..b.len()).collect();
        let mut doubt = None;
        for a in a {
            let mut found = None;
            for (at, &index) in free.iter().enumerate() {
                match self.compare(a, &b[index]) {
                    Same(_) => {
                        found = Some(at);
                        break;
                    }
                    unknown @ Unknown(..) => doubt = Some(unknown),
                    Differs(_) => {}
                }
            }
            match found {
                Some(at) => _ = free.remove(at),
                None => return doubt.unwrap_or(Differs("an item of the reference is missing")),
            }
        }
        let names = |items: &[Answer]| -> Vec<String> { items.iter().filter_map(named).collect() };
        let (a_names, b_names) = (names(a), names(b));
        let different =
            a_names.iter().any(|name| *name != a_names[0]) || b_names.iter().any(|name| *name != b_names[0]);
        if different && (a_names.len() != a.len() || b_names.len() != b.len()) {
            return Differs("named values in another order");
        }
        let plain =
            a.iter().all(|item| matches!(item, Answer::Value(_) | Answer::Based { .. } | Answer::Text(_)));
        match asks_for_order(self.settings.problem) {
            Some(true) if plain => Differs("the problem asks for an order"),
            Some(false) => Same("equal items in any order"),
            _ if !plain || a.len() == 2 => Same("equal items in any order"),
            _ => Unknown(AMBIGUOUS, "equal items in another order, which may matter"),
        }
    }
}

/// The name of an item `x = 3`.
fn named(item: &Answer) -> Option<String> {
    match item {
        Answer::Relation(Relation { sides, .. }) => sides.first()?.name.clone(),
        _ => None,
    }
}

/// Values named by one letter each, in the order of the names: `y = 2, x = 1` is the point (1, 2).
pub(super) fn by_name(items: &[Answer]) -> Cow<'_, [Answer]> {
    let mut names: Vec<(String, &Answer)> =
        items.iter().filter_map(|item| Some((named(item)?, item))).collect();
    let single = names.iter().all(|(name, _)| name.chars().count() == 1);
    if names.len() < items.len() || !single {
        return Cow::Borrowed(items);
    }
    names.sort_by(|a, b| a.0.cmp(&b.0));
    Cow::Owned(names.into_iter().map(|(_, item)| item.clone()).collect())
}

/// `x < 1 or x > 2`: one set of numbers, if every item is an inequality.
fn as_condition(items: &[Answer]) -> Option<Answer> {
    use super::super::read::Rel;
    let inequality = |item: &Answer| matches!(item, Answer::Relation(relation) if relation.rels.iter().all(|rel| matches!(rel, Rel::Lt | Rel::Le | Rel::Gt | Rel::Ge)));
    items.iter().all(inequality).then(|| Answer::List(items.to_vec()))
}

/// Whether the problem asks for values in an order, or for all values in any.
pub(super) fn asks_for_order(problem: &str) -> Option<bool> {
    let end = problem.floor_char_boundary(8_000);
    let lower = problem[..end].to_lowercase();
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    if has(&[
        "ordered triple",
        "ordered quad",
        "ordered tuple",
        "in order",
        "respectively",
        "to greatest",
        "to least",
        "to largest",
        "to smallest",
        "increasing order",
        "ascending",
        "descending",
        "decreasing order",
        "that order",
        "the order from",
        "what order",
        "which order",
        "order them",
        "ordered from",
        "alphabetical order",
        "rank the",
        "ranked from",
    ]) {
        return Some(true);
    }
    has(&[
        "all solutions",
        "all possible",
        "all values",
        "all real",
        "all integer",
        "all the",
        "find all",
        "roots",
        "all complex",
        "all positive",
        "solutions",
    ])
    .then_some(false)
}

/// Whether `joined` are the letters of the choices `items` in their order: `ABD` and `A, B, D`, `①③` and `①, ③`.
pub(super) fn are_choices(items: &[Answer], joined: &Expr) -> bool {
    let choice = |expr: &Expr| match expr {
        Expr::Symbol(name) => name
            .chars()
            .next()
            .filter(|letter| name.chars().count() == 1 && matches!(letter, 'A'..='H' | '①'..='⑨')),
        _ => None,
    };
    let Expr::Product(factors) = joined else { return false };
    let mut letters = Vec::new();
    for factor in factors {
        match factor {
            Expr::Product(inner) => letters.extend(inner.iter().map(choice)),
            other => letters.push(choice(other)),
        }
    }
    let ascending = letters.windows(2).all(|pair| pair[0] < pair[1]);
    let mut listed: Vec<Option<char>> = items
        .iter()
        .map(|item| match item {
            Answer::Value(value) if value.unit.is_none() => choice(&value.expr),
            _ => None,
        })
        .collect();
    listed.sort_unstable();
    letters.len() > 1 && ascending && letters.iter().all(Option::is_some) && letters == listed
}
