//! Reads one log, entry by entry, in order of time.
//!
//! An entry is a line with a time and the lines without one that follow it. Entries that are out of
//! order by no more than the slack are sorted, within a limited number of buffered bytes. Memory is
//! bounded regardless of the length of lines and entries: a very long one is passed on in pieces.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use memchr::{memchr, memchr_iter};

use super::batch::{BatchEnd, EntryBatch};
use super::period::PeriodSearch;
use crate::io::{AccessMethod, Filled, Source, SpanFeed, Stream};
use crate::timestamp::{self, EntryFilter, LINE_HEAD};

/// The maximum number of bytes read at a time, and the length of a piece of a very long entry.
const PIECE: usize = 64 << 10;

/// A line that has been examined.
#[derive(Clone, Copy, Debug)]
struct LineVerdict {
    len: usize,
    is_wanted: bool,
    /// The time of the entry that begins with it, if any.
    time: Option<Timestamp>,
}

/// An entry, or a piece of a very long one.
#[derive(Clone, Copy, Debug)]
struct Entry {
    time: Timestamp,
    /// The entry's start among all bytes read from the log, its offset in the log, and its length.
    pos: u64,
    offset: u64,
    len: usize,
    /// The number of lines before it in the log, and of its own lines.
    line: u64,
    count: u64,
    /// Whether more of the entry follows this piece.
    is_open: bool,
    continues: bool,
}

/// A log that is read for a merge.
#[derive(Debug)]
pub struct Log {
    search: PeriodSearch,
    stream: Stream,
    filter: Option<EntryFilter>,
    /// Notices to report at the end of the log.
    notices: Vec<String>,
    /// The bytes read, without those already dropped, and the number of bytes dropped.
    buffer: Vec<u8>,
    dropped: u64,
    /// The number of bytes examined, the offset of the next byte in the log, and the lines before
    /// it.
    examined: u64,
    offset: u64,
    line: u64,
    /// The maximum number of bytes buffered to sort entries.
    hold: u64,
    /// The last examined entry, which may continue. `None` before the first time.
    growing: Option<Entry>,
    is_timed: bool,
    /// Entries that have not been returned, in order of time.
    entries: VecDeque<Entry>,
    /// The number of the line after the last entry returned, and the time of that entry.
    returned: (u64, Timestamp),
    /// Whether the last entry returned was a piece of an entry that continues.
    is_within_entry: bool,
    latest: Timestamp,
    /// The latest time less the slack. Entries with earlier times are not sorted.
    horizon: Timestamp,
    /// Whether the rest of a very long line is next, and whether that line is selected.
    rest: Option<bool>,
    /// Whether the log has a gap after the bytes in the buffer.
    at_gap: bool,
    ended: bool,
    failure: Option<io::Error>,
}

impl Log {
    /// Opens `source` for the entries that `search` selects. If `counts` is set, the lines before
    /// them are counted.
    ///
    /// # Errors
    /// Returns an error if reading fails or the time format cannot be detected.
    pub fn open(source: Source, search: PeriodSearch, counts: bool) -> io::Result<Self> {
        let search = search.of(&source);
        let (mut filter, mut notices, mut source) = (None, Vec::new(), source);
        if source.method() != AccessMethod::Stream {
            let within = source.start()..source.end().unwrap_or(0);
            let mut spans = vec![within.clone()];
            if !within.is_empty() {
                let reader = Arc::new(search.detect(&source, within.clone())?);
                let mut entries = EntryFilter::new(search.period, &reader, search.period.since.is_none());
                if !search.period.is_all() && !reader.is_sequential() {
                    let found = search.locate_by(&source, within.clone(), &reader)?;
                    (spans, notices) = (found.spans, found.notices);
                    found.above.into_iter().for_each(|time| entries.follow(time));
                }
                filter = Some(entries);
            }
            let (outer, reason) = (source.whole()?, source.reason());
            let from = if counts { Some(within.start) } else { None };
            let feed = SpanFeed::new(source, spans, b'\n', Vec::new()).counting_from(from);
            source = outer.with_feed(Box::new(feed), reason, crate::io::Range::default(), Arc::default());
        }
        let stream = Stream::new(Arc::new(source));
        let offset = stream.offset();
        Ok(Self {
            search,
            stream,
            filter,
            notices,
            buffer: Vec::new(),
            dropped: 0,
            examined: 0,
            offset,
            line: 0,
            hold: PIECE as u64,
            growing: None,
            is_timed: false,
            entries: VecDeque::new(),
            returned: (0, Timestamp::MIN),
            is_within_entry: false,
            latest: Timestamp::MIN,
            horizon: Timestamp::MIN,
            rest: None,
            at_gap: false,
            ended: false,
            failure: None,
        })
    }

