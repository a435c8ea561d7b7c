//! Measures the width of the longest line in columns, as `wc -L` does, from pieces of an input that
//! are measured independently.
//!
//! A tab ends at the next multiple of eight columns, so a width depends on the column at which a
//! piece begins. Carriage returns and form feeds end a line, as newlines do.

use crate::os::accounts;

/// The distance between tab stops.
const TAB: u64 = 8;

/// A part of a line that may begin at any column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PartOfLine {
    /// The number of columns before the first tab.
    before: u64,
    /// The number of columns after the first tab, counted from the tab stop.
    after_tab: Option<u64>,
}

impl PartOfLine {
    fn push(&mut self, columns: u64) {
        *self.after_tab.as_mut().unwrap_or(&mut self.before) += columns;
    }

    fn tab(&mut self) {
        self.after_tab = Some(self.after_tab.map_or(0, next_stop));
    }

    /// Returns the column at which the part ends if it begins at `column`.
    fn end(self, column: u64) -> u64 {
        let plain = column + self.before;
        self.after_tab.map_or(plain, |after| next_stop(plain) + after)
    }
}

fn next_stop(column: u64) -> u64 {
    (column / TAB + 1) * TAB
}

/// The widths of the lines in a piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Widths {
    /// The rest of the line in which the piece begins. `None` if no line ends in the piece.
    first: Option<PartOfLine>,
    /// The width of the longest line that is entirely in the piece.
    longest: u64,
    /// The part of an unfinished last line that is in the piece.
    last: PartOfLine,
}

impl Widths {
    /// Adds an ASCII byte, or a byte that is not part of a character.
    #[inline]
    pub fn push_byte(&mut self, byte: u8) {
        match byte {
            b' '..=b'~' => self.last.push(1),
            b'\n' | b'\r' | b'\x0c' => {
                let line = std::mem::take(&mut self.last);
                match self.first {
                    None => self.first = Some(line),
                    Some(_) => self.longest = self.longest.max(line.end(0)),
                }
            }
            b'\t' => self.last.tab(),
            _ => {}
        }
    }

    /// Adds a character.
    pub fn push(&mut self, character: char) {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => self.push_byte(byte),
            _ => self.last.push(accounts::columns(character)),
        }
    }
}

/// The widths of the lines in the pieces added so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LongestLine {
    /// The width of the longest line that has ended.
    longest: u64,
    /// The column at the end of these pieces.
    column: u64,
}

impl LongestLine {
    /// Adds the next piece of the same input.
    pub fn add(&mut self, piece: &Widths) {
        let mut column = self.column;
        if let Some(first) = piece.first {
            self.longest = self.longest.max(first.end(column)).max(piece.longest);
            column = 0;
        }
        self.column = piece.last.end(column);
    }

    /// Returns the width of the longest line, including an unfinished last line.
    pub fn width(&self) -> u64 {
        self.longest.max(self.column)
    }

    /// Returns the longer of the longest lines of two inputs.
    pub fn or(self, other: LongestLine) -> LongestLine {
        LongestLine { longest: self.width().max(other.width()), column: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pieces_of_any_size_measure_as_one() {
        let character = prop_oneof![Just('a'), Just('\t'), Just('\n'), Just('\r'), Just('\x01'), Just('\u{3000}')];
        proptest!(|(text in proptest::collection::vec(character, 0..60), size in 1usize..9)| {
            let (mut column, mut longest) = (0, 0);
            for &character in &text {
                column = match character {
                    '\n' | '\r' => 0,
                    '\t' => (column | 7) + 1,
                    character => column + accounts::columns(character),
                };
                longest = longest.max(column);
            }
            let mut lines = LongestLine::default();
            for piece in text.chunks(size) {
                let mut widths = Widths::default();
                piece.iter().for_each(|&character| widths.push(character));
                lines.add(&widths);
            }
            prop_assert_eq!(lines.width(), longest);
        });
    }
}
