//! Which processes use a file, which no call of this system's says in a form that is known here.

use std::os::fd::BorrowedFd;

use rustix::io::Errno;

use crate::os::unix::holders::{Identity, Scan, Wanted};

impl Wanted {
    /// Returns a file to look for.
    pub fn new(reported: Identity, _: Option<BorrowedFd<'_>>) -> Wanted {
        Wanted { reported, mapped: reported }
    }
}

/// Fails.
///
/// # Errors
/// Always `ENOSYS`.
pub fn scan(_: &[Wanted]) -> Result<Scan, Errno> {
    Err(Errno::NOSYS)
}
