//! Data that only the C library has: user and group names, local time, and the locale.
//!
//! GNU stat prints all three, so they are taken from the same library. Name services, `TZ` and
//! `LC_*` then agree without a second parser of the same tables. Nothing is looked up until some
//! output needs it, which keeps start-up fast, and the locale is set only once per process.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int};
use std::sync::OnceLock;

pub use crate::os::locale::{LocalTime, Locale};

unsafe extern "C" {
    // From `<wctype.h>` and `<wchar.h>`, which the `libc` crate leaves out.
    fn iswprint(wide: libc::c_uint) -> c_int;
    fn wcwidth(wide: libc::wchar_t) -> c_int;
}

/// Returns the login name of `uid`, or `None` if the name service has none.
pub fn user_name(uid: u32) -> Option<Vec<u8>> {
    look_up(|buffer| {
        // SAFETY: `passwd` is plain data for which all zeros is a valid value. It is only read
        // after success.
        let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        // SAFETY: every pointer is to a live local or to the buffer, whose true length is passed.
        let error = unsafe { libc::getpwuid_r(uid, &mut entry, buffer.as_mut_ptr().cast(), buffer.len(), &mut found) };
        (error, (!found.is_null()).then_some(entry.pw_name))
    })
}

/// Returns the name of group `gid`, or `None` if the name service has none.
pub fn group_name(gid: u32) -> Option<Vec<u8>> {
    look_up(|buffer| {
        // SAFETY: `group` is plain data for which all zeros is a valid value. It is only read after
        // success.
        let mut entry: libc::group = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        // SAFETY: every pointer is to a live local or to the buffer, whose true length is passed.
        let error = unsafe { libc::getgrgid_r(gid, &mut entry, buffer.as_mut_ptr().cast(), buffer.len(), &mut found) };
        (error, (!found.is_null()).then_some(entry.gr_name))
    })
}

/// Calls a `get*_r` function with a growing buffer, because a group may have many members, and
/// copies the name.
fn look_up(mut query: impl FnMut(&mut [u8]) -> (c_int, Option<*mut c_char>)) -> Option<Vec<u8>> {
    let mut buffer = vec![0u8; 1024];
    loop {
        match query(&mut buffer) {
            (libc::ERANGE, _) if buffer.len() < 1 << 24 => buffer.resize(buffer.len() * 4, 0),
            (0, Some(name)) if !name.is_null() => {
                // SAFETY: on success the name is a NUL-terminated string inside `buffer`, which is
                // still alive.
                return Some(unsafe { CStr::from_ptr(name) }.to_bytes().to_vec());
            }
            _ => return None,
        }
    }
}

/// Converts `seconds` since 1970 to local time (`TZ`). Returns `None` if the year does not fit.
#[allow(clippy::useless_conversion, reason = "time_t and long have 32 bits on some targets")]
pub fn local_time(seconds: i64) -> Option<LocalTime> {
    // musl's type is deprecated in `libc`, so it is not named.
    let seconds = seconds.try_into().ok()?;
    // SAFETY: `tm` is plain data for which all zeros is a valid value.
    let mut civil: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live locals; `localtime_r` keeps neither.
    if unsafe { libc::localtime_r(&seconds, &mut civil) }.is_null() {
        return None;
    }
    Some(LocalTime {
        year: i64::from(civil.tm_year) + 1900,
        month: civil.tm_mon + 1,
        day: civil.tm_mday,
        hour: civil.tm_hour,
        minute: civil.tm_min,
        second: civil.tm_sec,
        offset: civil.tm_gmtoff.into(),
    })
}

/// Returns the user's locale, which is read once.
pub fn locale() -> &'static Locale {
    static LOCALE: OnceLock<Locale> = OnceLock::new();
    LOCALE.get_or_init(|| {
        // SAFETY: `OnceLock` admits one thread, and nothing else in this program sets or reads the
        // C locale, so the returned strings stay valid while they are copied.
        unsafe {
            libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
            libc::setlocale(libc::LC_NUMERIC, c"".as_ptr());
            let copy = |text: *const c_char| {
                if text.is_null() { Vec::new() } else { CStr::from_ptr(text).to_bytes().to_vec() }
            };
            let charset = copy(libc::nl_langinfo(libc::CODESET));
            let numbers = &*libc::localeconv();
            let grouping = copy(numbers.grouping);
            let point = copy(numbers.decimal_point);
            let thousands_separator = copy(numbers.thousands_sep);
            // Rust always formats numbers with a point; C code in this process should do the same.
            libc::setlocale(libc::LC_NUMERIC, c"C".as_ptr());
            Locale {
                utf8: charset.eq_ignore_ascii_case(b"UTF-8"),
                decimal_point: if point.is_empty() { b".".to_vec() } else { point },
                thousands_separator,
                grouping,
            }
        }
    })
}

/// Returns whether the locale can show `character`. It cannot show control characters and
/// unassigned code points.
pub fn printable(character: char) -> bool {
    let locale = locale();
    if !locale.utf8 {
        return character == ' ' || character.is_ascii_graphic();
    }
    // SAFETY: `iswprint` takes any value and reads only the locale, which `locale()` has set and
    // nothing changes.
    unsafe { iswprint(u32::from(character)) != 0 }
}

/// Returns the number of columns that a terminal shows `character` in, 0 if it is not printable.
pub fn columns(character: char) -> u64 {
    if !printable(character) {
        return 0;
    }
    // SAFETY: as above. The cast keeps all of a code point's 21 bits.
    let columns = unsafe { wcwidth(u32::from(character) as libc::wchar_t) };
    u64::try_from(columns).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_known_and_unknown_ids() {
        assert_eq!(user_name(0).as_deref(), Some(&b"root"[..]));
        assert_eq!(group_name(0).as_deref(), Some(&b"root"[..]));
        assert_eq!(user_name(u32::MAX - 7), None);
    }

    #[test]
    fn a_year_that_overflows_is_none() {
        assert!(local_time(i64::MAX).is_none());
        assert!(local_time(0).is_some());
    }

    #[test]
    fn control_characters_are_not_printable() {
        assert!(printable('a') && printable(' '));
        assert!(!printable('\u{7}') && !printable('\u{7f}'));
    }
}
