//! Sequences: the next or a far term, a position, a sum; arithmetic, geometric, second-order,
//! interleaved and alternating ones.
//!
//! In come parameters, out come a problem that says what kind of sequence it is, and its answer, an
//! integer; the experts are in `chains` and `others`. The rule always follows from the text alone.

mod chains;
mod facts;
mod others;

use super::scribe::{NAMES, ask_box, boxed, phrase, piece};
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// The family.
pub struct Sequence;

/// How terms follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Starts at `a`, goes on by `d`.
    Arithmetic { a: i64, d: i64 },
    /// Starts at `a`, times `r`; as a story about things that are counted, if there is one.
    Geometric { a: i64, r: i64, story: Option<usize> },
    /// Starts at `a`; the differences start at `d` and go on by `e`.
    Quadratic { a: i64, d: i64, e: i64 },
    /// Odd places: from `a` by `d`. Even places: from `b` by `e`.
    Interleaved { a: i64, d: i64, b: i64, e: i64 },
    /// Starts at `a`; adds `p`, multiplies by `q`, and so on in turn.
    Alternating { a: i64, p: i64, q: i64 },
}
use Rule::{Alternating, Arithmetic, Geometric, Interleaved, Quadratic};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// The term at the place.
    Term,
    /// The place of the term there.
    Place,
    /// The sum up to the place.
    Sum,
    /// The term at the place, from two others instead of the first ones.
    FromTwo { i: i64, j: i64 },
}

/// One problem.
#[derive(Debug, Clone, Copy)]
pub struct Params {
    name: &'static str,
    rule: Rule,
    /// How many terms are shown.
    shown: i64,
    /// The place that is asked about, from 1.
    place: i64,
    ask: Ask,
}

const THINGS: [&str; 12] = [
    "stamps", "marbles", "coins", "shells", "stickers", "beads", "cards", "pebbles", "nuts", "buttons",
    "seeds", "tokens",
];

impl Rule {
    /// Term number `place`, from 1.
    fn term(self, place: i64) -> i64 {
        let n = place - 1;
        match self {
            Arithmetic { a, d } => a + n * d,
            Geometric { a, r, .. } => a * r.pow(n as u32),
            Quadratic { a, d, e } => a + n * d + e * n * (n - 1) / 2,
            Interleaved { a, d, .. } if n % 2 == 0 => a + n / 2 * d,
            Interleaved { b, e, .. } => b + n / 2 * e,
            Alternating { a, p, q } => (0..n).fold(a, |x, i| if i % 2 == 0 { x + p } else { x * q }),
        }
    }
}

/// A number from `-most..=most` that is not 0: `2 * most` values.
fn step(d: &mut Digits, most: i64) -> i64 {
    let x = d.range(-most, most - 1);
    if x >= 0 { x + 1 } else { x }
}

