//! Classifies a file's bytes: text or binary, encoding, line ends, and number and length of lines.

pub mod kernel;
pub mod tally;
pub mod utf8;

use std::ffi::OsStr;
use std::io;

use super::facts::FileFacts;
use crate::app::config::Config;
use crate::decode::{Format, format_of};
use crate::os::posix::{FileType, OsStrExt};
use crate::output::Output;
use crate::timestamp::LogTimes;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use tally::ContentTally;

/// The number of bytes at the start of a file that determine its media type.
pub const PREFIX: usize = 8 << 10;

/// The outcome of reading a file's content.
pub enum ContentRead {
    /// The file was read and classified.
    Classified(Box<Content>),
    /// The file was not read, because that could block or have side effects.
    ByKind,
    /// Reading failed, and the failure was reported.
    Failed,
}

/// Reads inputs that are safe to read: regular files, block devices, and any standard input.
pub fn read(facts: &FileFacts, config: &Config, output: &mut Output) -> io::Result<ContentRead> {
    let is_safe = facts.is_stdin() || matches!(facts.kind(), FileType::RegularFile | FileType::BlockDevice);
    if !is_safe {
        return Ok(ContentRead::ByKind);
    }
    let input = config.input(OsStr::from_bytes(&facts.name).to_owned());
    let changed = facts.modified().unwrap_or_else(Timestamp::now);
    Ok(match kernel::classify(input, changed, config, output)? {
        Some(content) => ContentRead::Classified(Box::new(content)),
        None => ContentRead::Failed,
    })
}

/// Whether a file is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ContentKind {
    /// No bytes.
    Empty,
    /// Text.
    Text,
    /// Anything other than text.
    Binary,
}

/// The line ends of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnding {
    /// There is no line end.
    None,
    /// All lines end with LF.
    Lf,
    /// All lines end with CRLF.
    Crlf,
    /// All lines end with CR, as on old Macs.
    Cr,
    /// Lines end in more than one of these ways.
    Mixed,
}

/// The result of reading a whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// Whether the file is empty, text or binary.
    pub kind: ContentKind,
    /// The media type, from the file's first bytes.
    pub mime: String,
    /// The encoding of text; `None` for other files.
    pub encoding: Option<&'static str>,
    /// The byte order mark at the start of the file.
    pub bom: Option<&'static str>,
    /// The line ends, or `None` for a binary file.
    pub line_ends: Option<LineEnding>,
    /// The number of newlines, as `wc -l` counts them. In UTF-16, these are that encoding's
    /// newlines.
    pub lines: u64,
    /// Whether the last line ends with a newline. `None` if a newline is longer than one byte.
    pub ends_with_newline: Option<bool>,
    /// The longest line in bytes without its line end. `None` if a newline is longer than one byte.
    pub longest_line: Option<u64>,
    /// The number of newlines after a carriage return.
    pub crlf: u64,
    /// The number of zero bytes.
    pub nul_bytes: u64,
    /// The number of other control characters that are unusual in text.
    pub control_characters: u64,
    /// The number of bytes above 127.
    pub high_bytes: u64,
    /// The number of bytes read.
    pub bytes: u64,
    /// The times of a log's lines.
    pub times: Option<LineTimes>,
    /// The compression of a file that was not decoded.
    #[serde(skip)]
    pub compressed: Option<&'static str>,
}

/// The timestamps of a log's lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineTimes {
    /// The notation of the timestamps, and their position in the line.
    pub form: String,
    /// The time of the first entry, if the start of the log shows it.
    pub first: Option<String>,
    /// The time of the last entry.
    pub last: Option<String>,
    /// The number of examined lines without a time, if there are many.
    pub timeless: Option<String>,
}

impl LineTimes {
    /// Formats the detected timestamps in `zone`.
    pub fn new(times: &LogTimes, zone: &TimeZone) -> LineTimes {
        let show = |time: Timestamp| time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.f").to_string();
        let (first, last) = times.covers.map(|(first, last)| (show(first), show(last))).unzip();
        LineTimes { form: times.form.clone(), first, last, timeless: times.timeless.clone() }
    }
}

/// Byte order marks and their encodings. UTF-32's mark begins with UTF-16's, so it is listed first.
const MARKS: [(&[u8], &str); 5] = [
    (b"\xff\xfe\0\0", "UTF-32LE"),
    (b"\0\0\xfe\xff", "UTF-32BE"),
    (b"\xff\xfe", "UTF-16LE"),
    (b"\xfe\xff", "UTF-16BE"),
    (b"\xef\xbb\xbf", "UTF-8"),
];

