//! Compares the answer with the reference, by kind. In: both as they were read. Out: the same, different, or
//! not decided, with the rule that said so. Among several readings the reference's kinds choose. Never: a
//! pass without a rule that shows the same value, work past the budget.

mod families;
mod forms;
mod lists;
mod matrices;
mod names;
mod ranges;
mod relations;
mod sums;
mod times;
mod values;
mod words;

use super::algebra::{self, Budget, Equality};
use super::expr::{Expr, Function};
use super::read::{Answer, Decimal, Read, Value as ValueOf};

/// What a comparison shows, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// The same.
    Same(&'static str),
    /// Shown to be different.
    Differs(&'static str),
    /// Not decided: the reason's name and why.
    Unknown(&'static str, &'static str),
}

pub(super) const NOT_READ: &str = "math.not_read";
pub(super) const AMBIGUOUS: &str = "math.ambiguous";
pub(super) const UNEVALUATED: &str = "math.unevaluated";
pub(super) const UNDECIDED: &str = "math.undecided";

use Match::{Differs, Same, Unknown};
use forms::{all_zero, conditions, is_one_item, is_phi, is_zero, spelled, unevaluated};

/// What the options and the problem say about comparing.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings<'p> {
    /// Values that agree to this many decimals are the same.
    pub decimals: Option<usize>,
    /// Values that differ by at most this part of the reference are the same.
    pub relative_tolerance: Option<super::algebra::rational::Rational>,
    /// `f(x)` and `f(y)` are the same.
    pub rename_variables: bool,
    /// The problem, which may ask for an order.
    pub problem: &'p str,
}

/// One comparison, with what it may still cost.
pub(super) struct Judge<'s> {
    settings: &'s Settings<'s>,
    /// Steps left for all algebra together.
    steps: usize,
    depth: usize,
}

/// Steps of algebra in one verdict; a single comparison may take no more than [`Budget::default`] of them.
pub(super) const STEPS: usize = 40_000;

/// Compares `answer` with `reference`.
pub(super) fn compare(reference: &Read, answer: &Read, settings: &Settings<'_>) -> Match {
    #[cfg(test)]
    let before = algebra::taken::total();
    let found = by_readings(reference, answer, settings);
    #[cfg(test)]
    assert!(algebra::taken::total() - before <= STEPS, "{} | {}", reference.spelling, answer.spelling);
    match found {
        Same(_) if different_numerals(reference, answer, settings.problem) => {
            Unknown(AMBIGUOUS, "equal as products, different as numerals in base 16")
        }
        Same(_) if different_times(reference, answer, settings.problem) => {
            Unknown(AMBIGUOUS, "equal as ratios, different as times of day")
        }
        found => found,
    }
}

