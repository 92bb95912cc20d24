//! The local engine.

use serde::{Deserialize, Serialize};

/// `[engine.candle]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// `builtin`, or a folder with a Hugging Face checkpoint (Llama, Qwen2 or Qwen3).
    pub model: String,
    /// Where it runs.
    pub device: Device,
    /// Samples drawn at the same time. The corpus does not depend on it (on the CPU).
    pub batch: usize,
    /// CPU threads; 0 is one a core. The corpus does not depend on it.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { model: "builtin".to_owned(), device: Device::Auto, batch: 64, threads: 0 }
    }
}

/// Where a model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// CUDA where the program was built with it and a GPU is there, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The first CUDA device.
    Cuda,
}
