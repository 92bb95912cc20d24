//! Percent word problems: a part of a whole, discounts and raises, the way back, two changes in turn.
//!
//! Sizes are chosen so that every answer is an integer, or dollars with exactly two decimals; a
//! chain counts in cents then, and never rounds.

mod cents;
mod chains;
mod facts;

use super::scribe::{NAMES, ask_box, boxed, phrase};
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// The family.
pub struct Percent;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `p` percent of `whole`.
    Part,
    /// `whole` less `p` percent; in cents at difficulty 3.
    Discount,
    /// `whole` and `p` percent; in cents at difficulty 3.
    Raise,
    /// How many percent of `whole` the part is.
    Share,
    /// The price before a change by `p` percent, up or down.
    Before { up: bool },
    /// A change by `p` percent, then one by `q`; each up or down.
    Twice { up: bool, then_up: bool },
    /// `q` pieces with a discount of `p` percent on all.
    Several,
}
use Kind::{Before, Discount, Part, Raise, Several, Share, Twice};

/// One problem.
#[derive(Debug, Clone, Copy)]
pub struct Params {
    kind: Kind,
    name: &'static str,
    item: usize,
    whole: i64,
    p: i64,
    q: i64,
    cents: bool,
}

const PRICED: [&str; 12] = [
    "jacket", "lamp", "bicycle", "watch", "backpack", "chair", "tent", "keyboard", "guitar", "camera",
    "table", "bag",
];

/// What is counted, and which of them are meant.
const COUNTED: [(&str, &str); 12] = [
    ("stamps", "from Spain"),
    ("marbles", "blue"),
    ("cards", "red"),
    ("books", "novels"),
    ("photos", "in color"),
    ("coins", "made of silver"),
    ("flowers", "tulips"),
    ("apples", "ripe"),
    ("pencils", "green"),
    ("songs", "in French"),
    ("shells", "white"),
    ("eggs", "brown"),
];

impl Params {
    /// The percentage that is left after the change (for discounts and raises).
    fn left(&self, up: bool) -> i64 {
        if up { 100 + self.p } else { 100 - self.p }
    }

    fn part(&self) -> i64 {
        self.whole * self.p / 100
    }
}

