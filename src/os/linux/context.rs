//! SELinux contexts.

use std::ffi::OsStr;
use std::path::Path;

use rustix::io::Errno;

/// Returns whether SELinux is in force, which is when files have contexts worth showing.
pub fn has_selinux() -> bool {
    Path::new("/sys/fs/selinux/status").exists()
}

/// Returns the context of the file at `path`, or of standard input without one, with its closing NUL removed.
///
/// # Errors
/// ENODATA where there is none, and what else the call reports.
pub fn context(path: Option<&OsStr>, follow: bool) -> Result<Vec<u8>, Errno> {
    let mut value = [0u8; 4096];
    let attribute = c"security.selinux";
    let length = match path {
        None => rustix::fs::fgetxattr(rustix::stdio::stdin(), attribute, &mut value[..])?,
        Some(path) if follow => rustix::fs::getxattr(path, attribute, &mut value[..])?,
        Some(path) => rustix::fs::lgetxattr(path, attribute, &mut value[..])?,
    };
    let value = &value[..length];
    Ok(value.strip_suffix(b"\0").unwrap_or(value).to_vec())
}
