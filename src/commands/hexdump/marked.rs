//! Highlights the matches of a search in another view.

use std::ops::Range;

use super::view::{DumpEnd, RowPosition, View};

/// A view that highlights some bytes as matches, if its inner view has colour.
pub struct MarkedView<'v> {
    /// The inner view.
    pub view: &'v dyn View,
    /// The matched bytes, in order and disjoint, with offsets counted like [`RowPosition::index`].
    pub marks: &'v [Range<u64>],
}

impl MarkedView<'_> {
    /// Returns the marks that end after `index`.
    fn marks_after(&self, index: u64) -> &[Range<u64>] {
        &self.marks[self.marks.partition_point(|mark| mark.end <= index)..]
    }

    fn row(&self, row: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        let marks = self.marks_after(position.index);
        let is_marked = |i: usize| {
            let index = position.index + i as u64;
            marks.iter().take_while(|mark| mark.start <= index).any(|mark| mark.contains(&index))
        };
        self.view.marked(row, position, &is_marked, out);
    }
}

impl View for MarkedView<'_> {
    fn width(&self) -> usize {
        self.view.width()
    }

    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        let width = self.width();
        let (mut rest, mut position) = (rows, position);
        while !rest.is_empty() {
            // The inner view prints rows before the next mark, and may have a fast path for them.
            let next = self.marks_after(position.index).first().map_or(u64::MAX, |mark| mark.start);
            let rows = next.saturating_sub(position.index) / width as u64;
            let len = usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(width).min(rest.len());
            let (plain, later) = rest.split_at(len);
            if plain.is_empty() {
                let (row, later) = rest.split_at(width);
                self.row(row, position, out);
                (rest, position) = (later, position.after(width as u64));
            } else {
                self.view.rows(plain, position, out);
                (rest, position) = (later, position.after(len as u64));
            }
        }
    }

    fn short(&self, row: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        self.row(row, position, out);
    }

    fn begin(&self, out: &mut Vec<u8>) {
        self.view.begin(out);
    }

    fn squeezed(&self, out: &mut Vec<u8>) {
        self.view.squeezed(out);
    }

    fn closing(&self, out: &mut Vec<u8>) {
        self.view.closing(out);
    }

    fn end(&self, end: DumpEnd, out: &mut Vec<u8>) {
        self.view.end(end, out);
    }
}
