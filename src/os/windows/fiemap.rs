//! In how many pieces the disk stores a file, which is not asked here.

use std::io;

use super::errno::Errno;
use super::handle::BorrowedFd;
use super::seek;
use crate::os::Layout;

/// Fails.
///
/// # Errors
/// Always [`Errno::OPNOTSUPP`].
pub fn layout(_: BorrowedFd<'_>, _: u64) -> Result<Layout, Errno> {
    Err(Errno::OPNOTSUPP)
}

/// Returns the size of what is open.
///
/// # Errors
/// What `GetFileSizeEx` says.
pub fn device_size(device: BorrowedFd<'_>) -> io::Result<u64> {
    Ok(seek::size(device)?)
}
