//! Python functions on lists of integers, composed of one to four steps: filters, maps, slices,
//! sorts, and a number made of the list at the end.

use super::program::{Program, facts, read_name};
use super::step::{Operation, Row, Step, Value, plain, with};
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// An operation on a list of integers; the tables below say in words what each does.
#[allow(missing_docs, reason = "the tables give each operation's wordings and code")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Greater,
    Less,
    AtLeast,
    Multiples,
    Without,
    Add,
    Subtract,
    Multiply,
    Cap,
    Raise,
    Zero,
    First,
    Last,
    Skip,
    Cut,
    Prepend,
    Append,
    Even,
    Odd,
    Positive,
    Negative,
    SortUp,
    SortDown,
    Reverse,
    Negate,
    Absolute,
    Distinct,
    EverySecond,
    Square,
    MaxOr,
    MinOr,
    FirstOr,
    LastOr,
    CountGreater,
    CountEqual,
    Sum,
    Length,
    CountEven,
    SumSquares,
}

/// Steps from a list to a list.
#[rustfmt::skip]
const LISTS: &[Row<Op>] = &[
    with(Op::Greater, (-5, 10), &["keep only the numbers greater than {k}", "drop every number that is {k} or less"],
        ["[x for x in {v} if x > {k}]", "[x for x in {v} if x >= {k}]", "would also keep {k} itself"]),
    with(Op::Less, (-5, 10), &["keep only the numbers less than {k}", "drop every number that is {k} or more"],
        ["[x for x in {v} if x < {k}]", "[x for x in {v} if x <= {k}]", "would also keep {k} itself"]),
    with(Op::AtLeast, (-5, 10), &["keep only the numbers that are at least {k}", "drop every number below {k}"],
        ["[x for x in {v} if x >= {k}]", "[x for x in {v} if x > {k}]", "would lose {k} itself"]),
    with(Op::Multiples, (3, 7), &["keep only the numbers divisible by {k}", "keep only the multiples of {k}"],
        ["[x for x in {v} if x % {k} == 0]", "[x for x in {v} if x % {k} != 0]", "keeps the numbers that are not divisible by {k}"]),
    with(Op::Without, (0, 9), &["remove every {k}", "drop all numbers equal to {k}"],
        ["[x for x in {v} if x != {k}]", "[x for x in {v} if x == {k}]", "keeps only the numbers equal to {k}"]),
    with(Op::Add, (1, 15), &["add {k} to each number", "increase every number by {k}"],
        ["[x + {k} for x in {v}]", "[x - {k} for x in {v}]", "subtracts {k} instead of adding it"]),
    with(Op::Subtract, (1, 15), &["subtract {k} from each number", "decrease every number by {k}"],
        ["[x - {k} for x in {v}]", "[{k} - x for x in {v}]", "subtracts the number from {k}, the wrong way round"]),
    with(Op::Multiply, (2, 9), &["multiply each number by {k}", "replace each number by {k} times the number"],
        ["[x * {k} for x in {v}]", "{v} * {k}", "repeats the whole list instead of multiplying the numbers"]),
    with(Op::Cap, (1, 10), &["replace every number greater than {k} by {k}", "lower all numbers above {k} to {k}"],
        ["[min(x, {k}) for x in {v}]", "[max(x, {k}) for x in {v}]", "takes the larger of x and {k}, so it changes the small numbers"]),
    with(Op::Raise, (-5, 5), &["replace every number less than {k} by {k}", "raise all numbers below {k} to {k}"],
        ["[max(x, {k}) for x in {v}]", "[min(x, {k}) for x in {v}]", "takes the smaller of x and {k}, so it changes the large numbers"]),
    with(Op::Zero, (1, 9), &["replace every {k} by 0", "turn each {k} into 0"],
        ["[0 if x == {k} else x for x in {v}]", "[0 if x != {k} else x for x in {v}]", "turns every other number into 0"]),
    with(Op::First, (2, 5), &["keep at most the first {k} numbers", "keep the first {k} numbers (all if there are fewer)"],
        ["{v}[:{k}]", "{v}[{k}:]", "skips the first {k} numbers instead of keeping them"]),
    with(Op::Last, (2, 5), &["keep at most the last {k} numbers", "keep the last {k} numbers (all if there are fewer)"],
        ["{v}[-{k}:]", "{v}[:-{k}]", "drops the last {k} numbers instead of keeping them"]),
    with(Op::Skip, (2, 4), &["skip the first {k} numbers", "drop the first {k} numbers"],
        ["{v}[{k}:]", "{v}[:{k}]", "keeps the first {k} numbers instead of dropping them"]),
    with(Op::Cut, (2, 4), &["drop the last {k} numbers", "cut off the last {k} numbers"],
        ["{v}[:-{k}]", "{v}[-{k}:]", "keeps the last {k} numbers instead of dropping them"]),
    with(Op::Prepend, (11, 50), &["add {k} at the start of the list", "put {k} in front of the list"],
        ["[{k}] + {v}", "{v} + [{k}]", "puts {k} at the end"]),
    with(Op::Append, (11, 50), &["add {k} at the end of the list", "put {k} after the last number"],
        ["{v} + [{k}]", "[{k}] + {v}", "puts {k} at the start"]),
    plain(Op::Even, &["keep only the even numbers", "drop the odd numbers", "remove all odd numbers", "keep just the even numbers"],
        ["[x for x in {v} if x % 2 == 0]", "[x for x in {v} if x % 2 == 1]", "keeps the odd numbers"]),
    plain(Op::Odd, &["keep only the odd numbers", "drop the even numbers", "remove all even numbers", "keep just the odd numbers"],
        ["[x for x in {v} if x % 2 != 0]", "[x for x in {v} if x % 2 == 0]", "keeps the even numbers"]),
    plain(Op::Positive, &["keep only the positive numbers", "remove all numbers that are negative or 0", "keep only the numbers above zero", "drop zeros and negative numbers"],
        ["[x for x in {v} if x > 0]", "[x for x in {v} if x >= 0]", "would also keep 0, and 0 is not positive"]),
    plain(Op::Negative, &["keep only the negative numbers", "remove all numbers that are positive or 0", "keep only the numbers below zero", "drop zeros and positive numbers"],
        ["[x for x in {v} if x < 0]", "[x for x in {v} if x <= 0]", "would also keep 0, and 0 is not negative"]),
    plain(Op::SortUp, &["sort the numbers in ascending order", "sort the list from smallest to largest", "sort the list in increasing order", "put the numbers in ascending order", "sort the numbers, smallest first", "arrange the numbers from small to large"],
        ["sorted({v})", "sorted({v}, reverse=True)", "puts the largest number first"]),
    plain(Op::SortDown, &["sort the numbers in descending order", "sort the list from largest to smallest", "sort the list in decreasing order", "put the numbers in descending order", "sort the numbers, largest first", "arrange the numbers from large to small"],
        ["sorted({v}, reverse=True)", "sorted({v})", "puts the smallest number first"]),
    plain(Op::Reverse, &["reverse the list", "reverse the order of the numbers", "turn the list around", "put the numbers in reverse order"],
        ["{v}[::-1]", "sorted({v}, reverse=True)", "sorts the list instead of only turning it around"]),
    plain(Op::Negate, &["change the sign of each number", "negate every number", "replace each number x by -x", "flip the sign of every number"],
        ["[-x for x in {v}]", "[abs(x) for x in {v}]", "does not make positive numbers negative"]),
    plain(Op::Absolute, &["replace each number by its absolute value", "take the absolute value of every number", "make every negative number positive", "drop the minus sign of each negative number"],
        ["[abs(x) for x in {v}]", "[-x for x in {v}]", "makes positive numbers negative"]),
    plain(Op::Distinct, &["remove duplicates, keeping the first of each", "keep only the first occurrence of each number", "drop every number that already occurred earlier", "remove repeated numbers, so that each stays where it comes first"],
        ["list(dict.fromkeys({v}))", "list(set({v}))", "does not keep the order"]),
    plain(Op::EverySecond, &["keep every second number, starting with the first", "keep only the numbers at indices 0, 2, 4 and so on", "keep the first, third, fifth number and so on", "drop the numbers at indices 1, 3, 5 and so on"],
        ["{v}[::2]", "{v}[1::2]", "starts with the second number"]),
];

