//! Prints lines as GNU grep does: names, numbers, columns, offsets, colours, parts of lines.
//!
//! A piece of plain lines is copied whole. A line is looked at by itself only where something is
//! printed before it or inside it, and searched again only where its matches are shown.

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
    /// Print a line once for each of its matches (`--vimgrep`).
    pub per_match: bool,
    /// Leave out the blanks that lines begin with (`--trim`).
    pub trim: bool,
    /// What to print in place of matches (`--replace`).
    pub replacement: Option<Vec<u8>>,
    /// What stands after a name or number before a selected line, and before a context line.
    pub field_separators: [Vec<u8>; 2],
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

/// Matches that are known, in order: where they may span lines, they are found only once.
#[derive(Clone, Copy, Debug)]
pub struct Spans<'a> {
    /// Where they are in some bytes.
    pub all: &'a [Range<usize>],
    /// Where in these bytes the printed lines begin.
    pub base: usize,
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
    /// Its matches, where they are known: all, and where among their bytes this line begins.
    spans: Option<Spans<'l>>,
}

impl Printer<'_> {
    /// Prints whole lines that follow one another. A last line without terminator gets one.
    pub fn lines(&self, lines: &[u8], spans: Option<Spans<'_>>, at: At<'_>, text: &mut Vec<u8>) {
        let style = self.style;
        if style.only_matching && at.selected == style.inverted {
            return;
        }
        if let Some(replacement) = style.replacement.as_ref().filter(|_| at.selected != style.inverted) {
            return self.replaced(lines, replacement, spans.is_some(), at, text);
        }
        let prefixed = style.name && !style.heading || style.number || style.offset || style.tab || style.column;
        let inside = style.max_columns.is_some() || style.trim || style.per_match;
        let plain = !prefixed && !inside && !self.shows_matches(at.selected);
        if plain && self.line_color(at.selected).is_empty() {
            text.extend_from_slice(lines);
            self.terminate(lines, text);
            return;
        }
        self.each_line(lines, spans, at, text);
    }

    fn each_line(&self, lines: &[u8], spans: Option<Spans<'_>>, at: At<'_>, text: &mut Vec<u8>) {
        let (mut at, mut spans) = (at, spans);
        for bytes in lines_of(lines, self.style.terminator) {
            let line = Line { bytes, content: self.pattern.content(bytes), spans };
            match (self.style.only_matching, self.style.per_match && at.selected != self.style.inverted) {
                (true, _) => self.parts(line, at, text),
                (_, true) => self.once_per_match(line, at, text),
                _ => self.line(line, at, text),
            }
            at.number += 1;
            at.offset += bytes.len() as u64;
            if let Some(spans) = &mut spans {
                spans.base += bytes.len();
            }
        }
    }

    /// Prints lines with their matches replaced: each by itself, or where matches may span lines all
    /// of them together.
    fn replaced(&self, lines: &[u8], replacement: &[u8], together: bool, at: At<'_>, text: &mut Vec<u8>) {
        let mut at = at;
        let whole = together.then_some(lines).into_iter();
        for bytes in whole.chain(lines_of(if together { &[] } else { lines }, self.style.terminator)) {
            let content = if together { bytes } else { self.pattern.content(bytes) };
            // What failed here failed when the line was selected, and was reported then.
            if let Ok(mut replaced) = self.pattern.replace_in(content, replacement) {
                replaced.text.extend_from_slice(&bytes[content.len()..]);
                let spans = Spans { all: &replaced.spans, base: 0 };
                if replaced.text.is_empty() {
                    // All of a last line without terminator was replaced by nothing.
                    self.line(Line { bytes: b"", content: b"", spans: Some(spans) }, at, text);
                    self.end_line(text);
                }
                self.each_line(&replaced.text, Some(spans), at, text);
            }
            at.number += 1;
            at.offset += bytes.len() as u64;
        }
    }

    /// Prints the line between stretches of lines that do not touch.
    pub fn separator(&self, separator: &[u8], text: &mut Vec<u8>) {
        match &self.style.colors {
            Some(colors) => colors.paint(&colors.separator, separator, text),
            None => text.extend_from_slice(separator),
        }
        self.end_own_line(text);
    }

    /// Ends a line that is not one of the input's: a count, a name, a separator.
    pub fn end_own_line(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(if self.style.crlf { b"\r\n" } else { b"\n" });
    }

    /// Prints a name on a line of its own.
    pub fn name_line(&self, name: &[u8], text: &mut Vec<u8>) {
        self.name(name, text);
        if self.style.null { text.push(0) } else { self.end_own_line(text) }
    }

    /// Prints a count, after its input's name where names are shown.
    pub fn count_line(&self, name: &[u8], count: u64, text: &mut Vec<u8>) {
        if self.style.name {
            self.name(name, text);
            match &self.style.colors {
                _ if self.style.null => text.push(0),
                Some(colors) => colors.paint(&colors.separator, &self.style.field_separators[0], text),
                None => text.extend_from_slice(&self.style.field_separators[0]),
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

    fn line(&self, line: Line<'_>, at: At<'_>, text: &mut Vec<u8>) {
        let holds = at.selected != self.style.inverted;
        let first = match holds && (self.style.column || self.style.max_columns.is_some()) {
            true => self.first_match(line),
            false => None,
        };
        let column = first.as_ref().filter(|_| self.style.column).map(|found| found.start + 1);
        self.prefixed(line, column, first, at, text);
    }

    /// Prints a line for each match that begins on it.
    fn once_per_match(&self, line: Line<'_>, at: At<'_>, text: &mut Vec<u8>) {
        self.matches_in(line, |found, begins_here| {
            if begins_here {
                self.prefixed(line, Some(found.start + 1), Some(found), at, text);
            }
            true
        });
    }

    /// Prints a line after what stands before it. If it is too long, what is around `shown` is printed.
    fn prefixed(
        &self,
        line: Line<'_>,
        column: Option<usize>,
        shown: Option<Range<usize>>,
        at: At<'_>,
        text: &mut Vec<u8>,
    ) {
        let has_text = line.bytes.len() > usize::from(line.bytes.ends_with(&[self.style.terminator]));
        self.prefix(column, has_text, at, text);
        let blanks = match self.style.trim {
            true => line.content.iter().take_while(|byte| byte.is_ascii_whitespace()).count(),
            false => 0,
        };
        if let Some(most) = self.style.max_columns.filter(|&most| line.content.len() - blanks > most) {
            let shown = shown.map(|found| found.start.max(blanks) - blanks..found.end.max(blanks) - blanks);
            let excerpt = Excerpt::around(&line.content[blanks..], shown, most);
            text.extend_from_slice(excerpt.before);
            self.content(line, excerpt.shown.start + blanks..excerpt.shown.end + blanks, at.selected, text);
            text.extend_from_slice(excerpt.after);
            self.end_line(text);
            return;
        }
        self.content(line, blanks..line.bytes.len(), at.selected, text);
        self.terminate(line.bytes, text);
    }

    /// Prints the line's own bytes, as many as are shown, coloured where they are to be.
    fn content(&self, line: Line<'_>, shown: Range<usize>, selected: bool, text: &mut Vec<u8>) {
        let Some(colors) = &self.style.colors else {
            text.extend_from_slice(&line.bytes[shown]);
            return;
        };
        let color = self.line_color(selected);
        let matched = if selected { &colors.matched } else { &colors.matched_in_context };
        let mut done = shown.start;
        if self.shows_matches(selected) {
            self.matches_in(line, |found, _| {
                let (start, end) = (found.start.max(done), found.end.min(shown.end));
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

    /// Calls `each` with the matches of a line, or with the parts on it of matches that span lines,
    /// and with whether they begin on it.
    fn matches_in(&self, line: Line<'_>, mut each: impl FnMut(Range<usize>, bool) -> bool) {
        let Some(Spans { all, base }) = line.spans else {
            // What failed here failed when the line was selected, and was reported then.
            _ = self.pattern.matches_in(line.content, |found| each(found, true));
            return;
        };
        let end = base + line.content.len();
        let first = all.partition_point(|span| span.end < base);
        for span in all[first..].iter().take_while(|span| span.start <= end) {
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

    /// Counts the bytes that end this line: its terminator, and the carriage return before it.
    fn line_ending(&self, line: &[u8]) -> usize {
        match line.strip_suffix(&[self.style.terminator]) {
            Some(content) => 1 + usize::from(content.ends_with(b"\r")),
            None => 0,
        }
    }

    /// Prints each match of a line on a line of its own.
    fn parts(&self, line: Line<'_>, at: At<'_>, text: &mut Vec<u8>) {
        let is_replaced = self.style.replacement.is_some();
        self.matches_in(line, |found, _| {
            if found.is_empty() && !is_replaced {
                return true;
            }
            let place = At { offset: at.offset + found.start as u64, ..at };
            let column = self.style.column.then_some(found.start + 1);
            self.matched(&line.content[found], column, place, text);
            true
        });
    }

    /// Prints a match on a line of its own.
    pub fn matched(&self, matched: &[u8], column: Option<usize>, at: At<'_>, text: &mut Vec<u8>) {
        self.prefix(column, true, at, text);
        let matched = if self.style.trim { matched.trim_ascii_start() } else { matched };
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
    }

    fn prefix(&self, column: Option<usize>, has_text: bool, at: At<'_>, text: &mut Vec<u8>) {
        let style = self.style;
        let [selected, context] = &style.field_separators;
        let separator = if at.selected { selected } else { context };
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
        let number = |value: u64, color: fn(&Colors) -> &str, text: &mut Vec<u8>| {
            let width = if style.tab { at.width } else { 0 };
            match &style.colors {
                Some(colors) => {
                    let sgr = color(colors);
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
            number(at.number, |colors| &colors.line, text);
        }
        if let Some(column) = column {
            any = true;
            number(column as u64, |colors| &colors.column, text);
        }
        if style.offset {
            any = true;
            number(at.offset, |colors| &colors.offset, text);
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
    use super::super::syntax::Syntax;
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
            per_match: false,
            trim: false,
            replacement: None,
            field_separators: [b":".into(), b"-".into()],
        }
    }

    fn printed(style: &Style, lines: &[u8]) -> String {
        let pattern = Pattern::new(&[b"b+".to_vec()], &Syntax::default()).unwrap();
        let mut text = Vec::new();
        let at = At { name: b"f", number: 9, offset: 100, selected: true, width: 4 };
        Printer { style, pattern: &pattern }.lines(lines, None, at, &mut text);
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
    fn a_long_line_is_an_excerpt_around_its_match() {
        let style = Style { max_columns: Some(9), ..plain() };
        assert_eq!(printed(&style, b"0123456789abba9876543210\n"), "[...]89abba987[...]\n");
        assert_eq!(printed(&style, b"abc\n"), "abc\n");
    }
}
