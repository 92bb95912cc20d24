//! Dates: the weekday after some days, the date some days later, the days between two dates.
//!
//! In come parameters, out come a problem and its answer: a weekday, a date or a number, in a form
//! that the problem tells. The experts are in `chains`, the calendar in `calendar`. Leap years
//! matter at difficulties 3 and 4 only.

mod calendar;
mod chains;
mod facts;

use super::scribe::{NAMES, ask_box, boxed, phrase, piece};
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;
use calendar::{Date, WEEKDAYS};

/// The family.
pub struct Dates;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The weekday `days` after (or before) a weekday, for an event.
    Weekday { from: usize, back: bool, event: usize },
    /// The date `days` later, with the year or without.
    Later { from: Date, with_year: bool },
    /// The number of days to the date `days` later.
    Between { from: Date },
    /// The weekday of the date `days` later, when that of `from` is given.
    WeekdayOf { from: Date },
}

/// One problem.
#[derive(Debug, Clone, Copy)]
pub struct Params {
    name: &'static str,
    kind: Kind,
    days: i64,
}

const EVENTS: [&str; 12] = [
    "concert", "match", "party", "test", "meeting", "race", "play", "fair", "trip", "lecture", "dinner",
    "show",
];

/// Years without a leap day, followed by another such year.
const PLAIN_YEARS: [i64; 10] = [2021, 2022, 2025, 2026, 2029, 2030, 2033, 2034, 2037, 2038];

fn date(year: i64, digits: &mut Digits) -> Date {
    Date { year, month: digits.range(1, 12), day: digits.range(1, 28) }
}

impl Params {
    fn answer(&self) -> String {
        match self.kind {
            Kind::Weekday { from, back, .. } => {
                let step = if back { -self.days } else { self.days };
                WEEKDAYS[(from as i64 + step).rem_euclid(7) as usize].to_owned()
            }
            Kind::Later { from, with_year: true } => from.after(self.days).iso(),
            Kind::Later { from, .. } => from.after(self.days).short(),
            Kind::Between { .. } => self.days.to_string(),
            Kind::WeekdayOf { from } => WEEKDAYS[from.after(self.days).weekday()].to_owned(),
        }
    }
}

impl Family for Dates {
    const NAME: &'static str = "dates";
    const DOMAIN: &'static str = "math";
    type Params = Params;

