//! The experts of the date family: a plan and a check for each kind of problem.
//!
//! In come the parameters, out comes the chain's text. They count month by month, whole years off
//! before where there are any, and never leap over a month.

use super::calendar::{Date, MONTHS, WEEKDAYS, is_leap, length};
use super::{Kind, Params};
use crate::prompts::tasks::arithmetic::{Working, add, div_rem, mul, sub};
use crate::prompts::tasks::scribe::{Check, Move, chain, closing, phrase};
use crate::rng::Rng;

/// The chain for a problem.
pub(super) fn solve(params: &Params, rng: &mut Rng) -> String {
    match params.kind {
        Kind::Weekday { from, back, .. } => weekday(params, from, back, rng),
        Kind::Later { from, with_year } => later(params, from, with_year, rng),
        Kind::Between { from } => between(params, from, rng),
        Kind::WeekdayOf { from } => weekday_of(params, from, rng),
    }
}

/// Whole weeks off: the division by seven.
pub(super) fn weeks(days: i64, rng: &mut Rng) -> Move {
    let lead = phrase(
        rng,
        &[
            "After 7 days it is the same weekday again, so I divide {n} by 7.",
            "Whole weeks change nothing. I take the sevens out of {n}.",
            "Only the remainder of {n} after division by 7 counts.",
        ],
        &[("n", &days)],
    );
    Move::new(lead, div_rem(days, 7))
}

/// Quotient times 7 and the remainder must be all days.
pub(super) fn check_weeks(days: i64, quotient: i64, rng: &mut Rng) -> Check {
    let fields: &[(&str, &dyn std::fmt::Display)] = &[("q", &quotient), ("left", &(days % 7))];
    let lead = phrase(
        rng,
        &["I take 7 days {q} times.", "Back again: {q} times 7 days.", "{q} times a week."],
        fields,
    );
    let whole = Move::new(lead, mul(quotient, 7));
    let lead =
        phrase(rng, &["And {left} on top.", "With the remainder {left}.", "Then I add the {left}."], fields);
    let rest = Move::new(lead, add(quotient * 7, days % 7));
    Check { moves: vec![whole, rest], expected: days, meaning: "the number of days" }
}

/// Counts the days that are left on from a weekday, in words.
pub(super) fn count_on(from: usize, days: i64, back: bool, rng: &mut Rng) -> String {
    let left = days % 7;
    let name = WEEKDAYS[from];
    if left == 0 {
        return phrase(
            rng,
            &[
                "No day is left over, so it is {name} again.",
                "The remainder is 0: again a {name}.",
                "Only whole weeks, so it stays {name}.",
            ],
            &[("name", &name)],
        );
    }
    let step = if back { 6 } else { 1 };
    let days: Vec<String> =
        (1..=left).map(|i| format!("{i} {}", WEEKDAYS[(from + step * i as usize) % 7])).collect();
    phrase(
        rng,
        &[
            "I count {left} {dir} from {name}: {days}.",
            "{left} left, {dir} from {name}: {days}.",
            "Starting at {name}, I go {left} {dir}: {days}.",
        ],
        &[
            ("left", &left),
            ("dir", &if back { "back" } else { "on" }),
            ("name", &name),
            ("days", &days.join(", ")),
        ],
    )
}

fn weekday(params: &Params, from: usize, back: bool, rng: &mut Rng) -> String {
    let n = params.days;
    let opening = phrase(
        rng,
        &[
            "It starts with {name}, and I need the weekday {n} days {dir}.",
            "Given: {name}. Asked: {n} days {dir}.",
            "The first day is {name}; the other one is {n} days {dir}.",
            "I have to go {n} days {dir} from {name}.",
        ],
        &[("name", &WEEKDAYS[from]), ("n", &n), ("dir", &if back { "before" } else { "later" })],
    );
    let opening =
        opening.replace("days before from", "days back from").replace("days later from", "days on from");
    let moves = [weeks(n, rng)];
    let last = closing(rng, &params.answer());
    let end = format!("{} {last}", count_on(from, n, back, rng));
    chain(rng, &opening, &moves, &|rng, claimed| check_weeks(n, claimed, rng), &end)
}

/// Whether a year is a leap year, and why.
pub(super) fn leap_fact(year: i64) -> String {
    let end = year % 100;
    match (is_leap(year), end) {
        (true, 0) => format!("{year} can be divided by 400, so it is a leap year and February has 29 days."),
        (false, 0) => format!(
            "{year} can be divided by 100 but not by 400, so it is no leap year and February has 28 days."
        ),
        (true, _) => {
            format!("{end:02} can be divided by 4, so {year} is a leap year and February has 29 days.")
        }
        _ => format!("{end:02} cannot be divided by 4, so {year} is no leap year and February has 28 days."),
    }
}

