//! Opens files so that no other process can redirect the open.
//!
//! A walk lists a directory and opens its entries a moment later. In between, another program may
//! put a symbolic link or a FIFO in a file's place. [`open_beneath`] never follows a link and never
//! waits for a writer. [`reopen`] opens a file that is already open, regardless of what its name
//! refers to by then.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, fstat, openat, statat};
use rustix::io::Errno;

pub use crate::os::platform::flags::ANCHOR;
use crate::os::platform::flags::{NO_ATIME, open_again, open_without_links};

/// Opens `path` below `directory` for reading, without following any symbolic link on the way.
///
/// The path consists of plain names only, as a directory listing returns them. A FIFO is opened
/// without waiting for a writer, so the caller must check the type of the opened file.
///
/// # Errors
/// Returns the error from `openat2(2)`: ELOOP if a component is a link.
pub fn open_beneath(directory: BorrowedFd<'_>, path: &Path, more: OFlags) -> rustix::io::Result<OwnedFd> {
    static IS_MISSING: AtomicBool = AtomicBool::new(false);
    let waits_for_nothing = OFlags::NONBLOCK | OFlags::NOCTTY;
    // With O_PATH, openat2(2) rejects every other flag but a few.
    let extra = if more.contains(ANCHOR) { OFlags::empty() } else { waits_for_nothing };
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | extra | more;
    if !IS_MISSING.load(Ordering::Relaxed) {
        match retry(|| open_without_links(directory, path, flags)) {
            // Kernels before 5.6 lack the call, and some sandboxes refuse calls that they do not
            // know.
            Err(Errno::NOSYS | Errno::PERM) => IS_MISSING.store(true, Ordering::Relaxed),
            Err(Errno::AGAIN) => {
                // Another process holds a lease on the file, and only a blocking open waits for it
                // to be released.
                let anchor = open_without_links(directory, path, anchor_flags())?;
                return reopen(anchor.as_fd(), more);
            }
            opened => return opened,
        }
    }
    match step_by_step(directory, path, flags) {
        Err(Errno::AGAIN) => reopen(step_by_step(directory, path, anchor_flags())?.as_fd(), more),
        opened => opened,
    }
}

/// Opens the file of `descriptor` again for reading, with a file position of its own.
///
/// # Errors
/// Returns the error from `open(2)`: EACCES if only another user may open it, ENOENT without
/// `/proc`.
pub fn reopen(descriptor: BorrowedFd<'_>, more: OFlags) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::CLOEXEC | more;
    retry(|| open_again(descriptor, flags))
}

/// Opens the file of `descriptor` again, without updating its access time where that is allowed.
///
/// # Errors
/// Fails as [`reopen`] does.
pub fn reopen_quietly(descriptor: BorrowedFd<'_>) -> rustix::io::Result<OwnedFd> {
    match reopen(descriptor, OFlags::NONBLOCK | NO_ATIME) {
        // Only the owner may use O_NOATIME.
        Err(Errno::PERM) => reopen(descriptor, OFlags::NONBLOCK),
        opened => opened,
    }
}

/// Opens the file of `descriptor` again for reading, without waiting for a FIFO's writer.
///
/// # Errors
/// Fails as [`reopen`] does.
pub fn reopen_without_waiting(descriptor: BorrowedFd<'_>) -> rustix::io::Result<OwnedFd> {
    reopen(descriptor, OFlags::NONBLOCK)
}

fn anchor_flags() -> OFlags {
    ANCHOR | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

/// Opens the components of `path` one by one, refusing links.
fn step_by_step(directory: BorrowedFd<'_>, path: &Path, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let mut names = path.components().filter(|name| matches!(name, Component::Normal(_))).peekable();
    let mut at: Option<OwnedFd> = None;
    while let Some(name) = names.next() {
        let name = name.as_os_str().as_bytes();
        let from = at.as_ref().map_or(directory, AsFd::as_fd);
        let flags = if names.peek().is_some() { anchor_flags() | OFlags::DIRECTORY } else { flags | OFlags::NOFOLLOW };
        at = Some(open_unless_link(from, name, flags)?);
    }
    at.ok_or(Errno::NOENT)
}

/// Opens one file of a directory, and fails with ELOOP for a link, as `openat2(2)` does.
fn open_unless_link(directory: BorrowedFd<'_>, name: &[u8], flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let is_link = |stat: rustix::fs::Stat| FileType::from_raw_mode(stat.st_mode as _).is_symlink();
    match retry(|| openat(directory, name, flags, Mode::empty())) {
        // A link is not a directory, and FreeBSD has a separate error for it.
        Err(Errno::NOTDIR | Errno::MLINK) if statat(directory, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(is_link) => {
            Err(Errno::LOOP)
        }
        // O_PATH opens the link itself, which reopening the descriptor would follow.
        Ok(opened) if flags.contains(ANCHOR) && is_link(fstat(&opened)?) => Err(Errno::LOOP),
        opened => opened,
    }
}

fn retry<T>(call: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    rustix::io::retry_on_intr(call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A function that opens a path without following links.
    type Opener = fn(BorrowedFd<'_>, &Path) -> rustix::io::Result<OwnedFd>;

    #[test]
    fn links_are_followed_neither_at_the_end_nor_on_the_way() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("a/b")).unwrap();
        std::fs::write(at("a/b/f"), "f").unwrap();
        symlink("b", at("a/link")).unwrap();
        symlink("f", at("a/b/link")).unwrap();
        let root = std::fs::File::open(dir.path()).unwrap();
        // The last two are used on kernels without openat2(2). They once opened a link as an
        // anchor, which was then followed, and reported a link on the way as ENOTDIR.
        let openers: [Opener; 4] = [
            |directory, path| open_beneath(directory, path, OFlags::empty()),
            |directory, path| open_beneath(directory, path, ANCHOR),
            |directory, path| step_by_step(directory, path, OFlags::RDONLY),
            |directory, path| step_by_step(directory, path, ANCHOR),
        ];
        for open in openers {
            let open = |path: &str| open(root.as_fd(), Path::new(path)).map(|_| ());
            assert_eq!(open("a/b/f"), Ok(()));
            let link = open("a/b/link");
            assert!(matches!(link, Err(Errno::LOOP)), "{link:?}");
            assert_eq!(open("a/link/f"), Err(Errno::LOOP));
            assert_eq!(open("a/none"), Err(Errno::NOENT));
        }
    }

    #[test]
    fn a_fifo_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let root = std::fs::File::open(dir.path()).unwrap();
        rustix::fs::mknodat(&root, "fifo", FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        assert!(open_beneath(root.as_fd(), Path::new("fifo"), OFlags::empty()).is_ok());
    }
}
