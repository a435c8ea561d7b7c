//! Opens files so that a link that replaces one in the meantime cannot redirect the open.

use std::ffi::OsStr;
use std::os::windows::io::OwnedHandle;
use std::path::{Component, Path};

use super::errno::Errno;
use super::handle::{AsFd, BorrowedFd, OwnedFd};
use super::open::{Mode, OFlags, open_again, openat};

/// Opens a file as a location only, without reading it.
pub const ANCHOR: OFlags = OFlags::PATH;

/// Opens `path` below `directory` for reading, name by name, refusing links.
///
/// # Errors
/// Returns [`Errno::LOOP`] or [`Errno::NOTDIR`] for a link, or another error from opening.
pub fn open_beneath(directory: BorrowedFd<'_>, path: &Path, more: OFlags) -> Result<OwnedFd, Errno> {
    let mut names = path.components().filter(|name| matches!(name, Component::Normal(_))).peekable();
    let mut at: Option<OwnedHandle> = None;
    while let Some(name) = names.next() {
        let from = at.as_ref().map_or(directory, AsFd::as_fd);
        let flags = if names.peek().is_some() { ANCHOR | OFlags::DIRECTORY } else { more };
        let name: &OsStr = name.as_os_str();
        at = Some(openat(from, name, flags | OFlags::NOFOLLOW, Mode::empty())?);
    }
    at.ok_or(Errno::NOENT)
}

/// Opens the file of a handle again for reading, with a file position of its own.
///
/// # Errors
/// Returns the error from opening it.
pub fn reopen(handle: BorrowedFd<'_>, more: OFlags) -> Result<OwnedFd, Errno> {
    open_again(handle, more)
}

/// Opens the file of a handle again.
///
/// # Errors
/// Fails as [`reopen`] does.
pub fn reopen_quietly(handle: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    reopen(handle, OFlags::empty())
}

/// Opens the file of a handle again. A pipe has no name by which it could be opened.
///
/// # Errors
/// Fails as [`reopen`] does.
pub fn reopen_without_waiting(handle: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    reopen(handle, OFlags::empty())
}
