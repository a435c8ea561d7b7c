//! Parses rows in which the digest and the name are among other columns.
//!
//! RHash and cfv write `NAME DIGEST` for every algorithm, RHash writes several digests in a row,
//! and yt-dlp writes `NAME:DIGEST`. md5deep adds sizes and times, or separates columns by commas.
//! cfv (<https://github.com/cfv-project/cfv>) reads comma-separated values and the CRC tables of
//! older Windows tools.

use super::entry::{Expected, ListEntry, Size};
use super::line::AlgorithmFilter;
use super::plain::hex;
use super::row::{decimal, digest, entry};
use crate::digest::{Algorithm, ForeignDigest};

/// The length in bytes of the shortest digest that makes a line a row, except for a CRC-32.
const MIN_DIGEST_LEN: usize = 16;

/// The width to which md5deep pads a size.
const SIZE_WIDTH: usize = 10;

/// The columns of a CRC table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrcTable {
    has_size: bool,
    has_dimensions: bool,
}

/// Returns a digest that may be of any algorithm of its length.
fn any(filter: &AlgorithmFilter<'_>, text: &[u8], size: Option<u64>) -> Option<Expected> {
    let bytes = hex(text)?;
    let specs = filter.fitting(bytes.len());
    (!specs.is_empty()).then(|| Expected::of(&bytes, &specs, size.map(Size::bytes)))
}

fn long(filter: &AlgorithmFilter<'_>, text: &[u8], size: Option<u64>) -> Option<Expected> {
    any(filter, text, size).filter(|expected| expected.length() >= MIN_DIGEST_LEN)
}

/// Splits a string at its first `separator`.
fn split<'t>(text: &'t [u8], separator: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let at = memchr::memmem::find(text, separator)?;
    Some((&text[..at], &text[at + separator.len()..]))
}

/// Returns the text before the last run of blanks, and the word after it.
fn last_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_end();
    let at = text.iter().rposition(u8::is_ascii_whitespace)?;
    Some((&text[..at], &text[at + 1..]))
}