/// `4567` cents as `45.67`.
fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl Family for Percent {
    const NAME: &'static str = "percent";
    const DOMAIN: &'static str = "math";
    type Params = Params;

    fn params(difficulty: u32, digits: &mut Digits) -> Params {
        let name = NAMES[digits.below(NAMES.len() as u64) as usize];
        let item = digits.below(PRICED.len() as u64) as usize;
        let mut kind = |kinds: &[Kind]| kinds[digits.below(kinds.len() as u64) as usize];
        match difficulty {
            1 => {
                let kind = kind(&[Part, Discount, Raise]);
                let (whole, p) = (10 * digits.range(2, 30), 10 * digits.range(1, 9));
                Params { kind, name, item, whole, p, q: 0, cents: false }
            }
            2 => {
                let kind = kind(&[Part, Discount, Raise, Share]);
                let (whole, p) = (20 * digits.range(2, 50), 5 * digits.range(1, 19));
                Params { kind, name, item, whole, p, q: 0, cents: false }
            }
            3 => {
                let kind = kind(&[Discount, Raise, Before { up: false }, Before { up: true }, Share]);
                let (whole, p) = (digits.range(12, 99), digits.range(2, 60));
                let cents = matches!(kind, Discount | Raise);
                let whole = if kind == Share { 100 * whole } else { whole };
                Params { kind, name, item, whole, p, q: 0, cents }
            }
            _ => {
                let twice = |up, then_up| Twice { up, then_up };
                let kinds =
                    [Several, twice(false, false), twice(false, true), twice(true, false), twice(true, true)];
                let kind = kind(&kinds);
                let (whole, p, q) = (digits.range(12, 60), 5 * digits.range(1, 8), digits.range(2, 9));
                let whole = if kind == Several { whole } else { 100 * whole };
                Params { kind, name, item, whole, p, q, cents: true }
            }
        }
    }

    fn pose(params: &Params, words: &mut Rng) -> Posed {
        let Params { kind, name, item, whole, p, q, cents } = *params;
        let (things, quality) = COUNTED[item];
        let item = PRICED[item];
        let part = params.part();
        let (templates, answer): (&[&str], String) = match kind {
            Part => (
                &[
                    "{name} has {whole} {things}. {p}% of them are {quality}. How many of the {things} are {quality}?",
                    "Of the {whole} {things} that {name} owns, {p}% are {quality}. How many {things} is that?",
                    "{name} counts {whole} {things} and sees that {p} percent of them are {quality}. How many are {quality}?",
                    "There are {whole} {things} in a box that belongs to {name}, and {p}% of them are {quality}. Find the number of {things} that are {quality}.",
                    "How many {things} of {name} are {quality}, if there are {whole} {things} in all and {p}% of them are {quality}?",
                ],
                part.to_string(),
            ),
            Share => (
                &[
                    "{name} has {whole} {things}, and {part} of them are {quality}. What percentage of the {things} are {quality}?",
                    "Out of {whole} {things} that {name} owns, {part} are {quality}. How many percent is that?",
                    "{part} of the {whole} {things} of {name} are {quality}. Find the percentage of {things} that are {quality}.",
                    "{name} counts {whole} {things} and finds that {part} of them are {quality}. How many percent are {quality}?",
                    "What percent of the {things} of {name} are {quality}, if {part} of {whole} are?",
                ],
                p.to_string(),
            ),
            Discount => (
                &[
                    "{name} wants to buy a {item} that costs {whole} dollars. Today there is a discount of {p}%. How many dollars does {name} pay?",
                    "A {item} costs {whole} dollars. In the sale its price is cut by {p}%. What does {name} pay for it in dollars?",
                    "The price of a {item} is ${whole}. {name} has a coupon for {p}% off. What is the price with the coupon, in dollars?",
                    "A shop takes {p} percent off the price of a {item} that used to cost {whole} dollars. How many dollars must {name} pay now?",
                    "{name} sees a {item} for ${whole} with a sign that says {p}% off. How much is the {item} in dollars after the discount?",
                ],
                if cents { dollars(whole * (100 - p)) } else { (whole - part).to_string() },
            ),
            Raise => (
                &[
                    "{name} sells a {item} for {whole} dollars. Then {name} raises the price by {p}%. What is the new price in dollars?",
                    "A {item} costs {whole} dollars. Next week its price goes up by {p}%. How many dollars will {name} have to pay then?",
                    "The shop of {name} buys a {item} for ${whole} and sells it for {p}% more. At what price in dollars is it sold?",
                    "{name} wants a {item} that costs {whole} dollars, but {p} percent tax is added to that. How many dollars does {name} pay in all?",
                    "The price of a {item} was ${whole} before it rose by {p}%. How much, in dollars, does {name} pay after the rise?",
                ],
                if cents { dollars(whole * (100 + p)) } else { (whole + part).to_string() },
            ),
            Before { up: false } => (
                &[
                    "After a discount of {p}%, {name} pays {price} dollars for a {item}. How many dollars did the {item} cost before the discount?",
                    "{name} bought a {item} in a sale at {p}% off and paid ${price}. What was the price before the sale, in dollars?",
                    "The price of a {item} fell by {p} percent and is now {price} dollars. What price in dollars did {name} see before it fell?",
                    "With a coupon for {p}% off, a {item} costs {name} {price} dollars. What is its full price in dollars?",
                    "A {item} costs {name} ${price} because {p}% was taken off the old price. Find the old price in dollars.",
                ],
                whole.to_string(),
            ),
            Before { up: true } => (
                &[
                    "After its price went up by {p}%, a {item} costs {name} {price} dollars. How many dollars did it cost before?",
                    "{name} pays ${price} for a {item}, and that includes {p}% tax on top of the net price. What is the net price in dollars?",
                    "The price of a {item} rose by {p} percent and is now {price} dollars. What would {name} have paid in dollars before the rise?",
                    "{name} sells a {item} for {price} dollars, which is {p}% more than it cost to buy. What did it cost to buy, in dollars?",
                    "A {item} costs {name} ${price} after {p}% was added to the old price. Find the old price in dollars.",
                ],
                whole.to_string(),
            ),
            Twice { up, then_up } => {
                let first = if up { whole / 100 * (100 + p) } else { whole / 100 * (100 - p) };
                let second = first * if then_up { 100 + q } else { 100 - q };
                (
                    match (up, then_up) {
                        (false, false) => &[
                            "A {item} costs {whole} dollars. It is sold at {p}% off, and as a member {name} gets another {q}% off the reduced price. How many dollars does {name} pay?",
                            "{name} wants a {item} with a price of ${whole}. The price is cut by {p}%, then the new price is cut by {q}%. What does {name} pay in dollars?",
                            "The price of a {item} is {whole} dollars. First it falls by {p} percent, later by {q} percent of the lower price. What price in dollars does {name} see at the end?",
                        ],
                        (false, true) => &[
                            "A {item} costs {whole} dollars. It is sold at {p}% off, and a tax of {q}% is added to the reduced price. How many dollars does {name} pay?",
                            "{name} wants a {item} with a price of ${whole}. The price is cut by {p}%, then the new price is raised by {q}%. What does {name} pay in dollars?",
                            "The price of a {item} is {whole} dollars. First it falls by {p} percent, later it rises by {q} percent of the lower price. What price in dollars does {name} see at the end?",
                        ],
                        (true, false) => &[
                            "A {item} costs {whole} dollars. Its price goes up by {p}%, but as a member {name} gets {q}% off the raised price. How many dollars does {name} pay?",
                            "{name} wants a {item} with a price of ${whole}. The price is raised by {p}%, then the new price is cut by {q}%. What does {name} pay in dollars?",
                            "The price of a {item} is {whole} dollars. First it rises by {p} percent, later it falls by {q} percent of the higher price. What price in dollars does {name} see at the end?",
                        ],
                        (true, true) => &[
                            "A {item} costs {whole} dollars. Its price goes up by {p}%, and a tax of {q}% is added to the raised price. How many dollars does {name} pay?",
                            "{name} wants a {item} with a price of ${whole}. The price is raised by {p}%, then the new price is raised by {q}%. What does {name} pay in dollars?",
                            "The price of a {item} is {whole} dollars. First it rises by {p} percent, later by {q} percent of the higher price. What price in dollars does {name} see at the end?",
                        ],
                    },
                    dollars(second),
                )
            }
            Several => (
                &[
                    "{name} buys {q} times the same {item} at {whole} dollars each and gets {p}% off the total. How many dollars does {name} pay?",
                    "A {item} costs ${whole}. {name} orders {q} of them, with a discount of {p}% on the whole order. What does {name} pay in dollars?",
                    "For a shop, {name} orders {q} pieces of one {item} model at {whole} dollars each. The seller takes {p} percent off the sum. How many dollars must be paid?",
                ],
                dollars(q * whole * (100 - p)),
            ),
        };
        let price = match kind {
            Before { up } => dollars(whole * params.left(up)),
            _ => String::new(),
        };
        let text = phrase(
            words,
            templates,
            &[
                ("name", &name),
                ("whole", &whole),
                ("things", &things),
                ("quality", &quality),
                ("item", &item),
                ("p", &p),
                ("q", &q),
                ("part", &part),
                ("price", &price),
            ],
        );
        let form = if cents { "with exactly two decimals" } else { "as an integer" };
        Posed::with_answer(format!("{text} {}", ask_box(words, form)), answer)
    }

    fn expert(params: &Params, rng: &mut Rng) -> Chain {
        let (reasoning, answer) = match params.kind {
            Part => chains::part_of_whole(params, rng),
            Share => chains::share(params, rng),
            Discount | Raise if params.cents => cents::change_in_cents(params, rng),
            Discount | Raise => chains::change(params, rng),
            Before { up } => cents::before(params, up, rng),
            Twice { up, then_up } => cents::twice(params, up, then_up, rng),
            Several => cents::several(params, rng),
        };
        let solution = phrase(
            rng,
            match params.kind {
                Part => &[
                    "{p}% of {whole} is {box}.",
                    "Taking {p}% of {whole} gives {box}.",
                    "The number asked for is {box}.",
                ],
                Share => &[
                    "As a percentage of {whole} that is {box}.",
                    "The percentage is {box}.",
                    "In percent, the part is {box}.",
                ],
                Before { .. } => &[
                    "Undoing the change of {p}% gives the old price in dollars: {box}.",
                    "Before the change of {p}% the price in dollars was {box}.",
                    "The old price is 100%, which in dollars is {box}.",
                ],
                _ => &[
                    "The price to pay in dollars is {box}.",
                    "In dollars, the result is {box}.",
                    "Starting from {whole} dollars, the final amount in dollars is {box}.",
                ],
            },
            &[("p", &params.p), ("whole", &params.whole), ("box", &boxed(&answer))],
        );
        Chain { reasoning, solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::tasks::scribe::proof;

    /// The answer with the percentages as fractions of 10,000.
    fn answer(params: &Params) -> String {
        let Params { kind, whole, p, q, cents, .. } = *params;
        let factor = |up: bool, by: i64| if up { 100 + by } else { 100 - by };
        let ten_thousandths = match kind {
            Part => whole * p * 100,
            Discount => whole * factor(false, p) * 100,
            Raise => whole * factor(true, p) * 100,
            Share | Before { .. } => return if kind == Share { p } else { whole }.to_string(),
            Twice { up, then_up } => whole * factor(up, p) * factor(then_up, q),
            Several => q * whole * factor(false, p) * 100,
        };
        if cents {
            assert_eq!(ten_thousandths % 100, 0);
            format!("{}.{:02}", ten_thousandths / 10_000, ten_thousandths / 100 % 100)
        } else {
            assert_eq!(ten_thousandths % 10_000, 0);
            (ten_thousandths / 10_000).to_string()
        }
    }

    #[test]
    fn percent_holds() {
        proof::holds::<Percent>([375_840, 1_787_520, 12_460_800, 7_526_400], answer);
    }
}
