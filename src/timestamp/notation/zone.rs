//! Time zones as logs write them: `Z`, offsets, abbreviations, and names of the tz database.
//!
//! An abbreviation has the meaning that it has in the user's own zone, or else the one in RFC 2822
//! or in common use. One that several countries use differently is never guessed.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::scan::Scanner;

/// Abbreviations in common use and their offsets in minutes. Those of North America are as in
/// RFC 2822, section 4.3.
const ABBREVIATIONS: [(&str, i32); 77] = [
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("UCT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("MET", 60),
    ("CEST", 120),
    ("MEST", 120),
    // The German names, which Java writes in German locales.
    ("MEZ", 60),
    ("MESZ", 120),
    ("EET", 120),
    ("SAST", 120),
    ("CAT", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("EAT", 180),
    ("TRT", 180),
    ("PKT", 300),
    ("NPT", 345),
    ("ICT", 420),
    ("WIB", 420),
    ("HKT", 480),
    ("SGT", 480),
    ("PHT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("ACDT", 630),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("ADT", -180),
    ("NST", -210),
    ("NDT", -150),
    ("BRT", -180),
    ("ART", -180),
    ("COT", -300),
    ("PET", -300),
    // The abbreviations that the tz database used before it replaced them with numbers; Java still
    // uses them.
    ("WAT", 60),
    ("IDT", 180),
    ("IRST", 210),
    ("SAMT", 240),
    ("AZT", 240),
    ("AFT", 270),
    ("UZT", 300),
    ("YEKT", 300),
    ("OMST", 360),
    ("NOVT", 420),
    ("KRAT", 420),
    ("IRKT", 480),
    ("MYT", 480),
    ("WITA", 480),
    ("WIT", 540),
    ("YAKT", 540),
    ("VLAT", 600),
    ("MAGT", 660),
    ("PETT", 720),
    ("CLT", -240),
    ("CLST", -180),
    ("UYT", -180),
    ("BRST", -120),
];

/// Abbreviations of several zones, none of which is the usual one.
const AMBIGUOUS: [&str; 4] = ["IST", "AST", "GST", "WST"];

/// The abbreviations that are zones even in square brackets and after other separators.
const UNMISTAKABLE: [&str; 18] = [
    "UTC", "GMT", "CET", "CEST", "MEZ", "MESZ", "EET", "EEST", "MSK", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST",
    "PDT", "JST",
];

/// The separators between a time and its zone, other than nothing and one blank. A longer separator
/// precedes those that are its prefix.
const GAPS: [&[u8]; 14] =
    [b", ", b",", b"; ", b";", b" | ", b"|", b"\t", b" - ", b"-", b"/", b"_", b" tz=", b" TZ=", b"  "];

/// A quarter of an hour in seconds. All current offsets are multiples of it.
const QUARTER: i32 = 900;

/// The zone that follows a written time.
#[derive(Clone, Debug)]
pub enum WrittenZone {
    /// No zone follows.
    Nothing,
    /// An offset in seconds east of Greenwich.
    Offset(i32),
    /// Minutes in three digits, east or west of Greenwich depending on the program.
    Minutes(i32),
    /// A name of the tz database.
    Region(TimeZone),
    /// An ambiguous zone.
    Unclear,
}

/// The known zone abbreviations of a log.
#[derive(Clone, Debug, Default)]
pub struct Abbreviations {
    /// The abbreviations of the user's zone.
    own: Vec<(Box<[u8]>, i32)>,
    /// The zone that the log names, whose times are resolved in the order of its lines.
    pub region: Option<TimeZone>,
    /// The user's present offset from UTC in seconds.
    pub present_offset: i64,
}

impl Abbreviations {
    /// Collects the abbreviations used in `zone` in the year around `now`.
    pub fn of(zone: &TimeZone, now: Timestamp) -> Self {
        let mut found: Vec<(Box<[u8]>, i32)> = Vec::new();
        for months in 0..6 {
            let time = now.checked_sub(SignedDuration::from_hours(months * 1460)).unwrap_or(now);
            let info = zone.to_offset_info(time);
            let name = info.abbreviation().as_bytes();
            if name.iter().all(u8::is_ascii_alphabetic) && !found.iter().any(|(known, _)| **known == *name) {
                found.push((name.into(), info.offset().seconds()));
            }
        }
        Self { own: found, region: None, present_offset: zone.to_offset(now).seconds().into() }
    }

    fn offset(&self, name: &[u8]) -> Option<i32> {
        if let Some((_, offset)) = self.own.iter().find(|(known, _)| **known == *name) {
            return Some(*offset);
        }
        ABBREVIATIONS.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, minutes)| minutes * 60)
    }

    /// Reads the next zone.
    pub fn read(&self, scanner: &mut Scanner<'_>) -> WrittenZone {
        let mut at = *scanner;
        let blank = at.take(b" ").is_some();
        let mut written = match at.peek() {
            Some(b'(') => self.in_brackets(&mut at, b')'),
            Some(b'[') => self.in_brackets(&mut at, b']'),
            _ => self.bare(&mut at, blank),
        };
        if matches!(written, WrittenZone::Nothing) {
            at = *scanner;
            written = self.after_gap(&mut at).map_or(WrittenZone::Nothing, WrittenZone::Offset);
        }
        let continues = at.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if continues || matches!(written, WrittenZone::Nothing) {
            return WrittenZone::Nothing;
        }
        *scanner = at;
        written
    }

    /// Reads a separator and text that can only be a zone there: `, CET`, `-UTC`, `;+02:00`.
    fn after_gap(&self, at: &mut Scanner<'_>) -> Option<i32> {
        let gap = GAPS.into_iter().find(|gap| at.take(gap).is_some())?;
        if let [b'+' | b'-', rest @ ..] = at.0 {
            // Any other number in a column may be an amount.
            let is_offset = matches!(rest, [b'0', ..] | [_, _, b':', ..]) && gap != b"-";
            return numeric(at).filter(|offset| is_offset && offset % QUARTER == 0);
        }
        let name = at.take_while(|byte| byte.is_ascii_uppercase());
        let offset = self.offset(name).filter(|_| self.is_unmistakable(name))?;
        Some((offset == 0).then(|| offset_after_name(at)).flatten().unwrap_or(offset))
    }

    /// Returns whether an abbreviation is a zone wherever it follows a time.
    fn is_unmistakable(&self, name: &[u8]) -> bool {
        UNMISTAKABLE.iter().any(|known| known.as_bytes() == name) || self.own.iter().any(|(known, _)| **known == *name)
    }

    /// Reads a zone in brackets: `(CET)`, `[UTC+01:00]`.
    fn in_brackets(&self, at: &mut Scanner<'_>, closing: u8) -> WrittenZone {
        at.0 = &at.0[1..];
        let text = at.0;
        let written = self.bare(at, true);
        let name = &text[..text.len() - at.0.len()];
        if at.take(&[closing]).is_none() {
            return WrittenZone::Nothing;
        }
        // Other abbreviations in square brackets are more likely names of modules, and other
        // numbers the time since the last entry.
        let is_name = name.iter().all(u8::is_ascii_alphabetic);
        match written {
            WrittenZone::Offset(_)
                if is_name && (name.len() == 1 || closing == b']' && !self.is_unmistakable(name)) =>
            {
                WrittenZone::Nothing
            }
            WrittenZone::Offset(offset) if offset % QUARTER != 0 => WrittenZone::Nothing,
            written => written,
        }
    }

    /// Reads a zone that is not in brackets. `blank` says whether there is a blank before it.
    fn bare(&self, at: &mut Scanner<'_>, blank: bool) -> WrittenZone {
        match at.peek() {
            Some(b'Z' | b'z') => {
                at.0 = &at.0[1..];
                WrittenZone::Offset(0)
            }
            // Also accepts the minus sign of ISO 8601: U+2212.
            Some(b'+' | b'-' | 0xe2) => match minutes(at) {
                Some(minutes) if !blank => WrittenZone::Minutes(minutes),
                _ => numeric(at).map_or(WrittenZone::Nothing, WrittenZone::Offset),
            },
            Some(b'A'..=b'Z') => self.named(at),
            Some(b'u' | b'g') => {
                at.take(b"utc").or_else(|| at.take(b"gmt")).map_or(WrittenZone::Nothing, |()| WrittenZone::Offset(0))
            }
            _ => WrittenZone::Nothing,
        }
    }

    /// Reads a known abbreviation and the blank after it, and returns its offset.
    pub fn leading(&self, scanner: &mut Scanner<'_>) -> Option<i32> {
        let mut at = *scanner;
        let name = at.take_while(|byte| byte.is_ascii_uppercase());
        at.take(b" ")?;
        let offset = self.offset(name)?;
        *scanner = at;
        Some(offset)
    }

    fn named(&self, at: &mut Scanner<'_>) -> WrittenZone {
        let start = at.0;
        let name = at.take_while(|byte| byte.is_ascii_uppercase());
        if let Some(offset) = self.offset(name) {
            let after = (offset == 0).then(|| offset_after_name(at)).flatten();
            return WrittenZone::Offset(after.unwrap_or(offset));
        }
        // A word between a time and its year is a zone.
        let before_year = (3..=5).contains(&name.len()) && matches!(at.0, [b' ', b'1' | b'2', b'9' | b'0', ..]);
        if AMBIGUOUS.iter().any(|known| known.as_bytes() == name)
            || (before_year && Scanner(&at.0[1..]).count_digits() == 4)
        {
            return WrittenZone::Unclear;
        }
        at.0 = start;
        let name = at.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'+' | b'-'));
        let region = std::str::from_utf8(name).ok().filter(|name| name.contains('/'));
        match region.and_then(|name| TimeZone::get(name).ok()) {
            Some(zone) => WrittenZone::Region(zone),
            None => WrittenZone::Nothing,
        }
    }
}

