//! The layout of a file on disk, which is not queried here, and the size of a file.

use std::io;

use super::errno::Errno;
use super::handle::BorrowedFd;
use super::seek;
use crate::os::Layout;

/// Always fails.
///
/// # Errors
/// Returns [`Errno::OPNOTSUPP`].
pub fn layout(_: BorrowedFd<'_>, _: u64) -> Result<Layout, Errno> {
    Err(Errno::OPNOTSUPP)
}

/// Returns the size of an open file in bytes.
///
/// # Errors
/// Returns the error from `GetFileSizeEx`.
pub fn device_size(device: BorrowedFd<'_>) -> io::Result<u64> {
    Ok(seek::size(device)?)
}
