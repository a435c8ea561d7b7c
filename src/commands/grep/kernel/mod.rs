//! The kernel that the engine runs: searches a block on any thread, then completes it in file order.
//!
//! `carry` contains the steps in file order, `totals` the state they pass on, and `format` the
//! output.
//! Nothing here opens a file or writes to standard output.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::io;

use memchr::memchr;

use super::binary::{BINARY, PADDED, cut_at_binary, nul_ends_lines};
use super::context::{Lead, full_layout, layout};
use super::open::start::InputStarts;
use super::padding;
use super::print::Printer;
use super::query::{SearchResults, WantedResults};
use super::settings::{Report, Settings};
use crate::cli::grep::BinaryFiles;
use crate::decode::Format;
use crate::engine::{Block, Flow, InputKind, Inserted, Insertion, Kernel, Sink};
use crate::os::posix::OsStrExt;
use crate::output::{escape_name, is_tool};

use deferred::Deferred;
use long_line::LongLine;
pub use totals::{CompressedInputs, Totals, compressed_format};

mod carry;
mod deferred;
mod format;
mod long_line;
mod totals;

/// The kernel that searches blocks according to the settings.
#[derive(Debug)]
pub struct Search<'s> {
    /// The patterns to search for and the output to print.
    pub settings: &'s Settings,
    /// The start of each input, if inputs are not searched from their first byte.
    pub starts: Option<&'s InputStarts>,
    /// Whether more data may follow the block that is currently the last.
    pub open_ended: bool,
}

/// The result of searching one block.
#[derive(Debug, Default)]
pub struct Part {
    found: SearchResults,
    /// The format of the input, if it begins with this block and is searched without decompression.
    compressed: Option<Format>,
    /// Whether a selected line contains a NUL byte. Nothing from that line on is printed.
    turned_binary: bool,
    /// The position of the block's first NUL byte, if the input is binary and reported as JSON.
    nul: Option<usize>,
    /// The number of the block's first line, from 1.
    first_line: u64,
    lead: Lead,
    /// Whether a separator precedes the first printed line.
    separated: bool,
    /// Whether an empty line precedes the heading, if the input's name is printed above its first
    /// line.
    heading: Option<bool>,
    /// The input's total, if it ended in this block.
    total: Option<u64>,
    /// The output that had to be formatted in file order.
    text: Vec<u8>,
    /// Whether lines of the input were selected but not printed, which a message reports.
    suppressed_match: bool,
    /// The reason why the search of the input failed in this block, if it did.
    failed: Option<String>,
    /// Messages and deferred text to insert into the text.
    messages: Vec<Insertion>,
    /// The block's last line, if it is too long to be held in memory.
    long: Option<LongLine>,
    /// The text that is written when its turn comes.
    deferred: Vec<Deferred>,
}

