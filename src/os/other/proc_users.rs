//! The processes that use a file, which no supported call of this system lists.

use crate::os::posix::{BorrowedFd, Errno};

use crate::os::file_users::{Identity, ProcessScan, SoughtFile};

impl<'a> SoughtFile<'a> {
    /// Returns a filter for a file.
    pub fn new(reported: Identity, file: Option<BorrowedFd<'a>>) -> SoughtFile<'a> {
        SoughtFile { reported, mapped: reported, file }
    }
}

/// Always fails.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn scan(_: &[SoughtFile<'_>]) -> Result<ProcessScan, Errno> {
    Err(Errno::NOSYS)
}
