//! Performs the work of one pass: accesses in the order of a walk, on one or more threads.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use super::latency::{Latencies, Stopwatch};
use super::load::{Access, Load};
use super::order::AccessOrder;
use super::work::{Count, Tally, Work};
use crate::digest::hasher::{HashedPart, Hasher, Recipe};
use crate::engine::{Stage, on_threads};

/// The result of the work on a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A count, or the sum of the digests of single accesses if they are not sequential.
    Number(u64),
    /// A digest of all bytes in order, in hexadecimal.
    Digest(String),
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Answer::Number(number) => number.fmt(f),
            Answer::Digest(digest) => digest.fmt(f),
        }
    }
}

/// The task of one pass.
#[derive(Clone, Copy, Debug)]
pub struct Task<'t> {
    /// The accesses.
    pub walk: &'t AccessOrder,
    /// The work to do on each access.
    pub work: &'t Work,
    /// Whether to time each access.
    pub is_timed: bool,
}

/// The outcome of one pass.
#[derive(Debug)]
pub struct PassOutcome {
    /// The result of the work.
    pub answer: Answer,
    /// The latency of each access, if requested.
    pub latencies: Option<Latencies>,
}

/// Runs `task` on `threads` threads, including this one.
///
/// # Errors
/// Returns an error if loading an access fails.
pub fn run<L: Load>(load: &L, task: &Task<'_>, threads: usize) -> io::Result<PassOutcome> {
    let threads = threads.min(usize::try_from(task.walk.count()).unwrap_or(usize::MAX));
    match task.work {
        _ if threads <= 1 => alone(load, task),
        Work::Hash(recipe) if task.walk.is_sequential() => hash_in_turn(load, task, threads, recipe),
        _ => count_together(load, task, threads),
    }
}

impl Task<'_> {
    /// Returns the size in bytes of the largest access.
    ///
    /// # Errors
    /// Returns `OutOfMemory` if the size exceeds the address space.
    pub fn largest(&self) -> io::Result<usize> {
        usize::try_from(self.walk.block().min(self.walk.len())).map_err(|_| io::ErrorKind::OutOfMemory.into())
    }

    fn access(&self, index: u64) -> Option<Access> {
        self.walk.range(index).map(|range| Access { index, range })
    }

    /// Returns whether neighbouring parts must be joined, because a match may cross from one to the
    /// next.
    fn joins(&self) -> bool {
        self.walk.is_sequential() && matches!(self.work, Work::Count(Count::Search(_)))
    }

    fn tally(&self, at: u64, bytes: &[u8], owned: bool) -> Tally {
        match self.work {
            Work::Count(count) => count.tally(at, bytes, owned),
            Work::Hash(recipe) => apart(recipe, bytes),
        }
    }
}

fn alone<L: Load>(load: &L, task: &Task<'_>) -> io::Result<PassOutcome> {
    let mut total = Total::new(task.work, task.walk);
    let mut local = load.local(task.largest()?);
    let mut stopwatch = Stopwatch::new(task.is_timed);
    let mut index = 0;
    while let Some(access) = task.access(index) {
        let begun = stopwatch.begin();
        load.with(&mut local, &access, |bytes, owned| total.take(access.range.start, bytes, owned))?;
        stopwatch.end(begun);
        index += 1;
    }
    Ok(PassOutcome { answer: total.finish(), latencies: stopwatch.into_times() })
}

fn count_together<L: Load>(load: &L, task: &Task<'_>, threads: usize) -> io::Result<PassOutcome> {
    let next = AtomicU64::new(0);
    let one = || -> io::Result<(Vec<(u64, Tally)>, Stopwatch)> {
        let mut local = load.local(task.largest()?);
        let mut stopwatch = Stopwatch::new(task.is_timed);
        let mut parts: Vec<(u64, Tally)> = Vec::new();
        while let Some(access) = task.access(next.fetch_add(1, Ordering::Relaxed)) {
            let begun = stopwatch.begin();
            let tally = load.with(&mut local, &access, |bytes, owned| task.tally(access.range.start, bytes, owned))?;
            stopwatch.end(begun);
            match parts.last_mut() {
                Some((_, last)) if !task.joins() => last.count = last.count.wrapping_add(tally.count),
                _ => parts.push((access.index, tally)),
            }
        }
        Ok((parts, stopwatch))
    };
    let mut parts = Vec::new();
    let mut stopwatch = Stopwatch::new(task.is_timed);
    for result in together(threads, one) {
        let (mut more, times) = result?;
        parts.append(&mut more);
        stopwatch.merge(&times);
    }
    parts.sort_unstable_by_key(|(index, _)| *index);
    let mut total = Tally::default();
    for (_, part) in &parts {
        match task.work {
            Work::Count(count) if task.walk.is_sequential() => count.join(&mut total, part),
            _ => total.count = total.count.wrapping_add(part.count),
        }
    }
    Ok(PassOutcome { answer: Answer::Number(total.count), latencies: stopwatch.into_times() })
}

