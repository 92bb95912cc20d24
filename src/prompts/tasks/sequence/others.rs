//! The experts for geometric, second-order, interleaved and alternating sequences.
//!
//! In come the parameters, out come opening, plan and check. They use the shown terms and the
//! rule's name, and for alternating sequences the rule that the problem tells.

use super::chains::{Checker, by, difference_moves, open, plus, toward};
use super::{Params, list, ordinal};
use crate::prompts::tasks::arithmetic::{add, div_exact, div_rem, mul, sub};
use crate::prompts::tasks::scribe::{Check, Move, phrase};
use crate::rng::Rng;

pub(super) fn geometric<'a>(params: &'a Params, rng: &mut Rng) -> (String, Vec<Move>, Checker<'a>) {
    let terms = params.terms();
    let r = terms[1] / terms[0];
    let opening = open(params, "It is geometric, so each term is the one before times a fixed number.", rng);
    let lead = phrase(
        rng,
        &[
            "The factor is the second term divided by the first.",
            "First the factor.",
            "How many times the first term is the second?",
        ],
        &[],
    );
    let mut moves = vec![Move::new(lead, div_exact(terms[1], terms[0]))];
    let lead = phrase(
        rng,
        &[
            "With this factor, the third term is right.",
            "From the second to the third it is the same.",
            "The third term fits, too.",
        ],
        &[],
    );
    moves.push(Move::new(lead, mul(terms[1], r)));
    for place in params.shown..params.place {
        let last = params.rule.term(place);
        let lead = phrase(
            rng,
            &[
                "Term {next} is {last} times {r}.",
                "Now term {next}.",
                "The {nth} term is {last}; I multiply it by {r}.",
            ],
            &[("nth", &ordinal(place)), ("next", &(place + 1)), ("last", &last), ("r", &r)],
        );
        moves.push(
            Move::new(lead, mul(last, r)).tempting(add(last, r), "It is geometric, so I must multiply."),
        );
    }
    let check = move |rng: &mut Rng, claimed: i64| {
        let before = params.rule.term(params.place - 1);
        if r > 0 && rng.chance(0.8) {
            let lead = format!("Divided by {r}, my {claimed} must give the term before.");
            return by(lead, div_rem(claimed, r), before, "the term before");
        }
        let two = Move::new("Two steps at once have this factor.".to_owned(), mul(r, r));
        let start = params.rule.term(params.place - 2);
        let end = Move::new(format!("Two places before there is {start}."), mul(start, r * r));
        Check { moves: vec![two, end], expected: claimed, meaning: "my result" }
    };
    (opening, moves, Box::new(check))
}

pub(super) fn quadratic<'a>(params: &'a Params, rng: &mut Rng) -> (String, Vec<Move>, Checker<'a>) {
    let terms = params.terms();
    let opening = open(params, "The differences grow evenly.", rng);
    let lead = phrase(
        rng,
        &[
            "I write down the differences.",
            "First the differences of neighbours.",
            "How far is it from term to term?",
        ],
        &[],
    );
    let mut moves = vec![Move::words(lead)];
    let mut gaps = Vec::new();
    for pair in terms.windows(2) {
        let lead = format!("From {} to {}.", pair[0], pair[1]);
        moves.push(Move::new(lead, sub(pair[1], pair[0])));
        gaps.push(pair[1] - pair[0]);
    }
    let e = gaps[1] - gaps[0];
    let lead = phrase(
        rng,
        &[
            "The differences are {gaps}. They change by this.",
            "So I have {gaps}. From one to the next:",
            "{gaps}: by how much do these go on?",
        ],
        &[("gaps", &list(&gaps))],
    );
    moves.push(Move::new(lead.replace("next:", "next it is this."), sub(gaps[1], gaps[0])));
    let mut gap = gaps[gaps.len() - 1];
    for place in params.shown..params.place {
        let last = params.rule.term(place);
        let lead = phrase(
            rng,
            &[
                "The next difference.",
                "After the difference {gap} comes the next one.",
                "The difference goes on by {e}.",
            ],
            &[("gap", &gap), ("e", &e)],
        );
        moves.push(Move::new(lead, plus(gap, e)));
        let lead = phrase(
            rng,
            &["So term {next} follows.", "Add it to {last} for term {next}.", "With it I get term {next}."],
            &[("next", &(place + 1)), ("last", &last)],
        );
        let why = "The difference has changed by now; I must take the new one.";
        moves.push(Move::new(lead, plus(last, gap + e)).tempting(plus(last, gap), why));
        gap += e;
    }
    let check = move |rng: &mut Rng, claimed: i64| {
        let before = params.rule.term(params.place - 1);
        if rng.chance(0.5) {
            let lead = format!("Going back by {gap} from {claimed}.");
            by(lead, plus(claimed, -gap), before, "the term before")
        } else {
            let lead = format!("The difference between {claimed} and the term before, {before}.");
            by(lead, sub(claimed, before), gap, "the last difference")
        }
    };
    (opening, moves, Box::new(check))
}

