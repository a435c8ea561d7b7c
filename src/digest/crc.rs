//! CRC arithmetic: combines the CRCs of two pieces, and skips any run of zeros in logarithmic time.
//!
//! A CRC register is a polynomial over GF(2) modulo the generator, and `n` more bytes multiply it
//! by `x^8n`. Pieces of a file can therefore be summed on every core, and a hole of a terabyte
//! costs a few multiplications. A crate computes the sums of the pieces themselves; on x86-64,
//! [`fold`] shortens long runs for it.

#[cfg(target_arch = "x86_64")]
use crc::{Crc, Table};

use super::algorithm::Algorithm;
#[cfg(target_arch = "x86_64")]
use super::fold;

/// A CRC in the terms of the catalogue of parametrised CRC algorithms. `refin` and `refout` are
/// always equal here.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// Computes the CRC of some bytes.
    sum: fn(&[u8]) -> u64,
    generator: Generator,
    init: u64,
    xorout: u64,
    /// `x^(8 × 2^i)` modulo the generator.
    powers: &'static [u64; 64],
    #[cfg(target_arch = "x86_64")]
    factors: fold::Factors,
}

/// The generator polynomial, by which registers are reduced.
#[derive(Clone, Copy, Debug)]
struct Generator {
    width: u32,
    /// The generator without its top term, the highest power leftmost.
    poly: u64,
    reflected: bool,
}

macro_rules! model {
    ($name:ident, $word:ty, $fast:ident, $width:literal, $poly:literal, $reflected:literal, $init:expr) => {{
        const GENERATOR: Generator = Generator { width: $width, poly: $poly, reflected: $reflected };
        static POWERS: [u64; 64] = GENERATOR.powers();
        #[cfg(target_arch = "x86_64")]
        const FACTORS: fold::Factors = GENERATOR.factors();
        // The tables of crc-fast add 700 000 bytes to a program, even where its vector code is not
        // needed.
        #[cfg(target_arch = "x86_64")]
        fn sum(bytes: &[u8]) -> u64 {
            static TABLE: Crc<$word, Table<16>> = Crc::<$word, Table<16>>::new(&crc::$name);
            TABLE.checksum(bytes).into()
        }
        #[cfg(not(target_arch = "x86_64"))]
        fn sum(bytes: &[u8]) -> u64 {
            crc_fast::checksum(crc_fast::CrcAlgorithm::$fast, bytes)
        }
        Model {
            sum,
            generator: GENERATOR,
            init: $init,
            xorout: u64::MAX >> (64 - $width),
            powers: &POWERS,
            #[cfg(target_arch = "x86_64")]
            factors: FACTORS,
        }
    }};
}

impl Model {
    /// Returns the model of an algorithm, if it is a CRC.
    pub fn of(algorithm: Algorithm) -> Option<Model> {
        const ONES: u64 = 0xffff_ffff;
        Some(match algorithm {
            Algorithm::Crc => model!(CRC_32_CKSUM, u32, Crc32Cksum, 32, 0x04c1_1db7, false, 0),
            Algorithm::Crc32 | Algorithm::Crc32b => {
                model!(CRC_32_ISO_HDLC, u32, Crc32IsoHdlc, 32, 0x04c1_1db7, true, ONES)
            }
            Algorithm::Crc32c => model!(CRC_32_ISCSI, u32, Crc32Iscsi, 32, 0x1edc_6f41, true, ONES),
            Algorithm::Crc64Xz => model!(CRC_64_XZ, u64, Crc64Xz, 64, 0x42f0_e1eb_a9ea_3693, true, u64::MAX),
            Algorithm::Crc64Nvme => model!(CRC_64_NVME, u64, Crc64Nvme, 64, 0xad93_d235_94c9_3659, true, u64::MAX),
            _ => return None,
        })
    }

