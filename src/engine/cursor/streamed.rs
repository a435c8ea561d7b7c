//! Splits what can be read only once: bytes are read first and split where they allow it.

use std::io;

use memchr::{memchr, memchr2, memrchr, memrchr2};

use crate::io::{Filled, Stream};
use crate::os::{Buffer, Stop};

use crate::engine::input_kind::InputKind;
use crate::engine::plan::Cut;

use super::Classify;

/// How many bytes are read at a time, at least, while a line's end is looked for.
const MIN_READ_BYTES: usize = 1 << 20;
/// A block size that asks for whole inputs.
const WHOLE: usize = usize::MAX >> 3;
/// How much room is made at a time, at most, for blocks of any size.
const MAX_READ_BYTES: usize = 64 << 20;

/// A stream with what was read of it and not yet handed out.
pub(super) struct Streamed {
    stream: Stream,
    cut: Cut,
    /// How many bytes of the beginning are wanted for a verdict, before anything is handed out.
    head: usize,
    kind: Option<InputKind>,
    pending: Vec<u8>,
    ended: bool,
    handed: u64,
    failed: Option<io::Error>,
    /// Bytes were left out before what comes next.
    at_gap: bool,
    /// How many lines ended in what was left out before the next piece.
    passed_lines: Option<u64>,
}

pub(super) enum Piece {
    Bytes { bytes: Buffer, at: u64, last: bool, drained: bool, passed_lines: Option<u64> },
    Stopped,
}

impl Streamed {
    pub(super) fn new(stream: Stream, cut: Cut, head: usize) -> Streamed {
        Streamed {
            stream,
            cut,
            head,
            kind: None,
            pending: Vec::new(),
            ended: false,
            handed: 0,
            failed: None,
            at_gap: false,
            passed_lines: None,
        }
    }

    pub(super) fn kind(&self) -> InputKind {
        self.kind.unwrap_or_default()
    }

    /// Bytes handed out so far.
    pub(super) fn delivered(&self) -> u64 {
        self.handed
    }

    /// Bytes that were passed over before the wanted range.
    pub(super) fn skipped(&self) -> u64 {
        self.stream.skipped()
    }

    /// Takes the error that ended the stream too early, after its last piece.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.stream.take_failure()
    }

    /// The next piece of about `nominal` bytes, shorter when the writer pauses, longer when a line is.
    pub(super) fn next(
        &mut self,
        mut buffer: Buffer,
        nominal: usize,
        classify: &Classify<'_>,
        stop: &Stop,
    ) -> io::Result<Piece> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        // What a pipe gives begins with a page, and comes behind what is pending.
        let pending = self.pending.len();
        buffer.make_room(nominal.min(MAX_READ_BYTES).saturating_add(pending), 0u64.wrapping_sub(pending as u64))?;
        buffer.end().append(&mut self.pending);
        let mut drained = false;
        if self.head > 0 && self.kind.is_none() {
            while buffer.len() < self.head && !drained && !self.ended && !self.at_gap {
                match self.fill(buffer.end(), self.head, stop)? {
                    Filled::Stopped => return Ok(Piece::Stopped),
                    filled => drained = filled == Filled::Drained,
                }
            }
            let head = self.stream.head().unwrap_or(&buffer);
            self.kind = Some(classify(&head[..head.len().min(self.head)]));
        }
        // An input that is to be one block is not cut where its writer pauses.
        let is_whole = nominal >= WHOLE;
        drained &= !is_whole;
        // Where the search for a cut goes on: nothing is looked at twice.
        let mut searched = 0;
        let cut = loop {
            if self.ended && buffer.len() <= nominal {
                break buffer.len();
            }
            if self.at_gap {
                // What comes next does not follow on this.
                if !buffer.is_empty() {
                    break buffer.len();
                }
                self.at_gap = false;
                self.passed_lines = Some(self.passed_lines.unwrap_or(0) + self.stream.pass_gap());
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
                Ok(Filled::Stopped) => return Ok(Piece::Stopped),
                Ok(filled) => drained = filled == Filled::Drained && !is_whole,
                Err(error) => {
                    // Whole lines and rows before the error are true and go out first.
                    let whole = self.cut_point(&buffer, buffer.len(), 0).unwrap_or(0);
                    if whole == 0 {
                        return Err(error);
                    }
                    self.failed = Some(error);
                    buffer.truncate(whole);
                    break whole;
                }
            }
        };
        self.pending.extend_from_slice(&buffer[cut..]);
        buffer.truncate(cut);
        let at = self.stream.offset() - (self.pending.len() + cut) as u64;
        self.handed += cut as u64;
        let last = self.ended && self.pending.is_empty();
        let passed_lines = std::mem::take(&mut self.passed_lines);
        Ok(Piece::Bytes { bytes: buffer, at, last, drained, passed_lines })
    }

    /// Moves up to `count` bytes to the end of `row`; whether the stream ended with them.
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
        self.handed += (count - (goal - row.len())) as u64;
        Ok(self.ended && self.pending.is_empty())
    }

    fn fill(&mut self, buffer: &mut Vec<u8>, want: usize, stop: &Stop) -> io::Result<Filled> {
        let filled = self.stream.fill(buffer, want, stop)?;
        self.ended |= filled == Filled::Ended;
        self.at_gap |= filled == Filled::Gap;
        Ok(filled)
    }

    /// Where `buffer` may be cut: the last place within `nominal` bytes, else the first behind them.
    /// The bytes before `searched` are known to hold none.
    fn cut_point(&self, buffer: &[u8], nominal: usize, searched: usize) -> Option<usize> {
        let near = nominal.min(buffer.len());
        let from = searched.max(near);
        match self.cut.for_kind(self.kind()) {
            Cut::Exact => (near > 0).then_some(near),
            Cut::Rows(row) => match (near / row * row, buffer.len() >= row) {
                (0, false) => None,
                (0, true) => Some(row),
                (cut, _) => Some(cut),
            },
            Cut::Lines { terminator, or_nul: false } => memrchr(terminator, &buffer[searched.min(near)..near])
                .map(|i| searched.min(near) + i + 1)
                .or_else(|| memchr(terminator, &buffer[from..]).map(|i| from + i + 1)),
            Cut::Lines { terminator, or_nul: true } => memrchr2(terminator, 0, &buffer[searched.min(near)..near])
                .map(|i| searched.min(near) + i + 1)
                .or_else(|| memchr2(terminator, 0, &buffer[from..]).map(|i| from + i + 1)),
        }
    }
}
