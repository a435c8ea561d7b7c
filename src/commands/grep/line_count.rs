//! Counts selected lines, or names inputs, without holding a line: `-c`, `-l`, `-L` and `-q`.
//!
//! Blocks may end anywhere. Lines within a block are searched in parallel. For a line that
//! continues in the next block, its last bytes are carried over if matches have a maximum length, and
//! otherwise the state of an automaton. Memory use is bounded by the blocks, regardless of the
//! length of a line.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memrchr};

use super::binary::{PADDED, TEXT, nul_ends_lines};
use super::kernel::{Search, Totals, compressed_format};
use super::padding;
use super::pattern::MAX_OVERLAP;
use super::pattern::line_automaton::{LineAutomaton, LineState};
use super::print::Printer;
use super::query::WantedResults;
use super::settings::{Report, Settings};
use crate::engine::{Block, Flow, InputKind, Kernel};

/// The length in bytes up to which an unfinished line is kept whole.
const MAX_HELD_LINE: usize = 64 << 10;

/// The minimum block size in bytes, with which a byte order mark lies within one block.
pub const MIN_BLOCK: usize = 4;

/// The kernel that counts the selected lines of each input, or determines whether there is one.
#[derive(Debug)]
pub struct LongLineCount<'s> {
    settings: &'s Settings,
    across: LongLineSearch<'s>,
}

/// The method for finding matches in a line that spans blocks.
#[derive(Clone, Copy, Debug)]
enum LongLineSearch<'s> {
    /// Keeps this number of bytes from the end of a block.
    Overlap(usize),
    /// Carries the state of an automaton.
    Automaton(&'s LineAutomaton),
}

/// The result of searching a block.
#[derive(Debug, Default)]
pub struct LinePart {
    /// Whether a match lies before the first line end, or in the block if there is none.
    in_head: bool,
    /// The rest of the block, if a line ends in it.
    rest: Option<LineRest>,
    /// The input's number of selected lines, if it ended.
    total: Option<u64>,
}

#[derive(Debug)]
struct LineRest {
    head_end: usize,
    /// The number of selected lines among those that lie within the block.
    selected: u64,
    tail_start: usize,
    /// Whether a match lies after the last line end.
    in_tail: bool,
}

/// The state that passes from block to block.
#[derive(Clone, Debug, Default)]
pub struct OpenLine {
    /// The totals of the run.
    pub totals: Totals,
    selected: u64,
    /// Whether the unfinished line has any bytes.
    is_begun: bool,
    /// Whether the unfinished line contains a match.
    is_match: bool,
    /// The last bytes of the line, or all of them.
    bytes: Vec<u8>,
    /// The automaton's state after the line so far, if its bytes are not kept.
    state: Option<LineState>,
}

