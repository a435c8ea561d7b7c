//! Formats the selected lines of a block, as text or as JSON.

use std::borrow::Cow;
use std::cell::RefCell;

use super::super::lines::lines_of;
use super::super::print::Printer;
use super::super::print::json;
use super::super::print::style::{LinePosition, Spans};
use super::super::query::Piece;
use super::super::settings::Report;
use super::deferred::Deferred;
use super::long_line::haystack;
use super::{Part, Search, Totals};
use crate::engine::{Block, Inserted, Insertion, Kernel};

impl Search<'_> {
    /// Prints the selected lines and their context. Copies of long lines are added to `copies`
    /// instead of the text. Returns the deferred text, whose positions are also added to `copies`.
    pub(super) fn print_lines(
        &self,
        block: &Block,
        part: &Part,
        copies: &RefCell<Vec<Insertion>>,
        text: &mut Vec<u8>,
    ) -> Vec<Deferred> {
        let settings = self.settings;
        let pieces = &part.found.pieces;
        let mut deferred = Vec::new();
        if pieces.is_empty() {
            return deferred;
        }
        let mut defer = |what: Deferred, text: &[u8]| {
            copies.borrow_mut().push(Insertion { at: text.len(), what: Inserted::Deferred(deferred.len()) });
            deferred.push(what);
        };
        let printer = Printer { copies: Some(copies), ..self.printer() };
        self.print_heading(block, part, &printer, text);
        let name = self.name(block);
        let width = settings.width_of(block.source());
        let hay = haystack(&part.long, block);
        let at = |piece: &Piece| LinePosition {
            name,
            number: part.first_line + piece.line,
            offset: block.offset() + piece.start as u64,
            selected: piece.selected,
            width,
        };
        let first_number = part.first_line.saturating_sub(part.lead.lines);
        if !part.lead.pieces.is_empty() {
            defer(Deferred::Lead(first_number), text);
        } else if part.lead.lines > 0 {
            let offset = block.offset() - part.lead.bytes.len() as u64;
            let at = LinePosition { name, number: first_number, offset, selected: false, width };
            self.print_piece(&printer, (&part.lead.bytes, None), at, text);
        }
        let mut known = self.known_matches(block, part);
        let mut shown = pieces[0].start;
        for piece in self.joined_pieces(pieces).iter() {
            if piece.start != shown && settings.separates {
                self.separator(text);
            }
            shown = piece.end;
            let (piece, last) = part.split_long_line(piece);
            if piece.start < piece.end {
                known.iter_mut().for_each(|spans| spans.skip_to(piece.start));
                let spans = known.filter(|_| settings.multiline || piece.selected);
                self.print_piece(&printer, (&hay[piece.start..piece.end], spans), at(&piece), text);
            }
            if let Some(last) = last.filter(|_| self.prints_long_line(part)) {
                defer(Deferred::LongLine { number: part.first_line + last.line, selected: last.selected }, text);
            }
        }
        deferred
    }

    /// Prints the heading of a block's lines: the input's name, or a separator.
    fn print_heading(&self, block: &Block, part: &Part, printer: &Printer<'_>, text: &mut Vec<u8>) {
        if let Some(blank) = part.heading {
            if blank {
                printer.end_own_line(text);
            }
            printer.name_line(self.name(block), text);
        }
        if part.separated && self.settings.separates {
            self.separator(text);
        }
    }

    /// Returns whether the long line may be printed.
    fn prints_long_line(&self, part: &Part) -> bool {
        part.long.as_ref().is_some_and(|long| long.is_valid || !self.requires_utf8())
    }

    /// Returns whether lines are printed only if they are valid UTF-8.
    fn requires_utf8(&self) -> bool {
        self.settings.checks_encoding && !self.settings.style.only_matching
    }

    fn separator(&self, text: &mut Vec<u8>) {
        if let Some(separator) = &self.settings.group_separator {
            self.printer().separator(separator, text);
        }
    }

    /// Prints lines, with their matches if those are known. In a dialect that checks the encoding,
    /// lines that are not valid UTF-8 are skipped.
    pub(super) fn print_piece(
        &self,
        printer: &Printer<'_>,
        (lines, spans): (&[u8], Option<Spans<'_>>),
        at: LinePosition<'_>,
        text: &mut Vec<u8>,
    ) {
        if !self.requires_utf8() || std::str::from_utf8(lines).is_ok() {
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
                spans.skip_to(spans.base + line.len());
            }
        }
    }

    /// Returns the matches in the selected lines of a block, if they were kept.
    fn known_matches<'p>(&self, block: &'p Block, part: &'p Part) -> Option<Spans<'p>> {
        let are_kept = self.keeps_matches(block) && part.long.is_none() && !part.found.omits_spans;
        let spans = Spans { hay: haystack(&part.long, block), all: &part.found.spans, base: 0 };
        (self.settings.multiline || are_kept).then_some(spans)
    }

    /// Formats JSON messages in file order, because they contain running totals.
    pub(super) fn print_json(&self, block: &Block, part: &mut Part, totals: &mut Totals) {
        let hay = haystack(&part.long, block);
        let name = self.name(block);
        if block.offset() < Self::HEAD as u64
            && let Some(nul) = part.nul
        {
            totals.json.note_binary(block.offset() + nul as u64);
        }
        let mut text = std::mem::take(&mut part.text);
        let mut deferred = None;
        let query = &self.settings.query;
        if part.lead.lines > 0 {
            let number = self.json_number(part.first_line.saturating_sub(part.lead.lines));
            let offset = block.offset() - part.lead.bytes.len() as u64;
            let position = json::MessagePosition { name, number, offset, selected: false, replacement: None };
            totals.json.lines(query, &part.lead.bytes, None, position, &mut text);
        }
        let mut known = self.known_matches(block, part);
        for piece in self.joined_pieces(&part.found.pieces).iter() {
            let position = json::MessagePosition {
                name,
                number: self.json_number(part.first_line + piece.line),
                offset: block.offset() + piece.start as u64,
                selected: piece.selected,
                replacement: self.settings.style.replacement.as_deref().filter(|_| piece.selected),
            };
            let (piece, last) = part.split_long_line(piece);
            known.iter_mut().for_each(|spans| spans.skip_to(piece.start));
            let spans = known.filter(|_| self.settings.multiline || piece.selected);
            totals.json.lines(query, &hay[piece.start..piece.end], spans, position, &mut text);
            let Some(last) = last else { continue };
            let offset = block.offset() + last.start as u64;
            let number = part.first_line + last.line;
            let at = LinePosition { name, number, offset, selected: last.selected, width: 0 };
            let length = block.len() - last.start as u64;
            let message = self.json_line(block, part, at);
            totals.json.long_line(message.position, length, (message.len(), message.size.matches), &mut text);
            deferred = Some((text.len(), Deferred::LongLine { number, selected: last.selected }));
        }
        match deferred {
            _ if self.settings.only_summary => text.clear(),
            Some((at, line)) => {
                part.messages.push(Insertion { at, what: Inserted::Deferred(0) });
                part.deferred = vec![line];
            }
            None => {}
        }
        part.text = text;
    }

    /// Returns the number of a line as JSON messages show it.
    pub(super) fn json_number(&self, number: u64) -> Option<u64> {
        self.settings.style.number.then_some(number)
    }

    /// Joins adjacent pieces where ripgrep prints them together. If matches may span lines, such
    /// pieces are one message and are replaced together.
    fn joined_pieces<'p>(&self, pieces: &'p [Piece]) -> Cow<'p, [Piece]> {
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

impl Part {
    /// Splits the long line off a piece.
    fn split_long_line(&self, piece: &Piece) -> (Piece, Option<Piece>) {
        match &self.long {
            Some(long) if piece.end > long.start => {
                let last = Piece { start: long.start, line: piece.line + piece.lines - 1, lines: 1, ..*piece };
                (Piece { end: long.start, lines: piece.lines - 1, ..*piece }, Some(last))
            }
            _ => (*piece, None),
        }
    }
}
