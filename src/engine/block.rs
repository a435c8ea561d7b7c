//! A block: owned bytes with their place in an input.

use std::io;
use std::sync::Arc;

use crate::io::Source;
use crate::os::{Buffer, View};

/// Owned bytes of one input, mapped or read, and where they stand. Dropping it unmaps.
#[derive(Debug)]
pub struct Block {
    pub(super) source: Arc<Source>,
    pub(super) input: usize,
    pub(super) offset: u64,
    /// Where it stands in the source, whatever it is joined with.
    pub(super) at: u64,
    pub(super) first: bool,
    pub(super) last: bool,
    pub(super) verdict: u8,
    /// It came in at one moment, so that nothing of it can be of a later state of the file than the rest.
    pub(super) settled: bool,
    pub(super) data: Data,
}

#[derive(Debug)]
pub(super) enum Data {
    Mapped(View),
    Buffer(Buffer),
    /// A run of a sparse file without pages, this long.
    Hole(u64),
}

impl Block {
    /// A block of bytes that came in by another way than the engine's.
    pub fn of(source: Arc<Source>, offset: u64, bytes: Vec<u8>, first: bool, last: bool, verdict: u8) -> Block {
        let data = Data::Buffer(bytes.into());
        Block { source, input: 0, offset, at: offset, first, last, verdict, settled: false, data }
    }

    /// The bytes. Empty for a hole, and for the end of an input that was not foreseen.
    pub fn bytes(&self) -> &[u8] {
        match &self.data {
            Data::Mapped(view) => view.bytes(),
            Data::Buffer(bytes) => bytes,
            Data::Hole(_) => &[],
        }
    }

    /// The length in bytes, that of a hole included.
    pub fn len(&self) -> u64 {
        match &self.data {
            Data::Hole(len) => *len,
            _ => self.bytes().len() as u64,
        }
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The length of the hole, where this block is one: so many zero bytes.
    pub fn hole(&self) -> Option<u64> {
        match &self.data {
            Data::Hole(len) => Some(*len),
            _ => None,
        }
    }

    /// The offset in its input of the first byte; when inputs are joined, in all of them together.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether this is the first block of its input (of all inputs, when they are joined).
    pub fn is_first(&self) -> bool {
        self.first
    }

    /// Whether its input ends with it. Such a block may be empty. An input that fails has none.
    pub fn is_last(&self) -> bool {
        self.last
    }

    /// The number of its input, from 0 in the order given.
    pub fn input(&self) -> usize {
        self.input
    }

    /// What [`super::Kernel::judge`] said of the input's beginning.
    pub fn verdict(&self) -> u8 {
        self.verdict
    }

    /// Where it comes from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Whether this is an input's end and the input was written over meanwhile. To be asked when all of it has been looked at.
    pub(super) fn ends_rewritten(&self) -> bool {
        self.last && !self.settled && self.source.rewritten()
    }

    pub(super) fn is_mapped(&self) -> bool {
        matches!(self.data, Data::Mapped(_))
    }

    /// Looks whether the file still holds what was seen of it: how many of this block's bytes are
    /// true, and what went wrong after them. `None` when all is well.
    ///
    /// The order matters: a truncation lowers the size before it zeroes a byte, so bytes that were
    /// looked at before a size that covers them was read are true.
    pub(super) fn damage(&self) -> Option<(u64, io::Error)> {
        let view = match &self.data {
            Data::Mapped(view) => Some(view),
            Data::Hole(_) => None,
            // Bytes in a buffer stay what they were when they were read.
            Data::Buffer(_) => return None,
        };
        if self.is_empty() {
            return None;
        }
        let end = self.at + self.len();
        let base = self.source.base();
        let size = match self.source.length_now() {
            Ok(size) => size.unwrap_or(u64::MAX),
            Err(err) => return Some((0, err)),
        };
        if size < end {
            return Some((size.saturating_sub(self.at), truncated(base + size)));
        }
        let fault = view?.fault()? - base;
        if fault >= end {
            return None;
        }
        // The size stands, so the disk failed, or the file was cut and grew again. Reading that one
        // page tells which.
        let cause = match self.source.read_at(&mut [0], fault) {
            Err(err) => err,
            Ok(_) => truncated(fault + base),
        };
        Some((fault.saturating_sub(self.at), cause))
    }

    /// The buffer of what was read, to be used again.
    pub(super) fn into_buffer(self) -> Option<Buffer> {
        match self.data {
            Data::Buffer(buffer) => Some(buffer),
            _ => None,
        }
    }

    /// Keeps the first `len` bytes.
    pub(super) fn clip(&mut self, keep: u64) {
        self.last = false;
        match &mut self.data {
            Data::Mapped(view) => view.truncate(usize::try_from(keep).unwrap_or(usize::MAX)),
            Data::Buffer(bytes) => bytes.truncate(usize::try_from(keep).unwrap_or(usize::MAX)),
            Data::Hole(len) => *len = (*len).min(keep),
        }
    }
}

/// The one message for a file that was cut while it was read.
pub(super) fn truncated(size: u64) -> io::Error {
    io::Error::other(format!("truncated to {size} bytes while being read"))
}

/// The one message for a file that was written over while it was read.
pub(super) fn rewritten() -> io::Error {
    io::Error::other("changed while being read")
}
