//! Binary search by time in a file sorted by time.
//!
//! The search keeps two byte positions: entries that start before the one are too early, and none that starts from the
//! other on is the first wanted unless it is already known. Each probe reads a page or two in the middle. Nothing is
//! remembered of the lines but the times seen, which are compared at the end: that is where a file that is not sorted
//! shows, if it shows at all.

use std::fmt;
use std::io;
use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use memchr::memchr;

use super::Period;
use super::recognize::{HEAD, Recognizer};
use crate::io::Source;
use crate::os::Extent;

/// Bytes that can be read anywhere.
pub trait RandomAccess {
    /// Reads into `buffer` from `offset` on and gives how much was read; less than asked for only at the end.
    ///
    /// # Errors
    ///
    /// Whatever reading fails with.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Returns where data begins at or after `offset`, up to `end`: what is passed over is a hole, all NUL bytes.
    fn data_from(&self, offset: u64, end: u64) -> u64 {
        let _ = end;
        offset
    }

    /// Returns where the last data before `offset` ends, down to `start`: what is passed over is a hole, all NUL bytes.
    fn data_end_before(&self, offset: u64, start: u64) -> u64 {
        let _ = start;
        offset
    }
}

impl RandomAccess for [u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }
}

/// What a search by time found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where the entries of the period lie, in bytes: from the start of a line up to the start of another, or the end.
    pub span: Range<u64>,
    /// Whether any line looked at had a time.
    pub recognized: bool,
    /// Two entries out of order, if the search came across such.
    pub disorder: Option<Disorder>,
    /// Bytes read.
    pub read: u64,
}

/// An entry that is earlier than one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disorder {
    /// Where the later entry in the file starts, in bytes.
    pub offset: u64,
    /// Its time.
    pub time: Timestamp,
    /// The later time of the entry before it.
    pub before: Timestamp,
}

impl fmt::Display for Disorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, time, before } = self;
        write!(f, "not sorted by time: {time} at byte {offset} comes after {before}; entries may be missing")
    }
}

impl RandomAccess for Source {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        Source::read_at(self, buffer, offset)
    }

    fn data_from(&self, offset: u64, end: u64) -> u64 {
        match self.extent_at(offset, end) {
            Extent::HoleUntil(until) => until,
            Extent::DataUntil(_) => offset,
        }
    }

    fn data_end_before(&self, offset: u64, start: u64) -> u64 {
        Source::data_end_before(self, offset, start)
    }
}

/// Finds the entries of `period` in the bytes `within` of a file. Times without a zone are in `zone`, those without a
/// year in the year before the file's last change.
///
/// # Errors
///
/// Whatever reading the file fails with.
pub fn find_in(source: &Source, within: Range<u64>, period: &Period, zone: &TimeZone) -> io::Result<Found> {
    let changed = source.file().metadata()?.modified()?;
    let recognizer = Recognizer::new(zone.clone(), Timestamp::try_from(changed).unwrap_or(Timestamp::MAX));
    // A probe wants its own page and none of its neighbours, which the kernel would read ahead.
    let _ = rustix::fs::fadvise(source.fd(), 0, None, rustix::fs::Advice::Random);
    let found = find(source, within, period, &recognizer);
    let _ = rustix::fs::fadvise(source.fd(), 0, None, rustix::fs::Advice::Normal);
    found
}

/// Finds the entries of `period` in the bytes `within` of `source`, which start a line.
///
/// # Errors
///
/// Whatever reading the source fails with.
pub fn find<S: RandomAccess + ?Sized>(
    source: &S,
    within: Range<u64>,
    period: &Period,
    recognizer: &Recognizer,
) -> io::Result<Found> {
    let mut search = Search { source, within, recognizer, buffer: Vec::new(), base: 0, times: Vec::new(), read: 0 };
    let start = match period.since {
        Some(since) => search.first(search.within.start, |time| time >= since)?,
        None => search.within.start,
    };
    let end = match period.until {
        Some(until) => search.first(start, |time| time > until)?,
        None => search.within.end,
    };
    // The entries at both ends cost two pages more, and show many a file that is not in order as a whole.
    search.entry(search.within.start, search.within.start + SMALL)?;
    let mut at = search.within.end.saturating_sub(SMALL).max(search.within.start);
    while let Some((entry, _)) = search.entry(at, search.within.end)? {
        at = entry + 1;
    }
    Ok(Found {
        span: start..end.max(start),
        recognized: !search.times.is_empty(),
        disorder: search.disorder(),
        read: search.read,
    })
}

