//! The layout of a file on disk, which this system does not report, and the size of a block device.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

use crate::os::Layout;

/// Always fails.
///
/// # Errors
/// Returns `EOPNOTSUPP`.
pub fn layout(_: BorrowedFd<'_>, _: u64) -> Result<Layout, Errno> {
    Err(Errno::OPNOTSUPP)
}

/// Returns the size of a block device in bytes, by seeking to its end and back.
///
/// # Errors
/// Returns the error from `lseek(2)`. macOS reports a size of 0, and the device is then read as a
/// stream.
pub fn device_size(device: BorrowedFd<'_>) -> io::Result<u64> {
    let here = seek(device, SeekFrom::Current(0))?;
    let size = seek(device, SeekFrom::End(0))?;
    seek(device, SeekFrom::Start(here))?;
    Ok(size)
}
