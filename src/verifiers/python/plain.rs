//! Test code that needs no Python: `assert f(1, [2]) == "x"` and the like, which most tests are. In: the
//! text of a test. Out: the calls to make and what is claimed of their results, or nothing where it is any
//! other code. Never: a guess: where it is not certain what Python would say of a result, there is no
//! answer, and the test's own process decides.
//!
//! Python's `==` on plain values: numbers by their value (`1 == 1.0 == True`), lists and tuples item by
//! item and never equal to each other, dicts and sets in any order, `frozenset` equal to `set`.

use ruff_python_ast::{CmpOp, Expr, ExprCall, Number, Stmt, UnaryOp};

use super::syntax::{MAX_TEST_DEPTH, depth};
use super::wire::Value;

/// Pairs of items that are compared to match one dict or set with another.
const MAX_PAIRS: usize = 1_000_000;

/// A call and what is claimed of its result.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Assertion {
    /// The function called.
    pub(super) name: String,
    args: Vec<Value>,
    kwargs: Vec<(Value, Value)>,
    claim: Claim,
}

#[derive(Debug, Clone, PartialEq)]
enum Claim {
    Equals(Value),
    /// `is` with `None`, `True` or `False`.
    Is(Value),
    /// Whether it counts as true.
    IsTrue(bool),
}

impl Assertion {
    /// What the program's process is asked.
    pub(super) fn request(&self, name: &str) -> Value {
        Value::List(vec![
            Value::text(name),
            Value::Tuple(self.args.clone()),
            Value::Dict(self.kwargs.clone()),
        ])
    }

    /// Whether the claim is true of `result`; `None` where Python has to be asked.
    pub(super) fn holds(&self, result: &Value) -> Option<bool> {
        match &self.claim {
            Claim::Equals(expected) => equal(expected, result),
            Claim::Is(expected) => match result {
                Value::Other(_) => None,
                _ => Some(expected == result),
            },
            Claim::IsTrue(expected) => Some(truth(result)? == *expected),
        }
    }

    /// What is claimed, for a person.
    pub(super) fn claimed(&self) -> String {
        match &self.claim {
            Claim::Equals(value) | Claim::Is(value) => value.shown(),
            Claim::IsTrue(true) => "what counts as true".to_owned(),
            Claim::IsTrue(false) => "what counts as false".to_owned(),
        }
    }
}

/// The assertion that `code` is.
pub(super) fn assertion(code: &str) -> Option<Assertion> {
    match &module(code)?[..] {
        [statement] => asserted(statement)?,
        _ => None,
    }
}

/// The assertions of HumanEval's `check(candidate)`, in their order.
pub(super) fn check(code: &str) -> Option<Vec<Assertion>> {
    let mut found = None;
    for statement in module(code)? {
        match &statement {
            // HumanEval's METADATA.
            Stmt::Assign(assign) => {
                literal(&assign.value)?;
                if !matches!(&assign.targets[..], [Expr::Name(name)] if name.id.as_str() != "check") {
                    return None;
                }
            }
            Stmt::FunctionDef(function)
                if function.name.as_str() == "check"
                    && function.decorator_list.is_empty()
                    && !function.is_async
                    && found.is_none() =>
            {
                let [parameter] = &function.parameters.args[..] else { return None };
                let parameters = &function.parameters;
                if parameters.len() != 1 || parameter.default.is_some() || parameter.annotation().is_some() {
                    return None;
                }
                let parameter = parameter.name().as_str();
                let mut assertions = Vec::new();
                for (at, statement) in function.body.iter().enumerate() {
                    match statement {
                        Stmt::Pass(_) => {}
                        Stmt::Expr(expr) if at == 0 && matches!(&*expr.value, Expr::StringLiteral(_)) => {}
                        statement => assertions.extend(asserted(statement)?),
                    }
                }
                if assertions.iter().any(|assertion| assertion.name != parameter) {
                    return None;
                }
                found = Some(assertions);
            }
            _ => return None,
        }
    }
    found
}

fn module(code: &str) -> Option<Vec<Stmt>> {
    // Read on the caller's stack.
    let short = code.len() <= 1 << 20 && depth(code) <= MAX_TEST_DEPTH;
    short
        .then(|| ruff_python_parser::parse_module(code).ok())?
        .map(|module| module.into_syntax().body.to_vec())
}

