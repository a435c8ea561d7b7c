//! Finds which of a file's pages are in the page cache, and loads or drops them.
//!
//! `cachestat(2)` (Linux 6.5) counts a range in one call, with dirty, written-back and evicted
//! pages. Older kernels have `mincore(2)`, but it reports every page as resident for a file that
//! the caller neither owns nor may write. For such a file, each page is probed with a read that
//! must not block (`RWF_NOWAIT`). If nothing works, the answer is [`UnknownResidency`], never a false 100%.
//!
//! An overlayfs file has no pages of its own: `cachestat` finds none, while a mapping, and
//! therefore `mincore`, shows those of the file below.
//!
//! Nothing here changes a file's content.

use std::io;
use std::ops::Range;

use super::buffer::append;
use super::extents::{DataRange, data_pages};
use super::posix::{BorrowedFd, Errno, sync};
use super::{FileSystem, Status};
use crate::os::platform::page_cache;
pub use crate::os::platform::page_cache::read_cached;
use crate::os::platform::read_ahead::is_sequential;

/// The cached part of a range, in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CachedPages {
    /// Pages in the cache.
    pub resident: u64,
    /// The finer counts that only `cachestat` reports.
    pub state: Option<CacheCounts>,
    /// Whether `resident` was extrapolated from a sample of the pages, or leaves out pages of holes.
    pub is_estimate: bool,
    /// Pages of holes that could not be probed, because a read would have created them.
    pub unknown: u64,
}

/// The finer counts of `cachestat`, in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheCounts {
    /// Pages changed in memory and not yet being written to disk.
    pub dirty: u64,
    /// Pages being written to disk now.
    pub writeback: u64,
    /// Pages that were cached once and have been dropped.
    pub evicted: u64,
    /// Pages dropped so recently that the kernel would count reading them again as a refault.
    pub recently_evicted: u64,
}

impl CachedPages {
    /// Returns the sum of both counts, for two adjacent ranges.
    fn plus(self, other: CachedPages) -> CachedPages {
        CachedPages {
            resident: self.resident + other.resident,
            is_estimate: self.is_estimate || other.is_estimate,
            unknown: self.unknown + other.unknown,
            state: self.state.zip(other.state).map(|(a, b)| CacheCounts {
                dirty: a.dirty + b.dirty,
                writeback: a.writeback + b.writeback,
                evicted: a.evicted + b.evicted,
                recently_evicted: a.recently_evicted + b.recently_evicted,
            }),
        }
    }
}

/// The reason the kernel does not report which pages are resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownResidency {
    /// Only the file's owner and users who may write to it can query its residency.
    NotPermitted,
    /// This system does not report residency.
    Unsupported,
    /// The file could not be opened for reading.
    NotOpened(Errno),
    /// The file's pages are not in the page cache at all (a huge-page or device file system).
    Refused(Errno),
}

/// Returns how many pages `bytes` occupy, counting a partial last page.
pub fn pages(bytes: u64) -> u64 {
    bytes.div_ceil(page_size())
}

fn page_size() -> u64 {
    crate::os::page_size() as u64
}

/// A stretch of a file and how much of it is cached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResidencyCell {
    /// The number of pages in the stretch.
    pub pages: u64,
    /// The cached pages of the stretch.
    pub cached: CachedPages,
}

/// Returns the first page of cell `index` when `pages` pages are divided over `cells` cells as
/// evenly as whole pages allow.
pub fn cell_start(pages: u64, cells: u64, index: u64) -> u64 {
    // 128 bits, because a file may have 2^52 pages and the product must not overflow.
    (u128::from(pages) * u128::from(index) / u128::from(cells)) as u64
}

/// Returns how much of the bytes `within` of a file is cached, in at most `cells` stretches of
/// equal length.
///
/// The stretches are in order and cover exactly the pages of those bytes; there are fewer if there
/// are fewer pages.
///
/// # Errors
/// Returns [`UnknownResidency`] if the kernel does not report it.
pub fn cells(file: BorrowedFd<'_>, within: Range<u64>, cells: u64) -> Result<Vec<ResidencyCell>, UnknownResidency> {
    let before = within.start / page_size();
    let pages = if within.is_empty() { 0 } else { pages(within.end) - before };
    let count = cells.min(pages);
    let mut source = ResidencyQuery::new(file, pages);
    // Goes backwards, because reading a page without waiting may start read-ahead of the pages
    // after it.
    let found = (0..count)
        .rev()
        .map(|index| {
            let first = before + cell_start(pages, count, index);
            let end = before + cell_start(pages, count, index + 1);
            Ok(ResidencyCell { pages: end - first, cached: source.count(first, end)? })
        })
        .collect::<Result<Vec<ResidencyCell>, UnknownResidency>>();
    source.drop_loaded();
    let mut found = found?;
    found.reverse();
    Ok(found)
}

/// Returns how much of a file of `size` bytes is cached.
///
/// # Errors
/// Returns [`UnknownResidency`] if the kernel does not report it.
pub fn whole(file: BorrowedFd<'_>, size: u64) -> Result<CachedPages, UnknownResidency> {
    Ok(total(&cells(file, 0..size, 1)?))
}