pub(super) fn interleaved<'a>(params: &'a Params, rng: &mut Rng) -> (String, Vec<Move>, Checker<'a>) {
    let terms = params.terms();
    let opening = open(params, "Odd and even places go their own ways.", rng);
    let odd: Vec<i64> = terms.iter().copied().step_by(2).collect();
    let even: Vec<i64> = terms.iter().copied().skip(1).step_by(2).collect();
    let is_odd = params.place % 2 == 1;
    let (row, which) = if is_odd { (odd.clone(), "odd") } else { (even.clone(), "even") };
    let mut moves = vec![Move::words(phrase(
        rng,
        &[
            "At odd places: {odd}. At even places: {even}.",
            "The odd places have {odd}, the even places {even}.",
            "I part them: {odd} and {even}.",
        ],
        &[("odd", &list(&odd)), ("even", &list(&even))],
    ))];
    moves.push(Move::words(phrase(
        rng,
        &[
            "Place {n} is {which}, so I need the row {row}.",
            "{n} is {which}; the row is {row}.",
            "I look at {n}: an {which} place, so the row {row} goes on.",
        ],
        &[("n", &params.place), ("which", &which), ("row", &list(&row))],
    )));
    moves.extend(difference_moves(&row, rng));
    let d = row[1] - row[0];
    let (m, dir) = (d.abs(), toward(d));
    let have = row.len() as i64;
    // The place inside the row.
    let inside = (params.place + 1) / 2;
    let last = row[row.len() - 1];
    if inside == have + 1 {
        let lead = phrase(
            rng,
            &[
                "After {last} comes the next one.",
                "The row goes on after {last}.",
                "One more step from {last}.",
            ],
            &[("last", &last)],
        );
        moves.push(Move::new(lead, plus(last, d)));
    } else {
        let lead = format!(
            "Place {} is number {inside} in its row. From number {have}, which is {last}, it takes some steps.",
            params.place
        );
        moves.push(Move::new(lead, sub(inside, have)));
        let steps = inside - have;
        let lead = phrase(
            rng,
            &[
                "{steps} steps of {m} {dir}.",
                "Each step is {m} {dir}, and there are {steps}.",
                "The way is {steps} times {m}, {dir}.",
            ],
            &[("steps", &steps), ("m", &m), ("dir", &dir)],
        );
        moves.push(Move::new(lead, mul(steps, m)));
        let lead = phrase(
            rng,
            &["From {last} {dir}.", "I go {dir} from {last}.", "It starts at {last} and goes {dir}."],
            &[("last", &last), ("dir", &dir)],
        );
        moves.push(Move::new(lead, plus(last, steps * d)));
    }
    let first = row[0];
    let check = move |rng: &mut Rng, claimed: i64| {
        if inside == have + 1 && rng.chance(0.5) {
            return by(
                format!("One step of {m} back from {claimed}."),
                plus(claimed, -d),
                last,
                "the last one in the row",
            );
        }
        let steps = inside - 1;
        let way = Move::new(
            format!("From the first of the row, {first}, there are {steps} steps of {m} {dir}."),
            mul(steps, m),
        );
        let end = Move::new(format!("From {first} {dir}."), plus(first, steps * d));
        Check { moves: vec![way, end], expected: claimed, meaning: "my result" }
    };
    (opening, moves, Box::new(check))
}

pub(super) fn alternating<'a>(
    params: &'a Params,
    p: i64,
    q: i64,
    rng: &mut Rng,
) -> (String, Vec<Move>, Checker<'a>) {
    let opening = open(
        params,
        &format!("In turn: {} {}, times {q}.", if p > 0 { "plus" } else { "minus" }, p.abs()),
        rng,
    );
    let terms = params.terms();
    let multiplied = params.shown % 2 == 1;
    let shown = if multiplied { mul(terms[terms.len() - 2], q) } else { plus(terms[terms.len() - 2], p) };
    let lead = phrase(
        rng,
        &[
            "What was the last step that is shown?",
            "First I see where in the turn I am.",
            "The last two shown terms tell the turn.",
        ],
        &[],
    );
    let mut moves = vec![Move::new(lead, shown)];
    for place in params.shown..params.place {
        let last = params.rule.term(place);
        let times = place % 2 == 0;
        let step = if times {
            format!("times {q}")
        } else {
            format!("{} {}", if p > 0 { "plus" } else { "minus" }, p.abs())
        };
        let lead = phrase(
            rng,
            &[
                "Now it is the turn of {step}. Term {next}.",
                "Term {next} is {last} {step}.",
                "The next step is {step}.",
            ],
            &[("step", &step), ("next", &(place + 1)), ("last", &last)],
        );
        let (right, wrong) =
            if times { (mul(last, q), plus(last, p)) } else { (plus(last, p), mul(last, q)) };
        let why = format!("That was the step before; now it is {step}.");
        moves.push(Move::new(lead, right).tempting(wrong, &why));
    }
    let check = move |_: &mut Rng, claimed: i64| {
        let before = params.rule.term(params.place - 1);
        if params.place % 2 == 1 {
            if before < 0 {
                let lead = format!("Without the factor: {before} taken {q} times.");
                return by(lead, mul(q, before), claimed, "my result");
            }
            return by(
                format!("I undo the last step, times {q}."),
                div_rem(claimed, q),
                before,
                "the term before",
            );
        }
        let back = if p > 0 { sub(claimed, p) } else { add(claimed, -p) };
        by("I undo the last step.".to_owned(), back, before, "the term before")
    };
    (opening, moves, Box::new(check))
}
