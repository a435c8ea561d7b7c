//! Reads by position.

use std::io;

use super::Source;
use crate::os::buffer::{Buffer, append};
use crate::os::posix::{Errno, FileExt};

impl Source {
    /// Reads at `offset` until `buf` is full or the input ends, and returns the number of bytes read.
    ///
    /// # Errors
    /// Returns the error from `pread(2)`; EINTR is retried.
    pub fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        match self.read_up_to(buf, offset) {
            (got, None) => Ok(got),
            (_, Some(error)) => Err(error),
        }
    }

    /// Reads like [`Source::read_at`], but keeps the bytes before an error: returns their number and
    /// the error.
    pub fn read_up_to(&self, buf: &mut [u8], offset: u64) -> (usize, Option<io::Error>) {
        let mut got = 0;
        while got < buf.len() {
            match self.file.read_at(&mut buf[got..], self.base + offset + got as u64) {
                Ok(0) => break,
                Ok(n) => got += n,
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                Err(err) => return (got, Some(err)),
            }
        }
        (got, None)
    }

    /// Reads like [`Source::read_up_to`], replacing the contents of `buffer` with up to `length` bytes.
    ///
    /// # Errors
    /// Returns ENOMEM if the buffer cannot be allocated.
    pub fn read_into(&self, buffer: &mut Buffer, length: usize, offset: u64) -> io::Result<Option<io::Error>> {
        let from = self.base + offset;
        buffer.make_room(length, from)?;
        let mut got = 0;
        while got < length {
            match append(buffer.end(), length - got, self.fd(), Some(from + got as u64)) {
                Ok(0) => break,
                Ok(more) => got += more,
                Err(Errno::INTR) => {}
                Err(error) => return Ok(Some(error.into())),
            }
        }
        Ok(None)
    }
}
