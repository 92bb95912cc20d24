//! The loop of one stage.
//!
//! In: batches from a thread that packs ahead. Out: changed parameters, saved states, metrics. The loss
//! and the gradient's norm are read before the update is made: an update by what is no number is
//! never made, and the state saved before it stands.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use candle_core::{DType, Device, Tensor};
use serde_json::json;

use crate::error::{Error, Result};
use crate::model::Decoder;
use crate::pass_rate::PassRate;
use crate::train::attention::{Packed, Positions};
use crate::train::data::Stream;
use crate::train::gradient::{self, ByBlock, Differentiable};
use crate::train::metrics::Metrics;
use crate::train::optimizer::{AdamW, Parameters, Update, schedule};
use crate::train::options::{Objective, Run, Stage};
use crate::train::pack::{Batch, Cursor, Encoder, Packer, pack_all};
use crate::train::state::{Place, STATE, State};
use crate::train::{Ended, Progress, Subject, Watch, grouped};

/// Batches packed ahead of the one that is trained on.
const AHEAD: usize = 4;

/// A model in training.
pub struct Trainer<'a> {
    /// Where it stands.
    pub place: Place,
    /// Its parameters.
    pub parameters: Parameters,
    subject: &'a Subject,
    adam: AdamW,
    decoder: Decoder,
    device: Device,
    dtype: DType,
    run: &'a Run,
}

/// A sum over one update's tokens.
struct Taken {
    loss: f64,
    norm: f64,
    gradient: Tensor,
}