/// How much a probe reads at first. It doubles as long as no time turns up.
const PROBE: usize = 4096;

/// The most read at once.
const MAX_READ: usize = 256 << 10;

/// An interval this small is walked through rather than halved.
const SMALL: u64 = 2 * PROBE as u64;

struct Search<'s, S: ?Sized> {
    source: &'s S,
    within: Range<u64>,
    recognizer: &'s Recognizer,
    /// Bytes of the source from `base` on.
    buffer: Vec<u8>,
    base: u64,
    times: Vec<(u64, Timestamp)>,
    read: u64,
}

impl<S: RandomAccess + ?Sized> Search<'_, S> {
    /// Where the first entry from `from` on starts that is `wanted`; the end if there is none. What is wanted is so of all
    /// entries after it.
    fn first(&mut self, from: u64, wanted: impl Fn(Timestamp) -> bool) -> io::Result<u64> {
        let (mut low, mut high) = (from, self.within.end);
        let mut answer = self.within.end;
        while high - low > SMALL {
            // A line starts at `middle` if the byte before it ends one, so that byte is to begin a page.
            let middle = low + (high - low) / 2;
            let middle = middle - middle % PROBE as u64 + 1;
            match self.entry(middle, high)? {
                None => high = middle,
                Some((start, time)) if wanted(time) => {
                    answer = start;
                    high = middle;
                }
                Some((start, _)) => low = start + 1,
            }
        }
        while let Some((start, time)) = self.entry(low, high)? {
            if wanted(time) {
                return Ok(start);
            }
            low = start + 1;
        }
        Ok(answer)
    }

    /// The first entry that starts at or after `from` and before `limit`, and its time.
    fn entry(&mut self, from: u64, limit: u64) -> io::Result<Option<(u64, Timestamp)>> {
        let mut ask = PROBE;
        let mut start = from;
        if from > self.within.start {
            start = match self.line_end(from - 1, limit, &mut ask)? {
                Some(end) => end + 1,
                None => return Ok(None),
            };
        }
        let recognizer = self.recognizer;
        while start < limit {
            let mut head = self.at(start, 1, &mut ask)?;
            if memchr(b'\n', head).is_none() {
                head = self.at(start, HEAD, &mut ask)?;
            }
            if head.is_empty() {
                return Ok(None);
            }
            let line = memchr(b'\n', head).map_or(head, |end| &head[..end]);
            if let Some(time) = recognizer.recognize(line) {
                self.times.push((start, time));
                return Ok(Some((start, time)));
            }
            start = match self.line_end(start, limit, &mut ask)? {
                Some(end) => end + 1,
                None => return Ok(None),
            };
        }
        Ok(None)
    }

    /// Where the next line end from `from` on is, if before `limit`.
    fn line_end(&mut self, mut from: u64, limit: u64, ask: &mut usize) -> io::Result<Option<u64>> {
        while from < limit {
            let bytes = self.at(from, 1, ask)?;
            if bytes.is_empty() {
                break;
            }
            if let Some(at) = memchr(b'\n', bytes) {
                return Ok(Some(from + at as u64).filter(|&at| at < limit));
            }
            let ends_in_nul = bytes.ends_with(b"\0");
            from += bytes.len() as u64;
            if ends_in_nul && from < limit {
                from = self.source.data_from(from, limit);
            }
        }
        Ok(None)
    }

    /// The bytes at hand from `offset` on, at least `need` of them unless the source ends first. Reads `ask` bytes when
    /// more are needed, and doubles it.
    fn at(&mut self, offset: u64, need: usize, ask: &mut usize) -> io::Result<&[u8]> {
        let end = self.within.end;
        let at_hand = |base: u64, len: usize| {
            let skip = usize::try_from(offset.checked_sub(base)?).ok()?;
            (skip <= len && (len - skip >= need || base + len as u64 >= end)).then_some(skip)
        };
        if at_hand(self.base, self.buffer.len()).is_none() {
            // What has been read stays if the rest follows on it.
            let keep = offset.checked_sub(self.base).filter(|&skip| skip < self.buffer.len() as u64);
            match keep {
                Some(skip) => drop(self.buffer.drain(..skip as usize)),
                None => self.buffer.clear(),
            }
            self.base = offset;
            let old = self.buffer.len();
            let from = offset + old as u64;
            let least = from + need.saturating_sub(old) as u64;
            let most = from + *ask as u64;
            // Up to a page's end where that is enough, so that the next read starts with a page of its own.
            let stop = (most - most % PROBE as u64).max(least).min(end);
            let want = stop.saturating_sub(from);
            *ask = (*ask * 2).min(MAX_READ);
            self.buffer.resize(old + want as usize, 0);
            let got = self.source.read_at(&mut self.buffer[old..], from)?;
            self.read += got as u64;
            self.buffer.truncate(old + got);
            if (got as u64) < want {
                // The source is shorter than was said.
                self.within.end = from + got as u64;
            }
        }
        let skip = usize::try_from(offset - self.base).unwrap_or(usize::MAX).min(self.buffer.len());
        Ok(&self.buffer[skip..])
    }

    fn disorder(&mut self) -> Option<Disorder> {
        self.times.sort_unstable();
        self.times.dedup();
        self.times.windows(2).find(|pair| pair[1].1 < pair[0].1).map(|pair| Disorder {
            offset: pair[1].0,
            time: pair[1].1,
            before: pair[0].1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn recognizer() -> Recognizer {
        Recognizer::new(TimeZone::UTC, Timestamp::from_second(2_000_000_000).expect("in range"))
    }

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    /// Every line looked at in turn.
    fn oracle(log: &[u8], period: &Period) -> Range<u64> {
        let edges = period.cut(&recognizer(), log);
        let start = if period.since.is_some() { edges.since.unwrap_or(log.len()) } else { 0 };
        let end = edges.until.unwrap_or(log.len()).max(start);
        start as u64..end as u64
    }

    /// A log from what each line is: seconds since the line before, or the length of a line without a time.
    fn log(lines: &[Result<u8, usize>]) -> Vec<u8> {
        let mut second = 1_000_000_000;
        let mut log = Vec::new();
        for line in lines {
            match line {
                Ok(step) => {
                    second += i64::from(*step);
                    log.extend_from_slice(format!("{} entry\n", time(second)).as_bytes());
                }
                Err(len) => {
                    log.extend(std::iter::repeat_n(b'x', *len));
                    log.push(b'\n');
                }
            }
        }
        log
    }

    proptest! {
        #[test]
        fn finds_what_a_walk_finds(
            lines in vec(prop_oneof![
                60 => (0u8..3).prop_map(Ok),
                20 => (0usize..200).prop_map(Err),
                1 => (0usize..20_000).prop_map(Err),
            ], 0..600),
            since in prop::option::of(0i64..700),
            until in prop::option::of(0i64..700),
            ends in any::<bool>(),
        ) {
            let mut log = log(&lines);
            if !ends {
                log.pop();
            }
            let period = Period {
                since: since.map(|since| time(1_000_000_000 + since)),
                until: until.map(|until| time(1_000_000_000 + until)),
            };
            let found = find(&log[..], 0..log.len() as u64, &period, &recognizer()).expect("memory can be read");
            prop_assert_eq!(found.span, oracle(&log, &period));
            prop_assert_eq!(found.disorder, None);
        }
    }

    #[test]
    fn a_search_reads_few_pages() {
        let log = log(&vec![Ok(1); 1_000_000]);
        let period = Period { since: Some(time(1_000_712_345)), until: Some(time(1_000_712_349)) };
        let found = find(&log[..], 0..log.len() as u64, &period, &recognizer()).expect("memory can be read");
        assert_eq!(found.span, oracle(&log, &period));
        assert_eq!(log[found.span.start as usize..found.span.end as usize].iter().filter(|&&b| b == b'\n').count(), 5);
        assert!(found.read < 40 * PROBE as u64, "read {} bytes", found.read);
    }

    #[test]
    fn entries_out_of_order_are_told() {
        let mut log = log(&vec![Ok(1); 10_000]);
        log.extend_from_slice(&b"2001-09-09T02:00:00Z back\n".repeat(5_000));
        log.extend_from_slice(b"2021-09-09T02:00:00Z last\n");
        let period = Period { since: Some(time(1_000_009_000)), until: None };
        let found = find(&log[..], 0..log.len() as u64, &period, &recognizer()).expect("memory can be read");
        let disorder = found.disorder.expect("it jumps back");
        assert!(disorder.time < disorder.before);
        assert_eq!(&log[disorder.offset as usize..][..20], disorder.time.to_string().as_bytes());
    }

    #[test]
    fn no_times_at_all() {
        let log = b"no time here\n".repeat(10_000);
        let period = Period { since: Some(time(0)), until: None };
        let found = find(&log[..], 0..log.len() as u64, &period, &recognizer()).expect("memory can be read");
        assert!(!found.recognized);
        assert!(found.span.is_empty());
    }
}
