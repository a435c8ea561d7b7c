//! Statistics of a file system, in types that are the same on every system.

use super::posix::{AsFd, Errno};
use super::system::volume_of;

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
    /// Returns the statistics of the file system that holds an open file.
    ///
    /// # Errors
    /// Returns the system's error.
    pub fn of(file: impl AsFd) -> Result<Volume, Errno> {
        volume_of(file)
    }
}
