//! Finds the end of the bytes that a file holds, where its size does not tell it.

use std::fs::File;
use std::io;

use crate::io::Source;
use crate::os::{Extent, next_extent};

/// Returns the end of the last stored run of `file` after `from`: `size`, or the start of a hole
/// that extends to `size`.
pub(super) fn stored_end(file: &File, from: u64, size: u64) -> u64 {
    let (mut at, mut stored) = (from, from);
    while at < size {
        at = match next_extent(file, at, size) {
            Extent::DataUntil(end) => {
                stored = end;
                end
            }
            Extent::HoleUntil(end) => end,
        };
    }
    stored
}

/// Returns the end of a file's stored bytes. That is `end`, or less if a program that is about to
/// write through a mapping has only extended the file so far.
///
/// # Errors
/// Returns an error if reading fails.
pub(super) fn settled_end(source: &Source, end: u64) -> io::Result<u64> {
    let start = source.start();
    let mut stored = source.data_end_before(end, start);
    if stored == end {
        return Ok(end);
    }
    let mut buffer = [0; 4096];
    while stored > start {
        let from = stored.saturating_sub(buffer.len() as u64).max(start);
        let got = source.read_at(&mut buffer[..(stored - from) as usize], from)?;
        if let Some(last) = buffer[..got].iter().rposition(|&byte| byte != 0) {
            return Ok(from + last as u64 + 1);
        }
        stored = source.data_end_before(from, start);
    }
    Ok(start)
}

/// Finds the end of a file whose size is wrong, by reading single bytes.
///
/// # Errors
/// Returns an error if reading fails.
pub(super) fn readable_end(source: &Source) -> io::Result<u64> {
    let has = |at| source.read_at(&mut [0], at).map(|got| got == 1);
    let (mut low, mut step) = (source.start(), 1);
    while has(low + step)? {
        low += step;
        step *= 2;
    }
    let mut high = low + step;
    while low < high {
        let middle = low.midpoint(high);
        if has(middle)? { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}
