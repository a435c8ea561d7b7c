//! Facts of an open file, its position, and names of errors.

use std::io;
use std::os::fd::AsFd;

pub use rustix::fs::FileType;
use rustix::fs::{SeekFrom, fstat, seek};
pub use rustix::io::Errno;

/// A time in nanoseconds, modulo 2^64. It is only compared.
pub type Time = u64;

/// What `fstat(2)` says of an open file.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// The type of the file.
    pub file_type: FileType,
    /// The device of the file system it is on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// The stated size in bytes.
    pub size: u64,
    /// When its content was last changed.
    pub modified: Time,
    /// When its inode was last changed: every write moves it, and so does a copy-up on overlayfs.
    pub changed: Time,
}

/// Returns the facts of an open file.
///
/// # Errors
/// What `fstat(2)` returns.
pub fn status(file: impl AsFd) -> io::Result<Status> {
    let stat = fstat(file)?;
    let time = |seconds: i64, nanoseconds: u64| (seconds as u64).wrapping_mul(1_000_000_000).wrapping_add(nanoseconds);
    Ok(Status {
        file_type: FileType::from_raw_mode(stat.st_mode),
        device: stat.st_dev,
        inode: stat.st_ino,
        size: stat.st_size as u64,
        modified: time(stat.st_mtime, stat.st_mtime_nsec),
        changed: time(stat.st_ctime, stat.st_ctime_nsec),
    })
}

/// Whether the file is a terminal.
pub fn is_terminal(file: impl AsFd) -> bool {
    rustix::termios::isatty(file)
}

/// Returns the position of an open file.
///
/// # Errors
/// What `lseek(2)` returns: ESPIPE for what has no position.
pub fn position(file: impl AsFd) -> io::Result<u64> {
    Ok(seek(file, SeekFrom::Current(0))?)
}

/// Sets the position of an open file.
///
/// # Errors
/// What `lseek(2)` returns.
pub fn set_position(file: impl AsFd, at: u64) -> io::Result<()> {
    seek(file, SeekFrom::Start(at))?;
    Ok(())
}

/// Moves to the end of an open file and returns where that is, in half the time that `fstat(2)` takes for the size.
///
/// # Errors
/// What `lseek(2)` returns.
pub fn seek_to_end(file: impl AsFd) -> io::Result<u64> {
    Ok(seek(file, SeekFrom::End(0))?)
}

/// Whether every write goes to the file's end, wherever its position is (`O_APPEND`).
pub fn appends(file: impl AsFd) -> bool {
    rustix::fs::fcntl_getfl(file).is_ok_and(|flags| flags.contains(rustix::fs::OFlags::APPEND))
}

/// Returns the symbolic name of an error that `mmap(2)` may give.
pub fn errno_name(errno: i32) -> String {
    let name = match errno {
        libc::ENODEV => "ENODEV",
        libc::ENOMEM => "ENOMEM",
        libc::EACCES => "EACCES",
        libc::EPERM => "EPERM",
        libc::EAGAIN => "EAGAIN",
        libc::EINVAL => "EINVAL",
        libc::EOVERFLOW => "EOVERFLOW",
        other => return format!("error {other}"),
    };
    name.into()
}
