//! Local time and the locale, in types that are the same on every system.

/// A point in time in the local time zone.
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
    /// The second, 0 to 60.
    pub second: i32,
    /// Seconds east of Greenwich.
    pub offset: i64,
}

/// The user's locale for text and numbers (`LC_ALL`, `LC_CTYPE`, `LC_NUMERIC`, `LANG`).
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