/// Parses `NAME DIGEST ...`. At least one digest is longer than a CRC.
pub fn trailing(filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<ListEntry> {
    let is_digest =
        |bytes: &[u8]| bytes.len() >= MIN_DIGEST_LEN || bytes.len() as u64 == Algorithm::Crc32.default_len();
    let (mut rest, mut name, mut expected) = (line, line, Vec::new());
    while let Some((before, word)) = last_word(rest) {
        let Some(one) = any(filter, word, None).filter(|one| is_digest(&one.candidates[0].bytes)) else { break };
        expected.push(one);
        (rest, name) = (before, before);
    }
    expected.reverse();
    let is_long = expected.iter().any(|one| one.length() >= MIN_DIGEST_LEN);
    // The line may be a damaged `TAG (NAME) = DIGEST`, or have a digest in another notation before
    // those that are known.
    let is_foreign = |(_, word): (&[u8], &[u8])| word.len() >= 32 && word.iter().all(u8::is_ascii_alphanumeric);
    let is_row = is_long && !name.ends_with(b"=") && !last_word(name).is_some_and(is_foreign);
    let found = is_row.then(|| entry(name, expected)).flatten()?;
    Some(ListEntry { may_be_padded: true, ..found })
}

/// Parses `NAME:DIGEST`, which some projects publish. A digest after a blank or after the name of
/// an algorithm is a field's value instead.
pub fn colon(filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<ListEntry> {
    let at = memchr::memrchr(b':', line)?;
    let (name, text) = (&line[..at], line[at + 1..].trim_ascii_end());
    if is_key(name) { None } else { entry(name, vec![long(filter, text, None)?]) }
}

/// Returns whether the text before a colon says what follows it, so that it is no file's name.
pub fn is_key(name: &[u8]) -> bool {
    const KEYS: [&str; 4] = ["hash", "digest", "checksum", "fingerprint"];
    let key = std::str::from_utf8(name).unwrap_or_default().trim();
    let is_algorithm = Algorithm::named(key).is_some() || ForeignDigest::named(key).is_some();
    is_algorithm || KEYS.iter().any(|word| key.eq_ignore_ascii_case(word))
}

/// Parses the rows of md5deep with `-z`, `-t` and `-c`: `SIZE  DIGEST  NAME`, `DIGEST
/// YEAR:MONTH:DAY:HOUR:MINUTE:SECOND  NAME`, `DIGEST,NAME` and `SIZE, DIGEST,NAME`.
pub fn md5deep(filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<ListEntry> {
    let text = line.trim_ascii_start();
    let padding = line.len() - text.len();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_size = padding + digits >= SIZE_WIDTH && digits > 0;
    let (size, text) = match text[digits..] {
        [b' ', b' ', ..] if is_size => (Some(decimal(&text[..digits])?), &text[digits + 2..]),
        [b',', b' ', ..] if is_size => (Some(decimal(&text[..digits])?), &text[digits + 2..]),
        _ => (None, text),
    };
    let end = text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let expected = long(filter, &text[..end], size)?;
    let name = match text[end..] {
        [b',', ..] => &text[end + 1..],
        [b' ', b' ' | b'*', ..] if size.is_some() => &text[end + 2..],
        [b' ', ..] => {
            let (time, name) = split(&text[end + 1..], b"  ")?;
            let is_time = time.len() == "2002:12:15:02:13:51".len()
                && time.iter().all(|&byte| byte.is_ascii_digit() || byte == b':')
                && time.iter().filter(|&&byte| byte == b':').count() == 5;
            is_time.then_some(name)?
        }
        _ => return None,
    };
    entry(name, vec![expected])
}

/// Parses `NAME,SIZE,CRC32,` and `NAME,SIZE,CRC32,DIRECTORY,`.
pub fn csv(filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<ListEntry> {
    let row = line.trim_ascii_end().strip_suffix(b",")?;
    let crc = |row: &[u8], directory: &[u8]| {
        let mut values = row.rsplitn(3, |&byte| byte == b',');
        let (crc, size, name) = (values.next()?, values.next()?, values.next()?);
        let expected = digest(filter, Algorithm::Crc32, crc, Some(decimal(size)?))?;
        let is_separator = |byte: &u8| matches!(byte, b'/' | b'\\');
        let start = directory.iter().position(|byte| !is_separator(byte)).unwrap_or(directory.len());
        let mut path = directory[start..].to_vec();
        if !path.is_empty() && !path.last().is_some_and(is_separator) {
            path.push(b'/');
        }
        path.extend(name);
        if name.is_empty() { None } else { entry(&path, vec![expected]) }
    };
    let at = memchr::memrchr(b',', row)?;
    crc(row, b"").or_else(|| crc(&row[..at], &row[at + 1..]))
}

/// Returns the columns of a CRC table if `line` is its heading.
pub fn crc_table(line: &[u8]) -> Option<CrcTable> {
    let has = |heading: &[u8]| memchr::memmem::find(line, heading).is_some();
    (line.starts_with(b"Filename ") && has(b" CRC-32"))
        .then(|| CrcTable { has_size: has(b" Filesize"), has_dimensions: has(b" W x H") })
}

/// Returns whether a line belongs to the frame of a CRC table.
pub fn frames_crc_table(line: &[u8]) -> bool {
    const LABELS: [&[u8]; 5] =
        [b"Generated by: ", b"Generated at: ", b"Find  it  at: ", b"Count of files: ", b"Total of sizes: "];
    let is_rule = line.contains(&b'-') && line.iter().all(|&byte| matches!(byte, b'-' | b' '));
    is_rule || LABELS.iter().any(|label| line.starts_with(label))
}

impl CrcTable {
    /// Parses a row: the name, the size and the dimensions of a picture if there are such columns,
    /// the CRC, and an optional description.
    pub fn row(self, filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<ListEntry> {
        let starts = (1..line.len()).filter(|&at| line[at - 1] == b' ' && line[at] != b' ');
        starts.into_iter().find_map(|at| {
            let end = line[at..].iter().position(|&byte| byte == b' ').map_or(line.len(), |length| at + length);
            let mut name = line[..at].trim_ascii_end();
            if self.has_dimensions {
                let (before, height) = last_word(name)?;
                let (before, cross) = last_word(before)?;
                let (before, width) = last_word(before)?;
                decimal(height).and(decimal(width)).filter(|_| cross == b"x")?;
                name = before.trim_ascii_end();
            }
            let mut size = None;
            if self.has_size {
                let (before, digits) = last_word(name)?;
                let digits: Vec<u8> = digits.iter().copied().filter(|&byte| byte != b',').collect();
                size = Some(decimal(&digits).filter(|_| !digits.is_empty())?);
                name = before;
            }
            let found = entry(name, vec![digest(filter, Algorithm::Crc32, &line[at..end], size)?])?;
            Some(ListEntry { may_be_padded: true, ..found })
        })
    }
}
