//! One pass over one file by one way: open, bring the bytes in, work on them, let go of all of it.
//!
//! Everything that a program would have to do is inside: opening, mapping, unmapping, starting threads. What a way does
//! is spelled out here rather than taken from the engine, so that it is the plain thing its name says.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::order::Walk;
use super::way::Way;
use super::work::{Count, Tally, Work};
use crate::cli::bench::Family;
use crate::digest::hasher::{Hasher, Part, Recipe};
use crate::engine::{Stage, on_threads};
use crate::os::posix::{AsFd, FileExt, FileType, SeekFrom, seek};
use crate::os::{Advice, Buffer, Window};

/// What a pass came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A number: counts, and sums of the digests of accesses out of order.
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

/// Why there is no answer.
#[derive(Debug)]
pub enum Trouble {
    /// This kernel or file does not have this way; others may work.
    Unavailable(String),
    /// The file could not be read, or changed.
    Failed(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Failed(error)
    }
}

/// Goes once over the file at `path`.
///
/// # Errors
/// [`Trouble`].
pub fn pass(family: Family, way: &Way, path: &Path, walk: &Walk, work: &Work) -> Result<Answer, Trouble> {
    let file = crate::io::path::open(path.as_os_str())?;
    // Who maps has to know the length, and who reads has to notice the end: a call for each, and here the same one.
    let stat = crate::os::Status::of(&file)?;
    if stat.kind == FileType::RegularFile && stat.size != walk.len() {
        return Err(Trouble::Failed(io::Error::other("changed its length while being measured")));
    }
    match family {
        Family::Read => Ok(run(&Reads { file, seeks: !walk.is_sequential() }, 1, walk, work)?),
        Family::Pread => Ok(run(&Preads(file), way.threads, walk, work)?),
        Family::Windows => {
            // A file that cannot be mapped shows here, not in the middle.
            Window::map(file.as_fd(), 0, 1).map_err(|error| unavailable("mmap", &error))?;
            Ok(run(&Windows(file), way.threads, walk, work)?)
        }
        _ => {
            let window = map_whole(family, &file, walk)?;
            let answer = if walk.is_sequential() && way.threads == 1 {
                let mut total = Total::new(work, walk);
                total.take(0, window.bytes(), false);
                total.finish()
            } else {
                run(&Whole(&window), way.threads, walk, work)?
            };
            intact(&window)?;
            Ok(answer)
        }
    }
}

/// Maps all of the file, with what the way does beside.
fn map_whole(family: Family, file: &File, walk: &Walk) -> Result<Window, Trouble> {
    let len = usize::try_from(walk.len()).map_err(|_| Trouble::Unavailable("larger than the address space".into()))?;
    let window = match family {
        Family::MapPrivate => Window::map_private(file.as_fd(), 0, len),
        _ => Window::map(file.as_fd(), 0, len),
    };
    let window = window.map_err(|error| unavailable("mmap", &error))?;
    let advised = match family {
        Family::MapPopulate => window.advise_populate(),
        Family::MapHugepage => window.advise_huge_pages(),
        Family::MapAdvised if walk.is_sequential() => window.advise(Advice::Sequential),
        Family::MapAdvised => window.advise(Advice::Random),
        Family::MapWillneed => window.advise(Advice::WillNeed),
        _ => return Ok(window),
    };
    advised.map_err(|error| unavailable("madvise", &error))?;
    Ok(window)
}

fn unavailable(call: &str, error: &io::Error) -> Trouble {
    Trouble::Unavailable(format!("{call}: {}", crate::output::message(error)))
}

fn intact(window: &Window) -> io::Result<()> {
    match window.fault() {
        Some(_) => Err(changed()),
        None => Ok(()),
    }
}

fn changed() -> io::Error {
    io::Error::other("became shorter while being measured")
}

/// A means of having the bytes of an access in memory.
trait Load: Sync {
    /// What a thread keeps from access to access.
    type Hand;

