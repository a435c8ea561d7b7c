//! A pattern of `--find`: bytes whose hexadecimal digits may be wildcards.

use memchr::memmem::Finder;

/// The notation of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternNotation {
    /// Characters.
    Text,
    /// Hexadecimal digits in pairs; `?` matches any digit.
    Hex,
    /// Characters, encoded as little-endian UTF-16.
    Utf16,
    /// Characters, encoded as big-endian UTF-16.
    Utf16Big,
}

/// Bytes to search for.
#[derive(Clone, Debug)]
pub struct BytePattern {
    /// The bytes, with zeros in the wildcard bits.
    bytes: Vec<u8>,
    /// The bits that must match.
    mask: Vec<u8>,
    anchor: PatternAnchor,
}

/// The part of a pattern that is searched for, in order to find candidate positions.
#[derive(Clone, Debug)]
enum PatternAnchor {
    /// The longest run of bytes without a wildcard, and its position.
    Run(Box<Finder<'static>>, usize),
    /// A single byte without a wildcard, and its position.
    Byte(u8, usize),
    /// The values of the byte with the fewest wildcards, and its position, if every byte has
    /// wildcards.
    Table(Box<[bool; 256]>, usize),
}

/// A guess at the notation of a pattern.
#[derive(Debug)]
pub struct Guess {
    /// A message that names the guessed notation.
    pub text: String,
    /// Whether the guess is so likely that the message matters only if nothing is found.
    pub is_likely: bool,
}

/// Parses a pattern in the notation of its prefix or, without a prefix, in the `named` one.
///
/// If there is neither, pairs of hexadecimal digits are bytes and everything else is text. If the
/// user may have meant the other notation, the second value says so.
///
/// # Errors
/// Returns an error if the pattern is empty or is invalid in its notation.
pub fn parse(text: &[u8], named: Option<PatternNotation>) -> Result<(BytePattern, Option<Guess>), String> {
    let prefixes: [(&[u8], PatternNotation); 4] = [
        (b"text:", PatternNotation::Text),
        (b"hex:", PatternNotation::Hex),
        (b"utf16:", PatternNotation::Utf16),
        (b"utf16be:", PatternNotation::Utf16Big),
    ];
    let shown = String::from_utf8_lossy(text);
    if let Some((prefix, notation)) = prefixes.into_iter().find(|(prefix, _)| text.starts_with(prefix)) {
        return Ok((BytePattern::new(&text[prefix.len()..], notation)?, None));
    }
    if let Some(notation) = named {
        return Ok((BytePattern::new(text, notation)?, None));
    }
    if let [b'"', inner @ .., b'"'] = text {
        return Ok((BytePattern::new(inner, PatternNotation::Text)?, None));
    }
    let has_digits_only = text.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b' ' | b'?'));
    match BytePattern::new(text, PatternNotation::Hex) {
        Ok(pattern) => {
            let is_word = !text.starts_with(b"0x") && text.iter().all(u8::is_ascii_alphanumeric);
            // A mere word or number is more likely to be text than a mixture of letters and digits.
            let is_likely = text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
            let text = format!("'{shown}' is taken as hexadecimal digits; write text:{shown} to search for the text");
            Ok((pattern, is_word.then_some(Guess { text, is_likely })))
        }
        Err(_) => {
            let pattern = BytePattern::new(text, PatternNotation::Text)?;
            let reason = match text {
                [] => None,
                _ if has_digits_only => Some("its digits do not form pairs"),
                _ if has_escapes(text) => Some("bytes are written without \\x, as in 'de ad'"),
                _ if is_separated_hex(text) => Some("bytes are separated by spaces only, as in 'ff d8'"),
                _ if has_unknown_prefix(text) => Some("the prefixes are text:, hex:, utf16: and utf16be:"),
                _ if looks_like_pairs(text) => Some("not all of its pairs are hexadecimal digits"),
                _ => None,
            };
            let text = |reason| format!("'{shown}' is taken as text, because {reason}; write text:{shown} to confirm");
            Ok((pattern, reason.map(|reason| Guess { text: text(reason), is_likely: false })))
        }
    }
}

/// Returns whether a string contains an escaped byte such as `\xde`.
fn has_escapes(text: &[u8]) -> bool {
    let is_escape = |at: &[u8]| at.starts_with(br"\x") && at[2..].iter().all(u8::is_ascii_hexdigit);
    text.windows(4).any(is_escape)
}

