//! Searches that are abandoned if they take too long.
//!
//! PCRE2 restarts its count of steps at each start of a match, and its JIT does not count those
//! within a run of characters, so a search of a long line may take hours before it gives up.
//! Nothing can interrupt it. It therefore runs on a separate thread, which is abandoned when the
//! time limit is reached.

use std::cell::Cell;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crate::os::{ThreadClock, start_thread};

/// The minimum length in bytes of a haystack whose search has a time limit, and the minimum time
/// limit. Searches of shorter haystacks have only the limit on steps.
pub(super) const MIN_TIMED_LEN: usize = 16 << 10;
pub(super) const MIN_TIME_LIMIT: Duration = Duration::from_secs(1);

/// The interval at which the time of a search is checked.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

type Job = Box<dyn FnOnce() + Send>;

/// A thread that searches on behalf of another one.
struct Searcher {
    jobs: Sender<Job>,
    clock: ThreadClock,
}

impl Searcher {
    /// Starts a thread, if the system allows another one.
    fn start() -> Option<Searcher> {
        let (jobs, waiting) = channel::<Job>();
        let (sender, clock) = channel();
        let work = move || {
            _ = sender.send(ThreadClock::of_this_thread());
            waiting.into_iter().for_each(|job| job());
        };
        start_thread("search", work)?;
        Some(Searcher { jobs, clock: clock.recv().ok()?? })
    }
}

/// Calls `work` on another thread and returns its result, or `None` if it takes more processor time
/// than is `left`. The time taken is subtracted from `left`.
pub(super) fn within<T: Send + 'static>(left: &mut Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    thread_local! {
        static SEARCHER: Cell<Option<Searcher>> = const { Cell::new(None) };
    }
    let Some(searcher) = SEARCHER.take().or_else(Searcher::start) else { return Some(work()) };
    let before = searcher.clock.now();
    let (reply, answer) = channel();
    _ = searcher.jobs.send(Box::new(move || _ = reply.send(work())));
    loop {
        let result = answer.recv_timeout(CHECK_INTERVAL);
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
    fn a_search_that_takes_too_long_is_abandoned() {
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
