//! Parses magnet links in the form that RHash writes: `magnet:?xl=SIZE&dn=NAME&xt=urn:md5:DIGEST`.

use data_encoding::BASE32_NOPAD_NOCASE;

use super::entry::{Expected, Size};
use super::line::{AlgorithmFilter, Fault, ListLine};
use super::plain::hex;
use super::row::{decimal, entry};
use crate::digest::{Algorithm, Spec};

/// Parses a link. Returns `None` for a line that is not a link.
///
/// Digests of unknown algorithms are ignored if the link also has a known one. eDonkey links have
/// none.
pub fn link(filter: &AlgorithmFilter<'_>, line: &[u8]) -> Option<ListLine> {
    if line.starts_with(b"ed2k://|file|") {
        return Some(ListLine::Improper(Fault::Algorithm("ED2K".into())));
    }
    let parameters = line.strip_prefix(b"magnet:?")?;
    let (mut name, mut size, mut expected, mut unknown) = (None, None, Vec::new(), None);
    for parameter in parameters.split(|&byte| byte == b'&') {
        if let Some(value) = parameter.strip_prefix(b"dn=") {
            // Two links whose line end was lost have two names.
            if name.is_some() {
                return Some(ListLine::Improper(Fault::Row));
            }
            name = Some(decoded(value));
        } else if let Some(value) = parameter.strip_prefix(b"xl=") {
            size = decimal(value).map(Size::bytes);
        } else if let Some(topic) = parameter.strip_prefix(b"xt=urn:") {
            let topic = String::from_utf8_lossy(topic);
            let (kind, value) = match topic.split_once(':')? {
                (kind, value) if Algorithm::named(kind).is_some() => (kind, value),
                _ => topic.rsplit_once(':')?,
            };
            match Algorithm::named(kind) {
                Some(algorithm) => expected.push((Spec::from(algorithm), value.to_owned())),
                None => unknown = Some(kind.to_owned()),
            }
        }
    }
    let expected: Option<Vec<Expected>> = expected
        .into_iter()
        .filter(|(spec, _)| filter.allows(spec.algorithm))
        .map(|(spec, value)| Some(Expected::of(&digest(spec, value.as_bytes())?, &[spec], size)))
        .collect();
    Some(match (expected, unknown) {
        (Some(expected), Some(kind)) if expected.is_empty() => ListLine::Improper(Fault::Algorithm(kind)),
        (expected, _) => match name.flatten().zip(expected).and_then(|(name, expected)| entry(&name, expected)) {
            Some(entry) => ListLine::Entry(entry),
            None => ListLine::Improper(Fault::Row),
        },
    })
}

/// Returns a digest in hexadecimal or, as is common for SHA-1, base32.
fn digest(spec: Spec, text: &[u8]) -> Option<Vec<u8>> {
    let base32 = || BASE32_NOPAD_NOCASE.decode(text).ok();
    [hex(text), base32()].into_iter().flatten().find(|bytes| bytes.len() as u64 == spec.len)
}

/// Decodes percent encoding, such as `%20` (RFC 3986).
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let (code, after) = after.split_at_checked(2)?;
            plain.push(hex(code)?[0]);
            rest = after;
        } else {
            plain.push(byte);
        }
    }
    (!plain.contains(&0)).then_some(plain)
}
