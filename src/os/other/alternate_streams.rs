//! Alternate data streams, which files have on Windows only.

use crate::os::AlternateStream;
use crate::os::posix::BorrowedFd;

/// Returns `None`: this system has no such streams.
pub fn alternate_streams(_: BorrowedFd<'_>) -> Option<Vec<AlternateStream>> {
    None
}