    /// Reads more, and returns about `size` bytes of entries that no later entry can precede,
    /// within the slack and `hold` bytes. Lines before the first entry belong to it. Ends early
    /// rather than wait for a slow writer. The memory of `batch` is reused.
    pub(super) fn next_batch(&mut self, mut batch: EntryBatch, (hold, size): (usize, usize)) -> EntryBatch {
        batch.clear();
        self.hold = hold as u64;
        if let Err(error) = self.detect() {
            batch.end = BatchEnd::Failed(error);
            return batch;
        }
        // Contiguous entries are copied at once.
        let mut run = self.examined..self.examined;
        loop {
            while let Some(entry) = self.release() {
                if entry.pos != run.end {
                    batch.push_bytes(self.bytes(&run));
                    run = entry.pos..entry.pos;
                }
                run.end += entry.len as u64;
                let (line, before) = self.returned;
                let skipped = (entry.line != line).then(|| entry.line.wrapping_sub(line));
                // No other entry comes between the pieces of an entry.
                let time = if entry.continues { before } else { entry.time };
                batch.push(time, (entry.offset, entry.len), skipped);
                self.returned = (entry.line + entry.count, time);
                self.is_within_entry = entry.is_open;
            }
            let is_finished = self.is_finished();
            if !is_finished && batch.len() + ((run.end - run.start) as usize) < size && self.advance() {
                continue;
            }
            batch.push_bytes(self.bytes(&run));
            run = self.examined..self.examined;
            if is_finished {
                let failure = self.failure.take();
                batch.end = failure.map_or_else(|| BatchEnd::Ended(self.take_notices()), BatchEnd::Failed);
            } else if batch.len() < size && (!self.read_more() || batch.is_empty()) {
                continue;
            }
            return batch;
        }
    }

    /// Reads the beginning of a stream, and detects its time format.
    fn detect(&mut self) -> io::Result<()> {
        let mut sample = timestamp::SAMPLE;
        while self.filter.is_none() && !self.ended {
            let filled = self.fill()?;
            let enough = self.buffer.len() >= sample || filled == Filled::Drained;
            if self.buffer.is_empty() || !(enough || self.ended) {
                continue;
            }
            match self.search.detect_from(&self.buffer, self.ended) {
                Ok(reader) => {
                    let (period, all) = (self.search.period, self.search.period.since.is_none());
                    self.filter = Some(EntryFilter::new(period, &Arc::new(reader), all));
                }
                Err(error) if self.ended || self.buffer.len() >= timestamp::MAX_SAMPLE => return Err(error),
                Err(_) => sample = timestamp::next_sample(self.buffer.len()),
            }
        }
        Ok(())
    }

    /// Returns bytes of the buffer.
    fn bytes(&self, within: &Range<u64>) -> &[u8] {
        &self.buffer[(within.start - self.dropped) as usize..(within.end - self.dropped) as usize]
    }

    /// Returns the notices about the log, once it has ended.
    fn take_notices(&mut self) -> Vec<String> {
        if let Some(filter) = self.filter.as_ref().filter(|_| self.notices.is_empty()) {
            return self.search.notices(filter);
        }
        std::mem::take(&mut self.notices)
    }

    /// Takes the next entry, unless an entry read later may precede it.
    fn release(&mut self) -> Option<Entry> {
        if self.is_within_entry {
            return match self.entries.iter().position(|entry| entry.continues) {
                Some(at) => self.entries.remove(at),
                None if self.is_finished() => self.entries.pop_front(),
                None => None,
            };
        }
        let next = self.entries.front()?;
        let is_settled = next.time < self.horizon || self.examined.saturating_sub(next.pos) >= self.hold;
        if is_settled || self.is_finished() { self.entries.pop_front() } else { None }
    }

    /// Returns whether all entries to be selected have been found.
    fn is_finished(&self) -> bool {
        let all = self.ended && self.examined == self.dropped + self.buffer.len() as u64;
        (all || self.filter.as_ref().is_some_and(|filter| filter.is_past_end)) && self.growing.is_none()
    }

    /// Examines the next line, or ends the last entry. Returns whether that was possible without
    /// reading more.
    fn advance(&mut self) -> bool {
        let is_cut = self.filter.as_ref().is_none_or(|filter| filter.is_past_end);
        if !is_cut && let Some(line) = self.examine_line() {
            self.add_line(line);
            return true;
        }
        let may_close = self.ended || is_cut;
        if may_close {
            self.close();
        }
        may_close
    }

    /// Reads more bytes. Returns whether the writer is slow.
    fn read_more(&mut self) -> bool {
        let filled = self.fill();
        let is_slow = matches!(filled, Ok(Filled::Drained));
        if let Err(error) = filled {
            (self.ended, self.failure) = (true, Some(error));
        }
        is_slow
    }

