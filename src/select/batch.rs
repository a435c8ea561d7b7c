//! Entries of one log that were read and sorted ahead of the merge.
//!
//! Another thread can fill a batch while the merge passes on the entries of the previous one.

use std::collections::VecDeque;
use std::io;

use jiff::Timestamp;

/// Consecutive lines of one log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// The offset of the lines in the log, and their length.
    pub offset: u64,
    len: usize,
    /// The number of line numbers to skip (modulo 2^64) before these lines; `None` if they continue
    /// the lines that were returned last.
    pub skipped: Option<u64>,
}

impl Lines {
    pub(super) fn new(offset: u64, len: usize, skipped: Option<u64>) -> Lines {
        Lines { offset, len, skipped }
    }

    /// Returns the offset of the end of the lines in the log.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.offset + self.len as u64
    }
}

/// An entry, or a piece of a very long one.
#[derive(Clone, Copy, Debug)]
struct BatchedEntry {
    nanosecond: i128,
    len: usize,
}

/// A position at which the lines do not continue those before them in the log.
#[derive(Clone, Copy, Debug)]
struct Jump {
    /// The number of the entry in the batch.
    entry: usize,
    offset: u64,
    skipped: Option<u64>,
}

/// The state of a log after a batch.
#[derive(Debug, Default)]
pub(super) enum BatchEnd {
    /// Further batches.
    #[default]
    More,
    /// The end of the log, with notices to report.
    Ended(Vec<String>),
    /// An error.
    Failed(io::Error),
}

/// Entries in the order in which the merge returns them.
#[derive(Debug, Default)]
pub(super) struct EntryBatch {
    bytes: Vec<u8>,
    entries: Vec<BatchedEntry>,
    jumps: VecDeque<Jump>,
    pub end: BatchEnd,
    /// The number of the next entry, and its start in `bytes` and in the log.
    next: usize,
    at: usize,
    offset: u64,
}

impl EntryBatch {
    /// Removes all entries and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
        self.jumps.clear();
        (self.end, self.next, self.at, self.offset) = (BatchEnd::More, 0, 0, 0);
    }

    /// Returns the number of bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds the time and the position of an entry, or of a piece of one, whose bytes are added
    /// later. `skipped` is as in [`Lines`].
    pub fn push(&mut self, time: Timestamp, (offset, len): (u64, usize), skipped: Option<u64>) {
        if self.is_empty() || offset != self.offset || skipped.is_some() {
            self.jumps.push_back(Jump { entry: self.entries.len(), offset, skipped });
        }
        self.offset = offset + len as u64;
        self.entries.push(BatchedEntry { nanosecond: time.as_nanosecond(), len });
    }

    /// Adds the bytes of entries.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns the time of the next entry, in nanoseconds since 1970.
    pub fn next_nanosecond(&self) -> Option<i128> {
        self.entries.get(self.next).map(|entry| entry.nanosecond)
    }

    /// Takes the next entry and those after it in the log whose times satisfy `before`.
    pub fn take(&mut self, before: impl Fn(i128) -> bool) -> (Lines, &[u8]) {
        let jump = self.jumps.front().copied().filter(|jump| jump.entry == self.next);
        let mut lines = Lines::new(self.offset, 0, None);
        if let Some(Jump { offset, skipped, .. }) = jump {
            (lines.offset, lines.skipped) = (offset, skipped);
            self.jumps.pop_front();
        }
        let end = self.jumps.front().map_or(self.entries.len(), |jump| jump.entry);
        for (at, entry) in self.entries[self.next..end].iter().enumerate() {
            if at > 0 && !before(entry.nanosecond) {
                break;
            }
            lines.len += entry.len;
            self.next += 1;
        }
        let bytes = &self.bytes[self.at..self.at + lines.len];
        self.at += lines.len;
        self.offset = lines.end();
        (lines, bytes)
    }
}
