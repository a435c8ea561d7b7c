//! Parses the forms in which a line consists of a digest and a name.
//!
//! They are `DIGEST  NAME`, `DIGEST *NAME`, the reversed BSD form `DIGEST NAME`, xxhsum's
//! `XXH3_DIGEST  NAME`, `TAG (NAME) = DIGEST`, openssl's `TAG(NAME)= DIGEST`, and the `SUM SIZE
//! NAME` of cksum and sum. Digests are hexadecimal, in either case, or base64. Names may be
//! escaped.

use std::ffi::OsString;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

use super::super::name::unescaped;
use super::entry::{DigestCandidate, Expected, ListEntry, Size};
use super::line::{AlgorithmFilter, Fault};
use crate::digest::{Algorithm, ForeignDigest, Spec};
use crate::os::posix::OsStringExt;

/// The length in bytes of the shortest digest that is recognised before a single blank.
const MIN_REVERSED_LEN: usize = 4;

/// The length in bytes of the shortest digest that is recognised in base64, unless it is the usual
/// length of a named algorithm. Shorter ones may be words.
const MIN_BASE64_LEN: usize = 16;

/// The separator of the digest and the name in untagged lines, the same throughout a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Not yet known from any line.
    Unknown,
    /// A blank followed by ` ` or `*`.
    Marked,
    /// One blank.
    Reversed,
}

/// Parses a line of any of these forms.
///
/// # Errors
/// Returns an error if the line has one of these forms but cannot be checked.
pub fn read(
    filter: &AlgorithmFilter<'_>,
    spacing: &mut Spacing,
    line: &[u8],
    zero: bool,
) -> Result<Option<ListEntry>, Fault> {
    let line = line.trim_ascii_start();
    let (escaped, line) = match line.strip_prefix(b"\\") {
        Some(rest) if !zero => (true, rest),
        _ => (false, line),
    };
    let found = match tagged(filter, line)? {
        Some(found) => Some(found),
        None => historical(filter, line).or_else(|| untagged(filter, spacing, line)),
    };
    let Some((name, expected)) = found else { return Ok(None) };
    let name = match (escaped, zero) {
        (true, _) => unescaped(name),
        (false, _) => Some(OsString::from_vec(name.to_vec())),
    };
    match name {
        Some(name) if !name.is_empty() => {
            let may_be_windows = !escaped && !zero;
            Ok(Some(ListEntry { name, expected: vec![expected], may_be_windows, may_be_padded: false }))
        }
        _ => Err(Fault::Form),
    }
}

/// Parses `TAG (NAME) = DIGEST`. RHash aligns tags with blanks.
fn tagged<'l>(filter: &AlgorithmFilter<'_>, line: &'l [u8]) -> Result<Option<(&'l [u8], Expected)>, Fault> {
    let parts = || {
        let open = line.iter().position(|&byte| byte == b'(')?;
        let close = line.iter().rposition(|&byte| byte == b')').filter(|&close| close > open)?;
        let tag = std::str::from_utf8(line[..open].trim_ascii_end()).ok()?;
        let text = line[close + 1..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii();
        let is_tag = !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_graphic());
        is_tag.then_some((tag, &line[open + 1..close], text))
    };
    let Some((tag, name, text)) = parts() else { return Ok(None) };
    let (base, little_endian) = match tag.strip_suffix("_LE") {
        Some(base) if base.starts_with("XXH") => (base, true),
        _ => (tag, false),
    };
    let Some(spec) = Spec::tagged(base) else {
        let is_foreign = ForeignDigest::named(base).is_some();
        let is_digest = !text.is_empty() && (is_foreign || hex(text).is_some() || base64(text).is_some());
        return if is_digest { Err(Fault::Algorithm(tag.to_owned())) } else { Ok(None) };
    };
    if spec.algorithm.is_historical() || !filter.allows(spec.algorithm) {
        return Err(Fault::Form);
    }
    // b3sum's tag does not state the length.
    let fits = |bytes: &Vec<u8>| match spec.algorithm {
        Algorithm::Blake3 => !bytes.is_empty(),
        _ => bytes.len() as u64 == spec.len,
    };
    let mut bytes = hex(text).filter(fits).or_else(|| base64(text).filter(fits)).ok_or(Fault::Form)?;
    if little_endian {
        bytes.reverse();
    }
    let spec = Spec { len: bytes.len() as u64, ..spec };
    Ok(Some((name, Expected { candidates: vec![DigestCandidate { spec, bytes, size: None }] })))
}

/// Returns whether a line is `TAG (NAME) = DIGEST`.
pub fn is_tagged(filter: &AlgorithmFilter<'_>, line: &[u8]) -> bool {
    tagged(filter, line).is_ok_and(|found| found.is_some())
}

/// Parses `DIGEST  NAME`.
fn untagged<'l>(filter: &AlgorithmFilter<'_>, spacing: &mut Spacing, line: &'l [u8]) -> Option<(&'l [u8], Expected)> {
    let end = line.iter().position(|&byte| matches!(byte, b' ' | b'\t'))?;
    let (text, name) = (&line[..end], &line[end + 1..]);
    let expected = match text.strip_prefix(b"XXH3_") {
        Some(text) if filter.allows(Algorithm::Xxh3) => {
            Expected::of(&hex(text).filter(|bytes| bytes.len() == 8)?, &[Algorithm::Xxh3.into()], None)
        }
        _ => expected(filter, text)?,
    };
    let is_short = filter.wanted.is_empty() && expected.length() < MIN_REVERSED_LEN;
    let marked = name.len() > 1 && matches!(name[0], b' ' | b'*');
    if is_name_before_digest(filter, &expected, name, marked) {
        return None;
    }
    if !marked {
        if name.is_empty() || *spacing == Spacing::Marked || is_short || is_split(filter, text, name) {
            return None;
        }
        *spacing = Spacing::Reversed;
    } else if *spacing != Spacing::Reversed {
        *spacing = Spacing::Marked;
        return Some((&name[1..], expected));
    }
    Some((name, expected))
}

