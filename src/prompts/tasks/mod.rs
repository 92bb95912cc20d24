//! Procedural prompts: families of problems with verifiable answers and an expert that solves them.
//!
//! A problem is a family, a difficulty and an index. The index is read as a mixed-radix number, one
//! digit a parameter ([`Digits`]), so that the number of distinct problems of a family is known,
//! every index gives another problem, and the same id gives the same problem on any machine.
//!
//! A new family is one file and one line in [`FAMILIES`].

pub mod arithmetic;
pub mod arithmetic_chain;
pub mod base_conversion;
pub mod boolean;
pub mod dates;
pub mod facts;
pub mod fraction;
pub mod fraction_sum;
pub mod gcd_lcm;
pub mod linear_equation;
pub mod list_program;
pub mod modular_power;
pub mod number_program;
pub mod ordering;
pub mod pen;
pub mod percent;
pub mod program;
pub mod rate;
pub mod scribe;
pub mod sequence;
pub mod space;
pub mod step;
pub mod string_program;
pub mod text;
#[cfg(test)]
pub mod trial;
pub mod truth_tellers;
pub mod unit_conversion;

use crate::record::{Prompt, TestCase};
use crate::rng::{Rng, stream_seed};
pub use facts::{Fact, fact};
pub use space::Digits;

/// A problem as posed.
#[derive(Debug, Clone, PartialEq)]
pub struct Posed {
    /// The problem as a person would ask it, with the form of the answer.
    pub problem: String,
    /// The reference answer; empty for code.
    pub answer: String,
    /// The function to write, for code.
    pub entry_point: Option<String>,
    /// Unit tests, for code.
    pub tests: Vec<TestCase>,
}

impl Posed {
    /// A problem with a reference answer.
    pub fn with_answer(problem: String, answer: impl ToString) -> Self {
        Self { problem, answer: answer.to_string(), entry_point: None, tests: Vec::new() }
    }
}

/// An expert's worked solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The long chain of thought: works in steps, checks itself, sometimes errs and says so.
    pub reasoning: String,
    /// The short solution that ends with the answer in `\boxed{}`, or with the program.
    pub solution: String,
}

/// Levels of difficulty that every family has: 1 to 4.
pub const DIFFICULTIES: std::ops::RangeInclusive<u32> = 1..=4;

/// A family of problems.
pub trait Family {
    /// Name of the family: source of its prompts, first part of their ids.
    const NAME: &'static str;
    /// `math`, `logic` or `code`.
    const DOMAIN: &'static str;
    /// What decides one problem.
    type Params;

    /// Reads the parameters off `digits`. The bounds asked for may depend on `difficulty` alone,
    /// never on a digit read before: their product is the number of distinct problems.
    fn params(difficulty: u32, digits: &mut Digits) -> Self::Params;

    /// The problem. `words` varies the wording only; different parameters give different texts
    /// whatever the wording.
    fn pose(params: &Self::Params, words: &mut Rng) -> Posed;

    /// A worked solution. `rng` varies wording, the way of checking, and whether and where the
    /// expert errs before it notices. It always ends with the right answer.
    fn expert(params: &Self::Params, rng: &mut Rng) -> Chain;

    /// A short worked fact: one step of the chains in their notation and wording, not a chain. What
    /// it says is true, or taken back. See [`facts`].
    fn fact(difficulty: u32, rng: &mut Rng) -> String;
}

/// A family as the registry sees it: its trait's functions without its types.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// [`Family::NAME`].
    pub name: &'static str,
    /// [`Family::DOMAIN`].
    pub domain: &'static str,
    count: fn(u32) -> u128,
    pose: fn(u32, u64) -> Posed,
    expert: fn(u32, u64, &mut Rng) -> Chain,
    fact: fn(u32, &mut Rng) -> String,
}

