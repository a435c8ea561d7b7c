//! A query and the result of a scan: the lines to select, the information to collect about them,
//! and their positions. `search` and `multiline` do the scanning.

use std::ops::Range;

use super::failure::Failure;
use super::pattern::{LineFinder, Pattern};

/// A selection of the lines that match an alternative, every `--and` and no `--not`, or of all
/// others if inverted.
#[derive(Debug)]
pub struct Query {
    /// The alternatives, any of which selects a line.
    pub any: Pattern,
    /// Patterns that must all match as well.
    pub and: Vec<Pattern>,
    /// Patterns that must not match.
    pub not: Vec<Pattern>,
    /// Whether to select the lines that would not be selected (`-v`).
    pub invert: bool,
    /// The byte that ends a line.
    pub terminator: u8,
}

/// The information that a scan collects. Collecting less is faster.
#[derive(Clone, Copy, Debug, Default)]
pub struct WantedResults {
    /// Whether to collect the positions of the selected lines, not only their number.
    pub pieces: bool,
    /// Whether to collect line numbers, and the number of terminators in the block.
    pub numbers: bool,
    /// Whether to collect the number of matches in the selected lines.
    pub matches: bool,
    /// Whether to collect all matches in the selected lines.
    pub spans: bool,
    /// The number of selected lines after which to stop.
    pub limit: Option<u64>,
}

impl WantedResults {
    /// Returns whether nothing but the number of all selected lines is collected.
    pub fn is_only_number(self) -> bool {
        !(self.pieces || self.numbers || self.matches || self.spans) && self.limit.is_none()
    }
}

/// Adjacent whole lines, all selected or all context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The start of the first line in the block.
    pub start: usize,
    /// The end of the last line, including its terminator.
    pub end: usize,
    /// The number of lines before the piece in the block; 0 if line numbers are not printed.
    pub line: u64,
    /// The number of lines.
    pub lines: u64,
    /// Whether the lines are selected, not context.
    pub selected: bool,
}

/// The result of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchResults {
    /// The selected lines in order, if requested.
    pub pieces: Vec<Piece>,
    /// All matches, if they are requested, or if they may span lines and pieces are requested.
    pub spans: Vec<Range<usize>>,
    /// Whether some matches were not kept because there were too many, if matches do not span lines.
    pub omits_spans: bool,
    /// The number of selected lines. If matches may span lines, it is the number of stretches of
    /// lines whose matches share no line.
    pub selected: u64,
    /// The number of matches in the selected lines, if requested.
    pub matches: u64,
    /// The number of terminators in the block, if line numbers are printed.
    pub terminators: u64,
    /// The reason why the search ended early, if it did.
    pub failure: Option<Failure>,
}

impl SearchResults {
    /// Moves all positions by `distance` bytes.
    pub fn shift(&mut self, distance: isize) {
        if distance == 0 {
            return;
        }
        for piece in &mut self.pieces {
            piece.start = piece.start.saturating_add_signed(distance);
            piece.end = piece.end.saturating_add_signed(distance);
        }
        for span in &mut self.spans {
            *span = span.start.saturating_add_signed(distance)..span.end.saturating_add_signed(distance);
        }
    }
}

impl Query {
    /// Returns whether an empty line is selected.
    pub fn selects_empty_lines(&self) -> bool {
        // If the engine fails, empty lines are assumed to be selected, and are searched one by one.
        let holds = |pattern: &Pattern| pattern.is_match(b"").unwrap_or(true);
        (holds(&self.any) && self.confirms(b"").unwrap_or(true)) != self.invert
    }

    /// Returns whether the length of a run of NUL bytes in a line may affect its selection or its
    /// matches.
    pub fn may_match_among_nuls(&self) -> bool {
        std::iter::once(&self.any).chain(&self.and).chain(&self.not).any(Pattern::may_match_among_nuls)
    }

    /// Returns a search for the lines of `hay` in which an alternative matches.
    pub fn lines<'h>(&self, hay: &'h [u8], wants_matches: bool) -> LineFinder<'_, 'h> {
        LineFinder::new(&self.any, hay, wants_matches)
    }

    /// Returns the next line from `from` on that is selected before inversion.
    ///
    /// # Errors
    /// Returns an error if an engine gives up.
    pub fn find(&self, lines: &mut LineFinder<'_, '_>, mut from: usize) -> Result<Option<Range<usize>>, Failure> {
        while let Some(line) = lines.next(from)? {
            if self.confirms(lines.bytes(line.clone()))? {
                return Ok(Some(line));
            }
            from = line.end;
        }
        Ok(None)
    }

    /// Returns whether no line of `hay` is selected before inversion.
    pub fn lacks(&self, hay: &[u8]) -> bool {
        matches!(self.find(&mut self.lines(hay, false), 0), Ok(None))
    }

    /// Returns whether there is neither `--and` nor `--not`.
    pub fn is_single_pattern(&self) -> bool {
        self.and.is_empty() && self.not.is_empty()
    }

    /// Returns whether every `--and` and no `--not` matches in these lines.
    ///
    /// # Errors
    /// Returns an error if an engine gives up.
    pub fn confirms(&self, line: &[u8]) -> Result<bool, Failure> {
        if self.is_single_pattern() {
            return Ok(true);
        }
        let line = self.any.content(line);
        for pattern in &self.and {
            if !pattern.is_match(line)? {
                return Ok(false);
            }
        }
        for pattern in &self.not {
            if pattern.is_match(line)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
