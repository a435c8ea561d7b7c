//! Parses times as users type them: every form that a log line may use, and shorter forms.
//!
//! A typed month, day or hour means the whole of it. A time given to the minute or the second is an
//! exact instant.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan, Zoned};

use super::Period;
use super::civil::{DateStyle, Order, STYLES, WrittenDate};
use super::mistyped;
use super::notation::{Candidate, Notation};
use super::reader::FirstDate;
use super::scan::Scanner;
use super::stamp::{Stamp, days_from_civil};
use super::words::without_marks;
use super::zone::{Abbreviations, WrittenZone};

/// The message for a string that is not a time.
const FORMS: &str = "expected a time such as 2026-11-21, 2026-11-21 14:30, 14:30, 3pm, 'Nov 21 14:30', yesterday 14:30 \
                     or @1795225624, or an age such as 90m or 2h30m; see mapped help times";

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

/// The reference for typed times.
pub(super) struct TypedTimeReader<'n> {
    pub(super) now: &'n Zoned,
    /// The zone that is typed as `local`.
    pub(super) local: &'n TimeZone,
    /// The year of dates that are typed without one.
    year: Option<i32>,
}

impl TypedTimeReader<'_> {
    pub(super) fn read(&self, text: &str) -> Result<TypedTime, String> {
        let text = without_marks(text);
        let text = text.trim().trim_matches('"').trim();
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).trim();
        match self.plain(bare)? {
            Some(found) => Ok(found),
            None => self.phrase(bare)?.ok_or_else(|| mistyped::explain(bare).unwrap_or_else(|| FORMS.to_owned())),
        }
    }

    /// Parses a time written as in a log, or in a shorter form.
    pub(super) fn plain(&self, text: &str) -> Result<Option<TypedTime>, String> {
        if let Some(found) = self.relative(text) {
            return Ok(Some(found));
        }
        if let Some(found) = self.written(text)?.or_else(|| self.in_words(text)).or_else(|| self.age(text)) {
            return Ok(Some(found));
        }
        let text = padded(text);
        Ok(self.written(&text)?.or_else(|| self.in_words(&text)))
    }

    pub(super) fn point(time: Timestamp) -> TypedTime {
        TypedTime { first: time, last: time }
    }

    pub(super) fn zone(&self) -> &TimeZone {
        self.now.time_zone()
    }

    /// Parses `now` and `now-1h`.
    fn relative(&self, text: &str) -> Option<TypedTime> {
        let rest = text.strip_prefix("now")?.trim();
        if rest.is_empty() {
            return Some(Self::point(self.now.timestamp()));
        }
        let (back, span) = match rest.split_at_checked(1)? {
            ("-", span) => (true, span),
            ("+", span) => (false, span),
            _ => return None,
        };
        let span: Span = span.trim().parse().ok()?;
        let time = if back { self.now.checked_sub(span) } else { self.now.checked_add(span) };
        time.ok().map(|time| Self::point(time.timestamp()))
    }

    /// Parses a length such as `+10m`.
    fn length(&self, text: &str) -> Option<Span> {
        text.trim().strip_prefix('+')?.trim().parse().ok().map(|span: Span| span.abs())
    }

    /// Parses an age such as `90m`, `2h ago` or `+10m`.
    fn age(&self, text: &str) -> Option<TypedTime> {
        let (ahead, text) = match text.strip_prefix('+') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let span: Span = text.parse().ok()?;
        // "-2h" and "2h ago" are negative and plain "2h" is not, but all are ages.
        let span = if ahead { span.abs() } else { -span.abs() };
        self.now.checked_add(span).ok().map(|time| Self::point(time.timestamp()))
    }

    /// Parses a day by its name or date, with or without a time: `yesterday 14:30`, `Nov 21`,
    /// `3pm`.
    fn in_words(&self, text: &str) -> Option<TypedTime> {
        if let Some(found) = self.on_weekday(text) {
            return Some(found);
        }
        let (weekday, text) = split_weekday(text);
        // A day of the week that contradicts the date shows a mistake in one of them.
        let is_on = |date: &Date| weekday.is_none_or(|day| day == i32::from(date.weekday().to_monday_one_offset()));
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let named = match word.to_ascii_lowercase().as_str() {
            "today" => Some(0),
            "yesterday" => Some(-1),
            "tomorrow" => Some(1),
            _ => None,
        };
        if let Some(days) = named {
            let date = self.now.date().checked_add(days.days()).ok()?;
            return if rest.is_empty() { self.day(date) } else { self.clock(date, rest.trim(), true) };
        }
        if weekday.is_none()
            && let Some(found) = self.clock(self.now.date(), text, false)
        {
            return Some(found);
        }
        if let Some((year, month)) = text.split_once('-')
            && (year.len(), month.len()) == (4, 2)
        {
            let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
            return self.days(first, first.checked_add(1.month()).ok()?);
        }
        if let Some(date) = text.parse::<Date>().ok().filter(|_| text.len() == 10) {
            return self.day(date).filter(|_| is_on(&date));
        }
        STYLES.iter().filter(|style| is_clear(style)).find_map(|style| {
            let mut at = Scanner(text.as_bytes());
            let written = style.read(&mut at)?;
            let date = self.latest(written).filter(|date| is_on(date))?;
            if at.0.is_empty() {
                return self.day(date);
            }
            at.take_if(|byte| matches!(byte, b' ' | b'T' | b't' | b':'))?;
            self.clock(date, std::str::from_utf8(at.0).ok()?, true)
        })
    }

    /// Returns the latest day that a date without a year may mean.
    pub(super) fn latest(&self, written: WrittenDate) -> Option<Date> {
        let date = |year: i32| Date::new(i16::try_from(year).ok()?, written.month as i8, written.day as i8).ok();
        if let Some(year) = written.year.or(self.year) {
            return date(year);
        }
        let this = i32::from(self.now.year());
        let limit = self.now.date().checked_add(1.day()).ok()?;
        (this - 8..=this + 1).rev().filter_map(date).find(|date| *date <= limit)
    }

    /// Parses `friday`, `last fri` or `Fri 09:00`: the latest such day; `last` excludes today.
    fn on_weekday(&self, text: &str) -> Option<TypedTime> {
        let (is_last, text) = text.strip_prefix("last ").map_or((false, text), |text| (true, text));
        let (weekday, text) = split_weekday(text);
        let back = (i32::from(self.now.weekday().to_monday_one_offset()) - weekday?).rem_euclid(7);
        let back = if is_last && back == 0 { 7 } else { back };
        let date = self.now.date().checked_sub(back.days()).ok()?;
        if text.is_empty() { self.day(date) } else { self.clock(date, text, true) }
    }

    pub(super) fn day(&self, date: Date) -> Option<TypedTime> {
        self.days(date, date.tomorrow().ok()?)
    }

    pub(super) fn days(&self, first: Date, after: Date) -> Option<TypedTime> {
        let start =
            |date: Date| self.zone().to_ambiguous_timestamp(date.to_datetime(Time::midnight())).compatible().ok();
        let last = start(after)?.checked_sub(SignedDuration::from_nanos(1)).ok()?;
        Some(TypedTime { first: start(first)?, last })
    }

    /// Parses a complete time as logs write it.
    fn written(&self, text: &str) -> Result<Option<TypedTime>, String> {
        if let Some(seconds) = text.strip_prefix('@').and_then(|text| short_seconds(text.as_bytes())) {
            return Ok(Some(Self::point(seconds)));
        }
        let text = text.strip_prefix('@').filter(|text| text.len() < 24).unwrap_or(text);
        let zones = Abbreviations::of(self.zone(), self.now.timestamp());
        let mut found: Option<Timestamp> = None;
        for (weekday, text) in [(None, text), split_weekday(text)] {
            // A time of day after a weekday is on that day.
            let is_dated = |candidate: &Candidate| {
                (weekday.is_none() || !matches!(candidate.stamp, Stamp::Clock(..))) && !candidate.is_short_day_first()
            };
            for candidate in Notation::all(text.as_bytes(), &zones).into_iter().filter(is_dated) {
                let mut at = Scanner(text.as_bytes());
                if candidate.notation.read(&mut at, &zones).is_none() || !at.0.is_empty() {
                    if matches!(candidate.zone, WrittenZone::Unclear) {
                        return Err("the time zone is ambiguous: write the offset, such as +05:30".to_owned());
                    }
                    continue;
                }
                let Some(time) = self.resolve(candidate.stamp, &candidate.zone) else { continue };
                match found {
                    Some(other) if other != time => {
                        return Err("may be day or month first: write it as 2026-11-21 14:30".to_owned());
                    }
                    _ => found = Some(time),
                }
            }
        }
        Ok(found.map(Self::point))
    }

    fn resolve(&self, stamp: Stamp, zone: &WrittenZone) -> Option<Timestamp> {
        let local = |seconds: i64, nanoseconds: i32| {
            let time = Timestamp::new(seconds, nanoseconds).ok()?;
            let time = TimeZone::UTC.to_datetime(time);
            self.zone().to_ambiguous_timestamp(time).compatible().ok()
        };
        let today = i64::from(self.now.date().since(Date::new(1970, 1, 1).ok()?).ok()?.get_days());
        match stamp {
            Stamp::Instant(time) => Some(time),
            Stamp::Local(seconds, nanoseconds) => local(seconds, nanoseconds),
            Stamp::Clock(second, nanoseconds) => {
                let second = today * 86_400 + i64::from(second);
                match zone {
                    WrittenZone::Nothing => local(second, nanoseconds),
                    WrittenZone::Offset(offset) => Timestamp::new(second - i64::from(*offset), nanoseconds).ok(),
                    WrittenZone::Region(zone) => {
                        let time = TimeZone::UTC.to_datetime(Timestamp::new(second, nanoseconds).ok()?);
                        zone.to_ambiguous_timestamp(time).compatible().ok()
                    }
                    WrittenZone::Minutes(_) | WrittenZone::Unclear => None,
                }
            }
            Stamp::Uptime(..) => None,
            Stamp::Yearless(date) => {
                // Clocks may differ by a day. The last 29th of February may be eight years ago.
                let limit = self.now.timestamp().as_second() + 86_400;
                let this = i32::from(self.now.year());
                let in_year = |year| {
                    let second = date.in_year(year)?;
                    match date.offset {
                        Some(offset) => Timestamp::new(second - i64::from(offset), date.nanoseconds).ok(),
                        None => local(second, date.nanoseconds),
                    }
                };
                if let Some(year) = self.year {
                    return in_year(year);
                }
                let mut times = (this - 8..=this + 1).rev().filter_map(in_year);
                times.find(|time| time.as_second() <= limit)
            }
        }
    }
}

