//! What the math verifier takes: real model outputs (`../shared/data/model_outputs`, or JSON Lines files named on the
//! command line) with verdicts a second and percentiles, and a megabyte of everything hostile with time and memory.
//!
//! `cargo bench --bench math`. Times are of the calling thread's CPU where the system tells it (Linux), so that other
//! work on the machine does not count.

mod counting;

use std::time::Duration;

use counting::counted;
use datagen::record::{Prompt, Verdict};
use datagen::verifiers::Verifier;
use datagen::verifiers::math::Math;

/// The CPU time of this thread so far.
fn clock() -> Duration {
    #[cfg(unix)]
    {
        use nix::time::{ClockId, clock_gettime};
        if let Ok(time) = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID) {
            return Duration::new(time.tv_sec() as u64, time.tv_nsec() as u32);
        }
    }
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

fn prompt(problem: &str, reference: &str) -> Prompt {
    Prompt {
        id: "t".into(),
        source: "t".into(),
        domain: "math".into(),
        problem: problem.into(),
        answer: Some(reference.into()),
        entry_point: None,
        tests: vec![],
        difficulty: None,
    }
}

/// The least time of `times` verdicts: the first one warms the caches.
fn timed(math: &Math, prompt: &Prompt, text: &str, times: usize) -> (Verdict, Duration) {
    let mut best = Duration::MAX;
    let mut verdict = Verdict::Pass;
    for _ in 0..times {
        let start = clock();
        verdict = math.verify(prompt, text).verdict;
        best = best.min(clock() - start);
    }
    (verdict, best)
}

fn real(paths: &[String]) {
    let math = Math::default();
    for path in paths {
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("{path}: not there, skipped");
            continue;
        };
        let rows: Vec<(Prompt, String)> = text
            .lines()
            .filter_map(|line| {
                let row: serde_json::Value = serde_json::from_str(line).ok()?;
                let field = |name: &str| row[name].as_str();
                Some((prompt(field("problem")?, field("answer")?), field("completion")?.to_owned()))
            })
            .collect();
        if rows.is_empty() {
            println!("{path}: no rows with problem, answer and completion");
            continue;
        }
        // Once over everything, as a run does: no row is warm.
        let mut times: Vec<Duration> = Vec::with_capacity(rows.len());
        let mut counts = [0; 3];
        for (prompt, text) in &rows {
            let start = clock();
            let verdict = math.verify(prompt, text).verdict;
            times.push(clock() - start);
            counts[match verdict {
                Verdict::Pass => 0,
                Verdict::Fail(_) => 1,
                Verdict::Unknown(_) => 2,
            }] += 1;
        }
        let total: Duration = times.iter().sum();
        times.sort_unstable();
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
        println!(
            "{path}: {} rows, {counts:?} pass/fail/unknown, {:.0} a second, p50 {:?}, p99 {:?}, p99.9 {:?}, most {:?}",
            rows.len(),
            rows.len() as f64 / total.as_secs_f64(),
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0)
        );
    }
}

fn hostile() {
    const SIZE: usize = 1 << 20;
    let units = [
        "7",
        "{",
        "}",
        "(",
        ")",
        "[",
        "\\",
        "\\boxed{",
        "\\boxed{7}",
        "\\boxed{7},",
        "\\boxed{7} and ",
        " ",
        ",",
        "^",
        "^{",
        "$",
        "$$",
        "1,",
        "1+",
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
        "**",
        "\\[",
        "\\(",
        "|",
        "\\left(",
        "\\text{",
        "\\begin{pmatrix}",
        "9^",
        "x^",
        "\\sin ",
        "\\int ",
        "=",
        "<",
        "<|",
        "</think>",
        "<think>",
        "\n",
        "é",
        "\u{200b}",
        "A. ",
        "Let $x$ be 3. ",
    ];
    let math = Math::default();
    let mut rows = Vec::new();
    for unit in units {
        let text = unit.repeat(SIZE / unit.len());
        for (form, text) in [
            ("bare", text.clone()),
            ("boxed", format!("\\boxed{{{text}}}")),
            ("stated", format!("the answer is {text}")),
            ("display", format!("$${text}$$")),
            ("before a box", format!("{text} \\boxed{{7}}")),
        ] {
            let prompt = prompt("", "8");
            let ((_, time), held, _) = counted(|| timed(&math, &prompt, &text, 3));
            rows.push((time, held, unit, form));
        }
        let prompt = prompt("", &text);
        let ((_, time), held, _) = counted(|| timed(&math, &prompt, "\\boxed{8}", 3));
        rows.push((time, held, unit, "as the reference"));
    }
    rows.sort_unstable_by(|a, b| b.cmp(a));
    let most = rows.iter().map(|row| row.1).max().unwrap_or(0);
    println!("{} texts of 1 MB; most memory {} KiB; the slowest:", rows.len(), most >> 10);
    for (time, held, unit, form) in rows.iter().take(8) {
        println!("  {time:?}, {} KiB: {unit:?} {form}", held >> 10);
    }
}

fn endless() {
    let answers = [
        "9^{9^{9^9}}",
        "100000000!",
        "\\binom{3.14159}{1234}",
        "(x+1)^{1000000}",
        "(a+b+c+d+e+f)^{60}",
        "\\sum_{k=1}^{1000000000} k^k",
        "\\prod_{k=1}^{1000} (x+k)",
        "\\sin(10^{4000})",
        "e^{e^{e^{e^e}}}",
        "\\sqrt{2}+\\sqrt{3}+\\sqrt{5}+\\sqrt{7}+\\sqrt{11}+\\sqrt{13}+\\sqrt{17}+\\sqrt{19}",
        "\\sqrt[3]{2+\\sqrt{5}}+\\sqrt[3]{2-\\sqrt{5}}",
        "\\cos\\frac{2\\pi}{17}+\\cos\\frac{4\\pi}{17}",
        "\\frac{\\sin x^{100}+\\cos x^{99}}{\\tan x+\\sqrt{x^2+1}}",
    ];
    println!("answers that ask for work without end, the slower of two comparisons:");
    let math = Math::default();
    for answer in answers {
        let (_, simple) = timed(&math, &prompt("", "8"), &format!("\\boxed{{{answer}}}"), 3);
        let (_, alike) = timed(&math, &prompt("", answer), &format!("\\boxed{{1+{answer}-1}}"), 3);
        println!("  {:?}: {answer}", simple.max(alike));
    }
}

fn main() {
    let named: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/model_outputs/");
    let paths = if named.is_empty() {
        ["gsm8k", "minerva_math"].map(|set| format!("{shared}rho-math-7b_{set}.jsonl")).to_vec()
    } else {
        named
    };
    real(&paths);
    hostile();
    endless();
}
