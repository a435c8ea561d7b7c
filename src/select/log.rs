//! Reads one log, entry by entry, in order of time.
//!
//! An entry is a line with a time and the lines without one that follow it. Entries that are out of
//! order by no more than the slack are sorted, within a limited number of buffered bytes. Memory is
//! bounded whatever the length of lines and entries: a very long one is passed on in pieces.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use memchr::memchr;

use super::period::PeriodSearch;
use crate::io::{AccessMethod, Filled, Source, SpanFeed, Stream};
use crate::timestamp::{self, EntryFilter, LINE_HEAD};

/// The number of bytes read at a time, and the maximum returned at a time from one entry.
const PIECE: usize = 64 << 10;

/// A line that has been examined.
#[derive(Clone, Copy, Debug)]
struct LineVerdict {
    len: usize,
    is_wanted: bool,
    /// The time of the entry that it begins, if any.
    time: Option<Timestamp>,
}

/// Consecutive lines of one log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Where they begin among all bytes read from the log, and their length.
    pos: u64,
    len: usize,
    /// The offset of the lines in the log.
    pub offset: u64,
    /// How many line numbers to skip (modulo 2^64) before these lines; `None` if they continue the
    /// lines that were returned last.
    pub passed: Option<u64>,
}

impl Lines {
    /// Returns lines that are not in the buffer of a [`Log`].
    pub(super) fn appended(offset: u64, len: usize, passed: Option<u64>) -> Lines {
        Lines { pos: 0, len, offset, passed }
    }

    /// Returns where the lines end in the log.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.offset + self.len as u64
    }
}

