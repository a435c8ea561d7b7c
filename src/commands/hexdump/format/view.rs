//! Prints rows in formats of hexdump(1), and defines hexdump's displays, which are such formats.

use super::colour::RESET;
use super::conversion::{push_address, push_bytes};
use super::parse::{Conversion, ConversionKind, FormatUnit, Formats, Print};
use super::plan::RowPlan;
use crate::commands::hexdump::colour::{self, Brush, Theme};
use crate::commands::hexdump::field_table::PrintedBytes;
use crate::commands::hexdump::view::{DumpEnd, RowPosition, View};

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
    /// The fast way to print many rows, if there are no colours.
    plan: Option<RowPlan>,
    printed: PrintedBytes,
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
        let plan = if theme.is_none() { RowPlan::new(&formats) } else { None };
        FormatView { formats, theme, plan, printed: PrintedBytes::default() }
    }

    fn push_row(&self, row: &FormattedRow<'_>, out: &mut Vec<u8>) {
        let mut brush = Brush::new(self.theme.as_ref());
        for format in &self.formats.formats {
            for (print, at, is_last) in format.prints() {
                row.push_print(print, at, is_last, &mut brush, out);
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
        let text = print.text(is_last);
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

impl View for FormatView {
    fn width(&self) -> usize {
        self.formats.row.max(1)
    }

    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        // If formats take no bytes, hexdump finds no rows, so nothing is printed.
        if self.formats.row == 0 {
            return;
        }
        let plan = self.plan.as_ref().filter(|_| self.printed.are_many_with(rows.len()));
        let mut address = position.address;
        for bytes in rows.chunks_exact(self.formats.row) {
            match plan {
                Some(plan) => plan.push_row(bytes, address, out),
                None => self.push_row(&FormattedRow { bytes, address, end: None, is_marked: &|_| false }, out),
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::hexdump::field_table::MIN_TABLE_BYTES;

    #[test]
    fn plans_print_what_units_print() {
        let rows: Vec<u8> =
            (0..MIN_TABLE_BYTES as u32 + 48).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let own: [&[&str]; 4] = [
            &[r#"4/1 "%3d " 2/2 " %6d" 1/4 " %11u " "%_ad\n""#],
            &[r#""%_Ad" 8/1 "%_u " "\n" "#, r#"2/4 "%e " "\n""#],
            &[r#"1/1 "a text of more than fifteen bytes %-20x" 3/1 "%_p" "\n""#],
            &[r#"8/2 "%#.6o" "\n""#, r#"2/4 "%.6s " "\n""#],
        ];
        let displays: [&[&str]; 7] = [
            &ONE_BYTE_OCTAL,
            &ONE_BYTE_CHAR,
            &CANONICAL,
            &TWO_BYTES_DECIMAL,
            &TWO_BYTES_OCTAL,
            &TWO_BYTES_HEX,
            &PLAIN_HEX,
        ];
        for formats in own.into_iter().chain(displays) {
            let texts: Vec<Vec<u8>> = formats.iter().map(|text| text.as_bytes().to_vec()).collect();
            let view = FormatView::new(Formats::parse(&texts, false).unwrap(), None);
            assert!(view.plan.is_some(), "{formats:?}");
            let whole = &rows[..rows.len() / view.width() * view.width()];
            let (mut by_plan, mut by_units) = (vec![], vec![]);
            view.rows(whole, RowPosition { address: 9, index: 0 }, &mut by_plan);
            for (bytes, address) in whole.chunks(view.width()).zip((9..).step_by(view.width())) {
                view.push_row(&FormattedRow { bytes, address, end: None, is_marked: &|_| false }, &mut by_units);
            }
            assert!(by_plan == by_units, "{formats:?}");
        }
    }
}
