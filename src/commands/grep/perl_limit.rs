//! Searches that are left behind if they take too long.
//!
//! PCRE2 counts its steps anew at each start of a match, and its JIT does not count those within a run of
//! characters, so a search of a long line may take hours before it gives up. Nothing can interrupt it.
//! It runs on a thread of its own, which is abandoned when its time is over.

use std::cell::Cell;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::Duration;

use crate::os::ThreadClock;

/// The time between two looks at how long a search has taken.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

type Job = Box<dyn FnOnce() + Send>;

/// A thread that searches for another one.
struct Searcher {
    jobs: Sender<Job>,
    clock: ThreadClock,
}

impl Searcher {
    /// Starts a thread, if the system has room for one.
    fn start() -> Option<Searcher> {
        let (jobs, waiting) = channel::<Job>();
        let (tell, clock) = channel();
        let work = move || {
            _ = tell.send(ThreadClock::of_this_thread());
            waiting.into_iter().for_each(|job| job());
        };
        Builder::new().name("search".into()).spawn(work).ok()?;
        Some(Searcher { jobs, clock: clock.recv().ok()?? })
    }
}

/// Calls `work` on another thread and returns its result, or nothing if it takes more than `left` of
/// processor time, from which the time it took is subtracted.
pub(super) fn within<T: Send + 'static>(left: &mut Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    thread_local! {
        static SEARCHER: Cell<Option<Searcher>> = const { Cell::new(None) };
    }
    let Some(searcher) = SEARCHER.take().or_else(Searcher::start) else { return Some(work()) };
    let before = searcher.clock.now();
    let (reply, answer) = channel();
    _ = searcher.jobs.send(Box::new(move || _ = reply.send(work())));
    loop {
        let result = answer.recv_timeout(LOOK_INTERVAL);
        let spent = searcher.clock.now().saturating_sub(before);
        match result {
            Ok(result) => {
                *left = left.saturating_sub(spent);
                SEARCHER.set(Some(searcher));
                return Some(result);
            }
            Err(RecvTimeoutError::Timeout) if spent >= *left => return None,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => panic!("a search panicked"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_too_long_is_left_behind() {
        let mut left = Duration::from_millis(100);
        assert_eq!(within(&mut left, || 1), Some(1));
        let endless = || -> i32 {
            loop {
                std::hint::spin_loop();
            }
        };
        assert_eq!(within(&mut left, endless), None);
        assert_eq!(within(&mut left, || 3), Some(3));
    }
}