    fn hand(&self, largest: usize) -> Self::Hand;

    /// Has the bytes at `place` and gives them to `work`, with whether they are in memory of our own.
    fn with<T>(&self, hand: &mut Self::Hand, place: Range<u64>, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T>;
}

/// Their buffers begin with a page: where one lies that `malloc` gave is left to chance, and with it how fast the kernel copies
/// into it.
struct Reads {
    file: File,
    seeks: bool,
}

impl Load for Reads {
    type Hand = Buffer;

    fn hand(&self, largest: usize) -> Buffer {
        Buffer::aligned(largest)
    }

    fn with<T>(&self, buffer: &mut Buffer, place: Range<u64>, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        if self.seeks {
            seek(&self.file, SeekFrom::Start(place.start))?;
        }
        let bytes = &mut buffer[..(place.end - place.start) as usize];
        (&self.file).read_exact(bytes).map_err(ended)?;
        Ok(work(bytes, true))
    }
}

struct Preads(File);

impl Load for Preads {
    type Hand = Buffer;

    fn hand(&self, largest: usize) -> Buffer {
        Buffer::aligned(largest)
    }

    fn with<T>(&self, buffer: &mut Buffer, place: Range<u64>, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        let bytes = &mut buffer[..(place.end - place.start) as usize];
        self.0.read_exact_at(bytes, place.start).map_err(ended)?;
        Ok(work(bytes, true))
    }
}

fn ended(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::UnexpectedEof { changed() } else { error }
}

struct Windows(File);

impl Load for Windows {
    type Hand = ();

    fn hand(&self, _: usize) {}

    fn with<T>(&self, (): &mut (), place: Range<u64>, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        let window = Window::map(self.0.as_fd(), place.start, (place.end - place.start) as usize)?;
        window.populate().map_err(|_| changed())?;
        let done = work(window.bytes(), false);
        intact(&window)?;
        Ok(done)
    }
}

struct Whole<'w>(&'w Window);

impl Load for Whole<'_> {
    type Hand = ();

    fn hand(&self, _: usize) {}

    fn with<T>(&self, (): &mut (), place: Range<u64>, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        Ok(work(&self.0.bytes()[place.start as usize..place.end as usize], false))
    }
}

/// Goes through the walk with so many threads, this one among them.
fn run<L: Load>(load: &L, threads: usize, walk: &Walk, work: &Work) -> io::Result<Answer> {
    // A block that is larger than an address can count is not cut short.
    let largest = usize::try_from(walk.block().min(walk.len())).map_err(|_| io::ErrorKind::OutOfMemory)?;
    let threads = threads.min(usize::try_from(walk.count()).unwrap_or(usize::MAX));
    if threads <= 1 {
        let mut total = Total::new(work, walk);
        let mut hand = load.hand(largest);
        let mut index = 0;
        while let Some(place) = walk.place(index) {
            load.with(&mut hand, place.clone(), |bytes, owned| total.take(place.start, bytes, owned))?;
            index += 1;
        }
        return Ok(total.finish());
    }
    let next = AtomicU64::new(0);
    match work {
        Work::Hash(recipe) if walk.is_sequential() => hash_in_turn(load, threads, walk, recipe, largest),
        _ => {
            let one = || -> io::Result<Vec<(u64, Tally)>> {
                let mut hand = load.hand(largest);
                let mut parts = Vec::new();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(place) = walk.place(index) else { return Ok(parts) };
                    let tally = load.with(&mut hand, place.clone(), |bytes, owned| match work {
                        Work::Count(count) => count.tally(place.start, bytes, owned),
                        Work::Hash(recipe) => apart(recipe, bytes),
                    })?;
                    match parts.last_mut() {
                        // Only a search in order has to know its neighbours.
                        Some((_, last)) if !(walk.is_sequential() && matches!(work, Work::Count(Count::Search(_)))) => {
                            last.count = last.count.wrapping_add(tally.count);
                        }
                        _ => parts.push((index, tally)),
                    }
                }
            };
            let mut parts = Vec::new();
            for part in together(threads, one) {
                parts.append(&mut part?);
            }
            parts.sort_unstable_by_key(|(index, _)| *index);
            let mut total = Tally::default();
            for (_, part) in &parts {
                match work {
                    Work::Count(count) if walk.is_sequential() => count.join(&mut total, part),
                    _ => total.count = total.count.wrapping_add(part.count),
                }
            }
            Ok(Answer::Number(total.count))
        }
    }
}

