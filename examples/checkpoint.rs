//! What this program makes of a checkpoint, as JSON, to be held against another implementation
//! (`.ci/check_transformers.py`). In, on standard input: `{"texts": […], "chats": [[{"role", "content"}, …]],
//! "prompts": [[ids]], "new": 100}`. Out: the ids of each text, each chat rendered with its generation prompt and
//! its ids, and for each prompt the logits of every position and the greedy tokens that follow, computed by the
//! very operations and cache that the CPU engine uses.
//!
//!     cargo run --release --example checkpoint -- FOLDER < request.json

use std::sync::Arc;

use candle_core::{Device, Tensor};
use datagen::engine::candle::cache::{Cache, CpuCache, Row, Sequence};
use datagen::model::cpu::ops::{CpuOps, PackedWeights};
use datagen::model::{Checkpoint, Decoder};
use datagen::record::Message;
use serde::{Deserialize, Serialize};

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Wanted {
    texts: Vec<String>,
    chats: Vec<Vec<Message>>,
    prompts: Vec<Vec<u32>>,
    new: usize,
}

#[derive(Default, Serialize)]
struct Found {
    ids: Vec<Vec<u32>>,
    rendered: Vec<String>,
    chat_ids: Vec<Vec<u32>>,
    /// For each prompt and position: a row of the vocabulary's width.
    logits: Vec<Vec<Vec<f32>>>,
    greedy: Vec<Vec<u32>>,
    eos: Vec<u32>,
}

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("name the checkpoint's folder")?;
    let wanted: Wanted = serde_json::from_reader(std::io::stdin())?;
    let checkpoint = Checkpoint::open(&folder)?;
    let mut found = Found { eos: checkpoint.tokenizer.eos_ids().to_vec(), ..Found::default() };
    for text in &wanted.texts {
        found.ids.push(checkpoint.tokenizer.encode_template(text)?);
    }
    for chat in &wanted.chats {
        let template = checkpoint.template()?;
        found.rendered.push(template.render(chat, true)?);
        found.chat_ids.push(template.encode(&checkpoint.tokenizer, chat, true)?);
    }
    let decoder = {
        let mut weights = checkpoint.weights.on(candle_core::DType::F32, &Device::Cpu);
        Decoder::new(&checkpoint.config, Arc::new(CpuOps), &mut PackedWeights(&mut weights))?
    };
    for prompt in &wanted.prompts {
        let mut cache = CpuCache::new(&checkpoint.config);
        let sequence = cache.open_prompt(prompt.len());
        let rows: Vec<Row> = (0..prompt.len())
            .map(|position| Row { sequence: Sequence::Prompt(sequence), position })
            .collect();
        let logits = step(&decoder, &mut cache, prompt, &rows)?;
        let mut last = logits.last().cloned().unwrap_or_default();
        found.logits.push(logits);
        let sample = cache.open_sample(sequence);
        let mut greedy = Vec::with_capacity(wanted.new);
        for position in prompt.len()..prompt.len() + wanted.new {
            let best = (0..last.len()).max_by(|&a, &b| last[a].total_cmp(&last[b]).then(b.cmp(&a)));
            let token = best.ok_or("a model without a vocabulary")? as u32;
            greedy.push(token);
            let row = Row { sequence: Sequence::Sample(sample), position };
            last = step(&decoder, &mut cache, &[token], &[row])?.pop().unwrap_or_default();
        }
        found.greedy.push(greedy);
    }
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}

fn step(decoder: &Decoder, cache: &mut CpuCache, ids: &[u32], rows: &[Row]) -> Result<Vec<Vec<f32>>> {
    let hidden = decoder.hidden(&Tensor::new(ids, &Device::Cpu)?, &mut *cache.step(rows))?;
    Ok(decoder.logits(&hidden)?.to_vec2::<f32>()?)
}
