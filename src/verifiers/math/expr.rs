//! The expression tree that the reader builds and the algebra decides on. In: parts. Out: a tree of
//! sums, products, powers and function calls over exact numbers, constants and symbols. Never: a
//! float, an evaluation, a rewriting of what was written.

use std::fmt;
use std::sync::Arc;

use super::algebra::rational::Rational;

/// Trees nested deeper than this are never built: the reader stops there, the algebra answers unknown,
/// and everything that walks a tree may recurse this far.
pub const MAX_DEPTH: usize = 200;

/// Trees of more nodes are not compared: walking one of this size costs about 0.2 ms.
pub const MAX_NODES: usize = 8_000;

/// A decimal of more digits than arithmetic is done on: compared by its digits alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LongDecimal {
    /// Whether a minus stands before it.
    pub negative: bool,
    /// The digits without leading and trailing zeros.
    pub digits: Box<str>,
    /// The value is `digits` times ten to this power.
    pub exponent: i64,
}

/// A mathematical expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// An exact rational.
    Number(Rational),
    /// A decimal too long to calculate with.
    Long(Arc<LongDecimal>),
    /// A named constant.
    Constant(Constant),
    /// A variable, by its name: `x`, `x_1`, `alpha`.
    Symbol(Arc<str>),
    /// Terms added up. Empty: 0.
    Sum(Vec<Expr>),
    /// Factors multiplied. Empty: 1.
    Product(Vec<Expr>),
    /// Base and exponent. A quotient is a product with a power of exponent -1.
    Power(Box<(Expr, Expr)>),
    /// A function of its arguments.
    Apply(Function, Vec<Expr>),
    /// A form that binds a variable.
    Bound(Box<Bound>),
}

/// Named constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Constant {
    /// π.
    Pi,
    /// Euler's number.
    E,
    /// The imaginary unit.
    I,
    /// Positive infinity; the negative one is a product of -1 and this.
    Infinity,
}

/// Functions, each with the arguments it takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The names are the field's own.
pub enum Function {
    Abs,
    Floor,
    Ceil,
    Sin,
    Cos,
    Tan,
    Cot,
    Sec,
    Csc,
    Arcsin,
    Arccos,
    Arctan,
    Arccot,
    Arcsec,
    Arccsc,
    Sinh,
    Cosh,
    Tanh,
    Coth,
    Sech,
    Csch,
    Arsinh,
    Arcosh,
    Artanh,
    /// The natural logarithm.
    Ln,
    /// `[base, x]`.
    Log,
    /// `[x, n]`: the n-th root; of a negative real and an odd n the real one.
    Root,
    Factorial,
    DoubleFactorial,
    /// `[n, k]`.
    Binomial,
    Gcd,
    Lcm,
    /// `[a, n]`: the remainder in `0..n`.
    Mod,
    Min,
    Max,
    Re,
    Im,
    Conj,
    Arg,
    Sign,
    /// A function known by its name alone: `f(x)`.
    Named(Arc<str>),
}

/// What binds a variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bound {
    /// Which form.
    pub form: Form,
    /// The bound variable.
    pub variable: Arc<str>,
    /// What is added up, multiplied, derived, integrated or led to a limit.
    pub body: Expr,
    /// First and last index, lower and upper limit of an integral, or the point approached.
    /// A derivative has none, or one: its order as a number.
    pub ends: Vec<Expr>,
}

/// The forms that bind a variable. Sums and products between numbers and derivatives are evaluated.
/// Integrals and limits never are, and nothing is ever equal to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Form {
    Sum,
    Product,
    Derivative,
    Integral,
    Limit,
}

impl Expr {
    /// A whole number.
    pub fn integer(value: i64) -> Self {
        Self::Number(Rational::from(value))
    }

