//! Facts are held against readings of their text that share no code with what writes them.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::prompts::tasks::trial::{about_tokens, false_equations};
use crate::prompts::tasks::{Entry, family, split_of};

/// Facts of a family of both first difficulties, and some of the others.
fn facts_of(entry: &Entry, count: u64) -> impl Iterator<Item = String> {
    let (entry, rng) = (*entry, Rng::named(11, entry.name, 0));
    (0..count).scan(rng, move |rng, i| {
        let difficulty = if i % 10 < 8 { 1 + (i % 2) as u32 } else { 3 + (i % 2) as u32 };
        Some(entry.fact(difficulty, rng))
    })
}

/// The part after the last correction.
fn settled(text: &str) -> &str {
    let at = ["Wait", "wait"].iter().filter_map(|word| text.rfind(word)).max();
    at.map_or(text, |at| &text[at..])
}

#[test]
fn equations_hold_unless_taken_back() {
    for entry in FAMILIES {
        let mut slips = 0;
        for text in facts_of(entry, 4_000) {
            let wrong = false_equations(settled(&text));
            assert!(wrong.is_empty(), "{}: {wrong:?}\n{text}", entry.name);
            if settled(&text).len() < text.len() {
                slips += 1;
                // What is taken back is one error, and what follows from it.
                assert!(false_equations(&text).len() <= 3, "{}:\n{text}", entry.name);
            }
        }
        assert!((40..1_400).contains(&slips), "{}: {slips} corrections in 4,000 facts", entry.name);
    }
}

#[test]
fn fractions_said_to_be_equal_are() {
    let fraction = |word: &str| -> Option<(i64, i64)> {
        let word = word.trim_end_matches(['.', ',', ';', ':']);
        match word.split_once('/') {
            Some((n, d)) => Some((n.parse().ok()?, d.parse().ok().filter(|&d: &i64| d > 0)?)),
            None => Some((word.parse().ok()?, 1)),
        }
    };
    let mut seen = 0;
    for text in facts_of(family("fraction_sum").unwrap(), 10_000) {
        let words: Vec<&str> = text.split_whitespace().collect();
        for (i, w) in words.windows(3).enumerate() {
            let sum = i > 0 && ["+", "-", "*", "/"].contains(&words[i - 1]);
            if sum || !w[0].contains('/') || !["=", "is"].contains(&w[1]) {
                continue;
            }
            let goes_on = words.get(i + 3).is_some_and(|next| ["+", "-", "*", "/"].contains(next));
            let (Some((a, b)), Some((c, d))) = (fraction(w[0]), fraction(w[2])) else { continue };
            if goes_on && !w[2].ends_with(['.', ',', ';']) {
                continue;
            }
            assert_eq!(a * d, c * b, "{w:?} in\n{text}");
            seen += 1;
        }
    }
    assert!(seen > 2_000, "{seen}");
}

#[test]
fn powers_said_for_a_modulus_are_right() {
    let mut seen = 0;
    for text in facts_of(family("modular_power").unwrap(), 10_000) {
        let named = [("Modulo ", [',', '.']), ("modulo ", [',', '.'])].iter().find_map(|(lead, ends)| {
            let rest = &text[text.find(lead)? + lead.len()..];
            rest[..rest.find(*ends)?].parse::<i64>().ok()
        });
        let Some(m) = named.filter(|_| !text.contains("\\boxed")) else { continue };
        let words: Vec<&str> = settled(&text).split_whitespace().collect();
        for w in words.windows(3) {
            let (Some((r, e)), "is") = (w[0].split_once('^'), w[1]) else { continue };
            let (Ok(r), Ok(e)) = (r.parse::<i64>(), e.parse::<i64>()) else { continue };
            let Ok(value) = w[2].trim_end_matches(['.', ',']).parse::<i64>() else { continue };
            let power = (0..e).fold(1, |x, _| x * r % m);
            assert!(value == power, "{w:?} modulo {m} in\n{text}");
            seen += 1;
        }
    }
    assert!(seen > 1_500, "{seen}");
}

