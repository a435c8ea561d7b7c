//! Which time a log line begins with, if any: RFC 3339 and its relatives, syslog (RFC 3164 and 5424), the Apache and nginx
//! logs, seconds or milliseconds since the epoch, and the time field of a JSON object.
//!
//! A time is looked for only where a format puts it. A date somewhere within a stack trace begins no entry.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use super::scan::Scanner;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Keys of a JSON object that hold its time, in the order they are looked for.
const JSON_KEYS: [&[u8]; 5] = [b"\"time\":", b"\"ts\":", b"\"timestamp\":", b"\"@timestamp\":", b"\"t\":"];

/// How much of a line may come before its time, in bytes: more is not searched.
pub(super) const HEAD: usize = 1024;

/// Turns the start of a line into a time.
///
/// What a line leaves unsaid, its time zone or its year, is taken from here.
#[derive(Clone, Debug)]
pub struct Recognizer {
    zone: TimeZone,
    latest: Timestamp,
}

impl Recognizer {
    /// Times without a zone are in `zone`. Those without a year are taken to lie in the twelve months before `latest`,
    /// which for a file is best the time of its last change.
    #[must_use]
    pub fn new(zone: TimeZone, latest: Timestamp) -> Self {
        Self { zone, latest }
    }

    /// The time `line` begins with. It may be cut after its first kilobyte.
    #[must_use]
    pub fn recognize(&self, line: &[u8]) -> Option<Timestamp> {
        let line = &line[..line.len().min(HEAD)];
        match *line.first()? {
            b' ' | b'\t' | b'\n' | b'\r' => None,
            b'{' => self.json(line),
            _ => self.leading(line).or_else(|| self.common_log(line)),
        }
    }

    /// A time at the very start, or after a syslog priority, a bracket, or the name of a level.
    fn leading(&self, line: &[u8]) -> Option<Timestamp> {
        let mut scanner = Scanner(line);
        if scanner.take(b"<").is_some() {
            let digits = scanner.count_digits();
            scanner.digits(digits.min(3))?;
            scanner.take(b">")?;
            // RFC 5424 has its version here, RFC 3164 nothing.
            let _ = scanner.take(b"1 ");
        }
        let level = scanner.0.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
        if (3..=8).contains(&level) {
            scanner.0 = &scanner.0[level..];
            let _ = scanner.take(b":");
            scanner.take(b" ")?;
            scanner.spaces();
        }
        let _ = scanner.take_if(|byte| matches!(byte, b'[' | b'(' | b'"'));
        match scanner.peek()? {
            b'0'..=b'9' => self.numeric(&mut scanner).or_else(|| epoch(&mut scanner)),
            _ => self.named_month(&mut scanner),
        }
    }

    /// `2026-11-21T01:47:04.5+01:00`, with `/` for `-`, with a space, without fraction or zone.
    pub(super) fn numeric(&self, scanner: &mut Scanner<'_>) -> Option<Timestamp> {
        let mut at = *scanner;
        let date = numeric_date(&mut at)?;
        at.take_if(|byte| matches!(byte, b'T' | b't' | b' ' | b'_'))?;
        let time = time_of_day(&mut at)?;
        let time = self.in_zone(DateTime::from_parts(date, time), zone_offset(&mut at))?;
        *scanner = at;
        Some(time)
    }

