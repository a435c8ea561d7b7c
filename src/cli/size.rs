//! Sizes and offsets as people write them: `4096`, `64K`, `1.5G`, `10MB`, `0x1000`, `-1K`.

/// Parses a size in bytes. `K M G T P` are powers of 1024, also written `KiB`; `KB MB GB TB PB` are
/// powers of 1000. A `0x` prefix makes the number hexadecimal and takes no suffix.
///
/// # Errors
/// A sentence that says what a size looks like, or that it is too large.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || format!("'{text}' is not a size such as 4096, 64K, 1.5G or 10MB");
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u64::from_str_radix(hex, 16).map_err(|_| wrong());
    }
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let unit: u64 = match suffix.to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KIB" => 1 << 10,
        "M" | "MIB" => 1 << 20,
        "G" | "GIB" => 1 << 30,
        "T" | "TIB" => 1 << 40,
        "P" | "PIB" => 1 << 50,
        "E" | "EIB" => 1 << 60,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "PB" => 1_000_000_000_000_000,
        _ => return Err(wrong()),
    };
    let too_large = || format!("'{text}' is more than 2^64 bytes");
    if let Some((whole, fraction)) = number.split_once('.') {
        // Enough digits for any byte of the largest unit; floating point would lose some.
        if unit == 1 || fraction.is_empty() || fraction.len() > 15 || fraction.contains('.') {
            return Err(wrong());
        }
        let scale = 10u128.pow(fraction.len() as u32);
        let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| wrong())? };
        let fraction: u128 = fraction.parse().map_err(|_| wrong())?;
        let bytes = whole.checked_mul(u128::from(unit)).ok_or_else(too_large)? + fraction * u128::from(unit) / scale;
        return u64::try_from(bytes).map_err(|_| too_large());
    }
    if number.is_empty() {
        return Err(wrong());
    }
    let number: u64 = number.parse().map_err(|_| too_large())?;
    number.checked_mul(unit).ok_or_else(too_large)
}

/// Parses an offset: a size with an optional sign. A negative one counts from the end.
///
/// # Errors
/// As [`parse_size`].
pub fn parse_offset(text: &str) -> Result<i64, String> {
    let (negative, size) = match text.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let size = i64::try_from(parse_size(size)?).map_err(|_| format!("'{text}' is more than 2^63 bytes"))?;
    Ok(if negative { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let good = [
            ("0", 0),
            ("4096", 4096),
            ("1k", 1024),
            ("64K", 65536),
            ("64KiB", 65536),
            ("2KB", 2000),
            ("1.5G", 3 << 29),
            (".5K", 512),
            ("10MB", 10_000_000),
            ("1T", 1 << 40),
            ("0x1000", 4096),
            ("18446744073709551615", u64::MAX),
        ];
        for (text, want) in good {
            assert_eq!(parse_size(text), Ok(want), "{text}");
        }
        for text in ["", "K", "1Q", "-1", "1.5", "1..5K", "0x", "0xg", "1 K", "16E", "18446744073709551616", "."] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn offsets() {
        assert_eq!(parse_offset("-1K"), Ok(-1024));
        assert_eq!(parse_offset("+7"), Ok(7));
        assert!(parse_offset("--1").is_err());
        assert!(parse_offset("9223372036854775808").is_err());
    }
}
