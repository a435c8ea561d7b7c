//! Reads a typed time, relative to the present.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan, Zoned};

use super::super::notation::civil::{DateStyle, Order, STYLES, WrittenDate};
use super::super::notation::scan::Scanner;
use super::super::notation::zone::{Abbreviations, WrittenZone};
use super::super::notation::{Candidate, Notation};
use super::super::stamp::Stamp;
use super::words::without_marks;
use super::{TypedTime, mistyped};

/// The message for a string that is not a time.
const FORMS: &str = "expected a time such as 2026-11-21, 2026-11-21 14:30, 14:30, 3pm, 'Nov 21 14:30', yesterday 14:30 \
                     or @1795225624, or an age such as 90m or 2h30m; see mapped help times";

/// The reference for typed times.
pub struct TypedTimeReader<'n> {
    pub now: &'n Zoned,
    /// The zone that is typed as `local`.
    pub local: &'n TimeZone,
    /// The year of dates that are typed without one.
    pub year: Option<i32>,
}

impl TypedTimeReader<'_> {
    pub fn read(&self, text: &str) -> Result<TypedTime, String> {
        let text = without_marks(text);
        let text = text.trim().trim_matches('"').trim();
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).trim();
        match self.plain(bare)? {
            Some(found) => Ok(found),
            None => self.phrase(bare)?.ok_or_else(|| mistyped::explain(bare).unwrap_or_else(|| FORMS.to_owned())),
        }
    }

    /// Parses a time written as in a log, or in a shorter form.
    pub fn plain(&self, text: &str) -> Result<Option<TypedTime>, String> {
        if let Some(found) = self.relative(text) {
            return Ok(Some(found));
        }
        if let Some(found) = self.written(text)?.or_else(|| self.in_words(text)).or_else(|| self.age(text)) {
            return Ok(Some(found));
        }
        let text = padded(text);
        Ok(self.written(&text)?.or_else(|| self.in_words(&text)))
    }

    pub fn point(time: Timestamp) -> TypedTime {
        TypedTime { first: time, last: time }
    }

    pub fn zone(&self) -> &TimeZone {
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
    pub fn length(&self, text: &str) -> Option<Span> {
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
    pub fn latest(&self, written: WrittenDate) -> Option<Date> {
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

    pub fn day(&self, date: Date) -> Option<TypedTime> {
        self.days(date, date.tomorrow().ok()?)
    }

    pub fn days(&self, first: Date, after: Date) -> Option<TypedTime> {
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
pub fn split_weekday(text: &str) -> (Option<i32>, &str) {
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
