//! The table of compressed formats, and the check that identifies them by an input's first bytes.
//!
//! A file name alone never makes an input an archive. It only causes other binary data to be
//! reported as a damaged archive, and the first bytes of the format as a truncated one. A magic
//! number that plain text could begin with is not enough either; such a format is recognised by
//! further fields that text cannot contain, unless the input ends there.

use std::ffi::OsStr;
use std::path::Path;

/// A compressed format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// gzip (RFC 1952), one member or several.
    Gzip,
    /// The LZW format of compress(1).
    Compress,
    /// zstd frames (RFC 8878), or skippable frames before frames of either kind.
    Zstd,
    /// lz4 frames, including legacy ones.
    Lz4,
    /// xz streams.
    Xz,
    /// The format of lzma(1), also called LZMA_Alone.
    Lzma,
    /// lzip members.
    Lzip,
    /// bzip2 streams.
    Bzip2,
}

/// The result of examining an input's first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detected {
    /// The bytes begin this format.
    Format(Format),
    /// The bytes begin no known format.
    Plain,
    /// More bytes are needed to determine the format.
    Undecided,
}

/// The maximum number of bytes needed to determine the format.
pub const HEAD: usize = 18;

/// The magic number of zstd frames, read as little-endian.
pub const ZSTD_MAGIC: u32 = 0xfd2f_b528;
/// The magic number of lz4 frames.
pub const LZ4_MAGIC: u32 = 0x184d_2204;
/// The magic number of the lz4 format before frames.
pub const LZ4_LEGACY_MAGIC: u32 = 0x184c_2102;

/// Returns whether a frame with this magic number contains no data. zstd and lz4 share these
/// sixteen values.
pub fn is_skippable(magic: u32) -> bool {
    magic & !0xf == 0x184d_2a50
}

/// A row of the table: a format, one of its magic numbers, and a check of the bytes after it.
struct MagicRow(Format, &'static [u8], fn(&[u8]) -> Detected);

impl MagicRow {
    /// Compares the first bytes of an input with this row.
    fn compare(&self, head: &[u8]) -> Detected {
        let MagicRow(_, magic, rest) = self;
        match head.strip_prefix(*magic) {
            Some(after) => rest(after),
            None if magic.starts_with(head) => Detected::Undecided,
            None => Detected::Plain,
        }
    }
}

const ROWS: [MagicRow; 11] = [
    MagicRow(Format::Gzip, b"\x1f\x8b", |_| Detected::Format(Format::Gzip)),
    // The magic number of gzip 0.5.
    MagicRow(Format::Gzip, b"\x1f\x9e", |_| Detected::Format(Format::Gzip)),
    MagicRow(Format::Compress, b"\x1f\x9d", |_| Detected::Format(Format::Compress)),
    MagicRow(Format::Zstd, b"\x28\xb5\x2f\xfd", |_| Detected::Format(Format::Zstd)),
    MagicRow(Format::Lz4, b"\x04\x22\x4d\x18", |_| Detected::Format(Format::Lz4)),
    MagicRow(Format::Lz4, b"\x02\x21\x4c\x18", |_| Detected::Format(Format::Lz4)),
    MagicRow(Format::Xz, b"\xfd7zXZ\0", |_| Detected::Format(Format::Xz)),
    MagicRow(Format::Bzip2, b"BZh", bzip2),
    MagicRow(Format::Lzip, b"LZIP", lzip),
    // The magic number of a skippable frame has four bytes; the fifth begins the frame's length.
    MagicRow(Format::Zstd, b"", skippable),
    MagicRow(Format::Lzma, b"", lzma),
];

/// The file name extensions that are used for nothing else.
const EXTENSIONS: [(&str, Format); 14] = [
    ("gz", Format::Gzip),
    ("tgz", Format::Gzip),
    ("zst", Format::Zstd),
    ("tzst", Format::Zstd),
    ("lz4", Format::Lz4),
    ("xz", Format::Xz),
    ("txz", Format::Xz),
    ("lzma", Format::Lzma),
    ("lz", Format::Lzip),
    ("tlz", Format::Lzip),
    ("bz2", Format::Bzip2),
    ("tbz", Format::Bzip2),
    ("tbz2", Format::Bzip2),
    ("Z", Format::Compress),
];

/// Examines the first bytes of an input. `is_all` says that the input has no more.
pub fn detect(head: &[u8], is_all: bool) -> Detected {
    let mut undecided = false;
    for row in &ROWS {
        match row.compare(head) {
            found @ Detected::Format(_) => return found,
            Detected::Undecided => undecided = true,
            Detected::Plain => {}
        }
    }
    match undecided {
        true if !is_all => Detected::Undecided,
        true => truncated_magic(head),
        false => Detected::Plain,
    }
}

/// Classifies an input that ends in the middle of a magic number: a truncated archive, unless it
/// may be text.
fn truncated_magic(head: &[u8]) -> Detected {
    // Text never consists of just one of these prefixes, without even a line terminator.
    match head {
        [.., b'\n'] => {}
        [b'B', b'Z', b'h', _, ..] => return Detected::Format(Format::Bzip2),
        b"LZIP" => return Detected::Format(Format::Lzip),
        // Nearly all encoders write these properties, and file(1) recognises the format by these
        // bytes.
        [b']', 0, 0, ..] => return Detected::Format(Format::Lzma),
        _ => {}
    }
    if is_text(head) {
        return Detected::Plain;
    }
    let begins = |MagicRow(format, magic, _): MagicRow| {
        (!magic.is_empty() && (magic.starts_with(head) || head.starts_with(magic))).then_some(Detected::Format(format))
    };
    ROWS.into_iter().find_map(begins).unwrap_or(Detected::Plain)
}

fn is_text(head: &[u8]) -> bool {
    head.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}

/// A mismatch between the format that an input's name promises and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameMismatch {
    /// The input ends in the middle of the promised format's magic number.
    Truncated(Format),
    /// The input begins with other bytes, which are not text either.
    Other(Format),
}

