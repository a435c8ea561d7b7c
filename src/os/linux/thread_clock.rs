//! The processor time of another thread.

#![allow(unsafe_code)]

use std::time::Duration;

/// The processor time that a thread has used.
#[derive(Clone, Copy, Debug)]
pub struct ThreadClock(libc::clockid_t);

impl ThreadClock {
    /// Returns the clock of the calling thread, or `None` if the system has none.
    pub fn of_this_thread() -> Option<ThreadClock> {
        let mut clock = 0;
        // SAFETY: the calling thread is alive, and `clock` may be written.
        let failed = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) };
        (failed == 0).then_some(ThreadClock(clock))
    }

    /// Returns the time so far, or zero if the thread has ended.
    pub fn now(self) -> Duration {
        let mut ran = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // The type of the seconds is not i64 on every architecture.
        #[allow(clippy::useless_conversion)]
        // SAFETY: `ran` may be written; a clock of an ended thread is an error.
        match unsafe { libc::clock_gettime(self.0, &raw mut ran) } {
            0 => Duration::new(ran.tv_sec.unsigned_abs().into(), ran.tv_nsec as u32),
            _ => Duration::ZERO,
        }
    }
}
