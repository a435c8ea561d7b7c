//! Defines what all views of bytes have in common: rows of a fixed number of bytes, each with its
//! text.
//!
//! A view does not depend on files, blocks or squeezing. It turns whole rows into text, the same
//! text for the same rows however they are grouped into calls, and so runs on any thread.

use super::address::Address;

/// The position of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// The address to show.
    pub address: u64,
    /// The number of bytes of the dump before it.
    pub index: u64,
}

impl RowPlace {
    /// Returns the place `bytes` bytes further on.
    pub fn after(self, bytes: u64) -> RowPlace {
        RowPlace { address: self.address.wrapping_add(bytes), index: self.index.wrapping_add(bytes) }
    }
}

/// The end of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DumpEnd {
    /// The address just past the last byte.
    pub address: u64,
    /// The number of bytes that were dumped, including squeezed ones.
    pub bytes: u64,
    /// Whether the last row was squeezed.
    pub squeezed: bool,
}

/// The part of a row's text that represents one byte and has its colour.
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
    /// Returns the cell for byte `byte` of the row.
    pub const fn new(column: usize, columns: usize, byte: usize) -> Cell {
        Cell { column, columns, byte }
    }
}

/// The positions of the parts of rows, in views that show every byte in its own columns.
#[derive(Clone, Debug)]
pub struct Cells {
    /// The address at the start of the row.
    pub address: Address,
    /// All cells, in the order of their columns. A short row lacks those of the later bytes.
    pub cells: Vec<Cell>,
}

/// A way to show bytes.
pub trait View: Send + Sync {
    /// Returns the bytes in a row.
    fn width(&self) -> usize;

    /// Appends the text of whole rows, the first of them at `place`. The length of `rows` is a
    /// multiple of the width.
    fn rows(&self, rows: &[u8], place: RowPlace, out: &mut Vec<u8>);

    /// Appends the text of a last row that is incomplete. Never empty.
    fn short(&self, row: &[u8], place: RowPlace, out: &mut Vec<u8>);

    /// Returns the cells of a row's text that can be coloured, or `None` if the view has no cells.
    fn cells(&self) -> Option<Cells> {
        None
    }

    /// Appends one row, complete or last, with the bytes highlighted for which `is_marked` returns
    /// true.
    fn marked(&self, row: &[u8], place: RowPlace, _is_marked: &dyn Fn(usize) -> bool, out: &mut Vec<u8>) {
        if row.len() == self.width() { self.rows(row, place, out) } else { self.short(row, place, out) }
    }

    /// Appends the text at the start of the dump.
    fn begin(&self, _out: &mut Vec<u8>) {}

    /// Appends the text that stands for squeezed rows.
    fn squeezed(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"*\n");
    }

    /// Appends the text after rows that do not extend to the end of the input.
    fn closing(&self, _out: &mut Vec<u8>) {}

    /// Appends the text at the end of the dump.
    fn end(&self, _end: DumpEnd, _out: &mut Vec<u8>) {}
}
