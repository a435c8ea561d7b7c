//! SELinux contexts, which this system does not support.

use std::ffi::OsStr;

use crate::os::posix::Errno;

/// Returns `false`.
pub fn has_selinux() -> bool {
    false
}

/// Always fails.
///
/// # Errors
/// Returns `EOPNOTSUPP`.
pub fn context(_: Option<&OsStr>, _: bool) -> Result<Vec<u8>, Errno> {
    Err(Errno::OPNOTSUPP)
}
