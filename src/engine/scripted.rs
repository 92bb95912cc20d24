//! An engine whose answers a function gives: for tests of everything behind the engine.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Answer, Engine, Request, Sample, Speed, Stop, Unanswered};
use crate::error::Result;
use crate::record::{Completion, Prompt};

/// What a scripted engine says to one sample.
pub type Script = Box<dyn FnMut(&Prompt, Sample) -> Result<Completion, Unanswered> + Send>;

/// [`Engine`] that follows a [`Script`].
pub struct Scripted {
    script: Script,
    slots: usize,
}

impl Scripted {
    /// An engine that works on `slots` samples at once.
    pub fn new(slots: usize, script: Script) -> Self {
        Self { script, slots }
    }
}

impl Engine for Scripted {
    fn model(&self) -> &str {
        "scripted"
    }

    fn fingerprint(&self) -> &str {
        "scripted"
    }

    fn slots(&self) -> usize {
        self.slots
    }

    fn run(
        &mut self,
        mut requests: mpsc::Receiver<Request>,
        answers: mpsc::Sender<Answer>,
        stop: Arc<Stop>,
        _: Arc<Speed>,
    ) -> Result<()> {
        while let Some(request) = requests.blocking_recv() {
            for &sample in &request.samples {
                if stop.is_aborted() {
                    return Ok(());
                }
                let result = (self.script)(&request.prompt, sample);
                let answer = Answer { ticket: request.ticket, index: sample.index, result };
                if answers.blocking_send(answer).is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
