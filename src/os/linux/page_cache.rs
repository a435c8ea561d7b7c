//! The three ways in which Linux says what of a file is in memory.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::fs::{Access, AtFlags};
use rustix::io::{Errno, ReadWriteFlags};

/// The system call's number, the same on every architecture but alpha.
const SYS_CACHESTAT: libc::c_long = 451;

/// Asks `cachestat(2)` about `length` bytes from `offset`, and returns the pages that are resident, dirty, written back,
/// evicted and recently evicted. With a length of 0 it would count the whole file.
///
/// # Errors
/// ENOSYS before Linux 6.5, and what else the call says.
pub fn cachestat(file: BorrowedFd<'_>, offset: u64, length: u64) -> Result<[u64; 5], Errno> {
    let range = [offset, length];
    let mut counts = [0u64; 5];
    // SAFETY: the kernel reads two u64 at `range` and writes five at `counts` (`struct cachestat_range`, `struct
    // cachestat`), which is exactly what they are; both outlive the call.
    let answer = unsafe { libc::syscall(SYS_CACHESTAT, file.as_raw_fd(), range.as_ptr(), counts.as_mut_ptr(), 0u32) };
    if answer != 0 {
        return Err(Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::INVAL));
    }
    Ok(counts)
}

/// Reads a byte if that needs no waiting for the disk (`preadv2(2)`, RWF_NOWAIT). Returns 0 at the end of the file.
///
/// # Errors
/// EAGAIN where it would wait, and EOPNOTSUPP where the file system cannot tell.
pub fn read_cached(file: BorrowedFd<'_>, offset: u64) -> Result<usize, Errno> {
    rustix::io::preadv2(file, &mut [io::IoSliceMut::new(&mut [0])], offset, ReadWriteFlags::NOWAIT)
}

/// Returns whether `mincore` tells the truth about `file`: the kernel's own rule is owner, or allowed to write.
pub fn mincore_is_true(file: BorrowedFd<'_>) -> bool {
    let owner = rustix::fs::fstat(file).is_ok_and(|stat| stat.st_uid == rustix::process::geteuid().as_raw());
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    owner || rustix::fs::accessat(rustix::fs::CWD, path, Access::WRITE_OK, AtFlags::EACCESS).is_ok()
}

/// Asks the kernel to drop a file's pages from the cache.
///
/// # Errors
/// What `posix_fadvise(2)` says.
pub fn drop_pages(file: BorrowedFd<'_>) -> Result<(), Errno> {
    rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)
}
