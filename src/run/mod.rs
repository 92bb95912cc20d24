//! The one loop.

pub mod draws;
pub mod funnel;
