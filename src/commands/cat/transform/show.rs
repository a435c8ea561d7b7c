//! Writes the bytes of a line: unchanged, in cat's `^X` and `M-x` notation, or made safe for a
//! terminal.
//!
//! Most bytes of most files are printable, so each form first checks 32 bytes at once, which
//! compiles to a few vector instructions. Nothing here depends on lines or numbers.

use crate::os::{append_copy, prefetching_walk};

/// The display form of bytes other than line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Unchanged.
    #[default]
    Raw,
    /// `-v`: `^X` for control characters, `M-` before bytes above 127. Tabs and line ends are
    /// unchanged.
    Nonprinting,
    /// `--sanitize`: like `-v`, but well-formed UTF-8 stays readable, except for characters that
    /// control a terminal or reorder text.
    Sanitized,
}

const CHUNK: usize = 32;

/// The longest notation of one byte: `M-^X`.
const MAX_SHOWN: usize = 4;

/// The `^X` or `M-x` notation of every byte, as GNU cat writes it.
const NOTATION: [([u8; MAX_SHOWN], u8); 256] = notation();

const fn notation() -> [([u8; MAX_SHOWN], u8); 256] {
    let mut table = [([0; MAX_SHOWN], 0); 256];
    let mut byte = 0;
    while byte < 256 {
        let mut text = [0; MAX_SHOWN];
        let mut len = 0;
        let mut low = byte as u8;
        if low >= 128 {
            text[0] = b'M';
            text[1] = b'-';
            len = 2;
            low -= 128;
        }
        if low < 32 || low == 127 {
            text[len] = b'^';
            text[len + 1] = low ^ 64;
            len += 2;
        } else {
            text[len] = low;
            len += 1;
        }
        table[byte] = (text, len as u8);
        byte += 1;
    }
    table
}

/// Writes bytes in the form that `show` and `tabs` specify. Line ends are written unchanged. A
/// caller that displays them differently removes them first.
pub fn push(show: Show, tabs: bool, bytes: &[u8], out: &mut Vec<u8>) {
    match (show, tabs) {
        (Show::Raw, false) => append_copy(out, bytes),
        (Show::Raw, true) => push_tabs(bytes, out),
        (Show::Nonprinting, false) => push_nonprinting::<false>(bytes, out),
        (Show::Nonprinting, true) => push_nonprinting::<true>(bytes, out),
        (Show::Sanitized, false) => push_sanitized::<false>(bytes, out),
        (Show::Sanitized, true) => push_sanitized::<true>(bytes, out),
    }
}

fn push_tabs(bytes: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    for tab in memchr::memchr_iter(b'\t', bytes) {
        out.extend_from_slice(&bytes[from..tab]);
        out.extend_from_slice(b"^I");
        from = tab + 1;
    }
    out.extend_from_slice(&bytes[from..]);
}

/// Returns whether a byte is displayed as itself. Without branches, a loop over it becomes vector
/// code.
#[inline(always)]
fn is_plain<const TABS: bool>(byte: u8) -> bool {
    (byte.wrapping_sub(b' ') < 95) | (byte == b'\n') | (!TABS & (byte == b'\t'))
}

/// Returns the number of leading bytes displayed as themselves: all, or a number of whole chunks.
#[inline]
fn plain_prefix<const TABS: bool>(bytes: &[u8]) -> usize {
    let plain = |chunk: &[u8; CHUNK]| chunk.iter().fold(true, |all, &byte| all & is_plain::<TABS>(byte));
    let (chunks, rest) = bytes.as_chunks::<CHUNK>();
    let prefix = chunks.iter().take_while(|chunk| plain(chunk)).count() * CHUNK;
    if prefix + rest.len() < bytes.len() || rest.is_empty() {
        return prefix;
    }
    // Checking the last bytes together with earlier ones costs less than checking them one by one.
    let all = match bytes.last_chunk() {
        Some(last) => plain(last),
        None => rest.iter().all(|&byte| is_plain::<TABS>(byte)),
    };
    if all { bytes.len() } else { prefix }
}

fn push_nonprinting<const TABS: bool>(bytes: &[u8], out: &mut Vec<u8>) {
    // The pieces are checked before they are copied, and few enough bytes to stay in the L1 cache.
    prefetching_walk(bytes, |run| push_nonprinting_run::<TABS>(run, out));
}

fn push_nonprinting_run<const TABS: bool>(mut bytes: &[u8], out: &mut Vec<u8>) {
    loop {
        let (plain, rest) = bytes.split_at(plain_prefix::<TABS>(bytes));
        out.extend_from_slice(plain);
        if rest.is_empty() {
            return;
        }
        let (chunk, rest) = rest.split_at(rest.len().min(CHUNK));
        // Each notation is stored at full width, and the position then advances by its actual
        // width. This avoids copies of variable length.
        let mut text = [0; CHUNK * MAX_SHOWN];
        let mut len = 0;
        for &byte in chunk {
            let (shown, width) =
                if is_plain::<TABS>(byte) { ([byte, 0, 0, 0], 1) } else { NOTATION[usize::from(byte)] };
            text[len..len + MAX_SHOWN].copy_from_slice(&shown);
            len += usize::from(width);
        }
        out.extend_from_slice(&text[..len]);
        bytes = rest;
    }
}

