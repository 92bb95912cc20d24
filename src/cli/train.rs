//! `datagen train`: trains a model and writes a Hugging Face checkpoint.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::exit::Exit;
use super::progress::{self, Bar, grouped, span};
use super::{Globals, Outcome, interrupt};
use crate::config::{self, Pipeline};
use crate::engine::Stop;
use crate::error::{Error, Result};
use crate::pass_rate::Evaluation;
use crate::run;
use crate::train::{self, Ended, Progress, Watch};

/// Arguments of `datagen train`.
#[derive(Debug, Args)]
pub struct Train {
    /// The training config, a TOML file
    #[arg(value_name = "TRAIN.toml")]
    config: PathBuf,
    /// Goes on from the last saved state
    #[arg(long)]
    resume: bool,
}

impl Train {
    /// Trains, with a bar on a terminal and a line now and then.
    pub fn run(&self, globals: Globals) -> Outcome {
        let stop = Arc::new(Stop::default());
        interrupt::listen(Arc::clone(&stop))?;
        let mut watcher = Watcher { bar: Bar::new(globals.quiet), quiet: globals.quiet, stop, began: None };
        Ok(match train::command(&self.config, self.resume, &mut watcher)? {
            Ended::Done => Exit::Done,
            Ended::Stopped => Exit::Interrupted,
        })
    }
}

struct Watcher {
    bar: Bar,
    quiet: bool,
    stop: Arc<Stop>,
    /// When this start made its first update, and which stage and step that was.
    began: Option<(Instant, String, u64)>,
}

impl Watch for Watcher {
    fn line(&mut self, text: &str) {
        if !self.quiet {
            progress::print(&format!("{text}\n"));
        }
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        let Progress { stage, step, steps, loss, tokens } = *progress;
        let now = Instant::now();
        let same_stage = self.began.as_ref().is_some_and(|(_, name, _)| name == stage);
        if !same_stage {
            self.began = Some((now, stage.to_owned(), step));
        }
        let Some((since, _, first)) = &self.began else { return };
        let (seconds, made) = ((now - *since).as_secs_f64(), step - first);
        let mut head = format!("{stage} {} of {} updates | loss {loss:.4}", grouped(step), grouped(steps));
        if made > 0 && seconds > 0.0 {
            let left = Duration::from_secs_f64((seconds / made as f64 * (steps - step) as f64).min(1e9));
            head +=
                &format!(" | {} tokens/s | {} left", grouped((tokens as f64 / seconds) as u64), span(left));
        }
        self.bar.show(step, steps, head, String::new());
    }

    fn check(&mut self, pipeline: &Path) -> Result<()> {
        load(pipeline, &[]).map(drop)
    }

    fn evaluate(&mut self, pipeline: &Path, model: &Path, output: &Path) -> Result<Evaluation> {
        let set = |key: &str, value: &Path| format!("{key}={:?}", value.display().to_string());
        let overrides = [set("engine.candle.model", model), set("run.output", output)];
        let pipeline = load(pipeline, &overrides)?;
        let bar = &self.bar;
        // A run tells its engine to stop when it is done: that is not a wish to stop training.
        let stop = Arc::new(Stop::default());
        let found = run::evaluate(pipeline, Arc::clone(&stop), &|progress| {
            if self.stop.is_draining() {
                stop.drain();
            }
            let head = format!(
                "measuring: {} of {} prompts | {} samples",
                grouped(progress.prompts_done),
                grouped(progress.prompts),
                grouped(progress.samples)
            );
            bar.show(progress.prompts_done, progress.prompts, head, String::new());
        });
        // The time of measuring is not one of training.
        self.began = None;
        found
    }

    fn stopped(&self) -> bool {
        self.stop.is_draining()
    }
}

fn load(pipeline: &Path, overrides: &[String]) -> Result<Pipeline> {
    config::load(pipeline, overrides).map_err(|mistakes| {
        Error::config(format!("the pipeline that measures the model\n{}", mistakes.render(false)))
            .at(pipeline)
    })
}
