//! Columns of tables, and tables in which other columns stand between the date and the time of day.

use super::civil::STYLES;
use super::clock::CLOCKS;
use super::scan::Scanner;

/// The separators of columns.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The number of columns that are examined.
const MAX_COLUMNS: usize = 40;

/// Returns the end of the column of `line` that begins at `start`, if another column follows.
///
/// A column in quotation marks may contain the separator, and doubled quotation marks.
pub fn column_end(line: &[u8], start: usize, separator: u8) -> Option<usize> {
    let rest = &line[start..];
    let quote = rest.iter().position(|byte| *byte != b' ').filter(|&at| rest[at] == b'"');
    if let Some(open) = quote.filter(|_| matches!(separator, b',' | b';')) {
        let mut at = open + 1;
        while let Some(quote) = memchr::memchr(b'"', &rest[at..]) {
            at += quote + 1;
            match rest.get(at) {
                Some(b'"') => at += 1,
                Some(next) if *next == separator => return Some(start + at),
                // This is not a table.
                _ => break,
            }
        }
    }
    memchr::memchr(separator, rest).map(|end| start + end)
}

/// Returns the columns of a line.
fn columns(line: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        let end = column_end(line, from, separator);
        start = end.map(|end| end + 1);
        Some(&line[from..end.unwrap_or(line.len())])
    })
}

/// The columns of the date and of the time of day in a line of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateColumns {
    separator: u8,
    day: usize,
    time: usize,
}

impl DateColumns {
    /// Returns the columns of a line that are wholly a date and a time of day with seconds.
    pub fn find(line: &[u8]) -> Option<Self> {
        SEPARATORS.into_iter().find_map(|separator| {
            let columns: Vec<&[u8]> = columns(line, separator).take(MAX_COLUMNS).map(unquoted).collect();
            let day = columns.iter().position(|column| is_date(column))?;
            let time = columns.iter().position(|column| is_clock(column))?;
            Some(Self { separator, day, time })
        })
    }

    /// Returns the numbers of the two columns, counted from 1.
    pub fn numbers(self) -> (usize, usize) {
        (self.day + 1, self.time + 1)
    }

    /// Returns the date and the time of day of a line, with a blank between them.
    pub fn text(self, line: &[u8]) -> Option<Vec<u8>> {
        let mut columns = columns(line, self.separator);
        let (first, last) = (self.day.min(self.time), self.day.max(self.time));
        let (one, other) = (unquoted(columns.nth(first)?), unquoted(columns.nth(last - first - 1)?));
        let (day, time) = if self.day < self.time { (one, other) } else { (other, one) };
        Some([day, b" ", time].concat())
    }
}

/// Returns the text of a column without blanks and quotation marks around it.
fn unquoted(column: &[u8]) -> &[u8] {
    let column = column.trim_ascii();
    column.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(column)
}

fn is_date(column: &[u8]) -> bool {
    // Digits alone may be any number.
    !column.iter().all(u8::is_ascii_digit)
        && STYLES.into_iter().any(|style| {
            let mut at = Scanner(column);
            style.has_year() && style.read(&mut at).is_some() && at.0.is_empty()
        })
}

fn is_clock(column: &[u8]) -> bool {
    let mut clocks = CLOCKS.into_iter().filter(|clock| clock.separator == b':' && clock.seconds);
    clocks.any(|clock| {
        let mut at = Scanner(column);
        clock.read(&mut at).is_some() && at.0.is_empty()
    })
}