/// Compares an input that begins with `head`, in which no format was found, with the format that
/// its name promises.
pub fn name_mismatch(name: &OsStr, head: &[u8]) -> Option<NameMismatch> {
    // Nearly all inputs are text, and their names need not be examined.
    if head.len() >= HEAD && is_text(head) {
        return None;
    }
    let extension = Path::new(name).extension()?;
    let (_, format) = EXTENSIONS.into_iter().find(|(known, _)| extension == *known)?;
    if ROWS.iter().any(|row| row.0 == format && row.compare(head) == Detected::Undecided) {
        return Some(NameMismatch::Truncated(format));
    }
    (!is_text(head)).then_some(NameMismatch::Other(format))
}

/// Checks the level and the magic number of the first block or of the end.
/// Most of these bytes are printable, so the check includes the fields after the block's checksum:
/// a bit and a row number, which must be less than the block size.
fn bzip2(after: &[u8]) -> Detected {
    const BLOCK: &[u8] = b"1AY&SY";
    const END: &[u8] = b"\x17rE8P\x90";
    let Some((level, after)) = after.split_first() else { return Detected::Undecided };
    if !(b'1'..=b'9').contains(level) {
        return Detected::Plain;
    }
    if after.starts_with(END) {
        return Detected::Format(Format::Bzip2);
    }
    if !after.starts_with(BLOCK) {
        let may_begin = BLOCK.starts_with(after) || END.starts_with(after);
        return if may_begin { Detected::Undecided } else { Detected::Plain };
    }
    match after.get(BLOCK.len() + 4) {
        Some(0..=6) => Detected::Format(Format::Bzip2),
        Some(_) => Detected::Plain,
        None => Detected::Undecided,
    }
}

/// Checks the version, which is a control character.
fn lzip(after: &[u8]) -> Detected {
    match after.first() {
        Some(0 | 1) => Detected::Format(Format::Lzip),
        Some(_) => Detected::Plain,
        None => Detected::Undecided,
    }
}

fn skippable(head: &[u8]) -> Detected {
    const REST: &[u8] = b"\x2a\x4d\x18";
    match head.split_first() {
        None => Detected::Undecided,
        Some((0x50..=0x5f, after)) if after.starts_with(REST) => Detected::Format(Format::Zstd),
        Some((0x50..=0x5f, after)) if REST.starts_with(after) => Detected::Undecided,
        Some(_) => Detected::Plain,
    }
}

/// Checks all fields of the header, because it has no magic number.
///
/// As in xz, these are the properties, a dictionary size that encoders write, a length that is
/// unknown or below 256 GiB, and the first byte of the range coder, which is always 0.
fn lzma(head: &[u8]) -> Detected {
    const LENGTH_LIMIT: u64 = 1 << 38;
    let Some(&properties) = head.first() else { return Detected::Undecided };
    if properties >= 225 {
        return Detected::Plain;
    }
    let Some(field) = head.get(1..5) else {
        // Most dictionary sizes are multiples of 4 KiB, and text contains no zero bytes.
        let may_be = head.get(1).is_none_or(|&low| low == 0 || low == 0xff);
        return if may_be { Detected::Undecided } else { Detected::Plain };
    };
    let dictionary = u32::from_le_bytes([field[0], field[1], field[2], field[3]]);
    let high = 1u32.checked_shl(31 - dictionary.leading_zeros().min(31)).unwrap_or(0);
    if dictionary < 4096 || dictionary != u32::MAX && dictionary != high && dictionary != high | high >> 1 {
        return Detected::Plain;
    }
    let Some(field) = head.get(5..13) else { return Detected::Undecided };
    let length = field.iter().rev().fold(0u64, |all, &byte| all << 8 | u64::from(byte));
    if length != u64::MAX && length >= LENGTH_LIMIT {
        return Detected::Plain;
    }
    match head.get(13) {
        None => Detected::Undecided,
        Some(0) => Detected::Format(Format::Lzma),
        Some(_) => Detected::Plain,
    }
}

