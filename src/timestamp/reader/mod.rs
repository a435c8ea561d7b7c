//! Turns written times into instants, filling in the parts that lines omit.
//!
//! A time without a zone is in the user's zone; the order of the lines supplies a missing year or
//! day. At the end of summer time one hour occurs twice: a [`Sequence`] reads each time as the
//! earliest one that is not before the lines above it.

mod bucket_reader;
pub mod quick_reader;
pub mod years;

pub use bucket_reader::{BucketReader, Grid};
pub use quick_reader::QuickReader;

use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use memchr::memchr;

use super::detect::detector::FormHints;
use super::form::TimeForm;
use super::notation::Notation;
use super::notation::zone::Abbreviations;
use super::stamp::{DAY, Stamp, Yearless, days_from_civil};
use years::GRACE_DAYS;

/// The facts about times that are known in advance for all logs in a run.
#[derive(Clone, Debug)]
pub struct TimeContext {
    /// The zone of times without one.
    pub zone: TimeZone,
    /// The time of the run.
    pub now: Timestamp,
    /// The tolerance for lines that are out of order.
    pub slack: SignedDuration,
    /// The user's hints about the form.
    pub hints: FormHints,
    /// The year, or the date, of the first entry in logs that omit it.
    pub first: Option<FirstDate>,
    /// The time when this machine booted.
    pub boot: Option<Timestamp>,
    /// The time when a stream was last written, once that is known.
    pub written: Arc<OnceLock<SystemTime>>,
}

/// The date of a log's first entry, to the extent that its lines omit it (`--year`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstDate {
    /// The year.
    pub year: i32,
    /// The days since 1970-01-01, if a day was given.
    pub day: Option<i64>,
}

/// The source of the parts that lines omit.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reference {
    Nothing,
    /// Times without a year are not before this second of the local clock.
    NotBefore(i64),
    /// The second of the local clock at which the first entry's year begins, in a log that covers
    /// more than a year without naming it.
    FirstYear(i64),
    /// The day of the first entry.
    FirstDay(i64),
    Boot(Timestamp),
}

/// A reader of the times of one log.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The time format of the log.
    pub form: TimeForm,
    zones: Abbreviations,
    zone: TimeZone,
    anchor: Reference,
    slack: SignedDuration,
}

/// The earliest and the latest possible instant of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub earliest: Timestamp,
    pub latest: Timestamp,
}

impl Reader {
    /// Returns a reader of `form`. `first` is the written time of the log's first line with a time
    /// and `last` that of the last one, if known. `changed` is the time of the log's last write.
    pub(super) fn new(
        form: TimeForm,
        context: &TimeContext,
        first: Option<Stamp>,
        last: Option<Stamp>,
        changed: Timestamp,
    ) -> Self {
        let zone = form.zone.clone().unwrap_or_else(|| context.zone.clone());
        let mut zones = Abbreviations::of(&context.zone, context.now);
        zones.region = form.zone.clone();
        let mut reader = Self { form, zones, zone, anchor: Reference::Nothing, slack: context.slack };
        reader.anchor = match first {
            Some(Stamp::Yearless(date)) => {
                Reference::NotBefore(reader.first_of_year(date, last, context, changed) - DAY)
            }
            Some(Stamp::Clock(second, _)) => {
                let local = reader.local_second(changed);
                let today = local.div_euclid(DAY);
                let day = if i64::from(second) > local.rem_euclid(DAY) + 60 { today - 1 } else { today };
                Reference::FirstDay(reader.given_day(context).unwrap_or(day))
            }
            Some(Stamp::Uptime(..)) => Reference::Boot(match (context.boot, last) {
                (Some(boot), _) if changed >= boot && reader.form.notation != Notation::Elapsed => boot,
                (_, Some(Stamp::Uptime(second, _))) => {
                    changed.checked_sub(SignedDuration::from_secs(second)).unwrap_or(changed)
                }
                _ => changed,
            }),
            _ => Reference::Nothing,
        };
        reader
    }

    /// Returns the second of the local clock at which a log without years begins.
    fn first_of_year(&self, first: Yearless, last: Option<Stamp>, context: &TimeContext, changed: Timestamp) -> i64 {
        let in_year = |year: i32| first.in_year(year);
        if let Some(given) = context.first {
            return (given.year..).take(9).find_map(in_year).unwrap_or(0);
        }
        // Clocks may differ by a day. The last 29th of February may be eight years ago.
        let limit = self.local_second(changed) + DAY;
        let year = i32::from(self.zone.to_datetime(changed).year()) + 1;
        let mut years = (year - 9..=year).rev().filter_map(in_year).filter(|&time| time <= limit);
        let first = years.next().unwrap_or(0);
        match last {
            Some(Stamp::Yearless(last)) if last.after(first - DAY) > limit => years.next().unwrap_or(first),
            _ => first,
        }
    }

    /// Returns the day of the first entry, if the user or the log states it.
    fn given_day(&self, context: &TimeContext) -> Option<i64> {
        context.first.and_then(|first| first.day).or(self.form.day)
    }

