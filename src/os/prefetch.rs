//! Hints to the processor to load memory before it is needed. They never block, and they change
//! nothing but the time that a later access takes.

#![allow(unsafe_code)]

/// Bytes in a cache line.
const LINE: usize = 64;

/// Prefetches the cache lines of `bytes` on processors that have an instruction for it.
#[inline]
pub fn prefetch_lines(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    for line in bytes.chunks(LINE) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch needs SSE, which every x86-64 processor has, and it never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = bytes.chunks(LINE);
}
