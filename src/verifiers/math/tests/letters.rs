//! Letters that look like words or units, names of values, and functions in pieces.

use super::unread::wrong_about;
use super::*;

/// Formulas with short words among their letters: each letter is a factor.
const FORMULAS: [&str; 26] = [
    r"ax+by=c",
    r"y=Ce^{x}+1",
    r"Ax+B",
    r"v=u+at",
    r"s=ut+\frac{1}{2}at^2",
    r"\frac{Mg}{M+m}",
    r"2mg(1-\cos\theta)",
    r"T=3mg-2x",
    r"\sqrt{2Rh-h^2}",
    r"2\pi Rh+1",
    r"\pi Rl-2",
    r"V=\frac{1}{3}Sh",
    r"1-Ax",
    r"E=Mc^2+1",
    r"10-Ce^{-t}",
    r"\frac{Fd}{2}-1",
    r"Fd\cos\theta+2",
    r"\frac{dy}{dx}=Ay-1",
    r"Mgh+1",
    r"Nkt-1",
    r"Pdx+Qdy",
    r"v^2=u^2+2as",
    r"as-at",
    r"x^by+1",
    r"j=\frac{Bl}{R}-1",
    r"(ab)^n-a^nb",
];

#[test]
fn every_letter_of_a_product_counts() {
    let spellings = |formula: &str| {
        [formula.to_owned(), formula.replace('+', " + "), format!(r"\displaystyle {formula}")]
    };
    let wrong: Vec<String> =
        FORMULAS.iter().flat_map(|formula| wrong_about(formula, &spellings(formula))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn products_words_and_units_table() {
    judged_as_told(&[
        (r"\frac{1}{2}at^2", r"\frac{at^2}{2}", true),
        (r"2\pi Rh", r"2\pi R h", true),
        (r"y=Ce^{x}", r"y=C e^{x}", true),
        (r"2Mg", r"2gM", true),
        (r"x^ny^m", r"y^mx^n", true),
        (r"(ab)^n", r"a^nb^n", true),
        (r"5 \text{ at most}", "5", true),
        ("5 kg", "5Kg", true),
        (r"5 Km", "5", true),
        (r"3 men", "3", true),
        (r"12 by 5", "12 by 5", true),
        (r"\text{No}", "No", true),
        (r"\frac{1}{2}at^2", r"\frac{1}{2}", false),
        (r"2\pi", r"2\pi Rh", false),
        (r"2Mg", "2", false),
        (r"3", "3Ax", false),
        (r"3by", "3", false),
        (r"v^2=2as", "v^2=2", false),
        (r"\frac13 Sh", r"\frac13", false),
        (r"x^{ny}", r"x^ny", false),
        (r"x \text{ at } y+1", r"x \text{ at } y-1", false),
        (r"No", r"-No", false),
        ("(2n-1)!!", "((2n-1)!)!", false),
        ("7!!", "105", true),
        ("v_0^2", "v^2_0", true),
        (r"\frac{v_0^2}{5g}", r"\frac{v^2_0}{5g}", true),
        (r"v_{12}^{2}", r"v^{2}_{12}", true),
        ("v_0^2", "v_2^0", false),
        (r"\frac{a}{b}", r"\frac ab", true),
        (r"\binom{n}{k}", r"\binom nk", true),
        (r"\frac{a}{b}", r"\frac ba", false),
        ("72", "2^3 3^2", true),
        ("72", "2^3 3^3", false),
        ("2^33^2", "2^3 3^2", false),
        ("4", r"-1 \bmod 5", true),
        ("-1", r"-1 \bmod 5", false),
        (r"\{1,2,3\}", r"{1,2} \cup {2,3}", true),
        (r"\{1\}", r"{1,2} \setminus {2}", true),
        (r"\{1,2\}", r"{1,2} \cup {2,3}", false),
        (r"\frac{3}{5}", "3 out of 5", true),
        ("5", "3 out of 5", false),
        (r"\frac{1}{5}", "1 in 5", true),
        ("5", "1 in 5", false),
    ]);
}

#[test]
fn names_and_pieces_table() {
    judged_as_told(&[
        ("f(1)=2, f(2)=1", "f(1)=1, f(2)=2", false),
        ("f(1)=2, f(2)=1", "f(2)=1, f(1)=2", true),
        ("P(A)=0.3", "P(B)=0.3", false),
        ("f(1)=2", "2", true),
        ("f'(x)=2x", "f(x)=2x", false),
        ("f(x)=2x+1", "y=2x+1", true),
        ("x=1", "1=1", false),
        ("2", "2=2", false),
        ("4", "2+2=4", true),
        ("x=2", "2=2=2", false),
        (r"\begin{cases}1,&x>0\\-1,&x<0\end{cases}", r"\begin{cases}-1,&x<0\\1,&x>0\end{cases}", true),
        (
            r"\begin{cases}1,&x>0\\-1,&x<0\end{cases}",
            r"\begin{cases}1 & \text{if } x>0\\-1 & \text{if } x<0\end{cases}",
            true,
        ),
        (r"\begin{cases}1,&x>0\\-1,&x<0\end{cases}", r"\begin{cases}1,&x<0\\-1,&x>0\end{cases}", false),
        (
            r"f(x)=\begin{cases}0,&x\le1\\1,&x>1\end{cases}",
            r"f(x)=\begin{cases}1,&x\le1\\0,&x>1\end{cases}",
            false,
        ),
        (
            r"\begin{cases}1,&x>0\\2,&\text{otherwise}\end{cases}",
            r"\begin{cases}2,&x>0\\1,&\text{otherwise}\end{cases}",
            false,
        ),
        (r"\begin{cases}x=1\\y=2\end{cases}", r"x=1, y=2", true),
        (r"\begin{cases}x&=1\\y&=2\end{cases}", r"x=1, y=2", true),
        (
            r"\left\{\begin{array}{ll}0,&x\le1\\1,&x>1\end{array}\right.",
            r"\left\{\begin{array}{ll}1,&x\le1\\0,&x>1\end{array}\right.",
            false,
        ),
        ("12:00", "3:00", false),
        ("5:0", "3:0", false),
        ("4:6", "2:3", true),
        (r"\triangle ABC", r"\angle ABC", false),
        (r"\angle ABC", r"\angle CBA", true),
        (r"\triangle ABC \sim \triangle DEF", r"\triangle ABC \cong \triangle DEF", false),
        (r"5\text{ GB}", r"5\text{ Gb}", false),
        (r"5\text{ MHz}", r"5\text{ mHz}", false),
    ]);
}
