//! Compares byte by byte without insertions, as cmp(1) does: lists the bytes that differ, or the
//! first one.

use std::ffi::OsStr;
use std::io::Write;

use memchr::memchr_iter;

use super::alike;
use super::side::Side;
use crate::output::{Output, escape_name, print_message};

/// The position of a comparison.
#[derive(Clone, Copy)]
struct CmpPosition {
    /// The number of bytes compared.
    bytes: u64,
    /// The number of line feeds among them.
    lines: u64,
    /// Whether the last of them was a line feed.
    is_after_line: bool,
}

/// How differences are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CmpForm {
    List,
    First,
    Nothing,
}

/// Prints a line for each byte that differs, with its number from 1 and both values in octal, as
/// `cmp -l` does. Returns whether the inputs differ.
pub fn list(left: &mut Side<'_>, right: &mut Side<'_>, output: &mut Output) -> anyhow::Result<bool> {
    compare(left, right, output, CmpForm::List)
}

/// Prints the position of the first difference, as `cmp` does, and returns whether there is one.
pub fn first(left: &mut Side<'_>, right: &mut Side<'_>, output: &mut Output) -> anyhow::Result<bool> {
    compare(left, right, output, CmpForm::First)
}

/// Returns whether the inputs differ, without printing anything.
pub fn any(left: &mut Side<'_>, right: &mut Side<'_>, output: &mut Output) -> anyhow::Result<bool> {
    compare(left, right, output, CmpForm::Nothing)
}

fn compare(left: &mut Side<'_>, right: &mut Side<'_>, output: &mut Output, form: CmpForm) -> anyhow::Result<bool> {
    let lists = form == CmpForm::List;
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
        let (next, found) = if lists {
            (position.after(&[], len), push_differences(&a[..len], &b[..len], position.bytes, &mut text))
        } else {
            let alike = alike(&a[..len], &b[..len]);
            (position.after(&a[..alike], alike), alike < len)
        };
        if left.was_doubtful() | right.was_doubtful() {
            continue;
        }
        position = next;
        if found && form == CmpForm::First {
            let CmpPosition { bytes, lines, .. } = position;
            let names = [&left.name, &right.name].map(|name| escape_name(name).into_owned());
            writeln!(text, "{} {} differ: byte {}, line {}", names[0], names[1], bytes + 1, lines + 1)?;
        }
        output.write_all(&text)?;
        differ |= found;
        if found && !lists {
            return Ok(true);
        }
        left.advance(len as u64);
        right.advance(len as u64);
    }
    if left.failure().is_some() || right.failure().is_some() {
        return Ok(differ);
    }
    let shorter = match (left.bytes().is_empty(), right.bytes().is_empty()) {
        (true, true) => return Ok(differ),
        (true, false) => &left.name,
        _ => &right.name,
    };
    if form != CmpForm::Nothing {
        output.flush()?;
        report_end(shorter, position, lists);
    }
    Ok(true)
}

/// Reports the end of the shorter input as cmp does.
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
    /// Returns the position `len` bytes further on. The lines in `counted`, which are part of these
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
fn push_differences(left: &[u8], right: &[u8], before: u64, text: &mut Vec<u8>) -> bool {
    let mut at = 0;
    loop {
        at += alike(&left[at..], &right[at..]);
        let (Some(a), Some(b)) = (left.get(at), right.get(at)) else { return !text.is_empty() };
        text.extend_from_slice(format!("{} {a:3o} {b:3o}\n", before + at as u64 + 1).as_bytes());
        at += 1;
    }
}
