//! The time format of a log: the location of times in a line, and their notation.

pub mod entry_start;
pub mod heading;
pub mod json;
pub mod location;

use std::fmt;

use jiff::tz::TimeZone;

use super::access::LINE_HEAD;
use super::notation::Notation;
use super::notation::zone::Abbreviations;
use super::stamp::Stamp;
use entry_start::EntryStart;
use heading::Heading;
use location::TimeLocation;

/// The time format of a log.
#[derive(Clone, Debug)]
pub struct TimeForm {
    pub(super) location: TimeLocation,
    pub(super) notation: Notation,
    /// The zone of times without one, if the log names it.
    pub(super) zone: Option<TimeZone>,
    /// The first line of each entry, if the time is on a later line.
    pub(super) heading: Option<Heading>,
    /// The beginning of the lines with a time.
    pub(super) start: EntryStart,
    /// The day of the first entry, if the log states it outside its entries.
    pub(super) day: Option<i64>,
    /// Whether day and month may be swapped, although the examined lines do not show it.
    pub(super) is_unsettled: bool,
    /// The number of lines examined to detect it.
    pub examined: u64,
    /// The number of these lines that contain a time in this form.
    pub timed: u64,
    /// The beginning of a line in this form.
    pub example: String,
}

impl TimeForm {
    /// Reads the time of a line in this form only.
    pub(super) fn read(&self, line: &[u8], zones: &Abbreviations) -> Option<Stamp> {
        self.read_to_end(line, zones).map(|(stamp, _)| stamp)
    }

    /// Reads the time of a line, and the offset at which it ends if it is in a column.
    pub(super) fn read_to_end(&self, line: &[u8], zones: &Abbreviations) -> Option<(Stamp, Option<usize>)> {
        if !self.start.fits(line) {
            return None;
        }
        self.location.read(&line[..line.len().min(LINE_HEAD)], &self.notation, zones)
    }

    /// Returns a warning if many of the lines from which the form was detected do not match it.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.timeless().map(|timeless| format!("{timeless} of the form '{}'", self.example))
    }

    /// Returns a message if many of the lines from which the form was detected do not match it.
    pub(super) fn timeless(&self) -> Option<String> {
        if self.heading.is_some() || self.start.is_of_several_lines() {
            // The other lines of an entry have no time.
            return None;
        }
        let (examined, timeless) = (self.examined, self.examined.saturating_sub(self.timed));
        let many = timeless > 1 && timeless * 4 > examined;
        many.then(|| format!("{timeless} of the {examined} lines examined have no time"))
    }

    /// Returns whether a file with this form is a log rather than a text file that mentions some
    /// times.
    pub(super) fn is_of_a_log(&self) -> bool {
        self.timed * 10 >= self.examined
    }
}

impl fmt::Display for TimeForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.notation, self.location)
    }
}
