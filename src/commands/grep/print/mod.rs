//! Formats lines as GNU grep does: names, numbers, columns, offsets, colours and parts of lines.
//!
//! A piece of plain lines is copied whole. Lines are handled one by one only if something is printed
//! before or inside them, and searched again only if their matches are shown.

pub mod color_specs;
pub mod colors;
mod deferred;
pub mod excerpt;
pub mod hyperlinks;
pub mod json;
pub mod json_line;
mod long_lines;
pub mod prefix;
mod replaced;
pub mod separators;
pub mod style;

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use super::lines::lines_of;
use super::pattern::Pattern;
use crate::cli::grep::Preview;
use crate::engine::{Inserted, Insertion};
use crate::os::append_copy;
use style::{LinePosition, Spans, Style};

/// A formatter of lines into a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Printer<'a> {
    /// The style of the output.
    pub style: &'a Style,
    /// The pattern whose matches are shown.
    pub pattern: &'a Pattern,
    /// The list of copies of lines that are inserted into the text only when it is written.
    pub copies: Option<&'a RefCell<Vec<Insertion>>>,
}

/// The minimum length in bytes of a line that is not copied into the text each time it is printed
/// for one of its matches.
const MIN_UNCOPIED_LINE: usize = 256;

/// One line of a piece.
#[derive(Clone, Copy)]
struct Line<'l> {
    /// The line with its terminator.
    bytes: &'l [u8],
    /// The line without its terminator.
    content: &'l [u8],
    /// All matches of the piece, if they are known, and the position of this line in its bytes.
    spans: Option<Spans<'l>>,
}

