//! Opens files by paths that are longer than a system call accepts.
//!
//! The kernel refuses a path of `PATH_MAX` bytes, though a tree may be deeper. Such a path is resolved in
//! parts: directories on the way are opened, without reading them, until the rest is short enough. A
//! path that the kernel accepts costs no more than the call itself.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::sync::Arc;

use crate::os::posix::{
    AsFd, BorrowedFd, CWD, Errno, FileType, LONGEST_PATH, Mode, OFlags, OsStrExt, OwnedFd, open_file, openat,
    retry_on_intr,
};
use crate::os::{ANCHOR, Status, Volume, was_closed};

/// `PATH_MAX`: the size in bytes of the longest path a system call accepts, with its closing NUL.
pub(super) const MAX_PATH_LEN: usize = LONGEST_PATH;

const DIRECTORY: OFlags = ANCHOR.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Makes a system call that takes a directory and a path below it. If the path is too long, the
/// call gets a directory on the way and the rest of the path.
///
/// # Errors
/// Returns the error from `call` or from opening a directory on the way.
pub fn with_short_path<T>(path: &OsStr, call: impl Fn(BorrowedFd<'_>, &OsStr) -> Result<T, Errno>) -> Result<T, Errno> {
    match call(CWD, path) {
        Err(Errno::NAMETOOLONG) if path.len() >= MAX_PATH_LEN => {
            let (directory, rest) = open_prefix(path)?;
            call(directory.as_fd(), rest)
        }
        outcome => outcome,
    }
}

/// Opens `path` for reading.
///
/// # Errors
/// Returns the error from `open(2)`.
pub fn open(path: &OsStr) -> io::Result<File> {
    // The runtime opens the null device in place of a closed standard input.
    if was_closed(0) && ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == *name) {
        return Err(Errno::NOENT.into());
    }
    if path.len() < MAX_PATH_LEN {
        return open_file(path);
    }
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let open = |from: BorrowedFd<'_>, path: &OsStr| openat(from, path, flags, Mode::empty());
    retry_on_intr(|| with_short_path(path, open)).map(File::from).map_err(io::Error::from)
}

/// Opens `path` below `directory` for reading, through links.
fn open_below(directory: BorrowedFd<'_>, path: &OsStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    retry_on_intr(|| openat(directory, path, flags, Mode::empty()))
}

/// Returns the status of the file at `path`, following links.
///
/// # Errors
/// Returns the error from `stat(2)`.
pub fn status(path: &OsStr) -> io::Result<Status> {
    if path.len() < MAX_PATH_LEN {
        return Status::named(path);
    }
    Status::of(anchor(path, OFlags::empty())?)
}

/// Returns the metadata of the file at `path`, following links.
///
/// # Errors
/// Returns the error from `stat(2)`.
pub fn metadata(path: &OsStr) -> io::Result<Metadata> {
    if path.len() < MAX_PATH_LEN {
        return std::fs::metadata(path);
    }
    File::from(anchor(path, OFlags::empty())?).metadata()
}

/// Returns whether the operand `path` is a directory, or a link to one.
///
/// `-` is standard input, even if a directory has that name.
pub fn is_directory(path: &OsStr) -> bool {
    path != "-" && status(path).is_ok_and(|status| status.kind == FileType::Directory)
}

/// Returns a descriptor that refers to the file at `path` without opening it (`O_PATH`).
///
/// # Errors
/// Returns the error from `open(2)`.
pub fn anchor(path: &OsStr, more: OFlags) -> Result<OwnedFd, Errno> {
    with_short_path(path, |directory, path| openat(directory, path, ANCHOR | OFlags::CLOEXEC | more, Mode::empty()))
}

/// Opens `path` for reading, without waiting for a FIFO's writer.
///
/// # Errors
/// Returns the error from `open(2)`.
pub fn open_without_waiting(path: &OsStr, more: OFlags) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY | more;
    retry_on_intr(|| with_short_path(path, |directory, path| openat(directory, path, flags, Mode::empty())))
}

/// Returns the statistics of the file system that holds `path`.
///
/// # Errors
/// Returns the error from `open(2)` and `statfs(2)`.
pub fn volume(path: &OsStr) -> Result<Volume, Errno> {
    Volume::of(anchor(path, OFlags::empty())?)
}

/// Returns a directory on the way, and the rest of the path below it.
fn open_prefix(path: &OsStr) -> Result<(OwnedFd, &OsStr), Errno> {
    let mut rest = path.as_bytes();
    let mut directory: Option<OwnedFd> = None;
    while rest.len() >= MAX_PATH_LEN {
        // A part ends with its slash, so that a leading slash is a part too.
        let slash = memchr::memrchr(b'/', &rest[..MAX_PATH_LEN - 1]).ok_or(Errno::NAMETOOLONG)?;
        let (part, more) = rest.split_at(slash + 1);
        let from = directory.as_ref().map_or(CWD, AsFd::as_fd);
        directory = Some(openat(from, part, DIRECTORY, Mode::empty())?);
        // Further slashes would make the rest a path from the root.
        let slashes = more.iter().take_while(|&&byte| byte == b'/').count();
        rest = if slashes == more.len() { b"." } else { &more[slashes..] };
    }
    Ok((directory.ok_or(Errno::NAMETOOLONG)?, OsStr::from_bytes(rest)))
}

/// Returns whether opening `path` waits for a writer (`fifo(7)`).
pub fn is_fifo(path: &OsStr) -> bool {
    status(path).is_ok_and(|status| status.kind == FileType::Fifo)
}

