//! Reads tokens as an expression. In: the tokens of one side of an answer. Out: an expression tree and
//! where it ends. Nesting is counted: past the limit nothing is read. Never: a value (that is the
//! algebra's), a list, set or relation (those are the answer's).

mod bound;
mod function;
mod number;
mod operand;
mod words;

use super::super::expr::{Constant, Expr, Function, MAX_DEPTH};
use super::lex::{Mark, Tok, Token};
use super::units;
use bound::primed;
use number::in_base;
pub(super) use number::{literal, value_in_base};
pub(super) use words::{is_product, is_prose};

/// Brackets, braces and arguments inside one another.
const NESTING: usize = 40;
/// Postfixes on one value: `x!!!`.
const POSTFIXES: usize = 8;

/// Why tokens are no expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Something that is no expression.
    Syntax,
    /// Nested too deep, or a number too large to be built.
    Size,
}

type Parsed = Result<Expr, Stop>;

/// The signs that `±` stands for in one reading.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// A bit for each `±`, 1 for minus; one bit for all where they belong together.
    pub bits: u32,
    /// Every `±` and `∓` takes the first bit.
    pub together: bool,
}

pub(super) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// Open `|`.
    bars: usize,
    /// Open integrals, and the variable of the innermost differential met.
    integrals: usize,
    differential: Option<String>,
    /// Sums over `i`: it is no imaginary unit there.
    bound_i: usize,
    signs: Signs,
    sign: u32,
}

/// The expression that all of `tokens` make up.
pub(super) fn whole(tokens: &[Token], signs: Signs) -> Parsed {
    let (expr, rest) = prefix(tokens, signs)?;
    if rest == 0 { Ok(expr) } else { Err(Stop::Syntax) }
}

/// The expression that `tokens` begin with, and how many tokens are left behind it.
pub(super) fn prefix(tokens: &[Token], signs: Signs) -> Result<(Expr, usize), Stop> {
    let mut parser = Parser {
        tokens: tokens.to_vec(),
        at: 0,
        depth: 0,
        bars: 0,
        integrals: 0,
        differential: None,
        bound_i: 0,
        signs,
        sign: 0,
    };
    let expr = parser.divided()?;
    if expr.depth(MAX_DEPTH) > MAX_DEPTH - 20 {
        return Err(Stop::Size);
    }
    Ok((expr, parser.tokens.len() - parser.at))
}

impl Parser {
    fn peek(&self) -> Option<&Tok> {
        self.tokens.get(self.at).map(|token| &token.tok)
    }

    fn peek_at(&self, ahead: usize) -> Option<&Tok> {
        self.tokens.get(self.at + ahead).map(|token| &token.tok)
    }

    fn op(&self, op: char) -> bool {
        self.peek() == Some(&Tok::Op(op))
    }

    fn eat(&mut self, tok: &Tok) -> bool {
        let eaten = self.peek() == Some(tok);
        self.at += usize::from(eaten);
        eaten
    }

