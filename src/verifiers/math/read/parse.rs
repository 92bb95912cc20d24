//! Reads tokens as an expression. In: the tokens of one side of an answer. Out: an expression tree and
//! where it ends. Nesting is counted: past the limit nothing is read. Never: a value (that is the
//! algebra's), a list, set or relation (those are the answer's).

use super::super::algebra::rational::Rational;
use super::super::expr::{Bound, Constant, Expr, Form, Function, MAX_DEPTH};
use super::lex::{Literal, Mark, Rel, Tok, Token};
use super::units;

/// Brackets, braces and arguments inside one another.
const NESTING: usize = 40;
/// Postfixes on one value: `x!!!`.
const POSTFIXES: usize = 8;
/// Digits of the exponent in `1.5e8`: larger powers of ten are not built.
const MAX_EXPONENT: i64 = 4_000;

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
    let expr = parser.sum()?;
    if expr.depth(MAX_DEPTH) > MAX_DEPTH - 20 {
        return Err(Stop::Size);
    }
    Ok((expr, parser.tokens.len() - parser.at))
}

/// The number that `literal` writes.
pub(super) fn literal(literal: &Literal) -> Parsed {
    let whole = if literal.whole.is_empty() { "0" } else { &literal.whole };
    let fraction = literal.fraction.as_deref().unwrap_or("");
    let mut expr = if fraction.is_empty() {
        Expr::decimal(whole)
    } else {
        Expr::decimal(&format!("{whole}.{fraction}"))
    }
    .ok_or(Stop::Size)?;
    if let Some(repeating) = &literal.repeating {
        if repeating.len() + fraction.len() > 200 {
            return Err(Stop::Size);
        }
        // 0.1(36) is 0.1 + 36 / 990.
        let under = "9".repeat(repeating.len()) + &"0".repeat(fraction.len());
        let (over, under) =
            (Expr::decimal(repeating).ok_or(Stop::Size)?, Expr::decimal(&under).ok_or(Stop::Size)?);
        expr = match (expr, over.over(under)) {
            (Expr::Number(a), Expr::Number(b)) => Expr::Number(a.plus(&b)),
            (a, b) => a.plus(b),
        };
    }
    if let Some(exponent) = literal.exponent {
        if exponent.abs() > MAX_EXPONENT {
            return Err(Stop::Size);
        }
        let power =
            Expr::decimal(&format!("1{}", "0".repeat(exponent.unsigned_abs() as usize))).ok_or(Stop::Size)?;
        expr = match (expr, power) {
            (Expr::Number(a), Expr::Number(b)) if exponent >= 0 => Expr::Number(a.times(&b)),
            (Expr::Number(a), Expr::Number(b)) => Expr::Number(a.over(&b)),
            _ => return Err(Stop::Size),
        };
    }
    Ok(expr)
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
                let term = if negative { term.negated() } else { term };
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
            Tok::Number(_) => !after_number,
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
            Tok::Accented(_) | Tok::Function(_) | Tok::Infinity | Tok::Shape | Tok::Group => true,
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
            ),
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
                    self.at += 1;
                    let double = self.op('!')
                        && matches!(value, Expr::Number(_))
                        && self.peek_at(1) != Some(&Tok::Op('!'));
                    if double && !self.tokens[self.at].spaced {
                        self.at += 1;
                        value = Expr::apply(Function::DoubleFactorial, value);
                    } else {
                        value = Expr::apply(Function::Factorial, value);
                    }
                }
                Some(Tok::Op('\'')) => {
                    self.at += 1;
                    let mut primes = 1;
                    while self.eat(&Tok::Op('\'')) {
                        primes += 1;
                    }
                    value = match value {
                        Expr::Symbol(name) => Expr::symbol(&format!("{name}{}", "'".repeat(primes))),
                        _ => return Err(Stop::Syntax),
                    };
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
                        self.at += 2;
                        self.expect(&Tok::EndGroup)?;
                        value = match value {
                            Expr::Symbol(name) => Expr::symbol(&format!("{name}'")),
                            _ => return Err(Stop::Syntax),
                        };
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

    /// One argument: a group, or a single token; of a number its first digit where `digit` says so.
    fn argument(&mut self, digit: bool) -> Parsed {
        self.nested(|parser| {
            if parser.eat(&Tok::Group) {
                return parser.group();
            }
            match parser.peek() {
                Some(Tok::Number(number)) if digit && number.whole.len() > 1 && number.fraction.is_none() => {
                    let mut rest = number.clone();
                    let first = rest.whole.remove(0);
                    parser.tokens[parser.at].tok = Tok::Number(rest);
                    Expr::decimal(&first.to_string()).ok_or(Stop::Syntax)
                }
                Some(Tok::Number(number)) => {
                    let value = literal(&number.clone())?;
                    parser.at += 1;
                    Ok(value)
                }
                Some(Tok::Op('-')) => {
                    parser.at += 1;
                    Ok(parser.argument(digit)?.negated())
                }
                Some(_) => parser.primary(),
                None => Err(Stop::Syntax),
            }
        })
    }

    /// The inside of a TeX group, up to its end.
    fn group(&mut self) -> Parsed {
        if self.eat(&Tok::EndGroup) {
            return Err(Stop::Syntax);
        }
        // `|` inside a group does not close one outside.
        let bars = std::mem::take(&mut self.bars);
        let left = self.sum()?;
        let value = match self.peek() {
            Some(Tok::Mark(mark @ (Mark::Over | Mark::Choose))) => {
                let over = *mark == Mark::Over;
                self.at += 1;
                let right = self.sum()?;
                if over { left.over(right) } else { Expr::Apply(Function::Binomial, vec![left, right]) }
            }
            _ => left,
        };
        self.bars = bars;
        self.expect(&Tok::EndGroup)?;
        Ok(value)
    }

    fn primary(&mut self) -> Parsed {
        self.nested(Self::primary_inside)
    }

    fn primary_inside(&mut self) -> Parsed {
        let Some(token) = self.tokens.get(self.at).cloned() else { return Err(Stop::Syntax) };
        if self.integrals > 0
            && let Some((variable, length)) = self.differential_here()
        {
            self.at += length;
            self.differential = Some(variable);
            return Ok(Expr::integer(1));
        }
        self.at += 1;
        match token.tok {
            Tok::Number(number) => self.number(&number),
            Tok::Letter(letter) => {
                let value = self.letter(letter)?;
                self.called(value)
            }
            Tok::Accented(name) => {
                let name = self.subscripted(name)?;
                Ok(Expr::symbol(&name))
            }
            Tok::Word(word) if !token.text && is_product(&word) => {
                // The last letter takes what follows: `ab^2`.
                let mut letters: Vec<char> = word.chars().collect();
                let last = letters.pop().ok_or(Stop::Syntax)?;
                let mut factors = Vec::new();
                for letter in letters {
                    factors.push(constant_or_symbol(letter, self.bound_i > 0));
                }
                let last = self.letter(last)?;
                // Postfixes belong to the last letter.
                let last = if self.op('^') && !matches!(self.peek_at(1), Some(Tok::Degree)) {
                    self.at += 1;
                    let exponent = self.exponent()?;
                    last.power(exponent)
                } else {
                    last
                };
                factors.push(last);
                Ok(Expr::Product(factors))
            }
            Tok::Currency(_) => self.primary(),
            Tok::Infinity => Ok(Expr::Constant(Constant::Infinity)),
            Tok::Shape => {
                let mut name = String::from("∠");
                while let Some(Tok::Letter(letter)) = self.peek() {
                    name.push(*letter);
                    self.at += 1;
                }
                if let Some(Tok::Word(word)) = self.peek()
                    && name.len() == '∠'.len_utf8()
                {
                    name.push_str(word);
                    self.at += 1;
                }
                if name.len() == '∠'.len_utf8() { Err(Stop::Syntax) } else { Ok(Expr::symbol(&name)) }
            }
            Tok::Group => self.group(),
            Tok::Open(open) => {
                let close = match open {
                    '(' => ')',
                    '[' => ']',
                    '{' => '}',
                    '⌊' => '⌋',
                    '⌈' => '⌉',
                    _ => return Err(Stop::Syntax),
                };
                let bars = std::mem::take(&mut self.bars);
                let value = self.sum()?;
                self.bars = bars;
                self.expect(&Tok::Close(close))?;
                Ok(match open {
                    '⌊' => Expr::apply(Function::Floor, value),
                    '⌈' => Expr::apply(Function::Ceil, value),
                    _ => value,
                })
            }
            Tok::Op(bar @ ('|' | '‖')) => {
                self.bars += 1;
                let value = self.sum()?;
                self.bars -= 1;
                self.expect(&Tok::Op(bar))?;
                Ok(Expr::apply(
                    if bar == '|' { Function::Abs } else { Function::Named("norm".into()) },
                    value,
                ))
            }
            Tok::Function(function) => self.function(function),
            Tok::Mark(mark) => self.mark(mark),
            Tok::Op('-') => Ok(self.factor()?.negated()),
            _ => Err(Stop::Syntax),
        }
    }

    /// A number, or a mixed number that begins with it.
    fn number(&mut self, number: &Literal) -> Parsed {
        let value = literal(number)?;
        let whole = number.fraction.is_none() && number.exponent.is_none();
        if !whole {
            return Ok(value);
        }
        let start = self.at;
        let fraction = match self.peek() {
            Some(Tok::Mark(Mark::Frac)) => {
                self.at += 1;
                let over = self.argument(true).ok();
                let under = over.as_ref().and_then(|_| self.argument(true).ok());
                over.zip(under)
            }
            // `3 1/2`, not `3 1/2x` nor `3 1`.
            Some(Tok::Number(over)) if self.tokens[self.at].spaced && over.fraction.is_none() => {
                let over = literal(&over.clone()).ok();
                match (self.peek_at(1), self.peek_at(2)) {
                    (Some(Tok::Op('/')), Some(Tok::Number(under))) => {
                        let under = literal(&under.clone()).ok();
                        self.at += 3;
                        over.zip(under)
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        if let (Expr::Number(whole), Some((Expr::Number(over), Expr::Number(under)))) = (&value, fraction)
            && over.is_integer()
            && under.is_integer()
            && over.signum() > 0
            && over < under
        {
            return Ok(Expr::Number(whole.plus(&over.over(&under))));
        }
        self.at = start;
        Ok(value)
    }

    /// A letter with its subscript.
    fn letter(&mut self, letter: char) -> Parsed {
        if self.op('_') {
            let name = self.subscripted(letter.to_string())?;
            return Ok(Expr::symbol(&name));
        }
        Ok(constant_or_symbol(letter, self.bound_i > 0))
    }

    /// `name` with the subscript that follows, if one does.
    fn subscripted(&mut self, name: String) -> Result<String, Stop> {
        if !self.eat(&Tok::Op('_')) {
            return Ok(name);
        }
        let mut subscript = String::new();
        let mut depth = 0usize;
        while let Some(token) = self.tokens.get(self.at) {
            match &token.tok {
                Tok::Group => depth += 1,
                Tok::EndGroup if depth == 0 => break,
                Tok::EndGroup => depth -= 1,
                Tok::Number(number) => subscript.push_str(&number.whole),
                Tok::Letter(letter) => subscript.push(*letter),
                Tok::Word(word) | Tok::Accented(word) => subscript.push_str(word),
                Tok::Op(op @ ('+' | '-' | ',' | '*' | '/')) if depth > 0 => subscript.push(*op),
                Tok::Open(open) if depth > 0 => subscript.push(*open),
                Tok::Close(close) if depth > 0 => subscript.push(*close),
                Tok::Infinity => subscript.push('∞'),
                _ => return Err(Stop::Syntax),
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        if subscript.is_empty() { Err(Stop::Syntax) } else { Ok(format!("{name}_{subscript}")) }
    }

    /// `f(x)`: a function known by its name.
    fn called(&mut self, value: Expr) -> Parsed {
        let Expr::Symbol(name) = &value else { return Ok(value) };
        let base = name.trim_end_matches('\'');
        let is_function = matches!(base, "f" | "g" | "h" | "F" | "G" | "H")
            || base.starts_with("f_")
            || base.starts_with("g_");
        if !is_function || self.peek() != Some(&Tok::Open('(')) {
            return Ok(value);
        }
        self.at += 1;
        let arguments = self.arguments()?;
        Ok(Expr::Apply(Function::Named(name.clone()), arguments))
    }

    /// Arguments parted by commas, up to the closing bracket.
    fn arguments(&mut self) -> Result<Vec<Expr>, Stop> {
        let bars = std::mem::take(&mut self.bars);
        let mut arguments = vec![self.sum()?];
        while self.eat(&Tok::Op(',')) {
            arguments.push(self.sum()?);
        }
        self.bars = bars;
        self.expect(&Tok::Close(')'))?;
        Ok(arguments)
    }

    fn function(&mut self, function: Function) -> Parsed {
        let (mut exponent, mut base) = (None, None);
        for _ in 0..2 {
            if self.op('^') && exponent.is_none() {
                self.at += 1;
                exponent = Some(self.exponent()?);
            } else if self.op('_') && base.is_none() {
                self.at += 1;
                base = Some(self.argument(true)?);
            }
        }
        if matches!(function, Function::Gcd | Function::Lcm | Function::Min | Function::Max) {
            self.expect(&Tok::Open('('))?;
            let arguments = self.arguments()?;
            return Ok(Expr::Apply(function, arguments));
        }
        let argument = self.applied()?;
        let inverse = exponent == Some(Expr::integer(-1));
        let applied = match function {
            Function::Log => {
                let base = base.unwrap_or_else(|| Expr::integer(10));
                if base == Expr::Constant(Constant::E) {
                    Expr::apply(Function::Ln, argument)
                } else {
                    Expr::Apply(Function::Log, vec![base, argument])
                }
            }
            _ if base.is_some() => return Err(Stop::Syntax),
            function if inverse => {
                return Ok(Expr::apply(inverse_of(&function).ok_or(Stop::Syntax)?, argument));
            }
            function => Expr::apply(function, argument),
        };
        Ok(match exponent {
            Some(exponent) => applied.power(exponent),
            None => applied,
        })
    }

    /// What a function without brackets is applied to: `\sin 2x`, `\ln xy`, `\cos\frac{x}{2}`.
    fn applied(&mut self) -> Parsed {
        if let Some(Tok::Open('(')) = self.peek() {
            self.at += 1;
            let mut arguments = self.arguments()?;
            let argument = arguments.pop().ok_or(Stop::Syntax)?;
            return if arguments.is_empty() { Ok(argument) } else { Err(Stop::Syntax) };
        }
        if matches!(self.peek(), Some(Tok::Open('[' | '{')) | Some(Tok::Op('|' | '‖'))) {
            return self.primary();
        }
        if self.peek() == Some(&Tok::Group) {
            return self.argument(false);
        }
        let negative = self.signs();
        let mut factors = vec![self.factor()?];
        loop {
            let number = self.ended_with_number();
            let stop = matches!(
                self.peek(),
                Some(
                    Tok::Function(_)
                        | Tok::Open(_)
                        | Tok::Mark(Mark::Sum | Mark::Int | Mark::Prod | Mark::Lim)
                )
            );
            if stop
                || !self.starts_factor(number)
                || (self.integrals > 0 && self.differential_here().is_some())
            {
                break;
            }
            factors.push(self.factor()?);
        }
        // `\cos \pi / 4` is the cosine of a quarter of pi.
        if self.op('/')
            && factors.len() == 1
            && !matches!(factors[0], Expr::Symbol(_))
            && let Some(Tok::Number(under)) = self.peek_at(1)
        {
            let under = literal(&under.clone())?;
            self.at += 2;
            let over = factors.remove(0);
            factors.push(over.over(under));
        }
        let argument = flat(factors);
        Ok(if negative { argument.negated() } else { argument })
    }

    fn mark(&mut self, mark: Mark) -> Parsed {
        match mark {
            Mark::Frac => {
                if let Some(derivative) = self.derivative()? {
                    return Ok(derivative);
                }
                let over = self.argument(true)?;
                let under = self.argument(true)?;
                Ok(over.over(under))
            }
            Mark::Binom => {
                let n = self.argument(true)?;
                let k = self.argument(true)?;
                Ok(Expr::Apply(Function::Binomial, vec![n, k]))
            }
            Mark::Sqrt => {
                let index = if self.eat(&Tok::Open('[')) {
                    let index = self.sum()?;
                    self.expect(&Tok::Close(']'))?;
                    Some(index)
                } else {
                    None
                };
                let value = match self.peek() {
                    Some(Tok::Open('(')) => self.primary()?,
                    _ => self.argument(false)?,
                };
                Ok(match index {
                    None => value.sqrt(),
                    Some(index) if index == Expr::integer(2) => value.sqrt(),
                    Some(index) => Expr::Apply(Function::Root, vec![value, index]),
                })
            }
            Mark::Exp => {
                let argument = self.applied()?;
                Ok(Expr::Constant(Constant::E).power(argument))
            }
            Mark::Sum | Mark::Prod => self.series(if mark == Mark::Sum { Form::Sum } else { Form::Product }),
            Mark::Int => self.integral(),
            Mark::Lim => self.limit(),
            _ => Err(Stop::Syntax),
        }
    }

    /// `\frac{d}{dx} body`, `\frac{d^2}{dx^2} body`.
    fn derivative(&mut self) -> Result<Option<Expr>, Stop> {
        let d = |tok: Option<&Tok>| tok == Some(&Tok::Letter('d'));
        if !(self.peek() == Some(&Tok::Group)
            && d(self.peek_at(1))
            && self.peek_at(2) == Some(&Tok::EndGroup))
        {
            return Ok(None);
        }
        if self.peek_at(3) != Some(&Tok::Group) {
            return Ok(None);
        }
        let (variable, length) = match (self.peek_at(4), self.peek_at(5)) {
            (Some(Tok::Word(word)), _) if word.len() == 2 && word.starts_with('d') => {
                (word[1..].to_owned(), 5)
            }
            (Some(Tok::Letter('d')), Some(Tok::Letter(letter))) => (letter.to_string(), 6),
            _ => return Ok(None),
        };
        if self.peek_at(length) != Some(&Tok::EndGroup) {
            return Ok(None);
        }
        self.at += length + 1;
        let body = self.nested(Self::product)?;
        let variable = variable.as_str().into();
        Ok(Some(Expr::Bound(Box::new(Bound { form: Form::Derivative, variable, body, ends: Vec::new() }))))
    }

    /// `_{k=1}^{n} body`.
    fn series(&mut self, form: Form) -> Parsed {
        let (mut variable, mut first, mut last) = (None, None, None);
        for _ in 0..2 {
            if self.eat(&Tok::Op('_')) {
                self.expect(&Tok::Group)?;
                let Some(Tok::Letter(letter)) = self.peek().cloned() else { return Err(Stop::Syntax) };
                self.at += 1;
                self.expect(&Tok::Rel(Rel::Eq))?;
                variable = Some(letter.to_string());
                first = Some(self.sum()?);
                self.expect(&Tok::EndGroup)?;
            } else if self.eat(&Tok::Op('^')) {
                last = Some(self.argument(false)?);
            }
        }
        let (Some(variable), Some(first), Some(last)) = (variable, first, last) else {
            return Err(Stop::Syntax);
        };
        let is_i = usize::from(variable == "i");
        self.bound_i += is_i;
        let body = self.nested(Self::product);
        self.bound_i -= is_i;
        let variable = variable.as_str().into();
        Ok(Expr::Bound(Box::new(Bound { form, variable, body: body?, ends: vec![first, last] })))
    }

    fn integral(&mut self) -> Parsed {
        let (mut low, mut high) = (None, None);
        for _ in 0..2 {
            if self.eat(&Tok::Op('_')) {
                low = self.limit_of_integral()?;
            } else if self.eat(&Tok::Op('^')) {
                high = self.limit_of_integral()?;
            }
        }
        let outer = self.differential.take();
        self.integrals += 1;
        let body = self.sum();
        self.integrals -= 1;
        let variable = std::mem::replace(&mut self.differential, outer).ok_or(Stop::Syntax)?;
        let ends = low.into_iter().chain(high).collect();
        let variable = variable.as_str().into();
        Ok(Expr::Bound(Box::new(Bound { form: Form::Integral, variable, body: body?, ends })))
    }

    fn limit_of_integral(&mut self) -> Result<Option<Expr>, Stop> {
        if self.peek() == Some(&Tok::Group) && self.peek_at(1) == Some(&Tok::EndGroup) {
            self.at += 2;
            return Ok(None);
        }
        self.argument(true).map(Some)
    }

    /// A differential that begins at the next token: `dx`, `d\theta`. Its variable and its tokens.
    fn differential_here(&self) -> Option<(String, usize)> {
        match (self.peek()?, self.peek_at(1)) {
            (Tok::Word(word), _) if word.len() == 2 && word.starts_with('d') => {
                Some((word[1..].to_owned(), 1))
            }
            (Tok::Letter('d'), Some(Tok::Letter(letter))) => Some((letter.to_string(), 2)),
            _ => None,
        }
    }

    /// `_{x \to a} body`.
    fn limit(&mut self) -> Parsed {
        self.expect(&Tok::Op('_'))?;
        self.expect(&Tok::Group)?;
        let Some(Tok::Letter(letter)) = self.peek().cloned() else { return Err(Stop::Syntax) };
        self.at += 1;
        if !self.eat(&Tok::Mark(Mark::To)) {
            self.expect(&Tok::Mark(Mark::Implies))?;
        }
        let point = self.sum_before_side()?;
        self.expect(&Tok::EndGroup)?;
        let body = self.nested(Self::product)?;
        let variable = letter.to_string().as_str().into();
        Ok(Expr::Bound(Box::new(Bound { form: Form::Limit, variable, body, ends: vec![point] })))
    }

    /// The point of a limit; the side in `3^+` is passed over, since no limit is ever evaluated.
    fn sum_before_side(&mut self) -> Parsed {
        let negative = self.signs();
        let value = self.primary()?;
        if self.op('^') {
            self.at += 1;
            if self.eat(&Tok::Group) {
                while self.peek().is_some() && !self.eat(&Tok::EndGroup) {
                    self.at += 1;
                }
            } else {
                self.at += 1;
            }
        }
        Ok(if negative { value.negated() } else { value })
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

/// Whether a run of letters can be a product of variables: short, or without the look of a word.
pub(super) fn is_product(word: &str) -> bool {
    word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) && !is_prose(word)
}

/// Whether `word` belongs to a sentence: a capital before small letters, or one of the commonest short words.
pub(super) fn is_prose(word: &str) -> bool {
    let capitalised = word.len() > 1
        && word.starts_with(|first: char| first.is_ascii_uppercase())
        && word[1..].bytes().all(|byte| byte.is_ascii_lowercase());
    capitalised
        || matches!(
            word,
            "is" | "it"
                | "in"
                | "of"
                | "to"
                | "the"
                | "for"
                | "has"
                | "are"
                | "was"
                | "he"
                | "she"
                | "we"
                | "so"
                | "at"
                | "on"
                | "by"
                | "if"
                | "be"
                | "an"
                | "as"
                | "no"
                | "not"
                | "yes"
                | "that"
                | "this"
                | "then"
                | "thus"
                | "with"
                | "from"
                | "have"
                | "find"
                | "get"
                | "gets"
                | "when"
                | "all"
                | "any"
                | "only"
                | "you"
                | "they"
                | "each"
                | "per"
                | "its"
                | "one"
                | "two"
                | "six"
                | "ten"
                | "odd"
                | "even"
                | "true"
                | "none"
                | "east"
                | "west"
                | "left"
                | "up"
                | "down"
                | "sum"
                | "area"
                | "than"
                | "less"
                | "more"
                | "most"
                | "over"
                | "time"
                | "must"
                | "can"
                | "will"
                | "had"
                | "my"
                | "but"
                | "do"
                | "does"
                | "us"
                | "same"
                | "such"
                | "let"
                | "into"
                | "red"
                | "blue"
                | "new"
                | "old"
                | "out"
                | "his"
                | "her"
                | "our"
                | "how"
                | "who"
                | "why"
                | "where"
        )
}

fn constant_or_symbol(letter: char, i_is_bound: bool) -> Expr {
    match letter {
        'π' => Expr::Constant(Constant::Pi),
        'e' => Expr::Constant(Constant::E),
        'i' if !i_is_bound => Expr::Constant(Constant::I),
        'I' => Expr::Constant(Constant::I),
        letter => Expr::symbol(letter.encode_utf8(&mut [0; 4])),
    }
}

fn inverse_of(function: &Function) -> Option<Function> {
    Some(match function {
        Function::Sin => Function::Arcsin,
        Function::Cos => Function::Arccos,
        Function::Tan => Function::Arctan,
        Function::Cot => Function::Arccot,
        Function::Sec => Function::Arcsec,
        Function::Csc => Function::Arccsc,
        Function::Sinh => Function::Arsinh,
        Function::Cosh => Function::Arcosh,
        Function::Tanh => Function::Artanh,
        _ => return None,
    })
}

/// The value of `digits` in the base `base`; `None` if they are no digits of that base.
pub(super) fn in_base(digits: &Literal, base: &Expr) -> Option<Expr> {
    let Expr::Number(base) = base else { return None };
    let base: u32 = base.to_string().parse().ok().filter(|base| (2..=36).contains(base))?;
    if digits.exponent.is_some() || digits.repeating.is_some() {
        return None;
    }
    value_in_base(&digits.whole, digits.fraction.as_deref().unwrap_or(""), base).map(Expr::Number)
}

/// The value of a whole part and a fraction in `base`.
pub(super) fn value_in_base(whole: &str, fraction: &str, base: u32) -> Option<Rational> {
    if whole.len() + fraction.len() > 400 {
        return None;
    }
    let radix = Rational::from(i64::from(base));
    let mut value = Rational::zero();
    let mut scale = Rational::one();
    for digit in whole.chars().chain(fraction.chars()) {
        value = value.times(&radix).plus(&Rational::from(i64::from(digit.to_digit(base)?)));
    }
    for _ in fraction.chars() {
        scale = scale.times(&radix);
    }
    Some(value.over(&scale))
}
