//! What a line of a list can be, and which algorithms count in a list.
//!
//! A line is an entry, part of what surrounds the entries, or improper for a stated reason. Nothing
//! here reads a line.

use super::entry::{Entry, Expected};
use crate::digest::{Algorithm, Spec};

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Empty, a comment, or part of what surrounds the entries.
    Nothing,
    /// A file and its digests.
    Entry(Entry),
    /// A digest without a name. It counts where it is all that the list holds.
    Bare(Expected),
    /// Improper unless a later line shows that the list is of a form that has such lines.
    Field,
    /// The first line of a signature, which is not verified.
    Signature,
    /// Not understood.
    Improper(Fault),
}

/// Why a line is improper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has no known form, or is of an algorithm that was not asked for.
    Form,
    /// It names an algorithm that is not known.
    Algorithm(String),
    /// It holds a NUL byte, and lines end with a newline.
    Nul,
    /// It names standard input, which the list itself comes from.
    StandardInput,
}

/// Which algorithms a list may use.
#[derive(Clone, Copy, Debug)]
pub struct AlgorithmFilter<'a> {
    /// The algorithms that count; empty for all.
    pub wanted: &'a [Algorithm],
    /// The one that the list's own name speaks of.
    pub likely: Option<Algorithm>,
}

impl AlgorithmFilter<'_> {
    /// Returns whether lines of this algorithm count.
    pub fn allows(&self, algorithm: Algorithm) -> bool {
        self.wanted.is_empty() || self.wanted.contains(&algorithm)
    }

    /// Returns what a digest of `len` bytes may be, the likeliest first.
    pub fn fitting(&self, len: usize) -> Vec<Spec> {
        let all = Algorithm::all().filter(|algorithm| !algorithm.is_historical() && self.allows(*algorithm));
        let mut specs: Vec<Spec> = all.filter_map(|algorithm| algorithm.with_len(len as u64)).collect();
        specs.sort_by_key(|spec| {
            let algorithm = spec.algorithm;
            let is_default = spec.len == algorithm.default_len();
            match () {
                () if Some(algorithm) == self.likely => 0,
                () if is_default && !algorithm.is_tagged_by_default() => 1,
                // xxhsum's lines have no tag either.
                () if matches!(algorithm, Algorithm::Xxh32 | Algorithm::Xxh64 | Algorithm::Xxh128) => 2,
                () if is_default => 3,
                () => 4,
            }
        });
        specs
    }
}
