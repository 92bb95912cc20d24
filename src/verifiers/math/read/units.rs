//! Units of measure, currencies and the nouns that stand in their place. In: the tokens behind a number.
//! Out: a unit with its factor to the base units, exact. Never: a conversion that is not exact, or one
//! between what is not of the same kind.

mod table;

use super::super::algebra::rational::Rational;
use super::super::expr::Function;
use super::lex::{Mark, Tok, Token};
use table::lookup;

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

/// Whether `word` right behind a number is a unit of measure: `2mV` and `2ha` are products.
pub(super) fn is_known(word: &str) -> bool {
    word == "sq" || !matches!(word, "mA" | "mV" | "kV" | "kN" | "MW" | "MJ" | "ha") && lookup(word).is_some()
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

/// The currency that `code` stands for before a number: `USD 5`, `Rs. 5`.
pub(super) fn currency_code(code: &str) -> Option<Unit> {
    let known = matches!(code, "USD" | "EUR" | "GBP" | "INR" | "RMB" | "Rs" | "rs" | "US");
    let (dimension, ..) = known.then(|| lookup(if code == "US" { "USD" } else { code })).flatten()?;
    let bases = dimension.iter().map(|&(base, power)| (base.to_owned(), power)).collect();
    Some(Unit { bases, factor: Rational::one(), known: true, weak: false })
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
    // The last unit of measure with its power: what `squared` behind it repeats.
    let mut last: Option<(Vec<(String, i32)>, Rational)> = None;
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
            Tok::Letter('Ω') => "Ω".to_owned(),
            // `k\Omega`, `\mu\text{m}`.
            Tok::Letter(prefix @ ('k' | 'μ')) if let Some(name) = prefixed(*prefix, tokens.get(at)) => {
                at += 1;
                name
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
                // `20 degrees Celsius`.
                Some(Tok::Word(word)) if matches!(word.to_lowercase().as_str(), "celsius" | "fahrenheit") => {
                    continue;
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
        if count > 8 || VERBS.contains(&word.to_lowercase().as_str()) || denies(&word) {
            return None;
        }
        match word.as_str() {
            "per" | "每" => {
                sign = -1;
                continue;
            }
            "square" | "sq" | "squared" => {
                if word == "squared" {
                    if let Some((bases, factor)) = last.take() {
                        unit.bases.extend(bases);
                        unit.factor = unit.factor.times(&factor);
                    }
                } else {
                    squared = 2;
                }
                continue;
            }
            "cubed" => {
                if let Some((bases, factor)) = last.take() {
                    unit.bases.extend(bases.iter().map(|(base, power)| (base.clone(), 2 * power)));
                    unit.factor = unit.factor.times(&factor).times(&factor);
                }
                continue;
            }
            "cubic" => {
                squared = 3;
                continue;
            }
            _ => {}
        }
        let (word, chinese) = chinese_power(word);
        let mut power = squared * chinese * sign;
        squared = 1;
        // `cm2`.
        if let Some(Token { tok: Tok::Number(exponent), spaced: false, .. }) = tokens.get(at)
            && matches!(exponent.whole.as_str(), "2" | "3")
            && exponent.fraction.is_none()
            && lookup(&word).is_some()
        {
            power *= if exponent.whole == "2" { 2 } else { 3 };
            at += 1;
        }
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
        // `A` is the ampere.
        if FILLERS.contains(&word.to_lowercase().as_str()) && word != "in" && word != "A" {
            let last = !tokens[at..].iter().any(|token| !matches!(token.tok, Tok::Group | Tok::EndGroup));
            if last && matches!(word.to_lowercase().as_str(), "a" | "an" | "the" | "of") {
                // Nothing follows that it could belong to: `4a` is a product, or a numeral in base 16.
                return None;
            }
            continue;
        }
        match lookup(&word) {
            Some((dimension, over, under)) => {
                let bases: Vec<(String, i32)> =
                    dimension.iter().map(|&(base, own)| (base.to_owned(), own * power)).collect();
                let factor = Rational::new(over, under).power(i64::from(power), 4_000)?;
                unit.factor = unit.factor.times(&factor);
                unit.bases.extend(bases.iter().cloned());
                last = Some((bases, factor));
            }
            None => {
                // `GB` is no `Gb`.
                let lower = if word.len() <= 2 { word } else { word.to_lowercase() };
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

/// `平方厘米`, `立方米`: the unit and its power.
fn chinese_power(word: String) -> (String, i32) {
    for (mark, power) in [("平方", 2), ("立方", 3)] {
        if let Some(unit) = word.strip_prefix(mark).filter(|unit| lookup(unit).is_some()) {
            return (unit.to_owned(), power);
        }
    }
    (word, 1)
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
    } else if scale_left_out(a, b) || scale_left_out(b, a) {
        // `20^\circ` for `20^\circ C`.
        Relation::Convert(Rational::one())
    } else if pounds(a, b) || pounds(b, a) {
        Relation::Nouns
    } else if a.bases.is_empty() || b.bases.is_empty() {
        // "units" is no unit, of any power.
        Relation::Convert(Rational::one())
    } else if !a.known || !b.known {
        Relation::Nouns
    } else {
        Relation::Different
    }
}

/// Whether a Chinese word says no: `7不对` is no quantity.
pub(super) fn denies(word: &str) -> bool {
    word.contains(['不', '非', '错', '没', '否', '未', '無', '无'])
}

/// A unit behind the letter of a multiple: `kΩ`, `μm`.
fn prefixed(prefix: char, next: Option<&Token>) -> Option<String> {
    let name = match &next?.tok {
        Tok::Letter(letter) => format!("{prefix}{letter}"),
        Tok::Word(word) => format!("{prefix}{word}"),
        _ => return None,
    };
    lookup(&name).is_some().then_some(name)
}

fn is_one(unit: &Unit, name: &str) -> bool {
    matches!(&unit.bases[..], [(base, 1)] if base == name)
}

fn scale_left_out(a: &Unit, b: &Unit) -> bool {
    is_one(a, "°") && (is_one(b, "°C") || is_one(b, "°F"))
}

/// Whether one is money and the other what shares its name: `£3.50` and `3.5 pounds`.
fn pounds(a: &Unit, b: &Unit) -> bool {
    is_one(a, "£") && is_one(b, "g") && b.factor == Rational::new(45_359_237, 100_000)
}
