//! The experts of the percent family: a plan and a check for each kind of problem.
//!
//! In come the parameters, out come the chain's text and the answer, found by the steps of the
//! chain. It never looks at the problem's wording.

use super::{COUNTED, Kind, Params};
use crate::prompts::tasks::arithmetic::{Working, add, div_exact, div_rem, mul, sub};
use crate::prompts::tasks::scribe::{Check, Move, chain, closing, known, phrase};
use crate::rng::Rng;

/// A check of a claimed result by one computation.
pub(super) fn by(lead: String, working: Working, expected: i64, meaning: &'static str) -> Check {
    Check { moves: vec![Move::new(lead, working)], expected, meaning }
}

/// Moves to `p` percent of `whole` through 10 % and 5 %: `whole` is a multiple of 10, and of 20
/// where `p` is odd.
pub(super) fn part_moves(whole: i64, p: i64, rng: &mut Rng) -> Vec<Move> {
    let (tenth, tens) = (whole / 10, p / 10);
    let lead = phrase(
        rng,
        &[
            "10% of {whole} is a tenth of it.",
            "First 10% of {whole}.",
            "I begin with 10% of {whole}, one tenth.",
        ],
        &[("whole", &whole)],
    );
    let mut moves = vec![Move::new(lead, known(format!("{whole} / 10"), tenth))];
    if tens > 1 {
        let lead = phrase(
            rng,
            &[
                "{p}% is {tens} times 10%.",
                "For {p}% I take {tens} times {tenth}.",
                "{p}% is {tens} tenths, and one tenth is {tenth}.",
            ],
            &[("p", &(tens * 10)), ("tens", &tens), ("tenth", &tenth)],
        );
        moves.push(Move::new(lead, mul(tens, tenth)));
    }
    if p % 10 == 5 {
        let lead = phrase(
            rng,
            &["5% is half of 10%.", "And 5% is half of {tenth}.", "For 5% I halve the 10%."],
            &[("tenth", &tenth)],
        );
        moves.push(Move::new(lead, div_exact(tenth, 2)));
        if tens > 0 {
            let lead = phrase(
                rng,
                &["{p}% is {t}% and 5% together.", "Now add {t}% and 5%.", "{t}% plus 5% is {p}%, so I add."],
                &[("p", &p), ("t", &(tens * 10))],
            );
            moves.push(Move::new(lead, add(tens * tenth, tenth / 2)));
        }
    }
    moves
}

pub(super) fn part_of_whole(params: &Params, rng: &mut Rng) -> (String, String) {
    let Params { whole, p, .. } = *params;
    let opening = phrase(
        rng,
        &[
            "There are {whole} {things} and {p}% of them are {quality}. I need {p}% of {whole}.",
            "Given: {whole} {things}. Of these, {p}% are {quality}. So I look for {p}% of {whole}.",
            "The whole is {whole}, and the part is {p}% of it.",
            "{p}% of {whole} is what is asked.",
        ],
        &[
            ("whole", &whole),
            ("p", &p),
            ("things", &COUNTED[params.item].0),
            ("quality", &COUNTED[params.item].1),
        ],
    );
    let moves = part_moves(whole, p, rng);
    let unit = if p % 10 == 0 { 10 } else { 5 };
    let check = |rng: &mut Rng, claimed: i64| {
        let (piece, rest) = (whole * unit / 100, 100 - p);
        if p == unit {
            let n = 100 / unit;
            let lead = phrase(
                rng,
                &[
                    "{n} times {p}% is the whole.",
                    "100% is {n} times {p}%.",
                    "{p}% fits {n} times into 100%.",
                ],
                &[("n", &n), ("p", &p)],
            );
            by(lead, mul(claimed, n), whole, "the whole")
        } else if rest <= p {
            let lead = phrase(
                rng,
                &[
                    "The other {rest}% are {n} times {u}%, and {u}% is {piece}.",
                    "{rest}% are left, {n} times {u}%, which is {piece}.",
                ],
                &[("rest", &rest), ("n", &(rest / unit)), ("u", &unit), ("piece", &piece)],
            );
            let first = Move::new(lead, mul(rest / unit, piece));
            let lead = phrase(
                rng,
                &["Both parts together.", "Together with {c}.", "Add the {c}."],
                &[("c", &claimed)],
            );
            let last = Move::new(lead, add(piece * rest / unit, claimed));
            Check { moves: vec![first, last], expected: whole, meaning: "the whole" }
        } else {
            let lead = phrase(
                rng,
                &[
                    "{u}% is {piece}, and {p}% must be {n} times that.",
                    "I count in pieces of {u}%, which is {piece}: {p}% is {n} of them.",
                ],
                &[("u", &unit), ("n", &(p / unit)), ("p", &p), ("piece", &piece)],
            );
            by(lead, mul(piece, p / unit), claimed, "my result")
        }
    };
    let closing = closing(rng, &params.part());
    (chain(rng, &opening, &moves, &check, &closing), params.part().to_string())
}

