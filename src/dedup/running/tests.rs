//! Examples one after another, by every rule, with everything that was compared written down.

use proptest::prelude::*;

use super::super::near::tests::{jaccard, texts};
use super::super::{Minhash, exact::Key, exact::Part};
use super::*;
use crate::text::tokens::same;

fn plain(bytes: usize) -> Rank {
    Rank { bytes: bytes as u32, score: None }
}

#[test]
fn samples_of_a_prompt_table() {
    let long = |from: usize| (from..from + 40).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    let (a, b) = (long(0), long(100));
    let close = format!("{a} end");
    let scored = |score: f64| Rank { bytes: 0, score: Some(score) };
    for (texts, ranks, keep, expected) in [
        (vec![], vec![], Keep::First, vec![]),
        (vec![a.as_str(), &b, &close], vec![], Keep::First, vec![None, None, Some(0)]),
        (vec!["", ""], vec![], Keep::First, vec![None, None]),
        (vec![&close, &a, &a], vec![], Keep::First, vec![None, Some(0), Some(0)]),
        (vec![&close, &a, &a], vec![], Keep::Shortest, vec![Some(1), None, Some(1)]),
        (vec![&close, &b, &a], vec![], Keep::Shortest, vec![Some(2), None, None]),
        (
            vec![&a, &close, &b, &a],
            vec![scored(1.0), scored(3.0), scored(2.0), scored(3.0)],
            Keep::HighestScore,
            vec![Some(1), None, None, Some(1)],
        ),
    ] {
        let rank = |at: usize, text: &str| ranks.get(at).copied().unwrap_or(plain(text.len()));
        let ranked: Vec<(&str, Rank)> =
            texts.iter().enumerate().map(|(at, text)| (*text, rank(at, text))).collect();
        assert_eq!(within(&ranked, keep, 0.5), expected, "{texts:?} {keep:?}");
    }
}

/// An example: its problem and completion.
type Row = (String, String);

fn parts(row: &Row) -> Parts<'_> {
    Parts { problem: &row.0, completion: &row.1, reasoning: &row.1, ..Parts::default() }
}

/// What became of the rows: where each went, and which rows it was compared with.
struct Run {
    running: Running,
    places: Vec<Place>,
    compared: Vec<Vec<usize>>,
    /// By number, the row that has it.
    stay: Vec<usize>,
}

fn run(options: &Dedup, rows: &[Row], rank: impl Fn(&Row) -> Rank) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let running = Running::new(options, folder.path());
    let mut marker = running.marker();
    let mut run = Run { running, places: Vec::new(), compared: Vec::new(), stay: Vec::new() };
    for (at, row) in rows.iter().enumerate() {
        let marks = marker.marks(&parts(row), rank(row));
        let (mut compared, stay) = (Vec::new(), &run.stay);
        let mut earlier = |number: u32, look: &mut dyn FnMut(&Parts<'_>)| {
            let other = stay[number as usize];
            compared.push(other);
            look(&parts(&rows[other]));
            Ok(())
        };
        let place = run.running.add(&parts(row), &marks, false, &mut earlier).expect("room");
        compared.sort_unstable();
        compared.dedup();
        match &place {
            Place::New(number) => {
                assert_eq!(*number as usize, run.stay.len());
                run.stay.push(at);
            }
            Place::Of(number, _) => run.stay[*number as usize] = at,
            Place::None(_) => {}
        }
        run.places.push(place);
        run.compared.push(compared);
    }
    run
}

fn options(keep: Keep) -> Dedup {
    Dedup { keep, minhash: Some(Minhash::default()), ..Dedup::default() }
}

