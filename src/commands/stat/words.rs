//! Counts words and characters and measures lines as `wc` does, in pieces that are counted
//! independently.
//!
//! A word is a run of characters other than white space, at least one of which is printable. Other
//! characters, and bytes that are not UTF-8, neither begin nor end a word. The boundary between two
//! pieces may split a character, so each piece keeps its first and last bytes for
//! [`WordCounts::add`].

use super::line_width::{LongestLine, Widths};
use crate::commands::newlines;
use crate::os::accounts;

/// The role of a character in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ByteRole {
    /// A character that separates words.
    Space,
    /// A character that belongs to a word.
    Letter,
    /// A character that neither separates words nor belongs to one.
    Nothing,
}

/// The maximum number of bytes of a character before a boundary.
const MAX_PARTIAL_CHAR: usize = 3;

/// The bytes of a character on one side of a boundary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fragment {
    bytes: [u8; 2 * MAX_PARTIAL_CHAR],
    length: usize,
}

impl Fragment {
    fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes.iter().take(self.bytes.len() - self.length) {
            self.bytes[self.length] = byte;
            self.length += 1;
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// The counts of a piece, as if a space preceded it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PieceCounts {
    /// The number of newlines.
    pub lines: u64,
    words: u64,
    characters: u64,
    bytes: u64,
    /// Whether the first space or letter is a letter.
    begins_in_word: bool,
    /// Whether the last space or letter is a letter. `None` if there is neither.
    ends_in_word: Option<bool>,
    widths: Widths,
    /// The bytes at the start that may end a character of the preceding piece.
    head: Fragment,
    /// The bytes at the end that begin a character.
    tail: Fragment,
}

/// The counts to compute.
#[derive(Clone, Copy, Debug)]
pub struct WantedCounts {
    /// Whether to count lines.
    pub lines: bool,
    /// Whether to count words.
    pub words: bool,
    /// Whether to count characters.
    pub characters: bool,
    /// Whether to measure lines.
    pub width: bool,
    /// Whether characters are those of UTF-8 rather than bytes.
    pub utf8: bool,
}

impl PieceCounts {
    /// Counts a piece of an input.
    pub fn of(bytes: &[u8], wanted: WantedCounts) -> PieceCounts {
        let mut piece = PieceCounts { bytes: bytes.len() as u64, ..PieceCounts::default() };
        if wanted.lines {
            piece.lines = newlines::count(bytes);
        }
        if !wanted.words && !wanted.characters && !wanted.width {
            return piece;
        }
        if !wanted.utf8 {
            piece.characters = piece.bytes;
            if wanted.words {
                piece.add_bytes(bytes);
            }
            if wanted.width {
                bytes.iter().for_each(|&byte| piece.widths.push_byte(byte));
            }
            return piece;
        }
        let head = bytes.iter().take(MAX_PARTIAL_CHAR).take_while(|&&byte| is_continuation(byte)).count();
        let (head, rest) = bytes.split_at(head);
        let (whole, tail) = rest.split_at(rest.len() - incomplete(rest));
        piece.head.push(head);
        piece.tail.push(tail);
        if wanted.characters {
            piece.characters = characters(whole);
        }
        if wanted.words {
            piece.add_text(whole);
        }
        if wanted.width {
            piece.measure(whole);
        }
        piece
    }

    /// Measures the lines of UTF-8 text.
    fn measure(&mut self, mut text: &[u8]) {
        while let Some(&first) = text.first() {
            let (character, length) = if first.is_ascii() { (Some(char::from(first)), 1) } else { decode(text) };
            if let Some(character) = character {
                self.widths.push(character);
            }
            text = &text[length..];
        }
    }

    /// Adds the words of UTF-8 text.
    fn add_text(&mut self, mut text: &[u8]) {
        while let Some(&first) = text.first() {
            if first.is_ascii() {
                let blocks = text.chunks(64).take_while(|block| block.is_ascii()).map(<[u8]>::len).sum();
                let length = if blocks > 0 { blocks } else { text.iter().take_while(|byte| byte.is_ascii()).count() };
                // A mapped byte may have changed in the meantime.
                let length = length.max(1);
                self.add_bytes(&text[..length]);
                text = &text[length..];
            } else {
                let (character, length) = decode(text);
                self.add(character.map_or(ByteRole::Nothing, role));
                text = &text[length..];
            }
        }
    }

