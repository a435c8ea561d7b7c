//! The row kernels, written once over vector operations that each architecture's file implements.
//!
//! Sixteen input bytes become 71 characters after the offset. Split into lanes of sixteen
//! characters, a canonical row is:
//!
//! ```text
//! |  xx xx xx xx xx| xx xx xx  xx xx| xx xx xx xx xx | xx  |aaaaaaaaaaa|aaaaa|↵
//!    bytes 0–4        bytes 5–9       bytes 10–14       byte 15, characters
//! ```
//!
//! Each lane is one shuffle of the 32 hexadecimal digits, combined with blanks. The last store
//! overlaps the previous one, so it is also a whole vector. The offset is written first, as sixteen
//! bytes, and the digits overwrite its unused end, so longer offsets (up to sixteen digits) cost
//! nothing.
#![allow(unsafe_code)]

use super::{BLANK, Shape};
use crate::commands::hexdump::address::hex_digits;
use crate::commands::hexdump::canonical::{BODY, WIDTH};
use crate::commands::hexdump::digits::HEX_LOWER;

/// The operations on vectors of sixteen bytes that the kernels need.
///
/// # Safety
/// Every method requires a processor that supports the implementation's instructions. `load` reads
/// sixteen bytes at `from`, `store` writes sixteen bytes at `to`, and neither requires alignment.
#[allow(clippy::missing_safety_doc)]
pub trait Vector: Copy {
    /// Loads sixteen bytes.
    unsafe fn load(from: *const u8) -> Self;
    /// Stores sixteen bytes.
    unsafe fn store(self, to: *mut u8);
    /// Returns the high and low halves of each byte, in that order: those of the first eight bytes,
    /// and those of the last eight.
    unsafe fn nibbles(self) -> (Self, Self);
    /// Returns the bytes of this vector at the given indices, and zero for the index [`BLANK`].
    unsafe fn look_up(self, indices: Self) -> Self;
    /// Returns the bitwise or.
    unsafe fn or(self, other: Self) -> Self;
    /// Returns the last eight bytes of this vector and the first eight of `next`.
    unsafe fn join(self, next: Self) -> Self;
    /// Returns the bytes, with a dot in place of each that is not printable ASCII.
    unsafe fn characters(self) -> Self;
}

/// Loads a constant into a vector.
///
/// # Safety
/// The requirements of [`Vector`] apply.
#[inline(always)]
pub unsafe fn constant<V: Vector>(bytes: &[u8; 16]) -> V {
    // SAFETY: the array is sixteen bytes long. The caller guarantees the processor's instructions.
    unsafe { V::load(bytes.as_ptr()) }
}

/// A writer of the text of a row after its offset.
pub trait RowKernel {
    /// Returns the number of bytes that [`RowKernel::write`] writes, which is at least eight.
    fn length(&self) -> usize;

    /// Writes a row.
    ///
    /// # Safety
    /// There must be sixteen readable bytes at `from` and `length()` writable ones at `to`, all of
    /// which are filled. The processor must support the instructions that the kernel uses.
    unsafe fn write(&self, from: *const u8, to: *mut u8);
}

/// Appends each row of `rows`, the first of which is at `offset`.
///
/// # Safety
/// The processor must support the instructions that `row` uses.
#[inline(always)]
pub unsafe fn for_each_row(rows: &[u8], offset: u64, row: &impl RowKernel, out: &mut Vec<u8>) {
    /// The number of consecutive rows whose offsets differ only in the two digits before the last.
    /// These digits are read from a table.
    const ROWS_PER_PREFIX: u64 = 256;
    let body = row.length();
    assert!(body >= 8);
    let mut rows = rows.as_chunks::<WIDTH>().0;
    out.reserve(rows.len() * (16 + body));
    // SAFETY: the pointer stays within the room just reserved, or at its end: see below.
    let mut to = unsafe { out.as_mut_ptr().add(out.len()) };
    let mut offset = offset;
    while !rows.is_empty() {
        let pairs = &HEX_LOWER[((offset >> 4) % ROWS_PER_PREFIX) as usize..];
        let (now, later) = rows.split_at(rows.len().min(pairs.len()));
        let (prefix, digits) = hex_digits(offset, 8);
        for (from, &pair) in now.iter().zip(pairs) {
            // SAFETY: each row advances by digits + body <= 16 + body bytes, which were reserved,
            // and the sixteen bytes of the prefix fit because digits and body are at least eight.
            // `from` points to sixteen bytes of the slice. Another process may change them, which
            // affects only the text, because no index is computed from them.
            unsafe {
                to.cast::<[u8; 16]>().write(prefix);
                to.add(digits - 3).cast::<[u8; 2]>().write(pair);
                to = to.add(digits);
                row.write(from.as_ptr(), to);
                to = to.add(body);
            }
        }
        offset = offset.wrapping_add((now.len() * WIDTH) as u64);
        rows = later;
    }
    // SAFETY: everything up to `to` has been written, and `to` is within the capacity.
    unsafe {
        let len = to.offset_from_unsigned(out.as_ptr());
        out.set_len(len);
    }
}

pub const HEX: [u8; 16] = *b"0123456789abcdef";

