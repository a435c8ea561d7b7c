//! Decodes the data of an lz4 frame, and of the legacy format that preceded frames.

use std::io;

use lz4_flex::block::decompress_into_with_dict;
use std::hash::Hasher;
use twox_hash::XxHash32;

use super::detect::LZ4_MAGIC;
use super::input::EncodedInput;
use super::{damaged, unexpected_end};

const NAME: &str = "lz4";

/// The maximum distance in bytes over which a block refers to earlier blocks.
const WINDOW: usize = 64 << 10;
/// The block size of the legacy format.
const LEGACY_BLOCK: usize = 8 << 20;

/// A decoder of one frame at a time.
#[derive(Default)]
pub struct Lz4 {
    frame: Frame,
    state: Lz4State,
    /// The end of the preceding blocks, then the current block.
    block: Vec<u8>,
    /// The number of bytes of `block` that were returned.
    delivered: usize,
    hash: XxHash32,
    length: u64,
}

/// The fields of a frame's header.
#[derive(Clone, Copy, Default)]
struct Frame {
    is_legacy: bool,
    is_linked: bool,
    has_block_checksums: bool,
    has_checksum: bool,
    length: Option<u64>,
    max_block: usize,
}

#[derive(Clone, Copy, Default)]
enum Lz4State {
    #[default]
    Block,
    /// In an uncompressed block.
    Stored {
        left: usize,
    },
    End,
}

impl Lz4 {
    /// Reads the header of a frame.
    ///
    /// # Errors
    /// Returns an error if the header is truncated or damaged.
    pub fn begin(&mut self, input: &mut EncodedInput) -> io::Result<()> {
        let magic = u32::from_le_bytes(input.array(NAME)?);
        let frame = match magic {
            LZ4_MAGIC => header(input)?,
            _ => Frame { is_legacy: true, max_block: LEGACY_BLOCK, ..Frame::default() },
        };
        *self = Lz4 { frame, block: std::mem::take(&mut self.block), ..Lz4::default() };
        self.block.clear();
        Ok(())
    }

