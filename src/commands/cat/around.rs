//! `--around-byte`: finds the line that contains a byte, and the lines around it.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;

use memchr::{memchr_iter, memrchr_iter};

use super::pick::PickedPiece;
use crate::cli::range::Around;

/// Returns the error for an input of `length` bytes, which ends before the byte.
fn beyond_end(around: Around, length: u64) -> io::Error {
    io::Error::other(format!("byte {} is after the end: there are {length} bytes", around.byte))
}

/// Picks the lines around a byte from a stream.
#[derive(Debug)]
pub struct AroundPicker {
    around: Around,
    /// The offset of the next byte of the stream.
    at: u64,
    /// The bytes before the target byte that may have to be printed.
    held: VecDeque<u8>,
    limit: usize,
    /// The number of line ends still to come, or `None` until the byte is reached.
    remaining_lines: Option<u64>,
}

impl AroundPicker {
    /// Returns a picker that holds at most `limit` bytes before the byte.
    pub fn new(around: Around, limit: usize) -> AroundPicker {
        AroundPicker { around, at: 0, held: VecDeque::new(), limit, remaining_lines: None }
    }

    /// Returns whether the rest of the stream is not needed.
    pub fn is_done(&self) -> bool {
        self.remaining_lines == Some(0)
    }

    /// Takes the next piece, and passes on every part that is known to be selected.
    ///
    /// # Errors
    /// Returns an error if the lines before the byte are too long to be held.
    pub fn feed(&mut self, mut piece: &[u8], mut emit: impl FnMut(PickedPiece<'_>)) -> io::Result<()> {
        if self.remaining_lines.is_none() {
            let before = (self.around.byte - self.at).min(piece.len() as u64) as usize;
            self.hold(&piece[..before], &mut emit)?;
            piece = &piece[before..];
            if piece.is_empty() {
                return Ok(());
            }
            emit(PickedPiece::Keep(self.held.make_contiguous()));
            self.held = VecDeque::new();
            self.remaining_lines = Some(self.around.lines.saturating_add(1));
        }
        let remaining_lines = self.remaining_lines.unwrap_or(0);
        let ends = memchr_iter(b'\n', piece).take(usize::try_from(remaining_lines).unwrap_or(usize::MAX));
        let (found, last) = ends.fold((0, None), |(found, _), at| (found + 1, Some(at)));
        self.remaining_lines = Some(remaining_lines - found);
        let kept = if found == remaining_lines { last.map_or(0, |last| last + 1) } else { piece.len() };
        emit(PickedPiece::Keep(&piece[..kept]));
        Ok(())
    }

    /// Checks, at the end of the stream, that the byte was reached.
    ///
    /// # Errors
    /// Returns an error if the stream ended before the byte.
    pub fn finish(&self) -> io::Result<()> {
        if self.remaining_lines.is_none() { Err(beyond_end(self.around, self.at)) } else { Ok(()) }
    }

    fn hold(&mut self, piece: &[u8], emit: &mut impl FnMut(PickedPiece<'_>)) -> io::Result<()> {
        self.at += piece.len() as u64;
        self.held.extend(piece);
        // The `lines` lines before the byte's own line end with that many newlines, and another
        // newline precedes them.
        let nth = usize::try_from(self.around.lines).unwrap_or(usize::MAX);
        let held = self.held.make_contiguous();
        if let Some(end) = memrchr_iter(b'\n', held).nth(nth) {
            emit(PickedPiece::Skip(&held[..=end]));
            self.held.drain(..=end);
        }
        if self.held.len() > self.limit {
            let limit = self.limit >> 20;
            return Err(io::Error::other(format!("the lines before the byte take more than {limit} MiB")));
        }
        Ok(())
    }
}

/// Returns where the lines around a byte start. `start_of_last` finds the last lines of a span.
///
/// # Errors
/// Returns an error if the byte is after the end.
pub fn start(
    around: Around,
    within: Range<u64>,
    start_of_last: impl FnOnce(Range<u64>, u64) -> io::Result<u64>,
) -> io::Result<u64> {
    if around.byte >= within.end || around.byte < within.start {
        return Err(beyond_end(around, within.end));
    }
    start_of_last(within.start..around.byte + 1, around.lines.saturating_add(1))
}
