//! What every view of the bytes has in common: rows of a fixed number of bytes, each with its text.
//!
//! A view knows nothing of files, blocks, or squeezing: it turns whole rows into text, the same
//! text for the same rows however they are grouped into calls, and so runs on any thread.

use super::address::Address;

/// Where a row begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The address to show.
    pub address: u64,
    /// How many bytes of the dump precede it.
    pub index: u64,
}

impl Place {
    /// Returns the place `bytes` further on.
    pub fn after(self, bytes: u64) -> Place {
        Place { address: self.address.wrapping_add(bytes), index: self.index.wrapping_add(bytes) }
    }
}

/// How a dump ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The address just past the last byte.
    pub address: u64,
    /// How many bytes were dumped, squeezed ones included.
    pub bytes: u64,
    /// Whether the last row was squeezed away.
    pub squeezed: bool,
}

/// The part of a row's text that stands for one byte, and takes its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its first column, counted from the end of the address.
    pub column: usize,
    /// How many columns it takes.
    pub columns: usize,
    /// Which byte of the row it shows.
    pub byte: usize,
}

impl Cell {
    /// Returns the cell for byte `byte` of the row.
    pub const fn new(column: usize, columns: usize, byte: usize) -> Cell {
        Cell { column, columns, byte }
    }
}

/// Where the parts of rows are, in views that keep every byte in its own columns.
#[derive(Clone, Debug)]
pub struct Cells {
    /// The address at the head of the row.
    pub address: Address,
    /// Every cell, in the order of their columns. A short row lacks those of the later bytes.
    pub cells: Vec<Cell>,
}

/// A way to show bytes.
pub trait View: Send + Sync {
    /// Returns the bytes in a row.
    fn width(&self) -> usize;

    /// Appends the text of whole rows, the first of them at `place`. The length of `rows` is a
    /// multiple of the width.
    fn rows(&self, rows: &[u8], place: Place, out: &mut Vec<u8>);

    /// Appends the text of the last row, where the input ends inside it. Never empty.
    fn short(&self, row: &[u8], place: Place, out: &mut Vec<u8>);

    /// Returns where colour may be laid over a row's text; `None` where the view has no such cells.
    fn cells(&self) -> Option<Cells> {
        None
    }

    /// Appends one row, whole or the last, with the bytes highlighted for which `is_marked` holds.
    fn marked(&self, row: &[u8], place: Place, _is_marked: &dyn Fn(usize) -> bool, out: &mut Vec<u8>) {
        if row.len() == self.width() { self.rows(row, place, out) } else { self.short(row, place, out) }
    }

    /// Appends what precedes everything.
    fn begin(&self, _out: &mut Vec<u8>) {}

    /// Appends what stands for the rows squeezed away.
    fn squeezed(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"*\n");
    }

    /// Appends what follows rows that do not run to the end of the input.
    fn closing(&self, _out: &mut Vec<u8>) {}

    /// Appends what follows everything.
    fn end(&self, _end: End, _out: &mut Vec<u8>) {}
}
