//! SHA-512 and its truncations (FIPS 180-4) for x86-64 with AVX2 and BMI2, a third faster than the
//! crates' code.
//!
//! This code processes two blocks at a time. Their message schedules are computed side by side in
//! the two halves of the vector registers, between the scalar rounds of the first block, and are
//! ready for the second block's rounds. The rounds use three-operand rotates and and-not. If the
//! CPU lacks these instructions, the caller uses a crate instead. At most 127 bytes are buffered.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

mod constants;
use constants::{K, SHA384, SHA512, SHA512_256};

/// A running SHA-512, SHA-384 or SHA-512/256.
#[derive(Clone)]
pub struct Sha512 {
    state: [u64; 8],
    buffer: [u8; 128],
    len: u128,
}

impl Sha512 {
    /// Returns an empty SHA-512, if this CPU has the instructions.
    pub fn full() -> Option<Sha512> {
        Sha512::from_initial(SHA512)
    }

    /// Returns an empty SHA-384 (the first 48 bytes of [`Sha512::finish`]), if this CPU has the
    /// instructions.
    pub fn sha384() -> Option<Sha512> {
        Sha512::from_initial(SHA384)
    }

    /// Returns an empty SHA-512/256 (the first 32 bytes of [`Sha512::finish`]), if this CPU has the
    /// instructions.
    pub fn sha512_256() -> Option<Sha512> {
        Sha512::from_initial(SHA512_256)
    }

    /// The only constructor, so that a value proves that the CPU was checked.
    fn from_initial(state: [u64; 8]) -> Option<Sha512> {
        let able =
            is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2");
        able.then_some(Sha512 { state, buffer: [0; 128], len: 0 })
    }

    /// Hashes the next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        let used = (self.len % 128) as usize;
        self.len += bytes.len() as u128;
        if used > 0 {
            let take = bytes.len().min(128 - used);
            self.buffer[used..used + take].copy_from_slice(&bytes[..take]);
            bytes = &bytes[take..];
            if used + take < 128 {
                return;
            }
            let buffer = self.buffer;
            self.compress(&[buffer]);
        }
        let (blocks, rest) = bytes.as_chunks::<128>();
        self.compress(blocks);
        self.buffer[..rest.len()].copy_from_slice(rest);
    }

    /// Returns the final state, of which the digest is a prefix.
    pub fn finish(mut self) -> [u8; 64] {
        let bits = self.len * 8;
        let used = (self.len % 128) as usize;
        let padding = if used < 112 { 112 - used } else { 240 - used };
        let mut end = [0; 144];
        end[0] = 0x80;
        end[padding..padding + 16].copy_from_slice(&bits.to_be_bytes());
        self.update(&end[..padding + 16]);
        let mut digest = [0; 64];
        for (out, word) in digest.chunks_exact_mut(8).zip(self.state) {
            out.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }

    fn compress(&mut self, blocks: &[[u8; 128]]) {
        // SAFETY: `from_initial` detected AVX2, BMI1 and BMI2 on this CPU before it created this
        // value.
        unsafe { compress(&mut self.state, blocks) }
    }
}

/// Runs one round on the word `$at` bytes after `$words`.
///
/// `$bc` holds `b ^ c` before and `a ^ b` after, which is the next round's `b ^ c`. The majority of
/// three is `b` unless both others differ from it. This is in assembly because compilers need a
/// ninth more instructions, which move words that could stay in place.
macro_rules! round {
    ($a:ident $b:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $bc:ident, $words:expr, $at:expr) => {
        // SAFETY: the caller's target features include `rorx` and `andn`. The code writes no memory
        // and reads eight bytes of the schedule: `$words` points to the first of sixteen words in
        // the layout of `Schedule`, and `$at` is the offset of one.
        unsafe {
            std::arch::asm!(
                "add {h}, qword ptr [{words} + {at}]",
                "mov {x}, {e}",
                "rorx {y}, {e}, 41",
                "and {x}, {f}",
                "rorx {z}, {e}, 18",
                "add {h}, {x}",
                "andn {x}, {e}, {g}",
                "xor {y}, {z}",
                "rorx {z}, {e}, 14",
                "add {h}, {x}",
                "xor {y}, {z}",
                "mov {x}, {a}",
                "rorx {z}, {a}, 39",
                "add {h}, {y}",
                "xor {x}, {b}",
                "rorx {y}, {a}, 34",
                "add {d}, {h}",
                "and {bc}, {x}",
                "xor {y}, {z}",
                "rorx {z}, {a}, 28",
                "xor {bc}, {b}",
                "xor {y}, {z}",
                "add {h}, {bc}",
                "add {h}, {y}",
                a = in(reg) $a,
                b = in(reg) $b,
                d = inout(reg) $d,
                e = in(reg) $e,
                f = in(reg) $f,
                g = in(reg) $g,
                h = inout(reg) $h,
                bc = inout(reg) $bc => _,
                x = out(reg) $bc,
                y = out(reg) _,
                z = out(reg) _,
                words = in(reg) $words,
                at = const $at,
                options(pure, readonly, nostack),
            )
        }
    };
}

