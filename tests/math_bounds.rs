//! What a verdict of the math verifier may cost: memory is counted by an allocator of this test's own, so that the
//! bounds are the same on every machine. And the fuzz target: inputs grown from real answers by a grammar and then
//! mutated byte by byte go through extraction, reading and judging.
//!
//! `MATH_FUZZ_INPUTS=10000000 cargo test --release --test math_bounds fuzz -- --nocapture` runs ten million;
//! `MATH_FUZZ_SEED` chooses others.

#[path = "../benches/counting/mod.rs"]
mod counting;
mod math_inputs;

use counting::counted;
use datagen::record::{Prompt, Verdict};
use datagen::verifiers::Verifier;
use datagen::verifiers::math::Math;
use math_inputs::Dice;

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

#[test]
fn work_without_end_ends() {
    let answers = math_inputs::without_end();
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
        let (reference, text) = math_inputs::pair(&mut dice);
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
