//! `--timeline`: counts the selected lines in each span of time.
//!
//! Blocks are searched in parallel. A selected line is counted at the time of its entry: its own
//! time, or that of the nearest line above that has one. Inputs without times are counted by the
//! position of their lines.

use std::ffi::OsStr;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::engine::{Block, Flow, Inserted, Insertion, Kernel};
use crate::os::posix::OsStrExt;
use crate::output::escape_name;
use crate::timestamp::{BucketReader, Grid, LINE_HEAD, Reader, Sequence, Stamp};

use super::failure::Failure;
use super::histogram::Histogram;
use super::lines::{line_end, lines_of};
use super::long_match::{LineBytes, long_line_start};
use super::query::{Piece, SearchResults, WantedResults};
use super::settings::Settings;
use super::start::InputStarts;

/// The number of microseconds in a second.
pub const SECOND: i64 = 1_000_000;

/// The spans in which lines are counted, in microseconds, among which one is chosen if none is given.
/// Each divides the next. Rows of longer spans follow the local clock and are joined from these.
const SPANS: [i64; 10] =
    [1_000, 10_000, 100_000, SECOND, 5 * SECOND, 15 * SECOND, 60 * SECOND, 300 * SECOND, 900 * SECOND, HOUR];

/// The number of microseconds in an hour.
pub const HOUR: i64 = 3_600 * SECOND;

/// The number of microseconds in a quarter of an hour. Clocks change by multiples of it, at multiples
/// of it (`tzfile(5)`, except in a few zones before 1972).
const QUARTER: i64 = 900 * SECOND;

/// The number of bytes of a block that are searched before the times of their selected lines are
/// read, so that these lines are still in the processor's cache.
const CHUNK: usize = 128 << 10;

/// The unit of positions in inputs without times, in bytes.
pub const POSITION_UNIT: u64 = 4 << 10;

/// A kernel that counts selected lines by time.
pub struct TimelineKernel<'s> {
    pub settings: &'s Settings,
    pub starts: &'s InputStarts,
    /// The time zone of the rows.
    pub zone: &'s TimeZone,
    /// The span of a row in microseconds, if it was given.
    pub span: Option<i64>,
    /// The buckets of the counts so far, once there are any. Later ones are never narrower.
    pub grid: Mutex<Option<Grid>>,
}

/// The counts of the selected lines of one block.
#[derive(Debug, Default)]
pub struct BlockCounts {
    /// In a log whose lines do not depend on each other, the starts of spans of the grid, in
    /// microseconds, with the number of selected lines.
    moments: Vec<(i64, u64)>,
    /// The earliest and the latest of the times read in these spans.
    covers: Option<(Timestamp, Timestamp)>,
    /// In other logs, the written times in order, with the number of selected lines.
    entries: Vec<(Stamp, u64)>,
    /// The number of selected lines before the first entry.
    early: u64,
    /// The block's first and last entries.
    first: Option<Stamp>,
    last: Option<Stamp>,
    /// In an input without times, positions with the number of selected lines.
    positions: Vec<(u64, u64)>,
    /// The reason why the search of the block ended early, if it did, and the message about it.
    failure: Option<Failure>,
    messages: Vec<Insertion>,
}

/// The counts so far.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// The counts by time, once a time was found.
    pub times: Option<Histogram>,
    /// The offset of the rows' clock from UTC, in seconds.
    pub offset: i64,
    /// The first and the last time of any input.
    pub covers: Option<(Timestamp, Timestamp)>,
    /// The counts by position, for each input without times: its name, its length and its counts.
    pub untimed: Vec<(Vec<u8>, u64, Histogram)>,
    /// The number of all selected lines.
    pub selected: u64,
    /// Whether the search of any input failed.
    pub failed: bool,
    sequence: Option<Sequence>,
    /// The time of the entry that continues in the next block.
    current: Option<Timestamp>,
    /// The number of selected lines before the first entry of an input.
    early: u64,
}

