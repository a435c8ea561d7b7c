//! Prints the prefix of a line, with its name and numbers, and lines with only a name or a count.

use std::borrow::Cow;

use super::Printer;
use super::colors::Colors;
use super::hyperlinks;
use super::style::LinePosition;
use crate::output::escape_for_terminal;

impl Printer<'_> {
    /// Prints a name on a line of its own.
    pub fn name_line(&self, name: &[u8], text: &mut Vec<u8>) {
        self.name(name, (1, 1), text);
        if self.style.null { text.push(0) } else { self.end_own_line(text) }
    }

    /// Prints a count after its input's name, if names are shown.
    pub fn count_line(&self, name: &[u8], count: u64, text: &mut Vec<u8>) {
        if count == 0 && self.style.no_zeros {
            return;
        }
        if self.style.name {
            self.name(name, (1, 1), text);
            match &self.style.colors {
                _ if self.style.null => text.push(0),
                Some(colors) => colors.paint(&colors.separator, b":", text),
                None => text.push(b':'),
            }
        }
        push_number(count, 0, text);
        self.end_own_line(text);
    }

    /// Prints a name, as a link to a line and a column if links are wanted.
    fn name(&self, name: &[u8], place: (u64, u64), text: &mut Vec<u8>) {
        let links = self.style.hyperlinks.as_ref();
        let is_link = links.is_some_and(|links| links.start(name, place.0, place.1, text));
        let name = with_separator(name, self.style.path_separator);
        let shown = self.style.escape_for_terminal.then(|| escape_for_terminal(&name));
        let name = shown.as_deref().unwrap_or(&name);
        match &self.style.colors {
            Some(colors) => colors.paint(&colors.name, name, text),
            None => text.extend_from_slice(name),
        }
        if is_link {
            hyperlinks::end(text);
        }
    }

    /// Prints the name and the numbers before a line.
    pub(super) fn prefix(&self, column: Option<u64>, has_text: bool, at: LinePosition<'_>, text: &mut Vec<u8>) {
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
            self.name(at.name, (at.number, column.unwrap_or(1)), text);
            if style.null { text.push(0) } else { end(text) }
        }
        let number = |value: u64, color: fn(&Colors) -> &str, is_link: bool, text: &mut Vec<u8>| {
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
            if is_link {
                hyperlinks::end(text);
            }
            end(text);
        };
        if style.number {
            any = true;
            // Below a heading, the number is the only link to the line.
            let links = style.hyperlinks.as_ref().filter(|links| style.heading && links.have_lines());
            let is_link = links.is_some_and(|links| links.start(at.name, at.number, column.unwrap_or(1), text));
            number(at.number, |colors| &colors.line, is_link, text);
        }
        if let Some(column) = column {
            any = true;
            number(column, |colors| &colors.column, false, text);
        }
        if style.offset {
            any = true;
            number(at.offset, |colors| &colors.offset, false, text);
        }
        if style.tab && any && has_text {
            text.push(b'\t');
        }
    }
}

/// Returns a name with its slashes replaced by `separator`, if there is one.
pub fn with_separator(name: &[u8], separator: Option<u8>) -> Cow<'_, [u8]> {
    match separator {
        Some(separator) => name.iter().map(|&byte| if byte == b'/' { separator } else { byte }).collect(),
        None => Cow::Borrowed(name),
    }
}

/// Writes `value` in decimal, right-aligned in `width` columns.
pub fn push_number(value: u64, width: usize, text: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value).as_bytes();
    text.resize(text.len() + width.saturating_sub(digits.len()), b' ');
    text.extend_from_slice(digits);
}
