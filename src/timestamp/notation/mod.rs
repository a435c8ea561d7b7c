//! A notation of a time, from its first to its last byte.

pub mod civil;
mod clock;
pub mod columns;
pub mod dated;
pub mod gaps;
pub mod months;
pub mod scan;
pub mod since;
pub mod zone;

pub use zone::parse_zone;

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;

use super::stamp::{DAY, Stamp, Yearless, days_from_civil};
use civil::{CJK, DateStyle, Order, STYLES};
use clock::leading_half;
use dated::{Civil, FirstPart, FoundTime, ends_badly};
use gaps::{GAPS, take_gap};
use scan::Scanner;
use since::{elapsed, epoch, epoch_comma, hexadecimal, julian_day, since_1601, tai, traced, uptime};
use zone::{Abbreviations, WrittenZone};

/// A notation of times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Notation {
    /// A date, a time of day, or both.
    Civil(Civil),
    /// Seconds, milliseconds, microseconds or nanoseconds since 1970.
    Epoch,
    /// Seconds since 1970 with a fraction after a comma.
    EpochComma,
    /// A count since 1601, as in Windows and Chromium.
    Since1601,
    /// A TAI64 or TAI64N label, as in the logs of multilog and s6-log.
    Tai,
    /// Seconds since the machine started.
    Uptime,
    /// Seconds since the program started.
    Elapsed,
    /// Seconds since the machine started, in the form of the kernel's tracers and perf.
    Traced,
    /// Seconds since 1970 in hexadecimal, as in the logs of OpenLDAP's slapd.
    Hexadecimal,
    /// A modified Julian day and the second in it, as in NTP's statistics.
    JulianDay,
    /// A `strptime` format that the user gave.
    Format(Box<str>),
}

/// A time as read in one notation.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub notation: Notation,
    pub stamp: Stamp,
    /// The number of digits after a comma that follows the seconds.
    pub comma_digits: usize,
    /// The zone that follows the time.
    pub zone: WrittenZone,
}

impl Notation {
    /// Reads a time in this notation.
    pub fn read(&self, scanner: &mut Scanner<'_>, zones: &Abbreviations) -> Option<Stamp> {
        match self {
            Self::Civil(civil) => civil.read(scanner, zones),
            Self::Epoch => epoch(scanner),
            Self::EpochComma => epoch_comma(scanner),
            Self::Since1601 => since_1601(scanner),
            Self::Tai => tai(scanner),
            Self::Uptime => uptime(scanner),
            Self::Elapsed => elapsed(scanner),
            Self::Traced => traced(scanner),
            Self::Hexadecimal => hexadecimal(scanner),
            Self::JulianDay => julian_day(scanner),
            Self::Format(format) => formatted(format, scanner),
        }
    }

    /// Returns whether this is a plain number of seconds or smaller units.
    pub fn is_epoch(&self) -> bool {
        matches!(self, Self::Epoch | Self::EpochComma)
    }

    /// Returns whether the notation includes the day, though not always the year.
    pub fn has_date(&self) -> bool {
        match self {
            Self::Civil(civil) => civil.date.is_some(),
            Self::Uptime | Self::Elapsed | Self::Traced => false,
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
                if let Some(stamp) = epoch_comma(&mut Scanner(text)) {
                    add(Self::EpochComma, stamp);
                }
                if let Some(stamp) = since_1601(&mut Scanner(text)) {
                    add(Self::Since1601, stamp);
                }
            }
            Some(byte) if byte.is_ascii_alphabetic() => {
                let mut after = Scanner(text);
                if zones.leading(&mut after).is_some() {
                    found.extend(
                        Self::all(after.0, zones).into_iter().filter_map(|dated| dated.after_zone(text, zones)),
                    );
                }
            }
            // A padded day or hour.
            Some(b' ') => {}
            _ => return found,
        }
        for style in STYLES {
            let mut at = Scanner(text);
            let Some(date) = style.read(&mut at) else { continue };
            let digits = Scanner(text).count_digits();
            // Polycom's telephones omit the year: `1121143005|`.
            let is_short = style.order == Order::MonthDay && digits == 10 && text.get(10) == Some(&b'|');
            let compact = style.is_compact() && (matches!(digits, 12 | 14 | 17 | 20) || is_short);
            let compact = compact || style.separator == CJK;
            let Some(gap) = gap_after(style, at).or_else(|| compact.then_some(b"")) else { continue };
            take_gap(&mut at, gap);
            found.extend(Civil::detect(Some((style, date)), gap, at, zones).into_iter().map(Candidate::from));
        }
        let is_hour = matches!(text, [b' ', digit, b':', ..] if digit.is_ascii_digit());
        if text[0].is_ascii_digit() || is_hour {
            let turned = Civil::detect_turned(text, zones);
            let bare = if turned.is_empty() { Civil::detect(None, b"", Scanner(text), zones) } else { turned };
            found.extend(bare.into_iter().map(Candidate::from));
        }
        found
    }
}

