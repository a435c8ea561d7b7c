//! A block: owned bytes with their place in an input.

use std::io;
use std::sync::Arc;

use crate::io::Source;
use crate::os::{Buffer, View};

use super::load::read_block;

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
    pub(super) passed_lines: Option<u64>,
    /// The joined inputs whose last byte is in it; `None` where inputs are not joined.
    pub(super) ended: Option<Vec<Arc<Source>>>,
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
        Block {
            source,
            input: 0,
            offset,
            at: offset,
            first,
            last,
            verdict,
            settled: false,
            passed_lines: None,
            ended: None,
            data,
        }
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

    /// How many lines ended in what was left out before this block; `None` where nothing was.
    pub fn passed_lines(&self) -> Option<u64> {
        self.passed_lines
    }

    /// Where it comes from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Calls `report` with what is to be said about the inputs that end with this block: that they were written over
    /// meanwhile, or what their decoder left. To be called when all of it has been looked at.
    pub(super) fn notices(&self, mut report: impl FnMut(&Source, &io::Error)) {
        let own = (self.last && self.ended.is_none()).then_some(&self.source);
        for source in own.into_iter().chain(self.ended.iter().flatten()) {
            if !self.settled && source.rewritten() {
                report(source, &rewritten());
            }
            if let Some(notice) = source.notice() {
                report(source, &io::Error::other(notice));
            }
        }
    }

    pub(super) fn is_mapped(&self) -> bool {
        matches!(self.data, Data::Mapped(_))
    }

    /// Reports whether the bytes seen through a mapping may differ from the file's: a page could not be had, the file was
    /// cut, or the mapping no longer shows the file. Meant to be asked after the bytes were looked at.
    pub(super) fn is_doubtful(&self) -> bool {
        if self.is_empty() {
            return false;
        }
        let end = self.at + self.len();
        match &self.data {
            // Bytes in a buffer stay what they were when they were read.
            Data::Buffer(_) => false,
            Data::Hole(_) => !self.source.length_now().is_ok_and(|size| size.is_none_or(|size| size >= end)),
            Data::Mapped(view) => {
                view.fault().is_some_and(|fault| fault < self.source.base() + end) || !self.source.map_holds(end)
            }
        }
    }

    /// Replaces the bytes by what `pread(2)` gives for their range now, or clips a hole to the file's size.
    ///
    /// Returns what kept the rest from being read. `None` means that the mapping was wrong and the file is whole: a page
    /// that tmpfs had no room for, an overlay file that was copied up.
    pub(super) fn reread(&mut self) -> Option<io::Error> {
        if let Data::Hole(len) = self.data {
            return match self.source.length_now() {
                Ok(size) => {
                    let size = size.unwrap_or(u64::MAX);
                    self.clip(size.saturating_sub(self.at).min(len));
                    Some(truncated(self.source.base() + size))
                }
                Err(error) => {
                    self.clip(0);
                    Some(error)
                }
            };
        }
        let length = self.bytes().len();
        let mut buffer = Buffer::default();
        let damage = read_block(self, &mut buffer, length).unwrap_or_else(|error| {
            self.last = false;
            Some(error)
        });
        self.data = Data::Buffer(buffer);
        damage
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
pub(crate) fn truncated(size: u64) -> io::Error {
    io::Error::other(format!("truncated to {size} bytes while being read"))
}

/// The one message for a file that was written over while it was read.
pub(crate) fn rewritten() -> io::Error {
    io::Error::other("changed while being read")
}
