//! Whole runs on the CPU, small enough for seconds.

use super::*;
use crate::train::data::tests::sums;
use serde_json::Value;

/// Hands every line to a function; measures nothing.
struct Lines<F>(F);

impl<F: FnMut(&str)> Watch for Lines<F> {
    fn line(&mut self, text: &str) {
        self.0(text);
    }
    fn progress(&mut self, _: &Progress<'_>) {}
    fn check(&mut self, _: &Path) -> Result<()> {
        Ok(())
    }
    fn evaluate(&mut self, _: &Path, _: &Path, _: &Path) -> Result<Evaluation> {
        Ok(crate::pass_rate::Tally::default().evaluation())
    }
    fn stopped(&self) -> bool {
        false
    }
}

fn train(path: &Path, resume: bool, line: impl FnMut(&str)) -> Result<Ended> {
    command(path, resume, &mut Lines(line))
}

fn toml(folder: &Path, extra: &str) -> std::path::PathBuf {
    let data = folder.join("sums.jsonl");
    sums(&data, 8);
    let text = format!(
        r#"[run]
output = {output:?}
device = "cpu"
held_out_every_steps = 0
report_every_steps = 1
save_every_steps = 7
[model.shape]
vocab_size = 300
hidden_size = 32
intermediate_size = 48
layers = 2
heads = 4
kv_heads = 2
head_dim = 8
max_position_embeddings = 128
[tokenizer]
examples = 50
min_frequency = 2
[[stages]]
name = "sums"
steps = 60
context = 64
tokens_per_step = 256
learning_rate = 0.01
warmup_steps = 5
{extra}
data = [{{ files = {{ paths = [{data:?}], held_out = 0.0 }} }}]
"#,
        output = folder.join("out"),
    );
    let path = folder.join("train.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// The losses of all updates.
fn losses(folder: &Path) -> Vec<f64> {
    let text = std::fs::read_to_string(folder.join("out/metrics.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter_map(|v| v.get("loss")?.as_f64()).collect()
}

#[test]
fn eight_examples_are_learned_by_heart_and_the_model_loads() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = Vec::new();
    let path = toml(folder.path(), "");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("steps = 60", "steps = 400")).unwrap();
    train(&path, false, |line| lines.push(line.to_owned())).unwrap();
    let losses = losses(folder.path());
    assert_eq!(losses.len(), 400);
    assert!(losses[0] > 4.0 && losses[399] < 0.1, "{} to {}", losses[0], losses[399]);
    assert!(lines.iter().any(|line| line.contains("tokens/s")));

    let checkpoint = Checkpoint::folder(&folder.path().join("out/model")).unwrap();
    assert_eq!(checkpoint.tokenizer.eos_ids(), [vocabulary::IM_END]);
    let mut weights = checkpoint.weights.on(DType::F32, &Device::Cpu);
    let decoder =
        model::Decoder::new(&checkpoint.config, std::sync::Arc::new(model::Fused), &mut weights).unwrap();
    // It answers greedily what it learned, by the engine's way of rendering a prompt.
    let prompt = [crate::record::Message::new(crate::record::Role::User, "What is 5 + 0?")];
    let mut ids = checkpoint.template().unwrap().encode(&checkpoint.tokenizer, &prompt, true).unwrap();
    let start = ids.len();
    for _ in 0..40 {
        let input = Tensor::new(ids.as_slice(), &Device::Cpu).unwrap();
        let mut attend = model::reference::OneSequence(&checkpoint.config);
        let hidden = decoder.hidden(&input, &mut attend).unwrap();
        let logits = decoder.logits(&hidden.narrow(0, ids.len() - 1, 1).unwrap()).unwrap();
        let next = logits.argmax(1).unwrap().to_vec1::<u32>().unwrap()[0];
        if checkpoint.tokenizer.is_eos(next) {
            break;
        }
        ids.push(next);
    }
    let answer = checkpoint.tokenizer.decode(&ids[start..]);
    assert_eq!(answer, "<think>\n5 + 0 = 5\n</think>\n\n\\boxed{5}");

    // It can be trained on.
    let text = std::fs::read_to_string(folder.path().join("train.toml")).unwrap();
    let shape = &text[text.find("[model.shape]").unwrap()..text.find("[tokenizer]").unwrap()];
    let from = format!("[model]\nfrom = {:?}\n", folder.path().join("out/model"));
    let text = text.replace(shape, &from).replace("steps = 400", "steps = 2").replace("/out\"", "/more\"");
    let path = folder.path().join("more.toml");
    std::fs::write(&path, text).unwrap();
    train(&path, false, |_| {}).unwrap();
    let text = std::fs::read_to_string(folder.path().join("more/metrics.jsonl")).unwrap();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert!(first["loss"].as_f64().unwrap() < 0.5, "{first}");
}

#[test]
fn a_run_that_was_cut_goes_on_as_if_it_was_not() {
    let whole = tempfile::tempdir().unwrap();
    train(&toml(whole.path(), ""), false, |_| {}).unwrap();
    let cut = tempfile::tempdir().unwrap();
    let path = toml(cut.path(), "");
    // Killed after step 24, of which 21 were saved.
    let mut seen = 0;
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        train(&path, false, |line| {
            seen += usize::from(line.contains("loss"));
            assert!(seen < 25, "killed");
        })
    }));
    assert!(killed.is_err());
    let refused = train(&path, false, |_| {}).unwrap_err();
    assert!(refused.to_string().contains("already"), "{refused}");
    let mut lines = Vec::new();
    train(&path, true, |line| lines.push(line.to_owned())).unwrap();
    assert!(lines.iter().any(|line| line.contains("after 21 updates")), "{lines:?}");
    assert_eq!(losses(cut.path()), losses(whole.path()));
    let weights = |f: &Path| std::fs::read(f.join("out/model/model.safetensors")).unwrap();
    assert!(weights(cut.path()) == weights(whole.path()), "the models differ");
}

