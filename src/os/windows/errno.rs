//! The system's error codes under POSIX's names, for the errors that the layers above distinguish.

use std::fmt;
use std::io;

use windows_sys::Win32::Foundation::{self as code, GetLastError};
use windows_sys::Win32::Networking::WinSock::{WSAEINTR, WSAEWOULDBLOCK};

/// A Windows error code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(i32);

macro_rules! names {
    ($($name:ident = $code:expr;)*) => {
        #[allow(missing_docs, reason = "the names are POSIX's")]
        impl Errno {
            $(pub const $name: Errno = Errno($code as i32);)*
        }
    };
}

names! {
    AGAIN = WSAEWOULDBLOCK;
    BADF = code::ERROR_INVALID_HANDLE;
    DQUOT = code::ERROR_DISK_QUOTA_EXCEEDED;
    FBIG = code::ERROR_FILE_TOO_LARGE;
    INTR = WSAEINTR;
    INVAL = code::ERROR_INVALID_PARAMETER;
    IO = code::ERROR_IO_DEVICE;
    ISDIR = code::ERROR_DIRECTORY_NOT_SUPPORTED;
    LOOP = code::ERROR_CANT_RESOLVE_FILENAME;
    NAMETOOLONG = code::ERROR_FILENAME_EXCED_RANGE;
    NOENT = code::ERROR_FILE_NOT_FOUND;
    NOMEM = code::ERROR_NOT_ENOUGH_MEMORY;
    NOSPC = code::ERROR_DISK_FULL;
    NOSYS = code::ERROR_CALL_NOT_IMPLEMENTED;
    NOTDIR = code::ERROR_DIRECTORY;
    NXIO = code::ERROR_HANDLE_EOF;
    OPNOTSUPP = code::ERROR_NOT_SUPPORTED;
    OVERFLOW = code::ERROR_ARITHMETIC_OVERFLOW;
    PERM = code::ERROR_PRIVILEGE_NOT_HELD;
    PIPE = code::ERROR_BROKEN_PIPE;
    STALE = code::ERROR_FILE_INVALID;
}

impl Errno {
    /// Returns the error of the last failed call on this thread.
    #[allow(unsafe_code)]
    pub(super) fn last() -> Errno {
        // SAFETY: the call reads a per-thread number.
        Errno(unsafe { GetLastError() } as i32)
    }

    /// Returns the error with this code.
    pub fn from_raw_os_error(code: i32) -> Errno {
        Errno(code)
    }

    /// Returns the code.
    pub fn raw_os_error(self) -> i32 {
        self.0
    }

    /// Returns the system's code of an error, if it has one.
    pub fn from_io_error(error: &io::Error) -> Option<Errno> {
        error.raw_os_error().map(Errno)
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        io::Error::from(*self).fmt(f)
    }
}

impl From<Errno> for io::Error {
    fn from(errno: Errno) -> io::Error {
        io::Error::from_raw_os_error(errno.0)
    }
}
