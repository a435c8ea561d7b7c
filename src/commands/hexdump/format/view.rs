//! Prints rows in formats of hexdump(1), and defines hexdump's displays, which are such formats.

use super::colour::RESET;
use super::parse::{Conversion, ConversionKind, FormatUnit, Formats, Print};
use crate::commands::hexdump::colour::{self, Brush, Theme};
use crate::commands::hexdump::view::{DumpEnd, RowPosition, View};
use crate::commands::printf::ConversionSpec;

/// The formats of `-b`.
pub const ONE_BYTE_OCTAL: [&str; 2] = [SHORT_END, r#""%07.7_ax " 16/1 "%03o " "\n""#];
/// The formats of `-X`.
pub const ONE_BYTE_HEX: [&str; 2] = [SHORT_END, r#""%07.7_ax " 16/1 " %02x " "\n""#];
/// The formats of `-c`.
pub const ONE_BYTE_CHAR: [&str; 2] = [SHORT_END, r#""%07.7_ax " 16/1 "%3_c " "\n""#];
/// The formats of `-C`.
pub const CANONICAL: [&str; 3] =
    [r#""%08.8_Ax\n""#, r#""%08.8_ax  " 8/1 "%02x " "  " 8/1 "%02x " "#, r#""  |" 16/1 "%_p" "|\n""#];
/// The formats of `-d`.
pub const TWO_BYTES_DECIMAL: [&str; 2] = [SHORT_END, r#""%07.7_ax " 8/2 "  %05u " "\n""#];
/// The formats of `-o`.
pub const TWO_BYTES_OCTAL: [&str; 2] = [SHORT_END, r#""%07.7_ax " 8/2 " %06o " "\n""#];
/// The formats of `-x`.
pub const TWO_BYTES_HEX: [&str; 2] = [SHORT_END, r#""%07.7_ax " 8/2 "   %04x " "\n""#];
/// The default formats, if no display is requested.
pub const PLAIN_HEX: [&str; 2] = [SHORT_END, r#""%07.7_ax " 8/2 "%04x " "\n""#];

const SHORT_END: &str = r#""%07.7_Ax\n""#;

/// A view that prints rows in formats.
pub struct FormatView {
    formats: Formats,
    /// The colours by kind of byte, for formats without their own colours.
    theme: Option<Theme>,
}

/// A row to print.
struct FormattedRow<'r> {
    bytes: &'r [u8],
    address: u64,
    /// The address at which the input ends, if that is in this row.
    end: Option<u64>,
    /// Returns whether a byte is highlighted.
    is_marked: &'r dyn Fn(usize) -> bool,
}

impl FormatView {
    /// Returns a view with `formats`.
    pub fn new(formats: Formats, theme: Option<Theme>) -> FormatView {
        FormatView { formats, theme }
    }

    fn push_row(&self, row: &FormattedRow<'_>, out: &mut Vec<u8>) {
        let mut brush = Brush::new(self.theme.as_ref());
        for format in &self.formats.formats {
            let mut at = 0;
            for unit in format.units.iter().take_while(|unit| !unit.at_end) {
                for left in (0..unit.iterations).rev() {
                    for print in &unit.prints {
                        row.push_print(print, at, left == 0, &mut brush, out);
                        at += print.bytes;
                    }
                }
            }
        }
        brush.rest(out);
    }
}

impl FormattedRow<'_> {
    /// Appends `print`, whose bytes start at the index `at` of the row.
    fn push_print(&self, print: &Print, at: usize, is_last: bool, brush: &mut Brush<'_>, out: &mut Vec<u8>) {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let shown = &rest[..rest.len().min(print.bytes)];
        let address = self.address.wrapping_add(at as u64);
        let colour = print.colours.iter().find(|condition| condition.is_met(address, shown));
        if let Some(condition) = colour {
            out.extend_from_slice(condition.escape.as_bytes());
        }
        let dropped = usize::from(print.drops_blank && is_last);
        let text = &print.text[..print.text.len() - dropped];
        if text.iter().any(|&byte| byte != b' ') {
            brush.rest(out);
        }
        out.extend_from_slice(text);
        match print.conversion {
            Some(Conversion { spec, .. }) if self.end.is_some_and(|end| address >= end) => {
                spec.padding().push_text(b"", out);
            }
            Some(Conversion { kind: ConversionKind::Address(base), spec }) => {
                let mut text = vec![];
                push_address(spec, base, address, &mut text);
                brush.address(&text, out);
            }
            Some(conversion) => {
                if let Some(&byte) = shown.first() {
                    let is_marked = (at..at + shown.len()).any(self.is_marked);
                    brush.take(if is_marked { colour::ByteKind::Match } else { colour::ByteKind::of(byte) }, out);
                }
                push_bytes(conversion, shown, rest, out);
            }
            None => {}
        }
        if colour.is_some() {
            out.extend_from_slice(RESET.as_bytes());
        }
    }
}

fn push_address(spec: ConversionSpec, base: u8, address: u64, out: &mut Vec<u8>) {
    if base == b'd' { spec.push_signed(address as i64, out) } else { spec.push_unsigned(address, base, out) }
}

/// Appends a conversion of the bytes `shown`, which are at the start of the row's `rest`.
fn push_bytes(conversion: Conversion, shown: &[u8], rest: &[u8], out: &mut Vec<u8>) {
    let Conversion { kind, spec } = conversion;
    let mut word = [0; 8];
    let length = shown.len().min(8);
    word[..length].copy_from_slice(&shown[..length]);
    let unsigned = u64::from_le_bytes(word);
    let byte = word[0];
    match kind {
        ConversionKind::Address(_) => {}
        ConversionKind::Byte => spec.push_character(byte, out),
        ConversionKind::Printable if byte.is_ascii_graphic() || byte == b' ' => spec.push_character(byte, out),
        ConversionKind::Printable => spec.push_character(b'.', out),
        ConversionKind::Escape => push_escape(spec, byte, out),
        ConversionKind::Name => match byte {
            0..0x20 => spec.push_text(NAMES[usize::from(byte)].as_bytes(), out),
            0x7f => spec.push_text(b"del", out),
            0x80.. => spec.push_unsigned(u64::from(byte), b'x', out),
            _ => spec.push_character(byte, out),
        },
        ConversionKind::Signed => {
            let unused = 64 - 8 * length.max(1) as u32;
            spec.push_signed((unsigned << unused) as i64 >> unused, out);
        }
        ConversionKind::Unsigned(letter) => spec.push_unsigned(unsigned, letter, out),
        ConversionKind::Float(letter) => {
            let value = if length == 4 { f64::from(f32::from_bits(unsigned as u32)) } else { f64::from_bits(unsigned) };
            spec.push_float(value, letter, out);
        }
        // The text ends at a NUL or at its precision, regardless of the number of bytes.
        ConversionKind::Text => spec.push_text(&rest[..memchr::memchr(0, rest).unwrap_or(rest.len())], out),
    }
}

fn push_escape(spec: ConversionSpec, byte: u8, out: &mut Vec<u8>) {
    let escape: &[u8] = match byte {
        0 => b"\\0",
        7 => b"\\a",
        8 => b"\\b",
        9 => b"\\t",
        10 => b"\\n",
        11 => b"\\v",
        12 => b"\\f",
        13 => b"\\r",
        0x20..0x7f => return spec.push_character(byte, out),
        _ => return spec.push_text(format!("{byte:03o}").as_bytes(), out),
    };
    spec.push_text(escape, out);
}

/// The names of control characters in `_u`.
const NAMES: [&str; 32] = [
    "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "lf", "vt", "ff", "cr", "so", "si", "dle",
    "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc", "fs", "gs", "rs", "us",
];

impl View for FormatView {
    fn width(&self) -> usize {
        self.formats.row.max(1)
    }

    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        // If formats take no bytes, hexdump finds no rows, so nothing is printed.
        if self.formats.row == 0 {
            return;
        }
        let mut address = position.address;
        for bytes in rows.chunks_exact(self.formats.row) {
            self.push_row(&FormattedRow { bytes, address, end: None, is_marked: &|_| false }, out);
            address = address.wrapping_add(bytes.len() as u64);
        }
    }

    fn short(&self, row: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        self.marked(row, position, &|_| false, out);
    }

    fn marked(&self, row: &[u8], position: RowPosition, is_marked: &dyn Fn(usize) -> bool, out: &mut Vec<u8>) {
        if self.formats.row == 0 {
            return;
        }
        let mut bytes = row.to_vec();
        bytes.resize(self.formats.row, 0);
        let end = position.address.wrapping_add(row.len() as u64);
        let end = (row.len() < self.formats.row).then_some(end);
        self.push_row(&FormattedRow { bytes: &bytes, address: position.address, end, is_marked }, out);
    }

    fn squeezed(&self, out: &mut Vec<u8>) {
        if self.formats.row > 0 {
            out.extend_from_slice(b"*\n");
        }
    }

    fn end(&self, end: DumpEnd, out: &mut Vec<u8>) {
        let Some(FormatUnit { prints, .. }) = &self.formats.end else { return };
        if end.address == 0 || self.formats.row == 0 {
            return;
        }
        // hexdump compares with the position at which the row after the last one would start.
        let row = self.formats.row as u64;
        let next_row = end.address.wrapping_add((row - end.bytes % row) % row);
        let mut brush = Brush::new(self.theme.as_ref());
        for Print { text, conversion, colours, .. } in prints {
            let colour = colours.iter().find(|condition| condition.is_met(next_row, &[]));
            out.extend(colour.iter().flat_map(|condition| condition.escape.bytes()));
            match conversion {
                Some(Conversion { kind: ConversionKind::Address(base), spec }) => {
                    out.extend_from_slice(text);
                    let mut address = vec![];
                    push_address(*spec, *base, end.address, &mut address);
                    brush.address(&address, out);
                }
                None => out.extend_from_slice(text),
                // At the end, neither bytes nor the text that precedes them is printed.
                Some(_) => {}
            }
            out.extend(colour.iter().flat_map(|_| RESET.bytes()));
        }
    }
}
