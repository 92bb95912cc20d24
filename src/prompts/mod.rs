//! Prompts: where problems come from and how they are put to the model.

pub mod contamination;
pub mod decontaminate;
pub mod files;
pub mod tasks;
pub mod template;
