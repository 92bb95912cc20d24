//! Short worked facts: the procedural text on which a base model is trained before it sees any chain.
//!
//! In come a seed and an index, out comes a text of one to a dozen lines: one step of an expert's
//! chain in its notation and wording, the reading of a problem, a slip and its correction, a problem
//! with its short solution. Parameters of problems are drawn from the train split alone. It never
//! gives a whole chain, and no claim that it makes is false unless the text takes it back.

use std::ops::RangeInclusive;

use super::arithmetic::{Working, add, div_exact, div_rem, mul, sub};
use super::pen::Pen;
use super::scribe::Move;
use super::{Chain, Digits, FAMILIES, Family, Split, split_of_name, words};
use crate::rng::Rng;

/// A short text about one step of a family's problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Name of the family.
    pub family: &'static str,
    /// The text, without a line break at its end.
    pub text: String,
}

/// Fact `index` of the unlimited text named by `seed`: the same on any machine. Families and the
/// difficulties of the range (within [`DIFFICULTIES`](super::DIFFICULTIES)) come evenly.
pub fn fact(seed: u64, index: u64, difficulties: RangeInclusive<u32>) -> Fact {
    let rng = &mut Rng::named(seed, "fact", index);
    let entry = &FAMILIES[rng.below(FAMILIES.len() as u64) as usize];
    let difficulty = rng.range(i64::from(*difficulties.start()), i64::from(*difficulties.end())) as u32;
    Fact { family: entry.name, text: entry.fact(difficulty, rng) }
}

/// Of 100 facts of a family: problems with how a chain begins on them.
const READINGS: u64 = 9;
/// Problems with their short solution: the form of problems and answers.
const SOLUTIONS: u64 = 3;
/// A few lines out of the middle of a chain, after the problem.
const EXCERPTS: u64 = 12;
/// A line that goes wrong in a chain, and its correction.
const CORRECTIONS: u64 = 4;

/// A fact of family `F`: one of its own kinds, or one of those that every family has.
pub(super) fn draw<F: Family>(difficulty: u32, rng: &mut Rng) -> String {
    let kind = rng.below(100);
    let text = if kind < READINGS {
        reading::<F>(difficulty, rng)
    } else if kind < READINGS + SOLUTIONS {
        let (problem, chain) = worked::<F>(difficulty, rng);
        format!("{problem}\n{}", chain.solution)
    } else if kind < READINGS + SOLUTIONS + EXCERPTS {
        excerpt::<F>(difficulty, rng)
    } else if kind < READINGS + SOLUTIONS + EXCERPTS + CORRECTIONS {
        correction::<F>(difficulty, rng)
    } else {
        F::fact(difficulty, rng)
    };
    text.trim().to_owned()
}

/// A problem of the train split, with its index.
pub(super) fn drawn<F: Family>(difficulty: u32, rng: &mut Rng) -> (u64, F::Params) {
    let mut digits = Digits::new(0);
    F::params(difficulty, &mut digits);
    let count = u64::try_from(digits.count()).unwrap_or(u64::MAX);
    let index = loop {
        let index = rng.below(count);
        if split_of_name(F::NAME, difficulty, index) == Split::Train {
            break index;
        }
    };
    (index, F::params(difficulty, &mut Digits::new(u128::from(index))))
}

/// The parameters of a problem of the train split.
pub(super) fn params<F: Family>(difficulty: u32, rng: &mut Rng) -> F::Params {
    drawn::<F>(difficulty, rng).1
}

/// A problem of the train split as posed, and a chain.
pub(super) fn worked<F: Family>(difficulty: u32, rng: &mut Rng) -> (String, Chain) {
    let (index, params) = drawn::<F>(difficulty, rng);
    let posed = F::pose(&params, &mut words::<F>(difficulty, index));
    (posed.problem, F::expert(&params, rng))
}

/// A problem and the first lines of a chain: what is given and asked, in the chain's words.
fn reading<F: Family>(difficulty: u32, rng: &mut Rng) -> String {
    let (problem, chain) = worked::<F>(difficulty, rng);
    let lines = lines(&chain.reasoning);
    // A line may be wrong long before the one that takes it back: then the first line only.
    let slipped = lines.iter().any(|line| slips(line));
    let most = if slipped { 1 } else { (lines.len() / 3).clamp(1, 3) };
    let kept = upto(&lines[..rng.range(1, most as i64) as usize]);
    format!("{problem}\n{}", kept.join("\n"))
}

/// A problem, a gap, and one to three lines from the middle of a chain without slips.
fn excerpt<F: Family>(difficulty: u32, rng: &mut Rng) -> String {
    let (problem, chain) = worked::<F>(difficulty, rng);
    let lines = lines(&chain.reasoning);
    if lines.len() < 4 || lines.iter().any(|line| slips(line)) {
        return F::fact(difficulty, rng);
    }
    let most = (lines.len() / 3).clamp(1, 3);
    // Not the last line: out of nothing, the answer cannot be told.
    let inner = &lines[..lines.len() - 1];
    let at = rng.range(1, inner.len() as i64 - 1) as usize;
    let end = (at + rng.range(1, most as i64) as usize).min(inner.len());
    format!("{problem}\n{GAP}\n{}", upto(&inner[at..end]).join("\n"))
}

