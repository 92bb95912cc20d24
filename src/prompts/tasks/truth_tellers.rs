//! Knights, who always tell the truth, and knaves, who always lie: who is what? In: a tree of
//! statements in which each one fixes one more islander, so that exactly one assignment fits by
//! construction. The chain starts from the statement that stands on its own and goes on from there.

mod chain;
mod facts;

use std::fmt::Write as _;

use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// A claim about a number, true or false on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    Even,
    Odd,
    More,
    Less,
}

/// The number that facts compare with.
const MIDDLE: i64 = 50;

/// What somebody says; islanders by their places in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// Something about a number.
    Fact(Claim, i64),
    /// The other one is a knight (true) or a knave.
    Kind(usize, bool),
    /// The speaker and the other one are both knaves.
    BothKnaves(usize),
    /// At least one of speaker and the other one is a knave.
    OneKnave(usize),
    /// The speaker and the other one are of the same kind (true) or of different kinds.
    AsMe(usize, bool),
    /// Two others are of the same kind (true) or of different kinds.
    Pair(usize, usize, bool),
}

impl Said {
    /// Whether it is true when `speaker` says it and `knights` holds who is a knight.
    fn holds(self, speaker: usize, knights: &[bool]) -> bool {
        match self {
            Said::Fact(claim, n) => match claim {
                Claim::Even => n % 2 == 0,
                Claim::Odd => n % 2 != 0,
                Claim::More => n > MIDDLE,
                Claim::Less => n < MIDDLE,
            },
            Said::Kind(other, knight) => knights[other] == knight,
            Said::BothKnaves(other) => !knights[speaker] && !knights[other],
            Said::OneKnave(other) => !knights[speaker] || !knights[other],
            Said::AsMe(other, same) => (knights[speaker] == knights[other]) == same,
            Said::Pair(a, b, same) => (knights[a] == knights[b]) == same,
        }
    }

    /// Islanders other than the speaker that it is about.
    fn about(self) -> Vec<usize> {
        match self {
            Said::Fact(..) => Vec::new(),
            Said::Kind(other, _) | Said::BothKnaves(other) | Said::OneKnave(other) | Said::AsMe(other, _) => {
                vec![other]
            }
            Said::Pair(a, b, _) => vec![a, b],
        }
    }
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    names: Vec<&'static str>,
    /// What each islander says, in the order of the text.
    said: Vec<Said>,
    /// Who is a knight.
    knights: Vec<bool>,
    /// Asks for the knights, or for the knaves.
    ask_knights: bool,
}

/// One name for each letter, so that the alphabetical order shows in the first letters.
const NAMES: &[&str] = &[
    "Anna", "Ben", "Carl", "Dora", "Emma", "Finn", "Gina", "Hugo", "Ida", "Jack", "Kim", "Leo", "Mia",
    "Nina", "Otto", "Paul", "Quinn", "Rosa", "Sam", "Tina", "Uma", "Vera", "Will", "Xena", "Yara", "Zoe",
];

/// Knights and knaves.
pub struct TruthTellers;

impl Family for TruthTellers {
    const NAME: &'static str = "truth_tellers";
    const DOMAIN: &'static str = "logic";
    type Params = Params;

    fn params(difficulty: u32, digits: &mut Digits) -> Params {
        let people = if difficulty < 3 { 3 } else { 4 };
        let names = digits.arrangement(NAMES.len(), people).into_iter().map(|i| NAMES[i]).collect();
        let ask_knights = digits.below(2) == 0;
        let (said, knights) = match difficulty {
            1 => from_fact(digits),
            _ => from_pair(difficulty, people, digits),
        };
        Params { names, said, knights, ask_knights }
    }

