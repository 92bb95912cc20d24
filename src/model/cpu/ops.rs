//! The CPU's arithmetic as a decoder's operations: tensors in, tensors out, slices in between.

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result as CandleResult, Shape, Tensor};
use rayon::prelude::*;

use super::gemm::Packed;
use super::rows;
use crate::error::Result;
use crate::model::decoder::{Fused, Linear, Ops, Weights};

/// Elements that one task of an elementwise loop takes: about 10 µs of work.
const CHUNK: usize = 16 * 1024;

/// Inference on the CPU in f32: a row's result does not depend on its neighbours, bit for bit.
#[derive(Debug, Clone, Copy, Default)]
pub struct CpuOps;

impl Ops for CpuOps {
    fn embed(&self, table: &Tensor, ids: &Tensor) -> CandleResult<Tensor> {
        Fused.embed(table, ids)
    }

    /// Products go through [`Linear::Packed`]; a dense one here is a mistake of the loader.
    fn linear(&self, _: &Tensor, _: &Tensor, _: Option<&Tensor>) -> CandleResult<Tensor> {
        Err(candle_core::Error::Msg("a linear layer was not packed for the CPU".to_owned()))
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f64) -> CandleResult<Tensor> {
        x.contiguous()?.apply_op2_no_bwd(weight, &RmsNorm { eps: eps as f32 })
    }

    fn swiglu(&self, gate: &Tensor, up: &Tensor) -> CandleResult<Tensor> {
        gate.apply_op2_no_bwd(up, &SwiGlu)
    }
}

/// Packs every linear layer as it is loaded.
pub struct PackedWeights<'a>(pub &'a mut dyn Weights);

impl Weights for PackedWeights<'_> {
    fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Tensor> {
        self.0.tensor(name, shape)
    }

    fn linear(&mut self, prefix: &str, outputs: usize, inputs: usize, bias: bool) -> Result<Linear> {
        let weight = self.0.tensor(&format!("{prefix}.weight"), &[outputs, inputs])?;
        let bias = bias.then(|| self.0.tensor(&format!("{prefix}.bias"), &[outputs])).transpose()?;
        Ok(Linear::Packed(Arc::new(PackedLinear::new(&weight, bias.as_ref())?)))
    }

    fn tied_head(&mut self, table: &Tensor) -> Result<Linear> {
        Ok(Linear::Packed(Arc::new(PackedLinear::new(table, None)?)))
    }
}

/// A linear layer, packed.
#[derive(Debug)]
pub struct PackedLinear {
    weight: Packed,
    bias: Option<Vec<f32>>,
}

impl PackedLinear {
    /// Packs `weight` `[out, in]` and `bias` `[out]`, both f32 on the CPU.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn new(weight: &Tensor, bias: Option<&Tensor>) -> CandleResult<Self> {
        let (n, k) = weight.dims2()?;
        let weight = Packed::new(&weight.flatten_all()?.to_vec1::<f32>()?, n, k);
        Ok(Self { weight, bias: bias.map(Tensor::to_vec1::<f32>).transpose()? })
    }

    /// `x` `[T, in]` to `[T, out]`.
    ///
    /// # Errors
    /// Whatever the tensor library reports.
    pub fn forward(&self, x: &Tensor) -> CandleResult<Tensor> {
        x.contiguous()?.apply_op1_no_bwd(self)
    }
}

impl CustomOp1 for PackedLinear {
    fn name(&self) -> &'static str {
        "packed-linear"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> CandleResult<(CpuStorage, Shape)> {
        let (rows, _) = layout.shape().dims2()?;
        let mut out = vec![0.0; rows * self.weight.n()];
        self.weight.multiply(floats(storage, layout)?, self.bias.as_deref(), &mut out);
        Ok((CpuStorage::F32(out), (rows, self.weight.n()).into()))
    }
}

struct RmsNorm {
    eps: f32,
}

impl CustomOp2 for RmsNorm {
    fn name(&self) -> &'static str {
        "rms-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> CandleResult<(CpuStorage, Shape)> {
        let (x, weight) = (floats(x, x_layout)?, floats(weight, weight_layout)?);
        let mut out = vec![0.0; x.len()];
        let chunk = CHUNK.next_multiple_of(weight.len());
        out.par_chunks_mut(chunk)
            .zip(x.par_chunks(chunk))
            .for_each(|(out, x)| rows::rms_norm(x, weight, self.eps, out));
        Ok((CpuStorage::F32(out), x_layout.shape().clone()))
    }
}

struct SwiGlu;

impl CustomOp2 for SwiGlu {
    fn name(&self) -> &'static str {
        "swiglu"
    }

    fn cpu_fwd(
        &self,
        gate: &CpuStorage,
        gate_layout: &Layout,
        up: &CpuStorage,
        up_layout: &Layout,
    ) -> CandleResult<(CpuStorage, Shape)> {
        let (gate, up) = (floats(gate, gate_layout)?, floats(up, up_layout)?);
        let mut out = vec![0.0; gate.len()];
        out.par_chunks_mut(CHUNK)
            .zip(gate.par_chunks(CHUNK).zip(up.par_chunks(CHUNK)))
            .for_each(|(out, (gate, up))| rows::swiglu(gate, up, out));
        Ok((CpuStorage::F32(out), gate_layout.shape().clone()))
    }
}

/// The contiguous f32 numbers of a tensor.
pub fn floats<'a>(storage: &'a CpuStorage, layout: &Layout) -> CandleResult<&'a [f32]> {
    let all = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&all[start..end]),
        None => Err(candle_core::Error::Msg("a tensor that should be contiguous is not".to_owned())),
    }
}
