//! Parses times as users type them: every form that a log line may use, and shorter forms.
//!
//! A typed month, day or hour means the whole of it. A time given to the minute or the second is an
//! exact instant.

mod distant_end;
mod mistyped;
mod phrase;
mod reader;
mod spans;
mod time_of_day;
mod words;

pub use distant_end::distant_end;
pub use mistyped::without_directives;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use super::Period;
use super::reader::FirstDate;
use super::stamp::days_from_civil;
use reader::TypedTimeReader;

/// The stretch of time that a typed time means, including both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedTime {
    /// The first instant.
    pub first: Timestamp,
    /// The last instant.
    pub last: Timestamp,
}

/// Parses `text` relative to `now`. A time without a zone is in the zone of `now`.
///
/// # Errors
/// Returns a sentence that shows the accepted forms.
pub fn parse_time(text: &str, now: &Zoned) -> Result<TypedTime, String> {
    TypedTimeReader { now, local: now.time_zone(), year: None }.read(text)
}

/// Returns the typed period from `--since` to `--until`, or `None` if both are missing. `local` is
/// the zone that the user types as `local`. Dates without a year are in that of `first`, if given.
///
/// # Errors
/// Fails as [`parse_time`] does, naming the wrong option.
pub fn parse_period(
    since: Option<&str>,
    until: Option<&str>,
    (now, local): (&Zoned, &TimeZone),
    first: Option<FirstDate>,
) -> Result<Option<Period>, String> {
    let typed = TypedTimeReader { now, local, year: first.map(|first| first.year) };
    let time = |option: &str, text: Option<&str>| {
        let parse = |text| typed.read(text).map_err(|error| format!("invalid value '{text}' for {option}: {error}"));
        text.map(parse).transpose()
    };
    let (typed_since, typed_until) = (since, until);
    let since = time("--since", since)?.map(|typed| typed.first);
    // A length counts from the start of the period.
    let until = match since.zip(until.and_then(|text| typed.length(text))) {
        Some((since, length)) => Some(since.to_zoned(now.time_zone().clone()).saturating_add(length).timestamp()),
        None => time("--until", until)?.map(|typed| typed.last),
    };
    if let (Some(from), Some(to)) = (typed_since, typed_until)
        && since > until
    {
        return Err(format!("--until '{to}' is before --since '{from}': nothing lies between them"));
    }
    Ok(Some(Period { since, until }).filter(|period| !period.is_all()))
}

/// Parses the period of `--around`: a time and, after `±` or `+-`, the distance on both sides.
/// `local` is the zone that the user types as `local`.
///
/// # Errors
/// Fails as [`parse_time`] does.
pub fn parse_around(text: &str, (now, local): (&Zoned, &TimeZone), first: Option<FirstDate>) -> Result<Period, String> {
    let wrong = |error: String| format!("invalid value '{text}' for --around: {error}");
    let (time, span) = match ["±", "+/-", "+-"].iter().find_map(|sign| text.split_once(sign)) {
        Some((time, span)) => (time, Some(span)),
        None => (text, None),
    };
    let typed = TypedTimeReader { now, local, year: first.map(|first| first.year) }.read(time).map_err(wrong)?;
    let margin = match span {
        Some(span) => parse_duration(span).ok_or_else(|| wrong("expected a span such as 10m after +-".to_owned()))?,
        None if typed.first == typed.last => AROUND,
        None => SignedDuration::ZERO,
    };
    Ok(Period {
        since: Some(typed.first.checked_sub(margin).unwrap_or(Timestamp::MIN)),
        until: Some(typed.last.checked_add(margin).unwrap_or(Timestamp::MAX)),
    })
}

/// The default distance for `--around`.
const AROUND: SignedDuration = SignedDuration::from_mins(5);

/// Parses a span of time such as `90s` or `1h30m`. A plain number means seconds.
#[must_use]
pub fn parse_duration(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(SignedDuration::from_secs(seconds.into()));
    }
    // Days are 24 hours here, because the span is not tied to a date.
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse::<u16>().ok()) {
        return Some(SignedDuration::from_hours(24 * i64::from(days)));
    }
    text.parse::<SignedDuration>().ok().filter(|span| !span.is_negative())
}

/// Parses `--year`: a year, or the day of the first entry.
///
/// # Errors
/// Returns a sentence that shows both forms.
pub fn parse_first_date(text: &str) -> Result<FirstDate, String> {
    let wrong = || "expected a year such as 2026, or a day such as 2026-11-21".to_owned();
    if let Ok(date) = text.parse::<Date>() {
        let (year, month, day) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
        return Ok(FirstDate { year, day: days_from_civil(year, month, day) });
    }
    match text.parse::<i32>() {
        Ok(year) if text.len() == 4 && (1970..2200).contains(&year) => Ok(FirstDate { year, day: None }),
        _ => Err(wrong()),
    }
}