#[test]
fn numerals_are_what_is_said() {
    let mut seen = 0;
    for text in facts_of(family("base_conversion").unwrap(), 10_000) {
        if text.contains("\\boxed") {
            continue;
        }
        let words: Vec<&str> = settled(&text).split(|c: char| c.is_whitespace()).collect();
        for w in words.windows(7) {
            let end = w[6].trim_end_matches('.');
            // `4412 in base 5 is 607 in decimal.` and `607 in decimal is 4412 in base 5.`
            if let [numeral, "in", "base", base, "is", value, "in"] = *w {
                let base: u32 = base.parse().unwrap();
                assert_eq!(i64::from_str_radix(numeral, base).ok(), value.parse().ok(), "{text}");
                seen += 1;
            } else if let [value, "in", "decimal", "is", numeral, "in", "base"] = *w {
                let at = words.windows(7).position(|other| other == w).unwrap();
                let base: u32 = words[at + 7].trim_end_matches(['.', '\n']).parse().unwrap();
                assert_eq!(i64::from_str_radix(numeral, base).ok(), value.parse().ok(), "{text}");
                seen += 1;
            } else if let [numeral, "in", "base", "16", "is", ..] = *w {
                let value = w[5].trim_end_matches('.');
                assert_eq!(i64::from_str_radix(numeral, 16).ok(), value.parse().ok(), "{text} {end}");
            }
        }
    }
    assert!(seen > 1_500, "{seen}");
}

/// Substitutes nothing: reduces `not v` and `v op v` from the innermost brackets out.
fn truth(text: &str) -> Option<bool> {
    let mut text = format!("({text})");
    while let Some(close) = text.find(')') {
        let open = text[..close].rfind('(')?;
        let mut tokens: Vec<String> = text[open + 1..close].split(' ').map(str::to_owned).collect();
        while let Some(at) = tokens.iter().rposition(|token| token == "not") {
            let value = tokens.remove(at + 1) != "true";
            tokens[at] = value.to_string();
        }
        let bit = |s: &String| s.parse::<bool>().ok();
        let value = match tokens.as_slice() {
            [x] => bit(x)?,
            [x, op, y] => match (bit(x)?, op.as_str(), bit(y)?) {
                (x, "and", y) => x & y,
                (x, "or", y) => x | y,
                (x, "xor", y) => x ^ y,
                (x, "implies", y) => x <= y,
                _ => return None,
            },
            _ => return None,
        };
        text.replace_range(open..=close, &value.to_string());
    }
    text.parse().ok()
}

