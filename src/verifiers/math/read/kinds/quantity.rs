//! Reads single quantities: values with units, digits in a base, times of day. In: the tokens of one item. Out: the
//! quantity. Never: a unit that nothing is measured in.

use super::super::super::algebra::rational::Rational;
use super::super::super::expr::Expr;
use super::super::lex::{Mark, Tok, Token};
use super::super::parse::{self, Signs, Stop};
use super::super::units::Unit;
use super::super::{Answer, Decimal, Value, numerals, units};
use super::ungrouped;

/// Digits with a base: `52_8`, `(1011)_2`, `1A_{16}`, `FF_{16}`, `204_{\text{five}}`, `43 \text{ base } 5`.
pub(super) fn based(tokens: &[Token]) -> Option<Answer> {
    let is_base = |tok: &Tok| matches!(tok, Tok::Word(word) if word.eq_ignore_ascii_case("base"));
    let at = tokens.iter().position(|token| token.tok == Tok::Op('_') || is_base(&token.tok))?;
    let mut digits = String::new();
    for token in &tokens[..at] {
        match &token.tok {
            Tok::Number(number) if number.exponent.is_none() && number.repeating.is_none() => {
                digits.push_str(&number.whole);
                if let Some(fraction) = &number.fraction {
                    digits.push('.');
                    digits.push_str(fraction);
                }
            }
            Tok::Letter(letter @ 'A'..='F') => digits.push(*letter),
            Tok::Word(word) if word.bytes().all(|byte| (b'A'..=b'F').contains(&byte)) => {
                digits.push_str(word)
            }
            // `43 (base 5)`, `43 in base 5`.
            Tok::Open('(') | Tok::Close(')') | Tok::Group | Tok::EndGroup => {}
            Tok::Word(word) if word == "in" => {}
            _ => return None,
        }
    }
    let mut base = ungrouped(&tokens[at + 1..]);
    if is_base(&tokens[at].tok)
        && tokens[..at].iter().filter(|token| token.tok == Tok::Open('(')).count()
            > tokens[..at].iter().filter(|token| token.tok == Tok::Close(')')).count()
    {
        let [inside @ .., Token { tok: Tok::Close(')'), .. }] = base else { return None };
        base = inside;
    }
    let base = match base {
        [Token { tok: Tok::Number(base), .. }] if base.fraction.is_none() => base.whole.parse().ok()?,
        [
            Token { tok: Tok::Open('('), .. },
            Token { tok: Tok::Number(base), .. },
            Token { tok: Tok::Close(')'), .. },
        ] => base.whole.parse().ok()?,
        [Token { tok: Tok::Word(word), .. }] => match numerals::spelled(&[&word.to_lowercase()]) {
            Some(Expr::Number(base)) => base.to_string().parse().ok()?,
            _ => return None,
        },
        _ => return None,
    };
    if !(2..=36).contains(&base) || digits.is_empty() || digits.starts_with('.') {
        return None;
    }
    // `x_2` and `A_{12}` are no numbers: a digit must be among them, or letters that are digits in that base.
    let lettered = base > 10 && digits.len() > 1;
    if !lettered && !digits.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let value = parse::value_in_base(whole, fraction, base)?;
    let digits = digits.trim_start_matches('0').to_owned();
    Some(Answer::Based { digits, base, value })
}

/// `2a3_{16}`, `ff_{16}`: digits in small letters, beside the product that they may be.
pub(super) fn based_in_small_letters(tokens: &[Token]) -> Option<Answer> {
    let at = tokens.iter().position(|token| token.tok == Tok::Op('_'))?;
    let mut tokens = tokens.to_vec();
    let mut small = false;
    for token in &mut tokens[..at] {
        match &mut token.tok {
            Tok::Letter(letter @ 'a'..='f') => {
                letter.make_ascii_uppercase();
                small = true;
            }
            Tok::Word(word) if word.bytes().all(|byte| (b'a'..=b'f').contains(&byte)) => {
                word.make_ascii_uppercase();
                small = true;
            }
            _ => {}
        }
    }
    if small { based(&tokens) } else { None }
}