/// The assertion that a statement makes, or `Some(None)` for one that is always true.
fn asserted(statement: &Stmt) -> Option<Option<Assertion>> {
    let Stmt::Assert(assert) = statement else { return None };
    if !matches!(assert.msg.as_deref(), None | Some(Expr::StringLiteral(_))) {
        return None;
    }
    let (call, claim) = match &*assert.test {
        Expr::BooleanLiteral(literal) if literal.value => return Some(None),
        Expr::Call(call) => (call, Claim::IsTrue(true)),
        Expr::UnaryOp(not) if not.op == UnaryOp::Not => match &*not.operand {
            Expr::Call(call) => (call, Claim::IsTrue(false)),
            _ => return None,
        },
        Expr::Compare(compare) => match (&compare.ops[..], &*compare.left, &compare.comparators[..]) {
            ([CmpOp::Eq], Expr::Call(call), [value]) | ([CmpOp::Eq], value, [Expr::Call(call)]) => {
                (call, Claim::Equals(literal(value)?))
            }
            ([CmpOp::Is], Expr::Call(call), [value @ (Expr::NoneLiteral(_) | Expr::BooleanLiteral(_))]) => {
                (call, Claim::Is(literal(value)?))
            }
            _ => return None,
        },
        _ => return None,
    };
    called(call, claim).map(Some)
}

fn called(call: &ExprCall, claim: Claim) -> Option<Assertion> {
    let Expr::Name(name) = &*call.func else { return None };
    let args = call.arguments.args.iter().map(literal).collect::<Option<_>>()?;
    let mut kwargs: Vec<(Value, Value)> = Vec::new();
    for keyword in &call.arguments.keywords {
        let key = Value::text(keyword.arg.as_ref()?.as_str());
        if kwargs.iter().any(|(known, _)| *known == key) {
            return None; // Not Python.
        }
        kwargs.push((key, literal(&keyword.value)?));
    }
    Some(Assertion { name: name.id.to_string(), args, kwargs, claim })
}

/// The value of an expression made of literals.
fn literal(expr: &Expr) -> Option<Value> {
    Some(match expr {
        Expr::NoneLiteral(_) => Value::None,
        Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(int) => Value::Int(format!("{:x}", int.as_u64()?)),
            Number::Float(float) => Value::Float(*float),
            Number::Complex { .. } => return None,
        },
        Expr::UnaryOp(unary) if unary.op == UnaryOp::USub && unary.operand.is_number_literal_expr() => {
            match literal(&unary.operand)? {
                Value::Int(digits) if digits == "0" => Value::Int(digits),
                Value::Int(digits) => Value::Int(format!("-{digits}")),
                Value::Float(float) => Value::Float(-float),
                _ => return None,
            }
        }
        // The parser puts this for lone surrogates, which it cannot hold.
        Expr::StringLiteral(text) if text.value.to_str().contains('\u{fffd}') => return None,
        Expr::StringLiteral(text) => Value::text(text.value.to_str()),
        Expr::List(list) => Value::List(literals(&list.elts)?),
        Expr::Tuple(tuple) => Value::Tuple(literals(&tuple.elts)?),
        Expr::Set(set) => {
            let mut items: Vec<Value> = Vec::new();
            for item in literals(&set.elts)? {
                if !hashable(&item) || items.len() * items.len() > MAX_PAIRS {
                    return None;
                }
                if !contains(&items, &item)? {
                    items.push(item);
                }
            }
            Value::Set(items)
        }
        Expr::Dict(dict) => {
            let mut items: Vec<(Value, Value)> = Vec::new();
            for item in &dict.items {
                let (key, value) = (literal(item.key.as_ref()?)?, literal(&item.value)?);
                if !hashable(&key) || items.len() * items.len() > MAX_PAIRS {
                    return None;
                }
                // Of equal keys the first stays, with the last value: which is which shows in the key.
                if items.iter().any(|(known, _)| equal(known, &key) != Some(false)) {
                    return None;
                }
                items.push((key, value));
            }
            Value::Dict(items)
        }
        _ => return None,
    })
}

fn literals(exprs: &[Expr]) -> Option<Vec<Value>> {
    exprs.iter().map(literal).collect()
}

