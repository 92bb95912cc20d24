//! The experts of the sequence family: a plan and a check for each question about an arithmetic
//! sequence; those of the other rules are in `others`.
//!
//! In come the parameters, out comes the chain's text. It uses the shown terms and the rule's name
//! only, never the rule's numbers before it has found them.

use super::others;
use super::{Alternating, Arithmetic, Ask, Geometric, Interleaved, Params, Quadratic, list, ordinal};
use crate::prompts::tasks::arithmetic::{Working, add, div_exact, mul, sub};
use crate::prompts::tasks::scribe::{Check, Move, chain, closing, phrase};
use crate::rng::Rng;

pub(super) type Checker<'a> = Box<dyn Fn(&mut Rng, i64) -> Check + 'a>;

/// The chain for a problem.
pub(super) fn solve(params: &Params, rng: &mut Rng) -> String {
    let (opening, moves, check): (String, Vec<Move>, Checker) = match (params.ask, params.rule) {
        (Ask::FromTwo { i, j }, _) => from_two(params, i, j, rng),
        (Ask::Place, _) => place_of(params, rng),
        (Ask::Sum, _) => sum(params, rng),
        (_, Arithmetic { .. }) if params.place <= params.shown + 2 => arithmetic_next(params, rng),
        (_, Arithmetic { .. }) => arithmetic_far(params, rng),
        (_, Geometric { .. }) => others::geometric(params, rng),
        (_, Quadratic { .. }) => others::quadratic(params, rng),
        (_, Interleaved { .. }) => others::interleaved(params, rng),
        (_, Alternating { p, q, .. }) => others::alternating(params, p, q, rng),
    };
    let closing = closing(rng, &params.answer());
    chain(rng, &opening, &moves, &check, &closing)
}

pub(super) fn by(lead: String, working: Working, expected: i64, meaning: &'static str) -> Check {
    Check { moves: vec![Move::new(lead, working)], expected, meaning }
}

pub(super) fn open(params: &Params, kind: &str, rng: &mut Rng) -> String {
    let terms = list(&params.terms());
    phrase(
        rng,
        &[
            "The terms are {terms}. {kind} I need the {nth} term.",
            "Given: {terms}. {kind} The {nth} term is asked.",
            "I have {shown} terms: {terms}. {kind} What is the {nth} one?",
            "The sequence begins {terms}. {kind} I look for term number {n}.",
        ],
        &[
            ("terms", &terms),
            ("kind", &kind),
            ("nth", &ordinal(params.place)),
            ("shown", &params.shown),
            ("n", &params.place),
        ],
    )
}

/// `x - y` or `y - x`, whichever is positive: how far it is, down or up.
fn apart(x: i64, y: i64) -> Working {
    sub(x.max(y), x.min(y))
}

/// `down` or `up`.
pub(super) fn toward(d: i64) -> &'static str {
    if d < 0 { "down" } else { "up" }
}

/// Finds the common difference, without its sign, from the first two terms, and looks at the next two.
pub(super) fn difference_moves(terms: &[i64], rng: &mut Rng) -> Vec<Move> {
    let fields: &[(&str, &dyn std::fmt::Display)] =
        &[("way", &toward(terms[1] - terms[0])), ("x", &terms[0]), ("y", &terms[1]), ("z", &terms[2])];
    let lead = phrase(
        rng,
        &[
            "It goes {way} from {x} to {y}.",
            "First the step {way} from {x} to {y}.",
            "How far {way} is it from {x} to {y}?",
        ],
        fields,
    );
    let first = Move::new(lead, apart(terms[1], terms[0]));
    let lead = phrase(
        rng,
        &[
            "From {y} {way} to {z} it is the same.",
            "The next step, {way} to {z}.",
            "And from {y} to {z}, the same once more.",
        ],
        fields,
    );
    vec![first, Move::new(lead, apart(terms[2], terms[1]))]
}

fn arithmetic_next<'a>(params: &'a Params, rng: &mut Rng) -> (String, Vec<Move>, Checker<'a>) {
    let terms = params.terms();
    let d = terms[1] - terms[0];
    let opening = open(params, "It is arithmetic, so each step is the same.", rng);
    let mut moves = difference_moves(&terms, rng);
    for place in params.shown..params.place {
        let last = params.rule.term(place);
        let lead = phrase(
            rng,
            &[
                "After the {nth} term {last} it goes {way} by {d} again.",
                "Term {next} is {d} {way} from {last}.",
                "From {last} one more step of {d} {way}.",
            ],
            &[
                ("nth", &ordinal(place)),
                ("next", &(place + 1)),
                ("last", &last),
                ("d", &d.abs()),
                ("way", &toward(d)),
            ],
        );
        moves.push(
            Move::new(lead, plus(last, d))
                .tempting(plus(last, -d), "That goes backwards; I must go forwards."),
        );
    }
    let check = move |rng: &mut Rng, claimed: i64| {
        if rng.chance(0.5) {
            let lead = format!("One step back from {claimed} must give the term before.");
            return by(lead, plus(claimed, -d), params.rule.term(params.place - 1), "the term before");
        }
        let steps = params.place - 1;
        let (m, dir) = (d.abs(), toward(d));
        let way =
            Move::new(format!("From the first term there are {steps} steps of {m} {dir}."), mul(steps, m));
        let end = Move::new(format!("So I start at {} and go {dir}.", terms[0]), plus(terms[0], steps * d));
        Check { moves: vec![way, end], expected: claimed, meaning: "my result" }
    };
    (opening, moves, Box::new(check))
}

