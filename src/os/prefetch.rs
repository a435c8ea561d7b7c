//! Hints to the processor to load memory before it is needed. They never block, and they change
//! nothing but the time that a later access takes.

#![allow(unsafe_code)]

/// Bytes in a cache line.
const LINE: usize = 64;

/// Prefetches the cache lines of `bytes` on processors that have an instruction for it.
#[inline]
pub fn prefetch_lines(bytes: &[u8]) {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    for line in bytes.chunks(LINE) {
        // SAFETY: a prefetch never faults. SSE is part of x86-64, and PRFM of AArch64.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast());
        };
        // SAFETY: as above; it writes no memory and no register.
        #[cfg(target_arch = "aarch64")]
        unsafe {
            // The intrinsic is not stable.
            std::arch::asm!("prfm pldl1keep, [{}]", in(reg) line.as_ptr(), options(nostack, preserves_flags, readonly));
        };
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = bytes.chunks(LINE);
}
