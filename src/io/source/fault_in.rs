//! Faults in uncached files quickly.
//!
//! `read` caches a file in small folios at first, and a disk is faster when a request consists of
//! fewer pieces of memory. A fault in a mapping with huge-page advice (`madvise(2)`, MADV_HUGEPAGE)
//! allocates folios of up to 2 MiB at once, regardless of the read-ahead setting
//! (`do_sync_mmap_readahead`, mm/filemap.c). Later readers of the file benefit as well.

use std::ops::Range;
use std::sync::Arc;

use super::{AccessMethod, Kind, MAX_READ_FILE, Reason, SINGLE_READ, Source};
use crate::os::posix::{AsFd, BorrowedFd};
use crate::os::read_ahead::will_need;
use crate::os::residency;
use crate::os::{FileSystem, Window};

/// The largest folio in bytes: the span of one second-level page table entry with 4 KiB pages. With
/// other page sizes, touching one byte in each of these stretches does no harm.
pub const FOLIO: u64 = 2 << 20;

/// The minimum distance in bytes by which the disk is kept reading ahead of the current position.
const MIN_READ_AHEAD: u64 = 8 << 20;

/// The shortest range that faults in faster than it is read, in bytes.
const MIN_FAULT_IN: u64 = 64 << 10;

/// Faults in `range` of the file, waits for most of it, and returns the mapping used. Errors are
/// left to the read that follows.
fn fault_in(file: BorrowedFd<'_>, range: Range<u64>) -> Option<Window> {
    let window = Window::map(file, range.start, usize::try_from(range.end - range.start).ok()?).ok()?;
    window.advise_huge_pages().ok()?;
    window.touch_every(FOLIO as usize);
    Some(window)
}

impl Source {
    /// Faults in the beginning of the requested range if it is uncached, and returns whether it
    /// was. Call this before reading the first byte. Only the first call has an effect; it runs
    /// `before` first.
    ///
    /// A file longer than [`SINGLE_READ`] that was to be read because it is small is then mapped instead:
    /// its large folios need no copy.
    pub fn fault_in_beginning(&mut self, before: impl FnOnce(&Source)) -> bool {
        if self.cold.is_none() {
            before(self);
            let range = self.start..self.end.unwrap_or(0).min(self.start + FOLIO);
            let is_cold = self.is_worth_faulting_in(&range);
            self.cold = Some(is_cold);
            if is_cold {
                let window = self.fault_in(range.clone());
                if window.is_some() && self.method == AccessMethod::Pread && range.end - range.start > SINGLE_READ {
                    (self.method, self.reason) = (AccessMethod::Map, None);
                }
                if self.method == AccessMethod::Map
                    && Some(range.end) == self.end
                    && range.end - range.start <= MAX_READ_FILE
                {
                    self.window = window.map(Arc::new);
                }
            }
        }
        self.cold == Some(true)
    }

    /// Returns this source, marked so that [`Source::fault_in_beginning`] does nothing.
    pub fn assume_cached(mut self) -> Source {
        self.cold.get_or_insert(false);
        self
    }

    /// Returns whether [`Source::fault_in_beginning`] found the beginning uncached.
    pub fn began_cold(&self) -> bool {
        self.cold == Some(true)
    }

    /// Returns whether a window already maps the whole requested range, as after faulting in a
    /// small file.
    pub fn is_mapped_whole(&mut self) -> bool {
        // With 32-bit addresses, no window holds a length beyond `usize`.
        let Ok(len) = usize::try_from(self.wanted().unwrap_or(0)) else { return false };
        let from = self.base + self.start;
        self.window.as_ref().is_some_and(|window| window.holds(from, len))
    }

    /// Returns whether one short read covers the requested range.
    pub fn is_small(&self) -> bool {
        self.reason == Some(Reason::Small) && self.kind == Kind::Regular && self.wanted().unwrap_or(0) < MIN_FAULT_IN
    }

