//! Searches a block that ends with a very long line, without holding that line.
//!
//! The line is searched part by part, and printed from the file. Everything else sees the block with a
//! short line in its place. A search that needs the whole line at once is left to the usual scan.

use std::ops::Range;

use memchr::memchr;

use super::super::binary::{TEXT, cut_at_binary};
use super::super::line_segments::LineSegments;
use super::super::long_match::{LineBytes, long_line_start};
use super::super::print::json_line::JsonSize;
use super::super::query::{Piece, SearchResults};
use super::super::settings::Report;
use super::{Part, Search};
use crate::cli::grep::BinaryFiles;
use crate::engine::Block;

/// The last line of a block, if it is too long to be held.
#[derive(Debug)]
pub(super) struct LongLine {
    /// The block's bytes with a short line in place of this one.
    pub(super) placeholder: Vec<u8>,
    /// The start of the line, in the block and in the stand-in.
    pub(super) start: usize,
    /// Whether the line is valid UTF-8, if that matters.
    pub(super) is_valid: bool,
    /// The sizes of its JSON message, if it is selected.
    pub(super) json: JsonSize,
}

/// Returns the bytes of a block, with a short line in place of one that is not held.
pub(super) fn haystack<'b>(long: &'b Option<LongLine>, block: &'b Block) -> &'b [u8] {
    long.as_ref().map_or(block.bytes(), |long| &long.placeholder)
}

