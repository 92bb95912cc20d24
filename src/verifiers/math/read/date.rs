//! Reads dates. In: the text of an answer. Out: the days that it may name. `3/5/2024` is the fifth of March to some and
//! the third of May to others: both are kept. Never: a day of a month that has fewer.

use super::Answer;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// Commands that a date may be set with.
const TYPOGRAPHY: [&str; 12] = [
    "\\displaystyle",
    "\\textbf",
    "\\textrm",
    "\\text",
    "\\mathrm",
    "\\mbox",
    "\\,",
    "\\;",
    "\\:",
    "\\!",
    "\\ ",
    "\\",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The dates that `text` may be: `2024-03-05`, `March 5, 2024`, `5 March`, `3/5/2024`, `05.03.2024`. A date without its
/// year has the year 0.
pub(super) fn read(text: &str) -> Vec<Answer> {
    // Most answers are a number, and no date.
    let parts = |byte: u8| matches!(byte, b'-' | b'/' | b'.' | b' ' | b'~' | b'\\' | b'{' | b',');
    // Commands of typography may well be longer than the date among them.
    if text.len() > 240 || !text.is_ascii() || !text.bytes().any(parts) {
        return Vec::new();
    }
    // `June 6^{\text{th}}`.
    let mut bare = text.to_owned();
    for raised in ["}^{\\text{", "^{\\text{", "^{\\mathrm{", "^\\text{", "^{"] {
        bare = bare.replace(raised, "");
    }
    bare = bare.replace(['{', '}', '~'], " ");
    for typography in TYPOGRAPHY {
        bare = bare.replace(typography, " ");
    }
    let bare = bare.trim();
    if bare.len() > 60 {
        return Vec::new();
    }
    for separator in ['-', '/', '.'] {
        let parts: Vec<&str> = bare.split(separator).collect();
        if let [a, b, c] = parts[..] {
            return by_digits(a, b, c, separator);
        }
    }
    let mut words: Vec<&str> = bare.split([' ', ',', '.']).filter(|word| !word.is_empty()).collect();
    if words.len() > 2 && WEEKDAYS.contains(&words[0].to_lowercase().as_str()) {
        words.remove(0);
    }
    if let [a, "of", ref rest @ ..] | [_, a, "of", ref rest @ ..] = words[..]
        && !rest.is_empty()
    {
        words = [&[a], rest].concat();
    }
    let year = |word: &str| (word.len() == 4).then(|| number(word)).flatten();
    let found = match words[..] {
        [a, b, c] => year(c).and_then(|y| {
            let (m, d) = if let Some(m) = month(a) { (m, day(b)?) } else { (month(b)?, day(a)?) };
            date(y, m, d)
        }),
        [a, b] => (|| {
            let (m, d) = if let Some(m) = month(a) { (m, day(b)?) } else { (month(b)?, day(a)?) };
            date(0, m, d)
        })(),
        _ => None,
    };
    found.into_iter().collect()
}

/// Year first, or last with the day and the month in either order; both, where both can be.
fn by_digits(a: &str, b: &str, c: &str, separator: char) -> Vec<Answer> {
    let (Some(x), Some(y), Some(z)) = (number(a), number(b), number(c)) else { return Vec::new() };
    let short = |part: &str| (1..=2).contains(&part.len());
    if a.len() == 4 && short(b) && short(c) {
        return date(x, y, z).into_iter().collect();
    }
    if !(short(a) && short(b) && c.len() == 4 && (1000..3000).contains(&z)) {
        return Vec::new();
    }
    let (american, european) = (date(z, x, y), date(z, y, x));
    // Points and hyphens are European.
    let mut found: Vec<Answer> = if separator == '/' {
        american.into_iter().chain(european).collect()
    } else {
        european.into_iter().chain(american).collect()
    };
    found.dedup();
    found
}

/// The name that `word` shortens: `Tues`, `jan`.
pub(super) fn whole_name(word: &str) -> Option<&'static str> {
    let word = word.strip_suffix('.').unwrap_or(word);
    let shortens = |name: &&&str| {
        let shorter = (3..=5).contains(&word.len()) && word.len() < name.len();
        shorter
            && name.starts_with(word)
            && (word.len() == 3 || ["tues", "thur", "thurs", "sept"].contains(&word))
    };
    // `may` is whole, and `mar` and `sun` are hardly meant otherwise.
    WEEKDAYS.iter().chain(&MONTHS).find(shortens).copied()
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `5`, `5th`.
fn day(text: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text);
    number(digits).filter(|_| digits.len() <= 2)
}

/// `March`, `Mar`, `Sept`.
fn month(word: &str) -> Option<u32> {
    let lower = word.to_lowercase();
    let known = MONTHS.iter().position(|month| lower.len() >= 3 && month.starts_with(&lower))?;
    (lower.len() == 3 || lower == MONTHS[known] || lower == "sept").then_some(known as u32 + 1)
}

fn date(year: u32, month: u32, day: u32) -> Option<Answer> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=days).contains(&day).then_some(Answer::Date(year, month, day))
}
