//! Writes digests as coreutils' lines, BSD tags, raw bytes or JSON.
//!
//! This module takes a digest and a name, and returns text in chunks, because a digest may be
//! longer than memory. [`super::list`] reads these lines.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io;
use std::ops::Range;

use data_encoding::{BASE64, HEXLOWER};
use serde::Serialize;

use super::name::{escaped, portable};
use crate::digest::{Algorithm, Digest};
use crate::os::posix::OsStrExt;
use crate::output::escape_for_terminal;

/// Whether lines are `SHA256 (name) = digest` rather than `digest  name`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagStyle {
    Always,
    Never,
    /// Depends on the algorithm's default.
    #[default]
    ByAlgorithm,
}

/// The format of a line.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListStyle {
    /// Whether a tag names the algorithm.
    pub tag: TagStyle,
    /// Whether to write `*` before the name.
    pub binary: bool,
    /// Whether to end lines with NUL and leave names unescaped.
    pub zero: bool,
    /// Whether to write digests in base64.
    pub base64: bool,
    /// Whether to write digests as raw bytes and nothing else.
    pub raw: bool,
    /// Whether to write one JSON object per line.
    pub json: bool,
    /// Whether to omit names.
    pub nameless: bool,
    /// Whether to escape names for a terminal.
    pub escape_for_terminal: bool,
    /// Whether standard input is read because no file was named. Historical sums then show no name.
    pub implied: bool,
}

/// The subject of a digest.
#[derive(Clone, Copy, Debug)]
pub struct DigestSubject<'a> {
    /// The file's name.
    pub name: &'a OsStr,
    /// The byte range, if the subject is a piece of the file.
    pub piece: Option<&'a Range<u64>>,
}

/// A path in JSON: text, plus the raw bytes if they are not UTF-8.
#[derive(Serialize)]
pub struct JsonPath {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_base64: Option<String>,
}

impl From<&OsStr> for JsonPath {
    fn from(name: &OsStr) -> JsonPath {
        let path_base64 = name.to_str().is_none().then(|| BASE64.encode(name.as_bytes()));
        JsonPath { path: name.to_string_lossy().into_owned(), path_base64 }
    }
}

#[derive(Serialize)]
struct JsonDigest {
    #[serde(flatten)]
    path: JsonPath,
    algorithm: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    digest: &'static str,
    bytes: u64,
}

impl ListStyle {
    /// Writes the line of one digest.
    ///
    /// # Errors
    /// Returns the first error from `write`.
    pub fn write(
        &self,
        digest: &Digest,
        subject: DigestSubject<'_>,
        write: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.raw {
            return digest.for_each_chunk(write);
        }
        let (before, after) = match () {
            () if self.json => json_frame(digest, subject)?,
            () if digest.spec.algorithm.is_historical() => (self.historical(digest, subject), None),
            () => self.frame(digest, subject),
        };
        write(&before)?;
        if let Some(mut after) = after {
            digest.for_each_chunk(|chunk| {
                let text = if self.base64 { BASE64.encode(chunk) } else { HEXLOWER.encode(chunk) };
                write(text.as_bytes())
            })?;
            after.push(if self.zero { 0 } else { b'\n' });
            write(&after)?;
        }
        Ok(())
    }

    /// Returns the text before and after the digest.
    fn frame(&self, digest: &Digest, subject: DigestSubject<'_>) -> (Vec<u8>, Option<Vec<u8>>) {
        if self.nameless {
            return (Vec::new(), Some(Vec::new()));
        }
        let mut name = portable(subject.name);
        if let Some(piece) = subject.piece {
            let last = piece.end.saturating_sub(1).max(piece.start);
            name.to_mut().extend(format!(" offset {}-{last}", piece.start).bytes());
        }
        let escaped = if self.zero { None } else { escaped(OsStr::from_bytes(&name)) };
        let mark: &[u8] = if escaped.is_some() { b"\\" } else { b"" };
        let name = self.shown(escaped.as_deref().unwrap_or(&name));
        let algorithm = digest.spec.algorithm;
        let tagged = match self.tag {
            TagStyle::Always => true,
            TagStyle::Never => false,
            TagStyle::ByAlgorithm => algorithm.is_tagged_by_default(),
        };
        if tagged {
            let before = [mark, digest.spec.tag().as_bytes(), b" (", &name, b") = "].concat();
            (before, Some(Vec::new()))
        } else {
            let blank: &[u8] = if self.binary { b" *" } else { b"  " };
            (mark.to_vec(), Some([blank, &name].concat()))
        }
    }

