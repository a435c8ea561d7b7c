//! Formats the selected lines of a block, as text or as JSON.

use std::borrow::Cow;
use std::cell::RefCell;

use super::super::json;
use super::super::lines::lines_of;
use super::super::print::Printer;
use super::super::query::Piece;
use super::super::settings::Report;
use super::super::style::{At, Spans};
use super::{Part, Search, Totals};
use crate::engine::{Block, Insertion, Kernel};

impl Search<'_> {
    /// Prints the selected lines and their context. Copies of long lines go to `copies` instead of
    /// the text.
    pub(super) fn print_lines(&self, block: &Block, part: &Part, copies: &RefCell<Vec<Insertion>>, text: &mut Vec<u8>) {
        let settings = self.settings;
        let pieces = &part.found.pieces;
        if pieces.is_empty() {
            return;
        }
        let printer = Printer { copies: Some(copies), ..self.printer() };
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
            self.print_piece(
                &printer,
                (&part.lead.bytes, None),
                At { name, number, offset, selected: false, width },
                text,
            );
        }
        let multiline = settings.multiline;
        let mut shown = pieces[0].start;
        for piece in self.printed_together(pieces).iter() {
            if piece.start != shown && settings.separates {
                self.separator(text);
            }
            let spans = multiline.then_some(Spans { all: &part.found.spans, base: piece.start });
            self.print_piece(&printer, (&hay[piece.start..piece.end], spans), at(piece), text);
            shown = piece.end;
        }
    }

    fn separator(&self, text: &mut Vec<u8>) {
        if let Some(separator) = &self.settings.group_separator {
            self.printer().separator(separator, text);
        }
    }

    /// Prints lines whose matches may be known. In a dialect that checks the encoding, lines that are not valid UTF-8 are skipped.
    fn print_piece(
        &self,
        printer: &Printer<'_>,
        (lines, spans): (&[u8], Option<Spans<'_>>),
        at: At<'_>,
        text: &mut Vec<u8>,
    ) {
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

    /// Formats JSON messages. They hold running totals, so this happens in file order.
    pub(super) fn print_json(&self, block: &Block, part: &mut Part, totals: &mut Totals) {
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
            let place = json::LinesPlace { name, number, offset, selected: false, replacement: None };
            totals.json.lines(query, &part.lead.bytes, None, place, &mut text);
        }
        for piece in self.printed_together(&part.found.pieces).iter() {
            let place = json::LinesPlace {
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

    /// Joins adjacent pieces where ripgrep prints them together: with matches that may span lines, they
    /// are one message and are replaced together.
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