impl Printer<'_> {
    /// Prints adjacent whole lines. A terminator is added to an unterminated last line.
    pub fn lines(&self, lines: &[u8], spans: Option<Spans<'_>>, at: LinePosition<'_>, text: &mut Vec<u8>) {
        let style = self.style;
        if style.only_matching && at.selected == style.inverted && !style.passthru {
            return;
        }
        if let Some(replacement) = style.replacement.as_ref().filter(|_| at.selected != style.inverted) {
            let spans = spans.filter(|_| self.pattern.is_multiline());
            return self.replaced(lines, spans, replacement, at, text);
        }
        let prefixed = style.name && !style.heading || style.number || style.offset || style.tab || style.column;
        let inside = style.long_lines.is_some() || style.trim || style.per_match;
        let plain = !prefixed && !inside && !self.shows_matches(at.selected);
        if plain && self.line_color(at.selected).is_empty() {
            append_copy(text, lines);
            self.terminate(lines, text);
            return;
        }
        let holds = at.selected != style.inverted;
        let only_parts = holds && style.only_matching && !prefixed && !inside;
        let together = spans.map_or(self.pattern.may_search_lines_together(), |_| !self.pattern.is_multiline());
        if only_parts && style.colors.is_none() && together {
            return self.parts_of_lines(lines, spans, text);
        }
        self.each_line(lines, spans, at, text);
    }

    /// Prints each match in these lines on a line of its own, without a prefix.
    fn parts_of_lines(&self, lines: &[u8], spans: Option<Spans<'_>>, text: &mut Vec<u8>) {
        let mut part = |bytes: &[u8]| {
            if !bytes.is_empty() {
                text.extend_from_slice(bytes);
                self.end_line(text);
            }
        };
        if let Some(Spans { hay, all, base }) = spans {
            let here = all.iter().take_while(|span| span.end <= base + lines.len());
            return here.for_each(|span| part(&hay[span.clone()]));
        }
        // A failure here also occurred, and was reported, when the lines were selected.
        _ = self.pattern.matches_in(lines, |found| {
            part(&lines[found]);
            true
        });
    }

    fn each_line(&self, lines: &[u8], spans: Option<Spans<'_>>, at: LinePosition<'_>, text: &mut Vec<u8>) {
        let (mut at, mut spans) = (at, spans);
        for bytes in lines_of(lines, self.style.terminator) {
            self.one_line(bytes, spans, at, text);
            at.number += 1;
            at.offset += bytes.len() as u64;
            if let Some(spans) = &mut spans {
                spans.skip_to(spans.base + bytes.len());
            }
        }
    }

    /// Prints a line, its parts, or the line once for each match.
    fn one_line(&self, bytes: &[u8], spans: Option<Spans<'_>>, at: LinePosition<'_>, text: &mut Vec<u8>) {
        let line = Line { bytes, content: self.pattern.content(bytes), spans };
        let holds = at.selected != self.style.inverted;
        match (holds && self.style.only_matching, holds && self.style.per_match) {
            (true, _) => self.parts(line, at, text),
            (_, true) => self.once_per_match(line, at, text),
            _ => self.line(line, at, text),
        }
    }

    /// Prints the line that separates groups of lines.
    pub fn separator(&self, separator: &[u8], text: &mut Vec<u8>) {
        match &self.style.colors {
            Some(colors) => colors.paint(&colors.separator, separator, text),
            None => text.extend_from_slice(separator),
        }
        self.end_own_line(text);
    }

    /// Ends a line that is not from the input: a count, a name or a separator.
    pub fn end_own_line(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(if self.style.crlf { b"\r\n" } else { b"\n" });
    }

    /// Ends a line of the input, or a part of it.
    fn end_line(&self, text: &mut Vec<u8>) {
        match self.style.terminator {
            b'\n' => self.end_own_line(text),
            terminator => text.push(terminator),
        }
    }

    fn shows_matches(&self, selected: bool) -> bool {
        let style = self.style;
        let holds = selected != style.inverted;
        let colored = style
            .colors
            .as_ref()
            .is_some_and(|colors| !(if selected { &colors.matched } else { &colors.matched_in_context }).is_empty());
        holds && (style.only_matching || colored)
    }

    /// Returns whether a line cannot be printed without finding its matches.
    pub fn needs_matches(&self, selected: bool) -> bool {
        let holds = selected != self.style.inverted;
        self.shows_matches(selected) || holds && (self.style.column || self.style.replacement.is_some())
    }

    fn line_color(&self, selected: bool) -> &str {
        match &self.style.colors {
            Some(colors) if selected => &colors.selected,
            Some(colors) => &colors.context,
            None => "",
        }
    }

    fn terminate(&self, lines: &[u8], text: &mut Vec<u8>) {
        if lines.last().is_some_and(|&last| last != self.style.terminator) {
            self.end_line(text);
        }
    }

    fn line(&self, line: Line<'_>, at: LinePosition<'_>, text: &mut Vec<u8>) {
        let holds = at.selected != self.style.inverted;
        let shows_first = self.style.long_lines.is_some_and(|limit| limit.preview == Some(Preview::Match));
        let first = match holds && (self.style.column || shows_first) {
            true => self.first_match(line),
            false => None,
        };
        self.prefixed(line, first, at, text);
    }

    /// Prints a line for each match that begins on it, with the offset of the match.
    fn once_per_match(&self, line: Line<'_>, at: LinePosition<'_>, text: &mut Vec<u8>) {
        let mut found = Vec::new();
        self.matches_in(line, |span, begins_here| {
            found.push((span, begins_here));
            true
        });
        // Searching the line again for each of its matches would take quadratic time.
        let all: Vec<_> = found.iter().map(|(span, _)| span.clone()).collect();
        let line = Line { spans: Some(Spans { hay: line.bytes, all: &all, base: 0 }), ..line };
        let begun = found.into_iter().filter_map(|(span, begins_here)| {
            let at = LinePosition { offset: at.offset + span.start as u64, ..at };
            begins_here.then_some((span, at))
        });
        match self.copies {
            Some(copies) if line.bytes.len() > MIN_UNCOPIED_LINE && !self.changes_lines() => {
                let unit: Arc<[u8]> = line.bytes.into();
                for (span, at) in begun {
                    self.prefix(self.style.column.then_some(span.start as u64 + 1), true, at, text);
                    let what = Inserted::Repeat { unit: Arc::clone(&unit), bytes: unit.len() as u64 };
                    copies.borrow_mut().push(Insertion { at: text.len(), what });
                    self.terminate(line.bytes, text);
                }
            }
            _ => begun.for_each(|(span, at)| self.prefixed(line, Some(span), at, text)),
        }
    }

    /// Returns whether selected lines are changed when they are printed.
    fn changes_lines(&self) -> bool {
        self.style.colors.is_some() || self.style.long_lines.is_some() || self.style.trim
    }

    /// Prints the shown bytes of a line, in colour if colours are on.
    fn content(&self, line: Line<'_>, shown: Range<usize>, selected: bool, text: &mut Vec<u8>) {
        let Some(colors) = &self.style.colors else {
            text.extend_from_slice(&line.bytes[shown]);
            return;
        };
        let color = self.line_color(selected);
        let matched = if selected { &colors.matched } else { &colors.matched_in_context };
        let mut done = shown.start;
        if self.shows_matches(selected) {
            self.matches_from(line, shown.start, |found, _| {
                let (start, end) = (found.start.max(done), found.end.min(shown.end));
                if start < end {
                    // As in GNU grep, the line's colour is not reset before a match's colour starts.
                    colors.start(color, text);
                    text.extend_from_slice(&line.bytes[done..start]);
                    colors.paint(matched, &line.bytes[start..end], text);
                    done = end;
                }
                found.end < shown.end
            });
        }
        let rest = &line.bytes[done..shown.end];
        let ending = if shown.end == line.bytes.len() { self.line_ending(line.bytes) } else { 0 };
        let tail = rest.len() - rest.len().min(ending);
        if tail > 0 {
            colors.paint(color, &rest[..tail], text);
        }
        text.extend_from_slice(&rest[tail..]);
    }

    /// Calls `each` with every match of a line, or with the part on this line of a match that spans
    /// lines, and whether the match begins on this line.
    fn matches_in(&self, line: Line<'_>, each: impl FnMut(Range<usize>, bool) -> bool) {
        self.matches_from(line, 0, each);
    }

    /// Like [`Printer::matches_in`], but may omit matches that end before `from`.
    fn matches_from(&self, line: Line<'_>, from: usize, mut each: impl FnMut(Range<usize>, bool) -> bool) {
        let Some(Spans { all, base, .. }) = line.spans else {
            // A failure here also occurred, and was reported, when the line was selected.
            _ = self.pattern.matches_in(line.content, |found| each(found, true));
            return;
        };
        let end = base + line.content.len();
        let rest = all.iter().skip_while(|span| span.end < base + from);
        for span in rest.take_while(|span| span.start <= end) {
            let here = span.start.max(base) - base..span.end.min(end) - base;
            if !each(here, span.start >= base) {
                return;
            }
        }
    }

    fn first_match(&self, line: Line<'_>) -> Option<Range<usize>> {
        let mut first = None;
        self.matches_in(line, |found, _| {
            first = Some(found);
            false
        });
        first
    }

    /// Returns the length of the line's terminator, including a carriage return before it.
    fn line_ending(&self, line: &[u8]) -> usize {
        match line.strip_suffix(&[self.style.terminator]) {
            Some(content) => 1 + usize::from(content.ends_with(b"\r")),
            None => usize::from(line.ends_with(b"\r")),
        }
    }

    /// Prints each match of a line on a line of its own.
    fn parts(&self, line: Line<'_>, at: LinePosition<'_>, text: &mut Vec<u8>) {
        // As in ripgrep, an empty replacement is a line of its own only if matches cannot span lines.
        let shows_empty = self.style.replacement.is_some() && !self.pattern.is_multiline();
        self.matches_in(line, |found, _| {
            if found.is_empty() && !shows_empty {
                return true;
            }
            let position = LinePosition { offset: at.offset + found.start as u64, ..at };
            let column = self.style.column.then_some(found.start as u64 + 1);
            let part = &line.content[found];
            // Only a replacement can end with a terminator.
            let part = part.strip_suffix(&[self.style.terminator]).unwrap_or(part);
            self.matched(part, column, position, text);
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::Syntax;
    use super::colors::Colors;
    use super::excerpt::LongLines;
    use super::*;

    fn plain() -> Style {
        Style {
            name: false,
            heading: false,
            number: false,
            column: false,
            offset: false,
            tab: false,
            escape_for_terminal: false,
            null: false,
            only_matching: false,
            long_lines: None,
            hyperlinks: None,
            colors: None,
            inverted: false,
            terminator: b'\n',
            crlf: false,
            per_match: false,
            trim: false,
            replacement: None,
            field_separators: [b":".into(), b"-".into()],
            path_separator: None,
            no_zeros: false,
            passthru: false,
        }
    }

    fn printed(style: &Style, lines: &[u8]) -> String {
        let pattern = Pattern::new(&[b"b+".to_vec()], &Syntax::default()).unwrap();
        let mut text = Vec::new();
        let at = LinePosition { name: b"f", number: 9, offset: 100, selected: true, width: 4 };
        Printer { style, pattern: &pattern, copies: None }.lines(lines, None, at, &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn plain_lines_are_copied_and_the_last_one_ended() {
        assert_eq!(printed(&plain(), b"abc\nb"), "abc\nb\n");
    }

    #[test]
    fn every_prefix_in_its_order() {
        let style = Style { name: true, number: true, column: true, offset: true, ..plain() };
        assert_eq!(printed(&style, b"abc\nxxb\n"), "f:9:2:100:abc\nf:10:3:104:xxb\n");
        assert_eq!(printed(&Style { null: true, number: false, ..style.clone() }, b"abc\n"), "f\u{0}2:100:abc\n");
        assert_eq!(printed(&Style { tab: true, column: false, ..style }, b"abc\n"), "f:   9: 100:\tabc\n");
    }

    #[test]
    fn only_the_matches_each_at_its_own_offset() {
        let style = Style { number: true, offset: true, only_matching: true, ..plain() };
        assert_eq!(printed(&style, b"abbab\nbx\n"), "9:101:bb\n9:104:b\n10:106:b\n");
    }

    #[test]
    fn other_separators_between_fields() {
        let separators = ["=>".into(), "--".into()];
        let style = Style { name: true, number: true, field_separators: separators, ..plain() };
        assert_eq!(printed(&style, b"abc\n"), "f=>9=>abc\n");
    }

    #[test]
    fn matches_in_colour() {
        let style = Style { colors: Some(Colors::default()), ..plain() };
        assert_eq!(printed(&style, b"abbc\n"), "a\u{1b}[01;31m\u{1b}[Kbb\u{1b}[m\u{1b}[Kc\n");
    }

    #[test]
    fn long_lines_are_notes_or_previews() {
        let style = |preview| Style { long_lines: Some(LongLines { max: 9, preview }), ..plain() };
        let long = b"0123456789abba9876543210\n";
        assert_eq!(printed(&style(Some(Preview::Match)), long), "[...]89abba987[...]\n");
        assert_eq!(printed(&style(Some(Preview::Start)), long), "012345678 [... omitted end of long line]\n");
        let columns = Style { column: true, ..style(Some(Preview::Start)) };
        assert_eq!(printed(&columns, long), "12:012345678 [... 1 more match]\n");
        assert_eq!(printed(&style(None), long), "[Omitted long matching line]\n");
        let replaced = Style { replacement: Some(b"$0".to_vec()), ..style(None) };
        assert_eq!(printed(&replaced, long), "[Omitted long line with 1 matches]\n");
        assert_eq!(printed(&style(None), b"abc\n"), "abc\n");
    }
}