impl Content {
    /// Classifies a file by the counts of all its bytes and the first [`PREFIX`] of them.
    pub fn classify(tally: &ContentTally, prefix: &[u8]) -> Content {
        let bom = MARKS.iter().find(|(mark, _)| prefix.starts_with(mark)).map(|(_, name)| *name);
        let encoding = encoding(tally, bom);
        let kind = match encoding {
            _ if tally.bytes == 0 => ContentKind::Empty,
            // A log may contain a few control characters, but not one in ten bytes.
            Some("unknown 8-bit") if tally.controls > 0 => ContentKind::Binary,
            Some(_) if tally.controls.saturating_mul(10) > tally.bytes => ContentKind::Binary,
            Some(_) => ContentKind::Text,
            None => ContentKind::Binary,
        };
        let encoding = if kind == ContentKind::Text { encoding } else { None };
        let wide = encoding.is_some_and(|name| name.starts_with("UTF-16") || name.starts_with("UTF-32"));
        let lines = match encoding {
            Some("UTF-16LE") => tally.wide_newlines[0],
            Some("UTF-16BE") => tally.wide_newlines[1],
            _ => tally.newlines,
        };
        Content {
            kind,
            mime: mime(prefix, kind),
            encoding,
            bom,
            line_ends: (kind == ContentKind::Text && !wide).then(|| line_ends(tally)),
            lines,
            ends_with_newline: (!wide).then(|| !tally.ends_inside_a_line() && tally.bytes > 0),
            longest_line: (!wide).then(|| tally.longest_line()),
            crlf: tally.crlf,
            nul_bytes: tally.nuls,
            control_characters: tally.controls,
            high_bytes: tally.high,
            bytes: tally.bytes,
            times: None,
            compressed: format_of(prefix).filter(|_| kind == ContentKind::Binary).map(Format::name),
        }
    }
}

/// Returns the encoding, or `None` if the bytes cannot be text.
fn encoding(tally: &ContentTally, bom: Option<&'static str>) -> Option<&'static str> {
    if let Some(name) = bom.filter(|name| *name != "UTF-8") {
        return Some(name);
    }
    if tally.nuls > 0 {
        // UTF-16 without a mark has zeros only at even or only at odd offsets. At least half of its
        // units must be plain letters.
        let even_nuls = tally.nuls - tally.odd_nuls;
        let many = tally.nuls.saturating_mul(4) >= tally.bytes && tally.bytes.is_multiple_of(2);
        return match (even_nuls, tally.odd_nuls) {
            (0, _) if many => Some("UTF-16LE"),
            (_, 0) if many => Some("UTF-16BE"),
            _ => None,
        };
    }
    Some(match (tally.high, tally.utf8.is_valid()) {
        (0, _) => "ASCII",
        (_, true) => "UTF-8",
        (_, false) => "unknown 8-bit",
    })
}

fn line_ends(tally: &ContentTally) -> LineEnding {
    let lone_cr = tally.carriage_returns - tally.crlf;
    let lf = tally.newlines - tally.crlf;
    match (lf, tally.crlf, lone_cr) {
        (0, 0, 0) => LineEnding::None,
        // Where lines end with LF, a carriage return inside a line (a progress bar in a log) is not
        // a line end.
        (1.., 0, _) => LineEnding::Lf,
        (0, 1.., _) => LineEnding::Crlf,
        (0, 0, _) => LineEnding::Cr,
        _ => LineEnding::Mixed,
    }
}

fn mime(prefix: &[u8], kind: ContentKind) -> String {
    match (infer::get(prefix), kind) {
        (_, ContentKind::Empty) => "inode/x-empty".into(),
        (Some(found), _) => found.mime_type().into(),
        (None, ContentKind::Text) => "text/plain".into(),
        (None, ContentKind::Binary) => "application/octet-stream".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classify(bytes: &[u8]) -> Content {
        Content::classify(&ContentTally::of(bytes, 0), &bytes[..bytes.len().min(PREFIX)])
    }

    #[test]
    fn encodings() {
        let encoding = |bytes: &[u8]| classify(bytes).encoding;
        assert_eq!(encoding(b"plain\n"), Some("ASCII"));
        assert_eq!(encoding("é\n".as_bytes()), Some("UTF-8"));
        assert_eq!(encoding(b"\xe9t\xe9\n"), Some("unknown 8-bit"));
        assert_eq!(encoding(b"\xff\xfea\0\n\0"), Some("UTF-16LE"));
        assert_eq!(encoding(b"\0a\0b\0\n"), Some("UTF-16BE"));
        assert_eq!(encoding(b"\x7fELF\0\0\0\x01"), None);
        assert_eq!(classify(b"\xef\xbb\xbfhi").bom, Some("UTF-8"));
        assert_eq!(classify(b"\xff\xfea\0\n\0").lines, 1);
    }

    #[test]
    fn kinds_and_line_ends() {
        assert_eq!(classify(b"").kind, ContentKind::Empty);
        assert_eq!(classify(b"a\0b").kind, ContentKind::Binary);
        assert_eq!(classify(b"\x01\x02\x03").kind, ContentKind::Binary);
        assert_eq!(classify(b"a\nb\r\n").line_ends, Some(LineEnding::Mixed));
        assert_eq!(classify(b"a\r\nb\r\n").line_ends, Some(LineEnding::Crlf));
        assert_eq!(classify(b"10%\r20%\rdone\n").line_ends, Some(LineEnding::Lf));
        assert_eq!(classify(b"a\rb\r").line_ends, Some(LineEnding::Cr));
        assert_eq!(classify(b"a").line_ends, Some(LineEnding::None));
    }

    #[test]
    fn media_types() {
        assert_eq!(classify(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").mime, "image/png");
        assert_eq!(classify(b"just text\n").mime, "text/plain");
        assert_eq!(classify(b"\0\x01\x02").mime, "application/octet-stream");
        assert_eq!(classify(b"\x1f\x8b\x08\0\0\0\0\0\0\x03").compressed, Some("gzip"));
        assert_eq!(classify(b"\0\x01\x02").compressed, None);
    }
}
