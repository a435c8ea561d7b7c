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

/// The number of bytes that [`prefetching_walk`] passes on at a time.
const PIECE: usize = 2 << 10;

/// Calls `take` with consecutive pieces of `bytes`, in order, and requests the next piece before each.
///
/// The hardware prefetcher stops at the end of each page, so work that takes hundreds of cycles per
/// cache line would wait for memory at every page of a mapping. The figures are in
/// docs/measurements.md.
#[inline]
pub fn prefetching_walk(bytes: &[u8], mut take: impl FnMut(&[u8])) {
    // A last piece of less than twice the size is not split, so a small input takes one call.
    let mut rest = bytes;
    while rest.len() >= 2 * PIECE {
        let (piece, after) = rest.split_at(PIECE);
        prefetch_lines(&after[..PIECE.min(after.len())], CacheLevel::L1);
        take(piece);
        rest = after;
    }
    take(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_passed_once_and_in_order() {
        let bytes: Vec<u8> = (0..20_000u32).map(|i| (i % 251) as u8).collect();
        for len in [0, 1, PIECE - 1, PIECE, 2 * PIECE - 1, 2 * PIECE, 2 * PIECE + 1, 5 * PIECE, 20_000] {
            let mut seen = Vec::new();
            prefetching_walk(&bytes[..len], |piece| seen.extend_from_slice(piece));
            assert!(seen == bytes[..len], "{len}");
        }
    }
}
