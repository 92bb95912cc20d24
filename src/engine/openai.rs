//! An async client of OpenAI-compatible servers.
