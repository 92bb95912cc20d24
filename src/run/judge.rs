//! Answers on their way from the engine to the loop: each goes through filters and verifiers on the
//! judges' threads. It decides nothing about what is drawn next, and writes nothing.

use std::sync::mpsc::Sender;

use tokio::sync::mpsc;

use super::plan::Job;
use crate::engine::{Answer, Unanswered};
use crate::error::Error;
use crate::record::{Candidate, Decision};
use crate::rng::stream_seed;
use crate::{filters, verifiers};

/// A sample back from the engine and the judges.
pub enum Event {
    Judged { position: usize, candidate: Box<Candidate> },
    Failed { position: usize, index: u32, error: Error },
    Exhausted { position: usize, index: u32 },
}

/// Hands each answer to the judges' threads. There are never more of them waiting than samples were
/// asked for, which `room` bounds.
pub fn judge<'s>(
    job: &'s Job,
    mut answers: mpsc::Receiver<Answer>,
    events: &Sender<Event>,
    scope: &rayon::Scope<'s>,
) {
    while let Some(Answer { ticket, index, result }) = answers.blocking_recv() {
        let (events, position) = (events.clone(), ticket as usize);
        scope.spawn(move |_| {
            let event = match result {
                Ok(completion) => {
                    let prompt = job.prompts.get(position);
                    let examples = job.template.examples_shown_to(&prompt);
                    let records = filters::judge_all(&job.filters, &prompt, &completion, &examples);
                    let kept = records.iter().all(|r| r.decision == Decision::Keep);
                    let verdicts = if kept {
                        verifiers::verify_all(&job.verifiers, &prompt, &completion.text)
                    } else {
                        Vec::new()
                    };
                    let candidate = Candidate {
                        seed: stream_seed(job.pipeline.run.seed, &prompt.id, u64::from(index)),
                        prompt_id: prompt.id.clone(),
                        sample_index: index,
                        completion,
                        filters: records,
                        verdicts,
                    };
                    Event::Judged { position, candidate: Box::new(candidate) }
                }
                Err(Unanswered::Failed(error)) => Event::Failed { position, index, error },
                Err(Unanswered::NoMore) => Event::Exhausted { position, index },
            };
            // The loop is gone only after a failure, which it tells itself.
            _ = events.send(event);
        });
    }
}
