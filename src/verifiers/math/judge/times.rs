//! Compares times of day and dates. In: two of them. Out: a match. Never: a half of the day or a year taken for granted
//! where the sides differ in it.

use super::super::read::Answer;
use super::Match::{Differs, Same, Unknown};
use super::{AMBIGUOUS, Match, NOT_READ};

pub(super) fn clocks(reference: &Answer, answer: &Answer) -> Match {
    let (Answer::Clock(h, m, s, half), Answer::Clock(other_h, other_m, other_s, other_half)) =
        (reference, answer)
    else {
        return Unknown(NOT_READ, "no times");
    };
    let of_day = |hours: u32, half: Option<bool>| match half {
        Some(true) if hours < 12 => hours + 12,
        Some(false) if hours == 12 => 0,
        _ => hours,
    };
    let hours = of_day(*h, *half) == of_day(*other_h, *other_half)
        || (h == other_h && (half.is_none() || other_half.is_none()));
    if hours && m == other_m && s == other_s {
        Same("the same time of day")
    } else {
        Differs("different times of day")
    }
}

pub(super) fn dates(reference: &Answer, answer: &Answer) -> Match {
    let (Answer::Date(y, m, d), Answer::Date(other_y, other_m, other_d)) = (reference, answer) else {
        return Unknown(NOT_READ, "no dates");
    };
    match (m, d) == (other_m, other_d) {
        true if y == other_y => Same("the same date"),
        true if *y == 0 || *other_y == 0 => Unknown(AMBIGUOUS, "a date without its year"),
        _ => Differs("different dates"),
    }
}
