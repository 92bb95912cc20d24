//! Models: a Hugging Face checkpoint on disk (or the built-in one) becomes a [`config`], a
//! [`decoder`] of tensors, a [`tokenizer`] and a [`chat_template`]; [`embedding`] is a model of another kind.
//!
//! Nothing here samples, batches or caches: that is the engine's work. Nothing here trains.

pub mod chat_template;
pub mod checkpoint;
pub mod config;
pub mod cpu;
pub mod decoder;
pub mod device;
pub mod embedding;
#[cfg(test)]
pub(crate) mod reference;
pub mod rope;
pub mod save;
pub mod tokenizer;
pub mod weights;

pub use chat_template::ChatTemplate;
pub use checkpoint::Checkpoint;
pub use config::{Architecture, Config};
pub use decoder::{Attend, Decoder, Fused, Linear, Ops, Weights};
pub use tokenizer::Tokenizer;
pub use weights::WeightFiles;

impl From<candle_core::Error> for crate::error::Error {
    fn from(source: candle_core::Error) -> Self {
        Self::failed("the model's arithmetic failed").caused_by(source)
    }
}