/// Every family, in the order in which `families = []` lists them. A new one goes at the end.
pub const FAMILIES: &[Entry] = &[
    Entry::of::<arithmetic_chain::ArithmeticChain>(),
    Entry::of::<linear_equation::LinearEquation>(),
    Entry::of::<boolean::Boolean>(),
    Entry::of::<ordering::Ordering>(),
    Entry::of::<truth_tellers::TruthTellers>(),
    Entry::of::<list_program::ListProgram>(),
    Entry::of::<number_program::NumberProgram>(),
    Entry::of::<string_program::StringProgram>(),
    Entry::of::<percent::Percent>(),
    Entry::of::<fraction_sum::FractionSum>(),
    Entry::of::<gcd_lcm::GcdLcm>(),
    Entry::of::<modular_power::ModularPower>(),
    Entry::of::<base_conversion::BaseConversion>(),
    Entry::of::<rate::Rate>(),
    Entry::of::<sequence::Sequence>(),
    Entry::of::<unit_conversion::UnitConversion>(),
    Entry::of::<dates::Dates>(),
];

impl Entry {
    const fn of<F: Family>() -> Self {
        Self {
            name: F::NAME,
            domain: F::DOMAIN,
            count: |difficulty| {
                let mut digits = Digits::new(0);
                F::params(difficulty, &mut digits);
                digits.count()
            },
            pose: |difficulty, index| {
                F::pose(&read::<F>(difficulty, index), &mut words::<F>(difficulty, index))
            },
            expert: |difficulty, index, rng| F::expert(&read::<F>(difficulty, index), rng),
            fact: facts::draw::<F>,
        }
    }

    /// The number of distinct problems at `difficulty`.
    pub fn count(&self, difficulty: u32) -> u128 {
        (self.count)(difficulty)
    }

    /// Problem `index` (below [`count`](Self::count)) of `difficulty`, with id
    /// `family/difficulty/index`.
    pub fn prompt(&self, difficulty: u32, index: u64) -> Prompt {
        let posed = (self.pose)(difficulty, index);
        Prompt {
            id: format!("{}/{difficulty}/{index}", self.name),
            source: self.name.to_owned(),
            domain: self.domain.to_owned(),
            problem: posed.problem,
            answer: (!posed.answer.is_empty()).then_some(posed.answer),
            entry_point: posed.entry_point,
            tests: posed.tests,
            difficulty: Some(difficulty),
        }
    }

    /// The expert's worked solution of a problem, varied by `seed`.
    pub fn expert(&self, difficulty: u32, index: u64, seed: u64) -> Chain {
        (self.expert)(difficulty, index, &mut Rng::named(seed, self.name, index))
    }

    /// A short worked fact of the family.
    pub fn fact(&self, difficulty: u32, rng: &mut Rng) -> String {
        (self.fact)(difficulty, rng)
    }
}

fn read<F: Family>(difficulty: u32, index: u64) -> F::Params {
    F::params(difficulty, &mut Digits::new(u128::from(index)))
}

/// The wording of a problem belongs to the problem: it does not depend on any run's seed.
fn words<F: Family>(difficulty: u32, index: u64) -> Rng {
    Rng::named(u64::from(difficulty), F::NAME, index)
}

/// The family called `name`.
pub fn family(name: &str) -> Option<&'static Entry> {
    FAMILIES.iter().find(|entry| entry.name == name)
}

/// The family, difficulty and index that a procedural prompt's id names.
pub fn parse_id(id: &str) -> Option<(&'static Entry, u32, u64)> {
    let mut parts = id.split('/');
    let (name, difficulty, index) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (entry, difficulty, index) = (family(name)?, difficulty.parse().ok()?, index.parse().ok()?);
    (DIFFICULTIES.contains(&difficulty) && u128::from(index) < entry.count(difficulty))
        .then_some((entry, difficulty, index))
}

/// Which problems may be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// All but the held-out ones.
    #[default]
    Train,
    /// One problem in [`HELD_OUT_SHARE`], chosen by a hash of its id, on which no built-in model is trained.
    HeldOut,
}

/// One problem in this many is held out: 1.6 %, several thousand of each family and difficulty.
pub const HELD_OUT_SHARE: u64 = 64;

/// The split that a problem belongs to: the same in every run.
pub fn split_of(entry: &Entry, difficulty: u32, index: u64) -> Split {
    split_of_name(entry.name, difficulty, index)
}

fn split_of_name(name: &str, difficulty: u32, index: u64) -> Split {
    if stream_seed(u64::from(difficulty), name, index).is_multiple_of(HELD_OUT_SHARE) {
        Split::HeldOut
    } else {
        Split::Train
    }
}
