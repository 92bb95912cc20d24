//! Does a sequence end in a loop? In: any slice of comparable items (characters of a text, token
//! ids while sampling). Out: the period of its tail. Linear in time and memory; never looks at
//! what the items mean.

/// How a sequence ends: its last [`span`](Self::span) items repeat every [`period`](Self::period).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Items after which the tail repeats, at least 1.
    pub period: usize,
    /// Items of the longest tail that has this period. The last repeat may be cut anywhere, so it
    /// need not be a multiple of the period.
    pub span: usize,
}

impl Period {
    /// How often the period fits into the span: a whole number, rounded down.
    pub fn repeats(&self) -> usize {
        self.span / self.period
    }
}

/// The smallest period with which at least the last `max(min_span, min_repeats * period)` items of
/// `items` repeat, if there is one. `min_repeats` below 2 counts as 2.
///
/// Exact: a period is found wherever the loop began and wherever it was cut, and one differing item
/// ends the span. To bound the work, pass only the tail of a long sequence: periods up to
/// `items.len() / min_repeats` can be found. Time and memory are linear in the slice.
pub fn looping_tail<T: Eq>(items: &[T], min_repeats: usize, min_span: usize) -> Option<Period> {
    let n = items.len();
    if n < min_span {
        return None;
    }
    let longest = n / min_repeats.max(2);
    // The Z function of the reversed sequence: z[p] is how many items from the end backwards are
    // equal to those p before them, so the tail with period p is p + z[p] long. Only periods up to
    // `longest` are of use, and z[p] needs none beyond p.
    let at = |i: usize| &items[n - 1 - i];
    let mut z = vec![0usize; longest + 1];
    let (mut left, mut right) = (0, 0); // the match that reaches furthest: right is exclusive
    for p in 1..=longest {
        let mut matched = if p < right { z[p - left].min(right - p) } else { 0 };
        while p + matched < n && at(matched) == at(p + matched) {
            matched += 1;
        }
        z[p] = matched;
        if p + matched > right {
            (left, right) = (p, p + matched);
        }
        let span = p + matched;
        if span >= min_span && span / p >= min_repeats.max(2) {
            return Some(Period { period: p, span });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tails_table() {
        let some = |period, span| Some(Period { period, span });
        for (text, min_repeats, min_span, expected) in [
            ("", 2, 0, None),
            ("a", 2, 0, None),
            ("aa", 2, 0, some(1, 2)),
            ("xaaaa", 3, 0, some(1, 4)),
            ("xabababa", 3, 0, some(2, 7)),
            ("xabcabcab", 2, 0, some(3, 8)),
            ("xabcabcab", 3, 0, None),
            ("abcabcabc", 3, 9, some(3, 9)),
            ("abcabcabc", 3, 10, None),
            ("abcabcabcx", 2, 2, None),
            // One repeat is no loop, whatever is asked.
            ("abc", 0, 0, None),
            ("abb", 1, 0, some(1, 2)),
            // A short period that is too short a tail gives way to a longer one.
            ("xaabaabaab", 2, 5, some(3, 9)),
            ("xyaaxyaa", 2, 5, some(4, 8)),
        ] {
            let found = looping_tail(text.as_bytes(), min_repeats, min_span);
            assert_eq!(found, expected, "{text:?} {min_repeats} {min_span}");
        }
    }

    #[test]
    fn a_megabyte_takes_milliseconds() {
        // Near-periodic input is the worst for a quadratic search; this one takes 10^12 steps there.
        let mut items = vec![b'a'; 1 << 20];
        items[0] = b'b';
        items.push(b'b');
        let start = std::time::Instant::now();
        assert_eq!(looping_tail(&items, 3, 0), None);
        items.pop();
        assert_eq!(looping_tail(&items, 2, 0), Some(Period { period: 1, span: (1 << 20) - 1 }));
        assert!(start.elapsed().as_secs() < 2, "{:?}", start.elapsed());
    }

    /// The definition, word for word.
    fn by_definition(items: &[u8], min_repeats: usize, min_span: usize) -> Option<Period> {
        (1..=items.len()).find_map(|period| {
            let same = (period..items.len()).rev().take_while(|&i| items[i] == items[i - period]).count();
            // Going back from the end, item i is compared with the one a period earlier.
            let span = period + same;
            (span >= min_span && span >= min_repeats.max(2) * period).then_some(Period { period, span })
        })
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            items in prop::collection::vec(0u8..2, 0..60), min_repeats in 0usize..5, min_span in 0usize..20,
        ) {
            let expected = by_definition(&items, min_repeats, min_span);
            prop_assert_eq!(looping_tail(&items, min_repeats, min_span), expected);
        }

        #[test]
        fn a_planted_loop_of_any_period_is_found(
            before in prop::collection::vec(any::<u32>(), 0..300),
            unit in prop::collection::vec(any::<u32>(), 1..200),
            repeats in 3usize..8,
            cut in 0usize..200,
        ) {
            let planted = unit.len() * repeats + cut % unit.len();
            let mut items = before;
            items.extend(unit.iter().cycle().take(planted));
            let found = looping_tail(&items, 3, planted).expect("a loop was planted");
            prop_assert!(found.span >= planted && found.period <= unit.len());
        }
    }
}