    /// Appends as many bytes to `out` as fit. Returns whether the frame continues.
    ///
    /// # Errors
    /// Returns an error if the frame is truncated or damaged.
    pub fn decode(&mut self, input: &mut EncodedInput, out: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let room = out.capacity() - out.len();
            let pending = &self.block[self.delivered..];
            if !pending.is_empty() {
                let some = pending.len().min(room);
                out.extend_from_slice(&pending[..some]);
                self.delivered += some;
                return Ok(true);
            }
            match self.state {
                Lz4State::Block => {
                    if !self.next_block(input)? {
                        self.state = Lz4State::End;
                    }
                }
                Lz4State::Stored { left } => self.copy_stored(input, left)?,
                Lz4State::End => return self.finish(input).map(|()| false),
            }
        }
    }

    /// Reads a block's header, and decodes the block if it is compressed. Returns whether there was
    /// a block.
    fn next_block(&mut self, input: &mut EncodedInput) -> io::Result<bool> {
        self.keep_window();
        if self.frame.is_legacy {
            return self.next_legacy_block(input);
        }
        let word = u32::from_le_bytes(input.array(NAME)?);
        let size = (word & 0x7fff_ffff) as usize;
        if word == 0 {
            return Ok(false);
        }
        if size > self.frame.max_block {
            return Err(damaged(NAME, "block too large"));
        }
        if word >> 31 == 1 {
            self.state = Lz4State::Stored { left: size };
            if self.frame.has_block_checksums {
                let bytes = whole(input, size)?;
                let sum = XxHash32::oneshot(0, bytes);
                self.block.extend_from_slice(bytes);
                input.consume(size);
                self.check_block(input, sum)?;
                self.hash_from(self.delivered);
                self.state = Lz4State::Block;
            }
            return Ok(true);
        }
        let bytes = whole(input, size)?;
        let sum = if self.frame.has_block_checksums { XxHash32::oneshot(0, bytes) } else { 0 };
        let bytes = bytes.to_vec();
        input.consume(size);
        self.check_block(input, sum)?;
        self.expand(&bytes)?;
        self.hash_from(self.delivered);
        Ok(true)
    }

    /// Reads the next legacy block. The format has no end marker: another magic number, which is
    /// not a valid block size, or the end of the input follows.
    fn next_legacy_block(&mut self, input: &mut EncodedInput) -> io::Result<bool> {
        let head = input.peek(4)?;
        if head.is_empty() {
            return Ok(false);
        }
        let size =
            head.first_chunk().map(|size| u32::from_le_bytes(*size)).ok_or_else(|| unexpected_end(NAME))? as usize;
        if size > LEGACY_BLOCK + LEGACY_BLOCK / 255 + 16 {
            return Ok(false);
        }
        input.consume(4);
        let bytes = whole(input, size)?.to_vec();
        input.consume(size);
        self.expand(&bytes)?;
        Ok(true)
    }

    fn check_block(&self, input: &mut EncodedInput, sum: u32) -> io::Result<()> {
        if self.frame.has_block_checksums && u32::from_le_bytes(input.array(NAME)?) != sum {
            return Err(damaged(NAME, "wrong block checksum"));
        }
        Ok(())
    }

    /// Drops the bytes that later blocks cannot refer to.
    fn keep_window(&mut self) {
        let kept = if self.frame.is_linked { WINDOW } else { 0 };
        self.block.drain(..self.block.len().saturating_sub(kept));
        self.delivered = self.block.len();
    }

    /// Decodes a block to the end of the window.
    fn expand(&mut self, bytes: &[u8]) -> io::Result<()> {
        let window = self.block.len();
        self.block.resize(window + self.frame.max_block, 0);
        let (before, room) = self.block.split_at_mut(window);
        let result = decompress_into_with_dict(bytes, room, before);
        self.block.truncate(window + *result.as_ref().unwrap_or(&0));
        result.map(|_| ()).map_err(|error| damaged(NAME, &error.to_string()))
    }

    /// Copies the available part of an uncompressed block.
    fn copy_stored(&mut self, input: &mut EncodedInput, left: usize) -> io::Result<()> {
        self.keep_window();
        let bytes = input.fill()?;
        let some = bytes.len().min(left);
        if some == 0 && left > 0 {
            return Err(unexpected_end(NAME));
        }
        self.block.extend_from_slice(&bytes[..some]);
        input.consume(some);
        self.hash_from(self.delivered);
        self.state = if some == left { Lz4State::Block } else { Lz4State::Stored { left: left - some } };
        Ok(())
    }

    fn hash_from(&mut self, start: usize) {
        self.length += (self.block.len() - start) as u64;
        if self.frame.has_checksum {
            self.hash.write(&self.block[start..]);
        }
    }

    /// Checks a frame after its last block.
    fn finish(&mut self, input: &mut EncodedInput) -> io::Result<()> {
        if self.frame.length.is_some_and(|length| length != self.length) {
            return Err(damaged(NAME, "wrong length"));
        }
        if self.frame.has_checksum && u32::from_le_bytes(input.array(NAME)?) != self.hash.finish_32() {
            return Err(damaged(NAME, "wrong checksum"));
        }
        Ok(())
    }
}

/// Returns the next `size` bytes, which are one whole block.
fn whole(input: &mut EncodedInput, size: usize) -> io::Result<&[u8]> {
    input.peek(size)?.get(..size).ok_or_else(|| unexpected_end(NAME))
}

/// Reads the header after a frame's magic number.
fn header(input: &mut EncodedInput) -> io::Result<Frame> {
    let unsupported = || damaged(NAME, "unsupported frame header");
    input.start_recording();
    let [flags, sizes] = input.array(NAME)?;
    if flags >> 6 != 1 || flags & 0x02 != 0 || sizes & 0x8f != 0 {
        return Err(unsupported());
    }
    let max_block = match sizes >> 4 {
        log @ 4..=7 => 1 << (8 + 2 * log),
        _ => return Err(unsupported()),
    };
    let length = if flags & 0x08 != 0 { Some(u64::from_le_bytes(input.array(NAME)?)) } else { None };
    if flags & 0x01 != 0 {
        let _dictionary: [u8; 4] = input.array(NAME)?;
    }
    let descriptor = input.stop_recording();
    if input.byte(NAME)? != (XxHash32::oneshot(0, &descriptor) >> 8) as u8 {
        return Err(damaged(NAME, "wrong header checksum"));
    }
    Ok(Frame {
        is_legacy: false,
        is_linked: flags & 0x20 == 0,
        has_block_checksums: flags & 0x10 != 0,
        has_checksum: flags & 0x04 != 0,
        length,
        max_block,
    })
}
