//! Rows of sixteen bytes in vector instructions, for x86-64: the canonical row with AVX2 or SSSE3,
//! other shapes with SSSE3.
//!
//! Sixteen input bytes become 71 characters after the offset. Cut into sixteen-character lanes, the
//! row shows its shape:
//!
//! ```text
//! |  xx xx xx xx xx| xx xx xx  xx xx| xx xx xx xx xx | xx  |aaaaaaaaaaa|aaaaa|↵
//!    bytes 0–4        bytes 5–9       bytes 10–14       byte 15, characters
//! ```
//!
//! Each lane is one shuffle of the 32 hexadecimal digits with blanks laid over it. The last store
//! overlaps the one before, so that it too is a whole vector. The offset is written first and its
//! unused end is then overwritten by the digits, which makes offsets of nine to sixteen digits cost
//! nothing. Pure: reads its slice, appends to its vector, nothing else.
#![allow(unsafe_code)]

use super::canonical::Rows;

/// The widest row kernel that the running processor has, if it has one at all.
pub fn canonical_rows() -> Option<Rows> {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") {
            // SAFETY: AVX2 has just been found.
            return Some(|rows, offset, out| unsafe { x86::rows_avx2(rows, offset, out) });
        }
        if is_x86_feature_detected!("ssse3") {
            // SAFETY: SSSE3 has just been found.
            return Some(|rows, offset, out| unsafe { x86::rows_ssse3(rows, offset, out) });
        }
    }
    None
}

/// Every row kernel that the running processor has, with its name: for tests and benchmarks.
pub fn all_canonical_rows() -> Vec<(&'static str, Rows)> {
    #[allow(unused_mut)]
    let mut all: Vec<(&'static str, Rows)> = vec![];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("ssse3") {
            // SAFETY: SSSE3 has just been found.
            all.push(("ssse3", |rows, offset, out| unsafe { x86::rows_ssse3(rows, offset, out) }));
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: AVX2 has just been found.
            all.push(("avx2", |rows, offset, out| unsafe { x86::rows_avx2(rows, offset, out) }));
        }
    }
    all
}

/// The shape of a row of sixteen bytes: where digits, blanks and characters stand after its address.
#[derive(Debug)]
pub struct Shape {
    lanes: Vec<Lane>,
    characters_at: usize,
    /// Columns in all, the line end included.
    columns: usize,
    tail: &'static [u8],
    alphabet: &'static [u8; 16],
}

/// Sixteen columns: which of the first and of the last sixteen digits goes where (negative for none),
/// and what stands in the columns without one.
#[derive(Debug)]
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "only the vector kernel reads it"))]
struct Lane {
    front: [i8; 16],
    back: [i8; 16],
    blanks: [u8; 16],
}

impl Shape {
    /// The shape with the digits of byte `i` from column `digits_at[i]` on and its character in
    /// column `characters_at + i`, in a row that reads `blank` without them. `None` where this
    /// processor has no kernel for it.
    pub fn new(
        digits_at: &[usize; 16],
        characters_at: usize,
        blank: &[u8],
        tail: &'static [u8],
        alphabet: &'static [u8; 16],
    ) -> Option<Shape> {
        #[cfg(target_arch = "x86_64")]
        if !is_x86_feature_detected!("ssse3") || tail.len() > 2 {
            return None;
        }
        if cfg!(not(target_arch = "x86_64")) {
            return None;
        }
        let lane = |k: usize| {
            let mut lane = Lane { front: [-1; 16], back: [-1; 16], blanks: [0; 16] };
            for place in 0..16 {
                let column = 16 * k + place;
                let digit = (0..32).find(|digit| digits_at[digit / 2] + digit % 2 == column);
                match digit {
                    Some(digit) if digit < 16 => lane.front[place] = digit as i8,
                    Some(digit) => lane.back[place] = digit as i8 - 16,
                    None => lane.blanks[place] = blank.get(column).copied().unwrap_or(b' '),
                }
            }
            lane
        };
        let lanes = (0..characters_at.div_ceil(16)).map(lane).collect();
        Some(Shape { lanes, characters_at, columns: characters_at + 16 + tail.len(), tail, alphabet })
    }

