//! Facts of the sequence family: steps from term to term, the next term of each rule, the number of
//! steps to a far term, odd and even places, differences of differences, checks.

use super::chains::{difference_moves, far_moves, plus, toward};
use super::{
    Alternating, Arithmetic, Geometric, Interleaved, Params, Quadratic, Rule, Sequence, list, ordinal,
};
use crate::prompts::tasks::arithmetic::{add, div_exact, mul, sub};
use crate::prompts::tasks::facts::{params, steps_of, told, told_moves, window};
use crate::prompts::tasks::scribe::{Move, boxed};
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(18) {
        0 => places(rng),
        1 | 2 => next_by_rule(difficulty, rng),
        3..5 => step_found(difficulty, rng),
        5..7 => far(difficulty, rng),
        7 | 8 => odd_and_even(difficulty, rng),
        9 | 10 => differences(difficulty, rng),
        11 => geometric(difficulty, rng),
        12 => in_turn(difficulty, rng),
        13 => sizes(rng),
        14 => goes_on(difficulty, rng),
        _ => window::<Sequence>(difficulty, 2, rng),
    }
}

/// A problem with a rule for which `fits` holds.
fn with_rule(difficulty: u32, fits: fn(&Rule) -> bool, rng: &mut Rng) -> Params {
    loop {
        let params = params::<Sequence>(difficulty, rng);
        if fits(&params.rule) && params.shown > 2 {
            return params;
        }
    }
}

fn places(rng: &mut Rng) -> String {
    let lines: Vec<String> = (0..3)
        .map(|_| {
            let n = rng.range(1, 22);
            match rng.below(3) {
                0 => format!("The {} term is term number {n}.", ordinal(n)),
                1 => format!("After the {} term comes the {}.", ordinal(n), ordinal(n + 1)),
                _ => format!("{n} is {}.", if n % 2 == 0 { "even" } else { "odd" }),
            }
        })
        .collect();
    lines.join(" ")
}

/// The terms, and the next one or two.
fn goes_on(difficulty: u32, rng: &mut Rng) -> String {
    let params = params::<Sequence>(difficulty.min(2), rng);
    let (shown, next) = (params.shown, params.rule.term(params.shown + 1));
    let kind = match params.rule {
        Arithmetic { d, .. } => format!("Each step is {} {}.", d.abs(), toward(d)),
        Geometric { r, .. } => format!("Each term is {r} times the one before."),
        Quadratic { e, .. } => format!("The differences go on by {e}."),
        Interleaved { .. } => "Odd and even places go their own ways.".to_owned(),
        Alternating { p, q, .. } => format!("In turn: plus {p}, times {q}."),
    };
    let answer = if rng.chance(0.3) {
        format!("\nThe {} term is {}.", ordinal(shown + 1), boxed(&next))
    } else {
        String::new()
    };
    format!("Given: {}. {kind} Term {} is {next}.{answer}", list(&params.terms()), shown + 1)
}

/// The common step, from the first terms.
fn step_found(difficulty: u32, rng: &mut Rng) -> String {
    let params = with_rule(difficulty, |rule| matches!(rule, Arithmetic { .. }), rng);
    let terms = params.terms();
    let start = format!("Given: {}. It is arithmetic, so each step is the same.", list(&terms));
    let moves = difference_moves(&terms, rng);
    let d = terms[1] - terms[0];
    let end =
        if rng.chance(0.3) { format!("\nEach step is {} {}.", d.abs(), toward(d)) } else { String::new() };
    format!("{start}\n{}{end}", told_moves(&moves, rng))
}

