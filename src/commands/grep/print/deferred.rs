//! Prints a line that is too long to be held, part by part.

use std::io;
use std::ops::Range;

use super::super::line_segments::{LineSegment, LineSegments};
use super::Printer;
use super::excerpt::Excerpt;
use super::json_line::flush_over;
use super::style::LinePosition;
use crate::engine::{Block, Sink};

/// The maximum number of bytes of text to buffer before they are written.
const MAX_BUFFERED_BYTES: usize = 64 << 10;

/// A line that is being printed.
struct DeferredLine<'l> {
    at: LinePosition<'l>,
    /// Whether only the line's matches are printed.
    only_matching: bool,
    /// The number of bytes of the line, with its replacements, before the next stretch.
    position: u64,
    /// Whether the line's colour has been started since the last match.
    is_colored: bool,
    /// Whether a carriage return is held back, because the line's colour ends before the final one.
    holds_return: bool,
    /// Whether leading blanks are still to be trimmed.
    trims: bool,
    text: Vec<u8>,
}

impl Printer<'_> {
    /// Prints the line whose content, without its terminator, is `range` of the input. `is_ended`
    /// says whether the terminator follows. Returns the reason if the file no longer contains the
    /// line.
    ///
    /// # Errors
    /// Fails as [`Sink::write`] does.
    pub fn deferred_line(
        &self,
        block: &Block,
        (range, is_ended): (Range<u64>, bool),
        at: LinePosition<'_>,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<io::Error>> {
        let style = self.style;
        let holds = at.selected != style.inverted;
        if style.only_matching && !holds && !style.passthru {
            return Ok(None);
        }
        let mut line = DeferredLine {
            at,
            only_matching: holds && style.only_matching,
            position: 0,
            is_colored: false,
            holds_return: false,
            trims: style.trim,
            text: Vec::new(),
        };
        if !line.only_matching {
            let column = match holds && style.column {
                true => self.first_column(block, range.clone())?,
                false => Ok(None),
            };
            let column = match column {
                Ok(column) => column,
                Err(damage) => return Ok(Some(damage)),
            };
            self.prefix(column, true, at, &mut line.text);
            if style.long_lines.is_some() {
                return self.omitted(block, range, line, sink);
            }
        }
        let pattern = self.needs_matches(at.selected).then_some(self.pattern);
        let segments = LineSegments::new(pattern, style.replacement.as_deref());
        let segments = if line.only_matching { segments.without_holes() } else { segments };
        let damage = segments.read(block, range, &mut |segment| {
            self.segment(segment, &mut line);
            flush_over(MAX_BUFFERED_BYTES, &mut line.text, sink).map(|()| true)
        })?;
        if damage.is_none() && !line.only_matching {
            self.end_color(&mut line);
            match is_ended {
                true => line.text.push(style.terminator),
                false => self.end_line(&mut line.text),
            }
        }
        flush_over(0, &mut line.text, sink)?;
        Ok(damage)
    }

    /// Returns the column of the first match of a line.
    fn first_column(&self, block: &Block, range: Range<u64>) -> io::Result<Result<Option<u64>, io::Error>> {
        let (mut position, mut column) = (0, None);
        let damage = self.each_segment(block, range, &mut |segment| {
            column = segment.is_match.then_some(position + 1);
            position += segment.text.len() as u64 + segment.zeros;
            column.is_none()
        })?;
        Ok(damage.map_or(Ok(column), Err))
    }

    /// Prints the note in place of a line that is longer than `--max-columns` allows.
    fn omitted(
        &self,
        block: &Block,
        range: Range<u64>,
        mut line: DeferredLine<'_>,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<io::Error>> {
        let selected = line.at.selected;
        let mut matches = (selected != self.style.inverted && self.needs_matches(selected)).then_some(0);
        if let Some(count) = &mut matches {
            let damage = self.each_segment(block, range, &mut |segment| {
                *count += u64::from(segment.is_match);
                true
            })?;
            if damage.is_some() {
                return Ok(damage);
            }
        }
        line.text.extend_from_slice(Excerpt::note(selected, matches).after.as_bytes());
        self.end_line(&mut line.text);
        sink.write(&line.text)?;
        Ok(None)
    }

    /// Calls `each` with the matches of a line and the text between them, until it returns false.
    fn each_segment(
        &self,
        block: &Block,
        range: Range<u64>,
        each: &mut dyn FnMut(LineSegment<'_>) -> bool,
    ) -> io::Result<Option<io::Error>> {
        LineSegments::new(Some(self.pattern), None).without_holes().read(block, range, &mut |segment| Ok(each(segment)))
    }

    fn segment(&self, mut segment: LineSegment<'_>, line: &mut DeferredLine<'_>) {
        let position = line.position;
        line.position += segment.text.len() as u64 + segment.zeros;
        if line.only_matching {
            if segment.is_match {
                let at = LinePosition { offset: line.at.offset + position, ..line.at };
                let column = self.style.column.then_some(position + 1);
                self.matched(segment.text, column, at, &mut line.text);
            }
            return;
        }
        if line.trims {
            segment.text = segment.text.trim_ascii_start();
        }
        if segment.text.is_empty() {
            return;
        }
        line.trims = false;
        let Some(colors) = &self.style.colors else {
            return line.text.extend_from_slice(segment.text);
        };
        let held = if std::mem::take(&mut line.holds_return) { &b"\r"[..] } else { b"" };
        if let Some(text) = segment.text.strip_suffix(b"\r").filter(|_| !segment.is_match) {
            line.holds_return = true;
            segment.text = text;
        }
        if segment.text.is_empty() && held.is_empty() {
            return;
        }
        if !std::mem::replace(&mut line.is_colored, true) {
            colors.start(self.line_color(line.at.selected), &mut line.text);
        }
        line.text.extend_from_slice(held);
        if segment.is_match && self.shows_matches(line.at.selected) {
            let color = if line.at.selected { &colors.matched } else { &colors.matched_in_context };
            // As in GNU grep, the line's colour is not reset before a match's colour starts.
            colors.paint(color, segment.text, &mut line.text);
            line.is_colored = false;
        } else {
            line.text.extend_from_slice(segment.text);
        }
    }

    fn end_color(&self, line: &mut DeferredLine<'_>) {
        if let (Some(colors), true) = (&self.style.colors, line.is_colored) {
            colors.end(self.line_color(line.at.selected), &mut line.text);
        }
        if line.holds_return {
            line.text.push(b'\r');
        }
    }
}
