//! Loops over bit maps with the instructions that the processor has. In: a loop. Out: what it returns. The program is
//! compiled for any x86-64, which has no instruction to count bits or to find the lowest one of a word that may have
//! none; most processors have. Integers alone, so that the answer is the same.

/// Runs `work`, compiled for AVX2, BMI and POPCNT where the processor has them. What `work` calls is compiled so where it
/// is inlined.
#[inline]
pub fn wide<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if is_wide() {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { compiled_wide(work) };
    }
    work()
}

/// True if the processor has all that [`compiled_wide`] is compiled for.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn is_wide() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn compiled_wide<R>(work: impl FnOnce() -> R) -> R {
    work()
}
