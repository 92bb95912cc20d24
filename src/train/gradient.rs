//! Operations with a gradient of their own.
//!
//! The tensor library's fused operations have no gradient, and composing them from small ones costs
//! a pass over memory for each. Here the forward value is computed by whatever is fast and handed to
//! autograd together with a backward written by hand. Each is checked against finite differences in
//! the tests. Nothing here knows about models beyond [`Ops`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use candle_core::backend::BackendStorage;
use candle_core::{
    CpuStorage, CudaStorage, CustomOp1, CustomOp2, CustomOp3, D, DType, Layout, Result, Shape, Storage,
    Tensor, TensorId,
};

use crate::model::decoder::Ops;
#[cfg(feature = "cuda")]
use crate::train::kernels::{self, Fresh, Gpu};

/// Gradients of the inputs, from the inputs and the gradient of the result; all detached.
type Backward = dyn Fn(&[Tensor], &Tensor) -> Result<Vec<Tensor>> + Send + Sync;

/// Gradients of parameters that an operation computes beside the graph: the graph's own way makes a
/// tensor of zeros for each and adds to it, which for activations is a third of the time of a step.
#[derive(Clone, Default)]
pub struct ByBlock(Arc<Mutex<HashMap<TensorId, Tensor>>>);

impl ByBlock {
    /// Leaves the gradient of `parameter`.
    #[cfg(feature = "cuda")]
    pub(super) fn put(&self, parameter: &Tensor, grad: Tensor) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(parameter.id(), grad);
    }

    /// True if nothing was left here.
    #[cfg(all(test, feature = "cuda"))]
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_empty()
    }

    /// The gradient of `parameter`, if it was left here.
    pub fn get(&self, parameter: &Tensor) -> Option<Tensor> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&parameter.id()).cloned()
    }
}

/// A value already computed.
pub(super) enum Value {
    /// By the tensor library: its storage is shared, so that it is copied.
    Tensor(Tensor),
    /// By a kernel: handed on as it is.
    #[cfg(feature = "cuda")]
    Storage(CudaStorage, Shape),
}

impl From<Tensor> for Value {
    fn from(tensor: Tensor) -> Self {
        Self::Tensor(tensor)
    }
}

#[cfg(feature = "cuda")]
impl From<Fresh> for Value {
    fn from(fresh: Fresh) -> Self {
        let (storage, shape) = fresh.into_storage();
        Self::Storage(storage, shape)
    }
}

/// A value already computed, and how its gradient flows back.
struct Known {
    name: &'static str,
    value: Mutex<Option<Value>>,
    backward: Box<Backward>,
}

impl Known {
    fn new(
        name: &'static str,
        value: impl Into<Value>,
        backward: impl Fn(&[Tensor], &Tensor) -> Result<Vec<Tensor>> + Send + Sync + 'static,
    ) -> Self {
        Self { name, value: Mutex::new(Some(value.into())), backward: Box::new(backward) }
    }

    fn take(&self) -> Result<Value> {
        let value = self.value.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        value.ok_or_else(|| candle_core::Error::Msg(format!("{} was applied twice", self.name)))
    }

    fn cpu(&self) -> Result<(CpuStorage, Shape)> {
        copied(&self.take()?, |storage, layout| match storage {
            Storage::Cpu(storage) => storage.try_clone(layout),
            _ => candle_core::bail!("the value of {} is on another device", self.name),
        })
    }

    fn cuda(&self) -> Result<(CudaStorage, Shape)> {
        match self.take()? {
            #[cfg(feature = "cuda")]
            Value::Storage(storage, shape) => Ok((storage, shape)),
            value => copied(&value, |storage, layout| match storage {
                Storage::Cuda(storage) => storage.try_clone(layout),
                _ => candle_core::bail!("the value of {} is on another device", self.name),
            }),
        }
    }

    fn back(&self, inputs: &[&Tensor], grad: &Tensor) -> Result<[Option<Tensor>; 3]> {
        // Detached: a gradient's own graph would keep every intermediate alive.
        let inputs: Vec<Tensor> = inputs.iter().map(|t| t.detach()).collect();
        let mut grads = (self.backward)(&inputs, &grad.detach().contiguous()?)?.into_iter();
        Ok([grads.next(), grads.next(), grads.next()])
    }
}

/// A copy of a tensor's storage on its device.
fn copied<T>(value: &Value, copy: impl FnOnce(&Storage, &Layout) -> Result<T>) -> Result<(T, Shape)> {
    match value {
        Value::Tensor(value) => {
            let value = value.contiguous()?;
            let (storage, layout) = value.storage_and_layout();
            if layout.start_offset() != 0 {
                candle_core::bail!("a value is a view")
            }
            Ok((copy(&storage, layout)?, layout.shape().clone()))
        }
        #[cfg(feature = "cuda")]
        Value::Storage(..) => candle_core::bail!("a value is on the GPU"),
    }
}

