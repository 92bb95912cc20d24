//! The local engine: a model on this machine, many samples at a time.
//!
//! On the CPU a sample's text depends on its prompt, its seed and the sampling parameters alone, bit
//! for bit, whatever the batch and the number of threads. On a GPU the library's products round by
//! their shape: there the journal keeps what was drawn.

pub mod cache;
pub mod sampler;
mod scheduler;
pub mod tensor_cache;

use std::sync::Arc;

use candle_core::{DType, Device as CandleDevice};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{Answer, Engine, Request, Sampling, Speed, Stop};
use crate::error::{Error, Result};
use crate::model::cpu::ops::{CpuOps, PackedWeights};
use crate::model::device::{self, Device};
use crate::model::{Checkpoint, Decoder, Fused};
use cache::{Cache, CpuCache};
use scheduler::{Draw, Scheduler};
use tensor_cache::TensorCache;

/// `[engine.candle]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// `builtin`, or a folder with a Hugging Face checkpoint (Llama, Qwen2 or Qwen3).
    pub model: String,
    /// Where it runs.
    pub device: Device,
    /// Samples drawn at the same time. On the CPU the corpus does not depend on it.
    pub batch: usize,
    /// CPU threads; 0 is one a core. The corpus does not depend on it.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { model: "builtin".to_owned(), device: Device::Auto, batch: 64, threads: 0 }
    }
}

impl Options {
    /// Checks the numbers; the message names the key.
    ///
    /// # Errors
    /// The key and a sentence that says what is out of range.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if self.model.is_empty() {
            return Err(("model", "model must be \"builtin\" or a folder".to_owned()));
        }
        if !(1..=4096).contains(&self.batch) {
            return Err(("batch", format!("batch must be between 1 and 4096, not {}", self.batch)));
        }
        if self.threads > 1024 {
            return Err(("threads", format!("threads must be at most 1024, not {}", self.threads)));
        }
        Ok(())
    }
}

/// [`Engine`] over a checkpoint.
pub struct Candle {
    options: Options,
    sampling: Sampling,
    checkpoint: Checkpoint,
    fingerprint: String,
    decoder: Decoder,
    device: CandleDevice,
    dtype: DType,
    pool: rayon::ThreadPool,
}

impl Candle {
    /// Loads the model.
    ///
    /// # Errors
    /// A checkpoint that is missing, broken or of an unknown kind, or a device that is not there.
    pub fn new(options: &Options, sampling: &Sampling) -> Result<Self> {
        let device = device::open(options.device)?;
        let checkpoint = Checkpoint::open(&options.model)?;
        checkpoint.template()?;
        let dtype = if device.is_cuda() { DType::BF16 } else { DType::F32 };
        let config = &checkpoint.config;
        let decoder = {
            let mut weights = checkpoint.weights.on(dtype, &device);
            if device.is_cuda() {
                Decoder::new(config, Arc::new(Fused), &mut weights)?
            } else {
                Decoder::new(config, Arc::new(CpuOps), &mut PackedWeights(&mut weights))?
            }
        };
        // The engine's thread has a stream of its own on a GPU: what this one began must be done by then.
        device.synchronize()?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .thread_name(|i| format!("engine-{i}"))
            .build()
            .map_err(|error| Error::failed("the engine's threads could not be started").caused_by(error))?;
        let fingerprint =
            format!("{}:{}", checkpoint.fingerprint, if device.is_cuda() { "cuda-bf16" } else { "cpu-f32" });
        Ok(Self {
            options: options.clone(),
            sampling: sampling.clone(),
            checkpoint,
            fingerprint,
            decoder,
            device,
            dtype,
            pool,
        })
    }

    /// The checkpoint.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    fn cache(&self) -> Result<Box<dyn Cache>> {
        let config = &self.checkpoint.config;
        Ok(if self.device.is_cuda() {
            // Prompts hold slots, too; more are made when these do not suffice.
            let slots = self.options.batch + self.options.batch.div_ceil(4);
            Box::new(TensorCache::new(config, slots, self.dtype, &self.device)?)
        } else {
            Box::new(CpuCache::new(config))
        })
    }
}

impl Engine for Candle {
    fn model(&self) -> &str {
        &self.checkpoint.name
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.checkpoint.tokenizer.encode_text(text).map_or(text.len().div_ceil(4), |ids| ids.len())
    }

    fn slots(&self) -> usize {
        self.options.batch
    }

    fn run(
        &mut self,
        requests: mpsc::Receiver<Request>,
        answers: mpsc::Sender<Answer>,
        stop: Arc<Stop>,
        speed: Arc<Speed>,
    ) -> Result<()> {
        let scheduler = Scheduler {
            draw: Draw { checkpoint: &self.checkpoint, sampling: &self.sampling },
            decoder: &self.decoder,
            cache: self.cache()?,
            device: &self.device,
            slots: self.options.batch,
            pool: &self.pool,
            stop: &stop,
            speed: &speed,
            answers,
        };
        scheduler.run(requests)
    }
}
