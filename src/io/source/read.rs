//! Reads by position.

use std::io;
use std::ops::Range;
use std::sync::{MutexGuard, PoisonError};

use super::content::{MAX_CONTENT, SmallContent};
use super::{AccessMethod, Source};
use crate::os::buffer::{Buffer, append};
use crate::os::posix::{Errno, FileExt};
use crate::os::reserve_exact;

impl Source {
    /// Reads the first bytes into `head`, and returns their number. A small file is read whole, for
    /// the block that needs all of it: in a tree of such files, a second read costs 5 % of the time.
    ///
    /// # Errors
    /// Returns the error from `pread(2)`; EINTR is retried.
    pub fn read_beginning(&mut self, head: &mut [u8]) -> io::Result<usize> {
        let size = self.end.filter(|&size| size <= MAX_CONTENT as u64).unwrap_or(0) as usize;
        if size < head.len() || self.method != AccessMethod::Pread || self.file_system.needs_reading() {
            return self.read_at(head, 0);
        }
        let mut content = SmallContent::with_room(size);
        if let Some(error) = self.append_to(content.end(), size, self.base) {
            return Err(error);
        }
        let head_length = content.len().min(head.len());
        head[..head_length].copy_from_slice(&content[..head_length]);
        *self.lock_content() = (content.len() == size).then_some(content);
        Ok(head_length)
    }

    /// Returns the number of bytes that were read with the beginning and are kept.
    pub fn bytes_in_memory(&self) -> usize {
        self.lock_content().as_ref().map_or(0, |content| content.len())
    }

    /// Takes the contents of a small file that was read with its beginning, if exactly these bytes are
    /// requested.
    pub fn take_content(&self, offset: u64, length: usize) -> Option<SmallContent> {
        self.lock_content().take_if(|content| offset == 0 && content.len() == length)
    }

    fn lock_content(&self) -> MutexGuard<'_, Option<SmallContent>> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

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

    /// Reads the bytes of a range, fewer if the input ends before it does.
    ///
    /// # Errors
    /// Returns the error from `pread(2)`. A range that does not fit into memory is an error as well,
    /// rather than the end of the program.
    pub fn read_range(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let length = usize::try_from(range.end - range.start).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut bytes = Vec::new();
        reserve_exact(&mut bytes, length)?;
        bytes.resize(length, 0);
        let got = self.read_at(&mut bytes, range.start)?;
        bytes.truncate(got);
        Ok(bytes)
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
        if self.append_known(buffer.end(), offset, length) {
            return Ok(None);
        }
        Ok(self.append_to(buffer.end(), length, from))
    }

    /// Appends up to `length` bytes from the file position `from` on, and returns the error after them.
    fn append_to(&self, bytes: &mut Vec<u8>, length: usize, from: u64) -> Option<io::Error> {
        let mut got = 0;
        while got < length {
            match append(bytes, length - got, self.fd(), Some(from + got as u64)) {
                Ok(0) => break,
                Ok(more) => got += more,
                Err(Errno::INTR) => {}
                Err(error) => return Some(error.into()),
            }
        }
        None
    }

    /// Appends bytes that were read with the beginning to a buffer. Returns whether they are known.
    fn append_known(&self, buffer: &mut Vec<u8>, offset: u64, length: usize) -> bool {
        let content = self.lock_content();
        let known = content.as_deref().and_then(|content| {
            let start = usize::try_from(offset).ok()?;
            content.get(start..start.checked_add(length)?)
        });
        known.inspect(|known| buffer.extend_from_slice(known)).is_some()
    }
}
