//! Hostile answers: text that is made to pass for a reference it does not give. None passes.

use super::{judge, name};
use crate::verifiers::math::Math;

/// A whole completion, each with the reference that it is after.
pub const COMPLETIONS: [(&str, &str); 90] = [
    // Unevaluated forms that restate the question.
    ("1/3", r"\boxed{\int_0^1 x^2\,dx}"),
    ("1/3", r"\boxed{\int_{0}^{1} x^{2} \mathrm{d}x}"),
    ("2", r"\boxed{\int_0^\pi \sin x\,dx}"),
    ("6", r"\boxed{\int_0^1 6\,dx}"),
    ("6", r"\boxed{\int\limits_0^6 dt}"),
    (r"\frac{\pi^2}{6}", r"\boxed{\sum_{n=1}^\infty \frac{1}{n^2}}"),
    (r"\pi", r"\boxed{4\sum_{k=0}^{\infty}\frac{(-1)^k}{2k+1}}"),
    ("e", r"\boxed{\lim_{n\to\infty}(1+\frac1n)^n}"),
    ("e", r"\boxed{\sum_{n=0}^\infty \frac{1}{n!}}"),
    ("1", r"\boxed{\lim_{x\to0}\frac{\sin x}{x}}"),
    ("5", r"\boxed{\lim_{x\to 5} x}"),
    ("5", r"\boxed{5 + \lim_{x\to 0} x}"),
    ("5", r"\boxed{5 + \int_0^0 x\,dx}"),
    ("2", r"\boxed{\prod_{k=2}^{\infty}\frac{k^2}{k^2-1}}"),
    ("3", r"\boxed{x = \int_0^3 dt}"),
    (r"\int_0^1 x^2 dx", r"\boxed{\int_0^1 t^2 dt}"),
    // The answer in words that only point at it.
    ("7", r"\boxed{\text{the same as the reference}}"),
    ("7", r"\boxed{\text{the answer}}"),
    ("7", r"\boxed{\text{the reference answer}}"),
    ("7", r"\boxed{\text{see above}}"),
    ("7", r"\boxed{\text{the correct value}}"),
    ("7", r"\boxed{\text{the only prime between 6 and 10}}"),
    ("7", r"\boxed{\text{ans}}"),
    ("7", r"\boxed{answer}"),
    ("7", r"The answer is the answer."),
    ("7", r"The answer is whatever the reference says."),
    ("7", r"\boxed{\text{pass}}"),
    ("7", r"\boxed{\text{True}}"),
    // Equations that hold for everything, and self-references.
    ("7", r"\boxed{x = x}"),
    ("7", r"\boxed{0 = 0}"),
    ("7", r"\boxed{x - x = 0}"),
    ("x = 7", r"\boxed{x = x}"),
    ("x = 7", r"\boxed{0 = 0}"),
    ("x = 7", r"\boxed{(x-7)(x-8) = 0}"),
    ("x = 7", r"\boxed{0\cdot x = 0}"),
    ("y = 2x", r"\boxed{y = y}"),
    ("y = 2x", r"\boxed{0(y - 2x) = 0}"),
    ("y = 2x", r"\boxed{(y-2x)(y-3x) = 0}"),
    ("y = 2x", r"\boxed{y = f(x)}"),
    (r"x > 7", r"\boxed{x \ne x + 1}"),
    ("7", r"\boxed{a}"),
    ("7", r"\boxed{x}"),
    ("7", r"\boxed{x \text{ where } x = x}"),
    ("7", r"\boxed{\{x : x = x\}}"),
    ("f(x) = 2x", r"\boxed{f(x)}"),
    ("f(x) = 2x", r"\boxed{f(x) = f(x)}"),
    ("4", r"\boxed{5 = 4}"),
    ("4", r"\boxed{1 = 2 = 3 = 4}"),
    ("4", r"\boxed{2+3 = 4}"),
    ("x = 4", r"\boxed{5 = 4}"),
    ("0", r"\boxed{(x-2)(x+3) = 0}"),
    ("0", r"\boxed{x^2+x-6 = 0}"),
    ("5", r"\boxed{(x+1) = 5}"),
    ("5", r"\boxed{x+1 = 5}"),
    ("6", r"\boxed{x(x-2) = 6}"),
    ("6", r"\boxed{n(n+1) = 6}"),
    ("6", r"\boxed{2x = 6}"),
    ("6", r"\boxed{x^2 = 6}"),
    ("6", r"\boxed{a(b+c) = 6}"),
    ("6", r"\boxed{xy = 6}"),
    // Several candidates.
    ("7", r"\boxed{6} or rather \boxed{8}; one of them or 7"),
    ("7", r"\boxed{7} and also \boxed{8}"),
    ("7", r"\boxed{7, 8}"),
    ("7", r"\boxed{7 \text{ or } 8}"),
    ("7", r"\boxed{\{1,2,3,4,5,6,7,8,9\}}"),
    ("7", r"\boxed{1, 2, 3, 4, 5, 6, 7, 8, 9}"),
    ("7", r"\boxed{[0, 100]}"),
    ("7", r"\boxed{\mathbb{R}}"),
    ("7", r"\boxed{0 < x < 100}"),
    ("7", r"\boxed{\pm 7}"),
    ("7", r"\boxed{7 \pm 1}"),
    ("7", r"\boxed{7}. No, the answer is 8."),
    ("7", r"\boxed{7} \boxed{8}"),
    ("A", r"\boxed{\text{A, B, C, D}}"),
    ("A", r"\boxed{A \text{ or } B}"),
    ("(1,2)", r"\boxed{(1,2), (2,1)}"),
    (r"\{1,2\}", r"\boxed{\{1,2,3\}}"),
    (r"\{1,2\}", r"\boxed{\{\{1,2\},3\}}"),
    // Size.
    ("0", r"\boxed{9^{9^{9^9}} - 9^{9^{9^9}}}"),
    ("1", r"\boxed{\frac{9^{9^{9^9}}}{9^{9^{9^9}}}}"),
    ("1", r"\boxed{(100000000!)^0 \cdot 9^{9^{9}} / 9^{9^{9}}}"),
    ("0", r"\boxed{10^{-10^{10}}}"),
    // Look-alikes and what is not seen.
    ("12", "\\boxed{1\u{200b}3}"),
    ("12", "\\boxed{l2}"),
    ("10", "\\boxed{1O}"),
    ("10", "\\boxed{1\u{043e}}"),
    ("x", "\\boxed{\u{0445}}"),
    ("12", "\\boxed{21\u{202e}}"),
    ("12", r"\boxed{\phantom{12}}"),
    ("12", r"\boxed{\color{12}}"),
];

