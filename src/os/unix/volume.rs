//! What `statfs(2)` and `statvfs(3)` report about a file system, in types that are the same
//! everywhere.

use std::os::fd::AsFd;

use rustix::fs::{StatVfs, fstatvfs};
use rustix::io::Errno;

/// A file system as the kernel describes it.
#[derive(Clone, Debug)]
pub struct Volume {
    /// The number of its type, which has a fixed meaning only on Linux.
    pub magic: Option<u64>,
    /// The file system ID.
    pub id: u64,
    /// The maximum length of a file name in bytes.
    pub name_length: u64,
    /// The preferred block size for transfers, in bytes.
    pub block_size: u64,
    /// The unit in which blocks are counted, in bytes.
    pub fundamental_block_size: u64,
    /// The number of blocks.
    pub blocks: u64,
    /// The number of free blocks.
    pub free_blocks: u64,
    /// The number of free blocks that an ordinary user may fill.
    pub available_blocks: u64,
    /// The number of inodes.
    pub inodes: u64,
    /// The number of free inodes.
    pub free_inodes: u64,
}

impl Volume {
    /// Returns the facts about the file system that an open file is on.
    ///
    /// # Errors
    /// Returns the error of `fstatvfs(3)`.
    pub fn of(file: impl AsFd) -> Result<Volume, Errno> {
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
}