/// Returns whether a name begins with the rest of a digest that is split by a blank.
fn is_split(filter: &AlgorithmFilter<'_>, text: &[u8], name: &[u8]) -> bool {
    let digits = name.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let is_marked = matches!(name[digits..], [b' ', b' ' | b'*', ..]);
    let digits_in_all = text.len() + digits;
    digits > 0 && is_marked && digits_in_all.is_multiple_of(2) && !filter.fitting(digits_in_all / 2).is_empty()
}

/// Returns whether a line is a row of a hex dump: an address, bytes, and perhaps characters between
/// bars. The address could be mistaken for a CRC, or for the sum before a size.
pub fn is_dump(line: &[u8]) -> bool {
    let is_hex = |word: &&[u8]| word.iter().all(u8::is_ascii_hexdigit);
    let mut words = line.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    if !words.next().is_some_and(|address| address.len() >= 6 && is_hex(&address)) {
        return false;
    }
    let bytes = words.clone().take_while(|word| word.len() == 2 && is_hex(word)).count();
    let is_barred = words.nth(bytes).is_some_and(|word| word[0] == b'|') && line.ends_with(b"|");
    bytes >= 8 || bytes > 0 && is_barred
}

/// Returns whether a short digest is in fact a name of hexadecimal digits, because longer digests
/// follow it. Some lists begin their rows with the name. After two blanks, a single digest may be
/// the name of a file in a store.
fn is_name_before_digest(filter: &AlgorithmFilter<'_>, short: &Expected, rest: &[u8], is_marked: bool) -> bool {
    let mut lengths = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(|word| {
        let len = hex(word).map_or(0, |bytes| bytes.len());
        if filter.fitting(len).is_empty() { 0 } else { len }
    });
    let (mut count, mut longest) = (0, 0);
    filter.wanted.is_empty()
        && short.length() < MIN_BASE64_LEN
        && lengths.all(|len| {
            (count, longest) = (count + 1, longest.max(len));
            len >= MIN_REVERSED_LEN
        })
        && longest >= MIN_BASE64_LEN
        && count > usize::from(is_marked)
}

/// Parses `text` as a digest without a tag.
pub fn expected(filter: &AlgorithmFilter<'_>, text: &[u8]) -> Option<Expected> {
    let is_usual = |len: u64| filter.wanted.iter().any(|algorithm| algorithm.default_len() == len);
    let long_enough = |bytes: &Vec<u8>| bytes.len() >= MIN_BASE64_LEN || is_usual(bytes.len() as u64);
    // A string can be both, in which case its length decides which digest it can be.
    [hex(text), base64(text).filter(long_enough)].into_iter().flatten().find_map(|bytes| {
        let specs = filter.fitting(bytes.len());
        (!specs.is_empty()).then(|| Expected::of(&bytes, &specs, None))
    })
}

/// Parses a line that contains only a digest.
pub fn bare(filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<Expected> {
    let text = line.trim_ascii();
    expected(filter, text).filter(|expected| expected.length() >= MIN_REVERSED_LEN)
}

/// Parses `SUM SIZE NAME` with a decimal sum: cksum's CRC with the size in bytes, and the sums of
/// BSD and System V with the size in blocks.
fn historical<'l>(filter: &AlgorithmFilter<'_>, line: &'l [u8]) -> Option<(&'l [u8], Expected)> {
    let (sum, rest) = number(line)?;
    let (count, name) = number(rest.trim_ascii_start())?;
    let sum = u32::try_from(sum).ok()?;
    let kinds = [(Algorithm::Crc, 1), (Algorithm::Crc32b, 1), (Algorithm::Sysv, 512), (Algorithm::Bsd, 1024)];
    let candidates = kinds.into_iter().filter_map(|(algorithm, unit)| {
        let bytes = match algorithm.default_len() {
            2 => u16::try_from(sum).ok()?.to_be_bytes().to_vec(),
            _ => sum.to_be_bytes().to_vec(),
        };
        let candidate = DigestCandidate { spec: algorithm.into(), bytes, size: Some(Size { count, unit }) };
        filter.allows(algorithm).then_some(candidate)
    });
    let candidates: Vec<DigestCandidate> = candidates.collect();
    (!candidates.is_empty() && !name.is_empty()).then_some((name, Expected { candidates }))
}

/// Returns a decimal number and the text after the blank that follows it.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().position(|byte| !byte.is_ascii_digit())?;
    let rest = text[digits..].strip_prefix(b" ")?;
    Some((std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?, rest))
}

/// Returns the bytes of a hexadecimal digest, which is never empty.
pub fn hex(text: &[u8]) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(text).ok().filter(|bytes| !bytes.is_empty())
}

/// Returns the bytes of a base64 digest (RFC 4648, section 4), which is never empty.
pub fn base64(text: &[u8]) -> Option<Vec<u8>> {
    BASE64.decode(text).ok().filter(|bytes| !bytes.is_empty())
}
