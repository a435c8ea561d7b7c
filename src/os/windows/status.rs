//! Queries the attributes of a file that determine how it is read.
#![allow(unsafe_code)]

use std::ffi::OsStr;
use std::io;

use windows_sys::Win32::Storage::FileSystem as fs;

use super::errno::Errno;
use super::handle::{AsFd, BorrowedFd, FileType, is_a_terminal, raw, ticks};
use super::information::{basic, facts, kind, wide};
use super::open::{CWD, Mode, OFlags, openat};
use super::seek::size;
use crate::os::Status;

impl Status {
    /// Returns the attributes of an open file.
    ///
    /// # Errors
    /// Returns the error from `GetFileInformationByHandle`.
    pub fn of(file: impl AsFd) -> io::Result<Status> {
        let fd = file.as_fd();
        // SAFETY: the call only queries.
        let kind = match unsafe { fs::GetFileType(raw(fd)) } {
            fs::FILE_TYPE_DISK => return Ok(Status::on_disk(fd)?),
            fs::FILE_TYPE_PIPE => FileType::Fifo,
            fs::FILE_TYPE_CHAR => FileType::CharacterDevice,
            // Some versions report this for a console. An invalid handle causes an error.
            _ if is_a_terminal(fd) => FileType::CharacterDevice,
            _ => return Err(Errno::BADF.into()),
        };
        // Only the handle distinguishes such files.
        Ok(Status { kind, size: 0, device: u64::MAX, inode: raw(fd).addr() as u64, modified: 0, changed: 0 })
    }

    /// Returns the attributes of the file at `path`, following links.
    ///
    /// # Errors
    /// Returns the error from opening it.
    pub fn named(path: &OsStr) -> io::Result<Status> {
        Status::of(openat(CWD, path, OFlags::PATH, Mode::empty())?)
    }

    /// Returns the known attributes of a file that Windows cannot identify (a redirected one in
    /// Wine).
    fn without_name(fd: BorrowedFd<'_>) -> Result<Status, Errno> {
        let (device, inode) = (u64::MAX, raw(fd).addr() as u64);
        Ok(Status { kind: FileType::RegularFile, size: size(fd)?, device, inode, modified: 0, changed: 0 })
    }

    fn on_disk(fd: BorrowedFd<'_>) -> Result<Status, Errno> {
        let Ok(facts) = facts(fd) else { return Status::without_name(fd) };
        let modified = ticks(facts.ftLastWriteTime).wrapping_mul(100);
        Ok(Status {
            kind: kind(fd, facts.dwFileAttributes),
            size: wide(facts.nFileSizeHigh, facts.nFileSizeLow),
            device: facts.dwVolumeSerialNumber.into(),
            inode: wide(facts.nFileIndexHigh, facts.nFileIndexLow),
            modified,
            changed: basic(fd).map_or(modified, |basic| (basic.ChangeTime as u64).wrapping_mul(100)),
        })
    }
}
