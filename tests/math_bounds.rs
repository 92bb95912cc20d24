//! What a verdict of the math verifier may cost: memory is counted by an allocator of this test's own, so that the
//! bounds are the same on every machine. And the fuzz target: inputs grown from real answers by a grammar and then
//! mutated byte by byte go through extraction, reading and judging.
//!
//! `MATH_FUZZ_INPUTS=10000000 cargo test --release --test math_bounds fuzz -- --nocapture` runs ten million;
//! `MATH_FUZZ_SEED` chooses others.

#[path = "../benches/counting/mod.rs"]
mod counting;

use counting::counted;
use datagen::record::{Prompt, Verdict};
use datagen::verifiers::Verifier;
use datagen::verifiers::math::Math;

fn prompt(reference: &str) -> Prompt {
    Prompt {
        id: "t".into(),
        source: "t".into(),
        domain: "math".into(),
        problem: String::new(),
        answer: Some(reference.into()),
        entry_point: None,
        tests: vec![],
        difficulty: None,
    }
}

/// A verdict, the most bytes held on the way, and all bytes that were asked for.
fn measured(reference: &str, text: &str) -> (Verdict, usize, usize) {
    let prompt = prompt(reference);
    counted(|| Math::default().verify(&prompt, text).verdict)
}

/// A megabyte.
const SIZE: usize = 1 << 20;
/// Bytes that a verdict may hold beside its input. What is promised.
const MOST_HELD: usize = 32 << 20;
/// Bytes that a verdict may ask for in all: work, as far as it shows in memory. 14 MiB was the most measured
/// (26 November 2026); the rest is room for inputs that nobody has thought of.
const MOST_ASKED: usize = 64 << 20;

/// What a hostile text is made of, repeated.
const UNITS: [&str; 60] = [
    "7",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\\",
    "\\boxed{",
    "\\boxed{7}",
    "\\boxed{7},",
    "\\boxed7 ",
    " ",
    ",",
    "^",
    "^{",
    "_",
    "$",
    "$$",
    "1,",
    "1+",
    "1 ",
    "1/",
    "-",
    "!",
    "answer ",
    "answer is 7 ",
    "the answer is ",
    "答案",
    "####",
    "#### 7\n",
    "\\frac",
    "\\frac{",
    "\\frac1{",
    "\\sqrt{",
    "\\sqrt[3]",
    "**",
    "\\[",
    "\\]",
    "\\(",
    "|",
    "||",
    "\\left(",
    "\\text{",
    "\\begin{pmatrix}",
    "\\begin{a}1\\\\",
    "9^",
    "x^",
    "x+",
    "\\sin ",
    "\\int ",
    "\\sum_{k=1}^{9}",
    "=",
    "<",
    "%",
    "°",
    "²",
    "é",
    "\u{200b}",
    "\\pm ",
];

#[test]
fn a_megabyte_of_anything_holds_little() {
    let mut worst = (0, 0);
    for unit in UNITS {
        let text = unit.repeat(SIZE / unit.len());
        let wrapped = [
            text.clone(),
            format!("\\boxed{{{text}}}"),
            format!("the answer is {text}"),
            format!("#### {text}"),
            format!("$${text}$$"),
            format!("\\[{text}\\]"),
            format!("{text} so \\boxed{{7"),
        ];
        for (at, text) in wrapped.iter().enumerate() {
            let (_, held, asked) = measured("8", text);
            worst = (worst.0.max(held), worst.1.max(asked));
            assert!(held <= MOST_HELD, "{unit:?} in form {at}: {held} bytes held");
            assert!(asked <= MOST_ASKED, "{unit:?} in form {at}: {asked} bytes asked for");
        }
        // The reference is hostile too where a data set is.
        let (_, held, asked) = measured(&text, "\\boxed{8}");
        assert!(held <= MOST_HELD && asked <= MOST_ASKED, "{unit:?} as the reference: {held}, {asked}");
    }
    eprintln!("most held: {} KiB, most asked for: {} KiB", worst.0 >> 10, worst.1 >> 10);
}

