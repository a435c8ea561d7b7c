//! Inode metadata in the form that Linux returns it, from `fstatat(2)`.

use std::ffi::OsStr;
use std::os::fd::BorrowedFd;

pub use super::statx::{Statx, StatxAttributes, StatxFlags, StatxTimestamp};
use rustix::fs::{AtFlags, Stat, fstat, statat};
use rustix::io::Errno;

use crate::os::Freshness;

/// Returns the device number with this major and minor number.
pub fn device_number(major: u32, minor: u32) -> u64 {
    libc::makedev(major as _, minor as _) as u64
}

/// Returns the metadata of `path` below `directory`, or of `directory` itself if the path is empty.
///
/// # Errors
/// Returns the error from `fstatat(2)`.
pub fn inode(directory: BorrowedFd<'_>, path: &OsStr, follow: bool, _: Freshness) -> Result<Statx, Errno> {
    let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
    let stat = if path.is_empty() { fstat(directory)? } else { statat(directory, path, flags)? };
    Ok(from_stat(&stat))
}

/// Converts the fields, whose types differ from system to system.
#[allow(clippy::unnecessary_cast, reason = "the types of the fields differ from system to system")]
fn from_stat(stat: &Stat) -> Statx {
    let none = StatxAttributes::default();
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
