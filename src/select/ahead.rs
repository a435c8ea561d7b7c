//! Reads several logs ahead, on other threads.
//!
//! While the merge passes on a batch of entries, the next one of the same log is read. A batch that
//! no thread has begun when it is needed is read by the thread that needs it, so the entries do not
//! depend on the number of threads.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::batch::{BatchEnd, EntryBatch};
use super::log::Log;
use crate::os::start_thread;

/// The next batches of several logs.
#[derive(Debug)]
pub(super) struct ReadAhead {
    shared: Arc<SharedLogs>,
    /// The number of threads that may still be started.
    helpers: usize,
}

#[derive(Debug)]
struct SharedLogs {
    /// The number of bytes that each log holds back to sort its entries, and the size of a batch in bytes.
    sizes: (usize, usize),
    state: Mutex<LogStates>,
    changed: Condvar,
}

#[derive(Debug)]
struct LogStates {
    slots: Vec<NextBatch>,
    /// Logs whose next batch may be read ahead. Some may have been read in the meantime.
    queue: VecDeque<usize>,
    is_closed: bool,
}

/// The state of a log.
#[derive(Debug)]
enum NextBatch {
    /// The next batch has not been read. The next one can reuse the memory of an earlier batch.
    Unread(Box<Log>, EntryBatch),
    /// A thread is reading it.
    Reading,
    /// The batch has been read. Unless it is the last one, the log is included.
    Read(Option<Box<Log>>, EntryBatch),
    /// Reading the batch panicked.
    Panicked(Box<dyn Any + Send>),
    /// No more batches follow or are needed.
    Done,
}

impl ReadAhead {
    /// Reads `logs` on up to `threads` threads, including the calling one.
    pub fn new(logs: Vec<Option<Log>>, sizes: (usize, usize), threads: usize) -> Self {
        let unread = |log| NextBatch::Unread(Box::new(log), EntryBatch::default());
        let slots = logs.into_iter().map(|log| log.map_or(NextBatch::Done, unread)).collect();
        let state = Mutex::new(LogStates { slots, queue: VecDeque::new(), is_closed: false });
        let shared = SharedLogs { sizes, state, changed: Condvar::new() };
        Self { shared: Arc::new(shared), helpers: threads.saturating_sub(1) }
    }

    /// Returns the next batch of a log, or `None` if it was not opened, has ended or was dropped. The
    /// memory of `spent` is reused.
    pub fn next(&mut self, log: usize, spent: EntryBatch) -> Option<EntryBatch> {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        let (unread, batch) = loop {
            match std::mem::replace(&mut state.slots[log], NextBatch::Reading) {
                NextBatch::Unread(mut unread, memory) => {
                    drop(state);
                    let batch = unread.next_batch(memory, shared.sizes);
                    state = shared.lock();
                    break (matches!(batch.end, BatchEnd::More).then_some(unread), batch);
                }
                NextBatch::Reading => state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                NextBatch::Read(log, batch) => break (log, batch),
                NextBatch::Panicked(panic) => resume_unwind(panic),
                NextBatch::Done => {
                    state.slots[log] = NextBatch::Done;
                    return None;
                }
            }
        };
        state.slots[log] = unread.map_or(NextBatch::Done, |unread| NextBatch::Unread(unread, spent));
        if !matches!(state.slots[log], NextBatch::Done) {
            state.queue.push_back(log);
            drop(state);
            shared.changed.notify_all();
            self.start_helpers();
        }
        Some(batch)
    }

    /// Drops a log whose remaining entries are not needed.
    pub fn drop_log(&mut self, log: usize) {
        self.shared.lock().slots[log] = NextBatch::Done;
    }

    fn start_helpers(&mut self) {
        while self.helpers > 0 {
            self.helpers -= 1;
            let shared = Arc::clone(&self.shared);
            // If it cannot be started, this thread does all the work.
            let _ = start_thread("merge", move || shared.read_ahead());
        }
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
    }
}

impl SharedLogs {
    fn lock(&self) -> MutexGuard<'_, LogStates> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads queued batches until no more are needed. Nothing waits for this thread to end, because
    /// it may be reading a pipe that its writer leaves open.
    fn read_ahead(&self) {
        let mut state = self.lock();
        while !state.is_closed {
            let Some(log) = state.queue.pop_front() else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            match std::mem::replace(&mut state.slots[log], NextBatch::Reading) {
                NextBatch::Unread(mut unread, memory) => {
                    drop(state);
                    let read = catch_unwind(AssertUnwindSafe(|| {
                        let batch = unread.next_batch(memory, self.sizes);
                        NextBatch::Read(matches!(batch.end, BatchEnd::More).then_some(unread), batch)
                    }));
                    state = self.lock();
                    if !matches!(state.slots[log], NextBatch::Done) {
                        state.slots[log] = read.unwrap_or_else(NextBatch::Panicked);
                    }
                    self.changed.notify_all();
                }
                other => state.slots[log] = other,
            }
        }
    }
}
