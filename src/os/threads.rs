//! Starts threads, also where memory is limited.

use std::thread::{Builder, JoinHandle};

use super::system::has_room;

/// The size in bytes of a thread's stack and of what the thread allocates before it runs.
const THREAD_BYTES: usize = 3 << 20;

/// Returns whether there is enough memory to start a thread.
///
/// A new thread allocates a stack for signal handlers, and Rust aborts if that fails.
pub fn has_room_for_thread() -> bool {
    has_room(THREAD_BYTES)
}

/// Starts a thread, if the system allows another one.
pub fn start_thread(name: &str, work: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
    if has_room_for_thread() { Builder::new().name(name.into()).spawn(work).ok() } else { None }
}