/// Whether both may be numerals in base 16, with letters among their digits, and are different ones: `a0` and `b0`
/// are both zero as products, `2ab` and `2ba` equal. What was meant, the texts do not say. Where the problem speaks
/// of bases, letters alone and digits alone are numerals too.
fn different_numerals(reference: &Read, answer: &Read, problem: &str) -> bool {
    let (Some(reference), Some(answer)) = (&reference.numeral, &answer.numeral) else { return false };
    let lettered = |digits: &&String| digits.bytes().any(|byte| byte.is_ascii_alphabetic());
    let both = [reference, answer];
    if reference == answer || !both.iter().any(lettered) {
        return false;
    }
    let problem = problem.to_lowercase();
    problem.contains("hex")
        || problem.contains("base")
        || both.iter().all(lettered)
            && both.iter().any(|digits| digits.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Whether both may be times of day, the problem speaks of such, and they are different ones: `4:30` and `2:15` are one
/// ratio.
fn different_times(reference: &Read, answer: &Read, problem: &str) -> bool {
    let times = |read: &Read| -> Vec<Answer> {
        read.readings.iter().filter(|reading| matches!(reading, Answer::Clock(..))).cloned().collect()
    };
    let (reference, answer) = (times(reference), times(answer));
    !reference.is_empty()
        && !answer.is_empty()
        && reference.iter().all(|a| answer.iter().all(|b| matches!(times::clocks(a, b), Differs(_))))
        && ["time", "clock", "a.m.", "p.m."].iter().any(|word| problem.to_lowercase().contains(word))
}

/// The same, save for numerals and times.
fn by_readings(reference: &Read, answer: &Read, settings: &Settings<'_>) -> Match {
    if !reference.spelling.is_empty() && reference.spelling == answer.spelling {
        return Same("the same text");
    }
    if reference.too_long || answer.too_long {
        return Unknown("math.too_long", "a side is too long to be read");
    }
    if answer.spelling.is_empty() && answer.readings.is_empty() {
        return Differs("the answer has no content");
    }
    if reference.readings.is_empty() || answer.readings.is_empty() {
        return Unknown(NOT_READ, "a side is not read");
    }
    // `2A3` for `2A3_{16}`.
    if let Some(numeral) = &answer.numeral
        && reference.readings.iter().any(|reading| {
            matches!(reading, Answer::Based { digits, base, .. } if *base > 10 && digits.to_ascii_lowercase() == *numeral)
        })
    {
        return Same("equal digits, the base left out");
    }
    // Letters alone on both sides are words: `ab` is not `ba`.
    let words = |read: &Read| read.readings.iter().any(Answer::is_words);
    let as_words = words(reference) && words(answer);
    let letters = |reading: &Answer| matches!(reading, Answer::Value(value) if !matches!(value.expr, Expr::Number(_) | Expr::Constant(_)));
    // `two` is a number where no words are asked for.
    let counts = |reading: &Answer| match reading {
        Answer::Value(value) => {
            matches!(value.expr, Expr::Number(_) | Expr::Constant(_)) && value.unit.is_none()
        }
        Answer::Clock(..) => true,
        _ => false,
    };
    let no_words = !words(reference) && answer.readings.iter().any(counts);
    let usable = |reading: &&Answer| {
        if no_words && reading.is_words() {
            return false;
        }
        !as_words
            || !match reading {
                Answer::List(items) => items.iter().all(letters),
                reading => letters(reading),
            }
    };
    // Two dates that may each be read as day and month or the other way round are read alike.
    let dates =
        |read: &Read| read.readings.iter().filter(|reading| matches!(reading, Answer::Date(..))).count();
    let alike = dates(reference) > 1 && dates(answer) > 1;
    let mut judge = Judge { settings, steps: STEPS, depth: 0 };
    let mut result: Option<Match> = None;
    for (at, left) in reference.readings.iter().filter(usable).enumerate() {
        for (other, right) in answer.readings.iter().filter(usable).enumerate() {
            if alike && at != other {
                continue;
            }
            match judge.compare(left, right) {
                same @ Same(_) => {
                    // A comma in the reference's likelier reading parts a list: `1,2` is 1.2 to few.
                    if at > 0 && is_short_comma(&reference.readings, left) {
                        return Unknown(
                            AMBIGUOUS,
                            "the comma is a decimal one under one reading of the reference",
                        );
                    }
                    return same;
                }
                Differs(rule) => result = result.or(Some(Differs(rule))),
                unknown @ Unknown(..) => {
                    if !matches!(result, Some(Unknown(name, _)) if name != NOT_READ) {
                        result = Some(unknown);
                    }
                }
            }
        }
    }
    result.unwrap_or(Unknown(NOT_READ, "no reading to compare"))
}

/// Whether `reading` takes the commas of a list for those of one number: `1,5` and `12,34,567` are lists to most.
/// Four digits before a comma, or two behind it, are no list's.
fn is_short_comma(readings: &[Answer], reading: &Answer) -> bool {
    let (Answer::List(items), Answer::Value(value)) = (&readings[0], reading) else { return false };
    match value.decimal {
        Some(Decimal { places, significant }) => {
            items.len() == 2 && places == 1 && significant > 1 && significant - places <= 3
        }
        None => matches!(&value.expr, Expr::Number(number) if number.is_integer()),
    }
}

impl Judge<'_> {
    /// Compares one reading with another.
    fn compare(&mut self, reference: &Answer, answer: &Answer) -> Match {
        self.depth += 1;
        let result = if self.depth > 20 {
            Unknown("math.budget", "nested too deep to compare")
        } else if self.steps == 0 {
            Unknown("math.budget", "the budget of algebra is spent")
        } else {
            self.steps = self.steps.saturating_sub(1);
            #[cfg(test)]
            algebra::taken::add(1);
            self.by_kind(reference, answer)
        };
        self.depth -= 1;
        result
    }

    fn by_kind(&mut self, reference: &Answer, answer: &Answer) -> Match {
        use Answer::{
            Based, Both, Bracketed, Clock, Date, Ellipsis, Except, Family, Identity, List, Matrix, Names,
            Ratio, Relation, Restated, Set, Text, Union, Value,
        };
        match (reference, answer) {
            (Restated(items), _) => {
                let found: Vec<Match> = items.iter().map(|item| self.compare(item, answer)).collect();
                all(found.into_iter(), "one value, said again")
            }
            (_, Restated(items)) => {
                let found: Vec<Match> = items.iter().map(|item| self.compare(reference, item)).collect();
                all(found.into_iter(), "one value, said again")
            }
            (Family(a, x), Family(b, y)) => self.families((a, x), (b, y)),
            (Family(inner, family), other) => self.family(inner, family, other, false),
            (other, Family(inner, family)) => self.family(inner, family, other, true),
            (Relation(_), _) | (_, Relation(_)) => self.relation(reference, answer),
            (Value(a), Value(b)) => self.value(a, b),
            (Text(a), Text(b)) => words::texts(a, b),
            (Names(a), Names(b)) => words::names(a, b, self.settings.problem),
            (Names(_), Set(items)) | (Set(items), Names(_)) if items.is_empty() => {
                Differs("words and nothing at all")
            }
            (Names(names), Text(text)) | (Text(text), Names(names)) => words::one_of(names, text),
            (Text(_) | Names(_), Value(value)) if algebra::is_constant(&value.expr) => {
                Differs("a number where the reference has words")
            }
            (Text(_) | Names(_), _) | (_, Text(_) | Names(_)) => Unknown(NOT_READ, "words on one side alone"),
            (Based { .. }, _) | (_, Based { .. }) => self.based(reference, answer),
            (Clock(..), Clock(..)) => times::clocks(reference, answer),
            (Date(..), Date(..)) => times::dates(reference, answer),
            (Clock(..) | Date(..), _) | (_, Clock(..) | Date(..)) => {
                Unknown(NOT_READ, "a time on one side alone")
            }
            (Ellipsis, Ellipsis) => Same("an ellipsis"),
            (Ellipsis, _) | (_, Ellipsis) => Differs("an ellipsis on one side alone"),
            (Ratio(a), Ratio(b)) => self.ratios(a, b),
            (Ratio(ratio), Value(value)) | (Value(value), Ratio(ratio)) => match ratio[..] {
                [ref a, ref b] if value.unit.is_none() => self.equal(&a.clone().over(b.clone()), &value.expr),
                _ => Differs("a ratio of several terms and a number"),
            },
            (Matrix(a), Matrix(b)) => self.matrices(a, b),
            (Matrix(matrix), Identity { scale, rows }) | (Identity { scale, rows }, Matrix(matrix)) => {
                self.identity(matrix, scale, *rows)
            }
            (Identity { scale: a, rows: m }, Identity { scale: b, rows: n }) => match (m, n) {
                (Some(m), Some(n)) if m != n => Differs("identity matrices of different sizes"),
                _ => self.equal(a, b),
            },
            (Identity { .. }, _) | (_, Identity { .. }) => Differs("a matrix on one side alone"),
            (Matrix(rows), Bracketed { items, .. }) | (Bracketed { items, .. }, Matrix(rows)) => {
                self.vector(rows, items)
            }
            (
                Bracketed { open: a_open, close: a_close, items: a },
                Bracketed { open: b_open, close: b_close, items: b },
            ) => {
                let kind = |open: char, close: char| if open == '⟨' { ('(', ')') } else { (open, close) };
                let inner = self.ordered(a, b, "equal items in order");
                match inner {
                    Same(_) if kind(*a_open, *a_close) == kind(*b_open, *b_close) => inner,
                    Same(_) if a.len() != 2 => Unknown(AMBIGUOUS, "brackets of another kind"),
                    Same(_) => Differs("open and closed ends differ"),
                    other => other,
                }
            }
            (Union(a), Union(b)) => match self.ranges(reference, answer) {
                Unknown(NOT_READ, _) => self.lists(a, b),
                found => found,
            },
            (Both(_), Both(_)) => match self.ranges(reference, answer) {
                Unknown(NOT_READ, _) => {
                    let (mut a, mut b) = (Vec::new(), Vec::new());
                    conditions(reference, &mut a);
                    conditions(answer, &mut b);
                    self.lists(&a, &b)
                }
                found => found,
            },
            (Union(_) | Both(_) | Except(_), _) | (_, Union(_) | Both(_) | Except(_)) => {
                self.ranges(reference, answer)
            }
            // `\phi` for the empty set, from hands that have no other key.
            (Set(items), Value(value)) if items.is_empty() && is_phi(&value.expr) => Same("the empty set"),
            (Set(a), Set(b)) => self.sets(a, b),
            (Set(a), List(b)) | (List(a), Set(b)) => self.sets(a, b),
            (Set(items), Value(_)) if is_one_item(items) => self.compare(&items[0], answer),
            (Value(_), Set(items)) if is_one_item(items) => self.compare(reference, &items[0]),
            (List(a), List(b)) => self.lists(a, b),
            // `25/4 or 6.25`: one value, twice.
            (List(items), Value(_)) if self.all_equal(items) => self.compare(&items[0], answer),
            (Value(_), List(items)) if self.all_equal(items) => self.compare(reference, &items[0]),
            (Bracketed { open: '(' | '⟨', items: a, .. }, List(b))
            | (List(a), Bracketed { open: '(' | '⟨', items: b, .. }) => {
                let (a, b) = (lists::by_name(a), lists::by_name(b));
                self.ordered(&a, &b, "equal items in order, brackets left out")
            }
            (List(items), Value(value)) | (Value(value), List(items))
                if lists::are_choices(items, &value.expr) =>
            {
                Same("the same choices")
            }
            (Bracketed { open: '(' | '⟨', items, .. }, Value(value))
                if let Expr::Apply(Function::Binomial, column) = &value.expr =>
            {
                let column: Vec<Answer> =
                    column.iter().map(|part| Value(ValueOf::bare(part.clone()))).collect();
                self.ordered(items, &column, "equal components")
            }
            (Matrix(rows), Value(value)) if let Expr::Apply(Function::Binomial, column) = &value.expr => {
                let column: Vec<Vec<Expr>> = column.iter().map(|part| vec![part.clone()]).collect();
                self.matrices(rows, &column)
            }
            // `\mathbf{0}` is set like the number.
            (Matrix(_) | Bracketed { .. }, Value(value)) if is_zero(&value.expr) && all_zero(reference) => {
                Unknown(AMBIGUOUS, "a zero that may be a number or a vector")
            }
            (Set(_), Bracketed { .. }) | (Bracketed { .. }, Set(_)) => Differs("a set and an ordered tuple"),
            (List(_), _) | (_, List(_)) => Differs("several values on one side, one on the other"),
            (Set(_), _) | (_, Set(_)) => Differs("a set on one side alone"),
            (Bracketed { .. }, Value(_)) | (Value(_), Bracketed { .. }) => {
                Differs("brackets with several items on one side alone")
            }
            (Bracketed { .. }, Ratio(_)) | (Ratio(_), Bracketed { .. }) => {
                Unknown(NOT_READ, "`to` may be a ratio or a range")
            }
            (Matrix(_), _) | (_, Matrix(_)) => Differs("a matrix on one side alone"),
        }
    }

    /// Whether two expressions are the same.
    fn equal(&mut self, a: &Expr, b: &Expr) -> Match {
        if unevaluated(a) || unevaluated(b) {
            return Unknown(UNEVALUATED, "an integral or a limit is not evaluated");
        }
        if let Some(found) = self.symbolic_sum(a, b) {
            return found;
        }
        match self.algebra(|budget| algebra::equal(a, b, budget)) {
            // What the algebra cannot decide may still be written alike, in another order.
            Unknown(..) if self.steps > 2_000 && spelled(a) == spelled(b) => Same("the same form"),
            found => found,
        }
    }

    /// Runs one decision of the algebra on its share of the budget.
    fn algebra(&mut self, decide: impl FnOnce(&mut Budget) -> Equality) -> Match {
        match self.budgeted(decide) {
            Equality::Same(rule) => Same(rule),
            Equality::Different(rule) => Differs(rule),
            Equality::Unknown(why) => Unknown(UNDECIDED, why),
        }
    }

    fn budgeted<T>(&mut self, work: impl FnOnce(&mut Budget) -> T) -> T {
        let mut budget = Budget::default();
        budget.steps = budget.steps.min(self.steps);
        let given = budget.steps;
        let result = work(&mut budget);
        self.steps -= (given - budget.steps.min(given)).min(self.steps);
        result
    }
}

/// All of them, or what the first that is not the same says; a difference goes before a doubt.
fn all(matches: impl Iterator<Item = Match>, rule: &'static str) -> Match {
    let mut result = Same(rule);
    for found in matches {
        match found {
            Same(_) => {}
            Differs(_) => return found,
            Unknown(..) => result = found,
        }
    }
    result
}
