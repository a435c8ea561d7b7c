//! A date, a time of day, or both, with a zone, in the order in which a log writes them.

use std::fmt;

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};

use super::super::stamp::{DAY, Stamp, Yearless, days_from_civil};
use super::civil::{CJK, DateStyle, Order, STYLES, WrittenDate};
use super::clock::{CLOCKS, ClockStyle, FractionMark};
use super::gaps::{TURNED_GAPS, take_gap};
use super::scan::Scanner;
use super::zone::{Abbreviations, WrittenZone};

/// A date, a time of day, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Civil {
    pub date: Option<DateStyle>,
    /// The separator between the date and the time.
    pub gap: &'static [u8],
    pub clock: ClockStyle,
    /// Whether a zone follows the time.
    pub zone: bool,
    /// Whether the year comes last.
    pub year_last: bool,
    pub first: FirstPart,
}

/// The part that precedes a date with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FirstPart {
    Date,
    Clock,
    /// The abbreviation of a zone, as in Monit's logs: `[CET Nov 21 14:30:05]`.
    Zone,
}

/// A time found in a string.
#[derive(Clone, Debug)]
pub struct FoundTime {
    pub civil: Civil,
    pub stamp: Stamp,
    /// The number of digits after a comma that follows the seconds.
    pub comma_digits: usize,
    /// The zone that follows.
    pub zone: WrittenZone,
}

impl FoundTime {
    /// Reads the time at the start of `text`.
    pub fn new(civil: Civil, text: &[u8], zones: &Abbreviations) -> Option<Self> {
        let stamp = civil.read(&mut Scanner(text), zones)?;
        Some(Self { civil, stamp, comma_digits: 0, zone: WrittenZone::Nothing })
    }
}

impl Civil {
    /// Returns the times of day at the start of `clock_at`, each with the date before it.
    ///
    /// These are the time in the style that reads the most, and the one without leading zeros,
    /// which other lines may need.
    pub fn detect(
        date: Option<(DateStyle, WrittenDate)>,
        gap: &'static [u8],
        clock_at: Scanner<'_>,
        zones: &Abbreviations,
    ) -> Vec<FoundTime> {
        let mut found = Vec::new();
        let mut is_read = false;
        for clock in CLOCKS {
            // Without a date, digits are a time of day only if they have colons, or in a job's log.
            let bare = matches!(clock.separator, b':' | b'.') && !clock.unpadded && !clock.point;
            let bare = bare && matches!(clock.mark, FractionMark::Point | FractionMark::Colon);
            let mut at = clock_at;
            // Four digits are a time only as part of a longer number.
            let part = clock.separator != 0 || clock.seconds || gap.is_empty();
            if (is_read && !clock.unpadded) || (date.is_none() && !bare) || !part {
                continue;
            }
            let Some(time) = clock.read(&mut at) else { continue };
            // Without a date, two more digits are more likely the number of a frame.
            let read = &clock_at.0[..clock_at.0.len() - at.0.len()];
            if date.is_none() && clock.mark == FractionMark::Colon && matches!(read, [.., b':', _, _]) {
                continue;
            }
            if date.is_none() && clock.separator == b'.' && !names_a_job(at) {
                continue;
            }
            is_read = true;
            let style = date.map(|(style, _)| style);
            let civil = Self { date: style, gap, clock, zone: false, year_last: false, first: FirstPart::Date };
            let candidate = civil.complete(date.map(|(_, date)| date), time, at, zones);
            let comma_digits = comma_digits(clock_at.0, at.0);
            found.extend(candidate.map(|candidate| FoundTime { comma_digits, ..candidate }));
        }
        found
    }

    /// Returns the time whose date and time of day end at `at`, with the zone and year that follow.
    fn complete(
        mut self,
        date: Option<WrittenDate>,
        time: (i32, i32),
        mut at: Scanner<'_>,
        zones: &Abbreviations,
    ) -> Option<FoundTime> {
        let mut year = date.and_then(|date| date.year);
        let wants_year = self.date.is_some_and(|style| style.named) && year.is_none();
        let trailing = |at: &mut Scanner<'_>| if wants_year { trailing_year(at) } else { None };
        let before = trailing(&mut at);
        let written = zones.read(&mut at);
        let after = before.or_else(|| trailing(&mut at));
        self.zone = !matches!(written, WrittenZone::Nothing);
        if after.is_some() {
            self.year_last = true;
            year = after;
        }
        let is_date = !self.clock.seconds && is_date_of_another(at);
        if ends_badly(at) || (date.is_none() && (is_longer(at) || is_date)) {
            return None;
        }
        let stamp = stamp(date, year, time, &self.zone_of(&written), zones)?;
        Some(FoundTime { civil: self, stamp, comma_digits: 0, zone: written })
    }

