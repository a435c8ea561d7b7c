//! The row kernels in NEON, which every AArch64 processor supported by Rust's targets has.
#![allow(unsafe_code)]

use std::arch::aarch64::*;

use super::rows::{CanonicalRow, ShapedRow, Vector, for_each_row};
use super::{CanonicalRows, Shape, ShapedRows};

/// Returns every kernel for canonical rows with its name, slowest first.
pub fn canonical_kernels() -> Vec<(&'static str, CanonicalRows)> {
    // SAFETY: NEON is part of the target.
    vec![("neon", |rows, offset, out| unsafe { for_each_row(rows, offset, &CanonicalRow::<uint8x16_t>::new(), out) })]
}

/// Returns the kernel for rows of any shape.
pub fn shaped_rows() -> Option<ShapedRows> {
    // SAFETY: NEON is part of the target.
    Some(|shape: &Shape, rows: &[u8], address: u64, out: &mut Vec<u8>| unsafe {
        for_each_row(rows, address, &ShapedRow::<uint8x16_t>::new(shape), out);
    })
}

// SAFETY (of each method): NEON is part of the target, and the caller guarantees valid pointers.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Vector for uint8x16_t {
    #[inline(always)]
    unsafe fn load(from: *const u8) -> uint8x16_t {
        unsafe { vld1q_u8(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        unsafe { vst1q_u8(to, self) }
    }

    #[inline(always)]
    unsafe fn nibbles(self) -> (uint8x16_t, uint8x16_t) {
        unsafe {
            let (high, low) = (vshrq_n_u8::<4>(self), vandq_u8(self, vdupq_n_u8(0x0f)));
            (vzip1q_u8(high, low), vzip2q_u8(high, low))
        }
    }

    #[inline(always)]
    unsafe fn look_up(self, indices: uint8x16_t) -> uint8x16_t {
        // TBL returns zero for each index that is out of range.
        unsafe { vqtbl1q_u8(self, indices) }
    }

    #[inline(always)]
    unsafe fn or(self, other: uint8x16_t) -> uint8x16_t {
        unsafe { vorrq_u8(self, other) }
    }

    #[inline(always)]
    unsafe fn join(self, next: uint8x16_t) -> uint8x16_t {
        unsafe { vextq_u8::<8>(self, next) }
    }

    #[inline(always)]
    unsafe fn characters(self) -> uint8x16_t {
        unsafe {
            let printable = vandq_u8(vcgeq_u8(self, vdupq_n_u8(b' ')), vcltq_u8(self, vdupq_n_u8(0x7f)));
            vbslq_u8(printable, self, vdupq_n_u8(b'.'))
        }
    }
}
