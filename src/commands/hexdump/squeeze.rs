//! Omits rows that repeat earlier ones, and writes `*` in their place.
//!
//! The choice of rows to omit depends on very little state: the last row and whether it was itself
//! omitted, or, for xxd, the number of consecutive zero rows. Once that state is known, the rows of
//! a block can be squeezed on any thread. [`Squeeze::pass`] computes the state for the next block
//! from a few rows of this one, without writing text. Runs of equal rows are found at the speed of
//! comparing memory.

use super::view::{RowPosition, View};

/// The policy for omitting rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqueezePolicy {
    /// Omits no rows.
    Never,
    /// Omits each row that equals the previous one, as in hexdump.
    Repeats,
    /// Omits rows of zeros after the first one, if there are more than two and the last row of the
    /// dump is not among them, as in `xxd -a`.
    Zeros,
}

/// The number of bytes that are compared and then written while they are in the L1 cache.
const CHUNK: usize = 4096;

/// The number of consecutive zero rows beyond which further ones make no difference.
const MANY_ZERO_ROWS: u8 = 4;

/// The state after the previous rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Squeeze {
    policy: SqueezePolicy,
    /// The last row, which is empty at the start. Used only for [`SqueezePolicy::Repeats`].
    last: Vec<u8>,
    /// Whether the last row was omitted. Used only for [`SqueezePolicy::Repeats`].
    repeating: bool,
    /// The number of consecutive zero rows, at most [`MANY_ZERO_ROWS`]. Used only for [`SqueezePolicy::Zeros`].
    zeros: u8,
}

impl Squeeze {
    /// Returns the state before the first row.
    pub fn new(policy: SqueezePolicy) -> Squeeze {
        Squeeze { policy, last: vec![], repeating: false, zeros: 0 }
    }

    /// Returns whether the last row was omitted because it repeats the previous one.
    pub fn repeating(&self) -> bool {
        self.repeating
    }

    /// Returns whether further zero rows would change neither the text nor this state.
    pub fn absorbs_zeros(&self) -> bool {
        match self.policy {
            SqueezePolicy::Never => false,
            SqueezePolicy::Repeats => self.repeating && self.last.iter().all(|&byte| byte == 0),
            SqueezePolicy::Zeros => self.zeros == MANY_ZERO_ROWS,
        }
    }

    /// Appends the text of whole rows, the first of which is at `position`.
    pub fn feed(&mut self, view: &dyn View, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        match self.policy {
            SqueezePolicy::Never => view.rows(rows, position, out),
            SqueezePolicy::Repeats => self.feed_repeats(view, rows, position, out),
            SqueezePolicy::Zeros => self.feed_zeros(view, rows, position, out),
        }
    }

    /// Appends pending rows before a short row at `position`, or before the end if there is none.
    pub fn finish(&mut self, view: &dyn View, short_row: bool, position: RowPosition, out: &mut Vec<u8>) {
        if self.policy != SqueezePolicy::Zeros {
            return;
        }
        if short_row {
            self.pending_zeros(view, position, out);
            return;
        }
        // The last row of the dump is shown even if it is zeros. If there are three zero rows, xxd
        // prints the second and third.
        let row = vec![0; view.width()];
        let back = |rows: usize| position.after(((rows * row.len()) as u64).wrapping_neg());
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

    /// Changes the state as [`Squeeze::feed`] would, without writing text.
    pub fn pass(&mut self, rows: &[u8], width: usize) {
        let Some(start_of_last) = rows.len().checked_sub(width) else {
            return;
        };
        match self.policy {
            SqueezePolicy::Never => {}
            SqueezePolicy::Repeats => {
                let (before, last) = rows.split_at(start_of_last);
                let previous = if before.is_empty() { &self.last[..] } else { &before[before.len() - width..] };
                self.repeating = previous == last;
                self.last.clear();
                self.last.extend_from_slice(last);
            }
            SqueezePolicy::Zeros => {
                let trailing =
                    rows.rchunks_exact(width).take_while(|row| is_zero(row)).take(usize::from(MANY_ZERO_ROWS)).count();
                let before = if trailing * width == rows.len() { usize::from(self.zeros) } else { 0 };
                self.zeros = (before + trailing).min(usize::from(MANY_ZERO_ROWS)) as u8;
            }
        }
    }

    fn feed_repeats(&mut self, view: &dyn View, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
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
            let fresh = leading_different(&rest[..rest.len().min((CHUNK / width).max(1) * width)], width) * width;
            view.rows(&rest[..fresh], position.after(done as u64), out);
            self.last.clear();
            self.last.extend_from_slice(&rest[fresh - width..fresh]);
            self.repeating = false;
            done += fresh;
        }
    }

    fn feed_zeros(&mut self, view: &dyn View, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        let width = view.width();
        let mut done = 0;
        while done < rows.len() {
            let zeros = rows[done..].chunks_exact(width).take_while(|row| is_zero(row)).count();
            if zeros > 0 {
                if self.zeros == 0 {
                    view.rows(&rows[done..][..width], position.after(done as u64), out);
                }
                self.zeros = (usize::from(self.zeros) + zeros).min(usize::from(MANY_ZERO_ROWS)) as u8;
                done += zeros * width;
                continue;
            }
            let fresh = rows[done..].chunks_exact(width).take_while(|row| !is_zero(row)).count() * width;
            let here = position.after(done as u64);
            self.pending_zeros(view, here, out);
            view.rows(&rows[done..][..fresh], here, out);
            done += fresh;
        }
    }

    /// Appends the text for the zero rows that end at `position`, except for the first of them.
    fn pending_zeros(&mut self, view: &dyn View, position: RowPosition, out: &mut Vec<u8>) {
        let width = view.width();
        match self.zeros {
            0 | 1 => {}
            2 => view.rows(&vec![0; width], position.after((width as u64).wrapping_neg()), out),
            _ => view.squeezed(out),
        }
        self.zeros = 0;
    }
}

fn is_zero(row: &[u8]) -> bool {
    row.iter().all(|&byte| byte == 0)
}

/// Returns the number of leading rows that equal `row`.
fn leading_equal(rows: &[u8], row: &[u8]) -> usize {
    if let Ok(row) = <[u8; 16]>::try_from(row) {
        let row = u128::from_ne_bytes(row);
        let rows = rows.as_chunks::<16>().0;
        let equal = |other: &[u8; 16]| u128::from_ne_bytes(*other) == row;
        // Eight rows are compared at once while they are all equal, because this is most of the
        // work for a disk image.
        let (eights, _) = rows.as_chunks::<8>();
        let whole = 8 * eights.iter().take_while(|eight| eight.iter().all(equal)).count();
        whole + rows[whole..].iter().take_while(|other| equal(other)).count()
    } else {
        rows.chunks_exact(row.len()).take_while(|other| *other == row).count()
    }
}

/// Returns the number of leading rows that each differ from the previous one, at least one.
fn leading_different(rows: &[u8], width: usize) -> usize {
    if width == 16 {
        let rows = rows.as_chunks::<16>().0;
        let differ = |pair: &&[[u8; 16]]| u128::from_ne_bytes(pair[0]) != u128::from_ne_bytes(pair[1]);
        1 + rows.windows(2).take_while(differ).count()
    } else {
        1 + rows.chunks_exact(width).zip(rows[width..].chunks_exact(width)).take_while(|(a, b)| a != b).count()
    }
}
