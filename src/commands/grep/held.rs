//! A queue of lines that may become context before a match.
//!
//! The lines of a block are one piece, so that none is copied again or moved when others are
//! dropped. Each block in flight has its own copy of the queue, and all copies share the pieces. If
//! there are many lines of a mapped file, only their offsets are kept.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::lines::skip_lines;

/// The maximum length in bytes of lines that are better copied, and of a piece shared by several blocks.
const MAX_COPIED_BYTES: usize = 64 << 10;

/// The last lines of an input so far.
#[derive(Clone, Debug, Default)]
pub struct HeldLines {
    terminator: u8,
    pieces: VecDeque<HeldPiece>,
    lines: u64,
}

/// Consecutive lines.
#[derive(Clone, Debug)]
pub struct HeldPiece {
    /// The text of the lines, preceded by any lines to skip.
    pub text: HeldText,
    /// The number of lines, excluding those to skip.
    pub lines: u64,
}

/// The text of held lines.
#[derive(Clone, Debug)]
pub enum HeldText {
    /// Bytes in memory, from a position on.
    Copy(Arc<Vec<u8>>, usize),
    /// A part of the input.
    InFile {
        /// The offsets of the part's start and end.
        range: Range<u64>,
        /// The number of lines at the part's start that are no longer held.
        skipped: u64,
    },
}

impl HeldPiece {
    /// Returns the length in bytes, including that of lines to skip.
    pub fn len(&self) -> u64 {
        match &self.text {
            HeldText::Copy(bytes, start) => (bytes.len() - start) as u64,
            HeldText::InFile { range, .. } => range.end - range.start,
        }
    }
}

impl HeldLines {
    /// Returns an empty queue for lines that end with `terminator`.
    pub fn new(terminator: u8) -> HeldLines {
        HeldLines { terminator, ..HeldLines::default() }
    }

    /// Returns the number of lines.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Appends `lines` whole lines.
    pub fn push(&mut self, bytes: &[u8], lines: u64) {
        if lines == 0 {
            return;
        }
        self.lines += lines;
        if let Some(HeldPiece { text: HeldText::Copy(last, _), lines: held }) = self.pieces.back_mut()
            && last.len() + bytes.len() <= MAX_COPIED_BYTES
        {
            Arc::make_mut(last).extend_from_slice(bytes);
            *held += lines;
            return;
        }
        self.pieces.push_back(HeldPiece { text: HeldText::Copy(Arc::new(bytes.to_vec()), 0), lines });
    }

    /// Appends `lines` whole lines, which can be read again from `range` of the input.
    pub fn push_range(&mut self, range: Range<u64>, lines: u64) {
        if lines > 0 {
            self.lines += lines;
            self.pieces.push_back(HeldPiece { text: HeldText::InFile { range, skipped: 0 }, lines });
        }
    }

    /// Returns whether lines of this total length are better kept as offsets.
    pub fn is_better_as_offset(length: u64) -> bool {
        length > MAX_COPIED_BYTES as u64
    }

    /// Drops all lines but the last `count`.
    pub fn keep_last(&mut self, count: u64) {
        let mut surplus = self.lines.saturating_sub(count);
        self.lines -= surplus;
        while surplus > 0
            && let Some(first) = self.pieces.front_mut()
        {
            if first.lines <= surplus {
                surplus -= first.lines;
                self.pieces.pop_front();
                continue;
            }
            match &mut first.text {
                HeldText::Copy(bytes, start) => *start += skip_lines(&bytes[*start..], surplus, self.terminator),
                HeldText::InFile { skipped, .. } => *skipped += surplus,
            }
            first.lines -= surplus;
            surplus = 0;
        }
    }

    /// Returns the bytes of the lines, or the pieces if not all are in memory.
    pub fn into_bytes(self) -> Result<Vec<u8>, Vec<HeldPiece>> {
        let length = |piece: &HeldPiece| match &piece.text {
            HeldText::Copy(bytes, start) => Some(bytes.len() - start),
            HeldText::InFile { .. } => None,
        };
        let Some(length) = self.pieces.iter().map(length).sum::<Option<usize>>() else {
            return Err(self.pieces.into());
        };
        let mut bytes = Vec::with_capacity(length);
        // Each piece is freed once it is copied, if no other queue shares it.
        for piece in self.pieces {
            if let HeldText::Copy(held, start) = piece.text {
                bytes.extend_from_slice(&held[start..]);
            }
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_across_pieces() {
        let mut held = HeldLines::new(b'\n');
        let long = "x".repeat(MAX_COPIED_BYTES);
        for line in ["a\n", "b\nc\n", &format!("{long}\n"), "d\n", "e\n"] {
            held.push(line.as_bytes(), line.matches('\n').count() as u64);
        }
        held.keep_last(4);
        assert_eq!(held.lines(), 4);
        assert_eq!(held.clone().into_bytes().unwrap(), format!("c\n{long}\nd\ne\n").into_bytes());
        held.keep_last(2);
        assert_eq!(held.into_bytes().unwrap(), b"d\ne\n");
    }

    #[test]
    fn lines_that_stay_in_the_file_are_dropped_by_their_number() {
        let mut held = HeldLines::new(b'\n');
        held.push_range(100..900, 10);
        held.push(b"a\nb\n", 2);
        held.keep_last(5);
        let pieces = held.into_bytes().unwrap_err();
        assert!(
            matches!(&pieces[0], HeldPiece { text: HeldText::InFile { range, skipped: 7 }, lines: 3 } if *range == (100..900))
        );
        assert_eq!(pieces[1].lines, 2);
    }
}
