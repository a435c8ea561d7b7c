//! The time of another thread, which is not told from that of the wall here.

use std::time::{Duration, Instant};

/// The time since it was asked for.
#[derive(Clone, Copy, Debug)]
pub struct ThreadClock(Instant);

impl ThreadClock {
    /// Returns the clock of the calling thread.
    pub fn of_this_thread() -> Option<ThreadClock> {
        Some(ThreadClock(Instant::now()))
    }

    /// Returns the time so far.
    pub fn now(self) -> Duration {
        self.0.elapsed()
    }
}
