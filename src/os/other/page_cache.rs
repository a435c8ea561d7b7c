//! What of a file is in memory, which this system does not say reliably.
//!
//! `mincore(2)` exists, but whether it counts pages that other programs brought in differs from system
//! to system and from version to version. So the answer is "unknown".

use std::os::fd::BorrowedFd;

use rustix::io::Errno;

/// Fails.
///
/// # Errors
/// Always `ENOSYS`.
pub fn cachestat(_: BorrowedFd<'_>, _: u64, _: u64) -> Result<[u64; 5], Errno> {
    Err(Errno::NOSYS)
}

/// Fails.
///
/// # Errors
/// Always `ENOSYS`.
pub fn read_cached(_: BorrowedFd<'_>, _: u64) -> Result<usize, Errno> {
    Err(Errno::NOSYS)
}

/// Returns `false`.
pub fn mincore_is_true(_: BorrowedFd<'_>) -> bool {
    false
}

/// Fails.
///
/// # Errors
/// Always `ENOSYS`.
pub fn drop_pages(_: BorrowedFd<'_>) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}
