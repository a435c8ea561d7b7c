//! Perl patterns as text, because PCRE2's Rust interface does not accept bytes.

use anyhow::bail;

/// Returns the pattern as equivalent text. Without `utf8`, bytes outside ASCII become escapes, unless
/// the pattern itself begins with `(*UTF)`. With `ends_at_record`, `$` matches only at the very end,
/// and not before a newline there, as in GNU grep.
pub(super) fn as_text(pattern: &[u8], utf8: bool, ends_at_record: bool) -> anyhow::Result<String> {
    let utf8 = utf8 || sets_utf(pattern);
    if utf8 && std::str::from_utf8(pattern).is_err() {
        match crate::output::is_tool() {
            true => bail!("pattern {:?} is not valid UTF-8", String::from_utf8_lossy(pattern)),
            false => bail!("it is not valid UTF-8; LC_ALL=C matches bytes"),
        }
    }
    let (text, _) = transcribe(pattern, utf8, ends_at_record, usize::MAX);
    Ok(String::from_utf8(text)?)
}

/// Returns the position in the pattern of this offset in its text.
pub(super) fn offset_as_typed(pattern: &[u8], utf8: bool, ends_at_record: bool, offset: usize) -> usize {
    transcribe(pattern, utf8 || sets_utf(pattern), ends_at_record, offset).1
}

/// Returns whether the settings at the start of a pattern make its characters UTF-8 in any locale.
fn sets_utf(pattern: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pattern);
    text[..leading_verbs(&text)].contains("(*UTF")
}

/// Returns the first `max` bytes of a pattern's text, and the number of bytes of the pattern that
/// they represent.
fn transcribe(pattern: &[u8], utf8: bool, ends_at_record: bool, max: usize) -> (Vec<u8>, usize) {
    if utf8 && !(ends_at_record && pattern.contains(&b'$')) {
        let length = pattern.len().min(max);
        return (pattern[..length].to_vec(), length);
    }
    let mut text = Vec::with_capacity(pattern.len());
    let (mut quoted, mut in_class) = (false, false);
    let mut rest = pattern;
    while let Some((&byte, after)) = rest.split_first().filter(|_| text.len() < max) {
        rest = after;
        match byte {
            _ if !utf8 && !byte.is_ascii() => {
                let (open, close) = if quoted { ("\\E", "\\Q") } else { ("", "") };
                text.extend_from_slice(format!("{open}\\x{byte:02X}{close}").as_bytes());
            }
            b'\\' if quoted => {
                quoted = !after.starts_with(b"E");
                text.push(byte);
            }
            b'\\' => match after.split_first() {
                // A backslash before a byte outside ASCII has no effect.
                Some((next, _)) if !utf8 && !next.is_ascii() => {}
                // PCRE2 reports an error, because no such character may follow `\c`.
                Some((b'c', [next, after @ ..])) if !utf8 && !next.is_ascii() => {
                    text.extend_from_slice("\\c\u{ff}".as_bytes());
                    rest = after;
                }
                Some((&next, after)) => {
                    quoted = next == b'Q';
                    text.extend_from_slice(&[byte, next]);
                    rest = after;
                }
                None => text.push(byte),
            },
            b'[' if !quoted && !in_class => {
                in_class = true;
                text.push(byte);
                // A closing bracket at the start is a member.
                let members = after.strip_prefix(b"^").unwrap_or(after);
                let first = after.len() - members.len() + usize::from(members.starts_with(b"]"));
                text.extend_from_slice(&after[..first]);
                rest = &after[first..];
            }
            b'[' if in_class && after.starts_with(b":") => {
                let length = memchr::memmem::find(after, b":]").map_or(0, |at| at + 2);
                text.push(byte);
                text.extend_from_slice(&after[..length]);
                rest = &after[length..];
            }
            b']' if !quoted => {
                in_class = false;
                text.push(byte);
            }
            b'$' if ends_at_record && !quoted && !in_class => text.extend_from_slice(b"\\z"),
            _ => text.push(byte),
        }
    }
    (text, pattern.len() - rest.len())
}

/// Returns the length of the settings at the start of a pattern.
pub(super) fn leading_verbs(pattern: &str) -> usize {
    let mut length = 0;
    while let Some(rest) = pattern[length..].strip_prefix("(*")
        && rest.starts_with(|c: char| c.is_ascii_uppercase())
        && let Some(end) = rest.find(')')
        && ["UTF", "UCP", "LIMIT_", "NO_", "NOTEMPTY", "CR", "LF", "ANY", "NUL", "BSR_"]
            .iter()
            .any(|verb| rest.starts_with(verb))
    {
        length += 2 + end + 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_outside_ascii_become_escapes() {
        let text = |pattern: &[u8]| as_text(pattern, false, false).unwrap();
        assert_eq!(text(b"\xff\\\xfe[\xe8-\xea]"), r"\xFF\xFE[\xE8-\xEA]");
        assert_eq!(text(b"\\Qa\xff.\\E."), r"\Qa\E\xFF\Q.\E.");
        assert_eq!(text(b"\\c\xff"), "\\c\u{ff}");
        assert!(as_text(b"\xff", true, false).is_err());
        // Regression: after (*UTF), each byte of a character was taken as a character.
        assert_eq!(text("(*UCP)(*UTF)é".as_bytes()), "(*UCP)(*UTF)é");
        assert_eq!(text("(*UCP)é".as_bytes()), r"(*UCP)\xC3\xA9");
    }

    #[test]
    fn an_offset_in_the_text_is_one_in_the_pattern() {
        let typed = |pattern: &[u8], offset| offset_as_typed(pattern, false, true, offset);
        assert_eq!([0, 4, 8, 9].map(|offset| typed(b"\xc3\xa9(", offset)), [0, 1, 2, 3]);
        assert_eq!([2, 3].map(|offset| typed(b"$)", offset)), [1, 2]);
        assert_eq!(offset_as_typed("$é)".as_bytes(), true, true, 5), 4);
        assert_eq!(offset_as_typed("é)".as_bytes(), true, true, 3), 3);
    }

    #[test]
    fn a_dollar_is_the_end_of_a_record() {
        let text = |pattern: &str| as_text(pattern.as_bytes(), true, true).unwrap();
        assert_eq!(text(r"a$|\$|[$]|[]$]|[[:alpha:]$]|\Q$\E$"), r"a\z|\$|[$]|[]$]|[[:alpha:]$]|\Q$\E\z");
    }
}