/// A time of day.
pub(super) fn clock(tokens: &[Token]) -> Option<Answer> {
    let number = |token: Option<&Token>| match token.map(|token| &token.tok) {
        Some(Tok::Number(number)) if number.fraction.is_none() && number.exponent.is_none() => {
            Some(number.whole.clone())
        }
        _ => None,
    };
    // `4.30 pm`.
    if let [Token { tok: Tok::Number(time), .. }, rest @ ..] = tokens
        && let Some(minutes) = time.fraction.as_ref().filter(|minutes| minutes.len() == 2)
        && let Some(half) = half_of_day(rest)
        && let (Ok(hours), Ok(minutes)) = (time.whole.parse(), minutes.parse())
    {
        return (hours <= 12 && minutes < 60).then_some(Answer::Clock(hours, minutes, 0, Some(half)));
    }
    let hours = number(tokens.first()).filter(|hours| hours.len() <= 2)?;
    let colon = |at: usize| tokens.get(at).map(|token| &token.tok) == Some(&Tok::Op(':'));
    let (mut at, mut minutes, mut seconds) = (1, 0, 0);
    if colon(1) {
        let written = number(tokens.get(2)).filter(|minutes| minutes.len() == 2)?;
        minutes = written.parse().ok().filter(|minutes| *minutes < 60)?;
        at = 3;
        if colon(3) {
            seconds = number(tokens.get(4))
                .filter(|seconds| seconds.len() == 2)?
                .parse()
                .ok()
                .filter(|seconds| *seconds < 60)?;
            at = 5;
        }
    }
    let half = match &tokens[at..] {
        [] if at > 1 => None,
        rest => Some(half_of_day(rest)?),
    };
    let hours = hours.parse().ok().filter(|hours| *hours <= 24)?;
    Some(Answer::Clock(hours, minutes, seconds, half))
}

/// Whether it is past noon: `pm`, `p.m.`, `AM`.
fn half_of_day(tokens: &[Token]) -> Option<bool> {
    match tokens {
        [Token { tok: Tok::Word(word), .. }] if word.eq_ignore_ascii_case("pm") => Some(true),
        [Token { tok: Tok::Word(word), .. }] if word.eq_ignore_ascii_case("am") => Some(false),
        [Token { tok: Tok::Letter('p' | 'P'), .. }, Token { tok: Tok::Letter('m' | 'M'), .. }] => Some(true),
        [Token { tok: Tok::Letter('a' | 'A'), .. }, Token { tok: Tok::Letter('m' | 'M'), .. }] => Some(false),
        _ => None,
    }
}

