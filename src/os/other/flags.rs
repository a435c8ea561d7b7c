//! Stand-ins for the flags of `open(2)` that only Linux has.

use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::{OFlags, openat};
use rustix::io::Errno;

/// Opens a file as a location. Without Linux's `O_PATH`, it is opened for reading without blocking.
pub const ANCHOR: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY);
/// No flag preserves the access time.
pub const NO_ATIME: OFlags = OFlags::empty();

/// Opens the file of a descriptor again, with a file position of its own. `/dev/fd` would share the
/// position.
///
/// # Errors
/// Returns the error from `open(2)`, or ESTALE if the name refers to another file by then.
#[cfg(target_vendor = "apple")]
pub fn open_again(descriptor: BorrowedFd<'_>, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let path = rustix::fs::getpath(descriptor)?;
    let opened = openat(rustix::fs::CWD, path, flags, rustix::fs::Mode::empty())?;
    let (here, there) = (rustix::fs::fstat(descriptor)?, rustix::fs::fstat(&opened)?);
    if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino) { Ok(opened) } else { Err(Errno::STALE) }
}

/// Opens the file of a descriptor again, with a file position of its own. `/dev/fd` would share the
/// position.
///
/// # Errors
/// Returns the error from `open(2)`, or EINVAL or ENOENT on systems without FreeBSD's
/// `O_EMPTY_PATH`.
#[cfg(not(target_vendor = "apple"))]
pub fn open_again(descriptor: BorrowedFd<'_>, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    // From FreeBSD's <sys/fcntl.h>.
    const EMPTY_PATH: u32 = 0x0200_0000;
    openat(descriptor, c"", flags | OFlags::from_bits_retain(EMPTY_PATH as _), rustix::fs::Mode::empty())
}

/// Always fails, so that the caller opens the path name by name.
///
/// # Errors
/// Returns `ENOSYS`.
pub fn open_without_links(_: BorrowedFd<'_>, _: &std::path::Path, _: OFlags) -> rustix::io::Result<OwnedFd> {
    Err(Errno::NOSYS)
}
