//! Megabytes per second of the filters on one thread, on long English chains, and the time that a hostile megabyte
//! takes: of one unit again and again, and of random mixes of them and of bytes. `benches/filter_peers.py` runs peers on the same chains.
//!
//!     cargo bench --bench filters [-- --hostile | --chains-to FILE]
//!
//! The chains are made of real solutions (MATH, GSM8K) until each has 20 kB, the size of R1's. Each chain counts
//! with the fastest of twenty passes: the machine may be busy.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use datagen::filters::reading::Reading;
use datagen::filters::{self, Filter};
use datagen::record::{Completion, FinishReason, Prompt};
use datagen::rng::Rng;
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
fn fastest(chains: &[Completion], filters: &[Box<dyn Filter>], passes: usize) -> (Duration, usize) {
    let prompt = prompt();
    let mut best = vec![(Duration::MAX, false); chains.len()];
    for _ in 0..passes {
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
    let all: Vec<_> = FILTERS.iter().map(|toml| build(toml)).collect();
    if std::env::args().any(|argument| argument == "--hostile") {
        hostile(&all);
        return;
    }
    let bytes: usize = chains.iter().map(|chain| chain.text.len()).sum();
    let rate = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!("{} chains, {:.1} MB, one thread, fastest of {PASSES}", chains.len(), bytes as f64 / 1e6);
    for toml in FILTERS {
        let (time, kept) = fastest(&chains, &[build(toml)], PASSES);
        println!("{toml:18} {:9.1} MB/s   kept {kept}", rate(time));
    }
    let (time, kept) = fastest(&chains, &all, PASSES);
    println!("{:18} {:9.1} MB/s   kept {kept}", "all of them", rate(time));
    behind_drops(&all);
    hostile(&all);
}

/// What it costs that filters behind a drop are asked for their figures: the recorded answers of a 7B model, of which
/// many are dropped.
fn behind_drops(all: &[Box<dyn Filter>]) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/model_outputs");
    let prompt = prompt();
    for file in ["rho-math-7b_gsm8k.jsonl", "rho-math-7b_minerva_math.jsonl"] {
        let text = std::fs::read_to_string(data.join(file)).unwrap_or_default();
        let rows = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let answers: Vec<Completion> = rows
            .filter_map(|row| {
                Some(datagen::format::think::join(row["completion"].as_str()?, "So \\boxed{7}."))
            })
            .map(completion)
            .collect();
        // In turns, and summed up: the processor's time is told in steps of milliseconds.
        let (mut first, mut every, mut dropped) = (Duration::ZERO, Duration::ZERO, 0);
        for _ in 0..PASSES {
            let start = processor_time();
            dropped = 0;
            for answer in &answers {
                let reading = Reading::new(answer);
                let keeps = |filter: &dyn Filter| {
                    filter.judge_reading(&prompt, &reading).decision == datagen::record::Decision::Keep
                };
                dropped += usize::from(!all.iter().all(|filter| keeps(filter.as_ref())));
            }
            first += processor_time() - start;
            let start = processor_time();
            for answer in &answers {
                let reading = Reading::new(answer);
                all.iter().for_each(|filter| drop(filter.judge_reading(&prompt, &reading)));
            }
            every += processor_time() - start;
        }
        let millis = |time: Duration| time.as_secs_f64() * 1e3 / PASSES as f64;
        println!(
            "{file}: {dropped} of {} dropped; up to the first drop {:.1} ms, all filters {:.1} ms",
            answers.len(),
            millis(first),
            millis(every)
        );
    }
}

/// The time that a megabyte of what is hostile takes.
fn hostile(all: &[Box<dyn Filter>]) {
    println!("\na megabyte, all filters, milliseconds of the processor, fastest of {HOSTILE_PASSES}");
    let mut times: Vec<(Duration, String)> = Vec::new();
    let mut measure = |name: String, text: String| {
        let text = [completion(text)];
        let pass = |_| {
            let start = processor_time();
            fastest(&text, all, 1);
            processor_time() - start
        };
        let time = (0..HOSTILE_PASSES).map(pass).min().unwrap_or_default();
        println!("  {name:28} {:6.1}", time.as_secs_f64() * 1e3);
        times.push((time, name));
    };
    for unit in HOSTILE {
        let name = format!("{:?}", unit.chars().take(20).collect::<String>());
        measure(name, unit.repeat(MEGABYTE / unit.len()));
    }
    for seed in 0..MIXES {
        let mut rng = Rng::new(seed);
        let (name, text) = mix(seed, &mut rng);
        measure(format!("{name}, seed {seed}"), text);
    }
    times.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    println!("  {} texts; the slowest:", times.len());
    for (time, name) in times.iter().take(5) {
        println!("  {name:28} {:6.1}", time.as_secs_f64() * 1e3);
    }
}

/// What this thread has used of the processor, where Linux tells: a megabyte takes several turns of a busy machine.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.as_deref().and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| std::time::UNIX_EPOCH.elapsed().unwrap_or_default(), Duration::from_nanos)
}

const MEGABYTE: usize = 1 << 20;
const HOSTILE_PASSES: usize = 5;
const MIXES: u64 = 15;

/// A megabyte of random bytes as they are decoded, of random ASCII, or of the units in random order.
fn mix(seed: u64, rng: &mut Rng) -> (&'static str, String) {
    let mut bytes =
        |below: u64, many: usize| -> Vec<u8> { (0..many).map(|_| rng.below(below) as u8).collect() };
    match seed % 5 {
        0 => ("random bytes", String::from_utf8_lossy(&bytes(256, MEGABYTE / 2)).into_owned()),
        1 => ("random ASCII", String::from_utf8_lossy(&bytes(128, MEGABYTE)).into_owned()),
        kind => {
            let mut text = String::new();
            while text.len() < MEGABYTE {
                let unit = HOSTILE[rng.below(HOSTILE.len() as u64) as usize];
                text += &unit.repeat(1 + rng.below([1, 9, 300][kind as usize - 2]) as usize);
            }
            (["units", "units, up to 9 each", "units, up to 300 each"][kind as usize - 2], text)
        }
    }
}

/// What a hostile text may be made of.
const HOSTILE: [&str; 108] = [
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
    "I'm sorry, but ",
    "Sorry, but I ",
    "let me check ",
    "that is w",
    "to be ",
    "wait, ",
    "让我检查",
    "等",
    "Juan de la ",
    "de la Cruz ",
    "Anna ",
    "NASA ",
    "qzx ",
    "plus ",
    "über ",
    "naïve ",
    "l'eau ",
    "l’",
    "a'",
    "'",
    "don't ",
    "la casa ",
    "nǐ hǎo ",
    "$\\text{the sum of all of these numbers here is so}$ ",
    "$the sum of it all is here$ ",
    "$a b c$ ",
    "\\text{a b c d e f g h i j k l}",
    "\\frac{1}{2}",
    "\\frac{1}{",
    "\\begin{a}\\end{b}",
    "\\begin{",
    "\\)",
    "\\\\",
    "\\boxed{",
    "\\boxed{7}\nProblem",
    "<<3+4=7>>",
    "< ",
    "<</",
    "[/INST",
    "{{",
    "{{ problem",
    "\nUser",
    "\n*",
    "*",
    "\n\n",
    "\r\n",
    "\t",
    "\0",
    "\u{3000}\n",
    "\u{85}",
    "~~~\n",
    "```\n",
    "`a ",
    ":",
    "a://",
    "www.a.b/c ",
    "n = 1, ",
    "a1b23",
    "的",
    "αβ λόγος ",
];
