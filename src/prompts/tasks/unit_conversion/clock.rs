//! The experts of the unit conversion family for sums and multiples of durations.
//!
//! In come two durations, or one and a number, out comes the chain's text.

use super::{Params, count, said};
use crate::prompts::tasks::arithmetic::{Working, add, div_rem, mul, sub};
use crate::prompts::tasks::scribe::{Check, Move, chain, closing, phrase};
use crate::rng::Rng;

/// What happens to a duration.
#[derive(Clone, Copy)]
pub(super) enum Op {
    Add([i64; 3]),
    Times(i64),
}

impl Op {
    fn on(self, value: i64, level: usize) -> Working {
        match self {
            Op::Add(y) => add(value, y[level]),
            Op::Times(n) => mul(value, n),
        }
    }
}

/// The chain: unit by unit from the seconds up, with what is carried.
pub(super) fn clock(params: &Params, x: [i64; 3], op: Op, rng: &mut Rng) -> String {
    let scale = params.scale;
    let what = match op {
        Op::Add(y) => format!("{} and {}", said(scale, &x), said(scale, &y)),
        Op::Times(n) => format!("{n} times {}", said(scale, &x)),
    };
    let opening = phrase(
        rng,
        &[
            "I need {what}.",
            "Given: {what}. I begin with the seconds.",
            "It is about {what}. I go from the seconds up.",
            "I work out {what}, unit by unit.",
        ],
        &[("what", &what)],
    );
    let mut moves = Vec::new();
    let mut carry = 0;
    let mut result = [0; 3];
    for level in (0..3).rev() {
        let unit = scale.units[level];
        let lead = phrase(
            rng,
            &["The {unit}s.", "Now the {unit}s.", "For the {unit}s I get this."],
            &[("unit", &unit)],
        );
        let working = op.on(x[level], level);
        let mut value = working.value;
        moves.push(Move::new(lead, working));
        if carry > 0 {
            let lead = phrase(
                rng,
                &[
                    "With the {carry} carried over.",
                    "Plus the {carry} from before.",
                    "And {carry} more from the smaller unit.",
                ],
                &[("carry", &carry)],
            );
            moves.push(Move::new(lead, add(value, carry)));
            value += carry;
        }
        if level == 0 {
            result[0] = value;
            break;
        }
        if value >= 60 {
            let lead = phrase(
                rng,
                &[
                    "That is 60 or more, so I divide by 60.",
                    "60 {unit}s make one of the next unit.",
                    "Too many {unit}s: I take out the sixties.",
                ],
                &[("unit", &unit)],
            );
            moves.push(Move::new(lead, div_rem(value, 60)));
            moves.push(Move::words(format!(
                "So {} stay and {} is carried.",
                count(value % 60, unit),
                value / 60
            )));
        } else {
            moves.push(Move::words(format!(
                "{} is less than 60, so there is nothing to carry.",
                count(value, unit)
            )));
        }
        (carry, result[level]) = (value / 60, value % 60);
    }
    let check = |_: &mut Rng, claimed: i64| {
        let mut moves = vec![Move::words("I go back for the hours.".to_owned())];
        let mut value = claimed;
        if carry > 0 {
            moves.push(Move::new(format!("Without the {carry} carried over."), sub(claimed, carry)));
            value -= carry;
        }
        moves.push(match op {
            Op::Add(y) => Move::new(format!("Without the {} of the second one.", y[0]), sub(value, y[0])),
            Op::Times(n) => Move::new(format!("Divided by {n}."), div_rem(value, n)),
        });
        Check { moves, expected: x[0], meaning: "the given number of hours" }
    };
    let last = closing(rng, &params.answer());
    let closing = format!("So it is {}. {last}", said(scale, &result));
    chain(rng, &opening, &moves, &check, &closing)
}