impl CustomOp1 for Known {
    fn name(&self) -> &'static str {
        self.name
    }
    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.cpu()
    }
    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout) -> Result<(CudaStorage, Shape)> {
        self.cuda()
    }
    fn bwd(&self, x: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let [x, ..] = self.back(&[x], grad)?;
        Ok(x)
    }
}

impl CustomOp2 for Known {
    fn name(&self) -> &'static str {
        self.name
    }
    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.cpu()
    }
    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        self.cuda()
    }
    fn bwd(
        &self,
        x: &Tensor,
        y: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let [x, y, _] = self.back(&[x, y], grad)?;
        Ok((x, y))
    }
}

impl CustomOp3 for Known {
    fn name(&self) -> &'static str {
        self.name
    }
    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.cpu()
    }
    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        self.cuda()
    }
    fn bwd(
        &self,
        x: &Tensor,
        y: &Tensor,
        z: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [x, y, z] = self.back(&[x, y, z], grad)?;
        Ok((x, y, z))
    }
}

/// `value`, whose gradient with respect to three inputs `backward` knows.
pub(super) fn known3(
    name: &'static str,
    inputs: [&Tensor; 3],
    value: impl Into<Value>,
    backward: impl Fn(&[Tensor], &Tensor) -> Result<Vec<Tensor>> + Send + Sync + 'static,
) -> Result<Tensor> {
    inputs[0].apply_op3(inputs[1], inputs[2], Known::new(name, value, backward))
}

/// `value`, whose gradient with respect to one input `backward` knows.
#[cfg(feature = "cuda")]
pub(super) fn known1(
    name: &'static str,
    input: &Tensor,
    value: impl Into<Value>,
    backward: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static,
) -> Result<Tensor> {
    input.apply_op1(Known::new(name, value, move |_, grad| Ok(vec![backward(grad)?])))
}

/// The sum of all rows of `x` (`[N, D]`): as products, in two steps so that many blocks share the work;
/// the library's reduction over the first dimension is slow on CUDA.
fn sum_rows(x: &Tensor) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    let parts = 1 << rows.trailing_zeros().min(8);
    let ones = |shape| Tensor::ones(shape, x.dtype(), x.device());
    let sums = ones((parts, 1, rows / parts))?.matmul(&x.reshape((parts, rows / parts, width))?)?;
    ones((1, 1, parts))?.matmul(&sums.reshape((1, parts, width))?)?.flatten_all()
}

/// Training's operations: every one has a gradient, on any device.
#[derive(Debug, Clone, Copy, Default)]
pub struct Differentiable;

impl Ops for Differentiable {
    /// The gradient is a product with the one-hot matrix of the ids: the library's own way walks the
    /// ids one after another. On the CPU that is quicker than the product.
    fn embed(&self, table: &Tensor, ids: &Tensor) -> Result<Tensor> {
        let value = table.detach().index_select(ids, 0)?;
        let ids = ids.clone();
        let (rows, _) = table.dims2()?;
        table.apply_op1(Known::new("embed", value, move |inputs, grad| {
            let tokens = ids.dim(0)?;
            if grad.device().is_cpu() || rows.saturating_mul(tokens) > 1 << 30 {
                return Ok(vec![inputs[0].zeros_like()?.index_add(&ids, grad, 0)?]);
            }
            let one_hot = Tensor::zeros((tokens, rows), grad.dtype(), grad.device())?;
            let ones = Tensor::ones((tokens, 1), grad.dtype(), grad.device())?;
            let one_hot = one_hot.scatter(&ids.unsqueeze(1)?, &ones, 1)?;
            Ok(vec![one_hot.t()?.matmul(grad)?])
        }))
    }