    /// Adds a line to its entry.
    fn add_line(&mut self, line: LineVerdict) {
        let start = (self.examined - self.dropped) as usize;
        let bytes = &self.buffer[start..start + line.len];
        let count = match self.filter.as_ref().is_some_and(|filter| filter.reader().joins_lines()) {
            false => u64::from(bytes.ends_with(b"\n")),
            true => memchr_iter(b'\n', bytes).count() as u64,
        };
        let follows = self.growing.is_some_and(|entry| {
            (self.examined, self.offset) == (entry.pos + entry.len as u64, entry.offset + entry.len as u64)
        });
        // Lines before the first time belong to the first entry.
        let begins = line.time.is_some() && self.is_timed;
        if begins || !follows || !line.is_wanted {
            self.close();
        }
        self.is_timed |= line.time.is_some();
        // An entry that is too far out of order keeps its position.
        let time = line.time.map(|time| if time < self.horizon { self.latest } else { time });
        if let Some(time) = time.filter(|time| *time > self.latest) {
            self.latest = time;
            self.horizon = time.checked_sub(self.search.context.slack).unwrap_or(Timestamp::MIN);
        }
        if line.is_wanted {
            self.extend_entry(line.len, count, time);
        }
        self.examined += line.len as u64;
        self.offset += line.len as u64;
        self.line += count;
    }

    /// Adds a line to the entry that grows, or begins one. A very long entry continues as another piece.
    fn extend_entry(&mut self, len: usize, count: u64, time: Option<Timestamp>) {
        let entry = self.growing.get_or_insert(Entry {
            time: time.unwrap_or(self.latest),
            pos: self.examined,
            offset: self.offset,
            len: 0,
            line: self.line,
            count: 0,
            is_open: false,
            continues: false,
        });
        entry.len += len;
        entry.count += count;
        entry.time = time.unwrap_or(entry.time);
        if entry.len >= PIECE {
            entry.is_open = true;
            let rest = Entry {
                pos: entry.pos + entry.len as u64,
                offset: entry.offset + entry.len as u64,
                len: 0,
                line: entry.line + entry.count,
                count: 0,
                is_open: false,
                continues: true,
                ..*entry
            };
            self.close();
            self.growing = Some(rest);
        }
    }

    /// Ends the last entry, and inserts it by its time.
    fn close(&mut self) {
        let Some(entry) = self.growing.take() else { return };
        let at = self.entries.iter().rposition(|other| other.time <= entry.time).map_or(0, |at| at + 1);
        self.entries.insert(at, entry);
    }

    /// Examines the next line, if the buffer holds all of it or it is very long.
    fn examine_line(&mut self) -> Option<LineVerdict> {
        let filter = self.filter.as_mut()?;
        let rest = &self.buffer[(self.examined - self.dropped) as usize..];
        if let Some(is_wanted) = self.rest.filter(|_| !rest.is_empty()) {
            let end = memchr(b'\n', rest).map(|end| end + 1);
            self.rest = if end.is_some() { None } else { self.rest };
            return Some(LineVerdict { len: end.unwrap_or(rest.len()), is_wanted, time: None });
        }
        let whole = filter.reader().unit_len(rest, self.ended || self.at_gap);
        let is_cut = whole.is_none() && rest.len() >= LINE_HEAD;
        let len = whole.or(is_cut.then_some(rest.len()))?;
        let is_wanted = filter.keeps(&rest[..len], self.offset);
        if is_cut {
            self.rest = Some(is_wanted);
        }
        Some(LineVerdict { len, is_wanted, time: filter.time().filter(|_| is_wanted) })
    }

    /// Reads more bytes, after dropping those that are no longer needed.
    fn fill(&mut self) -> io::Result<Filled> {
        let needed = self.entries.iter().chain(&self.growing).map(|entry| entry.pos).fold(self.examined, u64::min);
        let unneeded = (needed - self.dropped) as usize;
        // Moving the rest must not cost more than reading it did.
        if unneeded * 2 >= self.buffer.len() {
            self.buffer.drain(..unneeded);
            self.dropped = needed;
        }
        if self.at_gap {
            self.line += self.stream.skip_gap();
            self.offset = self.stream.offset();
            self.at_gap = false;
        }
        // If there are many logs, each of them reads and holds less.
        let filled = self.stream.fill_uninterrupted(&mut self.buffer, PIECE.min(self.hold as usize))?;
        match filled {
            Filled::Ended | Filled::Stopped => {
                self.ended = true;
                self.failure = self.stream.take_failure();
            }
            Filled::Gap => self.at_gap = true,
            Filled::Full | Filled::Drained => {}
        }
        Ok(filled)
    }
}