/// A value with its unit, percent sign, currency or modulus.
pub(super) fn value(tokens: &[Token], plain: bool, signs: Signs) -> Option<Value> {
    let mut tokens = ungrouped(tokens);
    let (mut percent, mut unit, mut modulus) = (false, None, None);
    if let Some((number, unit)) = measured(tokens, true).or_else(|| temperature(tokens)) {
        let number = value(number, plain, signs)?;
        let unit = match &number.unit {
            Some(currency) => per(currency.clone(), unit),
            None => unit,
        };
        return Some(Value { unit: Some(unit), ..number });
    }
    if let Some(at) = tokens.iter().position(|token| token.tok == Tok::Mark(Mark::Pmod)) {
        let mut base = &tokens[at + 1..];
        tokens = &tokens[..at];
        // `9 (\pmod 7)`.
        if let [rest @ .., Token { tok: Tok::Open('('), .. }] = tokens {
            tokens = rest;
            if let [inside @ .., Token { tok: Tok::Close(')'), .. }] = base {
                base = inside;
            }
        }
        modulus = Some(parse::whole(ungrouped(base), Signs::default()).ok()?);
    }
    // `$5`, `-$5`.
    let mut without = Vec::new();
    if let [Token { tok: Tok::Word(code), .. }, rest @ ..] = tokens
        && let Some(currency) = units::currency_code(code)
    {
        unit = Some(currency);
        // `US\$5`.
        tokens = match rest {
            [Token { tok: Tok::Currency('$'), .. }, rest @ ..] if code == "US" => rest,
            _ if code == "US" => return None,
            rest => rest,
        };
    } else if let Some(at) = tokens.iter().take(2).position(|token| matches!(token.tok, Tok::Currency(_)))
        && let Tok::Currency(sign) = tokens[at].tok
    {
        unit = Some(units::currency(sign));
        without.extend(tokens[..at].iter().chain(&tokens[at + 1..]).cloned());
        tokens = &without;
    }
    if let [rest @ .., Token { tok: Tok::Currency(sign), .. }] = tokens {
        unit = Some(units::currency(*sign));
        tokens = rest;
    }
    // `2\cos 36^\circ` and `30^\circ + 45^\circ` are no numbers of degrees.
    let degrees = tokens.iter().filter(|token| token.tok == Tok::Degree).count();
    let is_angle = degrees == 1
        && !tokens
            .iter()
            .any(|token| matches!(token.tok, Tok::Function(_) | Tok::Mark(Mark::Cis | Mark::Exp)));
    match tokens {
        [rest @ .., Token { tok: Tok::Percent, .. }] => {
            percent = true;
            tokens = rest;
        }
        [rest @ .., Token { tok: Tok::Op('^'), .. }, Token { tok: Tok::Degree, .. }]
        | [
            rest @ ..,
            Token { tok: Tok::Op('^'), .. },
            Token { tok: Tok::Group, .. },
            Token { tok: Tok::Degree, .. },
            Token { tok: Tok::EndGroup, .. },
        ]
        | [rest @ .., Token { tok: Tok::Degree, .. }]
            if is_angle =>
        {
            unit = Some(units::degree());
            tokens = rest;
        }
        _ => {}
    }
    let (mut expr, left) = match (parse::prefix(tokens, signs), tokens) {
        (Ok(found), _) => found,
        // `60\frac{\text{km}}{\text{h}}`: what follows the number is no factor.
        (Err(Stop::Syntax), [Token { tok: Tok::Number(number), .. }, rest @ ..]) => {
            (parse::literal(number).ok()?, rest.len())
        }
        _ => return None,
    };
    let (read, mut rest) = tokens.split_at(tokens.len() - left);
    // `5\% increase`.
    if let [number @ .., Token { tok: Tok::Percent, .. }] = read
        && !rest.is_empty()
        && let Ok(number) = parse::whole(number, signs)
    {
        expr = number;
        percent = true;
    }
    if let [Token { tok: Tok::Word(word), .. }, after @ ..] = rest
        && let Some(scale) = numerals::scale(&word.to_lowercase())
    {
        expr = match expr {
            Expr::Number(number) => Expr::Number(number.times(&scale.into())),
            expr => expr.times(Expr::integer(scale)),
        };
        rest = after;
    }
    if let [Token { tok: Tok::Percent, .. }] = rest {
        percent = true;
        rest = &[];
    }
    if !rest.is_empty() {
        // `^` is left where a degree stood before a scale: `20^\circ C`.
        let rest = if rest[0].tok == Tok::Op('^') { &rest[1..] } else { rest };
        let measured = units::read(rest, plain)?;
        // `5 percentage points` are no 5 %.
        if percent && is_points(rest) {
            return None;
        }
        unit = Some(match unit {
            Some(currency) if measured.bases != currency.bases => per(currency, measured),
            _ => measured,
        });
    }
    let decimal = match read {
        [Token { tok: Tok::Number(number), .. }]
        | [Token { tok: Tok::Op('-' | '+'), .. }, Token { tok: Tok::Number(number), .. }] => {
            number.fraction.as_ref().filter(|_| number.exponent.is_none() && number.repeating.is_none()).map(
                |fraction| {
                    let digits = number.whole.clone() + fraction;
                    Decimal { places: fraction.len(), significant: digits.trim_start_matches('0').len() }
                },
            )
        }
        _ => None,
    };
    Some(Value { expr, decimal, percent, unit, modulus })
}

