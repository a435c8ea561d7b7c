//! The null device, which may be missing from a minimal root directory (chroot).

use std::fs::File;
use std::io;

use super::platform::temporary::memory_file;

/// The name of the null device.
pub const NULL_DEVICE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// Opens the null device, or creates an empty file in memory if there is none.
///
/// # Errors
/// Returns the error from creating the file.
pub fn null_device() -> io::Result<File> {
    File::options().read(true).write(true).open(NULL_DEVICE).or_else(|_| memory_file())
}
