//! Splits inputs that can be read only once: bytes are read first, then split where possible.

use std::io;

use memchr::{memchr, memchr2, memrchr, memrchr2};

use crate::io::{Filled, Stream};
use crate::os::{Buffer, Stop};

use crate::engine::input_kind::InputKind;
use crate::engine::plan::SplitAt;

use super::Classify;

/// The minimum number of bytes read at a time while searching for a line end.
const MIN_READ_BYTES: usize = 1 << 20;
/// The minimum block size in bytes at which inputs are read whole.
const WHOLE_INPUT: usize = usize::MAX >> 3;
/// The maximum number of bytes read at a time, regardless of the block size.
const MAX_READ_BYTES: usize = 64 << 20;

/// A stream, and the bytes read from it that have not been handed out yet.
pub(super) struct Streamed {
    stream: Stream,
    cut: SplitAt,
    /// The number of bytes at the beginning that classify the input before anything is handed out.
    head: usize,
    kind: Option<InputKind>,
    pending: Vec<u8>,
    ended: bool,
    delivered: u64,
    failure: Option<io::Error>,
    /// Whether bytes were omitted before the next ones.
    at_gap: bool,
    /// The number of lines that ended in the bytes omitted before the next piece.
    skipped_lines: Option<u64>,
}

pub(super) enum StreamPiece {
    Bytes { bytes: Buffer, at: u64, last: bool, drained: bool, skipped_lines: Option<u64> },
    Stopped,
}

impl Streamed {
    pub(super) fn new(stream: Stream, cut: SplitAt, head: usize) -> Streamed {
        Streamed {
            stream,
            cut,
            head,
            kind: None,
            pending: Vec::new(),
            ended: false,
            delivered: 0,
            failure: None,
            at_gap: false,
            skipped_lines: None,
        }
    }

    pub(super) fn kind(&self) -> InputKind {
        self.kind.unwrap_or_default()
    }

    /// Returns the number of bytes handed out so far.
    pub(super) fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Returns the number of bytes skipped before the requested range.
    pub(super) fn skipped(&self) -> u64 {
        self.stream.skipped()
    }

