//! Units of measure, currencies and the nouns that stand in their place. In: the tokens behind a number.
//! Out: a unit with its factor to the base units, exact. Never: a conversion that is not exact, or one
//! between what is not of the same kind.

use super::super::algebra::rational::Rational;
use super::super::expr::{Expr, Function};
use super::lex::{Mark, Tok, Token};

/// A unit: base units with their powers, and how many of those it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Unit {
    /// Base units by name, sorted, each with a power that is not zero.
    pub bases: Vec<(String, i32)>,
    /// This unit in base units.
    pub factor: Rational,
    /// Every base is a unit of measure and not just a noun.
    pub known: bool,
    /// It is one letter right behind a number, which may be a variable.
    pub weak: bool,
}

/// Name or symbol, base unit, and factor as numerator and denominator. SI by definition; the yard and pound
/// agreement of 1959; 1 h = 3600 s. Gallons and pints are the US ones.
const UNITS: [(&[&str], &str, i64, i64); 62] = [
    (&["m", "meter", "metre"], "m", 1, 1),
    (&["km", "kilometer", "kilometre", "kms"], "m", 1000, 1),
    (&["cm", "centimeter", "centimetre", "cms"], "m", 1, 100),
    (&["mm", "millimeter", "millimetre"], "m", 1, 1000),
    (&["dm", "decimeter", "decimetre"], "m", 1, 10),
    (&["μm", "um", "micrometer", "micron"], "m", 1, 1_000_000),
    (&["nm", "nanometer", "nanometre"], "m", 1, 1_000_000_000),
    (&["in", "inch", "inche", "inches"], "m", 254, 10_000),
    (&["ft", "foot", "feet"], "m", 3048, 10_000),
    (&["yd", "yard"], "m", 9144, 10_000),
    (&["mi", "mile"], "m", 1_609_344, 1000),
    (&["g", "gram", "gm", "gramme"], "g", 1, 1),
    (&["kg", "kilogram", "kilo", "kgs"], "g", 1000, 1),
    (&["mg", "milligram"], "g", 1, 1000),
    (&["lb", "pound", "lbs"], "g", 45_359_237, 100_000),
    (&["oz", "ounce"], "g", 45_359_237, 1_600_000),
    (&["ton", "tonne"], "t", 1, 1),
    (&["s", "sec", "second", "secs"], "s", 1, 1),
    (&["ms", "millisecond"], "s", 1, 1000),
    (&["min", "minute", "mins"], "s", 60, 1),
    (&["h", "hr", "hour", "hrs"], "s", 3600, 1),
    (&["day"], "s", 86_400, 1),
    (&["week"], "s", 604_800, 1),
    (&["month"], "month", 1, 1),
    (&["yr", "year"], "month", 12, 1),
    (&["L", "l", "liter", "litre"], "L", 1, 1),
    (&["mL", "ml", "milliliter", "millilitre"], "L", 1, 1000),
    (&["gal", "gallon"], "gal", 1, 1),
    (&["quart", "qt"], "gal", 1, 4),
    (&["pint", "pt"], "gal", 1, 8),
    (&["cup"], "gal", 1, 16),
    (&["N", "newton"], "N", 1, 1),
    (&["J", "joule"], "J", 1, 1),
    (&["kJ", "kilojoule"], "J", 1000, 1),
    (&["W", "watt"], "W", 1, 1),
    (&["kW", "kilowatt"], "W", 1000, 1),
    (&["Pa", "pascal"], "Pa", 1, 1),
    (&["kPa"], "Pa", 1000, 1),
    (&["atm"], "atm", 1, 1),
    (&["V", "volt"], "V", 1, 1),
    (&["A", "amp", "ampere"], "A", 1, 1),
    (&["C", "coulomb"], "C", 1, 1),
    (&["Hz", "hertz"], "Hz", 1, 1),
    (&["kHz"], "Hz", 1000, 1),
    (&["K", "kelvin"], "K", 1, 1),
    (&["mol", "mole"], "mol", 1, 1),
    (&["eV"], "eV", 1, 1),
    (&["MeV"], "eV", 1_000_000, 1),
    (&["rad", "radian"], "rad", 1, 1),
    (&["°C", "celsius", "Celsius"], "°C", 1, 1),
    (&["°F", "fahrenheit", "Fahrenheit"], "°F", 1, 1),
    (&["acre"], "acre", 1, 1),
    (&["dollar", "usd", "USD", "buck"], "$", 1, 1),
    (&["cent", "¢"], "$", 1, 100),
    (&["euro", "EUR"], "€", 1, 1),
    (&["pence", "penny", "pennies"], "penny", 1, 1),
    (&["yuan", "元", "rmb", "RMB"], "yuan", 1, 1),
    (&["yen"], "yen", 1, 1),
    (&["rupee", "Rs", "INR"], "₹", 1, 1),
    (&["cc"], "L", 1, 1000),
    (&["dozen"], "dozen", 1, 1),
    (&["AU", "ly", "pc", "erg", "dyne", "cal"], "?", 1, 1),
];

