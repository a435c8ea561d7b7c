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
    FAULT = code::ERROR_INVALID_ADDRESS;
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
    SPIPE = code::ERROR_SEEK_ON_DEVICE;
    STALE = code::ERROR_FILE_INVALID;
}

impl Errno {
    /// Returns the error from the last failed call on this thread.
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

    /// Returns the words of POSIX's `strerror(3)` for an error that every system has. Messages are
    /// then the same on all systems, in one language. Windows has no text for some of them.
    pub fn words(self) -> Option<&'static str> {
        Some(match self.0 as u32 {
            code::ERROR_FILE_NOT_FOUND | code::ERROR_PATH_NOT_FOUND | code::ERROR_INVALID_NAME => {
                "No such file or directory"
            }
            code::ERROR_ACCESS_DENIED => "Permission denied",
            code::ERROR_PRIVILEGE_NOT_HELD => "Operation not permitted",
            code::ERROR_DIRECTORY_NOT_SUPPORTED => "Is a directory",
            code::ERROR_DIRECTORY => "Not a directory",
            code::ERROR_CANT_RESOLVE_FILENAME => "Too many levels of symbolic links",
            code::ERROR_FILENAME_EXCED_RANGE => "File name too long",
            code::ERROR_TOO_MANY_OPEN_FILES => "Too many open files",
            code::ERROR_NOT_ENOUGH_MEMORY | code::ERROR_OUTOFMEMORY => "Cannot allocate memory",
            code::ERROR_DISK_FULL | code::ERROR_HANDLE_DISK_FULL => "No space left on device",
            code::ERROR_BROKEN_PIPE | code::ERROR_NO_DATA => "Broken pipe",
            code::ERROR_FILE_EXISTS | code::ERROR_ALREADY_EXISTS => "File exists",
            code::ERROR_NOT_SUPPORTED => "Operation not supported",
            code::ERROR_CALL_NOT_IMPLEMENTED => "Function not implemented",
            code::ERROR_IO_DEVICE | code::ERROR_CRC => "Input/output error",
            _ => return None,
        })
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