    /// Moves the day of the first entry, once the number of midnights between the first and the
    /// last entry is known.
    pub(super) fn set_first_day(&mut self, context: &TimeContext, days: i64, last: Timestamp, changed: Timestamp) {
        if self.given_day(context).is_some() {
            return;
        }
        let end = self.local_second(changed);
        let last = self.local_second(last).rem_euclid(DAY);
        let today = end.div_euclid(DAY) - i64::from(last > end.rem_euclid(DAY) + 60);
        self.anchor = Reference::FirstDay(today - days);
    }

    /// Sets the year of the first entry of a log that covers more than a year.
    pub(super) fn set_first_year(&mut self, year: i32) {
        let start = days_from_civil(year, 1, 1).unwrap_or_default();
        self.anchor = Reference::FirstYear(start * DAY);
    }

    /// Returns the tolerance for lines that are out of order.
    pub(super) fn slack(&self) -> SignedDuration {
        self.slack
    }

    /// Returns the earliest possible instant of an entry, regardless of the lines around it.
    #[must_use]
    pub fn earliest(&self, stamp: Stamp) -> Timestamp {
        self.bounds(stamp).earliest
    }

    /// Reads the written time of a line.
    #[must_use]
    pub fn stamp(&self, line: &[u8]) -> Option<Stamp> {
        self.form.read(line, &self.zones)
    }

    /// Reads the written time of a line, and the offset at which it ends if it is in a column.
    pub(super) fn stamp_to_end(&self, line: &[u8]) -> Option<(Stamp, Option<usize>)> {
        self.form.read_to_end(line, &self.zones)
    }

    /// Returns the length of the line at the start of `bytes`, including its terminator. In a log
    /// whose entries have their time after a heading, the lines from a heading to the time are one.
    /// Returns `None` if more bytes are needed, unless `is_whole` says that there are none.
    #[must_use]
    pub fn unit_len(&self, bytes: &[u8], is_whole: bool) -> Option<usize> {
        match self.form.heading {
            None => memchr(b'\n', bytes).map(|end| end + 1).or((is_whole && !bytes.is_empty()).then_some(bytes.len())),
            Some(heading) => heading.unit_len(bytes, is_whole, |line| self.stamp(line).is_some()),
        }
    }

    /// Reads the written time of the lines that [`Reader::unit_len`] delimits.
    pub(super) fn unit_stamp(&self, unit: &[u8]) -> Option<Stamp> {
        match self.form.heading {
            None => self.stamp(unit),
            Some(heading) => heading.stamp(unit, |line| self.stamp(line)),
        }
    }

    /// Returns whether [`Reader::unit_len`] may delimit several lines.
    #[must_use]
    pub fn joins_lines(&self) -> bool {
        self.form.heading.is_some()
    }

    /// Returns whether times are known only after reading all lines from the first.
    #[must_use]
    pub fn is_sequential(&self) -> bool {
        matches!(self.anchor, Reference::FirstDay(_) | Reference::FirstYear(_))
    }

    /// Returns the possible instants of an entry, regardless of the lines around it.
    pub(super) fn bounds(&self, stamp: Stamp) -> Bounds {
        let exact = |time| Bounds { earliest: time, latest: time };
        let (local, nanoseconds) = match stamp {
            Stamp::Instant(time) => return exact(time),
            Stamp::Uptime(second, nanoseconds) => return exact(self.since_boot(second, nanoseconds)),
            Stamp::Local(local, nanoseconds) => (local, nanoseconds),
            Stamp::Yearless(date) => match (self.with_year(date), date.offset) {
                (local, Some(offset)) => return exact(instant(local - i64::from(offset), date.nanoseconds)),
                (local, None) => (local, date.nanoseconds),
            },
            Stamp::Clock(second, nanoseconds) => (self.first_day() * DAY + i64::from(second), nanoseconds),
        };
        let (earliest, latest) = self.offsets(local);
        let repeated = i64::from(earliest - latest);
        Bounds {
            earliest: instant(local - i64::from(earliest), nanoseconds),
            // This includes the repeated hour, within which only the order of the lines tells times
            // apart.
            latest: instant(local - i64::from(latest) + repeated, nanoseconds),
        }
    }

    fn first_day(&self) -> i64 {
        if let Reference::FirstDay(day) = self.anchor { day } else { 0 }
    }

    fn since_boot(&self, second: i64, nanoseconds: i32) -> Timestamp {
        let boot = if let Reference::Boot(boot) = self.anchor { boot } else { Timestamp::UNIX_EPOCH };
        instant(boot.as_second() + second, nanoseconds)
    }

    fn with_year(&self, date: Yearless) -> i64 {
        match self.anchor {
            Reference::NotBefore(floor) | Reference::FirstYear(floor) => date.after(floor),
            _ => date.after(0),
        }
    }