impl<'a> Trainer<'a> {
    /// A trainer that goes on at `place`; `moments` are those of the stage it is in.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn new(
        subject: &'a Subject,
        parameters: Parameters,
        place: Place,
        moments: Option<(Tensor, Tensor)>,
        run: &'a Run,
    ) -> Result<Self> {
        let names = parameters.by_name();
        let mut take = |name: &str, _: &[usize]| match names.get(name) {
            Some(tensor) => Ok((*tensor).clone()),
            None => Err(Error::failed(format!("no parameter is called {name}"))),
        };
        let decoder = Decoder::new(&subject.config, Arc::new(Differentiable), &mut take)?;
        let dtype = names.values().next().map_or(DType::F32, |t| t.dtype());
        let device = parameters.flat.device().clone();
        let mut adam = AdamW::new(&parameters)?;
        if let Some((m, v)) = moments {
            adam = AdamW { m, v, updates: place.step };
        }
        Ok(Self { place, parameters, subject, adam, decoder, device, dtype, run })
    }

    /// Trains `stage` from where it stands to its end, and moves on to the next.
    ///
    /// # Errors
    /// As [`command`](crate::train::command).
    pub fn stage(
        &mut self,
        stage: &Stage,
        seed: u64,
        metrics: &mut Metrics,
        watch: &mut dyn Watch,
    ) -> Result<Ended> {
        let stream = Stream::open(&stage.data, stage.objective, seed, self.place.stage)?;
        let mask_prompt = stage.mask_prompt && stage.objective == Objective::Sft;
        let encoder = Encoder { tokenizer: &self.subject.tokenizer, template: &self.subject.template };
        let tables = Positions::new(&self.subject.config, stage.context, self.dtype, &self.device)?;
        let held_out = stream.held_out(self.run.held_out_examples);
        let held_out = held_out.iter().map(|chat| encoder.encode(chat));
        let held_out =
            pack_all(held_out.collect::<Result<_>>()?, stage.micro_rows(), stage.context, mask_prompt);
        if self.place.step == 0 {
            self.adam = AdamW::new(&self.parameters)?;
        }
        let shape = (stage.rows(), stage.context);
        let cursor = self.place.cursor.clone();
        let wanted = stage.steps.saturating_sub(self.place.step);
        let ended = std::thread::scope(|scope| {
            let (send, receive) = sync_channel(AHEAD);
            let (stream, encoder) = (&stream, &encoder);
            scope.spawn(move || {
                let mut packer = Packer::new(stream, encoder, shape, (mask_prompt, stage.too_long), cursor);
                for _ in 0..wanted {
                    let batch = packer.pack();
                    let failed = batch.is_err();
                    // The receiver is gone when training failed: nothing is left to do.
                    if send.send(batch).is_err() || failed {
                        return;
                    }
                }
            });
            let mut log = Log::new();
            let before = self.place.tokens;
            while self.place.step < stage.steps {
                let batch: Batch = match receive.recv() {
                    Ok(batch) => batch?,
                    Err(_) => return Err(Error::failed("packing ended early")),
                };
                let loss = self.update(stage, &tables, &batch, &mut log)?;
                let (step, last) = (self.place.step, self.place.step == stage.steps);
                let tokens = self.place.tokens - before;
                watch.progress(&Progress { stage: &stage.name, step, steps: stage.steps, loss, tokens });
                let due = |every: u64| last || (every > 0 && step.is_multiple_of(every));
                if due(self.run.report_every_steps) {
                    self.say(stage, &mut log, metrics, watch)?;
                }
                if due(self.run.held_out_every_steps) {
                    self.examine(stage, &tables, &held_out, metrics, watch)?;
                }
                if due(self.run.evaluate_every_steps) {
                    self.evaluate(stage, metrics, watch)?;
                }
                let stopped = watch.stopped() && !last;
                let aged = log.saved.elapsed().as_secs_f64() >= self.run.save_every_minutes * 60.0;
                if !last && (stopped || aged || due(self.run.save_every_steps)) {
                    self.save()?;
                    log.saved = Instant::now();
                }
                if stopped {
                    return Ok(Ended::Stopped);
                }
            }
            Ok(Ended::Done)
        })?;
        if ended == Ended::Stopped {
            return Ok(ended);
        }
        let too_long = self.place.cursor.too_long;
        if too_long > 0 {
            watch.line(&format!("{} examples were longer than the context and left out", grouped(too_long)));
        }
        self.place =
            Place { stage: self.place.stage + 1, step: 0, cursor: Cursor::default(), ..self.place.clone() };
        self.save()?;
        Ok(Ended::Done)
    }

    /// Writes the model as it is, and has it measured where the file asks for it.
    fn evaluate(&self, stage: &Stage, metrics: &mut Metrics, watch: &mut dyn Watch) -> Result<()> {
        let model = self.run.output.join("model");
        self.subject.write(&self.parameters, self.run.shards, &model)?;
        let Some(pipeline) = &self.run.evaluate else { return Ok(()) };
        let output = self.run.output.join(format!("evaluations/{}-{}", stage.name, self.place.step));
        let found = match watch.evaluate(pipeline, &model, &output) {
            Ok(found) => found,
            // Hours of training are not given up for a figure about them.
            Err(error) => {
                watch.line(&format!("{}: the model could not be measured: {error}", stage.name));
                return metrics.line(&json!({
                    "update": self.place.updates, "stage": stage.name, "step": self.place.step,
                    "evaluation_error": error.to_string(),
                }));
            }
        };
        let PassRate { pass_at_1, pass_at_k, k, mean_tokens, samples, .. } = found.overall;
        watch.line(&format!(
            "{}: pass@1 {:.1} %, pass@{k} {:.1} % over {} samples of {mean_tokens:.0} tokens",
            stage.name,
            100.0 * pass_at_1,
            100.0 * pass_at_k,
            grouped(samples),
        ));
        metrics.line(&json!({
            "update": self.place.updates, "stage": stage.name, "step": self.place.step, "evaluation": found,
        }))
    }

    /// One update by one batch; gives the loss.
    fn update(&mut self, stage: &Stage, tables: &Positions, batch: &Batch, log: &mut Log) -> Result<f64> {
        let started = Instant::now();
        let taken = self.gradient(stage, tables, batch).map_err(too_large)?;
        if !taken.loss.is_finite() || !taken.norm.is_finite() {
            return Err(Error::failed(format!(
                "the loss is {} and the gradient's norm {} at step {} of stage {:?}",
                taken.loss, taken.norm, self.place.step, stage.name
            ))
            .help("the last saved state is kept; lower learning_rate or clip, and train anew or resume"));
        }
        let factor = schedule(self.place.step, stage.steps, stage.warmup_steps, stage.min_ratio);
        let update = Update {
            learning_rate: stage.learning_rate * factor,
            betas: (stage.betas[0], stage.betas[1]),
            weight_decay: stage.weight_decay,
            clip: stage.clip,
        };
        self.adam.update(&mut self.parameters, &taken.gradient, taken.norm, update)?;
        self.place.step += 1;
        self.place.updates += 1;
        self.place.tokens += batch.tokens;
        self.place.cursor = batch.cursor.clone();
        let seconds = started.elapsed().as_secs_f64();
        self.place.seconds += seconds;
        log.add(taken.loss, taken.norm, update.learning_rate, batch);
        Ok(taken.loss)
    }

    /// Loss and gradient of a batch, in as many parts as it takes.
    fn gradient(&self, stage: &Stage, tables: &Positions, batch: &Batch) -> Result<Taken> {
        let mut sum: Option<(Tensor, Tensor)> = None;
        for part in parts(batch, stage.micro_rows(), stage.context) {
            if part.targets.is_empty() {
                continue;
            }
            let (loss, by_block) = self.loss(tables, &part, stage.context, batch.targets.len())?;
            let gradient = self.parameters.gradient(&loss.backward()?, &by_block)?;
            let loss = loss.detach();
            sum = Some(match sum {
                None => (loss, gradient),
                Some((l, g)) => ((l + loss)?, (g + gradient)?),
            });
        }
        let (loss, gradient) = sum.ok_or_else(|| Error::failed("a batch has no token to learn"))?;
        let norm = gradient.sqr()?.sum_all()?.sqrt()?;
        let both: Vec<f32> = Tensor::stack(&[loss, norm], 0)?.to_vec1()?;
        Ok(Taken { loss: f64::from(both[0]), norm: f64::from(both[1]), gradient })
    }

    /// The cross-entropy of a part, summed over its targets and divided by `targets`, and where the
    /// gradients beside the graph will be.
    fn loss(
        &self,
        tables: &Positions,
        part: &Part<'_>,
        context: usize,
        targets: usize,
    ) -> Result<(Tensor, ByBlock)> {
        let device = &self.device;
        let tokens = part.ids.len();
        let ids = Tensor::new(part.ids, device)?;
        let positions = Tensor::new(part.positions, device)?;
        let segments = Tensor::from_slice(part.segments, (tokens / context, context), device)?;
        let mut attend = Packed::new(&self.subject.config, tables, &positions, &segments)?;
        let hidden = self.decoder.hidden(&ids, &mut attend)?;
        let mut inverse = vec![part.targets.len() as u32; tokens];
        for (i, &(at, _)) in part.targets.iter().enumerate() {
            inverse[at as usize] = i as u32;
        }
        let (at, next): (Vec<u32>, Vec<u32>) = part.targets.iter().copied().unzip();
        let (at, inverse) = (Tensor::new(at, device)?, Tensor::new(inverse, device)?);
        let logits = self.decoder.logits(&gradient::rows(&hidden, &at, &inverse)?)?;
        let loss = gradient::cross_entropy(&logits, &Tensor::new(next, device)?, 1.0 / targets as f64)?;
        Ok((loss, attend.by_block()))
    }

    /// The loss on the held-out examples, a token.
    fn examine(
        &self,
        stage: &Stage,
        tables: &Positions,
        held_out: &[Batch],
        metrics: &mut Metrics,
        watch: &mut dyn Watch,
    ) -> Result<()> {
        let total: usize = held_out.iter().map(|b| b.targets.len()).sum();
        if total == 0 {
            return Ok(());
        }
        let mut loss = 0.0;
        for batch in held_out {
            for part in parts(batch, stage.micro_rows(), stage.context) {
                let (part_loss, _) = self.loss(tables, &part, stage.context, total).map_err(too_large)?;
                loss += f64::from(part_loss.to_scalar::<f32>()?);
            }
        }
        watch.line(&format!("{}: held-out loss {loss:.4} over {} tokens", stage.name, grouped(total as u64)));
        metrics.line(&json!({
            "update": self.place.updates, "stage": stage.name, "step": self.place.step,
            "held_out_loss": loss, "held_out_tokens": total,
        }))
    }

    fn say(&self, stage: &Stage, log: &mut Log, metrics: &mut Metrics, watch: &mut dyn Watch) -> Result<()> {
        let Some(mean) = log.take() else { return Ok(()) };
        let left = (stage.steps - self.place.step) as f64 * mean.seconds_a_step;
        watch.line(&format!(
            "{} {}/{}  loss {:.4}  norm {:.2}  lr {:.2e}  {} tokens/s  {:.0}:{:02.0} left",
            stage.name,
            self.place.step,
            stage.steps,
            mean.loss,
            mean.norm,
            mean.learning_rate,
            grouped(mean.tokens_a_second as u64),
            (left / 60.0).floor(),
            (left % 60.0).floor(),
        ));
        metrics.line(&json!({
            "update": self.place.updates, "stage": stage.name, "step": self.place.step, "loss": mean.loss,
            "gradient_norm": mean.norm, "learning_rate": mean.learning_rate, "tokens": self.place.tokens,
            "tokens_per_second": mean.tokens_a_second.round(), "row_fill": mean.fill,
            "seconds": (self.place.seconds * 1e3).round() / 1e3,
        }))
    }

    fn save(&self) -> Result<()> {
        let state = State {
            place: self.place.clone(),
            flat: self.parameters.flat.clone(),
            m: self.adam.m.clone(),
            v: self.adam.v.clone(),
        };
        state.save(&self.run.output.join(STATE))
    }
}

