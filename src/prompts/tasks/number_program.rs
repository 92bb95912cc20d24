//! Python functions on a positive integer, composed of one to four steps: arithmetic, digits,
//! divisors, primes, sums over a loop, greatest common divisors. No step leaves the numbers from 0 on.

use super::program::{Program, facts, read_name};
use super::step::{Operation, Row, Step, Value, plain, with};
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// An operation on a number from 0 on; the tables below say in words what each does.
#[allow(missing_docs, reason = "the tables give each operation's wordings and code")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Add,
    Multiply,
    Distance,
    Divide,
    Remainder,
    AtLeast,
    AtMost,
    Gcd,
    DigitSum,
    DigitCount,
    LargestDigit,
    SmallestDigit,
    ReverseDigits,
    LastDigit,
    EvenDigits,
    SquaredDigits,
    Halve,
    Square,
    CountMultiples,
    SumMultiples,
    SumTo,
    Squares,
    EvenSum,
    Divisors,
    DivisorSum,
    Primes,
    LeastDivisor,
    IsEven,
    IsPrime,
    IsSquare,
    DivisibleBy,
    Exceeds,
}

/// Steps that keep a number about as long as it is.
#[rustfmt::skip]
const SHORT: &[Row<Op>] = &[
    with(Op::Add, (1, 40), &["add {k} to the number", "increase the number by {k}"],
        ["{v} + {k}", "{v} - {k}", "subtracts {k} instead of adding it"]),
    with(Op::Multiply, (2, 9), &["multiply it by {k}", "take {k} times the number"],
        ["{v} * {k}", "{v} ** {k}", "raises the number to a power"]),
    with(Op::Distance, (1, 30), &["take the absolute difference between the number and {k}", "compute the distance from the number to {k}"],
        ["abs({v} - {k})", "{v} - {k}", "is negative for a number below {k}"]),
    with(Op::Divide, (2, 9), &["divide it by {k} and drop the remainder", "compute how many times {k} fits completely into the number"],
        ["{v} // {k}", "{v} / {k}", "gives a fraction, not a whole number"]),
    with(Op::Remainder, (3, 20), &["take the remainder after division by {k}", "compute the number modulo {k}"],
        ["{v} % {k}", "{v} // {k}", "gives the quotient, not the remainder"]),
    with(Op::AtLeast, (5, 24), &["take the larger of the number and {k}", "replace the number by {k} if it is less than {k}"],
        ["max({v}, {k})", "min({v}, {k})", "takes the smaller one"]),
    with(Op::AtMost, (10, 29), &["take the smaller of the number and {k}", "replace the number by {k} if it is greater than {k}"],
        ["min({v}, {k})", "max({v}, {k})", "takes the larger one"]),
    plain(Op::DigitSum, &["take the sum of its decimal digits", "add up its digits", "compute its digit sum", "sum all its digits"],
        ["sum(int(d) for d in str({v}))", "len(str({v}))", "counts the digits instead of adding them"]),
    plain(Op::DigitCount, &["count its decimal digits", "take the number of its digits", "compute how many digits it has", "find how many decimal digits it is written with"],
        ["len(str({v}))", "sum(int(d) for d in str({v}))", "adds the digits instead of counting them"]),
    plain(Op::LargestDigit, &["take its largest digit", "find the largest of its decimal digits", "pick the greatest digit", "keep only the largest digit"],
        ["max(int(d) for d in str({v}))", "min(int(d) for d in str({v}))", "takes the smallest digit"]),
    plain(Op::SmallestDigit, &["take its smallest digit", "find the smallest of its decimal digits", "pick the least digit", "keep only the smallest digit"],
        ["min(int(d) for d in str({v}))", "max(int(d) for d in str({v}))", "takes the largest digit"]),
    plain(Op::ReverseDigits, &["reverse the order of its digits (leading zeros vanish)", "write its digits backwards (leading zeros vanish)", "read its digits from right to left as a number", "turn the digits around and take the result as an integer"],
        ["int(str({v})[::-1])", "str({v})[::-1]", "is a string, not a number"]),
    plain(Op::LastDigit, &["take its last digit", "keep only the last digit", "find its last decimal digit", "take its units digit"],
        ["{v} % 10", "{v} // 10", "drops the last digit instead of keeping it"]),
    plain(Op::EvenDigits, &["count its even digits (0 is even)", "take the number of even digits (0 counts as even)", "count how many of its digits are even, 0 included", "compute how many even digits it has, 0 included"],
        ["len([d for d in str({v}) if int(d) % 2 == 0])", "sum(int(d) for d in str({v}) if int(d) % 2 == 0)", "adds the even digits instead of counting them"]),
    plain(Op::SquaredDigits, &["take the sum of the squares of its digits", "square each digit and add up the squares", "add up the squared digits", "compute the sum of its squared digits"],
        ["sum(int(d) ** 2 for d in str({v}))", "sum(int(d) for d in str({v})) ** 2", "squares the sum instead of adding up the squares"]),
    plain(Op::Halve, &["halve it if it is even, otherwise add 1", "divide it by 2 if it is even, else increase it by 1", "if it is even, take half of it, otherwise the next number", "replace an even number by its half and an odd one by the number plus 1"],
        ["{v} // 2 if {v} % 2 == 0 else {v} + 1", "{v} // 2 if {v} % 2 == 1 else {v} + 1", "treats odd numbers as even ones"]),
];

