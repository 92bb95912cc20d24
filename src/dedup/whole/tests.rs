//! A whole set against brute force, at any thread count and memory limit.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

struct InMemory<'a>(&'a [Option<String>]);

impl Texts for InMemory<'_> {
    fn texts(&self, wanted: &[u32], take: &mut dyn FnMut(u32, &str) -> Result<()>) -> Result<()> {
        wanted.iter().try_for_each(|&row| take(row, self.0[row as usize].as_deref().expect("it has a text")))
    }
}

fn options(threshold: f64, keep: Keep) -> Options {
    Options { jaccard_threshold: Some(threshold), keep, memory_bytes: 64 << 20 }
}

fn find(texts: &[Option<String>], options: Options, threads: usize) -> Found {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut whole = Whole::new(options, folder.path());
    let mut sketcher = whole.sketcher();
    for text in texts {
        let sketch = text.as_deref().map(|text| sketcher.sketch(text));
        let score = text.as_ref().map(|text| text.matches('w').count() as f64);
        whole.add(sketch.as_ref(), text.as_ref().map_or(0, String::len), score).expect("room");
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| whole.finish(&InMemory(texts), &mut |_, _| {})).expect("readable")
}

fn texts(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some((*text).to_owned())).collect()
}

#[test]
fn duplicates_table() {
    let long = |n: usize| (0..n).map(|i| format!("word{i}")).collect::<Vec<_>>().join(" ");
    for (rows, expected) in [
        (vec![], vec![]),
        (vec!["", " ", "a"], vec![(1, 0, Kind::Exact, 1.0)]),
        (vec!["a b", "c", "A  b"], vec![(2, 0, Kind::Exact, 1.0)]),
        (vec!["a b!", "a, b"], vec![(1, 0, Kind::Near, 1.0)]),
        (vec!["+ - +", "- + -", "…"], vec![]),
        (
            vec!["一二三四五六七八九十一二三四五六七八九", "一二三四五六七八九十，一二三四五六七八九。"],
            vec![(1, 0, Kind::Near, 1.0)],
        ),
    ] {
        let found = find(&texts(&rows), options(0.8, Keep::Central), 1).duplicates;
        let found: Vec<_> = found.iter().map(|d| (d.row, d.kept, d.kind, d.jaccard)).collect();
        assert_eq!(found, expected, "{rows:?}");
    }
    // 100 words have 96 shingles; one word more at the end adds one, one in the middle changes five.
    let rows = [long(100), long(101), long(100).replace("word50", "other")];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let found = find(&texts(&rows), options(0.8, Keep::First), 1).duplicates;
    assert_eq!(
        found,
        [
            Duplicate { row: 1, kept: 0, kind: Kind::Near, jaccard: 96.0 / 97.0 },
            Duplicate { row: 2, kept: 0, kind: Kind::Near, jaccard: 91.0 / 101.0 },
        ]
    );
}

#[test]
fn an_exact_copy_of_what_goes_points_to_what_stays() {
    let long = |n: usize| (0..n).map(|i| format!("word{i}")).collect::<Vec<_>>().join(" ");
    let (short, plain) = (long(99), long(100));
    let spaced = plain.replace(' ', "  ");
    let rows = vec![Some(plain.clone()), Some(short), None, Some(spaced), Some(plain)];
    for (keep, kept) in [(Keep::Central, 0), (Keep::First, 0), (Keep::Shortest, 1)] {
        let found = find(&rows, options(0.8, keep), 1).duplicates;
        let gone: BTreeMap<u32, (u32, Kind)> = found.iter().map(|d| (d.row, (d.kept, d.kind))).collect();
        let near = (kept, Kind::Near);
        let expected: BTreeMap<_, _> = if kept == 0 {
            [(1, near), (3, (0, Kind::Exact)), (4, (0, Kind::Exact))].into()
        } else {
            [(0, near), (3, near), (4, near)].into()
        };
        assert_eq!(gone, expected, "{keep:?}");
    }
    // Of equal ones the shortest stands for all.
    let rows = texts(&["a  b c", "a b c", "x y", "a b  c"]);
    let found = find(&rows, options(0.8, Keep::Shortest), 1).duplicates;
    let gone: Vec<_> = found.iter().map(|d| (d.row, d.kept)).collect();
    assert_eq!(gone, [(0, 1), (3, 1)]);
}

