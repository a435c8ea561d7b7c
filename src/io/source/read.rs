//! Reading by position.

use std::io;
use std::os::unix::fs::FileExt;

use rustix::buffer::spare_capacity;
use rustix::io::Errno;

use super::super::buffer::Buffer;
use super::Source;

impl Source {
    /// Reads at `offset` until `buf` is full or the input ends; gives the number of bytes read.
    ///
    /// # Errors
    /// What `pread(2)` says; EINTR is tried again.
    pub fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        match self.read_up_to(buf, offset) {
            (got, None) => Ok(got),
            (_, Some(error)) => Err(error),
        }
    }

    /// Reads as [`Source::read_at`] does, and keeps what came before an error: the number of bytes
    /// read, and what kept the next one from being read.
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

    /// As [`Source::read_up_to`], into a buffer that is made to hold `length` bytes; what it held is gone.
    ///
    /// # Errors
    /// ENOMEM where there is no memory for so many.
    pub fn read_into(&self, buffer: &mut Buffer, length: usize, offset: u64) -> io::Result<Option<io::Error>> {
        let from = self.base + offset;
        buffer.make_room(length, from).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut failure = None;
        while buffer.len() < length {
            let at = from + buffer.len() as u64;
            match rustix::io::pread(&self.file, spare_capacity(buffer.end()), at) {
                Ok(0) => break,
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => {
                    failure = Some(error.into());
                    break;
                }
            }
        }
        buffer.truncate(length);
        Ok(failure)
    }
}
