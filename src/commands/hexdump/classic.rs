//! The other displays of hexdump: `-b`, `-c`, `-d`, `-o`, `-x`, and what it prints when asked for nothing.
//!
//! Sixteen bytes a row, in units of one or two bytes (little-endian), each in columns of its own. A
//! short row is filled with blanks to its full length, its last half unit with a zero byte.

use std::io::Write;

use super::address::Address;
use super::canonical::last_address;
use super::digits::OCTAL;
use super::view::{Cell, Cells, End, Place, View};

const WIDTH: usize = 16;
const ADDRESS: Address = Address::hex(7);

/// A display of hexdump with sixteen bytes a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classic {
    /// `-b`: bytes as three octal digits.
    OneByteOctal,
    /// `-c`: bytes as characters, C escapes, or three octal digits.
    OneByteChar,
    /// `-d`: two bytes as five decimal digits.
    TwoBytesDecimal,
    /// `-o`: two bytes as six octal digits.
    TwoBytesOctal,
    /// `-x`: two bytes as four hexadecimal digits, widely set.
    TwoBytesHex,
    /// No option at all: two bytes as four hexadecimal digits.
    CompactHex,
}

/// What `-c` prints for each byte, right-aligned.
static CHARACTERS: [[u8; 3]; 256] = characters();

const fn characters() -> [[u8; 3]; 256] {
    let mut table = OCTAL;
    let escapes = [(0, b'0'), (7, b'a'), (8, b'b'), (9, b't'), (10, b'n'), (11, b'v'), (12, b'f'), (13, b'r')];
    let mut i = 0;
    while i < escapes.len() {
        table[escapes[i].0] = [b' ', b'\\', escapes[i].1];
        i += 1;
    }
    let mut byte = 0x20;
    while byte < 0x7f {
        table[byte] = [b' ', b' ', byte as u8];
        byte += 1;
    }
    table
}

impl Classic {
    /// Bytes, columns, and how many of these columns are blanks in front.
    const fn unit(self) -> (usize, usize, usize) {
        match self {
            Classic::OneByteOctal | Classic::OneByteChar => (1, 4, 1),
            Classic::TwoBytesDecimal => (2, 8, 3),
            Classic::TwoBytesOctal => (2, 8, 2),
            Classic::TwoBytesHex => (2, 8, 4),
            Classic::CompactHex => (2, 5, 1),
        }
    }

    /// Appends a row of one to sixteen bytes, without filling it up.
    fn push(self, row: &[u8], place: Place, out: &mut Vec<u8>) {
        ADDRESS.push(out, place.address);
        let pair = |unit: &[u8]| u16::from_le_bytes([unit[0], unit.get(1).copied().unwrap_or(0)]);
        let one_byte = |table: &[[u8; 3]; 256], out: &mut Vec<u8>| {
            for &byte in row {
                let [a, b, c] = table[usize::from(byte)];
                out.extend_from_slice(&[b' ', a, b, c]);
            }
        };
        let two_bytes = |base: u16, digits: usize, blanks: &[u8], out: &mut Vec<u8>| {
            for unit in row.chunks(2) {
                let mut text = [b'0'; 6];
                let mut rest = pair(unit);
                for digit in text[..digits].iter_mut().rev() {
                    *digit = b"0123456789abcdef"[usize::from(rest % base)];
                    rest /= base;
                }
                out.extend_from_slice(blanks);
                out.extend_from_slice(&text[..digits]);
            }
        };
        match self {
            Classic::OneByteOctal => one_byte(&OCTAL, out),
            Classic::OneByteChar => one_byte(&CHARACTERS, out),
            Classic::TwoBytesDecimal => two_bytes(10, 5, b"   ", out),
            Classic::TwoBytesOctal => two_bytes(8, 6, b"  ", out),
            Classic::TwoBytesHex => two_bytes(16, 4, b"    ", out),
            Classic::CompactHex => two_bytes(16, 4, b" ", out),
        }
    }
}

impl View for Classic {
    fn width(&self) -> usize {
        WIDTH
    }

    fn rows(&self, rows: &[u8], place: Place, out: &mut Vec<u8>) {
        let mut place = place;
        for row in rows.as_chunks::<WIDTH>().0 {
            self.push(row, place, out);
            out.push(b'\n');
            place = place.after(WIDTH as u64);
        }
    }

    fn short(&self, row: &[u8], place: Place, out: &mut Vec<u8>) {
        let (bytes, columns, _) = self.unit();
        self.push(row, place, out);
        let missing = WIDTH / bytes - row.len().div_ceil(bytes);
        writeln!(out, "{:1$}", "", missing * columns).expect("a vector takes every write");
    }

    fn cells(&self) -> Option<Cells> {
        let (bytes, columns, blanks) = self.unit();
        // A unit of two bytes takes its colour from the first of them.
        let cell = |i: usize| Cell::new(i * columns + blanks, columns - blanks, i * bytes);
        Some(Cells { address: ADDRESS, cells: (0..WIDTH / bytes).map(cell).collect() })
    }

    fn end(&self, end: End, out: &mut Vec<u8>) {
        last_address(ADDRESS, end, out);
    }
}

/// Several displays of the same rows, one below the other; the last one says how the end is
/// written, as in hexdump.
pub struct Stack(pub Vec<Box<dyn View>>);

impl View for Stack {
    fn width(&self) -> usize {
        WIDTH
    }

    fn rows(&self, rows: &[u8], place: Place, out: &mut Vec<u8>) {
        let mut place = place;
        for row in rows.chunks_exact(WIDTH) {
            self.0.iter().for_each(|view| view.rows(row, place, out));
            place = place.after(WIDTH as u64);
        }
    }

    fn short(&self, row: &[u8], place: Place, out: &mut Vec<u8>) {
        self.0.iter().for_each(|view| view.short(row, place, out));
    }

    fn end(&self, end: End, out: &mut Vec<u8>) {
        if let Some(last) = self.0.last() {
            last.end(end, out);
        }
    }
}