/// An entry, or a piece of a very long one.
#[derive(Clone, Copy, Debug)]
struct Entry {
    time: Timestamp,
    lines: Lines,
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
    /// The bytes read, without those already dropped, and how many were dropped.
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
    /// Entries that have not been returned, by time.
    entries: VecDeque<Entry>,
    /// The lines returned last, and the number of the line after them.
    returned: Option<(Lines, u64)>,
    /// Whether they were a piece of an entry that continues.
    is_within_entry: bool,
    latest: Timestamp,
    /// Whether the rest of a very long line comes next, and whether it is wanted.
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
    /// Returns an error if reading fails or the form of the times cannot be learnt.
    pub fn open(source: Source, search: PeriodSearch, counts: bool) -> io::Result<Self> {
        let (mut filter, mut notices, mut source) = (None, Vec::new(), source);
        if source.method() != AccessMethod::Stream {
            let within = source.start()..source.end().unwrap_or(0);
            let mut spans = vec![within.clone()];
            if !within.is_empty() {
                let reader = Arc::new(search.learn(&source, within.clone())?);
                if !search.period.is_all() && !reader.is_sequential() {
                    let found = search.locate_by(&source, within.clone(), &reader)?;
                    (spans, notices) = (found.spans, found.notices);
                }
                filter = Some(EntryFilter::new(search.period, &reader, search.period.since.is_none()));
            }
            let (outer, reason) = (source.whole()?, source.reason());
            let from = if counts { Some(within.start) } else { None };
            let feed = SpanFeed::new(source, spans, b'\n', Vec::new()).counting_from(from);
            source = outer.fed(Box::new(feed), reason, crate::io::Range::default(), Arc::default());
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
            returned: None,
            is_within_entry: false,
            latest: Timestamp::MIN,
            rest: None,
            at_gap: false,
            ended: false,
            failure: None,
        })
    }

    /// Returns the time of the next entry, or `None` within an entry and at the end.
    pub fn next_time(&self) -> Option<Timestamp> {
        self.entries.front().filter(|_| !self.is_within_entry).map(|entry| entry.time)
    }

    /// Returns the bytes of `lines`, which must be the lines returned last.
    pub fn bytes(&self, lines: &Lines) -> &[u8] {
        let start = (lines.pos - self.dropped) as usize;
        &self.buffer[start..start + lines.len]
    }

    /// Returns the notices about the log, once it has ended.
    pub fn take_notices(&mut self) -> Vec<String> {
        if let Some(filter) = self.filter.as_ref().filter(|_| self.notices.is_empty()) {
            return self.search.notices(filter);
        }
        std::mem::take(&mut self.notices)
    }

    /// Moves to the first entry, and buffers up to `hold` bytes to sort entries. Lines before the
    /// first entry belong to it.
    ///
    /// # Errors
    /// Returns an error if reading fails or the form of the times cannot be learnt.
    pub fn begin(&mut self, hold: usize) -> io::Result<()> {
        self.hold = hold as u64;
        while self.filter.is_none() && !self.ended {
            let filled = self.fill()?;
            let enough = self.buffer.len() >= timestamp::SAMPLE || filled == Filled::Drained;
            if self.buffer.is_empty() || !(enough || self.ended) {
                continue;
            }
            match self.search.learn_from(&self.buffer, self.ended) {
                Ok(reader) => {
                    let (period, all) = (self.search.period, self.search.period.since.is_none());
                    self.filter = Some(EntryFilter::new(period, &Arc::new(reader), all));
                }
                Err(error) if self.ended || self.buffer.len() >= timestamp::LONG_SAMPLE => return Err(error),
                Err(_) => {}
            }
        }
        self.look_ahead();
        Ok(())
    }

    /// Returns the next lines whose entry's time satisfies `before`, or `None` at the end of the
    /// log.
    ///
    /// # Errors
    /// Returns an error if reading fails, after all entries before that.
    pub fn next_lines(&mut self, before: impl Fn(Timestamp) -> bool) -> io::Result<Option<Lines>> {
        let next = if self.is_within_entry { self.take_continuation() } else { self.entries.pop_front() };
        let Some(mut next) = next else { return self.failure.take().map_or(Ok(None), Err) };
        let line = self.returned.map_or(0, |(_, line)| line);
        if next.line != line {
            next.lines.passed = Some(next.line.wrapping_sub(line));
        }
        self.record_returned(&next);
        while !self.is_within_entry && next.lines.len < PIECE {
            let follows = |entry: &&Entry| {
                let end = next.lines.len as u64;
                (entry.lines.pos, entry.lines.offset) == (next.lines.pos + end, next.lines.offset + end)
            };
            let Some(more) = self.entries.front().filter(|entry| before(entry.time)).filter(follows).copied() else {
                break;
            };
            self.entries.pop_front();
            next.lines.len += more.lines.len;
            next.count += more.count;
            next.is_open = more.is_open;
            self.record_returned(&next);
        }
        Ok(Some(next.lines))
    }

    /// Records what is returned, and looks ahead to the next entry.
    fn record_returned(&mut self, entry: &Entry) {
        self.returned = Some((entry.lines, entry.line + entry.count));
        self.is_within_entry = entry.is_open;
        self.look_ahead();
    }

    /// Returns the next piece of the entry of which a piece was returned last.
    fn take_continuation(&mut self) -> Option<Entry> {
        loop {
            if let Some(at) = self.entries.iter().position(|entry| entry.continues) {
                return self.entries.remove(at);
            }
            if self.is_over() {
                self.is_within_entry = false;
                return self.entries.pop_front();
            }
            self.advance();
        }
    }

    /// Examines lines until no later entry can precede the next one, within the slack and the
    /// buffer limit.
    fn look_ahead(&mut self) {
        while !self.is_over() && !self.is_within_entry {
            if let Some(next) = self.entries.front() {
                let late = self.latest.duration_since(next.time) > self.slack();
                if late || self.examined - next.lines.pos.min(self.examined) >= self.hold {
                    return;
                }
            }
            self.advance();
        }
    }

    fn slack(&self) -> SignedDuration {
        self.search.context.slack
    }

    /// Returns whether all wanted entries have been found.
    fn is_over(&self) -> bool {
        let all = self.ended && self.examined == self.dropped + self.buffer.len() as u64;
        (all || self.filter.as_ref().is_some_and(|filter| filter.over)) && self.growing.is_none()
    }

    /// Examines the next line, reads more, or ends the last entry.
    fn advance(&mut self) {
        let is_cut = self.filter.as_ref().is_none_or(|filter| filter.over);
        match self.examine_line().filter(|_| !is_cut) {
            Some(line) => self.take(line),
            None if self.ended || is_cut => self.close(),
            None => {
                if let Err(error) = self.fill() {
                    (self.ended, self.failure) = (true, Some(error));
                }
            }
        }
    }

    /// Adds a line to its entry.
    fn take(&mut self, line: LineVerdict) {
        let start = (self.examined - self.dropped) as usize;
        let count = u64::from(self.buffer[start..start + line.len].ends_with(b"\n"));
        let follows = self.growing.is_some_and(|entry| {
            let end = entry.lines.len as u64;
            (self.examined, self.offset) == (entry.lines.pos + end, entry.lines.offset + end)
        });
        // Lines before the first time belong to the first entry.
        let begins = line.time.is_some() && self.is_timed;
        if begins || !follows || !line.is_wanted {
            self.close();
        }
        self.is_timed |= line.time.is_some();
        // An entry that is too far out of order stays where it is.
        let late = |time: &Timestamp| self.latest.duration_since(*time) > self.slack();
        let line = LineVerdict { time: line.time.map(|time| if late(&time) { self.latest } else { time }), ..line };
        self.latest = line.time.map_or(self.latest, |time| time.max(self.latest));
        if line.is_wanted {
            let lines = Lines { pos: self.examined, len: 0, offset: self.offset, passed: None };
            let time = line.time.unwrap_or(self.latest);
            let fresh = Entry { time, lines, line: self.line, count: 0, is_open: false, continues: false };
            let entry = self.growing.get_or_insert(fresh);
            entry.lines.len += line.len;
            entry.count += count;
            entry.time = line.time.unwrap_or(entry.time);
            if entry.lines.len >= PIECE {
                entry.is_open = true;
                let next = Lines {
                    pos: entry.lines.pos + entry.lines.len as u64,
                    len: 0,
                    offset: entry.lines.offset + entry.lines.len as u64,
                    passed: None,
                };
                let rest = Entry {
                    lines: next,
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
        self.examined += line.len as u64;
        self.offset += line.len as u64;
        self.line += count;
    }

    /// Ends the last entry, and sorts it in by its time.
    fn close(&mut self) {
        let Some(entry) = self.growing.take() else { return };
        let at = self.entries.iter().rposition(|other| other.time <= entry.time).map_or(0, |at| at + 1);
        self.entries.insert(at, entry);
    }

    /// Examines the next line, if the buffer holds all of it or it is very long.
    fn examine_line(&mut self) -> Option<LineVerdict> {
        let filter = self.filter.as_mut()?;
        let rest = &self.buffer[(self.examined - self.dropped) as usize..];
        let end = memchr(b'\n', rest).map(|end| end + 1);
        if let Some(is_wanted) = self.rest.filter(|_| !rest.is_empty()) {
            self.rest = if end.is_some() { None } else { self.rest };
            return Some(LineVerdict { len: end.unwrap_or(rest.len()), is_wanted, time: None });
        }
        let whole = end.or_else(|| (!rest.is_empty() && (self.ended || self.at_gap)).then_some(rest.len()));
        let is_cut = whole.is_none() && rest.len() >= LINE_HEAD;
        let len = whole.or(is_cut.then_some(rest.len()))?;
        let is_wanted = filter.keeps(&rest[..len], self.offset);
        if is_cut {
            self.rest = Some(is_wanted);
        }
        Some(LineVerdict { len, is_wanted, time: filter.time().filter(|_| is_wanted) })
    }

    /// Reads more, after dropping bytes that are no longer needed.
    fn fill(&mut self) -> io::Result<Filled> {
        let entries = self.entries.iter().chain(&self.growing).map(|entry| entry.lines.pos);
        let needed = entries.chain(self.returned.map(|(lines, _)| lines.pos)).fold(self.examined, u64::min);
        let unneeded = (needed - self.dropped) as usize;
        // Moving the rest must not cost more than reading it did.
        if unneeded * 2 >= self.buffer.len() {
            self.buffer.drain(..unneeded);
            self.dropped = needed;
        }
        if self.at_gap {
            self.line += self.stream.pass_gap();
            self.offset = self.stream.offset();
            self.at_gap = false;
        }
        let filled = self.stream.fill_uninterrupted(&mut self.buffer, PIECE)?;
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
