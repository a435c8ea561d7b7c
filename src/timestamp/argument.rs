//! The time as a user types it after `--since` or `--until`: everything a log line may say, and shorter forms.

use jiff::civil::{DateTime, Time};
use jiff::{Span, Timestamp, ToSpan, Zoned};

use super::Period;
use super::recognize::{Recognizer, epoch, numeric_date, zone_offset};
use super::scan::Scanner;

/// What to say of a text that is no time.
const FORMS: &str = "not a time: give it as 2026-11-21T14:30:00Z, 2026-11-21 14:30, 14:30, \
                     21/Nov/2026:14:30:00 +0100, 'Nov 21 14:30:00', @1795225624, today, yesterday, or as an age such as 90m or 2h30m";

/// The time `text` stands for, as seen at `now`. A time without a zone is in `now`'s; a date without a time is its first
/// moment; a duration is that long ago, or ahead after `+`.
///
/// # Errors
///
/// A sentence that shows the forms a time may have.
pub fn parse_argument(text: &str, now: &Zoned) -> Result<Timestamp, String> {
    let text = text.trim();
    named(text, now)
        .or_else(|| written(text, now))
        .or_else(|| {
            let (ahead, text) = match text.strip_prefix('+') {
                Some(text) => (true, text),
                None => (false, text),
            };
            let span: Span = text.parse().ok()?;
            // Both "-2h" and "2h ago" come negative, plain "2h" does not: all are ages.
            let span = if ahead { span.abs() } else { -span.abs() };
            now.checked_add(span).ok().map(|zoned| zoned.timestamp())
        })
        .ok_or_else(|| FORMS.to_owned())
}

/// The period from `--since` to `--until`, as typed; none where neither is.
///
/// # Errors
///
/// As [`parse_argument`], with the option that is wrong.
pub fn parse_period(since: Option<&str>, until: Option<&str>, now: &Zoned) -> Result<Option<Period>, String> {
    let time = |option: &str, text: Option<&str>| {
        let parse = |text| parse_argument(text, now).map_err(|error| format!("{option} '{text}': {error}"));
        text.map(parse).transpose()
    };
    let period = Period { since: time("--since", since)?, until: time("--until", until)? };
    Ok(Some(period).filter(|period| !period.is_all()))
}

fn named(text: &str, now: &Zoned) -> Option<Timestamp> {
    let days = match text {
        "now" => return Some(now.timestamp()),
        "today" => 0,
        "yesterday" => -1,
        "tomorrow" => 1,
        _ => return None,
    };
    let day = now.checked_add(days.days()).ok()?.start_of_day().ok()?;
    Some(day.timestamp())
}

fn written(text: &str, now: &Zoned) -> Option<Timestamp> {
    let recognizer = Recognizer::new(now.time_zone().clone(), now.timestamp());
    let whole = |read: &dyn Fn(&mut Scanner<'_>) -> Option<Timestamp>| {
        let mut scanner = Scanner(text.as_bytes());
        read(&mut scanner).filter(|_| scanner.0.is_empty())
    };
    whole(&|at| recognizer.numeric(at))
        .or_else(|| whole(&|at| recognizer.named_month(at)))
        .or_else(|| whole(&|at| recognizer.day_month_year(at)))
        .or_else(|| {
            whole(&|at| {
                let _ = at.take(b"@");
                epoch(at)
            })
        })
        .or_else(|| whole(&|at| short_seconds(at)))
        .or_else(|| {
            whole(&|at| {
                let date = numeric_date(at)?;
                let mut time = Time::midnight();
                let mut offset = None;
                if at.take_if(|byte| matches!(byte, b'T' | b't' | b' ')).is_some() {
                    time = clock(at)?;
                    offset = zone_offset(at);
                }
                recognizer.in_zone(DateTime::from_parts(date, time), offset)
            })
        })
        .or_else(|| {
            whole(&|at| {
                let time = clock(at)?;
                recognizer.in_zone(DateTime::from_parts(now.date(), time), None)
            })
        })
}

/// `@0`: seconds since the epoch, of any number of digits up to nine.
fn short_seconds(scanner: &mut Scanner<'_>) -> Option<Timestamp> {
    scanner.take(b"@")?;
    let digits = scanner.count_digits();
    let seconds = (1..=9).contains(&digits).then(|| scanner.digits(digits))??;
    Timestamp::new(i64::from(seconds), scanner.fraction()).ok()
}

/// `14:30` or `14:30:05.5`.
fn clock(scanner: &mut Scanner<'_>) -> Option<Time> {
    let hour = scanner.digits(2)? as i8;
    scanner.take(b":")?;
    let minute = scanner.digits(2)? as i8;
    let second = if scanner.take(b":").is_some() { scanner.digits(2)? as i8 } else { 0 };
    Time::new(hour, minute, second, scanner.fraction()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::{Offset, TimeZone};

    fn parse(text: &str) -> Result<String, String> {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");
        let now = now.to_zoned(TimeZone::fixed(Offset::constant(2)));
        parse_argument(text, &now).map(|time| time.to_string())
    }

    #[test]
    fn every_form() {
        for (text, time) in [
            ("2026-11-21T14:30:00Z", "2026-11-21T14:30:00Z"),
            ("2026-11-21 14:30:00.5", "2026-11-21T12:30:00.5Z"),
            ("2026-11-21 14:30", "2026-11-21T12:30:00Z"),
            ("2026-11-21T14:30+01:00", "2026-11-21T13:30:00Z"),
            ("2026-11-21", "2026-11-20T22:00:00Z"),
            ("2026/11/21", "2026-11-20T22:00:00Z"),
            ("14:30", "2026-11-21T12:30:00Z"),
            ("14:30:05", "2026-11-21T12:30:05Z"),
            ("21/Nov/2026:14:30:00 +0100", "2026-11-21T13:30:00Z"),
            ("Nov 20 14:30:00", "2026-11-20T12:30:00Z"),
            ("@1795225624", "2026-11-21T01:47:04Z"),
            ("1795225624", "2026-11-21T01:47:04Z"),
            ("1795225624123", "2026-11-21T01:47:04.123Z"),
            ("@0", "1970-01-01T00:00:00Z"),
            ("now", "2026-11-21T12:00:00Z"),
            ("today", "2026-11-20T22:00:00Z"),
            ("yesterday", "2026-11-19T22:00:00Z"),
            ("tomorrow", "2026-11-21T22:00:00Z"),
            ("2h", "2026-11-21T10:00:00Z"),
            ("-2h", "2026-11-21T10:00:00Z"),
            ("2 hours ago", "2026-11-21T10:00:00Z"),
            ("1h30m", "2026-11-21T10:30:00Z"),
            ("+10m", "2026-11-21T12:10:00Z"),
            ("7d", "2026-11-14T12:00:00Z"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(time), "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in ["", "soon", "2026-13-01", "25:00", "2026-11-21T", "2026-11-21 14:30 x", "12", "@", "+"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
