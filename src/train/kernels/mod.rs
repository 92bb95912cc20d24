//! The kernels of training on a GPU (`training.cu`, compiled by `build.rs` with `--features cuda`).
//!
//! In: contiguous tensors of one CUDA device, f32 or bf16. Out: fresh tensors, detached. Each function
//! checks the shapes that its kernel relies on; nothing here knows about gradients' graph: that is
//! [`gradient`](super::gradient) and [`attention`](super::attention).

use candle_core::cuda_backend::cudarc::driver::{CudaSlice, DevicePtr, LaunchConfig, PushKernelArg};
use candle_core::cuda_backend::{CudaDType, CudaDevice, WrapErr};
use candle_core::op::BackpropOp;
use candle_core::{CudaStorage, DType, Device, Result, Shape, Storage, Tensor, bail};

/// The kernels as PTX, which the driver compiles for its GPU at first use.
const PTX: &str = include_str!(concat!(env!("OUT_DIR"), "/training.ptx"));

/// Rows per block of the kernels in which a warp takes a row.
const ROWS: usize = 8;

/// Threads per block of the others.
const THREADS: usize = 256;

/// Blocks that share a sum over rows; more would only be more partial sums.
const PARTS: usize = 256;

/// The kernels' view of a device.
pub struct Gpu<'a>(&'a CudaDevice);

/// The widest norm whose gradient has a kernel.
pub const WIDEST_NORM: usize = 1024;

/// The GPU that holds `x`.
///
/// # Errors
/// None does.
pub fn on(x: &Tensor) -> Result<Gpu<'_>> {
    Gpu::of(x).ok_or_else(|| candle_core::Error::Msg("a tensor is not on the GPU".to_owned()))
}

enum Argument {
    Pointer(u64),
    Int(i32),
    Long(i64),
    Float(f32),
}

/// A tensor that a kernel fills.
pub struct Fresh {
    storage: CudaStorage,
    shape: Shape,
    pointer: u64,
}

impl Fresh {
    /// As a tensor without history.
    pub fn tensor(self) -> Tensor {
        Tensor::from_storage(Storage::Cuda(self.storage), self.shape, BackpropOp::none(), false)
    }

    /// Its parts, for an operation that hands them to autograd.
    pub fn into_storage(self) -> (CudaStorage, Shape) {
        (self.storage, self.shape)
    }
}

/// The rotary tables and the tokens' places in them.
#[derive(Debug, Clone)]
pub struct Rotary {
    /// `[positions, W / 2]`, f32.
    pub cos: Tensor,
    /// As `cos`.
    pub sin: Tensor,
    /// `[B * L]`, u32; restart with each example.
    pub positions: Tensor,
}

/// What happens to heads while they are laid out.
#[derive(Debug, Clone, Copy)]
pub enum Turn {
    /// Nothing.
    No,
    /// They are turned by the angle of their position and multiplied by this.
    Times(f64),
}

/// How heads lie in a batch.
#[derive(Debug, Clone, Copy)]
pub struct Heads {
    /// Rows.
    pub batch: usize,
    /// Tokens a row.
    pub length: usize,
    /// Heads.
    pub heads: usize,
    /// Width of a head, even.
    pub width: usize,
}

impl<'a> Gpu<'a> {
    /// The GPU that holds `x`, if one does and its type is one the kernels know.
    pub fn of(x: &'a Tensor) -> Option<Self> {
        match (x.device(), x.dtype()) {
            (Device::Cuda(device), DType::F32 | DType::BF16) => Some(Self(device)),
            _ => None,
        }
    }

    fn fresh(&self, dtype: DType, shape: impl Into<Shape>) -> Result<Fresh> {
        let shape = shape.into();
        let n = shape.elem_count();
        match dtype {
            DType::BF16 => self.filled::<half::bf16>(n, shape),
            _ => self.filled::<f32>(n, shape),
        }
    }

    fn filled<T: CudaDType + candle_core::cuda_backend::cudarc::driver::DeviceRepr>(
        &self,
        n: usize,
        shape: Shape,
    ) -> Result<Fresh> {
        // SAFETY: every kernel here writes every element of what it fills.
        let slice = unsafe { self.0.alloc::<T>(n)? };
        let pointer = slice.device_ptr(&self.0.cuda_stream()).0;
        Ok(Fresh { storage: CudaStorage::wrap_cuda_slice(slice, self.0.clone()), shape, pointer })
    }

