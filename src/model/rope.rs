//! Rotary position embedding: the frequencies of a config and their tables.
//!
//! Convention of the checkpoints read here ("rotate half"): dimension `i < Dh / 2` of a head is paired
//! with `i + Dh / 2`. Applying the tables is left to who holds the cache.

use candle_core::{DType, Device, Result as CandleResult, Tensor};

use crate::model::config::{Config, RopeScaling};

/// Radians a position, for each of the `Dh / 2` pairs.
pub fn inverse_frequencies(config: &Config) -> Vec<f32> {
    let half = config.head_dim / 2;
    (0..half)
        .map(|i| {
            let plain = config.rope_theta.powf(-(2.0 * i as f64) / config.head_dim as f64);
            scaled(plain, config.rope_scaling.as_ref()) as f32
        })
        .collect()
}

/// Llama 3's scaling: long wavelengths are slowed by `factor`, short ones kept, those between mixed.
fn scaled(frequency: f64, scaling: Option<&RopeScaling>) -> f64 {
    let Some(s) = scaling else { return frequency };
    let wavelength = 2.0 * std::f64::consts::PI / frequency;
    let original = s.original_max_position_embeddings as f64;
    if wavelength < original / s.high_freq_factor {
        frequency
    } else if wavelength > original / s.low_freq_factor {
        frequency / s.factor
    } else {
        let smooth = (original / wavelength - s.low_freq_factor) / (s.high_freq_factor - s.low_freq_factor);
        (1.0 - smooth) * frequency / s.factor + smooth * frequency
    }
}

/// Cosines and sines of positions `0..len`, each `[len, Dh / 2]`, computed in f32 as the reference
/// implementation does.
///
/// # Errors
/// Whatever the tensor library reports.
pub fn tables(config: &Config, len: usize, dtype: DType, device: &Device) -> CandleResult<(Tensor, Tensor)> {
    let frequencies = inverse_frequencies(config);
    let half = frequencies.len();
    let angles = || (0..len).flat_map(|p| frequencies.iter().map(move |f| p as f32 * f));
    let table = |f: fn(f32) -> f32| {
        Tensor::from_vec(angles().map(f).collect::<Vec<_>>(), (len, half), device)?.to_dtype(dtype)
    };
    Ok((table(f32::cos)?, table(f32::sin)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::Architecture;
    use crate::model::reference::small;

    #[test]
    fn llama3_scaling_keeps_short_and_slows_long_wavelengths() {
        // Llama 3.1: theta 500,000, head size 128, factor 8, low 1, high 4, original 8,192.
        let mut config = small(Architecture::Llama, false);
        (config.head_dim, config.rope_theta) = (128, 500_000.0);
        let plain = inverse_frequencies(&config);
        config.rope_scaling = Some(RopeScaling {
            factor: 8.0,
            low_freq_factor: 1.0,
            high_freq_factor: 4.0,
            original_max_position_embeddings: 8192,
        });
        let scaled = inverse_frequencies(&config);
        for (i, (p, s)) in plain.iter().zip(&scaled).enumerate() {
            let wavelength = 2.0 * std::f32::consts::PI / p;
            let expected = match wavelength {
                w if w < 2048.0 => *p,
                w if w > 8192.0 => p / 8.0,
                w => {
                    let smooth = (8192.0 / w - 1.0) / 3.0;
                    (1.0 - smooth) * p / 8.0 + smooth * p
                }
            };
            assert!((s - expected).abs() <= expected * 1e-5, "{i}: {s} {expected}");
        }
        assert!(scaled[0] == plain[0] && scaled[63] == plain[63] / 8.0);
    }
}
