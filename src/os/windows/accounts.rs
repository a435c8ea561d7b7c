//! Owners, local time and the locale for `stat`.
//!
//! Owners have no numeric IDs here, so they have no names either. Text is UTF-8.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Returns `None`: users have no numeric IDs.
pub fn user_name(_: u32) -> Option<Vec<u8>> {
    None
}

/// Returns `None`: groups have no numeric IDs.
pub fn group_name(_: u32) -> Option<Vec<u8>> {
    None
}

/// A point in time as the local time zone shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    /// The year of the Gregorian calendar.
    pub year: i64,
    /// The month, 1 to 12.
    pub month: i32,
    /// The day of the month, 1 to 31.
    pub day: i32,
    /// The hour, 0 to 23.
    pub hour: i32,
    /// The minute, 0 to 59.
    pub minute: i32,
    /// The second, 0 to 59.
    pub second: i32,
    /// Seconds east of Greenwich.
    pub offset: i64,
}

/// Converts `seconds` since 1970 to local time. Returns `None` if the year does not fit.
pub fn local_time(seconds: i64) -> Option<LocalTime> {
    let civil = Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::system());
    Some(LocalTime {
        year: civil.year().into(),
        month: civil.month().into(),
        day: civil.day().into(),
        hour: civil.hour().into(),
        minute: civil.minute().into(),
        second: civil.second().into(),
        offset: civil.offset().seconds().into(),
    })
}

/// What the locale says about text and numbers.
#[derive(Debug)]
pub struct Locale {
    /// Whether file names are UTF-8.
    pub utf8: bool,
    /// The separator between seconds and their fraction.
    pub decimal_point: Vec<u8>,
    /// The separator between groups of digits under the `'` flag; may be empty.
    pub thousands_separator: Vec<u8>,
    /// Sizes of digit groups from the right, as `localeconv` returns them.
    pub grouping: Vec<u8>,
}

/// Returns a fixed locale: UTF-8, and numbers as programs read them.
pub fn locale() -> &'static Locale {
    static LOCALE: OnceLock<Locale> = OnceLock::new();
    LOCALE.get_or_init(|| Locale {
        utf8: true,
        decimal_point: b".".to_vec(),
        thousands_separator: Vec::new(),
        grouping: Vec::new(),
    })
}

/// Returns whether a character can be shown.
pub fn printable(character: char) -> bool {
    !character.is_control()
}
