//! What every family's tests ask of it: answers computed another way, distinct problems, sane
//! chains whose equations are true unless the chain takes them back. Tests only.

use std::collections::HashSet;

use super::{Chain, DIFFICULTIES, Digits, Entry, Family, space::permuted};
use crate::rng::Rng;

/// About how many tokens `text` has: one a digit, word, sign or line break.
pub fn about_tokens(text: &str) -> usize {
    let mut count = 0;
    let mut in_word = false;
    for c in text.chars() {
        let letter = c.is_alphabetic() || c == '\'';
        count += usize::from(if letter { !in_word } else { c != ' ' });
        in_word = letter;
    }
    count
}

/// The content of the last box.
pub fn boxed(solution: &str) -> Option<&str> {
    let rest = solution.rsplit_once("\\boxed{")?.1;
    Some(rest.rsplit_once('}')?.0)
}

/// Equations `a op b = c` of `text` that are false.
pub fn false_equations(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |word: &str| -> Option<i64> {
        let word = word.trim_end_matches(['.', ',', ';', ':']);
        let word = word.strip_prefix('(').and_then(|w| w.strip_suffix(')')).unwrap_or(word);
        word.parse().ok()
    };
    let is_sign = |word: Option<&&str>| word.is_some_and(|w| ["+", "-", "*", "/", "mod"].contains(w));
    let mut wrong = Vec::new();
    for (i, w) in words.windows(5).enumerate() {
        let (Some(a), Some(b), Some(c)) = (number(w[0]), number(w[2]), number(w[4])) else { continue };
        let ends = |word: &str| word.ends_with(['.', ',', ';', ':']);
        let open_before = i > 0 && is_sign(words.get(i - 1));
        let open_after = !ends(w[4]) && is_sign(words.get(i + 5));
        if w[3] != "=" || open_before || open_after || ends(w[0]) || ends(w[2]) {
            continue;
        }
        let remainder = match (words.get(i + 5), words.get(i + 6).and_then(|w| number(w))) {
            (Some(&"remainder"), Some(r)) if !ends(w[4]) => r,
            _ => 0,
        };
        let right = match w[1] {
            "+" => a + b == c,
            "-" => a - b == c,
            "*" => a * b == c,
            "/" => a == b * c + remainder && (remainder == 0 || (0..b).contains(&remainder)),
            _ => continue,
        };
        if !right {
            wrong.push(w.join(" "));
        }
    }
    wrong
}

/// Part of `text` after its last correction.
fn after_corrections(text: &str) -> &str {
    let at = ["Wait", "wait"].iter().filter_map(|word| text.rfind(word)).max();
    // The sentence of the remark itself may repeat what was wrong.
    at.map_or(text, |at| &text[at..])
}

/// The checks that need nothing but the registry: counts by difficulty, texts all different, chains of
/// a length within `words`, between 15 and 50 % of them with a correction.
pub fn counts_texts_and_chains<F: Family>(counts: [u128; 4], words: std::ops::RangeInclusive<usize>) {
    let entry = Entry::of::<F>();
    let mut corrected = 0;
    for (difficulty, count) in DIFFICULTIES.zip(counts) {
        assert_eq!(entry.count(difficulty), count, "difficulty {difficulty}");
        let mut texts = HashSet::new();
        for position in 0..5_000 {
            let prompt = entry.prompt(difficulty, permuted(position, count, 4));
            assert!(texts.insert(prompt.problem.clone()), "{}", prompt.problem);
        }
        for seed in 0..500 {
            let chain = entry.expert(difficulty, permuted(seed, count, 8), seed);
            let length = chain.reasoning.split_whitespace().count();
            assert!(words.contains(&length), "{length} words:\n{}", chain.reasoning);
            corrected += usize::from(chain.reasoning.to_lowercase().contains("wait"));
        }
    }
    assert!((300..1_000).contains(&corrected), "{corrected} of 2000 chains hold a correction");
}

