//! Reading by position.

use std::io;
use std::os::unix::fs::FileExt;

use rustix::buffer::spare_capacity;
use rustix::io::Errno;

use super::super::window::page_size;
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

    /// As [`Source::read_up_to`], into a buffer that is made to hold `length` bytes; what it held is gone. Its memory is not
    /// zeroed before, which would cost a tenth of reading.
    ///
    /// # Errors
    /// ENOMEM where there is no memory for so many.
    pub fn read_into(&self, buffer: &mut Vec<u8>, length: usize, offset: u64) -> io::Result<Option<io::Error>> {
        buffer.clear();
        if buffer.capacity() < length {
            // Growing it would copy what it held.
            *buffer = Vec::new();
        }
        // Blocks cut at line ends differ by some bytes, and a buffer that fits one should fit the next.
        let room = if length < page_size() { length } else { length.next_multiple_of(1024) };
        buffer.try_reserve_exact(room).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut failure = None;
        while buffer.len() < length {
            let at = self.base + offset + buffer.len() as u64;
            match rustix::io::pread(&self.file, spare_capacity(buffer), at) {
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