/// Only as the second step, so that numbers stay far below 2^63 and loops short.
#[rustfmt::skip]
const GROWING: &[Row<Op>] = &[
    plain(Op::Square, &["square the number", "multiply the number by itself", "take its square", "raise it to the power of 2"],
        ["{v} ** 2", "{v} * 2", "doubles the number"]),
];

/// Loops up to the number, only as the first step, where the number is small; and the gcd, which has
/// little to say about numbers that went through other steps.
#[rustfmt::skip]
const LOOPS: &[Row<Op>] = &[
    with(Op::Gcd, (1, 10), &["take the greatest common divisor of the number and {k}", "compute the gcd of the number and {k}"],
        ["math.gcd({v}, {k})", "math.lcm({v}, {k})", "gives the least common multiple"]),
    with(Op::CountMultiples, (2, 9), &["count the multiples of {k} from 1 to the number", "count the numbers from 1 up to it that {k} divides"],
        ["len([i for i in range(1, {v} + 1) if i % {k} == 0])", "len([i for i in range(1, {v}) if i % {k} == 0])", "stops before the number itself"]),
    with(Op::SumMultiples, (2, 9), &["add up the multiples of {k} from 1 to the number", "take the sum of all numbers from 1 up to it that {k} divides"],
        ["sum(i for i in range(1, {v} + 1) if i % {k} == 0)", "sum(i for i in range(1, {v}) if i % {k} == 0)", "stops before the number itself"]),
    plain(Op::SumTo, &["add up all numbers from 1 to it", "take the sum of the numbers from 1 up to it", "compute 1 + 2 + 3 and so on up to the number", "sum all integers from 1 to the number"],
        ["sum(range(1, {v} + 1))", "sum(range(1, {v}))", "stops before the number itself"]),
    plain(Op::Squares, &["add up the squares of all numbers from 1 to it", "take the sum of the squares from 1 up to the square of the number", "compute 1*1 + 2*2 + 3*3 and so on up to the number times itself", "sum i * i for each i from 1 to the number"],
        ["sum(i * i for i in range(1, {v} + 1))", "sum(i * i for i in range({v}))", "stops before the number itself"]),
    plain(Op::EvenSum, &["add up the even numbers from 1 to it", "take the sum of the even numbers that are not greater than it", "compute 2 + 4 + 6 and so on, as long as the terms do not pass the number", "sum all even integers from 2 up to the number"],
        ["sum(range(2, {v} + 1, 2))", "sum(range(1, {v} + 1, 2))", "adds up the odd numbers"]),
    plain(Op::Divisors, &["count its divisors, 1 and the number included", "count the numbers from 1 to it that divide it", "take the number of its positive divisors", "compute how many positive divisors it has"],
        ["len([d for d in range(1, {v} + 1) if {v} % d == 0])", "len([d for d in range(1, {v}) if {v} % d == 0])", "misses the number itself as a divisor"]),
    plain(Op::DivisorSum, &["add up its divisors, 1 and the number included", "add up the numbers from 1 to it that divide it", "take the sum of its positive divisors", "compute the total of all its positive divisors"],
        ["sum(d for d in range(1, {v} + 1) if {v} % d == 0)", "sum(d for d in range(1, {v}) if {v} % d == 0)", "misses the number itself as a divisor"]),
    plain(Op::Primes, &["count the primes from 2 up to it", "count the prime numbers that are not greater than it", "take the number of primes up to and including it", "compute how many primes are at most as large as it"],
        ["len([p for p in range(2, {v} + 1) if all(p % d for d in range(2, p))])", "len([p for p in range(1, {v} + 1) if all(p % d for d in range(2, p))])", "also counts 1, and 1 is not prime"]),
    plain(Op::LeastDivisor, &["take its smallest divisor greater than 1, or 1 for the number 1", "find the least divisor above 1 (the result is 1 for the number 1)", "take its smallest prime factor, or 1 if it has none", "find the least prime that divides it, or take 1 if there is none"],
        ["next((d for d in range(2, {v} + 1) if {v} % d == 0), 1)", "next((d for d in range(1, {v} + 1) if {v} % d == 0), 1)", "always finds 1 first"]),
];

