//! Megabytes per second of the filters on one thread, on long English chains, and the time that a hostile megabyte
//! takes. `benches/filter_peers.py` runs peers on the same chains.
//!
//!     cargo bench --bench filters [-- --chains-to FILE]
//!
//! The chains are made of real solutions (MATH, GSM8K) until each has 20 kB, the size of R1's. Each chain counts
//! with the fastest of twenty passes: the machine may be busy.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use datagen::filters::reading::Reading;
use datagen::filters::{self, Filter};
use datagen::record::{Completion, FinishReason, Prompt};
use serde_json::Value;

/// Bytes of a chain: 6,000 tokens, the mean of R1's mathematics (arXiv 2501.12948, supplement B.3).
const CHAIN: usize = 20_000;
const PASSES: usize = 20;
const FILTERS: [&str; 8] = [
    "format = {}",
    "length = {}",
    "truncated = {}",
    "refusal = {}",
    "reflection = {}",
    "repetition = {}",
    "language = {}",
    "readability = {}",
];

fn solutions() -> Vec<String> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let read = |path: &str, key: &str| -> Vec<String> {
        let text = std::fs::read_to_string(data.join(path)).unwrap_or_default();
        let rows = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        rows.filter_map(|row| Some(row[key].as_str()?.to_owned())).collect()
    };
    let (math, gsm8k) = (read("math_test/test.jsonl", "solution"), read("gsm8k/train.jsonl", "answer"));
    math.into_iter().zip(gsm8k).flat_map(|(math, gsm8k)| [math, gsm8k]).collect()
}

fn chains() -> Vec<Completion> {
    let mut chains = Vec::new();
    let mut reasoning = String::new();
    for solution in solutions() {
        reasoning += &solution;
        reasoning += "\n\n";
        if reasoning.len() >= CHAIN {
            let text = datagen::format::think::join(&reasoning, "So the answer is \\boxed{7}.");
            chains.push(completion(text));
            reasoning.clear();
        }
    }
    chains
}

fn completion(text: String) -> Completion {
    Completion { text, finish_reason: FinishReason::Stop, num_tokens: 6000, prompt_tokens: 100 }
}

fn prompt() -> Prompt {
    Prompt {
        id: "b:0".to_owned(),
        source: "b".to_owned(),
        domain: "math".to_owned(),
        problem: "Janet has 3 apples and buys 4 more. How many apples does she have now?".to_owned(),
        answer: Some("7".to_owned()),
        entry_point: None,
        tests: Vec::new(),
        difficulty: None,
    }
}

/// The time for all chains, each at its fastest pass, and how many chains were kept.
fn fastest(chains: &[Completion], filters: &[Box<dyn Filter>]) -> (Duration, usize) {
    let prompt = prompt();
    let mut best = vec![(Duration::MAX, false); chains.len()];
    for _ in 0..PASSES {
        for (chain, best) in chains.iter().zip(&mut best) {
            let start = Instant::now();
            // As `filters::judge_all`, but every filter also behind a drop: the question is what they cost.
            let reading = Reading::new(chain);
            let mut kept = true;
            for filter in filters {
                let finding = filter.judge_reading(&prompt, &reading);
                kept &= matches!(finding.decision, datagen::record::Decision::Keep);
            }
            *best = (best.0.min(start.elapsed()), kept);
        }
    }
    (best.iter().map(|(time, _)| *time).sum(), best.iter().filter(|(_, kept)| *kept).count())
}

fn build(toml: &str) -> Box<dyn Filter> {
    filters::build(&toml::from_str(toml).expect("options")).expect("in range")
}

fn main() {
    let chains = chains();
    if chains.is_empty() {
        eprintln!("skipped: there is no ../shared/data");
        return;
    }
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    if arguments.next().as_deref() == Some("--chains-to") {
        let path = PathBuf::from(arguments.next().expect("--chains-to FILE"));
        let mut file = std::fs::File::create(path).expect("a file");
        for chain in &chains {
            writeln!(file, "{}", serde_json::json!({ "text": chain.text })).expect("written");
        }
        return;
    }
    let bytes: usize = chains.iter().map(|chain| chain.text.len()).sum();
    let rate = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!("{} chains, {:.1} MB, one thread, fastest of {PASSES}", chains.len(), bytes as f64 / 1e6);
    for toml in FILTERS {
        let (time, kept) = fastest(&chains, &[build(toml)]);
        println!("{toml:18} {:9.1} MB/s   kept {kept}", rate(time));
    }
    let all: Vec<_> = FILTERS.iter().map(|toml| build(toml)).collect();
    let (time, kept) = fastest(&chains, &all);
    println!("{:18} {:9.1} MB/s   kept {kept}", "all of them", rate(time));
    println!("\na megabyte of one thing, all filters, milliseconds");
    let mut worst = Duration::ZERO;
    for unit in HOSTILE {
        let text = completion(unit.repeat((1 << 20) / unit.len()));
        let (time, _) = fastest(std::slice::from_ref(&text), &all);
        worst = worst.max(time);
        println!(
            "  {:24} {:6.1}",
            format!("{:?}", unit.chars().take(20).collect::<String>()),
            time.as_secs_f64() * 1e3
        );
    }
    println!("  worst                    {:6.1}", worst.as_secs_f64() * 1e3);
}

/// What a hostile text may be made of.
const HOSTILE: [&str; 48] = [
    "a",
    "a ",
    "ab",
    "\n",
    " ",
    "7",
    "12 ",
    "a\n",
    "é",
    "三",
    "か",
    "я ",
    "ж",
    "ά ",
    "ก",
    "`",
    "``",
    "``` ",
    "$",
    "$$",
    "$a",
    "$a ",
    "$ a",
    "\\",
    "\\(",
    "\\[",
    "\\begin{a}",
    "\\a{",
    "{",
    "}",
    "<",
    "<a",
    "<think>",
    "</think>",
    "<|",
    "<|aaaaaaaaaaaaaaaaaaaa",
    "<\u{ff5c}a",
    "[IN",
    "{%",
    "User",
    "I cannot ",
    "http://",
    "[asy]",
    "\u{301}",
    "\u{200b}",
    "Ã©",
    "der Hund und die Katze sind hier, ",
    "The sum of the numbers is 7. I cannot provide; wait, let me check. ",
];
