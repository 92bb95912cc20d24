//! Tables of what is equal and what differs, and the order and digits of constants.

use super::super::expr::{Bound, Function};
use super::*;

fn n(value: i64) -> Expr {
    Expr::integer(value)
}
fn q(over: i64, under: i64) -> Expr {
    Expr::Number(Rational::new(over, under))
}
fn x() -> Expr {
    Expr::symbol("x")
}
fn y() -> Expr {
    Expr::symbol("y")
}
fn pi() -> Expr {
    Expr::Constant(Constant::Pi)
}
fn i() -> Expr {
    Expr::Constant(Constant::I)
}
fn e(exponent: Expr) -> Expr {
    Expr::Constant(Constant::E).power(exponent)
}
fn f(function: Function, argument: Expr) -> Expr {
    Expr::apply(function, argument)
}
fn pow(base: Expr, exponent: i64) -> Expr {
    base.power(n(exponent))
}
fn eq(a: &Expr, b: &Expr) -> Equality {
    let there = equal(a, b, &mut Budget::default());
    let back = equal(b, a, &mut Budget::default());
    assert_eq!(
        std::mem::discriminant(&there),
        std::mem::discriminant(&back),
        "{a} and {b}: {there:?} {back:?}"
    );
    there
}
fn same(a: Expr, b: Expr) {
    let outcome = eq(&a, &b);
    assert!(matches!(outcome, Equality::Same(_)), "{a} = {b}: {outcome:?}");
}
fn different(a: Expr, b: Expr) {
    let outcome = eq(&a, &b);
    assert!(matches!(outcome, Equality::Different(_)), "{a} ≠ {b}: {outcome:?}");
}
fn not_same(a: Expr, b: Expr) {
    let outcome = eq(&a, &b);
    assert!(!matches!(outcome, Equality::Same(_)), "{a} ≠ {b}: {outcome:?}");
}

#[test]
fn algebraic_constants_are_decided() {
    use Function::{Cos, Root, Sin, Tan};
    same(n(3).plus(n(2).times(n(2).sqrt())).sqrt(), n(1).plus(n(2).sqrt()));
    same(n(8).sqrt(), n(2).times(n(2).sqrt()));
    same(n(1).over(n(2).sqrt()), n(2).sqrt().over(n(2)));
    same(n(12).sqrt().plus(n(27).sqrt()), n(5).times(n(3).sqrt()));
    same(f(Cos, pi().over(n(5))), n(1).plus(n(5).sqrt()).over(n(4)));
    same(f(Sin, pi().over(n(6))), q(1, 2));
    same(f(Tan, pi().over(n(3))), n(3).sqrt());
    same(
        f(Cos, q(2, 7).times(pi())).plus(f(Cos, q(4, 7).times(pi()))).plus(f(Cos, q(6, 7).times(pi()))),
        q(-1, 2),
    );
    same(i().times(i()), n(-1));
    same(n(-4).sqrt(), n(2).times(i()));
    same(n(1).plus(i()).power(n(8)), n(16));
    same(n(1).over(n(1).plus(i())), n(1).minus(i()).over(n(2)));
    same(Expr::Apply(Root, vec![n(-8), n(3)]), n(-2));
    // Cardano's real root that is a whole number.
    let root = |sign| Expr::Apply(Root, vec![n(2).plus(n(sign).times(n(5).sqrt())), n(3)]);
    same(root(1).plus(root(-1)), n(1));
    same(e(i().times(pi())), n(-1));
    different(n(2).times(n(3).sqrt()), n(2).times(n(3).power(q(1, 3))));
    different(n(2).sqrt().plus(n(3).sqrt()), n(10).sqrt());
    different(n(2).sqrt(), q(141_421_356, 100_000_000));
    different(n(-1).sqrt(), n(1));
    not_same(n(-8).power(q(1, 3)), n(2));
}

#[test]
fn near_misses_differ() {
    different(n(2).power(n(-99)), n(2).power(n(-98)));
    different(n(10).power(n(-20)), n(2).times(n(10).power(n(-20))));
    different(n(10).power(n(-2000)), n(0));
    different(n(10).power(n(30)), n(10).power(n(30)).plus(n(1)));
    let ramanujan = e(pi().times(n(163).sqrt()));
    not_same(ramanujan, Expr::decimal("262537412640768744").unwrap());
    different(f(Function::Factorial, n(2004)).over(n(1)), f(Function::Factorial, n(2006)));
    different(n(1).over(f(Function::Factorial, n(2004))), n(1).over(f(Function::Factorial, n(2006))));
    different(pi(), q(22, 7));
    different(pi(), Expr::decimal("3.14159265358979323846264338327950288419716939937510").unwrap());
    different(x().plus(n(10).power(n(-60))), x());
    different(x(), y());
    different(x().plus(n(1)), x());
    different(f(Function::Abs, x()), x());
    different(x().power(n(2)).sqrt(), x());
    different(f(Function::Abs, x().minus(n(1000))), n(1000).minus(x()));
    not_same(f(Function::Floor, x()), x());
}

