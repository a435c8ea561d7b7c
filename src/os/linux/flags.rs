//! Flags of `open(2)` that only Linux has.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags, openat};

/// Opens a file as a place, without reading it or waiting for it.
pub const ANCHOR: OFlags = OFlags::PATH;
/// Reads without a change of the access time.
pub const QUIET: OFlags = OFlags::NOATIME;

/// Opens the file of a descriptor once more, with a position of its own.
///
/// # Errors
/// What `open(2)` says.
pub fn open_again(descriptor: BorrowedFd<'_>, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    openat(CWD, format!("/proc/self/fd/{}", descriptor.as_raw_fd()), flags, Mode::empty())
}

/// Opens `path` below `directory` through no symbolic link, in one call.
///
/// # Errors
/// What `openat2(2)` says.
pub fn open_without_links(
    directory: BorrowedFd<'_>,
    path: &std::path::Path,
    flags: OFlags,
) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat2(directory, path, flags, Mode::empty(), rustix::fs::ResolveFlags::NO_SYMLINKS)
}
