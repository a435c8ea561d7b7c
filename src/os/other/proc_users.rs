//! Which processes use a file, for which this system has no supported call.

use crate::os::posix::BorrowedFd;

use crate::os::posix::Errno;

use crate::os::holders::{Identity, Scan, Wanted};

impl Wanted {
    /// Returns a filter for a file.
    pub fn new(reported: Identity, _: Option<BorrowedFd<'_>>) -> Wanted {
        Wanted { reported, mapped: reported }
    }
}

/// Always fails.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn scan(_: &[Wanted]) -> Result<Scan, Errno> {
    Err(Errno::NOSYS)
}
