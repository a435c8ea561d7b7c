//! Linux's names for inode metadata, for systems with other calls.

/// Bits that say which fields are known.
#[derive(Debug, Clone, Copy)]
pub struct StatxFlags(u32);

impl StatxFlags {
    /// The birth time.
    pub const BTIME: StatxFlags = StatxFlags(0x800);
    /// The alignment of direct I/O.
    pub const DIOALIGN: StatxFlags = StatxFlags(0x2000);

    /// Returns the bits.
    pub fn bits(self) -> u32 {
        self.0
    }
}

/// Attributes of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatxAttributes(u64);

impl StatxAttributes {
    /// The file is compressed by the file system.
    pub const COMPRESSED: StatxAttributes = StatxAttributes(0x4);
    /// The file cannot be modified.
    pub const IMMUTABLE: StatxAttributes = StatxAttributes(0x10);
    /// The file can only be appended to.
    pub const APPEND: StatxAttributes = StatxAttributes(0x20);
    /// The file is left out of backups.
    pub const NODUMP: StatxAttributes = StatxAttributes(0x40);
    /// The file can be read only with a key.
    pub const ENCRYPTED: StatxAttributes = StatxAttributes(0x800);
    /// The directory is mounted on demand.
    pub const AUTOMOUNT: StatxAttributes = StatxAttributes(0x1000);
    /// The file is the root of a mount.
    pub const MOUNT_ROOT: StatxAttributes = StatxAttributes(0x2000);
    /// The file is checked against a tree of hashes.
    pub const VERITY: StatxAttributes = StatxAttributes(0x10_0000);
    /// The file is mapped without the page cache.
    pub const DAX: StatxAttributes = StatxAttributes(0x20_0000);

    /// Returns whether all of `other` are set.
    pub fn contains(self, other: StatxAttributes) -> bool {
        self.0 & other.0 == other.0
    }
}

impl std::ops::BitOr for StatxAttributes {
    type Output = StatxAttributes;

    fn bitor(self, other: StatxAttributes) -> StatxAttributes {
        StatxAttributes(self.0 | other.0)
    }
}

impl std::ops::BitAnd for StatxAttributes {
    type Output = StatxAttributes;

    fn bitand(self, other: StatxAttributes) -> StatxAttributes {
        StatxAttributes(self.0 & other.0)
    }
}

/// A point in time.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatxTimestamp {
    /// Seconds since 1970.
    pub tv_sec: i64,
    /// Nanoseconds after that second.
    pub tv_nsec: u32,
}

/// The metadata of an inode; Linux's statx(2) describes the fields.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Statx {
    pub stx_mask: u32,
    pub stx_blksize: u32,
    pub stx_attributes: StatxAttributes,
    pub stx_attributes_mask: StatxAttributes,
    pub stx_nlink: u32,
    pub stx_uid: u32,
    pub stx_gid: u32,
    pub stx_mode: u16,
    pub stx_ino: u64,
    pub stx_size: u64,
    pub stx_blocks: u64,
    pub stx_atime: StatxTimestamp,
    pub stx_btime: StatxTimestamp,
    pub stx_ctime: StatxTimestamp,
    pub stx_mtime: StatxTimestamp,
    pub stx_rdev_major: u32,
    pub stx_rdev_minor: u32,
    pub stx_dev_major: u32,
    pub stx_dev_minor: u32,
    pub stx_dio_mem_align: u32,
    pub stx_dio_offset_align: u32,
}
