//! One way of writing a time, from its first to its last byte.

use std::fmt;

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::{Timestamp, ToSpan};

use super::civil::{CLOCKS, ClockStyle, DateStyle, Order, STYLES, WrittenDate};
use super::scan::Scanner;
use super::stamp::{DAY, Stamp, days_from_civil};
use super::zone::{Abbreviations, WrittenZone};

/// The separators between a date and its time. A longer one precedes those that are its prefix.
const GAPS: [&[u8]; 18] = [
    b"  ", b" - ", b" time=", b" at ", b" ", b"T", b"t", b"_", b"::", b":", b"-", b", ", b",\"", b",", b"\t", b"/",
    b"@", b";",
];

/// A way of writing a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Notation {
    /// A date, a time of day, or both.
    Civil(Civil),
    /// Seconds since 1970, or thousandths, millionths, or billionths of them.
    Epoch,
    /// A TAI64 or TAI64N label, as multilog and s6-log write it.
    Tai,
    /// Seconds since the machine started.
    Uptime,
    /// A `strptime` format that the user gave.
    Format(Box<str>),
}

/// A date, a time of day, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Civil {
    pub date: Option<DateStyle>,
    /// The separator between the date and the time.
    pub gap: &'static [u8],
    pub clock: ClockStyle,
    /// Whether a zone follows.
    pub zone: bool,
    /// Whether the year comes last.
    pub year_last: bool,
}

/// A time that was read in some notation.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub notation: Notation,
    pub stamp: Stamp,
    /// The number of digits after a comma that follows the seconds.
    pub comma_digits: usize,
    /// The zone that follows.
    pub zone: WrittenZone,
}

impl Notation {
    /// Reads a time in this notation.
    pub fn read(&self, scanner: &mut Scanner<'_>, zones: &Abbreviations) -> Option<Stamp> {
        match self {
            Self::Civil(civil) => civil.read(scanner, zones),
            Self::Epoch => epoch(scanner),
            Self::Tai => tai(scanner),
            Self::Uptime => uptime(scanner),
            Self::Format(format) => formatted(format, scanner),
        }
    }

    /// Returns whether it names the day, if not always the year.
    pub fn has_date(&self) -> bool {
        match self {
            Self::Civil(civil) => civil.date.is_some(),
            Self::Uptime => false,
            _ => true,
        }
    }

    /// Returns all notations in which a time begins at `text`.
    pub fn all(text: &[u8], zones: &Abbreviations) -> Vec<Candidate> {
        let mut found = Vec::new();
        let mut add = |notation: Notation, stamp| {
            found.push(Candidate { notation, stamp, comma_digits: 0, zone: WrittenZone::Nothing });
        };
        match text.first() {
            Some(b'@') => {
                if let Some(stamp) = tai(&mut Scanner(text)) {
                    add(Self::Tai, stamp);
                }
                return found;
            }
            Some(byte) if byte.is_ascii_digit() => {
                if let Some(stamp) = epoch(&mut Scanner(text)) {
                    add(Self::Epoch, stamp);
                }
            }
            Some(byte) if byte.is_ascii_alphabetic() => {}
            _ => return found,
        }
        for style in STYLES {
            let mut at = Scanner(text);
            let Some(date) = style.read(&mut at) else { continue };
            let Some(gap) = GAPS.iter().find(|gap| {
                let mut after = at;
                after.take(gap).is_some() && after.one_or_two_digits().is_some()
            }) else {
                continue;
            };
            at.0 = &at.0[gap.len()..];
            found.extend(Civil::learn(Some((style, date)), gap, at, zones));
        }
        if text[0].is_ascii_digit() {
            found.extend(Civil::learn(None, b"", Scanner(text), zones));
        }
        found
    }
}

