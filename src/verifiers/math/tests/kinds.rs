//! Every kind of answer that the reader knows, in the spellings that people and models use.

use super::{Math, boxed, name};
use crate::record::Verdict;
use crate::verifiers::Verifier;

#[test]
fn every_kind_is_read_in_its_spellings() {
    let mut wrong = Vec::new();
    for (reference, answers) in [
        ("1234567", &["1,234,567", r"1\,234\,567", "1.234.567"][..]),
        ("3.5", &["3,5"]),
        ("0,25", &[r"\frac14"]),
        ("1.234,5", &["1234.5", "1,234.5", r"1\,234.5"]),
        ("1,234.5", &["1234.5"]),
        (r"1.5\times10^{-3}", &["0.0015"]),
        ("1.5e-3", &["0.0015"]),
        (r"1.5 \cdot 10^{-3}", &["1.5E-3"]),
        (r"15\%", &["15 percent", "0.15", r"\frac{3}{20}", "15%"]),
        (r"2\frac{1}{3}", &[r"\frac73"]),
        ("2 1/3", &["7/3"]),
        (r"2 \tfrac{1}{3}", &[r"2\,\frac13"]),
        (r"0.\overline{36}", &["4/11"]),
        ("0.363636...", &["4/11"]),
        ("0.(36)", &["4/11"]),
        (r"0.\dot{3}\dot{6}", &["4/11"]),
        (r"0.3\overline{6}", &["11/30"]),
        (
            r"\frac{3}{4}",
            &[
                "3/4",
                r"\tfrac34",
                r"{3 \over 4}",
                "¾",
                "3 ÷ 4",
                r"\cfrac{3}{4}",
                r"3\div4",
                r"\nicefrac{3}{4}",
                r"\sfrac{3}{4}",
                "3:4",
                "three fourths",
                "three quarters",
            ],
        ),
        (r"\frac12", &["one half", "half"]),
        (r"\sqrt{8}", &[r"2\sqrt2", "2√2", "8^{1/2}", "sqrt(8)", "2*sqrt 2"]),
        (r"\sqrt[3]{54}", &[r"3\sqrt[3]{2}"]),
        (r"\sqrt[3]{8}", &["cbrt(8)", "∛8"]),
        (r"\sqrt[3]{5}", &["5^{1/3}", "root(5,3)", "root(5, 3)", "nthroot(5,3)"]),
        ("2^{10}", &["1024", "2**10", "2^10", "2¹⁰"]),
        ("x^{2y}", &["(x^y)^2"]),
        ("5!", &["120", "factorial(5)"]),
        ("5!!", &["15"]),
        (r"\binom{5}{2}", &["10", r"{5 \choose 2}", "_5C_2", r"\dbinom{5}{2}", "{}_5C_2", r"\tbinom52"]),
        (r"\binom52", &["^5C_2", "C(5,2)", "C(5, 2)"]),
        ("C(10,3)", &["120"]),
        ("P(5,2)", &["P(5,2)"]),
        (
            "|x-1|",
            &[
                r"\left|x-1\right|",
                r"\lvert x-1\rvert",
                r"\text{abs}(x-1)",
                "abs(x-1)",
                r"\vert x-1 \vert",
                r"\mid x-1 \mid",
            ],
        ),
        (r"\lfloor x \rfloor", &[r"\left\lfloor x\right\rfloor", "floor(x)", "⌊x⌋"]),
        (r"\lceil x \rceil", &["ceil(x)", r"\operatorname{ceil}(x)", "⌈x⌉"]),
        (r"\sin^2 x", &[r"(\sin x)^2", "sin(x)^2", "sin^2(x)"]),
        (r"\sin 2x", &[r"2\sin x\cos x"]),
        (r"\tan x", &[r"\sin x/\cos x", r"\operatorname{tg} x"]),
        (r"\arcsin x", &[r"\sin^{-1} x", "asin(x)", "arcsin x"]),
        (r"\ln 2", &[r"\log_e 2", "ln(2)", "log_e(2)"]),
        (r"\log_2 8", &["3"]),
        (r"\log_{2}8", &[r"\frac{\ln 8}{\ln 2}"]),
        (r"\log_2 3", &["log2(3)", r"\lg 3/\lg 2"]),
        (r"\log 100", &["2"]),
        ("e^2", &[r"\exp(2)", "exp 2", r"\mathrm{e}^{2}"]),
        (r"\pi", &["π", "pi"]),
        (r"2\pi", &["2π"]),
        (r"\pi/2", &[r"\frac{\pi}{2}"]),
        ("3+4i", &["4i+3", r"3+4\mathrm{i}", "3 + 4 i", "3+4*I", "3+i4", "3+4j", "(3+4j)"]),
        ("3+4j", &["3+4i", "3 + 4j"]),
        ("-2j", &["-2i"]),
        (r"5e^{i\pi/2}", &["5i"]),
        (r"5 \text{ cm}", &["5cm", r"5\,\mathrm{cm}", "50 mm", "0.05 meters", "5 centimeters"]),
        (
            r"12\text{ cm}^2",
            &["12 cm^2", "12 square centimeters", r"12\ \mathrm{cm^2}", "12 cm²", "12 sq cm"],
        ),
        (
            r"60 \text{ km/h}",
            &[
                "60 kilometers per hour",
                r"60\frac{\text{km}}{\text{h}}",
                "60 km h^{-1}",
                "60 kph",
                "60 km/hr",
            ],
        ),
        (r"\$5.50", &["5.50 dollars", "550 cents", "$5.5", "5.50 USD"]),
        ("€5", &["5 euros"]),
        ("£5", &["£5.00"]),
        ("5 ft 3 in", &["63 inches", "5'3\"", "5 feet 3 inches", "5 feet and 3 inches"]),
        (r"5\text{ ft }3\text{ in}", &["5.25 ft"]),
        ("2 hours 30 minutes", &["2.5 hours", "150 minutes", "2 h 30 min"]),
        ("2 hours and 30 minutes", &["150 min"]),
        ("1 hour, 30 minutes", &["90 minutes"]),
        (r"90^\circ", &["90 degrees", "90°", r"\frac{\pi}{2}", r"90^{\circ}"]),
        (r"30^\circ 15'", &["30.25°"]),
        ("30°15'36\"", &["30.26°"]),
        ("(0,1)", &["]0,1["]),
        ("[0,1)", &["[0,1["]),
        ("(0,1]", &["]0,1]"]),
        (r"(-\infty, 3)", &[r"]-\infty;3[", "x<3"]),
        ("[2,5)", &[r"2 \le x < 5", r"5 > x \ge 2"]),
        (r"(-\infty,3)", &[r"\left(-\infty,3\right)", "(-inf, 3)"]),
        (
            r"(-\infty,1)\cup(2,\infty)",
            &[
                "(2,∞) ∪ (-∞,1)",
                "x<1 or x>2",
                r"x<1 \text{ or } x>2",
                r"\mathbb{R}\setminus[1,2]",
                r"(-\infty,1) U (2,\infty)",
            ],
        ),
        (r"(-\infty,0)\cup(0,\infty)", &[r"\mathbb{R}\setminus\{0\}", r"x\neq 0", r"\mathbb{R}-\{0\}"]),
        ("(1,2)", &[r"(0,2)\cap(1,3)", "x=1,y=2"]),
        (
            r"[1,2]\cup[4,5]",
            &[r"([0,2]\cup[4,5])\cap[1,5]", r"[1,5]\cap([0,2]\cup[4,6])", r"([0,2]\cup[4,5])\cap[1,6]"],
        ),
        (r"\{1,2,3\}", &[r"\{3,2,1\}", "{1,2,3}", r"\left\{1,2,3\right\}", r"\{1,2\}\cup\{3\}"]),
        (r"\{1,2\}", &[r"\{1,2,3\}\cap\{1,2,5\}", r"\{1,2,3\}\setminus\{3\}"]),
        (r"\emptyset", &[r"\varnothing", r"\{\}", "∅", "empty set", "no solution", r"(0,1)\cap(2,3)"]),
        (
            "(1,2,3)",
            &[
                r"\left(1,2,3\right)",
                r"\langle 1,2,3\rangle",
                r"\begin{pmatrix}1\\2\\3\end{pmatrix}",
                r"1\mathbf{i}+2\mathbf{j}+3\mathbf{k}",
            ],
        ),
        (
            r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
            &[
                r"\begin{bmatrix}1&2\\3&4\end{bmatrix}",
                r"\left[\begin{array}{cc}1&2\\3&4\end{array}\right]",
                r"\left(\begin{matrix}1&2\\3&4\end{matrix}\right)",
                "[[1,2],[3,4]]",
                r"\begin{smallmatrix}1&2\\3&4\end{smallmatrix}",
            ],
        ),
        (
            "-2",
            &[
                r"\begin{vmatrix}1&2\\3&4\end{vmatrix}",
                r"\det\begin{pmatrix}1&2\\3&4\end{pmatrix}",
                r"\left|\begin{matrix}1&2\\3&4\end{matrix}\right|",
            ],
        ),
        (r"\begin{pmatrix}x+1&2\\3&y\end{pmatrix}", &[r"\begin{bmatrix}1+x&2\\3&y\end{bmatrix}"]),
        (r"\begin{pmatrix}1\\2\end{pmatrix}", &["(1,2)^T"]),
        (r"\begin{pmatrix}1&3\\2&4\end{pmatrix}", &[r"\begin{pmatrix}1&2\\3&4\end{pmatrix}^T"]),
        (r"\begin{pmatrix}7&10\\15&22\end{pmatrix}", &[r"\begin{pmatrix}1&2\\3&4\end{pmatrix}^2"]),
        ("x = 3", &["x=3", "3", "3=x"]),
        ("y=2x+1", &["2x-y+1=0", "y-2x=1", "y = 1 + 2x"]),
        ("x^2+y^2=4", &["y^2+x^2-4=0"]),
        ("(x-1)^2+(y+2)^2=9", &["x^2-2x+y^2+4y=4", "(y+2)^2 + (x-1)^2 = 3^2"]),
        ("x>5", &["5<x", r"(5,\infty)", "x - 5 > 0"]),
        ("x=1,y=2", &["y=2,x=1", r"x=1 \text{ and } y=2", r"\begin{cases}x=1\\y=2\end{cases}", "(1,2)"]),
        ("(x,y)=(1,2)", &["(1,2)", "x=1,y=2"]),
        (r"1\pm\sqrt2", &[r"1+\sqrt2, 1-\sqrt2", r"1-\sqrt2 \text{ or } 1+\sqrt2", r"\{1+\sqrt2,1-\sqrt2\}"]),
        (r"x=\pm 2", &["2,-2", "x=2 or x=-2"]),
        ("1, 2", &["1 and 2", "2 or 1", "1; 2"]),
        ("52_8", &["52_{8}", r"52_{\text{eight}}", "(52)_8"]),
        ("42", &["52_8"]),
        ("10110_2", &["10110_{two}"]),
        ("2024-03-05", &["March 5, 2024", "5 March 2024", "3/5/2024", "03/05/2024", "05.03.2024"]),
        ("2024-03-25", &["25/3/2024", "3/25/2024"]),
        ("3/5/2024", &["3/5/2024"]),
        ("March 5", &["5 March", "March 5th"]),
        (r"4:30 \text{ p.m.}", &["16:30", "4:30pm", "4.30 pm"]),
        ("3:4", &["3/4", "6:8", "3 to 4", "3 : 4"]),
        ("2x+1", &["f(x)=2x+1", "y=2x+1"]),
        ("f(x)=2x+1", &["2x+1", "f(x) = 1+2x"]),
        ("6x", &[r"\frac{d}{dx}(3x^2)", r"\frac{d}{dx} 3x^2", r"\frac{\partial}{\partial x}(3x^2)"]),
        (
            "55",
            &[
                r"\sum_{k=1}^{10} k",
                r"\sum_{i=1}^{10} i",
                r"\displaystyle\sum_{k=1}^{10}k",
                r"\sum\limits_{k=1}^{10} k",
            ],
        ),
        ("120", &[r"\prod_{k=1}^5 k"]),
        ("yes", &["Yes", r"\text{Yes}", r"\textbf{yes}"]),
        ("even", &[r"\text{even}"]),
        (r"\text{infinitely many}", &["infinitely many"]),
        (r"\text{Friday}", &["friday"]),
        (
            "Ben, Zoe",
            &[
                "Ben and Zoe",
                "ben, zoe",
                r"\text{Ben}, \text{Zoe}",
                r"\text{Ben, Zoe}",
                r"\text{Ben and Zoe}",
                "**Ben**, Zoe",
            ],
        ),
        (
            "Ben, Carl, Zoe",
            &["Ben, Carl, and Zoe", "Ben, Carl and Zoe", r"\text{Ben}, \text{Carl}, \text{ and Zoe}"],
        ),
        ("true, false", &["True, False", r"\text{True}, \text{False}"]),
        ("2, 3", &["two, three", "two and three"]),
        ("21st", &["21", "21st"]),
        ("112", &["112th"]),
        ("3", &["3rd", "3rd."]),
        (r"\arctan 1", &[r"45^\circ", r"\frac{\pi}{4}"]),
        ("60°", &[r"\arccos\frac12"]),
        ("3 dozen", &["36", "3"]),
        ("36 eggs", &["3 dozen"]),
        (r"\dfrac{25}{4}\text{ or }6.25", &["6.25", "25/4"]),
        ("6.25", &[r"\frac{25}{4} = 6.25", "25/4 or 6.25"]),
        (r"7 \pmod{10}", &["7", r"x \equiv 7 \pmod{10}", r"17 \pmod{10}", "7 mod 10"]),
        (r"x \equiv 7 \pmod{10}", &["7 (mod 10)"]),
        (r"\infty", &["infinity", r"+\infty"]),
        (r"-\infty", &["-∞"]),
        ("A", &["(A)", "A.", r"\text{A}"]),
        ("2+i", &["2+1i"]),
        (r"2\mathbf{i}-3\mathbf{j}+\mathbf{k}", &["(2,-3,1)"]),
        ("(2,-3)", &[r"2\hat{i}-3\hat{j}"]),
        ("(2,-3,0)", &[r"2\hat{i}-3\hat{j}"]),
        (r"(-\infty,2)", &[r"(-\infty,2]\setminus\{2\}"]),
        ("-3", &["negative three"]),
        (r"\frac{5}{2}", &["two and a half"]),
        ("2024-02-30", &["2024-02-30"]),
        (r"7:30 \text{ a.m.}", &["7:30 AM", "7:30am", "07:30"]),
        (
            r"x+y=3,\ x-y=1",
            &[r"x+y=3 \text{ and } x-y=1", r"\begin{cases}x+y=3\\x-y=1\end{cases}", "x-y=1, x+y=3"],
        ),
        ("f(x)=x^2", &["x^2", r"f(x) = x\cdot x", "y=x^2"]),
        (r"0 \le x \le 3", &["[0,3]", r"3 \ge x \ge 0", r"0\leq x\leq 3"]),
        ("xy > 1", &["1 < xy", "xy-1>0", "yx > 1"]),
        (r"A \text{ and } C", &["A, C", "A and C", r"\text{A and C}"]),
    ] {
        for answer in answers.iter() {
            let verdict = boxed(reference, answer);
            if verdict != Verdict::Pass {
                wrong.push(format!("{reference} | {answer}: {verdict:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_close_in_spelling_is_not_the_same() {
    for (reference, answer) in [
        (r"2\text{ and }\frac13", "7/3"),
        ("5 ft 3 in", "5 ft 4 in"),
        ("5 ft 3 in", "8"),
        ("3/5/2024", "5/3/2024"),
        ("March 5", "3/5"),
        (r"4:30 \text{ p.m.}", "half past four"),
        ("1992", "2024-3-29"),
        ("5 ft 3 in", "5 ft 13 in"),
        ("5 ft 3 in", "3 ft 5 in"),
        ("5'3\"", "5'4\""),
        ("2 hours 30 minutes", "2.3 hours"),
        (r"30^\circ 15'", "30.15°"),
        ("(0,1)", "[0,1]"),
        ("]0,1[", "[0,1]"),
        ("[0,1[", "]0,1]"),
        ("(0,1)", "[0,1["),
        ("-2", r"\begin{vmatrix}1&2\\3&5\end{vmatrix}"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{pmatrix}1&2\\3&4\end{pmatrix}^T"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{vmatrix}1&2\\3&4\end{vmatrix}"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "[[1,3],[2,4]]"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "-2"),
        ("2024-03-05", "3/6/2024"),
        ("2024-03-25", "24/3/2024"),
        ("2024-03-05", "March 5, 2023"),
        ("March 5", "March 6"),
        ("3:4", "4 to 3"),
        ("7", "2 to 7"),
        ("[1,2]", r"[0,2]\cap[1,3)\setminus\{2\}"),
        (r"\emptyset", r"(0,2)\cap(1,3)"),
        ("(1,2)", r"[0,2]\cap[1,3]"),
        (r"(-\infty,0)\cup(0,\infty)", r"\mathbb{R}\setminus\{1\}"),
        ("4/11", "0.3636"),
        ("4/11", r"0.\dot{3}6"),
        ("3/4", "three fifths"),
        ("1/3", "third"),
        ("1/2", "one and a half"),
        ("(2,-3,1)", r"2\mathbf{i}+3\mathbf{j}+\mathbf{k}"),
        ("10", "{}_5C_1"),
        ("3", r"\log2(9)"),
        ("x=3", "4=x"),
        (r"60 \text{ km/h}", r"60\frac{\text{m}}{\text{h}}"),
        (r"4:30 \text{ p.m.}", "4.30 am"),
        ("-3", "three"),
        ("2", r"\sqrt[3]{9}"),
        ("1234.5", "1.234,6"),
        ("1.2345", "1.234,5"),
        (r"\sqrt[3]{5}", "root(3,5)"),
        ("10", "C(2,5)"),
        ("3+4i", "4+3j"),
        ("3+4i", "3-4j"),
        ("4j", "4"),
        ("2, 3", "two, four"),
        ("21st", "22"),
        ("21st", "21th root"),
        ("45", r"\arctan 1"),
        ("36", "4 dozen"),
        ("36 eggs", "4 dozen"),
        ("36 cm", "3 dozen"),
        ("36", "3"),
        ("3 dozen", "12"),
        ("6.25", "25/4 or 6.5"),
        ("5", "5, 5, 5"),
    ] {
        let verdict = boxed(reference, answer);
        assert_ne!(verdict, Verdict::Pass, "{reference} | {answer}");
    }
}

/// Words that are not the reference's fail; where they may say the same, or the order may matter, it is unknown.
#[test]
fn words_that_differ_fail() {
    for (problem, reference, answer, expected) in [
        ("", "Ben, Zoe", "Carl, Zoe", "math.wrong_answer"),
        ("", "Ben, Zoe", "Ben, Carl", "math.wrong_answer"),
        ("", "Ben, Zoe", "Ben, Carl, Zoe", "math.wrong_answer"),
        ("", "Ben, Carl, Zoe", "Ben, Zoe", "math.wrong_answer"),
        ("", "Ben, Ben, Zoe", "Ben, Zoe", "math.wrong_answer"),
        ("", "Ben, Ben, Zoe", "Ben, Zoe, Zoe", "math.wrong_answer"),
        ("", "Ben, Zoe", "Zoe", "math.wrong_answer"),
        ("", "Zoe", "Ben, Zoe", "math.wrong_answer"),
        ("", "Zoe", "Zoe or Ben", "math.not_read"),
        ("", "Ben, Zoe", "none", "math.wrong_answer"),
        ("", "none", "Ben and Zoe", "math.wrong_answer"),
        ("", "Ben, Zoe", "both", "math.not_read"),
        ("", "Ben, Zoe", "4", "math.wrong_answer"),
        ("", "4", "Ben, Zoe", "math.not_read"),
        ("", "Paris, France", "Paris", "math.not_read"),
        ("", "Paris", "Paris, France", "math.not_read"),
        ("", "Ben Smith, Zoe", "Ben, Zoe", "math.not_read"),
        ("", "Ben, Zoe", "Zoe, Ben", "math.ambiguous"),
        ("Find all the knights.", "Ben, Zoe", "Zoe, Ben", "pass"),
        ("Name the knights in alphabetical order.", "Ben, Zoe", "Zoe, Ben", "math.wrong_answer"),
        ("What is the order from tallest to shortest?", "Ben, Al, Zoe", "Al, Ben, Zoe", "math.wrong_answer"),
        ("", "true, false", "false, true", "math.ambiguous"),
        ("", "true, false", "true, true", "math.wrong_answer"),
        ("", "yes", "yes, always", "math.not_read"),
        ("", "red, blue", "red, green", "math.wrong_answer"),
    ] {
        let mut prompt = super::prompt(reference);
        prompt.problem = problem.into();
        let text = format!("<think>\nso\n</think>\n\nIt is \\boxed{{{answer}}}.");
        let verdict = Math::default().verify(&prompt, &text).verdict;
        assert_eq!(name(&verdict), expected, "{problem} {reference} | {answer}: {verdict:?}");
    }
}

/// Long lists of words: equal ones are compared whole, of different ones no pairs without end.
#[test]
fn many_words_are_bounded() {
    let list = |first: &str| -> String { (0..60).map(|at| format!("{first}{}, ", "x".repeat(at))).collect() };
    let (reference, other) = (list("ab"), list("cd"));
    assert_eq!(boxed(&reference, &reference.to_uppercase()), Verdict::Pass);
    assert_eq!(name(&boxed(&reference, &other)), "math.budget");
}

/// What the fuzz target has found: each of these was a panic once.
#[test]
fn what_once_panicked_is_judged() {
    for text in
        ["1a^{04", r"1a^{1\t1\\frac120}", "1a^{1", "1a^{3.14159`00}", "5 cm^{2", "5 cm^{-2", "5 cm^{2+1}"]
    {
        for (reference, answer) in [(text, "1"), ("1", text), (text, "x"), ("7 cm", text)] {
            assert_ne!(boxed(reference, answer), Verdict::Pass, "{reference} | {answer}");
        }
    }
    // A greatest common divisor that the library of integers gave too little memory.
    let long = super::judge(r"x, 10^{100} 0.\overline{36}^2024-03-05", r"$m-\$5/0$$");
    assert_ne!(long, Verdict::Pass);
}
