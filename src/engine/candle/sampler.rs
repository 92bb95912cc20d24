//! Token sampling: logits of one row and the sample's own random stream in, a token out. Depends on
//! nothing else: not on other rows, threads or time.

use crate::engine::Sampling;
use crate::model::cpu::rows::softmax_weights;
use crate::rng::Rng;

/// Buffers of one thread.
#[derive(Debug, Default)]
pub struct Scratch {
    weights: Vec<f32>,
    order: Vec<u32>,
}

/// Draws a token from `logits` after temperature, then `top_k`, `top_p` and `min_p`, in this order;
/// ties go to the lower token id. `None` if the logits are not numbers.
pub fn sample(logits: &[f32], sampling: &Sampling, rng: &mut Rng, scratch: &mut Scratch) -> Option<u32> {
    let (best, top) = argmax(logits)?;
    if !top.is_finite() {
        return None;
    }
    if sampling.temperature <= 0.0 {
        return Some(best);
    }
    let Scratch { weights, order } = scratch;
    let inverse = (1.0 / sampling.temperature) as f32;
    weights.clear();
    // Differences first: a small temperature must not overflow the largest logit.
    weights.extend(logits.iter().map(|logit| (logit - top) * inverse));
    let mut total = 0.0;
    softmax_weights(weights, &mut total);
    if !total.is_finite() {
        return None;
    }
    let all = sampling.top_k == 0 && sampling.top_p >= 1.0 && sampling.min_p <= 0.0;
    if all {
        return Some(walk(rng.uniform(), weights.iter().copied().enumerate(), best));
    }

    order.clear();
    // A token below min_p of the best one's weight, which is 1, is out whatever else holds.
    order.extend((0..weights.len() as u32).filter(|&t| {
        let weight = weights[t as usize];
        weight > 0.0 && f64::from(weight) >= sampling.min_p
    }));
    let heavier = |a: &u32, b: &u32| {
        let (x, y) = (weights[*a as usize], weights[*b as usize]);
        y.total_cmp(&x).then(a.cmp(b))
    };
    let k = sampling.top_k as usize;
    let mut sum = f64::from(total);
    if k > 0 && k < weights.len() {
        if k < order.len() {
            order.select_nth_unstable_by(k, heavier);
            order.truncate(k);
            sum = order.iter().map(|&t| f64::from(weights[t as usize])).sum();
        } else if sampling.top_p < 1.0 {
            // min_p left fewer than k: top_p still refers to the k heaviest of all.
            let mut heaviest: Vec<u32> = (0..weights.len() as u32).collect();
            heaviest.select_nth_unstable_by(k, heavier);
            sum = heaviest[..k].iter().map(|&t| f64::from(weights[t as usize])).sum();
        }
    }
    order.sort_unstable_by(heavier);
    if sampling.top_p < 1.0 {
        let mut reached = 0.0;
        let keep = order.iter().position(|&t| {
            reached += f64::from(weights[t as usize]);
            reached >= sampling.top_p * sum
        });
        order.truncate(keep.map_or(order.len(), |last| last + 1));
    }
    Some(walk(rng.uniform(), order.iter().map(|&t| (t as usize, weights[t as usize])), best))
}

/// The token at which the running sum of weights passes `u` times their total.
fn walk(u: f64, tokens: impl Iterator<Item = (usize, f32)> + Clone, fallback: u32) -> u32 {
    let total: f64 = tokens.clone().map(|(_, weight)| f64::from(weight)).sum();
    let mut left = u * total;
    for (token, weight) in tokens {
        left -= f64::from(weight);
        if left < 0.0 {
            return token as u32;
        }
    }
    fallback
}

fn argmax(logits: &[f32]) -> Option<(u32, f32)> {
    let mut best: Option<(u32, f32)> = None;
    for (token, &logit) in logits.iter().enumerate() {
        if logit.is_nan() {
            return None;
        }
        if best.is_none_or(|(_, top)| logit > top) {
            best = Some((token as u32, logit));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use proptest::prelude::*;

    /// Shares of 60,000 draws.
    fn shares(logits: &[f32], sampling: &Sampling) -> Vec<f64> {
        let mut counts = vec![0u32; logits.len()];
        let mut scratch = Scratch::default();
        let mut rng = Rng::new(9);
        for _ in 0..60_000 {
            counts[sample(logits, sampling, &mut rng, &mut scratch).expect("finite logits") as usize] += 1;
        }
        counts.iter().map(|&c| f64::from(c) / 60_000.0).collect()
    }

    #[test]
    fn shares_are_the_probabilities_left_by_each_cut() {
        let logits: Vec<f32> = [0.5f32, 0.3, 0.15, 0.05].iter().map(|p| p.ln()).collect();
        let base = Sampling::default();
        for (sampling, expected) in [
            (base.clone(), [0.5, 0.3, 0.15, 0.05]),
            (Sampling { temperature: 0.0, ..base.clone() }, [1.0, 0.0, 0.0, 0.0]),
            (Sampling { top_k: 2, ..base.clone() }, [0.625, 0.375, 0.0, 0.0]),
            (Sampling { top_p: 0.8, ..base.clone() }, [0.625, 0.375, 0.0, 0.0]),
            (Sampling { top_p: 0.81, ..base.clone() }, [0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0.0]),
            (Sampling { min_p: 0.2, ..base.clone() }, [0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0.0]),
            // Of the three heaviest (0.95 in all) two reach 0.8 · 0.95.
            (Sampling { top_k: 3, top_p: 0.8, ..base.clone() }, [0.625, 0.375, 0.0, 0.0]),
            (Sampling { top_k: 3, top_p: 0.99, min_p: 0.5, ..base.clone() }, [0.625, 0.375, 0.0, 0.0]),
            (
                Sampling { temperature: 0.5, ..base.clone() },
                [0.25 / 0.365, 0.09 / 0.365, 0.0225 / 0.365, 0.0025 / 0.365],
            ),
        ] {
            for (got, expected) in shares(&logits, &sampling).iter().zip(expected) {
                assert!((got - expected).abs() < 0.012, "{sampling:?}: {got} instead of {expected}");
            }
        }
    }

    #[test]
    fn logits_that_are_not_numbers_give_no_token() {
        let mut scratch = Scratch::default();
        for logits in [vec![], vec![1.0, f32::NAN], vec![f32::INFINITY, 0.0], vec![f32::NEG_INFINITY; 3]] {
            assert_eq!(
                sample(&logits, &Sampling::default(), &mut Rng::new(0), &mut scratch),
                None,
                "{logits:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_draw_is_always_among_the_allowed(
            logits in proptest::collection::vec(-30f32..30.0, 1..50),
            temperature in 0.01f64..3.0,
            top_k in 0u32..60,
            top_p in 0.01f64..=1.0,
            min_p in 0.0f64..=1.0,
            seed: u64,
        ) {
            let sampling = Sampling { temperature, top_k, top_p, min_p, ..Sampling::default() };
            let token = sample(&logits, &sampling, &mut Rng::new(seed), &mut Scratch::default());
            let token = token.expect("finite logits") as usize;
            let heavier = logits.iter().filter(|&&l| l > logits[token]).count();
            if top_k > 0 {
                prop_assert!(heavier < top_k as usize);
            }
            let top = logits.iter().copied().fold(f32::MIN, f32::max);
            let ratio = (f64::from(logits[token] - top) / temperature).exp();
            prop_assert!(ratio >= min_p * 0.999);
        }
    }
}
