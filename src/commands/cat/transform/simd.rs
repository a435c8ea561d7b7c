//! Copies lines and numbers them in one pass, with AVX2.
//!
//! Each vector is appended whole, and the text is then cut behind the line end in it, if there is
//! one. A search for the line end before the copy would load every byte twice.

#![allow(unsafe_code)]

use memchr::memchr;

use super::LineNumber;
use crate::os::append_copy;

/// Appends lines, each after its number, and advances the number past them.
pub fn push_numbered(lines: &[u8], number: &mut LineNumber, out: &mut Vec<u8>) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, which is the function's only requirement.
        return unsafe { avx2::push_numbered(lines, number, out) };
    }
    push_numbered_anywhere(lines, number, out);
}

fn push_numbered_anywhere(lines: &[u8], number: &mut LineNumber, out: &mut Vec<u8>) {
    let mut rest = lines;
    while !rest.is_empty() {
        number.push(out);
        number.advance();
        let (line, after) = rest.split_at(memchr(b'\n', rest).map_or(rest.len(), |end| end + 1));
        append_copy(out, line);
        rest = after;
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{_mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_set_epi64x, _mm256_set1_epi8};

    use super::LineNumber;

    /// The number of bytes in a vector.
    const LANES: usize = 32;

    #[target_feature(enable = "avx2")]
    pub(super) fn push_numbered(lines: &[u8], number: &mut LineNumber, out: &mut Vec<u8>) {
        let mut rest = lines;
        while !rest.is_empty() {
            number.push(out);
            number.advance();
            rest = push_line(rest, out);
        }
    }

    /// Appends the first of some lines, and returns the others.
    #[target_feature(enable = "avx2")]
    fn push_line<'l>(lines: &'l [u8], out: &mut Vec<u8>) -> &'l [u8] {
        let mut rest = lines;
        while let Some(vector) = rest.first_chunk::<LANES>() {
            out.extend_from_slice(vector);
            let ends = line_ends(vector);
            if ends != 0 {
                let len = ends.trailing_zeros() as usize + 1;
                out.truncate(out.len() - (LANES - len));
                return &rest[len..];
            }
            rest = &rest[LANES..];
        }
        let len = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
        out.extend_from_slice(&rest[..len]);
        &rest[len..]
    }

    /// Returns a mask with a bit set for each line end.
    #[target_feature(enable = "avx2")]
    fn line_ends(vector: &[u8; LANES]) -> u32 {
        let part = |at: usize| i64::from_le_bytes(vector.as_chunks().0[at]);
        let ends =
            _mm256_cmpeq_epi8(_mm256_set_epi64x(part(3), part(2), part(1), part(0)), _mm256_set1_epi8(b'\n' as i8));
        _mm256_movemask_epi8(ends).cast_unsigned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(lines: &[u8], first: u64) -> Vec<u8> {
        let mut out = Vec::new();
        for (line, number) in lines.split_inclusive(|&byte| byte == b'\n').zip(first..) {
            out.extend_from_slice(format!("{number:6}\t").as_bytes());
            out.extend_from_slice(line);
        }
        out
    }

    #[test]
    fn lines_of_any_length_are_numbered() {
        let byte = prop_oneof![1 => Just(b'\n'), 20 => any::<u8>()];
        proptest!(|(lines in proptest::collection::vec(byte, 0..600), first in 1u64..2_000_000)| {
            for push in [push_numbered, push_numbered_anywhere] {
                let (mut number, mut out) = (LineNumber::new(first), Vec::new());
                push(&lines, &mut number, &mut out);
                prop_assert_eq!(&out, &naive(&lines, first));
                out.clear();
                push(b"x", &mut number, &mut out);
                let next = first + lines.split_inclusive(|&byte| byte == b'\n').count() as u64;
                prop_assert_eq!(out, format!("{next:6}\tx").into_bytes());
            }
        });
    }
}