impl Civil {
    fn learn(
        date: Option<(DateStyle, WrittenDate)>,
        gap: &'static [u8],
        clock_at: Scanner<'_>,
        zones: &Abbreviations,
    ) -> Option<Candidate> {
        for clock in CLOCKS {
            let mut at = clock_at;
            let Some((second, nanoseconds)) = clock.read(&mut at) else { continue };
            // Digits without a date are a time of day only with colons.
            if date.is_none() && (clock.separator != b':' || clock_at.peek() == Some(b' ')) {
                continue;
            }
            let comma_digits = comma_digits(clock_at.0, at.0);
            let mut civil = Self { date: date.map(|(style, _)| style), gap, clock, zone: false, year_last: false };
            let mut year = date.and_then(|(_, date)| date.year);
            let trailing = |at: &mut Scanner<'_>| {
                let wants = date.is_some_and(|(style, date)| style.named && date.year.is_none());
                if wants { trailing_year(at) } else { None }
            };
            let before = trailing(&mut at);
            let written = zones.read(&mut at);
            let after = before.or_else(|| trailing(&mut at));
            civil.zone = !matches!(written, WrittenZone::Nothing);
            if after.is_some() {
                civil.year_last = true;
                year = after;
            }
            if ends_badly(at) || (date.is_none() && is_longer(at)) {
                return None;
            }
            let stamp = stamp(date.map(|(_, date)| date), year, (second, nanoseconds), &written, zones)?;
            return Some(Candidate { notation: Notation::Civil(civil), stamp, comma_digits, zone: written });
        }
        None
    }

    fn read(&self, scanner: &mut Scanner<'_>, zones: &Abbreviations) -> Option<Stamp> {
        let mut at = *scanner;
        let mut date = None;
        if let Some(style) = self.date {
            date = Some(style.read(&mut at)?);
            at.take(self.gap)?;
        }
        let (second, nanoseconds) = self.clock.read(&mut at)?;
        let mut year = date.and_then(|date| date.year);
        if self.year_last {
            year = trailing_year(&mut at);
        }
        let mut written = WrittenZone::Nothing;
        if self.zone {
            written = zones.read(&mut at);
            if matches!(written, WrittenZone::Nothing | WrittenZone::Unclear) {
                return None;
            }
        }
        if self.year_last && year.is_none() {
            year = Some(trailing_year(&mut at)?);
        }
        if ends_badly(at) || (date.is_none() && is_longer(at)) {
            return None;
        }
        let stamp = stamp(date, year, (second, nanoseconds), &written, zones)?;
        *scanner = at;
        Some(stamp)
    }
}

/// Returns whether the text after a time shows that it was something else or only partly
/// recognised.
fn ends_badly(at: Scanner<'_>) -> bool {
    at.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Returns whether more numbers follow a time without a date, as in a hardware address.
fn is_longer(at: Scanner<'_>) -> bool {
    matches!(at.0, [b':', next, ..] if next.is_ascii_alphanumeric())
}

fn comma_digits(from: &[u8], to: &[u8]) -> usize {
    let read = &from[..from.len() - to.len()];
    match memchr::memchr(b',', read) {
        Some(at) => Scanner(&read[at + 1..]).count_digits(),
        None => 0,
    }
}

/// Reads a four-digit year after a blank.
fn trailing_year(scanner: &mut Scanner<'_>) -> Option<i32> {
    let mut at = *scanner;
    at.take(b" ")?;
    let year = at.digits(4).filter(|year| (1970..2200).contains(year))?;
    if at.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':' | b'-' | b'/')) {
        return None;
    }
    *scanner = at;
    Some(year)
}

/// Combines the parts of a written time.
fn stamp(
    date: Option<WrittenDate>,
    year: Option<i32>,
    (second, nanoseconds): (i32, i32),
    zone: &WrittenZone,
    zones: &Abbreviations,
) -> Option<Stamp> {
    let Some(date) = date else { return Some(Stamp::Clock(second, nanoseconds)) };
    let Some(year) = year else {
        // The 29th of February exists in some year.
        days_from_civil(2024, date.month, date.day)?;
        return Some(Stamp::Yearless(date.month as i8, date.day as i8, second, nanoseconds));
    };
    let local = days_from_civil(year, date.month, date.day)? * DAY + i64::from(second);
    match zone {
        WrittenZone::Offset(offset) => Timestamp::new(local - i64::from(*offset), nanoseconds).ok().map(Stamp::Instant),
        WrittenZone::Region(region) if zones.region.as_ref() != Some(region) => {
            let time = DateTime::new(1970, 1, 1, 0, 0, 0, nanoseconds).ok()?.checked_add(local.seconds()).ok()?;
            region.to_ambiguous_timestamp(time).compatible().ok().map(Stamp::Instant)
        }
        WrittenZone::Nothing | WrittenZone::Unclear | WrittenZone::Region(_) => Some(Stamp::Local(local, nanoseconds)),
    }
}

/// Reads seconds (with or without a fraction), milliseconds, microseconds or nanoseconds since
/// 1970.
///
/// The number of digits distinguishes them, which works from 2001 to 2100.
pub(super) fn epoch(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
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
    // A number that continues as something else, such as an address or a name, is not a time.
    let goes_on =
        at.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/'));
    if goes_on || !(1_000_000_000..4_102_444_800).contains(&seconds) {
        return None;
    }
    *scanner = at;
    let nanoseconds = if extra == 0 { fraction } else { nanoseconds };
    Timestamp::new(seconds, nanoseconds).ok().map(Stamp::Instant)
}

