//! The experts of the procedural families, judged by the pipeline's own verifiers and filters, and the
//! size of the families.

use datagen::filters::{self, judge_all};
use datagen::format::think;
use datagen::prompts::tasks::{self, DIFFICULTIES, FAMILIES, space::permuted};
use datagen::record::{Completion, Decision, FinishReason, Prompt, Verdict};
use datagen::verifiers::{self, verify_all};
use rayon::prelude::*;

/// Problems per family and difficulty; of programs fewer, since each one is run.
const ANSWERS: u64 = 1000;
const PROGRAMS: u64 = 60;

fn verifiers() -> Vec<Box<dyn verifiers::Verifier>> {
    [r#"math = {}"#, r#"python = {}"#]
        .map(|text| {
            let options: verifiers::Options = toml::from_str(text).expect("a verifier");
            verifiers::build(&options).expect("it can be built")
        })
        .into()
}

fn filters() -> Vec<Box<dyn filters::Filter>> {
    ["format = {}", "repetition = {}", "truncated = {}"]
        .map(|text| {
            let options: filters::Options = toml::from_str(text).expect("a filter");
            filters::build(&options).expect("it can be built")
        })
        .into()
}

fn passes(verifiers: &[Box<dyn verifiers::Verifier>], prompt: &Prompt, text: &str) -> Result<(), String> {
    let records = verify_all(verifiers, prompt, text);
    if records.is_empty() {
        return Err("no verifier applies".to_owned());
    }
    match records.iter().find(|record| record.verdict != Verdict::Pass) {
        None => Ok(()),
        Some(record) => Err(format!("{record:?}")),
    }
}

#[test]
fn every_expert_passes_the_verifiers_and_the_filters() {
    let (verifiers, filters) = (verifiers(), filters());
    let mut jobs = Vec::new();
    for family in FAMILIES {
        for difficulty in DIFFICULTIES {
            let count = family.count(difficulty);
            let wanted = if family.domain == "code" { PROGRAMS } else { ANSWERS };
            let seen = u128::from(wanted).min(count) as u64;
            jobs.extend((0..seen).map(|at| (family, difficulty, permuted(at, count, 11), at)));
        }
    }
    assert!(jobs.len() > 14 * 4 * 60);
    jobs.par_iter().for_each(|&(family, difficulty, index, seed)| {
        let prompt = family.prompt(difficulty, index);
        let chain = family.expert(difficulty, index, seed);
        let text = think::join(&chain.reasoning, &chain.solution);
        if let Err(why) = passes(&verifiers, &prompt, &text) {
            panic!("{}: {why}\n{}\n{text}", prompt.id, prompt.problem);
        }
        let completion =
            Completion { text, finish_reason: FinishReason::Stop, num_tokens: 300, prompt_tokens: 50 };
        for record in judge_all(&filters, &prompt, &completion, &[]) {
            assert_eq!(record.decision, Decision::Keep, "{}\n{}", prompt.id, completion.text);
        }
    });
}

#[test]
fn another_problems_solution_does_not_pass() {
    let verifiers = verifiers();
    for family in FAMILIES.iter().filter(|family| family.domain != "code") {
        let count = family.count(2);
        let prompts: Vec<Prompt> = (0..300).map(|at| family.prompt(2, permuted(at, count, 5))).collect();
        for (at, prompt) in prompts.iter().enumerate() {
            let other = family.expert(2, permuted((at as u64 + 1) % 300, count, 5), 3);
            let same = prompts[(at + 1) % 300].answer == prompt.answer;
            let text = think::join(&other.reasoning, &other.solution);
            assert_eq!(passes(&verifiers, prompt, &text).is_ok(), same, "{}\n{text}", prompt.id);
        }
    }
}

#[test]
fn there_are_600_000_distinct_problems_many_times_over_and_at_least_14_families() {
    assert!(FAMILIES.len() >= 14);
    let easy: u128 = FAMILIES.iter().flat_map(|family| [1, 2].map(|d| family.count(d))).sum();
    assert!(easy > 6_000_000, "{easy}");
    for family in FAMILIES {
        for difficulty in DIFFICULTIES {
            let count = family.count(difficulty);
            assert!((20_000..1 << 63).contains(&count), "{} {difficulty}: {count}", family.name);
            let last = (count - 1) as u64;
            let prompt = family.prompt(difficulty, last);
            let (found, d, index) = tasks::parse_id(&prompt.id).expect("its id names it");
            assert_eq!((found.name, d, index), (family.name, difficulty, last));
            assert_eq!(prompt, family.prompt(difficulty, last), "the same problem every time");
        }
        assert!(tasks::parse_id(&format!("{}/1/{}", family.name, family.count(1))).is_none());
    }
}
