//! Moving bytes between descriptors inside the kernel, and pipes of another size.

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::pipe::{SpliceFlags, fcntl_getpipe_size, fcntl_setpipe_size};

/// Returns how many bytes a pipe holds; `None` for what is no pipe.
pub fn pipe_size(pipe: BorrowedFd<'_>) -> Option<usize> {
    fcntl_getpipe_size(pipe).ok()
}

/// Makes a pipe hold `size` bytes if it holds fewer. The limits of the user may forbid it.
pub fn enlarge_pipe(pipe: BorrowedFd<'_>, size: usize) {
    if pipe_size(pipe).is_some_and(|now| now < size) {
        let _ = fcntl_setpipe_size(pipe, size);
    }
}

/// Moves pages of a file from offset `at` into a pipe.
///
/// # Errors
/// What `splice(2)` says.
pub fn splice(file: BorrowedFd<'_>, mut at: u64, pipe: BorrowedFd<'_>, length: usize) -> Result<usize, Errno> {
    rustix::pipe::splice(file, Some(&mut at), pipe, None, length, SpliceFlags::empty())
}

/// Copies bytes of a file from offset `at` to where another stands.
///
/// # Errors
/// What `copy_file_range(2)` says.
pub fn copy_range(from: BorrowedFd<'_>, mut at: u64, to: BorrowedFd<'_>, length: usize) -> Result<usize, Errno> {
    rustix::fs::copy_file_range(from, Some(&mut at), to, None, length)
}
