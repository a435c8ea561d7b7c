//! Lines as GNU grep prints them: names, numbers, columns, offsets, colours, parts of lines.
//!
//! A piece of plain lines is copied whole. Only where something stands before a line or inside it is a line looked at
//! by itself, and only where matches are shown is it searched again.

use std::ops::Range;

use super::colors::Colors;
use super::excerpt::Excerpt;
use super::pattern::Pattern;
use super::search::lines_of;
use crate::output::escape_for_terminal;

/// What stands before, in and after a line.
#[derive(Clone, Debug)]
pub struct Style {
    /// The input's name before each line (`-H`).
    pub name: bool,
    /// The name once, on a line of its own (`--heading`).
    pub heading: bool,
    /// Line numbers (`-n`).
    pub number: bool,
    /// The column in bytes of the first match, from 1 (`--column`).
    pub column: bool,
    /// The offset in bytes of the line, or of the match (`-b`).
    pub offset: bool,
    /// Text at a tab stop, numbers aligned (`-T`).
    pub tab: bool,
    /// Names are read by somebody at a terminal, which they must not drive.
    pub escape_for_terminal: bool,
    /// NUL after names (`-Z`).
    pub null: bool,
    /// Only the matches (`-o`).
    pub only_matching: bool,
    /// Lines longer than this many bytes as an excerpt around their first match (`--max-columns`).
    pub max_columns: Option<usize>,
    /// Colours, when they are wanted.
    pub colors: Option<Colors>,
    /// Selected lines are those that do not match, so context lines may hold matches (`-v`).
    pub inverted: bool,
    /// The byte that ends a line.
    pub terminator: u8,
    /// Lines made here end with a carriage return and a newline (`--crlf`).
    pub crlf: bool,
    /// Matches may span lines (`-U`).
    pub multiline: bool,
}

/// Where some lines stand.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The input's name.
    pub name: &'a [u8],
    /// The number of the first line, from 1.
    pub number: u64,
    /// The offset of the first line, in bytes.
    pub offset: u64,
    /// Selected, or context.
    pub selected: bool,
    /// How many digits `-T` aligns numbers to.
    pub width: usize,
}

/// Prints lines into a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Printer<'a> {
    /// How.
    pub style: &'a Style,
    /// What matches are shown of.
    pub pattern: &'a Pattern,
}

/// One line of several.
#[derive(Clone, Copy)]
struct Line<'l> {
    /// All of it.
    bytes: &'l [u8],
    /// Without its terminator.
    content: &'l [u8],
    /// Where it begins among the lines printed together.
    start: usize,
    /// The matches in all of these, where they may span lines.
    spans: Option<&'l Vec<Range<usize>>>,
}

