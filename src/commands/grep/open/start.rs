//! Determines the part of an input to search: one of N equal parts (`--shard`), or the end with the
//! last selected lines (`--last`).
//!
//! Line numbers, offsets and the verdict on binary inputs are always those of the whole input.

use std::io;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use memchr::{memchr, memchr_iter};

use crate::app::config::Config;
use crate::engine::{COUNTING_BLOCK, Fold, Input, Session, SplitAt};
use crate::io::Source;
use crate::select::last_line_end;
use crate::select::shard::Shard;
use crate::timestamp::Reader;

use super::super::lines::last_lines;
use super::super::long_match::LineBytes;
use super::super::query::{Query, SearchResults, WantedResults};

/// The sizes in bytes of the first and the largest piece when an input is searched from its end.
const FIRST_BACKWARD_READ: usize = 64 << 10;
const MAX_BACKWARD_READ: usize = 8 << 20;

/// The part of each input to select from.
#[derive(Clone, Copy, Debug)]
pub enum InputPart {
    /// The lines that begin in one of N equal parts.
    Shard(Shard),
    /// This number of selected lines from the end.
    Last(u64),
}

/// Information about an input up to the position where its search begins.
#[derive(Clone, Debug, Default)]
pub struct InputStart {
    /// The number of lines up to that position.
    pub line: u64,
    /// The lines directly before that position, as many as context may need.
    pub lead: Vec<u8>,
    /// A message about the input.
    pub notice: Option<String>,
    /// The reader of the input's times, if they matter and their format is known.
    pub reader: Option<Arc<Reader>>,
    /// The matches to keep, if matches may span lines and the whole input is therefore searched.
    pub keep: Option<Keep>,
}

/// The matches of an input to keep.
#[derive(Clone, Debug)]
pub enum Keep {
    /// The matches whose first line begins at one of these bytes.
    Within(Range<u64>),
    /// This number of matches from the end.
    Last(u64),
}

impl Keep {
    /// Removes the other matches from the results for an input that begins at `offset`.
    pub fn apply(&self, found: &mut SearchResults, offset: u64) {
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

/// The starts of inputs by number, recorded when an input is opened and looked up by the kernel.
#[derive(Clone, Debug, Default)]
pub struct InputStarts(Arc<RwLock<Vec<InputStart>>>);

impl InputStarts {
    /// Records the start of the next input.
    pub fn push(&self, start: InputStart) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(start);
    }

    /// Returns the number of the next input.
    pub fn next(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Records the reader of an input's times, before its first block is searched.
    pub fn set_reader(&self, input: usize, reader: &Arc<Reader>) {
        if let Some(start) = self.0.write().unwrap_or_else(PoisonError::into_inner).get_mut(input) {
            start.reader = Some(Arc::clone(reader));
        }
    }

    /// Records the lines that precede the search, before an input's first block is searched.
    pub fn set_lead(&self, input: usize, lead: Vec<u8>) {
        if let Some(start) = self.0.write().unwrap_or_else(PoisonError::into_inner).get_mut(input) {
            start.lead = lead;
        }
    }

    /// Returns the start of an input.
    pub fn of(&self, input: usize) -> InputStart {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(input).cloned().unwrap_or_default()
    }
}

/// Returns the start of the last `wanted` selected lines within a source. Reads backwards in
/// growing pieces, and no further than necessary.
///
/// # Errors
/// Returns an error if reading fails.
pub fn last_selected(source: &Source, within: Range<u64>, query: &Query, wanted: u64) -> io::Result<u64> {
    let (mut end, mut left, mut size) = (within.end, wanted, FIRST_BACKWARD_READ);
    let mut buffer = Vec::new();
    while end > within.start && left > 0 {
        let start = end.saturating_sub(size as u64).max(within.start);
        buffer.resize((end - start) as usize, 0);
        let got = source.read_at(&mut buffer, start)?;
        let bytes = &buffer[..got];
        let first = if start == within.start { Some(0) } else { memchr(query.terminator, bytes).map(|i| i + 1) };
        let Some(first) = first.filter(|&first| first < bytes.len() || start == within.start) else {
            // The line is longer than this piece.
            if size < MAX_BACKWARD_READ {
                size *= 2;
                continue;
            }
            let content = query.any.content(bytes);
            let line = last_line_end(source, within.start..start, query.terminator)?..start + content.len() as u64;
            // A failure here occurs again, and is reported, when the line is searched.
            if query.selects_line(&LineBytes::InSource(source, line.clone()), &mut None)? {
                left -= 1;
            }
            (end, size) = (line.start, FIRST_BACKWARD_READ);
            continue;
        };
        let lines = &bytes[first..];
        let found = query.scan(lines, WantedResults { pieces: true, ..WantedResults::default() });
        for piece in found.pieces.iter().rev() {
            let (at, count) = last_lines(&lines[piece.start..piece.end], left, query.terminator);
            left -= count;
            if left == 0 {
                return Ok(start + (first + piece.start + at) as u64);
            }
        }
        end = start + first as u64;
        size = (size * 2).min(MAX_BACKWARD_READ);
    }
    Ok(if left == 0 { end } else { within.start })
}

/// Returns the last `wanted` lines in `within`, or as many as there are.
///
/// # Errors
/// Returns an error if reading fails.
pub fn lines_before(source: &Source, within: Range<u64>, wanted: u64, terminator: u8) -> io::Result<Vec<u8>> {
    let mut size = 4096;
    loop {
        let start = within.end.saturating_sub(size).max(within.start);
        let mut bytes = source.read_range(start..within.end)?;
        // The first line is used only if its beginning is known.
        let whole = if start == within.start { 0 } else { memchr(terminator, &bytes).map_or(bytes.len(), |i| i + 1) };
        let (at, lines) = last_lines(&bytes[whole..], wanted, terminator);
        if lines == wanted || start == within.start {
            return Ok(bytes.split_off(whole + at));
        }
        size = size.saturating_mul(4);
    }
}

/// Returns the number of terminators within a range.
///
/// # Errors
/// Returns an error if reading fails.
pub fn count_terminators(source: &Source, within: Range<u64>, terminator: u8, config: &Config) -> io::Result<u64> {
    let part = source.part(within, config.engine.policy)?;
    let mut plan = config.engine.plan(SplitAt::Exact, COUNTING_BLOCK);
    // A hole contains only NUL bytes, so it need not be read to count newlines.
    plan.emit_holes = terminator != 0;
    let count = Fold {
        first: 0,
        map: |bytes: &[u8]| memchr_iter(terminator, bytes).count() as u64,
        fold: |total, more| total + more,
    };
    // The input is counted as opened when it is searched.
    let session = Session::default();
    let total = config.engine.fold(Input::Open(part), plan, count, &session);
    config.stats.absorb(&session);
    total
}