fn is_points(tokens: &[Token]) -> bool {
    matches!(tokens, [Token { tok: Tok::Word(word), .. }] if word == "points" || word == "point")
}

/// A currency per unit: `\$8 per hour`. Nouns beside a currency mean nothing: `\$8 profit`.
fn per(currency: Unit, measured: Unit) -> Unit {
    if !measured.known || measured.weak {
        return currency;
    }
    let mut bases: Vec<(String, i32)> = currency.bases.into_iter().chain(measured.bases).collect();
    bases.sort();
    Unit { bases, factor: currency.factor.times(&measured.factor), known: true, weak: false }
}

/// A number or an expression and the unit set apart behind it in upright letters: `9.8 \text{ m/s}^2`,
/// `12\pi \text{ m}`, `6.6\times10^{-34}\ \mathrm{J\,s}`; where `spaced` is false also one that is not set apart:
/// `9.8\mathrm{m/s^2}`.
pub(super) fn measured(tokens: &[Token], spaced: bool) -> Option<(&[Token], Unit)> {
    let upright = |token: &Token| token.text && matches!(token.tok, Tok::Letter(_) | Tok::Word(_));
    let mut at = tokens.iter().skip(1).position(upright)? + 1;
    // `9.8\frac{\text{m}}{\text{s}^2}`.
    let over = match &tokens[..at] {
        [.., Token { tok: Tok::Mark(Mark::Frac), .. }, Token { tok: Tok::Group, .. }] => 2,
        _ => 0,
    };
    if over == 0 && tokens[at].spaced != spaced {
        return None;
    }
    at -= over;
    // `5\ \mu\text{m}`.
    at -= usize::from(at > 1 && tokens[at - 1].tok == Tok::Letter('μ'));
    let rest = &tokens[at..];
    let mut number = &tokens[..at];
    while let [head @ .., Token { tok: Tok::Op('*'), .. }] = number {
        number = head;
        at -= 1;
    }
    let ends = matches!(
        number.last().map(|token| &token.tok),
        Some(Tok::Number(_) | Tok::EndGroup | Tok::Close(_) | Tok::Letter('π'))
    );
    let single = matches!(rest, [Token { tok: Tok::Word(_), .. }]);
    if !ends || single || at == 0 {
        return None;
    }
    let unit = units::read(rest, false).filter(|unit| unit.known && !unit.weak && !unit.bases.is_empty())?;
    Some((number, unit))
}

/// A temperature: `20^\circ\text{C}`, `20°F`, `20 degrees Celsius`.
fn temperature(tokens: &[Token]) -> Option<(&[Token], Unit)> {
    let name = match &tokens.last()?.tok {
        Tok::Letter('C') => "°C",
        Tok::Letter('F') => "°F",
        Tok::Word(word) if word.eq_ignore_ascii_case("celsius") => "°C",
        Tok::Word(word) if word.eq_ignore_ascii_case("fahrenheit") => "°F",
        _ => return None,
    };
    let number = match &tokens[..tokens.len() - 1] {
        [number @ .., Token { tok: Tok::Op('^'), .. }, Token { tok: Tok::Degree, .. }]
        | [
            number @ ..,
            Token { tok: Tok::Op('^'), .. },
            Token { tok: Tok::Group, .. },
            Token { tok: Tok::Degree, .. },
            Token { tok: Tok::EndGroup, .. },
        ]
        | [number @ .., Token { tok: Tok::Degree, .. }] => number,
        _ => return None,
    };
    let unit = Unit { bases: vec![(name.to_owned(), 1)], factor: Rational::one(), known: true, weak: false };
    matches!(number.last()?.tok, Tok::Number(_) | Tok::EndGroup).then_some((number, unit))
}
