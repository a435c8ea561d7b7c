//! Walks over bytes and prefetches them before they are needed.
//!
//! The hardware prefetcher stops at the end of each page. A digest that computes for hundreds of
//! cycles per cache line would wait for memory at every page of a mapping, so the bytes after each
//! piece are requested before the piece is hashed. The figures are in docs/measurements.md.

use crate::os::{CacheLevel, prefetch_lines};

/// The number of bytes hashed at a time.
const PIECE: usize = 2 << 10;

/// The distance in bytes from the piece being hashed to the bytes requested.
const DISTANCE: usize = 2 << 10;

/// Calls `take` with consecutive pieces of `bytes`, in order.
#[inline]
pub fn walk(bytes: &[u8], mut take: impl FnMut(&[u8])) {
    // A last piece of less than twice the size is not split, so a small input takes one call.
    let mut rest = bytes;
    while rest.len() >= 2 * PIECE {
        let (piece, after) = rest.split_at(PIECE);
        let from = DISTANCE.min(rest.len());
        prefetch_lines(&rest[from..(from + PIECE).min(rest.len())], CacheLevel::L1);
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
            walk(&bytes[..len], |piece| seen.extend_from_slice(piece));
            assert!(seen == bytes[..len], "{len}");
        }
    }
}
