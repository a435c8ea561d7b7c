//! Sorts lines that are appended to several logs by time.
//!
//! A line waits for a moment, because a line with an earlier time may be appended to another log
//! later. Waiting lines are released in order of time, regardless of the order of their arrival. A
//! line whose turn is already over is released as it arrives.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use memchr::{memchr, memchr_iter, memrchr};

use super::batch::Lines;
use super::period::PeriodSearch;
use crate::timestamp::{EntryFilter, Period, Reader};

/// The time for which a line waits for lines of other logs.
const WAIT: Duration = Duration::from_millis(500);

/// The maximum number of bytes waiting to be printed. If there are more, the earliest lines are
/// released.
const MAX_HELD_BYTES: usize = 16 << 20;

/// The maximum number of bytes of an unfinished line that are held back.
const MAX_HELD_LINE: usize = 64 << 10;

/// The order of entries: by time, then by the rank of the log, then by arrival.
type EntryOrder = (Timestamp, usize, u64);

/// A waiting entry.
#[derive(Debug)]
struct HeldEntry {
    log: usize,
    bytes: Vec<u8>,
    offset: u64,
    /// The number of lines before the entry in its log.
    line: u64,
    /// The number of line ends in the entry.
    count: u64,
    /// Whether the log ends after the entry.
    is_last: bool,
}

/// A released entry.
#[derive(Debug)]
pub struct ReleasedEntry {
    /// The number of the entry's log.
    pub log: usize,
    /// The entry's lines.
    pub bytes: Vec<u8>,
    /// The position of these lines in the log.
    pub lines: Lines,
    /// Whether this is the last entry of the log.
    pub is_last: bool,
}

/// A growing log.
#[derive(Debug)]
struct GrowingLog {
    rank: usize,
    filter: Option<EntryFilter>,
    /// The beginning of an unfinished line.
    partial_line: Vec<u8>,
    /// Whether a piece of that line has been taken already.
    is_within_line: bool,
    /// The offset of the next byte to take, and the number of lines before it.
    offset: u64,
    line: u64,
    /// The last entry, which may continue.
    last: Option<EntryOrder>,
    /// The number of the line after those released.
    released: u64,
    has_ended: bool,
}

/// A merge of lines that are appended to several logs.
#[derive(Debug)]
pub struct LiveMerge {
    search: PeriodSearch,
    logs: Vec<GrowingLog>,
    held: BTreeMap<EntryOrder, HeldEntry>,
    /// The arrival times of the entries, the earliest first.
    arrivals: VecDeque<(Instant, EntryOrder)>,
    bytes: usize,
    serial: u64,
    /// Entries up to this one no longer wait.
    due: Option<EntryOrder>,
}

impl LiveMerge {
    /// Returns a merge of logs whose times are read according to `search`. Its period is ignored.
    #[must_use]
    pub fn new(search: PeriodSearch) -> Self {
        let (logs, held, arrivals) = (Vec::new(), BTreeMap::new(), VecDeque::new());
        Self { search, logs, held, arrivals, bytes: 0, serial: 0, due: None }
    }

    /// Adds a log and returns its number. `before` is the log that it replaces, if any. Entries
    /// with the same time are released in the order of ranks.
    pub fn add(&mut self, rank: usize, before: Option<usize>) -> usize {
        let reader = before.and_then(|before| Some(Arc::clone(self.logs.get(before)?.filter.as_ref()?.reader())));
        self.logs.push(GrowingLog {
            rank,
            filter: reader.map(|reader| EntryFilter::new(Period::default(), &reader, true)),
            partial_line: Vec::new(),
            is_within_line: false,
            offset: 0,
            line: 0,
            last: None,
            released: 0,
            has_ended: false,
        });
        self.logs.len() - 1
    }

    /// Starts a log after content that is not merged here: up to `offset`, with its last lines
    /// `before`, and `lines` of its lines that have not been counted elsewhere.
    pub fn start(&mut self, log: usize, before: &[u8], (offset, lines): (u64, u64)) {
        if let Ok(reader) = self.search.detect_from(before, true) {
            let mut filter = EntryFilter::new(Period::default(), &Arc::new(reader), true);
            let mut rest = before;
            while let Some(len) = filter.reader().unit_len(rest, true) {
                filter.keeps(&rest[..len], 0);
                rest = &rest[len..];
            }
            self.logs[log].filter = Some(filter);
        }
        (self.logs[log].offset, self.logs[log].line) = (offset, lines);
    }

