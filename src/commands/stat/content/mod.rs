//! What a file's bytes are: text or binary, in which encoding, with which line ends, how many lines
//! and how long.

pub mod kernel;
pub mod tally;
pub mod utf8;

use crate::timestamp::LogTimes;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use tally::Tally;

/// How much of a file's beginning tells its type.
pub const PREFIX: usize = 8 << 10;

/// Whether people read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// No bytes.
    Empty,
    /// Text.
    Text,
    /// Anything else.
    Binary,
}

/// How lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnds {
    /// There is no line end.
    None,
    /// All with LF.
    Lf,
    /// All with CRLF.
    Crlf,
    /// All with CR, as on old Macs.
    Cr,
    /// More than one way.
    Mixed,
}

/// What reading all of a file has told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// Text or binary.
    pub kind: Kind,
    /// The media type, by the file's first bytes.
    pub mime: String,
    /// The encoding of text.
    pub encoding: Option<&'static str>,
    /// The byte order mark it begins with.
    pub bom: Option<&'static str>,
    /// How lines end; not told of binary files.
    pub line_ends: Option<LineEnds>,
    /// Newlines, as `wc -l` counts them; in UTF-16 those of that encoding.
    pub lines: u64,
    /// Whether the last line has its newline; not told where a newline is more than a byte.
    pub ends_with_newline: Option<bool>,
    /// The longest line in bytes without its end; not told where a newline is more than a byte.
    pub longest_line: Option<u64>,
    /// Newlines with a carriage return before.
    pub crlf: u64,
    /// Zero bytes.
    pub nul_bytes: u64,
    /// Other control characters that text does not have.
    pub control_characters: u64,
    /// Bytes above 127.
    pub high_bytes: u64,
    /// Bytes read.
    pub bytes: u64,
    /// The times of a log's lines.
    pub times: Option<LineTimes>,
}

/// The times of a log's lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineTimes {
    /// How they are written, and where in the line they stand.
    pub form: String,
    /// The time of the first entry, where that can be known from the log's beginning.
    pub first: Option<String>,
    /// The time of the last entry.
    pub last: Option<String>,
}

impl LineTimes {
    /// Shows what has been learnt, in `zone`.
    pub fn new(times: &LogTimes, zone: &TimeZone) -> LineTimes {
        let show = |time: Timestamp| time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.f").to_string();
        let (first, last) = times.covers.map(|(first, last)| (show(first), show(last))).unzip();
        LineTimes { form: times.form.clone(), first, last }
    }
}

/// A byte order mark: its bytes and the encoding it stands for. UTF-32's begins like UTF-16's, so
/// it comes first.
const MARKS: [(&[u8], &str); 5] = [
    (b"\xff\xfe\0\0", "UTF-32LE"),
    (b"\0\0\xfe\xff", "UTF-32BE"),
    (b"\xff\xfe", "UTF-16LE"),
    (b"\xfe\xff", "UTF-16BE"),
    (b"\xef\xbb\xbf", "UTF-8"),
];

impl Content {
    /// Judges by the counts of all bytes and the first [`PREFIX`] of them.
    pub fn judge(tally: &Tally, prefix: &[u8]) -> Content {
        let bom = MARKS.iter().find(|(mark, _)| prefix.starts_with(mark)).map(|(_, name)| *name);
        let encoding = encoding(tally, bom);
        let kind = match encoding {
            _ if tally.bytes == 0 => Kind::Empty,
            // A control here and there is a log's; one byte in ten is not.
            Some("unknown 8-bit") if tally.controls > 0 => Kind::Binary,
            Some(_) if tally.controls.saturating_mul(10) > tally.bytes => Kind::Binary,
            Some(_) => Kind::Text,
            None => Kind::Binary,
        };
        let encoding = if kind == Kind::Text { encoding } else { None };
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
            line_ends: (kind == Kind::Text && !wide).then(|| line_ends(tally)),
            lines,
            ends_with_newline: (!wide).then(|| !tally.ends_inside_a_line() && tally.bytes > 0),
            longest_line: (!wide).then(|| tally.longest_line()),
            crlf: tally.crlf,
            nul_bytes: tally.nuls,
            control_characters: tally.controls,
            high_bytes: tally.high,
            bytes: tally.bytes,
            times: None,
        }
    }
}

/// The encoding of what could be text, or `None` of what cannot.
fn encoding(tally: &Tally, bom: Option<&'static str>) -> Option<&'static str> {
    if let Some(name) = bom.filter(|name| *name != "UTF-8") {
        return Some(name);
    }
    if tally.nuls > 0 {
        // UTF-16 without a mark: at least half of the units are plain letters, and zeros stand on
        // one side only.
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

fn line_ends(tally: &Tally) -> LineEnds {
    let lone_cr = tally.carriage_returns - tally.crlf;
    let lf = tally.newlines - tally.crlf;
    match (lf, tally.crlf, lone_cr) {
        (0, 0, 0) => LineEnds::None,
        // A carriage return inside a line (a progress bar in a log) does not end it where LF does.
        (1.., 0, _) => LineEnds::Lf,
        (0, 1.., _) => LineEnds::Crlf,
        (0, 0, _) => LineEnds::Cr,
        _ => LineEnds::Mixed,
    }
}

fn mime(prefix: &[u8], kind: Kind) -> String {
    match (infer::get(prefix), kind) {
        (_, Kind::Empty) => "inode/x-empty".into(),
        (Some(found), _) => found.mime_type().into(),
        (None, Kind::Text) => "text/plain".into(),
        (None, Kind::Binary) => "application/octet-stream".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(bytes: &[u8]) -> Content {
        Content::judge(&Tally::of(bytes, 0), &bytes[..bytes.len().min(PREFIX)])
    }

    #[test]
    fn encodings() {
        let encoding = |bytes: &[u8]| judge(bytes).encoding;
        assert_eq!(encoding(b"plain\n"), Some("ASCII"));
        assert_eq!(encoding("é\n".as_bytes()), Some("UTF-8"));
        assert_eq!(encoding(b"\xe9t\xe9\n"), Some("unknown 8-bit"));
        assert_eq!(encoding(b"\xff\xfea\0\n\0"), Some("UTF-16LE"));
        assert_eq!(encoding(b"\0a\0b\0\n"), Some("UTF-16BE"));
        assert_eq!(encoding(b"\x7fELF\0\0\0\x01"), None);
        assert_eq!(judge(b"\xef\xbb\xbfhi").bom, Some("UTF-8"));
        assert_eq!(judge(b"\xff\xfea\0\n\0").lines, 1);
    }

    #[test]
    fn kinds_and_line_ends() {
        assert_eq!(judge(b"").kind, Kind::Empty);
        assert_eq!(judge(b"a\0b").kind, Kind::Binary);
        assert_eq!(judge(b"\x01\x02\x03").kind, Kind::Binary);
        assert_eq!(judge(b"a\nb\r\n").line_ends, Some(LineEnds::Mixed));
        assert_eq!(judge(b"a\r\nb\r\n").line_ends, Some(LineEnds::Crlf));
        assert_eq!(judge(b"10%\r20%\rdone\n").line_ends, Some(LineEnds::Lf));
        assert_eq!(judge(b"a\rb\r").line_ends, Some(LineEnds::Cr));
        assert_eq!(judge(b"a").line_ends, Some(LineEnds::None));
    }

    #[test]
    fn media_types() {
        assert_eq!(judge(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").mime, "image/png");
        assert_eq!(judge(b"just text\n").mime, "text/plain");
        assert_eq!(judge(b"\0\x01\x02").mime, "application/octet-stream");
    }
}