    fn params(difficulty: u32, digits: &mut Digits) -> Params {
        let name = NAMES[digits.below(NAMES.len() as u64) as usize];
        let params = |kind, days| Params { name, kind, days };
        let weekday = |d: &mut Digits| Kind::Weekday {
            from: d.below(7) as usize,
            back: d.below(2) == 1,
            event: d.below(12) as usize,
        };
        match difficulty {
            1 => {
                let (which, mut d) = piece(digits, &[7 * 2 * 12 * 59, 11 * 28 * 20]);
                if which == 0 {
                    return params(weekday(&mut d), d.range(2, 60));
                }
                // Any month but February; so none of its days is counted.
                let month = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12][d.below(11) as usize];
                let from = Date { year: 2025, month, day: d.range(1, 28) };
                params(Kind::Later { from, with_year: false }, d.range(2, 21))
            }
            2 => {
                let starts = 10 * 12 * 28;
                let (which, mut d) = piece(digits, &[7 * 2 * 12 * 305, starts * 55, starts * 56]);
                if which == 0 {
                    return params(weekday(&mut d), d.range(61, 365));
                }
                let year = PLAIN_YEARS[d.below(10) as usize];
                let from = date(year, &mut d);
                if which == 1 {
                    params(Kind::Later { from, with_year: true }, d.range(21, 75))
                } else {
                    params(Kind::Between { from }, d.range(5, 60))
                }
            }
            _ => {
                let which = digits.below(3);
                let year = if difficulty == 3 { digits.range(2001, 2098) } else { digits.range(1890, 2109) };
                let from = date(year, digits);
                let days = if difficulty == 3 {
                    digits.range(40, 200)
                } else {
                    let whole = (0..digits.range(1, 2)).map(|i| from.days_to_next_year(i)).sum::<i64>();
                    whole + digits.range(5, 120)
                };
                let kind = match which {
                    0 => Kind::Later { from, with_year: true },
                    1 => Kind::Between { from },
                    _ => Kind::WeekdayOf { from },
                };
                params(kind, days)
            }
        }
    }

    fn pose(params: &Params, words: &mut Rng) -> Posed {
        let Params { name, kind, days } = *params;
        let event = if let Kind::Weekday { event, .. } = kind { EVENTS[event] } else { "" };
        let (first, last, weekday) = match kind {
            Kind::Weekday { from, .. } => (String::new(), String::new(), WEEKDAYS[from]),
            Kind::Later { from, with_year: false } => (from.short(), String::new(), ""),
            Kind::Later { from, .. } => (from.iso(), String::new(), ""),
            Kind::Between { from } => (from.iso(), from.after(days).iso(), ""),
            Kind::WeekdayOf { from } => (from.iso(), from.after(days).iso(), WEEKDAYS[from.weekday()]),
        };
        let (templates, form): (&[&str], _) = match kind {
            Kind::Weekday { back: false, .. } => (
                &[
                    "Today is {weekday}, and the {event} of {name} takes place in {n} days. On which day of the week is that?",
                    "{name} has a {event} {n} days after a {weekday}. Which weekday is the {event}?",
                    "It is {weekday}. {name} counts {n} days to the {event}. What day of the week will it be then?",
                    "From a {weekday} on, {name} waits {n} days for the {event}. Find the weekday of the {event}.",
                    "If today is a {weekday}, what day of the week is the {event} of {name} in exactly {n} days?",
                ],
                "as the English name of a weekday",
            ),
            Kind::Weekday { .. } => (
                &[
                    "Today is {weekday}, and the {event} of {name} took place {n} days ago. On which day of the week was that?",
                    "{name} had a {event} {n} days before a {weekday}. Which weekday was the {event}?",
                    "It is {weekday}. {name} remembers the {event} {n} days ago. What day of the week was it then?",
                    "On a {weekday}, {name} says that the {event} was {n} days before. Find the weekday of the {event}.",
                    "If today is a {weekday}, what day of the week was the {event} of {name} exactly {n} days ago?",
                ],
                "as the English name of a weekday",
            ),
            Kind::Later { with_year: false, .. } => (
                &[
                    "Today is {first}. {name} goes on holiday in {n} days. What date is that?",
                    "{name} borrows a book on {first} and must bring it back {n} days later. On which date is that?",
                    "Starting on {first}, {name} waits {n} days. Which date is it then?",
                    "What is the date {n} days after {first}? {name} wants to write it down.",
                    "{name} marks {first} in a calendar, and also the day {n} days later. Which date is the second mark?",
                ],
                "as month and day, like May 7,",
            ),
            Kind::Later { .. } => (
                &[
                    "Today is {first}. {name} goes on holiday in {n} days. What date is that?",
                    "{name} signs a contract on {first} that ends {n} days later. On which date does it end?",
                    "Starting on {first}, {name} waits {n} days. Which date is it then?",
                    "What is the date {n} days after {first}? {name} wants to write it down.",
                    "{name} marks {first} in a calendar, and also the day {n} days later. Which date is the second mark?",
                ],
                "in the form YYYY-MM-DD",
            ),
            Kind::Between { .. } => (
                &[
                    "How many days after {first} is {last}? {name} wants to know it exactly.",
                    "{name} leaves on {first} and comes back on {last}. How many days lie between, if the day of leaving does not count but the last one does?",
                    "On {first}, {name} counts the days until {last}. How many days are left?",
                    "A course of {name} is announced on {first} and starts on {last}. How many days later is that?",
                    "Find the number of days from {first} to {last} for {name}, without counting the first day.",
                ],
                "as an integer",
            ),
            Kind::WeekdayOf { .. } => (
                &[
                    "{first} is a {weekday}. {name} has an appointment on {last}. Which day of the week is that?",
                    "{name} knows that {first} falls on a {weekday}. On which weekday does {last} fall?",
                    "If {first} is a {weekday}, what day of the week is {last}? {name} has no calendar at hand.",
                    "In the calendar of {name}, {first} is a {weekday}. Find the weekday of {last}.",
                    "Given that {first} is a {weekday}, help {name} find the day of the week of {last}.",
                ],
                "as the English name of a weekday",
            ),
        };
        let text = phrase(
            words,
            templates,
            &[
                ("name", &name),
                ("n", &days),
                ("event", &event),
                ("weekday", &weekday),
                ("first", &first),
                ("last", &last),
            ],
        );
        Posed::with_answer(format!("{text} {}", ask_box(words, form)), params.answer())
    }

    fn expert(params: &Params, rng: &mut Rng) -> Chain {
        let reasoning = chains::solve(params, rng);
        let templates: &[&str] = match params.kind {
            Kind::Weekday { .. } | Kind::WeekdayOf { .. } => &[
                "The day of the week is {box}.",
                "It is a {box}.",
                "Counting whole weeks off, the weekday is {box}.",
            ],
            Kind::Later { .. } => &[
                "The date is {box}.",
                "Counting on month by month, the date is {box}.",
                "That day is {box}.",
            ],
            Kind::Between { .. } => &[
                "The number of days is {box}.",
                "Adding up the days gives {box}.",
                "From the first date to the second, the days are {box}.",
            ],
        };
        let solution = phrase(rng, templates, &[("box", &boxed(&params.answer()))]);
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

    /// Walks day by day.
    fn answer(params: &Params) -> String {
        let walk = |from: Date| {
            let (mut date, mut weekday) = (from, from.weekday());
            for _ in 0..params.days {
                weekday = (weekday + 1) % 7;
                date = if date.day == calendar::length(date.year, date.month) {
                    Date { day: 1, ..date.next_month() }
                } else {
                    Date { day: date.day + 1, ..date }
                };
            }
            (date, weekday)
        };
        match params.kind {
            Kind::Weekday { from, back, .. } => {
                let step = if back { 6 } else { 1 };
                WEEKDAYS[(0..params.days).fold(from, |day, _| (day + step) % 7)].to_owned()
            }
            Kind::Later { from, with_year: true } => walk(from).0.iso(),
            Kind::Later { from, .. } => walk(from).0.short(),
            Kind::Between { from } => {
                assert_eq!(walk(from).0, from.after(params.days));
                params.days.to_string()
            }
            Kind::WeekdayOf { from } => WEEKDAYS[walk(from).1].to_owned(),
        }
    }

    #[test]
    fn dates_holds() {
        let starts = 40 * 3 * 12 * 28;
        proof::holds::<Dates>([642_880, 16_968_000, starts * 98 * 161, starts * 220 * 232], answer);
    }
}
