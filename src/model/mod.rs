//! Models: a Hugging Face checkpoint on disk (or the built-in one) becomes a [`config`], a
//! [`decoder`] of tensors, a [`tokenizer`] and a [`chat_template`].
//!
//! Nothing here samples, batches or caches: that is the engine's work. Nothing here trains.

pub mod config;
pub mod cpu;
pub mod decoder;
pub mod rope;

pub use config::{Architecture, Config};
pub use decoder::{Attend, Decoder, Fused, Linear, Ops, Weights};

impl From<candle_core::Error> for crate::error::Error {
    fn from(source: candle_core::Error) -> Self {
        Self::failed("the model's arithmetic failed").caused_by(source)
    }
}
