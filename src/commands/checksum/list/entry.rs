//! An entry of a list: a file and the digests that it should have.
//!
//! A line rarely names the algorithm. Each digest therefore has candidates, one for each algorithm
//! that may have made it, the likeliest first. Nothing here reads a line or opens a file.

use std::ffi::{OsStr, OsString};
use std::ops::Range;

use crate::cli::size::is_digits;
use crate::digest::{Algorithm, Spec};
use crate::os::posix::OsStrExt;

/// A file and the digests it should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEntry {
    /// The file's name as it appears in the list.
    pub name: OsString,
    /// The expected digests, all of which must match. It is never empty.
    pub expected: Vec<Expected>,
    /// Whether backslashes in the name may separate directories. Windows tools escape nothing, but
    /// Unix tools escape a backslash that is part of a name.
    pub may_be_windows: bool,
    /// Whether blanks at the end of the name may be mere alignment.
    pub may_be_padded: bool,
}

/// One digest that a file should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The possible readings of the digest, the likeliest first. It is never empty.
    pub candidates: Vec<DigestCandidate>,
}

/// One possible reading of a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestCandidate {
    /// The algorithm and length.
    pub spec: Spec,
    /// The bytes, ordered as in [`crate::digest::Digest`].
    pub bytes: Vec<u8>,
    /// The file's length, if the line states it.
    pub size: Option<Size>,
}

/// A file's length in units of some number of bytes, rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The number of units.
    pub count: u64,
    /// The number of bytes in a unit.
    pub unit: u64,
}

impl Size {
    /// Returns a length in bytes.
    pub fn bytes(count: u64) -> Size {
        Size { count, unit: 1 }
    }

    /// Returns whether a file of `bytes` bytes has this length.
    pub fn is_of(self, bytes: u64) -> bool {
        bytes.div_ceil(self.unit) == self.count
    }
}

impl Expected {
    /// Returns an expected digest that any of `specs` may have made.
    pub fn of(bytes: &[u8], specs: &[Spec], size: Option<Size>) -> Expected {
        let candidate = |&spec: &Spec| DigestCandidate { spec, bytes: bytes.to_vec(), size };
        Expected { candidates: specs.iter().map(candidate).collect() }
    }

    /// Returns the digest's length in bytes.
    pub fn length(&self) -> usize {
        self.candidates[0].bytes.len()
    }

    /// Returns the names of the algorithms that may have made the digest.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.candidates.iter().map(|one| one.spec.algorithm.tag()).collect();
        names.join(", ")
    }
}

impl ListEntry {
    /// Returns the algorithm to name if none of the candidates matched.
    pub fn algorithm(&self) -> Algorithm {
        self.expected[0].candidates[0].spec.algorithm
    }

    /// Returns the names to try if no file has the listed name: without blanks at its end or quotes
    /// around it, with this system's separators, and only the last component of a path on a drive.
    pub fn other_names(&self) -> Vec<OsString> {
        let listed = self.name.as_bytes();
        let mut names = Vec::new();
        let mut push = |name: &[u8]| names.push(OsStr::from_bytes(name).to_owned());
        let name = if self.may_be_padded { listed.trim_ascii_end() } else { listed };
        if name.len() < listed.len() {
            push(name);
        }
        let name = match name {
            [b'"', inner @ .., b'"'] if self.may_be_windows && !inner.is_empty() => {
                push(inner);
                inner
            }
            name => name,
        };
        if self.may_be_windows && name.contains(&b'\\') {
            push(&name.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect::<Vec<u8>>());
            if let [drive, b':', ..] = name
                && drive.is_ascii_alphabetic()
                && let Some(last) = name.rsplit(|&byte| byte == b'\\').next().filter(|last| !last.is_empty())
            {
                push(last);
            }
        }
        names
    }

    /// Returns the file and the byte range for the name of a piece, in md5deep's notation: `NAME
    /// offset FIRST-LAST`.
    pub fn piece(&self) -> Option<(OsString, Range<u64>)> {
        let name = self.name.as_bytes();
        let at = memchr::memmem::rfind(name, b" offset ")?;
        let (first, last) = std::str::from_utf8(&name[at + b" offset ".len()..]).ok()?.split_once('-')?;
        if at == 0 || !is_digits(first) || !is_digits(last) {
            return None;
        }
        let (first, last) = (first.parse::<u64>().ok()?, last.parse::<u64>().ok()?);
        let range = first..last.checked_add(1)?;
        (first <= last).then(|| (OsStr::from_bytes(&name[..at]).to_owned(), range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> ListEntry {
        ListEntry { name: name.into(), expected: Vec::new(), may_be_windows: true, may_be_padded: false }
    }

    #[test]
    fn names_of_windows() {
        assert_eq!(entry("a\\b.txt").other_names(), ["a/b.txt"]);
        assert_eq!(entry("C:\\d\\b.txt").other_names(), ["C:/d/b.txt", "b.txt"]);
        assert!(entry("a/b").other_names().is_empty());
        let unix = ListEntry { may_be_windows: false, ..entry("a\\b") };
        assert!(unix.other_names().is_empty());
    }

    #[test]
    fn names_with_blanks_at_their_end() {
        let padded = |name| ListEntry { may_be_padded: true, ..entry(name) };
        assert_eq!(padded("a b  ").other_names(), ["a b"]);
        assert_eq!(padded("a\\b ").other_names(), ["a\\b", "a/b"]);
        assert!(padded("a b").other_names().is_empty());
        assert!(entry("a b  ").other_names().is_empty());
    }

    #[test]
    fn names_of_pieces() {
        assert_eq!(entry("a b offset 4-7").piece(), Some(("a b".into(), 4..8)));
        assert_eq!(entry("x offset 0-0 offset 0-0").piece(), Some(("x offset 0-0".into(), 0..1)));
        for name in [
            "a offset 4-",
            "a offset 7-4",
            "a offset +4-7",
            "offset 4-7",
            " offset 4-7",
            "a",
            "a offset 0-18446744073709551615",
        ] {
            assert_eq!(entry(name).piece(), None, "{name}");
        }
    }
}
