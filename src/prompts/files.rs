//! Prompts from files.
