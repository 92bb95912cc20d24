//! Values of every kind, drawn by dice: spellings that are the same by construction, and answers that differ from
//! them by construction (a sign, a digit, an order, an end, an element, a unit).

mod compound;
mod scalar;
mod worded;

/// A stream of numbers that is the same in every run (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }

    /// From `-high` to `high`, without zero.
    pub fn signed(&mut self, high: i64) -> i64 {
        let value = self.between(1, high);
        if self.next() & 1 == 0 { value } else { -value }
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.next() as usize % from.len()]
    }

    /// `count` whole numbers from `-high` to `high`, no two the same.
    pub fn distinct(&mut self, count: usize, high: i64) -> Vec<i64> {
        let mut found = Vec::new();
        while found.len() < count {
            let value = self.between(-high, high);
            if !found.contains(&value) {
                found.push(value);
            }
        }
        found
    }
}

/// One value.
pub struct Drawn {
    /// Spellings of it; each passes for each.
    pub same: Vec<String>,
    /// Answers that are not it; none passes for any of its spellings.
    pub misses: Vec<String>,
}

impl Drawn {
    fn new<S: Into<String>, M: Into<String>>(
        same: impl IntoIterator<Item = S>,
        misses: impl IntoIterator<Item = M>,
    ) -> Self {
        Self {
            same: same.into_iter().map(Into::into).collect(),
            misses: misses.into_iter().map(Into::into).collect(),
        }
    }

    /// Leaves out the misses for which `is_same` holds.
    fn and(mut self, holds: bool, miss: impl Into<String>) -> Self {
        if holds {
            self.misses.push(miss.into());
        }
        self
    }
}

/// The kinds of values by name.
pub type Kind = (&'static str, fn(&mut Dice) -> Drawn);

pub fn kinds() -> Vec<Kind> {
    [scalar::KINDS, compound::KINDS, worded::KINDS].concat()
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// A term behind others: ` + 3x`, ` - 3x`.
fn term(coefficient: i64, symbol: &str) -> String {
    let sign = if coefficient < 0 { '-' } else { '+' };
    let size = coefficient.abs();
    if size == 1 && !symbol.is_empty() { format!("{sign}{symbol}") } else { format!("{sign}{size}{symbol}") }
}