/// Names the remedy when a batch does not fit.
fn too_large(error: Error) -> Error {
    let text = error.to_string().to_lowercase();
    if text.contains("out of memory") || text.contains("out_of_memory") {
        return error.help(
            "the batch does not fit: set micro_batch_tokens of the stage to a fraction of tokens_per_step",
        );
    }
    error
}

/// Some rows of a batch, with targets counted from the first.
struct Part<'b> {
    ids: &'b [u32],
    positions: &'b [u32],
    segments: &'b [u32],
    targets: Vec<(u32, u32)>,
}

/// The batch in parts of `rows` rows.
fn parts(batch: &Batch, rows: usize, context: usize) -> impl Iterator<Item = Part<'_>> {
    let size = rows * context;
    (0..batch.ids.len().div_ceil(size)).map(move |i| {
        let (start, end) = (i * size, ((i + 1) * size).min(batch.ids.len()));
        let from = batch.targets.partition_point(|&(at, _)| (at as usize) < start);
        let to = batch.targets.partition_point(|&(at, _)| (at as usize) < end);
        Part {
            ids: &batch.ids[start..end],
            positions: &batch.positions[start..end],
            segments: &batch.segments[start..end],
            targets: batch.targets[from..to].iter().map(|&(at, id)| (at - start as u32, id)).collect(),
        }
    })
}

