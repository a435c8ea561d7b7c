//! The parts that the rows of all tables share: the file, its digest and its size.

use std::ffi::OsStr;

use super::entry::{Expected, ListEntry, Size};
use super::line::AlgorithmFilter;
use super::plain::hex;
use crate::digest::Algorithm;
use crate::os::posix::OsStrExt;

/// Returns an entry, unless its name or its list of digests is empty.
pub fn entry(name: &[u8], expected: Vec<Expected>) -> Option<ListEntry> {
    let name = OsStr::from_bytes(name).to_owned();
    (!name.is_empty() && !expected.is_empty()).then_some(ListEntry {
        name,
        expected,
        may_be_windows: true,
        may_be_padded: false,
    })
}

/// Returns a digest of a known algorithm, if the algorithm was requested and the length is right.
pub fn digest(filter: &AlgorithmFilter<'_>, algorithm: Algorithm, text: &[u8], size: Option<u64>) -> Option<Expected> {
    let bytes = hex(text).filter(|bytes| bytes.len() as u64 == algorithm.default_len())?;
    filter.allows(algorithm).then(|| Expected::of(&bytes, &[algorithm.into()], size.map(Size::bytes)))
}

/// Returns a decimal number.
pub fn decimal(bytes: &[u8]) -> Option<u64> {
    let is_number = bytes.iter().all(u8::is_ascii_digit);
    is_number.then(|| std::str::from_utf8(bytes).ok()?.parse().ok()).flatten()
}