impl Kernel for Search<'_> {
    type Part = Part;
    type Carry = Totals;

    /// The size of GNU grep's first buffer, by which it also decides whether an input is binary.
    const HEAD: usize = 96 << 10;

    fn classify(&self, head: &[u8]) -> InputKind {
        self.settings.classify(head)
    }

    fn scan(&self, block: &Block) -> Part {
        Part { compressed: compressed_format(block), ..self.scan_block(block) }
    }

    fn is_settled_by(&self, part: &Part) -> bool {
        let limit = self.wanted().limit;
        // The context of the last line, or the rest of a match of several lines, may follow the block.
        self.settings.context.is_none()
            && !self.settings.multiline
            && !self.settings.passthru
            && !self.settings.stop_on_nonmatch
            && limit.is_some_and(|limit| part.found.selected >= limit)
    }

    fn is_done_with(&self, _: &Block, part: &Part) -> bool {
        let settings = self.settings;
        // Other lines may be context, or be searched again up to a limit.
        let needs_others = settings.separates
            || settings.multiline
            || settings.stop_on_nonmatch
            || settings.report == Report::Json
            || settings.max_count.is_some();
        let shows_some = !part.found.pieces.is_empty() || part.long.is_some();
        !shows_some && !needs_others
    }

    fn carry(&self, block: &Block, part: &mut Part, totals: &mut Totals) -> Flow {
        if block.is_first() {
            let notice = self.begin_input(block, part.compressed, totals);
            part.messages.extend(notice.map(|notice| Insertion { at: 0, what: Inserted::Message(notice) }));
        }
        if let Some(lines) = block.skipped_lines() {
            totals.skip_omitted(lines, &self.settings.query, self.settings.context, block.is_first());
        }
        let mut flow = self.add_to_totals(block, part, totals);
        if let Some(failure) = part.found.failure.take() {
            part.failed = Some(failure.to_string());
            totals.failed = true;
            flow = if flow == Flow::Continue { Flow::EndInput } else { flow };
        }
        totals.done = flow != Flow::Continue;
        let ended = block.is_last() && !self.open_ended || totals.done;
        if ended {
            self.end_input(block, part, totals);
        }
        if ended && totals.remaining == 0 && block.source().is_stdin() {
            totals.leave_at = Some(block.offset() + self.stopped_at(block, part) as u64);
        }
        flow
    }

    fn format(&self, block: &Block, part: &mut Part, text: &mut Vec<u8>) {
        let settings = self.settings;
        let start = text.len();
        match settings.report {
            Report::Lines => {
                let copies = RefCell::default();
                part.deferred = self.print_lines(block, part, &copies, text);
                let copies = copies.into_inner().into_iter();
                part.messages.extend(copies.map(|copy| Insertion { at: copy.at - start, ..copy }));
            }
            Report::Json => text.append(&mut part.text),
            Report::Count | Report::CountMatches => {
                if let Some(total) = part.total.filter(|_| part.failed.is_none()) {
                    self.printer().count_line(self.name(block), total, text);
                }
            }
            Report::Names { matching } => {
                if part.failed.is_none() && part.total.is_some_and(|total| (total > 0) == matching) {
                    self.printer().name_line(self.name(block), text);
                }
            }
            Report::Nothing => {}
        }
        if part.suppressed_match {
            let name = escape_name(OsStr::from_bytes(self.name(block)));
            let advice = if is_tool() { "" } else { " (-a prints its lines)" };
            let message = Inserted::Message(format!("mapped: {name}: binary file matches{advice}"));
            part.messages.push(Insertion { at: text.len() - start, what: message });
        }
        if let Some(failure) = part.failed.take() {
            let name = escape_name(OsStr::from_bytes(self.name(block)));
            let message = Inserted::Message(format!("mapped: {name}: {failure}"));
            part.messages.push(Insertion { at: text.len() - start, what: message });
        }
    }

    fn insertions<'p>(&self, part: &'p Part) -> &'p [Insertion] {
        &part.messages
    }

    fn write_deferred(
        &self,
        block: &Block,
        part: &Part,
        number: usize,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<io::Error>> {
        match part.deferred.get(number) {
            Some(deferred) => self.write(deferred, (block, part), sink),
            None => Ok(None),
        }
    }
}

