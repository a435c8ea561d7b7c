//! Parses typed times that name a part of the calendar, or that combine several parts.
//!
//! Each string has only one sensible reading. A string with two meanings is rejected with a message
//! that shows how to write each of them.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::{Span, Timestamp, ToSpan, Zoned};

use super::super::notation::civil::{DateStyle, Order, STYLES, WrittenDate};
use super::super::notation::months::{MONTHS, foreign_month};
use super::super::notation::scan::Scanner;
use super::TypedTime;
use super::reader::{TypedTimeReader, split_weekday};
use super::spans::span_ago;
use super::words::{common_words, names_part_of_day};

impl TypedTimeReader<'_> {
    /// Parses a time in none of the shorter forms.
    ///
    /// # Errors
    /// Returns a sentence if the text has several meanings.
    pub fn phrase(&self, text: &str) -> Result<Option<TypedTime>, String> {
        let plain = common_words(text);
        if plain != text
            && let Some(found) = self.plain(&plain)?
        {
            return Ok(Some(found));
        }
        if let Some(refusal) = self.refusal(&plain) {
            return Err(refusal);
        }
        let zoned =
            || plain.parse::<Zoned>().ok().filter(|_| plain.contains('[')).map(|time| Self::point(time.timestamp()));
        let day = || self.named_day(&plain).and_then(|date| self.day(date));
        let steps = zoned().or_else(day).or_else(|| self.calendar(&plain)).or_else(|| self.distance(&plain));
        let steps = steps.or_else(|| self.clock_and_day(&plain)).or_else(|| self.shifted(&plain));
        steps.map_or_else(|| self.numeric_date(&plain), |found| Ok(Some(found)))
    }

    /// Returns the reason a string with several common meanings is not a time.
    fn refusal(&self, text: &str) -> Option<String> {
        let lower = text.to_ascii_lowercase();
        if let Some((hour, minute)) = lower.split_once('h')
            && hour.len() == 1
            && minute.len() == 2
            && (hour.bytes().chain(minute.bytes())).all(|byte| byte.is_ascii_digit())
        {
            return Some(format!("may be a time of day or an age: write 0{hour}:{minute} or {hour}h{minute}m"));
        }
        if let Some(year) = four_digits(&lower)
            && (i32::from(self.now.year()) + 1..2060).contains(&year)
        {
            return Some(format!("may be a year or a time of day: write {}:{} or {year}-01", year / 100, &lower[2..]));
        }
        if names_part_of_day(&lower) {
            return Some("has no exact hours: write them, such as 'today 06:00'".to_owned());
        }
        match lower.as_str() {
            "last day" => Some("may be yesterday or an age: write yesterday or 24h".to_owned()),
            "last week" => Some("may be a calendar week or an age: write 7d or a date".to_owned()),
            "last month" => Some("may be a calendar month or an age: write '1 month ago' or 2026-10".to_owned()),
            "last year" => Some("may be a calendar year or an age: write '1 year ago' or 2025".to_owned()),
            "this week" => Some("weeks begin on different days: write monday or sunday".to_owned()),
            _ => None,
        }
    }

    /// Parses years, quarters, months, weeks and days of the year, and compact dates and times.
    fn calendar(&self, text: &str) -> Option<TypedTime> {
        let today = self.now.date();
        match text.to_ascii_lowercase().as_str() {
            "this year" => return self.months(today.year(), 1, 12),
            "this month" => return self.months(today.year(), today.month(), 1),
            _ => {}
        }
        if let Some((month, count)) = months_named(text) {
            let first = self.latest(WrittenDate { year: None, month, day: 1 })?;
            return self.months(first.year(), first.month(), count);
        }
        if let Some(number) = four_digits(text) {
            return match i16::try_from(number).ok()? {
                year if year >= 1970 && year <= today.year() => self.months(year, 1, 12),
                _ => self.clock(today, text, true),
            };
        }
        if let Some((year, part)) = text.split_once(['-', '/', ' ']).and_then(|(a, b)| year_and_part(a, b)) {
            if let [b'q' | b'Q', quarter @ b'1'..=b'4'] = part.as_bytes() {
                return self.months(year, (quarter - b'1') as i8 * 3 + 1, 3);
            }
            let mut name = Scanner(part.as_bytes());
            let month = name.name(&MONTHS).filter(|_| name.0.is_empty());
            let month = month.or_else(|| part.parse().ok().filter(|_| part.len() == 2 && !text.contains(' ')));
            if let Some(month) = month {
                return self.months(year, month as i8, 1);
            }
        }
        let (date, rest) = self.numbered_day(text)?;
        match (date, rest.strip_prefix(['T', 't', ' ']).unwrap_or(rest)) {
            (NumberedDate::Week(monday), "") => self.days(monday, monday.checked_add(1.week()).ok()?),
            (NumberedDate::Week(_), _) => None,
            (NumberedDate::Day(date), "") => self.day(date),
            (NumberedDate::Day(date), clock) => self.clock(date, clock, true),
        }
    }

    /// Returns the period of `count` months from the given month.
    fn months(&self, year: i16, month: i8, count: i32) -> Option<TypedTime> {
        let first = Date::new(year, month, 1).ok()?;
        self.days(first, first.checked_add(count.months()).ok()?)
    }

    /// Reads `2026-W47`, `2026-W47-3`, `2026-325` (ISO 8601) or `20261121` before a time, and
    /// returns the rest of the text.
    fn numbered_day<'t>(&self, text: &'t str) -> Option<(NumberedDate, &'t str)> {
        let mut at = Scanner(text.as_bytes());
        let rest = |at: Scanner<'_>| text.get(text.len() - at.0.len()..);
        if at.count_digits() >= 10 || (at.count_digits() == 8 && text.len() > 8) {
            let date = Date::new(at.digits(4)? as i16, at.digits(2)? as i8, at.digits(2)? as i8).ok()?;
            return Some((NumberedDate::Day(date), rest(at)?));
        }
        let year = at.digits(4).filter(|_| !at.0.starts_with(b" "))? as i16;
        let _ = at.take(b"-");
        if at.take_if(|byte| matches!(byte, b'W' | b'w')).is_none() {
            let day = at.digits(3).filter(|_| at.count_digits() == 0 && text.as_bytes()[4] == b'-')?;
            let date = Date::new(year, 1, 1).ok()?.checked_add((day - 1).days()).ok()?;
            return Some((NumberedDate::Day(date), rest(at)?)).filter(|_| day > 0 && date.year() == year);
        }
        let week = at.digits(2)? as i8;
        let _ = at.take(b"-");
        let in_week = |weekday| ISOWeekDate::new(year, week, weekday).ok().map(ISOWeekDate::date);
        if at.count_digits() != 1 {
            return Some((NumberedDate::Week(in_week(Weekday::Monday)?), rest(at)?));
        }
        let weekday = Weekday::from_monday_one_offset(at.digits(1)? as i8).ok()?;
        Some((NumberedDate::Day(in_week(weekday)?), rest(at)?))
    }

    /// Parses a time of day and a day, in either order: `2 days ago 14:00`, `noon yesterday`.
    fn clock_and_day(&self, text: &str) -> Option<TypedTime> {
        text.match_indices(' ').find_map(|(at, _)| {
            let (left, right) = (&text[..at], &text[at + 1..]);
            let last_first = || self.clock(self.date(right)?, left, true);
            // A plain number is an hour only after the day.
            let is_clock = !left.bytes().all(|byte| byte.is_ascii_digit()) || left.len() == 4;
            let found = self.date(left).and_then(|date| self.clock(date, right, true));
            found.or_else(|| last_first().filter(|_| is_clock))
        })
    }

    /// Parses a string that means one day.
    fn date(&self, text: &str) -> Option<Date> {
        let is_day = |found: &TypedTime| {
            let date = found.first.to_zoned(self.zone().clone()).date();
            Some(date).filter(|date| self.day(*date).as_ref() == Some(found))
        };
        let days_ago = || {
            let span = span_ago(text).or_else(|| text.strip_suffix(" ago")?.parse().ok())?;
            self.now.date().checked_sub(span).ok().filter(|_| is_of_days(&span))
        };
        let found = || self.plain(text).ok()?.or_else(|| self.calendar(text)).as_ref().and_then(is_day);
        self.named_day(text).or_else(days_ago).or_else(found)
    }

    /// Parses `next friday` and `day before yesterday`.
    fn named_day(&self, text: &str) -> Option<Date> {
        let today = self.now.date();
        let lower = text.to_ascii_lowercase();
        if lower == "day before yesterday" {
            return today.checked_sub(2.days()).ok();
        }
        let (weekday, rest) = split_weekday(lower.strip_prefix("next ")?);
        let ahead = (weekday.filter(|_| rest.is_empty())? - i32::from(today.weekday().to_monday_one_offset()) - 1)
            .rem_euclid(7)
            + 1;
        today.checked_add(ahead.days()).ok()
    }

    /// Parses a time and a span to add or subtract: `yesterday 14:30 + 10 min`.
    fn shifted(&self, text: &str) -> Option<TypedTime> {
        let (at, sign) = text.rmatch_indices(['+', '-']).find(|(at, _)| text[..*at].ends_with(' '))?;
        let span = text[at + 1..].trim();
        let span: Span = span.parse().ok().filter(|_| span.bytes().any(|byte| byte.is_ascii_alphabetic()))?;
        let span = if sign == "-" { -span } else { span };
        let typed = self.read(&text[..at]).ok()?;
        let shift = |time: Timestamp| Some(time.to_zoned(self.zone().clone()).checked_add(span).ok()?.timestamp());
        let shifted = TypedTime { first: shift(typed.first)?, last: shift(typed.last)? };
        // Moving a whole day by hours has no obvious meaning.
        Some(shifted).filter(|_| typed.first == typed.last || is_of_days(&span))
    }

    /// Parses a numeric date whose order only its values determine, such as `11/21/2026`, with or
    /// without a time of day after it.
    ///
    /// # Errors
    /// Returns a sentence if several orders fit.
    fn numeric_date(&self, text: &str) -> Result<Option<TypedTime>, String> {
        let (written, clock) = text.split_once(' ').map_or((text, ""), |(date, clock)| (date, clock.trim_start()));
        let written = written.strip_suffix(',').unwrap_or(written);
        // Without a year, two numbers separated by a dot are more likely a time of day.
        let is_date = |style: &&DateStyle| style.has_year() || (!style.named && matches!(style.separator, b'/' | b'-'));
        let mut dates = STYLES.iter().filter(is_date).filter_map(|style| {
            let mut at = Scanner(written.as_bytes());
            let date = style.read(&mut at).filter(|_| at.0.is_empty())?;
            self.latest(date)
        });
        if let Some(first) = dates.next() {
            if dates.any(|other| other != first) {
                return Err("may be day or month first: write it as 2026-11-21".to_owned());
            }
            return Ok(if clock.is_empty() { self.day(first) } else { self.clock(first, clock, true) });
        }
        // In German, a dot follows both the day and the month.
        let german =
            STYLES.iter().find(|style| style.order == Order::DayMonth && style.separator == b'.' && !style.named);
        let day = text.strip_suffix('.').zip(german).and_then(|(_, style)| {
            let mut at = Scanner(text.as_bytes());
            let date = style.read(&mut at).filter(|_| at.0.is_empty())?;
            self.latest(date)
        });
        Ok(day.and_then(|date| self.day(date)))
    }
}

