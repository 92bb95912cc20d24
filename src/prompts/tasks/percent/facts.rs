//! Facts of the percent family: a tenth, multiples of ten percent, five percent as a half, the
//! change of a price and its undoing, how many percent a part is, cents.

use super::chains::{apply, part_moves, share, state_change, undo};
use super::{Kind, Params, Percent, dollars};
use crate::prompts::tasks::arithmetic::{add, div_exact, mul, sub};
use crate::prompts::tasks::facts::{params, steps_of, told, told_moves, window};
use crate::prompts::tasks::scribe::{boxed, phrase};
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(16) {
        0..3 => part(difficulty, rng),
        3 | 4 => steps(difficulty, rng),
        5 => names(rng),
        6..8 => changed(difficulty, rng),
        8 => undone(difficulty, rng),
        9 | 10 => part_percent(rng),
        11 => direction(difficulty, rng),
        12 => cents(difficulty, rng),
        13 => sizes(rng),
        _ => window::<Percent>(difficulty, 2, rng),
    }
}

/// Whole and percentage as they occur.
fn some(difficulty: u32, rng: &mut Rng) -> (i64, i64) {
    match difficulty {
        1 => (10 * rng.range(2, 30), 10 * rng.range(1, 9)),
        _ => (20 * rng.range(2, 50), 5 * rng.range(1, 19)),
    }
}

/// A percentage of a whole.
fn part(difficulty: u32, rng: &mut Rng) -> String {
    let (whole, p) = some(difficulty, rng);
    let start = phrase(
        rng,
        &[
            "The whole is {whole}, and the part is {p}% of it.",
            "{p}% of {whole} is what is asked.",
            "I need {p}% of {whole}.",
        ],
        &[("whole", &whole), ("p", &p)],
    );
    let moves = part_moves(whole, p, rng);
    let value = whole * p / 100;
    let end = match rng.below(4) {
        0 => format!("\nTaking {p}% of {whole} gives {}.", boxed(&value)),
        1 => format!("\nSo {p}% of {whole} is {value}."),
        _ => String::new(),
    };
    format!("{start}\n{}{end}", told_moves(&moves, rng))
}

fn steps(difficulty: u32, rng: &mut Rng) -> String {
    let (whole, p) = some(difficulty, rng);
    steps_of(&part_moves(whole, p, rng), 2, rng)
}

/// Percentages in tens, halves and wholes.
fn names(rng: &mut Rng) -> String {
    let lines: Vec<String> = (0..3)
        .map(|_| {
            let (tens, p) = (rng.range(2, 9), 5 * rng.range(1, 19));
            match rng.below(5) {
                0 => format!("{}% is {tens} times 10%.", 10 * tens),
                1 => format!("{}% is {tens} tenths.", 10 * tens),
                2 => format!("{}% is {}% and 5% together.", 10 * tens + 5, 10 * tens),
                3 => format!("Without {p}%, {}% are left.", 100 - p),
                _ => format!("{p}% is {} times 5%.", p / 5),
            }
        })
        .collect();
    lines.join(" ")
}

/// A price after a raise or a discount.
fn changed(difficulty: u32, rng: &mut Rng) -> String {
    let (whole, p) = some(difficulty, rng);
    let up = rng.chance(0.5);
    let part = whole * p / 100;
    let step = apply(whole, part, up, rng).tell(rng.chance(0.12), rng);
    let dir = if up { "up" } else { "down" };
    let value = if up { whole + part } else { whole - part };
    let end = if rng.chance(0.3) {
        format!("\nThe price to pay in dollars is {}.", boxed(&value))
    } else {
        String::new()
    };
    format!("{whole} dollars is 100%. The price goes {dir} by {p}%.\n{p}% of {whole} is {part}.\n{step}{end}")
}

fn undone(difficulty: u32, rng: &mut Rng) -> String {
    let (whole, p) = some(difficulty, rng);
    let (part, up) = (whole * p / 100, rng.chance(0.5));
    let value = if up { whole + part } else { whole - part };
    let change = apply(whole, part, up, rng).tell(false, rng);
    format!("{change}\n{}", undo(whole, part, up, value, rng).told(rng))
}

/// A problem of prices, and what to do with the part.
fn direction(difficulty: u32, rng: &mut Rng) -> String {
    let params: Params = loop {
        let params = params::<Percent>(difficulty.min(2), rng);
        if matches!(params.kind, Kind::Discount | Kind::Raise) {
            break params;
        }
    };
    let part = params.part();
    let up = params.kind == Kind::Raise;
    let state = state_change(&params, rng);
    let what = match up {
        true => format!("The price goes up, so I add {part}."),
        false => format!("The price goes down, so I subtract {part}."),
    };
    format!("{state}\n{}% of {} is {part}. {what}", params.p, params.whole)
}

/// How many percent a part is: a few steps.
fn part_percent(rng: &mut Rng) -> String {
    let (whole, p) = some(2, rng);
    let params = Params { kind: Kind::Share, name: "", item: 0, whole, p, q: 0, cents: false };
    let part = params.part();
    for _ in 0..6 {
        let (text, _) = share(&params, rng);
        if text.contains("Wait") || text.contains("wait") {
            continue;
        }
        let lines: Vec<&str> = text.lines().skip(1).take_while(|line| !line.is_empty()).collect();
        let count = rng.range(1, lines.len().min(3) as i64) as usize;
        let from = rng.below((lines.len() - count + 1) as u64) as usize;
        let start = if from == 0 { "" } else { "...\n" };
        return format!(
            "Given: {part} out of {whole}. I want this in percent.\n{start}{}",
            lines[from..from + count].join("\n")
        );
    }
    steps(2, rng)
}

/// Dollars and cents.
fn cents(difficulty: u32, rng: &mut Rng) -> String {
    if difficulty < 3 {
        return names(rng);
    }
    let (w, c) = (rng.range(12, 99), rng.range(100, 9_999));
    format!("{w} dollars are {w}00 cents. {c} cents are {} dollars.", dollars(c))
}

fn sizes(rng: &mut Rng) -> String {
    let tenth = rng.range(2, 100);
    let workings = [
        mul(rng.range(2, 9), tenth),
        div_exact(2 * tenth, 2),
        if rng.chance(0.5) {
            add(10 * tenth, rng.range(10, 500))
        } else {
            sub(10 * tenth, rng.range(1, 10 * tenth))
        },
    ];
    told(&workings, rng)
}
