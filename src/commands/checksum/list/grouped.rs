//! Parses digests in groups of digits, as `gpg --print-md` prints them and Apache's projects publish
//! them: `NAME: 01234567 89ABCDEF ...`, continued on lines that begin with a blank.

use super::columns::is_key;
use super::entry::{Expected, ListEntry};
use super::line::AlgorithmFilter;
use super::plain::hex;
use super::row::{digest, entry};
use crate::digest::Algorithm;

/// The length in bytes of the shortest digest of this form, MD5.
const MIN_DIGEST_LEN: usize = 16;

/// The lengths in bytes of the digests that gpg prints. A part of a longer digest must not be taken
/// for another digest.
const GPG_LENGTHS: [usize; 6] = [16, 20, 28, 32, 48, 64];

/// The minimum number of digits on a first line. gpg breaks the lines at 79 columns and indents them
/// by at most 40.
const MIN_DIGITS: usize = 24;

/// The length of a name after which gpg begins a new line.
const MAX_NAME: usize = 38;

/// The part of an entry that was read so far.
#[derive(Clone, Debug)]
pub struct GroupedDigest {
    name: Vec<u8>,
    /// The algorithm, which `gpg --print-mds` states.
    algorithm: Option<Algorithm>,
    digits: Vec<u8>,
    /// The number of digits in a group.
    width: usize,
}

impl GroupedDigest {
    /// Parses the first line of an entry.
    pub fn begin(line: &[u8]) -> Option<GroupedDigest> {
        let at = memchr::memmem::rfind(line, b": ")?;
        let (name, rest) = (&line[..at], &line[at + 2..]);
        let (algorithm, digits) = match memchr::memmem::find(rest, b" = ") {
            Some(equals) => (Some(rest[..equals].trim_ascii()), &rest[equals + 3..]),
            None => (None, rest),
        };
        let algorithm = match algorithm.map(|name| std::str::from_utf8(name).unwrap_or_default()) {
            Some("RMD160") => Some(Algorithm::Ripemd160),
            Some(name) => Some(Algorithm::named(name)?),
            None => None,
        };
        let mut begun = GroupedDigest { name: name.to_vec(), algorithm, digits: Vec::new(), width: 0 };
        let is_named = name.len() > MAX_NAME && rest.is_empty();
        let is_begun = is_named || begun.push_groups(digits) && begun.digits.len() >= MIN_DIGITS;
        (is_begun && !is_key(name)).then_some(begun)
    }

    /// Appends the digits on a further line. Returns whether the line consists of such digits.
    pub fn extend(&mut self, line: &[u8]) -> bool {
        let is_further = self.digits.is_empty() || line.first() == Some(&b' ');
        is_further && self.push_groups(line)
    }

    /// Appends groups of digits, all of the same width.
    fn push_groups(&mut self, text: &[u8]) -> bool {
        let groups: Vec<&[u8]> = text.split(|&byte| byte == b' ').filter(|group| !group.is_empty()).collect();
        let width = if self.width == 0 { groups.first().map_or(0, |group| group.len()) } else { self.width };
        // A digest that is one group needs no further line.
        let is_known = matches!(width, 2 | 4 | 8) || width >= 2 * MIN_DIGEST_LEN && self.digits.is_empty();
        let is_group = |group: &&[u8]| group.len() == width && group.iter().all(u8::is_ascii_hexdigit);
        if groups.is_empty() || !is_known || width > 8 && groups.len() > 1 || !groups.iter().all(is_group) {
            return false;
        }
        self.width = width;
        self.digits.extend(groups.concat());
        true
    }

    /// Returns the entry, or `None` if the digits are not a whole digest.
    pub fn entry(&self, filter: &AlgorithmFilter<'_>) -> Option<ListEntry> {
        let expected = match self.algorithm {
            Some(algorithm) => digest(filter, algorithm, &self.digits, None)?,
            None => {
                let is_one_group = self.width == self.digits.len();
                let bytes = hex(&self.digits).filter(|bytes| is_one_group || GPG_LENGTHS.contains(&bytes.len()))?;
                let specs = filter.fitting(bytes.len());
                (!specs.is_empty()).then(|| Expected::of(&bytes, &specs, None))?
            }
        };
        entry(&self.name, vec![expected])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: AlgorithmFilter<'_> = AlgorithmFilter { wanted: &[], likely: None };

    #[test]
    fn digests_continue_on_indented_lines() {
        let begin = |line: &str| GroupedDigest::begin(line.as_bytes());
        let length = |grouped: &GroupedDigest| grouped.entry(&ALL).map(|entry| entry.expected[0].length());
        let mut sha512 = begin("a b.txt: E3B0C442 98FC1C14 9AFBF4C8 996FB924 27AE41E4 649B934C").unwrap();
        assert_eq!(length(&sha512), None);
        assert!(sha512.extend(b"         A495991B 7852B855") && length(&sha512) == Some(32));
        assert!(!sha512.extend(b"b.txt: E3B0C442") && !sha512.extend(b"         A495991B 7852B85"));
        assert!(!sha512.extend(b"A495991B 7852B855") && length(&sha512) == Some(32));
        let md5 = begin("a:    MD5 = D4 1D 8C D9 8F 00 B2 04  E9 80 09 98 EC F8 42 7E").unwrap();
        assert_eq!((length(&md5), md5.algorithm), (Some(16), Some(Algorithm::Md5)));
        let mut long = begin(&format!("{}: ", "n".repeat(39))).unwrap();
        assert!(long.extend(b"DA39 A3EE 5E6B 4B0D 3255  BFEF 9560 1890 AFD8 0709") && length(&long) == Some(20));
        assert_eq!(length(&begin("a: d41d8cd98f00b204e9800998ecf8427e").unwrap()), Some(16));
        for other in ["Version: 12", "Date: 20 26", "SHA256: D41D8CD9 8F00B204 E9800998 ECF8427E", "name: ", "a: 1 = 2"]
        {
            assert!(begin(other).is_none(), "{other}");
        }
        let fingerprint = "Fingerprint: 0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567";
        assert!(begin(fingerprint).is_none());
    }
}
