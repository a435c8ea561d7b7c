//! Compares bytes at the same distance from the start, as cmp(1) does. Lists the bytes that differ,
//! or reports the first of them.

use std::ffi::OsStr;

use memchr::memchr_iter;

use super::alike;
use super::side::Side;
use crate::output::{Output, escape_name, print_message};

/// The position of a comparison.
#[derive(Clone, Copy)]
struct CmpPosition {
    /// The number of bytes compared.
    bytes: u64,
    /// The number of line feeds among the compared bytes.
    lines: u64,
    /// Whether the last compared byte was a line feed.
    is_after_line: bool,
}

/// The form in which differences are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum CmpForm {
    /// A line for each byte that differs: its number from 1, and both values in octal (`cmp -l`).
    List {
        /// Whether characters follow the values, as in `cmp -b`.
        with_characters: bool,
    },
    /// Only the position of the first difference, as in `cmp`.
    First {
        /// Whether the bytes and their characters are shown, as in `cmp -b`.
        with_characters: bool,
    },
    /// Nothing, as in `cmp -s`.
    Nothing,
}

/// Prints the differences in this form, and returns whether the inputs differ.
///
/// # Errors
/// Returns the error from writing to standard output.
pub fn compare(left: &mut Side<'_>, right: &mut Side<'_>, output: &mut Output, form: CmpForm) -> anyhow::Result<bool> {
    let lists = matches!(form, CmpForm::List { .. });
    let mut position = CmpPosition { bytes: 0, lines: 0, is_after_line: true };
    let mut differ = false;
    let mut text = vec![];
    loop {
        left.require(1);
        right.require(1);
        let hole = left.hole().min(right.hole());
        if hole > 0 {
            position.bytes += hole;
            position.is_after_line = false;
            left.advance(hole);
            right.advance(hole);
            continue;
        }
        text.clear();
        let (a, b) = (left.bytes(), right.bytes());
        let len = a.len().min(b.len());
        if len == 0 {
            break;
        }
        let mut first = None;
        let (next, found) = if let CmpForm::List { with_characters } = form {
            (
                position.after(&[], len),
                push_differences([&a[..len], &b[..len]], position.bytes, with_characters, &mut text),
            )
        } else {
            let alike = alike(&a[..len], &b[..len]);
            first = a[..len].get(alike).copied().zip(b.get(alike).copied());
            (position.after(&a[..alike], alike), alike < len)
        };
        if left.was_doubtful() | right.was_doubtful() {
            continue;
        }
        position = next;
        if let (CmpForm::First { with_characters }, Some(values)) = (form, first) {
            push_first([&left.name, &right.name], position, with_characters.then_some(values), &mut text);
        }
        output.write_all(&text)?;
        differ |= found;
        if found && !lists {
            return Ok(true);
        }
        left.advance(len as u64);
        right.advance(len as u64);
    }
    let Some(shorter) = shorter(left, right) else { return Ok(differ) };
    if form != CmpForm::Nothing {
        output.flush()?;
        report_end(shorter, position, lists);
    }
    Ok(true)
}

/// Returns the name of the input that ended first, unless both have the same length or one failed.
fn shorter<'s>(left: &'s Side<'_>, right: &'s Side<'_>) -> Option<&'s OsStr> {
    if left.failure().is_some() || right.failure().is_some() {
        return None;
    }
    match (left.bytes().is_empty(), right.bytes().is_empty()) {
        (true, true) => None,
        (true, false) => Some(&left.name),
        _ => Some(&right.name),
    }
}

/// Appends the position of the first difference, with the two bytes if they are requested.
fn push_first(names: [&OsStr; 2], position: CmpPosition, values: Option<(u8, u8)>, text: &mut Vec<u8>) {
    let [one, other] = names.map(|name| escape_name(name).into_owned());
    let CmpPosition { bytes, lines, .. } = position;
    let values = values.map(|(a, b)| format!(" is {a:3o} {} {b:3o} {}", character(a), character(b)));
    let line = format!("{one} {other} differ: byte {}, line {}{}\n", bytes + 1, lines + 1, values.unwrap_or_default());
    text.extend_from_slice(line.as_bytes());
}

/// Reports the end of the shorter input, as cmp does.
fn report_end(name: &OsStr, position: CmpPosition, lists: bool) {
    let name = escape_name(name);
    let CmpPosition { bytes, lines, is_after_line } = position;
    match bytes {
        0 => print_message(format_args!("mapped: EOF on {name} which is empty")),
        _ if lists => print_message(format_args!("mapped: EOF on {name} after byte {bytes}")),
        _ if is_after_line => print_message(format_args!("mapped: EOF on {name} after byte {bytes}, line {lines}")),
        _ => print_message(format_args!("mapped: EOF on {name} after byte {bytes}, in line {}", lines + 1)),
    }
}

impl CmpPosition {
    /// Returns the position `len` bytes further on. Only the lines in `counted`, a part of these
    /// bytes, are counted.
    fn after(self, counted: &[u8], len: usize) -> CmpPosition {
        CmpPosition {
            bytes: self.bytes + len as u64,
            lines: self.lines + memchr_iter(b'\n', counted).count() as u64,
            is_after_line: counted.last().map_or(self.is_after_line, |&byte| byte == b'\n'),
        }
    }
}

/// Appends a line for each byte that differs, and returns whether there is one.
fn push_differences([left, right]: [&[u8]; 2], before: u64, with_characters: bool, text: &mut Vec<u8>) -> bool {
    let mut at = 0;
    loop {
        at += alike(&left[at..], &right[at..]);
        let (Some(&a), Some(&b)) = (left.get(at), right.get(at)) else { return !text.is_empty() };
        let number = before + at as u64 + 1;
        let line = match with_characters {
            true => format!("{number} {a:3o} {:<4} {b:3o} {}\n", character(a), character(b)),
            false => format!("{number} {a:3o} {b:3o}\n"),
        };
        text.extend_from_slice(line.as_bytes());
        at += 1;
    }
}

/// Returns a byte as in `cmp -b`: control characters as `^X`, and `M-` for the highest bit.
fn character(byte: u8) -> String {
    let meta = if byte >= 0x80 { "M-" } else { "" };
    match byte & 0x7f {
        0x7f => format!("{meta}^?"),
        low @ 0..0x20 => format!("{meta}^{}", char::from(low + 0x40)),
        low => format!("{meta}{}", char::from(low)),
    }
}
