//! The `datagen` program: parses nothing itself, calls the library, turns its answer into an exit code.

fn main() {}
