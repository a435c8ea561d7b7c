//! Selects the entries of a period from consecutive lines, either of a stream or around the ends of
//! the period in a file.

use std::sync::Arc;

use jiff::Timestamp;
use memchr::{memchr, memrchr};

use super::detect::Refusal;
use super::detect::{MAX_SAMPLE, SAMPLE, detect_from, next_sample};
use super::reader::QuickReader;
use super::reader::{Reader, Sequence, TimeContext};
use super::{Disorder, LINE_HEAD, LineCoverage, Period};

/// A filter that determines for each line whether its entry is within the period.
#[derive(Debug)]
pub struct EntryFilter {
    period: Period,
    reader: Arc<Reader>,
    sequence: Sequence,
    times: QuickReader,
    keep: bool,
    kept: bool,
    /// Whether every later entry is after the period: two entries in succession are. A single one may
    /// have a wrong time.
    pub is_past_end: bool,
    /// Whether the last entry is after the period.
    is_after: bool,
    /// Counts of the examined lines.
    pub coverage: LineCoverage,
    time: Option<Timestamp>,
    latest: Option<Timestamp>,
    /// The first entry that was too far out of order.
    pub disorder: Option<Disorder>,
}

impl EntryFilter {
    /// Creates a filter. Lines before the first time are kept if `keep` is set.
    #[must_use]
    pub fn new(period: Period, reader: &Arc<Reader>, keep: bool) -> Self {
        let sequence = Sequence::new(Arc::clone(reader));
        Self {
            period,
            reader: Arc::clone(reader),
            sequence,
            times: QuickReader::default(),
            keep,
            kept: false,
            is_past_end: false,
            is_after: false,
            coverage: LineCoverage::default(),
            time: None,
            latest: None,
            disorder: None,
        }
    }

    /// Notes that the next entries come after an entry at `time`.
    pub fn follow(&mut self, time: Timestamp) {
        self.sequence.follow(time);
    }

    /// Returns whether the next line, which starts at `offset`, is kept. Lines are delimited by
    /// [`Reader::unit_len`].
    pub fn keeps(&mut self, line: &[u8], offset: u64) -> bool {
        let keeps = self.decide(line, offset);
        self.kept |= keeps;
        keeps
    }

    fn decide(&mut self, line: &[u8], offset: u64) -> bool {
        let stamp = match self.reader.joins_lines() {
            false => self.times.stamp(&self.reader, line),
            true => self.reader.unit_stamp(line),
        };
        let time = stamp.map(|stamp| self.sequence.resolve(stamp));
        self.time = time;
        self.coverage.count(line, time);
        let Some(time) = time else { return self.keep && !self.is_past_end };
        let slack = self.reader.slack();
        if let Some(before) = self.latest.filter(|latest| time < *latest && time.duration_since(*latest) < -slack) {
            self.disorder.get_or_insert(Disorder { offset, time, before });
        }
        self.latest = self.latest.max(Some(time));
        let is_after = self.period.until.is_some_and(|until| time.duration_since(until) > slack);
        self.is_past_end |= is_after && self.is_after;
        self.is_after = is_after;
        self.keep = self.period.contains(time);
        self.keep && !self.is_past_end
    }

    /// Returns whether the last examined entry is kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.keep
    }

    /// Returns whether any line has been kept so far.
    #[must_use]
    pub fn has_kept(&self) -> bool {
        self.kept
    }

    /// Returns the reader of the log's times.
    #[must_use]
    pub fn reader(&self) -> &Arc<Reader> {
        &self.reader
    }

    /// Returns the time of the last examined line, if it has one.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// Returns the latest time so far.
    #[must_use]
    pub fn latest(&self) -> Option<Timestamp> {
        self.latest
    }

    /// Returns the latest time above the next line, by which its own is read.
    pub(super) fn latest_above(&self) -> Option<Timestamp> {
        self.sequence.latest()
    }

    /// Returns a warning if a large part of the log has no recognised times.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.reader.form.warning()
    }
}

/// A filter that selects the entries of a period from a stream.
#[derive(Debug)]
pub struct StreamWindow {
    period: Period,
    context: TimeContext,
    window: Option<EntryFilter>,
    /// Lines held back until the time format is detected, or the beginning of one line.
    held: Vec<u8>,
    /// The number of bytes that the next attempt to detect the time format needs.
    enough: usize,
    offset: u64,
    /// Whether to keep the rest of a very long line whose beginning was already emitted.
    rest: Option<bool>,
}

impl StreamWindow {
    /// Creates a filter for `period` at the beginning of a stream.
    #[must_use]
    pub fn new(period: Period, context: TimeContext) -> Self {
        Self { period, context, window: None, held: Vec::new(), enough: SAMPLE, offset: 0, rest: None }
    }

