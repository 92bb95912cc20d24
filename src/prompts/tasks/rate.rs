//! Rate word problems: speed, time and distance; goods and prices; machines and their output.
//!
//! In come parameters, out come a problem and its answer, always an integer; the experts are in
//! `chains`. Sizes are chosen from the answer backwards, so every division comes out even.

mod chains;
mod facts;

use super::scribe::{NAMES, ask_box, boxed, phrase, piece};
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// The family.
pub struct Rate;

/// What has a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    /// Kilometers per hour.
    Motion,
    /// Dollars a piece.
    Shop,
    /// Parts per hour.
    Work,
}
use Setting::{Motion, Shop, Work};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The amount, from rate and time.
    Amount(Setting),
    /// The time (or the number of pieces), from amount and rate.
    Time(Setting),
    /// The rate, from amount and time.
    Rate(Setting),
    /// The sum of two or three amounts.
    Sum(Setting),
    /// When two that start `gap` apart meet: rates add up.
    Meet,
    /// When the faster one has made up a lead: the difference of the rates counts.
    CatchUp,
    /// How long two machines together need.
    Joint,
    /// As `Meet` or `Joint`, but the second starts later.
    Late(Setting),
}
use Kind::{Amount, CatchUp, Joint, Late, Meet, Sum, Time};

/// One problem.
#[derive(Debug, Clone)]
pub struct Params {
    kind: Kind,
    name: &'static str,
    thing: usize,
    /// Rates, each with its time.
    legs: Vec<(i64, i64)>,
    /// The time that is asked for where two act together.
    together: i64,
}

const BY: [&str; 12] =
    ["boat", "bus", "truck", "train", "tram", "ferry", "tractor", "scooter", "van", "car", "bike", "canoe"];

/// Singular and plural.
const GOODS: [(&str, &str); 12] = [
    ("notebook", "notebooks"),
    ("plate", "plates"),
    ("candle", "candles"),
    ("poster", "posters"),
    ("brush", "brushes"),
    ("toy car", "toy cars"),
    ("cup", "cups"),
    ("puzzle", "puzzles"),
    ("scarf", "scarves"),
    ("plant", "plants"),
    ("book", "books"),
    ("ball", "balls"),
];

impl Params {
    /// What both do together, and what the first has done alone before.
    fn total(&self) -> i64 {
        let rates: i64 = self.legs.iter().map(|leg| leg.0).sum();
        let alone = if matches!(self.kind, Late(_)) { self.legs[0].0 * self.legs[0].1 } else { 0 };
        alone + rates * self.together
    }

    fn answer(&self) -> i64 {
        match self.kind {
            Amount(_) | Sum(_) => self.legs.iter().map(|(rate, time)| rate * time).sum(),
            Time(_) => self.legs[0].1,
            Kind::Rate(_) => self.legs[0].0,
            Meet | CatchUp | Joint | Late(_) => self.together,
        }
    }
}

impl Family for Rate {
    const NAME: &'static str = "rate";
    const DOMAIN: &'static str = "math";
    type Params = Params;

    fn params(difficulty: u32, digits: &mut Digits) -> Params {
        let name = NAMES[digits.below(NAMES.len() as u64) as usize];
        let thing = digits.below(GOODS.len() as u64) as usize;
        let params = |kind, legs, together| Params { kind, name, thing, legs, together };
        if difficulty <= 2 {
            let setting = [Motion, Shop, Work][digits.below(3) as usize];
            let kind = [Amount(setting), Time(setting), Kind::Rate(setting)][digits.below(3) as usize];
            let leg = if difficulty == 1 {
                (digits.range(2, 12), digits.range(2, 12))
            } else {
                (digits.range(11, 60), digits.range(3, 9))
            };
            return params(kind, vec![leg], 0);
        }
        if difficulty == 3 {
            let (legs, pair) = (49 * 8 * 49 * 8, 49 * 49 * 19);
            let (which, mut d) = piece(digits, &[legs, legs, pair, pair, pair]);
            let a = d.range(12, 60);
            return match which {
                0 | 1 => {
                    let legs = vec![(a, d.range(2, 9)), (d.range(12, 60), d.range(2, 9))];
                    params(Sum(if which == 0 { Motion } else { Shop }), legs, 0)
                }
                2 | 4 => {
                    let legs = vec![(a, 0), (d.range(12, 60), 0)];
                    params(if which == 2 { Meet } else { Joint }, legs, d.range(2, 20))
                }
                // The faster one's rate is what it is faster by.
                _ => params(CatchUp, vec![(a, 0), (d.range(2, 50), 0)], d.range(2, 20)),
            };
        }
        let (legs, late) = (11 * 11 * 11 * 8 * 8 * 8, 49 * 49 * 12 * 24);
        let (which, mut d) = piece(digits, &[legs, legs, late, late]);
        if which < 2 {
            let legs = (0..3).map(|_| (5 * d.range(2, 12), d.range(2, 9))).collect();
            params(Sum(if which == 0 { Motion } else { Shop }), legs, 0)
        } else {
            let legs = vec![(d.range(12, 60), d.range(1, 12)), (d.range(12, 60), 0)];
            params(Late(if which == 2 { Motion } else { Work }), legs, d.range(2, 25))
        }
    }

