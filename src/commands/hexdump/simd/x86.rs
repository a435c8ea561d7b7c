//! The row kernels in SSSE3, and the canonical row in AVX2.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::rows::{
    BLANKS, CanonicalRow, HEX, LANE_3_CHARACTERS, LANES, RowKernel, ShapedRow, TAIL, TAIL_AT, TAIL_BLANKS, Vector,
    constant, for_each_row,
};
use super::{CanonicalRows, Shape, ShapedRows};
use crate::commands::hexdump::canonical::BODY;

/// Returns every canonical kernel that the running processor supports, with its name, slowest
/// first.
pub fn canonical_kernels() -> Vec<(&'static str, CanonicalRows)> {
    let mut kernels: Vec<(&'static str, CanonicalRows)> = vec![];
    if is_x86_feature_detected!("ssse3") {
        // SAFETY: SSSE3 has just been detected.
        kernels.push(("ssse3", |rows, offset, out| unsafe { rows_ssse3(rows, offset, out) }));
    }
    if is_x86_feature_detected!("avx2") {
        // SAFETY: AVX2 has just been detected.
        kernels.push(("avx2", |rows, offset, out| unsafe { rows_avx2(rows, offset, out) }));
    }
    kernels
}

/// Returns the kernel for rows of any shape, if the running processor supports SSSE3.
pub fn shaped_rows() -> Option<ShapedRows> {
    // SAFETY: the function is returned only if SSSE3 is detected.
    is_x86_feature_detected!("ssse3").then_some(|shape, rows, address, out| unsafe {
        rows_shaped(shape, rows, address, out);
    })
}

#[target_feature(enable = "ssse3")]
fn rows_ssse3(rows: &[u8], offset: u64, out: &mut Vec<u8>) {
    // SAFETY: SSSE3 is enabled here.
    unsafe { for_each_row(rows, offset, &CanonicalRow::<__m128i>::new(), out) };
}

#[target_feature(enable = "ssse3")]
fn rows_shaped(shape: &Shape, rows: &[u8], address: u64, out: &mut Vec<u8>) {
    // SAFETY: SSSE3 is enabled here.
    unsafe { for_each_row(rows, address, &ShapedRow::<__m128i>::new(shape), out) };
}

#[target_feature(enable = "avx2")]
fn rows_avx2(rows: &[u8], offset: u64, out: &mut Vec<u8>) {
    // SAFETY: AVX2 is enabled here.
    unsafe { for_each_row(rows, offset, &WideRow::new(), out) };
}

// SAFETY (of each method): the caller has SSSE3 enabled and guarantees valid pointers.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Vector for __m128i {
    #[inline(always)]
    unsafe fn load(from: *const u8) -> __m128i {
        unsafe { _mm_loadu_si128(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        unsafe { _mm_storeu_si128(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn nibbles(self) -> (__m128i, __m128i) {
        unsafe {
            let mask = _mm_set1_epi8(0x0f);
            let (high, low) = (_mm_and_si128(_mm_srli_epi16::<4>(self), mask), _mm_and_si128(self, mask));
            (_mm_unpacklo_epi8(high, low), _mm_unpackhi_epi8(high, low))
        }
    }

    #[inline(always)]
    unsafe fn look_up(self, indices: __m128i) -> __m128i {
        unsafe { _mm_shuffle_epi8(self, indices) }
    }

    #[inline(always)]
    unsafe fn or(self, other: __m128i) -> __m128i {
        unsafe { _mm_or_si128(self, other) }
    }

    #[inline(always)]
    unsafe fn join(self, next: __m128i) -> __m128i {
        unsafe { _mm_unpacklo_epi64(_mm_srli_si128::<8>(self), next) }
    }

    #[inline(always)]
    unsafe fn characters(self) -> __m128i {
        unsafe {
            // The comparison is signed: bytes from 0x80 on are negative, so it excludes both them
            // and control characters.
            let above = _mm_cmpgt_epi8(self, _mm_set1_epi8(0x1f));
            let printable = _mm_andnot_si128(_mm_cmpeq_epi8(self, _mm_set1_epi8(0x7f)), above);
            let dots = _mm_andnot_si128(printable, _mm_set1_epi8(b'.' as i8));
            _mm_or_si128(_mm_and_si128(printable, self), dots)
        }
    }
}

/// The kernel for canonical rows in AVX2, which processes two lanes at a time.
struct WideRow {
    hex: __m256i,
    front: (__m256i, __m256i),
    back: (__m256i, __m256i),
    lane_3_characters: __m128i,
    tail: (__m128i, __m128i),
}

impl WideRow {
    #[inline(always)]
    unsafe fn new() -> WideRow {
        // SAFETY: the caller has AVX2 enabled.
        unsafe {
            let both = |first, second| _mm256_set_m128i(constant(second), constant(first));
            WideRow {
                hex: _mm256_broadcastsi128_si256(constant(&HEX)),
                front: (both(&LANES[0], &LANES[1]), both(&BLANKS[0], &BLANKS[1])),
                back: (both(&LANES[2], &LANES[3]), both(&BLANKS[2], &BLANKS[3])),
                lane_3_characters: constant(&LANE_3_CHARACTERS),
                tail: (constant(&TAIL), constant(&TAIL_BLANKS)),
            }
        }
    }
}

impl RowKernel for WideRow {
    #[inline(always)]
    fn length(&self) -> usize {
        BODY
    }

    #[inline(always)]
    unsafe fn write(&self, from: *const u8, to: *mut u8) {
        // SAFETY: the caller has AVX2 enabled. 32 + 32 bytes from the start and the 16 that end at
        // BODY = 71 are within `length()`.
        unsafe {
            let bytes = __m128i::load(from);
            let (low, high) = bytes.nibbles();
            let digits = _mm256_shuffle_epi8(self.hex, _mm256_set_m128i(high, low));
            // These are the lanes of digits 0–15 and 8–23, and then twice those of 16–31.
            let for_front = _mm256_permute4x64_epi64::<0b10_01_01_00>(digits);
            let for_back = _mm256_permute4x64_epi64::<0b11_10_11_10>(digits);
            let characters = bytes.characters();
            let in_lane_3 = characters.look_up(self.lane_3_characters);
            let in_lane_3 = _mm256_inserti128_si256::<1>(_mm256_setzero_si256(), in_lane_3);
            let first = _mm256_or_si256(_mm256_shuffle_epi8(for_front, self.front.0), self.front.1);
            let second = _mm256_or_si256(_mm256_shuffle_epi8(for_back, self.back.0), self.back.1);
            _mm256_storeu_si256(to.cast(), first);
            _mm256_storeu_si256(to.add(32).cast(), _mm256_or_si256(second, in_lane_3));
            characters.look_up(self.tail.0).or(self.tail.1).store(to.add(TAIL_AT));
        }
    }
}
