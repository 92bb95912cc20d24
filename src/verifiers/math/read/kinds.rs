//! Tokens to kinds of answer. In: tokens. Out: lists, sets, tuples, relations, quantities and the rest,
//! each read as deep as the nesting limit allows. Never: a look at the other side.

use super::super::expr::{Constant, Expr};
use super::lex::{Mark, Rel, Tok, Token};
use super::parse::{self, Signs};
use super::{Answer, Decimal, Relation, Side, Value, matrix, units};

/// Brackets inside one another that are read as lists, sets and tuples.
const NESTING: usize = 8;
/// Items a list may have.
pub(super) const MAX_ITEMS: usize = 400;
/// Answers that `±` may stand for.
const MAX_SIGNS: usize = 16;

/// What `tokens` can be, the likeliest first.
pub(super) fn readings(tokens: &[Token], plain: bool) -> Vec<Answer> {
    let mut found = Vec::new();
    let tokens = ungrouped(tokens);
    if let Some(clock) = clock(tokens) {
        if !matches!(clock, Answer::Clock(_, _, _, Some(_)))
            && let Some(answer) = answer(tokens, plain, 0)
        {
            found.push(answer);
        }
        found.push(clock);
        return found;
    }
    found.extend(answer(tokens, plain, 0));
    // `5m`: five times m, or five metres.
    if let Some(at) = tokens.iter().take(3).position(|token| matches!(token.tok, Tok::Letter(_)))
        && let (rest, tail) = tokens.split_at(at)
        && tail[1..]
            .iter()
            .all(|token| matches!(token.tok, Tok::Op('^') | Tok::Number(_) | Tok::Group | Tok::EndGroup))
        && matches!(
            rest,
            [Token { tok: Tok::Number(_), .. }]
                | [Token { tok: Tok::Op('-'), .. }, Token { tok: Tok::Number(_), .. }]
        )
        && let Some(unit) = units::read(tail, plain)
        && let Some(mut value) = value(rest, plain, Signs::default())
    {
        value.unit = Some(unit);
        found.push(Answer::Value(value));
    }
    found
}

/// A choice with its text: `(A) 7`, `B. 12 cm`. The letter, and what stands behind it.
pub(super) fn labelled(tokens: &[Token], text: &str, plain: bool) -> Vec<Answer> {
    let choice = |tok: &Tok| match tok {
        Tok::Letter(letter @ 'A'..='J') => Some(*letter),
        _ => None,
    };
    let (letter, rest) = match tokens {
        [open, letter, close, rest @ ..] if open.tok == Tok::Open('(') && close.tok == Tok::Close(')') => {
            (choice(&letter.tok), rest)
        }
        [letter, close, rest @ ..] if close.tok == Tok::Close(')') => (choice(&letter.tok), rest),
        [letter, rest @ ..] if text.get(1..3).is_some_and(|mark| mark == ". " || mark == ": ") => {
            let rest =
                if rest.first().map(|token| &token.tok) == Some(&Tok::Op(':')) { &rest[1..] } else { rest };
            (choice(&letter.tok), rest)
        }
        _ => return Vec::new(),
    };
    let Some(letter) = letter.filter(|_| {
        !rest.is_empty()
            && rest[0].tok != Tok::Op(',')
            && !matches!(rest[0].tok, Tok::Op(_) | Tok::Or | Tok::And | Tok::Rel(_))
    }) else {
        return Vec::new();
    };
    let mut found = vec![Answer::Value(Value::bare(Expr::symbol(letter.encode_utf8(&mut [0; 4]))))];
    found.extend(readings(rest, plain));
    found
}

/// The tokens inside braces that only group the whole.
pub(super) fn ungrouped(mut tokens: &[Token]) -> &[Token] {
    while let [first, inside @ .., last] = tokens {
        if first.tok == Tok::Group && last.tok == Tok::EndGroup && closes_at_end(tokens) {
            tokens = inside;
        } else {
            break;
        }
    }
    tokens
}

/// How a token changes the depth.
fn step(tok: &Tok) -> i32 {
    match tok {
        Tok::Open(_) | Tok::Group | Tok::Begin(_) => 1,
        Tok::Close(_) | Tok::EndGroup | Tok::End(_) => -1,
        _ => 0,
    }
}

/// Whether the bracket that opens first closes last.
fn closes_at_end(tokens: &[Token]) -> bool {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        depth += step(&token.tok);
        if depth == 0 {
            return at + 1 == tokens.len();
        }
    }
    false
}

