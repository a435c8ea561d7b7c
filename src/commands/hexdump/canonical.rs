//! Formats canonical rows, as `hexdump -C` does: the offset, two groups of eight bytes in
//! hexadecimal, and the same bytes as characters.
//!
//! The speed of this view matters most, because it is the default. It therefore has vector kernels
//! (in [`super::simd`]), one of which is chosen at run time. [`rows_portable`] defines the format
//! in plain code: it is the oracle for the other kernels, and runs on processors without them.
//! Nothing here squeezes rows; [`super::squeeze`] passes on only the rows to print.

use std::sync::OnceLock;

use super::address::{self, Address};
use super::digits::{HEX_LOWER, PRINTABLE};
use super::simd::{self, CanonicalRows};
use super::view::{Cell, Cells, DumpEnd, RowPosition, View};

/// The number of bytes in a canonical row.
pub const WIDTH: usize = 16;

/// The length of the text of a row after its offset: two spaces, the digits, the characters between
/// bars, and the line end.
pub const BODY: usize = 71;

/// The position, after the offset, of the first bar of the characters. It is also the length of the
/// digits of a short row.
const BAR: usize = 52;

/// Returns the fastest row kernel that this processor supports.
pub fn fastest() -> CanonicalRows {
    static CHOSEN: OnceLock<CanonicalRows> = OnceLock::new();
    *CHOSEN.get_or_init(|| simd::canonical_rows().unwrap_or(rows_portable))
}

/// Returns the column of the first digit of byte `i`, counted from the end of the offset.
const fn column(i: usize) -> usize {
    2 + 3 * i + (i >= 8) as usize
}

/// Appends whole rows, byte by byte.
pub fn rows_portable(rows: &[u8], offset: u64, out: &mut Vec<u8>) {
    let mut offset = offset;
    for row in rows.as_chunks::<WIDTH>().0 {
        address::push_hex(out, offset, 8);
        let mut body = [b' '; BODY];
        body[BAR] = b'|';
        for (i, &byte) in row.iter().enumerate() {
            body[column(i)..][..2].copy_from_slice(&HEX_LOWER[usize::from(byte)]);
            body[BAR + 1 + i] = PRINTABLE[usize::from(byte)];
        }
        body[BODY - 2] = b'|';
        body[BODY - 1] = b'\n';
        out.extend_from_slice(&body);
        offset = offset.wrapping_add(WIDTH as u64);
    }
}

/// The view of `hexdump -C`.
pub struct CanonicalView;

impl View for CanonicalView {
    fn width(&self) -> usize {
        WIDTH
    }

    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        fastest()(rows, position.address, out);
    }

    fn short(&self, row: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        address::push_hex(out, position.address, 8);
        let start = out.len();
        out.resize(start + BAR, b' ');
        for (i, &byte) in row.iter().enumerate() {
            out[start + column(i)..][..2].copy_from_slice(&HEX_LOWER[usize::from(byte)]);
        }
        out.push(b'|');
        out.extend(row.iter().map(|&byte| PRINTABLE[usize::from(byte)]));
        out.extend_from_slice(b"|\n");
    }

    fn end(&self, end: DumpEnd, out: &mut Vec<u8>) {
        last_address(Address::hex(8), end, out);
    }

    fn cells(&self) -> Option<Cells> {
        let digits = (0..WIDTH).map(|i| Cell::new(column(i), 2, i));
        let characters = (0..WIDTH).map(|i| Cell::new(BAR + 1 + i, 1, i));
        Some(Cells { address: Address::hex(8), cells: digits.chain(characters).collect() })
    }
}

/// Appends hexdump's last line, which has the address at which the input ends. An empty input at
/// address zero has no such line.
pub fn last_address(address: Address, end: DumpEnd, out: &mut Vec<u8>) {
    if end.address != 0 {
        address.push(out, end.address);
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(rows: CanonicalRows, bytes: &[u8], offset: u64) -> String {
        let mut out = b"before\n".to_vec();
        rows(bytes, offset, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_row() {
        assert_eq!(
            text(rows_portable, b"\x00\x1f\x20AZ\x7e\x7f\x80\xff0123456", 0x1234),
            "before\n00001234  00 1f 20 41 5a 7e 7f 80  ff 30 31 32 33 34 35 36  |.. AZ~...0123456|\n"
        );
    }

    #[test]
    fn every_byte_in_every_column() {
        for shift in 0..16 {
            let bytes: Vec<u8> = (0..=u8::MAX).cycle().skip(shift).take(512).collect();
            for (name, rows) in simd::canonical_kernels() {
                assert_eq!(text(rows, &bytes, 0), text(rows_portable, &bytes, 0), "{name}");
            }
        }
    }

    #[test]
    fn offsets_that_grow_a_digit_on_the_way() {
        for digits in 8..16 {
            let border = 1u64 << (4 * digits);
            for before in [0, 1, 15, 16, 17, 255, 256, 257, 400] {
                let bytes = [0x5a; 600];
                let (bytes, offset) = (&bytes[..592], border - before);
                for (name, rows) in simd::canonical_kernels() {
                    assert_eq!(text(rows, bytes, offset), text(rows_portable, bytes, offset), "{name} at {offset:x}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn vector_kernels_print_what_the_portable_one_does(
            bytes in prop::collection::vec(any::<u8>(), 0..1200),
            offset: u64,
            shift in 0u32..64,
        ) {
            let (bytes, offset) = (&bytes[..bytes.len() / WIDTH * WIDTH], offset >> shift);
            for (name, rows) in simd::canonical_kernels() {
                prop_assert_eq!(text(rows, bytes, offset), text(rows_portable, bytes, offset), "{}", name);
            }
        }
    }
}
