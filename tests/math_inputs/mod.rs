//! Inputs for the math verifier that nobody would write: pairs grown from real answers by a grammar and mutated byte by
//! byte, and answers that ask for work without end. For the tests of memory and time, and for those of steps.

/// Answers of a kilobyte or so that ask for work without end.
pub fn without_end() -> Vec<String> {
    let deep = |open: &str, inside: &str, close: &str, times: usize| {
        format!("{}{inside}{}", open.repeat(times), close.repeat(times))
    };
    vec![
        "9^{9^{9^9}}".to_owned(),
        "100000000!".to_owned(),
        "\\binom{3.14159}{1234}".to_owned(),
        "((((9!)!)!)!)!".to_owned(),
        "\\binom{10^9}{10^8}".to_owned(),
        "(x+1)^{1000000}".to_owned(),
        "(a+b+c+d+e+f)^{60}".to_owned(),
        "\\sum_{k=1}^{1000000000} k^{k}".to_owned(),
        "\\prod_{k=1}^{100000} (x+k)".to_owned(),
        "\\sum_{a=1}^{900}\\sum_{b=1}^{900}\\sum_{c=1}^{900} abc".to_owned(),
        "0.1e99999999999".to_owned(),
        "1e-4000 + 1e4000".to_owned(),
        "\\sin(10^{4000})".to_owned(),
        "e^{e^{e^{e^{e}}}}".to_owned(),
        deep("\\frac{1}{", "x", "}", 400),
        deep("\\sqrt{1+", "x", "}", 300),
        // Input 223,176 of seed 102, which never ended once; and towers like it.
        format!("\\ln 1e5^2{}^3.14159", "^3.12".repeat(19)),
        format!("\\sqrt{{2^3{}}}", "^1.5".repeat(40)),
        format!("(-2)^{{0.5}}{}", "^0.31".repeat(25)),
        // Each level stands many times in the next one, once its power is multiplied out.
        deep("\\sqrt{y+(1+", "x", ")^{7}}", 12),
        deep("\\sqrt[3]{1+(y+", "x", ")^{5}}", 12),
        deep("\\ln((2+", "x", ")^{7}+y)", 12),
        deep("e^{y+(1+", "x", ")^{5}}", 12),
        deep("\\arctan((1+", "x", ")^{6})", 12),
        deep("|y+(1-", "x", ")^{6}|", 12),
        deep("(", "x", ")", 2_000),
        deep("\\{", "1", "\\}", 2_000),
        deep("|", "x", "|", 500),
        deep("x^{", "x", "}", 300),
        deep("\\left(", "x", "\\right)", 500),
        format!("{}7", "-".repeat(5_000)),
        format!("{}1", "1+".repeat(2_900)),
        format!("{}1", "x,".repeat(399)),
        format!("\\{{{}0\\}}", (1..390).map(|at| format!("\\sqrt{{{at}}},")).collect::<String>()),
        format!("{}x", (2..40).map(|at| format!("(x+{at})")).collect::<String>()),
        format!("{}0", (2..60).map(|at| format!("\\sqrt{{{at}}}+")).collect::<String>()),
        format!("{}0", (2..30).map(|at| format!("\\sqrt[{at}]{{{at}}}+")).collect::<String>()),
        format!("\\begin{{pmatrix}}{}1\\end{{pmatrix}}^6", "x&".repeat(19)),
        format!("\\begin{{vmatrix}}{}\\end{{vmatrix}}", "a&b&c&d&e\\\\".repeat(5)),
        "±".repeat(400) + "1",
        "1\\pm2".repeat(100),
        "7".repeat(16_000),
        format!("0.{}", "3".repeat(16_000)),
        format!("0.\\overline{{{}}}", "142857".repeat(30)),
    ]
}

