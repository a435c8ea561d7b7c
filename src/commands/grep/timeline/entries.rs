//! Finds the entries to which the selected lines of a block belong, and counts the lines at their times.

use std::ops::Range;

use jiff::Timestamp;

use super::super::failure::Failure;
use super::super::lines::line_end;
use crate::engine::Insertion;
use crate::timestamp::{BucketReader, Grid, Reader, Stamp};

/// The unit of positions in inputs without times, in bytes.
pub const POSITION_UNIT: u64 = 4 << 10;

/// The counts of the selected lines of one block.
#[derive(Debug, Default)]
pub struct BlockCounts {
    /// In a log whose lines do not depend on each other, the starts of spans of the grid, in
    /// microseconds, with the number of selected lines.
    pub moments: Vec<(i64, u64)>,
    /// The earliest and the latest of the times read in these spans.
    pub covers: Option<(Timestamp, Timestamp)>,
    /// In other logs, the written times in order, with the number of selected lines.
    pub entries: Vec<(Stamp, u64)>,
    /// The number of selected lines before the first entry.
    pub early: u64,
    /// The block's first and last entries.
    pub first: Option<Stamp>,
    pub last: Option<Stamp>,
    /// In an input without times, positions with the number of selected lines.
    pub positions: Vec<(u64, u64)>,
    /// The reason why the search of the block ended early, if it did, and the message about it.
    pub failure: Option<Failure>,
    pub messages: Vec<Insertion>,
}

/// The search for the entries to which lines belong.
pub struct Entries<'h> {
    hay: &'h [u8],
    reader: &'h Reader,
    times: BucketReader,
    grid: Grid,
    /// The length of the part of the block that has been examined.
    read_to: usize,
    pub latest: Option<Stamp>,
}

impl<'h> Entries<'h> {
    pub fn new(hay: &'h [u8], reader: &'h Reader, grid: Grid) -> Self {
        Self { hay, reader, times: BucketReader::new(grid), grid, read_to: 0, latest: None }
    }

    /// Counts a selected line at the time of its entry.
    #[inline]
    pub fn count(&mut self, line: Range<usize>, counts: &mut BlockCounts) {
        let is_alike = !line.is_empty() && self.times.is_in_span(&self.hay[line.start..]);
        if let Some((_, count)) = counts.moments.last_mut().filter(|_| is_alike) {
            *count += 1;
            self.read_to = line.end;
            return;
        }
        self.count_by_reading(line, counts);
    }

    #[inline(never)]
    fn count_by_reading(&mut self, line: Range<usize>, counts: &mut BlockCounts) {
        self.move_to(line, counts);
        match self.latest {
            Some(Stamp::Instant(time)) if !self.reader.is_sequential() => {
                let (first, last) = counts.covers.unwrap_or((time, time));
                counts.covers = Some((first.min(time), last.max(time)));
                add(&mut counts.moments, self.grid.start(time), 1);
            }
            Some(stamp) => add(&mut counts.entries, stamp, 1),
            None => counts.early += 1,
        }
    }

    /// Reads the time of a line, as a point in time if it does not depend on the lines around it.
    fn read(&mut self, line: Range<usize>) -> Option<Stamp> {
        let line = &self.hay[line];
        if self.reader.is_sequential() {
            return self.reader.stamp(line);
        }
        self.times.earliest(self.reader, line).map(Stamp::Instant)
    }

    /// Moves to the entry of `line`, or to the last entry before its end.
    ///
    /// The first entry of the block is always recorded, because the log may begin with it. In a log
    /// whose times depend on the lines above, all entries are.
    pub fn move_to(&mut self, line: Range<usize>, counts: &mut BlockCounts) {
        let end = line.end;
        if self.reader.is_sequential() || counts.first.is_none() {
            self.walk_to(end, counts);
        }
        // Most selected lines have a time of their own.
        let mut rest = line.start.max(self.read_to)..end;
        while self.read_to < end {
            if let Some(stamp) = self.read(rest.clone()) {
                self.latest = Some(stamp);
                break;
            }
            if rest.start == self.read_to {
                break;
            }
            let before = &self.hay[self.read_to..rest.start - 1];
            rest = memchr::memrchr(b'\n', before).map_or(self.read_to, |at| self.read_to + at + 1)..rest.start;
        }
        self.read_to = end;
    }

    /// Reads lines up to `end`: all of them if they depend on each other, and otherwise up to the
    /// first entry.
    fn walk_to(&mut self, end: usize, counts: &mut BlockCounts) {
        while self.read_to < end && (self.reader.is_sequential() || counts.first.is_none()) {
            let line = self.read_to..line_end(&self.hay[..end], self.read_to, b'\n');
            self.read_to = line.end;
            if let Some(stamp) = self.read(line) {
                self.latest = Some(stamp);
                counts.first.get_or_insert(stamp);
                if self.reader.is_sequential() {
                    add(&mut counts.entries, stamp, 0);
                }
            }
        }
    }
}

/// Adds a count to the last one if that has the same key, and otherwise as a new one.
pub fn add<K: PartialEq>(counts: &mut Vec<(K, u64)>, key: K, count: u64) {
    match counts.last_mut() {
        Some((last, sum)) if *last == key => *sum += count,
        _ => counts.push((key, count)),
    }
}