    /// Takes bytes appended to a log.
    pub fn push(&mut self, log: usize, bytes: &[u8], now: Instant) {
        let growing = &mut self.logs[log];
        let mut text = std::mem::take(&mut growing.partial_line);
        text.extend_from_slice(bytes);
        if growing.last.is_none() && !growing.is_within_line {
            let whole = memrchr(b'\n', &text).map_or(0, |end| end + 1);
            growing.detect(&self.search, if text.len() > MAX_HELD_LINE { &text } else { &text[..whole] });
        }
        let mut rest = &text[..];
        while let Some(end) = self.logs[log].line_len(rest) {
            let (line, after) = rest.split_at(end);
            self.add_line(log, line, now);
            rest = after;
        }
        if rest.len() > MAX_HELD_LINE {
            self.add_line(log, rest, now);
            rest = &[];
        }
        self.logs[log].partial_line = rest.to_vec();
    }

    /// Handles the end of a log, and an unfinished line before it.
    pub fn end(&mut self, log: usize, now: Instant) {
        if std::mem::replace(&mut self.logs[log].has_ended, true) {
            return;
        }
        let line = std::mem::take(&mut self.logs[log].partial_line);
        let key = self.add_line(log, &line, now);
        if let Some(entry) = self.held.get_mut(&key) {
            entry.is_last = true;
        }
    }

    /// Ends the wait of all entries.
    pub fn close(&mut self) {
        self.due = self.held.last_key_value().map(|(key, _)| *key);
    }

    /// Returns the next entry that need not wait any longer.
    pub fn next(&mut self, now: Instant) -> Option<ReleasedEntry> {
        while let Some((_, key)) = self.arrivals.front().filter(|(arrived, _)| now.duration_since(*arrived) >= WAIT) {
            self.due = self.due.max(Some(*key));
            self.arrivals.pop_front();
        }
        let first = self.held.first_entry()?;
        if self.due.is_none_or(|due| *first.key() > due) && self.bytes <= MAX_HELD_BYTES {
            return None;
        }
        let HeldEntry { log, bytes, offset, line, count, is_last } = first.remove();
        self.bytes -= bytes.len();
        let released = std::mem::replace(&mut self.logs[log].released, line + count);
        let skipped = (line != released).then(|| line.wrapping_sub(released));
        let lines = Lines::new(offset, bytes.len(), skipped);
        Some(ReleasedEntry { log, bytes, lines, is_last })
    }

    /// Returns the time until the next entry need not wait any longer.
    #[must_use]
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        self.arrivals.front().map(|(arrived, _)| WAIT.saturating_sub(now.duration_since(*arrived)))
    }

    /// Adds a line, or a piece of a long one, to its entry, and returns the entry.
    fn add_line(&mut self, log: usize, line: &[u8], now: Instant) -> EntryOrder {
        let growing = &mut self.logs[log];
        let is_rest = std::mem::replace(&mut growing.is_within_line, !line.ends_with(b"\n"));
        let time = growing.filter.as_mut().filter(|_| !is_rest && !line.is_empty()).and_then(|filter| {
            filter.keeps(line, growing.offset);
            filter.time()
        });
        let (offset, before) = (growing.offset, growing.line);
        let count = memchr_iter(b'\n', line).count() as u64;
        growing.offset += line.len() as u64;
        growing.line += count;
        self.bytes += line.len();
        if time.is_none()
            && let Some((key, entry)) = growing.last.and_then(|key| Some((key, self.held.get_mut(&key)?)))
        {
            entry.bytes.extend_from_slice(line);
            entry.count += count;
            return key;
        }
        self.serial += 1;
        let key = (time.or(growing.last.map(|last| last.0)).unwrap_or(Timestamp::MIN), growing.rank, self.serial);
        if time.is_none() && growing.last.is_some() {
            // The entry to which the line belongs has already been released.
            self.due = self.due.max(Some(key));
        }
        growing.last = Some(key);
        self.held.insert(key, HeldEntry { log, bytes: line.to_vec(), offset, line: before, count, is_last: false });
        self.arrivals.push_back((now, key));
        key
    }
}

