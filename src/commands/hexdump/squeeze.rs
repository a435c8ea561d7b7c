//! Leaving out rows that say nothing new, and writing `*` for them.
//!
//! What is left out depends on very little of what came before: the last row and whether it was
//! itself left out; or, for xxd, how many zero rows were met in a row. So a block's rows can be
//! squeezed on any thread once that little is known, and [`Squeeze::pass`] works it out for the
//! next block from a few rows of this one, without writing any text. Runs of equal rows are found
//! at the speed of comparing.

use super::view::{Place, View};

/// Which rows are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// None.
    Never,
    /// Every row that equals the one before: hexdump.
    Repeats,
    /// Rows of zeros after the first, where there are more than two and none of them is the last
    /// row of all: `xxd -a`.
    Zeros,
}

/// Rows that are compared, then written while they are still in the nearest cache.
const STRETCH: usize = 4096;

/// More zero rows than this in a row make no difference any more.
const MANY: u8 = 4;

/// What is known of the rows before, and how to go on from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Squeeze {
    policy: Policy,
    /// The last row; empty at the start. Only for [`Policy::Repeats`].
    last: Vec<u8>,
    /// Whether the last row was left out. Only for [`Policy::Repeats`].
    repeating: bool,
    /// Zero rows up to here, up to [`MANY`]. Only for [`Policy::Zeros`].
    zeros: u8,
}

impl Squeeze {
    /// The state before the first row.
    pub fn new(policy: Policy) -> Squeeze {
        Squeeze { policy, last: vec![], repeating: false, zeros: 0 }
    }

    /// Returns whether the last row was left out for repeating the one before.
    pub fn repeating(&self) -> bool {
        self.repeating
    }

    /// Returns whether `rows` more zero rows would change neither the text nor this state.
    pub fn drinks_zeros(&self) -> bool {
        match self.policy {
            Policy::Never => false,
            Policy::Repeats => self.repeating && self.last.iter().all(|&byte| byte == 0),
            Policy::Zeros => self.zeros == MANY,
        }
    }

    /// Appends the text of whole rows, the first of them at `place`.
    pub fn feed(&mut self, view: &dyn View, rows: &[u8], place: Place, out: &mut Vec<u8>) {
        match self.policy {
            Policy::Never => view.rows(rows, place, out),
            Policy::Repeats => self.feed_repeats(view, rows, place, out),
            Policy::Zeros => self.feed_zeros(view, rows, place, out),
        }
    }

    /// Appends what is still owed before a short row at `place`, or (with no short row) at the very end.
    pub fn finish(&mut self, view: &dyn View, short_row: bool, place: Place, out: &mut Vec<u8>) {
        if self.policy != Policy::Zeros {
            return;
        }
        if short_row {
            self.owed_zeros(view, place, out);
            return;
        }
        // The last row of all is shown even when it is zeros: xxd prints the second row if there
        // are three, then the third.
        let row = vec![0; view.width()];
        let back = |rows: usize| place.after(((rows * row.len()) as u64).wrapping_neg());
        match self.zeros {
            0 | 1 => {}
            2 => view.rows(&row, back(1), out),
            3 => {
                view.rows(&row, back(2), out);
                view.rows(&row, back(1), out);
            }
            _ => {
                view.squeezed(out);
                view.rows(&row, back(1), out);
            }
        }
    }

    /// Changes the state as [`Squeeze::feed`] would, without any text.
    pub fn pass(&mut self, rows: &[u8], width: usize) {
        let Some(start_of_last) = rows.len().checked_sub(width) else {
            return;
        };
        match self.policy {
            Policy::Never => {}
            Policy::Repeats => {
                let (before, last) = rows.split_at(start_of_last);
                let previous = if before.is_empty() { &self.last[..] } else { &before[before.len() - width..] };
                self.repeating = previous == last;
                self.last.clear();
                self.last.extend_from_slice(last);
            }
            Policy::Zeros => {
                let trailing = rows.rchunks_exact(width).take_while(|row| is_zero(row)).take(usize::from(MANY)).count();
                let before = if trailing * width == rows.len() { usize::from(self.zeros) } else { 0 };
                self.zeros = (before + trailing).min(usize::from(MANY)) as u8;
            }
        }
    }

