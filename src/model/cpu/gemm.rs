//! Matrix products on the CPU whose rows come out the same bit for bit whatever the number of rows.
//!
//! In: activations `[rows, k]` in f32 and a weight matrix packed once. Out: `[rows, n]`. Each output
//! is one chain of fused multiply-adds over `k` in ascending order, so it depends on its own row and
//! column alone: not on the batch, the threads, or the vector width. That is what lets a resumed run
//! reproduce the bytes of an uninterrupted one (a library product picks its blocking, and with it
//! the order of additions, by shape).
//!
//! Two numbers per product: `2 · rows · n · k` operations, and `2 · n · k` bytes of bf16 weights (4
//! for f32). From about 6 rows on the operations decide.

use half::bf16;
use rayon::prelude::*;

/// Columns of a packed panel: two AVX2 registers, one AVX-512 register.
const PANEL: usize = 16;
/// Rows of the inner kernel: 6 x 2 accumulators leave 4 of 16 AVX2 registers for the operands.
const ROWS: usize = 6;
/// Depth of a block: a panel's block (512 x 16 x 4 B = 32 KiB in f32) stays in a core's cache.
const DEPTH: usize = 512;
/// Work below which a product is not worth a second thread (operations).
const SERIAL_BELOW: usize = 1 << 19;

/// A weight matrix `[n, k]`, packed into panels of `PANEL` columns: panel, then `k`, then column.
/// Columns beyond `n` are zero.
#[derive(Debug, Clone)]
pub struct Packed {
    weights: Weights,
    n: usize,
    k: usize,
}

#[derive(Debug, Clone)]
enum Weights {
    /// As the checkpoint has them: half the bytes, the same values.
    Bf16(Vec<bf16>),
    F32(Vec<f32>),
}

impl Packed {
    /// Packs `weights` `[n, k]`, row-major as a checkpoint stores it. Kept in bf16 where that loses
    /// nothing.
    pub fn new(weights: &[f32], n: usize, k: usize) -> Self {
        assert_eq!(weights.len(), n * k, "a weight matrix of {n} x {k}");
        let exact = weights.iter().all(|&w| bf16::from_f32(w).to_f32().to_bits() == w.to_bits());
        let weights = if exact {
            Weights::Bf16(pack(weights, n, k, bf16::ZERO, bf16::from_f32))
        } else {
            Weights::F32(pack(weights, n, k, 0.0, |w| w))
        };
        Self { weights, n, k }
    }

    /// Output columns.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Inner dimension.
    pub fn k(&self) -> usize {
        self.k
    }

    /// `out[rows, n] = x[rows, k] · weightsᵀ (+ bias)`.
    pub fn multiply(&self, x: &[f32], bias: Option<&[f32]>, out: &mut [f32]) {
        let rows = x.len() / self.k.max(1);
        assert_eq!(x.len(), rows * self.k, "activations of {} columns", self.k);
        assert_eq!(out.len(), rows * self.n, "an output of {} columns", self.n);
        let panels = self.n.div_ceil(PANEL);
        let threads =
            if 2 * rows * self.n * self.k < SERIAL_BELOW { 1 } else { rayon::current_num_threads() };
        // A few chunks a thread: the last ones even out the end.
        let chunk = panels.div_ceil(threads * if threads > 1 { 4 } else { 1 }).max(1);
        let out = Out { start: out.as_mut_ptr(), rows, n: self.n };
        let work = |first: usize| {
            let last = (first + chunk).min(panels);
            match &self.weights {
                Weights::Bf16(w) => columns(x, w, self.k, first..last, bias, &out),
                Weights::F32(w) => columns(x, w, self.k, first..last, bias, &out),
            }
        };
        if threads == 1 {
            (0..panels).step_by(chunk).for_each(work);
        } else {
            (0..panels).into_par_iter().step_by(chunk).for_each(work);
        }
    }
}

fn pack<T: Copy>(weights: &[f32], n: usize, k: usize, zero: T, convert: impl Fn(f32) -> T) -> Vec<T> {
    let mut packed = vec![zero; n.div_ceil(PANEL) * PANEL * k];
    for (column, row) in weights.chunks_exact(k.max(1)).enumerate() {
        let base = column / PANEL * PANEL * k + column % PANEL;
        for (depth, &w) in row.iter().enumerate() {
            packed[base + depth * PANEL] = convert(w);
        }
    }
    packed
}

