//! Decodes the data of a zstd frame, block by block.

use std::io;

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::input::EncodedInput;
use super::{damaged, unexpected_end};

const NAME: &str = "zstd";

/// The largest window that is decoded, as a power of two; `zstd --long=31` writes windows of this
/// size. Its memory is touched only as far as it is filled.
const WINDOW_LOG: u32 = if cfg!(target_pointer_width = "64") { 31 } else { 30 };

/// The number of bytes given to the decoder first: the minimum size of a frame header.
const HEADER: usize = 5;

/// Returns the length of the frame that `bytes` begins with, if the frame is complete.
pub fn frame_length(bytes: &[u8]) -> Option<usize> {
    zstd::zstd_safe::find_frame_compressed_size(bytes).ok()
}

/// A decoder of one frame at a time.
pub struct Zstd {
    decoder: Decoder<'static>,
    /// The number of bytes that the decoder expects next: one block and the header of the block
    /// after it.
    wants: usize,
    /// Whether the output was filled, so that there may be more before any input is needed.
    is_full: bool,
}

impl Zstd {
    /// Returns a decoder at the beginning of a frame.
    ///
    /// # Errors
    /// Returns an error if there is no memory for it.
    pub fn new() -> io::Result<Zstd> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG))?;
        Ok(Zstd { decoder, wants: HEADER, is_full: false })
    }

    /// Begins another frame.
    ///
    /// # Errors
    /// Returns the decoder's error.
    pub fn begin(&mut self) -> io::Result<()> {
        (self.wants, self.is_full) = (HEADER, false);
        self.decoder.reinit()
    }

    /// Appends as many bytes to `out` as fit. Returns whether the frame continues.
    ///
    /// # Errors
    /// Returns an error if the frame is truncated or damaged.
    pub fn decode(&mut self, input: &mut EncodedInput, out: &mut Vec<u8>) -> io::Result<bool> {
        let length = out.len();
        loop {
            // Decode one block at a time, because the decoder loses its output in a call that
            // fails.
            let bytes = if self.is_full { &[][..] } else { input.fill()? };
            let len = bytes.len().min(self.wants);
            let is_end = len == 0 && !self.is_full;
            let mut from = InBuffer::around(&bytes[..len]);
            let mut to = OutBuffer::around_pos(out, length);
            let hint = self.decoder.run(&mut from, &mut to);
            self.is_full = to.pos() == to.capacity();
            let used = from.pos();
            input.consume(used);
            let hint = hint.map_err(|error| damaged(NAME, &error.to_string()))?;
            self.wants = hint.max(1);
            if hint == 0 {
                return Ok(false);
            }
            if out.len() > length {
                return Ok(true);
            }
            if is_end {
                return Err(unexpected_end(NAME));
            }
        }
    }
}
