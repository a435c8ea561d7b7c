//! MD5 (RFC 1321), a fifth faster than with the order of additions that the compiler chooses.
//!
//! MD5's speed is limited by its chain of dependent operations. The compiler adds each step's
//! constant last, which lengthens that chain by one addition. Adding word and constant in a single
//! inline instruction keeps them off the chain; so does adding, rather than or-ing, the two
//! disjoint halves of the second round's function. At most 63 bytes are buffered.
#![allow(unsafe_code)]

const INITIAL: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// `floor(2^32 × |sin(i + 1)|)`.
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// A running MD5.
#[derive(Clone)]
pub struct Md5 {
    state: [u32; 4],
    buffer: [u8; 64],
    len: u64,
}

impl Md5 {
    /// Returns the state of an empty input.
    pub fn new() -> Md5 {
        Md5 { state: INITIAL, buffer: [0; 64], len: 0 }
    }

    /// Hashes the next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        let used = (self.len % 64) as usize;
        self.len = self.len.wrapping_add(bytes.len() as u64);
        if used > 0 {
            let take = bytes.len().min(64 - used);
            self.buffer[used..used + take].copy_from_slice(&bytes[..take]);
            bytes = &bytes[take..];
            if used + take < 64 {
                return;
            }
            compress(&mut self.state, &[self.buffer]);
        }
        let (blocks, rest) = bytes.as_chunks::<64>();
        compress(&mut self.state, blocks);
        self.buffer[..rest.len()].copy_from_slice(rest);
    }

    /// Returns the digest of everything hashed so far.
    pub fn finish(mut self) -> [u8; 16] {
        let bits = self.len.wrapping_mul(8);
        let used = (self.len % 64) as usize;
        let padding = if used < 56 { 56 - used } else { 120 - used };
        let mut end = [0; 72];
        end[0] = 0x80;
        end[padding..padding + 8].copy_from_slice(&bits.to_le_bytes());
        self.update(&end[..padding + 8]);
        let mut digest = [0; 16];
        for (out, word) in digest.chunks_exact_mut(4).zip(self.state) {
            out.copy_from_slice(&word.to_le_bytes());
        }
        digest
    }
}

/// Returns `a + word + K` as one operation that the compiler cannot split.
#[inline(always)]
fn add3<const K: u32>(a: u32, word: u32) -> u32 {
    #[cfg(target_arch = "x86_64")]
    {
        let mut sum = a;
        // SAFETY: it adds registers; it touches no memory, stack or flags.
        unsafe {
            std::arch::asm!("lea {sum:e}, [{sum:r} + {word:r} + {k}]", sum = inout(reg) sum, word = in(reg) word, k = const K as i32,
                options(pure, nomem, nostack, preserves_flags));
        }
        sum
    }
    #[cfg(not(target_arch = "x86_64"))]
    a.wrapping_add(word).wrapping_add(K)
}

/// Runs one step: adds the function `f` to the sum `s` of everything else, rotates, and adds `b`.
macro_rules! step {
    ($function:ident, $a:ident $b:ident $c:ident $d:ident, $word:expr, $index:expr, $turn:expr) => {
        let s = add3::<{ SINES[$index] }>($a, $word);
        $a = $function!(s, $b, $c, $d).rotate_left($turn).wrapping_add($b);
    };
}
macro_rules! f {
    ($s:expr, $b:ident, $c:ident, $d:ident) => {
        $s.wrapping_add((($c ^ $d) & $b) ^ $d)
    };
}
macro_rules! g {
    ($s:expr, $b:ident, $c:ident, $d:ident) => {
        $s.wrapping_add(!$d & $c).wrapping_add($d & $b)
    };
}
macro_rules! h {
    ($s:expr, $b:ident, $c:ident, $d:ident) => {
        $s.wrapping_add(($c ^ $d) ^ $b)
    };
}
macro_rules! i {
    ($s:expr, $b:ident, $c:ident, $d:ident) => {
        $s.wrapping_add($c ^ ($b | !$d))
    };
}

