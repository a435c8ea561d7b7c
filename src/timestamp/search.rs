//! Binary search by time in a file whose lines are in chronological order, or nearly so.
//!
//! The search finds two offsets at each end of the period: one before which every entry is outside,
//! and one after which every entry is inside. Only the lines between them, which were written
//! within the slack of that end, are read one by one. Each probe reads a page or two.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use memchr::memchr;

use super::access::{LINE_HEAD, MAX_READ, PROBE, RandomAccess, each_unit};
use super::detect::MAX_SAMPLE;
use super::reader::{Bounds, Reader};
use super::window::EntryFilter;
use super::{Disorder, LineCoverage, Period};

/// The result of a search by time.
#[derive(Clone, Debug)]
pub struct FoundPeriod {
    /// The byte ranges of the period's entries, ascending and disjoint.
    pub spans: Vec<Range<u64>>,
    /// The latest time above these entries, by which those in a repeated hour are read.
    pub above: Option<Timestamp>,
    /// The times of the file's first and last entries.
    pub covers: Option<(Timestamp, Timestamp)>,
    /// Counts of the examined lines.
    pub coverage: LineCoverage,
    /// Two entries that are too far out of order, if the search found any.
    pub disorder: Option<Disorder>,
    /// The number of bytes read.
    pub read: u64,
}

/// The size in bytes below which an interval is scanned rather than halved.
const SCAN_BYTES: u64 = 2 * PROBE as u64;

/// Finds the entries of `period` in the bytes `within` of `source`, which begin at a line start.
///
/// # Errors
/// Returns an error if reading the source fails.
pub fn find<S: RandomAccess + ?Sized>(
    source: &S,
    within: Range<u64>,
    period: &Period,
    reader: &Arc<Reader>,
) -> io::Result<FoundPeriod> {
    let mut search = BinarySearch::new(source, within.clone(), reader);
    let slack = reader.slack();
    let (mut spans, mut coverage, mut disorder) = (Vec::new(), LineCoverage::default(), None);
    if reader.is_sequential() {
        let mut window = EntryFilter::new(*period, reader, period.since.is_none());
        search.walk(&mut window, within.clone(), &mut spans, &|_| false)?;
        coverage = window.coverage;
        disorder = window.disorder;
        let covers = coverage.first.zip(coverage.last);
        return Ok(FoundPeriod { spans, above: None, covers, coverage, disorder, read: search.read });
    }
    // Every entry before `low` is before the period.
    let low = match period.since {
        Some(since) => search.first(within.start, |bounds| bounds.latest.duration_since(since) >= -slack)?,
        None => within.start,
    };
    // No entry between `tail` and `low` is after the period.
    let tail = match period.until {
        Some(until) => search.first(low, |bounds| bounds.latest.duration_since(until) > -slack)?,
        None => within.end,
    };
    let mut at = low;
    let mut window = EntryFilter::new(*period, reader, period.since.is_none());
    if let Some(since) = period.since {
        // After an entry later than the start by the slack, all entries are in the period.
        at = search.walk(&mut window, low..tail, &mut spans, &|window| {
            window.latest().is_some_and(|latest| latest.duration_since(since) >= slack)
        })?;
    }
    if at < tail {
        add(&mut spans, at..tail);
        coverage = window.coverage;
        disorder = window.disorder;
        window = EntryFilter::new(*period, reader, true);
        if let Some(since) = period.since {
            // In a repeated hour, the entries after `tail` may follow the start by their order only.
            window.follow(since);
        }
    }
    if period.until.is_some() && tail < within.end {
        search.walk(&mut window, tail..within.end, &mut spans, &|_| false)?;
    }
    coverage.add(window.coverage);
    disorder = disorder.or(window.disorder);
    let covers = search.ends()?;
    disorder = disorder.or_else(|| search.disorder());
    Ok(FoundPeriod { spans, above: search.above, covers, coverage, disorder, read: search.read })
}

