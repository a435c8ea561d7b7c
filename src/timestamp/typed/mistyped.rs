//! Explains the mistake in a typed time that is nearly valid.

use jiff::civil::Date;

use super::super::notation::months::MONTHS;
use super::super::notation::scan::Scanner;

/// Returns the mistake in a string that is not a time, if it can be determined.
pub fn explain(text: &str) -> Option<String> {
    let reasons = [bare_number, period, wrong_date, wrong_named_day, wrong_offset, wrong_clock];
    reasons.iter().find_map(|reason| reason(text))
}

/// Explains a plain number, whose unit is unclear.
fn bare_number(text: &str) -> Option<String> {
    let number: u32 =
        text.parse().ok().filter(|_| text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(match number {
        0..24 => format!("may be an hour or an age: write {number:02}:00, {number}m or {number}h"),
        _ => format!("a number needs a unit: write {number}s, {number}m or {number}h for an age"),
    })
}

/// Explains a period, which needs two options.
fn period(text: &str) -> Option<String> {
    let (from, to) = [" to ", "..", " - "].iter().find_map(|between| text.split_once(between))?;
    let is_time = |part: &str| part.trim().starts_with(|first: char| first.is_ascii_digit());
    (is_time(from) && is_time(to))
        .then(|| format!("write a period as --since '{}' --until '{}'", from.trim(), to.trim()))
}

/// Explains a numeric date whose month or day does not exist.
fn wrong_date(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '/' | '.')));
    words.find_map(|word| {
        let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
        let [first, second, third] = parts[..] else { return None };
        let is_short = |part: &str| matches!(part.len(), 1 | 2);
        if first.len() == 4 && is_short(second) && is_short(third) {
            return wrong_day(first.parse().ok()?, second.parse().ok()?, third.parse().ok()?);
        }
        if third.len() != 4 || !is_short(first) || !is_short(second) {
            return None;
        }
        let (year, first, second) = (third.parse().ok()?, first.parse().ok()?, second.parse().ok()?);
        // With slashes, either order is common.
        match wrong_day(year, second, first) {
            Some(_) if word.contains('/') && wrong_day(year, first, second).is_none() => None,
            wrong => wrong,
        }
    })
}

/// Explains a day that a month does not have, such as `Nov 31` or `30 February 2026`.
fn wrong_named_day(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split([' ', '-', '/', ',']).filter(|word| !word.is_empty()).collect();
    let month = |word: &str| {
        let mut at = Scanner(word.as_bytes());
        at.name(&MONTHS).filter(|_| at.0.is_empty())
    };
    let at = words.iter().position(|word| month(word).is_some())?;
    let number = |at: usize| words.get(at)?.trim_end_matches('.').parse::<i32>().ok();
    let day = |at: usize| number(at).filter(|day| *day < 100);
    let (day, year) = match at.checked_sub(1).and_then(day) {
        Some(day) => (day, number(at + 1)),
        None => (day(at + 1)?, number(at + 2)),
    };
    // The year may be missing, so it could be a leap year.
    wrong_day(year.filter(|year| (1000..9999).contains(year)).unwrap_or(2024), month(words[at])?, day)
}

/// Returns the reason a date does not exist.
fn wrong_day(year: i32, month: i32, day: i32) -> Option<String> {
    if !(1..=12).contains(&month) {
        return Some(format!("there is no month {month}: months are 1 to 12"));
    }
    let first = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()?;
    let days = i32::from(first.days_in_month());
    let name = first.strftime("%B");
    match day {
        _ if (1..=days).contains(&day) => None,
        29 => Some(format!("there is no day {day}: {name} {year} has {days} days")),
        _ => Some(format!("there is no day {day}: {name} has {days} days")),
    }
}

/// Explains an offset, after a time of day, that is a day or longer or whose minutes do not exist.
fn wrong_offset(text: &str) -> Option<String> {
    let (at, sign) = text.rmatch_indices(['+', '-']).next()?;
    let is_after_clock = text[..at].contains(':') && text[..at].trim_end().ends_with(|c: char| c.is_ascii_digit());
    let offset = text[at + 1..].split_whitespace().next()?;
    let (hours, minutes) = offset.split_once(':').or_else(|| offset.split_at_checked(2))?;
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() == 2);
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (is_after_clock && (hours > 23 || minutes > 59))
        .then(|| format!("there is no offset {sign}{offset}: offsets have at most 23 hours and 59 minutes"))
}