    /// Returns the times at the start of `text` in which the date follows the time of day.
    pub fn detect_turned(text: &[u8], zones: &Abbreviations) -> Vec<FoundTime> {
        let mut found = Vec::new();
        let colons = CLOCKS.into_iter().filter(|clock| {
            clock.separator == b':'
                && !clock.unpadded
                && !clock.point
                && matches!(clock.mark, FractionMark::Point | FractionMark::Colon)
        });
        // A comma starts a fraction or the date's column.
        let commas_end = colons.clone().map(|clock| ClockStyle { comma_ends: true, ..clock });
        for clock in colons.chain(commas_end) {
            if !found.is_empty() {
                break;
            }
            let mut at = Scanner(text);
            if clock.read(&mut at).is_none() {
                continue;
            }
            let zone = !matches!(zones.read(&mut at), WrittenZone::Nothing);
            let Some(gap) = TURNED_GAPS.into_iter().find(|gap| at.0.starts_with(gap)) else { continue };
            let civil = |style| Self { date: Some(style), gap, clock, zone, year_last: false, first: FirstPart::Clock };
            found.extend(STYLES.into_iter().filter_map(|style| FoundTime::new(civil(style), text, zones)));
        }
        found.retain(|candidate| !matches!(candidate.stamp, Stamp::Yearless(..)));
        found
    }

    /// Returns the meaning of a written zone after this time of day.
    fn zone_of(&self, written: &WrittenZone) -> WrittenZone {
        match written {
            // DB2 writes minutes east of Greenwich; Windows writes the minutes to add to the local
            // time.
            WrittenZone::Minutes(minutes) if self.clock.separator == b'.' => WrittenZone::Offset(minutes * 60),
            WrittenZone::Minutes(minutes) => WrittenZone::Offset(-minutes * 60),
            other => other.clone(),
        }
    }

    /// Returns the separator that some lines have instead of `gap`. Where several programs write to
    /// a log, as in QEMU's and that of MySQL's container, ISO 8601's `T` and a blank both occur.
    pub fn other_gap(&self) -> Option<&'static [u8]> {
        let date = self.date.filter(|date| date.order == Order::YearMonthDay && date.separator == b'-')?;
        match self.gap {
            b"T" if !date.short_year => Some(b" "),
            b" " if !date.short_year => Some(b"T"),
            _ => None,
        }
    }

    pub fn read(&self, scanner: &mut Scanner<'_>, zones: &Abbreviations) -> Option<Stamp> {
        let mut at = *scanner;
        let mut written = WrittenZone::Nothing;
        if self.first == FirstPart::Zone {
            written = WrittenZone::Offset(zones.leading(&mut at)?);
        }
        let mut date = None;
        if let Some(style) = self.date.filter(|_| self.first != FirstPart::Clock) {
            date = Some(style.read(&mut at)?);
            let other = self.other_gap().filter(|gap| at.0.starts_with(gap));
            take_gap(&mut at, other.unwrap_or(self.gap))?;
        }
        let (second, nanoseconds) = self.clock.read(&mut at)?;
        let mut year = date.and_then(|date| date.year);
        if self.year_last {
            year = trailing_year(&mut at);
        }
        if self.zone {
            written = zones.read(&mut at);
            if matches!(written, WrittenZone::Nothing | WrittenZone::Unclear) {
                return None;
            }
        }
        if let Some(style) = self.date.filter(|_| self.first == FirstPart::Clock) {
            take_gap(&mut at, self.gap)?;
            date = Some(style.read(&mut at)?);
            year = date.and_then(|date| date.year);
        }
        if self.year_last && year.is_none() {
            year = Some(trailing_year(&mut at)?);
        }
        if ends_badly(at) || (date.is_none() && is_longer(at)) {
            return None;
        }
        let stamp = stamp(date, year, (second, nanoseconds), &self.zone_of(&written), zones)?;
        *scanner = at;
        Some(stamp)
    }
}

/// Returns whether a job identifier follows, as in the logs of z/OS: `14.30.05 JOB01234  `.
fn names_a_job(at: Scanner<'_>) -> bool {
    matches!(at.0, [b' ', b'J', b'O', b'B', digit, ..] | [b' ', b'S', b'T', b'C', digit, ..] | [b' ', b'T', b'S', b'U', digit, ..]
        if digit.is_ascii_digit())
}

