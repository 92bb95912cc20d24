//! Attention of one token over the keys and values of its sequence, on the CPU.
//!
//! Keys are kept in blocks of [`BLOCK`] positions with the positions innermost, so that a query
//! meets 16 keys at once and no sum runs across a register; values are kept position by position.
//! Every score is one chain of multiply-adds over the head's dimensions and every output one chain
//! over the positions: the result depends on the sequence alone.

use super::rows::{softmax_weights, vectorised};

/// Positions of a block of keys.
pub const BLOCK: usize = 16;
/// Dimensions that one pass over the values sums.
const LANES: usize = 16;

/// Shape of a layer's heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// Query heads.
    pub queries: usize,
    /// Key-value heads; divides `queries` (grouped-query attention, Ainslie et al. 2023).
    pub keys: usize,
    /// Dimensions of a head.
    pub dim: usize,
}

impl Heads {
    fn padded_dim(&self) -> usize {
        self.dim.next_multiple_of(LANES)
    }
}

/// Keys and values of a run of positions in one layer.
#[derive(Debug, Clone)]
pub struct KeyValues {
    heads: Heads,
    /// `[block][key head][dim][BLOCK]`
    keys: Vec<f32>,
    /// `[position][key head][padded dim]`
    values: Vec<f32>,
    len: usize,
}

impl KeyValues {
    /// Empty.
    pub fn new(heads: Heads) -> Self {
        Self { heads, keys: Vec::new(), values: Vec::new(), len: 0 }
    }

    /// Positions held.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if no position is held.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets every position, keeps the memory.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
        self.len = 0;
    }

    /// Appends one position: `key` (position already encoded) and `value`, each `[key heads · dim]`.
    pub fn push(&mut self, key: &[f32], value: &[f32]) {
        let Heads { keys: heads, dim, .. } = self.heads;
        let lane = self.len % BLOCK;
        if lane == 0 {
            self.keys.resize(self.keys.len() + heads * dim * BLOCK, 0.0);
        }
        let block = self.len / BLOCK * heads * dim * BLOCK;
        for (i, key) in key.iter().enumerate() {
            self.keys[block + i * BLOCK + lane] = *key;
        }
        for value in value.chunks_exact(dim) {
            self.values.extend_from_slice(value);
            self.values.resize(self.values.len() + self.heads.padded_dim() - dim, 0.0);
        }
        self.len += 1;
    }
}

/// What a token attends to: the prompt's positions, shared by its samples, then the sample's own.
pub type Context<'a> = [(&'a KeyValues, usize); 2];

/// Buffers of one thread.
#[derive(Debug, Default)]
pub struct Scratch {
    scores: Vec<f32>,
    sums: Vec<f32>,
    mixed: Vec<f32>,
}

/// Attention of one token: `out = softmax(q · Kᵀ / √dim) · V` for every query head. `query` and `out`
/// are `[query heads · dim]`; of each part of `context` the first `n` positions count.
pub fn attend(query: &[f32], context: &Context<'_>, heads: Heads, scratch: &mut Scratch, out: &mut [f32]) {
    let group = heads.queries / heads.keys;
    let scale = 1.0 / (heads.dim as f32).sqrt();
    for key_head in 0..heads.keys {
        let mut first = 0;
        while first < group {
            let size = (group - first).min(4);
            let at = (key_head * group + first) * heads.dim;
            let query = &query[at..][..size * heads.dim];
            let out = &mut out[at..][..size * heads.dim];
            match size {
                1 => grouped::<1>(query, context, key_head, heads, scale, scratch, out),
                2 => grouped::<2>(query, context, key_head, heads, scale, scratch, out),
                3 => grouped::<3>(query, context, key_head, heads, scale, scratch, out),
                _ => grouped::<4>(query, context, key_head, heads, scale, scratch, out),
            }
            first += size;
        }
    }
}

fn grouped<const G: usize>(
    query: &[f32],
    context: &Context<'_>,
    key_head: usize,
    heads: Heads,
    scale: f32,
    scratch: &mut Scratch,
    out: &mut [f32],
) {
    let len: usize = context.iter().map(|(_, n)| n).sum();
    // Each part's scores begin at a multiple of BLOCK, so that whole blocks are stored; what lies
    // between counts as minus infinity, whose weight is 0.
    let stride: usize = context.iter().map(|(_, n)| n.next_multiple_of(BLOCK)).sum();
    debug_assert!(len > 0, "a token attends at least to itself");
    scratch.scores.clear();
    scratch.scores.resize(G * stride, f32::NEG_INFINITY);
    scratch.sums.clear();
    scratch.sums.resize(G, 0.0);
    score::<G>(query, context, key_head, heads, scale, stride, &mut scratch.scores);
    for (scores, sum) in scratch.scores.chunks_exact_mut(stride).zip(&mut scratch.sums) {
        softmax_weights(scores, sum);
    }
    let padded = heads.padded_dim();
    scratch.mixed.resize(G * padded, 0.0);
    mix::<G>(&scratch.scores, &scratch.sums, context, key_head, heads, stride, &mut scratch.mixed);
    for (out, mixed) in out.chunks_exact_mut(heads.dim).zip(scratch.mixed.chunks_exact(padded)) {
        out.copy_from_slice(&mixed[..heads.dim]);
    }
}