#[test]
fn functions_agree_by_rules_or_points() {
    use Function::{Cos, Ln, Log, Sin, Tan};
    same(x().times(y()), y().times(x()));
    same(pow(x().plus(n(1)), 2), pow(x(), 2).plus(n(2).times(x())).plus(n(1)));
    same(pow(x(), 2).minus(n(1)).over(x().minus(n(1))), x().plus(n(1)));
    same(pow(f(Sin, x()), 2).plus(pow(f(Cos, x()), 2)), n(1));
    same(f(Sin, n(2).times(x())), n(2).times(f(Sin, x())).times(f(Cos, x())));
    same(f(Tan, x()), f(Sin, x()).over(f(Cos, x())));
    same(e(x().plus(y())), e(x()).times(e(y())));
    same(n(2).power(x().plus(n(1))), n(2).times(n(2).power(x())));
    same(n(4).power(x()), n(2).power(n(2).times(x())));
    same(Expr::Apply(Log, vec![n(2), n(8)]), n(3));
    same(f(Ln, n(6)), f(Ln, n(2)).plus(f(Ln, n(3))));
    same(e(n(2).times(f(Ln, n(3)))), n(9));
    same(f(Ln, pow(x(), 2)), n(2).times(f(Ln, x())));
    same(f(Function::Factorial, x()).over(f(Function::Factorial, x().minus(n(1)))), x());
    same(n(-1).power(x()), f(Cos, pi().times(x())));
    same(f(Function::Abs, x()), pow(x(), 2).sqrt());
    different(f(Sin, x()), f(Cos, x()));
    different(pow(x(), 2), pow(x(), 3));
    let z = || Expr::symbol("z");
    different(z().times(f(Function::Conj, z())), pow(z(), 2));
    same(z().times(f(Function::Conj, z())), pow(f(Function::Abs, z()), 2));
}

#[test]
fn transcendental_constants() {
    use Function::{Arctan, Ln};
    same(f(Arctan, n(1)), pi().over(n(4)));
    same(n(2).times(pi()).over(n(4)), pi().over(n(2)));
    same(f(Ln, n(8)).over(f(Ln, n(2))), n(3));
    different(f(Ln, n(2)), q(693_147, 1_000_000));
    different(pi(), e(n(1)));
    different(f(Ln, n(2)), f(Ln, n(3)));
}

#[test]
fn nothing_equals_an_integral() {
    for form in [Form::Integral, Form::Limit] {
        let open =
            || Expr::Bound(Box::new(Bound { form, variable: "x".into(), body: x(), ends: vec![n(0), n(1)] }));
        not_same(open(), open());
        not_same(open(), q(1, 2));
        not_same(open().minus(open()), n(0));
    }
    let sum = |last| {
        Expr::Bound(Box::new(Bound {
            form: Form::Sum,
            variable: "k".into(),
            body: pow(Expr::symbol("k"), 2),
            ends: vec![n(1), last],
        }))
    };
    same(sum(n(10)), n(385));
    different(sum(n(10)), n(386));
    not_same(sum(x()), x());
    let derived = Expr::Bound(Box::new(Bound {
        form: Form::Derivative,
        variable: "x".into(),
        body: pow(x(), 3),
        ends: vec![],
    }));
    same(derived, n(3).times(pow(x(), 2)));
}

#[test]
fn undefined_is_never_the_same() {
    let undefined = || n(1).over(n(2).minus(n(2)));
    not_same(undefined(), undefined());
    not_same(undefined(), n(0));
    not_same(undefined(), n(1));
    let hidden = || n(1).over(n(3).plus(n(2).times(n(2).sqrt())).sqrt().minus(n(1)).minus(n(2).sqrt()));
    not_same(hidden(), hidden());
    not_same(hidden(), n(5));
    not_same(x().minus(x()).power(n(-1)), x());
    not_same(f(Function::Ln, n(0)), f(Function::Ln, n(0)));
    let infinity = || Expr::Constant(Constant::Infinity);
    same(infinity(), infinity());
    different(infinity(), infinity().negated());
    different(infinity(), n(3));
    not_same(infinity().minus(infinity()), n(0));
}

