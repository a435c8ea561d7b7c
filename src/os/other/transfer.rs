//! Moving bytes between descriptors inside the kernel, which this system does not offer: bytes are
//! read and written.

use std::os::fd::BorrowedFd;

use rustix::io::Errno;

/// Returns `None`: the size of a pipe is not known.
pub fn pipe_size(_: BorrowedFd<'_>) -> Option<usize> {
    None
}

/// Leaves the pipe as it is.
pub fn enlarge_pipe(_: BorrowedFd<'_>, _: usize) {}

/// Fails.
///
/// # Errors
/// Always `ENOSYS`.
pub fn splice(_: BorrowedFd<'_>, _: u64, _: BorrowedFd<'_>, _: usize) -> Result<usize, Errno> {
    Err(Errno::NOSYS)
}

/// Fails.
///
/// # Errors
/// Always `ENOSYS`.
pub fn copy_range(_: BorrowedFd<'_>, _: u64, _: BorrowedFd<'_>, _: usize) -> Result<usize, Errno> {
    Err(Errno::NOSYS)
}
