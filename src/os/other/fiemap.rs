//! In how many pieces the disk stores a file, which this system does not say, and the size of a
//! block device.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

/// How the file system stores a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layout {
    /// Extents in the file system's map.
    pub extents: u64,
    /// Runs of extents that follow each other on the disk: 1 is a file in one piece, 0 one without any block.
    pub fragments: u64,
    /// Extents shared with other files or snapshots.
    pub shared: u64,
    /// Extents allocated and not yet written, which read as zeros.
    pub unwritten: u64,
    /// Extents not placed on the disk yet: their bytes are only in memory.
    pub delayed: u64,
    /// Whether the walk reached the last extent.
    pub complete: bool,
}

/// Fails.
///
/// # Errors
/// Always `EOPNOTSUPP`.
pub fn layout(_: BorrowedFd<'_>, _: u64) -> Result<Layout, Errno> {
    Err(Errno::OPNOTSUPP)
}

/// Returns the size of a block device in bytes, by seeking to its end and back.
///
/// # Errors
/// What `lseek(2)` says. macOS gives 0, and the device is then read as a stream.
pub fn device_size(device: BorrowedFd<'_>) -> io::Result<u64> {
    let here = seek(device, SeekFrom::Current(0))?;
    let size = seek(device, SeekFrom::End(0))?;
    seek(device, SeekFrom::Start(here))?;
    Ok(size)
}
