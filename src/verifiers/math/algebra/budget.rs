//! What a comparison may cost. Counted, not timed. Never: a step that is taken and not counted.

use super::ball::Trouble;

/// What a comparison may cost. Counted, not timed, so that a verdict does not depend on the machine.
#[derive(Debug, Clone)]
pub struct Budget {
    /// Steps of any kind left: terms multiplied, numbers evaluated, nodes visited.
    pub steps: usize,
    /// Bits that an exact number may have.
    pub bits: usize,
    /// Terms that a polynomial may have.
    pub terms: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 20_000, bits: 24_000, terms: 2_000 }
    }
}

impl Budget {
    /// Counts `cost` steps before they are taken.
    ///
    /// # Errors
    /// [`Trouble::TooMuch`] if fewer are left; then none is.
    pub fn charge(&mut self, cost: usize) -> Result<(), Trouble> {
        let left = self.steps.checked_sub(cost);
        self.steps = left.unwrap_or(0);
        #[cfg(test)]
        taken::add(left.map_or(0, |_| cost));
        left.map(|_| ()).ok_or(Trouble::TooMuch)
    }
}

/// Steps that were taken on this thread, whichever budget they came from: what a second budget would hide.
#[cfg(test)]
pub mod taken {
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    pub fn add(steps: usize) {
        STEPS.set(STEPS.get() + steps);
    }

    pub fn total() -> usize {
        STEPS.get()
    }
}
