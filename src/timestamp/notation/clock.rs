//! Times of day as logs write them. Each style is a plain value that parses times of its own style.

use super::civil::{CJK, numbers_with_units};
use super::scan::Scanner;

const CLOCK_UNITS: [[&str; 4]; 3] = [["时", "時", "시", "h"], ["分", "分", "분", "m"], ["秒", "秒", "초", "s"]];

/// The names for the halves of the day in languages other than English, before or after the time:
/// in Chinese, Japanese, Korean, and German as in older releases of Java.
const HALVES: [(&str, i32); 8] =
    [("上午", 0), ("下午", 12), ("午前", 0), ("午後", 12), ("오전", 0), ("오후", 12), ("vorm.", 0), ("nachm.", 12)];

/// Consumes the name of a half of the day and returns the hour at which that half begins.
fn named_half(at: &mut Scanner<'_>) -> Option<i32> {
    let is = |name: &str| at.0.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name.as_bytes()));
    let &(name, hours) = HALVES.iter().find(|(name, _)| is(name))?;
    at.0 = &at.0[name.len()..];
    Some(hours)
}

/// Consumes the name of a half of the day and the blank after it.
pub fn leading_half(at: &mut Scanner<'_>) -> Option<i32> {
    let hours = named_half(at)?;
    let _ = at.take(b" ");
    Some(hours)
}

/// The mark before the fraction of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FractionMark {
    /// A dot or a comma. There may be no fraction.
    Point,
    /// A colon.
    Colon,
    /// Another byte, which also separates columns, words or zones.
    Other(u8),
    /// No mark: the seconds and three digits are one number.
    Nothing,
}

/// The style in which a time of day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClockStyle {
    /// Whether each number may have a single digit. Digits after a third colon are milliseconds.
    pub unpadded: bool,
    /// Whether a dot instead of the separator precedes the seconds.
    pub point: bool,
    /// The byte between the parts; 0 for none.
    pub separator: u8,
    /// Whether seconds are written.
    pub seconds: bool,
    /// Whether AM or PM follows.
    pub half_day: bool,
    /// The mark before the fraction of a second.
    pub mark: FractionMark,
    /// Whether a comma starts the next column rather than a fraction.
    pub comma_ends: bool,
}

const fn clock(separator: u8, seconds: bool, half_day: bool, mark: FractionMark) -> ClockStyle {
    let (unpadded, point, comma_ends) = (false, false, false);
    ClockStyle { unpadded, point, separator, seconds, half_day, mark, comma_ends }
}

/// All supported styles of a time of day. Those that read more come first.
pub const CLOCKS: [ClockStyle; 24] = [
    clock(b':', true, true, FractionMark::Colon),
    clock(b':', true, true, FractionMark::Point),
    clock(b':', true, false, FractionMark::Colon),
    clock(b':', true, false, FractionMark::Other(b';')),
    clock(b':', true, false, FractionMark::Other(b'/')),
    clock(b':', true, false, FractionMark::Other(b'_')),
    clock(b':', true, false, FractionMark::Other(b'-')),
    clock(b':', true, false, FractionMark::Other(b' ')),
    clock(b':', true, false, FractionMark::Nothing),
    clock(b':', true, false, FractionMark::Point),
    ClockStyle { unpadded: true, ..clock(b':', true, false, FractionMark::Point) },
    ClockStyle { point: true, ..clock(b':', true, false, FractionMark::Point) },
    // OpenVAS.
    ClockStyle { point: true, ..clock(b'h', true, false, FractionMark::Point) },
    clock(b':', false, true, FractionMark::Point),
    clock(b':', false, false, FractionMark::Point),
    clock(b'.', true, true, FractionMark::Colon),
    clock(b'.', true, false, FractionMark::Colon),
    clock(b'-', true, false, FractionMark::Point),
    clock(b'_', true, false, FractionMark::Point),
    clock(CJK, true, false, FractionMark::Point),
    clock(0, true, false, FractionMark::Colon),
    clock(0, true, false, FractionMark::Other(b'_')),
    clock(0, true, false, FractionMark::Point),
    clock(0, false, false, FractionMark::Point),
];

