//! Finds the first year of a log that omits the year and covers more than one.
//!
//! Within a year, the date of the file's last change determines the year, and binary search works.
//! In a longer log each date occurs several times, and only reading from the first line
//! distinguishes them.

use std::io;
use std::ops::Range;

use super::super::access::{PROBE, RandomAccess, each_line, lines};
use super::super::form::TimeForm;
use super::super::notation::zone::Abbreviations;
use super::super::stamp::{DAY, Stamp, days_from_civil};

/// The number of positions examined to find out whether a log covers more than a year.
const PROBES: u64 = 8;

/// The size in bytes up to which a log is read completely for this.
const SMALL_LOG: u64 = 64 << 10;

/// The minimum number of days by which a date in the next year is earlier than the date before it.
const HALF_A_YEAR: i64 = 182;

/// The number of days by which an entry of such a log may be earlier than the entry before it.
pub const GRACE_DAYS: i64 = 7;

/// A month and a day.
type Date = (i8, i8);

/// Returns the year of the first entry if the log covers more than a year. It is the latest year
/// for which the last entry is not after `limit`, a second of the local clock.
pub fn first_year<S: RandomAccess + ?Sized>(
    source: &S,
    within: &Range<u64>,
    form: &TimeForm,
    zones: &Abbreviations,
    (given, limit): (Option<i32>, i64),
) -> io::Result<Option<i32>> {
    let date = |line: &[u8]| match form.read(line, zones) {
        Some(Stamp::Yearless(date)) => Some((date.month, date.day)),
        _ => None,
    };
    let all = || -> io::Result<Vec<Date>> {
        let mut dates = Vec::new();
        each_line(source, within.clone(), &mut |line, _| {
            dates.extend(date(line).filter(|date| dates.last() != Some(date)));
            true
        })?;
        Ok(dates)
    };
    let is_short = within.end - within.start <= SMALL_LOG;
    let mut dates = if is_short { all()? } else { Vec::new() };
    let mut buffer = vec![0; PROBE];
    for probe in (0..=PROBES).filter(|_| !is_short) {
        let at = within.start + (within.end - within.start) / PROBES * probe;
        let at = at.min(within.end - PROBE as u64);
        let got = source.read_at(&mut buffer, at)?;
        let found = lines(&buffer[..got]).skip(usize::from(at > within.start));
        let mut found = found.filter(|line| line.ends_with(b"\n")).filter_map(date);
        dates.extend(if probe == PROBES { found.last() } else { found.next() });
    }
    if !is_longer_than_a_year(&dates) {
        return Ok(None);
    }
    let dates = if is_short { dates } else { all()? };
    if given.is_some() {
        return Ok(given);
    }
    let latest = i32::try_from(limit / (365 * DAY)).map_or(2200, |years| 1971 + years);
    let fits = |year: &i32| last_day(&dates, *year).is_some_and(|day| day * DAY <= limit);
    Ok((latest - 60..=latest).rev().find(fits))
}

/// Returns whether the log's dates wrap around to the first one.
fn is_longer_than_a_year(dates: &[Date]) -> bool {
    let day = |&(month, day): &Date| i64::from(month) * 31 + i64::from(day);
    let turns = dates.windows(2).filter(|pair| day(&pair[0]) - day(&pair[1]) > HALF_A_YEAR).count();
    turns > 1 || turns == 1 && dates.first().zip(dates.last()).is_some_and(|(first, last)| day(last) > day(first))
}

/// Returns the last day, counted from 1970, of dates that begin in `year`.
fn last_day(dates: &[Date], year: i32) -> Option<i64> {
    let (mut year, mut last) = (year, None);
    for &(month, day) in dates {
        // The next 29th of February may be eight years ahead.
        let in_year = |year: i32| days_from_civil(year, month.into(), day.into());
        let from = last.map_or(i64::MIN, |last| last - GRACE_DAYS);
        let found = (year - 1..year + 9)
            .filter_map(|year| Some((year, in_year(year)?)))
            .find(|(found, day)| *day >= from && (last.is_some() || *found >= year));
        let (found, day) = found?;
        if last.is_none() && found != year {
            return None;
        }
        (year, last) = (found, last.max(Some(day)));
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_of_more_than_a_year_is_recognised_by_its_dates() {
        assert!(!is_longer_than_a_year(&[(1, 1), (3, 1), (12, 31)]));
        assert!(!is_longer_than_a_year(&[(11, 1), (12, 31), (1, 1), (3, 1)]));
        assert!(!is_longer_than_a_year(&[(12, 31), (1, 1), (12, 31)][..2]));
        assert!(is_longer_than_a_year(&[(11, 1), (1, 1), (12, 1)]));
        assert!(is_longer_than_a_year(&[(11, 1), (1, 1), (11, 1), (1, 1)]));
    }

    #[test]
    fn a_leap_day_rules_out_other_years() {
        let day = |year| last_day(&[(1, 1), (2, 29), (12, 12), (1, 1), (12, 12)], year);
        assert_eq!(day(2020), days_from_civil(2021, 12, 12));
        assert_eq!(day(2021), days_from_civil(2025, 12, 12));
    }
}
