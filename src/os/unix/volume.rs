//! What `statfs(2)` and `statvfs(3)` say of a file system, in types that are the same everywhere.

use std::os::fd::AsFd;

use rustix::fs::{StatVfs, fstatvfs};
use rustix::io::Errno;

/// A file system as the kernel describes it.
#[derive(Clone, Debug)]
pub struct Volume {
    /// The number of its kind, which only Linux gives a fixed meaning.
    pub magic: Option<u64>,
    /// Its identity.
    pub id: u64,
    /// The longest name of a file in bytes.
    pub name_length: u64,
    /// The size of a block for transfers, in bytes.
    pub block_size: u64,
    /// The unit in which blocks are counted, in bytes.
    pub fundamental_block_size: u64,
    /// All blocks.
    pub blocks: u64,
    /// Free blocks.
    pub free_blocks: u64,
    /// Free blocks that an ordinary user may fill.
    pub available_blocks: u64,
    /// All inodes.
    pub inodes: u64,
    /// Free inodes.
    pub free_inodes: u64,
}

impl Volume {
    /// Returns the facts of the file system that an open file is on.
    ///
    /// # Errors
    /// What `fstatvfs(3)` says.
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
