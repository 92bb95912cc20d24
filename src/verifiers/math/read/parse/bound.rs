//! Reads forms that bind a variable: derivatives, sums, products, integrals, limits. In: the tokens behind the
//! sign. Out: the form with its ends. Never: an evaluation.

use super::super::super::algebra;
use super::super::super::expr::{Bound, Expr, Form};
use super::super::lex::{Mark, Rel, Tok};
use super::{Parsed, Parser, Stop};

impl Parser {
    /// `\frac{d}{dx} body`, `\frac{d^2}{dx^2} body`.
    pub(super) fn derivative(&mut self) -> Result<Option<Expr>, Stop> {
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
    pub(super) fn series(&mut self, form: Form) -> Parsed {
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
                last = Some(self.script()?);
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

    pub(super) fn integral(&mut self) -> Parsed {
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

    pub(super) fn limit_of_integral(&mut self) -> Result<Option<Expr>, Stop> {
        if self.peek() == Some(&Tok::Group) && self.peek_at(1) == Some(&Tok::EndGroup) {
            self.at += 2;
            return Ok(None);
        }
        self.script().map(Some)
    }

    /// A differential that begins at the next token: `dx`, `d\theta`. Its variable and its tokens.
    pub(super) fn differential_here(&self) -> Option<(String, usize)> {
        match (self.peek()?, self.peek_at(1)) {
            (Tok::Word(word), _) if word.len() == 2 && word.starts_with('d') => {
                Some((word[1..].to_owned(), 1))
            }
            (Tok::Letter('d'), Some(Tok::Letter(letter))) => Some((letter.to_string(), 2)),
            _ => None,
        }
    }

    /// `_{x \to a} body`.
    pub(super) fn limit(&mut self) -> Parsed {
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
    pub(super) fn sum_before_side(&mut self) -> Parsed {
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

/// `f''`: a name of its own. `(3x^2)'`: the derivative, in the only variable that there is.
pub(super) fn primed(value: Expr, primes: usize) -> Parsed {
    if let Expr::Symbol(name) = &value {
        return Ok(Expr::symbol(&format!("{name}{}", "'".repeat(primes))));
    }
    let [variable] = &algebra::free_symbols(&value)[..] else { return Err(Stop::Syntax) };
    let ends = if primes == 1 { Vec::new() } else { vec![Expr::integer(primes as i64)] };
    let variable = variable.clone();
    Ok(Expr::Bound(Box::new(Bound { form: Form::Derivative, variable, body: value, ends })))
}
