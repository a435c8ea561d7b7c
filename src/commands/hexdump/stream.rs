//! Prints digits without addresses: xxd's plain hexadecimal (`-p`) and its C array (`-i`).
//!
//! The positions of line ends depend only on the number of bytes before them. These views therefore
//! have rows of one byte, and no line is ever held in memory.

use std::io::Write;

use super::digits::{BINARY, hex_table};
use super::view::{DumpEnd, RowPosition, View};

/// Plain hexadecimal digits in lines, as in `xxd -p`.
pub struct PlainView {
    /// The number of bytes per line, or `None` for a single line.
    pub width: Option<usize>,
    /// Whether digits are in upper case.
    pub upper: bool,
}

impl View for PlainView {
    fn width(&self) -> usize {
        1
    }

    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        let table = hex_table(self.upper);
        let width = self.width.map_or(u64::MAX, |width| width as u64);
        out.reserve(2 * rows.len() + rows.len() / usize::try_from(width).unwrap_or(usize::MAX) + 1);
        let (mut rest, mut column) = (rows, position.index % width);
        while !rest.is_empty() {
            let left = usize::try_from(width - column).unwrap_or(usize::MAX);
            let (line, after) = rest.split_at(left.min(rest.len()));
            out.extend(line.iter().flat_map(|&byte| table[usize::from(byte)]));
            if line.len() == left {
                out.push(b'\n');
            }
            (rest, column) = (after, 0);
        }
    }

    fn short(&self, _row: &[u8], _position: RowPosition, _out: &mut Vec<u8>) {}

    fn end(&self, end: DumpEnd, out: &mut Vec<u8>) {
        if self.width.is_none_or(|width| !end.bytes.is_multiple_of(width as u64)) {
            out.push(b'\n');
        }
    }
}

/// The bytes as the initialiser of a C array, as in `xxd -i`.
pub struct CArrayView {
    /// The number of bytes per line.
    pub width: usize,
    /// Whether digits are in upper case.
    pub upper: bool,
    /// Whether bytes are binary literals instead of hexadecimal ones.
    pub binary: bool,
    /// The array's name, from [`c_name`]. Without one, as for xxd's standard input, only the list
    /// is printed.
    pub name: Option<String>,
    /// Whether the suffix of the length's name is also in upper case.
    pub capitalize: bool,
    /// Whether the array ends with a zero byte, which the length does not include.
    pub terminate: bool,
}

impl CArrayView {
    fn push(&self, byte: u8, index: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(match index % self.width as u64 {
            _ if index == 0 => b"  ",
            0 => b",\n  ",
            _ => b", ",
        });
        if self.binary {
            out.extend_from_slice(b"0b");
            out.extend_from_slice(&BINARY[usize::from(byte)]);
        } else {
            out.extend_from_slice(if self.upper { b"0X" } else { b"0x" });
            out.extend_from_slice(&hex_table(self.upper)[usize::from(byte)]);
        }
    }
}

impl View for CArrayView {
    fn width(&self) -> usize {
        1
    }

    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        out.reserve(rows.len() * 7);
        for (index, &byte) in (position.index..).zip(rows) {
            self.push(byte, index, out);
        }
    }

    fn short(&self, _row: &[u8], _position: RowPosition, _out: &mut Vec<u8>) {}

    fn begin(&self, out: &mut Vec<u8>) {
        if let Some(name) = &self.name {
            writeln!(out, "unsigned char {name}[] = {{").expect("a vector takes every write");
        }
    }

    fn end(&self, end: DumpEnd, out: &mut Vec<u8>) {
        if self.terminate {
            self.push(0, end.bytes, out);
        }
        if end.bytes > 0 || self.terminate {
            out.push(b'\n');
        }
        if let Some(name) = &self.name {
            let suffix = if self.capitalize { "LEN" } else { "len" };
            writeln!(out, "}};\nunsigned int {name}_{suffix} = {};", end.bytes).expect("a vector takes every write");
        }
    }
}

/// Returns a C identifier made from a file name, as in xxd. Each character other than a letter or
/// digit becomes `_`, and `__` precedes a leading digit.
pub fn c_name(name: &[u8], capitalize: bool) -> String {
    let first_is_digit = name.first().is_some_and(u8::is_ascii_digit);
    let letter = |&byte: &u8| match byte {
        _ if !byte.is_ascii_alphanumeric() => '_',
        _ if capitalize => char::from(byte.to_ascii_uppercase()),
        _ => char::from(byte),
    };
    let prefix = if first_is_digit { "__" } else { "" };
    prefix.chars().chain(name.iter().map(letter)).collect()
}