#[test]
fn parts_of_a_batch_give_the_gradient_of_the_whole() {
    let whole = tempfile::tempdir().unwrap();
    train(&toml(whole.path(), "mask_prompt = false"), false, |_| {}).unwrap();
    let parts = tempfile::tempdir().unwrap();
    let extra = "mask_prompt = false\nmicro_batch_tokens = 64";
    train(&toml(parts.path(), extra), false, |_| {}).unwrap();
    for (i, (a, b)) in losses(whole.path()).iter().zip(losses(parts.path())).enumerate().take(10) {
        assert!((a - b).abs() < 1e-3 * a, "step {i}: {a} {b}");
    }
}

#[test]
fn a_loss_that_is_no_number_stops_the_run_and_keeps_the_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = toml(folder.path(), "clip = 1e30\nmin_ratio = 1.0\nbetas = [0.0, 0.0]");
    let text =
        std::fs::read_to_string(&path).unwrap().replace("learning_rate = 0.01", "learning_rate = 1e25");
    std::fs::write(&path, text.replace("save_every_steps = 7", "save_every_steps = 1")).unwrap();
    let error = train(&path, false, |_| {}).unwrap_err();
    assert!(error.to_string().contains("the loss is"), "{error}");
    assert!(error.remedy().unwrap().contains("learning_rate"));
    let state = State::load(&folder.path().join("out/state.safetensors"), &Device::Cpu).unwrap();
    assert!(state.place.updates >= 1);
    let all: f32 = state.flat.sum_all().unwrap().to_scalar().unwrap();
    assert!(all.is_finite());
}

#[test]
fn an_example_that_does_not_fit_is_named_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = toml(folder.path(), "");
    let long =
        r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "LONG"}]}"#;
    let data = folder.path().join("sums.jsonl");
    let text = std::fs::read_to_string(&data).unwrap();
    std::fs::write(&data, format!("{text}{}\n", long.replace("LONG", &"xyz ".repeat(200)))).unwrap();
    let error = train(&path, false, |_| {}).unwrap_err();
    assert!(error.to_string().contains("row 9 of"), "{error}");
    assert!(error.remedy().unwrap().contains("too_long"), "{:?}", error.remedy());

    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("warmup_steps", "too_long = \"skip\"\nwarmup_steps")).unwrap();
    let mut lines = Vec::new();
    assert_eq!(train(&path, false, |line| lines.push(line.to_owned())).unwrap(), Ended::Done);
    assert!(lines.iter().any(|line| line.contains("longer than the context")), "{lines:?}");
    let page = std::fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    assert!(page.contains("<polyline points=\"") && page.contains("warmup_steps"), "{page}");
}

#[test]
fn plain_text_is_learned_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = toml(folder.path(), "objective = \"text\"");
    let rows: String = (0..8).map(|i| format!("{{\"text\": \"{i} and {i} is {}\"}}\n", 2 * i)).collect();
    std::fs::write(folder.path().join("sums.jsonl"), rows).unwrap();
    train(&path, false, |_| {}).unwrap();
    let losses = losses(folder.path());
    assert!(losses[59] < 0.5 * losses[0], "{losses:?}");
}
