//! Parses typed times by their distance from now, in words: `an hour ago`, `in 2 hours`,
//! `last 10 minutes`.

use jiff::{Span, ToSpan, Zoned};

use super::TypedTime;
use super::reader::TypedTimeReader;

/// The English words for numbers, starting with zero.
const NUMBERS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const MORE_NUMBERS: [(&str, i64); 6] =
    [("fifteen", 15), ("twenty", 20), ("thirty", 30), ("forty", 40), ("fifty", 50), ("ninety", 90)];

impl TypedTimeReader<'_> {
    /// Parses a distance from now that is written in words.
    pub fn distance(&self, text: &str) -> Option<TypedTime> {
        let lower = text.to_ascii_lowercase();
        let now = self.now.timestamp();
        let after = |span: Span| self.now.checked_add(span).ok().map(|time| time.timestamp());
        let before = |span: Span| self.now.checked_sub(span).ok().map(|time| time.timestamp());
        if let Some(span) = span_ago(&lower).or_else(|| span(lower.strip_suffix(" before now")?)) {
            return before(span).map(Self::point);
        }
        let ahead = lower.strip_prefix("in ").or_else(|| lower.strip_suffix(" from now"));
        if let Some(span) = ahead.or_else(|| lower.strip_suffix(" hence")).and_then(span) {
            return after(span).map(Self::point);
        }
        // Both ends are given: `last two hours` ends now.
        if let Some(span) = lower.strip_prefix("last ").or_else(|| lower.strip_prefix("past ")).and_then(span) {
            return before(span).map(|first| TypedTime { first, last: now });
        }
        let signed =
            lower.strip_prefix("- ").map(|text| (text, true)).or_else(|| Some((lower.strip_prefix("+ ")?, false)));
        if let Some((span, back)) = signed.and_then(|(text, back)| Some((span(text.trim())?, back))) {
            return if back { before(span) } else { after(span) }.map(Self::point);
        }
        self.unordered(&lower).map(|time| Self::point(time.timestamp()))
    }

    /// Parses an age whose units are in any order, as systemd does: `300ms20s 5day`.
    fn unordered(&self, text: &str) -> Option<Zoned> {
        let (text, ahead) = text.strip_prefix('+').map_or((text, false), |text| (text, true));
        let text = text.strip_suffix(" ago").unwrap_or(text).trim_start_matches('-');
        let mut time = self.now.clone();
        let mut rest = Some(text.trim()).filter(|text| !text.is_empty())?;
        while !rest.is_empty() {
            let digits = rest.find(|char: char| !char.is_ascii_digit()).filter(|&len| len > 0)?;
            let unit = rest[digits..].trim_start();
            let end = unit.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(unit.len());
            let span: Span = format!("{} {}", &rest[..digits], &unit[..end]).parse().ok()?;
            time = if ahead { time.checked_add(span) } else { time.checked_sub(span) }.ok()?;
            rest = unit[end..].trim_start();
        }
        Some(time)
    }
}

/// Parses `an hour ago`, `week ago`, `two days ago` and `1 fortnight ago`.
pub fn span_ago(text: &str) -> Option<Span> {
    span(text.to_ascii_lowercase().strip_suffix(" ago")?)
}

/// Parses a span of time such as `hour`, `an hour`, `half an hour`, `two days` or `1h30m`.
fn span(text: &str) -> Option<Span> {
    let words: Vec<&str> = text.split(' ').collect();
    let plain = || text.parse().ok().filter(|span: &Span| !span.is_negative());
    let (count, unit) = match words[..] {
        ["half", "hour"] | ["half", "an", "hour"] | ["a", "half", "hour"] => return Some(30.minutes()),
        ["a" | "an", unit] => (1, unit),
        [number, unit] => (number_in_words(number).or_else(|| number.parse().ok())?, unit),
        [unit] => (1, unit),
        _ => return plain(),
    };
    if matches!(unit, "fortnight" | "fortnights") {
        return Span::new().try_weeks(count.checked_mul(2)?).ok();
    }
    let is_word = !unit.is_empty() && unit.bytes().all(|byte| byte.is_ascii_lowercase());
    let counted = || format!("{count} {unit}").parse().ok().filter(|_| is_word && count >= 0);
    counted().or_else(plain)
}

fn number_in_words(word: &str) -> Option<i64> {
    let small = NUMBERS.iter().position(|name| *name == word).and_then(|at| i64::try_from(at).ok());
    small.or_else(|| MORE_NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number))
}