impl Printer<'_> {
    /// Prints whole lines that follow one another. A last line without terminator gets one.
    pub fn lines(&self, lines: &[u8], at: At<'_>, text: &mut Vec<u8>) {
        let style = self.style;
        let matches = self.shows_matches(at.selected);
        if style.only_matching && at.selected == style.inverted {
            return;
        }
        let bare = !(style.name && !style.heading || style.number || style.offset || style.tab || style.column);
        if bare && !matches && style.max_columns.is_none() && self.line_color(at.selected).is_empty() {
            text.extend_from_slice(lines);
            self.terminate(lines, text);
            return;
        }
        // Matches that span lines are only found in all of them together.
        let mut spans = Vec::new();
        if style.multiline {
            self.pattern.matches_in(lines, |found| {
                spans.push(found);
                true
            });
        }
        let (mut at, mut start) = (at, 0);
        for bytes in lines_of(lines, style.terminator) {
            let content = self.pattern.content(bytes);
            let line = Line { bytes, content, start, spans: style.multiline.then_some(&spans) };
            if style.only_matching {
                self.parts(line, at, text);
            } else {
                self.line(line, matches, at, text);
            }
            at.number += 1;
            at.offset += bytes.len() as u64;
            start += bytes.len();
        }
    }

    /// The line between stretches of lines that do not touch.
    pub fn separator(&self, separator: &[u8], text: &mut Vec<u8>) {
        match &self.style.colors {
            Some(colors) => colors.paint(&colors.separator, separator, text),
            None => text.extend_from_slice(separator),
        }
        self.end_own_line(text);
    }

    /// Ends a line that is none of the input's: a count, a name, a separator.
    pub fn end_own_line(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(if self.style.crlf { b"\r\n" } else { b"\n" });
    }

    /// A name on a line of its own.
    pub fn name_line(&self, name: &[u8], text: &mut Vec<u8>) {
        self.name(name, text);
        if self.style.null { text.push(0) } else { self.end_own_line(text) }
    }

    /// A count, behind its input's name where names are shown.
    pub fn count_line(&self, name: &[u8], count: u64, text: &mut Vec<u8>) {
        if self.style.name {
            self.name(name, text);
            match &self.style.colors {
                _ if self.style.null => text.push(0),
                Some(colors) => colors.paint(&colors.separator, b":", text),
                None => text.push(b':'),
            }
        }
        push_number(count, 0, text);
        self.end_own_line(text);
    }

    fn name(&self, name: &[u8], text: &mut Vec<u8>) {
        let shown = self.style.escape_for_terminal.then(|| escape_for_terminal(name));
        let name = shown.as_deref().unwrap_or(name);
        match &self.style.colors {
            Some(colors) => colors.paint(&colors.name, name, text),
            None => text.extend_from_slice(name),
        }
    }

    /// Ends a line of the input, or a part of one.
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

    fn line(&self, line: Line<'_>, matches: bool, at: At<'_>, text: &mut Vec<u8>) {
        let holds = at.selected != self.style.inverted;
        let column =
            if self.style.column && holds { self.first_match(line).map(|found| found.start + 1) } else { None };
        let has_text = line.bytes.len() > usize::from(line.bytes.ends_with(&[self.style.terminator]));
        self.prefix(column, has_text, at, text);
        if let Some(most) = self.style.max_columns.filter(|&most| line.content.len() > most) {
            let first = if holds { self.first_match(line) } else { None };
            let excerpt = Excerpt::around(line.content, first, most);
            text.extend_from_slice(excerpt.before);
            self.content(line, excerpt.shown, matches, at.selected, text);
            text.extend_from_slice(excerpt.after);
            self.end_line(text);
            return;
        }
        self.content(line, 0..line.bytes.len(), matches, at.selected, text);
        self.terminate(line.bytes, text);
    }

    /// The line's own bytes, as many as are shown, coloured where they are to be.
    fn content(&self, line: Line<'_>, shown: Range<usize>, matches: bool, selected: bool, text: &mut Vec<u8>) {
        let Some(colors) = &self.style.colors else {
            text.extend_from_slice(&line.bytes[shown]);
            return;
        };
        let color = self.line_color(selected);
        let matched = if selected { &colors.matched } else { &colors.matched_in_context };
        let mut done = shown.start;
        if matches {
            self.matches_in(line, |found| {
                let (start, end) = (found.start.max(shown.start), found.end.min(shown.end));
                if start < end {
                    if start > done {
                        colors.paint(color, &line.bytes[done..start], text);
                    }
                    colors.paint(matched, &line.bytes[start..end], text);
                    done = end;
                }
                found.end < shown.end
            });
        }
        let rest = &line.bytes[done..shown.end];
        let tail = rest.len() - rest.len().min(self.line_ending(&line.bytes[shown]));
        if tail > 0 {
            colors.paint(color, &rest[..tail], text);
        }
        text.extend_from_slice(&rest[tail..]);
    }

    /// The matches of a line, or the parts on it of matches that span lines.
    fn matches_in(&self, line: Line<'_>, mut each: impl FnMut(Range<usize>) -> bool) {
        let Some(spans) = line.spans else { return self.pattern.matches_in(line.content, each) };
        let end = line.start + line.content.len();
        for span in spans.iter().filter(|span| span.start <= end && span.end >= line.start) {
            let here = span.start.max(line.start) - line.start..span.end.min(end) - line.start;
            if !each(here) {
                return;
            }
        }
    }

    fn first_match(&self, line: Line<'_>) -> Option<Range<usize>> {
        let mut first = None;
        self.matches_in(line, |found| {
            first = Some(found);
            false
        });
        first
    }

    /// How many bytes end this line: its terminator, and the carriage return before it.
    fn line_ending(&self, line: &[u8]) -> usize {
        match line.strip_suffix(&[self.style.terminator]) {
            Some(content) => 1 + usize::from(content.ends_with(b"\r")),
            None => 0,
        }
    }

    /// Each match of a line, on a line of its own.
    fn parts(&self, line: Line<'_>, at: At<'_>, text: &mut Vec<u8>) {
        self.matches_in(line, |found| {
            if found.is_empty() {
                return true;
            }
            let place = At { offset: at.offset + found.start as u64, ..at };
            self.prefix(self.style.column.then_some(found.start + 1), true, place, text);
            let matched = &line.content[found];
            let (cut, after) = match self.style.max_columns {
                Some(most) if matched.len() > most => {
                    let excerpt = Excerpt::around(matched, None, most);
                    (&matched[excerpt.shown], excerpt.after)
                }
                _ => (matched, &b""[..]),
            };
            match &self.style.colors {
                Some(colors) if at.selected => colors.paint(&colors.matched, cut, text),
                Some(colors) => colors.paint(&colors.matched_in_context, cut, text),
                None => text.extend_from_slice(cut),
            }
            text.extend_from_slice(after);
            self.end_line(text);
            true
        });
    }

    fn prefix(&self, column: Option<usize>, has_text: bool, at: At<'_>, text: &mut Vec<u8>) {
        let style = self.style;
        let separator: &[u8] = if at.selected { b":" } else { b"-" };
        let mut any = false;
        let end = |text: &mut Vec<u8>| match &style.colors {
            Some(colors) => colors.paint(&colors.separator, separator, text),
            None => text.extend_from_slice(separator),
        };
        if style.name && !style.heading {
            any = true;
            self.name(at.name, text);
            if style.null { text.push(0) } else { end(text) }
        }
        let number = |value: u64, offset: bool, text: &mut Vec<u8>| {
            let width = if style.tab { at.width } else { 0 };
            match &style.colors {
                Some(colors) => {
                    let sgr = if offset { &colors.offset } else { &colors.line };
                    colors.start(sgr, text);
                    push_number(value, width, text);
                    colors.end(sgr, text);
                }
                None => push_number(value, width, text),
            }
            end(text);
        };
        if style.number {
            any = true;
            number(at.number, false, text);
        }
        if let Some(column) = column {
            any = true;
            number(column as u64, false, text);
        }
        if style.offset {
            any = true;
            number(at.offset, true, text);
        }
        if style.tab && any && has_text {
            text.push(b'\t');
        }
    }
}

