//! The calls and types of `os::unix::posix`, implemented with those of Windows.
//!
//! A descriptor is a handle. Files are opened so that other programs may read, write, rename and
//! delete them in the meantime, as on Unix.
#![allow(unsafe_code)]

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::windows::fs::FileExt as _;
use std::os::windows::io::{AsRawHandle, BorrowedHandle};
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_BROKEN_PIPE, ERROR_HANDLE_EOF, ERROR_IO_PENDING, ERROR_NO_DATA, ERROR_OPERATION_ABORTED,
    ERROR_PIPE_NOT_CONNECTED, FILETIME,
};
use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_PIPE, FlushFileBuffers, GetFileType, ReadFile, WriteFile};
use windows_sys::Win32::System::Console::{CONSOLE_SCREEN_BUFFER_INFO, GetConsoleScreenBufferInfo};
use windows_sys::Win32::System::IO::{GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::SystemInformation::{ComputerNameDnsHostname, GetComputerNameExW, OSVERSIONINFOW};
use windows_sys::Win32::System::Threading::{GetCurrentThread, GetThreadTimes};

pub use super::errno::Errno;
pub use super::handle::{AsFd, BorrowedFd, FileType, OwnedFd, is_a_terminal};
use super::handle::{duration, raw};
pub use super::names::{OsStrExt, OsStringExt};
pub use super::open::{CWD, Mode, OFlags, open_file, openat, path_of};
pub use super::seek::{SeekFrom, seek};
use super::wake::Wake;
use crate::os::Status;

/// Reads by position.
pub trait FileExt {
    /// Reads at `offset`, and returns the number of bytes read.
    ///
    /// # Errors
    /// Returns the error from `ReadFile`.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Reads at `offset` until `buf` is full.
    ///
    /// # Errors
    /// Fails as [`FileExt::read_at`] does, and at an unexpected end.
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        let mut got = 0;
        while got < buf.len() {
            match self.read_at(&mut buf[got..], offset + got as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                more => got += more,
            }
        }
        Ok(())
    }

    /// Writes all of `buf` at `offset`.
    ///
    /// # Errors
    /// Returns the error from `WriteFile`.
    fn write_all_at(&self, buf: &[u8], offset: u64) -> io::Result<()>;
}

impl FileExt for File {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.seek_read(buf, offset)
    }

    fn write_all_at(&self, buf: &[u8], offset: u64) -> io::Result<()> {
        let mut done = 0;
        while done < buf.len() {
            match self.seek_write(&buf[done..], offset + done as u64)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                more => done += more,
            }
        }
        Ok(())
    }
}

/// The maximum length in bytes of a path that is opened as a whole, with its terminating NUL: three
/// bytes for each of 32 767 units.
pub const LONGEST_PATH: usize = 3 * 32_767;

/// Returns standard input.
pub fn stdin() -> BorrowedFd<'static> {
    // SAFETY: the standard handle stays open while the program runs.
    unsafe { BorrowedHandle::borrow_raw(io::stdin().as_raw_handle()) }
}

/// Returns the width of a console in columns.
pub fn columns(terminal: impl AsFd) -> Option<u16> {
    // SAFETY: the struct consists of numbers, for which zero is a valid value.
    let mut facts: CONSOLE_SCREEN_BUFFER_INFO = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live local.
    if unsafe { GetConsoleScreenBufferInfo(raw(terminal.as_fd()), &raw mut facts) } == 0 {
        return None;
    }
    u16::try_from(facts.srWindow.Right - facts.srWindow.Left + 1).ok().filter(|&columns| columns > 0)
}

/// Returns `false`: shells seek to the end before they start a program with `>>`.
pub fn appends(_: impl AsFd) -> bool {
    false
}

/// Does nothing, because writes block.
///
/// # Errors
/// Never fails.
pub fn wait_writable(_: impl AsFd) -> io::Result<()> {
    Ok(())
}

/// Writes once, and returns the number of bytes written.
///
/// # Errors
/// Returns the error from `WriteFile`, or [`Errno::PIPE`] when the reader has gone.
pub fn write(fd: impl AsFd, bytes: &[u8]) -> Result<usize, Errno> {
    let max = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    // SAFETY: the buffer holds `max` bytes.
    let write = |count, overlapped| unsafe { WriteFile(raw(fd.as_fd()), bytes.as_ptr(), max, count, overlapped) };
    transfer(fd.as_fd(), None, write).map_err(|error| match error.raw_os_error() as u32 {
        ERROR_NO_DATA | ERROR_PIPE_NOT_CONNECTED => Errno::PIPE,
        _ => error,
    })
}

/// Reads once, at `offset` or, without one, at the file's position. Returns the number of bytes
/// read.
///
/// # Errors
/// Returns the error from `ReadFile`.
pub fn read_into(fd: BorrowedFd<'_>, spare: &mut [MaybeUninit<u8>], offset: Option<u64>) -> Result<usize, Errno> {
    let max = u32::try_from(spare.len()).unwrap_or(u32::MAX);
    // SAFETY: the buffer has room for `max` bytes.
    let read = |count, overlapped| unsafe { ReadFile(raw(fd), spare.as_mut_ptr().cast(), max, count, overlapped) };
    match transfer(fd, offset, read) {
        Err(error) => match error.raw_os_error() as u32 {
            ERROR_HANDLE_EOF | ERROR_BROKEN_PIPE => Ok(0),
            ERROR_OPERATION_ABORTED => Err(Errno::INTR),
            _ => Err(error),
        },
        read => read,
    }
}

