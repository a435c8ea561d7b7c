//! Which processes use a file, for which this system has no supported call.

use crate::os::posix::BorrowedFd;

use crate::os::posix::Errno;

use crate::os::file_users::{Identity, ProcessScan, SoughtFile};

impl SoughtFile {
    /// Returns a filter for a file.
    pub fn new(reported: Identity, _: Option<BorrowedFd<'_>>) -> SoughtFile {
        SoughtFile { reported, mapped: reported }
    }
}

/// Always fails.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn scan(_: &[SoughtFile]) -> Result<ProcessScan, Errno> {
    Err(Errno::NOSYS)
}
