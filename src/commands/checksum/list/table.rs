//! Parses the forms of lists in which lines are not just a digest and a name.
//!
//! They are SFV (<https://en.wikipedia.org/wiki/Simple_file_verification>), hashdeep's columns
//! (<https://github.com/jessek/hashdeep/blob/master/FILEFORMAT>), Gentoo's Manifest (GLEP 74), the
//! checksum fields of Debian's Release, .dsc and .changes files (Debian policy, chapter 5),
//! PowerShell's `Get-FileHash` and Windows' `certutil -hashfile`.

use std::ffi::{OsStr, OsString};

use super::columns::CrcTable;
use super::entry::{DigestCandidate, Expected, ListEntry};
use super::line::{AlgorithmFilter, Fault, ListLine};
use super::plain::hex;
use super::row::{decimal, digest, entry};
use crate::digest::{Algorithm, ForeignDigest, Spec};
use crate::os::posix::{OsStrExt, OsStringExt};

/// The form of the lines of a list, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListForm {
    /// Only digests and names so far.
    Plain,
    /// `NAME CRC32`.
    Sfv,
    /// A CRC table.
    Crc(CrcTable),
    /// Comma-separated values.
    Hashdeep(Vec<HashdeepColumn>),
    /// `Field: value`, possibly within a field that lists digests of this algorithm.
    Control(Option<Algorithm>),
    /// A record of several lines, with the information from the previous ones.
    Windows(Option<Algorithm>, Partial),
}

/// The information so far about a record of several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Partial {
    /// Only the algorithm.
    Algorithm,
    /// The algorithm and the file, from certutil.
    Name(OsString),
    /// The algorithm and the digest, from `Get-FileHash | Format-List`.
    Digest(Vec<u8>),
}

/// A column of hashdeep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashdeepColumn {
    Size,
    Digest(Algorithm),
    Name,
    Unknown,
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Returns the algorithm that a list's name suggests, such as `SHA256SUMS` or `f.md5`.
pub fn likely_algorithm(list: &OsStr) -> Option<Algorithm> {
    let name = file_name(list).to_string_lossy().to_ascii_lowercase();
    name.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-').find_map(|word| {
        let word = word.strip_suffix("sums").or_else(|| word.strip_suffix("sum")).unwrap_or(word);
        Algorithm::named(word)
    })
}

/// Returns whether a list is named like an SFV file.
pub fn is_sfv(list: &OsStr) -> bool {
    list.as_bytes().to_ascii_lowercase().ends_with(b".sfv")
}

/// Returns the name of the file to which the single digest of a list belongs: `f` for `f.sha256`.
pub fn subject(list: &OsStr) -> Option<OsString> {
    const GENERIC_EXTENSIONS: [&[u8]; 6] = [b"sha", b"sha2", b"sum", b"hash", b"digest", b"checksum"];
    let (path, extension) = list.as_bytes().rsplit_once_at(b'.')?;
    let extension = extension.to_ascii_lowercase();
    let is_digest = |name: &str| Algorithm::named(name).is_some() || ForeignDigest::named(name).is_some();
    let is_known = is_digest(text(&extension)) || GENERIC_EXTENSIONS.contains(&&extension[..]);
    (is_known && !path.is_empty() && !path.ends_with(b"/")).then(|| OsStr::from_bytes(path).to_owned())
}

/// Returns the last component of a path.
pub fn file_name(path: &OsStr) -> &OsStr {
    std::path::Path::new(path).file_name().unwrap_or_default()
}

trait RsplitOnce {
    /// Returns the parts before and after the last `byte`.
    fn rsplit_once_at(&self, byte: u8) -> Option<(&[u8], &[u8])>;
}

impl RsplitOnce for [u8] {
    fn rsplit_once_at(&self, byte: u8) -> Option<(&[u8], &[u8])> {
        let at = memchr::memrchr(byte, self)?;
        Some((&self[..at], &self[at + 1..]))
    }
}