/// Runs sixteen rounds on the words at `$words`, with `$between(i)` after the `i`th even round.
#[rustfmt::skip] // rustfmt moves the inner macro further to the right each time
macro_rules! sixteen {
    ($s:ident, $words:expr, $between:expr) => {{
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = $s;
        let mut bc = b ^ c;
        let words: *const u64 = $words;
        macro_rules! eight {
            ($i:expr) => {
                round!(a b d e f g h, bc, words, word_offset($i));
                $between($i / 2);
                round!(h a c d e f g, bc, words, word_offset($i + 1));
                round!(g h b c d e f, bc, words, word_offset($i + 2));
                $between($i / 2 + 1);
                round!(f g a b c d e, bc, words, word_offset($i + 3));
                round!(e f h a b c d, bc, words, word_offset($i + 4));
                $between($i / 2 + 2);
                round!(d e g h a b c, bc, words, word_offset($i + 5));
                round!(c d f g h a b, bc, words, word_offset($i + 6));
                $between($i / 2 + 3);
                round!(b c e f g h a, bc, words, word_offset($i + 7));
            };
        }
        eight!(0);
        eight!(8);
        let _ = bc;
        [a, b, c, d, e, f, g, h]
    }};
}

fn add(state: &mut [u64; 8], by: [u64; 8]) {
    for (word, by) in state.iter_mut().zip(by) {
        *word = word.wrapping_add(by);
    }
}

/// The words of two blocks with their constants added: `[round / 2][block][round % 2]`.
#[repr(align(32))]
struct Schedule([[[u64; 2]; 2]; 40]);

impl Schedule {
    /// Returns a pointer to the words of `block` for the sixteen rounds from `16 * sixteenth`.
    fn words(&self, sixteenth: usize, block: usize) -> *const u64 {
        self.0.as_ptr().cast::<u64>().wrapping_add(sixteenth * 32 + block * 2)
    }
}

/// Returns the offset in bytes from a block's first word to its word for round `i` of sixteen.
const fn word_offset(i: usize) -> usize {
    i / 2 * 32 + i % 2 * 8
}

#[target_feature(enable = "avx2,bmi1,bmi2")]
fn compress(state: &mut [u64; 8], blocks: &[[u8; 128]]) {
    let mut schedule = Schedule([[[0; 2]; 2]; 40]);
    let (pairs, odd) = blocks.as_chunks::<2>();
    for [first, second] in pairs {
        let rounds = two_blocks(*state, first, second, &mut schedule);
        add(state, rounds);
        second_block(state, &schedule);
    }
    for block in odd {
        // A last single block is paired with itself; the rounds of the copy are not run.
        let rounds = two_blocks(*state, block, block, &mut schedule);
        add(state, rounds);
    }
}