/// Hashes blocks in file order. Each thread does the order-independent part of a block at once, and
/// the rest when its turn comes.
fn hash_in_turn<L: Load>(load: &L, task: &Task<'_>, threads: usize, recipe: &Recipe) -> io::Result<PassOutcome> {
    let next = AtomicU64::new(0);
    let turns: Stage<Hasher> = Stage::new(recipe.joiner(), threads);
    let one = || -> io::Result<()> {
        let mut local = load.local(task.largest()?);
        while let Some(access) = task.access(next.fetch_add(1, Ordering::Relaxed)) {
            let _passage = SkipOnDrop { turns: &turns, number: access.index };
            load.with(&mut local, &access, |bytes, _| {
                let part: HashedPart = recipe.part(access.range.start, bytes);
                turns.wait_for_turn(access.index).absorb(&part, bytes);
            })?;
        }
        Ok(())
    };
    for result in together(threads, one) {
        result?;
    }
    Ok(PassOutcome { answer: Answer::Digest(turns.into_state().finish().hex()), latencies: None })
}

/// A block's turn, which is passed on even if its thread fails, so that no other thread waits
/// forever.
struct SkipOnDrop<'t> {
    turns: &'t Stage<Hasher>,
    number: u64,
}

impl Drop for SkipOnDrop<'_> {
    fn drop(&mut self) {
        self.turns.skip(self.number);
    }
}

/// Runs `one` on `threads` threads, including this one. A thread that cannot be started is an
/// error, because the row would not measure what its label says.
fn together<T: Send>(threads: usize, one: impl Fn() -> io::Result<T> + Sync) -> Vec<io::Result<T>> {
    let results = on_threads(threads, one);
    if results.len() < threads {
        return vec![Err(io::Error::other("a thread could not be started"))];
    }
    results
}

/// Returns the digest of a single access as a number to be summed.
fn apart(recipe: &Recipe, bytes: &[u8]) -> Tally {
    let mut hasher = recipe.hasher();
    hasher.update(bytes);
    let digest = hasher.finish();
    let number = digest.head().iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte));
    Tally::of(number)
}

/// The running answer of a single thread.
pub enum Total<'w> {
    /// A count, joined with its neighbours if the accesses are in order.
    Count { count: &'w Count, tally: Tally, joined: bool },
    /// A digest of everything in order.
    Hash(Box<Hasher>),
    /// The sum of the digests of single accesses.
    Apart { recipe: &'w Recipe, sum: u64 },
}

impl Total<'_> {
    /// Returns the total of `work` before the first access of `walk`.
    pub fn new<'w>(work: &'w Work, walk: &AccessOrder) -> Total<'w> {
        match work {
            Work::Count(count) => Total::Count { count, tally: Tally::default(), joined: walk.is_sequential() },
            Work::Hash(recipe) if walk.is_sequential() => Total::Hash(Box::new(recipe.hasher())),
            Work::Hash(recipe) => Total::Apart { recipe, sum: 0 },
        }
    }

    /// Processes the bytes at offset `at`; `owned` says whether they are in private memory.
    pub fn take(&mut self, at: u64, bytes: &[u8], owned: bool) {
        match self {
            Total::Count { count, tally, joined: true } => count.join(tally, &count.tally(at, bytes, owned)),
            Total::Count { count, tally, .. } => {
                tally.count = tally.count.wrapping_add(count.tally(at, bytes, owned).count);
            }
            Total::Hash(hasher) => hasher.update(bytes),
            Total::Apart { recipe, sum } => *sum = sum.wrapping_add(apart(recipe, bytes).count),
        }
    }

    /// Returns the answer.
    pub fn finish(self) -> Answer {
        match self {
            Total::Count { tally, .. } => Answer::Number(tally.count),
            Total::Hash(hasher) => Answer::Digest(hasher.finish().hex()),
            Total::Apart { sum, .. } => Answer::Number(sum),
        }
    }
}
