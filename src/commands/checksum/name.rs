//! Escapes and quotes names in digest lines and messages.
//!
//! In a digest line, a newline, carriage return or backslash is escaped, and the line then starts
//! with a backslash. Names remain bytes throughout.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use crate::os::error_text;
use crate::os::posix::{OsStrExt, OsStringExt};
use crate::output::Output;

/// Returns the form of a name for a list, which has forward slashes even on Windows. Such a list
/// can be checked on any system, and most of its names need no escaping. `b3sum` does the same.
pub fn portable(name: &OsStr) -> Cow<'_, [u8]> {
    let bytes = name.as_bytes();
    // After this prefix, Windows interprets a name literally.
    if cfg!(windows) && bytes.contains(&b'\\') && !bytes.starts_with(br"\\?\") {
        return Cow::Owned(bytes.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect());
    }
    Cow::Borrowed(bytes)
}

/// Returns the plain spelling of a name, for comparisons.
pub fn plain(name: &Path) -> PathBuf {
    name.components().filter(|part| *part != Component::CurDir).collect()
}

/// Returns the escaped name, if it needs escaping.
pub fn escaped(name: &OsStr) -> Option<Vec<u8>> {
    let name = name.as_bytes();
    if !name.iter().any(|byte| matches!(byte, b'\n' | b'\r' | b'\\')) {
        return None;
    }
    let mut escaped = Vec::with_capacity(name.len() + 4);
    for &byte in name {
        match byte {
            b'\n' => escaped.extend(b"\\n"),
            b'\r' => escaped.extend(b"\\r"),
            b'\\' => escaped.extend(b"\\\\"),
            other => escaped.push(other),
        }
    }
    Some(escaped)
}

/// Returns the name whose escaped form is `text`. Returns `None` for text that [`escaped`] never
/// returns and for a NUL byte.
pub fn unescaped(text: &[u8]) -> Option<OsString> {
    let mut name = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        name.push(match byte {
            b'\\' => match bytes.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b'\\' => b'\\',
                _ => return None,
            },
            0 => return None,
            other => other,
        });
    }
    Some(OsString::from_vec(name))
}

/// Returns the name for a message, quoted unless a shell would read it as one plain word.
pub fn quoted(name: &OsStr) -> String {
    let shown = crate::output::escape_name(name);
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%]}".contains(c);
    if !shown.is_empty() && shown.chars().all(plain) { shown.into_owned() } else { format!("'{shown}'") }
}

/// Reports a failed file, after flushing everything printed so far.
pub fn report(name: &OsStr, error: &std::io::Error, output: &mut Output) {
    warn(&format!("{}: {}", quoted(name), error_text(error)), output);
}

/// Prints a message, after flushing everything printed so far. If the output fails, the next write
/// reports it.
pub fn warn(text: &str, output: &mut Output) {
    let _ = output.flush();
    crate::output::print_message(format_args!("mapped: {text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_back() {
        assert_eq!(escaped(OsStr::new("plain name")), None);
        assert_eq!(escaped(OsStr::new("a\\b\nc\rd")).unwrap(), b"a\\\\b\\nc\\rd");
        assert_eq!(unescaped(b"a\\\\b\\nc\\rd").unwrap(), "a\\b\nc\rd");
        assert_eq!(unescaped(b"a\\tb"), None);
        assert_eq!(unescaped(b"a\\"), None);
        assert_eq!(unescaped(b"a\0"), None);
        assert_eq!(quoted(OsStr::new("dir/list.md5")), "dir/list.md5");
        assert_eq!(quoted(OsStr::new("my list")), "'my list'");
    }
}