/// Steps from a number to a truth value, only at the end of one or two steps: after more, few numbers
/// differ.
#[rustfmt::skip]
const TRUTHS: &[Row<Op>] = &[
    with(Op::DivisibleBy, (3, 12), &["check whether it is divisible by {k}, as True or False", "say whether it is a multiple of {k} (0 is one), as True or False"],
        ["{v} % {k} == 0", "{v} % {k} == 1", "looks for remainder 1, not 0"]),
    with(Op::Exceeds, (5, 40), &["check whether it is greater than {k}, as True or False", "say whether it is more than {k}, as True or False"],
        ["{v} > {k}", "{v} >= {k}", "is also True for {k} itself"]),
    plain(Op::IsEven, &["check whether it is even, as True or False", "say whether it is an even number, as True or False", "test if 2 divides it, as True or False", "find out whether it is even, as True or False"],
        ["{v} % 2 == 0", "{v} % 2 == 1", "is True for odd numbers"]),
    plain(Op::IsSquare, &["check whether it is a perfect square, as True or False", "say whether it is the square of an integer, as True or False", "test if it is a square number (0 is one), as True or False", "find out whether it is a perfect square (0 counts as one), as True or False"],
        ["math.isqrt({v}) ** 2 == {v}", "math.isqrt({v}) == {v}", "compares the root with the number, without squaring it"]),
];

/// A truth value that takes a loop, only as a first and only step.
#[rustfmt::skip]
const PRIMALITY: &[Row<Op>] = &[
    plain(Op::IsPrime, &["check whether it is prime, as True or False", "say whether it is a prime number, as True or False", "test if it is a prime, as True or False", "find out whether it is prime, as True or False"],
        ["{v} > 1 and all({v} % d for d in range(2, {v}))", "all({v} % d for d in range(2, {v}))", "calls 1 a prime"]),
];

const VERBS: &[&str] =
    &["process", "transform", "change", "handle", "compute", "make", "solve", "convert", "evaluate", "get"];
const NOUNS: &[&str] = &["number", "value", "integer", "result", "code", "score", "total", "key"];
const ARGUMENTS: &[&str] = &["n", "number", "x", "value", "num"];

/// Functions on a positive integer.
pub struct NumberProgram;

impl Family for NumberProgram {
    const NAME: &'static str = "number_program";
    const DOMAIN: &'static str = "code";
    type Params = Program<Op>;

    fn params(difficulty: u32, digits: &mut Digits) -> Self::Params {
        let last = difficulty.clamp(1, 4) as usize - 1;
        let steps = (0..=last).map(|i| match (i, i == last) {
            (0, true) => Step::read(&[SHORT, GROWING, LOOPS, TRUTHS, PRIMALITY], digits),
            (0, false) => Step::read(&[SHORT, LOOPS], digits),
            (1, true) => Step::read(&[SHORT, GROWING, TRUTHS], digits),
            (1, false) => Step::read(&[SHORT, GROWING], digits),
            _ => Step::read(&[SHORT], digits),
        });
        let steps = steps.collect();
        let name = read_name(VERBS, NOUNS, digits);
        Program::new(name, digits.pick(ARGUMENTS), "a positive integer", steps)
    }

    fn pose(program: &Self::Params, words: &mut Rng) -> Posed {
        // 1 is the edge case. The first step's constant and its neighbours show its limits.
        let k = program.steps[0].k.max(1);
        let mut candidates: Vec<i64> = [
            (2, 12),
            (k, k + 1),
            (10, 99),
            (10, 99),
            (100, 400),
            (2, 60),
            (2, 400),
            (13, 99),
            (100, 400),
            (2, 30),
        ]
        .iter()
        .map(|&(low, high)| words.range(low, high))
        .collect();
        for _ in 0..6 {
            candidates.push(words.range(2, 400));
        }
        words.shuffle(&mut candidates[1..5]);
        let mut different: Vec<Value> = Vec::new();
        for candidate in candidates.into_iter().filter(|&candidate| candidate != 1).map(Value::Int) {
            if !different.contains(&candidate) {
                different.push(candidate);
            }
        }
        program.posed(Value::Int(1), different, &mut (2..=1_000).map(Value::Int), words)
    }

