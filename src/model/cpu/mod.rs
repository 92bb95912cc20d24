//! Arithmetic on the CPU that does not depend on the batch, the threads, or the machine's vector
//! width: the same bits everywhere. Plain slices; only [`ops`] knows tensors.

pub mod attention;
pub mod gemm;
pub mod ops;
pub mod rows;
