//! Logs in which the time since the program started has the form of a time of day.

use super::super::notation::Notation;
use super::super::notation::scan::Scanner;
use super::super::notation::zone::Abbreviations;
use super::super::stamp::{DAY, Stamp};

/// The texts before the time at which a log was opened, in small letters.
const OPENED: [&[u8]; 2] = [b"log opened", b"log created"];

/// The number of lines in which a log may state when it was opened.
const MAX_LINES: u64 = 8;

/// The time of day, in seconds, before which the first entry of such a log is written.
const MAX_FIRST: i64 = 60;

/// What the first lines of a log say about its start.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opening {
    /// The second of the day at which the log was opened, and the unit in which it may differ from
    /// local time.
    opened: Option<(i64, i64)>,
    /// The second of the first time without a date at the start of a line.
    first: Option<i64>,
}

impl Opening {
    /// Examines one of the first lines.
    pub fn examine(&mut self, line: &[u8], number: u64, zones: &Abbreviations) {
        if number > MAX_LINES {
            return;
        }
        self.first = self.first.or_else(|| clock(line));
        let lower = line.to_ascii_lowercase();
        let stated = OPENED.iter().find_map(|text| Some(memchr::memmem::find(&lower, text)? + text.len()));
        if let (None, Some(from)) = (self.opened, stated) {
            let times = (from..line.len().min(from + 64)).flat_map(|at| Notation::all(&line[at..], zones));
            self.opened = times.filter(|time| time.notation.has_date()).find_map(|time| match time.stamp {
                Stamp::Local(second, _) => Some((second.rem_euclid(DAY), DAY)),
                Stamp::Instant(time) => Some((time.as_second().rem_euclid(DAY), 3600)),
                _ => None,
            });
        }
    }

    /// Returns whether the log begins at zero, although it was opened at another time of day.
    pub fn counts_from_start(self) -> bool {
        let (Some((opened, unit)), Some(first)) = (self.opened, self.first) else { return false };
        let apart = (opened - first).rem_euclid(unit);
        first < MAX_FIRST && apart.min(unit - apart) > MAX_FIRST
    }
}

/// Returns the second of the time of day at the start of `line`.
fn clock(line: &[u8]) -> Option<i64> {
    let mut at = Scanner(line);
    let hour = at.digits(2)?;
    at.take(b":")?;
    let minute = at.digits(2)?;
    at.take(b":")?;
    Some(i64::from(hour * 3600 + minute * 60 + at.digits(2)?))
}
