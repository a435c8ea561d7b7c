//! Flags of `open(2)` that only Linux has.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags, openat};

/// Opens a file as a location only, without reading it or blocking on it.
pub const ANCHOR: OFlags = OFlags::PATH;
/// Reads without updating the access time.
pub const NO_ATIME: OFlags = OFlags::NOATIME;

/// Opens the file of a descriptor again, with a file position of its own.
///
/// # Errors
/// Returns the error from `open(2)`.
pub fn open_again(descriptor: BorrowedFd<'_>, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    openat(CWD, format!("/proc/self/fd/{}", descriptor.as_raw_fd()), flags, Mode::empty())
}

/// Opens `path` below `directory` in one call, refusing symbolic links.
///
/// # Errors
/// Returns the error from `openat2(2)`.
pub fn open_without_links(
    directory: BorrowedFd<'_>,
    path: &std::path::Path,
    flags: OFlags,
) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat2(directory, path, flags, Mode::empty(), rustix::fs::ResolveFlags::NO_SYMLINKS)
}