    fn pose(params: &Params, words: &mut Rng) -> Posed {
        let verb = words.pick(&["says", "claims", "states"]);
        let said = params.names.iter().zip(&params.said);
        let said = said.map(|(name, &said)| format!("{name} {verb}: \"{}.\"", capital(&params.quote(said))));
        let said = said.collect::<Vec<_>>().join(" ");
        let names = params.names.join(", ");
        let (wanted, one) = if params.ask_knights { ("knights", "knight") } else { ("knaves", "knave") };
        let ask = match words.below(3) {
            0 => format!(
                "Who are the {wanted}? Give their names in alphabetical order, separated by commas, or none, in \
                 \\boxed{{}}."
            ),
            1 => format!(
                "Which of them are {wanted}? Answer in \\boxed{{}} with the comma-separated names in alphabetical \
                 order, or none."
            ),
            _ => format!(
                "List every {one} in \\boxed{{}}, in alphabetical order and separated by commas, or write none."
            ),
        };
        let problem = match words.below(6) {
            0 => format!("On an island, knights always tell the truth and knaves always lie. {said} {ask}"),
            1 => format!(
                "Everyone here is a knight, who never lies, or a knave, who always lies. {said} {ask}"
            ),
            2 => {
                format!("{names} are each a knight (always truthful) or a knave (always lying). {said} {ask}")
            }
            3 => {
                format!("A traveller meets {names}. Knights tell only truths, knaves only lies. {said} {ask}")
            }
            4 => format!("Knights always speak the truth; knaves always lie. {said} {ask}"),
            _ => format!("{said} Each of them is a knight, who tells the truth, or a knave, who lies. {ask}"),
        };
        Posed::with_answer(problem, params.answer())
    }

