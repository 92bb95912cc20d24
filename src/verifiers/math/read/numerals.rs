//! Numbers in English words: `twenty-five`, `three fourths`, `fifth`, `2 million`. In: words in lower case. Out: exact
//! numbers. Never: a number with a word left over.

use super::super::algebra::rational::Rational;
use super::super::expr::Expr;

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
        // "third" alone is a place in an order, "twenty fifth" another.
        [] if under == 2 => 1,
        ["one"] => 1,
        words if *last != singular => whole_number(words)?,
        _ => return None,
    };
    Some(Expr::Number(Rational::new(whole * under + over, under)))
}

/// The number that English words spell: fractions, places in an order, and what [`whole_number`] reads.
pub(super) fn spelled(words: &[&str]) -> Option<Expr> {
    whole_number(words).map(Expr::integer).or_else(|| spelled_fraction(words)).or_else(|| ordinal(words))
}

/// The whole number that English words spell.
pub(super) fn whole(words: &[&str]) -> Option<Expr> {
    whole_number(words).map(Expr::integer)
}

/// The place in an order that English words spell: `fifth`, `twenty-first`, `hundredth`.
fn ordinal(words: &[&str]) -> Option<Expr> {
    const PLACES: [(&str, &str); 8] = [
        ("first", "one"),
        ("second", "two"),
        ("third", "three"),
        ("fifth", "five"),
        ("eighth", "eight"),
        ("ninth", "nine"),
        ("twelfth", "twelve"),
        ("hundredth", "hundred"),
    ];
    let (last, before) = words.split_last()?;
    let known = PLACES.iter().find(|(place, _)| place == last).map(|&(_, number)| number.to_owned());
    // `sixth`, `thirtieth`.
    let number = known.or_else(|| {
        let stem = last.strip_suffix("th")?;
        Some(stem.strip_suffix("ie").map_or(stem.to_owned(), |stem| format!("{stem}y")))
    })?;
    let mut words = before.to_vec();
    if number == "hundred" && words.is_empty() {
        words.push("one");
    }
    words.push(&number);
    whole_number(&words).map(Expr::integer)
}

/// The whole number that English words spell: `twenty-five`, `three hundred and four`, `two million`. Below 10¹⁵.
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
    let mut least = 1_000_000_000_000_000;
    for word in words {
        if *word == "and" && (last == 100 || last == 1000) {
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
        } else if let Some(scale) = scale(word).filter(|scale| *scale >= 1000 && !word.ends_with('s'))
            && part > 0
            && scale < least
        {
            total += part * scale;
            part = 0;
            least = scale;
            1000
        } else {
            return None;
        };
        last = step;
    }
    Some(total + part)
}