impl Kernel for TimelineKernel<'_> {
    type Part = BlockCounts;
    type Carry = Timeline;

    fn scan(&self, block: &Block) -> BlockCounts {
        let (query, bytes) = (&self.settings.query, block.bytes());
        let long = self.long_line(block);
        // Only the beginning of a line is searched for its time.
        let hay = long.as_ref().map_or(bytes, |line| &bytes[..bytes.len().min(line.start + LINE_HEAD)]);
        let reader = self.starts.of(block.input()).reader;
        let mut counts = BlockCounts::default();
        let grid = self.grid.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(self.finest_grid());
        let mut entries = reader.as_deref().map(|reader| Entries::new(hay, reader, grid));
        let chunk = if query.any.is_multiline() { usize::MAX } else { CHUNK };
        let mut start = 0;
        while start < hay.len() && counts.failure.is_none() {
            let stop = long.as_ref().map(|line| line.start).filter(|&long| start < long).unwrap_or(hay.len());
            let end = match stop - start {
                rest if rest > chunk => line_end(&hay[..stop], start + chunk, query.terminator),
                _ => stop,
            };
            let mut count = |line: Range<usize>| match &mut entries {
                Some(entries) if query.terminator == b'\n' => entries.count(line, &mut counts),
                // A record of several lines belongs to the last entry in it.
                Some(entries) => entries.count(line.end..line.end, &mut counts),
                None => add(&mut counts.positions, (block.offset() + line.start as u64) / POSITION_UNIT, 1),
            };
            let mut count_all = |lines: Range<usize>, number: u64| {
                let (mut at, end) = (start + lines.start, start + lines.end);
                if number == 1 {
                    return count(at..end);
                }
                for line in lines_of(&hay[at..end], query.terminator) {
                    count(at..at + line.len());
                    at += line.len();
                }
            };
            let wanted = WantedResults::default();
            let found = match &long {
                Some(line) if start == line.start => self.search_long(block, line.clone(), end - start),
                _ if query.any.is_multiline() => query.scan(&hay[start..end], WantedResults { pieces: true, ..wanted }),
                _ => query.scan_lines(&hay[start..end], wanted, |_, lines, number| count_all(lines, number)),
            };
            for piece in &found.pieces {
                count_all(piece.start..piece.end, piece.lines);
            }
            (counts.failure, start) = (found.failure, end);
        }
        if let Some(entries) = &mut entries {
            entries.move_to(hay.len()..hay.len(), &mut counts);
            counts.last = entries.latest;
        }
        counts
    }

    fn carry(&self, block: &Block, part: &mut BlockCounts, totals: &mut Timeline) -> Flow {
        let reader = self.starts.of(block.input()).reader;
        if block.is_first() {
            (totals.current, totals.early) = (None, 0);
            totals.sequence = reader.clone().map(Sequence::new);
            if reader.is_none() {
                let widths: Vec<i64> = (0..40).map(|power| 1i64 << power).collect();
                let name = self.settings.name_of(block.source()).to_vec();
                totals.untimed.push((name, 0, Histogram::new(&widths)));
            }
        }
        match reader {
            Some(reader) => self.add_times(&reader, block, part, totals),
            None => add_positions(block, part, totals),
        }
        let Some(failure) = part.failure.take() else { return Flow::Continue };
        totals.failed = true;
        let name = escape_name(OsStr::from_bytes(self.settings.name_of(block.source())));
        part.messages.push(Insertion { at: 0, what: Inserted::Message(format!("mapped: {name}: {failure}")) });
        Flow::EndInput
    }

    fn format(&self, _: &Block, _: &mut BlockCounts, _: &mut Vec<u8>) {}

    fn insertions<'p>(&self, part: &'p BlockCounts) -> &'p [Insertion] {
        &part.messages
    }
}

/// Adds the lines of a block without times.
fn add_positions(block: &Block, part: &BlockCounts, totals: &mut Timeline) {
    let Some((_, len, positions)) = totals.untimed.last_mut() else { return };
    *len = block.offset() + block.len();
    for &(position, count) in &part.positions {
        positions.add(position as i64, count);
        totals.selected += count;
    }
}

