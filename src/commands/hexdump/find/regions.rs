//! Decides block by block which bytes of a stream to show in a list of matches.

use std::ops::Range;

use super::patterns::{BytePatterns, Match};
use super::trail::Trail;

/// The part of each match to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchExtent {
    /// Nothing, because matches are only counted.
    None,
    /// This number of bytes from the start of the match, or the whole match if that is longer.
    From(u64),
    /// The rows of the dump with the match, or a number of bytes from its start, and rows of
    /// context.
    Rows {
        /// The minimum number of bytes from the start of the match. A match is always shown whole.
        length: u64,
        /// The number of bytes per row.
        width: u64,
        /// The number of rows of context before and after.
        context: u64,
    },
}

/// The matches of a stream up to the current block, and the pending regions.
///
/// Offsets count from the start of the stream.
#[derive(Clone, Debug, Default)]
pub struct ListedRegions {
    /// The number of matches so far.
    pub count: u64,
    trail: Trail,
    /// The offset before which all matches are known.
    decided: u64,
    /// The pending regions, in order.
    due: Vec<ListedRegion>,
    /// The matched bytes that may still be shown, in order and disjoint. Used only for
    /// [`MatchExtent::Rows`].
    marks: Vec<Range<u64>>,
    /// The end of the last rows shown.
    shown_to: Option<u64>,
}

/// A region of bytes to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRegion {
    /// The bytes.
    pub bytes: Range<u64>,
    /// The match, if the region belongs to one.
    pub mark: Range<u64>,
    /// Whether bytes were omitted between this region and the previous one.
    pub is_apart: bool,
}

/// The regions to show after a block is read.
#[derive(Clone, Debug, Default)]
pub struct RegionStep {
    /// The bytes before the block, or the zeros of a hole.
    pub before: Trail,
    /// The offset of the block.
    pub begin: u64,
    /// The regions to show.
    pub regions: Vec<ListedRegion>,
    /// The matched bytes in these regions, in order and disjoint.
    pub marks: Vec<Range<u64>>,
}

impl ListedRegions {
    /// Takes the next block, in which `found` lists the matches that lie entirely in it, counted
    /// from its start. `is_last` says whether the stream ends with it.
    pub fn next(
        &mut self,
        patterns: &BytePatterns,
        extent: MatchExtent,
        block: &[u8],
        found: &[Match],
        is_last: bool,
    ) -> RegionStep {
        let overlap = patterns.longest() - 1;
        let begin = self.trail.end();
        let end = begin + block.len() as u64;
        let horizon = if is_last { end } else { end.saturating_sub(overlap as u64).max(self.decided) };
        let mut matches = vec![];
        if let Some(starts) = horizon.min(begin).checked_sub(self.decided).filter(|starts| *starts > 0) {
            let across = [self.trail.since(self.decided), &block[..block.len().min(overlap)]].concat();
            patterns.all(&across, starts as usize, self.decided, &mut matches);
        }
        let known = found.partition_point(|found| begin + found.at < horizon);
        self.count += (matches.len() + known) as u64;
        self.decided = horizon;
        if extent == MatchExtent::None {
            self.trail.push(block, horizon);
            return RegionStep::default();
        }
        matches.extend(found[..known].iter().map(|found| Match { at: begin + found.at, ..*found }));
        matches.iter().for_each(|found| self.expect(extent, *found));
        // Matches that are still unknown cannot require rows before this offset.
        let settled = match extent {
            _ if is_last => end,
            MatchExtent::Rows { width, context, .. } => {
                (horizon - horizon % width).saturating_sub(width.saturating_mul(context))
            }
            _ => end,
        };
        let regions = self.take(extent, settled, end, is_last);
        let marks = self.marks.clone();
        self.marks.retain(|mark| mark.end > settled);
        let before = if regions.is_empty() { Trail::new(begin) } else { self.trail.clone() };
        let kept = self.due.first().map_or(settled, |region| region.bytes.start.min(settled)).min(horizon);
        self.trail.push(block, kept);
        RegionStep { before, begin, regions, marks }
    }