/// Reads a sign and returns it as a factor.
fn sign(at: &mut Scanner<'_>) -> Option<i32> {
    let minus = at.take(b"-").or_else(|| at.take("\u{2212}".as_bytes())).is_some();
    if minus { Some(-1) } else { at.take(b"+").map(|()| 1) }
}

/// Reads minutes in three digits, such as `+060`.
fn minutes(scanner: &mut Scanner<'_>) -> Option<i32> {
    let mut at = *scanner;
    let sign = sign(&mut at)?;
    let minutes = (at.count_digits() == 3).then(|| at.digits(3))?? * sign;
    *scanner = at;
    // Any other number is thousandths of a second.
    (minutes.abs() <= 14 * 60 && minutes * 60 % QUARTER == 0).then_some(minutes)
}

/// Reads `+01:00`, `+0100` or `+01`.
fn numeric(at: &mut Scanner<'_>) -> Option<i32> {
    let sign = sign(at)?;
    let (hours, minutes) = match at.count_digits() {
        4 => (at.digits(2)?, at.digits(2)?),
        2 => (at.digits(2)?, minutes_after_colon(at)),
        _ => return None,
    };
    // RFC 3339 allows no other values.
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
}

/// Reads a colon and two digits if both are there.
fn minutes_after_colon(at: &mut Scanner<'_>) -> i32 {
    let mut after = *at;
    match after.take(b":").and_then(|()| after.digits(2)) {
        Some(minutes) => {
            *at = after;
            minutes
        }
        None => 0,
    }
}

