//! Reads functions and what they are applied to. In: the tokens from a function's name on. Out: calls, powers of
//! calls, inverses, roots, fractions, binomials. Never: an evaluation.

use super::super::super::expr::{Constant, Expr, Form, Function};
use super::super::lex::{Mark, Tok, Token};
use super::number::literal;
use super::{Parsed, Parser, Stop, flat};

impl Parser {
    /// `f(x)`: a function known by its name.
    pub(super) fn called(&mut self, value: Expr) -> Parsed {
        let Expr::Symbol(name) = &value else { return Ok(value) };
        // `C(5, 2)` of two numbers: five choose two.
        if **name == *"C"
            && self.peek() == Some(&Tok::Open('('))
            && matches!([self.peek_at(1), self.peek_at(3)], [Some(Tok::Number(_)), Some(Tok::Number(_))])
            && (self.peek_at(2), self.peek_at(4)) == (Some(&Tok::Op(',')), Some(&Tok::Close(')')))
        {
            self.at += 1;
            let arguments = self.arguments()?;
            return Ok(Expr::Apply(Function::Binomial, arguments));
        }
        let base = name.trim_end_matches('\'');
        let is_function = matches!(base, "f" | "g" | "h" | "F" | "G" | "H" | "Γ" | "ζ")
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
    pub(super) fn arguments(&mut self) -> Result<Vec<Expr>, Stop> {
        let bars = std::mem::take(&mut self.bars);
        let mut arguments = vec![self.sum()?];
        while self.eat(&Tok::Op(',')) {
            arguments.push(self.sum()?);
        }
        self.bars = bars;
        self.expect(&Tok::Close(')'))?;
        Ok(arguments)
    }

    pub(super) fn function(&mut self, function: Function) -> Parsed {
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
        // `log2(3)`: the base stands right behind the name.
        if function == Function::Log
            && base.is_none()
            && let Some(Token { tok: Tok::Number(digits), spaced: false, .. }) = self.tokens.get(self.at)
            && matches!(digits.whole.as_str(), "2" | "10")
            && digits.fraction.is_none()
            && self.peek_at(1) == Some(&Tok::Open('('))
        {
            base = Some(literal(&digits.clone())?);
            self.at += 1;
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
    pub(super) fn applied(&mut self) -> Parsed {
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

    pub(super) fn mark(&mut self, mark: Mark) -> Parsed {
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
            // cos θ + i sin θ.
            Mark::Cis => {
                let angle = self.applied()?;
                Ok(Expr::Constant(Constant::E).power(Expr::Constant(Constant::I).times(angle)))
            }
            Mark::Cbrt => {
                let argument = self.applied()?;
                Ok(Expr::Apply(Function::Root, vec![argument, Expr::integer(3)]))
            }
            Mark::Factorial => {
                let argument = self.applied()?;
                Ok(Expr::apply(Function::Factorial, argument))
            }
            Mark::Det => {
                let bracketed = self.eat(&Tok::Open('('));
                let value = self.determinant()?;
                if bracketed {
                    self.expect(&Tok::Close(')'))?;
                }
                Ok(value)
            }
            Mark::Sum | Mark::Prod => self.series(if mark == Mark::Sum { Form::Sum } else { Form::Product }),
            Mark::Int => self.integral(),
            Mark::Lim => self.limit(),
            _ => Err(Stop::Syntax),
        }
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
