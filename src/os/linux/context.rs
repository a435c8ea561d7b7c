//! SELinux contexts.

use std::ffi::OsStr;
use std::path::Path;

use rustix::io::Errno;

/// Returns whether SELinux is enabled, so that files have contexts worth showing.
pub fn has_selinux() -> bool {
    Path::new("/sys/fs/selinux/status").exists()
}

/// Returns the context of the file at `path`, or of standard input if it is `None`, without its
/// trailing NUL.
///
/// # Errors
/// Returns ENODATA if the file has no context, and any other error from the call.
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
