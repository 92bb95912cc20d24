//! The command line: the only place that prints, reads the environment or exits. In: arguments. Out:
//! results on standard output, progress and logs on standard error, an exit code. It decides nothing
//! about prompts, samples or corpora.

mod dedup;
mod exit;
mod failure;
mod filter;
mod generated_tests;
mod inspect;
mod interrupt;
mod journalled;
mod lines;
mod output;
mod places;
mod plan;
mod progress;
mod run;
mod summary;
mod train;
mod verify;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub use exit::Exit;
use failure::Failure;

/// What a command hands back.
type Outcome = std::result::Result<Exit, Failure>;

/// Makes verified reasoning data by rejection sampling.
#[derive(Debug, Parser)]
#[command(name = "datagen", version, about, disable_help_subcommand = true, max_term_width = 100, after_help = CODES)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

const CODES: &str = "Exit codes: 0 done, 1 failed, 2 bad config or usage, 3 done but below the target, \
130 interrupted with everything kept. NO_COLOR turns colours off; DATAGEN_LOG=info or debug says more.";

/// Flags of every command.
#[derive(Debug, Clone, Copy, Args)]
struct Globals {
    /// No progress and no notes, only results and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// The result as one JSON object on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a corpus; run again, it resumes where it stopped
    Run(run::Run),
    /// Checks and resolves a pipeline as `run` does, starts nothing
    Plan(plan::Plan),
    /// Trains a model and writes a Hugging Face checkpoint
    Train(train::Train),
    /// Verifies the completions of a JSON Lines file
    Verify(verify::Verify),
    /// Checks tests that a model wrote against programs, and writes prompts with those that hold
    Tests(generated_tests::Tests),
    /// Puts the completions of a JSON Lines file through a pipeline's filters
    Filter(filter::Filters),
    /// Finds exact and near duplicates in Parquet or JSON Lines files
    Dedup(dedup::Dedup),
    /// Describes a run folder or a Parquet file
    Inspect(inspect::Inspect),
}

/// A pipeline and what is set on top of it: the same for `run` and `plan`.
#[derive(Debug, Args)]
struct PipelineArgs {
    /// The pipeline, a TOML file
    #[arg(value_name = "PIPELINE.toml")]
    pipeline: PathBuf,
    /// The run folder, instead of the pipeline's `run.output`
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Sets a key of the pipeline, e.g. --set sampling.temperature=0.7 (may be repeated)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Takes only the first N prompts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Starts over: what the run folder holds of an earlier run is removed
    #[arg(long, conflicts_with = "as_is")]
    fresh: bool,
    /// Draws nothing more: makes the corpus of what the run folder holds (an interrupted run, say); without
    /// it, the same command goes on later
    #[arg(long)]
    as_is: bool,
}

impl PipelineArgs {
    /// Reads, checks and resolves the pipeline.
    fn plan(&self) -> std::result::Result<crate::run::Plan, Failure> {
        let pipeline = crate::config::load(&self.pipeline, &self.set)?;
        let options = crate::run::Options {
            output: self.output.clone(),
            limit: self.limit,
            fresh: self.fresh,
            as_is: self.as_is,
        };
        // An empty secret is a forgotten one.
        let secrets = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Ok(crate::run::plan(pipeline, &options, &secrets)?)
    }
}

/// The program: reads the arguments, runs the command, says what went wrong, gives the exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, on standard output; a closed pipe there is no error.
            let _ = error.print();
            return if error.use_stderr() { Exit::BadConfig } else { Exit::Done }.into();
        }
    };
    start_logs(cli.globals);
    let globals = cli.globals;
    let outcome = match &cli.command {
        Command::Run(command) => command.run(globals),
        Command::Plan(command) => command.run(globals),
        Command::Train(command) => command.run(globals),
        Command::Verify(command) => command.run(globals),
        Command::Tests(command) => command.run(globals),
        Command::Filter(command) => command.run(globals),
        Command::Dedup(command) => command.run(globals),
        Command::Inspect(command) => command.run(globals),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            progress::print(&failure.render(colour()));
            failure.exit().into()
        }
    }
}

/// Colours on standard error: a terminal, and nobody said NO_COLOR (<https://no-color.org>).
fn colour() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !is_set("NO_COLOR") && !dumb
}

/// Logs go to standard error, above the progress bar.
fn start_logs(globals: Globals) {
    use tracing_subscriber::filter::LevelFilter;
    let wanted = std::env::var("DATAGEN_LOG").ok().and_then(|level| level.parse().ok());
    let level = wanted.unwrap_or(if globals.quiet { LevelFilter::ERROR } else { LevelFilter::WARN });
    let logs = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(colour())
        .with_target(false)
        .without_time()
        .with_writer(progress::AboveBar::default);
    // Only a second logger in the same process makes this fail, and then the first one logs.
    let _ = logs.try_init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