/// A stream of numbers that is the same in every run (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.next() >> 16) as usize % count
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const ATOMS: [&str; 44] = [
    "0",
    "1",
    "2",
    "-3",
    "12",
    "1,234",
    "0.5",
    "3.14159",
    "1e5",
    "1e-400",
    "50\\%",
    "x",
    "y",
    "n",
    "i",
    "e",
    "\\pi",
    "π",
    "\\infty",
    "\\theta",
    "x_1",
    "f(x)",
    "AB",
    "\\overline{AB}",
    "0.\\overline{36}",
    "1\\frac12",
    "\\text{cm}",
    "5 km",
    "\\$5",
    "90^\\circ",
    "4:30 \\text{ p.m.}",
    "2024-03-05",
    "March 5",
    "52_8",
    "yes",
    "\\emptyset",
    "\\mathbb{R}",
    "…",
    "A",
    "5'3\"",
    "three fourths",
    "\\mathbf{j}",
    "…",
    "10^{100}",
];
const WRAPS: [(&str, &str); 46] = [
    ("(", ")"),
    ("[", ")"),
    ("]", "["),
    ("\\{", "\\}"),
    ("{", "}"),
    ("\\left(", "\\right)"),
    ("|", "|"),
    ("\\lfloor ", "\\rfloor"),
    ("\\sqrt{", "}"),
    ("\\sqrt[3]{", "}"),
    ("\\frac{1}{", "}"),
    ("\\frac{", "}{2}"),
    ("-", ""),
    ("", "!"),
    ("", "^2"),
    ("", "^{-1}"),
    ("", "^{1/2}"),
    ("2^{", "}"),
    ("e^{", "}"),
    ("\\sin ", ""),
    ("\\cos(", ")"),
    ("\\ln ", ""),
    ("\\log_2 ", ""),
    ("\\arctan ", ""),
    ("\\sum_{k=1}^{9} ", ""),
    ("\\int_0^1 ", "dx"),
    ("\\lim_{x\\to0} ", ""),
    ("\\frac{d}{dx} ", ""),
    ("x = ", ""),
    ("x \\in ", ""),
    ("\\text{", "}"),
    ("\\mathrm{", "}"),
    ("\\binom{", "}{2}"),
    ("", "\\%"),
    ("", " \\text{ cm}"),
    ("", "^\\circ"),
    ("", "_{7}"),
    ("\\begin{pmatrix}", "\\end{pmatrix}"),
    ("\\begin{cases}", "\\end{cases}"),
    ("\\begin{vmatrix}", "\\end{vmatrix}"),
    ("$", "$"),
    ("\\(", "\\)"),
    ("{\\rm ", "}"),
    ("\\overline{", "}"),
    ("\\gcd(", ",6)"),
    ("\\det", ""),
];
const JOINS: [&str; 34] = [
    "+",
    "-",
    "\\cdot ",
    "/",
    " ",
    "",
    ", ",
    ";",
    " \\text{ and } ",
    " \\text{ or } ",
    " = ",
    " < ",
    " \\le ",
    " \\ne ",
    " \\approx ",
    " \\cup ",
    " \\cap ",
    " \\setminus ",
    "\\pm ",
    "\\mp ",
    " & ",
    " \\\\ ",
    ":",
    " \\pmod ",
    "^",
    "_",
    " \\implies ",
    " \\over ",
    " \\choose ",
    " to ",
    "\n",
    " | ",
    "\\,",
    "\\in ",
];
const FRAMES: [(&str, &str); 14] = [
    ("\\boxed{", "}"),
    ("The answer is ", "."),
    ("#### ", ""),
    ("$$", "$$"),
    ("\\[", "\\]"),
    ("", ""),
    ("so $", "$ it is."),
    ("<think>a</think>\\boxed{", "}"),
    ("\\boxed{3} and \\boxed{", "}"),
    ("\\boxed{", "}. No, the answer is 4."),
    ("答案是", "。"),
    ("\\fbox{", "}"),
    ("\\boxed ", ""),
    ("<think>", "</think> 7"),
];

fn grown(dice: &mut Dice, depth: usize, out: &mut String) {
    if depth == 0 || out.len() > 4_000 {
        out.push_str(dice.pick(&ATOMS));
        return;
    }
    match dice.below(4) {
        0 => out.push_str(dice.pick(&ATOMS)),
        1 => {
            let (open, close) = WRAPS[dice.below(WRAPS.len())];
            out.push_str(open);
            grown(dice, depth - 1, out);
            out.push_str(close);
        }
        _ => {
            for at in 0..2 + dice.below(3) {
                if at > 0 {
                    out.push_str(dice.pick(&JOINS));
                }
                grown(dice, depth - 1, out);
            }
        }
    }
}

const MARKS: &[u8] = b"\\{}()[]|^_$,.;:!+-*/=<>&%#'\" 0159axyiedmnAC~`@?\t\n";

/// `text` with a few places cut, doubled, swapped or overwritten; any bytes that are valid together.
fn mutated(text: String, dice: &mut Dice) -> String {
    let mut bytes = text.into_bytes();
    for _ in 0..dice.below(5) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.below(bytes.len());
        let length = (1 + dice.below(8)).min(bytes.len() - at);
        match dice.below(6) {
            0 => _ = bytes.drain(at..at + length),
            1 => bytes[at] = MARKS[dice.below(MARKS.len())],
            2 => {
                let piece = bytes[at..at + length].repeat(1 + dice.below(20));
                bytes.splice(at..at, piece);
            }
            3 => {
                let other = dice.below(bytes.len());
                bytes.swap(at, other);
            }
            4 => bytes[at] = dice.next() as u8,
            _ => _ = bytes.splice(at..at, dice.pick(&ATOMS).bytes()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A reference and a completion, the answer in it often the reference's own before both are mutated.
pub fn pair(dice: &mut Dice) -> (String, String) {
    let (mut reference, mut answer) = (String::new(), String::new());
    let depth = 1 + dice.below(5);
    grown(dice, depth, &mut reference);
    if dice.below(3) == 0 {
        answer.clone_from(&reference);
    } else {
        let depth = 1 + dice.below(5);
        grown(dice, depth, &mut answer);
    }
    let reference = mutated(reference, dice);
    let (open, close) = FRAMES[dice.below(FRAMES.len())];
    let text = mutated(format!("{open}{answer}{close}"), dice);
    (reference, text)
}
