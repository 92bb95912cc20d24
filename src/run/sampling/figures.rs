//! What is told of a run while it draws. In: its state. Out: the figures of the progress line and of `metrics.jsonl`.
//! Never: anything that decides what is drawn.

use std::io::Write;
use std::sync::atomic::Ordering;

use super::{Drawn, Progress, State};

impl State<'_> {
    /// Counts a sample that an earlier start journalled.
    pub(super) fn count(&mut self, sample: &Drawn) {
        if let Drawn::Judged { passed, .. } = sample {
            self.shown.samples += 1;
            self.shown.passed += u64::from(*passed);
        }
    }

    pub(super) fn progress(&self, stage: &'static str) -> Progress {
        Progress {
            // With what lies behind a prompt that is still being drawn: the bar and the time left follow the work.
            accepted: self.tally.accepted() + self.likely,
            target: self.job.pipeline.run.target_examples,
            prompts_done: self.done.len() as u64,
            prompts: self.job.prompts.len() as u64,
            tokens: self.speed.tokens.load(Ordering::Relaxed),
            in_flight: self.speed.in_flight.load(Ordering::Relaxed),
            elapsed: self.started.elapsed(),
            stage,
            ..self.shown.clone()
        }
    }

    /// A line of figures; a run does not end because they cannot be written.
    pub(super) fn write_metrics(&mut self) {
        let shown = self.progress("drawing");
        let line = serde_json::json!({
            "elapsed_secs": shown.elapsed.as_secs_f64(),
            "accepted": shown.accepted,
            "prompts_done": shown.prompts_done,
            "samples": shown.samples,
            "passed": shown.passed,
            "tokens": shown.tokens,
            "in_flight": shown.in_flight,
        });
        if let Some(file) = &mut self.metrics {
            _ = writeln!(file, "{line}");
        }
    }
}
