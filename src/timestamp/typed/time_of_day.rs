//! Parses times of day as users type them.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};

use super::super::notation::scan::Scanner;
use super::TypedTime;
use super::reader::TypedTimeReader;

impl TypedTimeReader<'_> {
    /// Parses a time on `date`: `3pm`, `9:30`, `14h30` or `14:30:05.5`, with or without a zone.
    ///
    /// `14`, `1430` and `14.30` are times only after a day. The end of a day may be written as
    /// `24:00` (ISO 8601).
    pub fn clock(&self, date: Date, text: &str, after_day: bool) -> Option<TypedTime> {
        let text = text.strip_prefix(['T', 't']).unwrap_or(text);
        let (time, zone) = match text.split_once(' ') {
            Some((time, zone)) if !zone.to_ascii_lowercase().starts_with(['a', 'p']) => (time.to_owned(), zone),
            None if text.ends_with(['Z', 'z']) => (text[..text.len() - 1].to_owned(), "UTC"),
            None if text.contains(['+', '-']) => {
                let (time, offset) = text.split_at(text.find(['+', '-'])?);
                (time.to_owned(), offset)
            }
            _ => (text.replace(' ', ""), ""),
        };
        let zone = match zone {
            "" => self.zone().clone(),
            zone if zone.eq_ignore_ascii_case("local") => self.local.clone(),
            zone => super::super::parse_zone(zone).ok()?,
        };
        let (time, half) = match time.to_ascii_lowercase() {
            lower if lower == "noon" => ("12:00".to_owned(), None),
            lower if lower == "midnight" => ("00:00".to_owned(), None),
            lower if lower.ends_with("am") => (time[..time.len() - 2].to_owned(), Some(0)),
            lower if lower.ends_with("pm") => (time[..time.len() - 2].to_owned(), Some(12)),
            _ => (time, None),
        };
        let parts = parts(&time, after_day || half.is_some())?;
        if parts.whole_hour && half.is_none() && !after_day {
            return None;
        }
        let hour = match half {
            Some(half) => (1..=12).contains(&parts.hour).then_some(parts.hour % 12 + half)?,
            None => parts.hour,
        };
        let ends_day = (hour, parts.minute, parts.second, parts.nanoseconds) == (24, 0, 0, 0) && !parts.whole_hour;
        let (hour, date) = if ends_day { (0, date.checked_add(1.day()).ok()?) } else { (hour, date) };
        let time = Time::new(hour as i8, parts.minute as i8, parts.second as i8, parts.nanoseconds).ok()?;
        let first = zone.to_ambiguous_timestamp(DateTime::from_parts(date, time)).compatible().ok()?;
        let hour = SignedDuration::new(3599, 999_999_999);
        let last = if parts.whole_hour { first.checked_add(hour).ok()? } else { first };
        Some(TypedTime { first, last })
    }
}

/// The numbers of a time of day.
struct ClockParts {
    hour: i32,
    minute: i32,
    second: i32,
    nanoseconds: i32,
    /// Whether only the hour is written.
    whole_hour: bool,
}

/// Reads the numbers of a time. `is_clear` says that the text can only be a time.
fn parts(text: &str, is_clear: bool) -> Option<ClockParts> {
    let mut at = Scanner(text.as_bytes());
    let digits = at.count_digits();
    let is_compact = is_clear && matches!(digits, 4 | 6);
    if !(is_compact || (1..=2).contains(&digits)) {
        return None;
    }
    let mut parts = ClockParts {
        hour: at.digits(digits.min(2))?,
        minute: 0,
        second: 0,
        nanoseconds: 0,
        whole_hour: at.0.is_empty() || (is_clear && !is_compact && matches!(at.0, b"h" | b"H")),
    };
    if parts.whole_hour {
        return Some(parts);
    }
    let french = (digits == 2 || is_clear) && at.take_if(|byte| matches!(byte, b'h' | b'H')).is_some();
    let separated = french || is_compact || at.take(b":").is_some() || (is_clear && at.take(b".").is_some());
    parts.minute = at.digits(2).filter(|_| separated)?;
    let has_seconds = if is_compact { digits == 6 || at.take(b".").is_some() } else { at.take(b":").is_some() };
    if has_seconds {
        parts.second = at.digits(2)?;
        parts.nanoseconds = at.fraction(b".,");
    }
    at.0.is_empty().then_some(parts)
}