/// Returns whether a span has no part shorter than a day.
fn is_of_days(span: &Span) -> bool {
    let clock = [
        span.get_milliseconds(),
        span.get_microseconds(),
        span.get_nanoseconds(),
        span.get_seconds(),
        span.get_minutes(),
    ];
    span.get_hours() == 0 && clock == [0; 5]
}

/// A numbered part of the calendar.
enum NumberedDate {
    /// The week that begins on this Monday.
    Week(Date),
    Day(Date),
}

/// Returns the first month of a month or quarter without a year, and its number of months.
fn months_named(text: &str) -> Option<(i32, i32)> {
    if let [b'q' | b'Q', quarter @ b'1'..=b'4'] = text.as_bytes() {
        return Some((i32::from(quarter - b'1') * 3 + 1, 3));
    }
    let mut at = Scanner(text.as_bytes());
    let month = at.name(&MONTHS).filter(|_| at.0.is_empty());
    // Short names such as `out`, `set` and `ago` are also other words.
    let foreign = || {
        let mut at = Scanner(text.as_bytes());
        foreign_month(&mut at).filter(|_| at.0.is_empty() && text.len() > 4)
    };
    month.or_else(foreign).map(|month| (month, 1))
}

/// Returns the number in a string of four digits.
fn four_digits(text: &str) -> Option<i32> {
    text.parse().ok().filter(|_| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns the one of two parts that is a four-digit year, and the other part.
fn year_and_part<'t>(one: &'t str, other: &'t str) -> Option<(i16, &'t str)> {
    let year = |text: &str| four_digits(text).filter(|year| (1970..2200).contains(year)).map(|year| year as i16);
    year(one).map(|year| (year, other)).or_else(|| Some((year(other)?, one)))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::timestamp::parse_time;

    /// Regression: each of these was rejected. In this test, now is a Saturday.
    #[test]
    fn phrases_and_parts_of_the_calendar() {
        let now = "2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        let typed = |text: &str| parse_time(text, &now);
        for (text, plain) in [
            ("2026", "2026-01-01T00:00:00Z..2026-12-31T23:59:59.999999999Z"),
            ("this year", "2026"),
            ("this month", "2026-11"),
            ("2026-Q4", "2026-10-01T00:00:00Z..2026-12-31T23:59:59.999999999Z"),
            ("q4 2026", "2026-Q4"),
            ("Nov 2026", "2026-11"),
            ("2026 November", "2026-11"),
            ("2026/11", "2026-11"),
            ("11/2026", "2026-11"),
            ("2026-W47", "2026-11-16T00:00:00Z..2026-11-22T23:59:59.999999999Z"),
            ("2026W47", "2026-W47"),
            ("2026-W47-3", "2026-11-18"),
            ("2026W473 14:30", "2026-11-18 14:30"),
            ("2020-W53-5", "2021-01-01"),
            ("2026-W47-3T14:30", "2026-11-18 14:30"),
            ("2026-325", "2026-11-21"),
            ("2026-325T14:30:05", "2026-11-21 14:30:05"),
            ("2024-366", "2024-12-31"),
            ("20261121T1430", "2026-11-21 14:30"),
            ("20261121 1430", "2026-11-21 14:30"),
            ("202611211430", "2026-11-21 14:30"),
            ("202611211430.05", "2026-11-21 14:30:05"),
            ("20261121T14", "2026-11-21 14"),
            ("0930", "09:30"),
            ("1430", "14:30"),
            ("14h30", "14:30"),
            ("T14:30", "14:30"),
            ("2.30pm", "14:30"),
            ("today 9", "2026-11-21 09"),
            ("today 14h30", "14:30"),
            ("yesterday 14.30", "2026-11-20 14:30"),
            ("yesterday 24:00", "2026-11-21 00:00"),
            ("2026-11-20T24:00:00Z", "2026-11-21 00:00"),
            ("2 days ago 14:00", "2026-11-19 14:00"),
            ("14:00 2 days ago", "2026-11-19 14:00"),
            ("a week ago noon", "2026-11-14 12:00"),
            ("1 month ago 3pm", "2026-10-21 15"),
            ("noon yesterday", "2026-11-20 12:00"),
            ("2 pm yesterday", "2026-11-20 14"),
            ("14:30 UTC yesterday", "2026-11-20 14:30"),
            ("14:30 friday", "2026-11-20 14:30"),
            ("14:30 last saturday", "2026-11-14 14:30"),
            ("14:30 Nov 20", "2026-11-20 14:30"),
            ("3pm on the 20th of November", "2026-11-20 15"),
            ("yesterday at 14:30", "2026-11-20 14:30"),
            ("Nov 21st, 2026", "2026-11-21"),
            ("next saturday", "2026-11-28"),
            ("next monday 09:00", "2026-11-23 09:00"),
            ("the day before yesterday", "2026-11-19"),
            ("day before yesterday 14:30", "2026-11-19 14:30"),
            ("an hour ago", "1h"),
            ("week ago", "7d"),
            ("three hours ago", "3h"),
            ("1 hour and 30 minutes ago", "90m"),
            ("a fortnight ago", "14d"),
            ("2 fortnights ago", "28d"),
            ("2026-11-21 + 1 day", "2026-11-22"),
            ("2026-11-21 14:30 - 10 min", "2026-11-21 14:20"),
            ("yesterday 14:30 +2h", "2026-11-20 16:30"),
            ("2026-11-21T14:30:00+01:00[Europe/Paris]", "2026-11-21T13:30:00Z"),
            ("11/21/2026", "2026-11-21"),
            ("21.11.", "2026-11-21"),
        ] {
            let expected = match plain.split_once("..") {
                Some((first, last)) => format!("{first}..{last}"),
                None => typed(plain).map(|typed| format!("{}..{}", typed.first, typed.last)).unwrap(),
            };
            assert_eq!(typed(text).map(|typed| format!("{}..{}", typed.first, typed.last)), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_text_with_two_meanings_is_refused() {
        let now = "2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        for (text, reason) in [
            ("2h30", "write 02:30 or 2h30m"),
            ("2030", "write 20:30 or 2030-01"),
            ("last week", "write 7d"),
            ("this week", "weeks begin"),
            ("11/12/2026", "day or month first"),
            ("26-11-21", "day or month first"),
            ("14.30", "expected a time"),
            ("9", "may be an hour or an age"),
            ("2460", "expected a time"),
            ("2026-W54", "expected a time"),
            ("2026-W47-8", "expected a time"),
            ("2026-366", "expected a time"),
            ("2026-000", "expected a time"),
            ("2 hours ago 14:00", "expected a time"),
            ("yesterday + 3 hours", "expected a time"),
            ("Mon 2026-11-21", "expected a time"),
            ("14 yesterday", "expected a time"),
            ("24:01", "a day ends at 24:00"),
            ("yesterday 25", "expected a time"),
        ] {
            let refusal = parse_time(text, &now).map(|typed| (typed.first, typed.last)).unwrap_err();
            assert!(refusal.contains(reason), "{text}: {refusal}");
        }
    }
}