    fn expert(program: &Self::Params, rng: &mut Rng) -> Chain {
        let looping = LOOPS.iter().chain(PRIMALITY).any(|row| row == program.steps[0].row);
        let high = if looping { 12 } else { 40 };
        let examples = (0..5).map(|_| Value::Int(rng.range(4, high))).collect();
        let edge = if rng.chance(0.3) { 2 } else { 1 };
        program.chain(examples, &Value::Int(edge), rng)
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        let value = |program: &Self::Params, rng: &mut Rng| {
            let looping = LOOPS.iter().chain(PRIMALITY).any(|row| row == program.steps[0].row);
            Value::Int(rng.range(1, if looping { 12 } else { 99 }))
        };
        facts::fact::<Op, Self>(difficulty, value, rng)
    }
}

/// The decimal digits of a number from 0 on.
fn digits_of(n: i64) -> Vec<i64> {
    n.to_string().bytes().map(|byte| i64::from(byte - b'0')).collect()
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn divisors(n: i64) -> Vec<i64> {
    (1..=n).filter(|d| n % d == 0).collect()
}

fn prime(n: i64) -> bool {
    n > 1 && (2..n).take_while(|d| d * d <= n).all(|d| n % d != 0)
}

impl Operation for Op {
    fn constant(self, k: i64) -> String {
        if self == Op::Gcd { (6 * k).to_string() } else { k.to_string() }
    }

    fn apply(self, k: i64, value: &Value) -> Value {
        let &Value::Int(n) = value else { return value.clone() };
        let digits = || digits_of(n).into_iter();
        Value::Int(match self {
            Op::Add => n + k,
            Op::Multiply => n * k,
            Op::Distance => (n - k).abs(),
            Op::Divide => n / k,
            Op::Remainder => n % k,
            Op::AtLeast => n.max(k),
            Op::AtMost => n.min(k),
            Op::Gcd => gcd(n, 6 * k),
            Op::DigitSum => digits().sum(),
            Op::DigitCount => digits().count() as i64,
            Op::LargestDigit => digits().max().unwrap_or(0),
            Op::SmallestDigit => digits().min().unwrap_or(0),
            Op::ReverseDigits => digits().rev().fold(0, |number, digit| number * 10 + digit),
            Op::LastDigit => n % 10,
            Op::EvenDigits => digits().filter(|digit| digit % 2 == 0).count() as i64,
            Op::SquaredDigits => digits().map(|digit| digit * digit).sum(),
            Op::Halve if n % 2 == 0 => n / 2,
            Op::Halve => n + 1,
            Op::Square => n * n,
            Op::CountMultiples => (1..=n).filter(|i| i % k == 0).count() as i64,
            Op::SumMultiples => (1..=n).filter(|i| i % k == 0).sum(),
            Op::SumTo => (1..=n).sum(),
            Op::Squares => (1..=n).map(|i| i * i).sum(),
            Op::EvenSum => (1..=n).filter(|i| i % 2 == 0).sum(),
            Op::Divisors => divisors(n).len() as i64,
            Op::DivisorSum => divisors(n).iter().sum(),
            Op::Primes => (2..=n).filter(|&p| prime(p)).count() as i64,
            Op::LeastDivisor => (2..=n).find(|d| n % d == 0).unwrap_or(1),
            Op::IsEven => return Value::Bool(n % 2 == 0),
            Op::IsPrime => return Value::Bool(prime(n)),
            Op::IsSquare => return Value::Bool((0..=n).take_while(|i| i * i <= n).any(|i| i * i == n)),
            Op::DivisibleBy => return Value::Bool(n % k == 0),
            Op::Exceeds => return Value::Bool(n > k),
        })
    }

    fn trace(self, k: i64, value: &Value) -> String {
        let &Value::Int(n) = value else { return String::new() };
        let join = |items: Vec<String>, by: &str| items.join(by);
        let list = |items: &[i64]| join(items.iter().map(i64::to_string).collect(), ", ");
        let digits = digits_of(n);
        match self {
            Op::Add => format!("{n} + {k} = {}", n + k),
            Op::Multiply => format!("{n} * {k} = {}", n * k),
            Op::Distance if n >= k => format!("{n} - {k} = {}", n - k),
            Op::Distance => format!("{n} - {k} = {}, without the sign {}", n - k, k - n),
            Op::Divide => format!("{k} * {} = {}, {} remain", n / k, n / k * k, n % k),
            Op::Remainder | Op::DivisibleBy => {
                format!("{k} * {} = {}, {n} - {} = {}", n / k, n / k * k, n / k * k, n % k)
            }
            Op::AtLeast | Op::AtMost | Op::Exceeds => {
                let sign = if n > k { "greater than" } else { "not greater than" };
                format!("{n} is {sign} {k}")
            }
            Op::Gcd => {
                let other = 6 * k;
                format!("{n} has the divisors {}; {other} has {}", list(&divisors(n)), list(&divisors(other)))
            }
            Op::DigitSum if digits.len() > 1 => {
                join(digits.iter().map(i64::to_string).collect(), " + ")
                    + &format!(" = {}", digits.iter().sum::<i64>())
            }
            Op::SquaredDigits => {
                join(digits.iter().map(|d| format!("{d} * {d} = {}", d * d)).collect(), ", ")
            }
            Op::DigitCount
            | Op::LargestDigit
            | Op::SmallestDigit
            | Op::ReverseDigits
            | Op::LastDigit
            | Op::EvenDigits => format!("the digits of {n} are {}", list(&digits)),
            Op::Halve | Op::IsEven => format!("{n} is {}", if n % 2 == 0 { "even" } else { "odd" }),
            Op::Square => format!("{n} * {n} = {}", n * n),
            Op::SumTo if n <= 12 => list_or_none("the terms", &(1..=n).collect::<Vec<_>>()),
            Op::EvenSum => {
                list_or_none("the even terms", &(1..=n).filter(|i| i % 2 == 0).collect::<Vec<_>>())
            }
            Op::CountMultiples | Op::SumMultiples => {
                list_or_none("the multiples", &(1..=n).filter(|i| i % k == 0).collect::<Vec<_>>())
            }
            Op::Squares => list_or_none("the squares", &(1..=n).map(|i| i * i).collect::<Vec<_>>()),
            Op::Divisors | Op::DivisorSum => list_or_none("the divisors", &divisors(n)),
            Op::LeastDivisor | Op::IsPrime => list_or_none("its divisors", &divisors(n)),
            Op::Primes => list_or_none("the primes", &(2..=n).filter(|&p| prime(p)).collect::<Vec<_>>()),
            _ => String::new(),
        }
    }
}

fn list_or_none(what: &str, items: &[i64]) -> String {
    match items {
        [] => format!("{what}: none"),
        _ => format!("{what}: {}", items.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::program::tests::{check_family, check_wordings};
    use super::*;

    #[test]
    fn counts_chains_and_distinct_texts() {
        check_family::<NumberProgram>([118_400, 22_276_800, 3_100_032_000, 558_005_760_000]);
        check_wordings(&[SHORT, GROWING, LOOPS, TRUTHS, PRIMALITY]);
    }

    #[test]
    fn operations_table() {
        let (int, truth) = (Value::Int, Value::Bool);
        for (op, k, n, expected) in [
            (Op::Distance, 9, 4, int(5)),
            (Op::Divide, 4, 11, int(2)),
            (Op::Gcd, 2, 18, int(6)),
            (Op::Gcd, 10, 45, int(15)),
            (Op::ReverseDigits, 0, 120, int(21)),
            (Op::EvenDigits, 0, 0, int(1)),
            (Op::SquaredDigits, 0, 34, int(25)),
            (Op::Halve, 0, 7, int(8)),
            (Op::CountMultiples, 3, 9, int(3)),
            (Op::Divisors, 0, 12, int(6)),
            (Op::DivisorSum, 0, 6, int(12)),
            (Op::Primes, 0, 11, int(5)),
            (Op::LeastDivisor, 0, 1, int(1)),
            (Op::LeastDivisor, 0, 35, int(5)),
            (Op::IsPrime, 0, 1, truth(false)),
            (Op::IsPrime, 0, 9, truth(false)),
            (Op::IsSquare, 0, 0, truth(true)),
            (Op::IsSquare, 0, 15, truth(false)),
        ] {
            assert_eq!(op.apply(k, &int(n)), expected, "{op:?} {k} {n}");
        }
    }
}