impl<'s> LongLineCount<'s> {
    /// Returns a kernel, or `None` if whole lines are needed.
    pub fn new(settings: &'s Settings) -> Option<LongLineCount<'s>> {
        let query = &settings.query;
        let counts = matches!(settings.report, Report::Count | Report::Names { .. } | Report::Nothing);
        let is_plain = query.and.is_empty() && query.not.is_empty() && query.terminator == b'\n';
        let sees_all = !settings.multiline && !settings.stop_on_nonmatch && !settings.style.crlf;
        if !(counts && is_plain && sees_all && settings.max_count.is_none()) {
            return None;
        }
        let across = match query.any.longest_match() {
            Some(longest) if longest <= MAX_OVERLAP => LongLineSearch::Overlap(longest - 1),
            Some(_) => return None,
            None => LongLineSearch::Automaton(query.any.line_automaton()?),
        };
        Some(LongLineCount { settings, across })
    }

    /// Returns whether a part of a line cannot be searched on its own.
    fn needs_borders(&self) -> bool {
        matches!(self.across, LongLineSearch::Automaton(automaton) if automaton.needs_borders())
    }

    /// Returns bytes of a block, with newlines instead of NUL bytes where both end lines.
    fn lines<'b>(block: &'b Block, range: Range<usize>) -> Cow<'b, [u8]> {
        let bytes = block.bytes().get(range).unwrap_or_default();
        if block.kind() == TEXT { Cow::Borrowed(bytes) } else { nul_ends_lines(bytes) }
    }

    /// Returns whether a line matches.
    fn is_match(&self, line: &[u8]) -> bool {
        // Automata do not fail.
        self.settings.query.any.is_match(line).unwrap_or(false)
    }

    /// Returns whether a match is known to lie in a part of a line.
    fn holds_match(&self, part: &[u8]) -> bool {
        !part.is_empty() && !self.needs_borders() && self.is_match(part)
    }

    /// Continues the open line with `bytes`, which contain no match of their own.
    fn extend(&self, bytes: &[u8], open: &mut OpenLine) {
        open.is_begun |= !bytes.is_empty();
        if open.is_match || bytes.is_empty() {
            return;
        }
        match self.across {
            LongLineSearch::Overlap(kept) => {
                if !open.bytes.is_empty() {
                    let seam = &bytes[..bytes.len().min(kept)];
                    open.is_match = self.holds_match(&[&open.bytes[..], seam].concat());
                }
                open.bytes.extend_from_slice(&bytes[bytes.len().saturating_sub(kept)..]);
                let surplus = open.bytes.len().saturating_sub(kept);
                open.bytes.drain(..surplus);
            }
            LongLineSearch::Automaton(automaton) => {
                if open.state.is_none() && open.bytes.len() + bytes.len() > MAX_HELD_LINE {
                    open.state = automaton.start();
                }
                match &mut open.state {
                    Some(state) => {
                        open.is_match = automaton.advance(state, &open.bytes) || automaton.advance(state, bytes);
                        open.bytes.clear();
                    }
                    None => open.bytes.extend_from_slice(bytes),
                }
            }
        }
    }

    /// Ends the open line.
    fn end_line(&self, open: &mut OpenLine) {
        if let (LongLineSearch::Automaton(automaton), false) = (self.across, open.is_match) {
            open.is_match = match &mut open.state {
                Some(state) => automaton.is_match_at_end(state),
                None => self.is_match(&open.bytes),
            };
        }
        open.selected += u64::from(open.is_match != self.settings.query.invert);
        Self::begin_line(open);
    }

    fn begin_line(open: &mut OpenLine) {
        open.bytes.clear();
        (open.is_begun, open.is_match, open.state) = (false, false, None);
    }

    fn take(&self, block: &Block, part: &LinePart, open: &mut OpenLine) {
        if let Some(length) = block.hole() {
            return self.take_hole(block.kind(), length, open);
        }
        let length = block.bytes().len();
        open.is_match |= part.in_head;
        let head_end = part.rest.as_ref().map_or(length, |rest| rest.head_end);
        self.extend(&Self::lines(block, self.settings.mark_length(block)..head_end), open);
        if let Some(rest) = &part.rest {
            // Padding is not part of any line.
            let is_padding = block.kind() == PADDED && block.bytes().get(head_end) == Some(&0);
            if open.is_begun || !is_padding {
                self.end_line(open);
            }
            open.selected += rest.selected;
            open.is_match = rest.in_tail;
            self.extend(&Self::lines(block, rest.tail_start..length), open);
        }
    }

    /// Adds a hole, which is a run of zero bytes, without reading it.
    fn take_hole(&self, kind: InputKind, length: u64, open: &mut OpenLine) {
        if kind != TEXT {
            // Its first byte ends a line, and the others end empty lines or are padding.
            if open.is_begun || kind != PADDED {
                self.end_line(open);
            }
            if kind != PADDED && self.settings.query.selects_empty_lines() {
                open.selected += length - 1;
            }
            return;
        }
        let max = match self.across {
            // No match is longer, so more zero bytes make no difference.
            LongLineSearch::Overlap(kept) => kept + 1,
            LongLineSearch::Automaton(_) => MAX_HELD_LINE + 1,
        };
        let zeros = vec![0; usize::try_from(length).map_or(max, |length| length.min(max))];
        open.is_match |= self.holds_match(&zeros);
        self.extend(&zeros, open);
        let rest = length - zeros.len() as u64;
        if let (LongLineSearch::Automaton(automaton), false) = (self.across, open.is_match) {
            match &mut open.state {
                Some(state) => open.is_match = automaton.advance_over_zeros(state, rest),
                None => open.bytes.extend(std::iter::repeat_n(0, usize::try_from(rest).unwrap_or(0))),
            }
        }
    }

    /// Returns whether the unfinished line is already known to be selected.
    fn is_selected(&self, is_match: bool) -> bool {
        is_match && !self.settings.query.invert
    }
}

