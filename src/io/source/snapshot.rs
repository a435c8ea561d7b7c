//! Detects files that were overwritten since they were opened.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::{Kind, SINGLE_READ, Source};
use crate::os::Status;

/// The state of a file at open.
#[derive(Clone, Debug)]
pub(super) struct FileSnapshot {
    pub(super) status: Status,
    /// The start of the requested range.
    pub(super) from: u64,
    /// The first requested bytes; unset for a file too small to be worth the read.
    pub(super) beginning: OnceLock<Box<[u8]>>,
    /// Whether it is already known that the file was overwritten, from this source or from another
    /// part of the file.
    pub(super) is_reported: Arc<AtomicBool>,
}

/// The number of bytes that distinguish a log from its predecessor: more than a timestamp.
const BEGINNING_BYTES: u64 = 128;

impl Source {
    /// Returns whether the inode is unchanged since it was opened. Every write moves its change time,
    /// and so does a copy-up on overlayfs.
    pub(super) fn is_unchanged(&self) -> bool {
        Status::of(&self.file).is_ok_and(|now| now.changed == self.snapshot.status.changed)
    }

    /// Returns whether `status` is of this file; see [`Status::is_same_file`].
    pub fn is_file(&self, status: &Status) -> bool {
        self.snapshot.status.is_same_file(status)
    }

    /// Returns whether the file was overwritten since it was opened. Returns true only once for all
    /// parts of a source.
    ///
    /// Overwritten means truncated and refilled, as by logrotate's `copytruncate`, or changed in place.
    /// The bytes read so far then mix two states of the file. Growth does not count.
    ///
    /// This compares the modification time, which every write moves; the size, which appending
    /// raises; and, if the size rose, the beginning of the requested range. A log that was replaced
    /// by a longer one with the same first bytes is mistaken for one that has grown.
    pub fn take_overwritten(&self) -> bool {
        self.is_overwritten() && !self.snapshot.is_reported.swap(true, Ordering::Relaxed)
    }

    fn is_overwritten(&self) -> bool {
        if self.kind != Kind::Regular || self.is_fed() {
            return false;
        }
        let Ok(now) = Status::of(&self.file) else { return false };
        if self.snapshot.status.modified == now.modified {
            return false;
        }
        let size = now.size;
        if size == self.snapshot.status.size {
            return true;
        }
        // A truncation past the bytes read, or after reading them, does not affect them; any other
        // was reported when it was found.
        let cut = size < self.base + self.end.unwrap_or(0);
        !cut && self.snapshot.beginning.get().is_some_and(|beginning| **beginning != self.beginning())
    }

    /// Remembers the first requested bytes of a file that takes a while to read. `bytes` were read
    /// at `at`; if that is not the beginning, the beginning is read here. This is not done at open,
    /// because `stat` must not change the page cache.
    pub fn remember_beginning(&self, at: u64, bytes: &[u8]) {
        if self.kind == Kind::Regular && self.snapshot.status.size > SINGLE_READ && !self.is_fed() {
            self.snapshot.beginning.get_or_init(|| match bytes.get(..self.beginning_length()) {
                Some(beginning) if at == self.snapshot.from => beginning.into(),
                _ => self.beginning().into(),
            });
        }
    }

    /// Returns how many bytes of the beginning to remember.
    fn beginning_length(&self) -> usize {
        self.end.unwrap_or(0).saturating_sub(self.snapshot.from).min(BEGINNING_BYTES) as usize
    }

    fn beginning(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.beginning_length()];
        let (got, _) = self.read_up_to(&mut bytes, self.snapshot.from);
        bytes.truncate(got);
        bytes
    }
}