/// Splits at the tokens outside all brackets that `parts` chooses; `None` if brackets do not match.
pub(super) fn split(tokens: &[Token], parts: impl Fn(&Tok) -> bool) -> Option<Vec<(&[Token], Option<&Tok>)>> {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0i32);
    for (at, token) in tokens.iter().enumerate() {
        depth += step(&token.tok);
        if depth < 0 {
            return None;
        }
        if depth == 0 && parts(&token.tok) {
            found.push((&tokens[start..at], Some(&token.tok)));
            start = at + 1;
        }
    }
    found.push((&tokens[start..], None));
    (depth == 0).then_some(found)
}

/// One answer: a list of items, or a single one.
pub(super) fn answer(tokens: &[Token], plain: bool, depth: usize) -> Option<Answer> {
    let mut items = items(tokens, plain, depth)?;
    if items.len() == 1 { items.pop() } else { Some(Answer::List(items)) }
}

/// Items parted by commas, semicolons, `and`, `or`; each `±` is two of them.
fn items(tokens: &[Token], plain: bool, depth: usize) -> Option<Vec<Answer>> {
    let tokens = ungrouped(tokens);
    if depth > NESTING || tokens.is_empty() {
        return None;
    }
    let parts = split(tokens, |tok| matches!(tok, Tok::Op(',' | ';') | Tok::And | Tok::Or | Tok::Row))?;
    if parts.len() > MAX_ITEMS {
        return None;
    }
    if parts.len() == 1 {
        return item(tokens, plain, depth);
    }
    // `0 < x and x < 1` is one condition and no list.
    let mut found = Vec::new();
    let mut after_comma = false;
    for (part, separator) in parts {
        if part.is_empty() {
            // `1, 2, and 3`.
            if after_comma && matches!(separator, Some(Tok::And | Tok::Or)) {
                after_comma = false;
                continue;
            }
            return None;
        }
        after_comma = matches!(separator, Some(Tok::Op(',' | ';')));
        found.extend(item(part, plain, depth)?);
    }
    Some(found)
}

/// One item; several where it holds a `±`.
fn item(tokens: &[Token], plain: bool, depth: usize) -> Option<Vec<Answer>> {
    let mut tokens = ungrouped(tokens);
    // What follows from what: the last conclusion counts.
    if let Some(at) = tokens.iter().rposition(|token| token.tok == Tok::Mark(Mark::Implies)) {
        tokens = &tokens[at + 1..];
    }
    match tokens {
        [] => return None,
        [Token { tok: Tok::Ellipsis, .. }] => return Some(vec![Answer::Ellipsis]),
        [Token { tok: Tok::Empty, .. }] => return Some(vec![Answer::Set(Vec::new())]),
        [Token { tok: Tok::NumberSet('R'), .. }] => return Some(vec![reals()]),
        [Token { tok: Tok::NumberSet(name), .. }] => {
            return Some(vec![Answer::Text(format!("numbers {name}"))]);
        }
        _ => {}
    }
    let relations = split(tokens, |tok| matches!(tok, Tok::Rel(_)))?;
    if relations.len() > 1 {
        return relation(relations, plain, depth);
    }
    for (op, join) in [('∪', true), ('∩', false), ('∖', false)] {
        let parts = split(tokens, |tok| *tok == Tok::Op(op))?;
        if parts.len() > 1 {
            let mut sets = Vec::new();
            for (part, _) in parts {
                sets.push(answer(part, plain, depth + 1)?);
            }
            if join {
                return Some(vec![Answer::Union(sets)]);
            }
            let mut sets = sets.into_iter();
            let first = sets.next()?;
            return Some(vec![sets.fold(first, |left, right| {
                let pair = Box::new((left, right));
                if op == '∩' { Answer::Both(pair) } else { Answer::Except(pair) }
            })]);
        }
    }
    if tokens.iter().any(|token| matches!(token.tok, Tok::Begin(_))) {
        return environment(tokens, plain, depth);
    }
    if let Some(bracketed) = bracketed(tokens, plain, depth) {
        return Some(bracketed);
    }
    let ratio = split(tokens, |tok| *tok == Tok::Op(':'))?;
    if ratio.len() > 1 {
        let terms: Option<Vec<Expr>> =
            ratio.iter().map(|(part, _)| parse::whole(part, Signs::default()).ok()).collect();
        return Some(vec![Answer::Ratio(terms?)]);
    }
    based(tokens).map(|based| vec![based]).or_else(|| signed(tokens, plain))
}