impl Kernel for LongLineCount<'_> {
    type Part = LinePart;
    type Carry = OpenLine;

    const HEAD: usize = <Search<'_> as Kernel>::HEAD;

    fn classify(&self, head: &[u8]) -> InputKind {
        self.settings.classify(head)
    }

    fn scan(&self, block: &Block) -> LinePart {
        let mark = self.settings.mark_length(block);
        let hay = Self::lines(block, mark..block.bytes().len());
        let Some(head_end) = memchr(b'\n', &hay) else {
            return LinePart { in_head: self.holds_match(&hay), ..LinePart::default() };
        };
        let tail_start = memrchr(b'\n', &hay).unwrap_or(head_end) + 1;
        let limit = if self.settings.report == Report::Count { None } else { Some(1) };
        let whole = hay.get(head_end + 1..tail_start).unwrap_or_default();
        let wanted = WantedResults { limit, ..WantedResults::default() };
        let selected = match block.kind() {
            PADDED => {
                let range = mark + head_end + 1..mark + tail_start;
                padding::scan(&self.settings.query, block.bytes().get(range).unwrap_or_default(), wanted).selected
            }
            _ => self.settings.query.scan(whole, wanted).selected,
        };
        let in_tail = self.holds_match(&hay[tail_start..]);
        let rest = LineRest { head_end: mark + head_end, selected, tail_start: mark + tail_start, in_tail };
        LinePart { in_head: self.holds_match(&hay[..head_end]), rest: Some(rest), total: None }
    }

    fn is_settled_by(&self, part: &LinePart) -> bool {
        let in_rest = |rest: &LineRest| rest.selected > 0 || self.is_selected(rest.in_tail);
        let any = self.is_selected(part.in_head) || part.rest.as_ref().is_some_and(in_rest);
        self.settings.report != Report::Count && any
    }

    fn carry(&self, block: &Block, part: &mut LinePart, open: &mut OpenLine) -> Flow {
        if block.is_first() {
            Self::begin_line(open);
            open.selected = 0;
            open.totals.note_compressed(compressed_format(block), self.settings.name_of(block.source()));
        }
        let is_skipped = self.settings.skips_kind(block.kind());
        if !is_skipped {
            self.take(block, part, open);
        }
        let any = open.selected > 0 || self.is_selected(open.is_match);
        let is_done = is_skipped || any && self.settings.report != Report::Count;
        if !(is_done || block.is_last()) {
            return Flow::Continue;
        }
        if open.is_begun {
            self.end_line(open);
        }
        open.totals.note_selected(open.selected > 0);
        part.total = Some(open.selected);
        match self.settings.report {
            Report::Nothing if open.selected > 0 => Flow::Stop,
            _ if is_done => Flow::EndInput,
            _ => Flow::Continue,
        }
    }

    fn format(&self, block: &Block, part: &mut LinePart, text: &mut Vec<u8>) {
        let Some(total) = part.total else { return };
        let printer = Printer { style: &self.settings.style, pattern: &self.settings.query.any, copies: None };
        let name = self.settings.name_of(block.source());
        match self.settings.report {
            Report::Count => printer.count_line(name, total, text),
            Report::Names { matching } if (total > 0) == matching => printer.name_line(name, text),
            _ => {}
        }
    }
}