    fn expert(params: &Params, rng: &mut Rng) -> Chain {
        let mut out = match rng.below(5) {
            0 => "A knight's statement is true and a knave's statement is false.".to_owned(),
            1 => "Knights tell the truth, knaves lie.".to_owned(),
            2 => format!("I have to find out what {} are.", params.names.join(", ")),
            3 => "Let me look for a statement that I can judge right away.".to_owned(),
            _ => "Okay, true statements come from knights and false ones from knaves.".to_owned(),
        };
        out.push_str(" The statements:\n");
        for (name, &said) in params.names.iter().zip(&params.said) {
            let _ = writeln!(out, "{name}: {}.", params.quote(said));
        }
        out.push('\n');
        let believed = params.solve(rng, &mut out);
        params.check(believed, rng, &mut out);
        let kinds = params.names.iter().zip(&params.knights);
        let kinds = kinds.map(|(name, &knight)| format!("{name} is a {}", kind(knight)));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        let answer = params.answer();
        let wanted = if params.ask_knights { "knights" } else { "knaves" };
        let _ = match rng.below(4) {
            0 => write!(out, "\nSo {kinds}."),
            1 => write!(out, "\nAll together: {kinds}."),
            2 => write!(out, "\nIn the end {kinds}."),
            _ => write!(out, "\nNow I know it: {kinds}."),
        };
        let _ = write!(out, " The {wanted} in alphabetical order: {answer}.");
        let solution = match rng.below(4) {
            0 => format!("Here {kinds}. The {wanted}: \\boxed{{{answer}}}"),
            1 => format!(
                "Judging the statements one after another, {kinds}. The answer is \\boxed{{{answer}}}."
            ),
            2 => format!("The only assignment that fits: {kinds}. So the {wanted} are \\boxed{{{answer}}}."),
            _ => format!("Since {kinds}, the answer is \\boxed{{{answer}}}."),
        };
        Chain { reasoning: out, solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

/// Level 1: one of three says something about a number; the others hang on that one.
fn from_fact(digits: &mut Digits) -> (Vec<Said>, Vec<bool>) {
    // The nine rooted trees on three: root, then both others on it, or one on the other.
    let (root, shape) = (digits.below(3) as usize, digits.below(3));
    let (p, q) = ((root + 1) % 3, (root + 2) % 3);
    let claim = [Claim::Even, Claim::Odd, Claim::More, Claim::Less][digits.below(4) as usize];
    let mut said = vec![Said::Fact(claim, digits.range(10, 99)); 3];
    said[p] = Said::Kind(if shape == 1 { q } else { root }, digits.below(2) == 1);
    said[q] = Said::Kind(if shape == 2 { p } else { root }, digits.below(2) == 1);
    let mut knights = vec![false; 3];
    for speaker in if shape == 1 { [root, q, p] } else { [root, p, q] } {
        knights[speaker] = said[speaker].holds(speaker, &knights);
    }
    (said, knights)
}

/// Levels 2 to 4: `x` says something about itself and `y`; the others hang on these two.
fn from_pair(difficulty: u32, people: usize, digits: &mut Digits) -> (Vec<Said>, Vec<bool>) {
    let first = digits.arrangement(people, 2);
    let (x, y) = (first[0], first[1]);
    let mut said = vec![Said::BothKnaves(y); people];
    let mut knights = vec![false; people];
    let anchor = digits.below(4);
    let answer = digits.below(2) as usize;
    said[x] =
        [Said::BothKnaves(y), Said::OneKnave(y), Said::AsMe(y, true), Said::AsMe(y, false)][anchor as usize];
    knights[y] = anchor == 0 || anchor == 2;
    knights[x] = match anchor {
        0 => false,
        1 => true,
        // What y says about x decides.
        _ => knights[y] == (answer == 1),
    };
    let rest: Vec<usize> = (0..people).filter(|&i| i != x && i != y).collect();
    let mut hang = |speaker: usize, statement: Said| {
        said[speaker] = statement;
        knights[speaker] = statement.holds(speaker, &knights);
    };
    match (difficulty, rest.as_slice()) {
        (4, &[a, b]) => {
            let (p, q) = if digits.below(2) == 0 { (a, b) } else { (b, a) };
            hang(p, Said::Kind([x, y][digits.below(2) as usize], digits.below(2) == 1));
            let (one, other) = [(x, y), (x, p), (y, p)][digits.below(3) as usize];
            hang(q, Said::Pair(one, other, digits.below(2) == 1));
        }
        (_, &[p, q]) => {
            // The eight ways to hang two on two: both on these, or one on the other.
            let way = digits.below(8);
            let (p_says, q_says) = (digits.below(2) == 1, digits.below(2) == 1);
            let roots = [x, y];
            match way {
                0..4 => {
                    hang(p, Said::Kind(roots[way as usize % 2], p_says));
                    hang(q, Said::Kind(roots[way as usize / 2], q_says));
                }
                4..6 => {
                    hang(p, Said::Kind(roots[way as usize % 2], p_says));
                    hang(q, Said::Kind(p, q_says));
                }
                _ => {
                    hang(q, Said::Kind(roots[way as usize % 2], q_says));
                    hang(p, Said::Kind(q, p_says));
                }
            }
        }
        (_, rest) => {
            let (about, says) = ([x, y][digits.below(2) as usize], digits.below(2) == 1);
            for &p in rest {
                hang(p, Said::Kind(about, says));
            }
        }
    }
    // Where x and y are both fixed already, y says something that fits: true from a knight, false from a knave.
    said[y] = if anchor < 2 {
        let about = if people == 3 { [x, rest[0]][answer] } else { rest[answer] };
        Said::Kind(about, knights[about] == knights[y])
    } else {
        Said::Kind(x, answer == 1)
    };
    (said, knights)
}

fn kind(knight: bool) -> &'static str {
    if knight { "knight" } else { "knave" }
}

/// The text with a capital first letter.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

impl Params {
    fn answer(&self) -> String {
        let wanted = self.names.iter().zip(&self.knights).filter(|&(_, &knight)| knight == self.ask_knights);
        let mut names: Vec<&str> = wanted.map(|(&name, _)| name).collect();
        names.sort_unstable();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    /// The statement in the speaker's words, without a full stop.
    fn quote(&self, said: Said) -> String {
        let name = |i: usize| self.names[i];
        match said {
            Said::Fact(Claim::Even, n) => format!("{n} is an even number"),
            Said::Fact(Claim::Odd, n) => format!("{n} is an odd number"),
            Said::Fact(Claim::More, n) => format!("{n} is greater than {MIDDLE}"),
            Said::Fact(Claim::Less, n) => format!("{n} is less than {MIDDLE}"),
            Said::Kind(other, knight) => format!("{} is a {}", name(other), kind(knight)),
            Said::BothKnaves(other) => format!("{} and I are both knaves", name(other)),
            Said::OneKnave(other) => format!("at least one of {} and me is a knave", name(other)),
            Said::AsMe(other, true) => format!("{} and I are of the same kind", name(other)),
            Said::AsMe(other, false) => format!("{} and I are of different kinds", name(other)),
            Said::Pair(a, b, true) => format!("{} and {} are of the same kind", name(a), name(b)),
            Said::Pair(a, b, false) => format!("{} and {} are of different kinds", name(a), name(b)),
        }
    }
}

#[cfg(test)]
mod tests {

    use super::super::Entry;
    use super::super::space::permuted;
    use super::*;

    /// Judges a quoted statement from its text alone.
    fn judge(speaker: &str, statement: &str, knight: &dyn Fn(&str) -> bool) -> bool {
        let words: Vec<&str> = statement.trim_end_matches('.').split(' ').collect();
        match words.as_slice() {
            [n, "is", "an", parity, "number"] => (n.parse::<u32>().unwrap() % 2 == 0) == (*parity == "even"),
            [n, "is", side, "than", limit] => {
                let (n, limit) = (n.parse::<u32>().unwrap(), limit.parse::<u32>().unwrap());
                if *side == "greater" { n > limit } else { n < limit }
            }
            [who, "is", "a", kind] => knight(who) == (*kind == "knight"),
            [who, "and", "I", "are", "both", "knaves"] => !knight(who) && !knight(speaker),
            ["At", "least", "one", "of", who, "and", "me", ..] => !knight(who) || !knight(speaker),
            [a, "and", b, "are", "of", .., kind] => {
                let b = if *b == "I" { speaker } else { b };
                (knight(a) == knight(b)) == (*kind == "kind")
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn exactly_one_assignment_fits_the_text_and_it_is_the_answer() {
        let entry = Entry::of::<TruthTellers>();
        for (difficulty, seed) in (1..=4).flat_map(|d| (0..2_000).map(move |seed| (d, seed))) {
            let index = permuted(seed, entry.count(difficulty), 6);
            let prompt = entry.prompt(difficulty, index);
            let pieces: Vec<&str> = prompt.problem.split('"').collect();
            let said: Vec<(&str, &str)> = pieces
                .chunks_exact(2)
                .map(|pair| (pair[0].trim_end().rsplit(' ').nth(1).unwrap(), pair[1]))
                .collect();
            assert_eq!(said.len(), if difficulty < 3 { 3 } else { 4 }, "{}", prompt.problem);
            let fitting: Vec<u32> = (0..1 << said.len())
                .filter(|bits: &u32| {
                    let knight = |name: &str| {
                        let at = said.iter().position(|(speaker, _)| *speaker == name).unwrap();
                        bits >> at & 1 == 1
                    };
                    said.iter()
                        .all(|(speaker, statement)| judge(speaker, statement, &knight) == knight(speaker))
                })
                .collect();
            assert_eq!(fitting.len(), 1, "{}", prompt.problem);
            let asks_knights = ["Who are the knights", "are knights?", "every knight"];
            let asks_knights = asks_knights.iter().any(|ask| prompt.problem.contains(ask));
            let wanted = said.iter().enumerate().filter(|(i, _)| (fitting[0] >> i & 1 == 1) == asks_knights);
            let mut names: Vec<&str> = wanted.map(|(_, (name, _))| *name).collect();
            names.sort_unstable();
            let expected = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            assert_eq!(prompt.answer.as_deref(), Some(expected.as_str()), "{}", prompt.problem);
            let chain = entry.expert(difficulty, index, seed);
            assert!(chain.solution.contains(&format!("\\boxed{{{expected}}}")), "{}", chain.solution);
        }
    }

    #[test]
    fn counts_texts_and_chains() {
        let counts = [404_352_000, 5_990_400, 2_204_467_200, 3_306_700_800];
        crate::prompts::tasks::trial::counts_texts_and_chains::<TruthTellers>(counts, 80..=330);
    }
}
