//! Page cache residency, which this system does not report reliably.
//!
//! `mincore(2)` exists, but whether it counts pages that other programs loaded differs between
//! systems and versions. So the answer is "unknown".

use crate::os::posix::BorrowedFd;

use crate::os::posix::Errno;

/// Always fails.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn cachestat(_: BorrowedFd<'_>, _: u64, _: u64) -> Result<[u64; 5], Errno> {
    Err(Errno::NOSYS)
}

/// Always fails.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn read_cached(_: BorrowedFd<'_>, _: u64) -> Result<usize, Errno> {
    Err(Errno::NOSYS)
}

/// Returns 0.
pub fn thread_requests() -> u64 {
    0
}

/// Always fails.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn drop_range(_: BorrowedFd<'_>, _: u64, _: u64) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

/// Returns `false`.
pub fn mincore_is_truthful(_: BorrowedFd<'_>) -> bool {
    false
}

/// Always fails.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn drop_pages(_: BorrowedFd<'_>) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

/// Always fails.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn each_page_between(_: BorrowedFd<'_>, _: u64, _: u64, _: impl FnMut(u64, bool)) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}
