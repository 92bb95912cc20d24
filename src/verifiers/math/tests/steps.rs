//! Work is counted: no comparison takes more steps of algebra than its budget. `judge::compare` asserts that for every
//! comparison of every test; here it meets inputs made to ask for more.

#[path = "../../../../tests/math_inputs/mod.rs"]
mod math_inputs;

use super::algebra::taken;
use super::judge::STEPS;
use super::{judge, launder};

/// Comparisons that a verdict may make: the box with what is stated behind it, both ways, and the reference.
const COMPARISONS: usize = 3;

/// Generated inputs of the usual run; `MATH_FUZZ_INPUTS` and `MATH_FUZZ_SEED` are for more and for others.
const INPUTS: u64 = 5_000;

/// The steps that a verdict takes.
fn steps(reference: &str, text: &str) -> usize {
    let before = taken::total();
    judge(reference, text);
    taken::total() - before
}

#[test]
fn no_verdict_takes_more_steps_than_its_budget() {
    let mut most = (0, String::new());
    let mut see = |reference: &str, text: &str| {
        let steps = steps(reference, text);
        assert!(steps <= COMPARISONS * STEPS, "{steps} steps: {reference:?} | {text:?}");
        if steps > most.0 {
            most = (steps, format!("{reference:?} | {text:?}"));
        }
    };
    for answer in math_inputs::without_end() {
        see("8", &format!("\\boxed{{{answer}}}"));
        see(&answer, "\\boxed{x^2+1}");
        see(&answer, &format!("\\boxed{{{answer}+0}}"));
        see(&answer, &format!("\\boxed{{1+{answer}}}"));
        see(&answer, &format!("\\boxed{{{answer}+0}}. The answer is {answer}+1."));
    }
    for (reference, text) in launder::COMPLETIONS {
        see(reference, text);
    }
    let read = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
    };
    let mut dice = math_inputs::Dice(read("MATH_FUZZ_SEED", 1));
    for _ in 0..read("MATH_FUZZ_INPUTS", INPUTS) {
        let (reference, text) = math_inputs::pair(&mut dice);
        see(&reference, &text);
    }
    eprintln!(
        "most steps: {} of {STEPS} a comparison: {}",
        most.0,
        &most.1[..most.1.floor_char_boundary(200)]
    );
    // The counter counts, and the inputs do reach the budget of one decision.
    assert!(most.0 >= super::algebra::Budget::default().steps / 2, "{}", most.0);
}
