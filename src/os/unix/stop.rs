//! A request to end that also wakes a thread waiting in `poll`.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering, fence};

/// A descriptor to poll, and one that makes it readable: of an eventfd or, where there is none, a pipe.
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

/// Ends work early, also that of a thread that waits for a slow writer.
///
/// The flag is for loops that look at it; the descriptor, which the first to wait makes, wakes a `poll`.
#[derive(Debug, Default)]
pub struct Stop {
    asked: AtomicBool,
    wake: OnceLock<Option<Wake>>,
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
            let _ = rustix::io::write(wake.write.as_ref().unwrap_or(&wake.poll), &1u64.to_ne_bytes());
        }
    }

    /// What becomes readable when an end is asked for from now on; whether it was before is to be looked at once more
    /// after this call. Where no descriptor is to be had, a waiting read is merely not woken.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        let wake = self.wake.get_or_init(wake);
        fence(Ordering::SeqCst);
        wake.as_ref().map(|wake| wake.poll.as_fd())
    }

    /// Whether an end was asked for.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }
}