    /// Returns the possible offsets of a local time; the one that makes it earlier comes first.
    fn offsets(&self, local: i64) -> (i32, i32) {
        let Ok(time) = Timestamp::from_second(local) else { return (0, 0) };
        match self.zone.to_ambiguous_timestamp(Offset::UTC.to_datetime(time)).offset() {
            AmbiguousOffset::Unambiguous { offset } => (offset.seconds(), offset.seconds()),
            // A time skipped in spring is read with the offset before the change.
            AmbiguousOffset::Gap { before, .. } => (before.seconds(), before.seconds()),
            AmbiguousOffset::Fold { before, after } => (before.seconds(), after.seconds()),
        }
    }

    pub(super) fn local_second(&self, time: Timestamp) -> i64 {
        time.as_second() + i64::from(self.zone.to_offset(time).seconds())
    }
}

fn instant(second: i64, nanoseconds: i32) -> Timestamp {
    Timestamp::new(second, nanoseconds).unwrap_or(if second < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Assigns times to lines in the order of the log.
#[derive(Clone, Debug)]
pub struct Sequence {
    reader: Arc<Reader>,
    /// The latest time so far, and its day on the local clock.
    latest: Option<(Timestamp, i64)>,
    /// A stretch of the local clock in seconds, from start to end, and the only offset in it.
    stretch: (i64, i64, i32),
}

impl Sequence {
    /// Returns a sequence before the first line, or at a line that does not depend on those above.
    #[must_use]
    pub fn new(reader: Arc<Reader>) -> Self {
        Self { reader, latest: None, stretch: (0, 0, 0) }
    }

    /// Notes that the next lines come after an entry at `time`.
    pub(super) fn follow(&mut self, time: Timestamp) {
        self.latest = Some((time, self.reader.local_second(time).div_euclid(DAY)));
    }

    /// Returns the latest time so far.
    pub(super) fn latest(&self) -> Option<Timestamp> {
        self.latest.map(|(time, _)| time)
    }

    /// Returns the time of the next line, if it has one.
    pub fn next(&mut self, line: &[u8]) -> Option<Timestamp> {
        let stamp = self.reader.stamp(line)?;
        Some(self.resolve(stamp))
    }

    /// Returns the number of midnights that the lines so far have passed, if they omit the day.
    pub(super) fn days(&self) -> i64 {
        self.latest.map_or(0, |(_, day)| day - self.reader.first_day())
    }

    /// Returns the instant of the next entry, given its written time.
    pub fn resolve(&mut self, stamp: Stamp) -> Timestamp {
        if let Stamp::Instant(time) = stamp {
            return time;
        }
        let reader = Arc::clone(&self.reader);
        let (local, nanoseconds) = match stamp {
            Stamp::Instant(time) => return time,
            Stamp::Uptime(second, nanoseconds) => return reader.since_boot(second, nanoseconds),
            Stamp::Local(local, nanoseconds) => (local, nanoseconds),
            Stamp::Yearless(date) => {
                // A slightly earlier date is out of order, not a year later.
                let local = match (self.latest, reader.anchor) {
                    (Some((_, latest)), Reference::FirstYear(_)) => date.after((latest - GRACE_DAYS) * DAY),
                    _ => reader.with_year(date),
                };
                if let Some(offset) = date.offset {
                    return self.note(instant(local - i64::from(offset), date.nanoseconds), local);
                }
                (local, date.nanoseconds)
            }
            Stamp::Clock(second, nanoseconds) => {
                let days = match self.latest {
                    None => reader.first_day()..=reader.first_day(),
                    Some((_, day)) => day - 1..=day + 1,
                };
                let local = days.clone().map(|day| day * DAY + i64::from(second));
                let fits = local.filter(|&local| {
                    self.candidates(local, nanoseconds).into_iter().any(|time| self.is_in_order(time))
                });
                (fits.min().unwrap_or(days.end() * DAY + i64::from(second)), nanoseconds)
            }
        };
        let [early, late] = self.candidates(local, nanoseconds);
        let time = if self.is_in_order(early) || !self.is_in_order(late) { early } else { late };
        self.note(time, local)
    }

    /// Records the time of an entry, which is at second `local` of the local clock, and returns it.
    fn note(&mut self, time: Timestamp, local: i64) -> Timestamp {
        if self.latest.is_none_or(|(latest, _)| time > latest) {
            self.latest = Some((time, local.div_euclid(DAY)));
        }
        time
    }

    fn is_in_order(&self, time: Timestamp) -> bool {
        self.latest.is_none_or(|(latest, _)| time.duration_since(latest) >= -self.reader.slack)
    }

    fn candidates(&mut self, local: i64, nanoseconds: i32) -> [Timestamp; 2] {
        let (from, to, offset) = self.stretch;
        if (from..to).contains(&local) {
            let time = instant(local - i64::from(offset), nanoseconds);
            return [time, time];
        }
        let (early, late) = self.reader.offsets(local);
        if early == late {
            // The offset applies to the whole quarter of an hour, because transitions happen only
            // between quarters.
            let from = local - local.rem_euclid(900);
            let ends = self.reader.offsets(from + 899);
            if ends == (early, early) && self.reader.offsets(from) == ends {
                self.stretch = (from, from + 900, early);
            }
        }
        [early, late].map(|offset| instant(local - i64::from(offset), nanoseconds))
    }
}
