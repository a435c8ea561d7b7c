//! A request to end that also wakes a thread waiting in `poll`.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering, fence};

use rustix::event::{EventfdFlags, eventfd};

/// Ends work early, also that of a thread that waits for a slow writer.
///
/// The flag is for loops that look at it; the descriptor, which the first to wait makes, wakes a `poll`.
#[derive(Debug, Default)]
pub struct Stop {
    asked: AtomicBool,
    wake: OnceLock<Option<OwnedFd>>,
}

impl Stop {
    /// Not stopped.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// Asks every thread to end. May be called from a signal handler.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Release);
        // Either the descriptor is seen here, or who makes it now sees the flag: both look after they wrote.
        fence(Ordering::SeqCst);
        if let Some(Some(wake)) = self.wake.get() {
            let _ = rustix::io::write(wake, &1u64.to_ne_bytes());
        }
    }

    /// What becomes readable when an end is asked for from now on; whether it was before is to be looked at once more
    /// after this call. Where no eventfd is to be had, a waiting read is merely not woken.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        let wake = self.wake.get_or_init(|| eventfd(0, EventfdFlags::CLOEXEC).ok());
        fence(Ordering::SeqCst);
        wake.as_ref().map(AsFd::as_fd)
    }

    /// Whether an end was asked for.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }
}
