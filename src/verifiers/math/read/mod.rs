//! Reads an answer: what a box, a statement or a reference column holds. In: text. Out: its normalised
//! spelling, and every kind of answer it can be read as. Ambiguity is kept: `(0,1)` and `1,234` have
//! readings, and the comparison chooses among them. Never: a comparison, a value that was not written.

mod date;
mod display;
mod kinds;
mod lex;
mod matrix;
mod numerals;
mod parse;
mod spelling;
mod symbols;
pub(super) mod units;

use super::algebra::rational::Rational;
use super::expr::Expr;
pub(super) use lex::Rel;
use lex::{Comma, Token};
use units::Unit;

/// Longer texts are not read, only compared by their spelling.
pub(super) const MAX_BYTES: usize = 16_384;

/// What an answer can be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// A number or an expression, with its unit.
    Value(Value),
    /// Digits in a base that is written: `204_5`.
    Based { digits: String, base: u32, value: Rational },
    /// Items in brackets: a point, a tuple, a vector or an interval.
    Bracketed { open: char, close: char, items: Vec<Answer> },
    /// Items in braces.
    Set(Vec<Answer>),
    /// Items parted by commas, `and`, `or`, or `±`.
    List(Vec<Answer>),
    /// Sets of numbers put together.
    Union(Vec<Answer>),
    /// What both have.
    Both(Box<(Answer, Answer)>),
    /// The first without the second.
    Except(Box<(Answer, Answer)>),
    /// Rows of expressions.
    Matrix(Vec<Vec<Expr>>),
    /// Sides and what stands between them.
    Relation(Relation),
    /// `7:32`.
    Ratio(Vec<Expr>),
    /// A time of day: hours, minutes, seconds, and whether it is p.m.
    Clock(u32, u32, u32, Option<bool>),
    /// Year, month, day.
    Date(u32, u32, u32),
    /// The values of an answer for every whole number that a letter of it may be.
    Family(Box<Answer>, Family),
    /// One value, said again in other words behind it.
    Restated(Vec<Answer>),
    /// A multiple of the identity matrix, of so many rows if that is written.
    Identity { scale: Expr, rows: Option<usize> },
    /// `…` in a list.
    Ellipsis,
    /// Words, in lower case, with single spaces.
    Text(String),
    /// Several words or pairs of words, each as in [`Answer::Text`].
    Names(Vec<String>),
}

impl Answer {
    /// Whether it is made of words alone.
    pub(super) fn is_words(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Names(_))
    }
}

/// A letter that stands for whole numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Family {
    /// The letter.
    pub letter: String,
    /// It may be any whole number, negative ones too.
    pub all: bool,
}

/// A number or an expression, with what stands beside it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    /// What is written; of a percentage the number before the sign.
    pub expr: Expr,
    /// It is a decimal: its digits.
    pub decimal: Option<Decimal>,
    /// A percent sign follows.
    pub percent: bool,
    /// What it is measured in.
    pub unit: Option<Unit>,
    /// It is a residue of this modulus.
    pub modulus: Option<Expr>,
}

/// How a decimal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    /// Digits after the point.
    pub places: usize,
    /// Digits from the first that is not zero.
    pub significant: usize,
}

/// A chain of relations: `x = 1/3 ≈ 0.33`, `0 < x < 1`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Relation {
    /// One more than there are relations.
    pub sides: Vec<Side>,
    pub rels: Vec<Rel>,
}

/// A side of a relation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Side {
    /// What it reads as; `None` for names that are no expression, and where nothing stands.
    pub answer: Option<Answer>,
    /// It names something: `x`, `y_1`, `f(x)`, `|AB|`, `A:B`, `(p,q,r)`.
    pub name: Option<String>,
}

/// An answer as it was read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// The normalised spelling; empty where nothing but punctuation stands.
    pub spelling: String,
    /// What it can be, the likeliest first.
    pub readings: Vec<Answer>,
    /// It may be a numeral in base 16 or less: the digits as they are written, in lower case.
    pub numeral: Option<String>,
    /// It is too long to be read.
    pub too_long: bool,
}

impl Value {
    /// A bare expression.
    pub(super) fn bare(expr: Expr) -> Self {
        Self { expr, decimal: None, percent: false, unit: None, modulus: None }
    }
}

