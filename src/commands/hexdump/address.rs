//! The number at the head of a row: hexadecimal or decimal, at least so many digits, more where the
//! number needs them.

use super::digits::alphabet;

/// How a row's address is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// Digits at least: shorter numbers are filled with zeros from the left.
    pub digits: usize,
    /// Decimal instead of hexadecimal. Addresses from 2⁶³ on are then negative, as a C `long` is.
    pub decimal: bool,
}

impl Address {
    /// Hexadecimal, with at least so many digits.
    pub const fn hex(digits: usize) -> Address {
        Address { digits, decimal: false }
    }

    /// How many bytes [`Address::push`] appends for `address`.
    pub fn len(self, address: u64) -> usize {
        if self.decimal {
            let mut text = vec![];
            self.push(&mut text, address);
            text.len()
        } else {
            hex_digits(address, self.digits).1
        }
    }

    /// Appends `address`; hexadecimal letters are always small.
    pub fn push(self, out: &mut Vec<u8>, address: u64) {
        if self.decimal {
            // As printf's %08ld: the sign counts among the digits asked for.
            let (signed, digits) = (address as i64, self.digits);
            out.extend_from_slice(format!("{signed:0digits$}").as_bytes());
        } else {
            push_hex(out, address, self.digits);
        }
    }
}

/// Appends `address` in hexadecimal, with at least `digits` digits (sixteen at most).
pub fn push_hex(out: &mut Vec<u8>, address: u64, digits: usize) {
    let (text, len) = hex_digits(address, digits);
    out.extend_from_slice(&text[..len]);
}

/// The hexadecimal digits of `address`, at least `digits` of them, from the left; and how many there are.
pub fn hex_digits(address: u64, digits: usize) -> ([u8; 16], usize) {
    let needed = (u64::BITS - address.leading_zeros()).div_ceil(4) as usize;
    let len = needed.max(digits).clamp(1, 16);
    let mut text = [0; 16];
    let mut rest = address;
    for digit in text[..len].iter_mut().rev() {
        *digit = alphabet(false)[(rest & 15) as usize];
        rest >>= 4;
    }
    (text, len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(address: Address, value: u64) -> String {
        let mut out = vec![];
        address.push(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn widens_past_the_digits_asked_for() {
        assert_eq!(text(Address::hex(8), 0), "00000000");
        assert_eq!(text(Address::hex(8), 0xffff_ffff), "ffffffff");
        assert_eq!(text(Address::hex(8), 0x1_0000_0000), "100000000");
        assert_eq!(text(Address::hex(7), 0x0fff_ffff), "fffffff");
        assert_eq!(text(Address::hex(7), 0x1000_0000), "10000000");
        assert_eq!(text(Address::hex(8), u64::MAX), "ffffffffffffffff");
        assert_eq!(text(Address { digits: 8, decimal: true }, u64::MAX), "-0000001");
        assert_eq!(text(Address { digits: 8, decimal: true }, 123_456_789), "123456789");
    }

    proptest! {
        #[test]
        fn is_what_the_standard_formatter_writes(value: u64, shift in 0u32..64, digits in 1usize..=16) {
            let value = value >> shift;
            prop_assert_eq!(text(Address::hex(digits), value), format!("{value:0digits$x}"));
        }
    }
}
