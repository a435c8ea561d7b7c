//! Prints rows of od(1): `--type`, with the types of `od -t`.
//!
//! Each type prints the same bytes on its own line, and fields of different widths are aligned.
//! This follows the manual of coreutils. The output is identical to that of `od -t` in the C
//! locale.

use std::io::Write;
use std::sync::OnceLock;

use super::address::{Address, AddressNotation};
use super::characters::{NAMES, escape};
use super::digits::PRINTABLE;
use super::extended::shortest_extended;
use super::field_table::{FieldTable, PrintedBytes};
use super::shortest::{half, shortest_double, shortest_single};
use super::view::{DumpEnd, RowPosition, View};
use crate::output::{is_tool, print_message};

/// A type of field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldType {
    kind: FieldKind,
    /// The number of bytes per field.
    size: usize,
    /// Whether characters are printed after the fields.
    has_characters: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldKind {
    Named,
    Character,
    Signed,
    Unsigned,
    Octal,
    Hex,
    Float,
    Brain,
    /// The 80-bit numbers of x86, each stored in 16 bytes.
    Extended,
}

/// The addresses of the rows.
#[derive(Clone, Copy, Debug)]
pub struct RowAddresses {
    /// The notation of the addresses.
    pub notation: AddressNotation,
    /// The second address of each row, as a distance from the first.
    pub label: Option<u64>,
}

/// What a type looks like.
pub const EXPECTED_TYPE: &str = "expected a, c, or d, o, u, x or f with a size, such as x1 or f8";

/// Parses types such as `x1z`, `d4f8` and `a`.
///
/// Returns `None` if one of them is invalid.
pub fn parse(text: &str) -> Option<Vec<FieldType>> {
    let mut types = vec![];
    let mut rest = text.as_bytes();
    while let [letter, after @ ..] = rest {
        rest = after;
        let (kind, sizes, default): (FieldKind, &[usize], usize) = match letter {
            b'a' => (FieldKind::Named, &[], 1),
            b'c' => (FieldKind::Character, &[], 1),
            b'd' => (FieldKind::Signed, &[1, 2, 4, 8], 4),
            b'u' => (FieldKind::Unsigned, &[1, 2, 4, 8], 4),
            b'o' => (FieldKind::Octal, &[1, 2, 4, 8], 4),
            b'x' => (FieldKind::Hex, &[1, 2, 4, 8], 4),
            b'f' => (FieldKind::Float, &[2, 4, 8, 16], 8),
            _ => return None,
        };
        let named = match (rest.first(), kind) {
            (Some(b'B'), FieldKind::Float) => Some((FieldKind::Brain, 2)),
            (Some(b'H'), FieldKind::Float) => Some((kind, 2)),
            (Some(b'F'), FieldKind::Float) => Some((kind, 4)),
            (Some(b'D'), FieldKind::Float) => Some((kind, 8)),
            (Some(b'L'), FieldKind::Float) => Some((FieldKind::Extended, 16)),
            (_, FieldKind::Float | FieldKind::Named | FieldKind::Character) => None,
            (Some(b'C'), _) => Some((kind, 1)),
            (Some(b'S'), _) => Some((kind, 2)),
            (Some(b'I'), _) => Some((kind, 4)),
            (Some(b'L'), _) => Some((kind, 8)),
            _ => None,
        };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (kind, size) = match named {
            Some(named) => {
                rest = &rest[1..];
                named
            }
            None if digits > 0 => {
                let size = str::from_utf8(&rest[..digits]).ok().and_then(|digits| digits.parse().ok());
                rest = &rest[digits..];
                (kind, size.filter(|size| sizes.contains(size))?)
            }
            None => (kind, default),
        };
        let kind = if size == 16 { FieldKind::Extended } else { kind };
        let has_characters = rest.first() == Some(&b'z');
        rest = &rest[usize::from(has_characters)..];
        types.push(FieldType { kind, size, has_characters });
    }
    if types.is_empty() { None } else { Some(types) }
}

/// Returns the requested width of a row. Like od, the tool uses another one with a warning if a row
/// would end inside a field.
///
/// # Errors
/// Returns an error in that case if this program is not called as od.
pub fn row_width(width: usize, types: &[FieldType]) -> Result<usize, String> {
    // All sizes are powers of two.
    let largest = types.iter().map(|field| field.size).max().unwrap_or(1);
    if width > 0 && width.is_multiple_of(largest) {
        return Ok(width);
    }
    if !is_tool() {
        return Err(format!("with this --type, the width must be a multiple of {largest}"));
    }
    print_message(format_args!("mapped: warning: invalid width {width}; using {largest} instead"));
    Ok(largest)
}

