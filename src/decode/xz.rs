//! Decodes xz streams, lzip members and the older lzma format with liblzma, which xz(1) also uses.

use std::io;

use liblzma::stream::{Action, CONCATENATED, Error, Status, Stream};

use super::detect::Format;
use super::input::EncodedInput;
use super::{Decode, damaged, unexpected_end};

/// The length of an lzip member's header.
const HEADER: usize = 6;

/// A decoder of one of liblzma's formats.
pub struct Xz {
    input: EncodedInput,
    stream: Stream,
    format: Format,
    is_ended: bool,
    /// The last bytes that the decoder consumed, for lzip.
    last: [u8; 3],
}

impl Xz {
    /// Decodes `input`, which has this `format`.
    ///
    /// # Errors
    /// Returns an error if there is no memory for a decoder, or for a version of the lzip format
    /// that lzip rejects too.
    pub fn new(mut input: EncodedInput, format: Format) -> io::Result<Xz> {
        // There is no memory limit, as in xz: the dictionary's memory is touched only as far as it
        // is filled.
        let limit = u64::MAX;
        if format == Format::Lzip && input.peek(HEADER)?.get(4) == Some(&0) {
            return Err(damaged(format.name(), "version 0 is not supported"));
        }
        let stream = match format {
            Format::Lzma => Stream::new_lzma_decoder(limit),
            Format::Lzip => Stream::new_lzip_decoder(limit, CONCATENATED),
            _ => Stream::new_stream_decoder(limit, CONCATENATED),
        };
        let stream = stream.map_err(|_| io::ErrorKind::OutOfMemory)?;
        Ok(Xz { input, stream, format, is_ended: false, last: [0; 3] })
    }

    /// Checks the data after the last lzip member, as lzip does: other data is ignored, unless it
    /// looks like a truncated or damaged member.
    ///
    /// The decoder consumes up to three bytes of the next magic number. A member's last byte is zero.
    fn check_lzip_trailer(&mut self) -> io::Result<()> {
        const MAGIC: &[u8; 4] = b"LZIP";
        let consumed = self.last.iter().rev().take_while(|&&byte| byte != 0).count();
        let mut head = self.last[self.last.len() - consumed..].to_vec();
        head.extend(self.input.peek(HEADER)?.iter().take(HEADER - consumed));
        let alike = head.iter().zip(MAGIC).filter(|(byte, magic)| byte == magic).count();
        let is_truncated = head.len() < HEADER && !head.is_empty() && alike == head.len().min(MAGIC.len());
        if is_truncated || head.len() == HEADER && alike > 1 {
            return Err(damaged(self.format.name(), "truncated or damaged header of another member"));
        }
        Ok(())
    }

    fn failure(&self, error: Error) -> io::Error {
        let why = match error {
            Error::Mem | Error::MemLimit => return io::ErrorKind::OutOfMemory.into(),
            Error::Options | Error::UnsupportedCheck | Error::NoCheck => "unsupported options",
            Error::Format => "trailing garbage, or a wrong header",
            Error::Data | Error::Program => "wrong checksum or invalid block",
        };
        damaged(self.format.name(), why)
    }
}

impl Decode for Xz {
    fn decode(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        while !self.is_ended {
            let (before, length) = (self.stream.total_in(), out.len());
            let bytes = self.input.fill()?;
            let is_end = bytes.is_empty();
            let action = if is_end { Action::Finish } else { Action::Run };
            let status = self.stream.process_vec(bytes, out, action);
            let consumed = (self.stream.total_in() - before) as usize;
            for &byte in &bytes[consumed.saturating_sub(self.last.len())..consumed] {
                self.last.rotate_left(1);
                self.last[2] = byte;
            }
            self.input.consume(consumed);
            match status {
                Ok(Status::StreamEnd) => {
                    self.is_ended = true;
                    if self.format == Format::Lzip {
                        self.check_lzip_trailer()?;
                    }
                }
                Ok(Status::MemNeeded) if is_end => return Err(unexpected_end(self.format.name())),
                Ok(_) => {}
                Err(error) => return Err(self.failure(error)),
            }
            if out.len() > length {
                return Ok(true);
            }
        }
        if self.format == Format::Lzma && !self.input.fill()?.is_empty() {
            return Err(damaged(self.format.name(), "trailing garbage"));
        }
        Ok(false)
    }

    fn is_ready(&self) -> bool {
        self.input.is_ready()
    }
}