    /// `Nov 21 01:47:04`, `Nov 21 2026 01:47:04` and `Sat Nov 21 01:47:04.123456 2026`.
    pub(super) fn named_month(&self, scanner: &mut Scanner<'_>) -> Option<Timestamp> {
        let mut at = *scanner;
        if at.name(&WEEKDAYS).is_some() {
            at.take(b" ")?;
        }
        let month = at.name(&MONTHS)?;
        at.take(b" ")?;
        let _ = at.take(b" ");
        let digits = at.count_digits();
        let day = at.digits(digits.min(2))? as i8;
        at.take(b" ")?;
        let mut year = None;
        if at.count_digits() == 4 {
            year = at.digits(4);
            at.take(b" ")?;
        }
        let time = time_of_day(&mut at)?;
        if year.is_none() {
            let mut after = at;
            if after.take(b" ").is_some() && after.count_digits() == 4 {
                year = after.digits(4).filter(|_| after.peek().is_none_or(|byte| !byte.is_ascii_alphanumeric()));
                if year.is_some() {
                    at = after;
                }
            }
        }
        *scanner = at;
        match year {
            Some(year) => self.in_zone(DateTime::from_parts(Date::new(year as i16, month, day).ok()?, time), None),
            None => self.without_year(month, day, time),
        }
    }

    /// The latest year in which the time is not after [`Self::latest`], with a day's grace for clocks that differ.
    fn without_year(&self, month: i8, day: i8, time: Time) -> Option<Timestamp> {
        let limit = self.latest.as_second().saturating_add(86_400);
        let year = self.zone.to_datetime(self.latest).year();
        // The 29th of February may be eight years back; the year after `latest` may be within the grace.
        (year.saturating_sub(8)..=year.saturating_add(1)).rev().find_map(|year| {
            let date = Date::new(year, month, day).ok()?;
            self.in_zone(DateTime::from_parts(date, time), None).filter(|time| time.as_second() <= limit)
        })
    }

    /// `127.0.0.1 - frank [21/Nov/2026:01:47:04 +0100] "GET …`
    fn common_log(&self, line: &[u8]) -> Option<Timestamp> {
        memchr::memchr_iter(b'[', line).find_map(|at| self.day_month_year(&mut Scanner(&line[at + 1..])))
    }

    /// `21/Nov/2026:01:47:04 +0100`
    pub(super) fn day_month_year(&self, scanner: &mut Scanner<'_>) -> Option<Timestamp> {
        let mut at = *scanner;
        let day = at.digits(2)? as i8;
        at.take(b"/")?;
        let month = at.name(&MONTHS)?;
        at.take(b"/")?;
        let year = at.digits(4)? as i16;
        at.take(b":")?;
        let time = time_of_day(&mut at)?;
        let date = Date::new(year, month, day).ok()?;
        let time = self.in_zone(DateTime::from_parts(date, time), zone_offset(&mut at))?;
        *scanner = at;
        Some(time)
    }

    /// `{"level":"info","ts":"2026-11-21T01:47:04Z",…`
    fn json(&self, line: &[u8]) -> Option<Timestamp> {
        JSON_KEYS.iter().find_map(|key| {
            let at = memchr::memmem::find(line, key)?;
            let mut scanner = Scanner(&line[at + key.len()..]);
            scanner.spaces();
            let _ = scanner.take(b"\"");
            self.numeric(&mut scanner).or_else(|| epoch(&mut scanner))
        })
    }

    pub(super) fn in_zone(&self, local: DateTime, offset: Option<Offset>) -> Option<Timestamp> {
        match offset {
            Some(offset) => offset.to_timestamp(local).ok(),
            None => self.zone.to_ambiguous_timestamp(local).compatible().ok(),
        }
    }
}

/// `2026-11-21` or `2026/11/21`.
pub(super) fn numeric_date(scanner: &mut Scanner<'_>) -> Option<Date> {
    let year = scanner.digits(4)? as i16;
    let separator = scanner.take_if(|byte| matches!(byte, b'-' | b'/'))?;
    let month = scanner.digits(2)? as i8;
    scanner.take(&[separator])?;
    let day = scanner.digits(2)? as i8;
    Date::new(year, month, day).ok()
}

/// `01:47:04` with or without a fraction. A leap second is taken for the one before it.
fn time_of_day(scanner: &mut Scanner<'_>) -> Option<Time> {
    let hour = scanner.digits(2)? as i8;
    scanner.take(b":")?;
    let minute = scanner.digits(2)? as i8;
    scanner.take(b":")?;
    let second = scanner.digits(2)? as i8;
    Time::new(hour, minute, if second == 60 { 59 } else { second }, scanner.fraction()).ok()
}