impl ClockStyle {
    /// Reads a time of this style. Returns the second of the day and the nanoseconds.
    pub fn read(self, scanner: &mut Scanner<'_>) -> Option<(i32, i32)> {
        let mut at = *scanner;
        if self.separator == CJK {
            return cjk_clock(scanner);
        }
        let half = if self.half_day { leading_half(&mut at) } else { None };
        let mut hour = if self.separator == 0 { at.digits(2)? } else { at.one_or_two_digits()? };
        let separate = |at: &mut Scanner<'_>, separator: u8| match separator {
            0 => Some(()),
            byte => at.take(&[byte]),
        };
        let number = |at: &mut Scanner<'_>| {
            let digits = if self.unpadded { at.count_digits().clamp(1, 2) } else { 2 };
            at.digits(digits)
        };
        separate(&mut at, self.separator)?;
        let minute = number(&mut at)?;
        let mut second = 0;
        let mut nanoseconds = 0;
        if self.seconds {
            separate(&mut at, if self.point { b'.' } else { self.separator })?;
            second = number(&mut at)?;
            if self.point && self.separator == b':' && !matches!(at.0, [b'.', digit, ..] if digit.is_ascii_digit()) {
                return None;
            }
            nanoseconds = self.fraction(&mut at)?;
        }
        if let Some(before) = half {
            hour = (1..=12).contains(&hour).then_some(hour % 12 + before)?;
        } else if self.half_day {
            hour = half_day(&mut at, hour)?;
        } else if half_day(&mut at.clone(), hour).is_some() && (self.separator != b':' || self.seconds) {
            // Another style covers this time.
            return None;
        }
        let continues = match at.0 {
            [byte, ..] if byte.is_ascii_digit() => true,
            [b':', ..] => !self.seconds,
            [b'.', digit, ..] => !self.seconds && digit.is_ascii_digit(),
            _ => false,
        };
        if continues || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        *scanner = at;
        // A leap second becomes the second before it.
        Some((hour * 3600 + minute * 60 + second.min(59), nanoseconds))
    }

    /// Reads the fraction of a second in nanoseconds, or returns 0 if there is none.
    fn fraction(self, at: &mut Scanner<'_>) -> Option<i32> {
        if self.unpadded && at.take(b":").is_some() {
            return at.digits(at.count_digits().clamp(1, 3)).map(|milliseconds| milliseconds * 1_000_000);
        }
        match self.mark {
            FractionMark::Colon if matches!(self.separator, b':' | 0) => {
                if self.separator == b':' {
                    at.take(b":")?;
                }
                // Two digits may also be a frame number, but not after a date.
                let digits = at.count_digits();
                return matches!(digits, 2 | 3 | 6 | 7 | 9).then(|| at.scaled(digits))?;
            }
            FractionMark::Other(mark) => {
                at.take(&[mark])?;
                let digits = at.count_digits();
                let nanoseconds = matches!(digits, 3 | 6 | 9).then(|| at.scaled(digits))??;
                return ends_fraction(*at, mark).then_some(nanoseconds);
            }
            FractionMark::Nothing => {
                let ends = at.count_digits() == 3;
                return ends.then(|| at.scaled(3))?;
            }
            FractionMark::Point | FractionMark::Colon => {}
        }
        let points: &[u8] = match (self.separator, self.comma_ends) {
            (b'.', _) => b".:",
            (_, true) => b".",
            (_, false) => b".,",
        };
        let before = at.0;
        let mut nanoseconds = at.fraction(points);
        let digits = (before.len() - at.0.len()).saturating_sub(1);
        if digits == 3 {
            // Some programs separate the microseconds, and some append the unit.
            let mut after = *at;
            if let Some(microseconds) = after.take(b".").and_then(|()| after.digits(3))
                && after.count_digits() == 0
                && !matches!(after.0, [b'.', digit, ..] if digit.is_ascii_digit())
            {
                nanoseconds += microseconds * 1_000;
                *at = after;
            } else if after.take(b"ms").is_some() && after.peek().is_none_or(|byte| !byte.is_ascii_alphanumeric()) {
                *at = after;
            }
        }
        Some(nanoseconds)
    }
}

/// Returns whether a fraction after an unusual mark, and not a column or an offset, ends at `at`.
fn ends_fraction(at: Scanner<'_>, mark: u8) -> bool {
    if mark == b'-' {
        // Three digits after a minus sign may be an offset or any number, unless a zone follows.
        let names: [&[u8]; 2] = [b"UTC", b"GMT"];
        return matches!(at.peek(), Some(b'+' | b'Z')) || names.iter().any(|name| at.0.starts_with(name));
    }
    if mark == b' ' {
        // Only an offset after the digits tells them from any other number.
        return matches!(at.0, [b' ', b'+' | b'-', offset @ ..] if Scanner(offset).count_digits() == 4);
    }
    match at.peek() {
        None => !matches!(mark, b';' | b'/'),
        Some(b' ' | b']' | b')' | b'}' | b'>' | b'"' | b'\'' | b'+' | b'|' | b'[' | b'Z') => true,
        Some(b':' | b',' | b'_' | b'\t') => mark == b'_',
        Some(b'-') => matches!(at.0, [_, letter, ..] if letter.is_ascii_uppercase()),
        Some(_) => false,
    }
}

/// Reads a time of day with [`CJK`] units. Returns the second of the day and the nanoseconds.
fn cjk_clock(scanner: &mut Scanner<'_>) -> Option<(i32, i32)> {
    let mut at = *scanner;
    let [hour, minute, second] = numbers_with_units(&mut at, &CLOCK_UNITS)?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    *scanner = at;
    Some((hour * 3600 + minute * 60 + second.min(59), 0))
}

/// Reads AM or PM, in any spelling. Returns the hour in 24-hour time.
fn half_day(at: &mut Scanner<'_>, hour: i32) -> Option<i32> {
    let before = *at;
    // Newer releases of Java and Apple's systems put a narrow no-break space before AM or PM.
    let blanks = [" ", "\u{202f}", "\u{a0}"];
    let _ = blanks.iter().find_map(|blank| at.take(blank.as_bytes()));
    if let Some(before) = named_half(at) {
        return (1..=12).contains(&hour).then_some(hour % 12 + before);
    }
    let is_joined = at.0.len() == before.0.len();
    let afternoon = match at.take_if(|byte| matches!(byte, b'A' | b'a' | b'P' | b'p'))? {
        b'A' | b'a' => 0,
        _ => 12,
    };
    let _ = at.take(b".");
    // Some programs write only one letter: `2:30p`.
    if at.take_if(|byte| matches!(byte, b'M' | b'm')).is_none() {
        let is_alone = matches!(at.0, [] | [b' ' | b'\t' | b',' | b';' | b'"' | b']' | b'|', ..]);
        return ((1..=12).contains(&hour) && is_joined && is_alone).then_some(hour % 12 + afternoon);
    }
    let _ = at.take(b".");
    // A zone may follow without a blank.
    let zones: [&[u8]; 3] = [b"Z", b"UTC", b"GMT"];
    let ends = |at: &[u8]| at.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let ends = ends(at.0) || zones.iter().any(|zone| at.0.strip_prefix(*zone).is_some_and(ends));
    ((1..=12).contains(&hour) && ends).then_some(hour % 12 + afternoon)
}