/// Returns whether a string consists of pairs of hexadecimal digits, with or without 0x, and
/// separators.
fn is_separated_hex(text: &[u8]) -> bool {
    let words = || text.split(|byte| b" ,:;-_".contains(byte)).filter(|word| !word.is_empty());
    let is_pair = |word: &[u8]| matches!(word.strip_prefix(b"0x").unwrap_or(word), [a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    words().count() > 1 && words().all(is_pair)
}

/// Returns whether a string begins with what looks like the prefix of an unknown notation.
fn has_unknown_prefix(text: &[u8]) -> bool {
    const UNKNOWN_PREFIXES: &[&[u8]] =
        &[b"ascii", b"str", b"string", b"utf8", b"utf16le", b"bytes", b"u8", b"u16", b"u32", b"u64"];
    let prefix = text.iter().position(|&byte| byte == b':').map(|end| &text[..end]);
    prefix.is_some_and(|prefix| UNKNOWN_PREFIXES.contains(&prefix))
}

/// Returns whether a string consists of words of two characters, most of which are hexadecimal
/// digits.
fn looks_like_pairs(text: &[u8]) -> bool {
    let words = || text.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    let pairs = words().filter(|word| word.iter().all(u8::is_ascii_hexdigit)).count();
    let all = words().count();
    all > 1 && words().all(|word| word.len() == 2) && pairs * 2 > all
}

impl BytePattern {
    fn new(text: &[u8], notation: PatternNotation) -> Result<BytePattern, String> {
        let utf16 = |to_bytes: fn(u16) -> [u8; 2]| {
            let text = str::from_utf8(text).map_err(|_| String::from("a pattern in UTF-16 must be valid UTF-8"))?;
            Ok::<_, String>(text.encode_utf16().flat_map(to_bytes).collect())
        };
        let (bytes, mask) = match notation {
            PatternNotation::Hex => hex(text).ok_or_else(|| {
                format!("'{}' is not hexadecimal: expected pairs such as ff d8 ?? e?", String::from_utf8_lossy(text))
            })?,
            PatternNotation::Text => (text.to_vec(), vec![]),
            PatternNotation::Utf16 => (utf16(u16::to_le_bytes)?, vec![]),
            PatternNotation::Utf16Big => (utf16(u16::to_be_bytes)?, vec![]),
        };
        let mask = if mask.is_empty() { vec![0xff; bytes.len()] } else { mask };
        if bytes.is_empty() {
            return Err("the pattern to find is empty".into());
        }
        let anchor = PatternAnchor::new(&bytes, &mask);
        Ok(BytePattern { bytes, mask, anchor })
    }

    /// Returns the length of the pattern's matches.
    #[expect(clippy::len_without_is_empty, reason = "no pattern is empty")]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the longest run of at least two bytes without a wildcard, and its position.
    pub fn anchor_run(&self) -> Option<(&[u8], usize)> {
        match &self.anchor {
            PatternAnchor::Run(finder, at) => Some((finder.needle(), *at)),
            _ => None,
        }
    }

    /// Returns the pattern's first match in `haystack` at or after `from`.
    pub fn find(&self, haystack: &[u8], from: usize) -> Option<usize> {
        let last = haystack.len().checked_sub(self.len())?;
        let mut at = from;
        while at <= last {
            let found = at + self.anchor.find(haystack, at)?;
            if found > last {
                return None;
            }
            if self.matches_at(haystack, found) {
                return Some(found);
            }
            at = found + 1;
        }
        None
    }

    /// Calls `found` with the index of every match, including overlapping ones.
    pub fn for_each(&self, haystack: &[u8], mut found: impl FnMut(usize)) {
        if let PatternAnchor::Byte(byte, anchor_at) = self.anchor {
            // Restarting a search at each occurrence of a byte takes far longer than continuing it.
            let starts = haystack.get(anchor_at..).unwrap_or(&[]);
            memchr::memchr_iter(byte, starts).filter(|&at| self.matches_at(haystack, at)).for_each(found);
            return;
        }
        let mut from = 0;
        while let Some(at) = self.find(haystack, from) {
            found(at);
            from = at + 1;
        }
    }

    /// Returns whether the pattern matches at index `at`.
    pub fn matches_at(&self, haystack: &[u8], at: usize) -> bool {
        let Some(bytes) = haystack.get(at..at + self.len()) else { return false };
        bytes.iter().zip(&self.mask).zip(&self.bytes).all(|((byte, mask), wanted)| byte & mask == *wanted)
    }
}

impl PatternAnchor {
    fn new(bytes: &[u8], mask: &[u8]) -> PatternAnchor {
        let (mut longest, mut start) = (0..0, 0);
        for end in 0..=mask.len() {
            if mask.get(end) != Some(&0xff) {
                if end - start > longest.len() {
                    longest = start..end;
                }
                start = end + 1;
            }
        }
        match longest.len() {
            0 => {
                let at = (0..mask.len()).max_by_key(|&i| mask[i].count_ones()).unwrap_or(0);
                PatternAnchor::Table(Box::new(std::array::from_fn(|byte| byte as u8 & mask[at] == bytes[at])), at)
            }
            1 => PatternAnchor::Byte(bytes[longest.start], longest.start),
            _ => PatternAnchor::Run(Box::new(Finder::new(&bytes[longest.clone()]).into_owned()), longest.start),
        }
    }

    /// Returns the distance from `from` to the first position at which the pattern may start.
    fn find(&self, haystack: &[u8], from: usize) -> Option<usize> {
        match self {
            PatternAnchor::Run(finder, at) => finder.find(haystack.get(from + at..)?),
            PatternAnchor::Byte(byte, at) => memchr::memchr(*byte, haystack.get(from + at..)?),
            PatternAnchor::Table(table, at) => {
                haystack.get(from + at..)?.iter().position(|byte| table[usize::from(*byte)])
            }
        }
    }
}

/// Returns the bytes of pairs of hexadecimal digits, and a mask of the bits that must match.
///
/// The pairs may be separated by blanks and may be preceded by `0x`.
fn hex(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mut bytes, mut mask) = (vec![], vec![]);
    for word in text.split(u8::is_ascii_whitespace) {
        let digits = word.strip_prefix(b"0x").unwrap_or(word);
        let (pairs, rest) = digits.as_chunks::<2>();
        if !rest.is_empty() {
            return None;
        }
        for pair in pairs {
            let digit = |digit: u8| match digit {
                b'?' => Some((0, 0)),
                digit => crate::commands::hexdump::digits::hex_value(digit).map(|value| (value, 0xf)),
            };
            let ((high, high_mask), (low, low_mask)) = (digit(pair[0])?, digit(pair[1])?);
            bytes.push(high << 4 | low);
            mask.push(high_mask << 4 | low_mask);
        }
    }
    (!bytes.is_empty()).then_some((bytes, mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str, named: Option<PatternNotation>) -> (Vec<u8>, Vec<u8>) {
        let (pattern, _) = parse(text.as_bytes(), named).unwrap();
        (pattern.bytes, pattern.mask)
    }

    #[test]
    fn notations() {
        let cases: [(&str, &[u8]); 11] = [
            ("7f454c46", b"\x7fELF"),
            ("0x7f 45", b"\x7fE"),
            ("7F 45", b"\x7fE"),
            ("abc", b"abc"),
            ("\"face\"", b"face"),
            ("face", b"\xfa\xce"),
            ("text:face", b"face"),
            ("hex:face", b"\xfa\xce"),
            ("utf16:ab", b"a\0b\0"),
            ("utf16be:ab", b"\0a\0b"),
            ("hello world", b"hello world"),
        ];
        for (text, want) in cases {
            assert_eq!(bytes(text, None).0, want, "{text}");
        }
        assert_eq!(bytes("ff ?? e?", None), (vec![0xff, 0, 0xe0], vec![0xff, 0, 0xf0]));
        assert_eq!(bytes("face", Some(PatternNotation::Text)).0, b"face");
        for text in ["", "\"\"", "hex:", "hex:f", "hex:xy", "text:"] {
            assert!(parse(text.as_bytes(), None).is_err(), "{text}");
        }
        // An ambiguous pattern yields a message.
        for (text, is_guess) in [("face", true), ("abc", true), ("ff d8", false), ("ELF", false), ("text:face", false)]
        {
            assert_eq!(parse(text.as_bytes(), None).unwrap().1.is_some(), is_guess, "{text}");
        }
    }

    #[test]
    fn wildcards_match() {
        let find =
            |text: &str, from| parse(text.as_bytes(), None).unwrap().0.find(b"\xff\xd8\x00\xe1\xff\xd8\xff\xe0", from);
        assert_eq!(find("ff d8 ?? e?", 0), Some(0));
        assert_eq!(find("ff d8 ?? e?", 1), Some(4));
        assert_eq!(find("?? e0", 0), Some(6));
        assert_eq!(find("f? e0", 0), Some(6));
        assert_eq!(find("?? ?? ?? ?? ??", 4), None);
        assert_eq!(find("ff ff", 0), None);
    }
}
