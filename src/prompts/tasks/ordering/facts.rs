//! Facts.
use super::Ordering;
use crate::prompts::tasks::facts::window;
use crate::rng::Rng;
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    window::<Ordering>(difficulty, 2, rng)
}
