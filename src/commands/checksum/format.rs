//! How a digest is written down: coreutils' lines, BSD tags, raw bytes or JSON.
//!
//! Pure: a digest and a name in, bytes out. The lines are those that [`super::list`] reads.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use serde::Serialize;

use super::base64;
use super::name::escaped;
use crate::digest::algorithm::Algorithm;
use crate::digest::hasher::Digest;
use crate::output::escape_for_terminal;

/// What the lines look like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// `SHA256 (name) = digest` rather than `digest  name`.
    pub tag: bool,
    /// `*` before the name.
    pub binary: bool,
    /// Lines end with NUL, and names are not escaped.
    pub zero: bool,
    /// Digests in base64.
    pub base64: bool,
    /// Digests as bytes, and nothing else.
    pub raw: bool,
    /// A JSON object a line.
    pub json: bool,
    /// No names.
    pub nameless: bool,
    /// Names are read by somebody at a terminal, which they must not drive.
    pub escape_for_terminal: bool,
    /// Standard input was not named: the historical sums then show no name.
    pub implied: bool,
}

/// A path as JSON has it: text, with the bytes beside it where they are not UTF-8.
#[derive(Serialize)]
pub struct JsonPath {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_base64: Option<String>,
}

impl From<&OsStr> for JsonPath {
    fn from(name: &OsStr) -> JsonPath {
        let path_base64 = name.to_str().is_none().then(|| base64::encode(name.as_bytes()));
        JsonPath { path: name.to_string_lossy().into_owned(), path_base64 }
    }
}

#[derive(Serialize)]
struct JsonDigest {
    #[serde(flatten)]
    path: JsonPath,
    algorithm: &'static str,
    digest: String,
    bytes: u64,
}

impl Style {
    /// Appends the line of one digest to `text`.
    pub fn write(&self, digest: &Digest, name: &OsStr, text: &mut Vec<u8>) {
        if self.raw {
            return text.extend(&digest.bytes);
        }
        let shown = if self.base64 { base64::encode(&digest.bytes) } else { digest.hex() };
        if self.json {
            let algorithm = digest.spec.algorithm.name();
            let line = JsonDigest { path: name.into(), algorithm, digest: shown, bytes: digest.input_len };
            crate::output::append_json(&line, text).expect("strings and a number");
        } else if digest.spec.algorithm.is_historical() {
            self.write_historical(digest, name, text);
        } else {
            self.write_digest(digest, &shown, name, text);
        }
        text.push(if self.zero { 0 } else { b'\n' });
    }

    fn write_digest(&self, digest: &Digest, shown: &str, name: &OsStr, text: &mut Vec<u8>) {
        if self.nameless {
            return text.extend(shown.as_bytes());
        }
        let escaped = if self.zero { None } else { escaped(name) };
        if escaped.is_some() {
            text.push(b'\\');
        }
        let name = self.shown(escaped.as_deref().unwrap_or(name.as_bytes()));
        if self.tag {
            text.extend(digest.spec.tag().as_bytes());
            text.extend(b" (");
            text.extend(&*name);
            text.extend(b") = ");
            text.extend(shown.as_bytes());
        } else {
            text.extend(shown.as_bytes());
            text.extend(if self.binary { b" *" } else { b"  " });
            text.extend(&*name);
        }
    }

    /// The sum in decimal, the length in bytes or blocks, the name as it is.
    fn write_historical(&self, digest: &Digest, name: &OsStr, text: &mut Vec<u8>) {
        let sum = digest.bytes.iter().fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
        let len = digest.input_len;
        text.extend(
            match digest.spec.algorithm {
                Algorithm::Bsd => format!("{sum:05} {:5}", len.div_ceil(1024)),
                Algorithm::Sysv => format!("{sum} {}", len.div_ceil(512)),
                _ => format!("{sum} {len}"),
            }
            .as_bytes(),
        );
        if !self.implied && !self.nameless {
            text.push(b' ');
            text.extend(&*self.shown(name.as_bytes()));
        }
    }

    /// A name as it is to be printed.
    pub fn shown<'n>(&self, name: &'n [u8]) -> Cow<'n, [u8]> {
        if self.escape_for_terminal { escape_for_terminal(name) } else { Cow::Borrowed(name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::algorithm::Spec;
    use crate::digest::hasher::Recipe;

    fn line(style: Style, spec: impl Into<Spec>, name: &str) -> String {
        let mut hasher = Recipe::from(spec.into()).hasher();
        hasher.update(b"hello");
        let mut text = Vec::new();
        style.write(&hasher.finish(), OsStr::new(name), &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn lines_are_those_of_the_classic_tools() {
        let plain = Style::default();
        let tag = Style { tag: true, ..plain };
        let md5 = Algorithm::Md5;
        assert_eq!(line(plain, md5, "f"), "5d41402abc4b2a76b9719d911017c592  f\n");
        assert_eq!(line(Style { binary: true, ..plain }, md5, "f"), "5d41402abc4b2a76b9719d911017c592 *f\n");
        assert_eq!(line(tag, md5, "f"), "MD5 (f) = 5d41402abc4b2a76b9719d911017c592\n");
        assert_eq!(line(plain, md5, "a\nb"), "\\5d41402abc4b2a76b9719d911017c592  a\\nb\n");
        assert_eq!(line(tag, md5, "a\\b"), "\\MD5 (a\\\\b) = 5d41402abc4b2a76b9719d911017c592\n");
        assert_eq!(line(Style { zero: true, ..plain }, md5, "a\\b"), "5d41402abc4b2a76b9719d911017c592  a\\b\0");
        assert_eq!(line(Style { base64: true, ..tag }, md5, "f"), "MD5 (f) = XUFAKrxLKna5cZ2REBfFkg==\n");
        assert_eq!(line(Style { nameless: true, ..plain }, md5, "f"), "5d41402abc4b2a76b9719d911017c592\n");
        let short = Spec { algorithm: Algorithm::Blake2b, len: 16 };
        assert_eq!(line(tag, short, "f"), "BLAKE2b-128 (f) = 46fb7408d4f285228f4af516ea25851b\n");
        assert_eq!(line(plain, Algorithm::Crc, "a b"), "3287646509 5 a b\n");
        assert_eq!(line(plain, Algorithm::Bsd, "a b"), "08403     1 a b\n");
        assert_eq!(line(tag, Algorithm::Sysv, "a b"), "532 1 a b\n");
        assert_eq!(line(Style { implied: true, ..plain }, Algorithm::Crc, "-"), "3287646509 5\n");
        assert_eq!(
            line(Style { json: true, ..plain }, md5, "a\"b"),
            "{\"path\":\"a\\\"b\",\"algorithm\":\"md5\",\"digest\":\"5d41402abc4b2a76b9719d911017c592\",\"bytes\":5}\n"
        );
    }
}
