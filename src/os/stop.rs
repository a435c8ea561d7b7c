//! A request to stop that also wakes a thread waiting for input.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering, fence};

use super::posix::BorrowedFd;
use super::system::Wake;

/// A request to end work early, which also reaches a thread that waits for a slow writer.
///
/// Loops check the flag. The descriptor, created for the first waiter, wakes waiting threads.
#[derive(Debug, Default)]
pub struct Stop {
    is_requested: AtomicBool,
    wake: OnceLock<Option<Wake>>,
}

impl Stop {
    /// Returns a request that has not been made yet.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// Requests that every thread end. It may be called from a signal handler.
    pub fn request(&self) {
        self.is_requested.store(true, Ordering::Release);
        // Either this call sees the descriptor, or its creator sees the flag: both check after they
        // have written.
        fence(Ordering::SeqCst);
        if let Some(Some(wake)) = self.wake.get() {
            wake.set();
        }
    }

    /// Returns a descriptor that becomes readable when a stop is requested after this call.
    ///
    /// The caller must check [`Stop::is_requested`] once more afterwards. If no descriptor can be created,
    /// a waiting read is not woken.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        let wake = self.wake.get_or_init(Wake::new);
        fence(Ordering::SeqCst);
        wake.as_ref().map(Wake::fd)
    }

    /// Returns whether a stop was requested.
    pub fn is_requested(&self) -> bool {
        self.is_requested.load(Ordering::Acquire)
    }
}
