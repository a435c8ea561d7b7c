//! Decides whether a very long line is selected, part by part, so that the line is never held.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use memchr::{memchr, memrchr};

use super::failure::Failure;
use super::pattern::line_automaton::LineAutomaton;
use super::pattern::{MAX_OVERLAP, Pattern};
use super::query::Query;
use crate::engine::Block;
use crate::io::Source;
use crate::os::Extent;

/// The number of bytes that are read from a source at a time.
const READ_BYTES: u64 = 1 << 20;

/// The source of a line's content.
pub enum LineBytes<'l> {
    /// A range of a block.
    InBlock(&'l Block, Range<usize>),
    /// Offsets in a source, from which the line is read.
    InSource(&'l Source, Range<u64>),
}

impl LineBytes<'_> {
    /// Calls `each` with each part and `overlap` bytes of the next part, until it returns false.
    /// With `collapses`, a hole in a source is passed as one zero byte.
    fn each_part(&self, overlap: usize, collapses: bool, each: &mut dyn FnMut(&[u8]) -> bool) -> io::Result<()> {
        match self {
            LineBytes::InBlock(block, range) => block.in_parts(range.clone(), overlap, |part, _| each(part)),
            LineBytes::InSource(source, range) => {
                let (mut at, mut kept) = (range.start, Vec::new());
                while at < range.end {
                    at = match source.extent_at(at, range.end) {
                        Extent::HoleUntil(end) if collapses => {
                            kept.push(0);
                            end
                        }
                        Extent::HoleUntil(end) | Extent::DataUntil(end) => {
                            let want = READ_BYTES.min(end - at) as usize;
                            let old = kept.len();
                            kept.resize(old + want, 0);
                            let got = source.read_at(&mut kept[old..], at)?;
                            kept.truncate(old + got);
                            if got < want { range.end } else { at + want as u64 }
                        }
                    };
                    if !each(&kept) {
                        break;
                    }
                    kept.drain(..kept.len().saturating_sub(overlap));
                }
            }
        }
        Ok(())
    }

    fn whole(&self) -> io::Result<Cow<'_, [u8]>> {
        match self {
            LineBytes::InBlock(block, range) => Ok(Cow::Borrowed(&block.bytes()[range.clone()])),
            LineBytes::InSource(source, range) => source.read_range(range.clone()).map(Cow::Owned),
        }
    }
}

/// A method for determining whether a line matches.
enum PartwiseSearch<'p> {
    /// Searches parts that overlap by this number of bytes.
    Overlap(&'p Pattern, usize),
    /// Passes the state of an automaton from part to part.
    Automaton(&'p Pattern, &'p LineAutomaton),
    /// Searches the line at once, because the engine cannot search parts.
    Whole(&'p Pattern),
}

impl<'p> PartwiseSearch<'p> {
    fn of(pattern: &'p Pattern) -> PartwiseSearch<'p> {
        match (pattern.longest_in_line(), pattern.line_automaton()) {
            (Some(longest), _) if longest <= MAX_OVERLAP => PartwiseSearch::Overlap(pattern, longest.saturating_sub(1)),
            (_, Some(automaton)) if automaton.start().is_some() => PartwiseSearch::Automaton(pattern, automaton),
            _ => PartwiseSearch::Whole(pattern),
        }
    }

    /// Returns whether the line matches.
    fn is_match(&self, line: &LineBytes<'_>, collapses: bool, failure: &mut Option<Failure>) -> io::Result<bool> {
        let mut is_match = false;
        let mut checked = |result| match result {
            Ok(is_match) => is_match,
            Err(failed) => {
                *failure = Some(failed);
                true
            }
        };
        match *self {
            PartwiseSearch::Overlap(pattern, overlap) => line.each_part(overlap, collapses, &mut |hay| {
                is_match = checked(pattern.is_match(hay));
                !is_match
            })?,
            PartwiseSearch::Automaton(pattern, automaton) => {
                let Some(mut state) = automaton.start() else { return Ok(false) };
                line.each_part(0, collapses, &mut |part| {
                    // A search within the part alone is faster, so it is tried first.
                    is_match = !automaton.needs_borders() && checked(pattern.is_match(part))
                        || automaton.advance(&mut state, part);
                    !is_match && !automaton.is_dead(&state)
                })?;
                is_match = is_match || automaton.is_match_at_end(&mut state);
            }
            PartwiseSearch::Whole(pattern) => is_match = checked(pattern.is_match(&line.whole()?)),
        }
        Ok(is_match)
    }
}

impl Query {
    /// Returns whether a line, without its terminator, is selected. If the search gives up, the
    /// line is not selected, and the reason is stored in `failure`.
    ///
    /// # Errors
    /// Returns an error if the line cannot be read from its source.
    pub fn selects_line(&self, line: &LineBytes<'_>, failure: &mut Option<Failure>) -> io::Result<bool> {
        let collapses = !self.may_match_among_nuls();
        let mut holds = |pattern| PartwiseSearch::of(pattern).is_match(line, collapses, failure);
        let mut all = holds(&self.any)?;
        for pattern in &self.and {
            all = all && holds(pattern)?;
        }
        for pattern in &self.not {
            all = all && !holds(pattern)?;
        }
        Ok(all != self.invert && failure.is_none())
    }
}

/// Returns the start of the last line in a range of a block, if only that line is long.
pub fn long_line_start(block: &Block, range: Range<usize>, terminator: u8) -> Option<usize> {
    let bytes = block.bytes();
    let short = range.start..range.end.min(range.start.saturating_add(block.nominal()).saturating_add(1));
    let start = memrchr(terminator, &bytes[short.clone()]).map_or(range.start, |at| range.start + at + 1);
    let mut is_one_line = true;
    block.in_parts(short.end..range.end, 0, |part, _| {
        is_one_line = memchr(terminator, part).is_none();
        is_one_line
    });
    is_one_line.then_some(start)
}