/// Parses `NAME CRC32`. If the list is certainly SFV, a CRC may lack leading zeros, as in early
/// versions of cksfv.
pub fn sfv(filter: &AlgorithmFilter<'_>, line: &[u8], is_certain: bool) -> Option<ListEntry> {
    let line = line.trim_ascii_end();
    let at = line.iter().rposition(|byte| matches!(byte, b' ' | b'\t'))?;
    // A name may end with blanks, or several blanks may follow it to align the sums.
    let (name, crc) = (&line[..at], &line[at + 1..]);
    // RHash can write sums before names to a file with any extension.
    let begins_with_crc = || name.get(8..10) == Some(b"  ") && hex(&name[..8]).is_some();
    if crc.len() > 8 || crc.len() < 8 && (!is_certain || begins_with_crc()) {
        return None;
    }
    // RHash writes CRC-32C in the same form.
    let crcs = [Algorithm::Crc32, Algorithm::Crc32c];
    let specs: Vec<Spec> = crcs.into_iter().filter(|crc| filter.allows(*crc)).map(Spec::from).collect();
    let bytes = hex(format!("{:0>8}", text(crc)).as_bytes()).filter(|_| !specs.is_empty())?;
    let found = entry(name, vec![Expected::of(&bytes, &specs, None)])?;
    Some(ListEntry { may_be_padded: true, ..found })
}

/// Returns whether a comment of an SFV list ends with a row because a line end was lost. A date, or
/// the name after a date, is part of the comment.
pub fn hides_sfv_row(comment: &[u8]) -> bool {
    let mut words = words(comment).collect::<Vec<_>>().into_iter().rev();
    let is_digest = |word: &[u8]| match word.len() {
        8 => hex(word).is_some() && !word.iter().all(u8::is_ascii_digit),
        len => len >= 32 && hex(word).is_some(),
    };
    let is_date = |word: &[u8]| word.len() == 10 && word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
    words.next().is_some_and(is_digest) && words.next().is_some_and(|word| word != b";" && !is_date(word))
}

/// Returns the columns in hashdeep's header line, an empty list for its other header line, or
/// `None` for any other line.
pub fn hashdeep_header(line: &[u8]) -> Option<Vec<HashdeepColumn>> {
    let header = line.strip_prefix(b"%%%% ")?;
    if let Some(version) = header.strip_prefix(b"HASHDEEP-") {
        let is_version = version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        return is_version.then(Vec::new);
    }
    let column = |name: &str| match name {
        "size" => HashdeepColumn::Size,
        "filename" => HashdeepColumn::Name,
        name => Algorithm::named(name).map_or(HashdeepColumn::Unknown, HashdeepColumn::Digest),
    };
    Some(std::str::from_utf8(header).ok()?.split(',').map(column).collect())
}