/// Words of a unit phrase that mean nothing of their own.
const FILLERS: [&str; 16] = [
    "unit",
    "units",
    "of",
    "the",
    "a",
    "an",
    "in",
    "total",
    "long",
    "tall",
    "old",
    "away",
    "each",
    "approximately",
    "about",
    "exactly",
];

/// Words that no unit phrase holds.
const VERBS: [&str; 24] = [
    "is",
    "isn",
    "are",
    "was",
    "were",
    "be",
    "not",
    "no",
    "never",
    "cannot",
    "can",
    "must",
    "should",
    "would",
    "does",
    "if",
    "then",
    "but",
    "so",
    "because",
    "wrong",
    "incorrect",
    "than",
    "except",
];

fn lookup(name: &str) -> Option<(&'static str, i64, i64)> {
    let find = |name: &str| {
        UNITS
            .iter()
            .find(|(names, ..)| names.contains(&name))
            .map(|&(_, base, over, under)| (base, over, under))
    };
    find(name).or_else(|| {
        let lower = name.to_lowercase();
        let singular = lower.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(&lower);
        if name.len() > 2 { find(singular).or_else(|| find(&lower)) } else { None }
    })
}

/// Whether `word` is a unit of measure.
pub(super) fn is_known(word: &str) -> bool {
    lookup(word).is_some() || matches!(word, "mph" | "kph" | "sq" | "km" | "rpm")
}

/// The currency that `sign` stands for.
pub(super) fn currency(sign: char) -> Unit {
    let base = match sign {
        '$' => "$",
        '€' => "€",
        '£' => "£",
        '¥' => "yen",
        _ => "₹",
    };
    Unit { bases: vec![(base.to_owned(), 1)], factor: Rational::one(), known: true, weak: false }
}

/// The unit of degrees of an angle.
pub(super) fn degree() -> Unit {
    Unit { bases: vec![("°".to_owned(), 1)], factor: Rational::one(), known: true, weak: false }
}

