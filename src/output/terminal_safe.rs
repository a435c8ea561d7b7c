//! Escapes names for display: on one line, and without control sequences for the terminal.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write;

use crate::os::posix::OsStrExt;

/// Escapes control characters and invalid UTF-8 in a name as `\n`, `\x1b`, `\xff`, for messages.
///
/// A backslash is left alone, because the escaped form is meant for humans, not for scripts.
pub fn escape_name(name: &OsStr) -> Cow<'_, str> {
    if let Some(plain) = name.to_str()
        && !plain.chars().any(needs_escape)
    {
        return Cow::Borrowed(plain);
    }
    let mut shown = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => shown.push_str("\\n"),
                '\r' => shown.push_str("\\r"),
                '\t' => shown.push_str("\\t"),
                c if needs_escape(c) => push_escaped(&mut shown, c),
                c => shown.push(c),
            }
        }
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02x}"));
        }
    }
    Cow::Owned(shown)
}

/// Appends the escape of a character's code: `\x1b`, `\u{202e}`.
pub fn push_escaped(shown: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = match u32::from(c) {
        number @ ..0x100 => write!(shown, "\\x{number:02x}"),
        number => write!(shown, "\\u{{{number:x}}}"),
    };
}

/// Escapes like [`escape_name`], for bytes that go to standard output.
pub fn escape_for_terminal(name: &[u8]) -> Cow<'_, [u8]> {
    match escape_name(OsStr::from_bytes(name)) {
        Cow::Borrowed(name) => Cow::Borrowed(name.as_bytes()),
        Cow::Owned(name) => Cow::Owned(name.into_bytes()),
    }
}

/// Returns whether a terminal interprets a character instead of showing it.
///
/// These are the control characters of C0 and C1 and the bidirectional overrides, which reorder
/// text (Unicode Technical Report 36, "Bidirectional Text Spoofing").
pub fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_and_escaped() {
        let cases: [(&[u8], &str); 6] = [
            (b"plain name.log", "plain name.log"),
            ("gr\u{fc}n".as_bytes(), "gr\u{fc}n"),
            (b"a\nb\tc", "a\\nb\\tc"),
            (b"\x1b[31mred", "\\x1b[31mred"),
            (b"bad\xff\xfe", "bad\\xff\\xfe"),
            ("rtl\u{202e}gpj".as_bytes(), "rtl\\u{202e}gpj"),
        ];
        for (name, want) in cases {
            assert_eq!(escape_name(OsStr::from_bytes(name)), want);
        }
    }
}