/// Returns the state after the rounds of the first block, and fills the schedules of both blocks.
#[target_feature(enable = "avx2,bmi1,bmi2")]
#[inline]
fn two_blocks(mut s: [u64; 8], first: &[u8; 128], second: &[u8; 128], schedule: &mut Schedule) -> [u64; 8] {
    let big_endian = _mm256_broadcastsi128_si256(_mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
    let mut w = [_mm256_setzero_si256(); 8];
    for (i, w) in w.iter_mut().enumerate() {
        // SAFETY: `i` is under 8, so these sixteen bytes end within the 128 of each block, and the
        // loads may be unaligned.
        let both = unsafe {
            _mm256_set_m128i(
                _mm_loadu_si128(second.as_ptr().add(i * 16).cast()),
                _mm_loadu_si128(first.as_ptr().add(i * 16).cast()),
            )
        };
        *w = _mm256_shuffle_epi8(both, big_endian);
    }
    let put = |schedule: &mut Schedule, at: usize, w: __m256i| {
        let k = _mm256_broadcastsi128_si256(_mm_set_epi64x(K[at * 2 + 1] as i64, K[at * 2] as i64));
        // SAFETY: an element of the schedule is 32 bytes, and 32-byte aligned by its `repr`.
        unsafe { _mm256_store_si256((&raw mut schedule.0[at]).cast(), _mm256_add_epi64(w, k)) }
    };
    for (i, w) in w.iter().enumerate() {
        put(schedule, i, *w);
    }
    for round in 0..4 {
        let next = |schedule: &mut Schedule, w: &mut [__m256i; 8], i: usize| {
            w[i] = next_words(w[i], w[(i + 1) % 8], w[(i + 4) % 8], w[(i + 5) % 8], w[(i + 7) % 8]);
            put(schedule, (round + 1) * 8 + i, w[i]);
        };
        s = sixteen!(s, schedule.words(round, 0), |i: usize| next(schedule, &mut w, i));
    }
    sixteen!(s, schedule.words(4, 0), |_: usize| ())
}

#[target_feature(enable = "avx2,bmi1,bmi2")]
#[inline]
fn second_block(state: &mut [u64; 8], schedule: &Schedule) {
    let mut s = *state;
    for round in 0..5 {
        s = sixteen!(s, schedule.words(round, 1), |_: usize| ());
    }
    add(state, s);
}

/// Returns words `t` and `t + 1` of both blocks, from the pairs that start at `t - 16`, `t - 14`,
/// `t - 8`, `t - 6` and `t - 2`.
#[target_feature(enable = "avx2,bmi1,bmi2")]
#[inline]
fn next_words(w16: __m256i, w14: __m256i, w8: __m256i, w6: __m256i, w2: __m256i) -> __m256i {
    let w15 = _mm256_alignr_epi8::<8>(w14, w16);
    let w7 = _mm256_alignr_epi8::<8>(w6, w8);
    macro_rules! rotate {
        ($x:expr, $by:literal, $rest:literal) => {
            _mm256_xor_si256(_mm256_srli_epi64::<$by>($x), _mm256_slli_epi64::<$rest>($x))
        };
    }
    let small0 =
        _mm256_xor_si256(_mm256_xor_si256(rotate!(w15, 1, 63), rotate!(w15, 8, 56)), _mm256_srli_epi64::<7>(w15));
    let small1 =
        _mm256_xor_si256(_mm256_xor_si256(rotate!(w2, 19, 45), rotate!(w2, 61, 3)), _mm256_srli_epi64::<6>(w2));
    _mm256_add_epi64(_mm256_add_epi64(w16, w7), _mm256_add_epi64(small0, small1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_another_implementation(bytes in prop::collection::vec(any::<u8>(), 0..700), cut in 0usize..700) {
            use crate::digest::sha::digest;
            let cut = cut.min(bytes.len());
            for (ours, theirs) in [(Sha512::full(), &digest::SHA512), (Sha512::sha384(), &digest::SHA384), (Sha512::sha512_256(), &digest::SHA512_256)] {
                let Some(mut ours) = ours else {
                    crate::skipped::skip("AVX2 and BMI2");
                    return Ok(());
                };
                ours.update(&bytes[..cut]);
                ours.update(&bytes[cut..]);
                let mut context = digest::Context::new(theirs);
                context.update(&bytes);
                let want = context.finish();
                prop_assert_eq!(&ours.finish()[..want.as_ref().len()], want.as_ref());
            }
        }
    }
}