/// The unit that all of `tokens` make up: `cm^2`, `square feet`, `m/s`, `miles per hour`, `children tickets`.
/// `plain` says that the answer is no LaTeX. `None` if they are no unit.
pub(super) fn read(tokens: &[Token], plain: bool) -> Option<Unit> {
    let mut unit = Unit { bases: Vec::new(), factor: Rational::one(), known: true, weak: false };
    let (mut at, mut sign, mut squared, mut count) = (0, 1, 1, 0);
    let mut fraction = false;
    let mut label = Vec::new();
    while let Some(token) = tokens.get(at) {
        at += 1;
        let word = match &token.tok {
            Tok::Word(word) => word.clone(),
            // `\text{ min}`.
            Tok::Function(Function::Min) => "min".to_owned(),
            Tok::Mark(Mark::Frac) => {
                fraction = true;
                continue;
            }
            Tok::Group
                if fraction
                    && matches!(
                        tokens.get(at.wrapping_sub(2)).map(|before| &before.tok),
                        Some(Tok::EndGroup)
                    ) =>
            {
                sign = -1;
                continue;
            }
            Tok::Letter(letter) => {
                // A letter is a unit in text, or set apart in an answer without LaTeX.
                if !token.text {
                    if token.spaced && plain {
                    } else if count == 0 && at == 1 {
                        unit.weak = true;
                    } else if !plain
                        && !matches!(
                            tokens.get(at.wrapping_sub(2)).map(|before| &before.tok),
                            Some(Tok::Op('/'))
                        )
                    {
                        return None;
                    }
                }
                letter.to_string()
            }
            Tok::Degree => match tokens.get(at).map(|token| &token.tok) {
                Some(Tok::Letter(scale @ ('C' | 'F'))) => {
                    at += 1;
                    format!("°{scale}")
                }
                _ => return None,
            },
            Tok::Currency(sign) => {
                unit.bases.extend(currency(*sign).bases);
                count += 1;
                continue;
            }
            Tok::Op('/') => {
                sign = -1;
                continue;
            }
            Tok::Op('*' | '-') | Tok::Group | Tok::EndGroup => continue,
            _ => return None,
        };
        count += 1;
        // Words of a sentence: `3 is not the answer` measures nothing.
        if count > 8 || VERBS.contains(&word.to_lowercase().as_str()) {
            return None;
        }
        match word.as_str() {
            "per" => {
                sign = -1;
                continue;
            }
            "square" | "sq" | "squared" => {
                if word == "squared" {
                    if let Some(last) = unit.bases.last_mut() {
                        last.1 *= 2;
                        unit.factor = unit.factor.times(&unit.factor);
                    }
                } else {
                    squared = 2;
                }
                continue;
            }
            "cubic" => {
                squared = 3;
                continue;
            }
            _ => {}
        }
        let mut power = squared * sign;
        squared = 1;
        if tokens.get(at).map(|token| &token.tok) == Some(&Tok::Op('^')) {
            let group = usize::from(tokens.get(at + 1).map(|token| &token.tok) == Some(&Tok::Group));
            let mut digit = at + 1 + group;
            let negative = tokens.get(digit).map(|token| &token.tok) == Some(&Tok::Op('-'));
            digit += usize::from(negative);
            let Some(Tok::Number(exponent)) = tokens.get(digit).map(|token| &token.tok) else { return None };
            let exponent: i32 = exponent.whole.parse().ok().filter(|exponent| (1..=6).contains(exponent))?;
            power *= if negative { -exponent } else { exponent };
            at = digit + 1;
            if group > 0 {
                // `cm^{2+1}` and a group that is never closed are no unit.
                if tokens.get(at).map(|token| &token.tok) != Some(&Tok::EndGroup) {
                    return None;
                }
                at += 1;
            }
        }
        if FILLERS.contains(&word.to_lowercase().as_str()) && word != "in" {
            let last = !tokens[at..].iter().any(|token| !matches!(token.tok, Tok::Group | Tok::EndGroup));
            if last && matches!(word.to_lowercase().as_str(), "a" | "an" | "the" | "of") {
                // Nothing follows that it could belong to: `4a` is a product, or a numeral in base 16.
                return None;
            }
            continue;
        }
        if word == "mph" || word == "kph" {
            let (over, under) = if word == "mph" { (1_609_344, 1000) } else { (1000, 1) };
            unit.bases.extend([("m".to_owned(), 1), ("s".to_owned(), -1)]);
            unit.factor = unit.factor.times(&Rational::new(over, under)).times(&Rational::new(1, 3600));
            continue;
        }
        match lookup(&word) {
            Some((base, over, under)) => {
                unit.bases.push((base.to_owned(), power));
                unit.factor = unit.factor.times(&Rational::new(over, under).power(i64::from(power), 4_000)?);
            }
            None => {
                let lower = word.to_lowercase();
                let singular = lower.strip_suffix('s').unwrap_or(&lower).to_owned();
                label.push(singular);
                unit.known = false;
            }
        }
    }
    if !label.is_empty() {
        unit.bases.push((label.join(" "), 1));
    }
    unit.bases.sort();
    unit.bases.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1 += later.1;
        }
        same
    });
    unit.bases.retain(|base| base.1 != 0);
    (count > 0).then_some(unit)
}