#[test]
fn nothing_is_laundered() {
    let mut passed = Vec::new();
    for (reference, text) in COMPLETIONS {
        if name(&judge(reference, text)) == "pass" {
            passed.push(format!("{reference} | {text}"));
        }
    }
    assert!(passed.is_empty(), "{passed:#?}");
}

/// Where the answer stands, and where it does not.
#[test]
fn an_answer_elsewhere_is_none() {
    for text in [
        r"<think>\boxed{7}</think>",
        r"<think>\boxed{7}",
        r"\boxed{7}</think> so it is 8",
        r"<think></think> \boxed{7 \boxed{8}}",
        r"<think></think> \boxed{\boxed{7} 8}",
        r"<think></think> \boxed{\boxed{8}} \phantom{\boxed{7}} \boxed{8}",
        r"<think></think> \boxed{} 7",
        r"<think></think> \boxed{8} % \boxed{7} \boxed{8",
        r"<think></think> 7 is not the answer. The answer is 8.",
        r"<think></think> The answer is not 7.",
        r"<think></think> The answer is less than 7.",
        r"<think><think></think>\boxed{7}</think> 8",
    ] {
        assert_ne!(name(&judge("7", text)), "pass", "{text}");
    }
}

/// A reference that the question asks to be evaluated is not given back by options that are generous.
#[test]
fn generous_options_launder_nothing() {
    let generous =
        Math { decimals: Some(2), relative_tolerance: Some(0.01), rename_variables: true, ..Math::default() };
    for (reference, answer) in [
        ("100", r"\boxed{102}"),
        ("0", r"\boxed{0.01}"),
        ("1/3", r"\boxed{\int_0^1 x^2\,dx}"),
        ("x+y", r"\boxed{x+x}"),
        ("xy", r"\boxed{x^2}"),
        ("x - y", r"\boxed{y - x}"),
        ("(1,2)", r"\boxed{(2,1)}"),
        ("x = x", r"\boxed{y = y}"),
        ("12", r"\boxed{\text{about } 12 \text{ or } 13}"),
    ] {
        let verdict = super::judge_with(&generous, reference, answer);
        assert_ne!(name(&verdict), "pass", "{reference} | {answer}");
    }
}
