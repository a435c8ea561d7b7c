//! The kernel: what a block of lines adds to the output, and what it hands on to the next.

use std::borrow::Cow;
use std::ffi::OsStr;

use memchr::memchr;

use crate::cli::grep::BinaryFiles;
use crate::decode::Format;
use crate::engine::{Block, Flow, InputKind, Inserted, Insertion, Kernel};
use crate::os::posix::OsStrExt;
use crate::output::escape_name;

use super::context::{Context, Lead, Reach, demote, fill, keep_first, lay_out};
use super::json;
use super::padding;
use super::print::Printer;
use super::search::{Found, Piece, Query, Wanted, count_lines, lines_of};
use super::settings::{Report, Settings};
use super::start::Starts;
use super::style::{At, Spans};

/// The input is text, or is to be taken as text.
pub const TEXT: InputKind = InputKind::Text;
/// The input is text with runs of NUL bytes.
pub const PADDED: InputKind = InputKind::Padded;
/// The input's beginning holds a NUL byte: it is binary.
pub const BINARY: InputKind = InputKind::Binary;

/// Searches blocks as the settings say.
#[derive(Debug)]
pub struct Search<'s> {
    /// What to look for and what to print.
    pub settings: &'s Settings,
    /// Where inputs begin, when they are not searched from their first byte.
    pub starts: Option<&'s Starts>,
    /// Whether more may come behind what is the last block by now.
    pub open_ended: bool,
}

/// What one block leaves.
#[derive(Debug, Default)]
pub struct Part {
    found: Found,
    /// A selected line holds a NUL byte: nothing from there on is printed.
    turned_binary: bool,
    /// Where the block's first NUL byte is, for an input that is binary and reported as JSON.
    nul: Option<usize>,
    /// The number of the block's first line, from 1.
    first_line: u64,
    lead: Lead,
    /// A separator goes before the first line printed.
    separated: bool,
    /// The input's name goes above its first line printed; `true` asks for an empty line above that.
    heading: Option<bool>,
    /// The input ended: its total.
    total: Option<u64>,
    /// Text that only file order could make.
    text: Vec<u8>,
    /// Lines of the input are selected and not printed, which is to be told.
    untold: bool,
    /// Why the search of the input ended here.
    failed: Option<String>,
    /// That message, behind the text.
    messages: Vec<Insertion>,
}

/// What is handed on from block to block and from input to input.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Whether any line of any input was selected.
    pub selected_any: bool,
    /// Whether the search of any input ended in a failure.
    pub failed: bool,
    /// What `--json` sums up.
    pub json: json::Totals,
    /// Whether enough of the input at hand has been seen.
    pub done: bool,
    /// Where to leave standard input, when its search ended before it did.
    pub leave_at: Option<u64>,
    /// The first compressed input that was searched as it is.
    pub compressed: Option<(Vec<u8>, Format)>,
    printed_any: bool,
    /// The input at hand: terminators before this block, selected lines and matches so far, selected lines still wanted.
    line: u64,
    selected: u64,
    left: u64,
    printed: bool,
    hidden: bool,
    /// The last line so far was selected, and nothing but such lines is wanted.
    in_run: bool,
    reach: Reach,
}

impl Totals {
    /// Goes on with this input after another one, whose totals are `other`.
    pub fn go_on_after(&mut self, other: &Totals) {
        self.selected_any |= other.selected_any;
        self.failed |= other.failed;
        self.printed_any |= other.printed_any;
        self.json.go_on_after(&other.json);
    }

    /// Notes the name and the format of an input that begins with this block, if it is compressed.
    pub fn note_compressed(&mut self, block: &Block, name: &[u8]) {
        if self.compressed.is_none() && block.offset() == 0 && !block.source().is_fed() {
            let format = crate::decode::format_of(block.bytes());
            self.compressed = format.map(|format| (name.to_vec(), format));
        }
    }

    /// Goes on after lines that were left out. Context does not reach over them.
    fn pass(&mut self, lines: u64, query: &Query, context: Context, is_first: bool) {
        // Lines of a merged log may come in another order than that of the file.
        self.line = self.line.wrapping_add(lines);
        if !is_first {
            self.reach = Reach::new(context, query.terminator);
        }
    }

    /// Takes note that something of another input was printed last.
    pub fn interrupt(&mut self) {
        self.printed = false;
        self.reach.interrupt();
    }
}