fn rule_and_places(difficulty: u32, digits: &mut Digits) -> (Rule, i64, i64, Ask) {
    match difficulty {
        1 => {
            let (which, mut d) =
                piece(digits, &[60 * 24 * 4, 30 * 2 * 2 * 12, 20 * 5 * 3 * 2, 12 * 5 * 12 * 5]);
            let d = &mut d;
            match which {
                0 => {
                    let (a, d, shown, beyond) = (d.range(1, 60), step(d, 12), d.range(4, 5), d.range(1, 2));
                    (Arithmetic { a, d }, shown, shown + beyond, Ask::Term)
                }
                1 => {
                    let (a, r, shown) = (d.range(1, 30), d.range(2, 3), d.range(3, 4));
                    let story = Some(d.below(12) as usize);
                    (Geometric { a, r, story }, shown, shown + 1, Ask::Term)
                }
                2 => {
                    let (a, d, e, shown) = (d.range(1, 20), d.range(1, 5), d.range(1, 3), d.range(4, 5));
                    (Quadratic { a, d, e }, shown, shown + 1, Ask::Term)
                }
                _ => {
                    let (a, d, b, e) = (d.range(1, 12), d.range(1, 5), d.range(1, 12), d.range(1, 5));
                    (Interleaved { a, d, b, e }, 6, 7, Ask::Term)
                }
            }
        }
        2 => {
            let sizes = [99 * 24 * 13, 30 * 3 * 12, 30 * 12 * 5 * 4, 20 * 6 * 20 * 6 * 2, 20 * 9 * 2 * 2 * 2];
            let (which, mut d) = piece(digits, &sizes);
            let d = &mut d;
            match which {
                0 => {
                    let (a, d, place) = (d.range(1, 99), step(d, 12), d.range(8, 20));
                    (Arithmetic { a, d }, 4, place, Ask::Term)
                }
                1 => {
                    let (a, r) = (d.range(1, 30), d.range(2, 4));
                    let story = Some(d.below(12) as usize);
                    (Geometric { a, r, story }, 3, 4, Ask::Term)
                }
                2 => {
                    let (a, d, e, shown, beyond) =
                        (d.range(1, 30), d.range(1, 12), d.range(1, 5), d.range(4, 5), d.range(1, 2));
                    (Quadratic { a, d, e }, shown, shown + beyond, Ask::Term)
                }
                3 => {
                    let (a, d, b, e, shown) =
                        (d.range(1, 20), d.range(1, 6), d.range(1, 20), d.range(1, 6), d.range(6, 7));
                    (Interleaved { a, d, b, e }, shown, shown + 1, Ask::Term)
                }
                _ => {
                    let (a, p, q, shown, beyond) =
                        (d.range(1, 20), d.range(1, 9), d.range(2, 3), d.range(4, 5), d.range(1, 2));
                    (Alternating { a, p, q }, shown, shown + beyond, Ask::Term)
                }
            }
        }
        3 => {
            let sizes = [
                100 * 24 * 40,
                20 * 4 * 2 * 12,
                20 * 8 * 2,
                51 * 24 * 6 * 3,
                15 * 18 * 15 * 18 * 2,
                30 * 18 * 2 * 2 * 2,
            ];
            let (which, mut d) = piece(digits, &sizes);
            let d = &mut d;
            match which {
                0 => {
                    let (a, d, place) = (d.range(-20, 79), step(d, 12), d.range(21, 60));
                    (Arithmetic { a, d }, 4, place, Ask::Term)
                }
                1 => {
                    let (a, r, place) = (d.range(1, 20), d.range(2, 5), d.range(5, 6));
                    (Geometric { a, r, story: Some(d.below(12) as usize) }, 3, place, Ask::Term)
                }
                2 => {
                    let (a, r, place) = (d.range(1, 20), step(d, 4), d.range(5, 6));
                    // From -5 to -2 and from 2 to 5.
                    (Geometric { a, r: r + r.signum(), story: None }, 3, place, Ask::Term)
                }
                3 => {
                    let (a, d, e, beyond) = (d.range(-20, 30), step(d, 12), d.range(1, 6), d.range(2, 4));
                    (Quadratic { a, d, e }, 4, 4 + beyond, Ask::Term)
                }
                4 => {
                    let (a, d, b, e, place) =
                        (d.range(1, 15), step(d, 9), d.range(1, 15), step(d, 9), d.range(7, 8));
                    (Interleaved { a, d, b, e }, 6, place, Ask::Term)
                }
                _ => {
                    let (a, p, q, shown, beyond) =
                        (d.range(1, 30), step(d, 9), d.range(2, 3), d.range(4, 5), d.range(2, 3));
                    (Alternating { a, p, q }, shown, shown + beyond, Ask::Term)
                }
            }
        }
        _ => {
            let sizes =
                [100 * 24 * 40, 60 * 9 * 15, 30 * 24 * 2 * 8 * 15, 51 * 24 * 6 * 3, 10 * 12 * 10 * 12 * 12];
            let (which, mut d) = piece(digits, &sizes);
            let d = &mut d;
            match which {
                0 => {
                    let (a, d, place) = (d.range(-20, 79), step(d, 12), d.range(21, 60));
                    (Arithmetic { a, d }, 4, place, Ask::Place)
                }
                1 => {
                    let (a, d, place) = (d.range(1, 60), d.range(1, 9), d.range(10, 24));
                    (Arithmetic { a, d }, 4, place, Ask::Sum)
                }
                2 => {
                    let (a, d, i, gap, place) =
                        (d.range(1, 30), step(d, 12), d.range(2, 3), d.range(2, 9), d.range(15, 29));
                    (Arithmetic { a, d }, 0, place, Ask::FromTwo { i, j: i + gap })
                }
                3 => {
                    let (a, d, e, beyond) = (d.range(-20, 30), step(d, 12), d.range(1, 6), d.range(4, 6));
                    (Quadratic { a, d, e }, 4, 4 + beyond, Ask::Term)
                }
                _ => {
                    let (a, d, b, e, place) =
                        (d.range(1, 10), step(d, 6), d.range(1, 10), step(d, 6), d.range(12, 23));
                    (Interleaved { a, d, b, e }, 6, place, Ask::Term)
                }
            }
        }
    }
}

