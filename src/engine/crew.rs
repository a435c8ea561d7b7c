//! Threads that take the place of the one they are started from.
//!
//! A thread that goes on working does not have the threads that it starts spread over the processors: on a virtual machine with
//! two, a single further one was put behind it on the same processor two times out of three, to stay there for 8 ms and
//! more while the other was idle. Of two that are started by a thread that then waits, each has a processor at once. So a
//! thread that needs one more starts two, and leaves the work to them, what it has in hand included: done beside them, that would take
//! twice as long, and all would wait for their turn behind it. 100 MB in memory were hashed in 0.8 of the time.
//!
//! That is so as long as a thread is new. How much of a processor it takes is a mean of the last hundred milliseconds to the kernel
//! (sched-pelt, with a half-life of 32 ms), and what a busy one starts is put elsewhere.

use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, Scope};

use rustix::time::{ClockId, clock_gettime};

/// What a worker's stack may grow to, in bytes.
const STACK: usize = 1 << 20;

/// Whether the calling thread has hardly run yet, so that it should not go on beside those that it starts.
pub(super) fn is_new() -> bool {
    const BUSY: i64 = 50_000_000;
    let ran = clock_gettime(ClockId::ThreadCPUTime);
    ran.tv_sec == 0 && ran.tv_nsec < BUSY
}

/// Starts a thread that does `work`; gives whether the system has one.
pub(crate) fn start<'scope>(scope: &'scope Scope<'scope, '_>, work: impl FnOnce() + Send + 'scope) -> bool {
    Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_ok()
}

/// What a thread has in hand, for the first of those that take its place.
pub(super) struct Handover<T>(Mutex<Option<T>>);

impl<T> Handover<T> {
    /// Nothing yet.
    pub(super) fn new() -> Handover<T> {
        Handover(Mutex::new(None))
    }

    pub(super) fn give(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    /// What was given, unless somebody has it.
    pub(super) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