/// Moves from term `from` to a far place: the number of steps, the way, the end.
pub(super) fn far_moves(params: &Params, from: i64, d: i64, rng: &mut Rng) -> Vec<Move> {
    let (start, place) = (params.rule.term(from), params.place);
    let (steps, m, dir) = (place - from, d.abs(), toward(d));
    let lead = phrase(
        rng,
        &[
            "How many steps lead from term {from} to term {place}?",
            "From place {from} to place {place} I count the steps.",
            "The number of steps after term {from}.",
        ],
        &[("from", &from), ("place", &place)],
    );
    let count = Move::new(lead, sub(place, from));
    let lead = phrase(
        rng,
        &[
            "All steps together are {steps} times {m}, {dir}.",
            "Each step is {m} {dir}, so the way is {steps} times {m}.",
            "{steps} steps of {m} {dir}.",
        ],
        &[("steps", &steps), ("m", &m), ("dir", &dir)],
    );
    let why = format!("From term {from} there are only {steps} steps.");
    let way = Move::new(lead, mul(steps, m)).tempting(mul(steps + 1, m), &why);
    let lead = phrase(
        rng,
        &[
            "Term {from} is {start}, and from there it goes {dir}.",
            "So far {dir} from {start}.",
            "It starts at {start} and goes {dir}.",
        ],
        &[("from", &from), ("start", &start), ("dir", &dir)],
    );
    vec![count, way, Move::new(lead, plus(start, steps * d))]
}

/// A check of a far term by the way from another one.
fn from_another(params: &Params, from: i64, d: i64, claimed: i64) -> Check {
    let (start, steps) = (params.rule.term(from), params.place - from);
    let lead =
        format!("From term {from}, which is {start}, there are {} - {from} = {steps} steps.", params.place);
    let way = Move::new(lead, mul(steps, d.abs()));
    let end = Move::new(format!("So it must be this far {}.", toward(d)), plus(start, steps * d));
    Check { moves: vec![way, end], expected: claimed, meaning: "my result" }
}

/// A check by the way back to the start of the steps.
fn way_back(params: &Params, from: i64, d: i64, claimed: i64) -> Check {
    let start = params.rule.term(from);
    let (steps, m, dir) = (params.place - from, d.abs(), toward(d));
    let lead = format!("From {start} to {claimed} it must be {steps} steps of {m} {dir}.");
    let back = if d < 0 { sub(start, claimed) } else { sub(claimed, start) };
    by(lead, back, steps * m, "the way of all steps")
}

fn arithmetic_far<'a>(params: &'a Params, rng: &mut Rng) -> (String, Vec<Move>, Checker<'a>) {
    let terms = params.terms();
    let d = terms[1] - terms[0];
    let opening = open(params, "It is arithmetic, so each step is the same.", rng);
    let mut moves = difference_moves(&terms, rng);
    moves.extend(far_moves(params, 1, d, rng));
    let check = move |rng: &mut Rng, claimed: i64| {
        if rng.chance(0.5) {
            from_another(params, params.shown, d, claimed)
        } else {
            way_back(params, 1, d, claimed)
        }
    };
    (opening, moves, Box::new(check))
}

fn from_two<'a>(params: &'a Params, i: i64, j: i64, rng: &mut Rng) -> (String, Vec<Move>, Checker<'a>) {
    let (x, y) = (params.rule.term(i), params.rule.term(j));
    let d = (y - x) / (j - i);
    let opening = phrase(
        rng,
        &[
            "Term {i} is {x}, term {j} is {y}, and all steps are the same. I need term {n}.",
            "Given: {x} at place {i}, {y} at place {j}, an arithmetic sequence. What is at place {n}?",
            "I know term {i}, {x}, and term {j}, {y}. First the step, then term {n}.",
            "It is arithmetic. At place {i} there is {x} and at place {j} there is {y}; place {n} is asked.",
        ],
        &[("i", &i), ("j", &j), ("x", &x), ("y", &y), ("n", &params.place)],
    );
    let lead = phrase(
        rng,
        &["How many steps lie between them?", "First the number of steps between.", "I count the steps."],
        &[],
    );
    let mut moves = vec![Move::new(lead, sub(j, i))];
    let lead = phrase(
        rng,
        &[
            "And how far apart are the two terms?",
            "Now the difference of the terms.",
            "The way between them.",
        ],
        &[],
    );
    moves.push(Move::new(lead, apart(x, y)));
    let lead = phrase(
        rng,
        &[
            "{k} steps make {way}, so one step is this.",
            "I divide {way} by the {k} steps.",
            "One step is {way} divided by {k}.",
        ],
        &[("k", &(j - i)), ("way", &(y - x).abs())],
    );
    moves.push(Move::new(lead, div_exact((y - x).abs(), j - i)));
    moves.extend(far_moves(params, j, d, rng));
    let check = move |rng: &mut Rng, claimed: i64| {
        if rng.chance(0.5) { from_another(params, i, d, claimed) } else { way_back(params, j, d, claimed) }
    };
    (opening, moves, Box::new(check))
}

