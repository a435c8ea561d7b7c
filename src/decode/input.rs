//! Compressed bytes on their way to a decoder.
//!
//! They are always read, never mapped: a decoder is not made for bytes that change under it. A file
//! is read by position, so that no descriptor that others share is moved.

use std::io;
use std::sync::{Arc, OnceLock};

use crate::io::{Filled, Source, Stream};
use crate::os::Stop;

use super::cut_short;

/// How many bytes are read at a time.
const PIECE: usize = 128 << 10;

/// A reader with a buffer, and a place for what is to be said about it.
#[derive(Debug)]
pub struct Input {
    origin: Origin,
    buffer: Vec<u8>,
    /// Where in the buffer the next byte stands.
    at: usize,
    is_ended: bool,
    /// What was consumed since a recording was started.
    recording: Option<Vec<u8>>,
    notice: Arc<OnceLock<String>>,
}

#[derive(Debug)]
enum Origin {
    /// A file that is read by position, with the next position and the size it had at first.
    File {
        source: Arc<Source>,
        at: u64,
        size: u64,
    },
    Stream {
        stream: Stream,
        stop: Arc<Stop>,
    },
    /// Everything is in the buffer.
    Memory,
}

impl Input {
    /// Reads a file that had `size` bytes when it was opened, from `at` on.
    pub fn of_file(source: Arc<Source>, at: u64, size: u64, notice: Arc<OnceLock<String>>) -> Input {
        Input::new(Origin::File { source, at, size }, Vec::new(), notice)
    }

    /// Gives bytes from memory.
    pub fn of_bytes(bytes: Vec<u8>) -> Input {
        Input::new(Origin::Memory, bytes, Arc::default())
    }

    /// Reads a stream, of which the bytes in `head` came already.
    pub fn of_stream(stream: Stream, head: Vec<u8>, stop: Arc<Stop>, notice: Arc<OnceLock<String>>) -> Input {
        Input::new(Origin::Stream { stream, stop }, head, notice)
    }

    fn new(origin: Origin, buffer: Vec<u8>, notice: Arc<OnceLock<String>>) -> Input {
        Input { origin, buffer, at: 0, is_ended: false, recording: None, notice }
    }

    /// Leaves something to be said at the end that is no error.
    pub fn note(&self, notice: &str) {
        let _ = self.notice.set(notice.to_owned());
    }

    /// Gives the bytes at hand, after reading more where there are none. Empty at the end.
    ///
    /// # Errors
    /// What reading fails with, and a file that was cut since it was opened.
    pub fn fill(&mut self) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() && !self.is_ended {
            self.buffer.clear();
            self.at = 0;
            self.read()?;
        }
        Ok(&self.buffer[self.at..])
    }

    /// How many bytes can be given without reading more.
    pub fn at_hand(&self) -> usize {
        self.buffer.len() - self.at
    }

    /// As [`Input::fill`], at least `count` bytes where there are as many.
    ///
    /// # Errors
    /// As [`Input::fill`].
    pub fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.at < count && !self.is_ended {
            self.buffer.drain(..self.at);
            self.at = 0;
            self.read()?;
        }
        Ok(&self.buffer[self.at..])
    }

    /// Takes bytes that were given.
    pub fn consume(&mut self, count: usize) {
        if let Some(recording) = &mut self.recording {
            recording.extend_from_slice(&self.buffer[self.at..self.at + count]);
        }
        self.at += count;
    }

    /// Takes the next byte of data in the `format` that cannot end here.
    ///
    /// # Errors
    /// As [`Input::fill`], and at the end.
    pub fn byte(&mut self, format: &str) -> io::Result<u8> {
        let byte = self.fill()?.first().copied().ok_or_else(|| cut_short(format))?;
        self.consume(1);
        Ok(byte)
    }

    /// Takes the next `N` bytes, as [`Input::byte`].
    ///
    /// # Errors
    /// As [`Input::byte`].
    pub fn array<const N: usize>(&mut self, format: &str) -> io::Result<[u8; N]> {
        let bytes = self.peek(N)?.first_chunk::<N>().copied().ok_or_else(|| cut_short(format))?;
        self.consume(N);
        Ok(bytes)
    }

    /// Passes over `count` bytes; gives whether there were as many.
    ///
    /// # Errors
    /// As [`Input::fill`].
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

    /// Passes over zero bytes; gives whether they reach to the end.
    ///
    /// # Errors
    /// As [`Input::fill`].
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

    /// Begins to keep a copy of what is consumed.
    pub fn start_recording(&mut self) {
        self.recording = Some(Vec::new());
    }

    /// Gives the bytes consumed since [`Input::start_recording`].
    pub fn stop_recording(&mut self) -> Vec<u8> {
        self.recording.take().unwrap_or_default()
    }

    /// Whether more comes without waiting for a slow writer.
    pub fn is_ready(&self) -> bool {
        match &self.origin {
            _ if self.at < self.buffer.len() || self.is_ended => true,
            Origin::Stream { stream, stop } => stream.is_ready(stop),
            Origin::File { .. } | Origin::Memory => true,
        }
    }

    /// Appends one read to the buffer, or notes the end.
    fn read(&mut self) -> io::Result<()> {
        match &mut self.origin {
            Origin::Memory => self.is_ended = true,
            Origin::Stream { stream, stop } => match stream.read_some(&mut self.buffer, PIECE, stop, true)? {
                Filled::Ended | Filled::Stopped => self.is_ended = true,
                _ => {}
            },
            Origin::File { source, at, size } => {
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
                // Redirected standard input is left where a program would leave it that reads it.
                source.leave_at(*at);
                if let Some(now) = source.length_now()?.filter(|now| now < size) {
                    return Err(io::Error::other(format!(
                        "truncated to {} bytes while being read",
                        source.base() + now
                    )));
                }
                if source.rewritten() {
                    self.note("changed while being read");
                }
            }
        }
        Ok(())
    }
}
