//! The kinds of lines in a list, and the algorithms that a list may use.
//!
//! A line is an entry, part of the text around entries, or malformed for a stated reason. This
//! module does not read lines.

use super::entry::{Expected, ListEntry};
use crate::digest::{Algorithm, Spec};

/// The meaning of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListLine {
    /// An empty line, a comment, or part of the text around entries.
    Nothing,
    /// A file and its digests.
    Entry(ListEntry),
    /// A part of an entry of several lines, which [`super::parser::Parser::take_record`] returns.
    Part,
    /// A digest without a name. It is valid only if the list contains nothing else.
    Bare(Expected),
    /// A line that is malformed unless a later line shows that such lines belong to the list's
    /// form.
    Field,
    /// The first line of a signature, which is not verified.
    Signature,
    /// A line of no known form.
    Improper(Fault),
}

/// The reason why a line is malformed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The line has no known form, or its algorithm was not requested.
    Form,
    /// The line is not a row of an SFV or hashdeep list or a magnet link, whose own tools fail on
    /// it; is part of a damaged record of several lines; or is hidden by a comment.
    Row,
    /// The line names an unknown algorithm.
    Algorithm(String),
    /// The list ends in the middle of the line, so its digest may be the beginning of a longer one.
    Cut,
    /// The line contains a NUL byte, although lines end with a newline.
    Nul,
    /// The line names standard input, from which the list itself is read.
    StandardInput,
}

/// The algorithms that a list may use.
#[derive(Clone, Copy, Debug)]
pub struct AlgorithmFilter<'a> {
    /// The requested algorithms, or empty for all.
    pub wanted: &'a [Algorithm],
    /// The algorithm that the list's own name suggests.
    pub likely: Option<Algorithm>,
}

impl AlgorithmFilter<'_> {
    /// Returns whether lines of this algorithm are checked.
    pub fn allows(&self, algorithm: Algorithm) -> bool {
        self.wanted.is_empty() || self.wanted.contains(&algorithm)
    }

    /// Returns the possible algorithms of a digest of `len` bytes, the likeliest first.
    pub fn fitting(&self, len: usize) -> Vec<Spec> {
        let all = Algorithm::all().filter(|algorithm| !algorithm.is_historical() && self.allows(*algorithm));
        let mut specs: Vec<Spec> = all.filter_map(|algorithm| algorithm.with_len(len as u64)).collect();
        specs.sort_by_key(|spec| {
            let algorithm = spec.algorithm;
            let is_default = spec.len == algorithm.default_len();
            match () {
                () if Some(algorithm) == self.likely => 0,
                () if is_default && !algorithm.is_tagged_by_default() => 1,
                // xxhsum's lines are untagged, too.
                () if matches!(algorithm, Algorithm::Xxh32 | Algorithm::Xxh64 | Algorithm::Xxh128) => 2,
                () if is_default => 3,
                () => 4,
            }
        });
        specs
    }
}
