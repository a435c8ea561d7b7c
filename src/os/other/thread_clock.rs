//! The processor time of another thread, approximated here by wall-clock time.

use std::time::{Duration, Instant};

/// The wall-clock time since the clock was created.
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
