//! Each kernel against the composed form on the CPU, in f32 and bf16. They need a GPU: without one they
//! say so and do nothing.

use super::*;
use crate::model::Decoder;
use crate::model::config::Architecture;
use crate::model::decoder::{Attend, Ops};
use crate::model::device::{self, Device as Wanted};
use crate::model::reference::small;
use crate::rng::Rng;
use crate::train::attention::{Packed, Positions};
use crate::train::gradient::{Differentiable, cross_entropy};
use crate::train::optimizer::Parameters;
use candle_core::Var;
use std::sync::Arc;

fn gpu() -> Option<Device> {
    let opened = device::open(Wanted::Cuda);
    if let Err(error) = &opened {
        eprintln!("SKIPPED: {error}");
    }
    opened.ok()
}

fn random(rng: &mut Rng, shape: &[usize]) -> Tensor {
    let n = shape.iter().product();
    let values: Vec<f32> = (0..n).map(|_| rng.uniform() as f32 * 2.0 - 1.0).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

/// ‖a - b‖ / ‖b‖.
fn off(a: &Tensor, b: &Tensor) -> f64 {
    let flat = |x: &Tensor| -> Vec<f32> {
        let x = x.to_dtype(DType::F32).unwrap().to_device(&Device::Cpu).unwrap();
        x.flatten_all().unwrap().to_vec1().unwrap()
    };
    let (a, b) = (flat(a), flat(b));
    assert_eq!(a.len(), b.len());
    let squares = |x: &mut dyn Iterator<Item = f32>| x.map(|x| f64::from(x).powi(2)).sum::<f64>().sqrt();
    squares(&mut a.iter().zip(&b).map(|(a, b)| a - b)) / squares(&mut b.iter().copied()).max(1e-12)
}

/// Value and gradients of `f` on the GPU in both types against those on the CPU in f32.
fn check(name: &str, inputs: &[Tensor], f: &dyn Fn(&[Tensor]) -> Result<Tensor>) {
    let Some(device) = gpu() else { return };
    let run = |device: &Device, dtype: DType| {
        let vars: Vec<Var> = inputs
            .iter()
            .map(|x| Var::from_tensor(&x.to_dtype(dtype).unwrap().to_device(device).unwrap()).unwrap())
            .collect();
        let tensors: Vec<Tensor> = vars.iter().map(|v| v.as_tensor().clone()).collect();
        let value = f(&tensors).unwrap();
        let mut rng = Rng::new(5);
        let weights =
            random(&mut rng, value.dims()).to_dtype(value.dtype()).unwrap().to_device(device).unwrap();
        let grads = (&value * &weights).unwrap().sum_all().unwrap().backward().unwrap();
        let grads: Vec<Tensor> = vars.iter().map(|v| grads.get(v).expect("a gradient").clone()).collect();
        (value, grads)
    };
    let (value, grads) = run(&Device::Cpu, DType::F32);
    // f32 sums in another order; bf16 has 8 bits.
    for (dtype, bound) in [(DType::F32, 1e-4), (DType::BF16, 2e-2)] {
        let (got, got_grads) = run(&device, dtype);
        let distance = off(&got, &value);
        assert!(distance < bound, "{name} {dtype:?}: {distance}");
        for (i, (got, expected)) in got_grads.iter().zip(&grads).enumerate() {
            let distance = off(got, expected);
            assert!(distance < bound, "{name} {dtype:?}, gradient {i}: {distance}");
        }
    }
}

#[test]
fn norms_of_every_width() {
    let mut rng = Rng::new(1);
    for (rows, width) in [(3, 64), (4099, 64), (700, 384), (33, 130), (9, 1024), (5, 258), (17, 2), (65, 768)]
    {
        let inputs = [random(&mut rng, &[rows, width]), random(&mut rng, &[width])];
        check("rms_norm", &inputs, &|x| Differentiable.rms_norm(&x[0], &x[1], 1e-6));
    }
}

#[test]
fn gates() {
    let mut rng = Rng::new(2);
    let inputs = [random(&mut rng, &[77, 130]), random(&mut rng, &[77, 130])];
    check("swiglu", &inputs, &|x| Differentiable.swiglu(&(&x[0] * 4.0)?, &x[1]));
}

#[test]
fn losses() {
    let mut rng = Rng::new(3);
    for (rows, width) in [(1, 3), (300, 2048), (70, 1111)] {
        let inputs = [random(&mut rng, &[rows, width])];
        let targets: Vec<u32> = (0..rows).map(|_| rng.below(width as u64) as u32).collect();
        check("cross_entropy", &inputs, &|x| {
            cross_entropy(&(&x[0] * 5.0)?, &Tensor::new(targets.as_slice(), x[0].device())?, 0.25)
        });
    }
}

#[test]
fn attention_of_packed_rows() {
    let mut config = small(Architecture::Llama, true);
    (config.num_attention_heads, config.num_key_value_heads, config.head_dim) = (6, 2, 64);
    let mut rng = Rng::new(4);
    for lengths in [vec![vec![40usize, 24], vec![64], vec![1, 62, 1]], vec![vec![7], vec![7]]] {
        let context = lengths[0].iter().sum::<usize>();
        let tokens = context * lengths.len();
        let positions: Vec<u32> = lengths.iter().flatten().flat_map(|&n| 0..n as u32).collect();
        let segments: Vec<u32> = lengths
            .iter()
            .flat_map(|row| row.iter().enumerate().flat_map(|(i, &n)| std::iter::repeat_n(i as u32, n)))
            .collect();
        let inputs = [
            random(&mut rng, &[tokens, 6 * 64]),
            random(&mut rng, &[tokens, 2 * 64]),
            random(&mut rng, &[tokens, 2 * 64]),
        ];
        check("attention", &inputs, &|x| {
            let device = x[0].device();
            let tables = Positions::new(&config, context, x[0].dtype(), device)?;
            let positions = Tensor::new(positions.as_slice(), device)?;
            let segments = Tensor::from_slice(&segments, (lengths.len(), context), device)?;
            Packed::new(&config, &tables, &positions, &segments)?.attend(0, &x[0], &x[1], &x[2])
        });
    }
}

/// Attention alone, so that the decoder puts its blocks together from their parts.
struct Parts(Packed);

impl Attend for Parts {
    fn attend(&mut self, layer: usize, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        self.0.attend(layer, q, k, v)
    }
}

#[test]
fn whole_blocks_are_the_decoders_parts() {
    let Some(gpu) = gpu() else { return };
    for architecture in [Architecture::Llama, Architecture::Qwen3, Architecture::Qwen2] {
        let mut config = small(architecture, true);
        (config.hidden_size, config.intermediate_size) = (96, 130);
        (config.num_attention_heads, config.num_key_value_heads, config.head_dim) = (4, 2, 32);
        let positions: Vec<u32> = [0..30, 0..20, 0..50].into_iter().flatten().collect();
        let segments: Vec<u32> = [(0, 30), (1, 20), (0, 50)].iter().flat_map(|&(s, n)| vec![s; n]).collect();
        let ids: Vec<u32> = (0..100).map(|i| (i * i + 3) % config.vocab_size as u32).collect();
        let targets: Vec<u32> = (0..100).map(|i| (i * 7) % config.vocab_size as u32).collect();
        let gradient = |device: &Device, dtype: DType, whole: bool| {
            let flat = Parameters::fresh(&config, 3, device).unwrap();
            let parameters = Parameters::new(&config, (flat * 3.0).unwrap(), dtype).unwrap();
            let names = parameters.by_name();
            let mut take = |name: &str, _: &[usize]| Ok(names[name].clone());
            let decoder = Decoder::new(&config, Arc::new(Differentiable), &mut take).unwrap();
            let tables = Positions::new(&config, 50, dtype, device).unwrap();
            let positions = Tensor::new(positions.as_slice(), device).unwrap();
            let segments = Tensor::from_slice(&segments, (2, 50), device).unwrap();
            let mut attend = Packed::new(&config, &tables, &positions, &segments).unwrap();
            let by_block = attend.by_block();
            let input = Tensor::new(ids.as_slice(), device).unwrap();
            let hidden = if whole {
                decoder.hidden(&input, &mut attend).unwrap()
            } else {
                decoder.hidden(&input, &mut Parts(attend)).unwrap()
            };
            let logits = decoder.logits(&hidden).unwrap();
            let targets = Tensor::new(targets.as_slice(), device).unwrap();
            let grads = cross_entropy(&logits, &targets, 0.01).unwrap().backward().unwrap();
            assert_eq!(by_block.is_empty(), !whole || architecture == Architecture::Qwen2);
            parameters.gradient(&grads, &by_block).unwrap()
        };
        let expected = gradient(&Device::Cpu, DType::F32, false);
        // In bf16 blocks and parts differ by their roundings alone. How far both are from f32 says nothing
        // about them: the gradient of these weights carries each rounding on (a fifth of it with Qwen3).
        for (dtype, same, near) in [(DType::F32, 1e-5, 1e-4), (DType::BF16, 2e-2, f64::INFINITY)] {
            let (whole, parts) = (gradient(&gpu, dtype, true), gradient(&gpu, dtype, false));
            let found = [off(&whole, &parts), off(&parts, &expected), off(&whole, &expected)];
            println!("{architecture:?} {dtype:?}: {found:?}");
            let bounds = [same, near, near];
            assert!(
                found.iter().zip(bounds).all(|(x, bound)| *x < bound),
                "{architecture:?} {dtype:?}: {found:?}"
            );
        }
    }
}
