//! The calls and types of POSIX that the layers above use.
//!
//! `os::windows::posix` offers the same names, so that no code above depends on the system.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

pub use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
pub use std::os::unix::ffi::{OsStrExt, OsStringExt};
pub use std::os::unix::fs::FileExt;

pub use rustix::fs::{CWD, FileType, Mode, OFlags, SeekFrom, openat, seek};
pub use rustix::io::{Errno, retry_on_intr, write};
pub use rustix::stdio::stdin;

/// The size in bytes of the longest path a system call accepts, with its closing NUL (`PATH_MAX`).
pub const LONGEST_PATH: usize = libc::PATH_MAX as usize;

/// Reads once, at `offset` or, without one, at the descriptor's position. Returns the number of
/// bytes read.
///
/// # Errors
/// Returns the error from `pread(2)` or `read(2)`.
pub fn read_into(fd: BorrowedFd<'_>, spare: &mut [MaybeUninit<u8>], offset: Option<u64>) -> Result<usize, Errno> {
    let (filled, _) = match offset {
        Some(offset) => rustix::io::pread(fd, spare, offset)?,
        None => rustix::io::read(fd, spare)?,
    };
    Ok(filled.len())
}

/// Returns whether a descriptor is a terminal (`isatty(3)`).
pub fn is_a_terminal(fd: impl AsFd) -> bool {
    rustix::termios::isatty(fd)
}

/// Returns the width of a terminal in columns, if it is known.
pub fn columns(terminal: impl AsFd) -> Option<u16> {
    rustix::termios::tcgetwinsize(terminal).ok().map(|size| size.ws_col).filter(|&columns| columns > 0)
}

/// Returns whether every write to an open file appends, regardless of the position (`O_APPEND`).
pub fn appends(file: impl AsFd) -> bool {
    rustix::fs::fcntl_getfl(file).is_ok_and(|flags| flags.contains(OFlags::APPEND))
}

/// Waits until a pipe, socket or terminal accepts more bytes.
///
/// # Errors
/// Returns the error from `poll(2)`.
pub fn wait_writable(fd: impl AsFd) -> io::Result<()> {
    match poll(&mut [PollFd::new(&fd, PollFlags::OUT)], None) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Returns the type of the entry `name` of a directory, or of its link target.
///
/// # Errors
/// Returns the error from `fstatat(2)`.
pub fn type_at(directory: impl AsFd, name: &std::ffi::CStr, follow: bool) -> Result<FileType, Errno> {
    use rustix::fs::{AtFlags, statat};
    let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
    statat(directory, name, flags).map(|stat| FileType::from_raw_mode(stat.st_mode))
}

/// Returns the file type in an inode's mode (`inode(7)`).
pub fn type_of_mode(mode: u32) -> FileType {
    FileType::from_raw_mode(mode as rustix::fs::RawMode)
}

/// Returns the target of a symbolic link.
///
/// # Errors
/// Returns the error from `readlinkat(2)`.
pub fn read_link(directory: impl AsFd, path: &OsStr) -> Result<Vec<u8>, Errno> {
    rustix::fs::readlinkat(directory, path, Vec::new()).map(std::ffi::CString::into_bytes)
}

/// Returns a path by which this process can open the file of a descriptor, which may have no name.
pub fn path_of(fd: impl AsFd) -> PathBuf {
    // FreeBSD lists only standard input and the like in /dev/fd, unless fdescfs(5) is mounted there.
    let directory = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
    format!("{directory}/{}", fd.as_fd().as_raw_fd()).into()
}

/// Returns the processor time of the calling thread, or zero if a sandbox forbids the system call.
pub fn thread_time() -> Duration {
    use rustix::time::{ClockId, DynamicClockId, clock_gettime_dynamic};
    // The function for known clocks panics if the call fails.
    let ran = clock_gettime_dynamic(DynamicClockId::Known(ClockId::ThreadCPUTime));
    ran.map_or(Duration::ZERO, |ran| Duration::new(ran.tv_sec.unsigned_abs(), ran.tv_nsec as u32))
}

/// Returns the name of the system, such as "Linux" (`uname(2)`).
pub fn system_name() -> String {
    rustix::system::uname().sysname().to_string_lossy().into_owned()
}

/// Returns the name of the machine and the release of its system (`uname(2)`).
pub fn host_and_release() -> (String, String) {
    let name = rustix::system::uname();
    (name.nodename().to_string_lossy().into_owned(), name.release().to_string_lossy().into_owned())
}

/// Returns the name of an error that `mmap(2)` returns.
pub fn errno_name(errno: i32) -> String {
    match errno {
        libc::ENODEV => "ENODEV".into(),
        libc::ENOMEM => "ENOMEM".into(),
        libc::EACCES => "EACCES".into(),
        libc::EPERM => "EPERM".into(),
        libc::EAGAIN => "EAGAIN".into(),
        libc::EINVAL => "EINVAL".into(),
        libc::EOVERFLOW => "EOVERFLOW".into(),
        other => format!("error {other}"),
    }
}

/// Writes a file's changed pages to disk (`fsync(2)`).
///
/// # Errors
/// Returns the error from `fsync(2)`.
pub fn sync(file: impl AsFd) -> Result<(), Errno> {
    rustix::fs::fsync(file)
}

/// Opens `path` for reading.
///
/// # Errors
/// Returns the error from `open(2)`.
pub fn open_file(path: &OsStr) -> io::Result<File> {
    File::open(path)
}
