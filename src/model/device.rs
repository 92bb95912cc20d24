//! The device that a config names, and how it is opened.

use candle_core::Device as Opened;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Where a model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// CUDA where the program was built with it and a GPU is there, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The first CUDA device.
    Cuda,
}

/// The device wanted; `auto` is CUDA where the program was built with it and a driver is there.
///
/// # Errors
/// When CUDA is asked for and cannot be had.
pub fn open(wanted: Device) -> Result<Opened> {
    match wanted {
        Device::Cpu => Ok(Opened::Cpu),
        Device::Cuda => cuda(),
        Device::Auto if driver_is_here() => Ok(cuda().unwrap_or(Opened::Cpu)),
        Device::Auto => Ok(Opened::Cpu),
    }
}

/// True if the program was built with CUDA and finds the driver's library.
#[cfg(feature = "cuda")]
fn driver_is_here() -> bool {
    // SAFETY: only looks for the library by name.
    unsafe { candle_core::cuda::cudarc::driver::sys::is_culib_present() }
}

#[cfg(not(feature = "cuda"))]
fn driver_is_here() -> bool {
    false
}

/// The first GPU. Everything on it is done by the calling thread: the default stream of a thread needs
/// no events, and tracking them costs microseconds an operation.
#[cfg(feature = "cuda")]
fn cuda() -> Result<Opened> {
    // Without a driver the library panics instead of failing.
    if !driver_is_here() {
        return Err(Error::config("no CUDA driver on this machine").help("set device = \"cpu\""));
    }
    let device = Opened::new_cuda(0)
        .map_err(|e| Error::failed("cannot open the GPU").help("set device = \"cpu\"").caused_by(e))?;
    if let Opened::Cuda(cuda) = &device {
        // SAFETY: one thread, one stream: no operation can overtake another.
        unsafe { cuda.disable_event_tracking() };
        keep_freed_memory();
    }
    Ok(device)
}

/// Lets the driver's pool keep freed memory for the next allocation. As it comes, it gives everything
/// back at each synchronisation, that is at each step of training or drawing. Without effect where the
/// driver refuses: then it is only slower.
#[cfg(feature = "cuda")]
fn keep_freed_memory() {
    use candle_core::cuda::cudarc::driver::sys;
    let mut pool = std::ptr::null_mut();
    let mut threshold = u64::MAX;
    // SAFETY: both calls only read and write what they are given here.
    unsafe {
        if sys::cuDeviceGetDefaultMemPool(&raw mut pool, 0) == sys::CUresult::CUDA_SUCCESS {
            let release = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
            sys::cuMemPoolSetAttribute(pool, release, (&raw mut threshold).cast());
        }
    }
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<Opened> {
    Err(Error::config("this program was built without CUDA")
        .help("build it with `--features cuda`, or set device = \"cpu\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_always_gives_a_device() {
        assert!(open(Device::Auto).is_ok());
        assert!(open(Device::Cpu).unwrap().is_cpu());
        #[cfg(not(feature = "cuda"))]
        assert!(open(Device::Cuda).unwrap_err().remedy().unwrap().contains("--features cuda"));
    }
}
