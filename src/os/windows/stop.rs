//! A request to end that also wakes a thread that waits for input.
#![allow(unsafe_code)]

use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering, fence};

use windows_sys::Win32::System::Threading::{CreateEventW, SetEvent};

use super::handle::{AsFd, BorrowedFd, raw};

/// Ends work early, also that of a thread that waits for a slow writer.
///
/// The flag is for loops that look at it; the event, which the first to wait makes, wakes a wait.
#[derive(Debug, Default)]
pub struct Stop {
    asked: AtomicBool,
    wake: OnceLock<Option<OwnedHandle>>,
}

impl Stop {
    /// Not stopped.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// Asks every thread to end.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Release);
        // Either the event is seen here, or the thread that makes it now sees the flag: both look after they wrote.
        fence(Ordering::SeqCst);
        if let Some(Some(wake)) = self.wake.get() {
            // SAFETY: the handle is an open event.
            unsafe { SetEvent(raw(wake.as_fd())) };
        }
    }

    /// Returns an event that is set when an end is asked for from now on. Whether it was before is to be looked at once more
    /// after this call.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        let wake = self.wake.get_or_init(|| {
            // SAFETY: without a name and attributes there is nothing to point to; the handle is new.
            unsafe {
                let event = CreateEventW(std::ptr::null(), 1, 0, std::ptr::null());
                (!event.is_null()).then(|| OwnedHandle::from_raw_handle(event))
            }
        });
        fence(Ordering::SeqCst);
        wake.as_ref().map(AsFd::as_fd)
    }

    /// Returns whether an end was asked for.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }
}
