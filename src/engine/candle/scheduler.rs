//! Continuous batching: each step reads waiting prompts and advances every sample by one token; a
//! sample that ends leaves its slot to the next one at once.
//!
//! In: requests. Out: answers, each as soon as it is known. The scheduler never looks at other rows
//! to decide about one, so that a sample's text does not depend on the batch it was drawn in.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{Receiver, Sender};

use super::cache::{Cache, Row, Sequence};
use super::sampler::{Scratch, sample};
use crate::engine::{Answer, Request, Sampling, Speed, Stop, refused};
use crate::error::{Error, Result};
use crate::format::period::looping_tail;
use crate::format::think;
use crate::model::Decoder;
use crate::model::checkpoint::Checkpoint;
use crate::record::{Completion, FinishReason};
use crate::rng::Rng;

/// Prompt tokens read in one step: more would hold up the samples being drawn.
const PREFILL_ROWS: usize = 1024;
/// A loop is looked for whenever this many more tokens were drawn …
const LOOP_EVERY: usize = 32;
/// … in the last this many …
const LOOP_WINDOW: usize = 512;
/// … and ends the sample when the tail repeats at least so often …
const LOOP_REPEATS: usize = 6;
/// … over at least so many tokens. Worked sums repeat a phrase a few times; none of 20,000 expert
/// chains has such a tail, and a model that has one does not come out of it.
const LOOP_SPAN: usize = 96;

/// A prompt whose samples are being drawn.
struct Job {
    request: Request,
    tokens: Vec<u32>,
    /// The chat template ended with `<think>`: the completion's text begins with it.
    opened: bool,
    /// Samples handed to slots so far.
    started: usize,
    /// Samples that ended.
    ended: usize,
    /// Its cache, once read.
    cache: Option<usize>,
    /// The logits behind its last token, from which every sample's first token is drawn.
    logits: Vec<f32>,
}

/// A sample being drawn.
struct Live {
    job: usize,
    index: u32,
    cache: usize,
    rng: Rng,
    tokens: Vec<u32>,
}

/// What a step decided about one sample.
enum Next {
    Goes,
    Ends(FinishReason),
    Breaks,
}

pub(super) struct Scheduler<'a> {
    pub draw: Draw<'a>,
    pub decoder: &'a Decoder,
    pub cache: Box<dyn Cache>,
    pub device: &'a Device,
    pub slots: usize,
    pub pool: &'a rayon::ThreadPool,
    pub stop: &'a Stop,
    pub speed: &'a Speed,
    pub answers: Sender<Answer>,
}

/// Draws one sample's next token: shared by the threads of a step.
pub(super) struct Draw<'a> {
    pub checkpoint: &'a Checkpoint,
    pub sampling: &'a Sampling,
}

impl Draw<'_> {
    /// Draws the next token of `live` and says what becomes of it.
    fn next(&self, job: &Job, live: &mut Live, logits: &[f32], scratch: &mut Scratch) -> Next {
        let Some(token) = sample(logits, self.sampling, &mut live.rng, scratch) else { return Next::Breaks };
        live.tokens.push(token);
        if self.checkpoint.tokenizer.is_eos(token) || self.stop_at(&live.tokens).is_some() {
            return Next::Ends(FinishReason::Stop);
        }
        let longest = self.checkpoint.config.max_position_embeddings;
        let n = live.tokens.len();
        if n >= self.sampling.max_new_tokens as usize || job.tokens.len() + n >= longest {
            return Next::Ends(FinishReason::Length);
        }
        if n.is_multiple_of(LOOP_EVERY) {
            let tail = &live.tokens[n.saturating_sub(LOOP_WINDOW)..];
            if looping_tail(tail, LOOP_REPEATS, LOOP_SPAN).is_some() {
                return Next::Ends(FinishReason::Loop);
            }
        }
        Next::Goes
    }

    /// Where in the text a stop string begins that the last token completed.
    fn stop_at(&self, tokens: &[u32]) -> Option<usize> {
        let longest = self.sampling.stop.iter().map(String::len).max()?;
        // A token is at least a byte: this tail holds whatever the last token completed.
        let tail = self.checkpoint.tokenizer.decode(&tokens[tokens.len().saturating_sub(longest + 8)..]);
        if !self.sampling.stop.iter().any(|stop| tail.contains(stop.as_str())) {
            return None;
        }
        let text = self.checkpoint.tokenizer.decode(tokens);
        self.sampling.stop.iter().filter_map(|stop| text.find(stop.as_str())).min()
    }
}

