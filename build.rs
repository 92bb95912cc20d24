//! Compiles the kernels of training to PTX where the program is built for a GPU (`--features cuda`).
//!
//! Needs `nvcc`: the one that `NVCC` names, that of `CUDA_HOME`, or the one on the path. PTX for
//! compute capability 8.0 (the first with bf16 arithmetic) runs on every later GPU: the driver compiles
//! it at first use.

use std::path::PathBuf;
use std::process::Command;

const SOURCE: &str = "src/train/kernels/training.cu";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={SOURCE}");
    if std::env::var_os("CARGO_FEATURE_CUDA").is_none() {
        return;
    }
    for name in ["NVCC", "CUDA_HOME"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    let home = std::env::var_os("CUDA_HOME").map(|home| PathBuf::from(home).join("bin/nvcc"));
    let nvcc = std::env::var_os("NVCC").map(PathBuf::from).or(home).unwrap_or_else(|| "nvcc".into());
    let output = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("training.ptx");
    let status = Command::new(&nvcc)
        .args(["-ptx", "-arch=compute_80", "-std=c++17", "-O3", "-o"])
        .arg(&output)
        .arg(SOURCE)
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => println!("cargo::error={} could not compile {SOURCE}: {status}", nvcc.display()),
        Err(error) => println!("cargo::error=cannot run {}: {error}; set NVCC or CUDA_HOME", nvcc.display()),
    }
}
