//! Values that were not quoted, so that a part of them became a separate word: `--since 2026-11-21
//! 08:55`, `--find ff d8`, `--length 64 KB`.

use std::ffi::OsString;

use super::{NamedThing, words_of};
use crate::cli::size::{is_digits, parse_offset};

/// Returns advice on what to type instead of a command line in which a word is not read as
/// intended, and which would print whole files before it fails.
pub fn refusal(args: &[OsString], named: impl Fn(&str) -> NamedThing) -> Option<String> {
    let words = words_of(args);
    let (&subcommand, words) = words.get(1..)?.split_first()?;
    let exists = |word: &str| named(word) != NamedThing::Nothing;
    split_time(subcommand, words, &exists)
        .or_else(|| split_bytes(subcommand, words, &exists))
        .or_else(|| split_size(subcommand, words, &exists))
}

/// Returns advice if the rest of a time was read as a file that does not exist.
fn split_time(subcommand: &str, words: &[&str], exists: &impl Fn(&str) -> bool) -> Option<String> {
    let has_pattern = |at: usize| {
        let is_pattern = |word: &&str| word.starts_with("-e") || word.starts_with("-f") || word.starts_with("--regexp");
        words.first().is_some_and(|word| at > 0 && !word.starts_with('-')) || words.iter().any(is_pattern)
    };
    let is_lost = |at: usize| {
        // Without a pattern before it, the time is the pattern and the pattern a file.
        let at = if subcommand == "grep" && !has_pattern(at) { at + 1 } else { at };
        words.get(at).is_some_and(|word| !word.starts_with('-') && !word.contains(['.', '/']) && !exists(word))
    };
    (0..words.len()).find_map(|at| {
        let (advice, length) = split_time_at(words.get(at..)?)?;
        is_lost(at + length - 1).then_some(advice)
    })
}

/// Returns advice if the bytes of a pattern are separate words: `--find ff d8`.
fn split_bytes(subcommand: &str, words: &[&str], exists: &impl Fn(&str) -> bool) -> Option<String> {
    let is_byte = |word: &&&str| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'?');
    if subcommand != "hexdump" {
        return None;
    }
    let at = words.iter().position(|word| *word == "--find" || word.starts_with("--find="))?;
    let (first, rest) = match words[at].split_once('=') {
        Some((_, first)) => (first, &words[at + 1..]),
        None => (*words.get(at + 1)?, &words[at + 2..]),
    };
    let bytes: Vec<&str> = rest.iter().take_while(is_byte).copied().collect();
    let is_split = is_byte(&&first) && bytes.first().is_some_and(|byte| !exists(byte));
    is_split.then(|| format!("write bytes as one argument: --find '{first} {}'", bytes.join(" ")))
}

/// Returns advice if the unit of a size is a separate word: `--length 64 KB`.
fn split_size(subcommand: &str, words: &[&str], exists: &impl Fn(&str) -> bool) -> Option<String> {
    let is_size =
        |option: &str| matches!(option, "--length" | "--offset" | "--pieces" | "--block-size" | "--file-size");
    // In grep, the unit may be the pattern.
    if subcommand == "grep" {
        return None;
    }
    words.windows(3).find_map(|three| match *three {
        [option, number, unit] if is_size(option) && is_digits(number) && !is_digits(unit) && !exists(unit) => {
            let size = format!("{number}{unit}");
            parse_offset(&size).ok().map(|_| format!("write a size as one argument: {option} {size}"))
        }
        _ => None,
    })
}

/// Returns advice if a time of day is a separate word after an option's date, and was therefore
/// read as a pattern or a file: `--since 2026-11-21 08:55`.
pub fn unquoted_time(words: &[&str]) -> Option<String> {
    (0..words.len()).find_map(|at| split_time_at(&words[at..])).map(|(advice, _)| advice)
}

/// Returns advice if the first words are an option, the date that is its value, and a time of day.
/// Also returns the number of these words.
fn split_time_at(words: &[&str]) -> Option<(String, usize)> {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let is_date = |word: &str| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains(['-', '/']);
    let is_unit = |word: &str| {
        let units = ["second", "sec", "minute", "min", "hour", "day", "week", "month"];
        units.iter().any(|unit| word == *unit || word.strip_suffix('s') == Some(unit))
    };
    let is_clock = |word: &str| match word.as_bytes() {
        [hour @ .., b':', one, two] => hour.first().is_some_and(is_digit) && is_digit(one) && is_digit(two),
        _ => false,
    };
    let advice = |option: &str, date: &str, time: &str| {
        if !matches!(option, "--since" | "--until" | "--around") {
            return None;
        }
        if is_digits(date) && is_unit(time) {
            return Some(format!("write a time as one argument: {option} '{date} {time} ago'"));
        }
        (is_date(date) && is_clock(time))
            .then(|| format!("write a date and a time as one argument: {option} '{date} {time}'"))
    };
    match *words {
        [option, date, time, ..] if !option.contains('=') => advice(option, date, time).map(|advice| (advice, 3)),
        [date, time, ..] => {
            let (option, date) = date.split_once('=')?;
            advice(option, date, time).map(|advice| (advice, 2))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(word: &str) -> NamedThing {
        if word == "f" { NamedThing::File(19) } else { NamedThing::Nothing }
    }

    // Regression: the whole file was printed before or after the message.
    #[test]
    fn a_value_that_is_split_is_refused() {
        let refused = |line: &str| refusal(&line.split(' ').map(OsString::from).collect::<Vec<_>>(), named);
        for (line, message) in [
            ("mapped hexdump --find ff d8 ff e0 f", "write bytes as one argument: --find 'ff d8 ff e0'"),
            ("mapped hexdump --find=ff d8 f", "write bytes as one argument: --find 'ff d8'"),
            (
                "mapped cat --around 2026-11-21 00:35 f",
                "write a date and a time as one argument: --around '2026-11-21 00:35'",
            ),
            ("mapped cat --since=11/21 8:35 f", "write a date and a time as one argument: --since '11/21 8:35'"),
            ("mapped cat --since 2 hours f", "write a time as one argument: --since '2 hours ago'"),
            (
                "mapped grep x --since 2026-11-21 8:35 f",
                "write a date and a time as one argument: --since '2026-11-21 8:35'",
            ),
            (
                "mapped grep --since 2026-11-21 8:35 x f",
                "write a date and a time as one argument: --since '2026-11-21 8:35'",
            ),
            (
                "mapped grep --since 2026-11-21 8:35 -e x f",
                "write a date and a time as one argument: --since '2026-11-21 8:35'",
            ),
            ("mapped hexdump --length 64 kb f", "write a size as one argument: --length 64kb"),
            ("mapped cat --offset 1 M f", "write a size as one argument: --offset 1M"),
        ] {
            assert_eq!(refused(line).as_deref(), Some(message), "{line}");
        }
        for line in [
            "mapped hexdump --find ff f",
            "mapped hexdump --find ff -v f",
            "mapped hexdump --find text d8 f",
            "mapped cat --around 2026-11-21 f",
            "mapped cat --around 2026-11-21 g.log",
            "mapped grep --since 2026-11-21 8:35 f",
            "mapped grep --since 2026-11-21 8:35 g.log",
            "mapped hexdump --length 64 f",
            "mapped hexdump --length 64 missing",
        ] {
            assert_eq!(refused(line), None, "{line}");
        }
    }
}