/// Only among the first two steps, so that numbers stay far below 2^63.
#[rustfmt::skip]
const GROWING: &[Row<Op>] = &[
    plain(Op::Square, &["square each number", "replace each number by its square", "multiply each number by itself", "replace each number x by x * x"],
        ["[x * x for x in {v}]", "[x + x for x in {v}]", "doubles the numbers"]),
];

/// Steps from a list to a number, only at the end.
#[rustfmt::skip]
const NUMBERS: &[Row<Op>] = &[
    with(Op::MaxOr, (-1, 8), &["take the largest number, or {k} if the list is empty", "take the maximum ({k} for an empty list)"],
        ["max({v}, default={k})", "max({v})", "fails on an empty list"]),
    with(Op::MinOr, (-1, 8), &["take the smallest number, or {k} if the list is empty", "take the minimum ({k} for an empty list)"],
        ["min({v}, default={k})", "min({v})", "fails on an empty list"]),
    with(Op::FirstOr, (-1, 8), &["take the first number, or {k} if the list is empty", "pick the first number ({k} for an empty list)"],
        ["{v}[0] if {v} else {k}", "{v}[0]", "fails on an empty list"]),
    with(Op::LastOr, (-1, 8), &["take the last number, or {k} if the list is empty", "pick the last number ({k} for an empty list)"],
        ["{v}[-1] if {v} else {k}", "{v}[-1]", "fails on an empty list"]),
    with(Op::CountGreater, (0, 9), &["count the numbers greater than {k}", "count how many numbers are greater than {k}"],
        ["len([x for x in {v} if x > {k}])", "sum([x for x in {v} if x > {k}])", "adds up the numbers instead of counting them"]),
    with(Op::CountEqual, (0, 9), &["count how often {k} occurs", "count the numbers equal to {k}"],
        ["{v}.count({k})", "{v}.index({k})", "gives the place of {k}, not how often it occurs"]),
    plain(Op::Sum, &["add up all the numbers", "take the sum of the numbers", "sum the numbers", "compute the sum of the list", "compute the total of the numbers", "add all the numbers together"],
        ["sum({v})", "len({v})", "counts the numbers instead of adding them"]),
    plain(Op::Length, &["count the numbers in the list", "take the length of the list", "count how many numbers there are", "take the number of elements", "count the elements", "compute the length of the list"],
        ["len({v})", "sum({v})", "adds up the numbers instead of counting them"]),
    plain(Op::CountEven, &["count the even numbers", "count how many numbers are even", "take the number of even elements", "compute how many of the numbers are even"],
        ["len([x for x in {v} if x % 2 == 0])", "len([x for x in {v} if x % 2 == 1])", "counts the odd numbers"]),
    plain(Op::SumSquares, &["add up the squares of the numbers", "take the sum of the squares", "square the numbers and add up the squares", "compute the sum of the squared numbers"],
        ["sum(x * x for x in {v})", "sum({v}) ** 2", "squares the sum instead of adding up the squares"]),
];

