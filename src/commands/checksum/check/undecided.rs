//! Untagged digests that no supported algorithm yields.
//!
//! A file with such a digest may have changed, or the digest's algorithm may be unsupported. The
//! latter is possible if the list mentions an unsupported algorithm, or if no algorithm has this
//! length by default. These entries wait for the end of the list, unless another line shows which
//! algorithm has this length.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::super::list::{Expected, ListEntry, likely_algorithm};
use crate::digest::{Algorithm, ForeignDigest};

/// The maximum number of waiting entries.
const MAX_WAITING: usize = 1024;

/// The evidence that other digests provide about a mismatched digest.
pub struct Doubts<'a> {
    /// The name of the list.
    pub list: &'a OsStr,
    /// Returns whether other entries have shown the algorithm of digests of this length.
    pub is_known: &'a dyn Fn(usize) -> bool,
    /// Returns whether another digest of this length matches in the same entry.
    pub is_beside: &'a dyn Fn(usize) -> bool,
}

/// The entries of a list whose algorithm is still unknown.
#[derive(Default)]
pub struct UndecidedEntries {
    /// The unsupported digests that the list mentions.
    mentioned: Vec<&'static ForeignDigest>,
    /// The waiting entries, with the lengths of their doubtful digests. Entries beyond the limit
    /// are only counted.
    waiting: Vec<(ListEntry, BTreeSet<usize>)>,
    count: u64,
    /// The algorithms tried for the first digest.
    tried: String,
    /// The number of entries whose files proved to have changed.
    pub changed: u64,
}

impl UndecidedEntries {
    /// Records that the list mentions an unsupported digest.
    pub fn mention(&mut self, digest: &'static ForeignDigest) {
        if !self.mentioned.contains(&digest) {
            self.mentioned.push(digest);
        }
    }

    /// Returns the message for a list without usable entries that mentions an unsupported digest.
    pub fn unsupported(&self) -> Option<String> {
        let digest = self.mentioned.first()?;
        Some(format!("algorithm unknown: name it with -a ({} is not supported)", digest.name))
    }

    /// Returns the number of entries of unknown algorithm.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns whether each of the unmatched digests may be of an unknown algorithm.
    pub fn may_be<'e>(&self, mut unmatched: impl Iterator<Item = &'e Expected>, doubts: &Doubts<'_>) -> bool {
        let likely = likely_algorithm(doubts.list);
        unmatched.all(|expected| {
            let [_, _, ..] = &expected.candidates[..] else { return false };
            let len = expected.length();
            let specs = || expected.candidates.iter().map(|candidate| candidate.spec);
            let has_default = specs().any(|spec| spec.len == spec.algorithm.default_len());
            // The name of a list such as `f.md5` makes its algorithm certain.
            let is_likely = specs().any(|spec| Some(spec.algorithm) == likely);
            let is_foreign = || self.mentioned.iter().any(|digest| digest.fits(len));
            !(doubts.is_known)(len) && ((doubts.is_beside)(len) || !is_likely && (!has_default || is_foreign()))
        })
    }

    /// Adds an entry with these digests.
    pub fn add<'e>(&mut self, entry: &ListEntry, unmatched: impl Iterator<Item = &'e Expected>) {
        let mut lengths = BTreeSet::new();
        for expected in unmatched {
            lengths.insert(expected.length());
            if self.tried.is_empty() {
                self.tried = expected.names();
            }
        }
        self.count += 1;
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push((entry.clone(), lengths));
        }
    }

    /// Removes and returns the entries with digests of this length. Their algorithm is now known,
    /// so their files have changed.
    pub fn settle(&mut self, len: usize) -> Vec<ListEntry> {
        let (known, rest) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(_, lengths)| lengths.contains(&len));
        self.waiting = rest;
        let known: Vec<(ListEntry, BTreeSet<usize>)> = known;
        self.count -= known.len() as u64;
        self.changed += known.len() as u64;
        known.into_iter().map(|(entry, _)| entry).collect()
    }

    /// Returns the waiting entries at the end of the list.
    pub fn take(&mut self) -> impl Iterator<Item = ListEntry> {
        std::mem::take(&mut self.waiting).into_iter().map(|(entry, _)| entry)
    }

    /// Returns the message about the entries of unknown algorithm, if there are any. `of` is the
    /// number of entries in the list.
    pub fn summary(&self, of: u64) -> Option<String> {
        let reason = match self.mentioned.first() {
            Some(digest) => format!("{} is not supported", digest.name),
            None => format!("tried {}", self.tried),
        };
        let which = match self.count {
            0 => return None,
            count if count == of => String::new(),
            count => format!(" for {count} of {of} entries"),
        };
        Some(format!("algorithm unknown{which}: name it with -a ({reason})"))
    }
}

/// Returns the digests that are not at these positions.
pub fn expected_except<'e>(entry: &'e ListEntry, indices: &[usize]) -> impl Iterator<Item = &'e Expected> {
    entry.expected.iter().enumerate().filter(|(index, _)| !indices.contains(index)).map(|(_, expected)| expected)
}

/// Returns whether a digest that matches is longer than a CRC.
pub fn is_verified(entry: &ListEntry, unmatched: &[usize]) -> bool {
    expected_except(entry, unmatched).any(|other| other.length() as u64 >= Algorithm::Md5.default_len())
}