impl Search<'_> {
    /// Searches a long block, unless that requires its whole last line at once.
    pub(super) fn scan_long_block(&self, block: &Block) -> Option<Part> {
        if !self.can_defer(block) {
            return None;
        }
        let terminator = self.settings.query.terminator;
        let (mark, bytes) = (self.settings.mark_length(block), block.bytes());
        let is_ended = bytes.last() == Some(&terminator);
        let content_end = bytes.len() - usize::from(is_ended);
        let searched_end = self.settings.query.any.content(bytes).len();
        let start = long_line_start(block, mark..content_end, terminator)?;
        if self.settings.style.long_lines.is_some_and(|limit| content_end - start <= limit.max) {
            return None;
        }
        let mut placeholder = bytes[..start].to_vec();
        placeholder.push(b'-');
        placeholder.extend(is_ended.then_some(terminator));
        let mut long = LongLine { placeholder, start, is_valid: true, json: JsonSize::default() };
        let mut part = self.scan_around(block, mark, &long);
        let is_enough = self.wanted().limit.is_some_and(|limit| part.found.selected >= limit);
        let is_open = !part.turned_binary && !is_enough && part.found.failure.is_none();
        let line = LineBytes::InBlock(block, start..searched_end);
        // The bytes of a block can always be read.
        let is_selected = is_open && self.settings.query.selects_line(&line, &mut part.found.failure).unwrap_or(false);
        let hides = is_selected && self.stops_at_nul() && holds_nul(block, start..content_end);
        part.turned_binary |= hides;
        let requires_utf8 = self.settings.checks_encoding || self.settings.report == Report::Json;
        if requires_utf8 && is_open && !hides {
            long.is_valid = is_utf8(block, start..content_end);
        }
        if is_selected && !hides {
            self.select_long_line(block, (start..content_end, mark), &mut part.found, &mut long);
        }
        if hides || !part.turned_binary {
            let shown_end = if hides { start } else { long.placeholder.len() };
            self.add_context(&long.placeholder[mark..shown_end], &mut part.found);
        }
        part.found.terminators += u64::from(is_ended && self.wanted().numbers);
        part.found.shift(mark as isize);
        part.long = Some(long);
        Some(part)
    }

    /// Searches the lines before the long line.
    fn scan_around(&self, block: &Block, mark: usize, long: &LongLine) -> Part {
        let terminator = self.settings.query.terminator;
        let wanted = self.wanted();
        let head = &long.placeholder[mark..long.start];
        let mut part = Part { found: self.search(block, head, wanted), ..Part::default() };
        if self.stops_at_nul()
            && let Some(at) = cut_at_binary(head, TEXT, &mut part.found, terminator)
        {
            part.turned_binary = true;
            self.add_context(&head[..at], &mut part.found);
        }
        part
    }

    /// Adds the long line to the selected lines.
    fn select_long_line(
        &self,
        block: &Block,
        (line, mark): (Range<usize>, usize),
        found: &mut SearchResults,
        long: &mut LongLine,
    ) {
        let wanted = self.wanted();
        found.selected += 1;
        let query = &self.settings.query;
        if self.settings.report == Report::Json {
            let pattern = self.finds_matches(true).then_some(&query.any);
            long.json = JsonSize::of(block, line, long.is_valid, pattern);
            found.matches += if query.invert { 1 } else { long.json.matches };
        } else if wanted.matches {
            found.matches +=
                if query.invert { 1 } else { LineSegments::new(Some(&query.any), None).count(block, line) };
        }
        if !wanted.pieces {
            return;
        }
        let (start, end) = (long.start - mark, long.placeholder.len() - mark);
        match found.pieces.last_mut() {
            Some(last) if last.end == start => {
                last.end = end;
                last.lines += 1;
            }
            _ => found.pieces.push(Piece { start, end, line: found.terminators, lines: 1, selected: true }),
        }
    }

    /// Returns whether the last line of a block can be searched and printed without being held.
    fn can_defer(&self, block: &Block) -> bool {
        block.kind() == TEXT && self.can_hold_context(block) && self.prints_by_parts()
    }

    /// Returns whether a single zero byte may stand for a hole in a line of text: no match depends on the
    /// length of the hole, and the line is printed from the file, if at all.
    pub fn collapses_holes(&self) -> bool {
        let settings = self.settings;
        let is_printed = settings.report == Report::Lines && settings.binary == BinaryFiles::Text;
        let prints_from_file = self.prints_by_parts() && settings.style.long_lines.is_none();
        settings.report != Report::Json
            && settings.max_count.is_none()
            && !settings.separates
            && !settings.passthru
            && !settings.query.may_match_among_nuls()
            && (!is_printed || prints_from_file)
    }

    /// Returns whether a line of text can be searched and printed part by part.
    fn prints_by_parts(&self) -> bool {
        let (settings, style) = (self.settings, &self.settings.style);
        let shows_excerpt = style.long_lines.is_some_and(|limit| limit.preview.is_some())
            || style.long_lines.is_some() && (style.trim || style.replacement.is_some());
        let can_report = match settings.report {
            Report::Lines => !shows_excerpt && !style.per_match && self.can_replace(),
            Report::Json => style.replacement.is_none() && settings.context.is_none() && !settings.passthru,
            Report::CountMatches => settings.max_count.is_none() && !settings.stop_on_nonmatch,
            Report::Count | Report::Names { .. } | Report::Nothing => true,
        };
        let finds_matches = self.finds_matches(true) || self.finds_matches(false);
        // With `--crlf`, the ending of an output line depends on which part of the line is printed.
        let takes_whole_line = settings.multiline || style.crlf && (finds_matches || style.long_lines.is_some());
        can_report && !takes_whole_line && (!finds_matches || self.settings.query.any.finds_matches_by_parts())
    }

    /// Returns whether context before a match can be read from the file when it is printed.
    fn can_hold_context(&self, block: &Block) -> bool {
        self.settings.report != Report::Lines
            || !self.settings.separates
            || self.settings.context.before == 0
            || self.can_hold_offsets(block)
    }

    fn can_replace(&self) -> bool {
        let style = &self.settings.style;
        let Some(replacement) = &style.replacement else { return true };
        !style.tab && !replacement.contains(&self.settings.query.terminator)
    }

    /// Returns whether the output for a line depends on its matches.
    pub(super) fn finds_matches(&self, is_selected: bool) -> bool {
        let style = &self.settings.style;
        match self.settings.report {
            Report::Lines => self.printer().needs_matches(is_selected),
            Report::Json | Report::CountMatches => is_selected != style.inverted,
            _ => false,
        }
    }

    /// Returns whether a NUL byte in a selected line ends the output.
    fn stops_at_nul(&self) -> bool {
        let settings = self.settings;
        settings.report == Report::Lines && settings.binary != BinaryFiles::Text && settings.query.terminator != 0
    }
}

fn holds_nul(block: &Block, range: Range<usize>) -> bool {
    let mut holds = false;
    block.in_parts(range, 0, |part, _| {
        holds = memchr(0, part).is_some();
        !holds
    });
    holds
}

/// Returns whether a range is valid UTF-8. A character may span several parts.
fn is_utf8(block: &Block, range: Range<usize>) -> bool {
    let (mut from, mut is_valid) = (range.start, true);
    block.in_parts(range.clone(), 0, |_, part| {
        let text = &block.bytes()[from..part.end];
        match std::str::from_utf8(text) {
            Ok(_) => from = part.end,
            Err(error) if error.error_len().is_none() && part.end < range.end => from += error.valid_up_to(),
            Err(_) => is_valid = false,
        }
        is_valid
    });
    is_valid
}
