//! The experts of the rate family: a plan and a check for each kind of problem.
//!
//! In come the parameters, out comes the chain's text. It never looks at the problem's wording.

use super::{CatchUp, GOODS, Joint, Kind, Late, Motion, Params, Setting, Shop, Time};
use crate::prompts::tasks::arithmetic::{Working, add, div_exact, div_rem, mul, sub};
use crate::prompts::tasks::scribe::{Check, Move, chain, closing, phrase};
use crate::rng::Rng;

fn by(lead: String, working: Working, expected: i64, meaning: &'static str) -> Check {
    Check { moves: vec![Move::new(lead, working)], expected, meaning }
}

/// Names of rate, time and amount in a setting.
pub(super) fn nouns(setting: Setting) -> [&'static str; 3] {
    match setting {
        Setting::Motion => ["speed", "time", "distance"],
        Setting::Shop => ["price", "number", "cost"],
        Setting::Work => ["rate", "time", "total"],
    }
}

/// One rate, one time, one amount; one of them is missing.
pub(super) fn single(params: &Params, setting: Setting, rng: &mut Rng) -> String {
    let [rate, time, amount] = nouns(setting);
    let (a, s) = params.legs[0];
    let product = a * s;
    // The two numbers that are known, the working, and its inverse.
    let (known, wanted) = match params.kind {
        Kind::Amount(_) => ([(rate, a), (time, s)], amount),
        Time(_) => ([(amount, product), (rate, a)], time),
        _ => ([(amount, product), (time, s)], rate),
    };
    let [(first, x), (second, y)] = known;
    let opening = phrase(
        rng,
        &[
            "The {first} is {x} and the {second} is {y}. I need the {wanted}.",
            "Given: {first} {x}, {second} {y}. The {wanted} is asked.",
            "I know the {first}, {x}, and the {second}, {y}. What is missing is the {wanted}.",
            "There is a {first} of {x} and a {second} of {y}, and I look for the {wanted}.",
        ],
        &[("first", &first), ("x", &x), ("second", &second), ("y", &y), ("wanted", &wanted)],
    );
    let rule = Move::words(phrase(
        rng,
        &[
            "{amount} = {rate} * {time}.",
            "The rule is {amount} = {rate} * {time}.",
            "As always, {rate} * {time} = {amount}.",
        ],
        &[("amount", &amount), ("rate", &rate), ("time", &time)],
    ));
    let asks_amount = matches!(params.kind, Kind::Amount(_));
    let step = if asks_amount {
        let lead = phrase(
            rng,
            &["So I multiply {x} by {y}.", "The {wanted} is {y} times {x}.", "That is {x}, taken {y} times."],
            &[("x", &x), ("y", &y), ("wanted", &wanted)],
        );
        Move::new(lead, mul(x, y)).tempting(add(x, y), "I must multiply here, not add.")
    } else {
        let lead = phrase(
            rng,
            &[
                "So I divide {x} by {y}.",
                "The {wanted} is {x} divided by {y}.",
                "How many times does {y} go into {x}?",
            ],
            &[("x", &x), ("y", &y), ("wanted", &wanted)],
        );
        Move::new(lead, div_exact(x, y)).tempting(sub(x, y), "I must divide here, not subtract.")
    };
    let check = |rng: &mut Rng, claimed: i64| {
        if !asks_amount {
            let lead = phrase(
                rng,
                &[
                    "{c} times {y} must give {x}.",
                    "I multiply back with {c}.",
                    "The other way round, with {c} and {y}.",
                ],
                &[("c", &claimed), ("x", &x), ("y", &y)],
            );
            return by(
                lead,
                mul(claimed, y),
                x,
                if setting == Shop { "the cost" } else { "the given amount" },
            );
        }
        if rng.chance(0.5) {
            let lead = format!("I turn the factors around: {y} times {x}.");
            return by(lead, mul(y, x), claimed, "my result");
        }
        let lead = format!("I divide {claimed} by {y} again.");
        by(lead, div_rem(claimed, y), x, "the given rate")
    };
    let closing = closing(rng, &params.answer());
    chain(rng, &opening, &[rule, step], &check, &closing)
}