    /// Appends whole rows of this shape, the first of them at `address` in at least eight hexadecimal digits.
    pub fn rows(&self, rows: &[u8], address: u64, out: &mut Vec<u8>) {
        // SAFETY: a shape is only made where the processor has SSSE3.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            x86::rows_shaped(self, rows, address, out);
        }
        #[cfg(not(target_arch = "x86_64"))]
        unreachable!("no shape is made for {} bytes at {address} in {}", rows.len(), out.len());
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Shape;
    use crate::commands::hexdump::address::hex_digits;
    use crate::commands::hexdump::canonical::{BODY, WIDTH};
    use crate::commands::hexdump::digits::HEX_LOWER;

    /// Rows whose offsets differ in two digits only, those before the last: a table lookup finds them.
    const ROWS_PER_PREFIX: usize = 256;

    const BLANK: i8 = -1;

    /// Which digit (of the 32 of a row, counted from the lane's first) goes to each column of a lane.
    const LANE_0: [i8; 16] = [BLANK, BLANK, 0, 1, BLANK, 2, 3, BLANK, 4, 5, BLANK, 6, 7, BLANK, 8, 9];
    /// Counted from digit 8: bytes 5 to 9, with the gap between the groups of eight.
    const LANE_1: [i8; 16] = [BLANK, 2, 3, BLANK, 4, 5, BLANK, 6, 7, BLANK, BLANK, 8, 9, BLANK, 10, 11];
    /// Counted from digit 16: bytes 10 to 14.
    const LANE_2: [i8; 16] = [BLANK, 4, 5, BLANK, 6, 7, BLANK, 8, 9, BLANK, 10, 11, BLANK, 12, 13, BLANK];
    /// Counted from digit 16: byte 15; then come a gap, a bar and eleven characters.
    const LANE_3: [i8; 16] =
        [14, 15, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK, BLANK];
    /// The characters that belong to lane 3.
    const LANE_3_CHARACTERS: [i8; 16] = [BLANK, BLANK, BLANK, BLANK, BLANK, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    /// The last sixteen columns of a row: fourteen characters, the bar, the line end.
    const TAIL: [i8; 16] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, BLANK, BLANK];

