//! What `--find` looks for: bytes, some digits of which may be anything.

use memchr::memmem::Finder;

/// How a pattern is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// Characters.
    Text,
    /// Hexadecimal digits in pairs; `?` stands for any digit.
    Hex,
    /// Characters, to be found in little-endian UTF-16.
    Utf16,
    /// Characters, to be found in big-endian UTF-16.
    Utf16Big,
}

/// Bytes to look for.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The bytes, with zeros for the bits that may be anything.
    bytes: Vec<u8>,
    /// The bits that count.
    mask: Vec<u8>,
    /// Finds the longest run of bytes of which every bit counts; `None` where there is no such byte.
    anchor: Option<Finder<'static>>,
    /// Where that run begins.
    anchor_at: usize,
}

/// Parses a pattern, in the notation that is `named` or that its prefix says. Without either it is
/// guessed; where it could have been meant otherwise, the second value tells how it was read.
///
/// # Errors
/// When it is empty, or not written in that notation.
pub fn parse(text: &[u8], named: Option<Notation>) -> Result<(Pattern, Option<String>), String> {
    let prefixes: [(&[u8], Notation); 4] = [
        (b"text:", Notation::Text),
        (b"hex:", Notation::Hex),
        (b"utf16:", Notation::Utf16),
        (b"utf16be:", Notation::Utf16Big),
    ];
    let shown = String::from_utf8_lossy(text);
    if let Some((prefix, notation)) = prefixes.into_iter().find(|(prefix, _)| text.starts_with(prefix)) {
        return Ok((Pattern::new(&text[prefix.len()..], notation)?, None));
    }
    if let Some(notation) = named {
        return Ok((Pattern::new(text, notation)?, None));
    }
    if let [b'"', inner @ .., b'"'] = text {
        return Ok((Pattern::new(inner, Notation::Text)?, None));
    }
    let has_digits_only = text.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b' ' | b'?'));
    match Pattern::new(text, Notation::Hex) {
        Ok(pattern) => {
            let is_word = !text.starts_with(b"0x") && text.iter().all(u8::is_ascii_alphanumeric);
            let guess = format!("'{shown}' is read as hexadecimal digits (text:{shown} looks for the text)");
            Ok((pattern, is_word.then_some(guess)))
        }
        Err(_) => {
            let pattern = Pattern::new(text, Notation::Text)?;
            let guess = format!("'{shown}' is read as text, as it has no pairs of digits (text: says so)");
            Ok((pattern, (has_digits_only && !text.is_empty()).then_some(guess)))
        }
    }
}

impl Pattern {
    fn new(text: &[u8], notation: Notation) -> Result<Pattern, String> {
        let utf16 = |to_bytes: fn(u16) -> [u8; 2]| {
            let text = str::from_utf8(text).map_err(|_| String::from("a pattern in UTF-16 must be valid UTF-8"))?;
            Ok::<_, String>(text.encode_utf16().flat_map(to_bytes).collect())
        };
        let (bytes, mask) = match notation {
            Notation::Hex => hex(text).ok_or_else(|| {
                format!("'{}' is not hexadecimal: expected pairs such as ff d8 ?? e?", String::from_utf8_lossy(text))
            })?,
            Notation::Text => (text.to_vec(), vec![]),
            Notation::Utf16 => (utf16(u16::to_le_bytes)?, vec![]),
            Notation::Utf16Big => (utf16(u16::to_be_bytes)?, vec![]),
        };
        let mask = if mask.is_empty() { vec![0xff; bytes.len()] } else { mask };
        if bytes.is_empty() {
            return Err("an empty pattern is found nowhere".into());
        }
        let (mut anchor_at, mut length, mut start) = (0, 0, 0);
        for end in 0..=mask.len() {
            if mask.get(end) != Some(&0xff) {
                if end - start > length {
                    (anchor_at, length) = (start, end - start);
                }
                start = end + 1;
            }
        }
        let anchor = (length > 0).then(|| Finder::new(&bytes[anchor_at..][..length]).into_owned());
        Ok(Pattern { bytes, mask, anchor, anchor_at })
    }

    /// Returns how many bytes it matches.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns whether it matches no byte. It never does.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns where it first matches in `haystack`, from `from` on.
    pub fn find(&self, haystack: &[u8], from: usize) -> Option<usize> {
        let last = haystack.len().checked_sub(self.len())?;
        let Some(anchor) = &self.anchor else { return (from..=last).find(|&at| self.matches_at(haystack, at)) };
        let mut at = from;
        while at <= last {
            let found = at + anchor.find(haystack.get(at + self.anchor_at..)?)?;
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

    fn matches_at(&self, haystack: &[u8], at: usize) -> bool {
        let Some(bytes) = haystack.get(at..at + self.len()) else { return false };
        bytes.iter().zip(&self.mask).zip(&self.bytes).all(|((byte, mask), wanted)| byte & mask == *wanted)
    }
}

/// Reads pairs of digits, with or without blanks or `0x` before them: the bytes, and which of their bits count.
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
                digit => super::digits::hex_value(digit).map(|value| (value, 0xf)),
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

    fn bytes(text: &str, named: Option<Notation>) -> (Vec<u8>, Vec<u8>) {
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
        assert_eq!(bytes("face", Some(Notation::Text)).0, b"face");
        for text in ["", "\"\"", "hex:", "hex:f", "hex:xy", "text:"] {
            assert!(parse(text.as_bytes(), None).is_err(), "{text}");
        }
        // What could have been meant otherwise is said.
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
