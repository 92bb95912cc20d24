//! Facts.
use super::ListProgram;
use crate::prompts::tasks::facts::window;
use crate::rng::Rng;
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    window::<ListProgram>(difficulty, 2, rng)
}
