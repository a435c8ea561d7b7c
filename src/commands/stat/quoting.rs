//! Quotes file names as GNU tools do, in the style named by `QUOTING_STYLE`.
//!
//! `%N` prints names in this form. The output of the shell styles can be pasted into a shell:
//! unprintable characters are written in `$'...'`. A name whose only special character is an
//! apostrophe is written in double quotes, which are easier to read.

use crate::os::accounts;

/// A style of quoting names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotingStyle {
    /// Prints names unchanged.
    Literal,
    /// Quotes for a shell, if necessary.
    Shell,
    /// Quotes for a shell, always.
    ShellAlways,
    /// Quotes for a shell and escapes unprintable characters, if necessary.
    ShellEscape,
    /// Quotes for a shell and escapes unprintable characters, always.
    ShellEscapeAlways,
    /// Quotes as a C string.
    C,
    /// Quotes as a C string, if necessary.
    CMaybe,
    /// Escapes as in a C string, but without quotes.
    Escape,
    /// Quotes as a C string with the locale's quotation marks, or single ones if the locale has
    /// none.
    Locale,
    /// Quotes as a C string with the locale's quotation marks, or double ones if the locale has
    /// none.
    CLocale,
}

impl QuotingStyle {
    /// Returns the style named by `QUOTING_STYLE`, or shell-escape-always if the variable is unset.
    ///
    /// # Errors
    /// Returns the value if it is not the name of a style.
    pub fn from_environment(value: Option<&[u8]>) -> Result<QuotingStyle, String> {
        let Some(value) = value else { return Ok(QuotingStyle::ShellEscapeAlways) };
        const NAMES: [(&str, QuotingStyle); 10] = [
            ("literal", QuotingStyle::Literal),
            ("shell", QuotingStyle::Shell),
            ("shell-always", QuotingStyle::ShellAlways),
            ("shell-escape", QuotingStyle::ShellEscape),
            ("shell-escape-always", QuotingStyle::ShellEscapeAlways),
            ("c", QuotingStyle::C),
            ("c-maybe", QuotingStyle::CMaybe),
            ("escape", QuotingStyle::Escape),
            ("locale", QuotingStyle::Locale),
            ("clocale", QuotingStyle::CLocale),
        ];
        NAMES
            .iter()
            .find(|(name, _)| name.as_bytes() == value)
            .map(|(_, style)| *style)
            .ok_or_else(|| String::from_utf8_lossy(value).into_owned())
    }
}

/// Quotes `name` in `style`.
pub fn quote(name: &[u8], style: QuotingStyle) -> Vec<u8> {
    match style {
        QuotingStyle::Literal => name.to_vec(),
        QuotingStyle::Shell | QuotingStyle::ShellEscape
            if !needs_shell_quotes(name, style == QuotingStyle::ShellEscape) =>
        {
            name.to_vec()
        }
        QuotingStyle::Shell | QuotingStyle::ShellAlways => shell(name, false),
        QuotingStyle::ShellEscape | QuotingStyle::ShellEscapeAlways => shell(name, true),
        QuotingStyle::C => c_string(name, b"\"", b"\""),
        QuotingStyle::CMaybe if c_string(name, b"", b"\"") == name => name.to_vec(),
        QuotingStyle::CMaybe => c_string(name, b"\"", b"\""),
        QuotingStyle::Escape => c_string(name, b"", b""),
        QuotingStyle::Locale | QuotingStyle::CLocale if accounts::locale().utf8 => {
            c_string(name, "‘".as_bytes(), "’".as_bytes())
        }
        QuotingStyle::Locale => c_string(name, b"'", b"'"),
        QuotingStyle::CLocale => c_string(name, b"\"", b"\""),
    }
}

/// A character in the locale's encoding, or a byte that is not part of one.
struct QuotedUnit<'a> {
    bytes: &'a [u8],
    printable: bool,
}

/// Splits a name into characters in the locale's encoding. Other bytes are single units, and a
/// truncated sequence at the end is one unit.
fn units(name: &[u8]) -> impl Iterator<Item = QuotedUnit<'_>> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let first = *rest.first()?;
        let (length, printable) = if first.is_ascii() {
            (1, first == b' ' || first.is_ascii_graphic())
        } else if !accounts::locale().utf8 {
            (1, false)
        } else {
            match rest.utf8_chunks().next() {
                Some(chunk) => match chunk.valid().chars().next() {
                    Some(character) => (character.len_utf8(), accounts::printable(character)),
                    // A sequence truncated by the end of the name is one unit. Any other invalid
                    // byte is a unit on its own.
                    None if chunk.invalid().len() == rest.len() => (rest.len(), false),
                    None => (1, false),
                },
                None => (1, false),
            }
        };
        let (bytes, after) = rest.split_at(length);
        rest = after;
        Some(QuotedUnit { bytes, printable })
    })
}

