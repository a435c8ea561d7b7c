//! Recognises which files belong to one rotated log, and which of them is older.
//!
//! `app.log.2.gz`, `app.log.1` and `app.log` are one log, by the names that logrotate and others
//! give. Entries with the same time are printed in the order in which they were written, regardless
//! of the order of the files.

use std::cmp::Reverse;
use std::ffi::OsString;

use crate::os::posix::OsStrExt;

/// The suffixes of compressed files.
const COMPRESSED_SUFFIXES: [&[u8]; 9] = [b".gz", b".zst", b".xz", b".bz2", b".lz4", b".Z", b".lzma", b".lz", b".tgz"];

/// The age of a file in a rotated log. Dated files are first, by date, then numbered ones from the
/// highest number, then the one that is still being written.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Age {
    Dated(Vec<u8>),
    Numbered(Reverse<u64>),
    Current,
}

/// Returns the rank of each file among entries with the same time. Logs are ranked in the order in
/// which they are first named, and the files of one log from the oldest.
#[must_use]
pub fn ranks(names: &[OsString]) -> Vec<usize> {
    let logs: Vec<(&[u8], Age)> = names.iter().map(|name| log_and_age(name.as_bytes())).collect();
    let first = |log: &[u8]| logs.iter().position(|(other, _)| *other == log);
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|&file| (first(logs[file].0), &logs[file].1));
    let mut ranks = vec![0; names.len()];
    for (rank, file) in order.into_iter().enumerate() {
        ranks[file] = rank;
    }
    ranks
}

/// Splits a file name into the name of its log and its age.
fn log_and_age(name: &[u8]) -> (&[u8], Age) {
    let plain = COMPRESSED_SUFFIXES.iter().find_map(|suffix| name.strip_suffix(*suffix)).unwrap_or(name);
    let is_mark = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'T');
    let len = plain.iter().rev().take_while(|byte| is_mark(byte)).count();
    let (stem, mut mark) = plain.split_at(plain.len() - len);
    let mut log = stem.strip_suffix(b".").unwrap_or(stem);
    if log.len() == stem.len() {
        match mark.strip_prefix(b"-").or_else(|| mark.strip_prefix(b"_")) {
            Some(rest) => mark = rest,
            None => return (plain, Age::Current),
        }
    }
    let digits = mark.iter().filter(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(mark).ok().and_then(|mark| mark.parse().ok());
    let age = match number {
        // Eight digits or more are a date, or seconds since 1970.
        _ if digits >= 8 => Age::Dated(mark.to_vec()),
        Some(number) => Age::Numbered(Reverse(number)),
        None => return (plain, Age::Current),
    };
    // `app-20261121.log`, `app.1.log` and `app.log` may also be one log, but only a suffix is certain.
    log = log.strip_suffix(b"-").unwrap_or(log);
    (log, age)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks_of(names: &[&str]) -> Vec<usize> {
        ranks(&names.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn files_of_one_log_are_ranked_by_age() {
        assert_eq!(ranks_of(&["app.log", "app.log.1", "app.log.10.gz", "app.log.2.gz"]), [3, 2, 0, 1]);
        assert_eq!(ranks_of(&["syslog-20261121.zst", "syslog", "syslog-20261120.gz"]), [1, 2, 0]);
        assert_eq!(ranks_of(&["a.2026-11-21", "a.2026-11-20", "a"]), [1, 0, 2]);
    }

    #[test]
    fn other_files_keep_their_order() {
        assert_eq!(ranks_of(&["b.log", "a.log", "c"]), [0, 1, 2]);
        assert_eq!(ranks_of(&["web1", "web2"]), [0, 1]);
        assert_eq!(ranks_of(&["x/app.log", "app.log.1", "x/app.log.1"]), [1, 2, 0]);
        assert_eq!(ranks_of(&["-", "", "1", "-"]), [0, 2, 3, 1]);
    }
}
