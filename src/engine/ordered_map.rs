//! Runs jobs in parallel and emits their results in order, such as the digests of files.
//!
//! A thread is started only if there is another job for it; otherwise its permit is free for a job
//! that can use more than one thread. A long job delays the results after it, so workers run ahead
//! by a bounded number of results.

use std::collections::VecDeque;
use std::io;
use std::iter::Peekable;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::os::{Stop, fd_table};

use super::prefetched_inputs::STALE_AFTER;
use super::session::Session;
use super::stage::Stage;
use super::workers::{self, Permits, RemainingWork, SharedWork};

/// The maximum number of results waiting for an earlier one.
const MAX_WAITING: u64 = 4096;
/// The maximum number of jobs that a worker takes at a time. Batches keep thousands of small jobs from
/// contending for the locks.
const MAX_BATCH: usize = 16;

/// The point at which a worker will reach a job that it has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookahead {
    /// After the current job.
    Soon,
    /// After jobs that take a long time.
    Later,
}

/// The steps of each job: prepare it, run it, and emit its result.
pub struct MapSteps<A, W, E> {
    /// A function that may prepare a job before its turn. It is called any number of times.
    pub ahead: A,
    /// A function that runs the job. The permits allow it to start further threads.
    pub work: W,
    /// A function that takes the results, in the jobs' order.
    pub emit: E,
}

/// Runs `steps` for each of `jobs` on up to `threads` threads, which `session` counts.
///
/// # Errors
/// Returns the first error from `emit`, after which no further job is started.
pub fn map_in_order<J, R, A, W, E>(
    threads: usize,
    session: &Session,
    jobs: impl Iterator<Item = J> + Send,
    steps: MapSteps<A, W, E>,
) -> io::Result<()>
where
    J: Send,
    R: Send,
    A: Fn(&mut J, Lookahead) + Sync,
    W: Fn(J, &Permits) -> R + Sync,
    E: FnMut(R) -> io::Result<()> + Send,
{
    let permits = Permits::new(threads.max(1) - 1);
    let map = OrderedMap {
        permits: &permits,
        jobs: Mutex::new(Jobs { rest: jobs.peekable(), taken: 0, returned: VecDeque::new() }),
        emission: Stage::new(Emission { emit: steps.emit, outcome: Ok(()) }, threads),
        stop: Stop::new(),
        max_batch: fd_table::files_per_worker(threads, MAX_BATCH),
        ahead: steps.ahead,
        work: steps.work,
    };
    workers::run(&map, &permits, usize::MAX);
    session.counters.threads.add(1 + permits.max_in_use() as u64);
    map.emission.into_state().outcome
}

/// The receiver of results, and the outcome.
struct Emission<E> {
    emit: E,
    outcome: io::Result<()>,
}

struct OrderedMap<'p, I: Iterator, R, A, W, E> {
    permits: &'p Permits,
    jobs: Mutex<Jobs<I>>,
    emission: Stage<Emission<E>, R>,
    /// A stop requested at the first error. Threads that learned of the error only from their own
    /// first result would each have started another thread by then, endlessly.
    stop: Stop,
    max_batch: usize,
    ahead: A,
    work: W,
}

struct Jobs<I: Iterator> {
    rest: Peekable<I>,
    /// The number of jobs taken from `rest`.
    taken: u64,
    /// Jobs that a worker returned because it had taken too many, with their numbers.
    returned: VecDeque<(u64, I::Item)>,
}

