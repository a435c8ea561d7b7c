//! The kinds of input, and the point at which printing stops in an input with NUL bytes.

use std::borrow::Cow;

use memchr::memchr;

use super::lines::count_lines;
use super::padding;
use super::query::{Piece, SearchResults};
use crate::engine::InputKind;

/// An input that is text, or is treated as text.
pub const TEXT: InputKind = InputKind::Text;

/// An input that is text with runs of NUL bytes.
pub const PADDED: InputKind = InputKind::Padded;

/// An input with a NUL byte near its start.
pub const BINARY: InputKind = InputKind::Binary;

/// Returns a binary input with NUL bytes replaced by newlines, because both end lines there.
pub fn nul_ends_lines(hay: &[u8]) -> Cow<'_, [u8]> {
    if memchr(0, hay).is_none() {
        return Cow::Borrowed(hay);
    }
    Cow::Owned(hay.iter().map(|&byte| if byte == 0 { b'\n' } else { byte }).collect())
}

/// Drops all results starting with the first selected line that is not text. Such a line contains a
/// NUL byte or, in padded text, a byte that cannot occur in text. Returns its start.
pub fn cut_at_binary(hay: &[u8], kind: InputKind, found: &mut SearchResults, terminator: u8) -> Option<usize> {
    let binary_byte = |piece: &Piece| {
        let lines = &hay[piece.start..piece.end];
        if kind == PADDED { padding::first_binary_byte(lines) } else { memchr(0, lines) }
    };
    let (index, nul) = found.pieces.iter().enumerate().find_map(|(i, piece)| Some((i, binary_byte(piece)?)))?;
    found.pieces.truncate(index + 1);
    let piece = &mut found.pieces[index];
    let line_start =
        memchr::memrchr(terminator, &hay[piece.start..piece.start + nul]).map_or(piece.start, |i| piece.start + i + 1);
    piece.end = line_start;
    piece.lines = count_lines(&hay[piece.start..line_start], terminator);
    if piece.lines == 0 {
        found.pieces.pop();
    }
    found.selected = found.pieces.iter().map(|piece| piece.lines).sum();
    Some(line_start)
}
