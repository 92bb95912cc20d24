//! Unit conversions: length, mass, volume and time; single, compound and decimal amounts, and sums
//! and multiples of durations.
//!
//! In come parameters, out come a problem and its answer: an integer, a decimal with two places, or
//! a list of integers, largest unit first. The experts are in `chains`.

mod chains;
mod clock;
mod facts;

use super::scribe::{NAMES, ask_box, boxed, phrase, piece};
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// The family.
pub struct UnitConversion;

/// Units of one kind, largest first, and how many of each next one make one.
#[derive(Debug, PartialEq, Eq)]
struct Scale {
    what: What,
    units: &'static [&'static str],
    factors: &'static [i64],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Length,
    Mass,
    Volume,
    Time,
}

const fn scale(what: What, units: &'static [&'static str], factors: &'static [i64]) -> Scale {
    Scale { what, units, factors }
}

const PAIRS: [Scale; 15] = [
    scale(What::Length, &["kilometer", "meter"], &[1000]),
    scale(What::Length, &["meter", "centimeter"], &[100]),
    scale(What::Length, &["centimeter", "millimeter"], &[10]),
    scale(What::Length, &["meter", "millimeter"], &[1000]),
    scale(What::Mass, &["kilogram", "gram"], &[1000]),
    scale(What::Mass, &["tonne", "kilogram"], &[1000]),
    scale(What::Mass, &["gram", "milligram"], &[1000]),
    scale(What::Volume, &["liter", "milliliter"], &[1000]),
    scale(What::Volume, &["liter", "centiliter"], &[100]),
    scale(What::Volume, &["liter", "deciliter"], &[10]),
    scale(What::Time, &["hour", "minute"], &[60]),
    scale(What::Time, &["minute", "second"], &[60]),
    scale(What::Time, &["day", "hour"], &[24]),
    scale(What::Time, &["week", "day"], &[7]),
    scale(What::Time, &["year", "month"], &[12]),
];

/// Pairs with two or three zeros, for decimals: places in `PAIRS`.
const DECIMAL: [usize; 7] = [0, 1, 4, 5, 6, 7, 8];

const TRIPLES: [Scale; 5] = [
    scale(What::Time, &["week", "day", "hour"], &[7, 24]),
    scale(What::Time, &["day", "hour", "minute"], &[24, 60]),
    scale(What::Time, &["hour", "minute", "second"], &[60, 60]),
    scale(What::Length, &["kilometer", "meter", "centimeter"], &[1000, 100]),
    scale(What::Mass, &["tonne", "kilogram", "gram"], &[1000, 1000]),
];

const QUADRUPLES: [Scale; 2] = [
    scale(What::Time, &["week", "day", "hour", "minute"], &[7, 24, 60]),
    scale(What::Length, &["kilometer", "meter", "centimeter", "millimeter"], &[1000, 100, 10]),
];

/// The scale of sums and multiples.
const CLOCK: &Scale = &TRIPLES[2];

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// `n` of the larger unit into the smaller one; `up`: the way back.
    Single { n: i64, up: bool },
    /// An amount in several units into the smallest one; `split`: the way back.
    Levels { values: Vec<i64>, split: bool },
    /// `n` hundredths of the larger unit into the smaller one; `up`: the way back.
    Decimal { n: i64, up: bool },
    /// The sum of two durations.
    Add { x: [i64; 3], y: [i64; 3] },
    /// `n` times a duration.
    Times { n: i64, x: [i64; 3] },
}

/// One problem.
#[derive(Debug, Clone)]
pub struct Params {
    name: &'static str,
    scale: &'static Scale,
    kind: Kind,
}

/// Values at a level: amounts of a unit of which `factor` make one of the next are multiples of this.
fn grain(factor: i64) -> i64 {
    if factor == 1000 { 25 } else { 1 }
}

