//! `--timeline`: how many lines are selected in each span of time.
//!
//! Blocks are searched in parallel. A selected line counts for the time of its entry, which is its
//! own or that of the nearest line above that has one. Inputs without times are counted by the
//! places of their lines.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::engine::{Block, Flow, Kernel};
use crate::timestamp::{QuickReader, Reader, Sequence, Stamp};

use super::histogram::Histogram;
use super::search::{Wanted, lines_of};
use super::settings::Settings;
use super::start::Starts;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;

/// The spans that a row may stand for where none is given, in microseconds. Each divides the next.
const SPANS: [i64; 15] = [
    1_000,
    10_000,
    100_000,
    SECOND,
    5 * SECOND,
    15 * SECOND,
    60 * SECOND,
    300 * SECOND,
    900 * SECOND,
    3_600 * SECOND,
    3 * 3_600 * SECOND,
    6 * 3_600 * SECOND,
    12 * 3_600 * SECOND,
    86_400 * SECOND,
    7 * 86_400 * SECOND,
];

/// The unit of places in inputs without times, in bytes.
pub const PLACE: u64 = 4 << 10;

/// Counts selected lines by time.
pub struct TimelineKernel<'s> {
    pub settings: &'s Settings,
    pub starts: &'s Starts,
    /// The zone of the rows.
    pub zone: &'s TimeZone,
    /// The span of a row, in microseconds, where it was given.
    pub span: Option<i64>,
}

/// The selected lines of one block.
#[derive(Debug, Default)]
pub struct BlockCounts {
    /// What the entries say, in order, and how many of their lines are selected.
    entries: Vec<(Stamp, u64)>,
    /// Selected lines before the first entry.
    early: u64,
    /// The block's last entry.
    last: Option<Stamp>,
    /// In an input without times: places, and how many lines are selected there.
    places: Vec<(u64, u64)>,
}

/// The counts so far.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// By time, once there was one.
    pub times: Option<Histogram>,
    /// The offset of the rows' clock from UTC, in seconds.
    pub offset: i64,
    /// The first and the last time of any input.
    pub covers: Option<(Timestamp, Timestamp)>,
    /// By place, for each input without times: its name, its length and its counts.
    pub untimed: Vec<(Vec<u8>, u64, Histogram)>,
    /// All selected lines.
    pub selected: u64,
    sequence: Option<Sequence>,
    /// The time of the entry that goes on at the start of the next block.
    current: Option<Timestamp>,
    /// Selected lines before the first entry of an input.
    early: u64,
}

impl Kernel for TimelineKernel<'_> {
    type Part = BlockCounts;
    type Carry = Timeline;

    fn scan(&self, block: &Block) -> BlockCounts {
        let (query, hay) = (&self.settings.query, block.bytes());
        let found = query.scan(hay, Wanted { pieces: true, ..Wanted::default() });
        let mut counts = BlockCounts::default();
        let Some(reader) = self.starts.of(block.input()).reader else {
            for piece in &found.pieces {
                let mut at = block.offset() + piece.start as u64;
                for line in lines_of(&hay[piece.start..piece.end], query.terminator) {
                    add(&mut counts.places, at / PLACE, 1);
                    at += line.len() as u64;
                }
            }
            return counts;
        };
        let times = QuickReader::new(&reader);
        let mut entries = Entries { hay, reader: &reader, times, looked: 0, latest: None };
        for piece in &found.pieces {
            let mut at = piece.start;
            for line in lines_of(&hay[piece.start..piece.end], query.terminator) {
                entries.move_to(at + line.len(), &mut counts.entries);
                match entries.latest {
                    Some(stamp) => add(&mut counts.entries, stamp, 1),
                    None => counts.early += 1,
                }
                at += line.len();
            }
        }
        entries.move_to(hay.len(), &mut counts.entries);
        counts.last = entries.latest;
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
        let Some(reader) = reader else {
            let Some((_, len, places)) = totals.untimed.last_mut() else { return Flow::Continue };
            *len = block.offset() + block.len();
            for &(place, count) in &part.places {
                places.add(place as i64, count);
                totals.selected += count;
            }
            return Flow::Continue;
        };
        match totals.current {
            Some(time) => self.count(totals, time, part.early),
            None => totals.early += part.early,
        }
        for &(stamp, count) in &part.entries {
            let time = self.time(&reader, totals, stamp);
            let early = std::mem::take(&mut totals.early);
            // Which other entries were looked at depends on where blocks begin.
            if count + early > 0 || totals.current.is_none() {
                self.count(totals, time, count + early);
            }
            totals.current = Some(time);
        }
        if let Some(stamp) = part.last {
            totals.current = Some(self.time(&reader, totals, stamp));
        }
        if let Some(last) = totals.current.filter(|_| block.is_last()) {
            self.count(totals, last, 0);
        }
        Flow::Continue
    }

    fn format(&self, _: &Block, _: &mut BlockCounts, _: &mut Vec<u8>) {}
}

impl TimelineKernel<'_> {
    /// Returns the time of an entry. Only where the log leaves out the day the lines above matter.
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
                Some(span) => Histogram::new(&[span]),
                None => Histogram::new(&SPANS),
            });
        }
        totals.selected += count;
        let place = time.as_microsecond() + totals.offset * SECOND;
        if let Some(times) = &mut totals.times {
            times.add(place, count);
        }
    }
}

/// Adds a count to the last one, if that is of the same key.
fn add<K: PartialEq>(counts: &mut Vec<(K, u64)>, key: K, count: u64) {
    match counts.last_mut() {
        Some((last, sum)) if *last == key => *sum += count,
        _ => counts.push((key, count)),
    }
}

/// Finds the entries that lines belong to.
struct Entries<'h> {
    hay: &'h [u8],
    reader: &'h Reader,
    times: QuickReader<'h>,
    /// How much of the block has been looked at.
    looked: usize,
    latest: Option<Stamp>,
}

impl Entries<'_> {
    /// Reads what a line says, as a point in time if the lines around it do not matter.
    fn read(&mut self, line: &[u8]) -> Option<Stamp> {
        if self.reader.is_sequential() {
            return self.reader.stamp(line);
        }
        self.times.read(line).map(Stamp::Instant)
    }

    /// Moves to the last entry that begins before `end`, which ends a line.
    ///
    /// The first entry of the block is noted in any case, as the log may begin with it; where the log
    /// leaves out the day all are, to count midnights.
    fn move_to(&mut self, end: usize, entries: &mut Vec<(Stamp, u64)>) {
        if self.reader.is_sequential() || self.latest.is_none() {
            for line in lines_of(&self.hay[self.looked..end], b'\n') {
                if let Some(stamp) = self.read(line) {
                    self.latest = Some(stamp);
                    add(entries, stamp, 0);
                    if !self.reader.is_sequential() {
                        break;
                    }
                }
            }
        }
        let mut rest = &self.hay[self.looked..end];
        while !self.reader.is_sequential() && !rest.is_empty() {
            let start = memchr::memrchr(b'\n', &rest[..rest.len() - 1]).map_or(0, |at| at + 1);
            if let Some(stamp) = self.read(&rest[start..]) {
                self.latest = Some(stamp);
                break;
            }
            rest = &rest[..start];
        }
        self.looked = end;
    }
}