    /// Where the first element of a contiguous tensor lies.
    fn at(&self, x: &Tensor) -> Result<Argument> {
        fn start<T: CudaDType>(storage: &CudaStorage, device: &CudaDevice, offset: usize) -> Result<u64> {
            let slice: &CudaSlice<T> = storage.as_cuda_slice::<T>()?;
            Ok(slice.device_ptr(&device.cuda_stream()).0 + (offset * size_of::<T>()) as u64)
        }
        let (storage, layout) = x.storage_and_layout();
        let Storage::Cuda(storage) = &*storage else { bail!("a tensor is not on the GPU") };
        if !layout.is_contiguous() {
            bail!("a tensor is not contiguous")
        }
        let offset = layout.start_offset();
        Ok(Argument::Pointer(match x.dtype() {
            DType::BF16 => start::<half::bf16>(storage, self.0, offset)?,
            DType::F32 => start::<f32>(storage, self.0, offset)?,
            DType::U32 => start::<u32>(storage, self.0, offset)?,
            other => bail!("no kernel for {other:?}"),
        }))
    }

    fn launch(
        &self,
        name: &str,
        blocks: usize,
        threads: (usize, usize),
        shared: usize,
        arguments: &[Argument],
    ) -> Result<()> {
        let function = self.0.get_or_load_custom_func(name, "datagen_training", PTX)?;
        let mut builder = function.builder();
        for argument in arguments {
            match argument {
                Argument::Pointer(x) => builder.arg(x),
                Argument::Int(x) => builder.arg(x),
                Argument::Long(x) => builder.arg(x),
                Argument::Float(x) => builder.arg(x),
            };
        }
        let config = LaunchConfig {
            grid_dim: (blocks as u32, 1, 1),
            block_dim: (threads.0 as u32, threads.1 as u32, 1),
            shared_mem_bytes: shared as u32,
        };
        // SAFETY: the callers below give each kernel the arguments and the shapes that it asks for.
        unsafe { builder.launch(config) }.w()?;
        Ok(())
    }