/// `7th`, `21st`.
fn ordinal(n: i64) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

impl Params {
    fn terms(&self) -> Vec<i64> {
        (1..=self.shown).map(|i| self.rule.term(i)).collect()
    }

    fn answer(&self) -> i64 {
        match self.ask {
            Ask::Term | Ask::FromTwo { .. } => self.rule.term(self.place),
            Ask::Place => self.place,
            Ask::Sum => (1..=self.place).map(|i| self.rule.term(i)).sum(),
        }
    }
}

/// Numbers with commas between.
fn list(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

impl Family for Sequence {
    const NAME: &'static str = "sequence";
    const DOMAIN: &'static str = "math";
    type Params = Params;

    fn params(difficulty: u32, digits: &mut Digits) -> Params {
        let name = NAMES[digits.below(NAMES.len() as u64) as usize];
        let (rule, shown, place, ask) = rule_and_places(difficulty, digits);
        Params { name, rule, shown, place, ask }
    }

    fn pose(params: &Params, words: &mut Rng) -> Posed {
        let Params { name, rule, shown, place, ask } = *params;
        let nth = ordinal(place);
        let terms = list(&params.terms());
        let wanted = match ask {
            Ask::Term if place == shown + 1 && words.chance(0.5) => "next term".to_owned(),
            _ => format!("{nth} term"),
        };
        let text = match (rule, ask) {
            (_, Ask::FromTwo { i, j }) => phrase(
                words,
                &[
                    "{name} writes an arithmetic sequence. Its {i} term is {x} and its {j} term is {y}. What is the {wanted}?",
                    "In an arithmetic sequence of {name}, term number {i0} is {x} and term number {j0} is {y}. Find term number {n}.",
                    "{name} knows two terms of an arithmetic sequence: the {i} is {x}, the {j} is {y}. Which number is the {wanted}?",
                ],
                &[
                    ("name", &name),
                    ("i", &ordinal(i)),
                    ("j", &ordinal(j)),
                    ("i0", &i),
                    ("j0", &j),
                    ("x", &rule.term(i)),
                    ("y", &rule.term(j)),
                    ("n", &place),
                    ("wanted", &wanted),
                ],
            ),
            (_, Ask::Place) => phrase(
                words,
                &[
                    "{name} writes the arithmetic sequence {terms}, and so on. The number {x} is one of its terms. Which place does it have, counted from 1?",
                    "An arithmetic sequence of {name} begins {terms}, ... At which position n, with n = 1 for the first term, is the term {x}?",
                    "{name} continues the arithmetic sequence {terms}, ... until the number {x}. How many terms does {name} have then, {x} included?",
                ],
                &[("name", &name), ("terms", &terms), ("x", &rule.term(place))],
            ),
            (_, Ask::Sum) => phrase(
                words,
                &[
                    "{name} writes the arithmetic sequence {terms}, and so on. What is the sum of its first {n} terms?",
                    "An arithmetic sequence of {name} begins {terms}, ... Find the sum of the first {n} terms.",
                    "{name} adds up the first {n} terms of the arithmetic sequence {terms}, ... Which total is right?",
                ],
                &[("name", &name), ("terms", &terms), ("n", &place)],
            ),
            (Geometric { r, story: Some(thing), .. }, _) => phrase(
                words,
                &[
                    "{name} counts {things} in boxes in a row, and each box holds {r} times as many as the one before. The first boxes hold {terms}. How many {things} are in box number {n}?",
                    "Each day {name} gets {r} times as many {things} as the day before: {terms}, and so on. How many {things} does {name} get on day {n}?",
                    "The numbers of {things} on the tables of {name} form a geometric sequence: {terms}, ... How many {things} are on table number {n}?",
                    "{name} lays {things} in rows. Their numbers are a geometric sequence that begins {terms}. How many {things} are in row {n}?",
                ],
                &[("name", &name), ("things", &THINGS[thing]), ("terms", &terms), ("r", &r), ("n", &place)],
            ),
            (Alternating { p, q, .. }, _) => {
                let change = if p > 0 { format!("adds {p}") } else { format!("subtracts {}", -p) };
                phrase(
                    words,
                    &[
                        "{name} starts with {a}, then {change}, then multiplies by {q}, and goes on like this in turn: {terms}, ... What is the {wanted}?",
                        "In turn, {name} {change} and multiplies by {q}. Starting from {a}, this gives the sequence {terms}, ... Find the {wanted}.",
                        "A sequence begins {terms}, ... To get from term to term, {name} {change} first, then multiplies by {q}, and so on by turns. Which number is the {wanted}?",
                    ],
                    &[
                        ("name", &name),
                        ("a", &rule.term(1)),
                        ("change", &change),
                        ("q", &q),
                        ("terms", &terms),
                        ("wanted", &wanted),
                    ],
                )
            }
            _ => {
                let kind = match rule {
                    Arithmetic { .. } => "an arithmetic sequence",
                    Geometric { .. } => "a geometric sequence",
                    Quadratic { .. } => {
                        "a sequence whose differences from term to term form an arithmetic sequence"
                    }
                    _ => {
                        "a sequence in which the terms at odd places form one arithmetic sequence and the terms at even places another"
                    }
                };
                phrase(
                    words,
                    &[
                        "{name} writes down {kind}: {terms}, ... What is the {wanted}?",
                        "Here is {kind}, given to {name} by a teacher: {terms}, ... Find the {wanted}.",
                        "The numbers {terms}, ... are the beginning of {kind}. Which number should {name} give as the {wanted}?",
                        "{name} looks at {kind}. It begins {terms}, and so on. Determine the {wanted}.",
                        "Given is {kind}, which begins {terms}, ... Help {name} find the {wanted}.",
                    ],
                    &[("name", &name), ("kind", &kind), ("terms", &terms), ("wanted", &wanted)],
                )
            }
        };
        Posed::with_answer(format!("{text} {}", ask_box(words, "as an integer")), params.answer())
    }

    fn expert(params: &Params, rng: &mut Rng) -> Chain {
        let reasoning = chains::solve(params, rng);
        let (nth, answer) = (ordinal(params.place), boxed(&params.answer()));
        let solution = phrase(
            rng,
            match params.ask {
                Ask::Place => &[
                    "The number stands at place {box}.",
                    "It is term number {box}.",
                    "Its position is {box}.",
                ],
                Ask::Sum => &[
                    "The sum of the first {n} terms is {box}.",
                    "Adding the {n} terms gives {box}.",
                    "The sum is {box}.",
                ],
                _ => &[
                    "The {nth} term is {box}.",
                    "Following the rule, the {nth} term is {box}.",
                    "At place {n} stands {box}.",
                ],
            },
            &[("n", &params.place), ("nth", &nth), ("box", &answer)],
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

    /// Writes all terms one after the other from those before, and reads the answer off.
    fn answer(params: &Params) -> String {
        let last = params.place.max(6) as usize;
        let mut terms: Vec<i64> = (1..=3).map(|i| params.rule.term(i)).collect();
        terms.extend((4..=4).map(|i| params.rule.term(i)));
        while terms.len() < last {
            let back = |k: usize| terms[terms.len() - k];
            let next = match params.rule {
                Arithmetic { .. } => 2 * back(1) - back(2),
                Geometric { .. } => back(1) * back(1) / back(2),
                Quadratic { .. } => 3 * back(1) - 3 * back(2) + back(3),
                Interleaved { .. } => 2 * back(2) - back(4),
                Alternating { p, .. } if terms.len() % 2 == 1 => back(1) + p,
                Alternating { q, .. } => back(1) * q,
            };
            terms.push(next);
        }
        let at = terms[params.place as usize - 1];
        match params.ask {
            Ask::Sum => terms[..params.place as usize].iter().sum::<i64>().to_string(),
            Ask::Place => (terms.iter().position(|&x| x == at).unwrap() + 1).to_string(),
            _ => at.to_string(),
        }
    }

    #[test]
    fn sequence_holds() {
        proof::holds::<Sequence>([456_000, 2_776_320, 10_815_680, 18_869_280], answer);
    }
}
