//! Owners, local time and the locale for `stat`.
//!
//! Owners have no numeric IDs here, so they have no names either. Text is UTF-8.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use crate::os::locale::{LocalTime, Locale};

/// Returns `None`: users have no numeric IDs.
pub fn user_name(_: u32) -> Option<Vec<u8>> {
    None
}

/// Returns `None`: groups have no numeric IDs.
pub fn group_name(_: u32) -> Option<Vec<u8>> {
    None
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

/// Returns a fixed locale: UTF-8, and numbers formatted as in the C locale.
pub fn locale() -> &'static Locale {
    static LOCALE: OnceLock<Locale> = OnceLock::new();
    LOCALE.get_or_init(|| Locale {
        utf8: true,
        decimal_point: b".".to_vec(),
        thousands_separator: Vec::new(),
        grouping: Vec::new(),
    })
}

/// Returns whether a character is printable.
pub fn printable(character: char) -> bool {
    !character.is_control()
}

/// Returns the number of columns that a console shows `character` in, 0 if it is not printable.
pub fn columns(character: char) -> u64 {
    unicode_width::UnicodeWidthChar::width(character).unwrap_or(0) as u64
}