impl Format {
    /// Returns the name of the format, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Format::Gzip => "gzip",
            Format::Compress => "compress",
            Format::Zstd => "zstd",
            Format::Lz4 => "lz4",
            Format::Xz => "xz",
            Format::Lzma => "lzma",
            Format::Lzip => "lzip",
            Format::Bzip2 => "bzip2",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(head: &[u8]) -> Detected {
        detect(head, true)
    }

    #[test]
    fn a_name_makes_binary_data_a_damaged_archive() {
        let promised = |name: &str, head: &[u8]| name_mismatch(OsStr::new(name), head);
        assert_eq!(promised("a/b.log.gz", b"\x1e\x8b\x08"), Some(NameMismatch::Other(Format::Gzip)));
        assert_eq!(promised("b.Z", b"\xff"), Some(NameMismatch::Other(Format::Compress)));
        for (name, head) in
            [("b.gz", &b"2026-11-21 text"[..]), ("b.bz2", b"BZh is text\n"), ("b.log", b""), ("gz", b"\xff")]
        {
            assert_eq!(promised(name, head), None, "{name}");
        }
    }

    #[test]
    fn a_name_makes_the_first_bytes_of_an_archive_a_truncated_one() {
        for (name, head, format) in [
            ("b.gz", &b""[..], Format::Gzip),
            ("b.bz2", b"BZ", Format::Bzip2),
            ("b.tbz", b"BZh91AY&SY\n", Format::Bzip2),
            ("b.lz", b"L", Format::Lzip),
            ("b.zst", b"(", Format::Zstd),
            ("b.lzma", b"]", Format::Lzma),
            ("b.lzma", b"m\0\0\x80\0\xff", Format::Lzma),
        ] {
            assert_eq!(name_mismatch(OsStr::new(name), head), Some(NameMismatch::Truncated(format)), "{name}");
        }
    }

    #[test]
    fn text_is_text() {
        for text in [
            &b""[..],
            b"B",
            b"BZ",
            b"BZh",
            b"BZh9\n",
            b"BZh is no archive\n",
            b"BZh91AY&SY\n",
            b"BZh91AY&SY and so on, for a while\n",
            b"LZIP\n",
            b"LZIP is a program\n",
            b"(\n",
            b"P",
            b"]",
            b"\n",
            b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(of(text), Detected::Plain, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn each_format_is_found_and_no_sooner_than_it_is_certain() {
        let lzma = b"]\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0rest";
        for (format, head, decides) in [
            (Format::Gzip, &b"\x1f\x8b\x08\0"[..], 2),
            (Format::Compress, b"\x1f\x9d\x90a", 2),
            (Format::Zstd, b"\x28\xb5\x2f\xfd\x04", 4),
            (Format::Zstd, b"\x5e\x2a\x4d\x18\0\0\0\0", 4),
            (Format::Lz4, b"\x04\x22\x4d\x18\x64", 4),
            (Format::Lz4, b"\x02\x21\x4c\x18\0", 4),
            (Format::Xz, b"\xfd7zXZ\0\0\x04", 6),
            (Format::Bzip2, b"BZh91AY&SYabcd\0\x01", 15),
            (Format::Bzip2, b"BZh9\x17rE8P\x90\0\0\0\0", 10),
            (Format::Lzip, b"LZIP\x01\x0c", 5),
            (Format::Lzma, lzma, 14),
        ] {
            for length in 0..=head.len() {
                let expected = if length < decides { Detected::Undecided } else { Detected::Format(format) };
                assert_eq!(detect(&head[..length], false), expected, "{format:?}, {length} bytes");
            }
            assert!(head[..decides].len() <= HEAD);
        }
    }

    #[test]
    fn an_archive_truncated_within_its_magic_is_not_text() {
        for (format, head) in [
            (Format::Gzip, &b"\x1f"[..]),
            (Format::Xz, b"\xfd7z"),
            (Format::Zstd, b"\x28\xb5"),
            (Format::Lz4, b"\x04\x22\x4d"),
            (Format::Bzip2, b"BZh9\x17rE"),
            (Format::Bzip2, b"BZh9"),
            (Format::Bzip2, b"BZh91AY&S"),
            (Format::Bzip2, b"BZh91AY&SYabcd"),
            (Format::Lzip, b"LZIP"),
            (Format::Lzma, b"]\0\0"),
            (Format::Lzma, b"]\0\0\x80\0\xff\xff"),
        ] {
            assert_eq!(of(head), Detected::Format(format));
        }
    }
}