fn push_sanitized<const TABS: bool>(mut bytes: &[u8], out: &mut Vec<u8>) {
    loop {
        let mut len = plain_prefix::<TABS>(bytes);
        len += bytes[len..].iter().take_while(|&&byte| is_plain::<TABS>(byte)).count();
        let (plain, rest) = bytes.split_at(len);
        append_copy(out, plain);
        let Some(&first) = rest.first() else { return };
        let width = match first_char(rest) {
            Char::Whole(char) if first >= 0x80 => {
                if is_steering(char) {
                    out.extend_from_slice(format!("<U+{:04X}>", u32::from(char)).as_bytes());
                } else {
                    out.extend_from_slice(&rest[..char.len_utf8()]);
                }
                char.len_utf8()
            }
            _ => {
                let (text, width) = &NOTATION[usize::from(first)];
                out.extend_from_slice(&text[..usize::from(*width)]);
                1
            }
        };
        bytes = &rest[width..];
    }
}

/// Returns whether a character moves the cursor, starts a terminal command, or makes text read
/// differently from how it is stored: the C1 controls, bidirectional controls, and invisible
/// annotation and tag characters.
fn is_steering(char: char) -> bool {
    matches!(char,
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// The first character of a run of bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Char {
    /// A well-formed character.
    Whole(char),
    /// The start of a character whose other bytes are still missing.
    Cut,
    /// A byte that does not start a character, or that the wrong bytes follow.
    Malformed,
}

/// Returns the first character of `bytes`, which must not be empty.
#[must_use]
pub fn first_char(bytes: &[u8]) -> Char {
    let head = &bytes[..bytes.len().min(4)];
    match str::from_utf8(head) {
        Ok(text) => text.chars().next().map_or(Char::Malformed, Char::Whole),
        Err(error) if error.valid_up_to() > 0 => {
            let text = str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default();
            text.chars().next().map_or(Char::Malformed, Char::Whole)
        }
        Err(error) if error.error_len().is_none() => Char::Cut,
        Err(_) => Char::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(show: Show, tabs: bool, bytes: &[u8]) -> String {
        let mut out = Vec::new();
        push(show, tabs, bytes, &mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn the_notation_of_cat() {
        let shown = |byte: u8| shown(Show::Nonprinting, true, &[byte]);
        for (byte, text) in [
            (0, "^@"),
            (9, "^I"),
            (27, "^["),
            (31, "^_"),
            (32, " "),
            (126, "~"),
            (127, "^?"),
            (128, "M-^@"),
            (159, "M-^_"),
            (160, "M- "),
            (254, "M-~"),
            (255, "M-^?"),
        ] {
            assert_eq!(shown(byte), text);
        }
    }

    #[test]
    fn an_unprintable_byte_is_found_at_any_position() {
        for len in 1..100 {
            for at in 0..len {
                let mut bytes = vec![b'a'; len];
                bytes[at] = 0x1b;
                let expected = format!("{}^[{}", "a".repeat(at), "a".repeat(len - at - 1));
                assert_eq!(shown(Show::Nonprinting, false, &bytes), expected);
                assert_eq!(shown(Show::Sanitized, false, &bytes), expected);
            }
        }
    }

    #[test]
    fn sanitized_text_stays_readable_and_cannot_steer() {
        let shown = |text: &str| shown(Show::Sanitized, false, text.as_bytes());
        assert_eq!(shown("naïve — 日本 🙂\n"), "naïve — 日本 🙂\n");
        assert_eq!(shown("\x1b]0;title\x07\x1b[2J\r\x08\x7f"), "^[]0;title^G^[[2J^M^H^?");
        assert_eq!(shown("\u{9b}2J"), "<U+009B>2J");
        assert_eq!(shown("user\u{202e}txt.exe"), "user<U+202E>txt.exe");
    }

    #[test]
    fn sanitizing_shows_malformed_bytes_one_by_one() {
        assert_eq!(shown(Show::Sanitized, false, b"\x9b2J \xc3( \xe2\x82"), "M-^[2J M-C( M-bM-^B");
        assert_eq!(shown(Show::Sanitized, true, b"\t\xff"), "^IM-^?");
    }

    #[test]
    fn partial_characters_are_not_malformed() {
        assert_eq!(first_char("é".as_bytes()), Char::Whole('é'));
        assert_eq!(first_char(b"\xc3"), Char::Cut);
        assert_eq!(first_char(b"\xf0\x9f\x99"), Char::Cut);
        assert_eq!(first_char(b"\xc3a"), Char::Malformed);
        assert_eq!(first_char(b"\x80"), Char::Malformed);
        assert_eq!(first_char("aé".as_bytes()), Char::Whole('a'));
    }
}
