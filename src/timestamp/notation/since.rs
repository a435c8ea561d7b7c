//! Times that are counts of seconds: since 1970, since 1970 in atomic time, or since boot.

use jiff::Timestamp;

use super::super::stamp::Stamp;
use super::scan::Scanner;

/// Reads seconds (with or without a fraction), milliseconds, microseconds or nanoseconds since
/// 1970.
///
/// The number of digits distinguishes the units, which works from 2001 to 2100. Seconds may have an
/// exponent, as in zap's logs: `1.795271405123e+09`.
pub fn epoch(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    if let [b'1'..=b'9', b'.', ..] = at.0 {
        let plain = without_exponent(&mut at)?;
        let stamp = epoch(&mut Scanner(&plain))?;
        *scanner = at;
        return Some(stamp);
    }
    let (extra, scale) = match at.count_digits() {
        10 => (0, 1_000_000_000),
        13 => (3, 1_000_000),
        16 => (6, 1_000),
        19 => (9, 1),
        _ => return None,
    };
    let seconds = i64::from(at.digits(5)?) * 100_000 + i64::from(at.digits(5)?);
    let nanoseconds = at.digits(extra)? * scale;
    let fraction = at.fraction(b".");
    if continues(at) || !(1_000_000_000..4_102_444_800).contains(&seconds) {
        return None;
    }
    *scanner = at;
    let nanoseconds = if extra == 0 { fraction } else { nanoseconds };
    Timestamp::new(seconds, nanoseconds).ok().map(Stamp::Instant)
}

/// Reads seconds since 1970, a comma, and three, six or nine digits of a fraction.
///
/// A blank, a semicolon or a closing bracket must follow, because before another comma or the end of the line
/// the digits are more likely a separate column.
pub fn epoch_comma(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    let (seconds, rest) = at.0.split_at_checked(10)?;
    let Stamp::Instant(time) = epoch(&mut Scanner(seconds))? else { return None };
    let digits = Scanner(rest.strip_prefix(b",")?).count_digits();
    if !matches!(digits, 3 | 6 | 9) || !matches!(rest.get(digits + 1), Some(b' ' | b']' | b')' | b'>' | b';')) {
        return None;
    }
    at.0 = rest;
    let nanoseconds = at.fraction(b",");
    *scanner = at;
    Some(Stamp::Instant(time).with_nanoseconds(nanoseconds))
}

/// Reads a count since 1601 of 100 nanoseconds (Windows, 18 digits) or microseconds (WebKit, 17
/// digits).
pub fn since_1601(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    let digits = at.take_while(|byte| byte.is_ascii_digit());
    let count: i64 = std::str::from_utf8(digits).ok().filter(|text| matches!(text.len(), 17 | 18))?.parse().ok()?;
    let per_second = if digits.len() == 18 { 10_000_000 } else { 1_000_000 };
    let seconds = count / per_second - 11_644_473_600;
    if continues(at) || !(1_000_000_000..4_102_444_800).contains(&seconds) {
        return None;
    }
    *scanner = at;
    Timestamp::new(seconds, (count % per_second * (1_000_000_000 / per_second)) as i32).ok().map(Stamp::Instant)
}

/// Returns whether a number continues as something else, such as an address or a name.
fn continues(at: Scanner<'_>) -> bool {
    at.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/'))
}

/// Reads a number such as `1.795271405123e+09` and returns it as `1795271405.123`.
fn without_exponent(scanner: &mut Scanner<'_>) -> Option<Vec<u8>> {
    let mut at = *scanner;
    let mut plain = at.take_while(|byte| byte.is_ascii_digit()).to_vec();
    at.take(b".")?;
    let fraction = at.take_while(|byte| byte.is_ascii_digit());
    at.take_if(|byte| matches!(byte, b'e' | b'E'))?;
    let _ = at.take(b"+");
    let exponent = at.digits(at.count_digits().min(2)).filter(|exponent| (9..=18).contains(exponent))? as usize;
    if continues(at) {
        return None;
    }
    let (whole, rest) = fraction.split_at(fraction.len().min(exponent));
    plain.extend_from_slice(whole);
    plain.resize(1 + exponent, b'0');
    if !rest.is_empty() {
        plain.push(b'.');
        plain.extend_from_slice(rest);
    }
    *scanner = at;
    Some(plain)
}

/// Reads `@` and 16 or 24 hexadecimal digits: <https://cr.yp.to/libtai/tai64.html>. The leap
/// seconds since 1972 are not subtracted, because multilog and s6-log do not add them.
pub fn tai(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    at.take(b"@")?;
    let digits = at.take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let text = std::str::from_utf8(digits).ok().filter(|text| matches!(text.len(), 16 | 24))?;
    let seconds = i64::from_str_radix(text.get(..16)?, 16).ok()?.checked_sub((1 << 62) + 10)?;
    let nanoseconds = match text.get(16..) {
        Some("") | None => 0,
        Some(rest) => i32::from_str_radix(rest, 16).ok()?,
    };
    *scanner = at;
    Timestamp::new(seconds, nanoseconds).ok().map(Stamp::Instant)
}