/// Returns the sum of `cells`.
pub fn total(cells: &[ResidencyCell]) -> CachedPages {
    let first = CachedPages { state: Some(CacheCounts::default()), ..CachedPages::default() };
    cells.iter().fold(first, |sum, cell| sum.plus(cell.cached))
}

/// The maximum number of pages that are probed by reading.
const MAX_READS: u64 = 1 << 18;

/// A residency query on one file, which remembers which calls the kernel supports.
struct ResidencyQuery<'fd> {
    file: BorrowedFd<'fd>,
    /// Whether `cachestat` is missing, or examines an inode without this file's pages.
    lacks_cachestat: bool,
    /// Whether `mincore` is truthful for this file, once known.
    mincore_is_truthful: Option<bool>,
    /// The distance between sampled pages when they are probed by reading.
    step: u64,
    /// The pages that the kernel began to load because they were probed, in descending order.
    loaded: Vec<Range<u64>>,
}

/// Returns whether a file is on overlayfs.
fn is_overlay(file: BorrowedFd<'_>) -> bool {
    let status = Status::of(file);
    status.is_ok_and(|status| FileSystem::of(file, status.device) == FileSystem::Overlay)
}

impl<'fd> ResidencyQuery<'fd> {
    fn new(file: BorrowedFd<'fd>, pages: u64) -> Self {
        ResidencyQuery {
            file,
            lacks_cachestat: is_overlay(file),
            mincore_is_truthful: None,
            step: pages.div_ceil(MAX_READS).max(1),
            loaded: Vec::new(),
        }
    }

    /// Counts the cached pages from `first` up to `end`.
    fn count(&mut self, first: u64, end: u64) -> Result<CachedPages, UnknownResidency> {
        if first == end {
            return Ok(CachedPages {
                state: (!self.lacks_cachestat).then(CacheCounts::default),
                ..CachedPages::default()
            });
        }
        if !self.lacks_cachestat {
            match cachestat(self.file, first * page_size(), (end - first) * page_size()) {
                Ok(cached) => return Ok(cached),
                // A sandbox that does not know the call also returns EPERM. `mincore` is used only
                // for files for which it is truthful, so falling through cannot report a wrong
                // count.
                Err(Errno::NOSYS | Errno::PERM) => self.lacks_cachestat = true,
                Err(errno) => return Err(UnknownResidency::Refused(errno)),
            }
        }
        if !*self.mincore_is_truthful.get_or_insert_with(|| page_cache::mincore_is_truthful(self.file)) {
            return self.count_by_reading(first, end);
        }
        let mut resident = 0;
        page_cache::each_page_between(self.file, first, end, |_, is_resident| resident += u64::from(is_resident))
            .map_err(UnknownResidency::Refused)?;
        Ok(CachedPages { resident, ..CachedPages::default() })
    }

    /// Reads a byte of each sampled page without waiting for the disk (`preadv2(2)`, RWF_NOWAIT).
    ///
    /// The kernel may begin to load a page that is missing, and on a fast device the same read may
    /// find it loaded. A page is counted only if the read requested nothing from a device.
    fn count_by_reading(&mut self, first: u64, end: u64) -> Result<CachedPages, UnknownResidency> {
        let (mut resident, mut unknown) = (0, 0);
        let data = data_pages(self.file, first..end, MAX_READS as usize);
        let is_data = |page: u64| {
            let run = data.partition_point(|run| run.end <= page);
            data.get(run).is_some_and(|run| run.start <= page)
        };
        let mut requests = page_cache::thread_requests();
        let distance = self.step;
        for start in (0..(end - first).div_ceil(distance)).rev().map(|step| first + step * distance) {
            if !is_data(start) {
                unknown += distance.min(end - start);
                continue;
            }
            let answer = read_cached(self.file, start * page_size());
            let before = std::mem::replace(&mut requests, page_cache::thread_requests());
            match answer {
                Ok(_) | Err(Errno::AGAIN) if requests != before => self.note_loaded(start),
                Ok(got) => resident += if got > 0 { distance.min(end - start) } else { 0 },
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(Errno::NOSYS) => return Err(UnknownResidency::Unsupported),
                // Some file systems cannot tell whether a read would wait.
                Err(_) => return Err(UnknownResidency::NotPermitted),
            }
        }
        Ok(CachedPages { resident, state: None, is_estimate: distance > 1 || unknown > 0, unknown })
    }

    fn note_loaded(&mut self, page: u64) {
        match self.loaded.last_mut() {
            Some(pages) if pages.start == page + 1 => pages.start = page,
            _ => self.loaded.push(page..page + 1),
        }
    }

    /// Drops the pages that only this query loaded, so that the next query has the same result.
    fn drop_loaded(&mut self) {
        let mut byte = Vec::with_capacity(1);
        for pages in self.loaded.drain(..) {
            // A page that is still being loaded would stay.
            for page in pages.clone() {
                byte.clear();
                let _ = append(&mut byte, 1, self.file, Some(page * page_size()));
            }
            let _ = page_cache::drop_range(self.file, pages.start * page_size(), pages.end * page_size());
        }
    }
}