    fn pose(params: &Params, words: &mut Rng) -> Posed {
        let leg = |i: usize| params.legs.get(i).copied().unwrap_or_default();
        let ((a, s), (b, t), (c, u)) = (leg(0), leg(1), leg(2));
        let (one, many) = GOODS[params.thing];
        // Other goods beside the first: shown, never chosen apart.
        let (other, third) = (GOODS[(params.thing + 1) % 12].1, GOODS[(params.thing + 2) % 12].1);
        let hours = if s == 1 { "hour" } else { "hours" };
        let gap = if params.kind == CatchUp { b * params.together } else { params.total() };
        let text = phrase(
            words,
            texts(params.kind, params.legs.len()),
            &[
                ("name", &params.name),
                ("by", &BY[params.thing]),
                ("one", &one),
                ("many", &many),
                ("other", &other),
                ("third", &third),
                ("a", &a),
                ("s", &s),
                ("b", &b),
                ("t", &t),
                ("c", &c),
                ("u", &u),
                ("hours", &hours),
                ("product", &(a * s)),
                ("fast", &(a + b)),
                ("gap", &gap),
            ],
        );
        Posed::with_answer(format!("{text} {}", ask_box(words, "as an integer")), params.answer())
    }

    fn expert(params: &Params, rng: &mut Rng) -> Chain {
        let reasoning = match params.kind {
            Amount(setting) | Time(setting) | Kind::Rate(setting) => chains::single(params, setting, rng),
            Sum(setting) => chains::sum(params, setting, rng),
            Meet | CatchUp | Joint => chains::together(params, rng),
            Late(setting) => chains::late(params, setting, rng),
        };
        let solution = phrase(
            rng,
            match params.kind {
                Amount(_) => &[
                    "Rate times amount of time or pieces gives {box}.",
                    "Multiplying gives {box}.",
                    "The total is {box}.",
                ],
                Time(Shop) => &[
                    "Total divided by the price is {box}.",
                    "The number of pieces is {box}.",
                    "Dividing gives {box}.",
                ],
                Time(_) => &[
                    "The total divided by the rate is {box}.",
                    "The time in hours is {box}.",
                    "Dividing gives {box}.",
                ],
                Kind::Rate(_) => &[
                    "Dividing the total evenly gives {box}.",
                    "The rate asked for is {box}.",
                    "For one, that is {box}.",
                ],
                Sum(_) => &[
                    "Adding up all the parts gives {box}.",
                    "The sum of the parts is {box}.",
                    "In all that makes {box}.",
                ],
                CatchUp => &[
                    "The lead divided by the difference of the speeds is {box}.",
                    "The time in hours is {box}.",
                    "The lead is made up in this many hours: {box}.",
                ],
                _ => &[
                    "Together they need this many hours: {box}.",
                    "Dividing by the sum of the rates gives {box}.",
                    "The number of hours is {box}.",
                ],
            },
            &[("box", &boxed(&params.answer()))],
        );
        Chain { reasoning, solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

/// The wordings of a problem.
fn texts(kind: Kind, legs: usize) -> &'static [&'static str] {
    match kind {
        Amount(Motion) => &[
            "{name} travels by {by} at {a} kilometers per hour for {s} hours. How many kilometers does {name} travel?",
            "A {by} with {name} on board moves at a steady {a} km/h. How many kilometers does it cover in {s} hours?",
            "For {s} hours, {name} goes by {by} at {a} km per hour. What distance in kilometers is that?",
            "{name} needs {s} hours by {by} and does {a} kilometers in each hour. How long is the way in kilometers?",
            "How many kilometers does {name} get in {s} hours by {by}, at a speed of {a} km/h?",
        ],
        Time(Motion) => &[
            "{name} travels by {by} at {a} kilometers per hour. How many hours does {name} need for {product} kilometers?",
            "A {by} with {name} on board moves at a steady {a} km/h. In how many hours does it cover {product} km?",
            "{name} has {product} kilometers to go by {by} and does {a} kilometers in each hour. How many hours does that take?",
            "At a speed of {a} km/h, how many hours does {name} spend on a way of {product} km by {by}?",
            "The way is {product} km long, and {name} goes by {by} at {a} km per hour. Find the time in hours.",
        ],
        Kind::Rate(Motion) => &[
            "{name} travels {product} kilometers by {by} in {s} hours. What is the average speed in kilometers per hour?",
            "A {by} with {name} on board covers {product} km in {s} hours. How many km/h is that?",
            "In {s} hours, {name} gets {product} kilometers far by {by}. How many kilometers does {name} travel in one hour, at a steady speed?",
            "Find the speed in km/h of a {by} that takes {name} over {product} km in {s} hours.",
            "{name} needs {s} hours by {by} for {product} kilometers. What speed in kilometers per hour is that on average?",
        ],
        Amount(Shop) => &[
            "One {one} costs {a} dollars. How many dollars does {name} pay for {s} {many}?",
            "{name} buys {s} {many} at {a} dollars each. How many dollars does that cost in all?",
            "A shop sells a {one} for ${a}. What must {name} pay, in dollars, for {s} {many}?",
            "How many dollars does {name} need for {s} {many}, if each {one} costs {a} dollars?",
            "{name} sells {s} {many} and gets {a} dollars for each. How many dollars does {name} get in all?",
        ],
        Time(Shop) => &[
            "One {one} costs {a} dollars. How many {many} can {name} buy for {product} dollars?",
            "{name} pays {product} dollars for {many} at {a} dollars each. How many {many} does {name} get?",
            "A shop sells a {one} for ${a}. How many {many} did {name} buy, if the bill is ${product}?",
            "How many {many} did {name} sell at {a} dollars each to get {product} dollars?",
            "{name} spends exactly {product} dollars on {many}, and each {one} costs {a} dollars. How many {many} are these?",
        ],
        Kind::Rate(Shop) => &[
            "{name} pays {product} dollars for {s} {many} of the same price. How many dollars does one {one} cost?",
            "{s} {many} together cost {product} dollars. What does {name} pay in dollars for a single {one}?",
            "The bill of {name} says ${product} for {s} equal {many}. What is the price of one {one} in dollars?",
            "Find the unit price in dollars if {name} gets {s} {many} for {product} dollars, each {one} at the same price.",
            "{name} sold {s} {many}, all at one price, and got {product} dollars. How many dollars was that for each {one}?",
        ],
        Amount(Work) => &[
            "A machine of {name} makes {a} {many} per hour. How many {many} does it make in {s} hours?",
            "{name} packs {a} {many} each hour. How many {many} does {name} pack in {s} hours?",
            "In a workshop, {name} finishes {a} {many} every hour and works for {s} hours. How many {many} get finished?",
            "How many {many} does {name} count in {s} hours, at {a} {many} per hour?",
            "{name} works {s} hours at a rate of {a} {many} per hour. What number of {many} does that give?",
        ],
        Time(Work) => &[
            "A machine of {name} makes {a} {many} per hour. How many hours does it need for {product} {many}?",
            "{name} packs {a} {many} each hour. After how many hours are {product} {many} packed?",
            "In a workshop, {name} finishes {a} {many} every hour. How many hours does {name} work to finish {product} {many}?",
            "At {a} {many} per hour, how many hours does {name} take to count {product} {many}?",
            "{name} has an order for {product} {many} and makes {a} {many} per hour. How many hours of work is that?",
        ],
        Kind::Rate(Work) => &[
            "A machine of {name} makes {product} {many} in {s} hours at a steady rate. How many {many} does it make per hour?",
            "{name} packs {product} {many} in {s} hours, the same number each hour. How many {many} are packed in one hour?",
            "In a workshop, {name} finished {product} {many} in {s} hours. How many {many} per hour is that on average?",
            "What is the rate in {many} per hour, if {name} counts {product} {many} in {s} hours?",
            "{name} worked {s} hours on an order for {product} {many}, at a steady pace. How many {many} were made in each hour?",
        ],
        Sum(Motion) if legs == 2 => &[
            "{name} travels by {by}, first {s} hours at {a} km/h and then {t} hours at {b} km/h. How many kilometers is that in all?",
            "On a trip by {by}, {name} does {a} kilometers per hour for {s} hours and {b} kilometers per hour for {t} more hours. Find the whole distance in kilometers.",
            "A {by} with {name} on board moves at {a} km/h for {s} hours, then at {b} km/h for {t} hours. What distance in kilometers does it cover?",
        ],
        Sum(Motion) => &[
            "{name} travels by {by}: {s} hours at {a} km/h, then {t} hours at {b} km/h, and {u} hours at {c} km/h. How many kilometers is that in all?",
            "A trip of {name} by {by} has three parts: {a} km/h for {s} hours, {b} km/h for {t} hours, {c} km/h for {u} hours. Find the whole distance in kilometers.",
            "A {by} with {name} on board moves at {a} km/h for {s} hours, at {b} km/h for {t} hours and at {c} km/h for {u} hours. What distance in kilometers does it cover?",
        ],
        Sum(_) if legs == 2 => &[
            "{name} buys {s} {many} at {a} dollars each and {t} {other} at {b} dollars each. How many dollars is that in all?",
            "In a shop, {name} takes {s} {many} for ${a} each and {t} {other} for ${b} each. What is the bill in dollars?",
            "{name} sells {s} {many} at {a} dollars and {t} {other} at {b} dollars a piece. How many dollars does {name} get?",
        ],
        Sum(_) => &[
            "{name} buys {s} {many} at {a} dollars each, {t} {other} at {b} dollars each and {u} {third} at {c} dollars each. How many dollars is that in all?",
            "In a shop, {name} takes {s} {many} for ${a} each, {t} {other} for ${b} each and {u} {third} for ${c} each. What is the bill in dollars?",
            "{name} sells {s} {many} at {a} dollars, {t} {other} at {b} dollars and {u} {third} at {c} dollars a piece. How many dollars does {name} get?",
        ],
        Meet => &[
            "{name} and a friend are {gap} km apart and travel towards each other by {by}, {name} at {a} km/h, the friend at {b} km/h. After how many hours do they meet?",
            "Two towns are {gap} kilometers apart. {name} leaves one by {by} at {a} km/h, and at the same time a friend leaves the other at {b} km/h towards {name}. In how many hours do they meet?",
            "{name} goes by {by} at {a} kilometers per hour and meets a friend who comes the other way at {b} kilometers per hour. They started together, {gap} km apart. How many hours did it take?",
        ],
        CatchUp => &[
            "A friend is {gap} km ahead and goes on at {a} km/h. {name} follows by {by} at {fast} km/h. After how many hours does {name} catch up?",
            "{name} follows a friend by {by}. The friend does {a} km/h and is {gap} km ahead, {name} does {fast} km/h. How many hours does {name} need to reach the friend?",
            "By {by}, at {fast} kilometers per hour, {name} chases a friend who moves away at {a} kilometers per hour. The lead is {gap} km. In how many hours is it gone?",
        ],
        Joint => &[
            "One machine of {name} makes {a} {many} per hour, another makes {b} per hour. How many hours do both together need for {gap} {many}?",
            "{name} packs {a} {many} per hour and a friend packs {b} per hour. Working together, in how many hours do they pack {gap} {many}?",
            "An order for {gap} {many} is shared: {name} makes {a} of them each hour, a helper makes {b} each hour. After how many hours is it done?",
        ],
        Late(Motion) => &[
            "{name} and a friend are {gap} km apart and travel towards each other by {by}. {name} starts {s} {hours} earlier. {name} does {a} km/h, the friend {b} km/h. How many hours after the friend's start do they meet?",
            "Two towns are {gap} kilometers apart. {name} leaves one by {by} at {a} km/h. After {s} {hours}, a friend leaves the other at {b} km/h towards {name}. How many hours does the friend travel until they meet?",
        ],
        Late(_) => &[
            "{name} has an order for {gap} {many} and makes {a} per hour. After {s} {hours}, a helper joins who makes {b} per hour. How many hours do the two then work together until it is done?",
            "A machine of {name} makes {a} {many} per hour. When it has run for {s} {hours}, a second one with {b} {many} per hour is switched on, too. How many hours must both run until {gap} {many} are made in all?",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::tasks::scribe::proof;

    /// Times by counting hour by hour, amounts by adding up.
    fn answer(params: &Params) -> String {
        let (a, s) = params.legs[0];
        let b = params.legs.get(1).map_or(0, |leg| leg.0);
        let count = |mut rest: i64, rate: i64| {
            let mut hours = 0;
            while rest > 0 {
                (rest, hours) = (rest - rate, hours + 1);
            }
            assert_eq!(rest, 0);
            hours
        };
        let value = match params.kind {
            Amount(_) | Sum(_) => params.legs.iter().flat_map(|leg| vec![leg.0; leg.1 as usize]).sum(),
            Time(_) => count(a * s, a),
            Kind::Rate(_) => count(a * s, s),
            Meet | Joint => count(params.total(), a + b),
            CatchUp => count(b * params.together, (a + b) - a),
            Late(_) => count(params.total() - a * s, a + b),
        };
        value.to_string()
    }

    #[test]
    fn rate_holds() {
        proof::holds::<Rate>([522_720, 1_512_000, 213_208_800, 1_318_041_600], answer);
    }
}
