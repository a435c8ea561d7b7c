//! Descriptors that the program's caller opened for it, which have no numbers here.

use std::fs::File;
use std::io;

/// Always fails.
///
/// # Errors
/// Returns `Unsupported`.
pub fn inherited(_: i32) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}