    /// Adds the words of `bytes`, in which only ASCII bytes belong to words.
    fn add_bytes(&mut self, bytes: &[u8]) {
        for bytes in bytes.chunks(255) {
            // A count of at most 255 fits in a byte, and the compiler vectorises the loops.
            let plain = bytes.iter().fold(true, |plain, &byte| plain & (byte_role(byte) != ByteRole::Nothing));
            if !plain {
                bytes.iter().for_each(|&byte| self.add(byte_role(byte)));
                continue;
            }
            let (first, last) = (bytes[0], bytes[bytes.len() - 1]);
            self.add(byte_role(first));
            let starts = bytes.iter().zip(&bytes[1..]).fold(0_u8, |sum, (&one, &next)| {
                sum.wrapping_add(u8::from((byte_role(one) == ByteRole::Space) & (byte_role(next) == ByteRole::Letter)))
            });
            self.words += u64::from(starts);
            self.ends_in_word = Some(byte_role(last) == ByteRole::Letter);
        }
    }

    fn add(&mut self, role: ByteRole) {
        if role == ByteRole::Nothing {
            return;
        }
        let is_letter = role == ByteRole::Letter;
        if self.ends_in_word.is_none() {
            self.begins_in_word = is_letter;
        }
        self.words += u64::from(is_letter && self.ends_in_word != Some(true));
        self.ends_in_word = Some(is_letter);
    }
}

/// The counts of the pieces added so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordCounts {
    /// The number of newlines.
    pub lines: u64,
    /// The number of words.
    pub words: u64,
    /// The number of characters.
    pub characters: u64,
    /// The number of bytes.
    pub bytes: u64,
    /// The longest line.
    pub longest_line: LongestLine,
    in_word: bool,
    /// The start of a character that the next piece may complete.
    pending: Fragment,
}

impl WordCounts {
    /// Adds the next piece of the same input.
    pub fn add(&mut self, piece: &PieceCounts) {
        let is_cut = self.pending.length > 0;
        if is_cut {
            self.pending.push(piece.head.bytes());
            if let (Some(character), _) = decode(self.pending.bytes()) {
                self.characters += 1;
                let mut single = PieceCounts::default();
                single.add(role(character));
                single.widths.push(character);
                self.add_words(&single);
                self.longest_line.add(&single.widths);
                self.pending = Fragment::default();
            } else if piece.head.length as u64 != piece.bytes || incomplete(self.pending.bytes()) == 0 {
                self.pending = Fragment::default();
            }
        }
        self.add_words(piece);
        self.longest_line.add(&piece.widths);
        self.lines += piece.lines;
        self.characters += piece.characters;
        self.bytes += piece.bytes;
        if piece.tail.length > 0 {
            self.pending = piece.tail;
        }
    }

    fn add_words(&mut self, piece: &PieceCounts) {
        self.words += piece.words - u64::from(self.in_word && piece.begins_in_word);
        self.in_word = piece.ends_in_word.unwrap_or(self.in_word);
    }

    /// Adds zero bytes, each of which is a character outside words.
    pub fn add_zeros(&mut self, count: u64) {
        self.pending = Fragment::default();
        self.characters += count;
        self.bytes += count;
    }