fn hashable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Other(_) => false,
        Value::Tuple(items) => items.iter().all(hashable),
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => true,
    }
}

/// Whether Python counts `value` as true.
fn truth(value: &Value) -> Option<bool> {
    Some(match value {
        Value::None => false,
        Value::Bool(bool) => *bool,
        Value::Int(digits) => !digits.bytes().all(|byte| byte == b'0' || byte == b'-'),
        Value::Float(float) => *float != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => !items.is_empty(),
        Value::Dict(items) => !items.is_empty(),
        Value::Other(_) => return None,
    })
}

/// Whether Python's `==` says that the values are equal; `expected` holds no key or member twice.
fn equal(expected: &Value, got: &Value) -> Option<bool> {
    use Value::{Dict, List, None as Nothing, Other, Set, Str, Tuple};
    match (expected, got) {
        (_, Other(_)) | (Other(_), _) => None,
        (Nothing, Nothing) => Some(true),
        (Str(a), Str(b)) => Some(a == b),
        (List(a), List(b)) | (Tuple(a), Tuple(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            all(a.iter().zip(b).map(|(a, b)| equal(a, b)))
        }
        (Set(a), Set(b)) if a.len() == b.len() => {
            within_bounds(a.len())?;
            all(a.iter().map(|item| contains(b, item)))
        }
        (Dict(a), Dict(b)) if a.len() == b.len() => {
            within_bounds(a.len())?;
            all(a.iter().map(|(key, value)| {
                let mut undecided = false;
                for (other, got) in b {
                    match equal(key, other) {
                        Some(true) => return equal(value, got),
                        Some(false) => {}
                        None => undecided = true,
                    }
                }
                (!undecided).then_some(false)
            }))
        }
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => same_number(&a, &b),
            _ => Some(false),
        },
    }
}

fn within_bounds(items: usize) -> Option<()> {
    (items.saturating_mul(items) <= MAX_PAIRS).then_some(())
}

/// All true, or one false; of what is undecided besides a false one, nothing need be known.
fn all(results: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut decided = true;
    for result in results {
        match result {
            Some(true) => {}
            Some(false) => return Some(false),
            None => decided = false,
        }
    }
    decided.then_some(true)
}

fn contains(items: &[Value], item: &Value) -> Option<bool> {
    let mut undecided = false;
    for other in items {
        match equal(item, other) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => undecided = true,
        }
    }
    (!undecided).then_some(false)
}

enum Numeric<'a> {
    /// Sign and hexadecimal digits without zeros before them.
    Int(bool, &'a str),
    Float(f64),
}

fn number(value: &Value) -> Option<Numeric<'_>> {
    Some(match value {
        Value::Bool(bool) => Numeric::Int(false, if *bool { "1" } else { "" }),
        Value::Int(digits) => {
            let rest = digits.strip_prefix('-').unwrap_or(digits).trim_start_matches('0');
            Numeric::Int(digits.starts_with('-') && !rest.is_empty(), rest)
        }
        Value::Float(float) => Numeric::Float(*float),
        _ => return None,
    })
}

fn same_number(a: &Numeric<'_>, b: &Numeric<'_>) -> Option<bool> {
    match (a, b) {
        (Numeric::Int(minus, digits), Numeric::Int(other_minus, others)) => {
            Some(minus == other_minus && digits == others)
        }
        #[allow(clippy::float_cmp)]
        (Numeric::Float(a), Numeric::Float(b)) => Some(a == b),
        (Numeric::Int(minus, digits), Numeric::Float(float))
        | (Numeric::Float(float), Numeric::Int(minus, digits)) => {
            if !float.is_finite() || float.fract() != 0.0 {
                return Some(false);
            }
            // 16 digits hold every number below 2^64; floats beyond are left to Python.
            if digits.len() > 16 || float.abs() >= 18_446_744_073_709_551_616.0 {
                return None;
            }
            let int = if digits.is_empty() { 0 } else { u64::from_str_radix(digits, 16).ok()? };
            // A float that is a whole number below 2^64 is exactly the integer it is cast to.
            Some(float.abs() as u64 == int && (int == 0 || *minus == (*float < 0.0)))
        }
    }
}

#[cfg(test)]
mod tests;