#[test]
fn equal_hashes_of_different_texts_drop_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rows = texts(&["one text", "another text", "one  TEXT"]);
    let mut whole = Whole::new(options(0.8, Keep::First), folder.path());
    for text in rows.iter().flatten() {
        // A hash that says nothing.
        let sketch = Sketch { exact: 7, keys: whole.sketcher().sketch(text).keys };
        whole.add(Some(&sketch), text.len(), None).expect("room");
    }
    let found = whole.finish(&InMemory(&rows), &mut |_, _| {}).expect("readable");
    let gone: Vec<_> = found.duplicates.iter().map(|d| (d.row, d.kept)).collect();
    assert_eq!(gone, [(2, 0)]);
}

/// Texts of which some are edits of earlier ones.
fn corpus() -> impl Strategy<Value = Vec<Option<String>>> {
    let words = || proptest::collection::vec("[a-h]{1,2}|w", 0..60);
    let row = (words(), any::<prop::sample::Index>(), 0usize..8, "[a-z]{3}");
    proptest::collection::vec(row, 1..30).prop_map(|rows| {
        let mut all: Vec<Option<Vec<String>>> = Vec::new();
        for (words, earlier, edit, new) in rows {
            let base = all.get(earlier.index(all.len().max(1))).cloned().flatten().unwrap_or_default();
            let mut text = if edit < 3 || base.is_empty() { words } else { base };
            match edit {
                0 => {
                    all.push(None);
                    continue;
                }
                3 => text.push(new),
                4 | 5 if !text.is_empty() => {
                    let at = earlier.index(text.len());
                    text[at] = new;
                }
                6 => text.truncate(text.len() - text.len() / 10),
                7 if !text.is_empty() => text[0] = text[0].to_uppercase(),
                _ => {}
            }
            all.push(Some(text));
        }
        all.into_iter().map(|text| text.map(|words| words.join(" "))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_goes_is_similar_to_what_stays_and_nothing_is_lost(
        rows in corpus(),
        keep in prop_oneof![Just(Keep::Central), Just(Keep::First), Just(Keep::Shortest), Just(Keep::HighestScore)],
        threshold in prop_oneof![Just(0.5), Just(0.8), Just(1.0)],
    ) {
        let found = find(&rows, options(threshold, keep), 1);
        let gone: BTreeMap<u32, Duplicate> = found.duplicates.iter().map(|d| (d.row, *d)).collect();
        prop_assert_eq!(gone.len(), found.duplicates.len(), "no row goes twice");
        let set = |row: u32| {
            let (mut tokens, mut set) = (Tokens::default(), Vec::new());
            tokens.read(rows[row as usize].as_deref().expect("only texts go"));
            shingles::set(&tokens.words, &mut set);
            set
        };
        for duplicate in gone.values() {
            prop_assert!(!gone.contains_key(&duplicate.kept), "{:?} points to what goes", duplicate);
            match duplicate.kind {
                Kind::Exact => {
                    let text = |row: u32| rows[row as usize].as_deref().expect("only texts go");
                    prop_assert!(tokens::same(text(duplicate.row), text(duplicate.kept)));
                    prop_assert_eq!(duplicate.jaccard, 1.0);
                }
                Kind::Near => {
                    let jaccard = shingles::jaccard(&set(duplicate.row), &set(duplicate.kept));
                    prop_assert_eq!(duplicate.jaccard, jaccard, "the similarity is the real one");
                    prop_assert!(jaccard >= threshold * clusters::CHAIN_SHARE - 1e-9);
                }
            }
        }
        // No two equal texts stay.
        let stays: Vec<u32> = (0..rows.len() as u32).filter(|row| !gone.contains_key(row)).collect();
        for (at, &a) in stays.iter().enumerate() {
            for &b in &stays[at + 1..] {
                if let (Some(a), Some(b)) = (&rows[a as usize], &rows[b as usize]) {
                    prop_assert!(!tokens::same(a, b));
                }
            }
        }
    }

    #[test]
    fn neither_threads_nor_the_memory_limit_change_anything(rows in corpus()) {
        let expected = find(&rows, options(0.6, Keep::Central), 1);
        for (threads, memory_bytes) in [(1, 0), (3, 64 << 20), (2, 0), (2, 1_000)] {
            let options = Options { memory_bytes, ..options(0.6, Keep::Central) };
            prop_assert_eq!(find(&rows, options, threads).duplicates, expected.duplicates.clone());
        }
    }
}