/// Returns whether the text after a time shows that it was not a time or that only a part of it was
/// read.
pub fn ends_badly(at: Scanner<'_>) -> bool {
    at.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Returns whether more numbers follow a time without a date, as in a hardware address or in Zephyr's
/// `[00:01:23.456,789]`.
fn is_longer(at: Scanner<'_>) -> bool {
    match at.0 {
        [b':', next, ..] => next.is_ascii_alphanumeric(),
        [b',', a, b, c, b']', ..] => [a, b, c].into_iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Returns whether another time of day follows one of two numbers, which is then a date, as in
/// IMail's `12:31 18:18`.
fn is_date_of_another(at: Scanner<'_>) -> bool {
    matches!(at.0, [b' ', a, b, b':', c, d, b' ', ..] if [a, b, c, d].into_iter().all(u8::is_ascii_digit))
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
    let continues = match at.0 {
        [b':', next, ..] => next.is_ascii_digit(),
        [b'.' | b'-' | b'/', next, ..] => next.is_ascii_alphanumeric(),
        [next, ..] => next.is_ascii_alphanumeric(),
        [] => false,
    };
    if continues {
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
        // The 29th of February exists in this year.
        days_from_civil(2024, date.month, date.day)?;
        let offset = if let WrittenZone::Offset(offset) = zone { Some(*offset) } else { None };
        let (month, day) = (date.month as i8, date.day as i8);
        return Some(Stamp::Yearless(Yearless { month, day, second, nanoseconds, offset }));
    };
    let local = days_from_civil(year, date.month, date.day)? * DAY + i64::from(second);
    match zone {
        WrittenZone::Offset(offset) => Timestamp::new(local - i64::from(*offset), nanoseconds).ok().map(Stamp::Instant),
        WrittenZone::Region(region) if zones.region.as_ref() != Some(region) => {
            let time = DateTime::new(1970, 1, 1, 0, 0, 0, nanoseconds).ok()?.checked_add(local.seconds()).ok()?;
            region.to_ambiguous_timestamp(time).compatible().ok().map(Stamp::Instant)
        }
        WrittenZone::Nothing | WrittenZone::Unclear | WrittenZone::Region(_) | WrittenZone::Minutes(_) => {
            Some(Stamp::Local(local, nanoseconds))
        }
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = String::from_utf8_lossy(self.gap).replace('\t', "%t");
        let date = self.date.map(date_format).unwrap_or_default();
        match self.first {
            FirstPart::Date => write!(f, "{date}{gap}")?,
            FirstPart::Zone => write!(f, "%Z {date}{gap}")?,
            FirstPart::Clock => {}
        }
        f.write_str(&clock_format(self.clock))?;
        f.write_str(if self.zone { "%Z" } else { "" })?;
        f.write_str(if self.year_last { " %Y" } else { "" })?;
        if self.first == FirstPart::Clock {
            write!(f, "{gap}{date}")?;
        }
        Ok(())
    }
}

fn date_format(date: DateStyle) -> String {
    let (month, year) = (if date.named { "%b" } else { "%m" }, if date.short_year { "%y" } else { "%Y" });
    let parts: &[&str] = match date.order {
        Order::YearMonthDay => &[year, month, "%d"],
        Order::YearDay => &[year, "%j"],
        Order::YearWeek => &["%G", "W%V", "%u"],
        Order::DayMonthYear => &["%d", month, year],
        Order::MonthDayYear => &[month, "%d", year],
        Order::MonthDay => &[month, "%d"],
        Order::DayMonth => &["%d", month],
    };
    if date.separator == CJK {
        return String::from("%Y年%m月%d日");
    }
    let separator = if date.separator == 0 { String::new() } else { char::from(date.separator).to_string() };
    let weekday = if date.weekday { "%a " } else { "" };
    format!("{weekday}{}", parts.join(&separator))
}

fn clock_format(clock: ClockStyle) -> String {
    if clock.separator == CJK {
        return String::from("%H时%M分%S秒");
    }
    let separator = if clock.separator == 0 { String::new() } else { char::from(clock.separator).to_string() };
    let hour = if clock.half_day { "%I" } else { "%H" };
    let mut format = format!("{hour}{separator}%M");
    if clock.seconds {
        format += if clock.point { "." } else { &separator };
        match clock.mark {
            FractionMark::Point => format += "%S%.f",
            FractionMark::Colon => format += "%S:%f",
            FractionMark::Nothing => format += "%S%f",
            FractionMark::Other(mark) => format += &format!("%S{}%f", char::from(mark)),
        }
    }
    format + if clock.half_day { " %p" } else { "" }
}