/// The number of amounts of a scale whose first value has `first` choices.
fn amounts(scale: &Scale, first: u64) -> u64 {
    scale.factors.iter().fold(first, |count, &f| count * (f / grain(f) - 1) as u64)
}

/// An amount: the first value in `low..low + first`, the others from 1 to below their factor.
fn amount(scale: &Scale, low: i64, first: u64, digits: &mut Digits) -> Vec<i64> {
    let mut values = vec![low + digits.below(first) as i64];
    values.extend(scale.factors.iter().map(|&f| grain(f) * digits.range(1, f / grain(f) - 1)));
    values
}

/// Seconds (or whatever is smallest) of an amount.
fn total(scale: &Scale, values: &[i64]) -> i64 {
    values.iter().skip(1).zip(scale.factors).fold(values[0], |sum, (v, f)| sum * f + v)
}

/// `1 hour`, `3 hours`.
fn count(n: i64, unit: &str) -> String {
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}

/// `2 hours, 5 minutes and 1 second`.
fn said(scale: &Scale, values: &[i64]) -> String {
    let parts: Vec<String> = values.iter().zip(scale.units).map(|(v, u)| count(*v, u)).collect();
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}

/// `345` hundredths as `3.45`.
fn decimal(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Numbers with commas between.
fn list(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

/// The sum or multiple with seconds and minutes below 60.
fn carried(raw: [i64; 3]) -> [i64; 3] {
    let minutes = raw[1] + raw[2] / 60;
    [raw[0] + minutes / 60, minutes % 60, raw[2] % 60]
}

impl Params {
    fn answer(&self) -> String {
        let factor = self.scale.factors[0];
        match &self.kind {
            Kind::Single { n, up } => if *up { *n } else { n * factor }.to_string(),
            Kind::Levels { values, split: true } => list(values),
            Kind::Levels { values, .. } => total(self.scale, values).to_string(),
            Kind::Decimal { n, up: true } => decimal(*n),
            Kind::Decimal { n, .. } => (n * factor / 100).to_string(),
            Kind::Add { x, y } => list(&carried(std::array::from_fn(|i| x[i] + y[i]))),
            Kind::Times { n, x } => list(&carried(x.map(|v| n * v))),
        }
    }

    /// The amount that is given, and the units that are asked for.
    fn question(&self) -> (String, String) {
        let units = self.scale.units;
        let (large, small) = (units[0], units[units.len() - 1]);
        let factor = self.scale.factors[0];
        match &self.kind {
            Kind::Single { n, up: true } => (count(n * factor, small), format!("{large}s")),
            Kind::Single { n, .. } => (count(*n, large), format!("{small}s")),
            Kind::Decimal { n, up: true } => (count(n * factor / 100, small), format!("{large}s")),
            Kind::Decimal { n, .. } => (format!("{} {large}s", decimal(*n)), format!("{small}s")),
            Kind::Levels { values, split: true } => {
                (count(total(self.scale, values), small), self.unit_list())
            }
            Kind::Levels { values, .. } => (said(self.scale, values), format!("{small}s")),
            Kind::Add { .. } | Kind::Times { .. } => (String::new(), self.unit_list()),
        }
    }

    /// `hours, minutes and seconds`.
    fn unit_list(&self) -> String {
        let units: Vec<String> = self.scale.units.iter().map(|u| format!("{u}s")).collect();
        format!("{} and {}", units[..units.len() - 1].join(", "), units[units.len() - 1])
    }
}

impl Family for UnitConversion {
    const NAME: &'static str = "unit_conversion";
    const DOMAIN: &'static str = "math";
    type Params = Params;

    fn params(difficulty: u32, digits: &mut Digits) -> Params {
        let name = NAMES[digits.below(NAMES.len() as u64) as usize];
        let params = |scale, kind| Params { name, scale, kind };
        match difficulty {
            1 => {
                let scale = &PAIRS[digits.below(PAIRS.len() as u64) as usize];
                params(scale, Kind::Single { n: digits.range(2, 50), up: digits.below(2) == 1 })
            }
            2 => {
                let split = digits.below(2) == 1;
                let (which, mut d) = piece(digits, &PAIRS.each_ref().map(|s| amounts(s, 24)));
                params(&PAIRS[which], Kind::Levels { values: amount(&PAIRS[which], 2, 24, &mut d), split })
            }
            3 => {
                let back = digits.below(2) == 1;
                let mut sizes = TRIPLES.each_ref().map(|s| amounts(s, 8)).to_vec();
                sizes.push(9_899 * DECIMAL.len() as u64);
                let (which, mut d) = piece(digits, &sizes);
                if let Some(scale) = TRIPLES.get(which) {
                    return params(scale, Kind::Levels { values: amount(scale, 2, 8, &mut d), split: back });
                }
                let n = d.range(101, 9_999);
                params(&PAIRS[DECIMAL[d.below(DECIMAL.len() as u64) as usize]], Kind::Decimal { n, up: back })
            }
            _ => {
                let quadruples = QUADRUPLES.each_ref().map(|s| amounts(s, 2) * 2);
                let five = 9 * 11 * 11 * 4 * 11 * 11;
                let (which, mut d) = piece(digits, &[quadruples[0], quadruples[1], five, 8 * 9 * 59 * 59]);
                let d = &mut d;
                match which {
                    0 | 1 => {
                        let split = d.below(2) == 1;
                        let values = amount(&QUADRUPLES[which], 1, 2, d);
                        params(&QUADRUPLES[which], Kind::Levels { values, split })
                    }
                    2 => {
                        let x = [d.range(1, 9), 5 * d.range(1, 11), 5 * d.range(1, 11)];
                        let y = [d.range(1, 4), 5 * d.range(1, 11), 5 * d.range(1, 11)];
                        params(CLOCK, Kind::Add { x, y })
                    }
                    _ => {
                        let n = d.range(2, 9);
                        let x = [d.range(1, 9), d.range(1, 59), d.range(1, 59)];
                        params(CLOCK, Kind::Times { n, x })
                    }
                }
            }
        }
    }

    fn pose(params: &Params, words: &mut Rng) -> Posed {
        let Params { name, scale, kind } = params;
        let (given, wanted) = params.question();
        let story = match scale.what {
            What::Length => "A path on the map of {name} is {given} long. What is its length in {wanted}?",
            What::Mass => "A load that {name} moves weighs {given}. What is its weight in {wanted}?",
            What::Volume => "A tank of {name} holds {given}. What is its volume in {wanted}?",
            What::Time => "A journey of {name} takes {given}. How long is that in {wanted}?",
        };
        let n = if let Kind::Times { n, .. } = kind { *n } else { 0 };
        let clock = |values: &[i64]| said(CLOCK, values);
        let (x, y) = match kind {
            Kind::Add { x, y } => (clock(x), clock(y)),
            Kind::Times { x, .. } => (clock(x), String::new()),
            _ => Default::default(),
        };
        let templates: &[&str] = match kind {
            Kind::Add { .. } => &[
                "{name} works for {x} in the morning and for {y} in the afternoon. How long is that in all, in {wanted}?",
                "Two films that {name} watches last {x} and {y}. What is the length of both together in {wanted}?",
                "{name} needs {x} for the first part of a walk and {y} for the second. Find the whole time in {wanted}.",
                "Add {x} and {y} for {name}. What is the sum in {wanted}?",
                "A machine of {name} runs for {x}, and later for {y}. For how long does it run in all, in {wanted}?",
            ],
            Kind::Times { .. } => &[
                "A tour of {name} takes {x}. How long do {n} such tours take, in {wanted}?",
                "{name} watches {n} films, and each lasts {x}. How long is that in all, in {wanted}?",
                "A machine of {name} runs {n} times, for {x} each time. Find the whole time in {wanted}.",
                "Multiply {x} by {n} for {name}. What is the product in {wanted}?",
                "{name} practices for {x} on each of {n} days. What is the total in {wanted}?",
            ],
            _ => &[
                story,
                "{name} wants to convert {given} to {wanted}. What is the result?",
                "How many {wanted} are {given}? {name} has to know this for a test.",
                "On a worksheet, {name} must write {given} in {wanted}. What should {name} write?",
                "{name} measures {given}. Express this in {wanted}.",
            ],
        };
        let text = phrase(
            words,
            templates,
            &[("name", name), ("given", &given), ("wanted", &wanted), ("x", &x), ("y", &y), ("n", &n)],
        );
        let form = match kind {
            Kind::Decimal { up: true, .. } => "with exactly two decimals".to_owned(),
            Kind::Levels { split: true, .. } | Kind::Add { .. } | Kind::Times { .. } => {
                let small = &scale.units[1..];
                let limits: Vec<String> =
                    small.iter().zip(scale.factors).map(|(u, f)| format!("fewer than {f} {u}s")).collect();
                let example = &[3, 5, 2, 4][..scale.units.len()];
                format!(
                    "as {} numbers, with {}, separated by commas like {},",
                    scale.units.len(),
                    limits.join(" and "),
                    list(example)
                )
            }
            _ => "as an integer".to_owned(),
        };
        Posed::with_answer(format!("{text} {}", ask_box(words, &form)), params.answer())
    }

    fn expert(params: &Params, rng: &mut Rng) -> Chain {
        let reasoning = chains::solve(params, rng);
        let (given, wanted) = params.question();
        let templates: &[&str] = match params.kind {
            Kind::Add { .. } => &[
                "The sum in {wanted} is {box}.",
                "Together, in {wanted}: {box}.",
                "Added up, this makes in {wanted} {box}.",
            ],
            Kind::Times { .. } => &[
                "The whole time in {wanted} is {box}.",
                "In {wanted}, the total is {box}.",
                "All together take, in {wanted}, {box}.",
            ],
            _ => &[
                "{given}, in {wanted}: {box}.",
                "Converted to {wanted}, {given} gives {box}.",
                "In {wanted}, {given} is written {box}.",
            ],
        };
        let solution = phrase(
            rng,
            templates,
            &[("given", &given), ("wanted", &wanted), ("box", &boxed(&params.answer()))],
        );
        Chain { reasoning, solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::tasks::scribe::proof;

    /// Everything in the smallest unit, and back by counting down the large units one by one.
    fn answer(params: &Params) -> String {
        let s = params.scale;
        let sizes: Vec<i64> = (0..s.units.len()).map(|i| s.factors[i..].iter().product()).collect();
        let small = |v: &[i64]| v.iter().zip(&sizes).map(|(v, s)| v * s).sum::<i64>();
        let parts = |mut rest: i64| {
            let taken = sizes.iter().map(|size| {
                let mut n = 0;
                while rest >= *size {
                    (rest, n) = (rest - size, n + 1);
                }
                n.to_string()
            });
            taken.collect::<Vec<_>>().join(", ")
        };
        match &params.kind {
            Kind::Single { n, up: false } => small(&[*n]).to_string(),
            Kind::Single { n, .. } => (small(&[*n]) / sizes[0]).to_string(),
            Kind::Levels { values, split: false } => small(values).to_string(),
            Kind::Levels { values, .. } => parts(small(values)),
            Kind::Decimal { n, up: false } => (small(&[*n]) / 100).to_string(),
            Kind::Decimal { n, .. } => format!("{:.2}", *n as f64 / 100.0),
            Kind::Add { x, y } => parts(small(x) + small(y)),
            Kind::Times { n, x } => parts(n * small(x)),
        }
    }

    #[test]
    fn unit_conversion_holds() {
        proof::holds::<UnitConversion>([58_800, 1_167_360, 12_172_560, 37_970_880], answer);
    }
}
