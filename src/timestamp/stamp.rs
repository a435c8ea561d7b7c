//! The time that a line states, before the parts that it omits are filled in.

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
    /// A date without a year: month, day, second of the day, nanoseconds.
    Yearless(i8, i8, i32, i32),
    /// A time of day: seconds and nanoseconds since midnight.
    Clock(i32, i32),
    /// Seconds and nanoseconds since the machine started.
    Uptime(i64, i32),
}

/// Returns the days from 1970-01-01 to a date of the Gregorian calendar, if that date exists.
pub(super) fn days_from_civil(year: i32, month: i32, day: i32) -> Option<i64> {
    const LENGTHS: [i32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *LENGTHS.get(usize::try_from(month).ok()?.wrapping_sub(1))?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if day < 1 || day > length || (month == 2 && day == 29 && !leap) || !(0..=9999).contains(&year) {
        return None;
    }
    // Here, years begin in March, so that the leap day is the last day. See Howard Hinnant,
    // "chrono-Compatible Low-Level Date Algorithms".
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = i64::from(month + if month > 2 { -3 } else { 9 });
    let of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}