/// Reads `@` and 16 or 24 hexadecimal digits: <https://cr.yp.to/libtai/tai64.html>. The leap
/// seconds since 1972 are not subtracted, because multilog and s6-log do not add them.
fn tai(scanner: &mut Scanner<'_>) -> Option<Stamp> {
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

/// Reads the padded seconds of `[ 0.123456]`, after the bracket.
fn uptime(scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let mut at = *scanner;
    at.take_while(|byte| byte == b' ');
    let digits = at.count_digits();
    let seconds = at.digits(digits.clamp(1, 8))?;
    if at.peek() != Some(b'.') {
        return None;
    }
    let nanoseconds = at.fraction(b".");
    // With `printk.caller`, the number of the processor or thread follows.
    at.take_while(|byte| byte == b' ');
    at.take(b"]")?;
    *scanner = at;
    Some(Stamp::Uptime(i64::from(seconds), nanoseconds))
}

/// Returns the seconds since boot if `text` begins with a bracket that holds them.
pub(super) fn is_uptime(text: &[u8]) -> Option<Stamp> {
    uptime(&mut Scanner(text))
}

fn formatted(format: &str, scanner: &mut Scanner<'_>) -> Option<Stamp> {
    let (read, len) = BrokenDownTime::parse_prefix(format, scanner.0).ok()?;
    let rest = Scanner(scanner.0.get(len..)?);
    if ends_badly(rest) {
        return None;
    }
    let stamp = if let Some(time) = read.timestamp() {
        Stamp::Instant(time)
    } else {
        let time = read.to_time().ok()?;
        let (hour, minute, second) = (i32::from(time.hour()), i32::from(time.minute()), i32::from(time.second()));
        let second = hour * 3600 + minute * 60 + second;
        let nanoseconds = time.subsec_nanosecond();
        match (read.to_date(), read.month(), read.day()) {
            (Ok(date), ..) if read.offset().is_some() => {
                let offset = i64::from(read.offset()?.seconds());
                let days = days_from_civil(date.year().into(), date.month().into(), date.day().into())?;
                Stamp::Instant(Timestamp::new(days * DAY + i64::from(second) - offset, nanoseconds).ok()?)
            }
            (Ok(date), ..) => {
                let days = days_from_civil(date.year().into(), date.month().into(), date.day().into())?;
                Stamp::Local(days * DAY + i64::from(second), nanoseconds)
            }
            (Err(_), Some(month), Some(day)) => Stamp::Yearless(month, day, second, nanoseconds),
            (Err(_), ..) => Stamp::Clock(second, nanoseconds),
        }
    };
    *scanner = rest;
    Some(stamp)
}

impl fmt::Display for Notation {
    /// Writes the notation as a `strftime` format, if there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Civil(civil) => civil.fmt(f),
            Self::Epoch => f.write_str("seconds since 1970 (%s)"),
            Self::Tai => f.write_str("TAI64N"),
            Self::Uptime => f.write_str("seconds since boot"),
            Self::Format(format) => f.write_str(format),
        }
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(date) = self.date {
            let (month, year) = (if date.named { "%b" } else { "%m" }, if date.short_year { "%y" } else { "%Y" });
            let parts: &[&str] = match date.order {
                Order::YearMonthDay => &[year, month, "%d"],
                Order::DayMonthYear => &["%d", month, year],
                Order::MonthDayYear => &[month, "%d", year],
                Order::MonthDay => &[month, "%d"],
                Order::DayMonth => &["%d", month],
            };
            let separator = if date.separator == 0 { String::new() } else { char::from(date.separator).to_string() };
            let weekday = if date.weekday { "%a " } else { "" };
            write!(f, "{weekday}{}{}", parts.join(&separator), String::from_utf8_lossy(self.gap).replace('\t', "%t"))?;
        }
        let separator =
            if self.clock.separator == 0 { String::new() } else { char::from(self.clock.separator).to_string() };
        let hour = if self.clock.half_day { "%I" } else { "%H" };
        write!(f, "{hour}{separator}%M")?;
        if self.clock.seconds {
            let fraction = if self.clock.colon_fraction { ":%f" } else { "%.f" };
            write!(f, "{separator}%S{fraction}")?;
        }
        let half_day = if self.clock.half_day { " %p" } else { "" };
        let zone = if self.zone { "%Z" } else { "" };
        let year = if self.year_last { " %Y" } else { "" };
        write!(f, "{half_day}{zone}{year}")
    }
}
