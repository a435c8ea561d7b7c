//! Jobs done in parallel, their results handed over in order.
//!
//! A thread is started only when there is another job for it; while there is none, its permit is free for a job that
//! can use more than one thread. A job that takes long holds back what comes after it, so workers run ahead of it by a
//! bounded number of results.

use std::collections::VecDeque;
use std::io;
use std::iter::Peekable;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::Scope;
use std::time::Instant;

use crate::engine::{MOMENT, Permits, Stats, start};
use crate::os::fd_table;

/// Results that may wait for the one before them.
const AHEAD: usize = 4096;
/// Jobs that a worker takes at a time, at most, so that thousands of small ones do not meet at the locks.
const MANY: usize = 16;

/// When a worker comes to a job that it has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Soon,
    /// Those before it take long.
    Later,
}

/// Does `work` on each of `jobs` with up to `threads` threads, counted in `stats`, and gives the results to `emit` in the jobs' order.
/// `ahead` may prepare a job, and is told of it any number of times.
///
/// # Errors
/// The first error of `emit`; no further job is begun then.
pub fn in_order<J: Send, R: Send>(
    threads: usize,
    stats: &Stats,
    jobs: impl Iterator<Item = J> + Send,
    ahead: impl Fn(&mut J, Turn) + Sync,
    work: impl Fn(J, &Permits) -> R + Sync,
    emit: impl FnMut(R) -> io::Result<()> + Send,
) -> io::Result<()> {
    let crew = Crew {
        permits: Permits::new(threads.max(1) - 1),
        jobs: Mutex::new(Jobs { rest: jobs.peekable(), taken: 0, returned: VecDeque::new() }),
        results: Mutex::new(Results { next: 0, waiting: VecDeque::new(), held_up: 0, emit, outcome: Ok(()) }),
        moved: Condvar::new(),
        over: AtomicBool::new(false),
        many: fd_table::share(threads, MANY),
        ahead,
        work,
    };
    std::thread::scope(|scope| crew.life(scope));
    Stats::add(&stats.threads, 1 + crew.permits.most_taken() as u64);
    crew.results.into_inner().unwrap_or_else(PoisonError::into_inner).outcome
}

struct Crew<I: Iterator, R, A, W, E> {
    permits: Permits,
    jobs: Mutex<Jobs<I>>,
    results: Mutex<Results<R, E>>,
    /// Told whenever results were emitted that somebody waits for.
    moved: Condvar,
    /// An error was met. Asked before a job is taken and a thread started: new threads that learn of it only from their
    /// first result would each have started another by then, without end.
    over: AtomicBool,
    /// How many jobs a worker takes at a time, at most.
    many: usize,
    ahead: A,
    work: W,
}

struct Jobs<I: Iterator> {
    rest: Peekable<I>,
    /// How many were taken from `rest`.
    taken: usize,
    /// Jobs that a worker took too many of, with their numbers.
    returned: VecDeque<(usize, I::Item)>,
}

impl<I: Iterator> Jobs<I> {
    fn take(&mut self, count: usize) -> VecDeque<(usize, I::Item)> {
        let mut batch = VecDeque::with_capacity(count);
        while batch.len() < count {
            let job = self.returned.pop_front().or_else(|| {
                let job = self.rest.next()?;
                self.taken += 1;
                Some((self.taken - 1, job))
            });
            match job {
                Some(job) => batch.push_back(job),
                None => break,
            }
        }
        batch
    }

    fn is_empty(&mut self) -> bool {
        self.returned.is_empty() && self.rest.peek().is_none()
    }
}

struct Results<R, E> {
    /// The number of the result that is emitted next.
    next: usize,
    /// Results from that number on, as far as they are there.
    waiting: VecDeque<Option<R>>,
    /// Workers that wait because they are too far ahead.
    held_up: usize,
    emit: E,
    outcome: io::Result<()>,
}

