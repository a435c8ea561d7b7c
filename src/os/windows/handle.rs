//! Handles, which replace Unix's descriptors.
#![allow(unsafe_code)]

use std::fs::File;
use std::io::{PipeReader, PipeWriter, Stderr, Stdin, Stdout};
use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle, OwnedHandle};
use std::time::Duration;

use windows_sys::Win32::Foundation::{FILETIME, HANDLE};
use windows_sys::Win32::System::Console::GetConsoleMode;

/// A handle that another value owns.
pub type BorrowedFd<'a> = BorrowedHandle<'a>;
/// A handle that is closed when dropped.
pub type OwnedFd = OwnedHandle;

/// A value that has a handle.
pub trait AsFd {
    /// Returns the handle.
    fn as_fd(&self) -> BorrowedFd<'_>;
}

impl<T: AsFd + ?Sized> AsFd for &T {
    fn as_fd(&self) -> BorrowedFd<'_> {
        T::as_fd(self)
    }
}

macro_rules! have_handles {
    ($($type:ty),*) => {
        $(impl AsFd for $type {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.as_handle()
            }
        })*
    };
}

have_handles!(File, Stdin, Stdout, Stderr, OwnedHandle, BorrowedHandle<'_>, PipeReader, PipeWriter);

/// The type of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are POSIX's")]
pub enum FileType {
    RegularFile,
    Directory,
    Symlink,
    Fifo,
    Socket,
    CharacterDevice,
    BlockDevice,
    Unknown,
}

/// Returns whether a handle is a console.
pub fn is_a_terminal(fd: impl AsFd) -> bool {
    let mut mode = 0;
    // SAFETY: the pointer is to a live local.
    unsafe { GetConsoleMode(raw(fd.as_fd()), &raw mut mode) != 0 }
}

/// Converts a duration.
pub(super) fn duration(time: FILETIME) -> Duration {
    Duration::from_nanos(ticks(time).saturating_mul(100))
}

/// Returns the 64 bits of a time, in units of 100 nanoseconds.
pub(super) fn ticks(time: FILETIME) -> u64 {
    u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)
}

/// Returns the raw handle.
pub(super) fn raw(fd: BorrowedFd<'_>) -> HANDLE {
    fd.as_raw_handle()
}
