//! Blocks that end with a very long line, which are processed part by part, so that memory does not
//! depend on the line's length.

use std::io;
use std::ops::Range;

use super::block::{Block, Data, truncated};
use super::cursor::{SHORTEST_HOLE, run_from};
use crate::io::FOLIO;
use crate::os::Extent;

/// The number of nominal blocks in the longest block that is held whole.
const MAX_HELD_BLOCKS: usize = 4;

/// The number of bytes that are read from the file at a time.
const READ_BYTES: usize = 1 << 20;

/// Returns the maximum length, in bytes, of a mapped block that should be resident as a whole.
pub(super) fn longest_resident(nominal: usize) -> usize {
    nominal.saturating_mul(MAX_HELD_BLOCKS)
}

impl Block {
    /// Returns whether the block is so much longer than a nominal one that its bytes should be
    /// scanned with [`Block::in_parts`], and printed with [`Block::read_parts`].
    pub fn is_long(&self) -> bool {
        self.bytes().len() > longest_resident(self.nominal)
    }

    /// Returns the nominal size in bytes of a block, and of its parts.
    pub fn nominal(&self) -> usize {
        self.nominal
    }

    /// Calls `each` with the bytes of each part of `range`, with `overlap` bytes of the next part,
    /// and with the part's range, until it returns false. If the block is mapped, one part at a
    /// time is resident.
    pub fn in_parts(&self, range: Range<usize>, overlap: usize, mut each: impl FnMut(&[u8], Range<usize>) -> bool) {
        let mut start = range.start;
        while start < range.end {
            let end = range.end.min(start.saturating_add(self.nominal));
            let bytes = self.bytes().get(start..range.end.min(end + overlap)).unwrap_or_default();
            let continues = each(bytes, start..end);
            if let Data::Mapped(view) = &self.data {
                // A fault may map a whole folio, with bytes that were released before.
                view.release(start.saturating_sub(FOLIO as usize)..end);
            }
            if !continues {
                break;
            }
            start = end;
        }
    }

    /// Calls `each` as in [`Block::in_parts`], but with offsets in the input. If the block is
    /// mapped or collapsed, all offsets up to its end are accepted, and the bytes are read: a
    /// mapping shows zeros in place of bytes that a truncation removed. Returns the reason if the
    /// rest could not be read.
    ///
    /// # Errors
    /// Returns the error from `each`.
    pub fn read_parts(
        &self,
        range: Range<u64>,
        overlap: usize,
        mut each: impl FnMut(&[u8], Range<u64>) -> io::Result<bool>,
    ) -> io::Result<Option<io::Error>> {
        let mut buffer = Vec::new();
        let mut start = range.start;
        while start < range.end {
            let end = range.end.min(start + READ_BYTES.min(self.nominal) as u64);
            let length = (range.end.min(end + overlap as u64) - start) as usize;
            let bytes = match &self.data {
                Data::Mapped(_) | Data::Collapsed(..) => {
                    buffer.resize(length, 0);
                    // Such files are not joined, so this is also the offset in the source.
                    let (got, failure) = self.source.read_up_to(&mut buffer, start);
                    if got < length {
                        let size = self.source.base() + start + got as u64;
                        return Ok(Some(failure.unwrap_or_else(|| truncated(size))));
                    }
                    &buffer[..]
                }
                _ => {
                    let from = start.saturating_sub(self.offset) as usize;
                    self.bytes().get(from..from + length).unwrap_or_default()
                }
            };
            if !each(bytes, start..end)? {
                break;
            }
            start = end;
        }
        Ok(None)
    }

    /// Returns the hole or the run of data at an offset in a collapsed block's input, up to `end`.
    /// Short holes, and those of other blocks, are treated as data.
    pub fn run_at(&self, at: u64, end: u64) -> Extent {
        match self.is_collapsed() {
            true => run_from(&self.source, at, end, SHORTEST_HOLE, end),
            false => Extent::DataUntil(end),
        }
    }
}