/// Sums between two lines of progress.
struct Log {
    steps: f64,
    loss: f64,
    norm: f64,
    learning_rate: f64,
    tokens: f64,
    padded: f64,
    since: Instant,
    saved: Instant,
}

/// Means between two lines of progress.
struct Mean {
    loss: f64,
    norm: f64,
    learning_rate: f64,
    tokens_a_second: f64,
    seconds_a_step: f64,
    fill: f64,
}

impl Log {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            steps: 0.0,
            loss: 0.0,
            norm: 0.0,
            learning_rate: 0.0,
            tokens: 0.0,
            padded: 0.0,
            since: now,
            saved: now,
        }
    }

    fn add(&mut self, loss: f64, norm: f64, learning_rate: f64, batch: &Batch) {
        self.steps += 1.0;
        self.loss += loss;
        self.norm += norm;
        self.learning_rate = learning_rate;
        self.tokens += batch.tokens as f64;
        self.padded += batch.ids.len() as f64;
    }

    fn take(&mut self) -> Option<Mean> {
        if self.steps == 0.0 {
            return None;
        }
        let seconds = self.since.elapsed().as_secs_f64().max(1e-9);
        let mean = Mean {
            loss: self.loss / self.steps,
            norm: self.norm / self.steps,
            learning_rate: self.learning_rate,
            tokens_a_second: self.tokens / seconds,
            seconds_a_step: seconds / self.steps,
            fill: (self.tokens / self.padded * 1e4).round() / 1e4,
        };
        *self = Self { saved: self.saved, ..Self::new() };
        Some(mean)
    }
}
