//! Row-wise arithmetic of a decoder on the CPU: RMS norm, gated activation, softmax weights. Each
//! row's result depends on that row alone, bit for bit; exponentials are our own, since a system
//! library's differ between machines.

/// `e^x` for `x <= 88`, within 2 units in the last place; 0 below -87.
///
/// `e^x = 2^i · e^r`, `r` in ±ln2/2, by a degree-6 Taylor polynomial (its next term, r^7/5040, is
/// under 1.2e-7 relative at the ends). Branch-free, so that loops over it become vector code.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    // ln 2 in two parts, so that `i · ln 2` is exact in the first one.
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    // Adding 1.5 · 2^23 rounds to the nearest integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let clamped = x.clamp(-87.0, 88.0);
    let shifted = clamped.mul_add(LOG2_E, ROUND);
    let i = shifted - ROUND;
    let r = i.mul_add(-LN2_LOW, i.mul_add(-LN2_HIGH, clamped));
    let mut p = 1.0 / 720.0;
    for coefficient in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        p = r.mul_add(p, coefficient);
    }
    // The integer goes into the exponent bits.
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    if x < -87.0 { 0.0 } else { p * scale }
}

/// Lanes of a blocked sum. Fixed, so that a sum's order of additions is the same on every machine.
const LANES: usize = 16;

/// `Σ a·b` in a fixed order: 16 running sums, then pairwise.
#[inline(always)]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; LANES];
    let (a_blocks, b_blocks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let (a_rest, b_rest) = (a_blocks.remainder(), b_blocks.remainder());
    for (a, b) in a_blocks.zip(b_blocks) {
        for lane in 0..LANES {
            sums[lane] = a[lane].mul_add(b[lane], sums[lane]);
        }
    }
    for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        sums[lane] = a.mul_add(*b, sums[lane]);
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0]
}

/// Defines `$name`, which runs `$body` compiled for AVX2 and FMA where the machine has them. Both
/// versions give the same bits: `mul_add` rounds once in either.
macro_rules! vectorised {
    ($(#[$doc:meta])* $vis:vis fn $name:ident$(<const $n:ident: usize>)?($($arg:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        $vis fn $name$(<const $n: usize>)?($($arg: $type),*) {
            #[inline(always)]
            fn any$(<const $n: usize>)?($($arg: $type),*) $body
            #[cfg(target_arch = "x86_64")]
            if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
                #[target_feature(enable = "avx2,fma")]
                unsafe fn fma$(<const $n: usize>)?($($arg: $type),*) { any$(::<$n>)?($($arg),*) }
                // SAFETY: the features were just detected.
                return unsafe { fma$(::<$n>)?($($arg),*) };
            }
            any$(::<$n>)?($($arg),*)
        }
    };
}
pub(crate) use vectorised;

vectorised! {
    /// RMS norm of each row of `x` `[rows, weight.len()]` (Zhang and Sennrich 2019): `x / √(mean(x²) + eps) · weight`.
    pub fn rms_norm(x: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
        for (x, out) in x.chunks_exact(weight.len()).zip(out.chunks_exact_mut(weight.len())) {
            let scale = 1.0 / (dot(x, x) / weight.len() as f32 + eps).sqrt();
            for ((out, x), weight) in out.iter_mut().zip(x).zip(weight) {
                *out = x * scale * weight;
            }
        }
    }
}

vectorised! {
    /// `silu(gate) · up` elementwise (SwiGLU, Shazeer 2020), `silu(x) = x / (1 + e^-x)`.
    pub fn swiglu(gate: &[f32], up: &[f32], out: &mut [f32]) {
        for ((out, gate), up) in out.iter_mut().zip(gate).zip(up) {
            *out = gate / (1.0 + exp(-gate)) * up;
        }
    }
}

vectorised! {
    /// Turns `scores` into `e^(score - max)`, whose sum goes to `sum`.
    pub fn softmax_weights(scores: &mut [f32], sum: &mut f32) {
        let (blocks, rest) = scores.as_chunks_mut::<LANES>();
        let mut tops = [f32::NEG_INFINITY; LANES];
        for block in &*blocks {
            for lane in 0..LANES {
                tops[lane] = if block[lane] > tops[lane] { block[lane] } else { tops[lane] };
            }
        }
        let max = tops.iter().chain(&*rest).copied().fold(f32::NEG_INFINITY, f32::max);
        let mut sums = [0f32; LANES];
        for block in blocks {
            for lane in 0..LANES {
                block[lane] = exp(block[lane] - max);
                sums[lane] += block[lane];
            }
        }
        for (score, sum) in rest.iter_mut().zip(&mut sums) {
            *score = exp(*score - max);
            *sum += *score;
        }
        *sum = sums.iter().sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_right_to_two_units_in_the_last_place() {
        for step in -87_000..=88_000 {
            let x = step as f32 / 1000.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) - exact).abs() / exact;
            assert!(error < 2.5e-7, "e^{x}: {} instead of {exact}", exp(x));
        }
        assert_eq!(exp(-1000.0), 0.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(0.0), 1.0);
    }

    #[test]
    fn rows_table() {
        let mut out = [0.0; 4];
        rms_norm(&[3.0, 4.0, 0.0, 0.0], &[1.0, 2.0], 0.0, &mut out);
        let rms = 12.5f32.sqrt();
        assert!((out[0] - 3.0 / rms).abs() < 1e-6 && (out[1] - 8.0 / rms).abs() < 1e-6);
        assert!(out[2].is_nan(), "0/0 without eps");
        let mut out = [0.0];
        swiglu(&[2.0], &[3.0], &mut out);
        assert!((out[0] - 6.0 / (1.0 + (-2f32).exp())).abs() < 1e-6);
        let (mut scores, mut sum) = ([1.0, 2.0, f32::NEG_INFINITY], 0.0);
        softmax_weights(&mut scores, &mut sum);
        assert!((sum - (1.0 + (-1f32).exp())).abs() < 1e-6 && scores[1] == 1.0 && scores[2] == 0.0);
        assert_eq!(dot(&[1.0; 35], &[2.0; 35]), 70.0);
    }
}
