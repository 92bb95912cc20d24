//! Progress of a run on standard error: a bar on a terminal, else a plain line every few seconds. In:
//! the run's figures, several times a second. Everything that is said while a run goes on passes here,
//! so that it stands above the bar.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::Progress;

/// Without a terminal a line this often.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// Tokens per second are those of the last this many seconds.
const WINDOW: Duration = Duration::from_secs(10);
/// Reasons of drops that are shown, the most frequent first.
const TOP_DROPS: usize = 3;

/// The bar that is on the screen, if any.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes `text` to standard error, above the bar.
pub fn print(text: &str) {
    // Where standard error is closed there is nobody to tell.
    let write = || drop(io::stderr().lock().write_all(text.as_bytes()));
    let bar = lock(&BAR).clone();
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// A log writer that stands above the bar.
#[derive(Debug, Default, Clone, Copy)]
pub struct AboveBar;

impl io::Write for AboveBar {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        print(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl tracing_subscriber::fmt::MakeWriter<'_> for AboveBar {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

/// A bar with two lines of text, if standard error is a terminal.
pub struct Bar(Option<ProgressBar>);

impl Bar {
    /// A bar on a terminal, nothing elsewhere or if `quiet`.
    pub fn new(quiet: bool) -> Self {
        let bar = (!quiet && io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr_with_hz(8));
            let style = ProgressStyle::with_template("[{bar:24}] {prefix}\n{wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
            bar
        });
        lock(&BAR).clone_from(&bar);
        Self(bar)
    }

    /// Shows how far it is. False where there is no terminal.
    pub fn show(&self, position: u64, length: u64, head: String, below: String) -> bool {
        let Some(bar) = &self.0 else { return false };
        bar.set_length(length.max(1));
        bar.set_position(position);
        bar.set_prefix(head);
        bar.set_message(below);
        true
    }

    /// Takes the bar away.
    pub fn close(&self) {
        if let Some(bar) = &self.0 {
            lock(&BAR).take();
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.close();
    }
}

/// Progress as it is shown.
pub struct Shown {
    bar: Bar,
    quiet: bool,
    state: Mutex<State>,
}

struct State {
    meter: Meter,
    next_line: Duration,
}

impl Shown {
    /// A bar on a terminal, lines elsewhere, nothing if `quiet`.
    pub fn new(quiet: bool) -> Self {
        let state = State { meter: Meter::default(), next_line: LINE_EVERY };
        Self { bar: Bar::new(quiet), quiet, state: Mutex::new(state) }
    }

    /// Shows the figures.
    pub fn update(&self, progress: &Progress) {
        if self.quiet {
            return;
        }
        let mut state = lock(&self.state);
        let View { position, length, head, drops } = state.meter.view(progress);
        if self.bar.show(position, length, head.clone(), drops.clone()) || progress.elapsed < state.next_line
        {
            return;
        }
        state.next_line = progress.elapsed + LINE_EVERY;
        drop(state);
        let drops = if drops.is_empty() { drops } else { format!(" | {drops}") };
        print(&format!("{head}{drops}\n"));
    }

    /// Takes the bar away.
    pub fn close(&self) {
        self.bar.close();
    }
}

/// Turns totals into rates and text.
#[derive(Debug, Default)]
struct Meter {
    /// (elapsed, tokens) of the last [`WINDOW`].
    recent: VecDeque<(Duration, u64)>,
}

/// What is shown.
#[derive(Debug, PartialEq, Eq)]
struct View {
    position: u64,
    length: u64,
    head: String,
    drops: String,
}

impl Meter {
    fn view(&mut self, progress: &Progress) -> View {
        self.recent.push_back((progress.elapsed, progress.tokens));
        while self.recent.len() > 2
            && self.recent.front().is_some_and(|(at, _)| progress.elapsed.saturating_sub(*at) > WINDOW)
        {
            self.recent.pop_front();
        }
        let (position, length, what) = match progress.target {
            Some(target) => (progress.accepted.min(target), target, "accepted"),
            None => (progress.prompts_done, progress.prompts, "prompts"),
        };
        let mut parts = vec![format!("{} of {} {what}", grouped(position), grouped(length))];
        if progress.target.is_none() {
            parts.push(format!("{} accepted", grouped(progress.accepted)));
        }
        if !progress.stage.is_empty() {
            parts.insert(0, progress.stage.to_owned());
        }
        parts.push(format!("{} tokens/s", grouped(self.tokens_per_second())));
        if progress.samples > 0 {
            let share = 100.0 * progress.passed as f64 / progress.samples as f64;
            parts.push(format!("{share:.0} % of {} samples pass", grouped(progress.samples)));
        }
        if position > 0 && position < length {
            let left = progress.elapsed.as_secs_f64() * (length - position) as f64 / position as f64;
            parts.push(format!("{} left", span(Duration::from_secs_f64(left.min(1e9)))));
        }
        let mut drops: Vec<(&String, &u64)> = progress.drops.iter().collect();
        drops.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let top: Vec<String> = drops
            .iter()
            .take(TOP_DROPS)
            .map(|(reason, count)| format!("{reason} {}", grouped(**count)))
            .collect();
        let drops = if top.is_empty() { String::new() } else { format!("drops: {}", top.join(", ")) };
        View { position, length, head: parts.join(" | "), drops }
    }

    fn tokens_per_second(&self) -> u64 {
        let (Some((start, before)), Some((end, now))) = (self.recent.front(), self.recent.back()) else {
            return 0;
        };
        let seconds = end.saturating_sub(*start).as_secs_f64();
        if seconds > 0.0 { (now.saturating_sub(*before) as f64 / seconds) as u64 } else { 0 }
    }
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A length of time with its two largest units.
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 if seconds < 10 => format!("{:.1} s", time.as_secs_f64()),
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {:02} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64, tokens: u64) -> Progress {
        Progress { elapsed: Duration::from_secs(seconds), tokens, prompts: 100, ..Progress::default() }
    }

    #[test]
    fn what_is_shown() {
        let mut meter = Meter::default();
        assert_eq!(meter.view(&at(0, 0)).head, "0 of 100 prompts | 0 accepted | 0 tokens/s");
        let mut progress = at(60, 6_000);
        progress.target = Some(500);
        progress.accepted = 100;
        progress.samples = 400;
        progress.passed = 100;
        progress.stage = "drawing";
        progress.drops =
            [("a.b", 3), ("c.d", 1_000), ("e.f", 3), ("g.h", 1)].map(|(k, v)| (k.to_owned(), v)).into();
        let view = meter.view(&progress);
        assert_eq!(
            view.head,
            "drawing | 100 of 500 accepted | 100 tokens/s | 25 % of 400 samples pass | 4 min 00 s left"
        );
        assert_eq!(view.drops, "drops: c.d 1,000, a.b 3, e.f 3");
        assert_eq!((view.position, view.length), (100, 500));
    }

    #[test]
    fn speed_is_that_of_the_last_seconds() {
        let mut meter = Meter::default();
        for second in 0..100 {
            meter.view(&at(second, if second < 50 { second * 1_000 } else { 50_000 }));
        }
        assert_eq!(meter.tokens_per_second(), 0, "nothing was drawn for 50 s");
        assert!(meter.recent.len() < 20, "the window is bounded");
    }

    #[test]
    fn numbers_and_times() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        for (seconds, text) in
            [(5, "5.0 s"), (59, "59 s"), (61, "1 min 01 s"), (3_660, "1 h 01 min"), (90_000, "1 d 01 h")]
        {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }
}
