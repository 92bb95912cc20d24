//! Facts of the ordering family: a clue as a relation, a name linked to a list, all clues linked, a
//! clue checked against a list, a wrong list mended, a list reversed, the places in it.

use std::fmt::Write as _;

use super::chain::Slip;
use super::{Clue, Ordering, PLACES, Params, Question, THEMES, Theme};
use crate::prompts::tasks::facts::{params, window};
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(20) {
        0..3 => clues(difficulty, rng),
        3 => wrong_reading(difficulty, rng),
        4..7 => one_link(difficulty, rng),
        7 => wrong_link(difficulty, rng),
        8..11 => linked(difficulty, rng),
        11 | 12 => checked(difficulty, rng),
        13 | 14 => mended(difficulty, rng),
        15 => reversed(difficulty, rng),
        16 | 17 => places(difficulty, rng),
        18 => ends(rng),
        _ => window::<Ordering>(difficulty, 3, rng),
    }
}

/// Clues turned into relations.
fn clues(difficulty: u32, rng: &mut Rng) -> String {
    let params = params::<Ordering>(difficulty, rng);
    let Theme { more, ends: [most, least], .. } = &THEMES[params.theme];
    let mut out = match rng.below(5) {
        0 => format!("I write > for \"{more} than\" and go through the clues.\n"),
        1 => format!("Let A > B mean that A is {more} than B. The clues are:\n"),
        2 => format!("I want the order from {most} to {least}. I write > for {more}.\n"),
        3 => format!("Okay, let me write the clues with >, meaning {more} than.\n"),
        _ => format!("First I turn every clue into the form X > Y, where > means {more}.\n"),
    };
    params.read(Slip::No, rng, &mut out);
    out
}

/// A clue read the wrong way round.
fn wrong_reading(difficulty: u32, rng: &mut Rng) -> String {
    let mut params = params::<Ordering>(difficulty, rng);
    params.counted = None;
    params.clues.truncate(2);
    let at = rng.below(params.clues.len() as u64) as usize;
    let mut out = format!("I write > for {}.\n", THEMES[params.theme].more);
    params.read(Slip::Reading(at), rng, &mut out);
    out
}

/// The first `count` names of an order of at least two.
fn part_of(difficulty: u32, rng: &mut Rng) -> (Params, usize, usize) {
    let params = params::<Ordering>(difficulty, rng);
    let people = params.names.len();
    let count = rng.range(2, people as i64 - 1) as usize;
    let from = rng.below((people - count + 1) as u64) as usize;
    (params, from, count)
}

/// A name put before or after a list.
fn one_link(difficulty: u32, rng: &mut Rng) -> String {
    let (params, mut from, count) = part_of(difficulty, rng);
    let last = params.names.len() - 1;
    let front = if from == 0 { false } else { from + count > last || rng.chance(0.5) };
    if !front && from + count > last {
        from -= 1;
    }
    let list: Vec<usize> = (from..from + count).collect();
    let clue = if front {
        Clue { high: from - 1, low: from, flipped: rng.chance(0.5) }
    } else {
        Clue { high: from + count - 1, low: from + count, flipped: rng.chance(0.5) }
    };
    let mut longer = list.clone();
    let (new, old) = if front { (clue.high, clue.low) } else { (clue.low, clue.high) };
    longer.insert(if front { 0 } else { longer.len() }, new);
    let (new, old, side) = (params.names[new], params.names[old], if front { "before" } else { "after" });
    let relation = params.relation(&clue);
    let start = match rng.below(4) {
        0 => format!("{}, so {relation}.\nThe list is {}.", params.said(&clue), params.list(&list)),
        1 => format!("So far: {}.", params.list(&list)),
        2 if count == 2 => {
            format!("I start with {}: {}.", params.list(&list).replace(", ", " > "), params.list(&list))
        }
        _ => format!("The list is {}.", params.list(&list)),
    };
    let said = match rng.below(3) {
        0 => format!("{relation}: {new} comes {side} {old}: {}.", params.list(&longer)),
        1 => format!("{relation}, so {new} goes {side} {old}: {}.", params.list(&longer)),
        _ => format!("With {relation} I put {new} {side} {old}: {}.", params.list(&longer)),
    };
    format!("{start}\n{said}")
}

/// The relations of the clues in a row, as the start of a fact.
fn relations(params: &Params) -> String {
    let relations: Vec<String> = params.clues.iter().map(|clue| params.relation(clue)).collect();
    format!("Clues: {}.", relations.join(", "))
}

/// All clues linked, or worked off.
fn linked(difficulty: u32, rng: &mut Rng) -> String {
    let params = params::<Ordering>(difficulty, rng);
    let mut out = relations(&params);
    if params.names.len() == 5 {
        params.eliminate(Slip::No, rng, &mut out);
        // The whole of it is long: a line or two.
        let lines: Vec<&str> = out.lines().filter(|line| line.starts_with("Left:")).collect();
        let at = rng.below(lines.len() as u64) as usize;
        return lines[at..(at + 2).min(lines.len())].join("\n");
    }
    params.link(Slip::No, rng, &mut out);
    out
}