/// The output, shared by threads that write disjoint columns.
struct Out {
    start: *mut f32,
    rows: usize,
    n: usize,
}

// SAFETY: every (row, column) is written by the one task that owns the column's panel.
unsafe impl Sync for Out {}

/// A stored weight.
trait Weight: Copy + Send + Sync {
    fn to_f32(self) -> f32;
}

impl Weight for f32 {
    #[inline(always)]
    fn to_f32(self) -> f32 {
        self
    }
}

impl Weight for bf16 {
    #[inline(always)]
    fn to_f32(self) -> f32 {
        f32::from_bits(u32::from(self.to_bits()) << 16)
    }
}

fn columns<W: Weight>(
    x: &[f32],
    w: &[W],
    k: usize,
    panels: std::ops::Range<usize>,
    bias: Option<&[f32]>,
    out: &Out,
) {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
        // SAFETY: the features were just detected.
        return unsafe { columns_fma(x, w, k, panels, bias, out) };
    }
    columns_any(x, w, k, panels, bias, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn columns_fma<W: Weight>(
    x: &[f32],
    w: &[W],
    k: usize,
    panels: std::ops::Range<usize>,
    bias: Option<&[f32]>,
    out: &Out,
) {
    columns_any(x, w, k, panels, bias, out);
}

/// Compiled twice, with and without vector instructions; `mul_add` rounds once in both.
#[inline(always)]
fn columns_any<W: Weight>(
    x: &[f32],
    w: &[W],
    k: usize,
    panels: std::ops::Range<usize>,
    bias: Option<&[f32]>,
    out: &Out,
) {
    if out.rows < 3 {
        // One or two rows: several panels at a time, or the chains of additions would wait for
        // themselves.
        let mut panel = panels.start;
        while panel < panels.end {
            let wide = panel + 4 <= panels.end;
            for row in 0..out.rows {
                let x = &x[row * k..][..k];
                if wide {
                    thin::<W, 4>(x, w, k, panel, row, bias, out);
                } else {
                    thin::<W, 1>(x, w, k, panel, row, bias, out);
                }
            }
            panel += if wide { 4 } else { 1 };
        }
        return;
    }
    let mut block = [[0f32; PANEL]; DEPTH];
    for panel in panels {
        for from in (0..k).step_by(DEPTH) {
            let depth = DEPTH.min(k - from);
            let stored = &w[(panel * k + from) * PANEL..][..depth * PANEL];
            for (wide, narrow) in block.iter_mut().zip(stored.chunks_exact(PANEL)) {
                for (a, b) in wide.iter_mut().zip(narrow) {
                    *a = b.to_f32();
                }
            }
            let block = &block[..depth];
            let mut row = 0;
            while row < out.rows {
                let step = Step { x, k, from, row, panel, bias, last: from + depth == k };
                match out.rows - row {
                    1 => tile::<1>(block, &step, out),
                    2 => tile::<2>(block, &step, out),
                    3 => tile::<3>(block, &step, out),
                    4 => tile::<4>(block, &step, out),
                    5 => tile::<5>(block, &step, out),
                    _ => tile::<ROWS>(block, &step, out),
                }
                row += ROWS;
            }
        }
    }
}

/// Where a tile stands.
struct Step<'a> {
    x: &'a [f32],
    k: usize,
    from: usize,
    row: usize,
    panel: usize,
    bias: Option<&'a [f32]>,
    last: bool,
}

