//! Hints to the processor to load memory before it is needed. They never block, and they change
//! nothing but the time that a later access takes.

#![allow(unsafe_code)]

/// Bytes in a cache line.
const LINE: usize = 64;

/// The cache into which memory is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheLevel {
    /// The first level, for bytes that are needed next.
    L1,
    /// The second level. More requests can be under way, which suits a scan that takes less time than
    /// memory does.
    L2,
}

/// Prefetches the cache lines of `bytes` on processors that have an instruction for it.
#[inline]
pub fn prefetch_lines(bytes: &[u8], cache: CacheLevel) {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    for line in bytes.chunks(LINE) {
        // SAFETY: a prefetch never faults. SSE is part of x86-64, and PRFM of AArch64.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _MM_HINT_T1, _mm_prefetch};
            let line = line.as_ptr().cast();
            match cache {
                CacheLevel::L1 => _mm_prefetch::<_MM_HINT_T0>(line),
                CacheLevel::L2 => _mm_prefetch::<_MM_HINT_T1>(line),
            }
        };
        // SAFETY: as above; it writes no memory and no register.
        #[cfg(target_arch = "aarch64")]
        unsafe {
            use std::arch::asm;
            // The intrinsic is not stable.
            match cache {
                CacheLevel::L1 => {
                    asm!("prfm pldl1keep, [{}]", in(reg) line.as_ptr(), options(nostack, preserves_flags, readonly))
                }
                CacheLevel::L2 => {
                    asm!("prfm pldl2keep, [{}]", in(reg) line.as_ptr(), options(nostack, preserves_flags, readonly))
                }
            }
        };
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = (bytes.chunks(LINE), cache);
}
