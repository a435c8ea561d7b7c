//! Reads the lines of a list of digests, whichever tool wrote them.
//!
//! `DIGEST  NAME`, `DIGEST *NAME`, the reversed BSD form `DIGEST NAME`, `TAG (NAME) = DIGEST` and openssl's
//! `TAG(NAME)= DIGEST`; hexadecimal of either case or base64; escaped names; xxhsum's little-endian tags; CRLF. It
//! knows no file: a line gives a name, the digest to expect, and what it may be a digest of.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::base64;
use super::name::unescaped;
use crate::digest::algorithm::{Algorithm, Spec};

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Empty, or a comment.
    Nothing,
    /// Of no known form, or of an algorithm that was not asked for.
    Improper,
    /// To be checked.
    Entry(Entry),
}

/// A file and the digest it should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The file.
    pub name: OsString,
    /// Its digest, in the order in which [`crate::digest::hasher::Digest`] has it.
    pub digest: Vec<u8>,
    /// What it may be a digest by, the likeliest first. All are of its length; never empty.
    pub specs: Vec<Spec>,
}

/// Reads lines of one list.
#[derive(Debug)]
pub struct Parser<'a> {
    /// The algorithms that count; empty for all.
    wanted: &'a [Algorithm],
    /// Whether the list's untagged lines have one space only, once one line has shown which.
    reversed: Option<bool>,
}

/// What a digest of so many bytes without a tag may be when no algorithm was given: the default first, then the most
/// widely used. A checksum that is no more than a few bytes is only taken for what xxhsum writes in this form.
fn guesses(len: usize) -> &'static [Algorithm] {
    use Algorithm::*;
    match len {
        4 => &[Xxh32],
        8 => &[Xxh64],
        16 => &[Md5, Xxh128],
        20 => &[Sha1],
        28 => &[Sha224, Sha3_224],
        32 => &[Blake3, Sha256, Sha3_256, Sm3, Sha512_256],
        48 => &[Sha384, Sha3_384],
        64 => &[Sha512, Blake2b, Sha3_512],
        _ => &[],
    }
}

impl<'a> Parser<'a> {
    /// For lines of the `wanted` algorithms, or of all when none are given.
    pub fn new(wanted: &'a [Algorithm]) -> Parser<'a> {
        Parser { wanted, reversed: None }
    }

    /// Reads one line, which may still end with its newline.
    pub fn parse(&mut self, line: &[u8]) -> Line {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line[0] == b'#' {
            return Line::Nothing;
        }
        let line = trim_start(line);
        let (escaped, line) = match line.strip_prefix(b"\\") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let found = self.tagged(line).or_else(|| self.untagged(line));
        let Some((name, digest, specs)) = found else { return Line::Improper };
        let name = if escaped { unescaped(name) } else { plain(name) };
        match name {
            Some(name) if !name.is_empty() => Line::Entry(Entry { name, digest, specs }),
            _ => Line::Improper,
        }
    }

    fn wants(&self, algorithm: Algorithm) -> bool {
        !algorithm.is_historical() && (self.wanted.is_empty() || self.wanted.contains(&algorithm))
    }

    /// `TAG (NAME) = DIGEST`.
    fn tagged<'l>(&self, line: &'l [u8]) -> Option<(&'l [u8], Vec<u8>, Vec<Spec>)> {
        let open = line.iter().position(|&byte| byte == b'(')?;
        let close = line.iter().rposition(|&byte| byte == b')').filter(|&close| close > open)?;
        let tag = &line[..open];
        let tag = std::str::from_utf8(tag.strip_suffix(b" ").unwrap_or(tag)).ok()?;
        let text = trim_start(trim_start(&line[close + 1..]).strip_prefix(b"=")?);
        let (tag, little_endian) = match tag.strip_suffix("_LE") {
            Some(tag) if tag.starts_with("XXH") => (tag, true),
            _ => (tag, false),
        };
        let mut specs = named_by(tag);
        specs.retain(|spec| self.wants(spec.algorithm));
        let mut digest = specs.first().and_then(|spec| decode(text, Some(spec.len))).or_else(|| decode(text, None))?;
        for spec in &mut specs {
            // b3sum's tag says nothing of the length.
            if spec.algorithm == Algorithm::Blake3 && !digest.is_empty() {
                spec.len = digest.len();
            }
        }
        specs.retain(|spec| spec.len == digest.len());
        if little_endian {
            digest.reverse();
        }
        (!specs.is_empty()).then_some((&line[open + 1..close], digest, specs))
    }

