//! Files without a name.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{MemfdFlags, Mode, OFlags};

/// Makes a file that lives in memory and has no name.
///
/// # Errors
/// What `memfd_create(2)` says.
pub fn memory_file() -> io::Result<File> {
    Ok(rustix::fs::memfd_create(c"mapped", MemfdFlags::CLOEXEC)?.into())
}

/// Makes a file in `directory` that has no name.
///
/// # Errors
/// EOPNOTSUPP where the file system cannot, and what else `open(2)` says.
pub fn nameless_file(directory: &Path) -> io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    Ok(rustix::fs::open(directory, flags, Mode::RUSR | Mode::WUSR)?.into())
}
