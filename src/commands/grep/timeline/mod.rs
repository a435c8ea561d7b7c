//! `--timeline`: counts the selected lines in each span of time.
//!
//! Blocks are searched in parallel. A selected line is counted at the time of its entry: its own
//! time, or that of the nearest line above that has one. Inputs without times are counted by the
//! position of their lines.

mod block_search;
mod entries;
mod histogram;
mod plot;
mod report;
mod table;

use std::ffi::OsStr;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::engine::{Block, Flow, Inserted, Insertion, Kernel};
use crate::os::posix::OsStrExt;
use crate::output::escape_name;
use crate::timestamp::{Grid, Reader, Sequence, Stamp};

use super::open::start::InputStarts;
use super::settings::Settings;
use block_search::BlockSearch;
use entries::BlockCounts;
use histogram::Histogram;

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
        let reader = self.starts.of(block.input()).reader;
        let grid = self.grid.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(self.finest_grid());
        BlockSearch::new(&self.settings.query, block, reader.as_deref(), grid).counts()
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
