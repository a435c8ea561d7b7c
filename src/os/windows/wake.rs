//! An event that wakes a waiting thread.
#![allow(unsafe_code)]

use std::os::windows::io::{FromRawHandle, OwnedHandle};

use windows_sys::Win32::System::Threading::{CreateEventW, SetEvent};

use super::handle::{AsFd, BorrowedFd, raw};

/// An event.
#[derive(Debug)]
pub struct Wake(OwnedHandle);

impl Wake {
    /// Creates the event; `None` if the system has none left.
    pub fn new() -> Option<Wake> {
        // SAFETY: without a name and attributes there is nothing to point to, and the handle is new.
        unsafe {
            let event = CreateEventW(std::ptr::null(), 1, 0, std::ptr::null());
            (!event.is_null()).then(|| Wake(OwnedHandle::from_raw_handle(event)))
        }
    }

    /// Sets the event permanently.
    pub fn set(&self) {
        // SAFETY: the handle is an open event.
        unsafe { SetEvent(raw(self.0.as_fd())) };
    }

    /// Returns the handle to wait for.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
