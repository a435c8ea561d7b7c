//! Whether a file was written over since it was opened.

use std::sync::OnceLock;

use super::{Kind, ONE_READ, Source};
use crate::os::Status;

/// A file as it was at open.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The size in bytes.
    pub(super) size: u64,
    /// When the inode last changed: every write moves it, and so does a copy-up on overlayfs.
    pub(super) changed: Time,
    pub(super) modified: Time,
    /// Where the wanted range began, and its first bytes; none of a file too small to be worth the read.
    pub(super) from: u64,
    pub(super) beginning: OnceLock<Box<[u8]>>,
}

/// How many bytes of a log are enough to tell it from the one before: more than a time stamp.
const BEGINNING: u64 = 128;

/// Nanoseconds, modulo 2^64: only compared.
pub(super) type Time = u64;

impl Source {
    /// Whether the inode is as it was when it was opened.
    pub(super) fn is_unchanged(&self) -> bool {
        Status::of(&self.file).is_ok_and(|now| now.changed == self.seen.changed)
    }

    /// Whether the file's bytes were written over since it was opened: cut and filled again, as a log
    /// is by `copytruncate`, or changed where they stand. What was read of it is then of no single
    /// state of the file. Growth is no such change.
    ///
    /// Told by the time of modification, which every write moves; by the size, which appending raises;
    /// and where the size rose, by whether the wanted range still begins as it did. A log that was
    /// swapped for a longer one with the same first bytes is not told from one that has grown.
    pub fn rewritten(&self) -> bool {
        if self.kind != Kind::Regular || self.is_fed() {
            return false;
        }
        let Ok(now) = Status::of(&self.file) else { return false };
        if self.seen.modified == now.modified {
            return false;
        }
        let size = now.size;
        if size == self.seen.size {
            return true;
        }
        // Cut behind what was read, or after it was: those bytes were true, and what else went
        // wrong has been reported where it was met.
        let cut = size < self.base + self.end.unwrap_or(0);
        !cut && self.seen.beginning.get().is_some_and(|beginning| **beginning != self.beginning())
    }

    /// Keeps the first wanted bytes of a file that takes a while to read. `bytes` are what was read of it from offset `at` on;
    /// where they are not its beginning, that is read. Not done at open: who only asks what a file is must not bring its pages
    /// in.
    pub fn remember_beginning(&self, at: u64, bytes: &[u8]) {
        if self.kind == Kind::Regular && self.seen.size > ONE_READ && !self.is_fed() {
            self.seen.beginning.get_or_init(|| match bytes.get(..self.beginning_length()) {
                Some(beginning) if at == self.seen.from => beginning.into(),
                _ => self.beginning().into(),
            });
        }
    }

    /// How many bytes tell one log from the next.
    fn beginning_length(&self) -> usize {
        self.end.unwrap_or(0).saturating_sub(self.seen.from).min(BEGINNING) as usize
    }

    fn beginning(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.beginning_length()];
        let (got, _) = self.read_up_to(&mut bytes, self.seen.from);
        bytes.truncate(got);
        bytes
    }
}
