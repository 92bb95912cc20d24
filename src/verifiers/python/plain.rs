//! Test code that needs no Python: `assert f(1, [2]) == "x"` and the like, which most tests are. In: the
//! text of a test. Out: the calls to make and what is claimed of their results, or nothing where it is any
//! other code. Never: a guess: where it is not certain what Python would say of a result, there is no
//! answer, and the test's own process decides.
//!
//! Python's `==` on plain values: numbers by their value (`1 == 1.0 == True`), lists and tuples item by
//! item and never equal to each other, dicts and sets in any order, `frozenset` equal to `set`.

mod equality;
mod literals;

use ruff_python_ast::{CmpOp, Expr, ExprCall, Operator, Stmt, UnaryOp};

use equality::equal;
use literals::{float, literal};

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
    /// `abs(f(x) - to) < than`, or `<=`.
    Near {
        to: f64,
        than: f64,
        or_equal: bool,
    },
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
            Claim::Near { to, than, or_equal } => {
                let result = match result {
                    Value::Bool(bool) => f64::from(u8::from(*bool)),
                    Value::Int(_) | Value::Float(_) => float(result)?,
                    Value::Other(_) => return None,
                    // Nothing can be taken from it.
                    _ => return Some(false),
                };
                let distance = (result - to).abs();
                Some(if *or_equal { distance <= *than } else { distance < *than })
            }
        }
    }

    /// What is claimed, for a person.
    pub(super) fn claimed(&self) -> String {
        match &self.claim {
            Claim::Equals(value) | Claim::Is(value) => value.shown(),
            Claim::IsTrue(true) => "what counts as true".to_owned(),
            Claim::IsTrue(false) => "what counts as false".to_owned(),
            Claim::Near { to, than, .. } => format!("{to:?} within {than:?}"),
        }
    }
}

impl Assertion {
    /// Whether it counts on the built-in `abs`.
    pub(super) fn uses_abs(&self) -> bool {
        matches!(self.claim, Claim::Near { .. })
    }
}

/// The assertion that `code` is.
pub(super) fn assertion(code: &str) -> Option<Assertion> {
    match &module(code)?[..] {
        [statement] => asserted(statement, false)?,
        _ => None,
    }
}

/// The assertions of HumanEval's `check(candidate)`, in their order; those of MBPP call the function `entry`
/// by its name.
pub(super) fn check(code: &str, entry: &str) -> Option<Vec<Assertion>> {
    let mut found = None;
    for statement in module(code)? {
        match &statement {
            // HumanEval's METADATA.
            Stmt::Assign(assign) => {
                literal(&assign.value)?;
                let taken = ["check", "abs", entry];
                if !matches!(&assign.targets[..], [Expr::Name(name)] if !taken.contains(&name.id.as_str())) {
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
                        // The first that does not hold ends the test: what its message does changes nothing.
                        statement => assertions.extend(asserted(statement, true)?),
                    }
                }
                // A test that calls `check` means another function than itself.
                let is_programs = |name: &str| name == parameter || name == entry && name != "check";
                if parameter == "abs" || !assertions.iter().all(|assertion| is_programs(&assertion.name)) {
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

/// The assertion that a statement makes, with any or a plain message, or `Some(None)` for one that is
/// always true.
fn asserted(statement: &Stmt, any_message: bool) -> Option<Option<Assertion>> {
    let Stmt::Assert(assert) = statement else { return None };
    if !any_message && !matches!(assert.msg.as_deref(), None | Some(Expr::StringLiteral(_))) {
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
            ([op @ (CmpOp::Lt | CmpOp::LtE)], Expr::Call(distance), [than]) => {
                let (call, to) = taken_from(distance)?;
                let (to, than) = (float(&literal(to)?)?, float(&literal(than)?)?);
                (call, Claim::Near { to, than, or_equal: *op == CmpOp::LtE })
            }
            _ => return None,
        },
        _ => return None,
    };
    called(call, claim).map(Some)
}

/// The call and the value of `abs(call - value)`.
fn taken_from(distance: &ExprCall) -> Option<(&ExprCall, &Expr)> {
    let (Expr::Name(name), [Expr::BinOp(minus)]) = (&*distance.func, &*distance.arguments.args) else {
        return None;
    };
    let is_distance = name.id.as_str() == "abs" && minus.op == Operator::Sub;
    match &*minus.left {
        Expr::Call(call) if is_distance && distance.arguments.keywords.is_empty() => {
            Some((call, &minus.right))
        }
        _ => None,
    }
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

#[cfg(test)]
mod tests;