    /// What stands in the columns that no digit fills; zero where a digit or a character goes.
    const fn blanks(lane: [i8; 16]) -> [u8; 16] {
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

    const BLANKS_0: [u8; 16] = blanks(LANE_0);
    const BLANKS_1: [u8; 16] = blanks(LANE_1);
    const BLANKS_2: [u8; 16] = blanks(LANE_2);
    const BLANKS_3: [u8; 16] = *b"\0\0  |\0\0\0\0\0\0\0\0\0\0\0";
    const BLANKS_TAIL: [u8; 16] = *b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0|\n";

    const HEX: [u8; 16] = *b"0123456789abcdef";

    /// Loads a constant into a vector.
    #[inline(always)]
    fn constant<T>(bytes: &[T; 16]) -> __m128i {
        const { assert!(size_of::<T>() == 1) };
        // SAFETY: the array is sixteen bytes long, and the load asks for no alignment. SSE2 is part
        // of x86-64.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
    }

    /// Runs `row` over each row of `rows`, with the offset already written before its `out` pointer.
    ///
    /// `row` is handed sixteen readable bytes and `body` (at least eight) writable ones, and must
    /// fill all of the latter.
    #[inline(always)]
    fn for_each_row(rows: &[u8], offset: u64, body: usize, out: &mut Vec<u8>, row: impl Fn(*const u8, *mut u8)) {
        assert!(body >= 8);
        let mut rows = rows.as_chunks::<WIDTH>().0;
        out.reserve(rows.len() * (16 + body));
        // SAFETY: the pointer stays within, or at the end of, the room just reserved: see below.
        let mut to = unsafe { out.as_mut_ptr().add(out.len()) };
        let mut offset = offset;
        while !rows.is_empty() {
            let pairs = &HEX_LOWER[(offset >> 4) as usize % ROWS_PER_PREFIX..];
            let (now, later) = rows.split_at(rows.len().min(pairs.len()));
            let (prefix, digits) = hex_digits(offset, 8);
            for (from, &pair) in now.iter().zip(pairs) {
                // SAFETY: each row advances by digits + body <= 16 + body bytes, which were
                // reserved, and the sixteen bytes of the prefix fit because there are at least
                // eight digits and body >= 8. `from` points to sixteen bytes of the slice; another
                // process may be changing them, which changes the text and nothing else, because no
                // index is taken from them.
                unsafe {
                    to.cast::<[u8; 16]>().write(prefix);
                    to.add(digits - 3).cast::<[u8; 2]>().write(pair);
                    to = to.add(digits);
                    row(from.as_ptr(), to);
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

    /// Appends whole rows of a shape, the first of them at `address`.
    ///
    /// # Safety
    /// The processor must have SSSE3.
    #[target_feature(enable = "ssse3")]
    pub unsafe fn rows_shaped(shape: &Shape, rows: &[u8], address: u64, out: &mut Vec<u8>) {
        let alphabet = constant(shape.alphabet);
        let nibble = _mm_set1_epi8(0x0f);
        let (dot, below, del) = (_mm_set1_epi8(b'.' as i8), _mm_set1_epi8(0x1f), _mm_set1_epi8(0x7f));
        let Shape { lanes, characters_at, columns, tail, .. } = shape;
        assert!(lanes.len() * 16 <= characters_at + 16 && characters_at + 16 + tail.len() == *columns);
        // SAFETY: `for_each_row` hands over sixteen readable bytes and `columns` writable ones. The lanes
        // fill those before the characters and at most sixteen more, the characters are sixteen, and the
        // tail comes behind them: all within `columns`, as asserted above.
        for_each_row(rows, address, *columns, out, |from, to| unsafe {
            let bytes = _mm_loadu_si128(from.cast());
            let high = _mm_and_si128(_mm_srli_epi16::<4>(bytes), nibble);
            let low = _mm_and_si128(bytes, nibble);
            let front = _mm_shuffle_epi8(alphabet, _mm_unpacklo_epi8(high, low));
            let back = _mm_shuffle_epi8(alphabet, _mm_unpackhi_epi8(high, low));
            for (k, lane) in lanes.iter().enumerate() {
                let digits = _mm_or_si128(
                    _mm_shuffle_epi8(front, constant(&lane.front)),
                    _mm_shuffle_epi8(back, constant(&lane.back)),
                );
                _mm_storeu_si128(to.add(16 * k).cast(), _mm_or_si128(digits, constant(&lane.blanks)));
            }
            let printable = _mm_andnot_si128(_mm_cmpeq_epi8(bytes, del), _mm_cmpgt_epi8(bytes, below));
            let characters = _mm_or_si128(_mm_and_si128(printable, bytes), _mm_andnot_si128(printable, dot));
            let at = to.add(*characters_at);
            _mm_storeu_si128(at.cast(), characters);
            for (i, &byte) in tail.iter().enumerate() {
                at.add(16 + i).write(byte);
            }
        });
    }

    /// Appends whole canonical rows, the first of them at `offset`.
    ///
    /// # Safety
    /// The processor must have AVX2.
    #[target_feature(enable = "avx2")]
    pub unsafe fn rows_avx2(rows: &[u8], offset: u64, out: &mut Vec<u8>) {
        let hex = _mm256_broadcastsi128_si256(constant(&HEX));
        let nibble = _mm_set1_epi8(0x0f);
        let front = _mm256_set_m128i(constant(&LANE_1), constant(&LANE_0));
        let front_blanks = _mm256_set_m128i(constant(&BLANKS_1), constant(&BLANKS_0));
        let back = _mm256_set_m128i(constant(&LANE_3), constant(&LANE_2));
        let back_blanks = _mm256_set_m128i(constant(&BLANKS_3), constant(&BLANKS_2));
        let lane_3_characters = constant(&LANE_3_CHARACTERS);
        let (tail, tail_blanks) = (constant(&TAIL), constant(&BLANKS_TAIL));
        let (dot, space, del) = (_mm_set1_epi8(b'.' as i8), _mm_set1_epi8(b' ' as i8), _mm_set1_epi8(0x7f));
        // SAFETY: `for_each_row` hands over sixteen readable bytes and BODY = 71 writable ones: 32
        // + 32, and 16 that end at 71.
        for_each_row(rows, offset, BODY, out, |from, to| unsafe {
            let bytes = _mm_loadu_si128(from.cast());
            let high = _mm_and_si128(_mm_srli_epi16::<4>(bytes), nibble);
            let low = _mm_and_si128(bytes, nibble);
            let nibbles = _mm256_set_m128i(_mm_unpackhi_epi8(high, low), _mm_unpacklo_epi8(high, low));
            let digits = _mm256_shuffle_epi8(hex, nibbles);
            // Lanes of digits 0–15 and 8–23, then of 16–31 twice.
            let for_front = _mm256_permute4x64_epi64::<0b10_01_01_00>(digits);
            let for_back = _mm256_permute4x64_epi64::<0b11_10_11_10>(digits);
            // Signed: bytes from 0x80 on are negative, so one comparison rules them out with the controls.
            let printable = _mm_andnot_si128(
                _mm_cmpeq_epi8(bytes, del),
                _mm_cmpgt_epi8(bytes, _mm_sub_epi8(space, _mm_set1_epi8(1))),
            );
            let characters = _mm_blendv_epi8(dot, bytes, printable);
            let in_lane_3 =
                _mm256_inserti128_si256::<1>(_mm256_setzero_si256(), _mm_shuffle_epi8(characters, lane_3_characters));
            let first = _mm256_or_si256(_mm256_shuffle_epi8(for_front, front), front_blanks);
            let second = _mm256_or_si256(_mm256_or_si256(_mm256_shuffle_epi8(for_back, back), back_blanks), in_lane_3);
            _mm256_storeu_si256(to.cast(), first);
            _mm256_storeu_si256(to.add(32).cast(), second);
            _mm_storeu_si128(to.add(55).cast(), _mm_or_si128(_mm_shuffle_epi8(characters, tail), tail_blanks));
        });
    }

    /// Appends whole canonical rows, the first of them at `offset`.
    ///
    /// # Safety
    /// The processor must have SSSE3.
    #[target_feature(enable = "ssse3")]
    pub unsafe fn rows_ssse3(rows: &[u8], offset: u64, out: &mut Vec<u8>) {
        let hex = constant(&HEX);
        let nibble = _mm_set1_epi8(0x0f);
        let lanes = [constant(&LANE_0), constant(&LANE_1), constant(&LANE_2), constant(&LANE_3)];
        let blanks = [constant(&BLANKS_0), constant(&BLANKS_1), constant(&BLANKS_2), constant(&BLANKS_3)];
        let lane_3_characters = constant(&LANE_3_CHARACTERS);
        let (tail, tail_blanks) = (constant(&TAIL), constant(&BLANKS_TAIL));
        let (dot, below, del) = (_mm_set1_epi8(b'.' as i8), _mm_set1_epi8(0x1f), _mm_set1_epi8(0x7f));
        // SAFETY: `for_each_row` hands over sixteen readable bytes and BODY = 71 writable ones: 4 ×
        // 16, and 16 that end at 71.
        for_each_row(rows, offset, BODY, out, |from, to| unsafe {
            let bytes = _mm_loadu_si128(from.cast());
            let high = _mm_and_si128(_mm_srli_epi16::<4>(bytes), nibble);
            let low = _mm_and_si128(bytes, nibble);
            let front = _mm_shuffle_epi8(hex, _mm_unpacklo_epi8(high, low));
            let back = _mm_shuffle_epi8(hex, _mm_unpackhi_epi8(high, low));
            let middle = _mm_unpacklo_epi64(_mm_srli_si128::<8>(front), back);
            let printable = _mm_andnot_si128(_mm_cmpeq_epi8(bytes, del), _mm_cmpgt_epi8(bytes, below));
            let characters = _mm_or_si128(_mm_and_si128(printable, bytes), _mm_andnot_si128(printable, dot));
            let lane = |i: usize, digits| _mm_or_si128(_mm_shuffle_epi8(digits, lanes[i]), blanks[i]);
            let last = _mm_or_si128(lane(3, back), _mm_shuffle_epi8(characters, lane_3_characters));
            _mm_storeu_si128(to.cast(), lane(0, front));
            _mm_storeu_si128(to.add(16).cast(), lane(1, middle));
            _mm_storeu_si128(to.add(32).cast(), lane(2, back));
            _mm_storeu_si128(to.add(48).cast(), last);
            _mm_storeu_si128(to.add(55).cast(), _mm_or_si128(_mm_shuffle_epi8(characters, tail), tail_blanks));
        });
    }
}
