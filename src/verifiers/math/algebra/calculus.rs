//! Rewrites trees: free symbols, substitution, derivatives. In: an expression. Out: another one, not
//! simplified. Never: an evaluation; the capture of a bound variable.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::verifiers::math::expr::{Bound, Constant, Expr, Form, Function, MAX_DEPTH};

/// Derivatives of higher order are not taken.
const MAX_ORDER: i64 = 8;
/// Derivatives of more nodes are not built.
const MAX_NODES: usize = 20_000;

/// The names of the free symbols.
pub fn free_symbols(expr: &Expr) -> BTreeSet<Arc<str>> {
    let mut found = BTreeSet::new();
    let mut hidden = Vec::new();
    collect(expr, &mut hidden, &mut found);
    found
}

fn collect<'a>(expr: &'a Expr, hidden: &mut Vec<&'a Arc<str>>, found: &mut BTreeSet<Arc<str>>) {
    match expr {
        Expr::Symbol(name) => {
            if !hidden.contains(&name) && !found.contains(name) {
                found.insert(name.clone());
            }
        }
        Expr::Sum(parts) | Expr::Product(parts) | Expr::Apply(_, parts) => {
            parts.iter().for_each(|part| collect(part, hidden, found));
        }
        Expr::Power(pair) => {
            collect(&pair.0, hidden, found);
            collect(&pair.1, hidden, found);
        }
        Expr::Bound(bound) => {
            bound.ends.iter().for_each(|end| collect(end, hidden, found));
            // The variable of a derivative stays free.
            let hides = bound.form != Form::Derivative;
            if hides {
                hidden.push(&bound.variable);
            }
            collect(&bound.body, hidden, found);
            if hides {
                hidden.pop();
            }
        }
        Expr::Number(_) | Expr::Long(_) | Expr::Constant(_) => {}
    }
}

/// Whether `test` holds of any node.
pub fn any(expr: &Expr, test: &impl Fn(&Expr) -> bool) -> bool {
    test(expr)
        || match expr {
            Expr::Sum(parts) | Expr::Product(parts) | Expr::Apply(_, parts) => {
                parts.iter().any(|part| any(part, test))
            }
            Expr::Power(pair) => any(&pair.0, test) || any(&pair.1, test),
            Expr::Bound(bound) => any(&bound.body, test) || bound.ends.iter().any(|end| any(end, test)),
            Expr::Number(_) | Expr::Long(_) | Expr::Constant(_) | Expr::Symbol(_) => false,
        }
}

/// Every free symbol replaced by what `by` gives for it. A form that binds a variable of the same name
/// as a symbol put in is left to fail: `None`.
pub fn replace(expr: &Expr, by: &dyn Fn(&str) -> Option<Expr>) -> Option<Expr> {
    Some(match expr {
        Expr::Symbol(name) => by(name).unwrap_or_else(|| expr.clone()),
        Expr::Sum(parts) => Expr::Sum(all(parts, by)?),
        Expr::Product(parts) => Expr::Product(all(parts, by)?),
        Expr::Apply(function, parts) => Expr::Apply(function.clone(), all(parts, by)?),
        Expr::Power(pair) => replace(&pair.0, by)?.power(replace(&pair.1, by)?),
        Expr::Bound(bound) => {
            if bound.form == Form::Derivative {
                // Taken first: the symbol is the one it is taken in.
                return replace(&evaluated_derivative(bound)?, by);
            }
            let inner = |name: &str| if *name == *bound.variable { None } else { by(name) };
            let captured = free_symbols(&bound.body)
                .iter()
                .filter_map(|name| inner(name))
                .any(|value| free_symbols(&value).contains(&bound.variable));
            if captured {
                return None;
            }
            let body = replace(&bound.body, &inner)?;
            let ends = all(&bound.ends, by)?;
            Expr::Bound(Box::new(Bound { form: bound.form, variable: bound.variable.clone(), body, ends }))
        }
        Expr::Number(_) | Expr::Long(_) | Expr::Constant(_) => expr.clone(),
    })
}

fn all(parts: &[Expr], by: &dyn Fn(&str) -> Option<Expr>) -> Option<Vec<Expr>> {
    parts.iter().map(|part| replace(part, by)).collect()
}

/// What a derivative written as such stands for.
pub fn evaluated_derivative(bound: &Bound) -> Option<Expr> {
    let order = match bound.ends.as_slice() {
        [] => 1,
        [Expr::Number(order)] => order.to_i64()?,
        _ => return None,
    };
    if !(0..=MAX_ORDER).contains(&order) {
        return None;
    }
    let mut result = bound.body.clone();
    for _ in 0..order {
        result = derivative(&result, &bound.variable)?;
    }
    Some(result)
}

/// The derivative, if every function on the way has one.
pub fn derivative(expr: &Expr, symbol: &str) -> Option<Expr> {
    let mut nodes = 0;
    let result = derive(expr, symbol, &mut nodes)?;
    (result.depth(MAX_DEPTH) <= MAX_DEPTH).then_some(result)
}

