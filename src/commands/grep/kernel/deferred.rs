//! Writes the parts of a block's output that are not held in memory: a very long line, and many
//! lines before a match.

use std::io;
use std::ops::Range;

use memchr::memrchr;

use super::super::held::{HeldPiece, HeldText};
use super::super::lines::{count_lines, skip_lines};
use super::super::print::json::MessagePosition;
use super::super::print::json_line::{JsonLine, flush_over};
use super::super::print::style::LinePosition;
use super::super::settings::Report;
use super::{Part, Search};
use crate::engine::{Block, Sink};

/// The text that is written when its turn in the output comes.
#[derive(Debug)]
pub(super) enum Deferred {
    /// The block's last line.
    LongLine {
        /// The number of the line.
        number: u64,
        /// Whether the line is selected.
        selected: bool,
    },
    /// Lines of earlier blocks, with the number of the first one.
    Lead(u64),
}

impl Search<'_> {
    pub(super) fn write(
        &self,
        deferred: &Deferred,
        (block, part): (&Block, &Part),
        sink: &mut dyn Sink,
    ) -> io::Result<Option<io::Error>> {
        match *deferred {
            Deferred::LongLine { number, selected } => {
                let Some(long) = &part.long else { return Ok(None) };
                let offset = block.offset() + long.start as u64;
                let position = LinePosition { name: b"", number, offset, selected, width: 0 };
                if self.settings.report == Report::Json {
                    let content = self.content_of(block, offset..block.offset() + block.len());
                    let message = self.json_line(block, part, position);
                    let pattern = self.finds_matches(selected).then_some(&self.settings.query.any);
                    return message.write((block, content.end - content.start), pattern, sink);
                }
                self.write_line(block, offset..block.offset() + block.len(), position, sink)
            }
            Deferred::Lead(number) => self.write_lead(block, &part.lead.pieces, number, sink),
        }
    }

    /// Returns the message of the long line at a position.
    pub(super) fn json_line<'m>(&'m self, block: &'m Block, part: &Part, at: LinePosition<'_>) -> JsonLine<'m> {
        let LinePosition { number, offset, selected, .. } = at;
        let number = self.json_number(number);
        let position = MessagePosition { name: self.name(block), number, offset, selected, replacement: None };
        JsonLine { position, size: part.long.as_ref().map(|long| long.json).unwrap_or_default() }
    }

    /// Returns the offsets of a line without its terminator. The line is the block's last one, or ends
    /// with a terminator.
    fn content_of(&self, block: &Block, line: Range<u64>) -> Range<u64> {
        line.start..line.end - u64::from(self.is_ended(block, &line))
    }

    fn is_ended(&self, block: &Block, line: &Range<u64>) -> bool {
        line.end != block.offset() + block.len() || block.bytes().last() == Some(&self.settings.query.terminator)
    }

    /// Writes a long line.
    fn write_line(
        &self,
        block: &Block,
        line: Range<u64>,
        at: LinePosition<'_>,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<io::Error>> {
        let at = LinePosition { name: self.name(block), width: self.settings.width_of(block.source()), ..at };
        let is_ended = self.is_ended(block, &line);
        self.printer().deferred_line(block, (self.content_of(block, line), is_ended), at, sink)
    }

    /// Writes lines before a match. `number` is that of the first one.
    fn write_lead(
        &self,
        block: &Block,
        pieces: &[HeldPiece],
        number: u64,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<io::Error>> {
        let width = self.settings.width_of(block.source());
        let mut at = LinePosition { name: self.name(block), number, offset: 0, selected: false, width };
        let mut next = block.offset() - pieces.iter().map(HeldPiece::len).sum::<u64>();
        for piece in pieces {
            at.offset = next;
            next += piece.len();
            let damage = match &piece.text {
                HeldText::Copy(bytes, start) => {
                    let mut text = Vec::new();
                    self.print_piece(&self.printer(), (&bytes[*start..], None), at, &mut text);
                    sink.write(&text)?;
                    None
                }
                HeldText::InFile { range, skipped: 0 } if piece.lines == 1 => {
                    self.write_line(block, range.clone(), at, sink)?
                }
                HeldText::InFile { range, skipped } => self.write_range(block, (range.clone(), *skipped), at, sink)?,
            };
            if damage.is_some() {
                return Ok(damage);
            }
            at.number += piece.lines;
        }
        Ok(None)
    }

    /// Writes the lines in `range`, except for the first ones.
    fn write_range(
        &self,
        block: &Block,
        (range, mut skipped): (Range<u64>, u64),
        mut at: LinePosition<'_>,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<io::Error>> {
        let terminator = self.settings.query.terminator;
        let (mut lines, mut text) = (Vec::new(), Vec::new());
        block.read_parts(range.clone(), 0, |bytes, part| {
            let whole = match memrchr(terminator, bytes) {
                _ if part.end == range.end => bytes.len(),
                Some(last) => last + 1,
                None => 0,
            };
            lines.extend_from_slice(&bytes[..whole]);
            if whole > 0 {
                let start = skip_lines(&lines, skipped, terminator);
                skipped -= skipped.min(count_lines(&lines[..start], terminator));
                at.offset += start as u64;
                let shown = &lines[start..];
                self.print_piece(&self.printer(), (shown, None), at, &mut text);
                at.number += count_lines(shown, terminator);
                at.offset += shown.len() as u64;
                flush_over(0, &mut text, sink)?;
                lines.clear();
            }
            lines.extend_from_slice(&bytes[whole..]);
            Ok(true)
        })
    }
}
