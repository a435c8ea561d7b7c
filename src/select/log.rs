//! One log, read entry by entry from front to back.
//!
//! An entry is a line with a time and the lines without one that follow it. Memory is bounded
//! whatever the length of lines and entries: a very long line is passed on in pieces.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use memchr::memchr;

use super::period::PeriodSearch;
use crate::io::{AccessMethod, Filled, Source, SpanFeed, Stream};
use crate::timestamp::{self, EntryFilter, LINE_HEAD};

/// How many bytes are read at a time.
const PIECE: usize = 128 << 10;

/// A line that was looked at and not yet given out.
#[derive(Clone, Copy, Debug)]
struct Peeked {
    len: usize,
    is_wanted: bool,
    /// Its entry's time, if it begins one.
    time: Option<Timestamp>,
}

/// A log on its way into a merge.
#[derive(Debug)]
pub struct Log {
    search: PeriodSearch,
    stream: Stream,
    filter: Option<EntryFilter>,
    /// What there is to report about it at its end.
    notices: Vec<String>,
    buffer: Vec<u8>,
    /// Where in the buffer the next line starts that was not given out, and its offset in the log.
    start: usize,
    offset: u64,
    /// Lines left out before it.
    passed: Option<u64>,
    peeked: Option<Peeked>,
    /// The latest time so far. Entries keep their order, so none is earlier.
    latest: Timestamp,
    /// Whether the rest of a very long line comes next, and is wanted.
    rest: Option<bool>,
    /// Bytes are left out after those in the buffer.
    at_gap: bool,
    ended: bool,
    failure: Option<io::Error>,
}

/// Lines of one log that follow on each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Where they lie in the buffer.
    range: Range<usize>,
    /// Their offset in the log.
    pub offset: u64,
    /// How many lines ended in what was left out before them; none where nothing was.
    pub passed: Option<u64>,
}

impl Log {
    /// Opens `source` for the entries that `search` asks for. Where `counts` says so, the lines
    /// before them are counted.
    ///
    /// # Errors
    /// Whatever reading fails with, and times whose form cannot be learnt.
    pub fn open(source: Source, search: PeriodSearch, counts: bool) -> io::Result<Self> {
        let (mut filter, mut notices, mut source) = (None, Vec::new(), source);
        if source.way() != AccessMethod::Stream {
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
            start: 0,
            offset,
            passed: None,
            peeked: None,
            latest: Timestamp::MIN,
            rest: None,
            at_gap: false,
            ended: false,
            failure: None,
        })
    }

    /// Returns the time of the next entry, if lines before it have all been given out.
    pub fn next_time(&self) -> Option<Timestamp> {
        self.peeked.and_then(|line| line.time)
    }

    /// Returns the bytes of `lines`, until the next call that moves on.
    pub fn bytes(&self, lines: &Lines) -> &[u8] {
        &self.buffer[lines.range.clone()]
    }

    /// Returns what there is to report about the log, once it has ended.
    pub fn take_notices(&mut self) -> Vec<String> {
        if let Some(filter) = self.filter.as_ref().filter(|_| self.notices.is_empty()) {
            return self.search.notices(filter);
        }
        std::mem::take(&mut self.notices)
    }

    /// Moves to the first entry. Lines before it come with it, as far as they can be held.
    ///
    /// # Errors
    /// Whatever reading fails with, and times whose form cannot be learnt.
    pub fn begin(&mut self) -> io::Result<()> {
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
        let mut lead = 0;
        loop {
            match self.look(self.start + lead) {
                Some(line) if !line.is_wanted => {
                    // Lines before the first time are wanted or not as a whole.
                    self.pass(lead + line.len);
                    lead = 0;
                }
                Some(line) => {
                    lead += line.len;
                    if line.time.is_some() || lead > LINE_HEAD {
                        let time = line.time.or(Some(self.latest));
                        self.peeked = Some(Peeked { len: lead, is_wanted: true, time });
                        return Ok(());
                    }
                }
                None if self.is_over() && lead > 0 => {
                    self.peeked = Some(Peeked { len: lead, is_wanted: true, time: Some(self.latest) });
                    return Ok(());
                }
                None if self.is_over() => return Ok(()),
                None => _ = self.fill()?,
            }
        }
    }

    /// Returns the next lines whose entries come `before` something; none where the log has ended.
    ///
    /// # Errors
    /// Whatever reading fails with.
    pub fn next_lines(&mut self, before: impl Fn(Timestamp) -> bool) -> io::Result<Option<Lines>> {
        let mut len = 0;
        loop {
            let at = self.start + len;
            match self.peeked.take().or_else(|| self.look(at)) {
                Some(line) if line.is_wanted && line.time.is_none_or(&before) => len += line.len,
                Some(line) if line.is_wanted || len > 0 => {
                    self.peeked = Some(line);
                    break;
                }
                Some(line) => self.pass(line.len),
                None if len > 0 => break,
                None if self.is_over() => return self.failure.take().map_or(Ok(None), Err),
                None => _ = self.fill()?,
            }
        }
        let lines = Lines { range: self.start..self.start + len, offset: self.offset, passed: self.passed.take() };
        self.start += len;
        self.offset += len as u64;
        Ok(Some(lines))
    }

    fn is_over(&self) -> bool {
        (self.ended && self.start >= self.buffer.len()) || self.filter.as_ref().is_some_and(|filter| filter.over)
    }

    /// Leaves out the next bytes, which are one line or the rest of one.
    fn pass(&mut self, len: usize) {
        let lines = memchr::memchr_iter(b'\n', &self.buffer[self.start..self.start + len]).count() as u64;
        self.passed = Some(self.passed.unwrap_or(0) + lines);
        self.start += len;
        self.offset += len as u64;
    }

    /// Looks at the line at `at`, if it is in the buffer as a whole or is very long.
    fn look(&mut self, at: usize) -> Option<Peeked> {
        let filter = self.filter.as_mut()?;
        let rest = &self.buffer[at..];
        let end = memchr(b'\n', rest).map(|end| end + 1);
        if let Some(is_wanted) = self.rest {
            self.rest = if end.is_some() { None } else { self.rest };
            let len = end.unwrap_or(rest.len());
            return (len > 0).then_some(Peeked { len, is_wanted, time: None });
        }
        let whole = end.or_else(|| (!rest.is_empty() && (self.ended || self.at_gap)).then_some(rest.len()));
        let is_cut = whole.is_none() && rest.len() >= LINE_HEAD;
        let len = whole.or(is_cut.then_some(rest.len()))?;
        let offset = self.offset + (at - self.start) as u64;
        let is_wanted = filter.keeps(&rest[..len], offset);
        if is_cut {
            self.rest = Some(is_wanted);
        }
        let time = filter.time().filter(|_| is_wanted);
        self.latest = time.map_or(self.latest, |time| time.max(self.latest));
        Some(Peeked { len, is_wanted, time: time.map(|_| self.latest) })
    }

    /// Reads more, after what was given out has been dropped.
    fn fill(&mut self) -> io::Result<Filled> {
        self.buffer.drain(..self.start);
        self.start = 0;
        if self.at_gap {
            if !self.buffer.is_empty() {
                return Ok(Filled::Gap);
            }
            self.passed = Some(self.passed.unwrap_or(0) + self.stream.pass_gap());
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
