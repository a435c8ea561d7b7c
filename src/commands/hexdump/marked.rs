//! Highlights the matches of a search in another view.

use std::ops::Range;

use super::view::{DumpEnd, RowPlace, View};

/// A view that highlights some bytes as matches, if its inner view has colour.
pub struct Marked<'v> {
    /// The inner view.
    pub view: &'v dyn View,
    /// The matched bytes, in order and disjoint, with offsets counted like [`RowPlace::index`].
    pub marks: &'v [Range<u64>],
}

impl Marked<'_> {
    /// Returns the marks that end after `index`.
    fn marks_after(&self, index: u64) -> &[Range<u64>] {
        &self.marks[self.marks.partition_point(|mark| mark.end <= index)..]
    }

    fn row(&self, row: &[u8], place: RowPlace, out: &mut Vec<u8>) {
        let marks = self.marks_after(place.index);
        let is_marked = |i: usize| {
            let index = place.index + i as u64;
            marks.iter().take_while(|mark| mark.start <= index).any(|mark| mark.contains(&index))
        };
        self.view.marked(row, place, &is_marked, out);
    }
}

impl View for Marked<'_> {
    fn width(&self) -> usize {
        self.view.width()
    }

    fn rows(&self, rows: &[u8], place: RowPlace, out: &mut Vec<u8>) {
        let width = self.width();
        let (mut rest, mut place) = (rows, place);
        while !rest.is_empty() {
            // The inner view prints rows before the next mark, and may have a fast path for them.
            let next = self.marks_after(place.index).first().map_or(u64::MAX, |mark| mark.start);
            let rows = next.saturating_sub(place.index) / width as u64;
            let len = usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(width).min(rest.len());
            let (plain, later) = rest.split_at(len);
            if plain.is_empty() {
                let (row, later) = rest.split_at(width);
                self.row(row, place, out);
                (rest, place) = (later, place.after(width as u64));
            } else {
                self.view.rows(plain, place, out);
                (rest, place) = (later, place.after(len as u64));
            }
        }
    }

    fn short(&self, row: &[u8], place: RowPlace, out: &mut Vec<u8>) {
        self.row(row, place, out);
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
