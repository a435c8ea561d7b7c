//! A block: owned bytes with their position in an input, and the check that the file still held
//! them.

use std::io;
use std::sync::Arc;

use crate::io::{SmallContent, Source};
use crate::os::{Buffer, WindowView};

use super::input_kind::InputKind;

/// Owned bytes of one input, mapped or read, and their position. Dropping it unmaps them.
#[derive(Debug)]
pub struct Block {
    pub(super) source: Arc<Source>,
    pub(super) input: usize,
    pub(super) offset: u64,
    /// The offset in the source, even if inputs are joined.
    pub(super) at: u64,
    pub(super) first: bool,
    pub(super) last: bool,
    pub(super) kind: InputKind,
    /// Whether one call read all of it, so that the bytes show a single state of the file.
    pub(super) single_read: bool,
    pub(super) skipped_lines: Option<u64>,
    /// The joined inputs whose last byte is in the block; `None` if inputs are not joined.
    pub(super) ended: Option<Vec<Arc<Source>>>,
    /// The nominal size of a block in bytes, which lines may exceed.
    pub(super) nominal: usize,
    pub(super) data: Data,
}

#[derive(Debug)]
pub(super) enum Data {
    Mapped(WindowView),
    Buffer(Buffer),
    /// The contents of a small file.
    Content(SmallContent),
    /// A hole of a sparse file, with its length.
    Hole(u64),
    /// Lines with a single zero byte in place of each hole in the last one, and their whole length.
    Collapsed(Buffer, u64),
    /// The number of bytes that were here and are no longer needed.
    Released(u64),
}

impl Block {
    /// Returns a block of `bytes` from the middle of `source`, which the engine did not read
    /// itself.
    pub fn of(source: Arc<Source>, offset: u64, bytes: Vec<u8>, kind: InputKind) -> Block {
        let data = Data::Buffer(bytes.into());
        Block {
            source,
            input: 0,
            offset,
            at: offset,
            first: false,
            last: false,
            kind,
            single_read: false,
            skipped_lines: None,
            ended: None,
            nominal: usize::MAX,
            data,
        }
    }

    /// Makes this block the first or the last of its input.
    #[must_use]
    pub fn at_border(self, first: bool, last: bool) -> Block {
        Block { first, last, ..self }
    }

    /// Places this block after omitted bytes in which `skipped_lines` lines ended.
    #[must_use]
    pub fn after_gap(self, skipped_lines: Option<u64>) -> Block {
        Block { skipped_lines, ..self }
    }

    /// Returns the bytes, which are fewer than [`Block::len`] says if holes were collapsed. There are
    /// none for a hole, at an unexpected end of an input, or after [`super::Kernel::is_done_with`] said so.
    pub fn bytes(&self) -> &[u8] {
        match &self.data {
            Data::Mapped(view) => view.bytes(),
            Data::Buffer(bytes) | Data::Collapsed(bytes, _) => bytes,
            Data::Content(bytes) => bytes,
            Data::Hole(_) | Data::Released(_) => &[],
        }
    }

    /// Returns the length in bytes, including that of holes.
    pub fn len(&self) -> u64 {
        match &self.data {
            Data::Hole(len) | Data::Collapsed(_, len) | Data::Released(len) => *len,
            _ => self.bytes().len() as u64,
        }
    }

    /// Returns whether the block has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the length of the hole, if this block is one: that many zero bytes.
    pub fn hole(&self) -> Option<u64> {
        match &self.data {
            Data::Hole(len) => Some(*len),
            _ => None,
        }
    }

    /// Returns whether a single zero byte stands for each hole in the last line.
    pub fn is_collapsed(&self) -> bool {
        matches!(self.data, Data::Collapsed(..))
    }

    /// Returns the offset of the first byte in its input or, if inputs are joined, in the joined stream.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns whether this is the first block of its input (of all inputs, when they are joined).
    pub fn is_first(&self) -> bool {
        self.first
    }

    /// Returns whether this is the last block of its input. Such a block may be empty. A failed
    /// input has none.
    pub fn is_last(&self) -> bool {
        self.last
    }

    /// Returns the number of the block's input, from 0 in the given order.
    pub fn input(&self) -> usize {
        self.input
    }

    /// Returns the kind that [`super::Kernel::classify`] returned for the input's beginning.
    pub fn kind(&self) -> InputKind {
        self.kind
    }

    /// Returns the source of the block.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Returns the number of lines that ended in the bytes omitted before this block, or `None` if
    /// none were omitted.
    pub fn skipped_lines(&self) -> Option<u64> {
        self.skipped_lines
    }

