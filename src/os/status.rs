//! The attributes of an open file that determine how it is read, in types that are the same on
//! every system.

use super::posix::FileType;

/// Nanoseconds since 1970, modulo 2^64; only compared.
pub type Nanoseconds = u64;

/// The attributes of a file, as in `fstat(2)`.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// The kind of file.
    pub kind: FileType,
    /// The size in bytes.
    pub size: u64,
    /// The device number, or the serial number of the volume.
    pub device: u64,
    /// The inode number, or the file's number on the volume.
    pub inode: u64,
    /// The time of the last write.
    pub modified: Nanoseconds,
    /// The time of the last change to the inode.
    pub changed: Nanoseconds,
}

impl Status {
    /// Returns the device and inode numbers, which identify a file.
    pub fn identity(&self) -> (u64, u64) {
        (self.device, self.inode)
    }
}
