//! System calls that move a file's bytes without copying them through this program.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::pipe::{SpliceFlags, fcntl_getpipe_size, fcntl_setpipe_size};

/// What one move came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveOutcome {
    /// This many bytes were moved; 0 at the end of the file.
    Moved(usize),
    /// The pipe does not block and is full.
    Full,
    /// The bytes cannot be moved in this way, or the file cannot be read.
    Refused,
}

/// Moves up to `length` bytes of `file` at `offset` to a pipe (`splice(2)`), waiting for room in it.
///
/// # Errors
/// EPIPE where the pipe's reader has gone. Other errors are [`MoveOutcome::Refused`], as they do not tell which end failed.
pub fn splice(file: BorrowedFd<'_>, mut offset: u64, pipe: BorrowedFd<'_>, length: usize) -> io::Result<MoveOutcome> {
    match retry(|| rustix::pipe::splice(file, Some(&mut offset), pipe, None, length, SpliceFlags::empty())) {
        Ok(count) => Ok(MoveOutcome::Moved(count)),
        Err(Errno::AGAIN) => Ok(MoveOutcome::Full),
        Err(Errno::PIPE) => Err(Errno::PIPE.into()),
        Err(_) => Ok(MoveOutcome::Refused),
    }
}

/// Copies up to `length` bytes of `file` at `offset` to where `target` stands (`copy_file_range(2)`).
///
/// # Errors
/// ENOSPC, EFBIG and EDQUOT, which are the target's. Other errors are [`MoveOutcome::Refused`].
pub fn copy_file_range(
    file: BorrowedFd<'_>,
    mut offset: u64,
    target: BorrowedFd<'_>,
    length: usize,
) -> io::Result<MoveOutcome> {
    match retry(|| rustix::fs::copy_file_range(file, Some(&mut offset), target, None, length)) {
        Ok(count) => Ok(MoveOutcome::Moved(count)),
        Err(error @ (Errno::NOSPC | Errno::FBIG | Errno::DQUOT)) => Err(error.into()),
        Err(_) => Ok(MoveOutcome::Refused),
    }
}

/// Returns how many bytes a pipe holds; `None` for what is no pipe.
pub fn pipe_capacity(pipe: BorrowedFd<'_>) -> Option<usize> {
    fcntl_getpipe_size(pipe).ok()
}

/// Makes a pipe hold `capacity` bytes, unless it holds more. Beyond a user's quota (pipe(7)) it stays as it is.
pub fn enlarge_pipe(pipe: BorrowedFd<'_>, capacity: usize) {
    if pipe_capacity(pipe).is_some_and(|size| size < capacity) {
        let _ = fcntl_setpipe_size(pipe, capacity);
    }
}

fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            outcome => return outcome,
        }
    }
}
