//! Where the search of an input begins and ends when it is not the whole of it: a part (`--shard`), or only as far back
//! as the last selected lines (`--last`).
//!
//! Whatever part is searched, numbers, offsets and the verdict on binary inputs are those of the whole.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use memchr::{memchr, memchr_iter};

use crate::engine::on_threads;
use crate::io::Source;
use crate::os::Extent;
use crate::select::shard::Shard;
use crate::timestamp::Reader;

use super::lines::last_lines;
use super::query::{Found, Query, Wanted};

/// Bytes looked at first when an input is searched from its end, and most at a time.
const BACKWARDS: usize = 64 << 10;
const MOST_BACKWARDS: usize = 8 << 20;

/// What is wanted of each input.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// The lines that begin in one of several equal parts.
    Shard(Shard),
    /// This many selected lines, the last ones.
    Last(u64),
}

/// What an input has before the place where its search begins.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// How many lines.
    pub line: u64,
    /// The lines just before, as many as context may ask for.
    pub lead: Vec<u8>,
    /// What is to be said of it.
    pub notice: Option<String>,
    /// What reads its times, where these matter and their form is known.
    pub reader: Option<Arc<Reader>>,
    /// What is kept of matches that may span lines, for which all of the input is searched.
    pub keep: Option<Keep>,
}

/// Which matches of an input are wanted.
#[derive(Clone, Debug)]
pub enum Keep {
    /// Those whose first line begins at one of these bytes.
    Within(Range<u64>),
    /// This many, the last ones.
    Last(u64),
}

impl Keep {
    /// Leaves of all that was found in an input, which begins at `offset`, what is wanted.
    pub fn apply(&self, found: &mut Found, offset: u64) {
        match self {
            Keep::Within(range) => found.pieces.retain(|piece| range.contains(&(offset + piece.start as u64))),
            Keep::Last(wanted) => {
                let surplus = (found.pieces.len() as u64).saturating_sub(*wanted);
                found.pieces.drain(..usize::try_from(surplus).unwrap_or(usize::MAX));
            }
        }
        found.selected = found.pieces.len() as u64;
        let is_kept = |span: &Range<usize>| {
            let after = found.pieces.partition_point(|piece| piece.start <= span.start);
            after > 0 && span.start < found.pieces[after - 1].end
        };
        found.spans.retain(is_kept);
        found.matches = found.spans.len() as u64;
    }
}

/// The starts of inputs by their number, noted when an input is opened and looked up by the kernel.
#[derive(Clone, Debug, Default)]
pub struct Starts(Arc<RwLock<Vec<Start>>>);

impl Starts {
    /// Notes the next input's.
    pub fn push(&self, start: Start) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(start);
    }

    /// Returns the number of the next input.
    pub fn next(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Notes what reads an input's times, before its first block is searched.
    pub fn set_reader(&self, input: usize, reader: &Arc<Reader>) {
        if let Some(start) = self.0.write().unwrap_or_else(PoisonError::into_inner).get_mut(input) {
            start.reader = Some(Arc::clone(reader));
        }
    }

    /// Notes which lines come before those searched, before an input's first block is searched.
    pub fn set_lead(&self, input: usize, lead: Vec<u8>) {
        if let Some(start) = self.0.write().unwrap_or_else(PoisonError::into_inner).get_mut(input) {
            start.lead = lead;
        }
    }

    /// Returns that of an input.
    pub fn of(&self, input: usize) -> Start {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(input).cloned().unwrap_or_default()
    }
}

/// Where the last `wanted` selected lines within a source begin. Reads backwards, in pieces that grow, and no further
/// than it must.
///
/// # Errors
/// Returns an error if reading fails.
pub fn last_selected(source: &Source, within: Range<u64>, query: &Query, wanted: u64) -> io::Result<u64> {
    let (mut end, mut left, mut size) = (within.end, wanted, BACKWARDS);
    let mut buffer = Vec::new();
    while end > within.start && left > 0 {
        let start = end.saturating_sub(size as u64).max(within.start);
        let length = usize::try_from(end - start).map_err(|_| io::ErrorKind::OutOfMemory)?;
        // A line may be longer than memory, which is an error and not the end of the program.
        buffer.try_reserve(length.saturating_sub(buffer.len())).map_err(|_| io::ErrorKind::OutOfMemory)?;
        buffer.resize(length, 0);
        let got = source.read_at(&mut buffer, start)?;
        let bytes = &buffer[..got];
        let first = if start == within.start { Some(0) } else { memchr(query.terminator, bytes).map(|i| i + 1) };
        let Some(first) = first.filter(|&first| first < bytes.len() || start == within.start) else {
            // One line is longer than this piece.
            size = size.saturating_mul(2);
            continue;
        };
        let lines = &bytes[first..];
        let found = query.scan(lines, Wanted { pieces: true, ..Wanted::default() });
        for piece in found.pieces.iter().rev() {
            let (at, count) = last_lines(&lines[piece.start..piece.end], left, query.terminator);
            left -= count;
            if left == 0 {
                return Ok(start + (first + piece.start + at) as u64);
            }
        }
        end = start + first as u64;
        size = (size * 2).min(MOST_BACKWARDS);
    }
    Ok(if left == 0 { end } else { within.start })
}

/// The `wanted` lines before `end`, or as many as there are within.
///
/// # Errors
/// Returns an error if reading fails.
pub fn lines_before(source: &Source, within: Range<u64>, wanted: u64, terminator: u8) -> io::Result<Vec<u8>> {
    let mut size = 4096;
    loop {
        let start = within.end.saturating_sub(size).max(within.start);
        let length = usize::try_from(within.end - start).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut bytes = Vec::new();
        // A line may be longer than memory, which is an error and not the end of the program.
        bytes.try_reserve_exact(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
        bytes.resize(length, 0);
        let got = source.read_at(&mut bytes, start)?;
        bytes.truncate(got);
        // The first line counts only where it is known to begin.
        let whole = if start == within.start { 0 } else { memchr(terminator, &bytes).map_or(bytes.len(), |i| i + 1) };
        let (at, lines) = last_lines(&bytes[whole..], wanted, terminator);
        if lines == wanted || start == within.start {
            return Ok(bytes.split_off(whole + at));
        }
        size = size.saturating_mul(4);
    }
}

/// Bytes that a thread counts at a time.
const PIECE: usize = 1 << 20;

/// How many terminators lie within, counted on several threads.
///
/// # Errors
/// Returns an error if reading fails.
pub fn count_terminators(source: &Source, within: Range<u64>, terminator: u8, threads: usize) -> io::Result<u64> {
    let next = AtomicU64::new(within.start);
    let count = || -> io::Result<u64> {
        let mut buffer = vec![0; PIECE];
        let mut total = 0;
        loop {
            let at = next.fetch_add(buffer.len() as u64, Ordering::Relaxed);
            if at >= within.end {
                return Ok(total);
            }
            let want = (within.end - at).min(buffer.len() as u64) as usize;
            if matches!(source.extent_at(at, within.end), Extent::HoleUntil(end) if end >= at + want as u64) {
                total += if terminator == 0 { want as u64 } else { 0 };
                continue;
            }
            let got = source.read_at(&mut buffer[..want], at)?;
            total += memchr_iter(terminator, &buffer[..got]).count() as u64;
        }
    };
    let pieces = usize::try_from(within.end.saturating_sub(within.start) / PIECE as u64).unwrap_or(usize::MAX);
    on_threads(threads.min(pieces), count).into_iter().sum()
}
