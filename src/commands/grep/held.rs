//! A queue of lines that may be wanted as context before a match.
//!
//! The lines of a block are one piece, so that none is copied again, or moved, when others are dropped.
//! Copies of the queue, of which each block in flight has one, share the pieces.

use std::collections::VecDeque;
use std::sync::Arc;

use super::lines::skip_lines;

/// The length in bytes up to which the lines of several blocks share a piece.
const SMALL: usize = 64 << 10;

/// The last lines of an input so far.
#[derive(Clone, Debug, Default)]
pub struct HeldLines {
    terminator: u8,
    pieces: VecDeque<HeldPiece>,
    lines: u64,
}

#[derive(Clone, Debug)]
struct HeldPiece {
    bytes: Arc<Vec<u8>>,
    /// Where the lines begin that are still held.
    start: usize,
    lines: u64,
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
        if let Some(last) = self.pieces.back_mut().filter(|last| last.bytes.len() + bytes.len() <= SMALL) {
            Arc::make_mut(&mut last.bytes).extend_from_slice(bytes);
            last.lines += lines;
            return;
        }
        self.pieces.push_back(HeldPiece { bytes: Arc::new(bytes.to_vec()), start: 0, lines });
    }

    /// Drops all lines but the last `most`.
    pub fn keep_last(&mut self, most: u64) {
        let mut surplus = self.lines.saturating_sub(most);
        self.lines -= surplus;
        while surplus > 0
            && let Some(first) = self.pieces.front_mut()
        {
            if first.lines <= surplus {
                surplus -= first.lines;
                self.pieces.pop_front();
                continue;
            }
            first.start += skip_lines(&first.bytes[first.start..], surplus, self.terminator);
            first.lines -= surplus;
            surplus = 0;
        }
    }

    /// Returns the bytes of the lines.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.pieces.iter().map(|piece| piece.bytes.len() - piece.start).sum());
        // Each piece is freed once it is copied, if no other queue shares it.
        for piece in self.pieces {
            bytes.extend_from_slice(&piece.bytes[piece.start..]);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_across_pieces() {
        let mut held = HeldLines::new(b'\n');
        let long = "x".repeat(SMALL);
        for line in ["a\n", "b\nc\n", &format!("{long}\n"), "d\n", "e\n"] {
            held.push(line.as_bytes(), line.matches('\n').count() as u64);
        }
        held.keep_last(4);
        assert_eq!(held.lines(), 4);
        assert_eq!(held.clone().into_bytes(), format!("c\n{long}\nd\ne\n").into_bytes());
        held.keep_last(2);
        assert_eq!(held.into_bytes(), b"d\ne\n");
    }
}
