//! Facts of the date family: lengths and numbers of months, leap years, weekdays counted on and
//! back, whole weeks taken off, days carried over the end of a month, the rest of a month.

use super::calendar::{Date, MONTHS, WEEKDAYS, is_leap, length};
use super::chains::{check_weeks, count_days, count_on, leap_fact, month_fact, weeks, wrong_length};
use super::{Dates, PLAIN_YEARS};
use crate::prompts::tasks::arithmetic::{add, sub};
use crate::prompts::tasks::facts::{pen, steps_of, told, window};
use crate::prompts::tasks::scribe::{Move, phrase};
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(24) {
        0 => lengths(rng),
        1 => leap_years(difficulty, rng),
        2 => month_names(rng),
        3 => next_month(rng),
        4..7 => counted(rng),
        7 | 8 => whole_weeks(difficulty, rng),
        9 => weeks_checked(difficulty, rng),
        10 | 11 => weekday_after(difficulty, rng),
        12 => weekday_names(rng),
        13..15 => days_added(difficulty, rng),
        15..17 => over_the_end(difficulty, rng),
        17 => fits(difficulty, rng),
        18..20 => between(difficulty, rng),
        20 => back(rng),
        21 => sizes(rng),
        _ => window::<Dates>(difficulty, 2, rng),
    }
}

/// A date in a year as it occurs.
fn some_date(difficulty: u32, rng: &mut Rng) -> Date {
    let year = match difficulty {
        1 | 2 => PLAIN_YEARS[rng.below(10) as usize],
        3 => rng.range(2001, 2098),
        _ => rng.range(1890, 2109),
    };
    Date { year, month: rng.range(1, 12), day: rng.range(1, 28) }
}

fn name(month: i64) -> &'static str {
    MONTHS[(month - 1) as usize]
}

fn lengths(rng: &mut Rng) -> String {
    let lines: Vec<String> = (0..rng.range(2, 4))
        .map(|_| {
            let date = Date { year: 2025, month: rng.range(1, 12), day: 1 };
            if date.month == 2 {
                "February has 28 days, in a leap year 29.".to_owned()
            } else {
                month_fact(date, false, rng)
            }
        })
        .collect();
    lines.join(" ")
}

fn leap_years(difficulty: u32, rng: &mut Rng) -> String {
    let lines: Vec<String> = (0..2)
        .map(|_| {
            let year = match rng.below(4) {
                0 => 2000 + 4 * rng.range(0, 25),
                1 if difficulty > 3 => 100 * rng.range(18, 24),
                _ => some_date(difficulty, rng).year,
            };
            leap_fact(year)
        })
        .collect();
    lines.join("\n")
}

/// Months, their numbers and dates.
fn month_names(rng: &mut Rng) -> String {
    let lines: Vec<String> = (0..rng.range(2, 3))
        .map(|_| {
            let date = some_date(2, rng);
            match rng.below(4) {
                0 => format!("{} is month {:02}.", name(date.month), date.month),
                1 => format!("{} is day {} of {} {}.", date.iso(), date.day, name(date.month), date.year),
                2 => format!(
                    "It is day {} of {} {}, month {:02}. The answer is {}.",
                    date.day,
                    name(date.month),
                    date.year,
                    date.month,
                    date.iso()
                ),
                _ => {
                    format!("It is day {} of {}. The answer is {}.", date.day, name(date.month), date.short())
                }
            }
        })
        .collect();
    lines.join("\n")
}

fn next_month(rng: &mut Rng) -> String {
    let lines: Vec<String> = (0..rng.range(2, 3))
        .map(|_| {
            let month = rng.range(1, 12);
            let next = month % 12 + 1;
            match rng.below(3) {
                0 => format!("After {} comes {}.", name(month), name(next)),
                1 if month == 12 => {
                    "The month after December is January, and the year is one more.".to_owned()
                }
                1 => format!("The month after {} is {}, month {next:02}.", name(month), name(next)),
                _ => format!("{} is followed by {}.", name(month), name(next)),
            }
        })
        .collect();
    lines.join(" ")
}