impl FieldType {
    /// Returns the width of a field in columns, without the blank before it.
    fn columns(self) -> usize {
        // The array is indexed by the logarithm of the number of bytes: 1, 2, 4, 8.
        let by_size = |columns: [usize; 4]| columns[self.size.ilog2() as usize];
        match self.kind {
            FieldKind::Named | FieldKind::Character => 3,
            FieldKind::Signed => by_size([4, 6, 11, 20]),
            FieldKind::Unsigned => by_size([3, 5, 10, 20]),
            FieldKind::Octal => by_size([3, 6, 11, 22]),
            FieldKind::Hex => by_size([2, 4, 8, 16]),
            FieldKind::Float | FieldKind::Brain => by_size([0, 15, 15, 24]),
            FieldKind::Extended => 29,
        }
    }

    /// Appends the text of one field without padding.
    fn push(self, bytes: &[u8], is_little_endian: bool, out: &mut Vec<u8>) {
        let mut word = [0; 16];
        for (to, &from) in word[..self.size].iter_mut().zip(bytes) {
            *to = from;
        }
        if !is_little_endian {
            word[..self.size].reverse();
        }
        let all = u128::from_le_bytes(word);
        let unsigned = all as u64;
        let unused = 64u32.saturating_sub(8 * self.size as u32);
        let digits = self.columns();
        // Writing to memory does not fail.
        _ = match self.kind {
            FieldKind::Signed => write!(out, "{}", (unsigned << unused) as i64 >> unused),
            FieldKind::Unsigned => write!(out, "{unsigned}"),
            FieldKind::Octal => write!(out, "{unsigned:0digits$o}"),
            FieldKind::Hex => write!(out, "{unsigned:0digits$x}"),
            FieldKind::Named => out.write_all(name(unsigned as u8 & 0x7f).as_bytes()),
            FieldKind::Character => out.write_all(character(unsigned as u8).as_bytes()),
            FieldKind::Float if self.size == 2 => out.write_all(shortest_single(half(unsigned as u16)).as_bytes()),
            FieldKind::Float if self.size == 4 => {
                out.write_all(shortest_single(f32::from_bits(unsigned as u32)).as_bytes())
            }
            FieldKind::Float => out.write_all(shortest_double(f64::from_bits(unsigned)).as_bytes()),
            FieldKind::Extended => out.write_all(shortest_extended(all).as_bytes()),
            FieldKind::Brain => out.write_all(shortest_single(f32::from_bits((unsigned as u32) << 16)).as_bytes()),
        };
    }

    /// Returns the table of the fields, each in its columns, if the fields are short integers or
    /// characters.
    fn table(self, is_little_endian: bool) -> Option<FieldTable> {
        if matches!(self.kind, FieldKind::Float | FieldKind::Brain) {
            // Building the table would take longer than printing a small file.
            return None;
        }
        let mut text = vec![];
        FieldTable::new(self.size, |bytes, out| self.push_aligned(bytes, is_little_endian, &mut text, out))
    }

    /// Appends the text of one field in its columns. `text` is memory to use.
    fn push_aligned(self, bytes: &[u8], is_little_endian: bool, text: &mut Vec<u8>, out: &mut Vec<u8>) {
        text.clear();
        self.push(bytes, is_little_endian, text);
        out.resize(out.len() + self.columns().saturating_sub(text.len()), b' ');
        out.extend_from_slice(text);
    }
}

fn name(byte: u8) -> String {
    match byte {
        b'\n' => "nl".into(),
        b' ' => "sp".into(),
        0x7f => "del".into(),
        _ => NAMES.get(usize::from(byte)).map_or_else(|| char::from(byte).into(), |&name| name.into()),
    }
}

fn character(byte: u8) -> String {
    match (escape(byte), byte) {
        (Some(escape), _) => escape.into(),
        (None, 0x20..0x7f) => char::from(byte).into(),
        (None, _) => format!("{byte:03o}"),
    }
}

/// A view that prints rows like od.
pub struct OdView {
    types: Vec<FieldType>,
    width: usize,
    address: Address,
    /// The second address of each row, as a distance from the first.
    label: Option<u64>,
    is_little_endian: bool,
    /// The width in columns of a line of fields, including the blanks before the fields.
    columns: usize,
    /// The tables of the types, built when many rows are printed.
    tables: OnceLock<Vec<Option<FieldTable>>>,
    printed: PrintedBytes,
}