#[test]
fn who_stays_table() {
    let long = |from: usize| (from..from + 40).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    let (a, b) = (long(0), long(100));
    let spaced = a.replace(' ', "  ");
    let (longer, longest) = (format!("{a} end"), format!("{a} end of it"));
    let none = |reason: &str| Place::None(reason.to_owned());
    let of = |number: u32, reason: &str| Place::Of(number, reason.to_owned());
    for (keep, texts, expected) in [
        (Keep::First, vec![&longer, &a, &b, &a], vec![Place::New(0), none(NEAR), Place::New(1), none(NEAR)]),
        (Keep::Shortest, vec![&longer, &b, &a], vec![Place::New(0), Place::New(1), of(0, NEAR)]),
        // Each in the place of the one before; the first again repeats the last.
        (
            Keep::Shortest,
            vec![&longest, &longer, &a, &longest, &a],
            vec![Place::New(0), of(0, NEAR), of(0, NEAR), none(NEAR), none("dedup.exact")],
        ),
        (Keep::Shortest, vec![&spaced, &b, &a], vec![Place::New(0), Place::New(1), of(0, "dedup.exact")]),
        (Keep::Shortest, vec![&a, &spaced, &b], vec![Place::New(0), none("dedup.exact"), Place::New(1)]),
        // The higher score is that of the longer text.
        (Keep::HighestScore, vec![&a, &b, &longer], vec![Place::New(0), Place::New(1), of(0, NEAR)]),
        (Keep::HighestScore, vec![&longer, &a], vec![Place::New(0), none(NEAR)]),
    ] {
        let rows: Vec<Row> = texts.iter().map(|text| ("p".to_owned(), (*text).clone())).collect();
        let rank = |row: &Row| Rank { bytes: row.1.len() as u32, score: Some(row.1.len() as f64) };
        assert_eq!(run(&options(keep), &rows, rank).places, expected, "{keep:?}");
    }
}

/// An example that repeats two which stay goes, however short it is: else one place would be lost.
#[test]
fn who_repeats_two_goes() {
    let row = |problem: &str, completion: &str| (problem.to_owned(), completion.to_owned());
    let rows = [
        row("one", "the long way round"),
        row("two", "by another long way"),
        row("Two", "The long  way round"),
        row("two", "x"),
        row("three", "The Long Way Round"),
        row("three", "y"),
    ];
    let keys = vec![Key(vec![Part::Problem]), Key(vec![Part::Reasoning])];
    let options = Dedup { keep: Keep::Shortest, exact_keys: keys, ..Dedup::default() };
    let found = run(&options, &rows, |row| plain(row.1.len()));
    let (problem, reasoning) = ("dedup.exact.problem".to_owned(), "dedup.exact.reasoning".to_owned());
    assert_eq!(
        found.places,
        [
            Place::New(0),
            Place::New(1),
            Place::None(problem.clone()),
            Place::Of(1, problem),
            // As long as the one it repeats: the first stays.
            Place::None(reasoning.clone()),
            Place::New(2),
        ]
    );
    // Nothing leads to the one that lost its place any more, and once settled nobody else loses one.
    let Run { mut running, stay, .. } = found;
    running.settle();
    let mut marker = running.marker();
    for (other, place) in [
        (row("new", "by another long way"), Place::New(3)),
        (row("three", "z"), Place::None("dedup.exact.problem".to_owned())),
        (row("newer", "X"), Place::None(reasoning)),
    ] {
        let marks = marker.marks(&parts(&other), plain(0));
        let mut earlier = |number: u32, look: &mut dyn FnMut(&Parts<'_>)| {
            look(&parts(&rows[stay[number as usize]]));
            Ok(())
        };
        assert_eq!(running.add(&parts(&other), &marks, false, &mut earlier).expect("room"), place);
    }
    assert_eq!(running.count(), 4);
}