/// Returns whether a shell would interpret `name`.
fn needs_shell_quotes(name: &[u8], escape: bool) -> bool {
    let braces = name.len() == 1 && b"{}".contains(&name[0]);
    name.is_empty()
        || braces
        || b"#~".contains(&name[0])
        || name.iter().any(|byte| b"?\\\n\r\t !\"$&()*;<=>[^`|'".contains(byte))
        || (escape && units(name).any(|unit| !unit.printable))
}

/// Puts `name` in single quotes and, with `escape`, unprintable characters in `$'...'`.
fn shell(name: &[u8], escape: bool) -> Vec<u8> {
    if name.contains(&b'\'') && reads_the_same_in_double_quotes(name) {
        return [b"\"", name, b"\""].concat();
    }
    let mut out = vec![b'\''];
    let mut in_escape = false;
    for unit in units(name) {
        if escape && !unit.printable {
            if !in_escape {
                out.extend_from_slice(b"'$'");
                in_escape = true;
            }
            unit.bytes.iter().for_each(|&byte| put_escaped(&mut out, byte));
            continue;
        }
        if unit.bytes == b"'" {
            // This closes both an escape and quotes.
            out.extend_from_slice(b"'\\''");
            in_escape = false;
            continue;
        }
        if std::mem::take(&mut in_escape) {
            out.extend_from_slice(b"''");
        }
        out.extend_from_slice(unit.bytes);
    }
    out.push(b'\'');
    out
}

/// Returns whether C and a shell both interpret every character within double quotes literally.
fn reads_the_same_in_double_quotes(name: &[u8]) -> bool {
    units(name).enumerate().all(|(index, unit)| match unit.bytes {
        [b'#' | b'~'] => index == 0,
        [b' ' | b'\'' | b'%' | b'+'..=b':' | b']' | b'_'] => true,
        [byte] if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        _ => unit.printable,
    })
}

/// Returns `name` as a C string that begins with `left` and ends with `quote`, which is escaped
/// within.
fn c_string(name: &[u8], left: &[u8], quote: &[u8]) -> Vec<u8> {
    let mut out = left.to_vec();
    for unit in units(name) {
        if unit.bytes == b"\\" && (!left.is_empty() || quote.is_empty()) {
            out.extend_from_slice(b"\\\\");
        } else if !unit.printable {
            unit.bytes.iter().for_each(|&byte| put_escaped(&mut out, byte));
        } else {
            if !quote.is_empty() && unit.bytes == quote {
                out.push(b'\\');
            }
            out.extend_from_slice(unit.bytes);
        }
    }
    if !left.is_empty() {
        out.extend_from_slice(quote);
    }
    out
}

/// Appends the backslash escape of `byte`, in octal if C has no letter for it.
fn put_escaped(out: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        0x07 => b'a',
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x0b => b'v',
        _ => {
            out.extend_from_slice(format!("\\{byte:03o}").as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, style: QuotingStyle) -> String {
        String::from_utf8(quote(name.as_bytes(), style)).unwrap()
    }

    #[test]
    fn a_plain_name() {
        use QuotingStyle::*;
        for style in [Literal, Shell, ShellEscape, CMaybe, Escape] {
            assert_eq!(shown("plain-1.log", style), "plain-1.log", "{style:?}");
        }
        for style in [ShellAlways, ShellEscapeAlways] {
            assert_eq!(shown("plain", style), "'plain'");
        }
        assert_eq!(shown("plain", C), "\"plain\"");
    }

    #[test]
    fn apostrophes_and_controls() {
        use QuotingStyle::*;
        assert_eq!(shown("it's", ShellEscapeAlways), "\"it's\"");
        assert_eq!(shown("it's $5", ShellEscapeAlways), "'it'\\''s $5'");
        assert_eq!(shown("a\nb", ShellEscapeAlways), "'a'$'\\n''b'");
        assert_eq!(shown("a\nb", C), "\"a\\nb\"");
        assert_eq!(shown("a b", Shell), "'a b'");
        assert_eq!(shown("", Shell), "''");
        assert_eq!(shown("a\\b", Escape), "a\\\\b");
        assert_eq!(shown("\u{1}", ShellEscapeAlways), "''$'\\001'");
    }

    #[test]
    fn styles_are_named_in_the_environment() {
        assert_eq!(QuotingStyle::from_environment(None), Ok(QuotingStyle::ShellEscapeAlways));
        assert_eq!(QuotingStyle::from_environment(Some(b"c-maybe")), Ok(QuotingStyle::CMaybe));
        assert_eq!(QuotingStyle::from_environment(Some(b"C")), Err("C".into()));
    }
}
