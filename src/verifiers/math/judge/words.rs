//! Compares words with words. In: texts and lists of words, in lower case. Out: a match. Other words may say the
//! same, so that only single words differ for sure. Never: a pass for words that are not the reference's.

use super::Match::{Differs, Same, Unknown};
use super::lists::asks_for_order;
use super::{AMBIGUOUS, Match, NOT_READ};

/// Pairs of words that are looked at for a likeness, about 0.4 ms: 50 words beside 50.
const MAX_PAIRS: usize = 2_500;

/// Whether two texts say the same.
pub(super) fn texts(a: &str, b: &str) -> Match {
    if a == b {
        return Same("the same words");
    }
    let count = |text: &str| text.split(' ').count();
    let negated = |long: &str, short: &str| {
        long.strip_prefix("not ") == Some(short) || long.strip_prefix("no ") == Some(short)
    };
    let inside = |short: &str, long: &str| long.split(' ').any(|word| word == short);
    if negated(a, b) || negated(b, a) {
        return Differs("one side denies the other");
    }
    if (count(a) == 1 && !inside(a, b)) || (count(b) == 1 && !inside(b, a)) {
        return Differs("different words");
    }
    Unknown(NOT_READ, "different words")
}

/// Whether two lists of words say the same. In another order they do where the problem asks for all, in any order,
/// and do not where it asks for an order; `Ben, Zoe` and `Zoe, Ben` may also be who came first.
pub(super) fn names(a: &[String], b: &[String], problem: &str) -> Match {
    if a == b {
        return Same("the same words in order");
    }
    let mut result = Same("the same words in any order");
    for (these, those) in [(a, b), (b, a)] {
        for this in these {
            if those.contains(this) {
                continue;
            }
            if a.len() * b.len() > MAX_PAIRS {
                return Unknown("math.budget", "too many different words to compare");
            }
            if !those.iter().any(|that| matches!(texts(this, that), Unknown(..))) {
                return Differs("a word that the other side lacks");
            }
            result = Unknown(NOT_READ, "different words");
        }
    }
    if let Unknown(..) = result {
        return result;
    }
    if a.len() != b.len() {
        return Differs("another number of items");
    }
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort_unstable();
        names
    };
    if sorted(a) != sorted(b) {
        return Differs("the same words, not as often");
    }
    match asks_for_order(problem) {
        Some(true) => Differs("the problem asks for an order"),
        Some(false) => result,
        None => Unknown(AMBIGUOUS, "equal items in another order, which may matter"),
    }
}

/// A list of words beside a text: one word of several is not all of them, unless the second explains the first
/// (`Paris, France`).
pub(super) fn one_of(names: &[String], text: &str) -> Match {
    if names.join(" ") == text {
        return Same("the same words");
    }
    let all = matches!(text, "all" | "both" | "everyone" | "everybody" | "everything" | "neither");
    let explained = names.len() == 2 && names[0].split(' ').any(|word| word == text);
    if all || explained || text.contains(' ') {
        return Unknown(NOT_READ, "several words on one side");
    }
    Differs("several words on one side, one on the other")
}
