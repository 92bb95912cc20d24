//! The Gregorian calendar as the date family needs it: lengths of months, steps by days.
//!
//! Names in English, months and days from 1. It never computes with more than one month at a time:
//! the tests hold it against day numbers.

/// Monday first.
pub(super) const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month.
pub(super) fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Date {
    /// `2024-03-05`.
    pub(super) fn iso(self) -> String {
        format!("{}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// `March 5`.
    pub(super) fn short(self) -> String {
        format!("{} {}", MONTHS[(self.month - 1) as usize], self.day)
    }

    /// The days from this date, `years` later, to the same one a year after; the day is 28 at most.
    pub(super) fn days_to_next_year(self, years: i64) -> i64 {
        let february = self.year + years + i64::from(self.month > 2);
        if is_leap(february) { 366 } else { 365 }
    }

    /// The month after.
    pub(super) fn next_month(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1, ..self }
        } else {
            Self { month: self.month + 1, ..self }
        }
    }

    /// The date `days` later.
    pub(super) fn after(self, days: i64) -> Self {
        let mut date = Self { day: self.day + days, ..self };
        while date.day > length(date.year, date.month) {
            date.day -= length(date.year, date.month);
            date = date.next_month();
        }
        date
    }

    /// The weekday, an index into [`WEEKDAYS`], by Zeller's congruence.
    pub(super) fn weekday(self) -> usize {
        let (y, m) = if self.month < 3 { (self.year - 1, self.month + 12) } else { (self.year, self.month) };
        // 0 is Saturday.
        let h = self.day + 13 * (m + 1) / 5 + y + y / 4 - y / 100 + y / 400;
        ((h + 5) % 7) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days since 1 March of year 0, by counting leap days.
    fn number(date: Date) -> i64 {
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][(date.month - 1) as usize];
        let leap_days = (1..date.year).filter(|y| is_leap(*y)).count() as i64;
        let own = i64::from(is_leap(date.year) && date.month > 2);
        date.year * 365 + leap_days + before + own + date.day
    }

    #[test]
    fn days_later_are_days_later() {
        for year in [1899, 1900, 1999, 2000, 2023, 2024, 2099, 2100] {
            for (month, day) in [(1, 1), (1, 31), (2, 28), (3, 1), (12, 31)] {
                let start = Date { year, month, day };
                for days in [0, 1, 28, 29, 30, 59, 60, 365, 366, 1200] {
                    let end = start.after(days);
                    assert_eq!(number(end) - number(start), days, "{start:?} {days}");
                    assert_eq!((start.weekday() as i64 + days) % 7, end.weekday() as i64, "{end:?}");
                }
            }
        }
        // 2024-02-29 was a Thursday.
        assert_eq!(WEEKDAYS[Date { year: 2024, month: 2, day: 29 }.weekday()], "Thursday");
        assert!(is_leap(2000) && !is_leap(1900));
    }
}