impl TimelineKernel<'_> {
    /// Returns the content of a very long line with which the block ends.
    fn long_line(&self, block: &Block) -> Option<Range<usize>> {
        let query = &self.settings.query;
        if !block.is_long() || query.terminator != b'\n' || query.any.is_multiline() {
            return None;
        }
        let end = query.any.content(block.bytes()).len();
        Some(long_line_start(block, 0..end, query.terminator)?..end)
    }

    /// Searches the long line with which a block ends, of which `shown` bytes are searched for a time.
    fn search_long(&self, block: &Block, line: Range<usize>, shown: usize) -> SearchResults {
        let mut found = SearchResults::default();
        let line = LineBytes::InBlock(block, line);
        // The bytes of a block can always be read.
        if self.settings.query.selects_line(&line, &mut found.failure).unwrap_or(false) {
            found.pieces.push(Piece { start: 0, end: shown, line: 0, lines: 1, selected: true });
        }
        found
    }

    /// Returns the longest span that divides both a second and every row.
    fn finest_grid(&self) -> Grid {
        Grid { width: common_divisor(SECOND, self.span.unwrap_or(SPANS[0])), offset: 0 }
    }

    /// Adds the lines of a block by time.
    fn add_times(&self, reader: &Arc<Reader>, block: &Block, part: &BlockCounts, totals: &mut Timeline) {
        match totals.current {
            Some(time) => self.count(totals, time, part.early),
            None => totals.early += part.early,
        }
        for &(stamp, count) in &part.entries {
            let time = self.time(reader, totals, stamp);
            let early = std::mem::take(&mut totals.early);
            // Other entries do not count, because which of them were examined depends on the block
            // boundaries.
            if count + early > 0 || totals.current.is_none() {
                self.count(totals, time, count + early);
            }
            totals.current = Some(time);
        }
        if let (None, Some(Stamp::Instant(first))) = (totals.current, part.first) {
            let early = std::mem::take(&mut totals.early);
            self.count(totals, first, early);
        }
        if let Some((first, last)) = part.covers {
            self.count(totals, first, 0);
            self.count(totals, last, 0);
            let offset = totals.offset * SECOND;
            for &(moment, count) in &part.moments {
                totals.selected += count;
                totals.times.as_mut().into_iter().for_each(|times| times.add(moment + offset, count));
            }
        }
        if let Some(last) = part.last {
            totals.current = Some(self.time(reader, totals, last));
        }
        if let Some(last) = totals.current.filter(|_| block.is_last()) {
            self.count(totals, last, 0);
        }
        let grid = totals.times.as_ref().map(|times| Grid { width: times.width(), offset: totals.offset * SECOND });
        *self.grid.lock().unwrap_or_else(PoisonError::into_inner) = grid;
    }

    /// Returns the time of an entry. The lines above matter only if the log omits the day.
    fn time(&self, reader: &Arc<Reader>, totals: &mut Timeline, stamp: Stamp) -> Timestamp {
        match &mut totals.sequence {
            Some(sequence) if reader.is_sequential() => sequence.resolve(stamp),
            _ => reader.earliest(stamp),
        }
    }

    fn count(&self, totals: &mut Timeline, time: Timestamp, count: u64) {
        let (first, last) = totals.covers.unwrap_or((time, time));
        totals.covers = Some((first.min(time), last.max(time)));
        if totals.times.is_none() {
            totals.offset = i64::from(self.zone.to_offset(time).seconds());
            totals.times = Some(match self.span {
                Some(span) if span > HOUR => Histogram::new(&[common_divisor(span, QUARTER)]),
                Some(span) => Histogram::new(&[span]),
                None => Histogram::new(&SPANS),
            });
        }
        totals.selected += count;
        let position = time.as_microsecond() + totals.offset * SECOND;
        if let Some(times) = &mut totals.times {
            times.add(position, count);
        }
    }
}

/// Returns the largest number that divides both, at least 1.
fn common_divisor(one: i64, other: i64) -> i64 {
    let (mut one, mut other) = (one, other.max(1));
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// Adds a count to the last one if that has the same key, and otherwise as a new one.
fn add<K: PartialEq>(counts: &mut Vec<(K, u64)>, key: K, count: u64) {
    match counts.last_mut() {
        Some((last, sum)) if *last == key => *sum += count,
        _ => counts.push((key, count)),
    }
}

/// The search for the entries to which lines belong.
struct Entries<'h> {
    hay: &'h [u8],
    reader: &'h Reader,
    times: BucketReader,
    grid: Grid,
    /// The length of the part of the block that has been examined.
    read_to: usize,
    latest: Option<Stamp>,
}

impl<'h> Entries<'h> {
    fn new(hay: &'h [u8], reader: &'h Reader, grid: Grid) -> Self {
        Self { hay, reader, times: BucketReader::new(grid), grid, read_to: 0, latest: None }
    }

    /// Counts a selected line at the time of its entry.
    #[inline]
    fn count(&mut self, line: Range<usize>, counts: &mut BlockCounts) {
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
    fn move_to(&mut self, line: Range<usize>, counts: &mut BlockCounts) {
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