/// Stands for lines of a chain that are left out.
const GAP: &str = "...";

/// The line of a chain in which something is taken back, with the line before and the line after it.
fn correction<F: Family>(difficulty: u32, rng: &mut Rng) -> String {
    for _ in 0..8 {
        let chain = F::expert(&params::<F>(difficulty, rng), rng);
        let lines = lines(&chain.reasoning);
        if let Some(at) = lines.iter().position(|line| slips(line)) {
            let window = &lines[at.saturating_sub(1)..(at + 2).min(lines.len())];
            return window.join("\n");
        }
    }
    F::fact(difficulty, rng)
}

/// One line of a chain without slips, or a few, without the problem; never the first or the last.
pub(super) fn window<F: Family>(difficulty: u32, most: i64, rng: &mut Rng) -> String {
    for _ in 0..8 {
        let chain = F::expert(&params::<F>(difficulty, rng), rng);
        let lines = lines(&chain.reasoning);
        if lines.len() < 4 || lines.iter().any(|line| slips(line)) {
            continue;
        }
        let inner = &lines[1..lines.len() - 1];
        let wanted = rng.range(1, most) as usize;
        let at = rng.below(inner.len() as u64) as usize;
        let text = upto(&inner[at..(at + wanted).min(inner.len())]).join("\n");
        if text.len() >= SHORTEST {
            return text;
        }
    }
    reading::<F>(difficulty, rng)
}

/// Share of the facts of several workings in which one is wrong at first.
const SLIPS: f64 = 0.08;

/// A pen for a fact of about `workings` workings: seldom with a slip, never with a late one.
pub(super) fn pen(workings: u64, rng: &mut Rng) -> Pen {
    let slip_at = rng.chance(SLIPS).then(|| rng.below(workings));
    Pen::slipping(slip_at)
}

/// Workings as sentences, one after the other.
pub(super) fn told(workings: &[Working], rng: &mut Rng) -> String {
    let mut pen = pen(workings.len() as u64, rng);
    let between = rng.pick(&[" ", "\n"]);
    let said: Vec<String> = workings.iter().map(|w| format!("{}.", pen.say(w, rng))).collect();
    said.join(between)
}

/// Some steps of a plan, `most` at most, one after the other from a random one on; seldom with a slip.
pub(super) fn steps_of(moves: &[Move], most: usize, rng: &mut Rng) -> String {
    let count = rng.range(1, most.min(moves.len()).max(1) as i64) as usize;
    let from = rng.below((moves.len() - count + 1) as u64) as usize;
    told_moves(&moves[from..from + count], rng)
}

/// Steps of a plan, a line each; seldom with a slip.
pub(super) fn told_moves(moves: &[Move], rng: &mut Rng) -> String {
    let slip_at = rng.chance(SLIPS).then(|| rng.below(moves.len() as u64) as usize);
    let said: Vec<String> = moves.iter().enumerate().map(|(i, m)| m.tell(slip_at == Some(i), rng)).collect();
    said.join("\n")
}

/// A number of one to `digits` digits, each length as often as the others.
pub(super) fn number(digits: u32, rng: &mut Rng) -> i64 {
    let length = rng.range(1, i64::from(digits)) as u32;
    rng.range(10i64.pow(length - 1), 10i64.pow(length) - 1)
}

/// Two or three computations with operands of up to so many digits: sums and differences of
/// `long`, products and quotients of `long` and `short` digits; `signed`: with negative numbers.
pub(super) fn computations(long: u32, short: u32, signed: bool, rng: &mut Rng) -> String {
    let count = rng.range(2, 3);
    let workings: Vec<Working> = (0..count)
        .map(|_| {
            let sign = |n: i64, rng: &mut Rng| if signed && rng.chance(0.4) { -n } else { n };
            let (a, b) = (number(long, rng), number(long, rng));
            let small = number(short, rng).max(2);
            match rng.below(5) {
                0 => add(sign(a, rng), sign(b, rng)),
                1 if signed => sub(sign(a, rng), sign(b, rng)),
                1 => sub(a.max(b), a.min(b)),
                2 => mul(sign(a, rng), small),
                3 => div_rem(a, small),
                _ => {
                    let quotient = sign(number(long.saturating_sub(short).max(1), rng), rng);
                    div_exact(quotient * small, small)
                }
            }
        })
        .collect();
    told(&workings, rng)
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.is_empty()).collect()
}

/// True if something is taken back here.
fn slips(line: &str) -> bool {
    line.contains("Wait") || line.contains("wait")
}

/// An excerpt has at most this many characters, or one line: about 150 tokens.
const LONGEST: usize = 400;

/// A window has at least this many characters: the remark that opens a check says nothing alone.
const SHORTEST: usize = 30;

/// The first lines that are together short enough, at least one.
fn upto<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut length = 0;
    let kept = lines.iter().take_while(|line| {
        length += line.len();
        length <= LONGEST
    });
    let kept: Vec<&str> = kept.copied().collect();
    if kept.is_empty() { lines.iter().take(1).copied().collect() } else { kept }
}

#[cfg(test)]
mod tests;
