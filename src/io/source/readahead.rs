//! Filling the page cache from the disk fast.
//!
//! Reading a file caches it in small folios at first, and a disk is slower the more pieces of memory a request is made of.
//! For a mapping that is advised `MADV_HUGEPAGE` the kernel takes folios of up to 2 MiB from the first fault on, whatever
//! its read-ahead is set to (`do_sync_mmap_readahead`, mm/filemap.c). Later readers of the file gain by them as well.

use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, PoisonError};

use super::{AccessMethod, Kind, ONE_READ, Reason, SMALL, Source};
use crate::os::{Advice, FileSystem, Window, residency};

/// The size of the largest folio in bytes, where pages have 4 KiB. Elsewhere a read in every so many bytes does no harm.
pub const FOLIO: u64 = 2 << 20;

/// The least distance in bytes that the kernel is kept reading ahead.
const MIN_AHEAD: u64 = 8 << 20;

/// The least size in bytes that is worth faulting in through a mapping; less is read as fast.
const MIN_FAULT_IN: u64 = 64 << 10;

/// Faults `range` of the file in and waits for most of it; returns the mapping. What cannot be read is left for the caller
/// to find out by reading it.
fn bring(file: BorrowedFd<'_>, range: Range<u64>) -> Option<Window> {
    let window = Window::map(file, range.start, usize::try_from(range.end - range.start).ok()?).ok()?;
    window.advise(Advice::HugePage).ok()?;
    window.touch_every(FOLIO as usize);
    Some(window)
}

impl Source {
    /// Faults in the beginning of the wanted range if it is not cached, and returns whether that was so. Only the first call
    /// does anything; it calls `before` first. To be called before the first byte is read.
    ///
    /// A small file of more than one read is then mapped after all: bytes that have just arrived in large folios are not
    /// worth a copy.
    pub fn bring_beginning(&mut self, before: impl FnOnce(&Source)) -> bool {
        if self.cold.is_none() {
            before(self);
            let range = self.start..self.end.unwrap_or(0).min(self.start + FOLIO);
            let is_cold = self.is_on_disk(&range);
            self.cold = Some(is_cold);
            if is_cold {
                let window = self.bring(range.clone());
                if window.is_some() && self.way == AccessMethod::Pread && range.end - range.start > ONE_READ {
                    (self.way, self.reason) = (AccessMethod::Map, None);
                }
                if self.way == AccessMethod::Map && Some(range.end) == self.end && range.end - range.start <= SMALL {
                    *self.window.get_mut().unwrap_or_else(PoisonError::into_inner) = window.map(Arc::new);
                }
            }
        }
        self.cold == Some(true)
    }

    /// Returns the source, for which [`Source::bring_beginning`] does nothing from now on.
    pub fn begun(mut self) -> Source {
        self.cold.get_or_insert(false);
        self
    }

    /// Whether its beginning was found not to be cached.
    pub fn began_cold(&self) -> bool {
        self.cold == Some(true)
    }