/// Two or three amounts, added up.
pub(super) fn sum(params: &Params, setting: Setting, rng: &mut Rng) -> String {
    let what: Vec<String> = (0..params.legs.len())
        .map(|i| match setting {
            Motion => ["the first part", "the second part", "the third part"][i.min(2)].to_owned(),
            _ => format!("the {}", GOODS[(params.thing + i) % GOODS.len()].1),
        })
        .collect();
    let given: Vec<String> = params.legs.iter().map(|(rate, time)| format!("{time} times {rate}")).collect();
    let opening = phrase(
        rng,
        &[
            "There are {n} amounts: {given}. I work out each one and add them.",
            "Given: {given}. I need the sum.",
            "I have to add {n} products: {given}.",
            "The total has {n} parts, namely {given}.",
        ],
        &[("n", &given.len()), ("given", &given.join(", "))],
    );
    let mut moves = Vec::new();
    let mut total = 0;
    for (i, ((rate, time), what)) in params.legs.iter().zip(&what).enumerate() {
        let lead = phrase(
            rng,
            &[
                "For {what} I multiply {rate} by {time}.",
                "Now {what}, {time} times {rate}.",
                "What about {what}? It is {time} times {rate}.",
            ],
            &[("what", what), ("rate", rate), ("time", time)],
        );
        moves.push(Move::new(lead, mul(*rate, *time)));
        let product = rate * time;
        if i > 0 {
            let lead = phrase(
                rng,
                &["Together with the {total} before.", "I add {product} to {total}.", "The sum so far."],
                &[("total", &total), ("product", &product)],
            );
            moves.push(Move::new(lead, add(total, product)));
        }
        total += product;
    }
    let check = |rng: &mut Rng, claimed: i64| {
        let lead = phrase(
            rng,
            &[
                "From {c} I take the parts away again; nothing but the first must be left.",
                "I go back from {c}: without the later parts, the first must be left.",
            ],
            &[("c", &claimed)],
        );
        let (mut moves, mut rest) = (vec![Move::words(lead)], claimed);
        for (rate, time) in params.legs.iter().skip(1).rev() {
            moves.push(Move::new(format!("Without {}.", rate * time), sub(rest, rate * time)));
            rest -= rate * time;
        }
        Check { moves, expected: params.legs[0].0 * params.legs[0].1, meaning: "the first part" }
    };
    let closing = closing(rng, &params.answer());
    chain(rng, &opening, &moves, &check, &closing)
}

/// Two rates at the same time: they add up, or the faster one gains the difference.
pub(super) fn together(params: &Params, rng: &mut Rng) -> String {
    let (a, b, t) = (params.legs[0].0, params.legs[1].0, params.together);
    let (joint, total) = match params.kind {
        CatchUp => (b, b * t),
        _ => (a + b, params.total()),
    };
    let (opening, leads, working): (_, &[&str], _) = match params.kind {
        CatchUp => (
            &[
                "The speeds are {a} and {fast} km/h, and the lead is {total} km.",
                "Given: {a} km/h ahead, {fast} km/h behind, {total} km between them.",
                "The lead is {total} km. The one in front does {a} km/h, the one behind {fast} km/h.",
                "I compare {fast} km/h with {a} km/h; the distance between the two is {total} km.",
            ],
            &[
                "In each hour the lead shrinks by the difference of the speeds.",
                "The lead gets smaller by the difference of the speeds each hour.",
                "What counts is how much faster one is.",
            ],
            sub(a + b, a),
        ),
        Joint => (
            &[
                "The rates are {a} and {b} per hour, and {total} are needed.",
                "Given: {a} per hour and {b} per hour, working at the same time, for {total} in all.",
                "{total} must be made, by two at {a} and {b} per hour.",
                "Two work side by side, {a} and {b} per hour. The goal is {total}.",
            ],
            &[
                "In one hour both together make the sum.",
                "The rates add up.",
                "Per hour, both together make this many.",
            ],
            add(a, b),
        ),
        _ => (
            &[
                "The speeds are {a} and {b} km/h, and the distance is {total} km.",
                "Given: {a} km/h and {b} km/h towards each other, {total} km apart.",
                "{total} km lie between the two. They go at {a} and {b} km/h.",
                "Two move towards each other at {a} and {b} km/h, from {total} km apart.",
            ],
            &[
                "In each hour the gap shrinks by both speeds.",
                "The speeds add up, as they come closer.",
                "Per hour they come closer by the sum.",
            ],
            add(a, b),
        ),
    };
    let opening = phrase(rng, opening, &[("a", &a), ("b", &b), ("fast", &(a + b)), ("total", &total)]);
    let (wrong, why) = match params.kind {
        CatchUp => (add(a + b, a), "They go the same way, so I need the difference."),
        _ => (sub(a.max(b), a.min(b)), "Both count together, so I need the sum."),
    };
    let first = Move::new(phrase(rng, leads, &[]), working).tempting(wrong, why);
    let lead = phrase(
        rng,
        &[
            "So I divide {total} by {joint}.",
            "How many hours of {joint} make {total}?",
            "{total} is to be shared into pieces of {joint}.",
        ],
        &[("total", &total), ("joint", &joint)],
    );
    let moves = [first, Move::new(lead, div_exact(total, joint))];
    let check = |rng: &mut Rng, claimed: i64| {
        if params.kind == CatchUp || rng.chance(0.5) {
            let lead = phrase(
                rng,
                &["In {c} hours, at {joint} per hour.", "{c} hours with {joint} each."],
                &[("c", &claimed), ("joint", &joint)],
            );
            return by(lead, mul(joint, claimed), total, "the given total");
        }
        let one = Move::new(format!("In {claimed} hours, the first one alone."), mul(a, claimed));
        let two = Move::new("The other one.".to_owned(), mul(b, claimed));
        let both = Move::new("Both.".to_owned(), add(a * claimed, b * claimed));
        Check { moves: vec![one, two, both], expected: total, meaning: "the given total" }
    };
    let closing = closing(rng, &params.answer());
    chain(rng, &opening, &moves, &check, &closing)
}

