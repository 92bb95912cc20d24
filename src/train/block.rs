//! A whole block of the decoder as one operation, on a GPU.
//!
//! In: what enters the block, and its weights. Out: what leaves it, with a backward written by hand. The
//! graph sees one node a block: its own way gives every activation in between a tensor of zeros to add
//! the gradient to, four passes over memory each. Tested against the decoder's parts.

use candle_core::{Result, Tensor};

use crate::model::decoder::{Layer, Linear};
use crate::train::attention::{Attended, Shape};
use crate::train::gradient::{ByBlock, known1};
use crate::train::kernels::{Rotary, WIDEST_NORM, on};

/// The weights, all plain matrices without bias.
struct Weights {
    input_norm: Tensor,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    o: Tensor,
    qk_norm: Option<(Tensor, Tensor)>,
    post_norm: Tensor,
    gate: Tensor,
    up: Tensor,
    down: Tensor,
}

impl Weights {
    /// `None` where a linear layer has a bias.
    fn of(layer: &Layer) -> Option<Self> {
        let plain = |linear: &Linear| match linear {
            Linear::Dense { weight, bias: None } => Some(weight.clone()),
            _ => None,
        };
        Some(Self {
            input_norm: layer.input_norm.clone(),
            q: plain(&layer.q)?,
            k: plain(&layer.k)?,
            v: plain(&layer.v)?,
            o: plain(&layer.o)?,
            qk_norm: layer.qk_norm.clone(),
            post_norm: layer.post_norm.clone(),
            gate: plain(&layer.gate)?,
            up: plain(&layer.up)?,
            down: plain(&layer.down)?,
        })
    }
}

/// `x` (`[N, in]`) times the transpose of `weight` (`[out, in]`).
fn linear(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    x.matmul(&weight.detach().t()?)
}

/// RMS norm of each row, or of each head of it where `weight` is as wide as a head.
fn norm(x: &Tensor, weight: &Tensor, eps: f64) -> Result<Tensor> {
    let rows = x.reshape(((), weight.elem_count()))?;
    on(x)?.rms_norm(&rows, &weight.detach(), eps)?.tensor().reshape(x.shape())
}

/// The gradient of [`norm`] by `x`; that by `weight` goes to `left`.
fn norm_back(x: &Tensor, weight: &Tensor, grad: &Tensor, eps: f64, left: &ByBlock) -> Result<Tensor> {
    let rows = |x: &Tensor| x.reshape(((), weight.elem_count()));
    let [by_x, by_weight] = on(x)?.rms_norm_back(&rows(x)?, &weight.detach(), &rows(grad)?, eps)?;
    left.put(weight, by_weight);
    by_x.reshape(x.shape())
}

/// The gradient of [`linear`] by `x`; that by `weight` goes to `left`.
fn linear_back(x: &Tensor, weight: &Tensor, grad: &Tensor, left: &ByBlock) -> Result<Tensor> {
    left.put(weight, grad.t()?.matmul(x)?);
    grad.matmul(&weight.detach())
}

/// The block applied to `x` (`[T, D]`); gradients of its weights go to `left`. `None` where it has a bias
/// or a norm too wide for the kernels.
///
/// # Errors
/// Whatever the tensor library reports.
pub fn block(
    shape: Shape,
    rotary: &Rotary,
    x: &Tensor,
    layer: &Layer,
    eps: f64,
    left: &ByBlock,
) -> Result<Option<Tensor>> {
    let Some(w) = Weights::of(layer).filter(|w| w.input_norm.elem_count() <= WIDEST_NORM) else {
        return Ok(None);
    };
    let start = x.detach().contiguous()?;
    let h = norm(&start, &w.input_norm, eps)?;
    let (q, k, v) = (linear(&h, &w.q)?, linear(&h, &w.k)?, linear(&h, &w.v)?);
    let (fresh, attended) = match &w.qk_norm {
        Some((q_norm, k_norm)) => {
            Attended::new(shape, rotary, [&norm(&q, q_norm, eps)?, &norm(&k, k_norm, eps)?, &v])?
        }
        None => Attended::new(shape, rotary, [&q, &k, &v])?,
    };
    let values = fresh.tensor();
    let middle = (&start + linear(&values, &w.o)?)?;
    let h2 = norm(&middle, &w.post_norm, eps)?;
    let (gate, up) = (linear(&h2, &w.gate)?, linear(&h2, &w.up)?);
    let inner = on(&gate)?.swiglu(&gate, &up)?.tensor();
    let value = (&middle + linear(&inner, &w.down)?)?;

    let left = left.clone();
    let back = move |grad: &Tensor| {
        let by_inner = linear_back(&inner, &w.down, grad, &left)?;
        let [by_gate, by_up] = on(&gate)?.swiglu_back(&gate, &up, &by_inner)?;
        let by_h2 = (linear_back(&h2, &w.gate, &by_gate, &left)? + linear_back(&h2, &w.up, &by_up, &left)?)?;
        let by_middle = (grad + norm_back(&middle, &w.post_norm, &by_h2, eps, &left)?)?;

        let [mut by_q, mut by_k, by_v] = attended.back(&linear_back(&values, &w.o, &by_middle, &left)?)?;
        if let Some((q_norm, k_norm)) = &w.qk_norm {
            by_q = norm_back(&q, q_norm, &by_q, eps, &left)?;
            by_k = norm_back(&k, k_norm, &by_k, eps, &left)?;
        }
        let by_h = (linear_back(&h, &w.q, &by_q, &left)? + linear_back(&h, &w.k, &by_k, &left)?)?;
        let by_h = (by_h + linear_back(&h, &w.v, &by_v, &left)?)?;
        by_middle + norm_back(&start, &w.input_norm, &by_h, eps, &left)?
    };
    known1("block", x, value, back).map(Some)
}
