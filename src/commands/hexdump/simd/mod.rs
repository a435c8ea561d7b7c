//! Formats rows of sixteen bytes with vector instructions: SSSE3 or AVX2 on x86-64, NEON on
//! AArch64.
//!
//! `rows` contains the kernels, written once over a few vector operations. `machine`, one file per
//! architecture, implements these operations and reports the kernels that the running processor
//! supports. On other processors, the portable code prints all rows. It is also the kernels' oracle
//! in tests. Kernels are pure: they read a slice and append to a vector.

#[cfg_attr(target_arch = "x86_64", path = "x86.rs")]
#[cfg_attr(target_arch = "aarch64", path = "neon.rs")]
#[cfg_attr(not(any(target_arch = "x86_64", target_arch = "aarch64")), path = "none.rs")]
mod machine;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod rows;

pub use machine::canonical_kernels;

/// Appends the text of whole canonical rows, the first of which is at `offset`.
pub type CanonicalRows = fn(rows: &[u8], offset: u64, out: &mut Vec<u8>);

/// Appends whole rows of a shape, the first of which is at `address`.
type ShapedRows = fn(shape: &Shape, rows: &[u8], address: u64, out: &mut Vec<u8>);

/// Returns the fastest kernel for canonical rows that the running processor supports, if any.
pub fn canonical_rows() -> Option<CanonicalRows> {
    canonical_kernels().pop().map(|(_, rows)| rows)
}

/// The mark of a column without a digit. Vector lookups return zero for it.
const BLANK: u8 = 0xff;

/// The layout of a row of sixteen bytes: the columns of its digits, blanks and characters.
#[derive(Debug)]
#[cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64")),
    allow(dead_code, reason = "only vector kernels read it")
)]
pub struct Shape {
    lanes: Vec<Lane>,
    characters_at: usize,
    /// The number of columns, including the line end.
    columns: usize,
    tail: &'static [u8],
    alphabet: &'static [u8; 16],
    kernel: ShapedRows,
}

/// Sixteen columns of a row.
#[derive(Debug)]
#[cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64")),
    allow(dead_code, reason = "only vector kernels read it")
)]
struct Lane {
    /// The index, among the row's first sixteen digits, of the digit in each column, or [`BLANK`].
    front: [u8; 16],
    /// The index, among the row's last sixteen digits, of the digit in each column, or [`BLANK`].
    back: [u8; 16],
    /// The text of the columns without a digit, and zero elsewhere.
    blanks: [u8; 16],
}

impl Shape {
    /// Returns the shape of a row. The digits of byte `i` start in column `digits_at[i]`, and its
    /// character is in column `characters_at + i`. Without them, the row is `blank`.
    ///
    /// Returns `None` if the running processor has no kernel for this shape.
    pub fn new(
        digits_at: &[usize; 16],
        characters_at: usize,
        blank: &[u8],
        tail: &'static [u8],
        alphabet: &'static [u8; 16],
    ) -> Option<Shape> {
        let kernel = machine::shaped_rows()?;
        let lane = |k: usize| {
            let mut lane = Lane { front: [BLANK; 16], back: [BLANK; 16], blanks: [0; 16] };
            for position in 0..16 {
                let column = 16 * k + position;
                let digit = (0..32).find(|digit| digits_at[digit / 2] + digit % 2 == column);
                match digit {
                    Some(digit) if digit < 16 => lane.front[position] = digit as u8,
                    Some(digit) => lane.back[position] = digit as u8 - 16,
                    None => lane.blanks[position] = blank.get(column).copied().unwrap_or(b' '),
                }
            }
            lane
        };
        let lanes = (0..characters_at.div_ceil(16)).map(lane).collect();
        Some(Shape { lanes, characters_at, columns: characters_at + 16 + tail.len(), tail, alphabet, kernel })
    }

    /// Appends whole rows of this shape, the first of which is at `address`. Addresses have at
    /// least eight hexadecimal digits.
    pub fn rows(&self, rows: &[u8], address: u64, out: &mut Vec<u8>) {
        (self.kernel)(self, rows, address, out);
    }
}