/// Digests want their bytes in order: what a thread can do alone it does at once, the rest when its turn comes.
fn hash_in_turn<L: Load>(load: &L, threads: usize, walk: &Walk, recipe: &Recipe, largest: usize) -> io::Result<Answer> {
    let next = AtomicU64::new(0);
    let turns: Stage<Hasher> = Stage::new(recipe.joiner(), threads);
    let one = || -> io::Result<()> {
        let mut hand = load.hand(largest);
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(place) = walk.place(index) else { return Ok(()) };
            let _passage = Passage { turns: &turns, number: index };
            load.with(&mut hand, place.clone(), |bytes, _| {
                let part: Part = recipe.part(place.start, bytes);
                turns.take(index).absorb(&part, bytes);
            })?;
        }
    };
    for result in together(threads, one) {
        result?;
    }
    Ok(Answer::Digest(turns.into_state().finish().hex()))
}

/// A block's turn. Whatever happens to its thread, it is passed on, so nobody waits for ever.
struct Passage<'t> {
    turns: &'t Stage<Hasher>,
    number: u64,
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        self.turns.pass(self.number);
    }
}

/// Runs `one` on so many threads, this one among them. A thread that cannot be started is an error: what would be
/// measured is not what the row says.
fn together<T: Send>(threads: usize, one: impl Fn() -> io::Result<T> + Sync) -> Vec<io::Result<T>> {
    let results = on_threads(threads, one);
    if results.len() < threads {
        return vec![Err(io::Error::other("a thread could not be started"))];
    }
    results
}

/// The digest of one access out of order, as a number to be summed.
fn apart(recipe: &Recipe, bytes: &[u8]) -> Tally {
    let mut hasher = recipe.hasher();
    hasher.update(bytes);
    let digest = hasher.finish();
    let number = digest.head().iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte));
    Tally::of(number)
}

/// The answer as it grows on a single thread.
enum Total<'w> {
    Count { count: &'w Count, tally: Tally, joined: bool },
    Hash(Box<Hasher>),
    Apart { recipe: &'w Recipe, sum: u64 },
}

impl Total<'_> {
    fn new<'w>(work: &'w Work, walk: &Walk) -> Total<'w> {
        match work {
            Work::Count(count) => Total::Count { count, tally: Tally::default(), joined: walk.is_sequential() },
            Work::Hash(recipe) if walk.is_sequential() => Total::Hash(Box::new(recipe.hasher())),
            Work::Hash(recipe) => Total::Apart { recipe, sum: 0 },
        }
    }

    fn take(&mut self, at: u64, bytes: &[u8], owned: bool) {
        match self {
            Total::Count { count, tally, joined: true } => count.join(tally, &count.tally(at, bytes, owned)),
            Total::Count { count, tally, .. } => {
                tally.count = tally.count.wrapping_add(count.tally(at, bytes, owned).count);
            }
            Total::Hash(hasher) => hasher.update(bytes),
            Total::Apart { recipe, sum } => *sum = sum.wrapping_add(apart(recipe, bytes).count),
        }
    }

    fn finish(self) -> Answer {
        match self {
            Total::Count { tally, .. } => Answer::Number(tally.count),
            Total::Hash(hasher) => Answer::Digest(hasher.finish().hex()),
            Total::Apart { sum, .. } => Answer::Number(sum),
        }
    }
}
