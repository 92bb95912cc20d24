//! Which names and letters stand for a value: `x`, `f(3)`, `|AB|`, `m + n`. In: a name, or an expression. Out: yes or no.
//! Never: a product taken for a name where the reference could be an equation.

use super::super::expr::Expr;

/// Whether one name is the other with a number: `x` and `x_1`, the first of its values.
pub(super) fn is_numbered(a: &str, b: &str) -> bool {
    let numbered = |name: &str, plain: &str| {
        name.strip_prefix(plain)
            .and_then(|rest| rest.strip_prefix('_'))
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    numbered(a, b) || numbered(b, a)
}

/// Whether it is a sum, a product or a quotient of letters that a problem asks for: `m + n`, `\frac{AB}{BC}`.
pub(super) fn is_asked_for(expr: &Expr) -> bool {
    let letter = |expr: &Expr| matches!(expr, Expr::Symbol(name) if name.chars().count() == 1 && !matches!(&**name, "x" | "y" | "z" | "t" | "r"));
    let product = |expr: &Expr| match expr {
        Expr::Product(parts) => parts.iter().all(letter),
        expr => letter(expr),
    };
    match expr {
        Expr::Sum(parts) => parts.iter().all(letter),
        Expr::Product(parts) => parts.iter().all(|part| match part {
            Expr::Power(pair) => pair.1 == Expr::integer(-1) && product(&pair.0),
            part => product(part),
        }),
        _ => false,
    }
}

/// Whether both names stand for what a function gives: `y` and `f(x)`, but neither `f(1)` and `f(2)`, nor `P(A)` and
/// `P(B)`, nor a function and its derivative.
pub(super) fn are_outputs(a: &str, b: &str) -> bool {
    let argument = |name: &str| name.split_once('(').map(|(_, inside)| inside.to_owned());
    let variable = |inside: &String| {
        inside.chars().any(|char| char.is_lowercase()) && !inside.contains(char::is_numeric)
    };
    let primes = |name: &str| name.matches('\'').count();
    let output = |name: &str| name == "y" || name == "y'" || name == "y''" || name.ends_with(')');
    let arguments = match (argument(a), argument(b)) {
        (Some(a), Some(b)) => a == b || variable(&a) && variable(&b),
        (Some(inside), None) | (None, Some(inside)) => variable(&inside),
        (None, None) => true,
    };
    output(a) && output(b) && arguments && primes(a) == primes(b)
}

/// Whether `name` names a value. `xy` is a product, `AB` a segment; letters in bars must be a segment too.
pub(super) fn is_name(name: &str) -> bool {
    // `E[X]` is a call like `E(X)`.
    let bare = name.trim_matches('|').replace('[', "(").replace(']', ")");
    let bare = bare.as_str();
    // `(f ∘ g)(2)`, `‖v‖`.
    if name.starts_with('‖') || bare.starts_with('(') && bare.contains('∘') {
        return true;
    }
    let letters = bare.chars().filter(|char| char.is_alphabetic()).count();
    let marked = if bare.contains('(') { is_call(bare) } else { bare.contains(['_', ':', '∠', '\'', ' ']) };
    let capital = bare.chars().all(|char| char.is_uppercase());
    let word = bare.len() > 4 && bare.chars().all(char::is_alphabetic);
    if name.starts_with('|') {
        // The modulus of a complex number.
        capital || marked || matches!(bare, "z" | "w")
    } else {
        (letters == 1 && !bare.contains('(')) || marked || capital || word
    }
}

/// Whether `name` calls a function: `f(3)`, `P(A)`, `S_{n-1}`, `f(g(x))`. `x(x-2)` and `a(b+c)` are products.
pub(super) fn is_call(name: &str) -> bool {
    let Some((head, inside)) = name.split_once('(') else { return false };
    let Some(inside) = inside.strip_suffix(')') else { return false };
    let mut depth = 0i32;
    let closes_last = inside.chars().all(|char| {
        depth += i32::from(char == '(') - i32::from(char == ')');
        depth >= 0
    });
    let letters: Vec<char> = head.chars().filter(|char| char.is_alphabetic()).collect();
    let own = letters.iter().any(|letter| inside.contains(*letter));
    let is_product = matches!(letters[..], [letter] if letter.is_lowercase() && !"fghpqrs".contains(letter))
        && !head.contains(['_', '\''])
        && inside.contains(['+', '-']);
    closes_last && !letters.is_empty() && !own && !is_product
}
