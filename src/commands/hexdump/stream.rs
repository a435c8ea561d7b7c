//! Digits without addresses: xxd's plain hexadecimal (`-p`) and its C array (`-i`).

use std::io::Write;

use super::digits::hex_table;
use super::view::{End, Place, View};

/// Plain hexadecimal digits in lines, as `xxd -p` prints them.
pub struct Plain {
    /// Bytes a line; `None` puts everything on a single line.
    pub width: Option<usize>,
    /// Capital digits.
    pub upper: bool,
}

impl Plain {
    fn push(&self, bytes: &[u8], out: &mut Vec<u8>) {
        let table = hex_table(self.upper);
        out.extend(bytes.iter().flat_map(|&byte| table[usize::from(byte)]));
    }
}

impl View for Plain {
    fn width(&self) -> usize {
        // A single line has no rows: any number of bytes continues it.
        self.width.unwrap_or(1)
    }

    fn rows(&self, rows: &[u8], _place: Place, out: &mut Vec<u8>) {
        out.reserve(2 * rows.len() + rows.len() / self.width());
        match self.width {
            None => self.push(rows, out),
            Some(width) => {
                for row in rows.chunks_exact(width) {
                    self.push(row, out);
                    out.push(b'\n');
                }
            }
        }
    }

    fn short(&self, row: &[u8], _place: Place, out: &mut Vec<u8>) {
        self.push(row, out);
        out.push(b'\n');
    }

    fn end(&self, _end: End, out: &mut Vec<u8>) {
        if self.width.is_none() {
            out.push(b'\n');
        }
    }
}

/// The bytes as the initialiser of a C array, as `xxd -i` prints them.
pub struct CArray {
    /// Bytes a line.
    pub width: usize,
    /// Capital digits.
    pub upper: bool,
    /// The array's name, from [`c_name`]; without one, only the list is printed, as xxd does for
    /// its standard input.
    pub name: Option<String>,
    /// Capital letters in the suffix of the length's name too.
    pub capitalize: bool,
}

impl CArray {
    fn push(&self, row: &[u8], place: Place, out: &mut Vec<u8>) {
        let (table, prefix) = (hex_table(self.upper), if self.upper { b"0X" } else { b"0x" });
        out.extend_from_slice(if place.first { b"  " } else { b",\n  " });
        for (i, &byte) in row.iter().enumerate() {
            if i > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(prefix);
            out.extend_from_slice(&table[usize::from(byte)]);
        }
    }
}

impl View for CArray {
    fn width(&self) -> usize {
        self.width
    }

    fn rows(&self, rows: &[u8], place: Place, out: &mut Vec<u8>) {
        out.reserve(rows.len() * 7);
        let mut place = place;
        for row in rows.chunks_exact(self.width) {
            self.push(row, place, out);
            place = place.after(self.width as u64);
        }
    }

    fn short(&self, row: &[u8], place: Place, out: &mut Vec<u8>) {
        self.push(row, place, out);
    }

    fn begin(&self, out: &mut Vec<u8>) {
        if let Some(name) = &self.name {
            writeln!(out, "unsigned char {name}[] = {{").expect("a vector takes every write");
        }
    }

    fn end(&self, end: End, out: &mut Vec<u8>) {
        if end.bytes > 0 {
            out.push(b'\n');
        }
        if let Some(name) = &self.name {
            let suffix = if self.capitalize { "LEN" } else { "len" };
            writeln!(out, "}};\nunsigned int {name}_{suffix} = {};", end.bytes).expect("a vector takes every write");
        }
    }
}

/// A C identifier made of a file's name the way xxd makes it: what is not a letter or digit becomes
/// `_`, and `__` goes before a digit.
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