impl Candidate {
    /// Returns whether the date is [`DateStyle::is_short_day_first`].
    pub fn is_short_day_first(&self) -> bool {
        let Notation::Civil(civil) = &self.notation else { return false };
        civil.date.is_some_and(DateStyle::is_short_day_first)
    }

    /// Returns this time, with the zone that precedes it, as part of `text`.
    fn after_zone(self, text: &[u8], zones: &Abbreviations) -> Option<Self> {
        match self.notation {
            Notation::Civil(civil) if civil.date.is_some() && civil.first == FirstPart::Date && !civil.zone => {
                FoundTime::new(Civil { first: FirstPart::Zone, ..civil }, text, zones).map(Self::from)
            }
            _ => None,
        }
    }
}

impl From<FoundTime> for Candidate {
    fn from(FoundTime { civil, stamp, comma_digits, zone }: FoundTime) -> Self {
        Self { notation: Notation::Civil(civil), stamp, comma_digits, zone }
    }
}

/// Returns the separator between a date in `style` and the time of day at `at`, if there is one.
fn gap_after(style: DateStyle, at: Scanner<'_>) -> Option<&'static [u8]> {
    GAPS.into_iter().find(|gap| {
        let is_usual = match (style.order, style.separator) {
            // z/OS writes hundredths of a second.
            (Order::YearDay, 0 | b'.') => *gap == b" " && has_hundredths(at),
            (Order::YearDay, separator) => {
                separator == b'-' && (*gap == b"T" || *gap == b" " && has_seconds(at)) || *gap == b":"
            }
            (Order::YearWeek, _) => *gap == b"T" || *gap == b" ",
            // Numbers between blanks are more likely columns.
            (Order::YearMonthDay | Order::DayMonthYear, b' ') if !style.named => {
                *gap != b"." && (*gap != b" " || has_seconds(at))
            }
            // klog and Chromium.
            (Order::MonthDay, 0) => matches!(*gap, [b' ' | b'/']),
            // kdb+ writes `2026.11.21D14:30:05`.
            (Order::YearMonthDay, b'.') => true,
            _ if *gap == b"D" => false,
            _ => true,
        };
        if !is_usual {
            return false;
        }
        let mut after = at;
        // Two groups of digits with a dot between them are a number.
        let is_number = *gap == b"." && style.separator == 0 && !style.named;
        let gap = take_gap(&mut after, gap);
        leading_half(&mut after);
        gap.is_some() && after.one_or_two_digits().is_some() && !is_number
    })
}

/// Returns whether blanks and a time of day with colons and seconds follow.
fn has_seconds(mut at: Scanner<'_>) -> bool {
    at.take_while(|byte| byte == b' ');
    matches!(at.0, [_, _, b':', _, _, b':', _, _, ..] | [_, b':', _, _, b':', _, _, ..])
}

/// Returns whether a blank and a time of day with hundredths of a second follow.
fn has_hundredths(mut at: Scanner<'_>) -> bool {
    let shape = b" 00:00:00.00";
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    let is_it = at.0.len() >= shape.len() && at.0.iter().zip(shape).all(fits);
    at.0 = at.0.get(shape.len()..).unwrap_or_default();
    is_it && at.count_digits() == 0
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
            (Err(_), Some(month), Some(day)) => {
                let offset = read.offset().map(jiff::tz::Offset::seconds);
                Stamp::Yearless(Yearless { month, day, second, nanoseconds, offset })
            }
            (Err(_), ..) => Stamp::Clock(second, nanoseconds),
        }
    };
    *scanner = rest;
    Some(stamp)
}

impl fmt::Display for Notation {
    /// Formats the notation as a `strftime` format, if there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Civil(civil) => civil.fmt(f),
            Self::Epoch | Self::EpochComma => f.write_str("seconds since 1970 (%s)"),
            Self::Since1601 => f.write_str("a count since 1601"),
            Self::Tai => f.write_str("TAI64N"),
            Self::Uptime | Self::Traced => f.write_str("seconds since boot"),
            Self::Hexadecimal => f.write_str("seconds since 1970 in hexadecimal"),
            Self::JulianDay => f.write_str("modified Julian days and seconds"),
            Self::Elapsed => f.write_str("seconds since the program started"),
            Self::Format(format) => f.write_str(format),
        }
    }
}