    /// Starts read-ahead of the whole requested range, without waiting. A disk works on many
    /// requests at a time; reading file after file would issue one at a time.
    pub fn read_ahead_all(&self) {
        // This is only advice: bytes that it does not cache are read later.
        self.prefetch(self.start, self.wanted().unwrap_or(0));
    }

    /// Asks the kernel to read bytes into its page cache. It is not asked to do so for files on
    /// FUSE: one that is read past the cache may return fewer bytes than requested, which the kernel
    /// would take for the end of the file.
    fn prefetch(&self, at: u64, length: u64) {
        if self.file_system != FileSystem::Fuse {
            will_need(&self.file, self.base + at, length);
        }
    }

    /// Requests exactly `range` from the disk, without waiting. Reading or mapping it afterwards
    /// causes no read-ahead, which would fetch up to megabytes beyond it.
    pub fn request(&self, range: Range<u64>) {
        if !range.is_empty() {
            self.prefetch(range.start, range.end - range.start);
        }
    }

    /// Faults in all of a small uncached file, unless its beginning was already checked.
    pub fn fault_in_small(&self) {
        let range = self.start..self.end.unwrap_or(0);
        if self.cold.is_none() && self.is_worth_faulting_in(&range) {
            self.fault_in(range);
        }
    }

    /// Returns whether the first page of `range` is uncached and faulting it in pays off.
    fn is_worth_faulting_in(&self, range: &Range<u64>) -> bool {
        range.end.saturating_sub(range.start) >= MIN_FAULT_IN
            && self.method != AccessMethod::Stream
            && residency::is_cached(self.fd(), self.base + range.start) == Some(false)
            && (self.method == AccessMethod::Map || self.reason == Some(Reason::Small))
            && self.is_on_local_disk()
    }

    /// Returns whether the source is mapped and on a file system where [`Source::fault_in`] pays
    /// off.
    pub fn can_fault_in(&self) -> bool {
        self.method == AccessMethod::Map && self.is_on_local_disk()
    }

    /// Returns whether large folios pay. Over a network, fetching megabytes at once may delay the
    /// first line.
    fn is_on_local_disk(&self) -> bool {
        self.kind == Kind::Regular && self.file_system.is_on_disk()
    }

    /// Faults in `range`, and waits for most of it.
    pub fn fault_in(&self, range: Range<u64>) -> Option<Window> {
        fault_in(self.positioned().as_fd(), self.base + range.start..self.base + range.end)
    }