    /// Returns whether the period is over.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.window.as_ref().is_some_and(|window| window.is_past_end)
    }

    /// Returns the filter with its counts so far, or `None` before the form is known.
    #[must_use]
    pub fn filter(&self) -> Option<&EntryFilter> {
        self.window.as_ref()
    }

    /// Returns the lines that were held back, after the time format could not be detected.
    pub fn take_held(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// Processes the next piece. Calls `emit` with its complete lines, and with `true` for those to
    /// keep.
    ///
    /// # Errors
    /// Returns an error if the time format cannot be detected.
    pub fn feed(&mut self, piece: &[u8], mut emit: impl FnMut(bool, &[u8])) -> Result<(), Refusal> {
        if self.window.is_none() {
            self.held.extend_from_slice(piece);
            if self.held.len() < self.enough {
                return Ok(());
            }
            match self.detect(&self.held, false) {
                Ok(window) => self.window = Some(window),
                Err(_) if self.held.len() < MAX_SAMPLE => {
                    self.enough = next_sample(self.held.len());
                    return Ok(());
                }
                Err(refusal) => return Err(refusal),
            }
            let held = std::mem::take(&mut self.held);
            self.lines_of(&held, &mut emit);
            return Ok(());
        }
        self.lines_of(piece, &mut emit);
        Ok(())
    }

    /// Handles a pause of the writer: if the lines so far determine the form, releases them.
    pub fn pause(&mut self, mut emit: impl FnMut(bool, &[u8])) {
        if self.window.is_none()
            && let Ok(window) = self.detect(&self.held, false)
        {
            self.window = Some(window);
            let held = std::mem::take(&mut self.held);
            self.lines_of(&held, &mut emit);
        }
    }

    /// Handles the end of the stream.
    ///
    /// # Errors
    /// Returns an error if the time format could not be detected.
    pub fn finish(&mut self, mut emit: impl FnMut(bool, &[u8])) -> Result<(), Refusal> {
        let held = std::mem::take(&mut self.held);
        if self.window.is_none() {
            if held.is_empty() && self.offset == 0 {
                return Ok(());
            }
            match self.detect(&held, true) {
                Ok(window) => self.window = Some(window),
                Err(refusal) => {
                    self.held = held;
                    return Err(refusal);
                }
            }
        }
        self.lines(&held, true, &mut emit);
        Ok(())
    }

    fn detect(&self, bytes: &[u8], whole: bool) -> Result<EntryFilter, Refusal> {
        let reader = detect_from(bytes, whole, &self.context)?;
        Ok(EntryFilter::new(self.period, &Arc::new(reader), self.period.since.is_none()))
    }

    fn lines_of(&mut self, mut piece: &[u8], emit: &mut impl FnMut(bool, &[u8])) {
        if let Some(keep) = self.rest {
            let end = memchr(b'\n', piece).map(|end| end + 1);
            let (rest, after) = piece.split_at(end.unwrap_or(piece.len()));
            emit(keep, rest);
            self.offset += rest.len() as u64;
            if end.is_none() {
                return;
            }
            self.rest = None;
            piece = after;
        }
        let Some(end) = memrchr(b'\n', piece) else {
            self.hold(piece, emit);
            return;
        };
        let (whole, begun) = piece.split_at(end + 1);
        if self.held.is_empty() {
            let done = self.lines(whole, false, emit);
            self.held.extend_from_slice(&whole[done..]);
        } else {
            let mut line = std::mem::take(&mut self.held);
            line.extend_from_slice(whole);
            let done = self.lines(&line, false, emit);
            line.drain(..done);
            self.held = line;
        }
        self.hold(begun, emit);
    }

    /// Holds back the beginning of a line until it is long enough to determine whether the line is
    /// kept.
    fn hold(&mut self, begun: &[u8], emit: &mut impl FnMut(bool, &[u8])) {
        self.held.extend_from_slice(begun);
        if self.held.len() >= LINE_HEAD {
            let head = std::mem::take(&mut self.held);
            self.lines(&head, true, emit);
            self.rest = Some(self.window.as_ref().is_some_and(|window| window.is_kept() && !window.is_past_end));
        }
    }

    /// Passes lines on, and returns their length in bytes. Unless `bytes` are whole, a heading at
    /// their end is left until the time below it is known.
    fn lines(&mut self, bytes: &[u8], is_whole: bool, emit: &mut impl FnMut(bool, &[u8])) -> usize {
        let Some(window) = &mut self.window else { return bytes.len() };
        let (mut begun, mut at, mut keep) = (0, 0, false);
        while let Some(len) = window.reader.unit_len(&bytes[at..], is_whole) {
            let line = &bytes[at..at + len];
            let keeps = !window.is_past_end && window.keeps(line, self.offset + at as u64);
            if keeps != keep && at > begun {
                emit(keep, &bytes[begun..at]);
                begun = at;
            }
            keep = keeps;
            at += line.len();
        }
        if at > begun {
            emit(keep, &bytes[begun..at]);
        }
        self.offset += at as u64;
        at
    }
}
