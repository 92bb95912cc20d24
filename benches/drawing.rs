//! Tokens per second of the local engine on the CPU: the built-in model, fixed lengths, nothing but
//! drawing (no filter, no verifier). `benches/llama_cpp.sh` runs it beside llama.cpp on the same
//! weights, prompts and lengths.
//!
//!     cargo bench --bench drawing -- [--batch 1,32,128] [--new 256] [--per-prompt 4] [--threads 2]
//!         [--prompts-to FILE] [--model FOLDER]
//!
//! A line of JSON for each batch size. Every sample is drawn to its full length: the end-of-sequence
//! token is an ordinary one here. The clock starts with the first request and ends with the last
//! answer, so that reading the prompts counts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use datagen::engine::candle::{Candle, Options};
use datagen::engine::{Engine, Request, Sample, Sampling, Speed, Stop};
use datagen::model::device::Device;
use datagen::prompts::tasks;
use datagen::record::{Message, Prompt, Role};
use tokio::sync::mpsc;

struct Arguments {
    batches: Vec<usize>,
    new: u32,
    per_prompt: usize,
    threads: usize,
    prompts_to: Option<PathBuf>,
    model: Option<PathBuf>,
}

fn arguments() -> Arguments {
    let mut read = Arguments {
        batches: vec![1, 32, 128],
        new: 256,
        per_prompt: 4,
        threads: 2,
        prompts_to: None,
        model: None,
    };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        // What cargo itself adds.
        if name == "--bench" {
            continue;
        }
        let value = given.next().unwrap_or_else(|| panic!("{name} needs a value"));
        let number = || value.parse().unwrap_or_else(|_| panic!("{name} {value}: not a number"));
        match name.as_str() {
            "--batch" => {
                let one = |part: &str| part.parse().unwrap_or_else(|_| panic!("--batch {value}"));
                read.batches = value.split(',').map(one).collect();
            }
            "--new" => read.new = number(),
            "--per-prompt" => read.per_prompt = number() as usize,
            "--threads" => read.threads = number() as usize,
            "--prompts-to" => read.prompts_to = Some(value.into()),
            "--model" => read.model = Some(value.into()),
            _ => panic!("{name} is not an option of this bench"),
        }
    }
    read
}

/// The model with an end-of-sequence token that it cannot draw.
fn without_an_end(model: &Path, to: &Path) {
    for entry in std::fs::read_dir(model).expect("the model's folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = |path: &Path| -> serde_json::Value {
            serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON")
        };
        match name.as_str() {
            "config.json" | "generation_config.json" => {
                let mut config = text(&path);
                config["eos_token_id"] = (1u32 << 30).into();
                std::fs::write(to.join(name), config.to_string()).expect("written");
            }
            "tokenizer_config.json" => {
                let mut config = text(&path);
                config["eos_token"] = serde_json::Value::Null;
                std::fs::write(to.join(name), config.to_string()).expect("written");
            }
            _ => drop(std::fs::copy(&path, to.join(name)).expect("copied")),
        }
    }
}

/// Problems of every family in turn.
fn prompt(number: usize) -> Arc<Prompt> {
    let family = &tasks::FAMILIES[number % tasks::FAMILIES.len()];
    Arc::new(family.prompt(1, (number / tasks::FAMILIES.len()) as u64))
}

/// Draws `batch` samples, all at once: tokens and seconds.
fn draw(engine: &mut Candle, batch: usize, per_prompt: usize) -> (u64, f64) {
    let requests: Vec<Request> = (0..batch.div_ceil(per_prompt))
        .map(|number| {
            let prompt = prompt(number);
            let first = number * per_prompt;
            let samples = (first..batch.min(first + per_prompt))
                .map(|index| Sample { index: index as u32, seed: index as u64 + 1 });
            Request {
                ticket: number as u64,
                messages: vec![Message::new(Role::User, prompt.problem.clone())].into(),
                prompt,
                samples: samples.collect(),
            }
        })
        .collect();
    let (send, receive) = mpsc::channel(requests.len());
    let (answer, mut answers) = mpsc::channel(batch);
    for request in requests {
        send.try_send(request).expect("there is room");
    }
    drop(send);
    let started = Instant::now();
    let (stop, speed) = (Arc::new(Stop::default()), Arc::new(Speed::default()));
    engine.run(receive, answer, stop, speed).expect("the engine runs");
    let seconds = started.elapsed().as_secs_f64();
    let mut tokens = 0;
    while let Some(answer) = answers.blocking_recv() {
        let Ok(completion) = answer.result else { panic!("a sample failed") };
        tokens += u64::from(completion.num_tokens);
    }
    (tokens, seconds)
}

fn main() {
    let arguments = arguments();
    let folder = tempfile::tempdir().expect("a folder");
    let builtin = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/builtin");
    without_an_end(arguments.model.as_deref().unwrap_or(&builtin), folder.path());
    let open = |batch, sampling: &Sampling| {
        let options = Options {
            model: folder.path().display().to_string(),
            device: Device::Cpu,
            batch,
            threads: arguments.threads,
        };
        Candle::new(&options, sampling).expect("the model loads")
    };
    let sampling = Sampling { max_new_tokens: arguments.new, ..Sampling::default() };
    if let Some(path) = &arguments.prompts_to {
        // A line of token ids for each prompt of the largest batch.
        let engine = open(1, &sampling);
        let checkpoint = engine.checkpoint();
        let largest = arguments.batches.iter().max().copied().unwrap_or(1);
        let template = checkpoint.template().expect("a chat template");
        let lines = (0..largest.div_ceil(arguments.per_prompt)).map(|number| {
            let messages = [Message::new(Role::User, prompt(number).problem.clone())];
            let ids = template.encode(&checkpoint.tokenizer, &messages, true).expect("a prompt");
            ids.iter().map(u32::to_string).collect::<Vec<_>>().join(" ") + "\n"
        });
        std::fs::write(path, lines.collect::<String>()).expect("the prompts are written");
    }
    for &batch in &arguments.batches {
        let mut engine = open(batch, &sampling);
        // Once to warm the caches, then the best of two: other work on the machine only adds time.
        draw(&mut engine, batch, arguments.per_prompt);
        let mut best = (0, f64::INFINITY);
        for _ in 0..2 {
            let (tokens, seconds) = draw(&mut engine, batch, arguments.per_prompt);
            if seconds < best.1 {
                best = (tokens, seconds);
            }
        }
        let line = serde_json::json!({
            "engine": "datagen",
            "batch": batch,
            "threads": arguments.threads,
            "tokens": best.0,
            "seconds": best.1,
            "tokens_per_second": best.0 as f64 / best.1,
        });
        println!("{line}");
    }
}