/// One more term of an arithmetic sequence, and a step back.
fn next_by_rule(difficulty: u32, rng: &mut Rng) -> String {
    let params = with_rule(difficulty, |rule| matches!(rule, Arithmetic { .. }), rng);
    let (place, d) = (rng.range(2, 12), params.terms()[1] - params.terms()[0]);
    let (last, m, way) = (params.rule.term(place), d.abs(), toward(d));
    let lead = match rng.below(3) {
        0 => format!("After the {} term {last} it goes {way} by {m} again.", ordinal(place)),
        1 => format!("Term {} is {m} {way} from {last}.", place + 1),
        _ => format!("From {last} one more step of {m} {way}."),
    };
    let step =
        Move::new(lead, plus(last, d)).tempting(plus(last, -d), "That goes backwards; I must go forwards.");
    let next = params.rule.term(place + 1);
    let said = step.tell(rng.chance(0.1), rng);
    if rng.chance(0.5) {
        return said;
    }
    let back = Move::new(format!("One step back from {next} must give the term before."), plus(next, -d));
    format!("{said}\n{}", back.tell(false, rng))
}

/// The way to a far term.
fn far(difficulty: u32, rng: &mut Rng) -> String {
    let mut params = with_rule(difficulty, |rule| matches!(rule, Arithmetic { .. }), rng);
    params.place = rng.range(8, if difficulty < 3 { 20 } else { 60 });
    let d = params.terms()[1] - params.terms()[0];
    let moves = far_moves(&params, 1, d, rng);
    let start = format!(
        "The first term is {}, and each step is {} {}. I need the {} term.",
        params.rule.term(1),
        d.abs(),
        toward(d),
        ordinal(params.place)
    );
    match rng.below(3) {
        0 => format!("{start}\n{}", told_moves(&moves, rng)),
        1 => format!("{start}\n{}", told_moves(&moves[..2], rng)),
        _ => steps_of(&moves, 2, rng),
    }
}

/// Two rows in one.
fn odd_and_even(difficulty: u32, rng: &mut Rng) -> String {
    let params = with_rule(difficulty.min(2), |rule| matches!(rule, Interleaved { .. }), rng);
    let terms = params.terms();
    let odd: Vec<i64> = terms.iter().copied().step_by(2).collect();
    let even: Vec<i64> = terms.iter().copied().skip(1).step_by(2).collect();
    let (o, e) = (list(&odd), list(&even));
    let start = format!("The terms are {}. Odd and even places go their own ways.", list(&terms));
    let parted = match rng.below(3) {
        0 => format!("At odd places: {o}. At even places: {e}."),
        1 => format!("The odd places have {o}, the even places {e}."),
        _ => format!("I part them: {o} and {e}."),
    };
    let n = rng.range(7, 12);
    let (which, row, terms) = if n % 2 == 1 { ("odd", o, odd) } else { ("even", e, even) };
    let place = match rng.below(3) {
        0 => format!("Place {n} is {which}, so I need the row {row}."),
        1 => format!("{n} is {which}; the row is {row}."),
        _ => format!("I look at {n}: an {which} place, so the row {row} goes on."),
    };
    if rng.chance(0.5) {
        return format!("{start}\n{parted}\n{place}");
    }
    let last = terms[terms.len() - 1];
    let lead = match rng.below(3) {
        0 => format!("After {last} comes the next one."),
        1 => format!("The row goes on after {last}."),
        _ => format!("One more step from {last}."),
    };
    let step = Move::new(lead, plus(last, terms[1] - terms[0]));
    let found = told_moves(&difference_moves(&terms, rng)[..1], rng);
    format!("{place}\n{found}\n{}", step.tell(false, rng))
}