#[derive(Default)]
struct State {
    jobs: Vec<Option<Job>>,
    /// Jobs with samples not started, in order.
    queue: VecDeque<usize>,
    live: Vec<Live>,
}

impl Scheduler<'_> {
    /// Answers requests until they end or `stop` says so.
    pub fn run(mut self, mut requests: Receiver<Request>) -> Result<()> {
        let mut state = State::default();
        let mut open = true;
        while !self.stop.is_aborted() {
            if open && self.stop.is_draining() {
                requests.close();
                open = false;
            }
            while open && state.live.len() + waiting(&state) < self.slots {
                let idle = state.live.is_empty() && state.queue.is_empty();
                let request = if idle {
                    requests.blocking_recv().ok_or(TryRecvError::Disconnected)
                } else {
                    requests.try_recv()
                };
                match request {
                    Ok(request) => self.admit(&mut state, request),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => open = false,
                }
                if self.stop.is_draining() {
                    break;
                }
            }
            if state.live.is_empty() && state.queue.is_empty() {
                if open && !self.stop.is_draining() {
                    continue;
                }
                return Ok(());
            }
            let pool = self.pool;
            pool.install(|| self.step(&mut state))?;
            self.speed.in_flight.store(state.live.len() as u64, Ordering::Relaxed);
            if self.answers.is_closed() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn admit(&self, state: &mut State, request: Request) {
        match self.read(&request) {
            Ok((tokens, opened)) => {
                let job =
                    Job { request, tokens, opened, started: 0, ended: 0, cache: None, logits: Vec::new() };
                if job.request.samples.is_empty() {
                    return;
                }
                let free = state.jobs.iter().position(Option::is_none).unwrap_or_else(|| {
                    state.jobs.push(None);
                    state.jobs.len() - 1
                });
                state.jobs[free] = Some(job);
                state.queue.push_back(free);
            }
            Err(error) => {
                for sample in &request.samples {
                    self.send(refused(request.ticket, sample.index, error.to_string()));
                }
            }
        }
    }

    /// The prompt's tokens, and whether it opens the think block.
    fn read(&self, request: &Request) -> Result<(Vec<u32>, bool)> {
        let template = self.draw.checkpoint.template()?;
        let tokens = template.encode(&self.draw.checkpoint.tokenizer, &request.messages, true)?;
        let longest = self.draw.checkpoint.config.max_position_embeddings;
        if tokens.is_empty() || tokens.len() >= longest {
            return Err(Error::failed(format!(
                "the prompt {} has {} tokens; the model reads up to {longest}",
                request.prompt.id,
                tokens.len()
            )));
        }
        let opened = template.render(&request.messages, true)?.trim_end().ends_with(think::OPEN);
        Ok((tokens, opened))
    }

    /// One pass through the model: prompts that wait for a slot, and every live sample's last token.
    fn step(&mut self, state: &mut State) -> Result<()> {
        let mut free = self.slots - state.live.len();
        let (mut ids, mut rows, mut ends, mut read) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for live in &state.live {
            let Some(job) = &state.jobs[live.job] else { continue };
            ids.push(live.tokens.last().copied().unwrap_or_default());
            let position = job.tokens.len() + live.tokens.len() - 1;
            ends.push(rows.len() as u32);
            rows.push(Row { sequence: Sequence::Sample(live.cache), position });
        }
        for &number in &state.queue {
            let Some(job) = &mut state.jobs[number] else { continue };
            if free == 0 || (rows.len() > PREFILL_ROWS && !read.is_empty()) {
                break;
            }
            free -= free.min(job.request.samples.len() - job.started);
            if job.cache.is_none() {
                let cache = self.cache.open_prompt(job.tokens.len());
                job.cache = Some(cache);
                ids.extend(&job.tokens);
                rows.extend(
                    (0..job.tokens.len()).map(|position| Row { sequence: Sequence::Prompt(cache), position }),
                );
                ends.push(rows.len() as u32 - 1);
                read.push(number);
            }
        }
        let logits = if rows.is_empty() { Vec::new() } else { self.forward(ids, &rows, ends)? };
        let width = self.draw.checkpoint.config.vocab_size;
        let (drawn, prompts) = logits.split_at(state.live.len() * width);
        for (number, logits) in read.into_iter().zip(prompts.chunks_exact(width)) {
            if let Some(job) = &mut state.jobs[number] {
                job.logits = logits.to_vec();
            }
        }
        let mut next: Vec<Next> = {
            let State { jobs, live, .. } = state;
            let draw = &self.draw;
            live.par_iter_mut()
                .zip(drawn.par_chunks_exact(width))
                .with_min_len(4)
                .map_init(Scratch::default, |scratch, (live, logits)| match &jobs[live.job] {
                    Some(job) => draw.next(job, live, logits, scratch),
                    None => Next::Breaks,
                })
                .collect()
        };
        self.start(state, &mut next);
        let drawn = next.iter().filter(|next| !matches!(next, Next::Breaks)).count();
        self.speed.tokens.fetch_add(drawn as u64, Ordering::Relaxed);
        for at in (0..next.len()).rev() {
            match next[at] {
                Next::Goes => {}
                Next::Ends(reason) => self.end(state, at, Some(reason)),
                Next::Breaks => self.end(state, at, None),
            }
        }
        Ok(())
    }

    /// Hands samples of prompts that were read to free slots, and draws their first tokens.
    fn start(&mut self, state: &mut State, next: &mut Vec<Next>) {
        let mut scratch = Scratch::default();
        while let Some(&number) = state.queue.front() {
            let Some(job) = &mut state.jobs[number] else {
                state.queue.pop_front();
                continue;
            };
            let Some(prompt) = job.cache else { return };
            while job.started < job.request.samples.len() {
                if state.live.len() >= self.slots {
                    return;
                }
                let wanted = job.request.samples[job.started];
                job.started += 1;
                let mut live = Live {
                    job: number,
                    index: wanted.index,
                    cache: self.cache.open_sample(prompt),
                    rng: Rng::new(wanted.seed),
                    tokens: Vec::new(),
                };
                next.push(self.draw.next(job, &mut live, &job.logits, &mut scratch));
                state.live.push(live);
            }
            state.queue.pop_front();
        }
    }

    fn forward(&mut self, ids: Vec<u32>, rows: &[Row], ends: Vec<u32>) -> Result<Vec<f32>> {
        let (n, wanted) = (ids.len(), ends.len());
        let ids = Tensor::from_vec(ids, n, self.device)?;
        let hidden = {
            let mut attend = self.cache.step(rows);
            self.decoder.hidden(&ids, &mut *attend)?
        };
        let hidden = if wanted == n {
            hidden
        } else {
            hidden.index_select(&Tensor::from_vec(ends, wanted, self.device)?, 0)?
        };
        let logits = self.decoder.logits(&hidden)?;
        Ok(logits.to_dtype(DType::F32)?.to_device(&Device::Cpu)?.flatten_all()?.to_vec1()?)
    }

    /// Takes the sample at `at` out of its slot and answers it; without a reason it broke.
    fn end(&mut self, state: &mut State, at: usize, reason: Option<FinishReason>) {
        let live = state.live.swap_remove(at);
        self.cache.close_sample(live.cache);
        let Some(job) = &mut state.jobs[live.job] else { return };
        job.ended += 1;
        let ticket = job.request.ticket;
        let answer = match reason {
            Some(finish_reason) => {
                let num_tokens = live.tokens.len() as u32;
                let mut tokens = &live.tokens[..];
                if let Some((last, rest)) = tokens.split_last()
                    && self.draw.checkpoint.tokenizer.is_eos(*last)
                {
                    tokens = rest;
                }
                let mut text = self.draw.checkpoint.tokenizer.decode(tokens);
                if finish_reason == FinishReason::Stop
                    && let Some(at) =
                        self.draw.sampling.stop.iter().filter_map(|stop| text.find(stop.as_str())).min()
                {
                    text.truncate(at);
                }
                if job.opened {
                    text.insert_str(0, &format!("{}\n", think::OPEN));
                }
                let prompt_tokens = job.tokens.len() as u32;
                let completion = Completion { text, finish_reason, num_tokens, prompt_tokens };
                Answer { ticket, index: live.index, result: Ok(completion) }
            }
            None => refused(
                ticket,
                live.index,
                format!("the model {} gave logits that are not numbers", self.draw.checkpoint.name),
            ),
        };
        if job.ended == job.request.samples.len() {
            if let Some(cache) = job.cache {
                self.cache.close_prompt(cache);
            }
            state.jobs[live.job] = None;
        }
        self.send(answer);
    }

    /// Blocks while the caller has no room; a caller that is gone wants nothing more.
    fn send(&self, answer: Answer) {
        let _ = self.answers.blocking_send(answer);
    }
}

/// Samples that wait for a slot.
fn waiting(state: &State) -> usize {
    let left = |number: &usize| {
        state.jobs[*number].as_ref().map_or(0, |job| job.request.samples.len() - job.started)
    };
    state.queue.iter().map(left).sum()
}
