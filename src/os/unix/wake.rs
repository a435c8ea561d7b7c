//! A descriptor that wakes a thread waiting in `poll`.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// An eventfd or, where there is none, a pipe: a descriptor to poll and one that makes it readable.
#[derive(Debug)]
pub struct Wake {
    poll: OwnedFd,
    write: Option<OwnedFd>,
}

impl Wake {
    /// Creates the descriptors; `None` if the system has none left.
    #[cfg(target_os = "linux")]
    pub fn new() -> Option<Wake> {
        use rustix::event::{EventfdFlags, eventfd};
        Some(Wake { poll: eventfd(0, EventfdFlags::CLOEXEC).ok()?, write: None })
    }

    /// Creates the descriptors; `None` if the system has none left.
    #[cfg(not(target_os = "linux"))]
    pub fn new() -> Option<Wake> {
        use rustix::io::{FdFlags, fcntl_setfd};
        let (poll, write) = rustix::pipe::pipe().ok()?;
        for fd in [&poll, &write] {
            fcntl_setfd(fd, FdFlags::CLOEXEC).ok()?;
        }
        Some(Wake { poll, write: Some(write) })
    }

    /// Makes the descriptor readable permanently. It may be called from a signal handler.
    pub fn set(&self) {
        let _ = rustix::io::write(self.write.as_ref().unwrap_or(&self.poll), &1u64.to_ne_bytes());
    }

    /// Returns the descriptor to poll.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.poll.as_fd()
    }
}
