//! Loops over bit maps with the instructions that the processor has. In: a function. Out: what it returns. The program is
//! compiled for any x86-64, which has no instruction to count bits or to find the lowest one of a word that may have
//! none; most processors have. Integers alone, so that the answer is the same.

/// Calls a function, one that is always inlined, compiled for AVX2, BMI and POPCNT where the processor has them. The types
/// of its arguments stand beside them.
macro_rules! wide {
    ($work:path, $($argument:ident: $type:ty),* => $output:ty) => {{
        #[cfg(target_arch = "x86_64")]
        let found: $output = {
            #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
            fn compiled_wide($($argument: $type),*) -> $output {
                $work($($argument),*)
            }
            if $crate::filters::wide::is_wide() {
                // SAFETY: the processor has what the function is compiled for.
                unsafe { compiled_wide($($argument),*) }
            } else {
                $work($($argument),*)
            }
        };
        #[cfg(not(target_arch = "x86_64"))]
        let found: $output = $work($($argument),*);
        found
    }};
}
pub(super) use wide;

/// True if the processor has all that a function called with [`wide!`] is compiled for.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn is_wide() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}