/// `R` rows by one panel, over one block of depth.
#[inline(always)]
fn tile<const R: usize>(block: &[[f32; PANEL]], step: &Step<'_>, out: &Out) {
    let rows: [&[f32]; R] =
        std::array::from_fn(|r| &step.x[(step.row + r) * step.k + step.from..][..block.len()]);
    let column = step.panel * PANEL;
    let width = PANEL.min(out.n - column);
    let mut sums = [[0f32; PANEL]; R];
    if step.from > 0 {
        for (r, sums) in sums.iter_mut().enumerate() {
            // SAFETY: the row is below `out.rows`, the columns below `out.n`, and both are this task's.
            let done =
                unsafe { std::slice::from_raw_parts(out.start.add((step.row + r) * out.n + column), width) };
            sums[..width].copy_from_slice(done);
        }
    }
    for (depth, w) in block.iter().enumerate() {
        for r in 0..R {
            // SAFETY: each of `rows` is as long as `block`.
            let x = unsafe { *rows[r].get_unchecked(depth) };
            for c in 0..PANEL {
                sums[r][c] = x.mul_add(w[c], sums[r][c]);
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        write(sums, step.row + r, column, if step.last { step.bias } else { None }, out);
    }
}

/// One row by `P` panels, over the whole depth.
#[inline(always)]
fn thin<W: Weight, const P: usize>(
    x: &[f32],
    w: &[W],
    k: usize,
    panel: usize,
    row: usize,
    bias: Option<&[f32]>,
    out: &Out,
) {
    let panels: [&[W]; P] = std::array::from_fn(|p| &w[(panel + p) * k * PANEL..][..k * PANEL]);
    let mut sums = [[0f32; PANEL]; P];
    for (depth, &x) in x.iter().enumerate() {
        for p in 0..P {
            // SAFETY: each panel holds `k` times PANEL weights and `depth` is below `k`.
            let w = unsafe { panels[p].get_unchecked(depth * PANEL..(depth + 1) * PANEL) };
            for c in 0..PANEL {
                sums[p][c] = x.mul_add(w[c].to_f32(), sums[p][c]);
            }
        }
    }
    for (p, sums) in sums.iter().enumerate() {
        write(sums, row, (panel + p) * PANEL, bias, out);
    }
}

#[inline(always)]
fn write(sums: &[f32; PANEL], row: usize, column: usize, bias: Option<&[f32]>, out: &Out) {
    let width = PANEL.min(out.n - column);
    // SAFETY: the row is below `out.rows`, the columns below `out.n`, and both are this task's.
    let to = unsafe { std::slice::from_raw_parts_mut(out.start.add(row * out.n + column), width) };
    to.copy_from_slice(&sums[..width]);
    if let Some(bias) = bias {
        for (to, bias) in to.iter_mut().zip(&bias[column..]) {
            *to += bias;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn numbers(rng: &mut Rng, n: usize) -> Vec<f32> {
        (0..n).map(|_| (rng.uniform() * 2.0 - 1.0) as f32).collect()
    }

    fn rounded(mut values: Vec<f32>) -> Vec<f32> {
        values.iter_mut().for_each(|w| *w = bf16::from_f32(*w).to_f32());
        values
    }

    #[test]
    fn a_row_does_not_depend_on_its_neighbours_bit_for_bit() {
        let mut rng = Rng::new(1);
        for (n, k) in [(1, 1), (17, 5), (48, 384), (130, 700), (256, 1100)] {
            for bf16 in [false, true] {
                let weights = numbers(&mut rng, n * k);
                let packed = Packed::new(&if bf16 { rounded(weights) } else { weights }, n, k);
                assert_eq!(matches!(packed.weights, Weights::Bf16(_)), bf16);
                let x = numbers(&mut rng, 67 * k);
                let bias = numbers(&mut rng, n);
                let mut alone = vec![0.0; 67 * n];
                for row in 0..67 {
                    packed.multiply(&x[row * k..][..k], Some(&bias), &mut alone[row * n..][..n]);
                }
                for rows in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 32, 64, 67] {
                    let mut together = vec![0.0; rows * n];
                    packed.multiply(&x[..rows * k], Some(&bias), &mut together);
                    assert!(together[..] == alone[..rows * n], "{rows} rows of {n} x {k}");
                }
            }
        }
    }

    #[test]
    fn vector_and_scalar_code_give_the_same_bits_and_the_right_product() {
        let mut rng = Rng::new(2);
        let (rows, n, k) = (7, 50, 600);
        let (x, weights) = (numbers(&mut rng, rows * k), numbers(&mut rng, n * k));
        let Weights::F32(packed) = Packed::new(&weights, n, k).weights else {
            panic!("random f32 needs f32")
        };
        let mut any = vec![0.0; rows * n];
        let out = Out { start: any.as_mut_ptr(), rows, n };
        columns_any(&x, &packed, k, 0..n.div_ceil(PANEL), None, &out);
        let mut vector = vec![0.0; rows * n];
        Packed::new(&weights, n, k).multiply(&x, None, &mut vector);
        assert_eq!(any, vector);
        for row in 0..rows {
            for column in 0..n {
                let exact: f64 =
                    (0..k).map(|i| f64::from(x[row * k + i]) * f64::from(weights[column * k + i])).sum();
                assert!((exact - f64::from(any[row * n + column])).abs() < 1e-4);
            }
        }
    }
}