fn place_of<'a>(params: &'a Params, rng: &mut Rng) -> (String, Vec<Move>, Checker<'a>) {
    let terms = params.terms();
    let (a, d, x) = (terms[0], terms[1] - terms[0], params.rule.term(params.place));
    let opening = phrase(
        rng,
        &[
            "The terms are {terms}, arithmetic. At which place is {x}?",
            "Given: {terms}, with equal steps. I look for the place of {x}.",
            "The sequence starts at {a} and must reach {x}. I count the steps.",
            "I have {terms} and want to know which term is {x}.",
        ],
        &[("terms", &list(&terms)), ("x", &x), ("a", &a)],
    );
    let mut moves = difference_moves(&terms, rng);
    let lead = phrase(
        rng,
        &["The whole way from {a} to {x}.", "How far is it from {a} to {x}?", "From the first term to {x}."],
        &[("a", &a), ("x", &x)],
    );
    moves.push(Move::new(lead, apart(x, a)));
    let (way, m) = ((x - a).abs(), d.abs());
    let lead = phrase(
        rng,
        &[
            "How many steps of {d} is that?",
            "I divide the way {way} by the step {d}.",
            "The number of steps is {way} divided by {d}.",
        ],
        &[("way", &way), ("d", &m)],
    );
    moves.push(Move::new(lead, div_exact(way, m)));
    let steps = params.place - 1;
    let lead = phrase(
        rng,
        &[
            "The first term needs no step, so the place is one more than {k}.",
            "After {k} steps I am one place further than {k}.",
            "The place is the number of steps plus 1.",
        ],
        &[("k", &steps)],
    );
    moves.push(
        Move::new(lead, add(steps, 1))
            .tempting(sub(steps, 1), "The first term has place 1 with no step, so I must add 1."),
    );
    let check = move |_: &mut Rng, claimed: i64| {
        let before = Move::new(format!("Before place {claimed} there are so many steps."), sub(claimed, 1));
        let way = Move::new(format!("Each is {m}."), mul(claimed - 1, m));
        let end = Move::new(format!("From {a} {}.", toward(d)), plus(a, (claimed - 1) * d));
        Check { moves: vec![before, way, end], expected: x, meaning: "the given term" }
    };
    (opening, moves, Box::new(check))
}

fn sum<'a>(params: &'a Params, rng: &mut Rng) -> (String, Vec<Move>, Checker<'a>) {
    let terms = params.terms();
    let (a, d, n) = (terms[0], terms[1] - terms[0], params.place);
    let last = params.rule.term(n);
    let opening = phrase(
        rng,
        &[
            "The terms are {terms}, arithmetic. I need the sum of the first {n}.",
            "Given: {terms}, with equal steps. The first {n} terms are to be added.",
            "The sum of {n} terms is {n} times the mean of the first and the last one.",
            "I need the last of the {n} terms; then the sum is {n} times first plus last, divided by 2.",
        ],
        &[("terms", &list(&terms)), ("n", &n)],
    );
    let mut moves = difference_moves(&terms, rng);
    moves.extend(far_moves(params, 1, d, rng));
    let lead = phrase(
        rng,
        &["First term plus last term.", "The first and the last together.", "Now {a} and {last} together."],
        &[("a", &a), ("last", &last)],
    );
    moves.push(Move::new(lead, add(a, last)));
    let ends = a + last;
    let lead = phrase(
        rng,
        &[
            "{n} times {ends}, which is twice the sum.",
            "Twice the sum is {n} times {ends}.",
            "I take {ends} {n} times, and halve that later.",
        ],
        &[("n", &n), ("ends", &ends)],
    );
    moves.push(Move::new(lead, mul(ends, n)));
    let lead =
        phrase(rng, &["Half of {x} is the sum.", "Now I halve {x}.", "Divided by 2."], &[("x", &(n * ends))]);
    moves.push(Move::new(lead, div_exact(n * ends, 2)));
    let check = move |_: &mut Rng, claimed: i64| {
        by(
            format!("Twice {claimed} must be {n} times {ends} again."),
            mul(claimed, 2),
            n * ends,
            "twice the sum",
        )
    };
    (opening, moves, Box::new(check))
}

/// `x + p`, or `x - 3` for a `p` of -3.
pub(super) fn plus(x: i64, p: i64) -> Working {
    if p < 0 { sub(x, -p) } else { add(x, p) }
}
