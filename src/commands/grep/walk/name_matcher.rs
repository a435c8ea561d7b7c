//! The globs of `--include`, `--exclude` and `--exclude-dir`, with the syntax of fnmatch(3).
//!
//! Braces are literal, classes such as `[[:digit:]]` work, and an unclosed bracket is literal. This
//! differs from the globs of `-g`, which have the syntax of ignore files.

use anyhow::Result;
use regex_automata::meta;
use regex_automata::util::syntax;

use super::super::posix::{self, Target};

/// A set of globs, each of which matches a whole name.
#[derive(Debug)]
pub struct NameMatcher(Option<meta::Regex>);

impl NameMatcher {
    /// Compiles globs.
    ///
    /// # Errors
    /// Returns an error if the globs are too large.
    pub fn new<'g>(globs: impl Iterator<Item = &'g [u8]>) -> Result<NameMatcher> {
        let regexes: Vec<String> = globs.filter_map(to_regex).collect();
        if regexes.is_empty() {
            return Ok(NameMatcher(None));
        }
        let regex = meta::Regex::builder()
            .syntax(syntax::Config::new().utf8(false))
            .configure(meta::Config::new().utf8_empty(false))
            .build_many(&regexes)?;
        Ok(NameMatcher(Some(regex)))
    }

    /// Returns whether no name matches.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns whether any glob matches this name.
    pub fn is_match(&self, name: &[u8]) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.is_match(name))
    }
}

/// Returns a regex for a glob, or `None` if no name matches it.
fn to_regex(glob: &[u8]) -> Option<String> {
    let mut regex = String::from(r"\A");
    let mut rest = glob;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'*' => regex.push_str("(?s-u:.)*"),
            b'?' => regex.push_str(r"(?:(?s:.)|(?-u:[\x80-\xFF]))"),
            b'[' if let Some((bracket, length)) = bracket(after) => {
                // For example, a range whose ends are in the wrong order matches nothing.
                regex.push_str(&posix::translate(&bracket, true, true, Target::Rust).ok()?);
                rest = &after[length..];
            }
            _ => {
                // A backslash quotes the next character, if there is one.
                let quoted = (byte == b'\\').then(|| after.split_first()).flatten();
                let (byte, after) = quoted.unwrap_or((&byte, after));
                let length = 1 + after.iter().take_while(|byte| **byte & 0xC0 == 0x80).count();
                let start = glob.len() - after.len() - 1;
                debug_assert_eq!(glob[start], *byte);
                regex.push_str(&posix::escape(&glob[start..start + length], true));
                rest = &glob[start + length..];
            }
        }
    }
    regex.push_str(r"\z");
    Some(regex)
}

/// Returns the bracket expression whose `[` precedes `rest`, in POSIX syntax, and its length in
/// `rest`, or `None` if it is not closed.
fn bracket(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut text = b"[".to_vec();
    let mut at = 0;
    if let [b'!' | b'^', ..] = rest {
        text.push(b'^');
        at = 1;
    }
    let first = at;
    // Whether a hyphen here belongs to a range. Elsewhere it is a member, which POSIX's brackets do
    // not allow in the middle.
    let (mut begins_range, mut ends_range) = (false, false);
    loop {
        match &rest[at..] {
            [] => return None,
            [b']', ..] if at > first => {
                text.push(b']');
                return Some((text, at + 1));
            }
            [b'[', kind @ (b':' | b'=' | b'.'), inner @ ..]
                if let Some(length) = memchr::memmem::find(inner, &[*kind, b']']) =>
            {
                text.extend_from_slice(&rest[at..at + 2 + length + 2]);
                at += 2 + length + 2;
                (begins_range, ends_range) = (*kind == b'.' && !ends_range, false);
            }
            // In POSIX's brackets, a backslash is literal.
            [b'\\', quoted, ..] if quoted.is_ascii() => {
                text.extend_from_slice(&[b'[', b'.', *quoted, b'.', b']']);
                at += 2;
                (begins_range, ends_range) = (!ends_range, false);
            }
            [b'-', next, ..] if begins_range && *next != b']' => {
                text.push(b'-');
                at += 1;
                (begins_range, ends_range) = (false, true);
            }
            [byte, ..] => {
                match *byte {
                    b'-' => text.extend_from_slice(b"[.-.]"),
                    byte => text.push(byte),
                }
                at += 1;
                // The bytes of a character count as one.
                if *byte & 0xC0 != 0x80 {
                    (begins_range, ends_range) = (!ends_range, false);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn matches(glob: &str, name: &[u8], expected: bool) {
        assert_eq!(NameMatcher::new(std::iter::once(glob.as_bytes())).unwrap().is_match(name), expected, "{glob}");
    }

    #[test]
    fn stars_and_question_marks() {
        matches("*.rs", b"a.rs", true);
        matches("*.rs", b"a.rst", false);
        matches("*", b"", true);
        matches("*\u{e9}", b"\xff\n\xc3\xa9", true);
        matches("**.c", b"a.c", true);
        matches("?.c", "\u{e9}.c".as_bytes(), true);
        matches("?.c", b"\xff.c", true);
        matches("?.c", b"ab.c", false);
        matches("", b"", true);
        matches(r"\*\?\a\", br"*?a\", true);
    }

    // Regression: braces enclosed alternatives.
    #[test]
    fn braces_are_literal() {
        matches("*.{c,h}", b"a.c", false);
        matches("*.{c,h}", b"a.{c,h}", true);
        matches("}{*", b"}{", true);
    }

    // Regression: classes were treated as sets of their letters, and the other brackets were errors.
    #[test]
    fn brackets() {
        matches("[[:digit:]].c", b"1.c", true);
        matches("[![:digit:]].c", b"1.c", false);
        matches("[^a-c]", b"d", true);
        matches("[]a]", b"]", true);
        matches("[!]a]", b"b", true);
        matches(r"[\]a\^-]", b"^", true);
        matches(r"[\]a\^-]", br"\", false);
        matches("[[.-.]]", b"-", true);
        matches("[[=a=]x]", b"a", true);
        matches("[a", b"[a", true);
        matches("*[", b"a[", true);
        matches("[b-a]*", b"a", false);
        matches("[a-c-e]", b"-", true);
        matches("[a-c-e]", b"d", false);
        matches("[[:digit:]-z]", b"-", true);
        matches("[a-]", b"-", true);
        matches("[--0]", b".", true);
        matches("[é-í-]", "í".as_bytes(), true);
        matches("[[:nonsense:]]", b"n", false);
    }
}
