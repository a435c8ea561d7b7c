//! Inode metadata in the form that Linux returns it.
#![allow(unsafe_code)]

use std::ffi::OsStr;

use windows_sys::Win32::Storage::FileSystem as fs;

use super::errno::Errno;
use super::handle::{AsFd, BorrowedFd, FileType};
use super::information::{basic, facts, information, wide};
use super::open::{Mode, OFlags, openat};
pub use super::statx::{Statx, StatxAttributes, StatxFlags, StatxTimestamp};
use crate::os::Freshness;
use crate::os::Status;

/// Seconds from 1601, the epoch of Windows, to 1970.
const TO_1970: i64 = 11_644_473_600;

/// Returns the device number with this major and minor number.
pub fn device_number(major: u32, minor: u32) -> u64 {
    wide(major, minor)
}

/// Returns the metadata of `path` below `directory`, or of `directory` itself if the path is empty.
///
/// # Errors
/// Returns the error from opening it.
pub fn inode(directory: BorrowedFd<'_>, path: &OsStr, follow: bool, _: Freshness) -> Result<Statx, Errno> {
    if path.is_empty() {
        return of_handle(directory);
    }
    let flags = OFlags::PATH | if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    of_handle(openat(directory, path, flags, Mode::empty())?.as_fd())
}

fn of_handle(fd: BorrowedFd<'_>) -> Result<Statx, Errno> {
    let status = Status::of(fd).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    let (format, permissions) = match status.kind {
        FileType::Directory => (0o040_000, 0o755),
        FileType::Symlink => (0o120_000, 0o777),
        FileType::Fifo => (0o010_000, 0o600),
        FileType::CharacterDevice => (0o020_000, 0o666),
        _ => (0o100_000, 0o644),
    };
    let mut found = Statx { stx_mode: format | permissions, stx_nlink: 1, stx_blksize: 4096, ..Statx::default() };
    let on_disk = matches!(status.kind, FileType::RegularFile | FileType::Directory | FileType::Symlink);
    if !on_disk {
        return Ok(found);
    }
    let facts = facts(fd)?;
    if facts.dwFileAttributes & fs::FILE_ATTRIBUTE_READONLY != 0 {
        found.stx_mode &= !0o222;
    }
    // SAFETY: `FILE_STANDARD_INFO` is the struct that this class fills.
    let standard: Option<fs::FILE_STANDARD_INFO> = unsafe { information(fd, fs::FileStandardInfo) };
    found.stx_blocks = standard.map_or(0, |standard| (standard.AllocationSize as u64).div_ceil(512));
    found.stx_nlink = facts.nNumberOfLinks;
    found.stx_ino = status.inode;
    found.stx_size = if status.kind == FileType::RegularFile { status.size } else { 0 };
    found.stx_dev_minor = facts.dwVolumeSerialNumber;
    let attribute = |mask, name: StatxAttributes| if facts.dwFileAttributes & mask != 0 { Some(name) } else { None };
    let set = [
        attribute(fs::FILE_ATTRIBUTE_COMPRESSED, StatxAttributes::COMPRESSED),
        attribute(fs::FILE_ATTRIBUTE_ENCRYPTED, StatxAttributes::ENCRYPTED),
    ];
    found.stx_attributes = set.into_iter().flatten().fold(found.stx_attributes, |all, one| all | one);
    found.stx_attributes_mask = StatxAttributes::COMPRESSED | StatxAttributes::ENCRYPTED;
    if let Some(basic) = basic(fd) {
        found.stx_mask = StatxFlags::BTIME.bits();
        found.stx_btime = moment(basic.CreationTime);
        found.stx_atime = moment(basic.LastAccessTime);
        found.stx_mtime = moment(basic.LastWriteTime);
        // A file system that does not record this time reports 0.
        found.stx_ctime = moment(if basic.ChangeTime == 0 { basic.LastWriteTime } else { basic.ChangeTime });
    }
    Ok(found)
}

/// Converts a time in units of 100 nanoseconds since 1601.
fn moment(time: i64) -> StatxTimestamp {
    StatxTimestamp { tv_sec: time.div_euclid(10_000_000) - TO_1970, tv_nsec: time.rem_euclid(10_000_000) as u32 * 100 }
}