/// The readings of a value, one for each choice of its signs.
fn signed(tokens: &[Token], plain: bool) -> Option<Vec<Answer>> {
    let signs = tokens.iter().filter(|token| matches!(token.tok, Tok::Op('±' | '∓'))).count();
    let together = tokens.iter().any(|token| token.tok == Tok::Op('∓'));
    let choices = match signs {
        0 => 1,
        _ if together || signs > 4 => 2,
        _ => MAX_SIGNS.min(1 << signs),
    };
    (0..choices)
        .map(|bits| value(tokens, plain, Signs { bits: bits as u32, together }).map(Answer::Value))
        .collect()
}

/// All real numbers.
pub(super) fn reals() -> Answer {
    let infinity = Expr::Constant(Constant::Infinity);
    let ends = [infinity.clone().negated(), infinity].map(|end| Answer::Value(Value::bare(end)));
    Answer::Bracketed { open: '(', close: ')', items: ends.into() }
}

/// Items in brackets around the whole: tuples, intervals, sets. Several where an item holds a `±`.
fn bracketed(tokens: &[Token], plain: bool, depth: usize) -> Option<Vec<Answer>> {
    let [Token { tok: Tok::Open(open), .. }, inside @ .., Token { tok: Tok::Close(close), .. }] = tokens
    else {
        return None;
    };
    let (open, close) = (*open, *close);
    if !closes_at_end(tokens) || matches!(open, '⌊' | '⌈') {
        return None;
    }
    if open == '{' && close == '}' {
        if inside.is_empty() {
            return Some(vec![Answer::Set(Vec::new())]);
        }
        // `{x | x > 5}`: the condition tells which.
        let condition = split(inside, |tok| matches!(tok, Tok::Op('|' | ':')))?;
        if let [_, (condition, _)] = condition[..] {
            return item(condition, plain, depth + 1);
        }
        return Some(vec![Answer::Set(items(inside, plain, depth + 1)?)]);
    }
    if open == '{' || close == '}' {
        return None;
    }
    let parts = split(inside, |tok| matches!(tok, Tok::Op(',' | ';')))?;
    if parts.len() == 1 && open != '⟨' {
        // Brackets around one thing group it, unless an expression goes on with them.
        let inner = items(inside, plain, depth + 1)?;
        return (!matches!(inner[..], [Answer::Value(_)])).then_some(inner);
    }
    if parts.len() > MAX_ITEMS {
        return None;
    }
    let mut choices: Vec<Vec<Answer>> = vec![Vec::new()];
    for (part, _) in parts {
        let values = item(part, plain, depth + 1)?;
        if choices.len() * values.len() > MAX_SIGNS {
            return None;
        }
        choices = choices
            .iter()
            .flat_map(|choice| {
                values.iter().map(|value| choice.iter().cloned().chain([value.clone()]).collect())
            })
            .collect();
    }
    Some(choices.into_iter().map(|items| Answer::Bracketed { open, close, items }).collect())
}

/// Matrices, and environments that only lay out.
fn environment(tokens: &[Token], plain: bool, depth: usize) -> Option<Vec<Answer>> {
    if let [Token { tok: Tok::Begin(name), .. }, inside @ .., Token { tok: Tok::End(_), .. }] = tokens
        && matches!(
            name.trim_end_matches('*'),
            "cases" | "align" | "aligned" | "gather" | "gathered" | "equation" | "split"
        )
        && closes_at_end(tokens)
    {
        let kept: Vec<Token> = inside.iter().filter(|token| token.tok != Tok::Cell).cloned().collect();
        let kept = match kept.split_last() {
            Some((last, rest)) if last.tok == Tok::Row => rest,
            _ => &kept,
        };
        return items(kept, plain, depth + 1);
    }
    matrix::read(tokens).map(|rows| vec![Answer::Matrix(rows)])
}

