//! The time written in a line, before the omitted parts are filled in.

use jiff::Timestamp;

/// Seconds in a day.
pub(super) const DAY: i64 = 86_400;

/// The written time of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// A point in time: seconds since the epoch, or a date and time with an offset.
    Instant(Timestamp),
    /// A date and time without a zone, as seconds since 1970 on the local clock.
    Local(i64, i32),
    /// A date and time without a year.
    Yearless(Yearless),
    /// A time of day: seconds and nanoseconds since midnight.
    Clock(i32, i32),
    /// Seconds and nanoseconds since the machine started.
    Uptime(i64, i32),
}

impl Stamp {
    /// Returns this time with another fraction of a second.
    pub(super) fn with_nanoseconds(self, nanoseconds: i32) -> Self {
        match self {
            Self::Instant(time) => Self::Instant(Timestamp::new(time.as_second(), nanoseconds).unwrap_or(time)),
            Self::Local(second, _) => Self::Local(second, nanoseconds),
            Self::Yearless(date) => Self::Yearless(Yearless { nanoseconds, ..date }),
            Self::Clock(second, _) => Self::Clock(second, nanoseconds),
            Self::Uptime(second, _) => Self::Uptime(second, nanoseconds),
        }
    }
}

/// A date and time without a year, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Yearless {
    /// The month, from 1.
    pub month: i8,
    /// The day of the month, from 1.
    pub day: i8,
    /// The second of the day.
    pub second: i32,
    /// The nanoseconds within that second.
    pub nanoseconds: i32,
    /// The offset of the zone that follows, in seconds east of UTC.
    pub offset: Option<i32>,
}

impl Yearless {
    /// Returns the second of the written clock in `year`, if that year has this day.
    pub(super) fn in_year(self, year: i32) -> Option<i64> {
        let days = days_from_civil(year, self.month.into(), self.day.into())?;
        Some(days * DAY + i64::from(self.second))
    }

    /// Returns the first second of the written clock, at or after `floor`, with this date and time.
    pub(super) fn after(self, floor: i64) -> i64 {
        let year = 1970 + i32::try_from(floor.div_euclid(DAY) / 366).unwrap_or_default();
        (year..=year + 12).filter_map(|year| self.in_year(year)).find(|&time| time >= floor).unwrap_or(floor)
    }
}

/// Returns the month and day of the day with this ordinal number in `year`, counted from 1.
pub(super) fn day_of_year(year: i32, number: i32) -> Option<(i32, i32)> {
    let days = days_from_civil(year, 1, 1)? + i64::from(number) - 1;
    let month = (1..=12).rev().find(|&month| days_from_civil(year, month, 1).is_some_and(|first| first <= days))?;
    let day = i32::try_from(days - days_from_civil(year, month, 1)?).ok()? + 1;
    days_from_civil(year, month, day).map(|_| (month, day))
}

/// Returns the days from 1970-01-01 to a date of the Gregorian calendar, if that date exists.
pub(super) fn days_from_civil(year: i32, month: i32, day: i32) -> Option<i64> {
    const LENGTHS: [i32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *LENGTHS.get(usize::try_from(month).ok()?.wrapping_sub(1))?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if day < 1 || day > length || (month == 2 && day == 29 && !leap) || !(0..=9999).contains(&year) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last day. See Howard Hinnant,
    // "chrono-Compatible Low-Level Date Algorithms".
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = i64::from(month + if month > 2 { -3 } else { 9 });
    let of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}
