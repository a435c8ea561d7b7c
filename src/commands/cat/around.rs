//! `--around-byte`: the line that holds a byte, and the lines around it.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;

use memchr::{memchr_iter, memrchr_iter};

use super::pick::Piece;
use crate::cli::range::Around;

/// Says that an input of `length` bytes has no such byte.
fn beyond(around: Around, length: u64) -> io::Error {
    io::Error::other(format!("byte {} is after the end: there are {length} bytes", around.byte))
}

/// Picks the lines around a byte out of a stream.
#[derive(Debug)]
pub struct AroundPicker {
    around: Around,
    /// The offset of the next byte.
    at: u64,
    /// Lines before the byte that may be wanted.
    held: VecDeque<u8>,
    limit: usize,
    /// Line ends that are still to come, once the byte has.
    left: Option<u64>,
}

impl AroundPicker {
    /// Picks what is around a byte, with at most `limit` bytes held before it.
    pub fn new(around: Around, limit: usize) -> AroundPicker {
        AroundPicker { around, at: 0, held: VecDeque::new(), limit, left: None }
    }

    /// Whether nothing that is still to come is wanted.
    pub fn is_done(&self) -> bool {
        self.left == Some(0)
    }

    /// Takes the next piece and passes on what is clear by now.
    ///
    /// # Errors
    /// When the lines before the byte are too long to be held.
    pub fn feed(&mut self, mut piece: &[u8], mut emit: impl FnMut(Piece<'_>)) -> io::Result<()> {
        if self.left.is_none() {
            let before = (self.around.byte - self.at).min(piece.len() as u64) as usize;
            self.hold(&piece[..before], &mut emit)?;
            piece = &piece[before..];
            if piece.is_empty() {
                return Ok(());
            }
            emit(Piece::Keep(self.held.make_contiguous()));
            self.held = VecDeque::new();
            self.left = Some(self.around.lines.saturating_add(1));
        }
        let left = self.left.unwrap_or(0);
        let ends = memchr_iter(b'\n', piece).take(usize::try_from(left).unwrap_or(usize::MAX));
        let (found, last) = ends.fold((0, None), |(found, _), at| (found + 1, Some(at)));
        self.left = Some(left - found);
        let kept = if found == left { last.map_or(0, |last| last + 1) } else { piece.len() };
        emit(Piece::Keep(&piece[..kept]));
        Ok(())
    }

    /// Takes note that the stream has ended.
    ///
    /// # Errors
    /// When it ended before the byte.
    pub fn finish(&self) -> io::Result<()> {
        if self.left.is_none() { Err(beyond(self.around, self.at)) } else { Ok(()) }
    }

    fn hold(&mut self, piece: &[u8], emit: &mut impl FnMut(Piece<'_>)) -> io::Result<()> {
        self.at += piece.len() as u64;
        self.held.extend(piece);
        // The line of the byte has begun, so of the lines before it one end more separates what is wanted.
        let nth = usize::try_from(self.around.lines).unwrap_or(usize::MAX);
        let held = self.held.make_contiguous();
        if let Some(end) = memrchr_iter(b'\n', held).nth(nth) {
            emit(Piece::Skip(&held[..=end]));
            self.held.drain(..=end);
        }
        if self.held.len() > self.limit {
            let limit = self.limit >> 20;
            return Err(io::Error::other(format!("the lines before the byte take more than {limit} MiB")));
        }
        Ok(())
    }
}

/// Returns where the lines around a byte start, given how the start of the last lines of a span is found.
///
/// # Errors
/// When the byte is after the end.
pub fn start(
    around: Around,
    within: Range<u64>,
    start_of_last: impl FnOnce(Range<u64>, u64) -> io::Result<u64>,
) -> io::Result<u64> {
    if around.byte >= within.end || around.byte < within.start {
        return Err(beyond(around, within.end));
    }
    start_of_last(within.start..around.byte + 1, around.lines.saturating_add(1))
}