const VERBS: &[&str] =
    &["process", "transform", "change", "handle", "build", "make", "solve", "convert", "update", "run"];
const NOUNS: &[&str] = &["numbers", "list", "values", "items", "data", "entries", "series", "row"];
const ARGUMENTS: &[&str] = &["numbers", "values", "nums", "items", "xs"];

/// Functions on lists of integers.
pub struct ListProgram;

impl Family for ListProgram {
    const NAME: &'static str = "list_program";
    const DOMAIN: &'static str = "code";
    type Params = Program<Op>;

    fn params(difficulty: u32, digits: &mut Digits) -> Self::Params {
        let last = difficulty.clamp(1, 4) as usize - 1;
        let steps = (0..=last).map(|i| match (i < 2, i == last) {
            (true, true) => Step::read(&[LISTS, GROWING, NUMBERS], digits),
            (true, false) => Step::read(&[LISTS, GROWING], digits),
            (false, true) => Step::read(&[LISTS, NUMBERS], digits),
            (false, false) => Step::read(&[LISTS], digits),
        });
        let steps = steps.collect();
        let name = read_name(VERBS, NOUNS, digits);
        Program::new(name, digits.pick(ARGUMENTS), "a list of integers", steps)
    }

    fn pose(program: &Self::Params, words: &mut Rng) -> Posed {
        // The steps' constants and their neighbours are among the numbers, so that limits are tested.
        let item = |words: &mut Rng| {
            let step = &program.steps[words.below(program.steps.len() as u64) as usize];
            if words.chance(0.4) { step.k + words.range(-1, 1) } else { words.range(-12, 20) }
        };
        let candidates = (1..=14).map(|i| {
            let mut items: Vec<i64> = (0..words.range(1 + i / 3, 3 + i / 2)).map(|_| item(words)).collect();
            if items.len() > 4 {
                items[4] = items[1];
            }
            Value::List(items)
        });
        let candidates = candidates.collect();
        // Pairs of small numbers, where the candidates are all treated alike.
        let mut spare = (-12..=20).flat_map(|a| (-12..=20).map(move |b| Value::List(vec![b, a, b, a])));
        program.posed(Value::List(Vec::new()), candidates, &mut spare, words)
    }