/// Up to six days counted from a weekday, one to three times.
fn counted(rng: &mut Rng) -> String {
    let lines: Vec<String> = (0..rng.range(1, 3))
        .map(|_| count_on(rng.below(7) as usize, rng.range(0, 6), rng.chance(0.5), rng))
        .collect();
    lines.join("\n")
}

/// A number of days as in the family's weekday problems.
fn days(difficulty: u32, rng: &mut Rng) -> i64 {
    if difficulty == 1 { rng.range(2, 60) } else { rng.range(61, 365) }
}

fn whole_weeks(difficulty: u32, rng: &mut Rng) -> String {
    let n = days(difficulty, rng);
    weeks(n, rng).tell(rng.chance(0.08), rng)
}

fn weeks_checked(difficulty: u32, rng: &mut Rng) -> String {
    let n = days(difficulty, rng);
    let rest = if n % 7 == 0 { String::new() } else { format!(" remainder {}", n % 7) };
    format!("{n} / 7 = {}{rest}.\n{}", n / 7, check_weeks(n, n / 7, rng).told(rng))
}

/// A number of days, its remainder, and the weekday.
fn weekday_after(difficulty: u32, rng: &mut Rng) -> String {
    let (n, from, back) = (days(difficulty, rng), rng.below(7) as usize, rng.chance(0.5));
    let opening = phrase(
        rng,
        &[
            "It starts with {name}, and I need the weekday {n} days {dir}.",
            "Given: {name}. Asked: {n} days {dir}.",
            "The first day is {name}; the other one is {n} days {dir}.",
        ],
        &[("name", &WEEKDAYS[from]), ("n", &n), ("dir", &if back { "before" } else { "later" })],
    );
    let rest = if n % 7 == 0 { String::new() } else { format!(" remainder {}", n % 7) };
    let day = WEEKDAYS[(from as i64 + if back { -n } else { n }).rem_euclid(7) as usize];
    let boxed =
        if rng.chance(0.3) { format!("\nThe day of the week is \\boxed{{{day}}}.") } else { String::new() };
    format!(
        "{opening}\n{n} / 7 = {}{rest}.\n{} The answer is {day}.{boxed}",
        n / 7,
        count_on(from, n, back, rng)
    )
}

fn weekday_names(rng: &mut Rng) -> String {
    let lines: Vec<String> = (0..3)
        .map(|_| {
            let at = rng.below(7) as usize;
            match rng.below(2) {
                0 => format!("After {} comes {}.", WEEKDAYS[at], WEEKDAYS[(at + 1) % 7]),
                _ => format!("Before {} comes {}.", WEEKDAYS[at], WEEKDAYS[(at + 6) % 7]),
            }
        })
        .collect();
    lines.join(" ")
}

/// Days added to a day, and the end of one month taken off.
fn days_added(difficulty: u32, rng: &mut Rng) -> String {
    let from = some_date(difficulty, rng);
    let n = if difficulty == 1 { rng.range(2, 21) } else { rng.range(5, 75) };
    let told_date = if difficulty == 1 { from.short() } else { from.iso() };
    let opening = phrase(
        rng,
        &[
            "I start at {date} and go {n} days on.",
            "Given: {date}, and {n} days later is asked.",
            "The first date is {date}. I add {n} days to it.",
            "I need the date {n} days after {date}.",
        ],
        &[("date", &told_date), ("n", &n)],
    );
    let lead = phrase(
        rng,
        &[
            "I add the {rest} days to the day {day}.",
            "Day {day} and {rest} days more, counted in {month}.",
            "In days of {month}, that is {day} plus {rest}.",
        ],
        &[("rest", &n), ("day", &from.day), ("month", &name(from.month))],
    );
    let first = Move::new(lead, add(from.day, n));
    format!("{opening}\n{}", first.tell(rng.chance(0.08), rng))
}

