//! The sums that are not CRCs: Adler-32 and the two of the historical `sum` command.
//!
//! The Adler-32 and System V sums of pieces can be combined. BSD's sum rotates at each byte and
//! cannot be combined, but a run of zeros only rotates it. Each is plain arithmetic on a slice.

/// The largest prime below 2^16, Adler-32's modulus.
const PRIME: u64 = 65_521;

/// The Adler-32 of the empty input.
pub const ADLER_EMPTY: u32 = 1;

/// Returns the Adler-32 of these bytes alone.
pub fn adler32(bytes: &[u8]) -> u32 {
    simd_adler32::adler32(&bytes)
}

/// Returns the Adler-32 of `left`'s bytes followed by `right`'s `right_len` bytes.
pub fn adler32_combine(left: u32, right: u32, right_len: u64) -> u32 {
    let [a1, b1, a2, b2] = [left & 0xffff, left >> 16, right & 0xffff, right >> 16].map(u64::from);
    // The right piece was summed from a = 1 but really starts from a1, so each of its bytes adds
    // the difference to b.
    let a = (a1 + a2 + PRIME - 1) % PRIME;
    let b = (b1 + b2 + (right_len % PRIME) * (a1 + PRIME - 1)) % PRIME;
    (b << 16 | a) as u32
}

/// Returns the Adler-32 of the same bytes followed by `count` zeros.
pub fn adler32_zeros(sum: u32, count: u64) -> u32 {
    let [a, b] = [sum & 0xffff, sum >> 16].map(u64::from);
    (((b + (count % PRIME) * a) % PRIME) << 16 | a) as u32
}

/// Returns System V's running sum of these bytes alone. Sums are combined by wrapping addition;
/// zeros do not change them.
pub fn sysv(bytes: &[u8]) -> u32 {
    // Short runs keep each partial sum small enough for the fastest vector additions.
    bytes.chunks(1 << 16).fold(0, |sum, run| sum.wrapping_add(run.iter().map(|&byte| u32::from(byte)).sum()))
}

/// Returns System V's checksum from its running sum.
pub fn sysv_finish(sum: u32) -> u16 {
    let folded = (sum & 0xffff) + (sum >> 16);
    ((folded & 0xffff) + (folded >> 16)) as u16
}

/// Continues BSD's checksum over these bytes.
pub fn bsd(sum: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(sum, |sum, &byte| sum.rotate_right(1).wrapping_add(u16::from(byte)))
}

/// Continues BSD's checksum over `count` zeros.
pub fn bsd_zeros(sum: u16, count: u64) -> u16 {
    sum.rotate_right((count % 16) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Implements RFC 1950's definition, as the oracle.
    fn naive_adler(bytes: &[u8]) -> u32 {
        let (a, b) = bytes.iter().fold((1, 0), |(a, b), &byte| {
            let a = (a + u64::from(byte)) % PRIME;
            (a, (b + a) % PRIME)
        });
        (b << 16 | a) as u32
    }

    #[test]
    fn gives_known_sums() {
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(adler32(b""), ADLER_EMPTY);
        assert_eq!(bsd(0, b"hello"), 8403);
        assert_eq!(sysv_finish(sysv(b"hello")), 532);
    }

    #[test]
    fn joins_pieces_longer_than_the_modulus() {
        let bytes = vec![0xff; 200_000];
        let (left, right) = bytes.split_at(65_521);
        assert_eq!(adler32_combine(adler32(left), adler32(right), right.len() as u64), naive_adler(&bytes));
        assert_eq!(sysv(&bytes), 255 * 200_000);
    }

    proptest! {
        #[test]
        fn the_sum_of_the_parts_is_the_sum_of_the_whole(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in 0usize..400, zeros in 0usize..300) {
            let (left, right) = bytes.split_at(cut.min(bytes.len()));
            let joined = adler32_combine(adler32(left), adler32(right), right.len() as u64);
            prop_assert_eq!(joined, naive_adler(&bytes));
            let mut padded = bytes.clone();
            padded.resize(bytes.len() + zeros, 0);
            prop_assert_eq!(adler32_zeros(joined, zeros as u64), naive_adler(&padded));
            prop_assert_eq!(sysv(left).wrapping_add(sysv(right)), sysv(&padded));
            prop_assert_eq!(bsd(bsd(0, left), right), bsd(0, &bytes));
            prop_assert_eq!(bsd_zeros(bsd(0, &bytes), zeros as u64), bsd(0, &padded));
        }
    }
}
