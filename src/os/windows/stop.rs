//! A request to stop that also wakes a thread waiting for input.
#![allow(unsafe_code)]

use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering, fence};

use windows_sys::Win32::System::Threading::{CreateEventW, SetEvent};

use super::handle::{AsFd, BorrowedFd, raw};

/// Ends work early, including a thread that waits for a slow writer.
///
/// Loops check the flag. The event, which is created for the first waiter, wakes a wait.
#[derive(Debug, Default)]
pub struct Stop {
    asked: AtomicBool,
    wake: OnceLock<Option<OwnedHandle>>,
}

impl Stop {
    /// Returns a request that has not been made yet.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// Asks every thread to end.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Release);
        // Either this call sees the event, or its creator sees the flag: both check after they have
        // written.
        fence(Ordering::SeqCst);
        if let Some(Some(wake)) = self.wake.get() {
            // SAFETY: the handle is an open event.
            unsafe { SetEvent(raw(wake.as_fd())) };
        }
    }

    /// Returns an event that is set when a stop is requested after this call.
    ///
    /// The caller must check [`Stop::asked`] once more afterwards.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        let wake = self.wake.get_or_init(|| {
            // SAFETY: without a name and attributes there is nothing to point to, and the handle is
            // new.
            unsafe {
                let event = CreateEventW(std::ptr::null(), 1, 0, std::ptr::null());
                (!event.is_null()).then(|| OwnedHandle::from_raw_handle(event))
            }
        });
        fence(Ordering::SeqCst);
        wake.as_ref().map(AsFd::as_fd)
    }

    /// Returns whether a stop was requested.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }
}
