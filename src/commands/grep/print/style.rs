//! The style in which lines are printed, and the position of lines.

use std::ops::Range;

use super::colors::Colors;
use super::excerpt::LongLines;
use super::hyperlinks::Hyperlinks;

/// The style in which lines are printed.
#[derive(Clone, Debug)]
pub struct Style {
    /// Whether to print the input's name before each line (`-H`).
    pub name: bool,
    /// Whether to print the name once, on a line of its own (`--heading`).
    pub heading: bool,
    /// Whether to print line numbers (`-n`).
    pub number: bool,
    /// Whether to print the column in bytes of the first match, from 1 (`--column`).
    pub column: bool,
    /// Whether to print the offset in bytes of the line, or of the match (`-b`).
    pub offset: bool,
    /// Whether to align numbers and start the text at a tab stop (`-T`).
    pub tab: bool,
    /// Whether to escape control characters in names.
    pub escape_for_terminal: bool,
    /// Whether to print NUL after names (`-Z`).
    pub null: bool,
    /// Whether to print only the matches (`-o`).
    pub only_matching: bool,
    /// The settings for long lines, if their length is limited (`--max-columns`).
    pub long_lines: Option<LongLines>,
    /// The colours, if any.
    pub colors: Option<Colors>,
    /// The format of the links that names are, if they are (`--hyperlink-format`).
    pub hyperlinks: Option<Hyperlinks>,
    /// Whether selected lines are those that do not match, so context lines may contain matches
    /// (`-v`).
    pub inverted: bool,
    /// The byte that ends a line.
    pub terminator: u8,
    /// Whether to end lines that are not the input's with a carriage return and a newline (`--crlf`).
    pub crlf: bool,
    /// Whether to print a line once for each of its matches (`--vimgrep`).
    pub per_match: bool,
    /// Whether to omit blanks at the start of lines (`--trim`).
    pub trim: bool,
    /// The text to print in place of matches (`--replace`).
    pub replacement: Option<Vec<u8>>,
    /// The separators after a name or number before a selected line, and before a context line.
    pub field_separators: [Vec<u8>; 2],
    /// The byte to print in place of slashes in names (`--path-separator`).
    pub path_separator: Option<u8>,
    /// Whether to print nonmatching lines in full, even with `only_matching` (`--passthru`).
    pub passthru: bool,
    /// Whether to omit counts of 0 (`--no-include-zero`).
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
pub struct LinePosition<'a> {
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
    /// The bytes that were searched, for matches that depend on the bytes around them.
    pub hay: &'a [u8],
    /// The ranges of the matches in the searched bytes, from the printed lines on.
    pub all: &'a [Range<usize>],
    /// The position of the first printed line in the searched bytes.
    pub base: usize,
}

impl Spans<'_> {
    /// Skips the matches before the lines that begin at `base`.
    pub fn skip_to(&mut self, base: usize) {
        self.base = base;
        while let [first, rest @ ..] = self.all
            && first.end < base
        {
            self.all = rest;
        }
    }
}
