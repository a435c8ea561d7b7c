//! File system statistics from `statfs(2)` and `statvfs(3)`, in types that are the same on every
//! system.

use std::os::fd::AsFd;

use rustix::fs::{StatVfs, fstatvfs};
use rustix::io::Errno;

use crate::os::Volume;

/// Returns the statistics of the file system that an open file is on.
///
/// # Errors
/// Returns the error from `fstatvfs(3)`.
pub fn volume_of(file: impl AsFd) -> Result<Volume, Errno> {
    let file = file.as_fd();
    let facts: StatVfs = fstatvfs(file)?;
    #[cfg(target_os = "linux")]
    let magic = Some(rustix::fs::fstatfs(file)?.f_type as u64);
    #[cfg(not(target_os = "linux"))]
    let magic = None;
    Ok(Volume {
        magic,
        id: facts.f_fsid,
        name_length: facts.f_namemax,
        block_size: facts.f_bsize,
        fundamental_block_size: if facts.f_frsize == 0 { facts.f_bsize } else { facts.f_frsize },
        blocks: facts.f_blocks,
        free_blocks: facts.f_bfree,
        available_blocks: facts.f_bavail,
        inodes: facts.f_files,
        free_inodes: facts.f_ffree,
    })
}