    /// `DIGEST  NAME`.
    fn untagged<'l>(&mut self, line: &'l [u8]) -> Option<(&'l [u8], Vec<u8>, Vec<Spec>)> {
        let end = line.iter().position(|&byte| matches!(byte, b' ' | b'\t'))?;
        let (text, name) = (&line[..end], &line[end + 1..]);
        let (digest, specs) = self.specs_of(text)?;
        let marked = name.len() > 1 && matches!(name[0], b' ' | b'*');
        if !marked {
            if self.reversed == Some(false) {
                return None;
            }
            self.reversed = Some(true);
        } else if self.reversed != Some(true) {
            self.reversed = Some(false);
            return Some((&name[1..], digest, specs));
        }
        Some((name, digest, specs))
    }

    fn specs_of(&self, text: &[u8]) -> Option<(Vec<u8>, Vec<Spec>)> {
        if self.wanted.is_empty() {
            let digest = hex(text)?;
            let specs: Vec<Spec> = guesses(digest.len()).iter().map(|&algorithm| algorithm.into()).collect();
            return (!specs.is_empty()).then_some((digest, specs));
        }
        let of_length = |len: usize| -> Vec<Spec> {
            let wanted = self.wanted.iter().filter(|algorithm| self.wants(**algorithm));
            let fits = wanted.filter(|algorithm| match algorithm {
                Algorithm::Blake3 => len > 0,
                Algorithm::Blake2b => (1..=64).contains(&len),
                algorithm => algorithm.default_len() == len,
            });
            fits.map(|&algorithm| Spec { algorithm, len }).collect()
        };
        // A text can be both hexadecimal and base64; then its length says which digest it is long enough for.
        [hex(text), base64::decode(text)].into_iter().flatten().find_map(|digest| {
            let specs = of_length(digest.len());
            (!specs.is_empty()).then_some((digest, specs))
        })
    }
}

/// What a tag stands for.
fn named_by(tag: &str) -> Vec<Spec> {
    if let Some(algorithm) = Algorithm::named(tag) {
        return vec![algorithm.into()];
    }
    let bits = tag.strip_prefix("BLAKE2b-").and_then(|bits| bits.parse::<usize>().ok());
    match bits {
        Some(bits @ 8..=512) if bits % 8 == 0 => vec![Spec { algorithm: Algorithm::Blake2b, len: bits / 8 }],
        _ => Vec::new(),
    }
}

/// A digest in hexadecimal or base64; of `len` bytes, where that is known.
fn decode(text: &[u8], len: Option<usize>) -> Option<Vec<u8>> {
    let fits = |digest: &Vec<u8>| !digest.is_empty() && len.is_none_or(|len| digest.len() == len);
    hex(text).filter(fits).or_else(|| base64::decode(text).filter(fits))
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, odd) = text.as_chunks::<2>();
    if !odd.is_empty() {
        return None;
    }
    pairs.iter().map(|&[high, low]| Some((digit(high)? << 4 | digit(low)?) as u8)).collect()
}

/// A name that is not escaped ends at a NUL, as it does for the tools that wrote it.
fn plain(name: &[u8]) -> Option<OsString> {
    let end = memchr::memchr(0, name).unwrap_or(name.len());
    Some(OsString::from_vec(name[..end].to_vec()))
}

