//! Opens files by path, below a directory, and again by handle.
#![allow(unsafe_code)]

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io;
use std::ops::BitOr;
use std::os::windows::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{BorrowedHandle, FromRawHandle, OwnedHandle};
use std::path::{Path, PathBuf};

use windows_sys::Wdk::Foundation::OBJECT_ATTRIBUTES;
use windows_sys::Wdk::Storage::FileSystem as nt;
use windows_sys::Win32::Foundation::{GENERIC_READ, OBJ_CASE_INSENSITIVE, RtlNtStatusToDosError, UNICODE_STRING};
use windows_sys::Win32::Storage::FileSystem as fs;
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;

use super::errno::Errno;
use super::handle::{AsFd, BorrowedFd, FileType, OwnedFd, raw};
use super::information::{facts, kind};
use super::names::OsStrExt;

/// Represents the current directory.
// SAFETY: a null handle is never used as one, because `openat` checks for it first.
pub const CWD: BorrowedFd<'static> = unsafe { BorrowedHandle::borrow_raw(std::ptr::null_mut()) };

/// Flags for opening a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OFlags(u32);

#[allow(missing_docs, reason = "the names are POSIX's")]
impl OFlags {
    pub const RDONLY: OFlags = OFlags(0);
    pub const CLOEXEC: OFlags = OFlags(0);
    pub const NONBLOCK: OFlags = OFlags(0);
    pub const NOCTTY: OFlags = OFlags(0);
    pub const DIRECTORY: OFlags = OFlags(1);
    pub const NOFOLLOW: OFlags = OFlags(2);
    pub const PATH: OFlags = OFlags(4);

    pub const fn empty() -> OFlags {
        OFlags(0)
    }

    pub const fn union(self, other: OFlags) -> OFlags {
        OFlags(self.0 | other.0)
    }

    pub const fn contains(self, other: OFlags) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for OFlags {
    type Output = OFlags;

    fn bitor(self, other: OFlags) -> OFlags {
        self.union(other)
    }
}

/// The permissions of a new file, which do not exist here.
#[derive(Clone, Copy, Debug)]
pub struct Mode;

impl Mode {
    /// Returns no permissions.
    pub fn empty() -> Mode {
        Mode
    }
}

/// A name that can be opened, or its bytes.
pub trait AsName {
    /// Returns the name.
    fn as_name(&self) -> &OsStr;
}

impl AsName for &OsStr {
    fn as_name(&self) -> &OsStr {
        self
    }
}

impl AsName for &[u8] {
    fn as_name(&self) -> &OsStr {
        OsStr::from_bytes(self)
    }
}

/// Opens `path`, which may be a directory, for reading.
///
/// # Errors
/// Returns the error from `CreateFileW`.
pub fn open_file(path: &OsStr) -> io::Result<File> {
    open_path(path, OFlags::RDONLY)
}

/// Opens a path of any form. After the prefix `\\?\`, Windows reads a slash as a part of a name. No
/// name contains one, so the slashes that a walk or a list puts between names become backslashes.
fn open_path(path: &OsStr, flags: OFlags) -> io::Result<File> {
    let bytes = path.as_bytes();
    if !bytes.starts_with(br"\\?\") || !bytes.contains(&b'/') {
        return options(flags).open(path);
    }
    let separated: Vec<u8> = bytes.iter().map(|&byte| if byte == b'/' { b'\\' } else { byte }).collect();
    options(flags).open(OsStr::from_bytes(&separated))
}

/// Opens `path` below `directory`.
///
/// # Errors
/// Returns the system's error, [`Errno::LOOP`] for a link that must not be followed, or
/// [`Errno::NOTDIR`].
pub fn openat(directory: impl AsFd, path: impl AsName, flags: OFlags, _: Mode) -> Result<OwnedFd, Errno> {
    let (directory, path) = (directory.as_fd(), path.as_name());
    let opened = if raw(directory).is_null() {
        let opened = open_path(path, flags).map(OwnedHandle::from);
        opened.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::INVAL))?
    } else {
        open_below(directory, path, flags)?
    };
    let kind = || {
        let fd = opened.as_fd();
        facts(fd).map_or(FileType::Unknown, |facts| kind(fd, facts.dwFileAttributes))
    };
    if flags.contains(OFlags::NOFOLLOW) && !flags.contains(OFlags::PATH) && kind() == FileType::Symlink {
        return Err(Errno::LOOP);
    }
    if flags.contains(OFlags::DIRECTORY) && kind() != FileType::Directory {
        return Err(Errno::NOTDIR);
    }
    Ok(opened)
}

