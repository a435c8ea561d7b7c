//! Text handed to a pipe without a copy, which this system does not offer.

use std::io;
use std::os::fd::BorrowedFd;

/// Memory to be given away, of which there is none.
#[derive(Debug)]
pub enum Sheet {}

impl Sheet {
    /// Returns `None`, so that text is written.
    pub fn fresh() -> Option<Sheet> {
        None
    }

    /// Is never called.
    pub fn is_full(&self) -> bool {
        match *self {}
    }

    /// Is never called.
    pub fn give(&mut self, _: BorrowedFd<'_>, _: &[u8]) -> (usize, io::Result<()>) {
        match *self {}
    }
}
