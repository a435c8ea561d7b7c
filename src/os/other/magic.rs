//! Recognises local file systems by the flag `MNT_LOCAL` of `statfs(2)`.

use std::os::fd::BorrowedFd;

use rustix::fs::fstatfs;

use crate::os::FileSystem;

/// Returns whether the file system is local. The type numbers differ from system to system.
pub fn identify(file: BorrowedFd<'_>, _: u64) -> FileSystem {
    #[allow(clippy::unnecessary_cast, reason = "the types differ between these systems")]
    let is_local = fstatfs(file).is_ok_and(|system| system.f_flags as u64 & libc::MNT_LOCAL as u64 != 0);
    if is_local { FileSystem::Local } else { FileSystem::Unknown }
}
