//! What a run did, counted as it went: the figures behind `--stats` and progress.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::io::{AccessMethod, Reason, Source};
use crate::os::{page_size, residency};

use super::heads::Heads;
use super::scratch::Scratch;
use super::warmth::Warmth;

/// Counters shared by the workers of a run.
#[derive(Debug, Default)]
pub struct Stats {
    /// Bytes that went through a kernel or were copied.
    pub bytes: AtomicU64,
    /// Windows mapped.
    pub windows: AtomicU64,
    /// Bytes given to the output without a copy by this program.
    pub uncopied: AtomicU64,
    /// Threads that took part.
    pub threads: AtomicU64,
    /// What was learned on the way.
    pub(super) warmth: Warmth,
    /// Likewise.
    pub(super) heads: Heads,
    /// What the workers of a run have left for the next one.
    scratch: Mutex<Vec<Scratch>>,
    tally: Mutex<Tally>,
}

/// How inputs came in, and why.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// For each way and reason, how many inputs it served.
    pub ways: Vec<(AccessMethod, Option<Reason>, u64)>,
    /// How output went to stdout by another way than `write`, if it did.
    pub output: Option<&'static str>,
    /// Bytes of all mapped inputs and how many of them were in memory before the run; counted only
    /// when asked for.
    pub resident: Option<(u64, u64)>,
    /// Whether to count `resident` at open.
    pub count_resident: bool,
}

impl Stats {
    /// Counts an input that was opened.
    pub fn opened(&self, source: &mut Source) {
        if self.tally_mut().count_resident {
            self.begin(source);
        }
        let mut tally = self.tally_mut();
        let (way, reason) = (source.way(), source.reason());
        match tally.ways.iter_mut().find(|entry| entry.0 == way && entry.1 == reason) {
            Some(entry) => entry.2 += 1,
            None => tally.ways.push((way, reason, 1)),
        }
    }

    /// Has the beginning of an input brought in that is about to be read, and counts before what of it is in memory already.
    /// Gives whether it came from the disk. Only the first call for an input does any of this.
    pub fn begin(&self, source: &mut Source) -> bool {
        let mut is_first = false;
        let is_cold = source.bring_beginning(|source| {
            is_first = true;
            let mut tally = self.tally_mut();
            if tally.count_resident
                && let Some((resident, total)) = resident_bytes(source)
            {
                let before = tally.resident.unwrap_or_default();
                tally.resident = Some((before.0 + resident, before.1 + total));
            }
        });
        // That one is kept, and nobody maps it again.
        Stats::add(&self.windows, u64::from(is_first && source.is_brought_whole()));
        is_cold
    }

    /// Has all of a file brought in that is to be read soon, without waiting for it, and counts before what of it is in memory
    /// already; gives whether it is small, as otherwise it is left alone.
    pub(super) fn ask(&self, source: &mut Source) -> bool {
        let is_small = source.is_small();
        if is_small {
            self.begin(source);
            source.ask_for_all();
        }
        is_small
    }

    /// Memory for a worker, that of an earlier one if there is any.
    pub(super) fn scratch(&self) -> Scratch {
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Leaves a worker's memory to the next.
    pub(super) fn leave(&self, scratch: Scratch) {
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }

    fn tally_mut(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for the resident share of every input from here on. It costs a system call a file.
    pub fn count_resident(&self) {
        self.tally_mut().count_resident = true;
    }

    /// Notes that a window of `source` was read because `mmap` refused it.
    pub fn refused(&self, reason: Reason) {
        let mut tally = self.tally_mut();
        let reason = Some(reason);
        if !tally.ways.iter().any(|entry| entry.0 == AccessMethod::Pread && entry.1 == reason) {
            tally.ways.push((AccessMethod::Pread, reason, 1));
        }
    }

    /// Notes how the output goes.
    pub fn output(&self, way: &'static str) {
        self.tally_mut().output = Some(way);
    }

    /// What was noted so far.
    pub fn tally(&self) -> Tally {
        self.tally_mut().clone()
    }

    /// Adds the bytes, windows and threads of a run whose inputs are counted elsewhere.
    pub fn absorb(&self, other: &Stats) {
        Stats::add(&self.bytes, Stats::get(&other.bytes));
        Stats::add(&self.windows, Stats::get(&other.windows));
        self.threads.fetch_max(Stats::get(&other.threads), Ordering::Relaxed);
    }

    /// Adds to a counter.
    pub fn add(counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::Relaxed);
    }

    /// Reads a counter.
    pub fn get(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }
}

/// Bytes of a file that are in memory, and all its bytes; `None` where the kernel will not say.
fn resident_bytes(source: &Source) -> Option<(u64, u64)> {
    let size = source.length_now().ok()??;
    let cached = residency::whole(source.fd(), source.base() + size).ok()?;
    Some(((cached.resident * page_size() as u64).min(size), size))
}