    /// Returns the CRC of these bytes alone.
    pub fn checksum(&self, bytes: &[u8]) -> u64 {
        #[cfg(target_arch = "x86_64")]
        {
            // All bits of the initial value are equal, so its byte order does not matter.
            let mut init = [0; 8];
            init[..self.generator.width as usize / 8].fill(self.init as u8);
            if let Some((mut left, stands_for)) = fold::fold(bytes, init, self.factors) {
                // The table adds the initial value to the remaining bytes, which already include
                // it.
                left.iter_mut().zip(init).for_each(|(byte, init)| *byte ^= init);
                let mut end = [0; 2 * fold::STEP];
                let rest = &bytes[stands_for..];
                end[..fold::STEP].copy_from_slice(&left);
                end[fold::STEP..fold::STEP + rest.len()].copy_from_slice(rest);
                return (self.sum)(&end[..fold::STEP + rest.len()]);
            }
        }
        (self.sum)(bytes)
    }

    /// Returns the CRC of the empty input.
    pub fn empty(&self) -> u64 {
        self.init ^ self.xorout
    }

    /// Returns the CRC of `left`'s bytes followed by `right`'s `right_len` bytes.
    pub fn combine(&self, left: u64, right: u64, right_len: u64) -> u64 {
        self.advance(left ^ self.xorout ^ self.init, right_len) ^ right
    }

    /// Returns the CRC of the same bytes followed by `count` zeros.
    pub fn zeros(&self, crc: u64, count: u64) -> u64 {
        self.advance(crc ^ self.xorout, count) ^ self.xorout
    }

    /// Returns the register after `count` zero bytes.
    fn advance(&self, register: u64, count: u64) -> u64 {
        let generator = &self.generator;
        generator.flip(generator.multiply(generator.flip(register), self.power(count)))
    }

    /// Returns `x^(8 × count)` modulo the generator.
    fn power(&self, count: u64) -> u64 {
        let bits = (0..64).filter(|bit| count >> bit & 1 == 1);
        bits.fold(1, |product, bit| self.generator.multiply(product, self.powers[bit]))
    }
}

impl Generator {
    /// Multiplies two polynomials modulo the generator, with the highest power leftmost.
    const fn multiply(&self, a: u64, b: u64) -> u64 {
        let top = 1u64 << (self.width - 1);
        let mask = top | (top - 1);
        let mut product = 0;
        let mut power = self.width;
        while power > 0 {
            power -= 1;
            let carry = product & top != 0;
            product = (product << 1) & mask;
            product ^= if carry { self.poly } else { 0 };
            product ^= if b >> power & 1 == 1 { a } else { 0 };
        }
        product
    }

    const fn powers(&self) -> [u64; 64] {
        // This is x^8, and every width is greater than eight, so it needs no reduction.
        let mut powers = [1 << 8; 64];
        let mut i = 1;
        while i < 64 {
            powers[i] = self.multiply(powers[i - 1], powers[i - 1]);
            i += 1;
        }
        powers
    }

    /// Returns `x^bits` modulo the generator.
    #[cfg(target_arch = "x86_64")]
    const fn power_of_bits(&self, mut bits: u32) -> u64 {
        let (mut square, mut product) = (2, 1);
        while bits > 0 {
            if bits & 1 == 1 {
                product = self.multiply(product, square);
            }
            square = self.multiply(square, square);
            bits >>= 1;
        }
        product
    }

    #[cfg(target_arch = "x86_64")]
    const fn factors(&self) -> fold::Factors {
        let distance = 8 * fold::STEP as u32;
        let reflected = self.reflected;
        if reflected {
            // The product of two reflected 64-bit factors is one bit short of 128.
            let first = self.power_of_bits(distance + 63).reverse_bits();
            let second = self.power_of_bits(distance - 1).reverse_bits();
            fold::Factors { first, second, reflected }
        } else {
            fold::Factors { first: self.power_of_bits(distance + 64), second: self.power_of_bits(distance), reflected }
        }
    }

