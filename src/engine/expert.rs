//! The procedural families' own experts as an engine: how the cold start is made. It answers
//! procedural prompts alone, in no time, and is always right.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{Answer, Engine, Request, Speed, Stop, refused};
use crate::error::Result;
use crate::format::think;
use crate::prompts::tasks;
use crate::record::{Completion, FinishReason, Prompt};

/// `[engine.expert]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {}

/// [`Engine`] that writes the experts' chains.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expert;

impl Engine for Expert {
    fn model(&self) -> &str {
        "expert"
    }

    /// Changes with the version: a new one may word its chains differently.
    fn fingerprint(&self) -> &str {
        concat!("expert:", env!("CARGO_PKG_VERSION"))
    }

    fn refuses(&self, prompt: &Prompt) -> Option<String> {
        tasks::parse_id(&prompt.id).is_none().then(|| unknown(prompt))
    }

    fn slots(&self) -> usize {
        64
    }

    fn run(
        &mut self,
        mut requests: mpsc::Receiver<Request>,
        answers: mpsc::Sender<Answer>,
        stop: Arc<Stop>,
        speed: Arc<Speed>,
    ) -> Result<()> {
        while let Some(request) = requests.blocking_recv() {
            let procedural = tasks::parse_id(&request.prompt.id);
            for sample in &request.samples {
                if stop.is_aborted() {
                    return Ok(());
                }
                let answer = match procedural {
                    Some((family, difficulty, index)) => {
                        let chain = family.expert(difficulty, index, sample.seed);
                        let text = think::join(&chain.reasoning, &chain.solution);
                        let num_tokens = self.count_tokens(&text) as u32;
                        speed.tokens.fetch_add(u64::from(num_tokens), Ordering::Relaxed);
                        let completion = Completion {
                            prompt_tokens: self.count_tokens(&request.prompt.problem) as u32,
                            finish_reason: FinishReason::Stop,
                            num_tokens,
                            text,
                        };
                        Answer { ticket: request.ticket, index: sample.index, result: Ok(completion) }
                    }
                    None => refused(request.ticket, sample.index, unknown(&request.prompt)),
                };
                if answers.blocking_send(answer).is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

fn unknown(prompt: &Prompt) -> String {
    format!("the prompt {} is not procedural: no expert knows it", prompt.id)
}
