//! Threads that take the place of the one they are started from.
//!
//! A thread that goes on working does not have the threads that it starts spread over the processors: on a virtual machine with
//! two, a single further one was put behind it on the same processor two times out of three, to stay there for 8 ms and
//! more while the other was idle. Of two that are started by a thread that then waits, each has a processor at once. So a
//! thread that needs one more starts two, and leaves the work to them. 100 MB in memory were hashed in 0.8 of the time.

use std::thread::{Builder, Scope};

/// What a worker's stack may grow to, in bytes.
const STACK: usize = 1 << 20;

/// Starts a thread that does `work`; gives whether the system has one.
pub(crate) fn start<'scope>(scope: &'scope Scope<'scope, '_>, work: impl FnOnce() + Send + 'scope) -> bool {
    Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_ok()
}
