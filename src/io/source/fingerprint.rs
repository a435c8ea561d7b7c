//! Whether a file was written over since it was opened.

use std::sync::OnceLock;

use super::{Kind, ONE_READ, Source};
use crate::os::{Time, status};

/// A file as it was when it was opened.
#[derive(Clone, Debug)]
pub(super) struct Fingerprint {
    pub(super) size: u64,
    pub(super) modified: Time,
    pub(super) changed: Time,
    /// Where the wanted range began.
    pub(super) from: u64,
    /// The first wanted bytes; empty for a file too small to be worth reading them.
    pub(super) head: OnceLock<Box<[u8]>>,
}

/// The bytes that tell a log from the one before: more than a time stamp.
const HEAD: u64 = 128;

impl Source {
    /// Whether the inode is as it was when it was opened.
    pub(super) fn is_unchanged(&self) -> bool {
        status(&self.file).is_ok_and(|now| now.changed == self.fingerprint.changed)
    }

    /// Whether the file's bytes were written over since it was opened: cut and filled again, as a log is by `copytruncate`,
    /// or changed in place. What was read is then of no single state of the file. Growth is no such change.
    ///
    /// Judged by the time of modification, which every write moves; by the size, which appending raises; and where the size
    /// rose, by whether the wanted range still begins as it did. A log that was swapped for a longer one with the same
    /// first bytes looks like one that has grown.
    pub fn rewritten(&self) -> bool {
        if self.kind != Kind::Regular {
            return false;
        }
        let before = &self.fingerprint;
        let Ok(now) = status(&self.file) else { return false };
        if before.modified == now.modified {
            return false;
        }
        if before.size == now.size {
            return true;
        }
        // A file that was cut is reported where the cut is met, and what was read before it was true.
        let is_cut = now.size < self.base + self.end.unwrap_or(0);
        !is_cut && self.fingerprint.head.get().is_some_and(|head| **head != self.read_head())
    }

    /// Records the first wanted bytes of a file that takes a while to read: from `bytes`, which were read at offset `at`,
    /// or by reading them. Not done at open, as `stat` must not fill the page cache.
    pub fn record_head(&self, at: u64, bytes: &[u8]) {
        if self.kind == Kind::Regular && self.fingerprint.size > ONE_READ {
            self.fingerprint.head.get_or_init(|| match bytes.get(..self.head_length()) {
                Some(head) if at == self.fingerprint.from => head.into(),
                _ => self.read_head().into(),
            });
        }
    }

    fn head_length(&self) -> usize {
        self.end.unwrap_or(0).saturating_sub(self.fingerprint.from).min(HEAD) as usize
    }

    fn read_head(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.head_length()];
        let (got, _) = self.read_up_to(&mut bytes, self.fingerprint.from);
        bytes.truncate(got);
        bytes
    }
}
