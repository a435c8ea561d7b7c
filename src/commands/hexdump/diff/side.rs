//! One of two inputs to compare. It returns the bytes at the current offset, with as many
//! contiguous ones as the comparison needs.

use std::ffi::OsString;
use std::io;

use crate::engine::{Block, BlockReader};
use crate::os;

/// One of two inputs to compare.
///
/// Bytes are examined where they were mapped or read. Only bytes that cross a block boundary are
/// copied to be contiguous.
pub struct Side<'a> {
    /// The name of the input.
    pub name: OsString,
    reader: BlockReader<'a>,
    block: Option<Block>,
    /// The number of bytes of the block that have been used. While there are joined bytes, it is
    /// the number of the block's bytes among them.
    used: u64,
    /// Bytes that precede the block, followed by the first bytes of the block.
    joined: Vec<u8>,
    /// The number of joined bytes that have been used.
    joined_used: usize,
    /// The offset of the next byte, once it is known.
    offset: Option<u64>,
    has_ended: bool,
    failure: Option<io::Error>,
}

impl<'a> Side<'a> {
    /// Returns a side that reads from `reader`.
    pub fn new(name: OsString, reader: BlockReader<'a>) -> Side<'a> {
        let (block, joined) = (None, vec![]);
        Side { name, reader, block, used: 0, joined, joined_used: 0, offset: None, has_ended: false, failure: None }
    }

    /// Ensures that [`Side::bytes`] returns at least `min` bytes, or all that remain.
    pub fn require(&mut self, min: usize) {
        while self.available() < min as u64 && !(self.has_ended && self.block.is_none()) {
            let Some(mut block) = self.block.take() else {
                self.load();
                continue;
            };
            let from = self.used;
            let missing = if self.joined.is_empty() { u64::MAX } else { min as u64 - self.available() };
            let wanted = missing.min(block.len() - from);
            self.join(&block, from, wanted);
            // Only now is it known whether bytes copied from a mapping were those of the file.
            if self.reader.replace_if_doubtful(&mut block) {
                self.joined.truncate(self.joined.len() - wanted as usize);
                self.join(&block, from, wanted);
            }
            self.used = from + wanted;
            if self.used < block.len() {
                self.block = Some(block);
            } else {
                self.used = 0;
                self.reader.release(block);
            }
        }
    }

    /// Returns the bytes at the current offset.
    pub fn bytes(&self) -> &[u8] {
        if !self.joined.is_empty() {
            return &self.joined[self.joined_used..];
        }
        let Some(block) = &self.block else { return &[] };
        match block.hole() {
            Some(len) => &os::zeros()[..(len - self.used).min(os::MAX_ZEROS as u64) as usize],
            None => block.bytes().get(self.used as usize..).unwrap_or(&[]),
        }
    }

    /// Returns the number of zeros that come next as part of a hole, or 0 if they have been copied.
    pub fn hole(&self) -> u64 {
        let hole = self.block.as_ref().and_then(Block::hole).filter(|_| self.joined.is_empty());
        hole.map_or(0, |len| len.saturating_sub(self.used))
    }

    /// Returns whether [`Side::bytes`] returns all bytes up to the end of the input.
    pub fn is_at_end(&self) -> bool {
        self.has_ended && self.block.is_none()
    }

    /// Returns the offset of the next byte.
    pub fn offset(&self) -> u64 {
        self.offset.unwrap_or(0)
    }

    /// Advances past `bytes` bytes.
    pub fn advance(&mut self, bytes: u64) {
        self.offset = self.offset.map(|offset| offset + bytes);
        if self.joined.is_empty() {
            self.used += bytes;
        } else {
            self.joined_used += bytes as usize;
            let left = self.joined.len() - self.joined_used;
            if self.block.is_some() && left as u64 <= self.used {
                // The remaining joined bytes are also in the block.
                self.used -= left as u64;
                self.joined.clear();
            } else if left == 0 {
                self.joined.clear();
            } else if self.joined_used > self.joined.len() / 2 {
                self.joined.drain(..self.joined_used);
                self.joined_used = 0;
            }
        }
        if self.joined.is_empty() {
            self.joined_used = 0;
            if let Some(block) = self.block.take_if(|block| block.len() <= self.used) {
                self.used = 0;
                self.reader.release(block);
            }
        }
    }

    /// Returns whether the last bytes returned were not the file's. If so, they have been replaced.
    pub fn was_doubtful(&mut self) -> bool {
        match &mut self.block {
            Some(block) if self.joined.is_empty() => self.reader.replace_if_doubtful(block),
            _ => false,
        }
    }

    /// Returns the error that prevents further reading, once all bytes before it have been used.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    /// Returns the messages about the input.
    pub fn notices(&self) -> &[io::Error] {
        self.reader.notices()
    }

    /// Returns the number of available contiguous bytes.
    fn available(&self) -> u64 {
        match (&self.block, self.joined.len() - self.joined_used) {
            (Some(block), 0) => block.len().saturating_sub(self.used),
            (_, joined) => joined as u64,
        }
    }

    fn load(&mut self) {
        match self.reader.next_block() {
            Ok(Some(block)) => {
                self.offset.get_or_insert(block.offset());
                self.used = 0;
                self.block = Some(block);
            }
            Ok(None) => self.has_ended = true,
            Err(error) => {
                self.has_ended = true;
                self.failure = Some(error);
            }
        }
    }

    /// Appends `len` bytes of a block to the joined bytes.
    fn join(&mut self, block: &Block, from: u64, len: u64) {
        match block.hole() {
            Some(_) => self.joined.resize(self.joined.len() + len as usize, 0),
            None => {
                let bytes = block.bytes().get(from as usize..).unwrap_or(&[]);
                self.joined.extend_from_slice(&bytes[..bytes.len().min(len as usize)]);
            }
        }
    }
}
