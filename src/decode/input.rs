//! Reads compressed bytes for a decoder.
//!
//! The bytes are always read, never mapped, because decoders are not written for bytes that change
//! during decoding. A file is read by position, so that no shared file position moves.

use std::io;
use std::sync::Arc;

use crate::io::{FeedNotes, Filled, Source, Stream};
use crate::os::Stop;

use super::unexpected_end;

/// The number of bytes read at a time.
const PIECE: usize = 128 << 10;

/// A buffered reader, with a slot for a notice to the user.
#[derive(Debug)]
pub struct EncodedInput {
    origin: InputOrigin,
    buffer: Vec<u8>,
    /// The position of the next byte in the buffer.
    at: usize,
    is_ended: bool,
    /// The bytes consumed since recording started.
    recording: Option<Vec<u8>>,
    notes: Arc<FeedNotes>,
}

#[derive(Debug)]
enum InputOrigin {
    /// A file that is read by position, with the next position and its initial size.
    File {
        source: Arc<Source>,
        at: u64,
        size: u64,
    },
    Stream {
        stream: Stream,
        stop: Arc<Stop>,
    },
    /// All bytes are already in the buffer.
    Memory,
}

impl EncodedInput {
    /// Reads a file, which had `size` bytes when it was opened, from `at`.
    pub fn of_file(source: Arc<Source>, at: u64, size: u64, notes: Arc<FeedNotes>) -> EncodedInput {
        EncodedInput::new(InputOrigin::File { source, at, size }, Vec::new(), notes)
    }

    /// Reads bytes from memory.
    pub fn of_bytes(bytes: Vec<u8>) -> EncodedInput {
        EncodedInput::new(InputOrigin::Memory, bytes, Arc::default())
    }

    /// Reads a stream whose first bytes, in `head`, have already been read.
    pub fn of_stream(stream: Stream, head: Vec<u8>, stop: Arc<Stop>, notes: Arc<FeedNotes>) -> EncodedInput {
        EncodedInput::new(InputOrigin::Stream { stream, stop }, head, notes)
    }

    fn new(origin: InputOrigin, buffer: Vec<u8>, notes: Arc<FeedNotes>) -> EncodedInput {
        EncodedInput { origin, buffer, at: 0, is_ended: false, recording: None, notes }
    }

    /// Records a notice, which is not an error, to be printed at the end.
    pub fn note(&self, notice: &str) {
        let _ = self.notes.notice.set(notice.to_owned());
    }

    /// Returns the buffered bytes, after reading more if there are none. The result is empty at the
    /// end.
    ///
    /// # Errors
    /// Returns an error if reading fails or the file was truncated since it was opened.
    pub fn fill(&mut self) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() && !self.is_ended {
            self.buffer.clear();
            self.at = 0;
            self.read()?;
        }
        Ok(&self.buffer[self.at..])
    }

    /// Returns how many bytes are buffered.
    pub fn buffered(&self) -> usize {
        self.buffer.len() - self.at
    }

    /// Returns at least `count` buffered bytes, or all that remain.
    ///
    /// # Errors
    /// Fails as [`EncodedInput::fill`] does.
    pub fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.at < count && !self.is_ended {
            self.buffer.drain(..self.at);
            self.at = 0;
            self.read()?;
        }
        Ok(&self.buffer[self.at..])
    }

    /// Consumes bytes that were returned.
    pub fn consume(&mut self, count: usize) {
        if let Some(recording) = &mut self.recording {
            recording.extend_from_slice(&self.buffer[self.at..self.at + count]);
        }
        self.at += count;
    }

    /// Consumes the next byte of data in the given `format`, which must not end here.
    ///
    /// # Errors
    /// Fails as [`EncodedInput::fill`] does, and at the end of the input.
    pub fn byte(&mut self, format: &str) -> io::Result<u8> {
        let byte = self.fill()?.first().copied().ok_or_else(|| unexpected_end(format))?;
        self.consume(1);
        Ok(byte)
    }

    /// Consumes the next `N` bytes, as [`EncodedInput::byte`] does.
    ///
    /// # Errors
    /// Fails as [`EncodedInput::byte`] does.
    pub fn array<const N: usize>(&mut self, format: &str) -> io::Result<[u8; N]> {
        let bytes = self.peek(N)?.first_chunk::<N>().copied().ok_or_else(|| unexpected_end(format))?;
        self.consume(N);
        Ok(bytes)
    }

    /// Skips `count` bytes. Returns whether there were that many.
    ///
    /// # Errors
    /// Fails as [`EncodedInput::fill`] does.
    pub fn skip(&mut self, count: u64) -> io::Result<bool> {
        let mut left = count;
        while left > 0 {
            let here = self.fill()?.len();
            if here == 0 {
                return Ok(false);
            }
            let some = usize::try_from(left).unwrap_or(usize::MAX).min(here);
            self.consume(some);
            left -= some as u64;
        }
        Ok(true)
    }

    /// Skips zero bytes. Returns whether they extend to the end.
    ///
    /// # Errors
    /// Fails as [`EncodedInput::fill`] does.
    pub fn skip_zeros(&mut self) -> io::Result<bool> {
        loop {
            let bytes = self.fill()?;
            if bytes.is_empty() {
                return Ok(true);
            }
            if bytes.iter().any(|&byte| byte != 0) {
                return Ok(false);
            }
            let count = bytes.len();
            self.consume(count);
        }
    }

    /// Starts to record the consumed bytes.
    pub fn start_recording(&mut self) {
        self.recording = Some(Vec::new());
    }

    /// Returns the bytes consumed since [`EncodedInput::start_recording`].
    pub fn stop_recording(&mut self) -> Vec<u8> {
        self.recording.take().unwrap_or_default()
    }

    /// Returns whether more bytes are available without waiting for a slow writer.
    pub fn is_ready(&self) -> bool {
        match &self.origin {
            _ if self.at < self.buffer.len() || self.is_ended => true,
            InputOrigin::Stream { stream, stop } => stream.is_ready(stop),
            InputOrigin::File { .. } | InputOrigin::Memory => true,
        }
    }

    /// Appends one read to the buffer, or records the end.
    fn read(&mut self) -> io::Result<()> {
        match &mut self.origin {
            InputOrigin::Memory => self.is_ended = true,
            InputOrigin::Stream { stream, stop } => match stream.read_some(&mut self.buffer, PIECE, stop, true)? {
                Filled::Ended | Filled::Stopped => self.is_ended = true,
                _ => {}
            },
            InputOrigin::File { source, at, size } => {
                let length = self.buffer.len();
                self.buffer.resize(length + PIECE, 0);
                let (got, error) = source.read_up_to(&mut self.buffer[length..], *at);
                self.buffer.truncate(length + got);
                *at += got as u64;
                if got > 0 {
                    return Ok(());
                }
                self.is_ended = true;
                if let Some(error) = error {
                    return Err(error);
                }
                // Redirected standard input is left where any program that reads it would leave it.
                source.set_shared_position(*at);
                if let Some(now) = source.current_length()?.filter(|now| now < size) {
                    return Err(io::Error::other(format!(
                        "truncated to {} bytes while being read",
                        source.base() + now
                    )));
                }
                if source.take_overwritten() {
                    self.note("changed while being read");
                }
            }
        }
        Ok(())
    }
}