    /// Makes the kernel extend its read-ahead from `at`, without waiting, up to two blocks of `block`
    /// bytes ahead. With half a block, the disk idled whenever two threads were both scanning, and
    /// a search took a fifth longer.
    ///
    /// The kernel reads further ahead when the first page of its last read-ahead is accessed
    /// (PG_readahead, mm/readahead.c). A scan reaches that page late, while the disk idles, so this
    /// touches it early with a read that never waits (`preadv2(2)`, RWF_NOWAIT). Pages that have
    /// not been requested yet are left alone: such a read would cache them in small folios.
    pub fn extend_read_ahead(&self, at: u64, block: u64) {
        let far = at.saturating_add(block.saturating_mul(2).max(MIN_READ_AHEAD));
        let (mut at, end) = (self.base + at, self.base + self.end.unwrap_or(0).min(far));
        while at < end && residency::is_cached(self.fd(), at) == Some(true) {
            let _ = residency::read_cached(self.fd(), at);
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
    use crate::os::page_size;

    fn open(path: &std::path::Path, policy: IoMode, range: Range) -> std::io::Result<Source> {
        Source::open(path.as_os_str(), policy, range)
    }

    /// Creates a file of `len` bytes and evicts it; `None` where this file system keeps its pages.
    fn on_disk(directory: &tempfile::TempDir, len: usize) -> Option<(std::path::PathBuf, Vec<u8>)> {
        let path = directory.path().join(len.to_string());
        let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let file = File::open(&path).unwrap();
        residency::evict(file.as_fd(), true).unwrap();
        if residency::is_cached(file.as_fd(), 0) != Some(false) {
            crate::skipped::skip("a disk whose cached pages can be dropped, and cachestat");
            return None;
        }
        Some((path, bytes))
    }

    #[test]
    fn an_uncached_file_is_faulted_in_once() {
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
            assert_eq!(source.fault_in_beginning(|_| before += 1), cold, "{len}");
            assert_eq!(source.fault_in_beginning(|_| before += 1), cold, "{len}");
            assert_eq!((before, source.method()), (1, way), "{len}");
            assert_eq!(source.is_mapped_whole(), len == 1 << 20, "{len}");
            if cold {
                assert_eq!(residency::is_cached(source.fd(), 0), Some(true), "{len}");
                assert!(source.map(0, len).unwrap().0.bytes() == bytes, "{len}");
                assert!(source.map(100, len - 100).unwrap().0.bytes() == &bytes[100..], "{len}");
            }
            let mut again = open(&path, IoMode::Auto, Range::default()).unwrap();
            let before = again.method();
            assert!(!again.fault_in_beginning(|_| ()) || !cold, "{len}: it is in memory by now");
            assert_eq!(again.method(), before);
        }
    }

    #[test]
    fn a_forced_read_faults_nothing_in() {
        let directory = tempfile::tempdir().unwrap();
        let Some((path, _)) = on_disk(&directory, 1 << 20) else { return };
        let mut source = open(&path, IoMode::Read, Range::default()).unwrap();
        assert!(!source.fault_in_beginning(|_| ()));
        source.fault_in_small();
        assert_eq!(residency::is_cached(source.fd(), 0), Some(false));
        assert_eq!((source.method(), source.reason()), (AccessMethod::Pread, Some(Reason::Forced)));
    }

    #[test]
    fn read_ahead_is_extended_only_from_requested_pages() {
        let directory = tempfile::tempdir().unwrap();
        let Some((path, bytes)) = on_disk(&directory, 40 << 20) else { return };
        let source = open(&path, IoMode::Auto, Range::default()).unwrap();
        source.extend_read_ahead(0, FOLIO);
        source.extend_read_ahead(bytes.len() as u64, FOLIO);
        assert_eq!(residency::is_cached(source.fd(), 0), Some(false), "nothing was requested yet");
        source.fault_in(0..FOLIO);
        let cached = || residency::whole(source.fd(), bytes.len() as u64).unwrap().resident;
        let before = cached();
        source.extend_read_ahead(FOLIO, FOLIO);
        assert!(cached() >= before, "{before} pages, then {}", cached());
        let mut all = vec![0; bytes.len()];
        assert_eq!(source.read_at(&mut all, 0).unwrap(), bytes.len());
        assert!(all == bytes);
    }

    #[test]
    fn reading_a_requested_range_fetches_nothing_beyond_it() {
        let directory = tempfile::tempdir().unwrap();
        let Some((path, bytes)) = on_disk(&directory, 12 << 20) else { return };
        let source = open(&path, IoMode::Auto, Range::default()).unwrap();
        let range = 4 << 20..(4 << 20) + (400 << 10);
        source.request(range.clone());
        let mut read = vec![0; (range.end - range.start) as usize];
        assert_eq!(source.read_at(&mut read, range.start).unwrap(), read.len());
        assert!(read == bytes[range.start as usize..range.end as usize]);
        // The kernel may extend a request to whole folios.
        let resident = residency::whole(source.fd(), bytes.len() as u64).unwrap().resident as usize;
        assert!(resident * page_size() <= read.len() + (64 << 10), "{resident} pages");
    }

    #[test]
    fn only_the_wanted_part_is_faulted_in() {
        let directory = tempfile::tempdir().unwrap();
        let Some((path, _)) = on_disk(&directory, 12 << 20) else { return };
        let range = Range { offset: 8 << 20, length: Some(1 << 20), ..Range::default() };
        let mut source = open(&path, IoMode::Auto, range).unwrap();
        assert!(source.fault_in_beginning(|_| ()));
        assert_eq!(residency::is_cached(source.fd(), 8 << 20), Some(true));
        assert_eq!(residency::is_cached(source.fd(), 0), Some(false));
    }
}
