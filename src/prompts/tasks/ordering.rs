//! Orders of three to six people found from comparisons: the whole order, or who is at a place. In:
//! an order, its neighbouring pairs as shuffled clues, each said from either side; at level 3 one more
//! clue, at level 4 a person placed by a count. Exactly one order fits, by construction.

mod chain;
mod facts;

use std::fmt::Write as _;

use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;
use chain::Slip;

/// What people are compared by.
struct Theme {
    /// `taller`: the one who comes first.
    more: &'static str,
    /// `shorter`: the one who comes later.
    less: &'static str,
    /// `tallest`, `shortest`.
    ends: [&'static str; 2],
    /// Starts the problem.
    scene: &'static str,
}

const fn theme(
    more: &'static str,
    less: &'static str,
    ends: [&'static str; 2],
    scene: &'static str,
) -> Theme {
    Theme { more, less, ends, scene }
}

const THEMES: &[Theme] = &[
    theme("taller", "shorter", ["tallest", "shortest"], "Some friends compare their heights."),
    theme("older", "younger", ["oldest", "youngest"], "A few cousins talk about their ages."),
    theme("faster", "slower", ["fastest", "slowest"], "Some runners compare their times."),
    theme("heavier", "lighter", ["heaviest", "lightest"], "A few wrestlers step on a scale."),
    theme("richer", "poorer", ["richest", "poorest"], "Some merchants count their coins."),
    theme("stronger", "weaker", ["strongest", "weakest"], "A few rowers compare their strength."),
    theme("louder", "quieter", ["loudest", "quietest"], "Some singers compare their voices."),
    theme("happier", "sadder", ["happiest", "saddest"], "A few clowns compare their moods."),
];

const NAMES: &[&str] = &[
    "Anna", "Ben", "Carl", "Dora", "Emma", "Finn", "Gina", "Hugo", "Ida", "Jack", "Kim", "Leo", "Mia",
    "Nina", "Otto", "Paul", "Rosa", "Sam", "Tina", "Uma", "Vera", "Will", "Yara", "Zoe", "Adam", "Bella",
    "Cora", "David", "Eva", "Greta",
];

/// Words for places.
const PLACES: [&str; 6] = ["first", "second", "third", "fourth", "fifth", "sixth"];
/// Words for small counts.
const COUNTS: [&str; 6] = ["none", "one", "two", "three", "four", "five"];

/// A comparison of two people, by their places in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Clue {
    /// The one who comes first in the order.
    high: usize,
    /// The one who comes later.
    low: usize,
    /// Said from the later one's side.
    flipped: bool,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    /// The order from the first end to the other.
    Order,
    /// The order the other way round.
    Reverse,
    /// The person at a place, counted from the first end.
    Place(usize),
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    theme: usize,
    /// Names in their true order.
    names: Vec<&'static str>,
    clues: Vec<Clue>,
    /// A person known by the number of others that come before them.
    counted: Option<usize>,
    question: Question,
}

/// Orders from comparisons.
pub struct Ordering;

impl Family for Ordering {
    const NAME: &'static str = "ordering";
    const DOMAIN: &'static str = "logic";
    type Params = Params;

    fn params(difficulty: u32, digits: &mut Digits) -> Params {
        let people = difficulty.clamp(1, 4) as usize + 2;
        let theme = digits.below(THEMES.len() as u64) as usize;
        let names = digits.arrangement(NAMES.len(), people).into_iter().map(|i| NAMES[i]).collect();
        // The counted person is left out of the chain of neighbours.
        let counted = (people == 6).then(|| digits.below(6) as usize);
        let chain: Vec<usize> = (0..people).filter(|&place| Some(place) != counted).collect();
        let mut pairs: Vec<(usize, usize)> = chain.windows(2).map(|pair| (pair[0], pair[1])).collect();
        if people == 5 {
            let far: Vec<_> = (0..5).flat_map(|i| (i + 2..5).map(move |j| (i, j))).collect();
            pairs.push(far[digits.below(far.len() as u64) as usize]);
        }
        let order = digits.arrangement(pairs.len(), pairs.len());
        let clues = order.into_iter().map(|i| {
            let (high, low) = pairs[i];
            Clue { high, low, flipped: digits.below(2) == 1 }
        });
        let clues = clues.collect();
        let question = match digits.below(if people == 3 { 2 } else { 4 }) {
            0 => Question::Order,
            1 => Question::Reverse,
            middle => Question::Place(people / 2 + middle as usize - 3),
        };
        Params { theme, names, clues, counted, question }
    }