/// Runs all checks. `counts`: problems by difficulty. `tokens`: least tokens of a chain, and most of 99 % of chains, by
/// difficulty. `answer`: the answer computed without the chain's code.
pub fn run<F: Family>(counts: [u128; 4], tokens: [(usize, usize); 4], answer: fn(&F::Params) -> String) {
    for difficulty in DIFFICULTIES {
        let level = difficulty as usize - 1;
        let read = |index: u64| F::params(difficulty, &mut Digits::new(u128::from(index)));
        let mut digits = Digits::new(0);
        F::params(difficulty, &mut digits);
        let count = digits.count();
        assert_eq!(count, counts[level], "count at difficulty {difficulty}");

        let mut corrected = 0;
        let mut lengths = Vec::new();
        for seed in 0..2_000u64 {
            let params = read(permuted(seed, count, 1));
            let rng = &mut Rng::new(seed);
            let posed = F::pose(&params, rng);
            let Chain { reasoning, solution } = F::expert(&params, rng);
            let context = format!("{}\n---\n{reasoning}\n---\n{solution}", posed.problem);
            assert_eq!(boxed(&solution), Some(posed.answer.as_str()), "{context}");
            assert_eq!(posed.answer, answer(&params), "{context}");
            assert!(
                context.is_ascii() && !reasoning.contains("\\boxed") && !context.contains("think>"),
                "{context}"
            );
            assert!(posed.problem.contains("\\boxed{}"), "{context}");
            let words = posed.problem.split_whitespace().count();
            assert!((10..=70).contains(&words), "{words} words: {context}");
            for doubled in ["..", ",,", "  ", " .", " ,", "+ -", "- -", "* -", "\n\n\n"] {
                assert!(!reasoning.contains(doubled), "{doubled:?} in {context}");
            }
            let late = after_corrections(&reasoning);
            assert_eq!(false_equations(late), Vec::<String>::new(), "{context}");
            if late.len() < reasoning.len() {
                corrected += 1;
            }
            lengths.push(about_tokens(&reasoning));
        }
        lengths.sort_unstable();
        // Hardly any chain may be longer than `high`: the rare worst case is not what a model learns from.
        let (least, middle, most) = (lengths[0], lengths[1_000], lengths[1_980]);
        let (low, high) = tokens[level];
        println!(
            "{} {difficulty}: {count} problems, tokens {least} {middle} {most}, corrected {corrected}",
            F::NAME
        );
        assert!(least >= low && most <= high, "difficulty {difficulty}: {least}..{most} tokens");
        assert!(
            (300..=1_000).contains(&corrected),
            "difficulty {difficulty}: {corrected} corrected of 2,000"
        );

        let drawn = count.min(5_000) as u64;
        let texts: HashSet<String> =
            (0..drawn).map(|i| F::pose(&read(permuted(i, count, 2)), &mut Rng::new(i % 7)).problem).collect();
        assert_eq!(texts.len() as u64, drawn, "difficulty {difficulty}: two indices give one text");
        let params = read(permuted(5, count, 3));
        let chains: HashSet<String> =
            (0..50).map(|s| F::expert(&params, &mut Rng::new(s)).reasoning).collect();
        assert!(chains.len() >= 40, "difficulty {difficulty}: {} chains of 50 differ", chains.len());
    }
}

/// Prints chains to read: `cargo test NAME -- --nocapture`, with `SHOW=1` in the environment.
pub fn show<F: Family>() {
    if std::env::var_os("SHOW").is_none() {
        return;
    }
    for difficulty in DIFFICULTIES {
        for seed in 0..4u64 {
            let mut digits = Digits::new(0);
            F::params(difficulty, &mut digits);
            let index = permuted(seed, digits.count(), 11);
            let params = F::params(difficulty, &mut Digits::new(u128::from(index)));
            let posed = F::pose(&params, &mut Rng::new(seed));
            let chain = F::expert(&params, &mut Rng::new(seed + 100));
            println!(
                "## {} {difficulty}\n{}\n---\n{}\n---\n{}\n",
                F::NAME,
                posed.problem,
                chain.reasoning,
                chain.solution
            );
        }
    }
}

#[test]
fn false_equations_are_found() {
    for (text, count) in [
        ("3 + 4 = 7, 7 * 2 = 14.", 0),
        ("3 + 4 = 8, so 5 - (-3) = 8.", 1),
        ("17 / 5 = 3 remainder 2. 17 / 5 = 3 remainder 1.", 1),
        ("2 * 3 + 4 = 10 and 1 + 1 = 3 - 1", 0),
        ("10 / 5 = 3", 1),
    ] {
        assert_eq!(false_equations(text).len(), count, "{text}");
    }
}