    /// Returns the sum in decimal, the length in bytes or blocks, and the unescaped name.
    fn historical(&self, digest: &Digest, subject: DigestSubject<'_>) -> Vec<u8> {
        let sum = digest.head().iter().fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
        let len = digest.input_len;
        let mut text = match digest.spec.algorithm {
            Algorithm::Bsd => format!("{sum:05} {:5}", len.div_ceil(1024)),
            Algorithm::Sysv => format!("{sum} {}", len.div_ceil(512)),
            _ => format!("{sum} {len}"),
        }
        .into_bytes();
        if !self.implied && !self.nameless {
            text.push(b' ');
            text.extend(&*self.shown(&portable(subject.name)));
        }
        text.push(if self.zero { 0 } else { b'\n' });
        text
    }

    /// Returns the printed form of a name.
    pub fn shown<'n>(&self, name: &'n [u8]) -> Cow<'n, [u8]> {
        if self.escape_for_terminal { escape_for_terminal(name) } else { Cow::Borrowed(name) }
    }
}

/// Returns the text of a JSON object before and after the digest.
fn json_frame(digest: &Digest, subject: DigestSubject<'_>) -> io::Result<(Vec<u8>, Option<Vec<u8>>)> {
    const EMPTY: &[u8] = b"\"digest\":\"\"";
    let object = JsonDigest {
        path: subject.name.into(),
        algorithm: digest.spec.algorithm.name(),
        offset: subject.piece.map(|piece| piece.start),
        digest: "",
        bytes: digest.input_len,
    };
    let mut text = crate::output::to_json(&object)?;
    // Only a number follows the digest, so this match cannot be part of a name.
    let at = memchr::memmem::rfind(&text, EMPTY).map_or(text.len(), |at| at + EMPTY.len() - 1);
    let after = text.split_off(at);
    Ok((text, Some(after)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{Recipe, Spec};

    fn line(style: ListStyle, spec: impl Into<Spec>, name: &str) -> String {
        let mut hasher = Recipe::from(spec.into()).hasher();
        hasher.update(b"hello");
        let mut text = Vec::new();
        let subject = DigestSubject { name: OsStr::new(name), piece: None };
        style
            .write(&hasher.finish(), subject, &mut |part| {
                text.extend_from_slice(part);
                Ok(())
            })
            .unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn lines_are_those_of_the_classic_tools() {
        let plain = ListStyle::default();
        let tag = ListStyle { tag: TagStyle::Always, ..plain };
        let md5 = Algorithm::Md5;
        assert_eq!(line(plain, md5, "f"), "5d41402abc4b2a76b9719d911017c592  f\n");
        assert_eq!(line(ListStyle { binary: true, ..plain }, md5, "f"), "5d41402abc4b2a76b9719d911017c592 *f\n");
        assert_eq!(line(tag, md5, "f"), "MD5 (f) = 5d41402abc4b2a76b9719d911017c592\n");
        assert_eq!(line(plain, md5, "a\nb"), "\\5d41402abc4b2a76b9719d911017c592  a\\nb\n");
        assert_eq!(line(tag, md5, "a\\b"), "\\MD5 (a\\\\b) = 5d41402abc4b2a76b9719d911017c592\n");
        assert_eq!(line(ListStyle { zero: true, ..plain }, md5, "a\\b"), "5d41402abc4b2a76b9719d911017c592  a\\b\0");
        assert_eq!(line(ListStyle { base64: true, ..tag }, md5, "f"), "MD5 (f) = XUFAKrxLKna5cZ2REBfFkg==\n");
        assert_eq!(line(ListStyle { nameless: true, ..plain }, md5, "f"), "5d41402abc4b2a76b9719d911017c592\n");
        let short = Spec { algorithm: Algorithm::Blake2b, len: 16 };
        assert_eq!(line(tag, short, "f"), "BLAKE2b-128 (f) = 46fb7408d4f285228f4af516ea25851b\n");
        assert_eq!(line(plain, Algorithm::Crc, "a b"), "3287646509 5 a b\n");
        assert_eq!(line(plain, Algorithm::Bsd, "a b"), "08403     1 a b\n");
        assert_eq!(line(tag, Algorithm::Sysv, "a b"), "532 1 a b\n");
        assert_eq!(line(ListStyle { implied: true, ..plain }, Algorithm::Crc, "-"), "3287646509 5\n");
        assert_eq!(
            line(ListStyle { json: true, ..plain }, md5, "a\"b"),
            "{\"path\":\"a\\\"b\",\"algorithm\":\"md5\",\"digest\":\"5d41402abc4b2a76b9719d911017c592\",\"bytes\":5}\n"
        );
    }
}