/// Reads the offset after `GMT` or `UTC`, as in `GMT+2`, `UTC-05:00` and `GMT +0100`. After a
/// blank, the offset has four digits, or one as in TIBCO's `GMT +1 `.
fn offset_after_name(scanner: &mut Scanner<'_>) -> Option<i32> {
    let mut at = *scanner;
    let offset = if matches!(at.0, [b' ', b'+' | b'-', digit, b' ', ..] if digit.is_ascii_digit()) {
        at.0 = &at.0[1..];
        short_numeric(&mut at)?
    } else if at.take(b" ").is_none() {
        matches!(at.peek(), Some(b'+' | b'-')).then(|| short_numeric(&mut at))??
    } else {
        let before = at.0.len();
        numeric(&mut at).filter(|offset| before - at.0.len() > 3 && offset % QUARTER == 0)?
    };
    *scanner = at;
    Some(offset)
}

/// Reads an offset as [`numeric`] does, and also accepts hours of a single digit.
fn short_numeric(at: &mut Scanner<'_>) -> Option<i32> {
    if at.0.get(1..).is_some_and(|rest| Scanner(rest).count_digits() == 1) {
        let sign = sign(at)?;
        return Some(sign * (at.digits(1)? * 60 + minutes_after_colon(at)) * 60);
    }
    numeric(at)
}

/// Returns whether the times of a log are in UTC, if `line` is a header that says so.
///
/// In W3C's extended log format, they are (<https://www.w3.org/TR/WD-logfile.html>), but the
/// Windows firewall names another time format before the names of the fields.
///
/// In the header of a table, `(UTC)` after the name of the time's column says so.
pub fn header_is_utc(line: &[u8]) -> Option<bool> {
    if line.starts_with(b"#Time Format: Local") {
        return Some(false);
    }
    if let Some(fields) = line.strip_prefix(b"#Fields:") {
        // Microsoft's advanced logging also knows local times.
        return Some(!fields.split(u8::is_ascii_whitespace).any(|field| field == b"time-local"));
    }
    let lower = line.to_ascii_lowercase();
    lower.split(|byte| matches!(byte, b',' | b';' | b'\t' | b'|')).any(names_utc).then_some(true)
}

/// Returns whether the name of a column, in small letters, says that its times are in UTC, such as
/// `Time (UTC)` or `TimeGenerated [UTC]`.
fn names_utc(column: &[u8]) -> bool {
    const ZONES: [&[u8]; 5] = [b" (utc)", b" [utc]", b"(utc)", b" (gmt)", b"_utc"];
    let column = column.trim_ascii_start();
    let column = column.strip_prefix(b"\"").unwrap_or(column);
    let is_time = [&b"date"[..], b"time", b"event time"].iter().any(|start| column.starts_with(start));
    let name = column.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b' ').count();
    // The blank before a bracket is part of the zone.
    let name = name - usize::from(column[..name].ends_with(b" "));
    is_time && name <= 30 && ZONES.iter().any(|zone| column[name..].starts_with(zone))
}

/// Parses `--time-zone`: a name of the tz database, an offset, or an abbreviation such as UTC.
///
/// # Errors
/// Returns a sentence that shows the accepted forms.
pub fn parse_zone(text: &str) -> Result<TimeZone, String> {
    if text.contains('/')
        && let Ok(zone) = TimeZone::get(text)
    {
        return Ok(zone);
    }
    let mut at = Scanner(text.as_bytes());
    let written = Abbreviations::default().read(&mut at);
    match written {
        WrittenZone::Offset(0) if at.0.is_empty() => Ok(TimeZone::UTC),
        WrittenZone::Offset(seconds) if at.0.is_empty() => {
            Offset::from_seconds(seconds).map(TimeZone::fixed).map_err(|error| error.to_string())
        }
        _ => TimeZone::get(text)
            .map_err(|_| "expected a name such as Europe/Paris, an offset such as +01:00, or UTC".to_owned()),
    }
}
