//! Tokens to kinds of answer. In: tokens. Out: lists, sets, tuples, relations, quantities and the rest,
//! each read as deep as the nesting limit allows. Never: a look at the other side.

mod brackets;
mod compound;
mod names;
mod notation;
mod quantity;
mod relation;
mod vector;
mod wording;

use super::super::expr::{Constant, Expr};
use super::lex::{Mark, Rel, Tok, Token};
use super::parse::{self, Signs};
use super::{Answer, Value, matrix, numerals, units};
use brackets::{bracketed, environment};
pub(super) use names::names;
pub(super) use notation::{identity, others as other_notations};
use quantity::{based, clock, value};
use relation::relation;
pub(super) use vector::{is_marked as is_vector, read as vectors};
pub(super) use wording::{
    in_words, introduced, measured as unit_in_brackets, restated, rounded, unqualified,
};

/// Brackets inside one another that are read as lists, sets and tuples.
const NESTING: usize = 8;
/// Items a list may have.
pub(super) const MAX_ITEMS: usize = 400;
/// Answers that `±` may stand for, and conditions that `and` may join: they are put into one another.
const MAX_SIGNS: usize = 16;

/// What `tokens` can be, the likeliest first.
pub(super) fn readings(tokens: &[Token], plain: bool) -> Vec<Answer> {
    let common = notation::common(tokens);
    let tokens = ungrouped(common.as_deref().unwrap_or(tokens));
    let joined = tokens.iter().any(|token| token.tok == Tok::Row).then(|| brackets::joined_rows(tokens));
    let tokens = joined.as_deref().unwrap_or(tokens);
    let mut found = Vec::new();
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
    found.extend(compound::read(tokens, plain));
    found.extend(ratio(tokens));
    found.extend(quantity::based_in_small_letters(tokens));
    if let Some((number, unit)) = quantity::measured(tokens, false)
        && let Some(value) = value(number, plain, Signs::default())
    {
        found.push(Answer::Value(Value { unit: Some(unit), ..value }));
    }
    // `3 \times 10^8 m/s`: letters set apart at the end.
    if let Some(at) = tokens.windows(2).position(|pair| {
        matches!(pair[0].tok, Tok::Number(_) | Tok::EndGroup)
            && matches!(pair[1].tok, Tok::Letter(_))
            && pair[1].spaced
    }) && let (head, tail) = tokens.split_at(at + 1)
        && head.len() > 1
        && tail.iter().all(|token| {
            matches!(
                token.tok,
                Tok::Letter(_) | Tok::Op('^' | '/' | '-') | Tok::Number(_) | Tok::Group | Tok::EndGroup
            )
        })
        && let Some(unit) = units::read(tail, plain).filter(|unit| unit.known)
        && let Some(value) = value(head, plain, Signs::default())
        && value.unit.is_none()
    {
        found.push(Answer::Value(Value { unit: Some(unit), ..value }));
    }
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
    // `Option C`, `Answer: (C)`.
    let said = |token: &Token| matches!(&token.tok, Tok::Word(word) if matches!(word.to_lowercase().as_str(), "option" | "choice" | "answer"));
    if let [first, rest @ ..] = tokens
        && said(first)
    {
        let rest = match rest {
            [Token { tok: Tok::Op(':'), .. }, rest @ ..] => rest,
            rest => rest,
        };
        return match rest {
            [letter] | [Token { tok: Tok::Open('('), .. }, letter, Token { tok: Tok::Close(')'), .. }] => {
                choice(&letter.tok).map(lettered).into_iter().collect()
            }
            rest => labelled(rest, "", plain),
        };
    }
    // `C)`.
    if let [letter, Token { tok: Tok::Close(')'), .. }] = tokens {
        return choice(&letter.tok).map(lettered).into_iter().collect();
    }
    let (letter, rest) = match tokens {
        [open, letter, close, rest @ ..] if open.tok == Tok::Open('(') && close.tok == Tok::Close(')') => {
            (choice(&letter.tok), rest)
        }
        [letter, close, rest @ ..] if close.tok == Tok::Close(')') => (choice(&letter.tok), rest),
        [letter, rest @ ..] if is_marked(text) => {
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
    let mut found = vec![lettered(letter)];
    found.extend(readings(rest, plain));
    found
}

fn lettered(letter: char) -> Answer {
    Answer::Value(Value::bare(Expr::symbol(letter.encode_utf8(&mut [0; 4]))))
}

/// Whether the text is a letter with a mark, behind what sets it: `B. 12`, `\text{B. } 12`.
fn is_marked(text: &str) -> bool {
    let mut head = text;
    for wrapper in ["\\text{", "\\textbf{", "\\mathrm{", "\\mathbf{", "{", "("] {
        head = head.strip_prefix(wrapper).unwrap_or(head);
    }
    matches!(head.get(1..3), Some(". " | ": " | ".}" | ":}"))
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
    let joined = |by: &Tok| parts[..parts.len() - 1].iter().all(|(_, separator)| *separator == Some(by));
    let (only_or, only_and) = (joined(&Tok::Or), joined(&Tok::And));
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
    // `42 or \frac{84}{2}`: one value.
    if only_or && matches!(found[0], Answer::Value(_)) && found.iter().all(|item| *item == found[0]) {
        found.truncate(1);
    }
    Some(if only_or || only_and { conditions(found, only_and) } else { found })
}

/// Whether `tok` may belong to a statement of logic: a letter, and what joins and denies.
fn stands_for_a_claim(tok: &Tok) -> bool {
    matches!(tok, Tok::Letter(_) | Tok::And | Tok::Or | Tok::Op('\'') | Tok::Open('(') | Tok::Close(')'))
        || matches!(tok, Tok::Unknown(name) if matches!(name.as_str(), "land" | "wedge" | "lor" | "vee" | "neg" | "lnot" | "¬"))
}

/// Inequalities joined by `and`, or by `or`, alone are one condition and no list.
fn conditions(items: Vec<Answer>, all: bool) -> Vec<Answer> {
    let inequality = |item: &Answer| matches!(item, Answer::Relation(relation) if relation.rels.iter().all(|rel| matches!(rel, Rel::Lt | Rel::Le | Rel::Gt | Rel::Ge | Rel::Ne)));
    if !(2..=MAX_SIGNS).contains(&items.len()) || !items.iter().all(inequality) {
        return items;
    }
    if !all {
        return vec![Answer::Union(items)];
    }
    items.into_iter().reduce(|left, right| Answer::Both(Box::new((left, right)))).into_iter().collect()
}

/// One item; several where it holds a `±`.
fn item(tokens: &[Token], plain: bool, depth: usize) -> Option<Vec<Answer>> {
    let mut tokens = ungrouped(tokens);
    // What follows from what: the last conclusion counts.
    let steps = split(tokens, |tok| matches!(tok, Tok::Mark(Mark::Implies | Mark::Iff)))?;
    // `p \Rightarrow q` is an answer of logic, none of whose parts is the answer.
    if steps.len() > 1
        && steps.iter().all(|(step, _)| step.iter().all(|token| stands_for_a_claim(&token.tok)))
    {
        return None;
    }
    if let Some((last, _)) = steps.last() {
        tokens = last;
    }
    // `\mathbb{R}^+`.
    if let [Token { tok: Tok::NumberSet('R'), .. }, Token { tok: Tok::Op('^'), .. }, sign @ ..] = tokens
        && let [Token { tok: Tok::Op(sign @ ('+' | '-')), .. }] = ungrouped(sign)
    {
        return Some(vec![half_line(*sign == '+', false)]);
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
    // `3 out of 5`, `1 in 5`.
    let (over, under) = match tokens {
        [over @ .., Token { tok: Tok::Word(out), .. }, Token { tok: Tok::Word(of), .. }, under]
            if (out.as_str(), of.as_str()) == ("out", "of") =>
        {
            (over, Some(under))
        }
        [over, Token { tok: Tok::Word(word), .. }, under] if word == "in" => {
            (std::slice::from_ref(over), Some(under))
        }
        _ => (tokens, None),
    };
    if let Some(under @ Token { tok: Tok::Number(_), .. }) = under
        && let Ok(over) = parse::whole(over, Signs::default())
        && let Ok(under) = parse::whole(std::slice::from_ref(under), Signs::default())
    {
        return Some(vec![Answer::Value(Value::bare(over.over(under)))]);
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
                sets.push(match part {
                    // `{1,2} \cup {3}`, braces that were meant to be seen.
                    [Token { tok: Tok::Group, .. }, .., Token { tok: Tok::EndGroup, .. }]
                        if closes_at_end(part) =>
                    {
                        match answer(part, plain, depth + 1)? {
                            Answer::List(items) => Answer::Set(items),
                            value @ Answer::Value(_) => Answer::Set(vec![value]),
                            other => other,
                        }
                    }
                    part => answer(part, plain, depth + 1)?,
                });
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
    if (0..tokens.len()).any(|at| matrix::begins(tokens, at))
        && let Some(read) = environment(tokens, plain, depth)
    {
        return Some(read);
    }
    // `five or 7`.
    if let [Token { tok: Tok::Word(word), .. }] = tokens
        && let Some(number) = numerals::whole(&[&word.to_lowercase()])
    {
        return Some(vec![Answer::Value(Value::bare(number))]);
    }
    // `(1, 2)^T`: a column, written as a row.
    if let [row @ .., Token { tok: Tok::Op('^'), .. }, transposed] = tokens
        && matches!(transposed.tok, Tok::Letter('T' | '⊤'))
        && let Some(column) = bracketed(row, plain, depth)
    {
        let column = column.into_iter().map(|column| match column {
            Answer::Bracketed { items, .. } => Answer::Bracketed { open: '(', close: ')', items },
            other => other,
        });
        return Some(column.collect());
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
    if let Some(read) = based(tokens).map(|based| vec![based]).or_else(|| signed(tokens, plain)) {
        return Some(read);
    }
    // `A(3, -4)`: a point with its name.
    match tokens {
        [Token { tok: Tok::Letter('A'..='Z'), .. }, point @ ..] => bracketed(point, plain, depth)
            .filter(|read| matches!(read[..], [Answer::Bracketed { open: '(', close: ')', .. }])),
        _ => None,
    }
}

/// `3 to 4`: a ratio.
fn ratio(tokens: &[Token]) -> Option<Answer> {
    let parts = split(tokens, |tok| matches!(tok, Tok::Word(word) if word == "to"))?;
    let terms: Option<Vec<Expr>> =
        parts.iter().map(|(part, _)| parse::whole(part, Signs::default()).ok()).collect();
    terms.filter(|terms| (2..=4).contains(&terms.len())).map(Answer::Ratio)
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

/// The numbers above zero, or below; with zero where it is `closed`.
pub(super) fn half_line(positive: bool, closed: bool) -> Answer {
    let value = |expr| Answer::Value(Value::bare(expr));
    let (zero, infinity) = (Expr::integer(0), Expr::Constant(Constant::Infinity));
    if positive {
        let open = if closed { '[' } else { '(' };
        Answer::Bracketed { open, close: ')', items: vec![value(zero), value(infinity)] }
    } else {
        let close = if closed { ']' } else { ')' };
        Answer::Bracketed { open: '(', close, items: vec![value(infinity.negated()), value(zero)] }
    }
}

/// All real numbers.
pub(super) fn reals() -> Answer {
    let infinity = Expr::Constant(Constant::Infinity);
    let ends = [infinity.clone().negated(), infinity].map(|end| Answer::Value(Value::bare(end)));
    Answer::Bracketed { open: '(', close: ')', items: ends.into() }
}
