//! Starts the threads of a run, and runs the loop of each of them.
//!
//! A run begins on the calling thread. Further threads are started once the remaining work is worth
//! it, as far as [`Permits`] allow. Nested runs share the permits, so a file that can use a second
//! thread gets one that has no file of its own. [`super::stage`] keeps the order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, Scope};
use std::time::{Duration, Instant};

use crate::os::has_room_for_thread;
use crate::os::posix::thread_time;

/// A worker's stack size in bytes.
const STACK_BYTES: usize = 1 << 20;

/// The threads that may still be started.
#[derive(Debug)]
pub struct Permits {
    free: AtomicUsize,
    /// The lowest number of free permits so far.
    min_free: AtomicUsize,
    all: usize,
}

impl Permits {
    /// Creates a semaphore with `count` permits.
    pub fn new(count: usize) -> Permits {
        Permits { free: AtomicUsize::new(count), min_free: AtomicUsize::new(count), all: count }
    }

    /// Takes a permit, if one is free.
    pub fn acquire(&self) -> bool {
        let acquired = self.free.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |free| free.checked_sub(1));
        acquired.inspect(|before| _ = self.min_free.fetch_min(before - 1, Ordering::Relaxed)).is_ok()
    }

    /// Gives a permit back.
    pub fn release(&self) {
        self.free.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the maximum number of permits that were taken at one time.
    pub fn max_in_use(&self) -> usize {
        self.all - self.min_free.load(Ordering::Relaxed).min(self.all)
    }

    fn has_available(&self) -> bool {
        self.free.load(Ordering::Relaxed) > 0
    }
}

/// The amount of work that remains after the item that a worker has just taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RemainingWork {
    /// Too little for another thread.
    Little,
    /// Enough for one more thread.
    ForOneMore,
    /// Enough for all threads.
    ForAll,
    /// Enough for all threads, and for another one in place of the thread that starts it.
    Lasting,
}

/// A run that several workers share.
pub(super) trait SharedWork: Sync {
    /// The work that a worker takes at a time.
    type Item: Send;
    /// The state that a worker keeps between items.
    type Local<'w>
    where
        Self: 'w;

    /// Whether the calling thread's permit is free for others as soon as it finds no more work.
    const FREES_CALLER: bool = false;

    /// Returns the initial state of a worker.
    fn begin(&self) -> Self::Local<'_>;

    /// Takes the next item. `busy` is the time that this worker has spent on items.
    fn next<'w>(&'w self, local: &mut Self::Local<'w>, busy: &mut Duration) -> Option<(Self::Item, RemainingWork)>;

    /// Processes one item. Returns whether this worker continues; if not, it has released its permit.
    fn process<'w>(&'w self, item: Self::Item, local: &mut Self::Local<'w>) -> bool;

    /// Ends a worker.
    fn end<'w>(&'w self, local: Self::Local<'w>);
}

/// Runs `work` on the calling thread and up to `helpers` others, as far as `permits` allow.
pub(super) fn run<W: SharedWork>(work: &W, permits: &Permits, helpers: usize) {
    let workers = Workers { work, permits, unstarted: AtomicUsize::new(helpers), handed_off: Mutex::new(None) };
    std::thread::scope(|scope| {
        if workers.work(scope, true) && W::FREES_CALLER {
            permits.release();
        }
    });
}

struct Workers<'w, W: SharedWork> {
    work: &'w W,
    permits: &'w Permits,
    /// The number of helpers that may still be started.
    unstarted: AtomicUsize,
    /// The item that the calling thread handed off to a helper.
    handed_off: Mutex<Option<(W::Item, RemainingWork)>>,
}

impl<W: SharedWork> Workers<'_, W> {
    /// Runs one worker. Returns whether it still holds its permit.
    ///
    /// The scheduler often queues a new thread on the processor of the thread that started it, if
    /// that thread keeps running: on two processors, two times out of three, for 8 ms and more. Two
    /// threads started by one that then waits each get a processor at once. A fresh calling thread
    /// therefore starts one more thread and hands its item off to it. Hashing 100 MB in memory
    /// takes 8% less time that way. Threads started by a busy thread are placed elsewhere anyway,
    /// because the kernel averages a thread's load over about 100 ms (sched-pelt).
    fn work<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, is_caller: bool) -> bool {
        let mut local = self.work.begin();
        let mut busy = Duration::ZERO;
        let mut may_leave = is_caller;
        let mut keeps_permit = true;
        let mut handed_off = self.take_handed_off();
        while let Some((item, remaining_work)) = handed_off.take().or_else(|| self.work.next(&mut local, &mut busy)) {
            if remaining_work == RemainingWork::Lasting
                && may_leave
                && self.permits.has_available()
                && is_fresh_thread()
            {
                may_leave = false;
                *self.handed_off.lock().unwrap_or_else(PoisonError::into_inner) = Some((item, remaining_work));
                if self.start_helpers(scope, usize::MAX) && start(scope, || _ = self.work(scope, false)) {
                    break;
                }
                handed_off = self.take_handed_off();
                continue;
            }
            match remaining_work {
                RemainingWork::Little => {}
                RemainingWork::ForOneMore => _ = self.start_helpers(scope, 1),
                RemainingWork::ForAll | RemainingWork::Lasting => _ = self.start_helpers(scope, usize::MAX),
            }
            let begun = Instant::now();
            keeps_permit = self.work.process(item, &mut local);
            busy += begun.elapsed();
            if !keeps_permit {
                break;
            }
        }
        self.work.end(local);
        keeps_permit
    }

    fn take_handed_off(&self) -> Option<(W::Item, RemainingWork)> {
        self.handed_off.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Starts up to `max` helpers, one per free permit. Returns whether any was started.
    fn start_helpers<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, max: usize) -> bool {
        let decrement = |left: usize| left.checked_sub(1);
        let mut started = 0;
        while started < max && self.unstarted.load(Ordering::Relaxed) > 0 && self.permits.acquire() {
            let may_start = self.unstarted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, decrement).is_ok();
            let helper = || {
                if self.work(scope, false) {
                    self.permits.release();
                }
            };
            // If no thread can be started, the existing ones do the work.
            if !may_start || !start(scope, helper) {
                self.permits.release();
                break;
            }
            started += 1;
        }
        started > 0
    }
}

/// Runs `work` on `threads` threads, including the calling one, and returns their results. A thread
/// that cannot be started has no result.
pub(crate) fn on_threads<T: Send>(threads: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    let results = Mutex::new(Vec::with_capacity(threads));
    let worker = || {
        let result = work();
        results.lock().unwrap_or_else(PoisonError::into_inner).push(result);
    };
    std::thread::scope(|scope| {
        (1..threads).take_while(|_| start(scope, worker)).count();
        worker();
    });
    results.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a thread for `work`. Returns whether the system allowed it.
fn start<'scope>(scope: &'scope Scope<'scope, '_>, work: impl FnOnce() + Send + 'scope) -> bool {
    has_room_for_thread() && Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).is_ok()
}

/// Returns whether the calling thread has hardly run yet.
fn is_fresh_thread() -> bool {
    const FRESH_TIME: Duration = Duration::from_millis(50);
    thread_time() < FRESH_TIME
}