    fn pose(params: &Params, words: &mut Rng) -> Posed {
        let Theme { more, ends: [most, least], scene, .. } = &THEMES[params.theme];
        let mut clues: Vec<String> = params.clues.iter().map(|clue| params.said(clue)).collect();
        clues.extend(params.counted.map(|place| params.count_said(place)));
        let clues = clues.join(". ");
        let ask = match (params.question, words.below(3)) {
            (Question::Order, 0) => {
                format!("Order them from {most} to {least}, as names separated by commas, in \\boxed{{}}.")
            }
            (Question::Order, 1) => {
                format!(
                    "What is the order from {most} to {least}? Put the comma-separated names in \\boxed{{}}."
                )
            }
            (Question::Order, _) => {
                format!("List all names, the {most} first, separated by commas, in \\boxed{{}}.")
            }
            (Question::Reverse, 0) => {
                format!("Order them from {least} to {most}, as names separated by commas, in \\boxed{{}}.")
            }
            (Question::Reverse, 1) => {
                format!(
                    "What is the order from {least} to {most}? Put the comma-separated names in \\boxed{{}}."
                )
            }
            (Question::Reverse, _) => {
                format!("List all names, the {least} first, separated by commas, in \\boxed{{}}.")
            }
            (Question::Place(place), 0) => {
                format!(
                    "Ordered from {most} to {least}, who comes {}? Give the name in \\boxed{{}}.",
                    PLACES[place]
                )
            }
            (Question::Place(place), 1) => format!(
                "If they stand in a row from {most} to {least}, who is the {} one? Answer with the name in \\boxed{{}}.",
                PLACES[place]
            ),
            (Question::Place(place), _) => format!(
                "Who is number {} when they are ordered from {most} to {least}? Put the name in \\boxed{{}}.",
                place + 1
            ),
        };
        let people = number(params.names.len());
        let problem = match words.below(6) {
            0 => format!("{scene} {clues}. {ask}"),
            1 => format!("We know this about {people} people: {clues}. {ask}"),
            2 => format!("No two of {people} people are equally {}. {clues}. {ask}", equal(more)),
            3 => format!("{scene} Here is what they found. {clues}. {ask}"),
            4 => format!("Read these facts about {people} people. {clues}. {ask}"),
            _ => format!("{clues}. {ask}"),
        };
        Posed::with_answer(problem, params.answer())
    }

    fn expert(params: &Params, rng: &mut Rng) -> Chain {
        let Theme { more, ends: [most, least], .. } = &THEMES[params.theme];
        let mut out = match rng.below(5) {
            0 => format!("I write > for \"{more} than\" and go through the clues."),
            1 => format!("Let A > B mean that A is {more} than B. The clues are:"),
            2 => format!("First I turn every clue into the form X > Y, where > means {more}."),
            3 => format!("Okay, let me write the clues with >, meaning {more} than."),
            _ => format!("I want the order from {most} to {least}. I write > for {more}."),
        };
        out.push('\n');
        let slip = match rng.below(100) {
            0..16 => Slip::Reading(rng.below(params.clues.len() as u64) as usize),
            16..25 => Slip::Linking,
            25..34 => Slip::Late,
            _ => Slip::No,
        };
        params.read(slip, rng, &mut out);
        let order = match params.names.len() {
            5 => params.eliminate(slip, rng, &mut out),
            _ => params.link(slip, rng, &mut out),
        };
        params.check(order, rng, &mut out);
        let all: Vec<usize> = (0..params.names.len()).collect();
        let list = params.list(&all);
        let _ = match rng.below(4) {
            0 => write!(out, "\nFrom {most} to {least}: {list}."),
            1 => write!(out, "\nSo the order from {most} to {least} is {list}."),
            2 => write!(out, "\nThe {most} comes first: {list}."),
            _ => write!(out, "\nNow the order is clear: {list}."),
        };
        let answer = params.answer();
        let _ = match params.question {
            Question::Order => write!(out, " That is what the question asks for."),
            Question::Reverse => {
                write!(out, " The question wants {least} to {most}, so I reverse it: {answer}.")
            }
            Question::Place(place) => {
                let numbered = all[..=place].iter().map(|&i| format!("{} {}", i + 1, params.names[i]));
                let numbered = numbered.collect::<Vec<_>>().join(", ");
                write!(out, " Counting the places: {numbered}. So {answer} comes {}.", PLACES[place])
            }
        };
        let solution = match (params.question, rng.below(4)) {
            (Question::Place(_), 0) => format!("The order is {list}, so the answer is \\boxed{{{answer}}}."),
            (Question::Place(place), 1) => {
                format!("From {most} to {least} it is {list}. The {} is \\boxed{{{answer}}}.", PLACES[place])
            }
            (Question::Place(place), _) => {
                format!("In the order {list}, place {} is \\boxed{{{answer}}}.", place + 1)
            }
            (_, 0) => format!("The clues leave one order: \\boxed{{{answer}}}"),
            (_, 1) => format!("Putting the clues together gives \\boxed{{{answer}}}."),
            (_, 2) => format!("The order that fits all clues is \\boxed{{{answer}}}."),
            (_, _) => {
                format!("Linking the comparisons one after another, the answer is \\boxed{{{answer}}}.")
            }
        };
        Chain { reasoning: out, solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

/// `three` to `six`.
fn number(people: usize) -> &'static str {
    ["three", "four", "five", "six"][people.clamp(3, 6) - 3]
}

/// The adjective of a comparative, for "no two are equally ...".
fn equal(more: &str) -> &'static str {
    let plain = ["tall", "old", "fast", "heavy", "rich", "strong", "loud", "happy"];
    THEMES.iter().zip(plain).find(|(theme, _)| theme.more == more).map_or("good", |(_, plain)| plain)
}

impl Params {
    fn answer(&self) -> String {
        match self.question {
            Question::Order => self.names.join(", "),
            Question::Reverse => self.names.iter().rev().copied().collect::<Vec<_>>().join(", "),
            Question::Place(place) => self.names[place].to_owned(),
        }
    }