/// Parses a line of hashdeep, which has a value for each column. The name, which comes last, may
/// contain commas.
pub fn hashdeep(columns: &[HashdeepColumn], filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<ListEntry> {
    let mut values = line.splitn(columns.len(), |&byte| byte == b',');
    let (mut size, mut expected, mut name) = (None, Vec::new(), None);
    for column in columns {
        let value = values.next()?;
        match column {
            HashdeepColumn::Size => size = Some(decimal(value)?),
            HashdeepColumn::Digest(algorithm) if filter.allows(*algorithm) => {
                expected.push(digest(filter, *algorithm, value, size)?);
            }
            HashdeepColumn::Digest(_) | HashdeepColumn::Unknown => {}
            HashdeepColumn::Name => name = Some(value),
        }
    }
    entry(name?, expected)
}

/// Returns whether a string is a row of hashdeep or the end of one, with a whole digest and a name.
pub fn ends_hashdeep_row(columns: &[HashdeepColumn], text: &[u8]) -> bool {
    let lengths = columns.iter().filter_map(|column| match column {
        HashdeepColumn::Digest(algorithm) => Some(algorithm.default_len()),
        _ => None,
    });
    let values: Vec<&[u8]> = text.split(|&byte| byte == b',').collect();
    let is_digest =
        |value: &&[u8]| hex(value).is_some_and(|bytes| lengths.clone().any(|len| len == bytes.len() as u64));
    values.len() > 1 && values[..values.len() - 1].iter().any(is_digest)
}

/// Parses `DATA NAME SIZE ALGORITHM DIGEST ...` of a Gentoo Manifest. One known algorithm suffices.
pub fn gentoo(filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<ListLine> {
    let mut words = words(line);
    let prefix: &[u8] = match words.next()? {
        b"AUX" => b"files/",
        b"DIST" | b"EBUILD" | b"MISC" | b"DATA" | b"MANIFEST" => b"",
        _ => return None,
    };
    let name = [prefix, &unescape_gentoo(words.next()?)?].concat();
    let size = decimal(words.next()?)?;
    let (mut expected, mut unknown) = (Vec::new(), None);
    while let Some(algorithm) = words.next() {
        let value = words.next()?;
        let named = match algorithm {
            b"RMD160" => Some(Algorithm::Ripemd160),
            name => Algorithm::named(text(name)),
        };
        if named.is_none() && hex(value).is_some() {
            unknown.get_or_insert_with(|| text(algorithm).to_owned());
        }
        if let Some(algorithm) = named.filter(|algorithm| filter.allows(*algorithm)) {
            expected.push(digest(filter, algorithm, value, Some(size))?);
        }
    }
    if let Some(unknown) = unknown.filter(|_| expected.is_empty()) {
        return Some(ListLine::Improper(Fault::Algorithm(unknown)));
    }
    Some(ListLine::Entry(ListEntry { may_be_windows: false, ..entry(&name, expected)? }))
}

/// Decodes a name, in which GLEP 74 writes blanks and control characters as `\x20` and `\u2028`.
fn unescape_gentoo(name: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first()?;
        let digits = match kind {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => return None,
        };
        let (code, after) = after.split_at_checked(digits)?;
        let code = char::from_u32(u32::from_str_radix(text(code), 16).ok()?).filter(|&code| code != '\0')?;
        plain.extend(code.encode_utf8(&mut [0; 4]).bytes());
        rest = after;
    }
    Some(plain)
}

/// Returns the algorithm of a field that lists digests: `SHA256:`, `Checksums-Sha1:`, `Files:`.
pub fn section(line: &[u8]) -> Option<Algorithm> {
    field_algorithm(line.trim_ascii_end().strip_suffix(b":")?)
}

fn field_algorithm(field: &[u8]) -> Option<Algorithm> {
    match text(field) {
        "MD5Sum" | "Files" => Some(Algorithm::Md5),
        "SHA1" => Some(Algorithm::Sha1),
        "SHA256" => Some(Algorithm::Sha256),
        "SHA512" => Some(Algorithm::Sha512),
        field => Algorithm::named(field.strip_prefix("Checksums-")?),
    }
}

/// Returns whether a line has a digest although it is outside a field that lists digests. The line
/// end after the field's name was lost, or the name is unknown.
pub fn is_stray_digest(line: &[u8]) -> bool {
    if !line[0].is_ascii_whitespace() {
        let Some(colon) = memchr::memchr(b':', line) else { return false };
        let (name, value) = (line[..colon].trim_ascii_end(), line[colon + 1..].trim_ascii());
        // A record of PowerShell within a control file.
        return field_algorithm(name).is_some() || name == b"Hash" && hex(value).is_some();
    }
    let mut words = words(line);
    let is_digest = |word: &[u8]| hex(word).is_some_and(|bytes| bytes.len() as u64 >= Algorithm::Md5.default_len());
    words.next().is_some_and(is_digest) && words.next().and_then(decimal).is_some() && words.next().is_some()
}

/// Returns whether a line is the name of a field that lists digests, joined with the field's first
/// row because a line end was lost.
pub fn is_joined_row(filter: &AlgorithmFilter<'_>, line: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', line) else { return false };
    let algorithm = field_algorithm(&line[..colon]);
    algorithm.is_some_and(|algorithm| control(algorithm, filter, &line[colon + 1..]).is_some())
}

/// Parses ` DIGEST SIZE NAME` within a field that lists digests. In a .changes file, two more words
/// precede the name.
pub fn control(algorithm: Algorithm, filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<ListEntry> {
    if !line.first()?.is_ascii_whitespace() {
        return None;
    }
    let words: Vec<&[u8]> = words(line).collect();
    let ([value, size, name] | [value, size, _, _, name]) = words[..] else { return None };
    let expected = digest(filter, algorithm, value, Some(decimal(size)?))?;
    Some(ListEntry { may_be_windows: false, ..entry(name, vec![expected])? })
}

/// Returns whether a line is `Field: value`.
pub fn is_field(line: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', line) else { return false };
    let name = line[..colon].trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name && line.get(colon + 1).is_none_or(|&byte| byte == b' ')
}

/// Returns whether a line only frames entries, as a heading does.
pub fn is_furniture(line: &[u8]) -> bool {
    let mut words = words(line);
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(b"Algorithm"), Some(b"Hash"), Some(b"Path"), None) => true,
        (Some(b"IGNORE" | b"TIMESTAMP" | b"OPTIONAL"), Some(_), None, _) => true,
        (Some(b"CertUtil:"), Some(_), _, _) => true,
        (Some(first), Some(second), Some(third), None) => {
            [first, second, third].concat().iter().all(|&byte| byte == b'-')
        }
        _ => false,
    }
}