/// The index, among a row's 32 digits, of the digit in each column of each lane. The lanes use
/// digits 0–15, 8–23, 16–31 and 16–31.
pub const LANES: [[u8; 16]; 4] = [
    [BLANK, BLANK, 0, 1, BLANK, 2, 3, BLANK, 4, 5, BLANK, 6, 7, BLANK, 8, 9],
    [BLANK, 2, 3, BLANK, 4, 5, BLANK, 6, 7, BLANK, BLANK, 8, 9, BLANK, 10, 11],
    [BLANK, 4, 5, BLANK, 6, 7, BLANK, 8, 9, BLANK, 10, 11, BLANK, 12, 13, BLANK],
    [14, 15, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK],
];
/// The text of each lane's columns without a digit or a character, and zero elsewhere.
pub const BLANKS: [[u8; 16]; 4] =
    [blanks(LANES[0]), blanks(LANES[1]), blanks(LANES[2]), *b"\0\0  |\0\0\0\0\0\0\0\0\0\0\0"];
/// The characters in the last lane.
pub const LANE_3_CHARACTERS: [u8; 16] = [BLANK, BLANK, BLANK, BLANK, BLANK, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/// The last sixteen columns of a row: fourteen characters, the bar and the line end.
pub const TAIL: [u8; 16] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, BLANK, BLANK];
/// The text of these columns without the characters.
pub const TAIL_BLANKS: [u8; 16] = *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0|\n";
/// The position of the last sixteen columns.
pub const TAIL_AT: usize = BODY - 16;

const fn blanks(lane: [u8; 16]) -> [u8; 16] {
    let mut text = [0; 16];
    let mut i = 0;
    while i < 16 {
        if lane[i] == BLANK {
            text[i] = b' ';
        }
        i += 1;
    }
    text
}

/// The kernel for canonical rows.
pub struct CanonicalRow<V> {
    hex: V,
    lanes: [(V, V); 4],
    lane_3_characters: V,
    tail: (V, V),
}

impl<V: Vector> CanonicalRow<V> {
    /// Loads the constants.
    ///
    /// # Safety
    /// The requirements of [`Vector`] apply.
    #[inline(always)]
    pub unsafe fn new() -> CanonicalRow<V> {
        // SAFETY: the caller guarantees the processor's instructions.
        unsafe {
            CanonicalRow {
                hex: constant(&HEX),
                lanes: [
                    (constant(&LANES[0]), constant(&BLANKS[0])),
                    (constant(&LANES[1]), constant(&BLANKS[1])),
                    (constant(&LANES[2]), constant(&BLANKS[2])),
                    (constant(&LANES[3]), constant(&BLANKS[3])),
                ],
                lane_3_characters: constant(&LANE_3_CHARACTERS),
                tail: (constant(&TAIL), constant(&TAIL_BLANKS)),
            }
        }
    }
}

impl<V: Vector> RowKernel for CanonicalRow<V> {
    #[inline(always)]
    fn length(&self) -> usize {
        BODY
    }

    #[inline(always)]
    unsafe fn write(&self, from: *const u8, to: *mut u8) {
        // SAFETY: 4 × 16 bytes from the start and the 16 that end at BODY = 71 are within `length()`.
        unsafe {
            let bytes = V::load(from);
            let (front, back) = bytes.nibbles();
            let (front, back) = (self.hex.look_up(front), self.hex.look_up(back));
            let characters = bytes.characters();
            let [(lane_0, blanks_0), (lane_1, blanks_1), (lane_2, blanks_2), (lane_3, blanks_3)] = self.lanes;
            front.look_up(lane_0).or(blanks_0).store(to);
            front.join(back).look_up(lane_1).or(blanks_1).store(to.add(16));
            back.look_up(lane_2).or(blanks_2).store(to.add(32));
            let first_characters = characters.look_up(self.lane_3_characters);
            back.look_up(lane_3).or(blanks_3).or(first_characters).store(to.add(48));
            characters.look_up(self.tail.0).or(self.tail.1).store(to.add(TAIL_AT));
        }
    }
}

/// The kernel for rows of a shape.
pub struct ShapedRow<'a, V> {
    shape: &'a Shape,
    alphabet: V,
}

impl<V: Vector> ShapedRow<'_, V> {
    /// Loads the constants and checks the shape.
    ///
    /// # Safety
    /// The requirements of [`Vector`] apply.
    #[inline(always)]
    pub unsafe fn new(shape: &Shape) -> ShapedRow<'_, V> {
        let Shape { lanes, characters_at, columns, tail, .. } = shape;
        assert!(lanes.len() * 16 <= characters_at + 16 && characters_at + 16 + tail.len() == *columns);
        // SAFETY: the caller guarantees the processor's instructions.
        ShapedRow { shape, alphabet: unsafe { constant(shape.alphabet) } }
    }
}

impl<V: Vector> RowKernel for ShapedRow<'_, V> {
    #[inline(always)]
    fn length(&self) -> usize {
        self.shape.columns
    }

    #[inline(always)]
    unsafe fn write(&self, from: *const u8, to: *mut u8) {
        // SAFETY: the lanes fill the columns before the characters and at most sixteen more. There
        // are sixteen characters, and the tail follows them. All of this is within `columns`, as
        // `new` has checked.
        unsafe {
            let bytes = V::load(from);
            let (front, back) = bytes.nibbles();
            let (front, back) = (self.alphabet.look_up(front), self.alphabet.look_up(back));
            for (k, lane) in self.shape.lanes.iter().enumerate() {
                let digits = front.look_up(constant(&lane.front)).or(back.look_up(constant(&lane.back)));
                digits.or(constant(&lane.blanks)).store(to.add(16 * k));
            }
            let at = to.add(self.shape.characters_at);
            bytes.characters().store(at);
            for (i, &byte) in self.shape.tail.iter().enumerate() {
                at.add(16 + i).write(byte);
            }
        }
    }
}