    /// The unsigned decimal `text`: ASCII digits with at most one point among them.
    pub fn decimal(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || whole.len() + fraction.len() == 0 {
            return None;
        }
        if whole.len() + fraction.len() <= Rational::MAX_DIGITS {
            return Rational::decimal(whole, fraction).map(Self::Number);
        }
        let mut all = String::with_capacity(whole.len() + fraction.len());
        all.push_str(whole);
        all.push_str(fraction);
        let significant = all.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Some(Self::integer(0));
        }
        let trailing = all.len() - all.trim_end_matches('0').len();
        let exponent = trailing as i64 - fraction.len() as i64;
        if significant.len() + exponent.unsigned_abs() as usize <= Rational::MAX_DIGITS {
            let mut text = significant.to_owned();
            if exponent >= 0 {
                text.extend(std::iter::repeat_n('0', exponent as usize));
                return Rational::decimal(&text, "").map(Self::Number);
            }
            let point = text.len() as i64 + exponent;
            if point >= 0 {
                let (whole, fraction) = text.split_at(point as usize);
                return Rational::decimal(whole, fraction).map(Self::Number);
            }
            let zeros = "0".repeat(point.unsigned_abs() as usize);
            return Rational::decimal("", &(zeros + &text)).map(Self::Number);
        }
        Some(Self::Long(Arc::new(LongDecimal { negative: false, digits: significant.into(), exponent })))
    }

    /// A variable.
    pub fn symbol(name: &str) -> Self {
        Self::Symbol(name.into())
    }

    /// A sum of two, flat where a side is a sum.
    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Sum(mut terms), Self::Sum(more)) => {
                terms.extend(more);
                Self::Sum(terms)
            }
            (Self::Sum(mut terms), term) => {
                terms.push(term);
                Self::Sum(terms)
            }
            (first, second) => Self::Sum(vec![first, second]),
        }
    }

    /// A difference.
    pub fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    /// A product of two, flat where a side is a product.
    pub fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::Product(mut factors), Self::Product(more)) => {
                factors.extend(more);
                Self::Product(factors)
            }
            (Self::Product(mut factors), factor) => {
                factors.push(factor);
                Self::Product(factors)
            }
            (first, second) => Self::Product(vec![first, second]),
        }
    }

    /// The negative: of a number at once, otherwise a product with -1.
    pub fn negated(self) -> Self {
        match self {
            Self::Number(number) => Self::Number(-number),
            Self::Long(long) => {
                let mut long = Arc::unwrap_or_clone(long);
                long.negative = !long.negative;
                Self::Long(Arc::new(long))
            }
            Self::Product(mut factors) => {
                factors.insert(0, Self::integer(-1));
                Self::Product(factors)
            }
            other => Self::Product(vec![Self::integer(-1), other]),
        }
    }

    /// A quotient; of two numbers at once, unless the divisor is zero.
    pub fn over(self, divisor: Self) -> Self {
        match (self, divisor) {
            (Self::Number(a), Self::Number(b)) if !b.is_zero() => Self::Number(a.over(&b)),
            (dividend, divisor) => dividend.times(divisor.power(Self::integer(-1))),
        }
    }

    /// A power.
    pub fn power(self, exponent: Self) -> Self {
        Self::Power(Box::new((self, exponent)))
    }

    /// A square root.
    pub fn sqrt(self) -> Self {
        self.power(Self::Number(Rational::new(1, 2)))
    }

    /// A function of one argument.
    pub fn apply(function: Function, argument: Self) -> Self {
        Self::Apply(function, vec![argument])
    }

    /// How deep it is nested, counted no further than one past `limit`.
    pub fn depth(&self, limit: usize) -> usize {
        self.measure(limit, usize::MAX).0
    }

    /// How deep it is nested and how many nodes it has, each counted no further than one past its limit.
    pub fn measure(&self, max_depth: usize, max_nodes: usize) -> (usize, usize) {
        let (mut deepest, mut nodes) = (0, 0);
        let mut open = vec![(self, 1)];
        while let Some((expr, depth)) = open.pop() {
            deepest = deepest.max(depth);
            nodes += 1;
            if depth > max_depth || nodes > max_nodes {
                break;
            }
            let mut push = |child| open.push((child, depth + 1));
            match expr {
                Self::Sum(parts) | Self::Product(parts) | Self::Apply(_, parts) => {
                    parts.iter().for_each(push)
                }
                Self::Power(pair) => {
                    push(&pair.0);
                    push(&pair.1);
                }
                Self::Bound(bound) => {
                    push(&bound.body);
                    bound.ends.iter().for_each(push);
                }
                Self::Number(_) | Self::Long(_) | Self::Constant(_) | Self::Symbol(_) => {}
            }
        }
        (deepest, nodes)
    }
}

impl From<Rational> for Expr {
    fn from(value: Rational) -> Self {
        Self::Number(value)
    }
}

impl fmt::Display for Expr {
    /// Plain text with brackets wherever they could matter, for reasons shown to people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |out: &mut fmt::Formatter<'_>, parts: &[Self], between: &str| {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    out.write_str(between)?;
                }
                write!(out, "{part}")?;
            }
            Ok(())
        };
        match self {
            Self::Number(number) => write!(out, "{number}"),
            Self::Long(long) => {
                let sign = if long.negative { "-" } else { "" };
                let shown = long.digits.get(..20).unwrap_or(&long.digits);
                write!(out, "{sign}{shown}… ({} digits)", long.digits.len())
            }
            Self::Constant(Constant::Pi) => out.write_str("pi"),
            Self::Constant(Constant::E) => out.write_str("e"),
            Self::Constant(Constant::I) => out.write_str("i"),
            Self::Constant(Constant::Infinity) => out.write_str("infinity"),
            Self::Symbol(name) => out.write_str(name),
            Self::Sum(terms) => {
                out.write_str("(")?;
                list(out, terms, " + ")?;
                out.write_str(")")
            }
            Self::Product(factors) => {
                out.write_str("(")?;
                list(out, factors, "*")?;
                out.write_str(")")
            }
            Self::Power(pair) => write!(out, "({})^({})", pair.0, pair.1),
            Self::Apply(Function::Named(name), arguments) => {
                write!(out, "{name}(")?;
                list(out, arguments, ", ")?;
                out.write_str(")")
            }
            Self::Apply(function, arguments) => {
                write!(out, "{}(", format!("{function:?}").to_lowercase())?;
                list(out, arguments, ", ")?;
                out.write_str(")")
            }
            Self::Bound(bound) => {
                write!(out, "{:?}[{}, {}: ", bound.form, bound.body, bound.variable)?;
                list(out, &bound.ends, "..")?;
                out.write_str("]")
            }
        }
    }
}
