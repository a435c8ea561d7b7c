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

    /// Returns whether both are of the same file.
    ///
    /// Some FUSE and network file systems give several files one inode number, so the sizes and
    /// times are compared too. A file that changes in between is not recognised.
    pub fn is_same_file(&self, other: &Status) -> bool {
        let facts = |status: &Status| (status.identity(), status.size, status.modified, status.changed);
        facts(self) == facts(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Regression: two files of a FUSE file system that gives all files one inode number were equal to
    // `hexdump --diff`, which did not read them.
    #[test]
    fn files_with_one_inode_number_may_differ() {
        let one = Status { kind: FileType::RegularFile, size: 5, device: 1, inode: 2, modified: 3, changed: 4 };
        assert!(one.is_same_file(&one));
        for other in [
            Status { inode: 3, ..one },
            Status { device: 2, ..one },
            Status { size: 6, ..one },
            Status { modified: 4, ..one },
            Status { changed: 5, ..one },
        ] {
            assert!(!one.is_same_file(&other));
        }
    }
}
