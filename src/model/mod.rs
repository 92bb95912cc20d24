//! Models.

impl From<candle_core::Error> for crate::error::Error {
    fn from(source: candle_core::Error) -> Self {
        Self::failed("the model's arithmetic failed").caused_by(source)
    }
}