#[test]
fn huge_inputs_are_bounded() {
    let tower = |last: i64| n(9).power(n(9).power(n(last)));
    let start = std::time::Instant::now();
    same(tower(9), tower(9));
    not_same(tower(9), tower(8));
    not_same(f(Function::Factorial, n(100_000_000)), n(5));
    not_same(n(10).power(n(10).power(n(10))), n(1));
    not_same(pow(x().plus(n(1)), 1_000_000), pow(x(), 1_000_000).plus(n(1)));
    not_same(n(9).power(tower(9)), n(1));
    let digits = "7".repeat(1_000_000);
    let long = Expr::decimal(&digits).unwrap();
    same(long.clone(), long.clone());
    different(long.clone(), Expr::decimal(&(digits + "7")).unwrap());
    different(long.negated(), n(3));
    let many = Expr::decimal(&"3".repeat(5_000)).unwrap();
    same(many.clone(), many.clone().plus(n(0)));
    different(many.clone(), many.plus(n(1)));
    assert!(start.elapsed().as_millis() < 2_000, "{:?}", start.elapsed());
}

#[test]
fn order_and_values() {
    let budget = &mut Budget { steps: 1_000_000, ..Budget::default() };
    assert_eq!(compare(&n(2).sqrt(), &q(3, 2), budget), Some(Ordering::Less));
    assert_eq!(compare(&pi(), &q(22, 7), budget), Some(Ordering::Less));
    assert_eq!(compare(&n(8).sqrt(), &n(2).times(n(2).sqrt()), budget), Some(Ordering::Equal));
    assert_eq!(compare(&Expr::Constant(Constant::Infinity), &pi(), budget), Some(Ordering::Greater));
    assert_eq!(compare(&i(), &n(1), budget), None);
    assert_eq!(sign(&n(2).sqrt().minus(n(2)), budget), Some(Ordering::Less));
    same(n(4).sqrt(), n(2));
    let denested = n(3).plus(n(2).times(n(2).sqrt())).sqrt().minus(n(2).sqrt());
    same(denested, n(1));
    different(n(2).sqrt(), q(1_414_213_562, 1_000_000_000));
    same(q(1, 3).plus(q(1, 6)), q(1, 2));
    let enclosure = evaluate(&pi(), 20, budget).unwrap();
    let digits = Rational::decimal("3", "14159265358979323846").unwrap();
    assert!(enclosure.low.minus(&digits).abs() < Rational::new(1, 1 << 60));
    assert!(enclosure.high.minus(&enclosure.low) < Rational::new(1, 1 << 60));
}

#[test]
fn equations() {
    let budget = || Budget { steps: 1_000_000, ..Budget::default() };
    let line = n(2).times(x()).plus(n(2).times(y())).minus(n(4));
    let half = x().plus(y()).minus(n(2));
    assert!(matches!(proportional(&line, &half, &mut budget()), Equality::Same(_)));
    assert!(matches!(proportional(&line, &x().plus(y()), &mut budget()), Equality::Different(_)));
    assert!(matches!(proportional(&pow(x(), 2), &x(), &mut budget()), Equality::Different(_)));
    let primitive = pow(x(), 2).over(n(2));
    assert!(matches!(
        differs_by_constant(&primitive, &primitive.clone().plus(n(7)), &mut budget()),
        Equality::Same(_)
    ));
    assert!(matches!(differs_by_constant(&primitive, &pow(x(), 2), &mut budget()), Equality::Different(_)));
    let solved = solve_linear(&n(2).times(x()).minus(y()).plus(n(3)), "y", &mut budget()).unwrap();
    same(solved, n(2).times(x()).plus(n(3)));
    assert!(solve_linear(&pow(y(), 2).minus(x()), "y", &mut budget()).is_none());
}

#[test]
fn angles_add_up() {
    use Function::{Arccos, Arcsin, Arctan};
    let quarter = || pi().over(n(4));
    same(f(Arctan, q(1, 2)).plus(f(Arctan, q(1, 3))), quarter());
    same(n(4).times(f(Arctan, q(1, 5))).minus(f(Arctan, q(1, 239))), quarter());
    same(f(Arcsin, q(3, 5)), f(Arctan, q(3, 4)));
    same(f(Arcsin, q(3, 5)), f(Arccos, q(4, 5)));
    same(f(Arctan, n(1)).plus(f(Arctan, n(2))).plus(f(Arctan, n(3))), pi());
    different(f(Arctan, n(1)).plus(f(Arctan, n(2))).plus(f(Arctan, n(3))), n(0));
    different(f(Arctan, q(1, 2)).plus(f(Arctan, q(1, 4))), quarter());
}