    /// Calls `report` for each input that ends with this block and was overwritten in the meantime
    /// or whose decoder left a notice. Call this after scanning the whole block.
    pub(super) fn notices(&self, mut report: impl FnMut(&Source, io::Error)) {
        let own = (self.last && self.ended.is_none()).then_some(&self.source);
        for source in own.into_iter().chain(self.ended.iter().flatten()) {
            if !self.single_read && source.take_overwritten() {
                report(source, rewritten());
            }
            if let Some(notice) = source.notice() {
                report(source, io::Error::other(notice));
            }
        }
    }

    /// Returns whether the bytes are mapped, so that they can also be read from the input.
    pub fn is_mapped(&self) -> bool {
        matches!(self.data, Data::Mapped(_))
    }

    /// Returns whether the bytes seen through a mapping may differ from the file's: a page could
    /// not be read, the file was truncated, or the mapping no longer shows the file. Call this
    /// after scanning the bytes.
    pub(super) fn is_doubtful(&self) -> bool {
        if self.is_empty() {
            return false;
        }
        let end = self.at + self.len();
        match &self.data {
            // Bytes in a buffer do not change.
            Data::Buffer(_) | Data::Content(_) | Data::Collapsed(..) | Data::Released(_) => false,
            Data::Hole(_) => !self.source.current_length().is_ok_and(|size| size.is_none_or(|size| size >= end)),
            Data::Mapped(view) => {
                view.fault().is_some_and(|fault| fault < self.source.base() + end) || !self.source.map_holds(end)
            }
        }
    }

    /// Gives up bytes that were read, so that only their number remains known. Returns the buffer for
    /// reuse, if there is one.
    pub(super) fn release(&mut self) -> Option<Buffer> {
        if !matches!(self.data, Data::Buffer(_) | Data::Content(_)) {
            return None;
        }
        let released = Data::Released(self.len());
        match std::mem::replace(&mut self.data, released) {
            Data::Buffer(buffer) => Some(buffer),
            _ => None,
        }
    }

    /// Returns the buffer for reuse, if the block was read.
    pub(super) fn into_buffer(self) -> Option<Buffer> {
        match self.data {
            Data::Buffer(buffer) | Data::Collapsed(buffer, _) => Some(buffer),
            _ => None,
        }
    }

    /// Clips the block to its first `keep` bytes.
    pub(super) fn clip(&mut self, keep: u64) {
        self.last = false;
        match &mut self.data {
            Data::Mapped(view) => view.truncate(usize::try_from(keep).unwrap_or(usize::MAX)),
            Data::Buffer(bytes) => bytes.truncate(usize::try_from(keep).unwrap_or(usize::MAX)),
            Data::Content(bytes) => bytes.truncate(usize::try_from(keep).unwrap_or(usize::MAX)),
            Data::Hole(len) | Data::Released(len) => *len = (*len).min(keep),
            Data::Collapsed(bytes, _) if keep >= bytes.len() as u64 => {}
            // Its last line, which contains the holes, is dropped.
            Data::Collapsed(bytes, _) => {
                let mut lines = std::mem::take(bytes);
                lines.truncate(usize::try_from(keep).unwrap_or(usize::MAX));
                self.data = Data::Buffer(lines);
            }
        }
    }
}

/// Returns the error for a file that was truncated while it was read.
pub(crate) fn truncated(size: u64) -> io::Error {
    io::Error::other(format!("truncated to {size} bytes while being read"))
}

/// Returns the error for a file that was overwritten while it was read.
pub(crate) fn rewritten() -> io::Error {
    io::Error::other("changed while being read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_released_block_keeps_its_length_only() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "one\ntwo\n").unwrap();
        let path = file.path().as_os_str();
        let mut source = Source::open(path, crate::io::IoMode::Auto, crate::io::Range::default()).unwrap();
        source.read_beginning(&mut [0; 2]).unwrap();
        let content = source.take_content(0, 8).unwrap();
        let mut block = Block::of(Arc::new(source), 0, b"one\n".to_vec(), InputKind::Text);
        let buffer = block.release().unwrap();
        assert_eq!((&*buffer, block.bytes(), block.len()), (&b"one\n"[..], &b""[..], 4));
        block.data = Data::Content(content);
        assert_eq!(block.bytes(), b"one\ntwo\n");
        assert!(block.release().is_none());
        block.clip(6);
        assert!(block.bytes().is_empty() && block.len() == 6 && !block.is_doubtful());
        block.data = Data::Hole(5);
        assert!(block.release().is_none() && block.hole() == Some(5));
    }
}