impl OdView {
    /// Returns a view with fields of `types`, at least one, and rows of `width` bytes, which
    /// [`row_width`] has checked.
    pub fn new(types: Vec<FieldType>, width: usize, addresses: RowAddresses, is_little_endian: bool) -> OdView {
        let columns = types.iter().map(|field| width / field.size * (field.columns() + 1)).max().unwrap_or(0);
        let RowAddresses { notation, label } = addresses;
        let digits = match notation {
            AddressNotation::Hex => 6,
            AddressNotation::None if label.is_none() => 0,
            _ => 7,
        };
        let address = Address { digits, notation };
        let (tables, printed) = (OnceLock::new(), PrintedBytes::default());
        OdView { types, width, address, label, is_little_endian, columns, tables, printed }
    }

    /// Appends the addresses of a row. Without a notation, od shows only the first one next to a
    /// label, in octal.
    fn push_addresses(&self, address: u64, out: &mut Vec<u8>) {
        let Some(label) = self.label else { return self.address.push(out, address) };
        let second = match self.address.notation {
            AddressNotation::None => (Address { notation: AddressNotation::Octal, ..self.address }, address),
            _ => {
                self.address.push(out, address);
                out.push(b' ');
                (self.address, address.wrapping_add(label))
            }
        };
        out.push(b'(');
        second.0.push(out, second.1);
        out.push(b')');
    }

    /// Returns the tables of the types.
    fn tables(&self) -> &[Option<FieldTable>] {
        self.tables.get_or_init(|| self.types.iter().map(|field| field.table(self.is_little_endian)).collect())
    }

    /// Appends a row. If there are `tables`, it is a whole one.
    fn push_row(&self, row: &[u8], address: u64, tables: &[Option<FieldTable>], out: &mut Vec<u8>) {
        for (line, field) in self.types.iter().enumerate() {
            if line == 0 {
                self.push_addresses(address, out);
            } else {
                out.resize(out.len() + self.address.digits, b' ');
            }
            self.push_fields(*field, row, tables.get(line).and_then(Option::as_ref), out);
            out.push(b'\n');
        }
    }

    fn push_fields(&self, field: FieldType, row: &[u8], table: Option<&FieldTable>, out: &mut Vec<u8>) {
        let fields = self.width / field.size;
        let blank = (self.width - row.len()) / field.size;
        // The padding that aligns the line with the widest type is distributed over the fields.
        let pad = self.columns - fields * field.columns();
        let mut pad_left = pad;
        let mut text = vec![];
        for (i, bytes) in row.chunks(field.size).enumerate() {
            let pad_next = pad * (fields - 1 - i) / fields;
            out.resize(out.len() + pad_left - pad_next, b' ');
            match table {
                Some(table) => table.push(bytes, out),
                None => field.push_aligned(bytes, self.is_little_endian, &mut text, out),
            }
            pad_left = pad_next;
        }
        if field.has_characters {
            out.resize(out.len() + blank * field.columns() + pad * blank / fields, b' ');
            out.extend_from_slice(b"  >");
            out.extend(row.iter().map(|&byte| PRINTABLE[usize::from(byte)]));
            out.push(b'<');
        }
    }
}

impl View for OdView {
    fn width(&self) -> usize {
        self.width
    }

    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        let tables = if self.printed.are_many_with(rows.len()) { self.tables() } else { &[] };
        let mut address = position.address;
        for row in rows.chunks_exact(self.width) {
            self.push_row(row, address, tables, out);
            address = address.wrapping_add(self.width as u64);
        }
    }

    fn short(&self, row: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        self.push_row(row, position.address, &[], out);
    }

    fn end(&self, end: DumpEnd, out: &mut Vec<u8>) {
        if self.address.notation != AddressNotation::None || self.label.is_some() {
            self.push_addresses(end.address, out);
            out.push(b'\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::field_table::MIN_TABLE_BYTES;
    use super::*;

    #[test]
    fn types() {
        assert!(parse("x1z").is_some_and(|types| types.len() == 1 && types[0].has_characters));
        assert!(parse("d4f8aoc").is_some_and(|types| types.len() == 5));
        for text in ["", "x3", "f1", "q", "a1", "z", "x1zz", "x99999999999999999999", "x16"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn tables_print_what_fields_print() {
        let rows: Vec<u8> =
            (0..MIN_TABLE_BYTES as u32 + 32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let addresses = RowAddresses { notation: AddressNotation::Octal, label: None };
        for types in ["o2", "x1z", "c", "a", "u1d2", "d4", "x2f4", "f2o8", "x8"] {
            for is_little_endian in [true, false] {
                let view = OdView::new(parse(types).unwrap(), 16, addresses, is_little_endian);
                let (mut by_tables, mut by_fields) = (vec![], vec![]);
                view.rows(&rows, RowPosition { address: 9, index: 0 }, &mut by_tables);
                for (row, at) in rows.chunks(16).zip((9..).step_by(16)) {
                    view.push_row(row, at, &[], &mut by_fields);
                }
                assert!(by_tables == by_fields, "{types}");
            }
        }
    }
}
