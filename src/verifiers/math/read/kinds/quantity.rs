//! Reads single quantities: values with units, digits in a base, times of day. In: the tokens of one item. Out: the
//! quantity. Never: a unit that nothing is measured in.

use super::super::super::expr::Expr;
use super::super::lex::{Mark, Tok, Token};
use super::super::parse::{self, Signs, Stop};
use super::super::{Answer, Decimal, Value, units};
use super::ungrouped;

/// Digits with a base: `52_8`, `(1011)_2`, `1A_{16}`, `204_{\text{five}}`.
pub(super) fn based(tokens: &[Token]) -> Option<Answer> {
    let at = tokens.iter().position(|token| token.tok == Tok::Op('_'))?;
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
            Tok::Open('(') | Tok::Close(')') | Tok::Group | Tok::EndGroup => {}
            _ => return None,
        }
    }
    let base = match ungrouped(&tokens[at + 1..]) {
        [Token { tok: Tok::Number(base), .. }] if base.fraction.is_none() => base.whole.parse().ok()?,
        [
            Token { tok: Tok::Open('('), .. },
            Token { tok: Tok::Number(base), .. },
            Token { tok: Tok::Close(')'), .. },
        ] => base.whole.parse().ok()?,
        [Token { tok: Tok::Word(word), .. }] => match units::spelled(&[&word.to_lowercase()]) {
            Some(Expr::Number(base)) => base.to_string().parse().ok()?,
            _ => return None,
        },
        _ => return None,
    };
    if !(2..=36).contains(&base)
        || !digits.starts_with(|first: char| {
            first.is_ascii_digit() || !digits.is_empty() && first.is_ascii_uppercase()
        })
    {
        return None;
    }
    // `x_2` is no number: a digit must be among them.
    if !digits.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let value = parse::value_in_base(whole, fraction, base)?;
    let digits = digits.trim_start_matches('0').to_owned();
    Some(Answer::Based { digits, base, value })
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
    if let Some(at) = tokens.iter().take(2).position(|token| matches!(token.tok, Tok::Currency(_)))
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
    let is_angle = degrees == 1 && !tokens.iter().any(|token| matches!(token.tok, Tok::Function(_)));
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
    if let [Token { tok: Tok::Word(word), .. }, after @ ..] = rest
        && let Some(scale) = units::scale(&word.to_lowercase())
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
        unit = Some(measured);
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