    /// Returns the sum of these counts and those of another input.
    pub fn and(self, other: WordCounts) -> WordCounts {
        WordCounts {
            lines: self.lines + other.lines,
            words: self.words + other.words,
            characters: self.characters + other.characters,
            bytes: self.bytes + other.bytes,
            longest_line: self.longest_line.or(other.longest_line),
            ..WordCounts::default()
        }
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Returns the number of bytes at the end that begin a character without completing it.
fn incomplete(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(MAX_PARTIAL_CHAR);
    let Some(lead) = bytes[from..].iter().rposition(|&byte| !is_continuation(byte)) else { return 0 };
    match std::str::from_utf8(&bytes[from + lead..]) {
        Err(error) if error.error_len().is_none() => bytes.len() - from - lead,
        _ => 0,
    }
}

/// Returns the number of characters in bytes that may contain invalid UTF-8.
fn characters(mut bytes: &[u8]) -> u64 {
    // Another process may change the bytes, so they must not become a `str`.
    let mut count = 0;
    loop {
        let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        count += bytes[..valid].iter().filter(|&&byte| !is_continuation(byte)).count() as u64;
        match bytes.get(valid + 1..) {
            Some(rest) => bytes = rest,
            None => return count,
        }
    }
}

/// Returns the character at the start of `bytes` and its length. If they do not start with a whole
/// character, returns `None` and a length of one byte.
fn decode(bytes: &[u8]) -> (Option<char>, usize) {
    let length = match bytes.first() {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => 1,
    };
    // Another process may change the bytes, so check a copy.
    let mut copy = [0; 4];
    let length = length.min(bytes.len());
    copy[..length].copy_from_slice(&bytes[..length]);
    match std::str::from_utf8(&copy[..length]) {
        Ok(text) => (text.chars().next(), length),
        Err(_) => (None, 1),
    }
}

/// Returns the role of a byte. Bytes above 127 do not belong to words.
#[inline(always)]
fn byte_role(byte: u8) -> ByteRole {
    if (byte == b' ') | (byte.wrapping_sub(9) < 5) {
        ByteRole::Space
    } else if byte.wrapping_sub(33) < 94 {
        ByteRole::Letter
    } else {
        ByteRole::Nothing
    }
}

/// Returns the role of a character as classified by glibc: `iswspace`, GNU `wc`'s spaces that do
/// not break a line, and `iswprint`.
fn role(character: char) -> ByteRole {
    match character {
        '\0'..='\x7f' => byte_role(character as u8),
        '\u{2060}' => ByteRole::Space,
        _ if !accounts::printable(character) => ByteRole::Nothing,
        _ if character.is_whitespace() => ByteRole::Space,
        _ => ByteRole::Letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Counts characters one by one.
    fn naive(bytes: &[u8], utf8: bool) -> (u64, u64) {
        let (mut words, mut characters, mut in_word) = (0, 0, false);
        let mut see = |role| match role {
            ByteRole::Space => in_word = false,
            ByteRole::Letter => {
                words += u64::from(!in_word);
                in_word = true;
            }
            ByteRole::Nothing => {}
        };
        if utf8 {
            for character in bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars()) {
                characters += 1;
                see(role(character));
            }
        } else {
            characters = bytes.len() as u64;
            bytes.iter().for_each(|&byte| see(byte_role(byte)));
        }
        (words, characters)
    }

    #[test]
    fn pieces_of_any_size_count_as_one() {
        let text = prop_oneof![
            Just(&b"word"[..]),
            Just(&b" "[..]),
            Just(&b"\n"[..]),
            Just(&b"\x01"[..]),
            Just("\u{fc}".as_bytes()),
            Just("\u{3000}".as_bytes()),
            Just("\u{1F600}".as_bytes()),
            Just("\u{85}".as_bytes()),
            Just(&b"\xff"[..]),
            Just(&b"\xe3"[..]),
            Just(&b"\x80"[..]),
            Just(&b"\xf0\x9f"[..]),
            Just(&[b'x'; 300][..])
        ];
        proptest!(|(parts in proptest::collection::vec(text, 0..40), size in 1usize..9, utf8: bool)| {
            let bytes = parts.concat();
            let wanted = WantedCounts { lines: true, words: true, characters: true, width: true, utf8 };
            for size in [size, 1, bytes.len().max(1)] {
                let mut tally = WordCounts::default();
                for piece in bytes.chunks(size) {
                    tally.add(&PieceCounts::of(piece, wanted));
                }
                prop_assert_eq!((tally.words, tally.characters), naive(&bytes, utf8), "{}: {:?}", size, bytes);
                prop_assert_eq!(tally.lines, bytes.iter().filter(|&&byte| byte == b'\n').count() as u64);
                prop_assert_eq!(tally.bytes, bytes.len() as u64);
            }
        });
    }
}
