//! The facts of an open file that reading it depends on.
#![allow(unsafe_code)]

use std::ffi::OsStr;
use std::io;

use windows_sys::Win32::Storage::FileSystem as fs;

use super::errno::Errno;
use super::handle::{AsFd, BorrowedFd, FileType, is_a_terminal, raw, ticks};
use super::information::{basic, facts, kind, wide};
use super::open::{CWD, Mode, OFlags, openat};

/// Nanoseconds since 1970, modulo 2^64: only compared.
pub type Nanoseconds = u64;

/// Describes a file.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// The kind of file.
    pub kind: FileType,
    /// The size in bytes.
    pub size: u64,
    /// The serial number of the volume that it is on.
    pub device: u64,
    /// Its number on the volume.
    pub inode: u64,
    /// When its bytes were last written.
    pub modified: Nanoseconds,
    /// When its facts or bytes last changed.
    pub changed: Nanoseconds,
}

impl Status {
    /// Returns the facts of an open file.
    ///
    /// # Errors
    /// What `GetFileInformationByHandle` says.
    pub fn of(file: impl AsFd) -> io::Result<Status> {
        let fd = file.as_fd();
        // SAFETY: the call only asks.
        let kind = match unsafe { fs::GetFileType(raw(fd)) } {
            fs::FILE_TYPE_DISK => return Ok(Status::on_disk(fd)?),
            fs::FILE_TYPE_PIPE => FileType::Fifo,
            fs::FILE_TYPE_CHAR => FileType::CharacterDevice,
            // A console of some versions answers this; a handle that is none has an error.
            _ if is_a_terminal(fd) => FileType::CharacterDevice,
            _ => return Err(Errno::BADF.into()),
        };
        // Only the handle tells one of these from another.
        Ok(Status { kind, size: 0, device: u64::MAX, inode: raw(fd).addr() as u64, modified: 0, changed: 0 })
    }

    /// Returns the facts of the file at `path`, following links.
    ///
    /// # Errors
    /// What opening it says.
    pub fn named(path: &OsStr) -> io::Result<Status> {
        Status::of(openat(CWD, path, OFlags::PATH, Mode::empty())?)
    }

    /// Returns what tells two files apart: volume and number.
    pub fn identity(&self) -> (u64, u64) {
        (self.device, self.inode)
    }

    fn on_disk(fd: BorrowedFd<'_>) -> Result<Status, Errno> {
        let facts = facts(fd)?;
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