/// How two units relate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Relation {
    /// The same kind: multiply the first value by this to have it in the second unit.
    Convert(Rational),
    /// Not of the same kind.
    Different,
    /// Nouns: the same thing or not, nobody knows.
    Nouns,
}

/// How `a` relates to `b`.
pub(in super::super) fn relate(a: &Unit, b: &Unit) -> Relation {
    if a.bases == b.bases {
        Relation::Convert(a.factor.over(&b.factor))
    } else if a.bases.is_empty() || b.bases.is_empty() {
        // "units" is no unit, of any power.
        Relation::Convert(Rational::one())
    } else if !a.known || !b.known {
        Relation::Nouns
    } else {
        Relation::Different
    }
}

/// The factor of `million` and the like.
pub(super) fn scale(word: &str) -> Option<i64> {
    Some(match word {
        "hundred" => 100,
        "thousand" | "thousands" => 1000,
        "million" | "millions" => 1_000_000,
        "billion" | "billions" => 1_000_000_000,
        "trillion" | "trillions" => 1_000_000_000_000,
        _ => return None,
    })
}

/// The fraction that English words spell: `three fourths`, `a half`, `two and one third`.
fn spelled_fraction(words: &[&str]) -> Option<Expr> {
    const PARTS: [(&str, i64); 12] = [
        ("half", 2),
        ("third", 3),
        ("fourth", 4),
        ("quarter", 4),
        ("fifth", 5),
        ("sixth", 6),
        ("seventh", 7),
        ("eighth", 8),
        ("ninth", 9),
        ("tenth", 10),
        ("hundredth", 100),
        ("thousandth", 1000),
    ];
    let (last, before) = words.split_last()?;
    let singular = if *last == "halves" { "half" } else { last.strip_suffix('s').unwrap_or(last) };
    let &(_, under) = PARTS.iter().find(|(name, _)| *name == singular)?;
    let (whole, over) = match before.iter().position(|word| *word == "and") {
        Some(at) => (whole_number(&before[..at])?, &before[at + 1..]),
        None => (0, before),
    };
    let over = match over {
        ["a" | "an"] => 1,
        // "third" alone is a place in an order.
        [] if under == 2 => 1,
        words => whole_number(words)?,
    };
    Some(Expr::Number(Rational::new(whole * under + over, under)))
}

/// The number that English words spell: fractions, and what [`whole_number`] reads.
pub(super) fn spelled(words: &[&str]) -> Option<Expr> {
    whole_number(words).map(Expr::integer).or_else(|| spelled_fraction(words))
}

/// The whole number that English words spell: `twenty-five`, `three hundred and four`. Up to 999,999.
fn whole_number(words: &[&str]) -> Option<i64> {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    if words.is_empty() || words.len() > 10 {
        return None;
    }
    let (mut total, mut part, mut last) = (0i64, 0i64, 0i64);
    for word in words {
        if *word == "and" && last == 100 {
            continue;
        }
        let step = if let Some(ones) = ONES.iter().position(|known| known == word) {
            if part % 10 != 0 || (ones >= 10 && part % 100 != 0) || (last > 0 && last < 20) {
                return None;
            }
            part += ones as i64;
            ones as i64
        } else if let Some(tens) = TENS.iter().position(|known| known == word) {
            if part % 100 != 0 {
                return None;
            }
            part += (tens as i64 + 2) * 10;
            20
        } else if *word == "hundred" && (1..10).contains(&part) {
            part *= 100;
            100
        } else if *word == "thousand" && part > 0 && total == 0 {
            total = part * 1000;
            part = 0;
            1000
        } else {
            return None;
        };
        last = step;
    }
    Some(total + part)
}
