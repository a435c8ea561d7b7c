//! Counts of the properties that the lines of a log share, for one form of its times.

use jiff::tz::{Offset, TimeZone};

use super::super::notation::Candidate;
use super::super::notation::scan::Scanner;
use super::super::notation::zone::WrittenZone;
use super::super::stamp::{DAY, Stamp, days_from_civil};
use super::refusal::shown;

/// The number of days in a leap year, in which every date without a year exists.
const LEAP_YEAR: i64 = 366;

/// Counts for one form.
#[derive(Clone, Debug, Default)]
pub struct FormTally {
    pub lines: u64,
    pub offsets: u64,
    pub unclear: bool,
    pub comma_digits: Option<usize>,
    pub commas_differ: bool,
    pub region: Option<TimeZone>,
    pub last: Option<Stamp>,
    pub backwards: u64,
    pub first_stamp: Option<Stamp>,
    /// The latest second.
    pub latest: i64,
    /// The number of times that differ from the one before.
    pub changes: u64,
    /// The longest time in seconds between two entries that follow each other.
    pub longest_gap: i64,
    /// The number of lines whose count of seconds is also a date of errpt.
    pub errpt_dates: u64,
    pub example: String,
    /// The time of the entry before the next one, if nothing was omitted between them.
    neighbour: Option<Stamp>,
}

impl FormTally {
    /// Counts a line with the time `candidate`. No entry was written after the second `limit`.
    pub fn count(&mut self, candidate: &Candidate, offset: u64, line: &[u8], limit: i64) {
        let stamp = candidate.stamp;
        if self.lines == 0 {
            self.example = shown(line);
            self.first_stamp = Some(stamp);
        }
        self.lines += 1;
        self.offsets += offset;
        self.unclear |= matches!(candidate.zone, WrittenZone::Unclear);
        if let WrittenZone::Region(zone) = &candidate.zone {
            self.region = Some(zone.clone());
        }
        // A time of day has no date to determine the offset, which applies to the whole log.
        if let (WrittenZone::Offset(offset), Stamp::Clock(..)) = (&candidate.zone, stamp) {
            self.region = Offset::from_seconds(*offset).ok().map(TimeZone::fixed);
        }
        self.latest = self.latest.max(second(stamp).unwrap_or(0));
        if self.last.is_some_and(|last| second(last) <= Some(limit)) && second(stamp) > Some(limit) {
            // A message mentions this time.
            return;
        }
        self.commas_differ |= self.comma_digits.is_some_and(|digits| digits != candidate.comma_digits);
        self.comma_digits = Some(candidate.comma_digits);
        self.changes += u64::from(self.last.is_some_and(|last| last != stamp));
        self.backwards += u64::from(self.last.is_some_and(|last| is_earlier(last, stamp)));
        self.longest_gap = self.longest_gap.max(self.neighbour.and_then(|last| gap(last, stamp)).unwrap_or(0));
        self.errpt_dates += u64::from(self.is_errpt_date(candidate));
        (self.last, self.neighbour) = (Some(stamp), Some(stamp));
    }

    /// Notes that the next line does not follow the one counted last.
    pub fn interrupt(&mut self) {
        self.neighbour = None;
    }

    /// Returns whether a count of seconds is more likely a date as AIX's errpt writes it: month, day,
    /// hour, minute and year, two digits each. The year is that of the first entry.
    fn is_errpt_date(&self, candidate: &Candidate) -> bool {
        let (true, Stamp::Instant(time), Some(Stamp::Instant(first))) =
            (candidate.notation.is_epoch(), candidate.stamp, self.first_stamp)
        else {
            return false;
        };
        let digits = time.as_second().to_string();
        let mut at = Scanner(digits.as_bytes());
        let mut is_in = |range: std::ops::Range<i32>| at.digits(2).is_some_and(|number| range.contains(&number));
        let is_date = is_in(1..13) && is_in(1..32) && is_in(0..24) && is_in(0..60);
        is_date && time.as_second() % 100 == first.as_second() % 100
    }
}

/// Returns whether a time is more than a minute before the previous one, as far as the two are
/// comparable.
fn is_earlier(last: Stamp, next: Stamp) -> bool {
    match (last, next) {
        (Stamp::Instant(last), Stamp::Instant(next)) => next.as_second() < last.as_second() - 60,
        (Stamp::Local(last, _), Stamp::Local(next, _)) => next < last - 3660,
        (Stamp::Yearless(last), Stamp::Yearless(next)) => {
            (next.month, next.day) < (last.month, last.day) && last.month - next.month < 6
        }
        // A jump back of half a day or more is the start of the next day.
        (Stamp::Clock(last, _), Stamp::Clock(next, _)) => next < last - 60 && last - next < 43_200,
        (Stamp::Uptime(last, _), Stamp::Uptime(next, _)) => next < last - 60,
        _ => false,
    }
}

/// Returns the second of a time that has a year.
fn second(stamp: Stamp) -> Option<i64> {
    match stamp {
        Stamp::Instant(time) => Some(time.as_second()),
        Stamp::Local(second, _) => Some(second),
        Stamp::Yearless(_) | Stamp::Clock(..) | Stamp::Uptime(..) => None,
    }
}

/// Returns the seconds between two times of one kind that have a date.
fn gap(last: Stamp, next: Stamp) -> Option<i64> {
    let second = |stamp: Stamp| match stamp {
        Stamp::Yearless(date) => {
            let day = days_from_civil(2024, date.month.into(), date.day.into())?;
            Some(day * DAY + i64::from(date.second))
        }
        dated => second(dated),
    };
    let gap = (second(next)? - second(last)?).abs();
    let is_yearless = matches!(next, Stamp::Yearless(..));
    Some(if is_yearless { gap.min((LEAP_YEAR * DAY - gap).abs()) } else { gap })
}