vectorised! {
    /// `q · k / √dim` of G query heads with every key of one key head.
    fn score<const G: usize>(
        query: &[f32],
        context: &Context<'_>,
        key_head: usize,
        heads: Heads,
        scale: f32,
        stride: usize,
        scores: &mut [f32],
    ) {
        let rows: [&[f32]; G] = std::array::from_fn(|g| &query[g * heads.dim..][..heads.dim]);
        let mut start = 0;
        for (cache, len) in context {
            for (block, first) in (0..*len).step_by(BLOCK).enumerate() {
                let keys = &cache.keys[(block * heads.keys + key_head) * heads.dim * BLOCK..][..heads.dim * BLOCK];
                let mut sums = [[0f32; BLOCK]; G];
                for (d, keys) in keys.as_chunks::<BLOCK>().0.iter().enumerate() {
                    for g in 0..G {
                        // SAFETY: `keys` has `dim` blocks and each of `rows` `dim` numbers.
                        let q = unsafe { *rows[g].get_unchecked(d) };
                        for lane in 0..BLOCK {
                            sums[g][lane] = q.mul_add(keys[lane], sums[g][lane]);
                        }
                    }
                }
                for (g, sums) in sums.iter_mut().enumerate() {
                    for sum in &mut *sums {
                        *sum *= scale;
                    }
                    // Whole blocks, so that `sums` stays in registers; what lies beyond is undone below.
                    scores[g * stride + start + first..][..BLOCK].copy_from_slice(sums);
                }
            }
            let end = start + len.next_multiple_of(BLOCK);
            for g in 0..G {
                scores[g * stride + start + len..g * stride + end].fill(f32::NEG_INFINITY);
            }
            start = end;
        }
    }
}

vectorised! {
    /// The values of one key head, weighted, over the sum of the weights.
    fn mix<const G: usize>(
        weights: &[f32],
        totals: &[f32],
        context: &Context<'_>,
        key_head: usize,
        heads: Heads,
        stride: usize,
        out: &mut [f32],
    ) {
        let padded = heads.padded_dim();
        for from in (0..heads.dim).step_by(LANES) {
            let mut sums = [[0f32; LANES]; G];
            let mut start = 0;
            for (cache, len) in context {
                let rows: [&[f32]; G] = std::array::from_fn(|g| &weights[g * stride + start..][..*len]);
                let values = &cache.values[..len * heads.keys * padded];
                for (position, values) in values.chunks_exact(heads.keys * padded).enumerate() {
                    // SAFETY: a position holds `keys` heads of `padded` numbers, `from` is a multiple of
                    // LANES below `padded`, and each of `rows` has as many numbers as there are positions.
                    let values = unsafe { values.get_unchecked(key_head * padded + from..).first_chunk::<LANES>().unwrap_unchecked() };
                    for g in 0..G {
                        let weight = unsafe { *rows[g].get_unchecked(position) };
                        for lane in 0..LANES {
                            sums[g][lane] = weight.mul_add(values[lane], sums[g][lane]);
                        }
                    }
                }
                start += len.next_multiple_of(BLOCK);
            }
            for (g, sums) in sums.iter_mut().enumerate() {
                for sum in &mut *sums {
                    *sum /= totals[g];
                }
                // Whole blocks here, too: a copy of unknown length would push `sums` out of registers.
                out[g * padded + from..][..LANES].copy_from_slice(sums);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn agrees_with_the_formula_for_any_split_of_the_context() {
        let mut rng = Rng::new(3);
        let mut numbers =
            |n: usize| -> Vec<f32> { (0..n).map(|_| (rng.uniform() * 4.0 - 2.0) as f32).collect() };
        for heads in [
            Heads { queries: 1, keys: 1, dim: 8 },
            Heads { queries: 6, keys: 2, dim: 64 },
            Heads { queries: 14, keys: 2, dim: 24 },
            Heads { queries: 4, keys: 4, dim: 80 },
        ] {
            let total = 53;
            let width = heads.keys * heads.dim;
            let (keys, values) = (numbers(total * width), numbers(total * width));
            let query = numbers(heads.queries * heads.dim);
            for prefix in [0, 1, 16, 17, 52] {
                let mut parts = [KeyValues::new(heads), KeyValues::new(heads)];
                for position in 0..total {
                    let range = position * width..(position + 1) * width;
                    parts[usize::from(position >= prefix)].push(&keys[range.clone()], &values[range]);
                }
                let context = [(&parts[0], prefix), (&parts[1], total - prefix)];
                let mut out = vec![0.0; heads.queries * heads.dim];
                attend(&query, &context, heads, &mut Scratch::default(), &mut out);
                for q in 0..heads.queries {
                    let k = q / (heads.queries / heads.keys);
                    let scores: Vec<f64> = (0..total)
                        .map(|p| {
                            let dot: f64 = (0..heads.dim)
                                .map(|d| {
                                    f64::from(query[q * heads.dim + d])
                                        * f64::from(keys[p * width + k * heads.dim + d])
                                })
                                .sum();
                            (dot / (heads.dim as f64).sqrt()).exp()
                        })
                        .collect();
                    let sum: f64 = scores.iter().sum();
                    for d in 0..heads.dim {
                        let expected: f64 = (0..total)
                            .map(|p| scores[p] / sum * f64::from(values[p * width + k * heads.dim + d]))
                            .sum();
                        let got = f64::from(out[q * heads.dim + d]);
                        assert!(
                            (got - expected).abs() < 1e-5,
                            "{heads:?} prefix {prefix}: {got} not {expected}"
                        );
                    }
                }
            }
        }
    }
}