fn wrong_link(difficulty: u32, rng: &mut Rng) -> String {
    let mut params = params::<Ordering>(difficulty.min(2), rng);
    params.counted = None;
    let mut out = relations(&params);
    params.link(Slip::Linking, rng, &mut out);
    out
}

/// Clues looked at again.
fn checked(difficulty: u32, rng: &mut Rng) -> String {
    let mut params = params::<Ordering>(difficulty, rng);
    params.clues.truncate(4);
    params.counted = None;
    let all: Vec<usize> = (0..params.names.len()).collect();
    let mut out = format!("The list is {}.", params.list(&all));
    params.check(all, rng, &mut out);
    out
}

/// A list with two neighbours swapped, and the clue that shows it.
fn mended(difficulty: u32, rng: &mut Rng) -> String {
    let mut params = params::<Ordering>(difficulty, rng);
    params.counted = None;
    // Neighbours alone: so one swap mends all.
    params.clues.retain(|clue| clue.low == clue.high + 1);
    if params.clues.is_empty() {
        return checked(difficulty, rng);
    }
    let swapped = params.clues[rng.below(params.clues.len() as u64) as usize];
    if rng.chance(0.5) {
        params.clues = vec![swapped];
    }
    let mut list: Vec<usize> = (0..params.names.len()).collect();
    list.swap(swapped.high, swapped.low);
    // Clues about one of the swapped two and a third are looked at after the swap.
    params.clues.sort_by_key(|clue| (clue.high, clue.low) != (swapped.high, swapped.low));
    let mut out = format!("The list is {}.", params.list(&list));
    params.check(list, rng, &mut out);
    out
}

/// The end of a chain: the order, and the same the other way round, or the person at a place.
fn reversed(difficulty: u32, rng: &mut Rng) -> String {
    let mut params = params::<Ordering>(difficulty, rng);
    params.question = Question::Reverse;
    let Theme { ends: [most, least], .. } = &THEMES[params.theme];
    let all: Vec<usize> = (0..params.names.len()).collect();
    let (list, answer) = (params.list(&all), params.answer());
    let boxed = if rng.chance(0.5) {
        format!("\nThe order that fits all clues is \\boxed{{{answer}}}.")
    } else {
        String::new()
    };
    format!(
        "From {most} to {least}: {list}. The question wants {least} to {most}, so I reverse it: {answer}.{boxed}"
    )
}

/// Names and their places.
fn places(difficulty: u32, rng: &mut Rng) -> String {
    let params = params::<Ordering>(difficulty, rng);
    let Theme { ends: [most, least], .. } = &THEMES[params.theme];
    let all: Vec<usize> = (0..params.names.len()).collect();
    let list = params.list(&all);
    let mut out = match rng.below(3) {
        0 => format!("From {most} to {least}: {list}."),
        1 => format!("So the order from {most} to {least} is {list}."),
        _ => format!("The {most} comes first: {list}."),
    };
    let place = rng.below(all.len() as u64) as usize;
    if rng.chance(0.6) {
        let counted = all[..=place].iter().map(|&i| format!("{} {}", i + 1, params.names[i]));
        let counted = counted.collect::<Vec<_>>().join(", ");
        let name = params.names[place];
        let _ = write!(out, " Counting the places: {counted}. So {name} comes {}.", PLACES[place]);
        if rng.chance(0.4) {
            let _ = write!(out, "\nIn the order {list}, place {} is \\boxed{{{name}}}.", place + 1);
        }
        return out;
    }
    for _ in 0..2 {
        let i = rng.below(all.len() as u64) as usize;
        let j = rng.below(all.len() as u64) as usize;
        if i < j {
            let (a, b) = (params.names[i], params.names[j]);
            let _ = write!(out, "\n{a} > {b}: places {} and {}, fine.", i + 1, j + 1);
        } else {
            let _ = write!(out, "\n{} is number {}.", params.names[i], i + 1);
        }
    }
    out
}

/// The two words of a comparison.
fn ends(rng: &mut Rng) -> String {
    let Theme { more, less, ends: [most, least], .. } = &THEMES[rng.below(THEMES.len() as u64) as usize];
    let (a, b) = (rng.pick(super::NAMES), rng.pick(super::NAMES));
    if a == b {
        return format!("The {most} comes first and the {least} comes last.");
    }
    match rng.below(3) {
        0 => format!("{a} is {less} than {b}, so {b} is {more} than {a}: {b} > {a}."),
        1 => format!("{b} is the {less} one, so it is {a} > {b}. From {most} to {least}: {a}, {b}."),
        _ => format!("{a} > {b} means that {a} is {more} than {b}, and {b} is {less} than {a}."),
    }
}
