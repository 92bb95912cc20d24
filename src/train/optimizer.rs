//! Parameters and AdamW.
//!
//! In: gradients. Out: changed parameters. The master copy is one flat f32 vector, so that an update
//! is a dozen operations whatever the number of tensors; the model computes with variables in its own
//! type (bf16 on CUDA) that are refreshed from it. Schedules are arithmetic on the step.

use std::collections::HashMap;

use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Tensor, Var};

use crate::error::{Error, Result};
use crate::model::config::Config;
use crate::rng::Rng;
use crate::train::gradient::ByBlock;

/// Spread of fresh weights (GPT-2's and Qwen's 0.02).
const INITIAL_SPREAD: f64 = 0.02;

/// A model's parameters: the flat master copy and the variables of the forward pass.
pub struct Parameters {
    /// Names and shapes, in the order of [`Config::tensors`].
    pub tensors: Vec<(String, Vec<usize>)>,
    /// All values, f32.
    pub flat: Tensor,
    vars: Vec<Var>,
    /// 1 where weight decay applies (matrices but the embedding), else 0.
    decays: Tensor,
}

impl Parameters {
    /// Parameters with the values of `flat` (`[P]`, f32), computing in `dtype`.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn new(config: &Config, flat: Tensor, dtype: DType) -> Result<Self> {
        let tensors = config.tensors();
        let mut decays = Vec::with_capacity(flat.elem_count());
        for (name, shape) in &tensors {
            let decay = shape.len() == 2 && !name.contains("embed_tokens");
            decays.resize(decays.len() + shape.iter().product::<usize>(), f32::from(u8::from(decay)));
        }
        let decays = Tensor::new(decays.as_slice(), flat.device())?;
        let vars = views(&flat, &tensors, dtype)?.iter().map(Var::from_tensor).collect::<Result<_, _>>()?;
        Ok(Self { tensors, flat, vars, decays })
    }

    /// Fresh values: normal with deviation 0.02, less for what is added to the residual stream; norms
    /// one, biases zero.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn fresh(config: &Config, seed: u64, device: &Device) -> Result<Tensor> {
        // GPT-2 (Radford et al. 2019, section 2.3): residual layers are scaled by 1 / sqrt(2 layers).
        let residual = INITIAL_SPREAD / (2.0 * config.num_hidden_layers as f64).sqrt();
        let mut values = Vec::with_capacity(config.num_parameters());
        for (name, shape) in config.tensors() {
            let mut rng = Rng::named(seed, &name, 0);
            let spread =
                if name.contains("o_proj") || name.contains("down_proj") { residual } else { INITIAL_SPREAD };
            for _ in 0..shape.iter().product::<usize>() {
                values.push(match shape.len() {
                    2 => (normal(&mut rng) * spread) as f32,
                    _ if name.ends_with("bias") => 0.0,
                    _ => 1.0,
                });
            }
        }
        Ok(Tensor::new(values.as_slice(), device)?)
    }

    /// The variable called `name`, as the decoder asks for it.
    pub fn by_name(&self) -> HashMap<&str, &Tensor> {
        self.tensors.iter().map(|(name, _)| name.as_str()).zip(self.vars.iter().map(Var::as_tensor)).collect()
    }

    /// Sets the master copy, and the variables after it.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn set(&mut self, flat: Tensor) -> Result<()> {
        let dtype = self.vars.first().map_or(DType::F32, |v| v.dtype());
        for (var, view) in self.vars.iter().zip(views(&flat, &self.tensors, dtype)?) {
            var.set(&view)?;
        }
        self.flat = flat;
        Ok(())
    }

    /// The gradients, of the graph or left beside it, as one f32 vector in the order of [`flat`](Self::flat).
    ///
    /// # Errors
    /// When a variable has no gradient: an operation of the forward pass has none.
    pub fn gradient(&self, grads: &GradStore, by_block: &ByBlock) -> Result<Tensor> {
        let of = |var: &Var| by_block.get(var).or_else(|| grads.get(var).cloned());
        let missing: Vec<&str> = (self.tensors.iter().zip(&self.vars))
            .filter(|(_, var)| of(var).is_none())
            .map(|((name, _), _)| name.as_str())
            .collect();
        if !missing.is_empty() {
            return Err(Error::failed(format!("no gradient reaches {}", missing.join(", "))));
        }
        let all: Vec<Tensor> =
            self.vars.iter().filter_map(of).map(|grad| grad.flatten_all()).collect::<Result<_, _>>()?;
        Ok(Tensor::cat(&all, 0)?.to_dtype(DType::F32)?)
    }

    /// The master copy as named tensors.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn named(&self) -> Result<Vec<(String, Tensor)>> {
        let flat = self.flat.to_device(&Device::Cpu)?;
        let views = views(&flat, &self.tensors, DType::F32)?;
        Ok(self.tensors.iter().map(|(name, _)| name.clone()).zip(views).collect())
    }
}

/// The tensors of a flat vector, as `dtype`.
fn views(flat: &Tensor, tensors: &[(String, Vec<usize>)], dtype: DType) -> Result<Vec<Tensor>> {
    let flat = flat.to_dtype(dtype)?;
    let mut start = 0;
    let view = |(_, shape): &(String, Vec<usize>)| {
        let len = shape.iter().product();
        start += len;
        Ok(flat.narrow(0, start - len, len)?.reshape(shape.as_slice())?)
    };
    tensors.iter().map(view).collect()
}

