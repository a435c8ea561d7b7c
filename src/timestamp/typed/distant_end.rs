//! Detects a period whose end was typed without a date and falls on an unintended day.

use jiff::SignedDuration;

use super::super::Period;
use super::parse_duration;

/// Returns a note about a period whose beginning was typed with a date and whose end, typed without
/// one, is days later.
pub fn distant_end(since: &str, until: &str, period: &Period) -> Option<String> {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    let names_date = since.bytes().filter(u8::is_ascii_digit).count() >= 6;
    if !names_date || until.starts_with('+') || period.until?.duration_since(period.since?) < DAY {
        return None;
    }
    let until = until.trim();
    let is_clock = until.contains(':') && until.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    if is_clock {
        return Some(format!("--until '{until}' is today; to end on the day of --since, add its date"));
    }
    parse_duration(until)?;
    Some(format!("--until '{until}' is {until} ago; for a length from --since, write --until '+{until}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Regression: `--since '2026-11-21 12:30' --until 12:31` covered nine days without a warning.
    #[test]
    fn an_end_without_a_date_is_noted() {
        let period = |hours: i64| {
            let since = jiff::Timestamp::UNIX_EPOCH;
            Period { since: Some(since), until: since.checked_add(SignedDuration::from_hours(hours)).ok() }
        };
        let note = |since, until, hours| distant_end(since, until, &period(hours)).is_some();
        assert!(note("2026-11-21 12:30", "12:31", 200) && note("2026-11-21", "40m", 200));
        assert!(!note("2026-11-21 12:30", "12:31", 1) && !note("2026-11-21 12:30", "+40m", 200));
        assert!(!note("2026-11-21 12:30", "2026-11-30 12:31", 200) && !note("2d", "12:31", 40));
    }
}