    fn expert(program: &Self::Params, rng: &mut Rng) -> Chain {
        let list = |rng: &mut Rng| Value::List((0..rng.range(3, 4)).map(|_| rng.range(-6, 12)).collect());
        let examples = (0..6).map(|_| list(rng)).collect();
        let edge = if rng.chance(0.3) { vec![rng.range(-5, 9)] } else { Vec::new() };
        program.chain(examples, &Value::List(edge), rng)
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        let value = |_: &Self::Params, rng: &mut Rng| {
            Value::List((0..rng.range(2, 4)).map(|_| rng.range(-6, 12)).collect())
        };
        facts::fact::<Op, Self>(difficulty, value, rng)
    }
}

impl Operation for Op {
    fn apply(self, k: i64, value: &Value) -> Value {
        let Value::List(items) = value else { return value.clone() };
        let n = items.len();
        let at = (k.max(0) as usize).min(n);
        let keep =
            |test: &dyn Fn(i64) -> bool| Value::List(items.iter().copied().filter(|&x| test(x)).collect());
        let map = |f: &dyn Fn(i64) -> i64| Value::List(items.iter().map(|&x| f(x)).collect());
        let list = |items: &[i64]| Value::List(items.to_vec());
        let int = |x: Option<i64>| Value::Int(x.unwrap_or(k));
        let count =
            |test: &dyn Fn(i64) -> bool| Value::Int(items.iter().filter(|&&x| test(x)).count() as i64);
        match self {
            Op::Greater => keep(&|x| x > k),
            Op::Less => keep(&|x| x < k),
            Op::AtLeast => keep(&|x| x >= k),
            Op::Multiples => keep(&|x| x % k == 0),
            Op::Without => keep(&|x| x != k),
            Op::Add => map(&|x| x + k),
            Op::Subtract => map(&|x| x - k),
            Op::Multiply => map(&|x| x * k),
            Op::Cap => map(&|x| x.min(k)),
            Op::Raise => map(&|x| x.max(k)),
            Op::Zero => map(&|x| if x == k { 0 } else { x }),
            Op::First => list(&items[..at]),
            Op::Last => list(&items[n - at..]),
            Op::Skip => list(&items[at..]),
            Op::Cut => list(&items[..n - at]),
            Op::Prepend => list(&[&[k], items.as_slice()].concat()),
            Op::Append => list(&[items.as_slice(), &[k]].concat()),
            Op::Even => keep(&|x| x % 2 == 0),
            Op::Odd => keep(&|x| x % 2 != 0),
            Op::Positive => keep(&|x| x > 0),
            Op::Negative => keep(&|x| x < 0),
            Op::SortUp | Op::SortDown => {
                let mut sorted = items.clone();
                sorted.sort_unstable();
                if self == Op::SortDown {
                    sorted.reverse();
                }
                Value::List(sorted)
            }
            Op::Reverse => Value::List(items.iter().rev().copied().collect()),
            Op::Negate => map(&|x| -x),
            Op::Absolute => map(&|x| x.abs()),
            Op::Distinct => {
                let first = |&(i, x): &(usize, &i64)| !items[..i].contains(x);
                Value::List(items.iter().enumerate().filter(first).map(|(_, &x)| x).collect())
            }
            Op::EverySecond => Value::List(items.iter().step_by(2).copied().collect()),
            Op::Square => map(&|x| x * x),
            Op::MaxOr => int(items.iter().copied().max()),
            Op::MinOr => int(items.iter().copied().min()),
            Op::FirstOr => int(items.first().copied()),
            Op::LastOr => int(items.last().copied()),
            Op::CountGreater => count(&|x| x > k),
            Op::CountEqual => count(&|x| x == k),
            Op::Sum => Value::Int(items.iter().sum()),
            Op::Length => Value::Int(n as i64),
            Op::CountEven => count(&|x| x % 2 == 0),
            Op::SumSquares => Value::Int(items.iter().map(|x| x * x).sum()),
        }
    }