/// The first acts alone for a while, then both.
pub(super) fn late(params: &Params, setting: Setting, rng: &mut Rng) -> String {
    let ((a, s), b, total) = (params.legs[0], params.legs[1].0, params.total());
    let (unit, hours) =
        (if params.kind == Late(Motion) { "km" } else { "pieces" }, if s == 1 { "hour" } else { "hours" });
    let opening = phrase(
        rng,
        &[
            "The first does {a} {unit} per hour and is alone for {s} {hours}; the second does {b}. In all it is {total} {unit}.",
            "Given: {a} {unit} per hour for {s} {hours} alone, then {b} per hour beside it, until {total} {unit} are done.",
            "{total} {unit} in all. For {s} {hours} only the first counts, at {a} per hour. Then the second comes in with {b} per hour.",
            "I have two rates, {a} and {b} {unit} per hour. The second starts {s} {hours} later. The goal is {total} {unit}.",
        ],
        &[("a", &a), ("b", &b), ("s", &s), ("unit", &unit), ("hours", &hours), ("total", &total)],
    );
    let [_, _, amount] = nouns(setting);
    let alone = a * s;
    let lead = phrase(
        rng,
        &[
            "First the {s} {hours} alone.",
            "What does the first do alone, in {s} {hours}?",
            "Alone, the first does {s} times {a}.",
        ],
        &[("s", &s), ("hours", &hours), ("a", &a)],
    );
    let mut moves = vec![Move::new(lead, mul(a, s))];
    let lead = phrase(
        rng,
        &[
            "What is left of the {amount} {total}?",
            "I take {alone} from the {amount}.",
            "The rest is for both together.",
        ],
        &[("amount", &amount), ("total", &total), ("alone", &alone)],
    );
    moves.push(
        Move::new(lead, sub(total, alone))
            .tempting(add(total, alone), "This part is done already, so I must subtract."),
    );
    let lead =
        phrase(rng, &["Both together, in one hour.", "The rates add up.", "Per hour, both do the sum."], &[]);
    moves.push(Move::new(lead, add(a, b)));
    let (rest, joint) = (total - alone, a + b);
    let lead = phrase(
        rng,
        &[
            "So I divide {rest} by {joint}.",
            "How many hours of {joint} make {rest}?",
            "The rest {rest} divided by {joint}.",
        ],
        &[("rest", &rest), ("joint", &joint)],
    );
    moves.push(Move::new(lead, div_exact(rest, joint)));
    let check = |rng: &mut Rng, claimed: i64| {
        let lead = phrase(
            rng,
            &["{c} hours with {joint} each.", "In {c} hours both do {c} times {joint}."],
            &[("c", &claimed), ("joint", &joint)],
        );
        if rng.chance(0.5) {
            return by(lead, mul(joint, claimed), rest, "what was left for both");
        }
        let done = Move::new(lead, mul(joint, claimed));
        let all = Move::new(format!("With the {alone} from before."), add(joint * claimed, alone));
        Check { moves: vec![done, all], expected: total, meaning: "the given total" }
    };
    let closing = closing(rng, &params.answer());
    chain(rng, &opening, &moves, &check, &closing)
}