    /// Converts between the CRC's own bit order and the highest power leftmost. It is its own
    /// inverse.
    const fn flip(&self, register: u64) -> u64 {
        if self.reflected { register.reverse_bits() >> (64 - self.width) } else { register }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn models() -> impl Iterator<Item = (Algorithm, Model)> {
        Algorithm::all().filter_map(|a| Model::of(a).map(|m| (a, m)))
    }

    /// Implements the catalogue's definition bit by bit, as the oracle.
    fn naive(model: &Model, bytes: &[u8]) -> u64 {
        let top = 1u64 << (model.generator.width - 1);
        let mask = top | (top - 1);
        let mut register = model.generator.flip(model.init);
        for &byte in bytes {
            let byte = if model.generator.reflected { byte.reverse_bits() } else { byte };
            register ^= u64::from(byte) << (model.generator.width - 8);
            for _ in 0..8 {
                let carry = register & top != 0;
                register = ((register << 1) & mask) ^ if carry { model.generator.poly } else { 0 };
            }
        }
        model.generator.flip(register) ^ model.xorout
    }

    #[test]
    fn gives_the_check_values_of_the_catalogue() {
        for (algorithm, check) in [
            // CRC-32/CKSUM, before POSIX cksum adds the length.
            (Algorithm::Crc, 0x765e_7680),
            (Algorithm::Crc32, 0xcbf4_3926),
            (Algorithm::Crc32c, 0xe306_9283),
            (Algorithm::Crc64Xz, 0x995d_c9bb_df19_39fa),
            (Algorithm::Crc64Nvme, 0xae8b_1486_0a79_9888),
        ] {
            let model = Model::of(algorithm).unwrap();
            assert_eq!(model.checksum(b"123456789"), check, "{algorithm:?}");
            assert_eq!(naive(&model, b"123456789"), check, "{algorithm:?}, by definition");
        }
    }

    #[test]
    fn a_run_too_long_to_read_follows_the_algebra() {
        for (algorithm, model) in models() {
            let start = model.checksum(b"mapped");
            let terabyte = model.zeros(start, 1 << 40);
            // A terabyte is a kilobyte doubled thirty times.
            let mut doubling = (model.generator.multiply(model.power(1024), 1), 1024u64);
            while doubling.1 < 1 << 40 {
                doubling = (model.generator.multiply(doubling.0, doubling.0), doubling.1 * 2);
            }
            assert_eq!(doubling.0, model.power(1 << 40), "{algorithm:?}");
            assert_eq!(model.zeros(model.zeros(start, (1 << 40) - 7), 7), terabyte, "{algorithm:?}");
            assert_eq!(model.combine(start, model.zeros(model.empty(), 1 << 40), 1 << 40), terabyte, "{algorithm:?}");
        }
    }

    #[test]
    fn long_runs_agree_with_the_definition() {
        let bytes: Vec<u8> = (0..5_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for (algorithm, model) in models() {
            for len in [255, 256, 511, 512, 513, 767, 768, 1024, 1300, 4096, 4999] {
                let bytes = &bytes[5_000 - len..];
                assert_eq!(model.checksum(bytes), naive(&model, bytes), "{algorithm:?}, {len} bytes");
            }
        }
    }

    proptest! {
        #[test]
        fn the_sum_of_the_parts_is_the_sum_of_the_whole(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in 0usize..400, zeros in 0usize..300) {
            let cut = cut.min(bytes.len());
            for (algorithm, model) in models() {
                let (left, right) = bytes.split_at(cut);
                let whole = model.combine(model.checksum(left), model.checksum(right), right.len() as u64);
                prop_assert_eq!(whole, naive(&model, &bytes), "{:?}", algorithm);
                let mut padded = bytes.clone();
                padded.resize(bytes.len() + zeros, 0);
                prop_assert_eq!(model.zeros(whole, zeros as u64), naive(&model, &padded), "{:?} and zeros", algorithm);
                prop_assert_eq!(model.combine(model.empty(), whole, bytes.len() as u64), whole, "{:?} after nothing", algorithm);
            }
        }
    }
}
