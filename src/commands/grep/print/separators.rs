//! Interprets escapes in the separators given on the command line.

/// Replaces the escapes that ripgrep knows in separators: `\n`, `\r`, `\t`, `\0`, `\\` and `\xHH`.
pub fn unescape(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let hex = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        let (byte, length) = match (first, after) {
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'0', ..]) => (b'\0', 2),
            (b'\\', [b'\\', ..]) => (b'\\', 2),
            (b'\\', [b'x', high, low, ..]) if hex(&[*high, *low]).is_some() => (hex(&[*high, *low]).unwrap_or(0), 4),
            _ => (first, 1),
        };
        plain.push(byte);
        rest = &rest[length..];
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_escapes_are_replaced() {
        assert_eq!(unescape(br"a\t\x7F\\n\0"), b"a\t\x7f\\n\0");
        assert_eq!(unescape(br"\q\xg0\x4\"), br"\q\xg0\x4\");
    }
}
