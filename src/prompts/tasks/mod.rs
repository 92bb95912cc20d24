//! Procedural prompts: families of problems with verifiable answers and an expert that solves them.
//!
//! A problem is a family, a difficulty and an index. The index is read as a mixed-radix number, one
//! digit a parameter ([`Digits`]), so that the number of distinct problems of a family is known,
//! every index gives another problem, and the same id gives the same problem on any machine.
//!
//! A new family is one file and one line in [`FAMILIES`].

pub mod space;
pub mod text;

use crate::record::TestCase;
use crate::rng::Rng;
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
}