/// Opens the FIFO `path` for reading, without waiting for a writer.
///
/// # Errors
/// Returns the error from `open(2)`.
pub fn open_fifo(path: &OsStr) -> io::Result<File> {
    let anchor = anchor(path, OFlags::empty())?;
    Ok(File::from(crate::os::reopen_without_waiting(anchor.as_fd())?))
}

/// A file to open, named by the user or found by a walk.
#[derive(Clone, Debug)]
pub struct FileRef {
    path: OsString,
    origin: Option<WalkOrigin>,
}

/// The information for opening a file that a walk found to be regular.
#[derive(Clone, Debug)]
struct WalkOrigin {
    /// A directory near the file, and the length of its part of the path.
    base: Option<(Arc<OwnedFd>, usize)>,
    /// Whether the walk follows links.
    follow: bool,
}

impl From<OsString> for FileRef {
    fn from(path: OsString) -> FileRef {
        FileRef { path, origin: None }
    }
}

impl FileRef {
    /// Returns a reference to a regular file that a walk found. `base` may be a directory on the
    /// way to it, with the length of its part of the path.
    ///
    /// A file named `-` becomes `./-`, so that it is not mistaken for standard input.
    pub fn from_walk(path: OsString, base: Option<(Arc<OwnedFd>, usize)>, follow: bool) -> FileRef {
        let path = if path == "-" { "./-".into() } else { path };
        FileRef { path, origin: Some(WalkOrigin { base, follow }) }
    }

    /// Opens a file that was found, without waiting for anything. Returns `None` for a file that
    /// was named.
    ///
    /// # Errors
    /// Returns the error from `openat2(2)`, or an error if the name is now a link.
    pub(super) fn open_from_walk(&self) -> io::Result<Option<File>> {
        let Some(WalkOrigin { base, follow }) = &self.origin else { return Ok(None) };
        let opened = match base {
            None => return open(&self.path).map(Some),
            Some((directory, len)) => {
                let path = OsStr::from_bytes(&self.path.as_bytes()[*len..]);
                match follow {
                    true => open_below(directory.as_fd(), path),
                    false => crate::os::open_beneath(directory.as_fd(), path.as_ref(), OFlags::empty()),
                }
            }
        };
        match opened {
            Ok(file) => Ok(Some(File::from(file))),
            Err(Errno::LOOP) if !follow => Err(io::Error::other("became a symbolic link during the walk")),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Returns whether a walk found the file below an open directory.
    pub(super) fn is_from_walk(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| origin.base.is_some())
    }

    /// Returns whether this is standard input.
    pub fn is_stdin(&self) -> bool {
        self.origin.is_none() && self.path == "-"
    }

    /// Returns whether opening the file waits for a writer.
    pub fn is_fifo(&self) -> bool {
        self.origin.is_none() && is_fifo(&self.path)
    }

    /// Returns the whole path.
    pub fn path(&self) -> &OsStr {
        &self.path
    }

    /// Returns the whole path.
    pub fn into_path(self) -> OsString {
        self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt;

    /// Creates `depth` nested directories with this name in `root`, with a file `f` at the bottom.
    fn deep(root: &OsStr, name: &str, depth: usize) -> OsString {
        let mut at = anchor(root, OFlags::DIRECTORY).unwrap();
        let mut path = root.to_owned();
        for _ in 0..depth {
            rustix::fs::mkdirat(&at, name, Mode::RWXU).unwrap();
            at = openat(&at, name, DIRECTORY, Mode::empty()).unwrap();
            path.push("/");
            path.push(name);
        }
        let bottom = openat(&at, "f", OFlags::CREATE | OFlags::WRONLY, Mode::RUSR | Mode::WUSR).unwrap();
        rustix::io::write(&bottom, b"bottom").unwrap();
        path
    }

    fn read(path: &OsStr) -> io::Result<String> {
        io::read_to_string(open(path)?)
    }

    #[test]
    fn a_path_of_any_length_is_reached() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().as_os_str();
        for (name, depth) in [("d", 5000), ("directory", 900), (&"x".repeat(255)[..], 70)] {
            let mut path = deep(root, name, depth);
            path.push("/f");
            assert!(path.len() > 2 * MAX_PATH_LEN);
            assert_eq!(read(&path).unwrap(), "bottom");
            assert_eq!(status(&path).unwrap().size, 6);
            assert!(!is_directory(&path));
            let parent = OsStr::from_bytes(&path.as_bytes()[..path.len() - 2]);
            assert!(is_directory(parent));
            path.push("/f");
            assert_eq!(read(&path).unwrap_err().raw_os_error(), Some(libc::ENOTDIR));
        }
        // Neither the position where a path is split nor additional slashes make a difference.
        for length in MAX_PATH_LEN - 3..MAX_PATH_LEN + 3 {
            for slashes in ["/", "//", "///////"] {
                let mut path = root.as_bytes().to_vec();
                path.resize(length, b'/');
                path.extend_from_slice(b"d");
                path.extend_from_slice(slashes.as_bytes());
                assert!(is_directory(OsStr::from_bytes(&path)), "{length} {slashes}");
                path.extend_from_slice(b"d/none");
                assert_eq!(open(OsStr::from_bytes(&path)).unwrap_err().kind(), io::ErrorKind::NotFound);
            }
        }
        let name = OsString::from_vec(vec![b'n'; 2 * MAX_PATH_LEN]);
        assert_eq!(open(&name).unwrap_err().raw_os_error(), Some(libc::ENAMETOOLONG));
        // No path is short enough to remove these directories directly, so `rm` does it.
        assert!(std::process::Command::new("rm").arg("-rf").arg(root).status().unwrap().success());
    }
}
