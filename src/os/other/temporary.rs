//! Creates files without a name, by removing the name at once.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Creates a file without a name in `/tmp`.
///
/// # Errors
/// Returns the error from `open(2)`.
pub fn memory_file() -> io::Result<File> {
    nameless_file(Path::new("/tmp"))
}

/// Creates a file in `directory` without a name.
///
/// # Errors
/// Returns the error from `open(2)`.
pub fn nameless_file(directory: &Path) -> io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = directory.join(format!(".mapped-{}-{number}", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}