impl Kernel for Search<'_> {
    type Part = Part;
    type Carry = Totals;

    /// GNU grep decides by its first buffer, of 96 KiB, so up to there the verdicts agree.
    const HEAD: usize = 96 << 10;

    fn classify(&self, head: &[u8]) -> InputKind {
        self.settings.verdict_on(head)
    }

    fn scan(&self, block: &Block) -> Part {
        let settings = self.settings;
        let binary = block.kind() == BINARY;
        if self.is_passed_over(block) {
            return Part::default();
        }
        if let Some(len) = block.hole() {
            if block.kind() == PADDED {
                return Part::default();
            }
            // Each of its bytes ends a line, and all of these are empty.
            let selected = if settings.query.selects_empty_lines() { len } else { 0 };
            return Part { found: Found { selected, terminators: len, ..Found::default() }, ..Part::default() };
        }
        if binary && settings.report != Report::Json {
            let found = self.search(block, self.text_of(block), self.wanted_of_binary());
            return Part { found, ..Part::default() };
        }
        self.scan_text(block, binary)
    }

    fn is_settled_by(&self, part: &Part) -> bool {
        let limit = self.wanted().limit;
        // What is around the last one may stand behind the block, and so may the rest of a match of several lines.
        self.settings.context.is_none()
            && !self.settings.multiline
            && !self.settings.passthru
            && !self.settings.stop_on_nonmatch
            && limit.is_some_and(|limit| part.found.selected >= limit)
    }

    fn carry(&self, block: &Block, part: &mut Part, totals: &mut Totals) -> Flow {
        if block.is_first() {
            let notice = self.begin_input(block, totals);
            part.messages.extend(notice.map(|notice| Insertion { at: 0, what: Inserted::Message(notice) }));
        }
        if let Some(lines) = block.passed_lines() {
            totals.pass(lines, &self.settings.query, self.settings.context, block.is_first());
        }
        let mut flow = self.take(block, part, totals);
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
        if ended && totals.left == 0 && block.source().is_stdin() {
            totals.leave_at = Some(block.offset() + self.stopped_at(block, part) as u64);
        }
        flow
    }

    fn format(&self, block: &Block, part: &mut Part, text: &mut Vec<u8>) {
        let settings = self.settings;
        let start = text.len();
        match settings.report {
            Report::Lines => self.print_lines(block, part, text),
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
        if part.untold {
            let name = escape_name(OsStr::from_bytes(self.name(block)));
            let message = Inserted::Message(format!("mapped: {name}: binary file matches (-a prints its lines)"));
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
}

impl Search<'_> {
    fn printer(&self) -> Printer<'_> {
        Printer { style: &self.settings.style, pattern: &self.settings.query.any }
    }

    fn name<'b>(&'b self, block: &'b Block) -> &'b [u8] {
        self.settings.name_of(block.source())
    }

    fn wanted(&self) -> Wanted {
        let settings = self.settings;
        // What is kept of the input is a matter of where its matches lie.
        let keeps = settings.multiline && self.starts.is_some();
        let limit = settings.max_count;
        let wanted = match settings.report {
            Report::Lines => Wanted { pieces: true, numbers: settings.style.number, matches: false, limit },
            Report::Json => Wanted { pieces: true, numbers: true, matches: false, limit },
            Report::Count => Wanted { limit, ..Wanted::default() },
            Report::CountMatches => Wanted { matches: true, limit, ..Wanted::default() },
            Report::Names { .. } | Report::Nothing if keeps || settings.stop_on_nonmatch => Wanted::default(),
            Report::Names { .. } | Report::Nothing => Wanted { limit: Some(1), ..Wanted::default() },
        };
        Wanted { pieces: wanted.pieces || keeps || settings.stop_on_nonmatch, ..wanted }
    }

    /// Returns the bytes of a block without the byte order mark that its input may begin with, where
    /// that is not part of the text.
    fn text_of<'b>(&self, block: &'b Block) -> &'b [u8] {
        let bytes = block.bytes();
        match self.settings.skips_mark && block.is_first() && block.offset() == 0 {
            true => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
            false => bytes,
        }
    }

    /// Returns the length of the byte order mark before [`Search::text_of`].
    fn mark_of(&self, block: &Block) -> isize {
        (block.bytes().len() - self.text_of(block).len()) as isize
    }

    /// Finds the selected lines of a block. Where matches may span lines, the block is a whole input, of
    /// which a part may be wanted.
    fn search(&self, block: &Block, hay: &[u8], wanted: Wanted) -> Found {
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

    /// No line of a binary input is printed, so one is enough unless they are counted.
    fn wanted_of_binary(&self) -> Wanted {
        match self.settings.report {
            Report::Count | Report::CountMatches => self.wanted(),
            _ if self.settings.multiline && self.starts.is_some() => self.wanted(),
            _ => Wanted { limit: Some(1), ..Wanted::default() },
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
        if settings.passthru {
            part.found.pieces = fill(text, &part.found.pieces, terminator);
        } else if !settings.context.is_none() {
            part.found.pieces = lay_out(text, &part.found.pieces, settings.context, terminator);
        }
        part.found.shift(self.mark_of(block));
        part
    }

    /// Whether a block is of an input that counts as one without a match.
    fn is_passed_over(&self, block: &Block) -> bool {
        self.settings.binary == BinaryFiles::WithoutMatch
            && self.settings.report != Report::Json
            && block.kind() == BINARY
    }

    /// Gives what is to be said of the input.
    fn begin_input(&self, block: &Block, totals: &mut Totals) -> Option<String> {
        let start = self.starts.map(|starts| starts.of(block.input())).unwrap_or_default();
        totals.line = start.line;
        totals.selected = 0;
        totals.left = self.settings.max_count.unwrap_or(u64::MAX);
        totals.printed = false;
        totals.hidden = false;
        totals.in_run = false;
        totals.reach = Reach::new(self.settings.context, self.settings.query.terminator).after(&start.lead);
        totals.json.begin_input();
        totals.note_compressed(block, self.name(block));
        let name = escape_name(OsStr::from_bytes(self.name(block)));
        start.notice.map(|notice| format!("mapped: {name}: {notice}"))
    }

    /// Takes a block's findings in file order.
    fn take(&self, block: &Block, part: &mut Part, totals: &mut Totals) -> Flow {
        let settings = self.settings;
        let stops = settings.stop_on_nonmatch && self.cut_run(block, part, totals);
        let mut selected = part.found.selected;
        if selected > totals.left {
            if settings.report == Report::CountMatches {
                let wanted = Wanted { limit: Some(totals.left), ..self.wanted() };
                part.found = self.search(block, self.text_of(block), wanted);
            }
            selected = totals.left;
            let (hay, pieces, terminator) = (block.bytes(), &mut part.found.pieces, settings.query.terminator);
            if settings.passthru {
                demote(hay, pieces, selected, terminator);
            } else {
                keep_first(hay, pieces, selected, settings.context, terminator);
            }
            part.turned_binary = false;
        }
        totals.left -= selected;
        totals.selected_any |= selected > 0;
        if self.is_passed_over(block) {
            return Flow::EndInput;
        }
        let enough = totals.left == 0;
        match settings.report {
            Report::Nothing if selected > 0 => return Flow::Stop,
            Report::Nothing => {}
            Report::Names { .. } => {
                totals.selected += selected;
                if selected > 0 {
                    return Flow::EndInput;
                }
            }
            Report::Count => totals.selected += selected,
            Report::CountMatches => totals.selected += part.found.matches,
            Report::Json => {
                totals.selected += selected;
                self.cross(block, part, totals);
                self.print_json(block, part, totals);
            }
            Report::Lines if block.kind() == BINARY => {
                if selected > 0 {
                    // Its lines count as printed where separators are concerned.
                    totals.printed_any |= !settings.style.heading;
                    part.untold = settings.binary == BinaryFiles::Binary;
                    return Flow::EndInput;
                }
            }
            Report::Lines => {
                self.cross(block, part, totals);
                if part.turned_binary {
                    totals.selected_any = true;
                    totals.hidden = true;
                    return Flow::EndInput;
                }
            }
        }
        if stops || enough && !totals.reach.is_due() && !settings.passthru { Flow::EndInput } else { Flow::Continue }
    }

    /// Leaves of what was found the first selected lines that follow one another (`--stop-on-nonmatch`),
    /// as far as earlier blocks did not end these. Returns whether a line that does not match follows.
    fn cut_run(&self, block: &Block, part: &mut Part, totals: &mut Totals) -> bool {
        let found = &mut part.found;
        let Some(first) = found.pieces.iter().position(|piece| piece.selected) else {
            return totals.in_run && !block.is_empty();
        };
        if totals.in_run && found.pieces[first].start > 0 {
            *found = Found { terminators: found.terminators, ..Found::default() };
            return true;
        }
        let mut last = first;
        while found.pieces.get(last + 1).is_some_and(|next| next.selected && next.start == found.pieces[last].end) {
            last += 1;
        }
        found.pieces.truncate(last + 1);
        found.selected =
            found.pieces[first..].iter().map(|piece| if self.settings.multiline { 1 } else { piece.lines }).sum();
        let (start, end) = (found.pieces[first].start, found.pieces[last].end);
        if self.settings.report == Report::CountMatches {
            let lines = block.bytes().get(start..end).unwrap_or_default();
            found.matches = self.settings.query.scan(lines, Wanted { matches: true, ..Wanted::default() }).matches;
        }
        totals.in_run = true;
        (end as u64) < block.len()
    }

    /// Settles where the block's lines stand, and what of context reaches into it and out of it.
    fn cross(&self, block: &Block, part: &mut Part, totals: &mut Totals) {
        let settings = self.settings;
        part.first_line = totals.line + 1;
        totals.line += part.found.terminators;
        let hay = block.bytes();
        let mut follows = true;
        if settings.separates {
            let mark = self.mark_of(block);
            part.found.shift(-mark);
            (part.lead, follows) = totals.reach.cross(self.text_of(block), &mut part.found.pieces);
            part.found.shift(mark);
        }
        if part.found.pieces.is_empty() {
            return;
        }
        part.separated = totals.printed_any && !follows && settings.report == Report::Lines;
        if settings.style.heading && !totals.printed {
            // The empty line above a heading does what a separator does.
            part.heading = Some(totals.printed_any);
            part.separated = false;
        }
        totals.printed_any = true;
        totals.printed = true;
        if settings.checks_encoding && !settings.style.only_matching {
            let valid = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
            let all = valid(&part.lead.bytes) && part.found.pieces.iter().all(|p| valid(&hay[p.start..p.end]));
            totals.hidden |= !all;
        }
    }

    fn end_input(&self, block: &Block, part: &mut Part, totals: &mut Totals) {
        part.total = Some(totals.selected);
        let tells = self.settings.report == Report::Lines && self.settings.binary == BinaryFiles::Binary;
        part.untold |= std::mem::take(&mut totals.hidden) && tells;
        if self.settings.report == Report::Json {
            let ended_at = (!totals.done).then(|| block.offset() + block.len());
            totals.json.end_input(self.name(block), ended_at, &mut part.text);
            if self.settings.only_summary {
                part.text.clear();
            }
        }
    }

    /// Up to where in the block a program that reads line by line would have read when it stopped.
    fn stopped_at(&self, block: &Block, part: &Part) -> usize {
        match self.settings.report {
            Report::Lines | Report::Json if block.kind() != BINARY => {
                part.found.pieces.iter().rfind(|piece| piece.selected).map_or(0, |piece| piece.end)
            }
            _ => {
                let limit = Some(self.settings.max_count.unwrap_or(1));
                let text = self.text_of(block);
                let found = self.settings.query.scan(text, Wanted { pieces: true, limit, ..Wanted::default() });
                let end = found.pieces.last().map_or(text.len(), |piece| piece.end);
                block.bytes().len() - text.len() + end
            }
        }
    }

    fn print_lines(&self, block: &Block, part: &Part, text: &mut Vec<u8>) {
        let settings = self.settings;
        let pieces = &part.found.pieces;
        if pieces.is_empty() {
            return;
        }
        let printer = self.printer();
        let name = self.name(block);
        if let Some(blank) = part.heading {
            if blank {
                printer.end_own_line(text);
            }
            printer.name_line(name, text);
        }
        if part.separated && settings.separates {
            self.separator(text);
        }
        let width = settings.width_of(block.source());
        let hay = block.bytes();
        let at = |piece: &Piece| At {
            name,
            number: part.first_line + piece.line,
            offset: block.offset() + piece.start as u64,
            selected: piece.selected,
            width,
        };
        if part.lead.lines > 0 {
            let number = part.first_line.saturating_sub(part.lead.lines);
            let offset = block.offset() - part.lead.bytes.len() as u64;
            self.print_piece(&part.lead.bytes, None, At { name, number, offset, selected: false, width }, text);
        }
        let multiline = settings.multiline;
        let mut shown = pieces[0].start;
        for piece in self.printed_together(pieces).iter() {
            if piece.start != shown && settings.separates {
                self.separator(text);
            }
            let spans = multiline.then_some(Spans { all: &part.found.spans, base: piece.start });
            self.print_piece(&hay[piece.start..piece.end], spans, at(piece), text);
            shown = piece.end;
        }
    }

    fn separator(&self, text: &mut Vec<u8>) {
        if let Some(separator) = &self.settings.group_separator {
            self.printer().separator(separator, text);
        }
    }

    /// Prints lines, but none that is no text in a dialect that cares.
    fn print_piece(&self, lines: &[u8], spans: Option<Spans<'_>>, at: At<'_>, text: &mut Vec<u8>) {
        let printer = self.printer();
        let checks = self.settings.checks_encoding && !self.settings.style.only_matching;
        if !checks || std::str::from_utf8(lines).is_ok() {
            printer.lines(lines, spans, at, text);
            return;
        }
        let (mut at, mut spans) = (at, spans);
        for line in lines_of(lines, self.settings.query.terminator) {
            if std::str::from_utf8(line).is_ok() {
                printer.lines(line, spans, at, text);
            }
            at.number += 1;
            at.offset += line.len() as u64;
            if let Some(spans) = &mut spans {
                spans.base += line.len();
            }
        }
    }

    /// Messages count their bytes and matches, so they are made in file order.
    fn print_json(&self, block: &Block, part: &mut Part, totals: &mut Totals) {
        let hay = block.bytes();
        let name = self.name(block);
        if block.offset() < Self::HEAD as u64
            && let Some(nul) = part.nul
        {
            totals.json.note_binary(block.offset() + nul as u64);
        }
        let mut text = std::mem::take(&mut part.text);
        let query = &self.settings.query;
        if part.lead.lines > 0 {
            let number = part.first_line - part.lead.lines;
            let offset = block.offset() - part.lead.bytes.len() as u64;
            let place = json::Place { name, number, offset, selected: false, replacement: None };
            totals.json.lines(query, &part.lead.bytes, None, place, &mut text);
        }
        for piece in self.printed_together(&part.found.pieces).iter() {
            let place = json::Place {
                name,
                number: part.first_line + piece.line,
                offset: block.offset() + piece.start as u64,
                selected: piece.selected,
                replacement: self.settings.style.replacement.as_deref().filter(|_| piece.selected),
            };
            let spans = self.settings.multiline.then_some(Spans { all: &part.found.spans, base: piece.start });
            totals.json.lines(query, &hay[piece.start..piece.end], spans, place, &mut text);
        }
        if self.settings.only_summary {
            text.clear();
        }
        part.text = text;
    }

    /// Joins the pieces that touch, where ripgrep prints these together: matches that may span lines
    /// are one message, and are replaced together.
    fn printed_together<'p>(&self, pieces: &'p [Piece]) -> Cow<'p, [Piece]> {
        let joins = self.settings.report == Report::Json || self.settings.style.replacement.is_some();
        if !(self.settings.multiline && joins) {
            return Cow::Borrowed(pieces);
        }
        let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
        for &piece in pieces {
            match joined.last_mut() {
                Some(last) if last.end == piece.start && last.selected == piece.selected => {
                    last.end = piece.end;
                    last.lines += piece.lines;
                }
                _ => joined.push(piece),
            }
        }
        Cow::Owned(joined)
    }
}

/// A binary input's lines end with newlines and NUL bytes alike.
fn nul_ends_lines(hay: &[u8]) -> Cow<'_, [u8]> {
    if memchr(0, hay).is_none() {
        return Cow::Borrowed(hay);
    }
    Cow::Owned(hay.iter().map(|&byte| if byte == 0 { b'\n' } else { byte }).collect())
}

/// Drops what was found from the first selected line on that is not text: one with a NUL byte, or in
/// padded text with anything else that text does not hold. Returns where that line begins.
fn cut_at_binary(hay: &[u8], kind: InputKind, found: &mut Found, terminator: u8) -> Option<usize> {
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