/// Reads `raw`.
pub(super) fn read(raw: &str) -> Read {
    if raw.len() > MAX_BYTES {
        return too_long(raw);
    }
    let text = lex::plain(trimmed(raw));
    let text = trimmed(&text);
    // The empty set, as a brace that groups nothing.
    if text.starts_with('{') && text[1..].trim_start() == "}" {
        let readings = vec![Answer::Set(Vec::new())];
        return Read { spelling: "\u{2205}".to_owned(), readings, numeral: None, too_long: false };
    }
    let Some(tokens) = lex::lex(text, Comma::Groups) else {
        return too_long(raw);
    };
    let spelling = spelling::of(&tokens);
    let mut readings = Vec::new();
    let dates = date::read(text);
    if !dates.is_empty() {
        return Read { spelling, readings: dates, numeral: None, too_long: false };
    }
    let numeral = (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| text.to_ascii_lowercase());
    let plain = !text.contains('\\');
    readings.extend(kinds::labelled(&tokens, text, plain));
    if kinds::is_vector(text) {
        readings.extend(kinds::vectors(&tokens));
    }
    let tokens = kinds::rounded(&tokens).unwrap_or(tokens);
    if readings.is_empty() {
        readings.extend(kinds::in_words(&tokens));
    }
    if readings.is_empty()
        && let Some((head, family)) = kinds::unqualified(&tokens)
    {
        let family = |reading| match &family {
            Some(family) => Answer::Family(Box::new(reading), family.clone()),
            None => reading,
        };
        readings.extend(kinds::readings(head, plain).into_iter().map(family));
    }
    if readings.is_empty() {
        readings.extend(kinds::readings(&tokens, plain));
        for comma in [Comma::Parts, Comma::Decimal, Comma::Lakh] {
            if let Some(other) = other_commas(text, comma, &tokens) {
                // `1.234,5` is no list: its points part groups.
                if comma == Comma::Decimal && text.contains('.') {
                    readings.clear();
                }
                for reading in kinds::readings(&other, plain) {
                    if !readings.contains(&reading) {
                        readings.push(reading);
                    }
                }
            }
        }
    }
    for other in kinds::other_notations(&tokens) {
        for reading in kinds::readings(&other, plain) {
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
    }
    readings.extend(kinds::unit_in_brackets(&tokens, plain));
    readings.extend(kinds::identity(&tokens));
    if readings.len() == 1 {
        // `3i - 4j`, without the marks of vectors.
        readings.extend(kinds::vectors(&tokens));
    }
    if readings.is_empty() {
        readings.extend(kinds::restated(&tokens, plain));
    }
    if readings.is_empty() {
        readings.extend(kinds::introduced(&tokens, plain));
    }
    // `3+4j`: a complex number, as engineers and Python write it.
    let one_j = text.bytes().filter(|byte| *byte == b'j').count() == 1
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"j+-.*() ".contains(&byte));
    if one_j && let Some(tokens) = lex::lex(&text.replace('j', "i"), Comma::Groups) {
        readings.extend(kinds::readings(&tokens, plain));
    }
    readings.extend(spelling::words(&tokens, !readings.is_empty()));
    Read { spelling, readings, numeral, too_long: false }
}

/// Of a long text only its spelling.
fn too_long(raw: &str) -> Read {
    Read { spelling: spelling::of_long(raw), readings: Vec::new(), numeral: None, too_long: true }
}

/// The tokens where commas mean something else, if they can and it makes a difference.
fn other_commas(text: &str, comma: Comma, tokens: &[Token]) -> Option<Vec<Token>> {
    let between_digits = |at: usize, length: usize| {
        text[..at].ends_with(|char: char| char.is_ascii_digit())
            && text[at + length..].starts_with(|char: char| char.is_ascii_digit())
    };
    let commas: Vec<usize> = text.match_indices(',').map(|(at, _)| at).collect();
    if commas.is_empty() || commas.len() > 500 {
        return None;
    }
    if comma == Comma::Decimal {
        // One comma between digits, no bracket around it, no point, and no group of three behind it.
        let digits = commas.iter().filter(|&&at| between_digits(at, 1) || text[..at].ends_with('{')).count();
        let at = *commas.iter().find(|&&at| between_digits(at, 1))?;
        let after = text[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let before = text[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
        let zero = before == 1 && text[..at].ends_with('0');
        let semicolons = text.contains(';');
        if text.contains(['(', '[', '{'])
            || (text.contains('.') && !points_part_groups(&text[..at]))
            || (after == 3 && !zero && before <= 3)
            || ((digits > 1 || commas.len() > 1) && !semicolons)
        {
            return None;
        }
    }
    // A group of two digits between commas.
    let pairs = |pair: &[usize]| pair[1] == pair[0] + 3 && between_digits(pair[0], 1);
    if comma == Comma::Lakh && !commas.windows(2).any(pairs) {
        return None;
    }
    lex::lex(text, comma).filter(|other| other != tokens)
}

/// Whether every point in `text` parts groups of three digits: `1.234` before a decimal comma.
fn points_part_groups(text: &str) -> bool {
    let mut groups = text.split('.');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or("").trim_start_matches(['-', '+', '$', '\\', ' ']);
    (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group))
}

/// `raw` without what surrounds an answer: white space, bold marks, a closing full stop.
fn trimmed(raw: &str) -> &str {
    let mut text = raw.trim();
    loop {
        let before = text.len();
        for mark in ["**", "__", "`", "'"] {
            if text.len() > 2 * mark.len() && text.starts_with(mark) && text.ends_with(mark) {
                text = text[mark.len()..text.len() - mark.len()].trim();
            }
        }
        if text.ends_with('.') && !text.ends_with("..") {
            text = text[..text.len() - 1].trim_end();
        }
        for end in [",", ";", "\\,", "。", "\\"] {
            text = text.strip_suffix(end).filter(|rest| !rest.ends_with('\\')).map_or(text, str::trim_end);
        }
        if text.len() == before {
            return text;
        }
    }
}
