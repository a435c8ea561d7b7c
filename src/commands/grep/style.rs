//! The style in which lines are printed, and the position of lines.

use std::ops::Range;

use super::colors::Colors;
use super::excerpt::LongLines;

/// How lines are printed.
#[derive(Clone, Debug)]
pub struct Style {
    /// Print the input's name before each line (`-H`).
    pub name: bool,
    /// Print the name once, on a line of its own (`--heading`).
    pub heading: bool,
    /// Print line numbers (`-n`).
    pub number: bool,
    /// Print the column in bytes of the first match, from 1 (`--column`).
    pub column: bool,
    /// Print the offset in bytes of the line, or of the match (`-b`).
    pub offset: bool,
    /// Align numbers and start the text at a tab stop (`-T`).
    pub tab: bool,
    /// Escape control characters in names.
    pub escape_for_terminal: bool,
    /// Print NUL after names (`-Z`).
    pub null: bool,
    /// Print only the matches (`-o`).
    pub only_matching: bool,
    /// What to do about lines that are too long (`--max-columns`).
    pub long_lines: Option<LongLines>,
    /// The colours, if any.
    pub colors: Option<Colors>,
    /// Whether selected lines are those that do not match, so context lines may hold matches (`-v`).
    pub inverted: bool,
    /// The byte that ends a line.
    pub terminator: u8,
    /// End lines that are not the input's with a carriage return and a newline (`--crlf`).
    pub crlf: bool,
    /// Print a line once for each of its matches (`--vimgrep`).
    pub per_match: bool,
    /// Omit blanks at the start of lines (`--trim`).
    pub trim: bool,
    /// The text to print in place of matches (`--replace`).
    pub replacement: Option<Vec<u8>>,
    /// The separators after a name or number before a selected line, and before a context line.
    pub field_separators: [Vec<u8>; 2],
    /// The byte to print in place of slashes in names (`--path-separator`).
    pub path_separator: Option<u8>,
    /// Print lines that do not match whole, even with `only_matching` (`--passthru`).
    pub passthru: bool,
    /// Print no counts of 0 (`--no-include-zero`).
    pub no_zeros: bool,
}

impl Style {
    /// Returns whether each match adds text, so that the text may be many times as long as the input.
    pub fn adds_text_per_match(&self) -> bool {
        let prefixed = self.name || self.number || self.offset || self.column;
        self.per_match || self.colors.is_some() || self.replacement.is_some() || self.only_matching && prefixed
    }
}

/// The position of some lines.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The input's name.
    pub name: &'a [u8],
    /// The number of the first line, from 1.
    pub number: u64,
    /// The offset of the first line, in bytes.
    pub offset: u64,
    /// Whether the lines are selected, not context.
    pub selected: bool,
    /// The number of digits to which `-T` aligns numbers.
    pub width: usize,
}

/// Known matches, in order. If they may span lines, they are found only once.
#[derive(Clone, Copy, Debug)]
pub struct Spans<'a> {
    /// The bytes that were searched, for matches that look at what surrounds them.
    pub hay: &'a [u8],
    /// The ranges of the matches in them, from the printed lines on.
    pub all: &'a [Range<usize>],
    /// The position in them where the printed lines begin.
    pub base: usize,
}

impl Spans<'_> {
    /// Passes over the matches before the lines that begin at `base`.
    pub fn skip_to(&mut self, base: usize) {
        self.base = base;
        while let [first, rest @ ..] = self.all
            && first.end < base
        {
            self.all = rest;
        }
    }
}