#[test]
fn many_of_anything_is_bounded() {
    let start = std::time::Instant::now();
    let sum =
        |order: Vec<i64>| Expr::Sum(order.into_iter().map(|k| n(k).times(x().power(n(k % 50)))).collect());
    same(sum((0..300).collect()), sum((0..300).rev().collect()));
    let _ = equal(&sum((0..20_000).collect()), &sum((0..20_000).rev().collect()), &mut Budget::default());
    let symbols = Expr::Sum((0..3000).map(|k| Expr::symbol(&format!("x{k}"))).collect());
    not_same(symbols, x());
    same(pow(x(), 2).minus(n(1)).over(x().minus(n(1))), x().plus(n(1)));
    let product = |order: Vec<i64>| Expr::Product(order.into_iter().map(|k| x().plus(n(k))).collect());
    same(product((0..12).collect()), product((0..12).rev().collect()));
    not_same(product((0..60).collect()), product((1..61).collect()));
    let nested = (0..150).fold(x(), |inner, _| f(Function::Sin, inner));
    not_same(nested.clone(), nested.plus(n(1)));
    assert!(start.elapsed().as_millis() < 2_000, "{:?}", start.elapsed());
}

#[test]
fn branches_and_steps() {
    use Function::{Abs, Arctan, Ceil, Floor, Ln, Max, Mod, Sin, Tan};
    different(e(f(Ln, pow(x(), 2)).over(n(2))), x());
    different(f(Abs, x()).over(x()), n(1));
    same(f(Abs, x().times(y())), f(Abs, x()).times(f(Abs, y())));
    different(pow(x(), 2).times(pow(y(), 2)).sqrt(), x().times(y()));
    different(pow(x(), 2).times(y()).sqrt(), x().times(y().sqrt()));
    same(x().times(y()).sqrt(), x().sqrt().times(y().sqrt()));
    different(n(-1).power(x()), n(1));
    same(n(-1).power(n(2).times(x())), n(1));
    different(f(Sin, pi().times(x())), n(0));
    different(f(Floor, x()).plus(f(Floor, x().negated())), n(-1));
    different(f(Ceil, x()), f(Floor, x()).plus(n(1)));
    same(f(Floor, x().plus(n(1))), f(Floor, x()).plus(n(1)));
    same(f(Ceil, x()), f(Floor, x().negated()).negated());
    different(Expr::Apply(Max, vec![x(), y()]), x());
    same(Expr::Apply(Max, vec![x(), y()]), Expr::Apply(Max, vec![y(), x()]));
    different(Expr::Apply(Mod, vec![x(), n(2)]), x());
    different(f(Arctan, f(Tan, x())), x());
    same(f(Tan, x()).times(f(Tan, pi().over(n(2)).minus(x()))), n(1));
    same(f(Ln, x().times(y())), f(Ln, x()).plus(f(Ln, y())));
    different(f(Ln, x().plus(y())), f(Ln, x()).plus(f(Ln, y())));
    same(e(i().times(x())), f(Function::Cos, x()).plus(i().times(f(Sin, x()))));
    same(i().power(i()), e(pi().over(n(-2))));
    same(Expr::Apply(Function::Root, vec![pow(x(), 3), n(3)]), x());
    different(Expr::Apply(Function::Root, vec![pow(x(), 2), n(2)]), x());
    same(Expr::Apply(Function::Binomial, vec![x(), n(2)]), x().times(x().minus(n(1))).over(n(2)));
    let called = |name: &str, argument| Expr::Apply(Function::Named(name.into()), vec![argument]);
    same(called("f", x()).plus(n(1)), n(1).plus(called("f", x())));
    different(called("f", x()).plus(n(1)), called("f", x()));
    not_same(called("f", x()), called("g", x()));
    same(f(Floor, n(10).sqrt()), n(3));
    same(f(Abs, n(3).plus(n(4).times(i()))), n(5));
    same(f(Abs, n(1).minus(n(2).sqrt())), n(2).sqrt().minus(n(1)));
    same(Expr::Apply(Function::Gcd, vec![n(12), n(18)]), n(6));
    same(Expr::Apply(Function::Lcm, vec![n(4), n(6)]), n(12));
    same(Expr::Apply(Mod, vec![n(-7), n(5)]), n(3));
}
