//! Jobs done in parallel, their results handed over in order.
//!
//! A thread is started only when there is another job for it; while there is none, its permit is free for a job that
//! can use more than one thread. A job that takes long holds back what comes after it, so workers run ahead of it by a
//! bounded number of results.

use std::collections::VecDeque;
use std::io;
use std::iter::Peekable;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Scope;

use crate::engine::Permits;

/// Results that may wait for the one before them.
const AHEAD: usize = 4096;

/// Does `work` on each of `jobs` with up to `threads` threads and gives the results to `emit` in the jobs' order.
///
/// # Errors
/// The first error of `emit`; no further job is begun then.
pub fn in_order<J: Send, R: Send>(
    threads: usize,
    jobs: impl Iterator<Item = J> + Send,
    work: impl Fn(J, &Permits) -> R + Sync,
    emit: impl FnMut(R) -> io::Result<()> + Send,
) -> io::Result<()> {
    let crew = Crew {
        permits: Permits::new(threads.max(1) - 1),
        jobs: Mutex::new((jobs.peekable(), 0)),
        results: Mutex::new(Results { next: 0, waiting: VecDeque::new(), emit, outcome: Ok(()) }),
        moved: Condvar::new(),
        work,
    };
    std::thread::scope(|scope| crew.life(scope));
    crew.results.into_inner().unwrap_or_else(PoisonError::into_inner).outcome
}

struct Crew<I: Iterator, R, W, E> {
    permits: Permits,
    jobs: Mutex<(Peekable<I>, usize)>,
    results: Mutex<Results<R, E>>,
    /// Told whenever a result was emitted.
    moved: Condvar,
    work: W,
}

struct Results<R, E> {
    /// The number of the result that is emitted next.
    next: usize,
    /// Results from that number on, as far as they are there.
    waiting: VecDeque<Option<R>>,
    emit: E,
    outcome: io::Result<()>,
}

impl<I, R, W, E> Crew<I, R, W, E>
where
    I: Iterator<Item: Send> + Send,
    R: Send,
    W: Fn(I::Item, &Permits) -> R + Sync,
    E: FnMut(R) -> io::Result<()> + Send,
{
    /// One worker's life, at the end of which its permit is free.
    fn life<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        loop {
            let (job, number, more) = {
                let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(job) = jobs.0.next() else { break };
                jobs.1 += 1;
                (job, jobs.1 - 1, jobs.0.peek().is_some())
            };
            if more && self.permits.take() {
                let builder = std::thread::Builder::new().stack_size(1 << 20);
                if builder.spawn_scoped(scope, || self.life(scope)).is_err() {
                    self.permits.give();
                }
            }
            let result = (self.work)(job, &self.permits);
            if !self.hand_over(number, result) {
                break;
            }
        }
        self.permits.give();
    }

    /// Emits the result and those that waited for it, or keeps it until its turn. `false` when emitting has failed.
    fn hand_over(&self, number: usize, result: R) -> bool {
        let mut guard = self.lock();
        let results = &mut *guard;
        let place = number - results.next;
        if results.waiting.len() <= place {
            results.waiting.resize_with(place + 1, || None);
        }
        results.waiting[place] = Some(result);
        while let Some(Some(_)) = results.waiting.front() {
            let result = results.waiting.pop_front().flatten();
            results.next += 1;
            if let (Some(result), Ok(())) = (result, &results.outcome) {
                results.outcome = (results.emit)(result);
            }
        }
        self.moved.notify_all();
        if number >= guard.next + AHEAD {
            self.permits.give();
            while number >= guard.next + AHEAD {
                guard = self.moved.wait(guard).unwrap_or_else(PoisonError::into_inner);
            }
            // If somebody works with this permit now, there is one thread more for a while.
            self.permits.take();
        }
        guard.outcome.is_ok()
    }

    fn lock(&self) -> MutexGuard<'_, Results<R, E>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_however_long_each_took() {
        for threads in [1, 2, 7] {
            let mut seen = Vec::new();
            let work = |job: usize, _: &Permits| {
                if job.is_multiple_of(97) {
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
                job * 2
            };
            in_order(threads, 0..10_000, work, |result| {
                seen.push(result);
                Ok(())
            })
            .unwrap();
            assert_eq!(seen, (0..10_000).map(|job| job * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_is_begun_after_an_error() {
        let begun = std::sync::atomic::AtomicUsize::new(0);
        let work = |job: usize, _: &Permits| {
            begun.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            job
        };
        let outcome =
            in_order(3, 0.., work, |job| if job == 20 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) });
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert!(begun.into_inner() < 20 + 2 * AHEAD);
    }
}