/// Parses `SHA256  DIGEST  PATH` of `Get-FileHash`, its `Algorithm : SHA256`, `Hash : DIGEST`,
/// `Path : PATH`, and certutil's `SHA256 hash of NAME:` with the digest on the next line.
pub fn windows(form: &mut ListForm, filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<ListLine> {
    let of = |algorithm: Option<Algorithm>, name: &[u8], bytes: &[u8]| -> Option<ListLine> {
        let spec = Spec::from(algorithm.filter(|algorithm| filter.allows(*algorithm))?);
        let candidate = DigestCandidate { spec, bytes: bytes.to_vec(), size: None };
        let fits = bytes.len() as u64 == spec.len;
        let entry = entry(name, vec![Expected { candidates: vec![candidate] }]).filter(|_| fits);
        Some(entry.map_or(ListLine::Improper(Fault::Form), ListLine::Entry))
    };
    if let Some((key, value)) = pair(line) {
        return property(form, key, value, of);
    }
    if let ListForm::Windows(algorithm, Partial::Name(name)) = form {
        let digits: Vec<u8> = line.iter().copied().filter(|byte| *byte != b' ').collect();
        if let Some(bytes) = hex(&digits) {
            let (algorithm, name) = (*algorithm, std::mem::take(name));
            *form = ListForm::Plain;
            return of(algorithm, name.as_bytes(), &bytes);
        }
        *form = ListForm::Plain;
        return Some(ListLine::Improper(Fault::Row));
    }
    let (algorithm, rest) = line.split_at(memchr::memchr(b' ', line)?);
    let algorithm = Algorithm::named(text(algorithm))?;
    if let Some(name) = rest.strip_prefix(b" hash of ").and_then(|name| name.strip_suffix(b":")) {
        let name = name.strip_prefix(b"file ").unwrap_or(name);
        *form = ListForm::Windows(Some(algorithm), Partial::Name(OsString::from_vec(name.to_vec())));
        return Some(ListLine::Field);
    }
    let rest = rest.trim_ascii();
    let (value, path) = rest.split_at(memchr::memchr(b' ', rest)?);
    of(Some(algorithm), path.trim_ascii(), &hex(value)?)
}

/// Parses a property of `Get-FileHash | Format-List`. A file has three, in this order. If one is
/// damaged or missing, the record is malformed, because the others would look like unrelated
/// fields.
fn property(
    form: &mut ListForm,
    key: &[u8],
    value: &[u8],
    of: impl Fn(Option<Algorithm>, &[u8], &[u8]) -> Option<ListLine>,
) -> Option<ListLine> {
    let improper = Some(ListLine::Improper(Fault::Row));
    match (key, std::mem::replace(form, ListForm::Plain)) {
        (b"Algorithm", before) => {
            let algorithm = Algorithm::named(text(value));
            *form = ListForm::Windows(algorithm, Partial::Algorithm);
            let loses_digest = matches!(before, ListForm::Windows(_, Partial::Digest(_)));
            if loses_digest || algorithm.is_none() { improper } else { Some(ListLine::Field) }
        }
        (b"Hash", ListForm::Windows(algorithm, Partial::Algorithm)) => match hex(value) {
            Some(bytes) => {
                *form = ListForm::Windows(algorithm, Partial::Digest(bytes));
                Some(ListLine::Field)
            }
            None => improper,
        },
        (b"Path", ListForm::Windows(algorithm, Partial::Digest(bytes))) => of(algorithm, value, &bytes).or(improper),
        (b"Path", ListForm::Windows(..)) => improper,
        (b"Hash", before) => {
            *form = before;
            hex(value).and(improper)
        }
        (_, before) => {
            *form = before;
            let is_digest = hex(value).is_some_and(|bytes| bytes.len() as u64 >= Algorithm::Md5.default_len());
            if is_digest { improper } else { None }
        }
    }
}

/// Splits `KEY : VALUE`, with at least one blank on each side of the colon.
fn pair(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memmem::find(line, b" : ")?;
    Some((line[..at].trim_ascii(), line[at + 3..].trim_ascii()))
}

/// Returns the entry of a list that consists of one digest, for the file that its name implies.
pub fn of_subject(list: &OsStr, filter: &AlgorithmFilter<'_>, mut expected: Expected) -> Option<ListEntry> {
    let name = subject(list)?;
    // The name of a list such as `f.sha256` names its algorithm.
    if let Some(likely) = filter.likely
        && expected.candidates.iter().any(|candidate| candidate.spec.algorithm == likely)
    {
        expected.candidates.retain(|candidate| candidate.spec.algorithm == likely);
    }
    Some(ListEntry { name, expected: vec![expected], may_be_windows: false, may_be_padded: false })
}
