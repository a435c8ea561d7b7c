//! Creates files without a name.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{MemfdFlags, Mode, OFlags};

/// Creates a file in memory without a name.
///
/// # Errors
/// Returns the error from `memfd_create(2)`.
pub fn memory_file() -> io::Result<File> {
    Ok(rustix::fs::memfd_create(c"mapped", MemfdFlags::CLOEXEC)?.into())
}

/// Creates a file in `directory` without a name.
///
/// # Errors
/// Returns EOPNOTSUPP if the file system does not support it, and any other error from `open(2)`.
pub fn nameless_file(directory: &Path) -> io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    Ok(rustix::fs::open(directory, flags, Mode::RUSR | Mode::WUSR)?.into())
}
