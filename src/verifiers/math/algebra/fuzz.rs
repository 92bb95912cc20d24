//! Random expressions rewritten without a change of value must be the same, perturbed ones never.

use proptest::prelude::*;

use super::super::expr::Function;
use super::*;

/// Expressions that have a value at most real points.
fn expression() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        4 => (-9i64..10).prop_map(Expr::integer),
        2 => (-9i64..10, 1i64..9).prop_map(|(over, under)| Expr::Number(Rational::new(over, under))),
        4 => prop_oneof![Just("x"), Just("y"), Just("a")].prop_map(Expr::symbol),
        1 => Just(Expr::Constant(Constant::Pi)),
        1 => (2i64..20).prop_map(|n| Expr::integer(n).sqrt()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::Sum),
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::Product),
            2 => (inner.clone(), 1i64..4).prop_map(|(base, exponent)| base.power(Expr::integer(exponent))),
            1 => inner.clone().prop_map(|x| Expr::apply(Function::Sin, x)),
            1 => inner.clone().prop_map(|x| Expr::apply(Function::Cos, x)),
            1 => inner.clone().prop_map(|x| Expr::Constant(Constant::E).power(x)),
            1 => inner.prop_map(|x| Expr::integer(1).plus(x.power(Expr::integer(2))).power(Expr::integer(-1))),
        ]
    })
}

/// The same value, written otherwise.
fn rewritten(expr: &Expr, how: &mut impl FnMut() -> usize) -> Expr {
    let one = || Expr::integer(1);
    let inner = match expr {
        Expr::Sum(terms) => {
            let mut terms: Vec<_> = terms.iter().map(|term| rewritten(term, how)).collect();
            if how().is_multiple_of(2) {
                terms.reverse();
            }
            Expr::Sum(terms)
        }
        Expr::Product(factors) => {
            let mut factors: Vec<_> = factors.iter().map(|factor| rewritten(factor, how)).collect();
            if how().is_multiple_of(2) {
                factors.reverse();
            }
            match factors.as_slice() {
                // a (b + c) expanded.
                [factor, Expr::Sum(terms)] if how().is_multiple_of(2) => {
                    Expr::Sum(terms.iter().map(|term| factor.clone().times(term.clone())).collect())
                }
                _ => Expr::Product(factors),
            }
        }
        Expr::Power(pair) => match (&pair.0, &pair.1) {
            (base, Expr::Number(exponent)) if exponent.to_i64() == Some(2) => {
                let base = rewritten(base, how);
                base.clone().times(base)
            }
            (Expr::Constant(Constant::E), Expr::Sum(terms)) => {
                let factor = |term: &Expr| Expr::Constant(Constant::E).power(term.clone());
                Expr::Product(terms.iter().map(factor).collect())
            }
            (base, exponent) => rewritten(base, how).power(exponent.clone()),
        },
        Expr::Apply(Function::Sin, arguments) => {
            // sin x = cos(π/2 - x)
            let quarter = Expr::Constant(Constant::Pi).over(Expr::integer(2));
            Expr::apply(Function::Cos, quarter.minus(rewritten(&arguments[0], how)))
        }
        other => other.clone(),
    };
    match how() % 8 {
        0 => inner.times(Expr::integer(6)).over(Expr::integer(6)),
        1 => inner.plus(Expr::symbol("x")).minus(Expr::symbol("x")),
        2 => {
            // (√3 - 1)(√3 + 1) = 2
            let root = Expr::integer(3).sqrt();
            let two = root.clone().minus(one()).times(root.plus(one()));
            inner.times(two).over(Expr::integer(2))
        }
        3 => {
            let squares = Expr::apply(Function::Sin, Expr::symbol("y")).power(Expr::integer(2));
            let squares = squares.plus(Expr::apply(Function::Cos, Expr::symbol("y")).power(Expr::integer(2)));
            inner.times(squares)
        }
        _ => inner,
    }
}

fn draws(seed: u64) -> impl FnMut() -> usize {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    }
}

fn roomy() -> Budget {
    Budget { steps: 400_000, ..Budget::default() }
}

proptest! {
    #[test]
    fn rewriting_keeps_the_value(expr in expression(), seed: u64) {
        let other = rewritten(&expr, &mut draws(seed));
        let outcome = equal(&expr, &other, &mut roomy());
        prop_assert!(!matches!(outcome, Equality::Different(_)), "{expr} and {other}: {outcome:?}");
        if other.depth(12) <= 12 {
            prop_assert!(
                matches!(outcome, Equality::Same(_) | Equality::Unknown("past the budget" | "not told apart at high precision")),
                "{expr} and {other}: {outcome:?}"
            );
        }
    }

    #[test]
    fn perturbing_changes_it(expr in expression(), seed: u64, kind in 0usize..6) {
        let other = rewritten(&expr, &mut draws(seed));
        let x = || Expr::symbol("x");
        let tiny = Expr::integer(10).power(Expr::integer(-40));
        let other = match kind {
            0 => other.plus(Expr::integer(1)),
            1 => other.plus(tiny),
            2 => other.plus(x()),
            3 => other.plus(tiny.times(x())),
            4 => other.minus(Expr::integer(1).over(Expr::integer(1_000_003))),
            _ => other.plus(Expr::integer(2).sqrt().minus(Expr::Number(Rational::new(141_421, 100_000)))),
        };
        let outcome = equal(&expr, &other, &mut roomy());
        prop_assert!(!matches!(outcome, Equality::Same(_)), "{expr} and {other}: {outcome:?}");
    }

    #[test]
    fn symmetric(a in expression(), b in expression()) {
        let there = equal(&a, &b, &mut roomy());
        let back = equal(&b, &a, &mut roomy());
        let kind = std::mem::discriminant::<Equality>;
        prop_assert!(kind(&there) == kind(&back), "{a} and {b}: {there:?} {back:?}");
        if let (Some(order), Some(other)) = (compare(&a, &b, &mut roomy()), compare(&b, &a, &mut roomy())) {
            prop_assert_eq!(order, other.reverse());
        }
    }

    #[test]
    fn the_default_budget_holds(a in expression(), b in expression()) {
        let mut budget = Budget::default();
        equal(&a, &b, &mut budget);
        prop_assert!(budget.steps <= Budget::default().steps);
    }
}