/// Returns `text` with a zero before each single digit in a date or a time.
fn padded(text: &str) -> String {
    let bytes = text.as_bytes();
    let is = |at: Option<usize>, what: fn(&u8) -> bool| at.and_then(|at| bytes.get(at)).is_some_and(what);
    let mut padded = String::new();
    for (at, char) in text.char_indices() {
        let alone = !is(at.checked_sub(1), u8::is_ascii_digit) && !is(Some(at + 1), u8::is_ascii_digit);
        let beside = |byte: &u8| matches!(byte, b'-' | b':' | b'/');
        let within = is(at.checked_sub(1), beside) || is(Some(at + 1), beside);
        if char.is_ascii_digit() && alone && within {
            padded.push('0');
        }
        padded.push(char);
    }
    padded
}

/// Returns whether a date of this style is unambiguous, unlike a day and month with slashes.
fn is_clear(style: &DateStyle) -> bool {
    match style.order {
        Order::YearMonthDay => !style.short_year,
        Order::DayMonthYear => style.named || (style.separator == b'.' && !style.short_year),
        _ => style.named,
    }
}

/// Splits the day of the week off the front, 1 for Monday.
pub(super) fn split_weekday(text: &str) -> (Option<i32>, &str) {
    let mut at = Scanner(text.as_bytes());
    let weekday = at.name(&["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);
    if weekday.is_none() || at.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return (None, text);
    }
    (weekday, text[text.len() - at.0.len()..].trim_start_matches([',', ' ']))
}

/// Parses one to nine digits, and any fraction after them, as seconds since 1970.
fn short_seconds(text: &[u8]) -> Option<Timestamp> {
    let mut at = Scanner(text);
    let digits = at.count_digits();
    let seconds = (1..=9).contains(&digits).then(|| at.digits(digits))??;
    let time = Timestamp::new(i64::from(seconds), at.fraction(b".")).ok()?;
    at.0.is_empty().then_some(time)
}
