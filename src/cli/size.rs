//! Sizes and offsets as people write them: `4096`, `64K`, `1.5G`, `10MB`, `0x1000`, `0777`, `-1K`.
//!
//! All options that take a number of bytes use this parser, so a number means the same in every
//! subcommand. Like hexdump, od and xxd, it parses numbers as C's `strtoull` does in base 0: a leading
//! `0x` means hexadecimal, and a leading `0` octal. Counts of lines, matches or threads are plain
//! decimal numbers and are not parsed here.

/// Returns whether `text` is a plain decimal number.
pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether `strtoull(3)`, and so a classic tool, ignores a character before a number.
pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}

/// Returns a number without the blanks and the plus sign that `strtoull(3)` ignores before it.
pub fn without_plus(text: &str) -> &str {
    let number = text.trim_start_matches(is_blank);
    number.strip_prefix('+').unwrap_or(number)
}

/// Parses a size in bytes. Blanks may precede it.
///
/// `K M G T P E` and `KiB …` are powers of 1024, `KB MB …` powers of 1000, `b` is 512 as in od and
/// dd, `B` is one byte.
///
/// # Errors
/// Returns a phrase that says what a size looks like, or that it is too large.
pub fn parse_size(text: &str) -> Result<u64, String> {
    unsigned(without_plus(text))
}

fn unsigned(text: &str) -> Result<u64, String> {
    let wrong = || String::from("expected a size in bytes such as 4096, 64K, 1.5G, 10MB or 0x1000");
    let too_large = || String::from("the largest size is 2^64-1 bytes");
    let (digits, radix) = split_radix(text);
    let length = digits.find(|c: char| !(c.is_digit(radix) || radix == 10 && c == '.')).unwrap_or(digits.len());
    let (number, suffix) = digits.split_at(length);
    if radix == 8 && (suffix.starts_with(['8', '9'])) {
        return Err("a leading 0 makes a number octal, and 8 and 9 are not octal digits".into());
    }
    let unit = unit(suffix).ok_or_else(wrong)?;
    if let Some((whole, fraction)) = number.split_once('.') {
        return fractional(whole, fraction, unit).ok_or_else(wrong)?.ok_or_else(too_large);
    }
    if number.is_empty() {
        return Err(wrong());
    }
    let number = u64::from_str_radix(number, radix).map_err(|_| too_large())?;
    u64::try_from(u128::from(number).saturating_mul(unit)).map_err(|_| too_large())
}

/// Splits a number into its digits and the base that its prefix stands for.
fn split_radix(text: &str) -> (&str, u32) {
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return (hex, 16);
    }
    match text.strip_prefix('0') {
        Some(octal) if octal.starts_with(|c: char| c.is_ascii_digit()) => (octal, 8),
        _ => (text, 10),
    }
}

/// Returns the number of bytes that a suffix stands for.
fn unit(suffix: &str) -> Option<u128> {
    if suffix == "b" {
        return Some(512);
    }
    let suffix = suffix.to_ascii_uppercase();
    let mut letters = suffix.chars();
    let Some(letter) = letters.next().filter(|&letter| letter != 'B') else {
        return matches!(suffix.as_str(), "" | "B").then_some(1);
    };
    let power = "KMGTPEZY".find(letter)? as u32 + 1;
    match letters.as_str() {
        "" | "IB" => Some(1 << (10 * power)),
        "B" => Some(1000u128.pow(power)),
        _ => None,
    }
}

/// Returns the number of bytes in a fractional number of units, rounded down: `None` if it is not a
/// number, `Some(None)` if it is too large.
fn fractional(whole: &str, fraction: &str, unit: u128) -> Option<Option<u64>> {
    // Integers keep all 15 digits exactly; floating point would lose some.
    if unit == 1 || fraction.is_empty() || fraction.len() > 15 || fraction.contains('.') {
        return None;
    }
    let scale = 10u128.pow(fraction.len() as u32);
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: u128 = fraction.parse().ok()?;
    let bytes =
        u128::from(whole).checked_mul(unit).zip(fraction.checked_mul(unit)).map(|(whole, part)| whole + part / scale);
    Some(bytes.and_then(|bytes| u64::try_from(bytes).ok()))
}

/// Parses an offset: a size with an optional sign. A negative one counts from the end.
///
/// # Errors
/// Returns the same phrases as [`parse_size`].
pub fn parse_offset(text: &str) -> Result<i64, String> {
    let (negative, size) = match text.trim_start_matches(is_blank).strip_prefix('-') {
        Some(size) => (true, unsigned(size)?),
        None => (false, parse_size(text)?),
    };
    let size = i64::try_from(size).map_err(|_| String::from("the largest offset is 2^63-1 bytes"))?;
    Ok(if negative { -size } else { size })
}

/// Parses an address: a size, or a negative one, which counts down from 2⁶⁴.
///
/// # Errors
/// Returns the same phrases as [`parse_size`].
pub fn parse_address(text: &str) -> Result<u64, String> {
    match text.strip_prefix('-') {
        Some(size) => unsigned(size).map(u64::wrapping_neg),
        None => parse_size(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let good = [
            ("0", 0),
            ("4096", 4096),
            ("+4096", 4096),
            // Regression: blanks were refused.
            ("  4096", 4096),
            ("\t+1K", 1024),
            ("+0x10", 16),
            ("1k", 1024),
            ("64K", 65536),
            ("64KiB", 65536),
            ("2KB", 2000),
            ("1.5G", 3 << 29),
            (".5K", 512),
            ("0.5K", 512),
            ("10MB", 10_000_000),
            ("1EB", 1_000_000_000_000_000_000),
            ("1T", 1 << 40),
            ("8E", 1 << 63),
            ("7B", 7),
            ("18446744073709551615", u64::MAX),
            // Regression: `b` meant one byte. od and dd parse numbers as C does, and `b` as 512.
            ("1b", 512),
            ("0x1000", 4096),
            ("0x10K", 16384),
            ("0x1b", 27),
            ("010", 8),
            ("0777", 511),
            ("010K", 8192),
            ("00", 0),
        ];
        for (text, want) in good {
            assert_eq!(parse_size(text), Ok(want), "{text}");
        }
        for text in [
            "",
            "K",
            "1Q",
            "-1",
            "++1",
            "+-1",
            "+",
            "1.5",
            "1..5K",
            "0x",
            "0xg",
            "1 K",
            " ",
            "1 ",
            "+ 1",
            "16E",
            "18446744073709551616",
            ".",
            "08",
            "019",
            "1Z",
            "1bb",
            "1KiBB",
            "01.5K",
            "99999999999999999999.5K",
            "٣",
            "1é",
        ] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn offsets() {
        assert_eq!(parse_offset("-1K"), Ok(-1024));
        assert_eq!(parse_offset("+7"), Ok(7));
        assert_eq!(parse_offset(" -7"), Ok(-7));
        assert_eq!(parse_offset("-010"), Ok(-8));
        assert!(parse_offset("--1").is_err());
        assert!(parse_offset("-+1").is_err());
        assert!(parse_offset("++1").is_err());
        assert!(parse_offset("9223372036854775808").is_err());
    }

    #[test]
    fn addresses() {
        assert_eq!(parse_address("0x10"), Ok(16));
        assert_eq!(parse_address("-5"), Ok(5u64.wrapping_neg()));
        // Regression: addresses below -2⁶³ were rejected, although xxd accepts them.
        assert_eq!(parse_address("-18446744073709551615"), Ok(1));
        assert_eq!(parse_address("0xfffffffffffffff0"), Ok(u64::MAX - 15));
        assert!(parse_address("--5").is_err());
    }
}
