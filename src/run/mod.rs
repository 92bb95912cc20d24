//! The one loop.

pub mod funnel;