/// The days from a date to the same date a year later, and why; the day is 28 at most.
fn year_fact(from: Date) -> (i64, String) {
    // The February on the way.
    let year = if from.month <= 2 { from.year } else { from.year + 1 };
    let days = from.days_to_next_year(0);
    let to = Date { year: from.year + 1, ..from };
    (
        days,
        format!(
            "From {} to {} February {year} is on the way. {} So it is {days} days.",
            from.iso(),
            to.iso(),
            leap_fact(year)
        ),
    )
}

/// The lead for a month: its name, its length, why for February.
pub(super) fn month_fact(date: Date, with_year: bool, rng: &mut Rng) -> String {
    let (month, n) = (MONTHS[(date.month - 1) as usize], length(date.year, date.month));
    if date.month == 2 && with_year {
        return leap_fact(date.year);
    }
    phrase(
        rng,
        &["{month} has {n} days.", "There are {n} days in {month}.", "{month}: {n} days."],
        &[("month", &month), ("n", &n)],
    )
}

/// A move for a month, with the wrong length of a February as a temptation.
fn month_move(date: Date, lead: String, working: Working, wrong: Working) -> Move {
    if date.month == 2 {
        let year = date.year;
        let why = if is_leap(year) {
            format!("{year} is a leap year, so February has 29 days.")
        } else {
            format!("{year} is no leap year, so February has 28 days.")
        };
        Move::new(lead, working).tempting(wrong, &why)
    } else {
        Move::new(lead, working)
    }
}

/// The other length that a February might have, or one day off.
pub(super) fn wrong_length(date: Date) -> i64 {
    if is_leap(date.year) { 28 } else { 29 }
}

fn later(params: &Params, from: Date, with_year: bool, rng: &mut Rng) -> String {
    let n = params.days;
    let told = if with_year { from.iso() } else { from.short() };
    let opening = phrase(
        rng,
        &[
            "I start at {date} and go {n} days on.",
            "Given: {date}, and {n} days later is asked.",
            "The first date is {date}. I add {n} days to it.",
            "I need the date {n} days after {date}.",
        ],
        &[("date", &told), ("n", &n)],
    );
    let mut moves = Vec::new();
    let (mut date, mut rest) = (from, n);
    while rest > 366 {
        let (days, fact) = year_fact(date);
        moves.push(Move::new(fact, sub(rest, days)));
        rest -= days;
        date.year += 1;
    }
    let lead = phrase(
        rng,
        &[
            "I add the {rest} days to the day {day}.",
            "Day {day} and {rest} days more, counted in {month}.",
            "In days of {month}, that is {day} plus {rest}.",
        ],
        &[("rest", &rest), ("day", &date.day), ("month", &MONTHS[(date.month - 1) as usize])],
    );
    let mut day = date.day + rest;
    moves.push(Move::new(lead, add(date.day, rest)));
    // Months that are passed, for the check.
    let mut passed = Vec::new();
    let start = date;
    while day > length(date.year, date.month) {
        let len = length(date.year, date.month);
        let lead = month_fact(date, with_year, rng);
        let lead = format!(
            "{lead} {}",
            phrase(
                rng,
                &[
                    "{day} is more, so I go on to the next month.",
                    "{day} is too many, I take them off.",
                    "{day} goes beyond."
                ],
                &[("day", &day)]
            )
        );
        moves.push(month_move(date, lead, sub(day, len), sub(day, wrong_length(date))));
        passed.push(len);
        day -= len;
        date = date.next_month();
    }
    let end = Date { day, ..date };
    let check = |rng: &mut Rng, claimed: i64| {
        let lead = phrase(
            rng,
            &["I go back from day {c}.", "The way back, from day {c}.", "From day {c} back to the start."],
            &[("c", &claimed)],
        );
        let (mut moves, mut sum) = (vec![Move::words(lead)], claimed);
        for len in passed.iter().rev() {
            moves.push(Move::new(format!("A month of {len} days before."), add(sum, *len)));
            sum += len;
        }
        moves.push(Move::new(format!("Without the first {} days.", start.day), sub(sum, start.day)));
        Check {
            moves,
            expected: rest,
            meaning: if rest == n {
                "the given number of days"
            } else {
                "the number of days after the whole years"
            },
        }
    };
    let month = MONTHS[(end.month - 1) as usize];
    let last = closing(rng, &params.answer());
    let fits = if with_year && end.month == 2 {
        format!("{} Day {day} is not beyond that.", leap_fact(end.year))
    } else {
        format!("{month} has {} days, so day {day} is in it.", length(end.year, end.month))
    };
    let closing = if with_year {
        format!("{fits} It is day {day} of {month} {}, month {:02}. {last}", end.year, end.month)
    } else {
        format!("{fits} It is day {day} of {month}. {last}")
    };
    chain(rng, &opening, &moves, &check, &closing)
}