/// Differences, and how they go on.
fn differences(difficulty: u32, rng: &mut Rng) -> String {
    let params = with_rule(difficulty, |rule| matches!(rule, Quadratic { .. }), rng);
    let terms = params.terms();
    let gaps: Vec<i64> = terms.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let gap =
        |i: usize| Move::new(format!("From {} to {}.", terms[i], terms[i + 1]), sub(terms[i + 1], terms[i]));
    if rng.chance(0.4) {
        let moves: Vec<Move> = (0..gaps.len()).map(gap).collect();
        return format!(
            "The terms are {}. The differences grow evenly.\n{}",
            list(&terms),
            told_moves(&moves, rng)
        );
    }
    let (e, last_gap, last) = (gaps[1] - gaps[0], gaps[gaps.len() - 1], terms[terms.len() - 1]);
    let lead = match rng.below(2) {
        0 => format!("The differences are {}. They change by this.", list(&gaps)),
        _ => format!("So I have {}. From one to the next it is this.", list(&gaps)),
    };
    let change = Move::new(lead, sub(gaps[1], gaps[0]));
    let lead = match rng.below(3) {
        0 => "The next difference.".to_owned(),
        1 => format!("After the difference {last_gap} comes the next one."),
        _ => format!("The difference goes on by {e}."),
    };
    let next_gap = Move::new(lead, plus(last_gap, e));
    let next = terms.len() + 1;
    let lead = match rng.below(3) {
        0 => format!("So term {next} follows."),
        1 => format!("Add it to {last} for term {next}."),
        _ => format!("With it I get term {next}."),
    };
    let why = "The difference has changed by now; I must take the new one.";
    let follows = Move::new(lead, plus(last, last_gap + e)).tempting(plus(last, last_gap), why);
    format!("The last term is {last}.\n{}", told_moves(&[change, next_gap, follows], rng))
}

/// The factor, and the next term.
fn geometric(difficulty: u32, rng: &mut Rng) -> String {
    let params = with_rule(difficulty.min(3), |rule| matches!(rule, Geometric { .. }), rng);
    let terms = params.terms();
    let (r, last) = (terms[1] / terms[0], terms[terms.len() - 1]);
    let lead = rng
        .pick(&[
            "The factor is the second term divided by the first.",
            "First the factor.",
            "How many times the first term is the second?",
        ])
        .to_owned();
    let factor = Move::new(lead, div_exact(terms[1], terms[0]));
    let lead = match rng.below(2) {
        0 => format!("Term {} is {last} times {r}.", terms.len() + 1),
        _ => format!("The {} term is {last}; I multiply it by {r}.", ordinal(terms.len() as i64)),
    };
    let next = Move::new(lead, mul(last, r)).tempting(add(last, r), "It is geometric, so I must multiply.");
    let start = format!(
        "The terms are {}. It is geometric, so each term is the one before times a fixed number.",
        list(&terms)
    );
    if rng.chance(0.5) {
        return format!("{start}\n{}", told_moves(&[factor], rng));
    }
    told_moves(&[factor, next], rng)
}

/// Plus and times by turns.
fn in_turn(difficulty: u32, rng: &mut Rng) -> String {
    let params = with_rule(difficulty.clamp(2, 3), |rule| matches!(rule, Alternating { .. }), rng);
    let Alternating { p, q, .. } = params.rule else { return sizes(rng) };
    let from = rng.range(1, 3);
    let moves: Vec<Move> = (from..from + 2)
        .map(|place| {
            let (x, times) = (params.rule.term(place), place % 2 == 0);
            let sign = if p > 0 { "plus" } else { "minus" };
            let step = if times { format!("times {q}") } else { format!("{sign} {}", p.abs()) };
            let lead = match rng.below(3) {
                0 => format!("Now it is the turn of {step}. Term {}.", place + 1),
                1 => format!("Term {} is {x} {step}.", place + 1),
                _ => format!("The next step is {step}."),
            };
            let (right, wrong) = if times { (mul(x, q), plus(x, p)) } else { (plus(x, p), mul(x, q)) };
            Move::new(lead, right).tempting(wrong, &format!("That was the step before; now it is {step}."))
        })
        .collect();
    let how = if p > 0 { "plus" } else { "minus" };
    let last = match from % 2 {
        _ if from == 1 => String::new(),
        0 => format!(" The last step was {how} {}.", p.abs()),
        _ => format!(" The last step was times {q}."),
    };
    format!(
        "In turn: {how} {}, times {q}. Term {from} is {}.{last}\n{}",
        p.abs(),
        params.rule.term(from),
        told_moves(&moves, rng)
    )
}

/// Sums and differences of terms.
fn sizes(rng: &mut Rng) -> String {
    let workings = [
        sub(rng.range(1, 150), rng.range(1, 60)),
        add(rng.range(1, 150), rng.range(1, 60)),
        mul(rng.range(2, 19), rng.range(2, 12)),
    ];
    told(&workings, rng)
}