thread_local! {
    /// The event that the system sets at the end of this thread's call on a pipe.
    static ENDED: Option<Wake> = Wake::new();
}

/// Makes a call that reads or writes, waits for its completion, and returns the number of bytes.
///
/// A pipe from another program may be open for overlapped I/O. Each call on it then needs its own
/// struct, whose offset pipes ignore, and its own event. The handle itself does not show which call
/// ended, because its state changes with every call of any process.
fn transfer(
    fd: BorrowedFd<'_>,
    offset: Option<u64>,
    mut call: impl FnMut(*mut u32, *mut OVERLAPPED) -> i32,
) -> Result<usize, Errno> {
    // SAFETY: the struct consists of numbers and a null handle; the call only queries.
    let (mut overlapped, is_pipe) =
        unsafe { (std::mem::zeroed::<OVERLAPPED>(), GetFileType(raw(fd)) == FILE_TYPE_PIPE) };
    overlapped.Anonymous.Anonymous.Offset = offset.unwrap_or(0) as u32;
    overlapped.Anonymous.Anonymous.OffsetHigh = (offset.unwrap_or(0) >> 32) as u32;
    if is_pipe {
        overlapped.hEvent = ENDED.with(|ended| ended.as_ref().map_or(std::ptr::null_mut(), |ended| raw(ended.fd())));
    }
    let at = if offset.is_some() || is_pipe { &raw mut overlapped } else { std::ptr::null_mut() };
    let mut count = 0;
    if call(&raw mut count, at) != 0 {
        return Ok(count as usize);
    }
    let error = Errno::last();
    if error.raw_os_error() as u32 != ERROR_IO_PENDING {
        return Err(error);
    }
    // SAFETY: the struct is that of the pending call, and lives until this one has waited for its end.
    match unsafe { GetOverlappedResult(raw(fd), at, &raw mut count, 1) } {
        0 => Err(Errno::last()),
        _ => Ok(count as usize),
    }
}

/// Returns the type of the entry `name` of a directory, or of its link target.
///
/// # Errors
/// Returns the error from opening it.
pub fn type_at(directory: impl AsFd, name: &CStr, follow: bool) -> Result<FileType, Errno> {
    let flags = OFlags::PATH | if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    let file = openat(directory, OsStr::from_bytes(name.to_bytes()), flags, Mode::empty())?;
    Status::of(&file).map(|status| status.kind).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
}

/// Returns the type in a mode, with the numbers that POSIX systems use (`inode(7)`).
pub fn type_of_mode(mode: u32) -> FileType {
    match mode & 0o170_000 {
        0o100_000 => FileType::RegularFile,
        0o040_000 => FileType::Directory,
        0o120_000 => FileType::Symlink,
        0o010_000 => FileType::Fifo,
        0o140_000 => FileType::Socket,
        0o020_000 => FileType::CharacterDevice,
        0o060_000 => FileType::BlockDevice,
        _ => FileType::Unknown,
    }
}

/// Returns the target of a symbolic link or junction.
///
/// # Errors
/// Returns the error from reading it.
pub fn read_link(_: impl AsFd, path: &OsStr) -> Result<Vec<u8>, Errno> {
    let target = std::fs::read_link(path).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    Ok(target.into_os_string().into_vec())
}

/// Calls `call` once, because no call is interrupted here.
///
/// # Errors
/// Returns the error from `call`.
pub fn retry_on_intr<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    call()
}

/// Returns the processor time of the calling thread.
pub fn thread_time() -> Duration {
    let none = FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
    let [mut start, mut end, mut kernel, mut user] = [none; 4];
    // SAFETY: the pointers are to live locals, and the pseudo-handle always refers to the calling
    // thread.
    unsafe { GetThreadTimes(GetCurrentThread(), &raw mut start, &raw mut end, &raw mut kernel, &raw mut user) };
    duration(kernel) + duration(user)
}

/// Returns the name of the system.
pub fn system_name() -> String {
    "Windows".into()
}

/// Returns the name of the machine and the release of its system.
pub fn host_and_release() -> (String, String) {
    use windows_sys::Wdk::System::SystemServices::RtlGetVersion;
    let mut name = [0u16; 256];
    let mut length = name.len() as u32;
    // SAFETY: the buffer has the length that is passed, and the call sets how much of it is filled.
    let known = unsafe { GetComputerNameExW(ComputerNameDnsHostname, name.as_mut_ptr(), &raw mut length) } != 0;
    let host = if known { String::from_utf16_lossy(&name[..length as usize]) } else { String::new() };
    // SAFETY: the struct consists of numbers and contains its own size.
    let version = unsafe {
        let mut version: OSVERSIONINFOW = std::mem::zeroed();
        version.dwOSVersionInfoSize = size_of::<OSVERSIONINFOW>() as u32;
        RtlGetVersion(&raw mut version);
        version
    };
    (host, format!("{}.{}.{}", version.dwMajorVersion, version.dwMinorVersion, version.dwBuildNumber))
}

/// Returns the name of an error from a rejected mapping.
pub fn errno_name(errno: i32) -> String {
    format!("error {errno}")
}

/// Writes a file's changed pages to disk.
///
/// # Errors
/// Returns the error from `FlushFileBuffers`.
pub fn sync(file: impl AsFd) -> Result<(), Errno> {
    // SAFETY: the handle is open while it is borrowed.
    match unsafe { FlushFileBuffers(raw(file.as_fd())) } {
        0 => Err(Errno::last()),
        _ => Ok(()),
    }
}
