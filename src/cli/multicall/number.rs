//! Numbers as the classic tools parse them: as gnulib's `xstrtoumax`, which coreutils and diffutils
//! call, and as util-linux's `strtosize`.

use crate::cli::size::is_blank;

/// The notation of an option's number.
#[derive(Clone, Copy)]
pub struct NumberNotation {
    /// The base, or 0 if the number's prefix determines it.
    pub radix: u32,
    /// The letters that may follow the number.
    pub suffixes: &'static str,
    /// Whether the number may be negative for the parser, so that only `-0` is accepted.
    pub is_signed: bool,
}

/// The reason why a number is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// It is not a number of this notation.
    Invalid,
    /// It exceeds the largest `u64`.
    TooLarge,
}

/// The counts of head and tail.
pub const COUNT: NumberNotation = NumberNotation { radix: 10, suffixes: "bkKmMGTPEZYRQ", is_signed: false };
/// The sizes of od.
pub const OD: NumberNotation = NumberNotation { radix: 0, suffixes: "bEGKkMmPQRTYZ", is_signed: false };
/// The sizes of cmp.
pub const CMP: NumberNotation = NumberNotation { radix: 0, suffixes: "kKMGTPEZY", is_signed: true };
/// Decimal numbers without units, such as digest lengths.
pub const DECIMAL: NumberNotation = NumberNotation { radix: 10, suffixes: "", is_signed: false };

impl NumberNotation {
    /// Parses a number. A unit without a number means one of that unit.
    ///
    /// # Errors
    /// Returns the reason if the number is rejected.
    pub fn parse(&self, text: &str) -> Result<u64, NumberError> {
        let unsigned = text.trim_start_matches(is_blank);
        let (is_negative, unsigned) = match unsigned.strip_prefix('-') {
            Some(rest) if self.is_signed => (true, rest),
            Some(_) => return Err(NumberError::Invalid),
            None => (false, unsigned.strip_prefix('+').unwrap_or(unsigned)),
        };
        let (digits, radix) = self.split_prefix(unsigned);
        let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let (digits, suffix) = digits.split_at(end);
        let number = match digits {
            // A blank or a sign must be followed by digits.
            "" if text.is_empty() || unsigned.len() < text.len() => return Err(NumberError::Invalid),
            "" => Some(1),
            digits => u64::from_str_radix(digits, radix).ok(),
        };
        let unit = self.unit(suffix).ok_or(NumberError::Invalid)?;
        let product = number.zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
        match product {
            Some(number) if is_negative && number > 0 => Err(NumberError::Invalid),
            Some(number) => Ok(number),
            // Nothing is nothing in any unit.
            None if number == Some(0) => Ok(0),
            None => Err(NumberError::TooLarge),
        }
    }

    /// Splits off the prefix of a hexadecimal or octal number.
    fn split_prefix<'t>(&self, text: &'t str) -> (&'t str, u32) {
        let hex = text.strip_prefix("0x").or(text.strip_prefix("0X"));
        match hex.filter(|hex| hex.starts_with(|c: char| c.is_ascii_hexdigit())) {
            Some(hex) if matches!(self.radix, 0 | 16) => (hex, 16),
            _ if self.radix > 0 => (text, self.radix),
            _ if text.starts_with('0') => (text, 8),
            _ => (text, 10),
        }
    }

    /// Returns the number that a suffix stands for: `None` if it is not a unit, `Some(None)` if it
    /// exceeds the largest `u64`.
    fn unit(&self, suffix: &str) -> Option<Option<u64>> {
        let mut letters = suffix.chars();
        let Some(letter) = letters.next() else { return Some(Some(1)) };
        if !self.suffixes.contains(letter) {
            return None;
        }
        let rest = letters.as_str();
        match letter {
            'b' => return rest.is_empty().then_some(Some(512)),
            'B' => return rest.is_empty().then_some(Some(1024)),
            _ => {}
        }
        let power = "KMGTPEZYRQ".find(letter.to_ascii_uppercase())? as u32 + 1;
        let base: u64 = match rest {
            "" | "iB" => 1024,
            "B" | "D" => 1000,
            _ => return None,
        };
        Some(base.checked_pow(power))
    }
}

/// Returns whether hexdump(1) accepts a length or an offset: a number in base 0 or a decimal
/// fraction, with a unit such as `k`, `KB` or `KiB`. `b` and `B` are not units.
pub fn is_hexdump_size(text: &str) -> bool {
    let text = text.trim_start_matches(is_blank);
    let text = text.strip_prefix('+').unwrap_or(text);
    let hex = text.strip_prefix("0x").or(text.strip_prefix("0X"));
    let (digits, unit) = match hex {
        Some(hex) => (hex, hex.trim_start_matches(|c: char| c.is_ascii_hexdigit())),
        None => (text, text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')),
    };
    let base = unit.get(1..).unwrap_or_default();
    digits.starts_with(|c: char| c.is_ascii_hexdigit())
        && (unit.is_empty() || unit.starts_with(|c: char| "KMGTPEZYkmgtpezy".contains(c)))
        && matches!(base, "" | "B" | "b" | "iB" | "ib")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_gnulib() {
        let cases: [(NumberNotation, &str, Result<u64, NumberError>); 22] = [
            (OD, "1b", Ok(512)),
            (OD, "1B", Err(NumberError::Invalid)),
            (OD, "1kD", Ok(1000)),
            (OD, "0x10K", Ok(16384)),
            (OD, "010", Ok(8)),
            (OD, "08", Err(NumberError::Invalid)),
            (OD, "0x", Err(NumberError::Invalid)),
            (OD, "m", Ok(1 << 20)),
            (OD, "+m", Err(NumberError::Invalid)),
            (OD, "1g", Err(NumberError::Invalid)),
            (OD, "16E", Err(NumberError::TooLarge)),
            (OD, "0R", Ok(0)),
            (CMP, "1b", Err(NumberError::Invalid)),
            (CMP, "-0k", Ok(0)),
            (CMP, "-1", Err(NumberError::Invalid)),
            (COUNT, "010", Ok(10)),
            (COUNT, "1Ki", Err(NumberError::Invalid)),
            (COUNT, " \t+1KiB", Ok(1024)),
            (COUNT, "0x10", Err(NumberError::Invalid)),
            (DECIMAL, "+8", Ok(8)),
            (DECIMAL, "8k", Err(NumberError::Invalid)),
            (DECIMAL, "", Err(NumberError::Invalid)),
        ];
        for (notation, text, want) in cases {
            assert_eq!(notation.parse(text), want, "{text}");
        }
    }

    #[test]
    fn sizes_are_those_of_util_linux() {
        for text in ["1", " +1k", "1KB", "1kib", "1.5K", "0x1b", "010", "1Y"] {
            assert!(is_hexdump_size(text), "{text}");
        }
        for text in ["", "1b", "1B", "1KIB", ".5K", "-1", "K", "1KK", "1 "] {
            assert!(!is_hexdump_size(text), "{text}");
        }
    }
}