/// Writes `value` in decimal, right-aligned in `width` columns.
pub fn push_number(value: u64, width: usize, text: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut start = digits.len();
    let mut rest = value;
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let digits = &digits[start..];
    text.resize(text.len() + width.saturating_sub(digits.len()), b' ');
    text.extend_from_slice(digits);
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Syntax;
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
            max_columns: None,
            colors: None,
            inverted: false,
            terminator: b'\n',
            crlf: false,
            multiline: false,
        }
    }

    fn printed(style: &Style, lines: &[u8]) -> String {
        let pattern = Pattern::new(&[b"b+".to_vec()], &Syntax::default()).unwrap();
        let mut text = Vec::new();
        let at = At { name: b"f", number: 9, offset: 100, selected: true, width: 4 };
        Printer { style, pattern: &pattern }.lines(lines, at, &mut text);
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
    fn matches_in_colour() {
        let style = Style { colors: Some(Colors::default()), ..plain() };
        assert_eq!(printed(&style, b"abbc\n"), "a\u{1b}[01;31m\u{1b}[Kbb\u{1b}[m\u{1b}[Kc\n");
    }

    #[test]
    fn a_long_line_is_an_excerpt_around_its_match() {
        let style = Style { max_columns: Some(9), ..plain() };
        assert_eq!(printed(&style, b"0123456789abba9876543210\n"), "[...]89abba987[...]\n");
        assert_eq!(printed(&style, b"abc\n"), "abc\n");
    }
}