/// `Z`, `+01:00`, `+0100`, `+01` or ` UTC`, before the last four also after a space. Taken only if it is one.
pub(super) fn zone_offset(scanner: &mut Scanner<'_>) -> Option<Offset> {
    let mut at = *scanner;
    let spaced = at.take(b" ").is_some();
    let offset = match at.peek()? {
        b'Z' | b'z' if !spaced => {
            at.0 = &at.0[1..];
            Offset::UTC
        }
        b'U' | b'G' => {
            at.take(b"UTC").or_else(|| at.take(b"GMT"))?;
            Offset::UTC
        }
        sign @ (b'+' | b'-') => {
            at.0 = &at.0[1..];
            let hours = at.digits(2)?;
            let colon = at.take(b":").is_some();
            let minutes = if colon || at.count_digits() == 2 { at.digits(2)? } else { 0 };
            let seconds = hours * 3600 + minutes * 60;
            Offset::from_seconds(if sign == b'-' { -seconds } else { seconds }).ok()?
        }
        _ => return None,
    };
    if at.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    *scanner = at;
    Some(offset)
}

/// Seconds (with or without a fraction), milli-, micro- or nanoseconds since 1970, told apart by the number of digits. That
/// holds from 2001 to 2286.
pub(super) fn epoch(scanner: &mut Scanner<'_>) -> Option<Timestamp> {
    let mut at = *scanner;
    let (per_second, extra) = match at.count_digits() {
        10 => (1, 0),
        13 => (1_000, 3),
        16 => (1_000_000, 6),
        19 => (1_000_000_000, 9),
        _ => return None,
    };
    let mut seconds = i64::from(at.digits(5)?) * 100_000;
    seconds += i64::from(at.digits(5)?);
    let nanoseconds = at.digits(extra)? * (1_000_000_000 / per_second) + if extra == 0 { at.fraction() } else { 0 };
    // A number that goes on as something else, such as an address or a name, is no time.
    if at.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/')) {
        return None;
    }
    *scanner = at;
    Timestamp::new(seconds, nanoseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two hours ahead of UTC, as at the end of November 2026.
    fn recognize(line: &str) -> Option<String> {
        let zone = TimeZone::fixed(Offset::constant(2));
        let latest = "2026-11-21T12:00:00Z".parse().expect("a time");
        Recognizer::new(zone, latest).recognize(line.as_bytes()).map(|time| time.to_string())
    }

    #[track_caller]
    fn same(line: &str, time: &str) {
        assert_eq!(recognize(line).as_deref(), Some(time), "{line}");
    }

    #[test]
    fn rfc_3339_and_its_relatives() {
        same("2026-11-21T01:47:04Z up", "2026-11-21T01:47:04Z");
        same("2026-11-21t01:47:04.25z", "2026-11-21T01:47:04.25Z");
        same("2026-11-21T01:47:04.123456789-05:30 up", "2026-11-21T07:17:04.123456789Z");
        same("2026-11-21 01:47:04,123 INFO up", "2026-11-20T23:47:04.123Z");
        same("2026-11-21 01:47:04 +0100 up", "2026-11-21T00:47:04Z");
        same("2026-11-21 01:47:04.5 UTC [1] LOG", "2026-11-21T01:47:04.5Z");
        same("2026/11/21 01:47:04 [error] 12#0", "2026-11-20T23:47:04Z");
        same("[2026-11-21T01:47:04+01] up", "2026-11-21T00:47:04Z");
        same("ERROR: [2026-11-21T01:47:04Z] up", "2026-11-21T01:47:04Z");
        same("2026-12-31T23:59:60Z leap", "2026-12-31T23:59:59Z");
        same("2026-11-21 01:47:04 Up and running", "2026-11-20T23:47:04Z");
        same("2026-11-21 01:47:04 -5 degrees", "2026-11-20T23:47:04Z");
    }

    #[test]
    fn syslog() {
        same("Nov 21 01:47:04 host sshd[1]: up", "2026-11-20T23:47:04Z");
        same("<34>Oct  1 22:14:15 host su: up", "2026-10-01T20:14:15Z");
        same("<165>1 2026-10-11T22:14:15.003Z host app 1 - - up", "2026-10-11T22:14:15.003Z");
        same("Nov 21 2025 01:47:04: %ASA-6: up", "2025-11-20T23:47:04Z");
        same("[Sat Nov 21 01:47:04.123456 2026] [core:error]", "2026-11-20T23:47:04.123456Z");
    }

    #[test]
    fn a_missing_year_is_the_last_that_fits() {
        same("Dec 31 23:00:00 host", "2025-12-31T21:00:00Z");
        same("Nov 22 13:59:00 host", "2026-11-22T11:59:00Z");
        same("Nov 22 14:01:00 host", "2025-11-22T12:01:00Z");
        same("Feb 29 12:00:00 host", "2024-02-29T10:00:00Z");
    }

    #[test]
    fn web_servers() {
        same("127.0.0.1 - - [21/Nov/2026:01:47:04 +0100] \"GET / HTTP/1.1\" 200", "2026-11-21T00:47:04Z");
        same("::1 - a[b [21/Nov/2026:01:47:04 +0000] \"GET / HTTP/1.1\" 200", "2026-11-21T01:47:04Z");
    }

    #[test]
    fn since_the_epoch() {
        same("1795225624 up", "2026-11-21T01:47:04Z");
        same("1795225624.25 up", "2026-11-21T01:47:04.25Z");
        same("1795225624123\tup", "2026-11-21T01:47:04.123Z");
        same("[1795225624123456] up", "2026-11-21T01:47:04.123456Z");
        same("1795225624", "2026-11-21T01:47:04Z");
    }

    #[test]
    fn json() {
        same(r#"{"level":"info","ts":"2026-11-21T01:47:04Z","msg":"up"}"#, "2026-11-21T01:47:04Z");
        same(r#"{"time": 1795225624123, "msg":"up"}"#, "2026-11-21T01:47:04.123Z");
        same(r#"{"@timestamp":1795225624.5}"#, "2026-11-21T01:47:04.5Z");
    }

    #[test]
    fn what_only_looks_like_a_time() {
        for line in [
            "",
            "\n",
            "    at 2026-11-21T01:47:04Z",
            "at 2026-11-21T01:47:04Z",
            "2026-11-21",
            "2026-13-21T01:47:04Z",
            "2026-11-21T25:47:04Z",
            "1795225624-a",
            "1795225624.1.2",
            "179522562",
            "17952256241",
            "Nov",
            "November rain",
            "Nov 31 01:47:04",
            "<34",
            "<34>",
            "{}",
            "\"",
            "Caused by: [21/Nov]",
        ] {
            assert_eq!(recognize(line), None, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_strange(line in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            let _ = recognize(&String::from_utf8_lossy(&line));
        }

        #[test]
        fn every_time_is_read_back(second in 1_000_000_000i64..4_102_444_800, milli in 0..1000) {
            let time = Timestamp::new(second, milli * 1_000_000).expect("in range");
            let expected = Some(time.to_string());
            proptest::prop_assert_eq!(&recognize(&format!("{time} x")), &expected);
            proptest::prop_assert_eq!(&recognize(&format!("{} x", time.as_millisecond())), &expected);
            let zoned = time.to_zoned(TimeZone::fixed(Offset::constant(-7)));
            proptest::prop_assert_eq!(&recognize(&zoned.strftime("%Y-%m-%d %H:%M:%S%.f%z x").to_string()), &expected);
            let whole = Some(Timestamp::from_second(second).expect("in range").to_string());
            proptest::prop_assert_eq!(recognize(&zoned.strftime("h - - [%d/%b/%Y:%H:%M:%S %z] x").to_string()), whole);
        }
    }
}