    fn feed_repeats(&mut self, view: &dyn View, rows: &[u8], place: Place, out: &mut Vec<u8>) {
        let width = view.width();
        let mut done = 0;
        while done < rows.len() {
            let rest = &rows[done..];
            if self.last.len() == width {
                let same = leading_equal(rest, &self.last);
                if same > 0 {
                    if !self.repeating {
                        view.squeezed(out);
                        self.repeating = true;
                    }
                    done += same * width;
                    continue;
                }
            }
            let fresh = leading_different(&rest[..rest.len().min((STRETCH / width).max(1) * width)], width) * width;
            view.rows(&rest[..fresh], place.after(done as u64), out);
            self.last.clear();
            self.last.extend_from_slice(&rest[fresh - width..fresh]);
            self.repeating = false;
            done += fresh;
        }
    }

    fn feed_zeros(&mut self, view: &dyn View, rows: &[u8], place: Place, out: &mut Vec<u8>) {
        let width = view.width();
        let mut done = 0;
        while done < rows.len() {
            let zeros = rows[done..].chunks_exact(width).take_while(|row| is_zero(row)).count();
            if zeros > 0 {
                if self.zeros == 0 {
                    view.rows(&rows[done..][..width], place.after(done as u64), out);
                }
                self.zeros = (usize::from(self.zeros) + zeros).min(usize::from(MANY)) as u8;
                done += zeros * width;
                continue;
            }
            let fresh = rows[done..].chunks_exact(width).take_while(|row| !is_zero(row)).count() * width;
            let here = place.after(done as u64);
            self.owed_zeros(view, here, out);
            view.rows(&rows[done..][..fresh], here, out);
            done += fresh;
        }
    }

    /// Appends what stands for the zero rows that end at `place`, apart from the first of them.
    fn owed_zeros(&mut self, view: &dyn View, place: Place, out: &mut Vec<u8>) {
        let width = view.width();
        match self.zeros {
            0 | 1 => {}
            2 => view.rows(&vec![0; width], place.after((width as u64).wrapping_neg()), out),
            _ => view.squeezed(out),
        }
        self.zeros = 0;
    }
}

fn is_zero(row: &[u8]) -> bool {
    row.iter().all(|&byte| byte == 0)
}

/// How many rows at the start equal `row`.
fn leading_equal(rows: &[u8], row: &[u8]) -> usize {
    if let Ok(row) = <[u8; 16]>::try_from(row) {
        let row = u128::from_ne_bytes(row);
        let rows = rows.as_chunks::<16>().0;
        let equal = |other: &[u8; 16]| u128::from_ne_bytes(*other) == row;
        // Eight rows at once while they are all the same: this is where a disk image spends its time.
        let (eights, _) = rows.as_chunks::<8>();
        let whole = 8 * eights.iter().take_while(|eight| eight.iter().all(equal)).count();
        whole + rows[whole..].iter().take_while(|other| equal(other)).count()
    } else {
        rows.chunks_exact(row.len()).take_while(|other| *other == row).count()
    }
}

/// How many rows at the start differ each from the one before; the first always counts.
fn leading_different(rows: &[u8], width: usize) -> usize {
    if width == 16 {
        let rows = rows.as_chunks::<16>().0;
        let differ = |pair: &&[[u8; 16]]| u128::from_ne_bytes(pair[0]) != u128::from_ne_bytes(pair[1]);
        1 + rows.windows(2).take_while(differ).count()
    } else {
        1 + rows.chunks_exact(width).zip(rows[width..].chunks_exact(width)).take_while(|(a, b)| a != b).count()
    }
}
