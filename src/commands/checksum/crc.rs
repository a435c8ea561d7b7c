//! The algebra of CRCs: joining the CRCs of two pieces, and passing over any run of zeros, in logarithmic time.
//!
//! A CRC register is a polynomial over GF(2) modulo the generator, and `n` more bytes multiply it by `x^8n`. So one
//! file's pieces can be summed on every core, and a hole of a terabyte costs a few hundred multiplications.
//! The sums of the pieces themselves come from a crate; nothing here reads a byte of data.

use crc_fast::CrcAlgorithm;

use super::algorithm::Algorithm;

/// A CRC as the catalogue of parametrised CRC algorithms describes it. `refin` and `refout` are always equal here.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    kernel: CrcAlgorithm,
    width: u32,
    /// The generator without its top term, the highest power leftmost.
    poly: u64,
    reflected: bool,
    init: u64,
    xorout: u64,
}

impl Model {
    /// The CRC of this name, if it is one.
    pub fn of(algorithm: Algorithm) -> Option<Model> {
        let crc32 =
            |kernel, poly, reflected, init| Model { kernel, width: 32, poly, reflected, init, xorout: 0xffff_ffff };
        let crc64 = |kernel, poly| Model { kernel, width: 64, poly, reflected: true, init: u64::MAX, xorout: u64::MAX };
        Some(match algorithm {
            Algorithm::Crc => crc32(CrcAlgorithm::Crc32Cksum, 0x04c1_1db7, false, 0),
            Algorithm::Crc32 | Algorithm::Crc32b => crc32(CrcAlgorithm::Crc32IsoHdlc, 0x04c1_1db7, true, 0xffff_ffff),
            Algorithm::Crc32c => crc32(CrcAlgorithm::Crc32Iscsi, 0x1edc_6f41, true, 0xffff_ffff),
            Algorithm::Crc64Xz => crc64(CrcAlgorithm::Crc64Xz, 0x42f0_e1eb_a9ea_3693),
            Algorithm::Crc64Nvme => crc64(CrcAlgorithm::Crc64Nvme, 0xad93_d235_94c9_3659),
            _ => return None,
        })
    }

    /// The CRC of these bytes alone.
    pub fn checksum(&self, bytes: &[u8]) -> u64 {
        crc_fast::checksum(self.kernel, bytes)
    }

    /// The CRC of nothing.
    pub fn empty(&self) -> u64 {
        self.init ^ self.xorout
    }

    /// The CRC of `left`'s bytes followed by `right`'s `right_len` bytes.
    pub fn combine(&self, left: u64, right: u64, right_len: u64) -> u64 {
        self.advance(left ^ self.xorout ^ self.init, right_len) ^ right
    }

    /// The CRC of the same bytes followed by `count` zeros.
    pub fn zeros(&self, crc: u64, count: u64) -> u64 {
        self.advance(crc ^ self.xorout, count) ^ self.xorout
    }

    /// The register after `count` zero bytes.
    fn advance(&self, register: u64, count: u64) -> u64 {
        self.turned(self.multiply(self.turned(register), self.power(count)))
    }

    /// `x^(8 × count)` modulo the generator, by squaring.
    fn power(&self, mut count: u64) -> u64 {
        // x^8; every width here is over eight, so it needs no reduction.
        let (mut square, mut product) = (1 << 8, 1);
        while count > 0 {
            if count & 1 == 1 {
                product = self.multiply(product, square);
            }
            square = self.multiply(square, square);
            count >>= 1;
        }
        product
    }

    /// The product of two polynomials modulo the generator, the highest power leftmost.
    fn multiply(&self, a: u64, b: u64) -> u64 {
        let top = 1u64 << (self.width - 1);
        let mask = top | (top - 1);
        let mut product = 0;
        for power in (0..self.width).rev() {
            let carry = product & top != 0;
            product = (product << 1) & mask;
            product ^= if carry { self.poly } else { 0 };
            product ^= if b >> power & 1 == 1 { a } else { 0 };
        }
        product
    }

    /// Between the register as the CRC keeps it and the highest power leftmost; its own inverse.
    fn turned(&self, register: u64) -> u64 {
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

    /// The catalogue's definition, a bit at a time: the oracle.
    fn naive(model: &Model, bytes: &[u8]) -> u64 {
        let top = 1u64 << (model.width - 1);
        let mask = top | (top - 1);
        let mut register = model.turned(model.init);
        for &byte in bytes {
            let byte = if model.reflected { byte.reverse_bits() } else { byte };
            register ^= u64::from(byte) << (model.width - 8);
            for _ in 0..8 {
                let carry = register & top != 0;
                register = ((register << 1) & mask) ^ if carry { model.poly } else { 0 };
            }
        }
        model.turned(register) ^ model.xorout
    }

    #[test]
    fn gives_the_check_values_of_the_catalogue() {
        for (algorithm, check) in [
            // CRC-32/CKSUM, of which POSIX cksum goes on to sum the length.
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
            // A terabyte is a kilobyte two to the thirtieth times over.
            let mut doubling = (model.multiply(model.power(1024), 1), 1024u64);
            while doubling.1 < 1 << 40 {
                doubling = (model.multiply(doubling.0, doubling.0), doubling.1 * 2);
            }
            assert_eq!(doubling.0, model.power(1 << 40), "{algorithm:?}");
            assert_eq!(model.zeros(model.zeros(start, (1 << 40) - 7), 7), terabyte, "{algorithm:?}");
            assert_eq!(model.combine(start, model.zeros(model.empty(), 1 << 40), 1 << 40), terabyte, "{algorithm:?}");
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
