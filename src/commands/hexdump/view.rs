//! Defines what views of bytes have in common: rows of a fixed number of bytes, and their text.
//!
//! A view does not depend on files, blocks or squeezing. It turns whole rows into text, which does
//! not depend on how rows are grouped into calls, so it runs on any thread.

use super::address::Address;

/// The position of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPosition {
    /// The address to show.
    pub address: u64,
    /// The number of bytes of the dump before the row.
    pub index: u64,
}

impl RowPosition {
    /// Returns the position `bytes` bytes further on.
    pub fn after(self, bytes: u64) -> RowPosition {
        RowPosition { address: self.address.wrapping_add(bytes), index: self.index.wrapping_add(bytes) }
    }
}

/// The end of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DumpEnd {
    /// The address after the last byte.
    pub address: u64,
    /// The number of bytes that were dumped, including squeezed ones.
    pub bytes: u64,
    /// Whether the last row was squeezed.
    pub squeezed: bool,
}

/// The part of a row's text that shows one byte and has its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The first column, counted from the end of the address.
    pub column: usize,
    /// The number of columns.
    pub columns: usize,
    /// The index of the byte in the row.
    pub byte: usize,
}

impl Cell {
    /// Returns the cell of the row's byte `byte`.
    pub const fn new(column: usize, columns: usize, byte: usize) -> Cell {
        Cell { column, columns, byte }
    }
}

/// The positions of the parts of rows in a view that shows every byte in its own columns.
#[derive(Clone, Debug)]
pub struct Cells {
    /// The address at the start of the row.
    pub address: Address,
    /// All cells, in the order of their columns. A short row lacks the cells of later bytes.
    pub cells: Vec<Cell>,
}

/// A form in which bytes are shown.
pub trait View: Send + Sync {
    /// Returns the number of bytes per row.
    fn width(&self) -> usize;

    /// Appends the text of whole rows, the first of which is at `position`. The length of `rows` is a
    /// multiple of the width.
    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>);

    /// Appends the text of an incomplete last row, which is never empty.
    fn short(&self, row: &[u8], position: RowPosition, out: &mut Vec<u8>);

    /// Returns the cells of a row that can be coloured, or `None` if the view has no cells.
    fn cells(&self) -> Option<Cells> {
        None
    }

    /// Appends one row, whole or short. Bytes for which `is_marked` returns true are highlighted.
    fn marked(&self, row: &[u8], position: RowPosition, _is_marked: &dyn Fn(usize) -> bool, out: &mut Vec<u8>) {
        if row.len() == self.width() { self.rows(row, position, out) } else { self.short(row, position, out) }
    }

    /// Appends the text at the start of the dump.
    fn begin(&self, _out: &mut Vec<u8>) {}

    /// Appends the text in place of squeezed rows.
    fn squeezed(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"*\n");
    }

    /// Appends the text after rows that do not extend to the end of the input.
    fn closing(&self, _out: &mut Vec<u8>) {}

    /// Appends the text at the end of the dump.
    fn end(&self, _end: DumpEnd, _out: &mut Vec<u8>) {}
}
