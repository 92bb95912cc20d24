//! The loop: prompts in order go to the engine, completions through filters and verifiers into the
//! journal, and a prompt gets further rounds as its own results ask for.
//!
//! The corpus is the shortest run of prompts, in prompt order, that reaches the target. What was drawn
//! for later prompts meanwhile stays in the journal and out of the corpus: so neither speed nor the
//! order of completion can be seen in it.

mod figures;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use xxhash_rust::xxh3::xxh3_128;

use super::finish;
use super::journal::{Journal, Line, Location};
use super::judge::{Event, judge};
use super::plan::{Job, Plan};
use super::tally::Tally;
use super::{Done, Progress, folder};
use crate::corpus::evidence;
use crate::engine::{Answer, Engine, Request, Sample, Speed, Stop};
use crate::error::{Error, Result};
use crate::record::{Message, Outcome, Prompt};
use crate::rng::stream_seed;

/// How often progress is told.
const TICK: Duration = Duration::from_millis(200);
/// How often a line goes to `metrics.jsonl`, and the journal to the disk.
const METRICS_EVERY: Duration = Duration::from_secs(5);

/// What stays in memory of a sample: where it is journalled, or that there is none.
#[derive(Debug, Clone, Copy)]
pub(super) enum Drawn {
    Judged {
        location: Location,
        passed: bool,
    },
    /// It could not be drawn.
    Failed,
    /// The engine has no more of this prompt, now or later.
    Exhausted,
}

/// A prompt being drawn.
struct Active {
    prompt: Arc<Prompt>,
    messages: Arc<[Message]>,
    key: String,
    /// By sample index.
    drawn: BTreeMap<u32, Drawn>,
    outstanding: u32,
}

/// Runs a plan: draws what is missing, then writes the corpus. `progress` is called several times a
/// second.
///
/// # Errors
/// The folder holds another pipeline's run or is being written by another process; the disk is full;
/// the engine can answer nothing more. What was journalled is kept, and the next start goes on there.
pub fn execute(plan: Plan, stop: Arc<Stop>, progress: &(dyn Fn(&Progress) + Sync)) -> Result<Done> {
    let started = Instant::now();
    let Plan { job, engine } = plan;
    folder::claim(&job)?;
    if job.benchmarks.is_some() {
        evidence::write(&job.output, &job.contaminated())?;
    }
    if job.pipeline.dedup.semantic.is_some() {
        evidence::write_repeats(&job.output, &job.prompts.repeats)?;
    }
    let mut found = HashMap::<String, Vec<(String, u32, Drawn)>>::new();
    let journal = Journal::open(&job.output.join("journal"), |line, location| {
        let Line { key, candidate } = line;
        let drawn = Drawn::Judged { location, passed: candidate.passed() };
        found.entry(candidate.prompt_id).or_default().push((key, candidate.sample_index, drawn));
    })?;
    let speed = Arc::new(Speed::default());
    let mut state = State {
        tally: Tally::new(&job),
        job: &job,
        journal,
        found,
        active: HashMap::new(),
        done: BTreeMap::new(),
        requests: VecDeque::new(),
        next: 0,
        likely: 0,
        outstanding: 0,
        shown: Progress::default(),
        speed: Arc::clone(&speed),
        started,
        metrics: fs::OpenOptions::new().create(true).append(true).open(job.output.join("metrics.jsonl")).ok(),
        failure: None,
    };
    if job.as_is {
        if state.found.is_empty() {
            return Err(Error::failed("no sample is journalled here: there is nothing to make a corpus of")
                .at(&job.output)
                .help("run the same command without --as-is"));
        }
        state.take_stock()?;
    } else {
        state.draw(engine, &stop, progress)?;
    }
    let mut shown = state.progress(if state.complete() { "writing the corpus" } else { "interrupted" });
    if state.complete() {
        // What is likely to come does not any more.
        shown.accepted = state.tally.accepted();
    }
    progress(&shown);
    let target = job.pipeline.run.target_examples;
    if !state.complete() {
        return Ok(Done {
            funnel: state.tally.funnel(),
            accepted: state.tally.accepted(),
            target,
            interrupted: true,
            output: job.output.clone(),
            corpus: None,
            elapsed: started.elapsed(),
        });
    }
    let State { journal, done, mut tally, .. } = state;
    finish::write(&job, &journal, &done, &mut tally, started)
}