pub(super) fn share(params: &Params, rng: &mut Rng) -> (String, String) {
    let (Params { whole, p, .. }, part) = (*params, params.part());
    let opening = phrase(
        rng,
        &[
            "The whole is {whole} and the part is {part}. How many percent of {whole} is {part}?",
            "Given: {part} out of {whole}. I want this in percent.",
            "{whole} is 100%. I need the percentage for {part}.",
            "I have to say how many percent {part} is of {whole}.",
        ],
        &[("whole", &whole), ("part", &part)],
    );
    // 1 % of the whole where that is an integer, else 10 %.
    let unit = if whole % 100 == 0 && params.kind == Kind::Share && whole > 1_000 { 1 } else { 10 };
    let piece = whole * unit / 100;
    let lead = phrase(
        rng,
        &["{u}% of {whole} comes first.", "I find {u}% of {whole}.", "How much is {u}%?"],
        &[("u", &unit), ("whole", &whole)],
    );
    let mut moves = vec![Move::new(lead, known(format!("{whole} / {}", 100 / unit), piece))];
    let lead = phrase(
        rng,
        &[
            "How often does {piece} fit into {part}?",
            "I divide the part {part} by {piece}.",
            "Now I see how many times {part} holds {piece}.",
        ],
        &[("piece", &piece), ("part", &part)],
    );
    let (times, left) = (part / piece, part % piece);
    if unit == 1 {
        moves.push(Move::new(lead, div_exact(part, piece)));
    } else {
        moves.push(Move::new(lead, div_rem(part, piece)));
        let lead = format!("{times} times 10%.");
        if times > 0 || left == 0 {
            moves.push(Move::new(lead, mul(times, 10)));
        }
        if left > 0 {
            let lead = format!("{left} is left over. Half of 10% is 5%.");
            moves.push(Move::new(lead, div_exact(piece, 2)));
            let lead = format!("So {left} is another 5%.");
            moves.push(Move::new(lead, add(times * 10, 5)));
        }
    }
    let check = |rng: &mut Rng, claimed: i64| {
        if unit == 1 {
            let lead = format!("1% is {piece}, so {claimed}% is {claimed} times {piece}.");
            return by(lead, mul(piece, claimed), part, "the part");
        }
        let tenth = whole / 10;
        let lead = phrase(
            rng,
            &[
                "10% is {tenth}. If {part} is {c}%, then {c} times {tenth} is 10 times {part}, that is {goal}.",
                "I multiply the 10%, which is {tenth}, by {c}; it should give 10 times {part}, that is {goal}.",
            ],
            &[("c", &claimed), ("tenth", &tenth), ("part", &part), ("goal", &(part * 10))],
        );
        by(lead, mul(tenth, claimed), part * 10, "10 times the part")
    };
    let closing = closing(rng, &p);
    (chain(rng, &opening, &moves, &check, &closing), p.to_string())
}

/// The change of `whole` by `part`: the last move, with the wrong direction as a temptation.
pub(super) fn apply(whole: i64, part: i64, up: bool, rng: &mut Rng) -> Move {
    if up {
        let lead = phrase(
            rng,
            &[
                "The price goes up, so I add {part}.",
                "Now add the {part} to the price.",
                "New price: old price plus {part}.",
            ],
            &[("part", &part)],
        );
        Move::new(lead, add(whole, part)).tempting(sub(whole, part), "The price goes up, so I must add.")
    } else {
        let lead = phrase(
            rng,
            &[
                "The price goes down, so I subtract {part}.",
                "Now take the {part} off the price.",
                "New price: old price minus {part}.",
            ],
            &[("part", &part)],
        );
        Move::new(lead, sub(whole, part))
            .tempting(add(whole, part), "The price goes down, so I must subtract.")
    }
}

/// Undoes [`apply`]: from the claimed price back to `whole`.
pub(super) fn undo(whole: i64, part: i64, up: bool, claimed: i64, rng: &mut Rng) -> Check {
    let lead = phrase(
        rng,
        &["I undo the change of {part} from {c}.", "Going back from {c}.", "From {c} back to the old price."],
        &[("part", &part), ("c", &claimed)],
    );
    by(lead, if up { sub(claimed, part) } else { add(claimed, part) }, whole, "the price before")
}

pub(super) fn state_change(params: &Params, rng: &mut Rng) -> String {
    phrase(
        rng,
        if params.kind == Kind::Raise {
            &[
                "The old price is {whole} dollars and {p}% is added.",
                "Given: {whole} dollars, then a raise of {p}%.",
                "{whole} dollars is 100%. The price goes up by {p}%.",
                "I need {p}% of {whole} and then add it to {whole}.",
            ]
        } else {
            &[
                "The old price is {whole} dollars and {p}% is taken off.",
                "Given: {whole} dollars, then a discount of {p}%.",
                "{whole} dollars is 100%. The price goes down by {p}%.",
                "I need {p}% of {whole} and then take it off {whole}.",
            ]
        },
        &[("whole", &params.whole), ("p", &params.p)],
    )
}

pub(super) fn change(params: &Params, rng: &mut Rng) -> (String, String) {
    let (Params { whole, p, .. }, part, up) = (*params, params.part(), params.kind == Kind::Raise);
    let opening = state_change(params, rng);
    let mut moves = part_moves(whole, p, rng);
    moves.push(apply(whole, part, up, rng));
    let unit = if p % 10 == 0 { 10 } else { 5 };
    let check = |rng: &mut Rng, claimed: i64| {
        // The way by percentages is short for discounts only: less than 100 % is left.
        if up || params.left(up) > 10 * unit || rng.chance(0.5) {
            return undo(whole, part, up, claimed, rng);
        }
        let left = params.left(up);
        let piece = whole * unit / 100;
        let lead = format!(
            "The new price is {left}% of {whole}. {unit}% is {piece}, and {left}% is {} times that.",
            left / unit
        );
        by(lead, mul(piece, left / unit), claimed, "my result")
    };
    let answer = if up { whole + part } else { whole - part };
    let closing = closing(rng, &answer);
    (chain(rng, &opening, &moves, &check, &closing), answer.to_string())
}
