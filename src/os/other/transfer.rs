//! Moves bytes between descriptors inside the kernel, which this system does not support. Callers
//! read and write instead.

use crate::os::posix::BorrowedFd;

use crate::os::posix::Errno;

/// Returns `None`: the size of a pipe is not known.
pub fn pipe_size(_: BorrowedFd<'_>) -> Option<usize> {
    None
}

/// Leaves the pipe unchanged.
pub fn enlarge_pipe(_: BorrowedFd<'_>, _: usize) {}

/// Always fails.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn splice(_: BorrowedFd<'_>, _: u64, _: BorrowedFd<'_>, _: usize) -> Result<usize, Errno> {
    Err(Errno::NOSYS)
}

/// Always fails.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn copy_range(_: BorrowedFd<'_>, _: u64, _: BorrowedFd<'_>, _: usize) -> Result<usize, Errno> {
    Err(Errno::NOSYS)
}
