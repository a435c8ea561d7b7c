//! Times in logs: recognising them at the start of a line, and finding by them.
//!
//! `cat` and `grep` share `--since` and `--until`. On a file that can be read anywhere, [`find`] gets to the first and last
//! line by binary search, with a few small reads however large the file; on a stream, [`Period::cut`] does it block by
//! block. A line without a time belongs to the entry before it. Nothing here prints, and nothing reads but through
//! [`RandomAccess`].

mod argument;
mod recognize;
mod scan;
mod search;

pub use argument::{parse_argument, parse_period};
pub use recognize::Recognizer;
pub use search::{Disorder, Found, RandomAccess, find, find_in};

use jiff::Timestamp;

/// The stretch of time asked for, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// `--since`: the earliest time wanted.
    pub since: Option<Timestamp>,
    /// `--until`: the latest time wanted.
    pub until: Option<Timestamp>,
}

/// Where a [`Period`] begins and ends in one block, as far as that block can tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edges {
    /// Where the block's first entry not before `since` starts.
    pub since: Option<usize>,
    /// Where the block's first entry after `until` starts.
    pub until: Option<usize>,
    /// The time of the first and of the last entry.
    pub times: Option<(Timestamp, Timestamp)>,
    /// Where an entry starts that is earlier than the one before it, and both times.
    pub disorder: Option<(usize, Timestamp, Timestamp)>,
}

impl Period {
    /// Whether any time is asked for at all.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Looks through a block of whole lines for where the period begins and ends.
    #[must_use]
    pub fn cut(&self, recognizer: &Recognizer, block: &[u8]) -> Edges {
        let mut edges = Edges::default();
        let mut start = 0;
        while start < block.len() {
            let end = memchr::memchr(b'\n', &block[start..]).map_or(block.len(), |len| start + len + 1);
            if let Some(time) = recognizer.recognize(&block[start..end]) {
                let (first, last) = edges.times.unwrap_or((time, time));
                if time < last && edges.disorder.is_none() {
                    edges.disorder = Some((start, last, time));
                }
                edges.times = Some((first, time));
                if edges.since.is_none() && self.since.is_none_or(|since| time >= since) {
                    edges.since = Some(start);
                }
                if edges.until.is_none() && self.until.is_some_and(|until| time > until) {
                    edges.until = Some(start);
                }
            }
            start = end;
        }
        edges
    }
}
