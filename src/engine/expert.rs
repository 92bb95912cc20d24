//! The experts of the procedural tasks as an engine.