fn depends(expr: &Expr, symbol: &str) -> bool {
    any(expr, &|node| matches!(node, Expr::Symbol(name) if **name == *symbol))
}

fn derive(expr: &Expr, symbol: &str, nodes: &mut usize) -> Option<Expr> {
    *nodes += 1;
    if *nodes > MAX_NODES {
        return None;
    }
    if !depends(expr, symbol) {
        return Some(Expr::integer(0));
    }
    Some(match expr {
        Expr::Symbol(_) => Expr::integer(1),
        Expr::Sum(terms) => {
            let terms: Option<Vec<_>> = terms.iter().map(|term| derive(term, symbol, nodes)).collect();
            Expr::Sum(terms?)
        }
        Expr::Product(factors) => {
            let mut terms = Vec::new();
            for (at, factor) in factors.iter().enumerate() {
                if !depends(factor, symbol) {
                    continue;
                }
                *nodes += factors.len();
                let mut product = factors.clone();
                product[at] = derive(factor, symbol, nodes)?;
                terms.push(Expr::Product(product));
            }
            Expr::Sum(terms)
        }
        Expr::Power(pair) => {
            let (base, exponent) = (&pair.0, &pair.1);
            if !depends(exponent, symbol) {
                let lower = base.clone().power(exponent.clone().minus(Expr::integer(1)));
                return Some(Expr::Product(vec![exponent.clone(), lower, derive(base, symbol, nodes)?]));
            }
            let inner = derive(exponent, symbol, nodes)?;
            if matches!(base, Expr::Constant(Constant::E)) {
                return Some(Expr::Product(vec![expr.clone(), inner]));
            }
            let log = Expr::apply(Function::Ln, base.clone());
            let mut terms = vec![Expr::Product(vec![inner, log])];
            if depends(base, symbol) {
                let rate = derive(base, symbol, nodes)?.over(base.clone());
                terms.push(Expr::Product(vec![exponent.clone(), rate]));
            }
            Expr::Product(vec![expr.clone(), Expr::Sum(terms)])
        }
        Expr::Apply(function, arguments) => applied(expr, function, arguments, symbol, nodes)?,
        Expr::Bound(bound) => match bound.form {
            Form::Derivative => derive(&evaluated_derivative(bound)?, symbol, nodes)?,
            Form::Sum if *bound.variable != *symbol && !bound.ends.iter().any(|end| depends(end, symbol)) => {
                let body = derive(&bound.body, symbol, nodes)?;
                Expr::Bound(Box::new(Bound { body, ..(**bound).clone() }))
            }
            _ => return None,
        },
        Expr::Number(_) | Expr::Long(_) | Expr::Constant(_) => Expr::integer(0),
    })
}

fn applied(
    expr: &Expr,
    function: &Function,
    arguments: &[Expr],
    symbol: &str,
    nodes: &mut usize,
) -> Option<Expr> {
    use Function as F;
    let x = arguments.first()?;
    let of = |function: F| Expr::apply(function, x.clone());
    let one = || Expr::integer(1);
    let square = |expr: Expr| expr.power(Expr::integer(2));
    let reciprocal = |expr: Expr| expr.power(Expr::integer(-1));
    let outer = match function {
        F::Sin => of(F::Cos),
        F::Cos => of(F::Sin).negated(),
        F::Tan => square(of(F::Sec)),
        F::Cot => square(of(F::Csc)).negated(),
        F::Sec => of(F::Sec).times(of(F::Tan)),
        F::Csc => of(F::Csc).times(of(F::Cot)).negated(),
        F::Arcsin => reciprocal(one().minus(square(x.clone())).sqrt()),
        F::Arccos => reciprocal(one().minus(square(x.clone())).sqrt()).negated(),
        F::Arctan => reciprocal(one().plus(square(x.clone()))),
        F::Arccot => reciprocal(one().plus(square(x.clone()))).negated(),
        F::Sinh => of(F::Cosh),
        F::Cosh => of(F::Sinh),
        F::Tanh => square(of(F::Sech)),
        F::Coth => square(of(F::Csch)).negated(),
        F::Sech => of(F::Sech).times(of(F::Tanh)).negated(),
        F::Csch => of(F::Csch).times(of(F::Coth)).negated(),
        F::Arsinh => reciprocal(square(x.clone()).plus(one()).sqrt()),
        F::Arcosh => reciprocal(square(x.clone()).minus(one()).sqrt()),
        F::Artanh => reciprocal(one().minus(square(x.clone()))),
        F::Ln => reciprocal(x.clone()),
        F::Abs => expr.clone().over(x.clone()),
        F::Log => {
            let quotient = Expr::apply(F::Ln, arguments.get(1)?.clone()).over(of(F::Ln));
            return derive(&quotient, symbol, nodes);
        }
        F::Root => {
            let power = x.clone().power(arguments.get(1)?.clone().power(Expr::integer(-1)));
            return derive(&power, symbol, nodes);
        }
        _ => return None,
    };
    Some(outer.times(derive(x, symbol, nodes)?))
}
