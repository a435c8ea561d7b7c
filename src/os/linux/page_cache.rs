//! Linux's three interfaces for querying which parts of a file are in memory.
#![allow(unsafe_code)]

use std::io;
use std::num::NonZeroU64;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::fs::{Access, AtFlags};
use rustix::io::{Errno, ReadWriteFlags};

pub use crate::os::unix::mincore::each_page_between;
pub use crate::os::unix::usage::thread_requests;

/// The system call's number, the same on every architecture but alpha.
const SYS_CACHESTAT: libc::c_long = 451;

/// Queries `cachestat(2)` for `length` bytes from `offset`. Returns the number of pages that are
/// resident, dirty, in writeback, evicted and recently evicted.
///
/// A length of 0 would count the whole file.
///
/// # Errors
/// Returns ENOSYS before Linux 6.5, and any other error from the call.
pub fn cachestat(file: BorrowedFd<'_>, offset: u64, length: u64) -> Result<[u64; 5], Errno> {
    let range = [offset, length];
    let mut counts = [0u64; 5];
    // SAFETY: the kernel reads two u64 at `range` and writes five at `counts` (`struct
    // cachestat_range`, `struct cachestat`), which both have exactly that size and outlive the
    // call.
    let answer = unsafe { libc::syscall(SYS_CACHESTAT, file.as_raw_fd(), range.as_ptr(), counts.as_mut_ptr(), 0u32) };
    if answer != 0 {
        return Err(Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::INVAL));
    }
    Ok(counts)
}

/// Reads a byte if that does not wait for the disk (`preadv2(2)`, RWF_NOWAIT). Returns 0 at the end
/// of the file.
///
/// Some kernels begin to load a page that is missing, which [`thread_requests`] shows.
///
/// # Errors
/// Returns EAGAIN if the read would wait, and EOPNOTSUPP if the file system cannot report this.
pub fn read_cached(file: BorrowedFd<'_>, offset: u64) -> Result<usize, Errno> {
    rustix::io::preadv2(file, &mut [io::IoSliceMut::new(&mut [0])], offset, ReadWriteFlags::NOWAIT)
}

/// Returns whether `mincore` is truthful for `file`. The kernel requires the caller to own the file
/// or to have write permission.
pub fn mincore_is_truthful(file: BorrowedFd<'_>) -> bool {
    let owner = rustix::fs::fstat(file).is_ok_and(|stat| stat.st_uid == rustix::process::geteuid().as_raw());
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    owner || rustix::fs::accessat(rustix::fs::CWD, path, Access::WRITE_OK, AtFlags::EACCESS).is_ok()
}

/// Asks the kernel to drop a file's pages from the cache.
///
/// # Errors
/// Returns the error from `posix_fadvise(2)`.
pub fn drop_pages(file: BorrowedFd<'_>) -> Result<(), Errno> {
    rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)
}

/// Asks the kernel to drop the pages of the bytes from `start` to `end` from the cache.
///
/// # Errors
/// Returns the error from `posix_fadvise(2)`.
pub fn drop_range(file: BorrowedFd<'_>, start: u64, end: u64) -> Result<(), Errno> {
    let Some(length) = end.checked_sub(start).and_then(NonZeroU64::new) else { return Ok(()) };
    rustix::fs::fadvise(file, start, Some(length), rustix::fs::Advice::DontNeed)
}
