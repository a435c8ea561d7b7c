//! Bringing what is on the disk into the page cache fast.
//!
//! A file that is read is cached in small folios at first, and how fast a disk delivers depends on how many pieces of memory
//! a request is made of. Through a mapping that was advised to be of huge pages (`madvise(2)`, MADV_HUGEPAGE) the kernel takes
//! folios of up to 2 MiB from the first fault on, whatever its read-ahead is set to (`do_sync_mmap_readahead`, mm/filemap.c),
//! and all who read the file later gain by them, too.

use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use super::{AccessMethod, Kind, ONE_READ, Reason, SMALL, Source};
use crate::os::Window;
use crate::os::read_ahead::will_need;
use crate::os::residency;

/// The largest folio, in bytes: what a page of the second level maps where pages are of 4 KiB. Elsewhere a look at each as many
/// bytes does no harm.
pub const FOLIO: u64 = 2 << 20;

/// How far behind what is needed now the disk is given work, in bytes, at least.
const AHEAD: u64 = 8 << 20;

/// Less comes in as fast by reading it.
const SHORTEST: u64 = 64 << 10;

/// Brings `range` of the file in and waits for it, or for most of it; the rest is on its way. What cannot be had is left to
/// whoever reads it, who will also have to say so. Gives the mapping by which it came.
fn bring(file: BorrowedFd<'_>, range: Range<u64>) -> Option<Window> {
    let window = Window::map(file, range.start, usize::try_from(range.end - range.start).ok()?).ok()?;
    window.advise_huge_pages().ok()?;
    window.touch_every(FOLIO as usize);
    Some(window)
}

impl Source {
    /// Brings the beginning of the wanted range in from the disk, if it is there; to be called before the first byte of it is
    /// read. Gives whether it was. Only the first call does anything, and runs `before` ahead of all else.
    ///
    /// A file that is small, but not so small that it comes in by one read, is then mapped after all: what has just come in
    /// large folios is not worth a copy.
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
                    self.window = window.map(Arc::new);
                }
            }
        }
        self.cold == Some(true)
    }

    /// The same, of which [`Source::bring_beginning`] has nothing to do any more.
    pub fn begun(mut self) -> Source {
        self.cold.get_or_insert(false);
        self
    }

    /// Whether its beginning came from the disk, as far as that was asked.
    pub fn began_cold(&self) -> bool {
        self.cold == Some(true)
    }

    /// Whether all of it is mapped already, as what is small and was brought in is.
    pub fn is_brought_whole(&mut self) -> bool {
        // Where addresses have 32 bits, no window holds a length that does not fit into them.
        let Ok(len) = usize::try_from(self.wanted().unwrap_or(0)) else { return false };
        let from = self.base + self.start;
        self.window.as_ref().is_some_and(|window| window.holds(from, len))
    }

    /// Whether all that is wanted of it comes in by one short read.
    pub fn is_small(&self) -> bool {
        self.reason == Some(Reason::Small) && self.kind == Kind::Regular && self.wanted().unwrap_or(0) < SHORTEST
    }

    /// Asks the kernel to bring in all that is wanted of it, without waiting: the disk works on many requests at a time, and
    /// who reads one file after another would make one after another.
    pub fn ask_for_all(&self) {
        // It is advice: what does not come in by it comes in by being read.
        will_need(&self.file, self.base + self.start, self.wanted().unwrap_or(0));
    }

    /// Brings all of a small file in, if it is on the disk, unless its beginning was asked for before.
    pub fn bring_small(&self) {
        let range = self.start..self.end.unwrap_or(0);
        if self.cold.is_none() && self.is_on_disk(&range) {
            self.bring(range);
        }
    }

    /// Whether the first page of `range` is on the disk, and it pays to bring it in.
    fn is_on_disk(&self, range: &Range<u64>) -> bool {
        range.end.saturating_sub(range.start) >= SHORTEST
            && self.way != AccessMethod::Stream
            && residency::is_cached(self.fd(), self.base + range.start) == Some(false)
            && (self.way == AccessMethod::Map || self.reason == Some(Reason::Small))
            && self.is_on_local_disk()
    }

    /// Whether it is mapped, and lies where [`Source::bring`] pays.
    pub fn can_be_brought(&self) -> bool {
        self.way == AccessMethod::Map && self.is_on_local_disk()
    }

    /// Whether mapping pages in from the disk pays. Over a network, megabytes at once may delay the first line.
    fn is_on_local_disk(&self) -> bool {
        self.kind == Kind::Regular && self.file_system.is_on_disk()
    }

    /// Brings `range` in from the disk and waits for it.
    pub fn bring(&self, range: Range<u64>) -> Option<Window> {
        bring(self.positioned().as_fd(), self.base + range.start..self.base + range.end)
    }

    /// Has the kernel read on behind `at`, to where all before has come in or is on its way, without waiting; for who comes for `block`
    /// bytes at a time, by two of these: with half a block the disk stood still whenever both of two threads were at work, and
    /// searching took a fifth longer.
    ///
    /// The kernel reads further ahead when somebody looks at the first page of what it has read ahead last (PG_readahead,
    /// mm/readahead.c). Who comes to that page only when he needs it has the disk rest while he works on those before; so it is
    /// looked at from here, by a read that gives up where it would wait (`preadv2(2)`, RWF_NOWAIT). A page that nobody has asked
    /// for is left alone: such a read would have it come in a small folio.
    pub fn read_on(&self, at: u64, block: u64) {
        let far = at.saturating_add(block.saturating_mul(2).max(AHEAD));
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
            crate::skipped::skip("a disk whose cached pages can be dropped, and cachestat");
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
                assert!(source.map(0, len).unwrap().0.bytes() == bytes, "{len}");
                assert!(source.map(100, len - 100).unwrap().0.bytes() == &bytes[100..], "{len}");
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
