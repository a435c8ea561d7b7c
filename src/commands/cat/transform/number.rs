//! A line number kept as ASCII digits and incremented in place.
//!
//! Formatting an integer for every line costs more than copying the line. Nine increments out of
//! ten change a single digit, and the digits are always ready to be copied.

/// The number of digits of `u64::MAX`.
const MAX_DIGITS: usize = 20;

/// The number of bytes that are always copied. A copy of fixed length needs no call, and this one
/// suffices for fifteen digits.
const COPY_LEN: usize = 16;

/// The width to which GNU cat pads a line number, before the tab.
const MIN_WIDTH: usize = 6;

/// A line number and the tab after it, right-aligned in six columns or more.
#[derive(Clone, Debug)]
pub struct LineNumber {
    /// The digits up to the tab, followed by room for a copy of fixed length.
    text: [u8; MAX_DIGITS + 1 + COPY_LEN],
    /// The position of the first digit.
    first: usize,
}

impl LineNumber {
    /// Returns a line number with the value `number`.
    #[must_use]
    pub fn new(number: u64) -> Self {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(number).as_bytes();
        let first = MAX_DIGITS - digits.len();
        let mut text = [b' '; MAX_DIGITS + 1 + COPY_LEN];
        text[first..MAX_DIGITS].copy_from_slice(digits);
        text[MAX_DIGITS] = b'\t';
        Self { text, first }
    }

    /// Increments the number, which wraps from `u64::MAX` to zero.
    #[inline]
    pub fn advance(&mut self) {
        let mut at = MAX_DIGITS - 1;
        loop {
            match self.text[at] {
                b' ' => {
                    self.text[at] = b'1';
                    self.first = at;
                    return;
                }
                b'9' => self.text[at] = b'0',
                _ => {
                    self.text[at] += 1;
                    return;
                }
            }
            if at == 0 {
                *self = Self::new(0);
                return;
            }
            at -= 1;
        }
    }

    /// Writes the padded digits and the tab.
    #[inline]
    pub fn push(&self, out: &mut Vec<u8>) {
        let start = self.first.min(MAX_DIGITS - MIN_WIDTH);
        let len = MAX_DIGITS + 1 - start;
        match self.text[start..].first_chunk::<COPY_LEN>() {
            Some(fixed) if len <= COPY_LEN => {
                let end = out.len() + len;
                out.extend_from_slice(fixed);
                out.truncate(end);
            }
            _ => out.extend_from_slice(&self.text[start..=MAX_DIGITS]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: &LineNumber) -> Vec<u8> {
        let mut out = b"before".to_vec();
        number.push(&mut out);
        out.split_off(6)
    }

    #[test]
    fn counts_as_printf_does() {
        for start in
            [0, 1, 8, 98, 998, 99_998, 999_997, 9_999_998, 123_456_789_998, 99_999_999_999_998, 999_999_999_999_998]
        {
            let mut number = LineNumber::new(start);
            for n in start..start + 15 {
                assert_eq!(text(&number), format!("{n:>6}\t").as_bytes());
                number.advance();
            }
        }
    }

    #[test]
    fn the_largest_number_fits() {
        let mut number = LineNumber::new(u64::MAX);
        assert_eq!(text(&number), b"18446744073709551615\t");
        number.advance();
        assert_eq!(text(&number), b"18446744073709551616\t", "twenty digits have room for it");
    }
}
