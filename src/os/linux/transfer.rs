//! Moves bytes between descriptors inside the kernel, and resizes pipes.

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::pipe::{SpliceFlags, fcntl_getpipe_size, fcntl_setpipe_size};

/// Returns the capacity of a pipe in bytes, or `None` if `pipe` is not a pipe.
pub fn pipe_size(pipe: BorrowedFd<'_>) -> Option<usize> {
    fcntl_getpipe_size(pipe).ok()
}

/// Enlarges a pipe to `size` bytes if it is smaller. The user's limits may forbid it.
pub fn enlarge_pipe(pipe: BorrowedFd<'_>, size: usize) {
    if pipe_size(pipe).is_some_and(|now| now < size) {
        let _ = fcntl_setpipe_size(pipe, size);
    }
}

/// Moves pages of a file from offset `at` into a pipe.
///
/// # Errors
/// Returns the error from `splice(2)`.
pub fn splice(file: BorrowedFd<'_>, mut at: u64, pipe: BorrowedFd<'_>, length: usize) -> Result<usize, Errno> {
    rustix::pipe::splice(file, Some(&mut at), pipe, None, length, SpliceFlags::empty())
}

/// Copies bytes of a file from offset `at` to the current position of another file.
///
/// # Errors
/// Returns the error from `copy_file_range(2)`.
pub fn copy_range(from: BorrowedFd<'_>, mut at: u64, to: BorrowedFd<'_>, length: usize) -> Result<usize, Errno> {
    rustix::fs::copy_file_range(from, Some(&mut at), to, None, length)
}
