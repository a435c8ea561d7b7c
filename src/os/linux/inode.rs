//! Inode metadata in the form of `statx(2)`, even where that call is refused.

#![allow(unsafe_code)]

use std::ffi::OsStr;
use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, Stat, major, minor, statat, statx};
pub use rustix::fs::{Statx, StatxAttributes, StatxFlags, StatxTimestamp};
use rustix::io::Errno;

use crate::os::Freshness;

/// Returns the device number with this major and minor number.
pub fn device_number(major: u32, minor: u32) -> u64 {
    rustix::fs::makedev(major, minor)
}

/// Returns the metadata of `path` below `directory`, or of `directory` itself if the path is empty.
///
/// Kernels before Linux 4.11 and the system-call filters of old containers lack `statx`.
/// `fstatat(2)` is then used, which lacks birth time, mount and attributes, as `stx_mask` shows.
///
/// # Errors
/// Returns the error of either call.
pub fn inode(directory: BorrowedFd<'_>, path: &OsStr, follow: bool, freshness: Freshness) -> Result<Statx, Errno> {
    let mut flags = match freshness {
        Freshness::Default => AtFlags::STATX_SYNC_AS_STAT | AtFlags::NO_AUTOMOUNT,
        Freshness::Server => AtFlags::STATX_FORCE_SYNC,
        Freshness::Cached => AtFlags::STATX_DONT_SYNC | AtFlags::NO_AUTOMOUNT,
    };
    flags.set(AtFlags::SYMLINK_NOFOLLOW, !follow);
    flags.set(AtFlags::EMPTY_PATH, path.is_empty());
    let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME | StatxFlags::DIOALIGN;
    match statx(directory, path, flags, wanted) {
        Err(Errno::NOSYS) => {
            let flags = flags & (AtFlags::SYMLINK_NOFOLLOW | AtFlags::EMPTY_PATH | AtFlags::NO_AUTOMOUNT);
            statat(directory, path, flags).map(|stat| from_stat(&stat))
        }
        answer => answer,
    }
}

fn from_stat(stat: &Stat) -> Statx {
    // SAFETY: `Statx` is the kernel's struct. All its fields are integers, for which zero is a
    // valid value, and it has no other constructor.
    let mut inode: Statx = unsafe { std::mem::zeroed() };
    inode.stx_mask = StatxFlags::BASIC_STATS.bits();
    inode.stx_blksize = stat.st_blksize as u32;
    inode.stx_nlink = stat.st_nlink as u32;
    inode.stx_uid = stat.st_uid;
    inode.stx_gid = stat.st_gid;
    inode.stx_mode = stat.st_mode as u16;
    inode.stx_ino = stat.st_ino;
    inode.stx_size = stat.st_size as u64;
    inode.stx_blocks = stat.st_blocks as u64;
    (inode.stx_dev_major, inode.stx_dev_minor) = (major(stat.st_dev), minor(stat.st_dev));
    (inode.stx_rdev_major, inode.stx_rdev_minor) = (major(stat.st_rdev), minor(stat.st_rdev));
    set_time(&mut inode.stx_atime, stat.st_atime, stat.st_atime_nsec as u32);
    set_time(&mut inode.stx_mtime, stat.st_mtime, stat.st_mtime_nsec as u32);
    set_time(&mut inode.stx_ctime, stat.st_ctime, stat.st_ctime_nsec as u32);
    inode
}

fn set_time(time: &mut StatxTimestamp, seconds: i64, nanoseconds: u32) {
    time.tv_sec = seconds;
    time.tv_nsec = nanoseconds;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_calls_agree() {
        for path in ["/dev/null", "/proc/self/exe", "/tmp"] {
            let fresh = statx(rustix::fs::CWD, path, AtFlags::empty(), StatxFlags::BASIC_STATS).unwrap();
            // On s390x, stat(2) of qemu 7.2 has no nanoseconds.
            let old = from_stat(&statat(rustix::fs::CWD, path, AtFlags::empty()).unwrap());
            let facts = |inode: &Statx| {
                let times = [inode.stx_mtime, inode.stx_ctime].map(|time| (time.tv_sec, time.tv_nsec));
                let numbers = [inode.stx_dev_major, inode.stx_dev_minor, inode.stx_rdev_major, inode.stx_rdev_minor];
                let owner = (inode.stx_mode, inode.stx_uid, inode.stx_gid, inode.stx_nlink);
                (times, numbers, owner, inode.stx_ino, inode.stx_size, inode.stx_blocks, inode.stx_blksize)
            };
            assert_eq!(facts(&fresh), facts(&old), "{path}");
        }
    }
}
