//! A request to stop that also wakes a thread waiting in `poll`.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering, fence};

/// A descriptor to poll and one that makes it readable, of an eventfd or, where there is none, a
/// pipe.
#[derive(Debug)]
struct Wake {
    poll: OwnedFd,
    write: Option<OwnedFd>,
}

#[cfg(target_os = "linux")]
fn wake() -> Option<Wake> {
    use rustix::event::{EventfdFlags, eventfd};
    Some(Wake { poll: eventfd(0, EventfdFlags::CLOEXEC).ok()?, write: None })
}

#[cfg(not(target_os = "linux"))]
fn wake() -> Option<Wake> {
    use rustix::io::{FdFlags, fcntl_setfd};
    let (poll, write) = rustix::pipe::pipe().ok()?;
    for fd in [&poll, &write] {
        fcntl_setfd(fd, FdFlags::CLOEXEC).ok()?;
    }
    Some(Wake { poll, write: Some(write) })
}

/// Ends work early, including a thread that waits for a slow writer.
///
/// Loops check the flag. The descriptor, which is created for the first waiter, wakes a `poll`.
#[derive(Debug, Default)]
pub struct Stop {
    asked: AtomicBool,
    wake: OnceLock<Option<Wake>>,
}

impl Stop {
    /// Returns a request that has not been made yet.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// Asks every thread to end. It may be called from a signal handler.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Release);
        // Either this call sees the descriptor, or its creator sees the flag: both check after they
        // have written.
        fence(Ordering::SeqCst);
        if let Some(Some(wake)) = self.wake.get() {
            let _ = rustix::io::write(wake.write.as_ref().unwrap_or(&wake.poll), &1u64.to_ne_bytes());
        }
    }

    /// Returns a descriptor that becomes readable when a stop is requested after this call.
    ///
    /// The caller must check [`Stop::asked`] once more afterwards. If no descriptor can be created,
    /// a waiting read is not woken.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        let wake = self.wake.get_or_init(wake);
        fence(Ordering::SeqCst);
        wake.as_ref().map(|wake| wake.poll.as_fd())
    }

    /// Returns whether a stop was requested.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }
}