/// Returns whether the page at byte `offset` is cached or being loaded, or `None` if one system
/// call cannot determine this.
pub fn is_cached(file: BorrowedFd<'_>, offset: u64) -> Option<bool> {
    cachestat(file, offset, 1).ok().map(|cached| cached.resident > 0)
}

fn cachestat(file: BorrowedFd<'_>, offset: u64, length: u64) -> Result<CachedPages, Errno> {
    let [resident, dirty, writeback, evicted, recently_evicted] = page_cache::cachestat(file, offset, length)?;
    let state = Some(CacheCounts { dirty, writeback, evicted, recently_evicted });
    Ok(CachedPages { resident, state, ..CachedPages::default() })
}

/// Loads `file` into the page cache by reading `ranges` of it, and returns how many bytes were
/// read. The caller leaves out holes, because reading them would fill memory with zero pages.
///
/// # Errors
/// Returns the error from the first read that fails.
pub fn touch(file: BorrowedFd<'_>, ranges: impl Iterator<Item = DataRange>) -> io::Result<u64> {
    let mut buffer = Vec::with_capacity(1 << 20);
    let mut read = 0;
    // A file system may refuse the advice; the reads do the loading.
    is_sequential(file);
    for DataRange { start: mut at, end } in ranges {
        while at < end {
            buffer.clear();
            let want = (end - at).min(buffer.capacity() as u64) as usize;
            match append(&mut buffer, want, file, Some(at)) {
                Ok(0) => return Ok(read),
                Ok(count) => {
                    at += count as u64;
                    read += count as u64;
                }
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }
    Ok(read)
}

/// Asks the kernel to drop `file`'s pages from the cache.
///
/// Dirty pages must be written before they can be dropped, so they are written first if
/// `write_back` is set. Pages that are mapped, locked or in flight stay, so the caller must check
/// again which pages were dropped.
///
/// # Errors
/// Returns the error from `fdatasync` or `posix_fadvise`.
pub fn evict(file: BorrowedFd<'_>, write_back: bool) -> io::Result<()> {
    if write_back {
        sync(file)?;
    }
    Ok(page_cache::drop_pages(file)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::posix::AsFd;
    use proptest::prelude::*;
    use std::io::Write;

    fn file_of(bytes: usize) -> std::fs::File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![b'x'; bytes]).unwrap();
        file.sync_all().unwrap();
        file
    }

    #[test]
    fn cells_cover_the_file_once() {
        proptest!(|(pages in 1u64..1 << 50, cells in 1u64..500)| {
            let cells = cells.min(pages);
            prop_assert_eq!(cell_start(pages, cells, 0), 0);
            prop_assert_eq!(cell_start(pages, cells, cells), pages);
            for index in 0..cells {
                prop_assert!(cell_start(pages, cells, index) < cell_start(pages, cells, index + 1));
            }
        });
    }

    #[test]
    fn all_methods_of_counting_agree() {
        let page = page_size();
        let file = file_of(70 * page as usize + 1);
        let size = 70 * page + 1;
        let mut mapped = 0;
        page_cache::each_page_between(file.as_fd(), 0, 71, |_, is| mapped += u64::from(is)).unwrap();
        let whole = whole(file.as_fd(), size).unwrap();
        assert_eq!(whole.resident, mapped);
        assert_eq!(total(&cells(file.as_fd(), 0..size, 9).unwrap()), whole);
        let mut query = ResidencyQuery::new(file.as_fd(), 71);
        let Ok(read) = query.count_by_reading(0, 71) else {
            return crate::skipped::skip("a temporary directory on a file system with RWF_NOWAIT");
        };
        assert_eq!(read, CachedPages { resident: mapped, ..CachedPages::default() });
        let mut sampled = ResidencyQuery { step: 8, ..query };
        let estimate = sampled.count_by_reading(0, 71).unwrap();
        assert!(estimate.is_estimate && estimate.resident.abs_diff(mapped) <= 8, "{estimate:?}");
    }

    #[test]
    fn a_range_has_the_pages_that_hold_its_bytes() {
        let page = page_size();
        let file = file_of(20 * page as usize);
        for (within, pages) in
            [(0..0, 0), (0..1, 1), (page - 1..page + 1, 2), (page..3 * page, 2), (5 * page..20 * page, 15)]
        {
            let cells = cells(file.as_fd(), within.clone(), 4).unwrap();
            assert_eq!(cells.iter().map(|cell| cell.pages).sum::<u64>(), pages, "{within:?}");
        }
    }

    #[test]
    fn an_empty_file_has_no_cells() {
        let file = file_of(0);
        assert_eq!(cells(file.as_fd(), 0..0, 10).unwrap(), []);
        assert_eq!(whole(file.as_fd(), 0).unwrap().resident, 0);
    }

    #[test]
    fn touching_reads_what_it_is_given_and_stops_at_the_end() {
        let file = file_of(10_000);
        assert_eq!(
            touch(
                file.as_fd(),
                [DataRange { start: 0, end: 4096 }, DataRange { start: 8192, end: 99_999 }].into_iter()
            )
            .unwrap(),
            4096 + 1808
        );
    }
}