#[test]
fn samples_that_repeat_a_better_sibling_take_no_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut running = Running::new(&options(Keep::Shortest), folder.path());
    let mut marker = running.marker();
    let (first, second) = (("p".to_owned(), "a  b  c".to_owned()), ("p".to_owned(), "a b c".to_owned()));
    let mut earlier = |_: u32, look: &mut dyn FnMut(&Parts<'_>)| {
        look(&parts(&first));
        Ok(())
    };
    for (row, repeats, expected) in [
        (&first, false, Place::New(0)),
        (&second, true, Place::None("dedup.exact".to_owned())),
        (&("p".to_owned(), "d e f".to_owned()), true, Place::None(WITHIN_PROMPT.to_owned())),
        (&second, false, Place::Of(0, "dedup.exact".to_owned())),
    ] {
        let marks = marker.marks(&parts(row), plain(row.1.len()));
        assert_eq!(running.add(&parts(row), &marks, repeats, &mut earlier).expect("room"), expected);
    }
}

proptest! {
    /// What is said of each example holds of the texts; of those that stay no two that were compared repeat each other;
    /// where the index lies changes nothing.
    #[test]
    fn what_goes_repeats_what_stays_and_the_better_stays(
        texts in texts(),
        keep in prop_oneof![Just(Keep::First), Just(Keep::Shortest), Just(Keep::HighestScore)],
        exact in any::<bool>(),
    ) {
        let rows: Vec<Row> = texts.into_iter().map(|text| ("p".to_owned(), text)).collect();
        let rank = |row: &Row| Rank {
            bytes: row.1.len() as u32,
            score: row.1.contains('a').then_some(row.1.matches('b').count() as f64),
        };
        let options = Dedup { exact, ..options(keep) };
        let found = run(&options, &rows, rank);
        let on_disk = run(&Dedup { memory_mib: 0, ..options.clone() }, &rows, rank);
        prop_assert_eq!(&found.places, &on_disk.places);
        let equal = |a: usize, b: usize| exact && same(&rows[a].1, &rows[b].1) && !rows[a].1.trim().is_empty();
        let text = |at: usize| super::text(&parts(&rows[at]));
        let repeats = |a: usize, b: usize| equal(a, b) || jaccard(&text(a), &text(b)) >= 0.8;
        let (mut stay, mut heir): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..rows.len()).collect());
        for (at, place) in found.places.iter().enumerate() {
            let compared = &found.compared[at];
            prop_assert!(compared.iter().all(|other| stay.contains(other)));
            match place {
                Place::New(_) => {
                    prop_assert!(!compared.iter().any(|&other| repeats(at, other)));
                    prop_assert!(!stay.iter().any(|&other| equal(at, other)), "an equal one is always found");
                    stay.push(at);
                }
                Place::Of(number, reason) => {
                    let old = stay[*number as usize];
                    prop_assert!(keep.order(rank(&rows[at]), rank(&rows[old])).is_lt());
                    prop_assert!(repeats(at, old));
                    prop_assert!(!compared.iter().any(|&other| other != old && repeats(at, other)));
                    prop_assert_eq!(reason.as_str(), if equal(at, old) { "dedup.exact" } else { NEAR });
                    heir[old] = at;
                    stay[*number as usize] = at;
                }
                Place::None(reason) => {
                    let found: Vec<usize> =
                        compared.iter().copied().filter(|&other| repeats(at, other)).collect();
                    prop_assert!(!found.is_empty());
                    // It is no better than the one it repeats, or repeats several.
                    prop_assert!(
                        found.len() > 1 || !keep.order(rank(&rows[at]), rank(&rows[found[0]])).is_lt()
                    );
                    let by_hash = found.iter().any(|&other| equal(at, other));
                    prop_assert_eq!(reason.as_str(), if by_hash { "dedup.exact" } else { NEAR });
                    heir[at] = found[0];
                }
            }
        }
        prop_assert_eq!(&stay, &found.stay);
        // Whoever goes leads to one that stays.
        for start in 0..rows.len() {
            let end = (0..rows.len()).fold(start, |at, _| heir[at]);
            prop_assert!(stay.contains(&end));
        }
        if keep == Keep::First {
            prop_assert!(!found.places.iter().any(|place| matches!(place, Place::Of(..))));
        }
    }
}