    /// Takes `len` zero bytes, which match no pattern and need not be in memory.
    pub fn next_hole(&mut self, patterns: &BytePatterns, extent: MatchExtent, len: u64, is_last: bool) -> RegionStep {
        // The pending regions end within these zeros, and all kept bytes are zeros.
        let keep = extent.reach(patterns) * 2;
        let some = len.min(keep);
        let zeros = vec![0; some as usize];
        let is_whole = some == len;
        let mut step = self.next(patterns, extent, &zeros, &[], is_last && is_whole);
        step.before.push(&zeros, 0);
        step.begin += some;
        if !is_whole {
            self.trail.skip_zeros(len - some, keep as usize);
            self.decided = self.trail.end().saturating_sub(patterns.longest() as u64 - 1);
        }
        step
    }

    /// Adds the region for a match.
    fn expect(&mut self, extent: MatchExtent, found: Match) {
        let mark = found.at..found.at + found.len as u64;
        match extent {
            MatchExtent::None => {}
            MatchExtent::From(length) => {
                let bytes = found.at..found.at.saturating_add(length.max(found.len as u64));
                self.due.push(ListedRegion { bytes, mark, is_apart: false });
            }
            MatchExtent::Rows { length, width, context } => {
                let around = width.saturating_mul(context);
                let end = found.at.saturating_add(length.max(found.len as u64)).next_multiple_of(width);
                let bytes = (found.at - found.at % width).saturating_sub(around)..end.saturating_add(around);
                match self.due.last_mut() {
                    Some(last) if bytes.start <= last.bytes.end => last.bytes.end = last.bytes.end.max(bytes.end),
                    _ => self.due.push(ListedRegion { bytes, mark: 0..0, is_apart: false }),
                }
                match self.marks.last_mut() {
                    Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
                    _ => self.marks.push(mark),
                }
            }
        }
    }

    /// Takes the regions that are ready to be shown: whole ones, or rows up to `settled`.
    fn take(&mut self, extent: MatchExtent, settled: u64, end: u64, is_last: bool) -> Vec<ListedRegion> {
        if let MatchExtent::From(_) = extent {
            let ready = |region: &ListedRegion| is_last || region.bytes.end <= end;
            let count = self.due.iter().take_while(|region| ready(region)).count();
            let mut regions: Vec<ListedRegion> = self.due.drain(..count).collect();
            regions.iter_mut().for_each(|region| region.bytes.end = region.bytes.end.min(end));
            return regions;
        }
        let mut regions = vec![];
        for region in std::mem::take(&mut self.due) {
            // Part of a region may have been shown already, for earlier matches.
            let from = self.shown_to.map_or(region.bytes.start, |shown| region.bytes.start.max(shown));
            let until = region.bytes.end.min(settled);
            if from < until {
                let is_apart = self.shown_to.is_some_and(|shown| shown < from);
                regions.push(ListedRegion { bytes: from..until, is_apart, ..region.clone() });
                self.shown_to = Some(until);
            }
            if region.bytes.end > settled {
                self.due.push(ListedRegion { bytes: region.bytes.start.max(settled)..region.bytes.end, ..region });
            }
        }
        regions
    }
}

impl MatchExtent {
    /// Returns the number of bytes around a match that may be shown.
    fn reach(self, patterns: &BytePatterns) -> u64 {
        let longest = patterns.longest() as u64;
        match self {
            MatchExtent::None => longest,
            MatchExtent::From(length) => length.max(longest),
            MatchExtent::Rows { length, width, context } => length.max(longest) + 2 * width * (context + 1),
        }
    }
}

impl RegionStep {
    /// Returns the bytes of a region that ends in or before `block`.
    pub fn bytes<'b>(&self, region: &ListedRegion, block: &'b [u8], across: &'b mut Vec<u8>) -> &'b [u8] {
        let within = |at: u64| usize::try_from(at - self.begin).unwrap_or(usize::MAX).min(block.len());
        let Range { start, end } = region.bytes;
        if start >= self.begin {
            return &block[within(start)..within(end)];
        }
        let before = self.before.since(start);
        let wanted = usize::try_from(end - start).unwrap_or(usize::MAX);
        across.clear();
        across.extend_from_slice(&before[..before.len().min(wanted)]);
        if end > self.begin {
            across.extend_from_slice(&block[..within(end)]);
        }
        across
    }
}