fn trim_start(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|&byte| !matches!(byte, b' ' | b'\t')).unwrap_or(line.len());
    &line[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const MD5: &str = "5d41402abc4b2a76b9719d911017c592";

    fn parse(wanted: &[Algorithm], line: &str) -> Option<(String, Vec<Algorithm>)> {
        match Parser::new(wanted).parse(line.as_bytes()) {
            Line::Entry(entry) => {
                let specs = entry.specs.iter().map(|spec| spec.algorithm).collect();
                Some((entry.name.into_string().unwrap(), specs))
            }
            _ => None,
        }
    }

    #[test]
    fn every_tool_s_lines() {
        let sha1 = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";
        let md5 = |name: &str| Some((name.to_owned(), vec![Algorithm::Md5]));
        let only = &[Algorithm::Md5][..];
        assert_eq!(parse(only, &format!("{MD5}  a b\n")), md5("a b"));
        assert_eq!(parse(only, &format!("{MD5} *f\r\n")), md5("f"));
        assert_eq!(parse(only, &format!("  {}\tf", MD5.to_uppercase())), md5("f"));
        assert_eq!(parse(only, &format!("{MD5} f")), md5("f"));
        assert_eq!(parse(&[], &format!("MD5 (a (b) = c) = {MD5}")), md5("a (b) = c"));
        assert_eq!(parse(&[], &format!("MD5(f)= {MD5}")), md5("f"));
        assert_eq!(parse(&[], "MD5 (f) = XUFAKrxLKna5cZ2REBfFkg=="), md5("f"));
        assert_eq!(parse(only, "XUFAKrxLKna5cZ2REBfFkg==  f"), md5("f"));
        assert_eq!(parse(only, &format!("\\{MD5}  a\\nb\\\\c")), md5("a\nb\\c"));
        assert_eq!(parse(only, &format!("{MD5}  a\\nb")), md5("a\\nb"));
        assert_eq!(parse(&[], &format!("{sha1}  f")), Some(("f".into(), vec![Algorithm::Sha1])));
        assert_eq!(parse(&[], "XXH3 (f) = 9555e8555c62dcfd"), Some(("f".into(), vec![Algorithm::Xxh3])));
        assert_eq!(parse(&[], "26c7827d889f6da3  f"), Some(("f".into(), vec![Algorithm::Xxh64])));
    }

    #[test]
    fn lengths_and_byte_order_come_from_the_tag_and_the_digest() {
        let entry = |line: &str| match Parser::new(&[]).parse(line.as_bytes()) {
            Line::Entry(entry) => (entry.digest, entry.specs[0].len),
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(entry("XXH32_LE (f) = f97700fb"), (vec![0xfb, 0x00, 0x77, 0xf9], 4));
        assert_eq!(entry("BLAKE2b-16 (f) = abcd").1, 2);
        assert_eq!(entry("BLAKE3 (f) = abcdef").1, 3);
    }

    #[test]
    fn what_is_improper() {
        let wanted = &[Algorithm::Md5][..];
        for line in [
            "garbage",
            " ",
            MD5,
            &MD5[1..],
            &format!("{MD5}0  f"),
            &format!("x{}  f", &MD5[1..]),
            &format!("SHA1 (f) = {MD5}"),
            &format!("MD5 (f) {MD5}"),
            &format!("MD5 (f = {MD5}"),
            &format!("MD5 () = {MD5}"),
            &format!("\\{MD5}  a\\b"),
            "SHA1 (f) = aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
        ] {
            assert_eq!(parse(wanted, line), None, "{line}");
        }
        for line in ["CRC (f) = 12345678", "BLAKE2b-12 (f) = abcd", "BLAKE2b-128 (f) = abcd", "abcdef  f"] {
            assert_eq!(parse(&[], line), None, "{line}");
        }
        assert_eq!(Parser::new(&[]).parse(b"# comment\n"), Line::Nothing);
        assert_eq!(Parser::new(&[]).parse(b"\n"), Line::Nothing);
    }

    #[test]
    fn one_list_has_one_spacing() {
        let mut parser = Parser::new(&[Algorithm::Md5]);
        let mut name = |line: &str| match parser.parse(line.as_bytes()) {
            Line::Entry(entry) => entry.name.into_string().unwrap(),
            other => format!("{other:?}"),
        };
        assert_eq!(name(&format!("{MD5} f")), "f");
        assert_eq!(name(&format!("{MD5}  f")), " f");
        let mut parser = Parser::new(&[Algorithm::Md5]);
        assert!(matches!(parser.parse(format!("{MD5}  f").as_bytes()), Line::Entry(_)));
        assert_eq!(parser.parse(format!("{MD5} f").as_bytes()), Line::Improper);
    }
}