fn add(spans: &mut Vec<Range<u64>>, span: Range<u64>) {
    match spans.last_mut() {
        Some(last) if last.end == span.start => last.end = span.end,
        _ => spans.push(span),
    }
}

struct BinarySearch<'s, S: ?Sized> {
    source: &'s S,
    within: Range<u64>,
    reader: &'s Reader,
    /// The bytes of the source from `base`.
    buffer: Vec<u8>,
    base: u64,
    entries: Vec<(u64, Bounds)>,
    read: u64,
    /// The latest time above the first entry that is kept.
    above: Option<Timestamp>,
}

impl<'s, S: RandomAccess + ?Sized> BinarySearch<'s, S> {
    fn new(source: &'s S, within: Range<u64>, reader: &'s Reader) -> Self {
        BinarySearch { source, within, reader, buffer: Vec::new(), base: 0, entries: Vec::new(), read: 0, above: None }
    }

    /// Adds the lines of `range` that the window keeps to `spans`, until the window ends or
    /// `enough` returns true. Returns the offset of the line at which it stopped.
    fn walk(
        &mut self,
        window: &mut EntryFilter,
        range: Range<u64>,
        spans: &mut Vec<Range<u64>>,
        enough: &dyn Fn(&EntryFilter) -> bool,
    ) -> io::Result<u64> {
        let mut stopped = range.end;
        let mut above = self.above;
        let split = |bytes: &[u8], is_whole| self.reader.unit_len(bytes, is_whole);
        self.read += each_unit(self.source, range, split, &mut |line, at| {
            let latest = window.latest_above();
            let kept = !enough(window) && window.keeps(line, at.start);
            if window.is_past_end || enough(window) && !kept {
                stopped = at.start;
                return false;
            }
            if kept {
                if spans.is_empty() {
                    above = latest;
                }
                add(spans, at);
            }
            true
        })?;
        self.above = above;
        Ok(stopped)
    }

    /// Returns the start of the first entry from `from` that satisfies `wanted`, or the end if
    /// there is none. Nearly all entries after it must satisfy `wanted` too.
    fn first(&mut self, from: u64, wanted: impl Fn(Bounds) -> bool) -> io::Result<u64> {
        let (mut low, mut high) = (from, self.within.end);
        let mut answer = self.within.end;
        while high - low > SCAN_BYTES {
            // A line starts at `middle` if the byte before it is a terminator. The page should
            // therefore begin with that byte.
            let middle = low + (high - low) / 2;
            let middle = middle - middle % PROBE as u64 + 1;
            match self.entry(middle, high)? {
                None => high = middle,
                Some((start, bounds)) if wanted(bounds) => {
                    answer = start;
                    high = middle;
                }
                Some((start, _)) => low = start + 1,
            }
        }
        while let Some((start, bounds)) = self.entry(low, high)? {
            if wanted(bounds) {
                return Ok(start);
            }
            low = start + 1;
        }
        Ok(answer)
    }

    /// Returns the times of the first and the last entry.
    fn ends(&mut self) -> io::Result<Option<(Timestamp, Timestamp)>> {
        let Range { start, end } = self.within;
        let Some((_, first)) = self.entry(start, start.saturating_add(MAX_SAMPLE as u64).min(end))? else {
            return Ok(None);
        };
        let mut last = first;
        let mut at = end.saturating_sub(SCAN_BYTES).max(start);
        while let Some((entry, bounds)) = self.entry(at, end)? {
            last = bounds;
            at = entry + 1;
        }
        Ok(Some((first.earliest, last.earliest)))
    }