    /// The clue in words.
    fn said(&self, clue: &Clue) -> String {
        let Theme { more, less, .. } = &THEMES[self.theme];
        let (high, low) = (self.names[clue.high], self.names[clue.low]);
        if clue.flipped {
            format!("{low} is {less} than {high}")
        } else {
            format!("{high} is {more} than {low}")
        }
    }

    /// The clue that counts who comes before `place`.
    fn count_said(&self, place: usize) -> String {
        let (more, name) = (THEMES[self.theme].more, self.names[place]);
        match place {
            0 => format!("None of the others is {more} than {name}"),
            1 => format!("Exactly one of the others is {more} than {name}"),
            _ => format!("Exactly {} of the others are {more} than {name}", COUNTS[place]),
        }
    }

    /// `Anna > Ben`.
    fn relation(&self, clue: &Clue) -> String {
        format!("{} > {}", self.names[clue.high], self.names[clue.low])
    }

    fn list(&self, order: &[usize]) -> String {
        order.iter().map(|&i| self.names[i]).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {

    use super::super::Entry;
    use super::super::space::permuted;
    use super::*;

    /// All orders of `n` that satisfy `fits`.
    fn orders(n: usize, fits: &dyn Fn(&[usize]) -> bool) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        let count = (1..=n).product::<usize>();
        for index in 0..count {
            let order = Digits::new(index as u128).arrangement(n, n);
            if fits(&order) {
                found.push(order);
            }
        }
        found
    }

    #[test]
    fn exactly_one_order_fits_the_text_and_it_is_the_answer() {
        let entry = Entry::of::<Ordering>();
        for (difficulty, seed) in (1..=4).flat_map(|d| (0..2_000).map(move |seed| (d, seed))) {
            let index = permuted(seed, entry.count(difficulty), 2);
            let prompt = entry.prompt(difficulty, index);
            let problem = &prompt.problem;
            let sentences: Vec<&str> = problem.split(['.', ':', '?']).map(str::trim).collect();
            let mut comparisons = Vec::new();
            let mut count = None;
            let mut names: Vec<&str> = Vec::new();
            for sentence in sentences {
                let words: Vec<&str> = sentence.split(' ').collect();
                let theme = |word: &str| THEMES.iter().find(|t| t.more == word || t.less == word);
                match words.as_slice() {
                    [a, "is", comparative, "than", b] if let Some(theme) = theme(comparative) => {
                        comparisons.push(if theme.more == *comparative { (*a, *b) } else { (*b, *a) });
                        names.extend([a, b]);
                    }
                    [.., "others", "is" | "are", _, "than", name] => {
                        let counts = ["None", "one", "two", "three", "four", "five"];
                        let many = if words[0] == "None" { "None" } else { words[1] };
                        count = Some((*name, counts.iter().position(|&c| c == many).unwrap()));
                        names.push(name);
                    }
                    _ => {}
                }
            }
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), difficulty as usize + 2, "{problem}");
            let fits = |order: &[usize]| {
                let place = |name: &str| order.iter().position(|&i| names[i] == name).unwrap();
                comparisons.iter().all(|(a, b)| place(a) < place(b))
                    && count.is_none_or(|(name, many)| place(name) == many)
            };
            let found = orders(names.len(), &fits);
            assert_eq!(found.len(), 1, "{problem}");
            let mut order: Vec<&str> = found[0].iter().map(|&i| names[i]).collect();
            let answer = prompt.answer.unwrap();
            let theme = THEMES.iter().find(|t| t.ends.iter().any(|end| problem.contains(end))).unwrap();
            if answer.contains(',') {
                let reversed = problem.contains(&format!("from {} to", theme.ends[1]))
                    || problem.contains(&format!("the {} first", theme.ends[1]));
                if reversed {
                    order.reverse();
                }
                assert_eq!(answer, order.join(", "), "{problem}");
            } else {
                let place = PLACES.iter().position(|place| problem.contains(&format!(" {place}")));
                let place = place
                    .or_else(|| (0..6).find(|i| problem.contains(&format!("number {}", i + 1))))
                    .unwrap();
                assert_eq!(answer, order[place], "{problem}");
            }
            let chain = entry.expert(difficulty, index, seed);
            assert!(chain.solution.contains(&format!("\\boxed{{{answer}}}")), "{}", chain.solution);
        }
    }

    #[test]
    fn counts_texts_and_chains() {
        let counts = [3_118_080, 1_010_257_920, 12_608_018_841_600, 31_520_047_104_000];
        crate::prompts::tasks::trial::counts_texts_and_chains::<Ordering>(counts, 60..=330);
    }
}