#[test]
fn boolean_facts_are_true_by_the_tables() {
    let mut seen = 0;
    for text in facts_of(family("boolean").unwrap(), 10_000) {
        let text = settled(&text);
        for line in text.lines() {
            // The values given in the line before, for `name is true`.
            for sentence in line.split(". ") {
                let sentence = sentence.rsplit_once(": ").map_or(sentence, |(_, rest)| rest);
                let parts: Vec<&str> =
                    sentence.trim_end_matches('.').split(" = ").flat_map(|part| part.split(" is ")).collect();
                for pair in parts.windows(2) {
                    let (Some(left), Some(right)) = (truth(pair[0]), truth(pair[1])) else { continue };
                    assert_eq!(left, right, "{pair:?} in\n{text}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 10_000, "{seen}");
}

#[test]
fn boolean_expressions_have_the_value_that_is_said() {
    let mut seen = 0;
    for text in facts_of(family("boolean").unwrap(), 10_000) {
        let mut values: HashMap<&str, &str> = HashMap::new();
        let Some((given, rest)) = text.split_once('\n') else { continue };
        if text.contains("...") || text.contains("boxed") {
            continue;
        }
        for part in given.trim_end_matches('.').split(", ") {
            let words: Vec<&str> = part.split(' ').collect();
            if let [.., name, "is", value] = words[..] {
                values.insert(name, value);
            }
        }
        let Some(line) = rest.lines().next().filter(|line| line.get(1..3) == Some(": ")) else { continue };
        let filled: Vec<String> = line[3..]
            .trim_end_matches('.')
            .split(' ')
            .map(|token| {
                let bare = token.trim_matches(['(', ')']);
                values.get(bare).map_or(token.to_owned(), |value| token.replace(bare, value))
            })
            .collect();
        let Some(value) = truth(&filled.join(" ")) else { continue };
        let label = &line[..1];
        let last = settled(rest).lines().last().unwrap_or_default().to_owned();
        let says = |v: bool| {
            [format!("{label} is {v}"), format!("{label} = {v}"), format!("makes {label} {v}")]
                .iter()
                .any(|said| last.contains(said))
        };
        if says(true) || says(false) {
            assert!(says(value), "{text}");
            seen += 1;
        }
    }
    assert!(seen > 1_500, "{seen}");
}

#[test]
fn lists_of_the_ordering_facts_keep_the_relations() {
    let mut seen = 0;
    for text in facts_of(family("ordering").unwrap(), 10_000) {
        if text.contains("\\boxed{}") || text.contains("A > B") || text.contains("X > Y") {
            continue;
        }
        let text = settled(&text);
        let words: Vec<&str> =
            text.split([' ', '\n']).map(|w| w.trim_matches([',', '.', ':', ';'])).collect();
        // The last list of names after a colon is what the text arrives at.
        let mut lists = text.lines().filter_map(|line| {
            let end = line.trim_end_matches('.');
            let list = end.rsplit_once(": ")?.1;
            let names: Vec<&str> = list.split(", ").collect();
            let all_names = names.len() > 1
                && names.iter().all(|n| !n.contains(' ') && n.starts_with(|c: char| c.is_ascii_uppercase()));
            (all_names && !text.contains("reverse")).then_some(names)
        });
        let Some(list) = lists.next_back() else { continue };
        for w in words.windows(3).filter(|w| w[1] == ">") {
            let place = |name: &str| list.iter().position(|&n| n == name);
            if let (Some(a), Some(b)) = (place(w[0]), place(w[2])) {
                assert!(a < b, "{w:?} and {list:?} in\n{text}");
                seen += 1;
            }
        }
    }
    assert!(seen > 3_000, "{seen}");
}

#[test]
fn reversed_and_counted_orders_are_right() {
    let mut seen = 0;
    for text in facts_of(family("ordering").unwrap(), 10_000) {
        for line in text.lines() {
            if let Some((order, reversed)) = line.split_once(". The question wants ") {
                let order = order.rsplit([':']).next().unwrap().trim();
                let order = order.rsplit(" is ").next().unwrap();
                let reversed = reversed.rsplit(": ").next().unwrap().trim_end_matches('.');
                let mut names: Vec<&str> = order.split(", ").collect();
                names.reverse();
                assert_eq!(names.join(", "), reversed, "{text}");
                seen += 1;
            }
            if let Some((order, counted)) = line.split_once(" Counting the places: ") {
                let order = order.rsplit(": ").next().unwrap().trim_end_matches('.');
                let names: Vec<&str> = order.rsplit(" is ").next().unwrap().split(", ").collect();
                let (counted, so) = counted.split_once(". So ").unwrap();
                for (i, item) in counted.split(", ").enumerate() {
                    assert_eq!(item, format!("{} {}", i + 1, names[i]), "{text}");
                }
                assert!(so.starts_with(counted.rsplit(' ').next().unwrap()), "{text}");
                seen += 1;
            }
        }
    }
    assert!(seen > 800, "{seen}");
}

/// Whether `quote`, said by `speaker`, is true; from the kinds that are known by name.
fn claim(quote: &str, speaker: &str, knight: &HashMap<&str, bool>) -> Option<bool> {
    let words: Vec<&str> = quote.split(' ').collect();
    let of = |name: &str| knight.get(name).copied();
    Some(match words[..] {
        [n, "is", "an", parity, "number"] => (n.parse::<i64>().ok()? % 2 == 0) == (parity == "even"),
        [n, "is", "greater", "than", m] => n.parse::<i64>().ok()? > m.parse().ok()?,
        [n, "is", "less", "than", m] => n.parse::<i64>().ok()? < m.parse().ok()?,
        [name, "is", "a", kind] => of(name)? == (kind == "knight"),
        [name, "and", "I", "are", "both", "knaves"] => !of(name)? && !of(speaker)?,
        ["at" | "At", "least", "one", "of", name, "and", "me", "is", "a", "knave"] => {
            !of(name)? || !of(speaker)?
        }
        [name, "and", "I", "are", "of", "the", "same", "kind"] => of(name)? == of(speaker)?,
        [name, "and", "I", "are", "of", "different", "kinds"] => of(name)? != of(speaker)?,
        [a, "and", b, "are", "of", "the", "same", "kind"] => of(a)? == of(b)?,
        [a, "and", b, "are", "of", "different", "kinds"] => of(a)? != of(b)?,
        _ => return None,
    })
}

/// Kinds said in `text`, the last word about each name.
fn kinds_in(text: &str) -> HashMap<&str, bool> {
    let words: Vec<&str> = text.split([' ', '\n']).collect();
    let kinds = words.windows(4).filter(|w| w[1] == "is" && w[2] == "a");
    let kinds = kinds.filter_map(|w| match w[3].trim_end_matches([',', '.']) {
        "knight" => Some((w[0], true)),
        "knave" => Some((w[0], false)),
        _ => None,
    });
    kinds.collect()
}

#[test]
fn statements_are_judged_rightly() {
    let mut seen = 0;
    for text in facts_of(family("truth_tellers").unwrap(), 10_000) {
        if text.contains("\\boxed{}") {
            continue;
        }
        let start = text.lines().next().unwrap_or_default();
        let mut knight = kinds_in(start);
        for line in text.lines().filter(|line| line.contains(" and says \"")) {
            let (me, quote) = line.split_once(" and says \"").unwrap();
            let (quote, verdict) = quote.split_once("\": ").unwrap();
            let speaker = me.split(' ').next().unwrap();
            let Some(holds) = claim(quote, speaker, &knight) else { continue };
            assert!(verdict.starts_with(&holds.to_string()), "{line} in\n{text}");
            let Some(fits) = knight.get(speaker).map(|&knight| knight == holds) else { continue };
            assert_eq!(fits, verdict.contains(", fits"), "{line} in\n{text}");
            if verdict.contains("so ") {
                knight.insert(speaker, holds);
            }
            seen += 1;
        }
    }
    assert!(seen > 3_000, "{seen}");
}

#[test]
fn islanders_are_what_their_statements_make_them() {
    let mut seen = 0;
    for text in facts_of(family("truth_tellers").unwrap(), 10_000) {
        // All statements are listed, and somebody is found to be something.
        let Some((_, rest)) = text.split_once("The statements:\n").filter(|_| !text.contains("boxed{}"))
        else {
            continue;
        };
        let said: Vec<(&str, &str)> = rest
            .lines()
            .filter_map(|line| line.trim_end_matches('.').split_once(": "))
            .filter(|(name, quote)| !name.contains(' ') && !quote.contains(". "))
            .collect();
        if said.len() < 3 {
            continue;
        }
        let names: Vec<&str> = said.iter().map(|(name, _)| *name).collect();
        // By brute force: the only assignment in which truth and kind agree.
        let fitting: Vec<HashMap<&str, bool>> = (0u32..1 << names.len())
            .map(|bits| names.iter().enumerate().map(|(i, &name)| (name, bits >> i & 1 == 1)).collect())
            .filter(|knight: &HashMap<&str, bool>| {
                said.iter()
                    .all(|(me, quote)| claim(quote, me, knight).is_some_and(|holds| holds == knight[me]))
            })
            .collect();
        assert_eq!(fitting.len(), 1, "{text}");
        for sentence in settled(rest).split(['.', '\n']) {
            let Some((_, found)) = sentence.rsplit_once("so ").or(sentence.rsplit_once("Either way ")) else {
                continue;
            };
            for (name, knight) in kinds_in(found) {
                if !sentence.contains("If ") && fitting[0].contains_key(name) && found.starts_with(name) {
                    assert_eq!(fitting[0][name], knight, "{sentence} in\n{text}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}

#[test]
fn calendar_facts_agree_with_day_numbers() {
    const MONTHS: [&str; 12] = [
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
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    // Days since a fixed one (Hinnant, "chrono-compatible low-level date algorithms").
    let number = |y: i64, m: i64, d: i64| {
        let y = if m <= 2 { y - 1 } else { y };
        let (era, of_era) = (y.div_euclid(400), y.rem_euclid(400));
        let of_year = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
    };
    let month = |name: &str| MONTHS.iter().position(|m| *m == name).map(|m| m as i64 + 1);
    let length = |y: i64, m: i64| {
        let (ny, nm) = if m == 12 { (y + 1, 1) } else { (y, m + 1) };
        number(ny, nm, 1) - number(y, m, 1)
    };
    let (mut lengths, mut leaps, mut counts, mut isos) = (0, 0, 0, 0);
    for text in facts_of(family("dates").unwrap(), 12_000) {
        let text = settled(&text);
        let words: Vec<&str> =
            text.split_whitespace().map(|w| w.trim_end_matches(['.', ',', ':', ';'])).collect();
        for (i, w) in words.windows(4).enumerate() {
            match *w {
                [name, "has", n, "days"] if month(name).is_some_and(|m| m != 2) => {
                    assert_eq!(n.parse().ok(), month(name).map(|m| length(2025, m)), "{text}");
                    lengths += 1;
                }
                ["February", "has", n, "days"] => {
                    // The year is the last number before.
                    let year =
                        words[..i].iter().rev().find_map(|w| w.parse::<i64>().ok().filter(|&y| y > 1800));
                    if let Some(year) = year {
                        assert_eq!(n.parse().ok(), Some(length(year, 2)), "{text}");
                        leaps += 1;
                    }
                }
                [day, "of", name, year] if month(name).is_some() => {
                    let (Ok(day), Ok(year)) = (day.parse::<i64>(), year.parse::<i64>()) else { continue };
                    let (iso, m) =
                        (format!("{year}-{:02}-{day:02}", month(name).unwrap()), month(name).unwrap());
                    let said = words[i + 4..].iter().find(|w| w.len() == 10 && w.starts_with("20"));
                    if let Some(said) = said.filter(|_| words[i + 4] == "month") {
                        assert_eq!(words[i + 5], format!("{m:02}"), "{text}");
                        assert_eq!(*said, iso, "{text}");
                        isos += 1;
                    }
                }
                [n, name, n2, name2] if DAYS.contains(&name) && DAYS.contains(&name2) => {
                    let at = |name: &str| DAYS.iter().position(|d| *d == name).unwrap();
                    let (Ok(n), Ok(n2)) = (n.parse::<i64>(), n2.parse::<i64>()) else { continue };
                    let step = (at(name2) + 7 - at(name)) % 7;
                    assert!(n2 == n + 1 && (step == 1 || step == 6), "{text}");
                    counts += 1;
                }
                _ => {}
            }
        }
        // Weekdays: the text says from where, how far, and arrives somewhere.
        let line = text.lines().find(|line| line.contains("The answer is ") && text.contains(" / 7 = "));
        let Some((line, first)) = line.zip(text.lines().next()) else { continue };
        let from = DAYS.iter().position(|d| first.contains(d));
        let n = first.split([' ', '.', ',']).find_map(|w| w.parse::<i64>().ok());
        let end = DAYS.iter().position(|d| line.ends_with(&format!("The answer is {d}.")));
        if let (Some(from), Some(n), Some(end)) = (from, n, end) {
            let n = if first.contains("before") { -n } else { n };
            assert_eq!((from as i64 + n).rem_euclid(7), end as i64, "{text}");
        }
    }
    assert!(
        lengths > 1_000 && leaps > 500 && counts > 1_000 && isos > 150,
        "{lengths} {leaps} {counts} {isos}"
    );
}

#[test]
fn amounts_are_worth_the_same() {
    // In the smallest unit of its kind; months only make years.
    let worth = |unit: &str| {
        Some(match unit.trim_end_matches(['s', '.', ',']) {
            "kilometer" => (0, 1_000_000),
            "meter" => (0, 1_000),
            "centimeter" => (0, 10),
            "millimeter" => (0, 1),
            "tonne" => (1, 1_000_000_000),
            "kilogram" => (1, 1_000_000),
            "gram" => (1, 1_000),
            "milligram" => (1, 1),
            "liter" => (2, 1_000),
            "deciliter" => (2, 100),
            "centiliter" => (2, 10),
            "milliliter" => (2, 1),
            "week" => (3, 604_800),
            "day" => (3, 86_400),
            "hour" => (3, 3_600),
            "minute" => (3, 60),
            "second" => (3, 1),
            "year" => (4, 12),
            "month" => (4, 1),
            _ => return None,
        })
    };
    let mut seen = 0;
    for text in facts_of(family("unit_conversion").unwrap(), 10_000) {
        for sentence in settled(&text).split(['\n']).flat_map(|line| line.split(". ")) {
            let amount = |part: &str| -> Option<(i32, i64)> {
                let words: Vec<&str> = part.split(' ').collect();
                let mut sum: Option<(i32, i64)> = None;
                for w in words.windows(2) {
                    let n = match w[0] {
                        "One" => 1,
                        other => match other.parse::<i64>() {
                            Ok(n) => n,
                            Err(_) => continue,
                        },
                    };
                    let (what, each) = worth(w[1])?;
                    let before = sum.map_or(0, |(_, sum)| sum);
                    sum = Some((what, before + n * each));
                }
                sum
            };
            let there = sentence.strip_prefix("There are ").and_then(|rest| rest.split_once(" in "));
            let is = [" are ", " is ", " has "].iter().find_map(|verb| sentence.split_once(verb));
            let Some((left, right)) = there.or(is.filter(|(left, _)| !left.contains('?'))) else { continue };
            if sentence.contains("times")
                || sentence.contains("left")
                || sentence.contains("answer")
                || sentence.contains("...")
            {
                continue;
            }
            if let (Some(left), Some(right)) = (amount(left), amount(right)) {
                assert_eq!(left, right, "{sentence} in\n{text}");
                seen += 1;
            }
        }
    }
    assert!(seen > 3_000, "{seen}");
}

#[test]
fn percentages_are_what_is_said() {
    let mut seen = 0;
    for text in facts_of(family("percent").unwrap(), 10_000) {
        for line in settled(&text).lines().filter(|line| !line.contains("boxed{}")) {
            let words: Vec<&str> = line.split(' ').collect();
            for w in words.windows(5) {
                let (&[p, "of", whole, "is", value], true) = (w, w[0].ends_with('%')) else { continue };
                let (Ok(p), Ok(whole)) = (p.trim_end_matches('%').parse::<i64>(), whole.parse::<i64>())
                else {
                    continue;
                };
                let Ok(value) = value.trim_end_matches(['.', ',']).parse::<i64>() else { continue };
                assert_eq!(whole * p, value * 100, "{w:?} in\n{text}");
                seen += 1;
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}

#[test]
fn sequences_go_on_as_said() {
    let mut seen = 0;
    for text in facts_of(family("sequence").unwrap(), 10_000) {
        // `Given: 2, 5, 8, 11. Each step is 3 up. Term 5 is 14.`
        let Some((given, rest)) = text.strip_prefix("Given: ").and_then(|text| text.split_once(". ")) else {
            continue;
        };
        let Some((rule, end)) = rest.split_once(". Term ") else { continue };
        let terms: Vec<i64> = given.split(", ").filter_map(|t| t.parse().ok()).collect();
        let Some((place, value)) = end.split_once(" is ") else { continue };
        let value: i64 = value.split(['.', '\n']).next().unwrap().parse().unwrap();
        assert_eq!(place.parse::<usize>().unwrap(), terms.len() + 1, "{text}");
        let numbers: Vec<i64> = rule.split([' ', ',']).filter_map(|w| w.parse().ok()).collect();
        let (n, last) = (terms.len(), terms[terms.len() - 1]);
        let expected = match rule.split(' ').next().unwrap() {
            "Each" if rule.contains("step") => {
                last + if rule.contains("down") { -numbers[0] } else { numbers[0] }
            }
            "Each" => last * numbers[0],
            "The" => 2 * last - terms[n - 2] + numbers[0],
            "Odd" => 2 * terms[n - 2] - terms[n - 4],
            _ if n % 2 == 0 => last * numbers[1],
            _ => last + numbers[0],
        };
        if rule.contains("step is") && rule.split(' ').next() == Some("Each") || expected == value {
            assert_eq!(expected, value, "{text}");
        } else {
            // In turn, the first operation leads from term 1 to term 2.
            assert_eq!(if n % 2 == 1 { last + numbers[0] } else { last * numbers[1] }, value, "{text}");
        }
        seen += 1;
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn facts_are_short_and_different() {
    for entry in FAMILIES {
        let mut texts = HashSet::new();
        let mut lengths: Vec<usize> = Vec::new();
        let mut rng = Rng::named(12, entry.name, 0);
        for i in 0..4_000 {
            let text = entry.fact(1 + i % 2, &mut rng);
            assert!(text.is_ascii() && !text.contains("think>") && text.trim() == text, "{text}");
            assert!(!text.contains("..\n...") && !text.contains(" ,"), "{text}");
            lengths.push(about_tokens(&text));
            texts.insert(text);
        }
        lengths.sort_unstable();
        let (least, middle, most) = (lengths[0], lengths[2_000], lengths[3_960]);
        println!("{}: {least} {middle} {most}, {} different", entry.name, texts.len());
        assert!(
            least >= 4 && (20..=120).contains(&middle) && most <= 320,
            "{}: {least} {middle} {most}",
            entry.name
        );
        assert!(texts.len() > 3_400, "{}: {} different of 4,000", entry.name, texts.len());
    }
}

#[test]
fn facts_come_evenly_and_again() {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for index in 0..17_000 {
        let one = fact(5, index, 1..=2);
        *counts.entry(one.family).or_default() += 1;
        if index % 100 == 0 {
            assert_eq!(one, fact(5, index, 1..=2));
            assert_ne!(one, fact(6, index, 1..=2));
        }
    }
    assert!(
        counts.len() == FAMILIES.len() && counts.values().all(|n| (850..1_150).contains(n)),
        "{counts:?}"
    );
}

#[test]
fn no_fact_poses_a_held_out_problem() {
    for entry in FAMILIES {
        let mut held_out = HashSet::new();
        for difficulty in 1..=2 {
            let count = u64::try_from(entry.count(difficulty)).unwrap_or(u64::MAX).min(60_000);
            for index in (0..count).filter(|&i| split_of(entry, difficulty, i) == Split::HeldOut) {
                held_out.insert(entry.prompt(difficulty, index).problem);
            }
        }
        let mut rng = Rng::named(3, entry.name, 0);
        let posed = (0..6_000).filter(|i| {
            let text = entry.fact(1 + i % 2, &mut rng);
            let first = text.lines().next().unwrap_or_default();
            assert!(!held_out.contains(first), "{first}");
            first.contains("\\boxed{}") || entry.domain == "code"
        });
        assert!(posed.count() > 600, "{}", entry.name);
    }
}