    fn linear(&self, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        let y = x.matmul(&weight.t()?)?;
        match bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f64) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some(gpu) = Gpu::of(x).filter(|_| weight.elem_count() <= kernels::WIDEST_NORM) {
            let value = gpu.rms_norm(&x.detach().contiguous()?, &weight.detach(), eps)?;
            let back = move |inputs: &[Tensor], grad: &Tensor| {
                let x = inputs[0].contiguous()?;
                Ok(kernels::on(&x)?.rms_norm_back(&x, &inputs[1], grad, eps)?.to_vec())
            };
            return x.apply_op2(weight, Known::new("rms-norm", value, back));
        }
        let value = candle_nn::ops::rms_norm(&x.detach(), &weight.detach(), eps as f32)?;
        x.apply_op2(
            weight,
            Known::new("rms-norm", value, move |inputs, grad| {
                let (x, weight) = (inputs[0].to_dtype(DType::F32)?, inputs[1].to_dtype(DType::F32)?);
                let grad = grad.to_dtype(DType::F32)?;
                let width = x.dim(1)?;
                let mean = (x.sqr()?.sum_keepdim(1)? / width as f64)?;
                let scale = (mean + eps)?.sqrt()?.recip()?;
                let normed = x.broadcast_mul(&scale)?;
                let gn = (&grad * &normed)?;
                let by_weight = sum_rows(&gn)?;
                let mean = (gn.matmul(&weight.unsqueeze(1)?)? / width as f64)?;
                let by_x =
                    (grad.broadcast_mul(&weight)? - normed.broadcast_mul(&mean)?)?.broadcast_mul(&scale)?;
                let dtype = inputs[0].dtype();
                Ok(vec![by_x.to_dtype(dtype)?, by_weight.to_dtype(dtype)?])
            }),
        )
    }

    fn swiglu(&self, gate: &Tensor, up: &Tensor) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some(gpu) = Gpu::of(gate).filter(|_| gate.elem_count().is_multiple_of(2)) {
            let value = gpu.swiglu(&gate.detach().contiguous()?, &up.detach().contiguous()?)?;
            let back = |inputs: &[Tensor], grad: &Tensor| {
                let (gate, up) = (inputs[0].contiguous()?, inputs[1].contiguous()?);
                Ok(kernels::on(&gate)?.swiglu_back(&gate, &up, grad)?.to_vec())
            };
            return gate.apply_op2(up, Known::new("swiglu", value, back));
        }
        let value = gate.detach().silu()?.mul(&up.detach())?;
        gate.apply_op2(
            up,
            Known::new("swiglu", value, |inputs, grad| {
                let (gate, up) = (&inputs[0], &inputs[1]);
                let sigmoid = candle_nn::ops::sigmoid(gate)?;
                let silu = (gate * &sigmoid)?;
                // silu' = sigmoid + silu (1 - sigmoid) = sigmoid + silu - silu sigmoid
                let slope = ((&sigmoid + &silu)? - (&silu * &sigmoid)?)?;
                Ok(vec![((grad * up)? * slope)?, (grad * silu)?])
            }),
        )
    }
}

/// Rows `ids` (`[N]`, u32, each at most once) of `x` (`[T, D]`). `inverse` (`[T]`, u32) holds for each
/// row of `x` its place among `ids`, or `N`.
///
/// # Errors
/// Whatever the tensor library reports.
pub fn rows(x: &Tensor, ids: &Tensor, inverse: &Tensor) -> Result<Tensor> {
    let value = x.detach().index_select(ids, 0)?;
    let inverse = inverse.clone();
    x.apply_op1(Known::new("rows", value, move |_, grad| {
        let none = Tensor::zeros((1, grad.dim(1)?), grad.dtype(), grad.device())?;
        Ok(vec![Tensor::cat(&[grad, &none], 0)?.index_select(&inverse, 0)?])
    }))
}

