//! CRCs of long runs by carry-less multiplication of 256 bits at a time (VPCLMULQDQ with AVX2).
//!
//! A piece of a message may be replaced by what it leaves modulo the generator, moved on: `X·x^d`
//! is added to what stands `d` bits further on. Eight registers do so for 256 bytes at a step,
//! twice as fast as crates that use 128 bits on CPUs without AVX-512. What is left at the end are
//! 256 bytes with the same CRC as the whole, and these are given to the crate. After V. Gopal et
//! al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ" (Intel, 2009).
#![allow(unsafe_code)]

use std::arch::x86_64::*;

/// Bytes taken at a step, and left at the end.
pub const STEP: usize = 256;

/// How far ahead lines are asked for, in bytes: the CPU's own prefetching ends at each page. A
/// fifth faster on a file.
const AHEAD: usize = 2048;

/// What a piece of a message is multiplied by when it moves on by [`STEP`] bytes.
#[derive(Clone, Copy, Debug)]
pub struct Factors {
    /// For the eight bytes of a lane that stand first in the message.
    pub first: u64,
    /// For the eight bytes after them.
    pub second: u64,
    /// Whether the highest power is each byte's lowest bit.
    pub reflected: bool,
}

/// Folds all whole steps of `bytes` but the first onto the last, after adding `init` to the first
/// bytes.
///
/// `None` when there are fewer than two steps, or the CPU lacks the instructions. Otherwise what is
/// left, and how many of the bytes it stands for.
pub fn fold(bytes: &[u8], init: [u8; 8], factors: Factors) -> Option<([u8; STEP], usize)> {
    let (steps, rest) = bytes.as_chunks::<STEP>();
    let [first, steps @ ..] = steps else { return None };
    if steps.is_empty() || !(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("vpclmulqdq")) {
        return None;
    }
    let mut first = *first;
    first.iter_mut().zip(init).for_each(|(byte, init)| *byte ^= init);
    // SAFETY: AVX2 and VPCLMULQDQ were found on this CPU just now.
    let left = unsafe {
        if factors.reflected {
            fold_steps::<true>(&first, steps, factors)
        } else {
            fold_steps::<false>(&first, steps, factors)
        }
    };
    Some((left, bytes.len() - rest.len()))
}

#[target_feature(enable = "avx2,vpclmulqdq")]
fn fold_steps<const REFLECTED: bool>(first: &[u8; STEP], steps: &[[u8; STEP]], factors: Factors) -> [u8; STEP] {
    // In memory order a reflected lane has its highest power in bit 0; the others have to be turned
    // round.
    let turn = _mm256_broadcastsi128_si256(_mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    let load = |step: &[u8; STEP], i: usize| {
        // SAFETY: eight registers of 32 bytes make up the step; an unaligned load is asked for.
        let lanes = unsafe { _mm256_loadu_si256(step.as_ptr().add(i * 32).cast()) };
        if REFLECTED { lanes } else { _mm256_shuffle_epi8(lanes, turn) }
    };
    let (low, high) = if REFLECTED { (factors.first, factors.second) } else { (factors.second, factors.first) };
    let factors = _mm256_broadcastsi128_si256(_mm_set_epi64x(high as i64, low as i64));
    let mut lanes: [__m256i; 8] = std::array::from_fn(|i| load(first, i));
    for step in steps {
        for (i, lanes) in lanes.iter_mut().enumerate() {
            if i % 2 == 0 {
                _mm_prefetch::<_MM_HINT_T0>(step.as_ptr().wrapping_add(AHEAD + i * 32).cast());
            }
            let low = _mm256_clmulepi64_epi128::<0x00>(*lanes, factors);
            let high = _mm256_clmulepi64_epi128::<0x11>(*lanes, factors);
            *lanes = _mm256_xor_si256(_mm256_xor_si256(low, high), load(step, i));
        }
    }
    let mut left = [0; STEP];
    for (i, lanes) in lanes.iter().enumerate() {
        let lanes = if REFLECTED { *lanes } else { _mm256_shuffle_epi8(*lanes, turn) };
        // SAFETY: eight registers of 32 bytes make up the array; an unaligned store is asked for.
        unsafe { _mm256_storeu_si256(left.as_mut_ptr().add(i * 32).cast(), lanes) };
    }
    left
}
