//! The facts about an inode in the form that Linux returns them, from `fstatat(2)`.

use std::ffi::OsStr;
use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, Stat, fstat, statat};
use rustix::io::Errno;

use crate::os::unix::freshness::Freshness;

/// Bits that say which facts are known.
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

/// Attributes of a file, none of which are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatxAttributes(u64);

impl StatxAttributes {
    /// Compressed by the file system.
    pub const COMPRESSED: StatxAttributes = StatxAttributes(0x4);
    /// Cannot be modified.
    pub const IMMUTABLE: StatxAttributes = StatxAttributes(0x10);
    /// Can only be appended to.
    pub const APPEND: StatxAttributes = StatxAttributes(0x20);
    /// Left out of backups.
    pub const NODUMP: StatxAttributes = StatxAttributes(0x40);
    /// Needs a key.
    pub const ENCRYPTED: StatxAttributes = StatxAttributes(0x800);
    /// Mounted on demand.
    pub const AUTOMOUNT: StatxAttributes = StatxAttributes(0x1000);
    /// The root of a mount.
    pub const MOUNT_ROOT: StatxAttributes = StatxAttributes(0x2000);
    /// Checked against a tree of hashes.
    pub const VERITY: StatxAttributes = StatxAttributes(0x10_0000);
    /// Mapped without the page cache.
    pub const DAX: StatxAttributes = StatxAttributes(0x20_0000);

    /// Returns whether all of `other` are set.
    pub fn contains(self, other: StatxAttributes) -> bool {
        self.0 & other.0 == other.0
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

/// The facts about an inode; Linux's statx(2) describes the fields.
#[derive(Debug, Clone, Copy)]
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

/// Returns the device number with this major and minor number.
pub fn device_number(major: u32, minor: u32) -> u64 {
    libc::makedev(major as _, minor as _) as u64
}

/// Returns the facts about `path` below `directory`, or about `directory` itself if the path is
/// empty.
///
/// # Errors
/// Returns the error of `fstatat(2)`.
pub fn inode(directory: BorrowedFd<'_>, path: &OsStr, follow: bool, _: Freshness) -> Result<Statx, Errno> {
    let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
    let stat = if path.is_empty() { fstat(directory)? } else { statat(directory, path, flags)? };
    Ok(from_stat(&stat))
}

/// Converts the fields, whose types differ from system to system.
fn from_stat(stat: &Stat) -> Statx {
    let none = StatxAttributes(0);
    let time = |seconds: i64, nanoseconds: i64| StatxTimestamp { tv_sec: seconds, tv_nsec: nanoseconds as u32 };
    Statx {
        stx_mask: StatxFlags::BTIME.bits(),
        stx_blksize: stat.st_blksize as u32,
        stx_attributes: none,
        stx_attributes_mask: none,
        stx_nlink: stat.st_nlink as u32,
        stx_uid: stat.st_uid,
        stx_gid: stat.st_gid,
        stx_mode: stat.st_mode as u16,
        stx_ino: stat.st_ino as u64,
        stx_size: stat.st_size as u64,
        stx_blocks: stat.st_blocks as u64,
        stx_atime: time(stat.st_atime as i64, stat.st_atime_nsec as i64),
        stx_btime: time(stat.st_birthtime as i64, stat.st_birthtime_nsec as i64),
        stx_ctime: time(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        stx_mtime: time(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
        stx_rdev_major: libc::major(stat.st_rdev) as u32,
        stx_rdev_minor: libc::minor(stat.st_rdev) as u32,
        stx_dev_major: libc::major(stat.st_dev) as u32,
        stx_dev_minor: libc::minor(stat.st_dev) as u32,
        stx_dio_mem_align: 0,
        stx_dio_offset_align: 0,
    }
}