/// `scale` times the sum over rows of the cross-entropy between `logits` (`[N, V]`) and `targets`
/// (`[N]`, u32), in f32: a scalar.
///
/// # Errors
/// Whatever the tensor library reports.
pub fn cross_entropy(logits: &Tensor, targets: &Tensor, scale: f64) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(gpu) = Gpu::of(logits) {
        let targets = targets.contiguous()?;
        let [losses, norms] = gpu.cross_entropy(&logits.detach().contiguous()?, &targets)?;
        let value = losses.sum_all()?.affine(scale, 0.0)?;
        return logits.apply_op1(Known::new("cross-entropy", value, move |inputs, grad| {
            let logits = inputs[0].contiguous()?;
            Ok(vec![kernels::on(&logits)?.cross_entropy_back(&logits, &targets, &norms, grad, scale)?])
        }));
    }
    let p = candle_nn::ops::softmax_last_dim(&logits.detach().to_dtype(DType::F32)?.contiguous()?)?;
    let targets = targets.unsqueeze(1)?;
    // A probability that underflows counts as 1e-30: a large loss, never an infinite one.
    let chosen = p.gather(&targets, 1)?.maximum(1e-30)?;
    let value = chosen.log()?.sum_all()?.affine(-scale, 0.0)?;
    logits.apply_op1(Known::new("cross-entropy", value, move |inputs, grad| {
        let minus = Tensor::ones(targets.shape(), DType::F32, p.device())?.neg()?;
        let off = p.scatter_add(&targets, &minus, D::Minus1)?.to_dtype(inputs[0].dtype())?;
        let scale = (grad * scale)?.to_dtype(off.dtype())?;
        Ok(vec![off.broadcast_mul(&scale)?])
    }))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::rng::Rng;
    use candle_core::{Device, Var};

    /// A variable of random numbers.
    pub(crate) fn variable(rng: &mut Rng, shape: &[usize]) -> Var {
        let n = shape.iter().product();
        let values: Vec<f32> = (0..n).map(|_| rng.uniform() as f32 * 2.0 - 1.0).collect();
        Var::from_vec(values, shape, &Device::Cpu).unwrap()
    }

    /// Compares every gradient of a weighted sum of `f`'s output with central differences.
    pub(crate) fn check(vars: &[Var], f: &dyn Fn() -> Tensor) {
        let mut rng = Rng::new(99);
        let shape = f().dims().to_vec();
        let weights = variable(&mut rng, &shape);
        let loss = || (f() * weights.as_detached_tensor()).unwrap().sum_all().unwrap();
        let grads = loss().backward().unwrap();
        for (i, var) in vars.iter().enumerate() {
            let got: Vec<f32> = grads.get(var).expect("gradient").flatten_all().unwrap().to_vec1().unwrap();
            let start: Vec<f32> = var.flatten_all().unwrap().to_vec1().unwrap();
            for j in 0..start.len() {
                let at = |step: f32| {
                    let mut moved = start.clone();
                    moved[j] += step;
                    var.set(&Tensor::from_vec(moved, var.dims(), &Device::Cpu).unwrap()).unwrap();
                    let value: f32 = loss().to_scalar().unwrap();
                    f64::from(value)
                };
                let step = 1e-2;
                let expected = (at(step) - at(-step)) / (2.0 * f64::from(step));
                at(0.0);
                let off = (f64::from(got[j]) - expected).abs();
                assert!(off < 4e-3 * (1.0 + expected.abs()), "input {i}[{j}]: {} against {expected}", got[j]);
            }
        }
    }

    #[test]
    fn gradients_are_those_of_finite_differences() {
        let mut rng = Rng::new(1);
        let ops = Differentiable;
        let (x, w) = (variable(&mut rng, &[5, 6]), variable(&mut rng, &[6]));
        check(&[x.clone(), w.clone()], &|| ops.rms_norm(&x, &w, 1e-5).unwrap());
        let up = variable(&mut rng, &[5, 6]);
        check(&[x.clone(), up.clone()], &|| ops.swiglu(&x, &up).unwrap());
        let m = variable(&mut rng, &[3, 6]);
        let b = variable(&mut rng, &[3]);
        check(&[x.clone(), m.clone(), b.clone()], &|| ops.linear(&x, &m, Some(&b)).unwrap());
        let ids = Tensor::new(&[4u32, 0, 4, 1], &Device::Cpu).unwrap();
        check(std::slice::from_ref(&x), &|| ops.embed(&x, &ids).unwrap());
        let picked = Tensor::new(&[3u32, 0], &Device::Cpu).unwrap();
        let inverse = Tensor::new(&[1u32, 2, 2, 0, 2], &Device::Cpu).unwrap();
        check(std::slice::from_ref(&x), &|| rows(&x, &picked, &inverse).unwrap());
        let targets = Tensor::new(&[0u32, 5, 2, 2, 1], &Device::Cpu).unwrap();
        check(std::slice::from_ref(&x), &|| cross_entropy(&x, &targets, 0.3).unwrap());
    }

    #[test]
    fn values_are_those_of_the_plain_forms() {
        let mut rng = Rng::new(2);
        let (x, w) = (variable(&mut rng, &[4, 8]), variable(&mut rng, &[8]));
        let close = |a: &Tensor, b: &Tensor| {
            let off: f32 = (a - b).unwrap().abs().unwrap().max_all().unwrap().to_scalar().unwrap();
            assert!(off < 1e-5, "{off}");
        };
        let slow = candle_nn::ops::rms_norm_slow(&x, &w, 1e-6).unwrap();
        close(&Differentiable.rms_norm(&x, &w, 1e-6).unwrap(), &slow);
        let targets = Tensor::new(&[7u32, 0, 3, 3], &Device::Cpu).unwrap();
        let slow = candle_nn::loss::cross_entropy(&x, &targets).unwrap();
        close(&cross_entropy(&x, &targets, 0.25).unwrap(), &slow);
    }
}