impl Search<'_> {
    fn scan_block(&self, block: &Block) -> Part {
        let settings = self.settings;
        let binary = block.kind() == BINARY;
        if settings.skips_kind(block.kind()) {
            return Part::default();
        }
        if let Some(len) = block.hole() {
            if block.kind() == PADDED {
                return Part::default();
            }
            // Each byte of the hole ends an empty line.
            let selected = if settings.query.selects_empty_lines() { len } else { 0 };
            return Part {
                found: SearchResults { selected, terminators: len, ..SearchResults::default() },
                ..Part::default()
            };
        }
        if (block.is_long() || block.is_collapsed())
            && let Some(part) = self.scan_long_block(block)
        {
            return part;
        }
        if binary && settings.report != Report::Json {
            let found = self.search(block, self.text_of(block), self.wanted_of_binary());
            return Part { found, ..Part::default() };
        }
        self.scan_text(block, binary)
    }

    fn printer(&self) -> Printer<'_> {
        Printer { style: &self.settings.style, pattern: &self.settings.query.any, copies: None }
    }

    fn name<'b>(&'b self, block: &'b Block) -> &'b [u8] {
        self.settings.name_of(block.source())
    }

    fn wanted(&self) -> WantedResults {
        let settings = self.settings;
        // The part of the input to keep depends on the positions of its matches.
        let keeps = settings.multiline && self.starts.is_some();
        let limit = settings.max_count;
        // Once its lines are printed, an input can no longer fail.
        let any = &settings.query.any;
        let spans = self.prints_matches() && (any.may_fail() || any.may_search_lines_together());
        let wanted = match settings.report {
            Report::Lines | Report::Json => WantedResults {
                pieces: true,
                numbers: settings.needs_numbers(),
                spans,
                limit,
                ..WantedResults::default()
            },
            Report::Count => WantedResults { limit, ..WantedResults::default() },
            Report::CountMatches => WantedResults { matches: true, limit, ..WantedResults::default() },
            Report::Names { .. } | Report::Nothing if keeps || settings.stop_on_nonmatch => WantedResults::default(),
            Report::Names { .. } | Report::Nothing => WantedResults { limit: Some(1), ..WantedResults::default() },
        };
        WantedResults { pieces: wanted.pieces || keeps || settings.stop_on_nonmatch, ..wanted }
    }

    /// Returns whether the output of a selected line depends on all matches in it.
    fn prints_matches(&self) -> bool {
        let style = &self.settings.style;
        let shows = style.per_match || style.long_lines.is_some() || self.printer().needs_matches(true);
        !self.settings.query.invert && (self.settings.report == Report::Json || shows)
    }

    /// Returns whether the matches in the selected lines of a block were kept.
    fn keeps_matches(&self, block: &Block) -> bool {
        self.wanted().spans && ![BINARY, PADDED].contains(&block.kind())
    }

    /// Returns the bytes of a block without the byte order mark at the start of its input, unless
    /// the mark is part of the text.
    fn text_of<'b>(&self, block: &'b Block) -> &'b [u8] {
        &block.bytes()[self.settings.mark_length(block)..]
    }

    /// Finds the selected lines of a block. If matches may span lines, the block is a whole input, of
    /// which only a part may have been requested.
    fn search(&self, block: &Block, hay: &[u8], wanted: WantedResults) -> SearchResults {
        let query = &self.settings.query;
        let mut found = match block.kind() {
            BINARY if self.settings.report != Report::Json => query.scan(&nul_ends_lines(hay), wanted),
            PADDED => padding::scan(query, hay, wanted),
            _ => query.scan(hay, wanted),
        };
        if self.settings.multiline
            && let Some(keep) = self.starts.and_then(|starts| starts.of(block.input()).keep)
        {
            keep.apply(&mut found, block.offset() + block.len() - hay.len() as u64);
        }
        found
    }

    /// Returns the results needed for a binary input. One line is enough unless lines are counted,
    /// because none is printed.
    fn wanted_of_binary(&self) -> WantedResults {
        match self.settings.report {
            Report::Count | Report::CountMatches => self.wanted(),
            _ if self.settings.multiline && self.starts.is_some() => self.wanted(),
            _ => WantedResults { limit: Some(1), ..WantedResults::default() },
        }
    }

    fn scan_text(&self, block: &Block, binary: bool) -> Part {
        let settings = self.settings;
        let terminator = settings.query.terminator;
        let hay = self.text_of(block);
        let mut part = Part { found: self.search(block, hay, self.wanted()), ..Part::default() };
        let mut text = hay;
        if settings.report == Report::Json {
            part.nul = if binary { memchr(0, hay) } else { None };
        } else if settings.report == Report::Lines
            && settings.binary != BinaryFiles::Text
            && terminator != 0
            && let Some(at) = cut_at_binary(hay, block.kind(), &mut part.found, terminator)
        {
            text = &hay[..at];
            part.turned_binary = true;
        }
        self.add_context(text, &mut part.found);
        part.found.shift(settings.mark_length(block) as isize);
        part
    }

    /// Adds the context that is printed.
    fn add_context(&self, text: &[u8], found: &mut SearchResults) {
        let (context, terminator) = (self.settings.context, self.settings.query.terminator);
        if self.settings.passthru {
            found.pieces = full_layout(text, &found.pieces, terminator);
        } else if !context.is_none() {
            found.pieces = layout(text, &found.pieces, context, terminator);
        }
    }

    /// Returns whether lines of a block can be kept as offsets until they are printed.
    fn can_hold_offsets(&self, block: &Block) -> bool {
        self.settings.report == Report::Lines && !self.settings.checks_encoding && block.is_mapped()
    }
}