    /// Takes the error that ended the stream early, after its last piece.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.stream.take_failure()
    }

    /// Returns the next piece of about `nominal` bytes: shorter if the writer pauses, longer if a line
    /// is longer.
    pub(super) fn next(
        &mut self,
        mut buffer: Buffer,
        nominal: usize,
        classify: &Classify<'_>,
        stop: &Stop,
    ) -> io::Result<StreamPiece> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        // Bytes from a pipe are placed at a page boundary, after the pending ones.
        let pending = self.pending.len();
        buffer.make_room(nominal.min(MAX_READ_BYTES).saturating_add(pending), 0u64.wrapping_sub(pending as u64))?;
        buffer.end().append(&mut self.pending);
        let mut drained = false;
        if self.head > 0 && self.kind.is_none() {
            match self.read_head(&mut buffer, classify, stop)? {
                Filled::Stopped => return Ok(StreamPiece::Stopped),
                filled => drained = filled == Filled::Drained,
            }
        }
        // An input that must be one block is not split where its writer pauses.
        let is_whole = nominal >= WHOLE_INPUT;
        drained &= !is_whole;
        // The position where the search for a line end continues, so that no byte is searched twice.
        let mut searched = 0;
        let cut = loop {
            if self.ended && buffer.len() <= nominal {
                break buffer.len();
            }
            if self.at_gap {
                // The next bytes are not contiguous with these.
                if !buffer.is_empty() {
                    break buffer.len();
                }
                self.at_gap = false;
                self.skipped_lines = Some(self.skipped_lines.unwrap_or(0) + self.stream.skip_gap());
            }
            let enough = buffer.len() >= nominal || drained || self.ended;
            if enough && let Some(cut) = self.cut_point(&buffer, nominal, searched) {
                break cut;
            }
            if self.ended {
                break buffer.len();
            }
            if enough {
                searched = buffer.len();
            }
            let want = nominal.saturating_sub(buffer.len()).max(nominal.min(MIN_READ_BYTES)).clamp(1, MAX_READ_BYTES);
            match self.fill(buffer.end(), want, stop) {
                Ok(Filled::Stopped) => return Ok(StreamPiece::Stopped),
                Ok(filled) => drained = filled == Filled::Drained && !is_whole,
                Err(error) => break self.postpone(error, &mut buffer)?,
            }
        };
        Ok(self.split_off(buffer, cut, drained))
    }

    /// Reads the beginning of the input and classifies it. Returns the outcome of the last read.
    fn read_head(&mut self, buffer: &mut Buffer, classify: &Classify<'_>, stop: &Stop) -> io::Result<Filled> {
        let mut filled = Filled::Full;
        while buffer.len() < self.head && filled != Filled::Drained && !self.ended && !self.at_gap {
            filled = self.fill(buffer.end(), self.head, stop)?;
            if filled == Filled::Stopped {
                return Ok(filled);
            }
        }
        let head = self.stream.head().unwrap_or(&buffer[..]);
        self.kind = Some(classify(&head[..head.len().min(self.head)]));
        Ok(filled)
    }

    /// Postpones an error from reading until the whole lines or rows before it are handed out.
    /// Returns their length.
    fn postpone(&mut self, error: io::Error, buffer: &mut Buffer) -> io::Result<usize> {
        let whole = self.cut_point(buffer, buffer.len(), 0).unwrap_or(0);
        if whole == 0 {
            return Err(error);
        }
        self.failure = Some(error);
        buffer.truncate(whole);
        Ok(whole)
    }

    /// Returns the first `cut` bytes of `buffer` as a piece, and keeps the rest.
    fn split_off(&mut self, mut buffer: Buffer, cut: usize, drained: bool) -> StreamPiece {
        self.pending.extend_from_slice(&buffer[cut..]);
        buffer.truncate(cut);
        let at = self.stream.offset() - (self.pending.len() + cut) as u64;
        self.delivered += cut as u64;
        let last = self.ended && self.pending.is_empty();
        let skipped_lines = std::mem::take(&mut self.skipped_lines);
        StreamPiece::Bytes { bytes: buffer, at, last, drained, skipped_lines }
    }

    /// Appends up to `count` bytes to `row`, and returns whether the stream ended with them.
    pub(super) fn append_to(&mut self, row: &mut Vec<u8>, count: usize, stop: &Stop) -> io::Result<bool> {
        let goal = row.len() + count;
        let kept = count.min(self.pending.len());
        row.extend(self.pending.drain(..kept));
        while row.len() < goal && !self.ended {
            let missing = goal - row.len();
            if self.fill(row, missing, stop)? == Filled::Stopped {
                break;
            }
        }
        self.delivered += (count - (goal - row.len())) as u64;
        Ok(self.ended && self.pending.is_empty())
    }

    fn fill(&mut self, buffer: &mut Vec<u8>, want: usize, stop: &Stop) -> io::Result<Filled> {
        let filled = self.stream.fill(buffer, want, stop)?;
        self.ended |= filled == Filled::Ended;
        self.at_gap |= filled == Filled::Gap;
        Ok(filled)
    }

    /// Returns the position at which `buffer` may be split: the last one within `nominal` bytes, or
    /// else the first one after them. The bytes before `searched` are known to have none.
    fn cut_point(&self, buffer: &[u8], nominal: usize, searched: usize) -> Option<usize> {
        let near = nominal.min(buffer.len());
        let from = searched.max(near);
        match self.cut.for_kind(self.kind()) {
            SplitAt::Exact => (near > 0).then_some(near),
            SplitAt::Rows(row) => match (near / row * row, buffer.len() >= row) {
                (0, false) => None,
                (0, true) => Some(row),
                (cut, _) => Some(cut),
            },
            SplitAt::Lines { terminator, or_nul: false } => memrchr(terminator, &buffer[searched.min(near)..near])
                .map(|i| searched.min(near) + i + 1)
                .or_else(|| memchr(terminator, &buffer[from..]).map(|i| from + i + 1)),
            SplitAt::Lines { terminator, or_nul: true } => memrchr2(terminator, 0, &buffer[searched.min(near)..near])
                .map(|i| searched.min(near) + i + 1)
                .or_else(|| memchr2(terminator, 0, &buffer[from..]).map(|i| from + i + 1)),
        }
    }
}