/// Answers of a kilobyte or so that ask for work without end.
#[test]
fn work_without_end_ends() {
    let deep = |open: &str, inside: &str, close: &str, times: usize| {
        format!("{}{inside}{}", open.repeat(times), close.repeat(times))
    };
    let answers = [
        "9^{9^{9^9}}".to_owned(),
        "100000000!".to_owned(),
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
    ];
    let mut worst = (0, 0);
    for answer in &answers {
        for (reference, text) in [
            ("8", format!("\\boxed{{{answer}}}")),
            (answer.as_str(), "\\boxed{x^2+1}".to_owned()),
            (answer.as_str(), format!("\\boxed{{{answer}+0}}")),
            (answer.as_str(), format!("\\boxed{{1+{answer}}}")),
        ] {
            let (_, held, asked) = measured(reference, &text);
            worst = (worst.0.max(held), worst.1.max(asked));
            let head = &answer[..answer.floor_char_boundary(40)];
            assert!(held <= MOST_HELD, "{head}: {held} bytes held");
            assert!(asked <= MOST_ASKED, "{head}: {asked} bytes asked for");
        }
    }
    eprintln!("most held: {} KiB, most asked for: {} KiB", worst.0 >> 10, worst.1 >> 10);
}

/// A stream of numbers that is the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
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

#[test]
fn fuzz() {
    let read = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
    };
    let (inputs, seed) = (read("MATH_FUZZ_INPUTS", 20_000), read("MATH_FUZZ_SEED", 0));
    let mut dice = Dice(seed);
    let mut counts = [0u64; 3];
    let mut worst = (0, 0);
    let mut slowest = (std::time::Duration::ZERO, String::new());
    for input in 0..inputs {
        let (mut reference, mut answer) = (String::new(), String::new());
        let depth = 1 + dice.below(5);
        grown(&mut dice, depth, &mut reference);
        if dice.below(3) == 0 {
            answer.clone_from(&reference);
        } else {
            let depth = 1 + dice.below(5);
            grown(&mut dice, depth, &mut answer);
        }
        let reference = mutated(reference, &mut dice);
        let (open, close) = FRAMES[dice.below(FRAMES.len())];
        let text = mutated(format!("{open}{answer}{close}"), &mut dice);
        let start = std::time::Instant::now();
        let outcome = std::panic::catch_unwind(|| measured(&reference, &text));
        let took = start.elapsed();
        let Ok((verdict, held, asked)) = outcome else {
            panic!("input {input} of seed {seed} panics: {reference:?} | {text:?}");
        };
        if took > slowest.0 {
            slowest = (took, format!("{reference:?} | {text:?}"));
        }
        worst = (worst.0.max(held), worst.1.max(asked));
        assert!(
            held <= MOST_HELD,
            "input {input} of seed {seed} holds {held} bytes: {reference:?} | {text:?}"
        );
        assert!(
            asked <= MOST_ASKED,
            "input {input} of seed {seed} asks for {asked} bytes: {reference:?} | {text:?}"
        );
        counts[match verdict {
            Verdict::Pass => 0,
            Verdict::Fail(_) => 1,
            Verdict::Unknown(_) => 2,
        }] += 1;
    }
    let [pass, fail, unknown] = counts;
    // The inputs must reach the comparison: all three verdicts occur.
    assert!(inputs < 1_000 || counts.iter().all(|count| *count > 0), "{counts:?}");
    eprintln!(
        "{inputs} inputs: {pass} pass, {fail} fail, {unknown} unknown; most held {} KiB, most asked for {} KiB; \
         slowest {:?}: {}",
        worst.0 >> 10,
        worst.1 >> 10,
        slowest.0,
        &slowest.1[..slowest.1.floor_char_boundary(300)]
    );
}
