//! Prints bytes in bordered panels of eight, with a character for each byte, as hexyl does. This
//! view is meant to be read by humans, not by other programs.

use super::address::push_hex;
use super::charset::signs;
use super::colour::{Brush, ByteKind, Theme};
use super::digits::hex_table;
use super::view::{DumpEnd, RowPosition, View};
use crate::cli::hexdump::{Border, CharacterTable, Endian};

/// The number of bytes in a panel.
pub const PANEL: usize = 8;

/// The characters of borders.
struct BorderPieces {
    /// The left end, line, junction and right end of the top and bottom lines, if there are any.
    lines: Option<[[&'static str; 4]; 2]>,
    outer: &'static str,
    inner: &'static str,
}

impl BorderPieces {
    fn of(border: Border) -> BorderPieces {
        match border {
            Border::Unicode => {
                BorderPieces {
                    lines: Some([["┌", "─", "┬", "┐"], ["└", "─", "┴", "┘"]]), outer: "│", inner: "┊"
                }
            }
            Border::Ascii => BorderPieces { lines: Some([["+", "-", "+", "+"]; 2]), outer: "|", inner: "|" },
            Border::None => BorderPieces { lines: None, outer: " ", inner: " " },
        }
    }
}

/// The settings of the panels.
#[derive(Clone, Debug)]
pub struct PanelsConfig {
    /// The number of panels side by side, at least one.
    pub panels: usize,
    /// The number of bytes per group: one, two, four or eight.
    pub group: usize,
    /// The byte order within a group.
    pub endian: Endian,
    /// Whether digits are in upper case.
    pub upper: bool,
    /// The borders.
    pub border: Border,
    /// The table of characters shown for bytes.
    pub table: CharacterTable,
    /// The colours, if enabled.
    pub theme: Option<Theme>,
}

/// A view that prints panels.
pub struct PanelsView {
    config: PanelsConfig,
    pieces: BorderPieces,
    signs: [char; 256],
}

/// Returns the width in columns of the digits of a panel, with a blank at either end.
pub fn panel_columns(group: usize) -> usize {
    PANEL / group * (2 * group + 1) + 1
}

/// Returns the number of panels that fit into `columns`, at least one, for `--width auto`.
pub fn panels_that_fit(columns: usize, group: usize) -> usize {
    // The width of the border and address. Panels have digits and characters, each before a border.
    const LEFT: usize = 10;
    (columns.saturating_sub(LEFT) / (panel_columns(group) + PANEL + 2)).max(1)
}

impl PanelsView {
    /// Returns a view with these settings.
    pub fn new(config: PanelsConfig) -> PanelsView {
        PanelsView { pieces: BorderPieces::of(config.border), signs: signs(config.table), config }
    }

    fn line(&self, [left, line, junction, right]: [&str; 4], out: &mut Vec<u8>) {
        let mut text = String::from(left);
        text.push_str(&line.repeat(8));
        for columns in [panel_columns(self.config.group), PANEL] {
            for _ in 0..self.config.panels {
                text.push_str(junction);
                text.push_str(&line.repeat(columns));
            }
        }
        text.push_str(right);
        text.push('\n');
        out.extend_from_slice(text.as_bytes());
    }

    /// Appends a row with at most as many bytes as the width and with `head` in the address column.
    /// Bytes for which `is_marked` returns true are highlighted.
    fn row(&self, row: &[u8], head: &[u8], is_marked: &dyn Fn(usize) -> bool, out: &mut Vec<u8>) {
        let PanelsConfig { panels, group, endian, upper, .. } = self.config;
        let digits = hex_table(upper);
        let BorderPieces { outer, inner, .. } = self.pieces;
        let mut brush = Brush::new(self.config.theme.as_ref());
        let put = |text: &str, out: &mut Vec<u8>| out.extend_from_slice(text.as_bytes());

        put(outer, out);
        brush.address(head, out);
        out.resize(out.len() + 8usize.saturating_sub(head.len()), b' ');
        let panel = |i: usize| row.len().min(i * PANEL)..row.len().min((i + 1) * PANEL);
        let kind = |i: usize| if is_marked(i) { ByteKind::Match } else { ByteKind::of(row[i]) };
        for i in 0..panels {
            put(if i == 0 { outer } else { inner }, out);
            let bytes = panel(i);
            for start in bytes.clone().step_by(group) {
                out.push(b' ');
                let group = start..bytes.end.min(start + group);
                let mut byte = |i: usize| {
                    brush.take(kind(i), out);
                    out.extend_from_slice(&digits[usize::from(row[i])]);
                };
                match endian {
                    Endian::Big => group.for_each(&mut byte),
                    Endian::Little => group.rev().for_each(&mut byte),
                }
            }
            brush.rest(out);
            let used = 2 * bytes.len() + bytes.len().div_ceil(group);
            out.resize(out.len() + panel_columns(group) - used, b' ');
        }
        for i in 0..panels {
            put(if i == 0 { outer } else { inner }, out);
            let bytes = panel(i);
            for i in bytes.clone() {
                brush.take(kind(i), out);
                put(self.signs[usize::from(row[i])].encode_utf8(&mut [0; 4]), out);
            }
            brush.rest(out);
            out.resize(out.len() + PANEL - bytes.len(), b' ');
        }
        put(outer, out);
        out.push(b'\n');
    }

    fn row_at(&self, row: &[u8], address: u64, is_marked: &dyn Fn(usize) -> bool, out: &mut Vec<u8>) {
        let mut head = vec![];
        push_hex(&mut head, address, 8);
        self.row(row, &head, is_marked, out);
    }
}

impl View for PanelsView {
    fn width(&self) -> usize {
        self.config.panels * PANEL
    }

    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        let mut position = position;
        for row in rows.chunks_exact(self.width()) {
            self.row_at(row, position.address, &|_| false, out);
            position = position.after(row.len() as u64);
        }
    }

    fn short(&self, row: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        self.row_at(row, position.address, &|_| false, out);
    }

    fn marked(&self, row: &[u8], position: RowPosition, is_marked: &dyn Fn(usize) -> bool, out: &mut Vec<u8>) {
        self.row_at(row, position.address, is_marked, out);
    }

    fn begin(&self, out: &mut Vec<u8>) {
        if let Some([top, _]) = self.pieces.lines {
            self.line(top, out);
        }
    }

    fn squeezed(&self, out: &mut Vec<u8>) {
        self.row(b"", b"*", &|_| false, out);
    }

    fn end(&self, end: DumpEnd, out: &mut Vec<u8>) {
        // Without this row, the dump would not show how many rows were squeezed.
        if end.squeezed {
            self.row_at(b"", end.address, &|_| false, out);
        }
        self.closing(out);
    }

    fn closing(&self, out: &mut Vec<u8>) {
        if let Some([_, bottom]) = self.pieces.lines {
            self.line(bottom, out);
        }
    }
}
