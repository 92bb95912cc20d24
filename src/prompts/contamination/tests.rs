//! Edited copies of real benchmark questions, and real questions that only look alike.

use proptest::prelude::*;

use super::*;
use crate::rng::Rng;

fn items(texts: &[&str]) -> Vec<Item> {
    let item = |(row, text): (usize, &&str)| Item {
        benchmark: "b".to_owned(),
        row: row as u64 + 1,
        text: (*text).to_owned(),
    };
    texts.iter().enumerate().map(item).collect()
}

const JANET: &str = "Janet's ducks lay 16 eggs per day. She eats three for breakfast every morning and bakes muffins \
for her friends every day with four. She sells the remainder at the farmers' market daily for $2 per fresh duck egg.";

#[test]
fn hits_table() {
    let short = "What is $2 + 2$?";
    let benchmarks = Benchmarks::new(items(&[
        JANET,
        short,
        "",
        JANET,
        "数学题：小明有十二个苹果，他给了小红五个，还剩几个？",
    ]));
    assert_eq!(benchmarks.len(), 3, "empty and repeated items are none");
    let mut scanner = Scanner::default();
    for (text, expected) in [
        (JANET.to_owned(), Some((1, How::Exact))),
        (JANET.to_uppercase().replace(' ', "\n "), Some((1, How::Exact))),
        (JANET.replace(['.', ','], ""), Some((1, How::Overlap))),
        (JANET.replace("ducks", "hens"), Some((1, How::Overlap))),
        (JANET.replace("16", "1,250").replace("$2", "$3.75"), Some((1, How::Numbers))),
        (format!("Solve this. {JANET} Think first. {}", "And so on, on and on. ".repeat(300)), Some((1, How::Overlap))),
        (JANET[..JANET.len() / 2].to_owned(), Some((1, How::Overlap))),
        ("what is $2 + 2$?".to_owned(), Some((2, How::Exact))),
        ("Tell me: what is $2 + 2$?".to_owned(), None),
        ("What is $2 + 3$?".to_owned(), None),
        ("小明有十五个苹果，他给了小红五个，还剩几个？".to_owned(), Some((5, How::Overlap))),
        ("She sells the remainder at the farmers market for a good price, and then she goes home to her cats.".to_owned(), None),
        (String::new(), None),
        ("1 2 3 4 5 6 7 8 9 10 11 12 13".to_owned(), None),
    ] {
        let hit = benchmarks.find(&mut scanner, &text);
        assert_eq!(hit.as_ref().map(|hit| (hit.item.row, hit.how)), expected, "{text}\n{hit:?}");
    }
    let text = format!("Solve this. {JANET} Think first.");
    let hit = benchmarks.find(&mut scanner, &text).expect("a hit");
    assert_eq!(&text[hit.matched], &JANET[..JANET.len() - 1]);
}

/// The questions of a GSM8K file; none where the data are not there.
fn gsm8k(name: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/gsm8k").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there", path.display());
        return Vec::new();
    };
    let question = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
        row["question"].as_str().expect("a question").to_owned()
    };
    text.lines().map(question).collect()
}

/// A copy of a question, edited as in the measurements of `docs/performance.md`.
fn edited(question: &str, edit: usize, others: &[&str], rng: &mut Rng) -> String {
    let words: Vec<&str> = question.split(' ').collect();
    let mut below = |n: usize| rng.below(n as u64) as usize;
    match edit {
        0 => question.to_owned(),
        1 => question.to_uppercase().chars().filter(|c| !c.is_ascii_punctuation()).collect(),
        2 => {
            let at = below(words.len());
            let new = others[below(others.len())];
            words
                .iter()
                .enumerate()
                .map(|(i, word)| if i == at { new } else { word })
                .collect::<Vec<_>>()
                .join(" ")
        }
        3 => {
            let replaced =
                words.iter().map(|word| if below(100) < 15 { others[below(others.len())] } else { word });
            replaced.collect::<Vec<_>>().join(" ")
        }
        4 => {
            let mut out = String::new();
            for c in question.chars() {
                out.push(if c.is_ascii_digit() { char::from(b'1' + below(9) as u8) } else { c });
            }
            out
        }
        _ => words[..words.len().div_ceil(2)].join(" "),
    }
}