impl<I: Iterator> Jobs<I> {
    fn take(&mut self, count: usize) -> VecDeque<(u64, I::Item)> {
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

impl<I, R, A, W, E> SharedWork for OrderedMap<'_, I, R, A, W, E>
where
    I: Iterator<Item: Send> + Send,
    R: Send,
    A: Fn(&mut I::Item, Lookahead) + Sync,
    W: Fn(I::Item, &Permits) -> R + Sync,
    E: FnMut(R) -> io::Result<()> + Send,
{
    type Item = VecDeque<(u64, I::Item)>;
    /// The number of jobs to take next.
    type Local<'w>
        = usize
    where
        Self: 'w;

    const FREES_CALLER: bool = true;

    fn begin(&self) -> usize {
        1
    }

    fn next(&self, count: &mut usize, _: &mut Duration) -> Option<(Self::Item, RemainingWork)> {
        if self.stop.is_requested() {
            return None;
        }
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = jobs.take(*count);
        let has_more = !jobs.is_empty();
        drop(jobs);
        // A blocked worker's permit belongs to the job that it waits for. A thread started with
        // that permit would only run ahead, block too, and let yet another one start, without end.
        let remaining_work =
            if has_more && !self.emission.is_backed_up() { RemainingWork::ForOneMore } else { RemainingWork::Little };
        (!batch.is_empty()).then_some((batch, remaining_work))
    }

    fn process(&self, mut batch: Self::Item, count: &mut usize) -> bool {
        let begun = Instant::now();
        let mut results = Vec::with_capacity(batch.len());
        let mut numbers =
            HeldNumbers { stage: &self.emission, pending: batch.iter().map(|&(number, _)| number).collect() };
        while let Some((number, job)) = batch.pop_front() {
            batch.iter_mut().for_each(|(_, job)| (self.ahead)(job, Lookahead::Soon));
            results.push((number, (self.work)(job, self.permits)));
            // A worker that took several jobs returns the rest when they take long.
            if begun.elapsed() > STALE_AFTER {
                break;
            }
        }
        if batch.is_empty() {
            *count = (*count * 2).min(self.max_batch);
        } else {
            *count = 1;
            batch.iter_mut().for_each(|(_, job)| (self.ahead)(job, Lookahead::Later));
            let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            batch.into_iter().rev().for_each(|job| jobs.returned.push_front(job));
        }
        numbers.pending.clear();
        let last = results.last().map_or(0, |&(number, _)| number);
        let emit = |emission: &mut Emission<E>, result| {
            if emission.outcome.is_ok() {
                emission.outcome = (emission.emit)(result);
                if emission.outcome.is_err() {
                    self.stop.request();
                }
            }
        };
        self.emission.submit(results, emit);
        if self.emission.has_room(last, MAX_WAITING) {
            return true;
        }
        self.permits.release();
        self.emission.wait_for_room(last, MAX_WAITING, emit);
        self.permits.acquire()
    }

    fn end(&self, _: usize) {}
}

/// The numbers of the jobs that a worker holds. They are given up on a panic, so that no thread
/// waits for them.
struct HeldNumbers<'s, E, R> {
    stage: &'s Stage<Emission<E>, R>,
    pending: Vec<u64>,
}

impl<E, R> Drop for HeldNumbers<'_, E, R> {
    fn drop(&mut self) {
        self.pending.iter().for_each(|&number| self.stage.skip(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn nothing<J>(_: &mut J, _: Lookahead) {}

    #[test]
    fn results_are_emitted_in_order_however_long_each_took() {
        for threads in [1, 2, 7] {
            let mut seen = Vec::new();
            let work = |job: usize, _: &Permits| {
                if job.is_multiple_of(97) {
                    std::thread::sleep(Duration::from_millis(2));
                }
                job * 2
            };
            let emit = |result| {
                seen.push(result);
                Ok(())
            };
            map_in_order(threads, &Session::default(), 0..10_000, MapSteps { ahead: nothing, work, emit }).unwrap();
            assert_eq!(seen, (0..10_000).map(|job| job * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_is_begun_after_an_error() {
        let begun = AtomicUsize::new(0);
        let work = |job: usize, _: &Permits| {
            begun.fetch_add(1, Ordering::Relaxed);
            job
        };
        let emit = |job| if job == 20 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) };
        let outcome = map_in_order(3, &Session::default(), 0.., MapSteps { ahead: nothing, work, emit });
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert!(begun.into_inner() < 20 + 2 * MAX_WAITING as usize);
    }

    /// Regression: the result of a job that panicked was never submitted, so the other workers
    /// waited for room forever, even if they were already that far ahead before the panic.
    #[test]
    fn a_panic_in_a_job_ends_the_run() {
        for late in [0, 50] {
            let done = AtomicUsize::new(0);
            let work = |job: usize, _: &Permits| {
                if job == 5 {
                    // By then the other worker waits for room.
                    while late > 0 && done.load(Ordering::Relaxed) < MAX_WAITING as usize {
                        std::thread::yield_now();
                    }
                    std::thread::sleep(Duration::from_millis(late));
                    panic!("as a digest with a bug would");
                }
                done.fetch_add(1, Ordering::Relaxed);
            };
            let emit = |()| Ok(());
            let run = || map_in_order(2, &Session::default(), 0..20_000, MapSteps { ahead: nothing, work, emit });
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
        }
    }
}