/// A chain of relations, once for each choice of signs on its last side.
fn relation(parts: Vec<(&[Token], Option<&Tok>)>, plain: bool, depth: usize) -> Option<Vec<Answer>> {
    if parts.len() > 64 {
        return None;
    }
    let rels: Vec<Rel> = parts
        .iter()
        .filter_map(|(_, between)| match between {
            Some(Tok::Rel(rel)) => Some(*rel),
            _ => None,
        })
        .collect();
    let mut chains: Vec<Vec<Side>> = vec![Vec::new()];
    for (at, (part, _)) in parts.iter().enumerate() {
        let name = name(part);
        let answers = if part.is_empty() { None } else { item(part, plain, depth + 1) };
        let prose = part.iter().any(|token| matches!(token.tok, Tok::Word(_)));
        if answers.is_none() && name.is_none() && !part.is_empty() && (prose || at + 1 == parts.len()) {
            return None;
        }
        // What is neither read nor a name is passed over if later sides are read: `1 = \zzz = x = 0`.
        let answers: Vec<Option<Answer>> =
            answers.map_or(vec![None], |answers| answers.into_iter().map(Some).collect());
        if chains.len() * answers.len() > MAX_SIGNS {
            return None;
        }
        chains = chains
            .iter()
            .flat_map(|chain| {
                answers.iter().map(|answer| {
                    chain
                        .iter()
                        .cloned()
                        .chain([Side { answer: answer.clone(), name: name.clone() }])
                        .collect()
                })
            })
            .collect();
    }
    Some(chains.into_iter().map(|sides| Answer::Relation(Relation { sides, rels: rels.clone() })).collect())
}

/// The name that `tokens` are, if they name something and are no value of their own.
fn name(tokens: &[Token]) -> Option<String> {
    let mut name = String::new();
    let mut letters = 0;
    // Brackets around digits or letters alone, as in `f(3)`, `P(A)`, `S_{n-1}`, `|AB|`, `(p,q,r)`.
    let mut depth = 0i32;
    let mut script = false;
    for token in tokens {
        depth += step(&token.tok);
        match &token.tok {
            Tok::Letter(letter) if *letter != 'π' => {
                letters += 1;
                name.push(*letter);
            }
            Tok::Accented(word) => {
                letters += 1;
                name.push_str(word);
            }
            Tok::Word(word) => {
                if parse::is_prose(word) {
                    return None;
                }
                letters += 1;
                name.push_str(word);
            }
            Tok::Shape => name.push('∠'),
            Tok::Op(op @ ('_' | '\'' | '|' | ':')) => {
                script |= *op == '_';
                name.push(*op);
            }
            Tok::Op(op @ (',' | '+' | '-')) if depth > 0 => name.push(*op),
            Tok::Number(number) if depth > 0 || script => name.push_str(&number.whole),
            Tok::Open(open) => name.push(*open),
            Tok::Close(close) => name.push(*close),
            Tok::Group | Tok::EndGroup => {}
            _ => return None,
        }
    }
    (letters > 0 && name.len() <= 80).then_some(name)
}

/// Digits with a base: `52_8`, `(1011)_2`, `1A_{16}`, `204_{\text{five}}`.
fn based(tokens: &[Token]) -> Option<Answer> {
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
fn clock(tokens: &[Token]) -> Option<Answer> {
    let number = |token: Option<&Token>| match token.map(|token| &token.tok) {
        Some(Tok::Number(number)) if number.fraction.is_none() && number.exponent.is_none() => {
            Some(number.whole.clone())
        }
        _ => None,
    };
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
        [Token { tok: Tok::Word(word), .. }] if word.eq_ignore_ascii_case("pm") => Some(true),
        [Token { tok: Tok::Word(word), .. }] if word.eq_ignore_ascii_case("am") => Some(false),
        [Token { tok: Tok::Letter('p' | 'P'), .. }, Token { tok: Tok::Letter('m' | 'M'), .. }] => Some(true),
        [Token { tok: Tok::Letter('a' | 'A'), .. }, Token { tok: Tok::Letter('m' | 'M'), .. }] => Some(false),
        _ => return None,
    };
    let hours = hours.parse().ok().filter(|hours| *hours <= 24)?;
    Some(Answer::Clock(hours, minutes, seconds, half))
}

/// A value with its unit, percent sign, currency or modulus.
fn value(tokens: &[Token], plain: bool, signs: Signs) -> Option<Value> {
    let mut tokens = ungrouped(tokens);
    let (mut percent, mut unit, mut modulus) = (false, None, None);
    if let Some(at) = tokens.iter().position(|token| token.tok == Tok::Mark(Mark::Pmod)) {
        modulus = Some(parse::whole(ungrouped(&tokens[at + 1..]), Signs::default()).ok()?);
        tokens = &tokens[..at];
        // `9 (\pmod 7)`.
        if let [rest @ .., Token { tok: Tok::Open('('), .. }] = tokens {
            tokens = rest;
        }
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
        | [rest @ .., Token { tok: Tok::Degree, .. }] => {
            unit = Some(units::degree());
            tokens = rest;
        }
        _ => {}
    }
    let (mut expr, left) = parse::prefix(tokens, signs).ok()?;
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
