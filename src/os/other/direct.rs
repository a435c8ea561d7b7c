//! Reads that bypass the page cache or never wait for the disk, which this system does not offer in
//! the form that Linux does.

use std::fs::File;
use std::io;

use crate::os::posix::AsFd;

/// Returns false, because no descriptor bypasses the page cache in a way that needs alignment.
pub fn is_direct(_: impl AsFd) -> bool {
    false
}

/// Always fails.
///
/// # Errors
/// Returns `Unsupported`.
pub fn into_direct(_: File) -> io::Result<(File, u64)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Always fails.
///
/// # Errors
/// Returns `Unsupported`.
pub fn read_cached(_: impl AsFd, _: &mut [u8], _: u64) -> io::Result<Option<usize>> {
    Err(io::ErrorKind::Unsupported.into())
}
