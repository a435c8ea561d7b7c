//! Formats rows in which every byte has fixed columns, with digits on the left and characters on
//! the right. All tables of xxd have this form, as do canonical rows of another width or grouping.
//!
//! The columns are computed once. A row is then a copy of the blank row, and each byte's digits and
//! character are written over it in byte order. The order matters: if a row of `xxd -e` is not a
//! whole number of groups, characters overwrite digits.

use super::address::{Address, AddressNotation};
use super::canonical::last_address;
use super::charset::EBCDIC;
use super::digits::{BINARY, PRINTABLE, alphabet, hex_table};
use super::simd::Shape;
use super::view::{Cell, Cells, DumpEnd, RowPosition, View};
use crate::cli::hexdump::Endian;

/// The digits that show a byte.
#[derive(Clone, Copy)]
enum Digits {
    Hex(&'static [[u8; 2]; 256]),
    Binary,
}

/// A row of digits and characters, each byte in its columns.
pub struct FixedColumnsView {
    address: Address,
    digits: Digits,
    /// The column of each byte's first digit, counted from the end of the address.
    digits_at: Vec<usize>,
    /// The column of the first byte's character.
    characters_at: usize,
    characters: &'static [u8; 256],
    /// A row without bytes, with blanks in the columns of all bytes.
    blank: Vec<u8>,
    /// The text after the last character.
    tail: &'static [u8],
    /// Whether the dump ends with a line that contains the last address.
    ends_with_address: bool,
    /// Whether the columns of different bytes are disjoint.
    has_disjoint_columns: bool,
    /// The layout of the row for the vector kernel, if the kernel supports it.
    shape: Option<Shape>,
}

/// The options for a row of xxd.
#[derive(Clone, Copy, Debug)]
pub struct XxdRow {
    /// The number of bytes per row, at least one.
    pub width: usize,
    /// The number of bytes per group. Zero, or more than the width, means the width. A power of two
    /// if the order is little-endian.
    pub group: usize,
    /// The order of the bytes in a group.
    pub endian: Endian,
    /// Whether digits are in upper case.
    pub upper: bool,
    /// Whether a byte is shown as eight binary digits instead of two hexadecimal ones.
    pub bits: bool,
    /// The notation of addresses.
    pub notation: AddressNotation,
    /// Whether characters are EBCDIC instead of ASCII.
    pub ebcdic: bool,
}

impl FixedColumnsView {
    /// Returns the view of `xxd`, `xxd -b` or `xxd -e`.
    pub fn xxd(row: XxdRow) -> FixedColumnsView {
        let XxdRow { width, endian, upper, bits, notation, ebcdic, .. } = row;
        let group = if row.group == 0 || row.group > width { width } else { row.group };
        let columns_a_byte = if bits { 8 } else { 2 };
        let columns_a_group = columns_a_byte * group + 1;
        let swap = if endian == Endian::Little { group - 1 } else { 0 };
        let digits_at: Vec<usize> = (0..width).map(|i| 2 + columns_a_group * (i ^ swap) / group).collect();
        // The last group of a little-endian row is filled from the right end of its full width.
        let characters_at = match endian {
            Endian::Little => 3 + columns_a_group * width.div_ceil(group),
            Endian::Big => 4 + (columns_a_group * width - 1) / group,
        };
        let digits_end = digits_at.iter().max().map_or(0, |column| column + columns_a_byte);
        let has_disjoint_columns = digits_end <= characters_at;
        let mut blank = vec![b' '; digits_end.max(characters_at + width)];
        if notation != AddressNotation::None {
            blank[0] = b':';
        }
        FixedColumnsView {
            address: Address { digits: 8, notation },
            digits: if bits { Digits::Binary } else { Digits::Hex(hex_table(upper)) },
            digits_at,
            characters_at,
            characters: if ebcdic { &EBCDIC } else { &PRINTABLE },
            blank,
            tail: b"\n",
            ends_with_address: false,
            has_disjoint_columns,
            shape: None,
        }
        .shaped(upper, ebcdic)
    }