/// Explains an invalid time of day.
fn wrong_clock(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    for suffix in ["am", "pm"] {
        let Some(before) = lower.trim_end().strip_suffix(suffix) else { continue };
        let word = before.trim_end().rsplit(' ').next()?;
        let hour: u32 = word.split(':').next()?.parse().ok()?;
        if !(1..=12).contains(&hour) {
            return Some(format!("there is no {word} {suffix}: with am and pm, hours are 1 to 12"));
        }
    }
    let mut words = lower.split(|c: char| !(c.is_ascii_digit() || c == ':'));
    words.find_map(|word| {
        let parts: Vec<u32> =
            word.split(':').map(|part| part.parse().ok().filter(|_| part.len() <= 2)).collect::<Option<_>>()?;
        let (hour, rest) = parts.split_first().filter(|(_, rest)| matches!(rest.len(), 1 | 2))?;
        match rest {
            _ if *hour > 24 => Some(format!("there is no hour {hour}: hours are 0 to 24")),
            [minute, ..] if *minute > 59 => Some(format!("there is no minute {minute}: minutes are 0 to 59")),
            [_, second] if *second > 60 => Some(format!("there is no second {second}: seconds are 0 to 60")),
            _ if *hour == 24 && rest.iter().any(|part| *part > 0) => Some("a day ends at 24:00".to_owned()),
            _ => None,
        }
    })
}

/// Returns the mistake in a time format without directives of strptime(3), because many programs
/// write yyyy-MM-dd.
pub fn without_directives(format: &str) -> Option<String> {
    const LETTERS: [(&str, &str); 13] = [
        ("'T'", "T"),
        ("YYYY", "%Y"),
        ("yyyy", "%Y"),
        ("MMM", "%b"),
        ("MM", "%m"),
        ("DD", "%d"),
        ("dd", "%d"),
        ("HH", "%H"),
        ("mm", "%M"),
        (".SSS", "%.f"),
        ("SSS", "%f"),
        ("ss", "%S"),
        ("XXX", "%:z"),
    ];
    if format.contains('%') {
        return None;
    }
    let ours = LETTERS.iter().fold(format.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours));
    Some(match ours == format {
        true => "expected directives of strptime, as in '%Y-%m-%d %H:%M:%S'".into(),
        false => format!("write it with the directives of strptime: '{ours}'"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Regression: each of these printed the list of all forms, without saying what is wrong.
    #[test]
    fn mistakes_are_explained() {
        for (text, named) in [
            ("25:00", "there is no hour 25"),
            ("2026-11-28 10:61", "there is no minute 61"),
            ("2026-11-28T10:00:75Z", "there is no second 75"),
            ("24:30", "a day ends at 24:00"),
            ("14:30+25:00", "there is no offset +25:00"),
            ("2026-11-28T14:30:05-2460", "there is no offset -2460"),
            ("13pm", "there is no 13 pm"),
            ("yesterday 0:30 am", "there is no 0:30 am"),
            ("2026-13-01", "there is no month 13"),
            ("2026-00-01 10:00", "there is no month 0"),
            ("2026-11-31", "there is no day 31: November has 30 days"),
            ("2026/02/29 10:00", "there is no day 29: February 2026 has 28 days"),
            ("31.11.2026", "there is no day 31"),
            ("28.13.2026", "there is no month 13"),
            ("31/11/2026", "there is no day 31"),
            ("Nov 31", "there is no day 31"),
            ("30 February 2026 10:00", "there is no day 30"),
            ("Montag, 31. November 2026", "there is no day 31"),
            ("10", "may be an hour or an age: write 10:00, 10m or 10h"),
            ("90", "a number needs a unit"),
            ("10:00..11:00", "write a period as --since '10:00' --until '11:00'"),
            ("2026-11-28 10:00 to 11:00", "write a period as --since '2026-11-28 10:00' --until '11:00'"),
        ] {
            let explained = explain(text).unwrap_or_default();
            assert!(explained.starts_with(named), "{text}: {explained}");
        }
        for text in [
            "",
            "soon",
            "2026-11-28 10:00 somewhere",
            "1.2.3",
            "11/28/2026",
            "10:00",
            "Feb 29",
            "May be",
            "Montag, 20. November 2026",
            "November 2026",
        ] {
            assert_eq!(explain(text), None, "{text}");
        }
    }
}