/// Moves that add up the days from one date to another; gives the lengths of the passed months, too.
pub(super) fn count_days(from: Date, days: i64, rng: &mut Rng) -> (Vec<Move>, i64, Vec<i64>) {
    let to = from.after(days);
    let (mut moves, mut date, mut sum) = (Vec::new(), from, 0);
    while days - sum > 366 {
        let (year, fact) = year_fact(date);
        moves.push(if sum == 0 { Move::words(fact) } else { Move::new(fact, add(sum, year)) });
        sum += year;
        date.year += 1;
    }
    let years = sum;
    if (date.year, date.month) == (to.year, to.month) {
        let lead = phrase(
            rng,
            &[
                "Both are in the same month.",
                "It is the same month, so I subtract the days.",
                "Within one month:",
            ],
            &[],
        );
        moves
            .push(Move::new(lead.replace("month:", "month the days are subtracted."), sub(to.day, date.day)));
        if years > 0 {
            moves.push(Move::new("With the whole years.".to_owned(), add(years, to.day - date.day)));
        }
        return (moves, years, Vec::new());
    }
    let len = length(date.year, date.month);
    let mut passed = vec![len];
    let lead = format!(
        "{} {}",
        month_fact(date, true, rng),
        phrase(
            rng,
            &["After day {day} so many are left.", "From day {day} to its end.", "The rest after day {day}."],
            &[("day", &date.day)]
        )
    );
    let left = len - date.day;
    moves.push(month_move(date, lead, sub(len, date.day), sub(wrong_length(date), date.day)));
    if years > 0 {
        moves.push(Move::new("With the whole years.".to_owned(), add(years, left)));
    }
    sum += left;
    date = date.next_month();
    while (date.year, date.month) != (to.year, to.month) {
        let len = length(date.year, date.month);
        let lead = month_fact(date, true, rng);
        moves.push(month_move(date, lead, add(sum, len), add(sum, wrong_length(date))));
        passed.push(len);
        sum += len;
        date = date.next_month();
    }
    let lead = phrase(
        rng,
        &[
            "At last the {day} days of {month}.",
            "And in {month} there are {day} days to go.",
            "Now {day} days in {month}.",
        ],
        &[("day", &to.day), ("month", &MONTHS[(to.month - 1) as usize])],
    );
    moves.push(Move::new(lead, add(sum, to.day)));
    (moves, years, passed)
}

/// A check of a number of days: from the first day on, month by month, to the day of the second date.
fn check_days(from: Date, to: Date, years: i64, passed: &[i64], claimed: i64) -> Check {
    let mut moves = Vec::new();
    let mut rest = claimed;
    if years > 0 {
        moves.push(Move::new(format!("Without the whole years, {years} days."), sub(rest, years)));
        rest -= years;
    }
    moves.push(Move::new(format!("From day {} on.", from.day), add(from.day, rest)));
    rest += from.day;
    for len in passed {
        moves.push(Move::new(format!("Without a month of {len} days."), sub(rest, *len)));
        rest -= len;
    }
    Check { moves, expected: to.day, meaning: "the day of the second date" }
}

fn between(params: &Params, from: Date, rng: &mut Rng) -> String {
    let to = from.after(params.days);
    let opening = phrase(
        rng,
        &[
            "I count the days from {first} to {last}.",
            "Given: {first} and {last}. How many days later is the second?",
            "From {first} I go month by month to {last}.",
            "The first date is {first}, the second {last}. I add up the days.",
        ],
        &[("first", &from.iso()), ("last", &to.iso())],
    );
    let (moves, years, passed) = count_days(from, params.days, rng);
    let closing = closing(rng, &params.answer());
    chain(rng, &opening, &moves, &|_, claimed| check_days(from, to, years, &passed, claimed), &closing)
}

fn weekday_of(params: &Params, from: Date, rng: &mut Rng) -> String {
    let (to, n, name) = (from.after(params.days), params.days, WEEKDAYS[from.weekday()]);
    let opening = phrase(
        rng,
        &[
            "{first} is a {name}. I count the days to {last} first.",
            "Given: {first}, a {name}. Asked: the weekday of {last}. How many days lie between?",
            "I need the days from {first} to {last}, then the weekday after {name}.",
            "First the number of days from {first} to {last}, then whole weeks off. It starts with {name}.",
        ],
        &[("first", &from.iso()), ("last", &to.iso()), ("name", &name)],
    );
    let (mut moves, years, passed) = count_days(from, n, rng);
    moves.push(weeks(n, rng));
    let check = |rng: &mut Rng, claimed: i64| {
        if n <= 366 && rng.chance(0.4) && claimed == n / 7 {
            return check_days(from, to, years, &passed, n);
        }
        check_weeks(n, claimed, rng)
    };
    let last = closing(rng, &params.answer());
    let end = format!("{} {last}", count_on(from.weekday(), n, false, rng));
    chain(rng, &opening, &moves, &check, &end)
}