/// A standard normal number (Box and Muller 1958).
fn normal(rng: &mut Rng) -> f64 {
    let (u, v) = (1.0 - rng.uniform(), rng.uniform());
    (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
}

/// AdamW (Loshchilov and Hutter 2019) with the gradient's norm clipped first.
pub struct AdamW {
    /// First moment, f32, flat.
    pub m: Tensor,
    /// Second moment, f32, flat.
    pub v: Tensor,
    /// Updates made.
    pub updates: u64,
}

/// One update's settings.
#[derive(Debug, Clone, Copy)]
pub struct Update {
    /// Step size.
    pub learning_rate: f64,
    /// Decay rates of the moments.
    pub betas: (f64, f64),
    /// Decoupled weight decay, times the learning rate.
    pub weight_decay: f64,
    /// The gradient is scaled down to this norm.
    pub clip: f64,
}

/// Keeps the division by the root of the second moment finite (the paper's default).
const EPS: f64 = 1e-8;

impl AdamW {
    /// No moments yet.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn new(parameters: &Parameters) -> Result<Self> {
        Ok(Self { m: parameters.flat.zeros_like()?, v: parameters.flat.zeros_like()?, updates: 0 })
    }

    /// Changes `parameters` by `gradient`, whose norm is `norm`.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn update(
        &mut self,
        parameters: &mut Parameters,
        gradient: &Tensor,
        norm: f64,
        update: Update,
    ) -> Result<()> {
        let (b1, b2) = update.betas;
        let shrink = (update.clip / (norm + 1e-6)).min(1.0);
        self.updates += 1;
        self.m = ((&self.m * b1)? + gradient.affine((1.0 - b1) * shrink, 0.0)?)?;
        self.v = ((&self.v * b2)? + gradient.sqr()?.affine((1.0 - b2) * shrink * shrink, 0.0)?)?;
        let t = self.updates as f64;
        let (c1, c2) = (1.0 - b1.powf(t), 1.0 - b2.powf(t));
        let root = self.v.affine(1.0 / c2, 0.0)?.sqrt()?.affine(1.0, EPS)?;
        let step = self.m.affine(update.learning_rate / c1, 0.0)?.div(&root)?;
        let decay = (&parameters.flat * &parameters.decays)?;
        let decay = decay.affine(update.learning_rate * update.weight_decay, 0.0)?;
        let flat = ((&parameters.flat - step)? - decay)?;
        parameters.set(flat.detach())
    }
}

/// Linear warm-up, then a cosine from 1 down to `min_ratio` at the last step: the factor for `step`
/// (from 0) of `steps`.
pub fn schedule(step: u64, steps: u64, warmup: u64, min_ratio: f64) -> f64 {
    if step < warmup {
        return (step + 1) as f64 / warmup as f64;
    }
    let rest = steps.saturating_sub(warmup + 1).max(1) as f64;
    let done = ((step - warmup) as f64 / rest).min(1.0);
    min_ratio + (1.0 - min_ratio) * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::Architecture;
    use crate::model::reference::small;

    #[test]
    fn the_schedule_rises_and_falls() {
        assert_eq!(schedule(0, 100, 10, 0.1), 0.1);
        assert_eq!(schedule(9, 100, 10, 0.1), 1.0);
        assert_eq!(schedule(10, 100, 10, 0.1), 1.0);
        assert!((schedule(99, 100, 10, 0.1) - 0.1).abs() < 1e-12);
        assert!((schedule(54, 100, 10, 0.0) - 0.5).abs() < 0.02);
        assert_eq!(schedule(0, 1, 0, 0.1), 1.0);
    }

    #[test]
    fn an_update_is_the_papers_formula() {
        let config = small(Architecture::Llama, true);
        let start = Parameters::fresh(&config, 1, &Device::Cpu).unwrap();
        let mut parameters = Parameters::new(&config, start.clone(), DType::F32).unwrap();
        let mut adam = AdamW::new(&parameters).unwrap();
        let n = start.elem_count();
        let g: Vec<f32> = (0..n).map(|i| ((i % 7) as f32 - 3.0) * 0.01).collect();
        let gradient = Tensor::new(g.as_slice(), &Device::Cpu).unwrap();
        let norm = g.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        let update = Update { learning_rate: 0.01, betas: (0.9, 0.95), weight_decay: 0.1, clip: 0.5 * norm };
        let (mut p, mut m, mut v) = (
            start.to_vec1::<f32>().unwrap().into_iter().map(f64::from).collect::<Vec<_>>(),
            vec![0.0; n],
            vec![0.0; n],
        );
        let decays: Vec<f32> = parameters.decays.to_vec1().unwrap();
        assert!(decays[0] == 0.0 && decays.contains(&1.0));
        for t in 1..=3 {
            adam.update(&mut parameters, &gradient, norm, update).unwrap();
            for i in 0..n {
                let g = f64::from(g[i]) * 0.5;
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.95 * v[i] + 0.05 * g * g;
                let (mh, vh) = (m[i] / (1.0 - 0.9f64.powi(t)), v[i] / (1.0 - 0.95f64.powi(t)));
                p[i] -= 0.01 * (mh / (vh.sqrt() + EPS) + 0.1 * f64::from(decays[i]) * p[i]);
            }
        }
        let got: Vec<f32> = parameters.flat.to_vec1().unwrap();
        let off = got.iter().zip(&p).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
        assert!(off < 1e-4, "{off}");
        let names = parameters.by_name();
        let table: Vec<Vec<f32>> = names["model.embed_tokens.weight"].to_vec2().unwrap();
        assert_eq!(table[0][0], got[0]);
    }
}
