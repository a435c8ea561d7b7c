//! Reads short pieces of a file, several at once if they are close together.
//!
//! A command line may select thousands of lines. Each piece is read once, in order, and the gap
//! between two pieces is read only if that costs less than another system call.

use std::io;
use std::ops::Range;

use crate::io::Source;

/// The length in bytes of the longest piece read here. Longer ones are worth mapping.
pub(super) const MAX_PIECE: u64 = 256 << 10;

/// The maximum gap in bytes between two pieces that are read together.
const MAX_GAP: u64 = 16 << 10;

/// The bytes of the most recent read.
pub(super) struct ShortPieces<'s> {
    source: &'s Source,
    buffer: Vec<u8>,
    /// The offset of the buffer in the source.
    base: u64,
}

impl<'s> ShortPieces<'s> {
    pub fn new(source: &'s Source) -> Self {
        ShortPieces { source, buffer: Vec::new(), base: 0 }
    }

    /// Returns whether anything has been read.
    pub fn has_read(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Returns the bytes of the first of the ascending `pieces`, or fewer if the file was
    /// truncated.
    pub fn bytes(&mut self, pieces: &[(Range<u64>, bool)]) -> io::Result<&[u8]> {
        let Some((piece, _)) = pieces.first() else { return Ok(&[]) };
        if piece.start < self.base || piece.end > self.base + self.buffer.len() as u64 {
            let mut end = piece.end;
            for (next, _) in pieces {
                if next.start > end + MAX_GAP || next.end > piece.start + MAX_PIECE {
                    break;
                }
                end = next.end;
            }
            self.buffer.resize((end - piece.start) as usize, 0);
            let got = self.source.read_at(&mut self.buffer, piece.start)?;
            self.buffer.truncate(got);
            self.base = piece.start;
        }
        let skip = (piece.start - self.base) as usize;
        let end = ((piece.end - self.base) as usize).min(self.buffer.len());
        Ok(&self.buffer[skip.min(end)..end])
    }
}