/// Opens the file of a handle again, with a file position of its own.
///
/// # Errors
/// Returns the error from `NtCreateFile`.
pub fn open_again(handle: BorrowedFd<'_>, flags: OFlags) -> Result<OwnedFd, Errno> {
    open_below(handle, OsStr::new(""), flags)
}

/// Returns a path by which this process can open the file of a handle.
pub fn path_of(fd: impl AsFd) -> PathBuf {
    let mut path = vec![0u16; 1024];
    loop {
        // SAFETY: the buffer has the length that is passed.
        let length = unsafe {
            fs::GetFinalPathNameByHandleW(
                raw(fd.as_fd()),
                path.as_mut_ptr(),
                path.len() as u32,
                fs::FILE_NAME_NORMALIZED,
            )
        };
        if length as usize <= path.len() {
            path.truncate(length as usize);
            return OsString::from_wide(&path).into();
        }
        path.resize(length as usize, 0);
    }
}

/// Creates a file in `directory` that is deleted with its last handle.
///
/// # Errors
/// Returns the error from `CreateFileW`.
pub fn delete_on_close(directory: &Path, number: u64) -> io::Result<File> {
    let path = directory.join(format!(".mapped-{}-{number}", std::process::id()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).share_mode(SHARE_ALL);
    options.custom_flags(fs::FILE_FLAG_DELETE_ON_CLOSE).open(path)
}

/// Lets other programs read, write and delete the file.
const SHARE_ALL: u32 = fs::FILE_SHARE_READ | fs::FILE_SHARE_WRITE | fs::FILE_SHARE_DELETE;

fn options(flags: OFlags) -> OpenOptions {
    let mut custom = fs::FILE_FLAG_BACKUP_SEMANTICS;
    if flags.contains(OFlags::NOFOLLOW) {
        custom |= fs::FILE_FLAG_OPEN_REPARSE_POINT;
    }
    let mut options = OpenOptions::new();
    options.access_mode(access(flags)).share_mode(SHARE_ALL).custom_flags(custom);
    options
}

fn access(flags: OFlags) -> u32 {
    if flags.contains(OFlags::PATH) { fs::FILE_READ_ATTRIBUTES | fs::SYNCHRONIZE } else { GENERIC_READ }
}

/// Opens a path of plain names below a handle. The empty path is the handle's own file.
fn open_below(directory: BorrowedFd<'_>, path: &OsStr, flags: OFlags) -> Result<OwnedFd, Errno> {
    let names = path.as_bytes().split(|&byte| byte == b'/').filter(|name| !matches!(*name, b"" | b"."));
    let mut wide: Vec<u16> = Vec::new();
    for name in names {
        if !wide.is_empty() {
            wide.push(u16::from(b'\\'));
        }
        wide.extend(OsStr::from_bytes(name).encode_wide());
    }
    let bytes = u16::try_from(2 * wide.len()).map_err(|_| Errno::NAMETOOLONG)?;
    let name = UNICODE_STRING { Length: bytes, MaximumLength: bytes, Buffer: wide.as_mut_ptr() };
    let attributes = OBJECT_ATTRIBUTES {
        Length: size_of::<OBJECT_ATTRIBUTES>() as u32,
        RootDirectory: raw(directory),
        ObjectName: &raw const name,
        Attributes: OBJ_CASE_INSENSITIVE,
        SecurityDescriptor: std::ptr::null(),
        SecurityQualityOfService: std::ptr::null(),
    };
    let mut how = nt::FILE_SYNCHRONOUS_IO_NONALERT | nt::FILE_OPEN_FOR_BACKUP_INTENT;
    if flags.contains(OFlags::NOFOLLOW) {
        how |= nt::FILE_OPEN_REPARSE_POINT;
    }
    let mut handle = std::ptr::null_mut();
    // SAFETY: the structs and the name live until the call returns. On success, the handle is new
    // and only ours.
    unsafe {
        let mut status: IO_STATUS_BLOCK = std::mem::zeroed();
        let outcome = nt::NtCreateFile(
            &raw mut handle,
            access(flags) | fs::SYNCHRONIZE,
            &raw const attributes,
            &raw mut status,
            std::ptr::null(),
            0,
            SHARE_ALL,
            nt::FILE_OPEN,
            how,
            std::ptr::null(),
            0,
        );
        if outcome < 0 {
            return Err(Errno::from_raw_os_error(RtlNtStatusToDosError(outcome) as i32));
        }
        Ok(OwnedHandle::from_raw_handle(handle))
    }
}