struct State<'a> {
    job: &'a Job,
    journal: Journal,
    /// From an earlier start, by prompt id: key, sample index, where.
    found: HashMap<String, Vec<(String, u32, Drawn)>>,
    active: HashMap<usize, Active>,
    /// Prompts whose rounds are over, by position: their samples in order.
    done: BTreeMap<usize, Vec<Drawn>>,
    /// Requests to send, further rounds before new prompts.
    requests: VecDeque<Request>,
    /// The next prompt to be looked at.
    next: usize,
    /// Selection and dedup over the prompts that are done, in order.
    tally: Tally<'a>,
    /// Examples that the done prompts beyond the tally's frontier will probably give. Only saves work.
    likely: u64,
    /// Samples at the engine or the judges.
    outstanding: u64,
    shown: Progress,
    speed: Arc<Speed>,
    started: Instant,
    metrics: Option<fs::File>,
    failure: Option<Error>,
}

impl State<'_> {
    /// True when nothing more needs to be drawn.
    fn complete(&self) -> bool {
        self.tally.reached() || (self.next == self.job.prompts.len() && self.active.is_empty())
    }

    fn draw(
        &mut self,
        mut engine: Box<dyn Engine>,
        stop: &Arc<Stop>,
        progress: &(dyn Fn(&Progress) + Sync),
    ) -> Result<()> {
        // Judges wait for other processes as well as compute: one thread a core, beside the engine's.
        let judges = rayon::ThreadPoolBuilder::new()
            .thread_name(|i| format!("judge-{i}"))
            .build()
            .map_err(|e| Error::failed("the judges' threads could not be started").caused_by(e))?;
        let room = self.job.slots as u64 * 2;
        self.fill(room)?;
        if self.complete() {
            return Ok(());
        }
        let job = self.job;
        let (request_sender, request_receiver) = mpsc::channel::<Request>(room as usize);
        let (answer_sender, answer_receiver) = mpsc::channel::<Answer>(room as usize);
        let (event_sender, events) = channel::<Event>();
        std::thread::scope(|scope| {
            let engine_stop = Arc::clone(stop);
            let speed = Arc::clone(&self.speed);
            let engine = scope.spawn(move || engine.run(request_receiver, answer_sender, engine_stop, speed));
            let judges = &judges;
            scope.spawn(move || {
                judges.in_place_scope(|scope| judge(job, answer_receiver, &event_sender, scope))
            });
            let looped = self.turn(request_sender, &events, stop, room, progress);
            if looped.is_err() || self.complete() {
                // What is still being drawn is not needed, or cannot be kept.
                stop.abort();
            }
            // The engine may wait for room: everything it still says is taken in first.
            let rest = match looped {
                Ok(()) => events.iter().try_for_each(|event| self.take(event)),
                Err(error) => {
                    events.iter().for_each(drop);
                    Err(error)
                }
            };
            let sync = self.journal.sync();
            match engine.join() {
                Ok(ended) => ended?,
                Err(_) => {
                    return Err(Error::failed("the engine broke").help("this is a bug: please report it"));
                }
            }
            rest?;
            sync
        })?;
        if !self.complete()
            && !stop.is_draining()
            && let Some(failure) = self.failure.take()
        {
            return Err(failure);
        }
        Ok(())
    }

    /// Sends and takes until nothing is missing or the run is told to stop.
    fn turn(
        &mut self,
        requests: mpsc::Sender<Request>,
        events: &Receiver<Event>,
        stop: &Stop,
        room: u64,
        progress: &(dyn Fn(&Progress) + Sync),
    ) -> Result<()> {
        let (mut told, mut written) = (Instant::now(), Instant::now());
        loop {
            if stop.is_draining() || self.complete() {
                return Ok(());
            }
            self.fill(room)?;
            while let Some(request) = self.requests.pop_front() {
                self.outstanding += request.samples.len() as u64;
                // There is a place for every sample that `fill` allows; a closed queue means that the
                // engine ended, which its result will tell.
                if requests.try_send(request).is_err() {
                    return Ok(());
                }
            }
            if self.outstanding == 0 {
                return Ok(());
            }
            match events.recv_timeout(TICK) {
                Ok(event) => self.take(event)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            while let Ok(event) = events.try_recv() {
                self.take(event)?;
            }
            if told.elapsed() >= TICK {
                told = Instant::now();
                progress(&self.progress("drawing"));
            }
            if written.elapsed() >= METRICS_EVERY {
                written = Instant::now();
                self.journal.sync()?;
                self.write_metrics();
            }
        }
    }

    /// Opens prompts, in order, until the engine has enough to do.
    fn fill(&mut self, room: u64) -> Result<()> {
        let waiting = |requests: &VecDeque<Request>| -> u64 {
            requests.iter().map(|request| request.samples.len() as u64).sum()
        };
        while self.next < self.job.prompts.len() && self.outstanding + waiting(&self.requests) < room {
            if self.tally.reached() {
                return Ok(());
            }
            // Enough is known to be good once everything opened so far is done.
            let target = self.job.pipeline.run.target_examples.unwrap_or(u64::MAX);
            if self.tally.accepted() + self.likely >= target && !self.active.is_empty() {
                return Ok(());
            }
            self.open(self.next)?;
            self.next += 1;
        }
        Ok(())
    }

    fn open(&mut self, position: usize) -> Result<()> {
        let active = self.recall(position)?;
        self.active.insert(position, active);
        self.round(position)
    }

    /// A prompt with what an earlier start journalled of it.
    fn recall(&mut self, position: usize) -> Result<Active> {
        let prompt = self.job.prompts.get(position);
        let messages: Arc<[Message]> = self.job.template.messages(&prompt)?.into();
        let key = key(self.job, &prompt, &messages)?;
        let mut drawn = BTreeMap::new();
        for (found, index, sample) in self.found.remove(&prompt.id).unwrap_or_default() {
            if found == key {
                self.count(&sample);
                drawn.insert(index, sample);
            }
        }
        Ok(Active { prompt, messages, key, drawn, outstanding: 0 })
    }

    /// Takes the prompts up to the last one with a journalled sample as done, whatever their rounds lack.
    fn take_stock(&mut self) -> Result<()> {
        let mut without = Vec::new();
        while self.next < self.job.prompts.len() && !self.found.is_empty() {
            let samples: Vec<Drawn> = self.recall(self.next)?.drawn.into_values().collect();
            if samples.is_empty() {
                without.push(self.next);
            } else {
                self.done.extend(without.drain(..).map(|position| (position, Vec::new())));
                self.likely += self.likely_examples(&samples);
                self.done.insert(self.next, samples);
            }
            self.next += 1;
        }
        self.next = self.job.prompts.len();
        self.advance()
    }

    /// The prompt's next round, if its last one is over; else its end.
    fn round(&mut self, position: usize) -> Result<()> {
        let draws = &self.job.pipeline.draws;
        let Some(active) = self.active.get_mut(&position) else { return Ok(()) };
        if active.outstanding > 0 {
            return Ok(());
        }
        // Rounds are counted as if nothing had been journalled: what is there is not drawn again, and
        // what was cut short is completed.
        let mut planned = 0;
        let missing: Vec<u32> = loop {
            let passed = |sample: &&Drawn| matches!(sample, Drawn::Judged { passed: true, .. });
            let passing =
                active.drawn.range(..planned).map(|(_, sample)| sample).filter(passed).count() as u32;
            let more = draws.next_round(planned, passing);
            if more == 0 {
                break Vec::new();
            }
            let missing: Vec<u32> =
                (planned..planned + more).filter(|i| !active.drawn.contains_key(i)).collect();
            if !missing.is_empty() {
                let exhausted = active.drawn.values().any(|sample| matches!(sample, Drawn::Exhausted));
                break if exhausted { Vec::new() } else { missing };
            }
            planned += more;
        };
        if missing.is_empty() {
            let Some(active) = self.active.remove(&position) else { return Ok(()) };
            let samples: Vec<Drawn> = active.drawn.range(..planned).map(|(_, sample)| *sample).collect();
            self.likely += self.likely_examples(&samples);
            self.done.insert(position, samples);
            return self.advance();
        }
        active.outstanding = missing.len() as u32;
        let seed = self.job.pipeline.run.seed;
        let samples = missing
            .into_iter()
            .map(|index| Sample { index, seed: stream_seed(seed, &active.prompt.id, u64::from(index)) })
            .collect();
        self.requests.push_back(Request {
            ticket: position as u64,
            prompt: Arc::clone(&active.prompt),
            messages: Arc::clone(&active.messages),
            samples,
        });
        Ok(())
    }

    /// How many examples a done prompt gives, but for dedup.
    fn likely_examples(&self, samples: &[Drawn]) -> u64 {
        let passing =
            samples.iter().filter(|s| matches!(s, Drawn::Judged { passed: true, .. })).count() as u64;
        passing.min(u64::from(self.job.pipeline.select.per_prompt()))
    }

    /// Counts the done prompts at the frontier.
    fn advance(&mut self) -> Result<()> {
        loop {
            let lot =
                if self.tally.reached() { Vec::new() } else { self.tally.read(&self.journal, &self.done)? };
            if lot.is_empty() {
                return Ok(());
            }
            for ready in &lot {
                if self.tally.reached() {
                    return Ok(());
                }
                self.likely -= self.likely_examples(ready.samples());
                self.tally.count(&self.journal, ready)?;
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<()> {
        self.outstanding -= 1;
        let (position, index, sample) = match event {
            Event::Judged { position, candidate } => {
                let Some(active) = self.active.get(&position) else { return Ok(()) };
                self.shown.samples += 1;
                let passed = match candidate.outcome() {
                    Outcome::Passed => true,
                    Outcome::Dropped(reason) | Outcome::Failed(reason) | Outcome::Unknown(Some(reason)) => {
                        *self.shown.drops.entry(reason.name.to_string()).or_default() += 1;
                        false
                    }
                    Outcome::Unknown(None) => false,
                };
                self.shown.passed += u64::from(passed);
                let index = candidate.sample_index;
                let line = Line { key: active.key.clone(), candidate: *candidate };
                (position, index, Drawn::Judged { location: self.journal.append(&line)?, passed })
            }
            Event::Failed { position, index, error } => {
                *self.shown.drops.entry("engine.error".to_owned()).or_default() += 1;
                self.failure.get_or_insert(error);
                (position, index, Drawn::Failed)
            }
            Event::Exhausted { position, index } => {
                *self.shown.drops.entry("engine.exhausted".to_owned()).or_default() += 1;
                (position, index, Drawn::Exhausted)
            }
        };
        let Some(active) = self.active.get_mut(&position) else { return Ok(()) };
        active.drawn.insert(index, sample);
        active.outstanding -= 1;
        self.round(position)
    }
}

/// What a journalled sample must have been drawn for to be used. The model's fingerprint covers its
/// chat template, so that the messages stand for the rendered prompt.
fn key(job: &Job, prompt: &Prompt, messages: &[Message]) -> Result<String> {
    let parts = (&prompt.id, messages, &job.fingerprint, &job.pipeline.sampling, job.pipeline.run.seed);
    let text = serde_json::to_vec(&parts)
        .map_err(|e| Error::failed("a prompt cannot be written as JSON").caused_by(e))?;
    Ok(format!("{:032x}", xxh3_128(&text)))
}