    /// Returns the first entry that starts at or after `from` and before `limit`, and its bounds.
    fn entry(&mut self, from: u64, limit: u64) -> io::Result<Option<(u64, Bounds)>> {
        let mut read_size = PROBE;
        let mut start = from;
        if from > self.within.start {
            start = match self.line_end(from - 1, limit, &mut read_size)? {
                Some(end) => end + 1,
                None => return Ok(None),
            };
        }
        let reader = self.reader;
        while start < limit {
            let mut need = 1;
            let mut head = self.bytes_at(start, need, &mut read_size)?;
            // The time may be far into a long line of JSON, or several lines below a heading.
            while reader.unit_len(head, false).is_none() && need < LINE_HEAD && head.len() >= need {
                need = (head.len() + 1).max(PROBE);
                head = self.bytes_at(start, need, &mut read_size)?;
            }
            if head.is_empty() {
                return Ok(None);
            }
            let line = &head[..reader.unit_len(head, true).unwrap_or(head.len())];
            if let Some(stamp) = reader.unit_stamp(line) {
                let bounds = reader.bounds(stamp);
                self.entries.push((start, bounds));
                return Ok(Some((start, bounds)));
            }
            start = match self.line_end(start, limit, &mut read_size)? {
                Some(end) => end + 1,
                None => return Ok(None),
            };
        }
        Ok(None)
    }

    /// Returns the offset of the first line end from `from`, if it is before `limit`.
    fn line_end(&mut self, mut from: u64, limit: u64, read_size: &mut usize) -> io::Result<Option<u64>> {
        while from < limit {
            if *read_size >= MAX_READ {
                // A hole contains no line terminators.
                from = self.source.data_from(from, limit).max(from);
                if from >= limit {
                    break;
                }
            }
            let bytes = self.bytes_at(from, 1, read_size)?;
            if bytes.is_empty() {
                break;
            }
            if let Some(at) = memchr(b'\n', bytes) {
                return Ok(Some(from + at as u64).filter(|&at| at < limit));
            }
            from += bytes.len() as u64;
        }
        Ok(None)
    }

    /// Returns the buffered bytes from `offset`: at least `need` of them, unless the source ends
    /// first. If more are needed, reads `read_size` bytes and doubles `read_size`.
    fn bytes_at(&mut self, offset: u64, need: usize, read_size: &mut usize) -> io::Result<&[u8]> {
        let end = self.within.end;
        let buffered = |base: u64, len: usize| {
            let skip = usize::try_from(offset.checked_sub(base)?).ok()?;
            (skip <= len && (len - skip >= need || base + len as u64 >= end)).then_some(skip)
        };
        if buffered(self.base, self.buffer.len()).is_none() {
            // Bytes that were already read are kept if the rest follows them.
            let keep = offset.checked_sub(self.base).filter(|&skip| skip < self.buffer.len() as u64);
            match keep {
                Some(skip) => drop(self.buffer.drain(..skip as usize)),
                None => self.buffer.clear(),
            }
            self.base = offset;
            let old = self.buffer.len();
            let from = offset + old as u64;
            let min = from + need.saturating_sub(old) as u64;
            let max = from + *read_size as u64;
            // Read up to the end of a page if that is enough, so that the next read starts on a
            // page boundary.
            let stop = (max - max % PROBE as u64).max(min).min(end);
            let want = stop.saturating_sub(from);
            *read_size = (*read_size * 2).min(MAX_READ);
            self.buffer.resize(old + want as usize, 0);
            let got = self.source.read_at(&mut self.buffer[old..], from)?;
            self.read += got as u64;
            self.buffer.truncate(old + got);
            if (got as u64) < want {
                // The source is shorter than it was reported to be.
                self.within.end = from + got as u64;
            }
        }
        let skip = usize::try_from(offset - self.base).unwrap_or(usize::MAX).min(self.buffer.len());
        Ok(&self.buffer[skip..])
    }

    fn disorder(&mut self) -> Option<Disorder> {
        self.entries.sort_unstable_by_key(|&(offset, _)| offset);
        let slack = self.reader.slack();
        let back = |pair: &&[(u64, Bounds)]| pair[1].1.latest.duration_since(pair[0].1.earliest) < -slack;
        self.entries.windows(2).find(back).map(|pair| Disorder {
            offset: pair[1].0,
            time: pair[1].1.earliest,
            before: pair[0].1.earliest,
        })
    }
}
