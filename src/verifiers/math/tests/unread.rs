//! Formulas of notations that are not read, or only in part: spelled the same they pass, and nothing else does.

use super::*;

/// Notations beyond what is read today; where one comes to be read, its mutants must still not pass.
const FORMULAS: [&str; 31] = [
    r"v^2_0 + 1",
    r"\frac{v^2_0}{5g}",
    r"x^2_1 + x^2_2",
    r"a'b + ab'",
    r"y''_1 - 2y'_1",
    r"x \mapsto x + 1",
    r"f: x \mapsto -2x",
    r"R_{\odot}^2 + 1",
    r"\sum_{i\in S} a_i + 1",
    r"\sum_{d\mid n} \mu(d) - 1",
    r"\limsup a_n + 1",
    r"\nabla^2 u + 1",
    r"P(X > 1) + P(Y < 2)",
    r"\operatorname{Var}(X) + 1",
    r"A \subseteq B",
    r"a \oplus b + 1",
    r"S_3 \rtimes \mathbb{Z}_2",
    r"\text{SO}_4^{2-}",
    r"Na^+",
    r"H^-",
    r"2H_2 + O_2 \to 2H_2O",
    r"p \Rightarrow q",
    r"p \land q",
    r"\neg p \lor q",
    r"\oint_C x\,dy - y\,dx",
    r"\iint_D x - y\,dA",
    r"\vec{a} \times \vec{b}",
    r"\langle \psi | H | \phi \rangle + 1",
    r"[A, B] - [B, C]_+",
    r"\partial_x u + u_{xx} < 0",
    r"{}^{14}_{6}C + 1",
];

/// Commands that mean something else in another's place.
const OTHERS: [(&str, &str); 14] = [
    (r"\odot", r"\oplus"),
    (r"\oplus", r"\otimes"),
    (r"\subseteq", r"\supseteq"),
    (r"\rtimes", r"\times"),
    (r"\limsup", r"\liminf"),
    (r"\Rightarrow", r"\Leftrightarrow"),
    (r"\land", r"\lor"),
    (r"\lor", r"\land"),
    (r"\neg p", "p"),
    (r"\oint", r"\int"),
    (r"\iint", r"\int"),
    (r"} \times", r"} \cdot"),
    (r"\mapsto", "="),
    (r"\partial_x", r"\partial_y"),
];

/// `text` with one thing changed: a sign, a relation, a digit, a prime, the case of a symbol, a command.
fn mutants(text: &str) -> Vec<String> {
    let mut found: Vec<String> = OTHERS
        .iter()
        .filter(|(from, _)| text.contains(from))
        .map(|(from, to)| text.replacen(from, to, 1))
        .collect();
    let chars: Vec<char> = text.chars().collect();
    let letter = |at: usize| chars.get(at).is_some_and(char::is_ascii_alphabetic);
    for (at, &char) in chars.iter().enumerate() {
        let commanded = {
            let start = (0..at).rev().take_while(|&before| letter(before)).last().unwrap_or(at);
            start > 0 && chars[start - 1] == '\\'
        };
        let other = match char {
            '+' => "-".to_owned(),
            '-' => "+".to_owned(),
            '<' => ">".to_owned(),
            '>' => "<".to_owned(),
            '\'' => String::new(),
            '0'..='8' => ((char as u8 + 1) as char).to_string(),
            _ if letter(at) && !commanded && (at == 0 || !letter(at - 1)) && !letter(at + 1) => {
                if char.is_ascii_lowercase() { char.to_ascii_uppercase() } else { char.to_ascii_lowercase() }
                    .to_string()
            }
            _ => continue,
        };
        let head: String = chars[..at].iter().collect();
        let tail: String = chars[at + 1..].iter().collect();
        found.push(format!("{head}{other}{tail}"));
    }
    found
}

/// Spellings of `formula` that do not pass for it, and mutants that do, in either direction.
pub(super) fn wrong_about(formula: &str, spellings: &[String]) -> Vec<String> {
    let lost = spellings.iter().filter(|same| boxed(formula, same) != Verdict::Pass);
    let mut wrong: Vec<String> = lost.map(|same| format!("{formula} | {same} does not pass")).collect();
    for mutant in mutants(formula) {
        if boxed(formula, &mutant) == Verdict::Pass || boxed(&mutant, formula) == Verdict::Pass {
            wrong.push(format!("{formula} | {mutant} passes"));
        }
    }
    wrong
}

#[test]
fn what_is_not_read_passes_only_as_it_is_spelled() {
    let count: usize = FORMULAS.iter().map(|formula| mutants(formula).len()).sum();
    let spellings =
        |formula: &str| [formula.to_owned(), format!("{formula}."), format!(r"\displaystyle {formula}")];
    let wrong: Vec<String> =
        FORMULAS.iter().flat_map(|formula| wrong_about(formula, &spellings(formula))).collect();
    assert!(count > 120, "{count} mutants");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Sentences are compared by their words, marks left out; `\vec` and bold letters have two products.
#[test]
fn prose_and_products_table() {
    judged_as_told(&[
        ("It doesn't converge", "it doesn't converge", true),
        ("Vieta's formulas", "Vieta's formulas!", true),
        ("the x-axis", "The x-axis", true),
        ("\"odd\"", "odd", true),
        ("even (always)", "Even (always)", true),
        ("two-thirds of the class", "two-thirds of the class.", true),
        ("H is not normal in G", "H is normal in G", false),
        (r"2 \times 3", "6", true),
        (r"3 \times \vec{v}", r"3\vec{v}", true),
        (r"\mathbf{a} \times \mathbf{b}", r"\mathbf{a} \cdot \mathbf{b}", false),
        (r"x>1 \land x<5", r"x>1 \text{ and } x<5", true),
        (r"x<1 \lor x>5", r"x<1 \text{ or } x>5", true),
        (r"x=5", r"2x=10 \Rightarrow x=5", true),
        (r"x=5", r"2x=10 \iff x=5", true),
        ("q", r"p \Rightarrow q", false),
    ]);
}
