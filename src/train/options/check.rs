//! What a `train.toml` must be beyond its form. In: the options. Out: the first value out of range, in
//! words. It opens nothing.

use crate::prompts::tasks::{self, DIFFICULTIES};
use crate::train::options::{Data, Model, Objective, Options, Stage};
use crate::train::vocabulary;

impl Options {
    /// The first value out of range.
    pub(super) fn problem(&self) -> Option<String> {
        if self.stages.is_empty() {
            return Some("there is no [[stages]]: nothing to train".to_owned());
        }
        if !(self.run.save_every_minutes > 0.0 && self.run.report_every_steps > 0 && self.run.shards > 0) {
            return Some(
                "run: save_every_minutes, report_every_steps and shards must be positive".to_owned(),
            );
        }
        if let Model::Shape(shape) = &self.model {
            let sizes = [shape.vocab_size, shape.hidden_size, shape.intermediate_size, shape.layers];
            if sizes.contains(&0) || shape.heads == 0 || shape.kv_heads == 0 || shape.head_dim == 0 {
                return Some("model.shape: every size must be positive".to_owned());
            }
            if !shape.heads.is_multiple_of(shape.kv_heads) {
                return Some("model.shape.kv_heads must divide heads".to_owned());
            }
            if !shape.head_dim.is_multiple_of(2) {
                return Some("model.shape.head_dim must be even".to_owned());
            }
            if shape.vocab_size < vocabulary::SMALLEST {
                return Some(format!(
                    "model.shape.vocab_size must be at least {}: 256 bytes and the special tokens",
                    vocabulary::SMALLEST
                ));
            }
            if let Some(stage) = self.stages.iter().find(|s| s.context > shape.max_position_embeddings) {
                return Some(format!("stage {:?}: context exceeds max_position_embeddings", stage.name));
            }
        }
        self.stages.iter().find_map(|stage| stage.problem().map(|p| format!("stage {:?}: {p}", stage.name)))
    }
}

impl Stage {
    /// The first value out of range.
    fn problem(&self) -> Option<&'static str> {
        let share = |x: f64| (0.0..=1.0).contains(&x);
        let positive = |x: f64| x.is_finite() && x > 0.0;
        for data in &self.data {
            if !positive(data.weight()) {
                return Some("the weight of a data source must be positive");
            }
            match data {
                Data::Tasks(t) => {
                    let [low, high] = t.difficulty;
                    if low > high || !DIFFICULTIES.contains(&low) || !DIFFICULTIES.contains(&high) {
                        return Some("difficulty must be [low, high] within 1 to 4");
                    }
                    let n = t.difficulty_weights.len();
                    if n != 0
                        && (n as u32 != high - low + 1 || !t.difficulty_weights.iter().all(|w| positive(*w)))
                    {
                        return Some("difficulty_weights must be positive, one for each difficulty");
                    }
                    if t.families.iter().any(|name| tasks::family(name).is_none()) {
                        return Some("families names one that does not exist");
                    }
                }
                Data::Facts(f) => {
                    let ([low, high], [least, most]) = (f.difficulty, f.per_example);
                    if low > high || !DIFFICULTIES.contains(&low) || !DIFFICULTIES.contains(&high) {
                        return Some("difficulty must be [low, high] within 1 to 4");
                    }
                    if least == 0 || least > most {
                        return Some("per_example must be [least, most], from 1");
                    }
                    if self.objective == Objective::Sft {
                        return Some("facts are plain text: they need objective = \"text\"");
                    }
                }
                Data::Files(f) if f.paths.is_empty() => return Some("files.paths is empty"),
                Data::Files(f) if !(0.0..0.9).contains(&f.held_out) => {
                    return Some("held_out must be a share below 0.9");
                }
                Data::Files(_) => {}
            }
        }
        if self.data.is_empty() {
            Some("data is empty")
        } else if self.steps == 0 {
            Some("steps must be positive")
        } else if self.context < 8 || self.tokens_per_step < self.context {
            Some("context must be at least 8, and tokens_per_step at least one context")
        } else if !positive(self.learning_rate) || !positive(self.clip) {
            Some("learning_rate and clip must be positive")
        } else if !share(self.min_ratio) || !self.betas.iter().all(|&b| share(b) && b < 1.0) {
            Some("min_ratio must be in 0 to 1, betas below 1")
        } else if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            Some("weight_decay must not be negative")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const GOOD: &str = "[run]\noutput = \"out\"\n[model.shape]\n[[stages]]\nname = \"a\"\nsteps = 10\n\
                        data = [{ tasks = {} }]\n";

    #[test]
    fn defaults_fill_a_short_file() {
        let options = Options::parse(GOOD, Path::new("train.toml")).unwrap();
        assert_eq!((options.stages[0].rows(), options.stages[0].micro_rows()), (128, 128));
        let text = toml::to_string(&options).unwrap();
        assert_eq!(Options::parse(&text, Path::new("train.toml")).unwrap(), options);
    }

    #[test]
    fn mistakes_are_named() {
        for (from, to, says) in [
            ("steps = 10", "steps = 0", "steps"),
            ("steps = 10", "step = 10", "train.toml:6"),
            ("steps = 10", "steps = 10\ncontext = 100000", "max_position_embeddings"),
            ("tasks = {}", "tasks = { families = [\"nonsense\"] }", "families"),
            ("tasks = {}", "tasks = { difficulty = [3, 2] }", "difficulty"),
            ("tasks = {}", "tasks = { difficulty_weights = [1.0] }", "difficulty_weights"),
            ("tasks = {}", "files = { paths = [] }", "paths"),
            ("[model.shape]", "[model.shape]\nkv_heads = 4", "kv_heads"),
            ("[model.shape]", "[model.shape]\nvocab_size = 100", "vocab_size"),
            ("data = [{ tasks = {} }]", "data = []", "data"),
        ] {
            assert!(GOOD.contains(from));
            let error = Options::parse(&GOOD.replace(from, to), Path::new("train.toml")).unwrap_err();
            assert!(error.to_string().contains(says), "{to}: {error}");
            assert_eq!(error.kind(), crate::error::ErrorKind::Config);
        }
    }

    #[test]
    fn the_builtin_models_file_is_valid_and_its_weights_fit() {
        let text = include_str!("../../../models/builtin.train.toml");
        let options = Options::parse(text, Path::new("builtin.train.toml")).unwrap();
        let Model::Shape(shape) = &options.model else { panic!("the built-in model starts fresh") };
        let parameters = shape.config().num_parameters();
        assert!(parameters <= 12_000_000, "{parameters}");
    }
}