fn compress(state: &mut [u32; 4], blocks: &[[u8; 64]]) {
    let [mut a, mut b, mut c, mut d] = *state;
    for block in blocks {
        let words = block.as_chunks::<4>().0;
        let m: [u32; 16] = std::array::from_fn(|i| u32::from_le_bytes(words[i]));
        let before = [a, b, c, d];
        macro_rules! four {
            ($function:ident, $i:expr, $stride:expr, $first:expr, $turns:expr) => {
                step!($function, a b c d, m[($i * $stride + $first) % 16], $i, $turns[0]);
                step!($function, d a b c, m[(($i + 1) * $stride + $first) % 16], $i + 1, $turns[1]);
                step!($function, c d a b, m[(($i + 2) * $stride + $first) % 16], $i + 2, $turns[2]);
                step!($function, b c d a, m[(($i + 3) * $stride + $first) % 16], $i + 3, $turns[3]);
            };
        }
        macro_rules! round {
            ($function:ident, $i:expr, $stride:expr, $first:expr, $turns:expr) => {
                four!($function, $i, $stride, $first, $turns);
                four!($function, $i + 4, $stride, $first, $turns);
                four!($function, $i + 8, $stride, $first, $turns);
                four!($function, $i + 12, $stride, $first, $turns);
            };
        }
        round!(f, 0, 1, 0, [7, 12, 17, 22]);
        round!(g, 16, 5, 1, [5, 9, 14, 20]);
        round!(h, 32, 3, 5, [4, 11, 16, 23]);
        round!(i, 48, 7, 0, [6, 10, 15, 21]);
        a = a.wrapping_add(before[0]);
        b = b.wrapping_add(before[1]);
        c = c.wrapping_add(before[2]);
        d = d.wrapping_add(before[3]);
    }
    *state = [a, b, c, d];
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Implements RFC 1321 literally, as the oracle.
    fn naive(bytes: &[u8]) -> [u8; 16] {
        let mut message = bytes.to_vec();
        message.push(0x80);
        while message.len() % 64 != 56 {
            message.push(0);
        }
        message.extend((bytes.len() as u64 * 8).to_le_bytes());
        let mut state = INITIAL;
        for block in message.chunks(64) {
            let m: Vec<u32> = block.chunks(4).map(|w| u32::from_le_bytes(w.try_into().unwrap())).collect();
            let [mut a, mut b, mut c, mut d] = state;
            for i in 0..64 {
                let (f, g, turns) = match i / 16 {
                    0 => ((b & c) | (!b & d), i, [7, 12, 17, 22]),
                    1 => ((d & b) | (!d & c), (5 * i + 1) % 16, [5, 9, 14, 20]),
                    2 => (b ^ c ^ d, (3 * i + 5) % 16, [4, 11, 16, 23]),
                    _ => (c ^ (b | !d), (7 * i) % 16, [6, 10, 15, 21]),
                };
                let k = ((i as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32;
                let sum = f.wrapping_add(a).wrapping_add(k).wrapping_add(m[g]);
                (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(turns[i % 4])));
            }
            for (word, by) in state.iter_mut().zip([a, b, c, d]) {
                *word = word.wrapping_add(by);
            }
        }
        let words: Vec<[u8; 4]> = state.iter().map(|w| w.to_le_bytes()).collect();
        words.concat().try_into().unwrap()
    }

    #[test]
    fn gives_the_digests_of_the_rfc() {
        for (message, digest) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ] {
            let mut md5 = Md5::new();
            md5.update(message.as_bytes());
            assert_eq!(hex(&md5.finish()), digest);
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_text_of_the_rfc(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in 0usize..300) {
            let cut = cut.min(bytes.len());
            let mut md5 = Md5::new();
            md5.update(&bytes[..cut]);
            md5.update(&bytes[cut..]);
            prop_assert_eq!(md5.finish(), naive(&bytes));
        }
    }
}