/// More days than a month has: its length taken off, and the next month looked at.
fn over_the_end(difficulty: u32, rng: &mut Rng) -> String {
    let date = some_date(difficulty, rng);
    let len = length(date.year, date.month);
    let day = len + rng.range(1, if difficulty == 1 { 20 } else { 60 });
    let with_year = difficulty > 1;
    let lead = format!(
        "{} {}",
        month_fact(date, with_year, rng),
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
    let mut step = Move::new(lead, sub(day, len));
    if date.month == 2 {
        let why = if is_leap(date.year) {
            format!("{} is a leap year, so February has 29 days.", date.year)
        } else {
            format!("{} is no leap year, so February has 28 days.", date.year)
        };
        step = step.tempting(sub(day, wrong_length(date)), &why);
    }
    let start = match with_year {
        true => format!("Day {day}, counted in {} {}.", name(date.month), date.year),
        false => format!("Day {day}, counted in {}.", name(date.month)),
    };
    let next = date.next_month();
    format!(
        "{start}\n{}\nNow it is day {} of {}.",
        step.tell(rng.chance(0.1), rng),
        day - len,
        name(next.month)
    )
}

/// A day that is in its month.
fn fits(difficulty: u32, rng: &mut Rng) -> String {
    let date = some_date(difficulty, rng);
    let (day, month) = (date.day, name(date.month));
    let fits = if difficulty > 1 && date.month == 2 {
        format!("{} Day {day} is not beyond that.", leap_fact(date.year))
    } else {
        format!("{month} has {} days, so day {day} is in it.", length(date.year, date.month))
    };
    if difficulty == 1 {
        return format!("{fits} It is day {day} of {month}. The answer is {}.", date.short());
    }
    format!(
        "{fits} It is day {day} of {month} {}, month {:02}. So the answer is {}.",
        date.year,
        date.month,
        date.iso()
    )
}

/// Steps of a count of days between two dates.
fn between(difficulty: u32, rng: &mut Rng) -> String {
    let from = some_date(difficulty, rng);
    let days = rng.range(5, 60);
    let (moves, _, _) = count_days(from, days, rng);
    let opening = phrase(
        rng,
        &[
            "I count the days from {first} to {last}.",
            "Given: {first} and {last}. How many days later is the second?",
            "From {first} I go month by month to {last}.",
            "The first date is {first}, the second {last}. I add up the days.",
        ],
        &[("first", &from.iso()), ("last", &from.after(days).iso())],
    );
    match rng.below(3) {
        0 => steps_of(&moves, 2, rng),
        1 => format!("{opening}\n{}", steps_of(&moves[..1], 1, rng)),
        _ => format!("{opening}\n{}", steps_of(&moves[..moves.len().min(2)], 2, rng)),
    }
}

/// A check: from a day back over a month.
fn back(rng: &mut Rng) -> String {
    let (day, len) = (rng.range(1, 31), [28, 30, 31, 31][rng.below(4) as usize]);
    let start = rng.range(1, 28);
    let over = add(day, len);
    let mut pen = pen(2, rng);
    let (one, two) = (pen.say(&over, rng), pen.say(&sub(over.value, start), rng));
    let lead = phrase(
        rng,
        &["I go back from day {c}.", "The way back, from day {c}.", "From day {c} back to the start."],
        &[("c", &day)],
    );
    format!("{lead} A month of {len} days before. {one}. Without the first {start} days. {two}.")
}

/// Sums and differences of days.
fn sizes(rng: &mut Rng) -> String {
    let len = rng.range(30, 31);
    let workings =
        [add(rng.range(1, 31), rng.range(2, 75)), sub(rng.range(32, 110), len), sub(len, rng.range(1, 28))];
    told(&workings, rng)
}