    /// Returns the view of canonical rows of `width` bytes, in groups of one, two, four or eight.
    pub fn canonical(row: XxdRow) -> FixedColumnsView {
        let XxdRow { width, group, endian, upper, notation, ebcdic, .. } = row;
        let swap = if endian == Endian::Little { group - 1 } else { 0 };
        let column = |i: usize| 2 + 2 * i + i / group + i / 8;
        // Even if the row ends in the middle of the last group, the group has its full width.
        let bar = column(width.next_multiple_of(group) - 1) + 4;
        let mut blank = vec![b' '; bar + 1 + width];
        blank[bar] = b'|';
        FixedColumnsView {
            address: Address { digits: 8, notation },
            digits: Digits::Hex(hex_table(upper)),
            digits_at: (0..width).map(|i| column(i / group * group) + 2 * ((i ^ swap) % group)).collect(),
            characters_at: bar + 1,
            characters: if ebcdic { &EBCDIC } else { &PRINTABLE },
            blank,
            tail: b"|\n",
            ends_with_address: true,
            has_disjoint_columns: true,
            shape: None,
        }
        .shaped(upper, ebcdic)
    }

    /// Sets the shape of the row for the vector kernel, if the kernel supports it.
    fn shaped(mut self, upper: bool, ebcdic: bool) -> FixedColumnsView {
        let fits = self.has_disjoint_columns
            && !ebcdic
            && self.address.notation == AddressNotation::Hex
            && matches!(self.digits, Digits::Hex(_));
        if let (Ok(digits_at), true) = (<&[usize; 16]>::try_from(&self.digits_at[..]), fits) {
            self.shape = Shape::new(digits_at, self.characters_at, &self.blank, self.tail, alphabet(upper));
        }
        self
    }

    fn push(&self, row: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        self.address.push(out, position.address);
        let start = out.len();
        out.extend_from_slice(&self.blank);
        let text = &mut out[start..];
        for (i, (&byte, &column)) in row.iter().zip(&self.digits_at).enumerate() {
            match self.digits {
                Digits::Hex(table) => text[column..][..2].copy_from_slice(&table[usize::from(byte)]),
                Digits::Binary => text[column..][..8].copy_from_slice(&BINARY[usize::from(byte)]),
            }
            text[self.characters_at + i] = self.characters[usize::from(byte)];
        }
        out.truncate(start + self.characters_at + row.len());
        out.extend_from_slice(self.tail);
    }
}

impl View for FixedColumnsView {
    fn width(&self) -> usize {
        self.digits_at.len()
    }

    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        if let Some(shape) = &self.shape {
            return shape.rows(rows, position.address, out);
        }
        let width = self.width();
        out.reserve(rows.len() / width * (16 + self.blank.len() + self.tail.len()));
        let mut position = position;
        for row in rows.chunks_exact(width) {
            self.push(row, position, out);
            position = position.after(width as u64);
        }
    }

    fn short(&self, row: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        self.push(row, position, out);
    }

    fn cells(&self) -> Option<Cells> {
        let columns = match self.digits {
            Digits::Hex(_) => 2,
            Digits::Binary => 8,
        };
        let digits = self.digits_at.iter().enumerate().map(|(i, &column)| Cell::new(column, columns, i));
        let characters = (0..self.width()).map(|i| Cell::new(self.characters_at + i, 1, i));
        let mut cells: Vec<Cell> = digits.chain(characters).collect();
        cells.sort_by_key(|cell| cell.column);
        self.has_disjoint_columns.then_some(Cells { address: self.address, cells })
    }

    fn end(&self, end: DumpEnd, out: &mut Vec<u8>) {
        if self.ends_with_address {
            last_address(self.address, end, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_vector_kernel_writes_the_same_rows(
            bytes in prop::collection::vec(any::<u8>(), 0..800),
            address: u64,
            shift in 0u32..64,
            group in 0usize..20,
            little: bool,
            upper: bool,
            canonical: bool,
        ) {
            let endian = if little { Endian::Little } else { Endian::Big };
            let power = 1 << (group % 4);
            let group = if little { power } else { group };
            let notation = AddressNotation::Hex;
            let row = XxdRow { width: 16, group, endian, upper, bits: false, notation, ebcdic: false };
            let mut view =
                if canonical { FixedColumnsView::canonical(XxdRow { group: power, ..row }) } else { FixedColumnsView::xxd(row) };
            let rows = &bytes[..bytes.len() / 16 * 16];
            let position = RowPosition { address: address >> shift, index: 0 };
            let (mut fast, mut plain) = (vec![], vec![]);
            view.rows(rows, position, &mut fast);
            view.shape = None;
            view.rows(rows, position, &mut plain);
            prop_assert_eq!(String::from_utf8(fast).unwrap(), String::from_utf8(plain).unwrap());
        }
    }
}