#[test]
fn edited_questions_are_found_and_others_are_not() {
    let (test, train) = (gsm8k("test.jsonl"), gsm8k("train.jsonl"));
    if test.is_empty() || train.is_empty() {
        return;
    }
    let rows = test.iter().enumerate();
    let items: Vec<Item> = rows
        .map(|(row, text)| Item { benchmark: "gsm8k".to_owned(), row: row as u64, text: text.clone() })
        .collect();
    let benchmarks = Benchmarks::new(items);
    let vocabulary: Vec<&str> = train.iter().flat_map(|text| text.split(' ')).take(50_000).collect();
    let mut scanner = Scanner::default();
    let mut rng = Rng::new(7);
    let names = ["exact", "case, punctuation", "one word", "15 % of words", "numbers changed", "first half"];
    for (edit, name) in names.iter().enumerate() {
        // 72 questions an edit, others for each.
        let mut found = 0;
        for n in 0..72 {
            let row = (n * 18 + edit * 3) % test.len();
            let text = edited(&test[row], edit, &vocabulary, &mut rng);
            let hit = benchmarks.find(&mut scanner, &text);
            found += u32::from(hit.is_some_and(|hit| hit.item.row == row as u64));
        }
        eprintln!("{name}: {found} of 72");
        assert!(found >= 69, "{name}: {found} of 72");
    }
    let flagged: Vec<_> =
        train.iter().filter_map(|text| Some((text, benchmarks.find(&mut scanner, text)?))).collect();
    for (text, hit) in &flagged {
        eprintln!("flagged as {:?} {:.2}\n  {text}\n  {}", hit.how, hit.overlap, hit.item.text);
    }
    eprintln!("{} of {} training questions flagged", flagged.len(), train.len());
    assert!(flagged.len() * 1_000 <= train.len(), "{} of {}", flagged.len(), train.len());
}

proptest! {
    #[test]
    fn alignments_agree_with_a_plain_table(
        item in proptest::collection::vec(0u64..5, 0..12),
        text in proptest::collection::vec(0u64..5, 0..20),
    ) {
        let mut table = vec![vec![0i32; item.len() + 1]; text.len() + 1];
        let mut best = 0;
        for (i, a) in text.iter().enumerate() {
            for (j, b) in item.iter().enumerate() {
                let matched = table[i][j] + if a == b { 1 } else { -1 };
                table[i + 1][j + 1] = matched.max(table[i][j + 1] - 1).max(table[i + 1][j] - 1).max(0);
                best = best.max(table[i + 1][j + 1]);
            }
        }
        let found = align::align(&item, &text, 1_000, 7);
        prop_assert_eq!(found.score, best);
        prop_assert_eq!(found.overlap, f64::from(best) / item.len().max(1) as f64);
        let place = found.place.start - 7..found.place.end - 7;
        prop_assert_eq!(align::align(&item, &text[place], 1_000, 0).score, best, "the place holds the whole match");
    }

    /// Words that differ in their bytes: exactly the alignment. Words that share them: never less.
    #[test]
    fn no_alignment_is_above_its_ceiling(
        item in proptest::collection::vec(0u64..9, 0..70),
        text in proptest::collection::vec(0u64..9, 0..200),
        shift in prop_oneof![Just(0u32), Just(5), Just(7)],
        length in 1usize..300,
    ) {
        let spread = |words: &[u64]| -> Vec<u64> { words.iter().map(|word| word << shift).collect() };
        let (item, text) = (spread(&item), spread(&text));
        let exact = align::align(&item, &text, length, 0).evidence();
        let letters = letters(&item);
        let mut ceiling = Ceiling::default();
        for _ in 0..2 {
            let most = ceiling.evidence(&letters, item.len(), &text, length);
            prop_assert!(most >= exact, "{} above {}", exact, most);
            if shift == 0 {
                prop_assert_eq!(most, exact);
            }
        }
    }

    #[test]
    fn any_text_is_looked_up(texts in proptest::collection::vec(any::<String>(), 0..5), text in any::<String>()) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let benchmarks = Benchmarks::new(items(&texts));
        if let Some(hit) = benchmarks.find(&mut Scanner::default(), &text) {
            prop_assert!(text.get(hit.matched).is_some());
        }
        for own in &texts {
            let hit = benchmarks.find(&mut Scanner::default(), own);
            prop_assert_eq!(hit.is_some(), !own.trim().is_empty() , "{:?}", own);
        }
    }
}