    /// RMS norm of `x` (`[N, D]`, `D` even) by `weight` (`[D]`).
    ///
    /// # Errors
    /// Shapes or types that do not fit; whatever the driver reports. So for all that follow.
    pub fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f64) -> Result<Fresh> {
        let (rows, width) = norm_shape(x, weight)?;
        let y = self.fresh(x.dtype(), x.shape())?;
        let arguments = [
            self.at(x)?,
            self.at(weight)?,
            Argument::Pointer(y.pointer),
            int(rows),
            int(width),
            Argument::Float(eps as f32),
        ];
        self.launch(&named("rms_norm", x), rows.div_ceil(ROWS), (32, ROWS), 0, &arguments)?;
        Ok(y)
    }

    /// The gradients of [`rms_norm`](Self::rms_norm) by `x` and `weight`; `D` at most [`WIDEST_NORM`].
    ///
    /// # Errors
    /// See [`rms_norm`](Self::rms_norm).
    pub fn rms_norm_back(&self, x: &Tensor, weight: &Tensor, grad: &Tensor, eps: f64) -> Result<[Tensor; 2]> {
        let (rows, width) = norm_shape(x, weight)?;
        same(x, grad)?;
        let Some(pairs) = [1usize, 2, 4, 6, 8, 12, 16].into_iter().find(|pairs| pairs * 64 >= width) else {
            bail!("no kernel for a norm of width {width}")
        };
        let blocks = PARTS.min(rows.div_ceil(ROWS));
        let by_x = self.fresh(x.dtype(), x.shape())?;
        let parts = self.fresh(DType::F32, (blocks, width))?;
        let arguments = [
            self.at(x)?,
            self.at(weight)?,
            self.at(grad)?,
            Argument::Pointer(by_x.pointer),
            Argument::Pointer(parts.pointer),
            int(rows),
            int(width),
            Argument::Float(eps as f32),
        ];
        let name = format!("{}_{pairs}", named("rms_norm_back", x));
        self.launch(&name, blocks, (32, ROWS), width * size_of::<f32>(), &arguments)?;
        let by_weight = self.fresh(weight.dtype(), width)?;
        let arguments =
            [Argument::Pointer(parts.pointer), Argument::Pointer(by_weight.pointer), int(blocks), int(width)];
        self.launch(&named("sum_parts", weight), width.div_ceil(32), (32, ROWS), 0, &arguments)?;
        Ok([by_x.tensor(), by_weight.tensor()])
    }

    /// `silu(gate) * up`, elementwise; an even number of elements.
    ///
    /// # Errors
    /// See [`rms_norm`](Self::rms_norm).
    pub fn swiglu(&self, gate: &Tensor, up: &Tensor) -> Result<Fresh> {
        same(gate, up)?;
        let y = self.fresh(gate.dtype(), gate.shape())?;
        let n = gate.elem_count();
        let arguments = [self.at(gate)?, self.at(up)?, Argument::Pointer(y.pointer), long(n)];
        self.launch(&named("swiglu", gate), (n / 2).div_ceil(THREADS), (THREADS, 1), 0, &arguments)?;
        Ok(y)
    }

    /// The gradients of [`swiglu`](Self::swiglu).
    ///
    /// # Errors
    /// See [`rms_norm`](Self::rms_norm).
    pub fn swiglu_back(&self, gate: &Tensor, up: &Tensor, grad: &Tensor) -> Result<[Tensor; 2]> {
        same(gate, up)?;
        same(gate, grad)?;
        let (by_gate, by_up) =
            (self.fresh(gate.dtype(), gate.shape())?, self.fresh(gate.dtype(), gate.shape())?);
        let n = gate.elem_count();
        let arguments = [
            self.at(gate)?,
            self.at(up)?,
            self.at(grad)?,
            Argument::Pointer(by_gate.pointer),
            Argument::Pointer(by_up.pointer),
            long(n),
        ];
        self.launch(&named("swiglu_back", gate), (n / 2).div_ceil(THREADS), (THREADS, 1), 0, &arguments)?;
        Ok([by_gate.tensor(), by_up.tensor()])
    }

    /// `[B * L, H * W]` to `[B, H, L, W]`, turned.
    ///
    /// # Errors
    /// See [`rms_norm`](Self::rms_norm).
    pub fn split_heads(&self, x: &Tensor, heads: Heads, rotary: &Rotary, turn: Turn) -> Result<Fresh> {
        let Heads { batch, length, heads: h, width } = heads;
        self.heads("split_heads", x, heads, (rotary, turn), (batch, h, length, width).into())
    }

    /// `[B, H, L, W]` to `[B * L, H * W]`, turned the other way.
    ///
    /// # Errors
    /// See [`rms_norm`](Self::rms_norm).
    pub fn join_heads(&self, x: &Tensor, heads: Heads, rotary: &Rotary, turn: Turn) -> Result<Fresh> {
        let Heads { batch, length, heads: h, width } = heads;
        self.heads("join_heads", x, heads, (rotary, turn), (batch * length, h * width).into())
    }

    fn heads(
        &self,
        name: &str,
        x: &Tensor,
        heads: Heads,
        (rotary, turn): (&Rotary, Turn),
        shape: Shape,
    ) -> Result<Fresh> {
        let Heads { batch, length, heads, width } = heads;
        let tables = [&rotary.cos, &rotary.sin].map(|t| (t.dims(), t.dtype()));
        let fits = x.elem_count() == shape.elem_count()
            && width.is_multiple_of(2)
            && rotary.positions.elem_count() == batch * length
            && tables
                .iter()
                .all(|(dims, dtype)| dims.len() == 2 && dims[1] == width / 2 && *dtype == DType::F32);
        if !fits {
            bail!("{name}: {:?} does not fit {batch} x {length} x {heads} x {width}", x.shape())
        }
        let y = self.fresh(x.dtype(), shape)?;
        let pairs = x.elem_count() / 2;
        let (turned, scale) = match turn {
            Turn::No => (false, 1.0),
            Turn::Times(scale) => (true, scale),
        };
        let arguments = [
            self.at(x)?,
            self.at(&rotary.cos)?,
            self.at(&rotary.sin)?,
            self.at(&rotary.positions)?,
            Argument::Pointer(y.pointer),
            int(length),
            int(heads),
            int(width),
            long(pairs),
            Argument::Float(scale as f32),
            int(usize::from(turned)),
        ];
        self.launch(&named(name, x), pairs.div_ceil(THREADS), (THREADS, 1), 0, &arguments)?;
        Ok(y)
    }

    /// Softmax over the last dimension of scores (`[B, H, L, L]`, any grouping of the first two), where
    /// a token sees its example up to itself; elsewhere 0. `positions` (`[B * L]`, u32) restart with
    /// each example.
    ///
    /// # Errors
    /// See [`rms_norm`](Self::rms_norm).
    pub fn softmax(&self, scores: &Tensor, positions: &Tensor, heads: Heads) -> Result<Tensor> {
        self.rows("softmax", &[scores], positions, heads)
    }

    /// The gradient of [`softmax`](Self::softmax) by the scores, from its value and the gradient of it.
    ///
    /// # Errors
    /// See [`rms_norm`](Self::rms_norm).
    pub fn softmax_back(
        &self,
        p: &Tensor,
        grad: &Tensor,
        positions: &Tensor,
        heads: Heads,
    ) -> Result<Tensor> {
        self.rows("softmax_back", &[p, grad], positions, heads)
    }

    fn rows(&self, name: &str, inputs: &[&Tensor], positions: &Tensor, heads: Heads) -> Result<Tensor> {
        let Heads { batch, length, heads, .. } = heads;
        let rows = batch * heads * length;
        if inputs.iter().any(|x| x.elem_count() != rows * length) || positions.elem_count() != batch * length
        {
            bail!("{name}: {:?} is not {batch} x {heads} x {length} x {length}", inputs[0].shape())
        }
        let y = self.fresh(inputs[0].dtype(), inputs[0].shape())?;
        let mut arguments = inputs.iter().map(|x| self.at(x)).collect::<Result<Vec<_>>>()?;
        arguments.extend([
            self.at(positions)?,
            Argument::Pointer(y.pointer),
            int(length),
            int(heads),
            long(rows),
        ]);
        self.launch(&named(name, inputs[0]), rows.div_ceil(ROWS), (32, ROWS), 0, &arguments)?;
        Ok(y.tensor())
    }

    /// The cross-entropies (`[N]`, f32) of logits (`[N, V]`) against targets (`[N]`, u32, below `V`), and
    /// what [`cross_entropy_back`](Self::cross_entropy_back) needs.
    ///
    /// # Errors
    /// See [`rms_norm`](Self::rms_norm).
    pub fn cross_entropy(&self, logits: &Tensor, targets: &Tensor) -> Result<[Tensor; 2]> {
        let (rows, width) = logits.dims2()?;
        if targets.dims() != [rows] || targets.dtype() != DType::U32 {
            bail!("{} logits and targets {:?}", rows, targets.shape())
        }
        let (losses, norms) = (self.fresh(DType::F32, rows)?, self.fresh(DType::F32, rows)?);
        let arguments = [
            self.at(logits)?,
            self.at(targets)?,
            Argument::Pointer(losses.pointer),
            Argument::Pointer(norms.pointer),
            int(width),
        ];
        self.launch(&named("cross_entropy", logits), rows, (THREADS, 1), 0, &arguments)?;
        Ok([losses.tensor(), norms.tensor()])
    }

    /// The gradient by the logits of `scale` times the sum of the cross-entropies, times `grad`, a
    /// scalar in f32.
    ///
    /// # Errors
    /// See [`rms_norm`](Self::rms_norm).
    pub fn cross_entropy_back(
        &self,
        logits: &Tensor,
        targets: &Tensor,
        norms: &Tensor,
        grad: &Tensor,
        scale: f64,
    ) -> Result<Tensor> {
        let (rows, width) = logits.dims2()?;
        if norms.dims() != [rows] || grad.elem_count() != 1 || grad.dtype() != DType::F32 {
            bail!("norms {:?} and gradient {:?} of {rows} rows", norms.shape(), grad.shape())
        }
        let by_logits = self.fresh(logits.dtype(), logits.shape())?;
        let arguments = [
            self.at(logits)?,
            self.at(targets)?,
            self.at(norms)?,
            self.at(grad)?,
            Argument::Pointer(by_logits.pointer),
            int(width),
            Argument::Float(scale as f32),
        ];
        self.launch(&named("cross_entropy_back", logits), rows, (THREADS, 1), 0, &arguments)?;
        Ok(by_logits.tensor())
    }
}

fn int(x: usize) -> Argument {
    Argument::Int(x as i32)
}

fn long(x: usize) -> Argument {
    Argument::Long(x as i64)
}

/// The kernel for the type of `x`.
fn named(root: &str, x: &Tensor) -> String {
    format!("{root}_{}", if x.dtype() == DType::BF16 { "bf16" } else { "f32" })
}

fn same(a: &Tensor, b: &Tensor) -> Result<()> {
    if a.shape() != b.shape() || a.dtype() != b.dtype() || !a.elem_count().is_multiple_of(2) {
        bail!("{:?} {:?} and {:?} {:?} do not fit", a.dtype(), a.shape(), b.dtype(), b.shape())
    }
    Ok(())
}

fn norm_shape(x: &Tensor, weight: &Tensor) -> Result<(usize, usize)> {
    let (rows, width) = x.dims2()?;
    if weight.dims() != [width] || weight.dtype() != x.dtype() || !width.is_multiple_of(2) {
        bail!("a norm of {:?} by {:?}", x.shape(), weight.shape())
    }
    Ok((rows, width))
}

#[cfg(test)]
mod tests;
