//! Facts.
use super::Rate;
use crate::prompts::tasks::facts::window;
use crate::rng::Rng;
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    window::<Rate>(difficulty, 2, rng)
}