    fn trace(self, k: i64, value: &Value) -> String {
        let Value::List(items) = value else { return String::new() };
        let each = |f: &dyn Fn(i64) -> String| items.iter().map(|&x| f(x)).collect::<Vec<_>>().join(", ");
        let test = |sign: &str, f: &dyn Fn(i64) -> bool| {
            each(&|x| format!("{x} {sign} {k} {}", if f(x) { "yes" } else { "no" }))
        };
        let minus = |x: i64| if x < 0 { format!("({x})") } else { x.to_string() };
        match self {
            Op::Greater | Op::CountGreater => test(">", &|x| x > k),
            Op::Less => test("<", &|x| x < k),
            Op::AtLeast => test(">=", &|x| x >= k),
            Op::Multiples => each(&|x| match x % k {
                0 => format!("{x} = {k} * {}", minus(x / k)),
                _ => format!("{x} is not divisible"),
            }),
            Op::Add => each(&|x| format!("{x} + {k} = {}", x + k)),
            Op::Subtract => each(&|x| format!("{x} - {k} = {}", x - k)),
            Op::Multiply => each(&|x| format!("{x} * {k} = {}", x * k)),
            Op::Cap => each(&|x| format!("min({x}, {k}) = {}", x.min(k))),
            Op::Raise => each(&|x| format!("max({x}, {k}) = {}", x.max(k))),
            Op::Even | Op::Odd | Op::CountEven => {
                each(&|x| format!("{x} is {}", if x % 2 == 0 { "even" } else { "odd" }))
            }
            Op::Positive => each(&|x| format!("{x} > 0 {}", if x > 0 { "yes" } else { "no" })),
            Op::Negative => each(&|x| format!("{x} < 0 {}", if x < 0 { "yes" } else { "no" })),
            Op::Square | Op::SumSquares => each(&|x| format!("{0} * {0} = {1}", minus(x), x * x)),
            Op::Sum if items.len() > 1 => {
                let mut total = items[0];
                let sums = items[1..].iter().map(|&x| {
                    total += x;
                    format!("{} + {} = {total}", total - x, minus(x))
                });
                sums.collect::<Vec<_>>().join(", ")
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::program::tests::{check_family, check_wordings};
    use super::*;

    #[test]
    fn counts_chains_and_distinct_texts() {
        check_family::<ListProgram>([142_800, 39_555_600, 10_834_134_800, 2_957_718_800_400]);
        check_wordings(&[LISTS, GROWING, NUMBERS]);
    }

    #[test]
    fn operations_table() {
        let list = |items: &[i64]| Value::List(items.to_vec());
        for (op, k, input, expected) in [
            (Op::Greater, 3, &[3, 4, -9][..], list(&[4])),
            (Op::AtLeast, 3, &[3, 4, -9], list(&[3, 4])),
            (Op::Multiples, 3, &[-3, 0, 4], list(&[-3, 0])),
            (Op::Odd, 0, &[-3, 2, 5], list(&[-3, 5])),
            (Op::Last, 2, &[1, 2, 3], list(&[2, 3])),
            (Op::Last, 5, &[1, 2], list(&[1, 2])),
            (Op::Cut, 2, &[1], list(&[])),
            (Op::Skip, 4, &[1, 2], list(&[])),
            (Op::SortDown, 0, &[1, 3, 2], list(&[3, 2, 1])),
            (Op::Distinct, 0, &[2, 1, 2, 1], list(&[2, 1])),
            (Op::EverySecond, 0, &[1, 2, 3, 4], list(&[1, 3])),
            (Op::Prepend, 42, &[], list(&[42])),
            (Op::MaxOr, -1, &[], Value::Int(-1)),
            (Op::LastOr, 7, &[1, 2], Value::Int(2)),
            (Op::SumSquares, 0, &[-1, 2], Value::Int(5)),
        ] {
            assert_eq!(op.apply(k, &list(input)), expected, "{op:?} {k} {input:?}");
        }
    }
}
