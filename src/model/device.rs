//! Opens the device that a config names.

use candle_core::Device;

use crate::engine::candle::Device as Wanted;
use crate::error::{Error, Result};

/// The device wanted; `auto` is CUDA where the program was built with it and a driver is there.
///
/// # Errors
/// When CUDA is asked for and cannot be had.
pub fn open(wanted: Wanted) -> Result<Device> {
    match wanted {
        Wanted::Cpu => Ok(Device::Cpu),
        Wanted::Cuda => cuda(),
        Wanted::Auto if driver_is_here() => Ok(cuda().unwrap_or(Device::Cpu)),
        Wanted::Auto => Ok(Device::Cpu),
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
fn cuda() -> Result<Device> {
    // Without a driver the library panics instead of failing.
    if !driver_is_here() {
        return Err(Error::config("no CUDA driver on this machine").help("set device = \"cpu\""));
    }
    let device = Device::new_cuda(0)
        .map_err(|e| Error::failed("cannot open the GPU").help("set device = \"cpu\"").caused_by(e))?;
    if let Device::Cuda(cuda) = &device {
        // SAFETY: one thread, one stream: no operation can overtake another.
        unsafe { cuda.disable_event_tracking() };
    }
    Ok(device)
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<Device> {
    Err(Error::config("this program was built without CUDA")
        .help("build it with `--features cuda`, or set device = \"cpu\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_always_gives_a_device() {
        assert!(open(Wanted::Auto).is_ok());
        assert!(open(Wanted::Cpu).unwrap().is_cpu());
        #[cfg(not(feature = "cuda"))]
        assert!(open(Wanted::Cuda).unwrap_err().remedy().unwrap().contains("--features cuda"));
    }
}
