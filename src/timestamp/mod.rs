//! Times in logs: detects their format in a file, and finds entries by time.
//!
//! The form (the location of the time in a line, and its notation) is detected from the first
//! lines, and every line is read in that form alone. In a file that can be read at any offset,
//! [`find`] locates a period by binary search. On a stream, [`StreamWindow`] selects it line by
//! line, with the same result. A line without a time belongs to the entry before it. Nothing here
//! prints, and all reading goes through [`RandomAccess`].
//!
//! `notation` is how times are written, and `form` adds where in a line they are. `detect` finds
//! the form of a log, and `reader` the instants that its times mean. `typed` parses times as users
//! type them.

mod access;
mod detect;
mod form;
mod notation;
mod reader;
mod search;
mod stamp;
mod typed;
mod window;

pub use access::{LINE_HEAD, RandomAccess};
pub use detect::{FormHints, LogTimes, MAX_SAMPLE, Refusal, SAMPLE, detect, detect_from, log_times, next_sample};
pub use form::TimeForm;
pub use notation::parse_zone;
pub use reader::{BucketReader, FirstDate, Grid, QuickReader, Reader, Sequence, TimeContext};
pub use search::{FoundPeriod, find};
pub use stamp::{Stamp, Yearless};
pub use typed::{
    TypedTime, distant_end, parse_around, parse_duration, parse_first_date, parse_period, parse_time,
    without_directives,
};
pub use window::{EntryFilter, StreamWindow};

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A requested stretch of time, including both ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The earliest requested time (`--since`).
    pub since: Option<Timestamp>,
    /// The latest requested time (`--until`).
    pub until: Option<Timestamp>,
}

impl Period {
    /// Returns whether all times are requested.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether `time` is requested.
    #[must_use]
    pub fn contains(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time <= until)
    }
}

/// Counts of the examined lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCoverage {
    /// The number of lines that are not empty and do not begin with a blank.
    pub lines: u64,
    /// The number of these lines without a time.
    pub timeless: u64,
    /// The first time.
    pub first: Option<Timestamp>,
    /// The last time.
    pub last: Option<Timestamp>,
}

impl LineCoverage {
    fn count(&mut self, line: &[u8], time: Option<Timestamp>) {
        if time.is_some() {
            self.lines += 1;
            self.first = self.first.or(time);
            self.last = time;
        } else if !line[0].is_ascii_whitespace() {
            self.lines += 1;
            self.timeless += 1;
        }
    }

    fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.timeless += other.timeless;
        self.first = self.first.or(other.first);
        self.last = other.last.or(self.last);
    }
}

/// An entry that is earlier than a previous one by more than the slack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disorder {
    /// The byte offset of the entry, which is later in the file.
    pub offset: u64,
    /// The entry's time.
    pub time: Timestamp,
    /// The later time of a previous entry.
    pub before: Timestamp,
}

impl fmt::Display for Disorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, time, before } = self;
        write!(
            f,
            "not sorted by time: {time} at byte {offset} comes after {before}; entries may be missing (see --slack)"
        )
    }
}

/// Returns the first and last time of a log as text, in `zone`: "2026-11-21 09:00:00 to …".
#[must_use]
pub fn describe_cover((first, last): (Timestamp, Timestamp), zone: &TimeZone) -> String {
    format!("{} to {}", describe_time(first, zone), describe_time(last, zone))
}

/// Returns the times that a period includes as text, in `zone`: "from 2026-11-21 09:00:00 to …".
#[must_use]
pub fn describe_period(period: &Period, zone: &TimeZone) -> String {
    match (period.since, period.until) {
        (Some(since), Some(until)) => format!("from {} to {}", describe_time(since, zone), describe_time(until, zone)),
        (Some(since), None) => format!("since {}", describe_time(since, zone)),
        (None, Some(until)) => format!("until {}", describe_time(until, zone)),
        (None, None) => String::from("with a time"),
    }
}

fn describe_time(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