    /// Whether all of it is mapped already, as a small file is that was faulted in.
    pub fn is_brought_whole(&mut self) -> bool {
        let (from, len) = (self.base + self.start, self.wanted().unwrap_or(0) as usize);
        self.window
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|window| window.holds(from, len))
    }

    /// Whether one short read returns all that is wanted of it.
    pub fn is_small(&self) -> bool {
        self.reason == Some(Reason::Small) && self.kind == Kind::Regular && self.wanted().unwrap_or(0) < MIN_FAULT_IN
    }

    /// Requests all that is wanted of it, without waiting. A disk works on many requests at a time, while reading file after
    /// file makes one after another.
    pub fn ask_for_all(&self) {
        residency::request(self.fd(), self.base + self.start, self.wanted().unwrap_or(0));
    }

    /// Faults in all of a small file if it is not cached, unless its beginning was asked for before.
    pub fn bring_small(&self) {
        let range = self.start..self.end.unwrap_or(0);
        if self.cold.is_none() && self.is_on_disk(&range) {
            self.bring(range);
        }
    }

    /// Whether the first page of `range` is not cached, and faulting it in pays.
    fn is_on_disk(&self, range: &Range<u64>) -> bool {
        range.end.saturating_sub(range.start) >= MIN_FAULT_IN
            && self.way != AccessMethod::Stream
            && residency::is_cached(self.fd(), self.base + range.start) == Some(false)
            && (self.way == AccessMethod::Map || self.reason == Some(Reason::Small))
            && self.is_on_local_disk()
    }

    /// Whether it is mapped, and is where [`Source::bring`] pays.
    pub fn can_be_brought(&self) -> bool {
        self.way == AccessMethod::Map && self.is_on_local_disk()
    }

    /// Whether mapping pages in from the disk pays. Over a network, megabytes at once may delay the first line.
    fn is_on_local_disk(&self) -> bool {
        let may_be_mapped = self.file_system != FileSystem::Overlay || self.own.is_some();
        self.kind == Kind::Regular && self.file_system.is_on_disk() && may_be_mapped
    }

    /// Faults `range` in from the disk and waits for it.
    pub fn bring(&self, range: Range<u64>) -> Option<Window> {
        bring(self.positioned().as_fd(), self.base + range.start..self.base + range.end)
    }

    /// Keeps the kernel reading ahead of `at`, up to which everything is cached or requested, for a reader of `block` bytes
    /// at a time, by two blocks: with less the disk is idle whenever two threads are at work.
    ///
    /// The kernel reads further ahead when the first page is read of those it read ahead last (PG_readahead,
    /// mm/readahead.c). A reader that comes to that page only when it needs it would let the disk rest until then. A page
    /// that was not requested yet is left alone, as reading it here would cache it in a small folio.
    pub fn read_on(&self, at: u64, block: u64) {
        let far = at.saturating_add(block.saturating_mul(2).max(MIN_AHEAD));
        let (mut at, end) = (self.base + at, self.base + self.end.unwrap_or(0).min(far));
        while at < end && residency::is_cached(self.fd(), at) == Some(true) {
            residency::read_mark(self.fd(), at);
            at = (at + 1).next_multiple_of(FOLIO);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::super::{IoMode, Range};
    use super::*;

    fn open(path: &std::path::Path, policy: IoMode, range: Range) -> std::io::Result<Source> {
        Source::open(path.as_os_str(), policy, range)
    }

    /// A file of so many bytes of which none is in memory, if this file system lets go of any.
    fn on_disk(directory: &tempfile::TempDir, len: usize) -> Option<(std::path::PathBuf, Vec<u8>)> {
        let path = directory.path().join(len.to_string());
        let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let file = File::open(&path).unwrap();
        residency::evict(file.as_fd(), true).unwrap();
        if residency::is_cached(file.as_fd(), 0) != Some(false) {
            eprintln!("skipped: what is cached of {} cannot be dropped, or is not told", path.display());
            return None;
        }
        Some((path, bytes))
    }

    #[test]
    fn what_is_on_the_disk_is_brought_in_once() {
        let directory = tempfile::tempdir().unwrap();
        for (len, cold, way) in [
            (4096, false, AccessMethod::Pread),
            (100 << 10, true, AccessMethod::Pread),
            (1 << 20, true, AccessMethod::Map),
            (3 << 20, true, AccessMethod::Map),
        ] {
            let Some((path, bytes)) = on_disk(&directory, len) else { return };
            let mut source = open(&path, IoMode::Auto, Range::default()).unwrap();
            let mut before = 0;
            assert_eq!(source.bring_beginning(|_| before += 1), cold, "{len}");
            assert_eq!(source.bring_beginning(|_| before += 1), cold, "{len}");
            assert_eq!((before, source.way()), (1, way), "{len}");
            assert_eq!(source.is_brought_whole(), len == 1 << 20, "{len}");
            if cold {
                assert_eq!(residency::is_cached(source.fd(), 0), Some(true), "{len}");
                assert!(source.map(0, len, false).unwrap().0.bytes() == bytes, "{len}");
                assert!(source.map(100, len - 100, false).unwrap().0.bytes() == &bytes[100..], "{len}");
            }
            let mut again = open(&path, IoMode::Auto, Range::default()).unwrap();
            let before = again.way();
            assert!(!again.bring_beginning(|_| ()) || !cold, "{len}: it is in memory by now");
            assert_eq!(again.way(), before);
        }
    }

    #[test]
    fn reading_asked_for_brings_nothing_in_by_a_map() {
        let directory = tempfile::tempdir().unwrap();
        let Some((path, _)) = on_disk(&directory, 1 << 20) else { return };
        let mut source = open(&path, IoMode::Read, Range::default()).unwrap();
        assert!(!source.bring_beginning(|_| ()));
        source.bring_small();
        assert_eq!(residency::is_cached(source.fd(), 0), Some(false));
        assert_eq!((source.way(), source.reason()), (AccessMethod::Pread, Some(Reason::Forced)));
    }

    #[test]
    fn reading_on_goes_on_from_what_was_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let Some((path, bytes)) = on_disk(&directory, 40 << 20) else { return };
        let source = open(&path, IoMode::Auto, Range::default()).unwrap();
        source.read_on(0, FOLIO);
        source.read_on(bytes.len() as u64, FOLIO);
        assert_eq!(residency::is_cached(source.fd(), 0), Some(false), "nobody has asked for it");
        source.bring(0..FOLIO);
        let cached = || residency::whole(source.fd(), bytes.len() as u64).unwrap().resident;
        let before = cached();
        source.read_on(FOLIO, FOLIO);
        assert!(cached() >= before, "{before} pages, then {}", cached());
        let mut all = vec![0; bytes.len()];
        assert_eq!(source.read_at(&mut all, 0).unwrap(), bytes.len());
        assert!(all == bytes);
    }

    #[test]
    fn only_the_wanted_part_is_brought_in() {
        let directory = tempfile::tempdir().unwrap();
        let Some((path, _)) = on_disk(&directory, 12 << 20) else { return };
        let range = Range { offset: 8 << 20, length: Some(1 << 20) };
        let mut source = open(&path, IoMode::Auto, range).unwrap();
        assert!(source.bring_beginning(|_| ()));
        assert_eq!(residency::is_cached(source.fd(), 8 << 20), Some(true));
        assert_eq!(residency::is_cached(source.fd(), 0), Some(false));
    }
}