/// Reads the seconds of `[    0.123456]`, after the bracket.
pub fn uptime(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    at.take_while(|byte| byte == b' ');
    let stamp = seconds_and_fraction(&mut at)?;
    // With `printk.caller`, the number of the processor or thread follows.
    at.take_while(|byte| byte == b' ');
    at.take(b"]")?;
    *scanner = at;
    Some(stamp)
}

/// Reads the seconds of a kernel trace: `1234.567890: ` after the processor in brackets and, in
/// ftrace, a word of flags.
pub fn traced(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    let is_flag = |byte: u8| byte.is_ascii_alphabetic() || byte == b'.' || byte.is_ascii_digit();
    at.take_while(|byte| byte == b' ');
    let mut flags = at;
    if (4..=5).contains(&flags.take_while(is_flag).len()) && !flags.take_while(|byte| byte == b' ').is_empty() {
        at = flags;
    }
    let seconds = at.digits(at.count_digits().clamp(1, 8))?;
    let digits = Scanner(at.0.strip_prefix(b".")?).count_digits();
    let stamp = Stamp::Uptime(i64::from(seconds), at.fraction(b"."));
    at.take(b":")?;
    if !matches!(digits, 6 | 9) || at.peek().is_some_and(|byte| byte != b' ') {
        return None;
    }
    *scanner = at;
    Some(stamp)
}

/// Reads seconds in hexadecimal, with or without a fraction of eight digits (nanoseconds) or five
/// (microseconds), as in `lutil_debug` and `logging.c` of OpenLDAP. In the logs of IBM's monitoring
/// agents, the four digits after a dot number the lines within a second.
pub fn hexadecimal(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    let _ = at.take(b"0x");
    let digits = |at: &mut Scanner<'_>| {
        let digits = at.take_while(|byte| byte.is_ascii_hexdigit());
        std::str::from_utf8(digits).ok().and_then(|text| Some((text.len(), i64::from_str_radix(text, 16).ok()?)))
    };
    let (8, seconds) = digits(&mut at)? else { return None };
    let nanoseconds = match at.take(b".").and_then(|()| digits(&mut at)) {
        None => 0,
        Some((8, nanoseconds)) => nanoseconds,
        Some((5, microseconds)) => microseconds * 1000,
        Some((4, _)) if at.peek() == Some(b'-') => 0,
        Some(_) => return None,
    };
    if !matches!(at.peek(), Some(b' ' | b'\t' | b']' | b')' | b'|' | b':' | b'-'))
        || !(1_000_000_000..4_102_444_800).contains(&seconds)
    {
        return None;
    }
    *scanner = at;
    let nanoseconds = i32::try_from(nanoseconds).ok().filter(|&nanoseconds| nanoseconds < 1_000_000_000)?;
    Timestamp::new(seconds, nanoseconds).ok().map(Stamp::Instant)
}

/// Reads a modified Julian day and the second in it: `61365 52205.123`
/// (<https://docs.ntpsec.org/latest/monopt.html>).
pub fn julian_day(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    let day = at.digits(5).filter(|day| (40_587..88_069).contains(day))?;
    at.take(b" ")?;
    let second = at.digits(at.count_digits().clamp(1, 5)).filter(|second| *second < 86_401)?;
    if !matches!(at.0, [b'.', digit, ..] if digit.is_ascii_digit()) {
        return None;
    }
    let nanoseconds = at.fraction(b".");
    if at.peek() != Some(b' ') {
        return None;
    }
    *scanner = at;
    let seconds = (i64::from(day) - 40_587) * 86_400 + i64::from(second);
    Timestamp::new(seconds, nanoseconds).ok().map(Stamp::Instant)
}

/// Reads, after the bracket, the seconds since program start, as in the logs of LightDM and the
/// JVM: `[+0.12s]`, `[0.012s]`. Zephyr writes `[00:01:23.456,789]`.
pub fn elapsed(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    if let Some(stamp) = zephyr(&mut at) {
        *scanner = at;
        return Some(stamp);
    }
    at.take_while(|byte| byte == b' ');
    let _ = at.take(b"+");
    let stamp = seconds_and_fraction(&mut at)?;
    at.take(b"s]")?;
    *scanner = at;
    Some(stamp)
}

/// Reads hours, minutes, seconds, milliseconds and microseconds since Zephyr started.
fn zephyr(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    let hours = at.digits(at.count_digits().clamp(2, 4))?;
    at.take(b":")?;
    let minutes = at.digits(2)?;
    at.take(b":")?;
    let seconds = at.digits(2)?;
    at.take(b".")?;
    let milliseconds = at.digits(3)?;
    at.take(b",")?;
    let microseconds = at.digits(3)?;
    at.take(b"]")?;
    *scanner = at;
    let second = i64::from(hours) * 3600 + i64::from(minutes * 60 + seconds);
    Some(Stamp::Uptime(second, milliseconds * 1_000_000 + microseconds * 1_000))
}

fn seconds_and_fraction(at: &mut Scanner<'_>) -> Option<Stamp> {
    let seconds = at.digits(at.count_digits().clamp(1, 8))?;
    if at.peek() != Some(b'.') {
        return None;
    }
    Some(Stamp::Uptime(i64::from(seconds), at.fraction(b".")))
}
