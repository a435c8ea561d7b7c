//! Formats the address at the start of a row.

use super::digits::alphabet;

/// The format of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The minimum number of digits. Shorter numbers are padded with zeros on the left.
    pub digits: usize,
    /// The notation.
    pub notation: AddressNotation,
}

/// The notation of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressNotation {
    /// Base 16, in lower case.
    Hex,
    /// Base 10.
    Decimal,
    /// Base 10, with numbers from 2⁶³ on shown as negative, like a C `long`, as in xxd.
    SignedDecimal,
    /// Base 8.
    Octal,
    /// No address.
    None,
}

impl Address {
    /// Returns the format of hexadecimal addresses with at least `digits` digits.
    pub const fn hex(digits: usize) -> Address {
        Address { digits, notation: AddressNotation::Hex }
    }

    /// Returns the number of bytes that [`Address::push`] appends for `address`.
    pub fn len(self, address: u64) -> usize {
        match self.notation {
            AddressNotation::Hex => hex_digits(address, self.digits).1,
            _ => {
                let mut text = vec![];
                self.push(&mut text, address);
                text.len()
            }
        }
    }

    /// Appends `address`.
    pub fn push(self, out: &mut Vec<u8>, address: u64) {
        let digits = self.digits;
        match self.notation {
            AddressNotation::Hex => push_hex(out, address, digits),
            AddressNotation::Decimal => out.extend_from_slice(format!("{address:0digits$}").as_bytes()),
            // As in printf's `%08ld`, the sign counts as one of the digits.
            AddressNotation::SignedDecimal => out.extend_from_slice(format!("{:0digits$}", address as i64).as_bytes()),
            AddressNotation::Octal => out.extend_from_slice(format!("{address:0digits$o}").as_bytes()),
            AddressNotation::None => {}
        }
    }
}

/// Appends `address` in hexadecimal, with at least `digits` digits (at most sixteen).
pub fn push_hex(out: &mut Vec<u8>, address: u64, digits: usize) {
    let (text, len) = hex_digits(address, digits);
    out.extend_from_slice(&text[..len]);
}

/// Returns the hexadecimal digits of `address`, at least `digits` of them, and their number.
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
    fn wide_addresses_exceed_the_requested_digits() {
        assert_eq!(text(Address::hex(8), 0), "00000000");
        assert_eq!(text(Address::hex(8), 0xffff_ffff), "ffffffff");
        assert_eq!(text(Address::hex(8), 0x1_0000_0000), "100000000");
        assert_eq!(text(Address::hex(7), 0x1000_0000), "10000000");
        assert_eq!(text(Address::hex(8), u64::MAX), "ffffffffffffffff");
        let in_notation = |notation, value| text(Address { digits: 8, notation }, value);
        assert_eq!(in_notation(AddressNotation::SignedDecimal, u64::MAX), "-0000001");
        assert_eq!(in_notation(AddressNotation::SignedDecimal, 123_456_789), "123456789");
        assert_eq!(in_notation(AddressNotation::Decimal, u64::MAX), "18446744073709551615");
        assert_eq!(in_notation(AddressNotation::Octal, 511), "00000777");
        assert_eq!(in_notation(AddressNotation::None, 511), "");
    }

    proptest! {
        #[test]
        fn text_matches_the_standard_formatter(value: u64, shift in 0u32..64, digits in 1usize..=16) {
            let value = value >> shift;
            prop_assert_eq!(text(Address::hex(digits), value), format!("{value:0digits$x}"));
        }
    }
}