impl<I, R, A, W, E> Crew<I, R, A, W, E>
where
    I: Iterator<Item: Send> + Send,
    R: Send,
    A: Fn(&mut I::Item, Turn) + Sync,
    W: Fn(I::Item, &Permits) -> R + Sync,
    E: FnMut(R) -> io::Result<()> + Send,
{
    /// One worker's life, at the end of which its permit is free.
    fn life<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        let mut count = 1;
        while !self.over.load(Ordering::Relaxed) {
            let (mut batch, more) = {
                let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
                (jobs.take(count), !jobs.is_empty())
            };
            if batch.is_empty() {
                break;
            }
            if more && self.permits.take() {
                // The permit of a worker that is held up is for the job it waits for: a thread started with it would
                // only run ahead too, be held up, and have another one started, without end.
                if self.is_held_up() || !start(scope, || self.life(scope)) {
                    self.permits.give();
                }
            }
            let begun = Instant::now();
            let mut results = Vec::with_capacity(batch.len());
            while let Some((number, job)) = batch.pop_front() {
                batch.iter_mut().for_each(|(_, job)| (self.ahead)(job, Turn::Soon));
                results.push((number, (self.work)(job, &self.permits)));
                // A worker that took several and needs longer for them gives the rest back.
                if begun.elapsed() > MOMENT {
                    break;
                }
            }
            if batch.is_empty() {
                count = (count * 2).min(self.many);
            } else {
                count = 1;
                batch.iter_mut().for_each(|(_, job)| (self.ahead)(job, Turn::Later));
                let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
                batch.into_iter().rev().for_each(|job| jobs.returned.push_front(job));
            }
            if !self.hand_over(results) {
                return;
            }
        }
        self.permits.give();
    }

    fn is_held_up(&self) -> bool {
        self.results.lock().unwrap_or_else(PoisonError::into_inner).held_up > 0
    }

    /// Emits the results and those that waited for them, or keeps them until their turn. `false` when the worker was
    /// held up and its permit is now somebody else's.
    fn hand_over(&self, done: Vec<(usize, R)>) -> bool {
        let mut guard = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        let results = &mut *guard;
        let last = done.last().map_or(0, |&(number, _)| number);
        for (number, result) in done {
            let place = number - results.next;
            if results.waiting.len() <= place {
                results.waiting.resize_with(place + 1, || None);
            }
            results.waiting[place] = Some(result);
        }
        while let Some(Some(_)) = results.waiting.front() {
            let result = results.waiting.pop_front().flatten();
            results.next += 1;
            if let (Some(result), Ok(())) = (result, &results.outcome) {
                results.outcome = (results.emit)(result);
                self.over.store(results.outcome.is_err(), Ordering::Relaxed);
            }
        }
        if results.held_up > 0 {
            self.moved.notify_all();
        }
        if last >= guard.next + AHEAD {
            self.permits.give();
            guard.held_up += 1;
            while last >= guard.next + AHEAD {
                guard = self.moved.wait(guard).unwrap_or_else(PoisonError::into_inner);
            }
            guard.held_up -= 1;
            return self.permits.take();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn results_come_in_order_however_long_each_took() {
        for threads in [1, 2, 7] {
            let mut seen = Vec::new();
            let work = |job: usize, _: &Permits| {
                if job.is_multiple_of(97) {
                    std::thread::sleep(Duration::from_millis(2));
                }
                job * 2
            };
            in_order(
                threads,
                &Stats::default(),
                0..10_000,
                |_, _| (),
                work,
                |result| {
                    seen.push(result);
                    Ok(())
                },
            )
            .unwrap();
            assert_eq!(seen, (0..10_000).map(|job| job * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_is_begun_after_an_error() {
        let begun = std::sync::atomic::AtomicUsize::new(0);
        let work = |job: usize, _: &Permits| {
            begun.fetch_add(1, Ordering::Relaxed);
            job
        };
        let outcome = in_order(
            3,
            &Stats::default(),
            0..,
            |_, _| (),
            work,
            |job| {
                if job == 20 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
            },
        );
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert!(begun.into_inner() < 20 + 2 * AHEAD);
    }
}