impl GrowingLog {
    /// Returns the length of the next line, if `bytes` hold all of it. A heading and the time below
    /// it are treated as one line.
    fn line_len(&self, bytes: &[u8]) -> Option<usize> {
        match self.filter.as_ref().filter(|_| !self.is_within_line) {
            Some(filter) => filter.reader().unit_len(bytes, false),
            None => memchr(b'\n', bytes).map(|end| end + 1),
        }
    }

    /// Detects the time format from the first lines, unless that of the previous log fits.
    fn detect(&mut self, search: &PeriodSearch, lines: &[u8]) {
        let reads = |reader: &Reader| !reader.is_sequential() && reader.stamp(lines).is_some();
        if lines.is_empty()
            || self.filter.as_ref().is_some_and(|filter| filter.latest().is_some() || reads(filter.reader()))
        {
            return;
        }
        if let Ok(reader) = search.detect_from(lines, true) {
            self.filter = Some(EntryFilter::new(Period::default(), &Arc::new(reader), true));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::{FormHints, TimeContext};
    use jiff::SignedDuration;
    use jiff::tz::TimeZone;

    fn merge() -> LiveMerge {
        let context = TimeContext {
            zone: TimeZone::UTC,
            now: Timestamp::now(),
            slack: SignedDuration::from_secs(60),
            hints: FormHints::default(),
            first: None,
            boot: None,
            written: Arc::default(),
        };
        LiveMerge::new(PeriodSearch::new(Period::default(), context))
    }

    fn released(merge: &mut LiveMerge, now: Instant) -> Vec<(usize, String)> {
        std::iter::from_fn(|| merge.next(now))
            .map(|entry| (entry.log, String::from_utf8(entry.bytes).expect("text")))
            .collect()
    }

    #[test]
    fn lines_wait_for_earlier_ones_of_other_logs() {
        let mut merge = merge();
        let logs = [merge.add(0, None), merge.add(1, None)];
        let start = Instant::now();
        merge.push(logs[0], b"2026-11-21T10:00:05Z a\n\ttrace\n2026-11-21T10:00:", start);
        assert_eq!(released(&mut merge, start), []);
        assert_eq!(merge.wait(start), Some(WAIT));
        merge.push(logs[1], b"2026-11-21T10:00:01Z b\n2026-11-21T10:00:07Z c\n", start + WAIT / 2);
        merge.push(logs[0], b"06Z d\n", start + WAIT / 2);
        let first = released(&mut merge, start + WAIT);
        let expected = [(1, "2026-11-21T10:00:01Z b\n"), (0, "2026-11-21T10:00:05Z a\n\ttrace\n")];
        assert_eq!(first, expected.map(|(log, text)| (log, text.to_owned())));
        let rest = released(&mut merge, start + WAIT * 2);
        let expected = [(0, "2026-11-21T10:00:06Z d\n"), (1, "2026-11-21T10:00:07Z c\n")];
        assert_eq!(rest, expected.map(|(log, text)| (log, text.to_owned())));
        assert_eq!(merge.wait(start + WAIT * 2), None);
    }

    #[test]
    fn memory_is_bounded_and_a_log_ends_after_its_lines() {
        let mut merge = merge();
        let log = merge.add(0, None);
        let now = Instant::now();
        let line = format!("2026-11-21T10:00:05Z {}\n", "x".repeat(1000));
        for _ in 0..20_000 {
            merge.push(log, line.as_bytes(), now);
        }
        let early = released(&mut merge, now).len();
        assert!(merge.bytes <= MAX_HELD_BYTES && early > 3000, "{early}");
        merge.push(log, b"no end", now);
        merge.end(log, now);
        merge.close();
        let mut last = None;
        let rest = std::iter::from_fn(|| merge.next(now)).inspect(|entry| last = Some(entry.is_last)).count();
        assert_eq!((early + rest, last), (20_000, Some(true)));
    }
}
