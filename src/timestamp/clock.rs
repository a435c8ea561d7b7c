//! Times of day as logs write them. Each style is a plain value that reads itself.

use super::civil::{CJK, numbers_with_units};
use super::scan::Scanner;

const CLOCK_UNITS: [[&str; 4]; 3] = [["时", "時", "시", "h"], ["分", "分", "분", "m"], ["秒", "秒", "초", "s"]];

/// The halves of the day in languages other than English, before or after the time: Chinese,
/// Japanese, Korean, and German as older releases of Java write it.
const HALVES: [(&str, i32); 8] =
    [("上午", 0), ("下午", 12), ("午前", 0), ("午後", 12), ("오전", 0), ("오후", 12), ("vorm.", 0), ("nachm.", 12)];

/// Consumes the name of a half of the day and returns the hours before it.
fn named_half(at: &mut Scanner<'_>) -> Option<i32> {
    let is = |name: &str| at.0.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name.as_bytes()));
    let &(name, hours) = HALVES.iter().find(|(name, _)| is(name))?;
    at.0 = &at.0[name.len()..];
    Some(hours)
}

/// Consumes the name of a half of the day and the blank after it.
pub(super) fn leading_half(at: &mut Scanner<'_>) -> Option<i32> {
    let hours = named_half(at)?;
    let _ = at.take(b" ");
    Some(hours)
}

/// How a time of day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ClockStyle {
    /// Whether each number may have one digit; digits after a third colon are milliseconds.
    pub unpadded: bool,
    /// Whether a point, rather than the separator, precedes the seconds.
    pub point: bool,
    /// The byte between the parts; 0 for none.
    pub separator: u8,
    /// Whether seconds are written.
    pub seconds: bool,
    /// Whether AM or PM follows.
    pub half_day: bool,
    /// Whether a colon, rather than a point or comma, precedes the fraction.
    pub colon_fraction: bool,
    /// Whether a comma starts the next column rather than a fraction.
    pub comma_ends: bool,
}

const fn clock(separator: u8, seconds: bool, half_day: bool, colon_fraction: bool) -> ClockStyle {
    let (unpadded, point, comma_ends) = (false, false, false);
    ClockStyle { unpadded, point, separator, seconds, half_day, colon_fraction, comma_ends }
}

/// All supported styles of a time of day, those that read more first.
pub(super) const CLOCKS: [ClockStyle; 17] = [
    clock(b':', true, true, true),
    clock(b':', true, true, false),
    clock(b':', true, false, true),
    clock(b':', true, false, false),
    ClockStyle { unpadded: true, ..clock(b':', true, false, false) },
    ClockStyle { point: true, ..clock(b':', true, false, false) },
    // OpenVAS.
    ClockStyle { point: true, ..clock(b'h', true, false, false) },
    clock(b':', false, true, false),
    clock(b':', false, false, false),
    clock(b'.', true, true, true),
    clock(b'.', true, false, true),
    clock(b'-', true, false, false),
    clock(b'_', true, false, false),
    clock(CJK, true, false, false),
    clock(0, true, false, true),
    clock(0, true, false, false),
    clock(0, false, false, false),
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
        } else if self.separator != b':' && half_day(&mut at.clone(), hour).is_some() {
            return None;
        }
        let goes_on = match at.0 {
            [byte, ..] if byte.is_ascii_digit() => true,
            [b':', ..] => !self.seconds,
            [b'.', digit, ..] => !self.seconds && digit.is_ascii_digit(),
            _ => false,
        };
        if goes_on || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        *scanner = at;
        // A leap second is read as the second before it.
        Some((hour * 3600 + minute * 60 + second.min(59), nanoseconds))
    }

    /// Reads the fraction of a second in nanoseconds, 0 if there is none.
    fn fraction(self, at: &mut Scanner<'_>) -> Option<i32> {
        if self.unpadded && at.take(b":").is_some() {
            return at.digits(at.count_digits().clamp(1, 3)).map(|milliseconds| milliseconds * 1_000_000);
        }
        if self.colon_fraction && matches!(self.separator, b':' | 0) {
            if self.separator == b':' {
                at.take(b":")?;
            }
            return match at.count_digits() {
                3 => at.digits(3).map(|milliseconds| milliseconds * 1_000_000),
                6 => at.digits(6).map(|microseconds| microseconds * 1_000),
                _ => None,
            };
        }
        let points: &[u8] = match (self.separator, self.comma_ends) {
            (b'.', _) => b".:",
            (_, true) => b".",
            (_, false) => b".,",
        };
        Some(at.fraction(points))
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
    // Newer releases of Java and of Apple's systems put a narrow no-break space before it.
    let blanks = [" ", "\u{202f}", "\u{a0}"];
    let _ = blanks.iter().find_map(|blank| at.take(blank.as_bytes()));
    if let Some(before) = named_half(at) {
        return (1..=12).contains(&hour).then_some(hour % 12 + before);
    }
    let afternoon = match at.take_if(|byte| matches!(byte, b'A' | b'a' | b'P' | b'p'))? {
        b'A' | b'a' => 0,
        _ => 12,
    };
    let _ = at.take(b".");
    at.take_if(|byte| matches!(byte, b'M' | b'm'))?;
    let _ = at.take(b".");
    let ends = at.peek().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    ((1..=12).contains(&hour) && ends).then_some(hour % 12 + afternoon)
}