    fn expect(&mut self, tok: &Tok) -> Result<(), Stop> {
        if self.eat(tok) { Ok(()) } else { Err(Stop::Syntax) }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        self.depth += 1;
        if self.depth > NESTING {
            return Err(Stop::Size);
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Whether the next `±` stands for a minus.
    fn minus(&mut self, flipped: bool) -> bool {
        let bit = if self.signs.together { 0 } else { self.sign };
        self.sign += 1;
        (self.signs.bits >> bit.min(31) & 1 == 1) != flipped
    }

    /// A sign before a term; `None` if there is none.
    fn sign(&mut self) -> Option<bool> {
        let negative = match self.peek()? {
            Tok::Op('+') => false,
            Tok::Op('-') => true,
            Tok::Op(op @ ('±' | '∓')) => {
                let flipped = *op == '∓';
                self.minus(flipped)
            }
            _ => return None,
        };
        self.at += 1;
        Some(negative)
    }

    fn signs(&mut self) -> bool {
        let mut negative = false;
        while let Some(sign) = self.sign() {
            negative ^= sign;
        }
        negative
    }

    fn sum(&mut self) -> Parsed {
        self.nested(|parser| {
            let mut sum: Option<Expr> = None;
            loop {
                if sum.is_some() {
                    let plus = matches!(parser.peek(), Some(Tok::Op('+' | '-' | '±' | '∓')));
                    if !plus || (parser.integrals > 0 && parser.differential.is_some()) {
                        break;
                    }
                }
                let negative = parser.signs();
                let term = parser.product()?;
                let term = match term {
                    // `-1 \bmod 5` is 4.
                    Expr::Apply(Function::Mod, mut sides)
                        if negative && sum.is_none() && sides.len() == 2 =>
                    {
                        sides[0] = sides[0].clone().negated();
                        Expr::Apply(Function::Mod, sides)
                    }
                    term if negative => term.negated(),
                    term => term,
                };
                sum = Some(match sum {
                    None => term,
                    // Flat, so that a long sum is not a deep one.
                    Some(Expr::Sum(mut terms)) => {
                        terms.push(term);
                        Expr::Sum(terms)
                    }
                    Some(first) => Expr::Sum(vec![first, term]),
                });
            }
            sum.ok_or(Stop::Syntax)
        })
    }

    fn product(&mut self) -> Parsed {
        let mut factors: Vec<Expr> = Vec::new();
        let mut product = self.factor()?;
        let mut last_number = self.ended_with_number();
        loop {
            match self.peek() {
                Some(Tok::Op('*')) => {
                    self.at += 1;
                    let negative = self.signs();
                    factors.push(product);
                    product = self.factor()?;
                    if negative {
                        product = product.negated();
                    }
                }
                // `8/hr`, `60/\text{min}`: a unit goes on.
                Some(Tok::Op('/')) if last_number && self.unit_behind_slash() => break,
                Some(Tok::Op('/')) => {
                    self.at += 1;
                    let negative = self.signs();
                    let mut divisor = self.factor()?;
                    if negative {
                        divisor = divisor.negated();
                    }
                    // `a/b*c` is (a/b)*c: only the last factor is divided, which is the same.
                    product = product.over(divisor);
                }
                Some(Tok::Mark(Mark::Mod)) => {
                    self.at += 1;
                    factors.push(product);
                    let left = flat(std::mem::take(&mut factors));
                    let right = self.factor()?;
                    product = Expr::Apply(Function::Mod, vec![left, right]);
                }
                _ if self.starts_factor(last_number) => {
                    factors.push(product);
                    product = self.factor()?;
                }
                _ => break,
            }
            last_number = self.ended_with_number();
        }
        factors.push(product);
        Ok(flat(factors))
    }

    /// Whether the token behind the slash is a unit and no variable.
    fn unit_behind_slash(&self) -> bool {
        match self.tokens.get(self.at + 1) {
            Some(Token { tok: Tok::Word(word), text, .. }) => *text || units::is_known(word),
            Some(Token { tok: Tok::Letter(_), text, .. }) => *text,
            _ => false,
        }
    }

    /// Whether the token before is a number.
    fn ended_with_number(&self) -> bool {
        self.at > 0 && matches!(self.tokens[self.at - 1].tok, Tok::Number(_))
    }

    /// Whether the next token begins a factor of a product without a sign.
    fn starts_factor(&self, after_number: bool) -> bool {
        let Some(token) = self.tokens.get(self.at) else { return false };
        if self.integrals > 0 && self.differential_here().is_some() {
            return true;
        }
        match &token.tok {
            // `2^3 3^2`: two powers.
            Tok::Number(_) => {
                !after_number || token.spaced && self.at > 1 && self.tokens[self.at - 2].tok == Tok::Op('^')
            }
            // A name in text is no factor, `5 cm` is a quantity.
            Tok::Word(word) => {
                !token.text && is_product(word) && !(after_number && (units::is_known(word) || token.spaced))
            }
            Tok::Letter(_) => {
                !(token.text
                    && token.spaced
                    && after_number
                    && self.tokens.get(self.at + 1).is_none_or(|next| next.tok == Tok::Op('^')))
            }
            Tok::Accented(_) | Tok::Function(_) | Tok::Infinity | Tok::Shape(_) | Tok::Group => true,
            Tok::Mark(mark) => matches!(
                mark,
                Mark::Frac
                    | Mark::Binom
                    | Mark::Sqrt
                    | Mark::Exp
                    | Mark::Sum
                    | Mark::Prod
                    | Mark::Int
                    | Mark::Lim
                    | Mark::Cbrt
                    | Mark::Cis
                    | Mark::Factorial
                    | Mark::Det
            ),
            Tok::Begin(name) => name == "vmatrix",
            Tok::Open(open) => matches!(open, '(' | '[' | '⌊' | '⌈' | '{'),
            Tok::Op('|' | '‖') => self.bars == 0,
            _ => false,
        }
    }

    /// A value with its postfixes and its power.
    fn factor(&mut self) -> Parsed {
        let start = self.at;
        let mut value = self.primary()?;
        for _ in 0..POSTFIXES {
            match self.peek() {
                Some(Tok::Op('!')) => {
                    let marks =
                        self.tokens[self.at..].iter().take_while(|token| token.tok == Tok::Op('!')).count();
                    if marks > POSTFIXES {
                        return Err(Stop::Size);
                    }
                    let double = marks == 2 && !self.tokens[self.at + 1].spaced;
                    self.at += marks;
                    for _ in 0..if double { 1 } else { marks } {
                        let function = if double { Function::DoubleFactorial } else { Function::Factorial };
                        value = Expr::apply(function, value);
                    }
                }
                Some(Tok::Op('\'')) => {
                    self.at += 1;
                    let mut primes = 1;
                    while self.eat(&Tok::Op('\'')) {
                        primes += 1;
                    }
                    value = primed(value, primes)?;
                    value = self.called(value)?;
                }
                Some(Tok::Percent) => {
                    self.at += 1;
                    value = value.over(Expr::integer(100));
                }
                Some(Tok::Degree) => {
                    self.at += 1;
                    value = degrees(value);
                }
                Some(Tok::Op('^')) => {
                    self.at += 1;
                    if self.is_degree() {
                        value = degrees(value);
                        continue;
                    }
                    if self.peek() == Some(&Tok::Group) && self.peek_at(1) == Some(&Tok::Op('\'')) {
                        self.at += 1;
                        let mut primes = 0;
                        while self.eat(&Tok::Op('\'')) {
                            primes += 1;
                        }
                        self.expect(&Tok::EndGroup)?;
                        value = primed(value, primes)?;
                        value = self.called(value)?;
                        continue;
                    }
                    let exponent = self.exponent()?;
                    value = value.power(exponent);
                }
                Some(Tok::Op('_'))
                    if matches!(self.tokens[start].tok, Tok::Number(_)) && self.at == start + 1 =>
                {
                    let Tok::Number(digits) = self.tokens[start].tok.clone() else {
                        return Err(Stop::Syntax);
                    };
                    self.at += 1;
                    let base = self.nested(|parser| parser.argument(false))?;
                    value = in_base(&digits, &base).ok_or(Stop::Syntax)?;
                }
                _ => return Ok(value),
            }
        }
        Err(Stop::Size)
    }

    /// Eats `\circ`, in braces or not.
    fn is_degree(&mut self) -> bool {
        if self.eat(&Tok::Degree) {
            return true;
        }
        if self.peek() == Some(&Tok::Group)
            && self.peek_at(1) == Some(&Tok::Degree)
            && self.peek_at(2) == Some(&Tok::EndGroup)
        {
            self.at += 3;
            return true;
        }
        false
    }

    fn exponent(&mut self) -> Parsed {
        self.nested(|parser| {
            let negative = parser.signs();
            let value = match parser.peek() {
                Some(Tok::Group) => parser.argument(false)?,
                // `2^10`, `2^x`, `2^(x+1)`, `e^\frac{1}{2}`; towers go to the right.
                Some(Tok::Number(digits)) => {
                    let value = literal(&digits.clone())?;
                    parser.at += 1;
                    value
                }
                _ => parser.primary()?,
            };
            let value = if parser.op('^') && !matches!(parser.peek_at(1), Some(Tok::Degree)) {
                parser.at += 1;
                let exponent = parser.exponent()?;
                value.power(exponent)
            } else {
                value
            };
            Ok(if negative { value.negated() } else { value })
        })
    }
}

fn flat(mut factors: Vec<Expr>) -> Expr {
    if factors.len() == 1
        && let Some(only) = factors.pop()
    {
        return only;
    }
    Expr::Product(factors)
}

fn degrees(value: Expr) -> Expr {
    value.times(Expr::Constant(Constant::Pi)).over(Expr::integer(180))
}
