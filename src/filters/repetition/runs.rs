//! Where does a text go round in circles? In: text. Out: its periodic stretches anywhere, their period, and how
//! often it fits. Tokens are compared with their numbers left out, so that a loop that counts is found as one, and
//! a few tokens may differ. One pass with a table of where each n-gram was last seen; linear in the text.

use super::tokens::Token;

/// A stretch of a text that repeats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run {
    /// Tokens after which it repeats.
    pub period: usize,
    /// Its first token.
    pub start: usize,
    /// The token behind its last.
    pub end: usize,
    /// Share of its tokens that are the same a period earlier, numbers included.
    pub exact: f64,
}

impl Run {
    /// How often the period fits.
    pub fn repeats(&self) -> usize {
        (self.end - self.start) / self.period
    }
}

/// Tokens in an n-gram whose second coming starts a run: "the answer is " has three.
const GRAM: usize = 3;
/// A run ends when more than one in this many of its tokens differ …
const DIFFER: usize = 12;
/// … and more than this many, or so many in a row.
const DIFFER_LEAST: usize = 2;

/// A table from hashes to the position where they were last seen.
pub struct LastSeen {
    slots: Vec<(u32, u32)>,
    shift: u32,
}

impl LastSeen {
    /// For up to `count` positions.
    pub fn new(count: usize) -> Self {
        let bits = (2 * count.max(8)).next_power_of_two().trailing_zeros();
        Self { slots: vec![(0, u32::MAX); 1 << bits], shift: 64 - bits }
    }

    /// Where `hash` was last seen; from now on it is `at`.
    #[inline]
    pub fn replace(&mut self, hash: u64, at: u32) -> Option<u32> {
        let tag = hash as u32;
        let mask = self.slots.len() - 1;
        let mut slot = (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        // At most half full; a long cluster gives way rather than cost time.
        for _ in 0..16 {
            let (seen, position) = self.slots[slot];
            if position == u32::MAX {
                self.slots[slot] = (tag, at);
                return None;
            }
            if seen == tag {
                self.slots[slot].1 = at;
                return Some(position);
            }
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = (tag, at);
        None
    }
}

/// The periodic stretches of `tokens` of at least two periods, by where they end.
pub fn runs(tokens: &[Token], mut found: impl FnMut(Run)) {
    let mut table = LastSeen::new(tokens.len());
    let mut open: Option<Open> = None;
    let mut gram = 0u64;
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    const LEAVING: u64 = BASE.wrapping_mul(BASE).wrapping_mul(BASE);
    for (at, token) in tokens.iter().enumerate() {
        gram = gram.wrapping_mul(BASE).wrapping_add(token.masked);
        if at >= GRAM {
            gram = gram.wrapping_sub(tokens[at - GRAM].masked.wrapping_mul(LEAVING));
        }
        let seen = if at + 1 >= GRAM { table.replace(gram, at as u32) } else { None };
        if let Some(run) = &mut open {
            if token.masked == tokens[at - run.period].masked {
                run.matched += 1;
                run.exact += usize::from(token.exact == tokens[at - run.period].exact);
                run.row = 0;
                run.last = at;
                continue;
            }
            run.differ += 1;
            run.row += 1;
            if run.row <= DIFFER_LEAST && run.differ <= DIFFER_LEAST + run.matched / DIFFER {
                continue;
            }
            run.close(&mut found);
            open = None;
        }
        if let Some(before) = seen {
            let period = at - before as usize;
            let start = (at + 1 - GRAM).max(period);
            let exact = (start..=at).filter(|at| tokens[*at].exact == tokens[*at - period].exact).count();
            open = Some(Open {
                period,
                start: start - period,
                matched: at + 1 - start,
                exact,
                differ: 0,
                row: 0,
                last: at,
            });
        }
    }
    if let Some(run) = &open {
        run.close(&mut found);
    }
}

struct Open {
    period: usize,
    start: usize,
    matched: usize,
    exact: usize,
    differ: usize,
    row: usize,
    last: usize,
}

impl Open {
    fn close(&self, found: &mut impl FnMut(Run)) {
        let end = self.last + 1;
        if end - self.start < 2 * self.period {
            return;
        }
        let exact = self.exact as f64 / (end - self.start - self.period).max(1) as f64;
        found(Run { period: self.period, start: self.start, end, exact });
    }
}
