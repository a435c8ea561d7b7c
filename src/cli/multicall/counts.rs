//! Parses the counts of head(1) and tail(1), and their obsolete options: `-5`, `-5c`, `+5`.

use std::ffi::{OsStr, OsString};

use super::number::{COUNT, NumberError};
use crate::os::posix::OsStrExt;

/// A count with the sign before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedCount {
    /// `-`, `+` or neither.
    pub sign: Option<u8>,
    /// The number, which saturates at the largest `u64`.
    pub number: u64,
}

/// Parses a count as coreutils do: decimal, after any blanks, with a unit such as `b`, `k`, `K`, `KB`
/// or `MiB`. A unit without a number means one of that unit.
pub fn signed(text: &OsStr) -> Option<SignedCount> {
    let text = text.to_str()?;
    let (sign, number) = match text.as_bytes() {
        // Another sign may follow a minus sign, and a unit alone may not follow a plus sign.
        [b'-', ..] => (Some(b'-'), &text[1..]),
        [b'+', ..] => (Some(b'+'), text),
        _ => (None, text),
    };
    match COUNT.parse(number) {
        Ok(number) => Some(SignedCount { sign, number }),
        // The largest number stands for all larger ones, as in coreutils since 9.5.
        Err(NumberError::TooLarge) => Some(SignedCount { sign, number: u64::MAX }),
        Err(NumberError::Invalid) => None,
    }
}

/// Rewrites an old-style option given as the first argument, such as `-5c` of head or `+5f` of
/// tail.
pub fn modernize(tool: &str, args: &[OsString]) -> Vec<OsString> {
    let modern = match args.first().map(|arg| arg.as_bytes()) {
        Some([b'-', rest @ ..]) if matches!(tool, "head" | "tail") => old_option(tool, "", rest),
        Some([b'+', rest @ ..]) if tool == "tail" && args.len() <= 2 => old_option(tool, "+", rest),
        _ => None,
    };
    match modern {
        Some(modern) => modern.into_iter().chain(args[1..].iter().cloned()).collect(),
        None => args.to_vec(),
    }
}

fn old_option(tool: &str, sign: &str, rest: &[u8]) -> Option<Vec<OsString>> {
    let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, letters) = rest.split_at(end);
    // Without a number, as in tail's -l, -b, + and +c, the count is ten.
    let is_bare = tool == "tail" && matches!((sign, letters), ("+", _) | ("", [b'b' | b'l', ..]));
    let digits = match std::str::from_utf8(digits).ok()? {
        "" if is_bare => "10",
        "" => return None,
        digits => digits,
    };
    if tool == "tail" && !matches!(letters, [] | [b'f' | b'b' | b'c' | b'l'] | [b'b' | b'c' | b'l', b'f']) {
        return None;
    }
    let mut unit = "";
    let mut counts = "-n";
    let mut options = Vec::new();
    for letter in letters {
        match (letter, tool) {
            (b'c', _) => (unit, counts) = ("", "-c"),
            (b'l', _) => counts = "-n",
            (b'b', _) => (unit, counts) = ("b", "-c"),
            (b'k', "head") => (unit, counts) = ("k", "-c"),
            (b'm', "head") => (unit, counts) = ("m", "-c"),
            (b'q' | b'v' | b'z', "head") | (b'f', "tail") => {
                options.push(OsString::from(format!("-{}", char::from(*letter))));
            }
            _ => return None,
        }
    }
    options.push(format!("{counts}{sign}{digits}{unit}").into());
    Some(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_of_coreutils() {
        let number = |text: &str| signed(OsStr::new(text)).map(|count| (count.sign, count.number));
        assert_eq!(number("5"), Some((None, 5)));
        assert_eq!(number("-0"), Some((Some(b'-'), 0)));
        assert_eq!(number("+010"), Some((Some(b'+'), 10)));
        assert_eq!(number("1b"), Some((None, 512)));
        assert_eq!(number("2kB"), Some((None, 2000)));
        assert_eq!(number("2KiB"), Some((None, 2048)));
        assert_eq!(number("2MD"), Some((None, 2_000_000)));
        assert_eq!(number("99999999999999999999"), Some((None, u64::MAX)));
        assert_eq!(number("-b"), Some((Some(b'-'), 512)));
        // Regression: `tail -n +k` was read as `+1k`, and a second sign was an error.
        assert_eq!(number("+k"), None);
        assert_eq!(number("-+1"), Some((Some(b'-'), 1)));
        assert_eq!(number("1Q"), Some((None, u64::MAX)));
        assert_eq!(number("kB"), Some((None, 1000)));
        // Regression: leading blanks, with which wc(1) of macOS pads its counts, were rejected, and
        // `t`, the name of a file after -n, was read as a unit.
        assert_eq!(number(" \t 12"), Some((None, 12)));
        for text in ["", "-", "x", "1x", "1.5K", "0x10", "--1", "1Ki", "1é", "t", "1g", " ", "1 "] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn old_options_come_first() {
        let modern = |tool: &str, arg: &str| modernize(tool, &[arg.into(), "f".into()]).join(" ".as_ref());
        assert_eq!(modern("head", "-5"), "-n5 f");
        assert_eq!(modern("head", "-5c"), "-c5 f");
        assert_eq!(modern("head", "-2kv"), "-v -c2k f");
        assert_eq!(modern("tail", "+5f"), "-f -n+5 f");
        assert_eq!(modern("tail", "-c5"), "-c5 f");
        assert_eq!(modern("tail", "+c"), "-c+10 f");
        assert_eq!(modern("tail", "+"), "-n+10 f");
        // Regression: a `c` after a unit did not undo it, and `z` was unknown.
        assert_eq!(modern("head", "-1kcz"), "-z -c1 f");
        assert_eq!(modern("tail", "-bf"), "-f -c10b f");
        assert_eq!(modern("tail", "+cl"), "+cl f");
        assert_eq!(modern("head", "+5"), "+5 f");
        assert_eq!(modern("cat", "-5"), "-5 f");
    }
}
