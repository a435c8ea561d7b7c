//! The interface of `io_uring` on systems without it: no ring can be created.

use std::io;
use std::ops::Range;

use crate::os::posix::BorrowedFd;

/// A ring, which cannot be created.
#[derive(Debug)]
pub enum Ring {}

impl Ring {
    /// Fails.
    ///
    /// # Errors
    /// Always returns `Unsupported`.
    pub fn new(_: BorrowedFd<'_>, _: usize, _: usize, _: bool) -> io::Result<Ring> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the number of slots.
    pub fn slots(&self) -> usize {
        match *self {}
    }

    /// Starts a read.
    ///
    /// # Errors
    /// Never fails: there is no ring.
    pub fn read(&mut self, _: usize, _: Range<usize>, _: u64) -> io::Result<()> {
        match *self {}
    }

    /// Waits for a read.
    ///
    /// # Errors
    /// Never fails: there is no ring.
    pub fn wait(&mut self) -> io::Result<(usize, io::Result<usize>)> {
        match *self {}
    }

    /// Returns the bytes of a slot.
    pub fn bytes(&self, _: usize) -> &[u8] {
        match *self {}
    }
}
