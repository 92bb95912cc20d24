//! The pipeline as written.
