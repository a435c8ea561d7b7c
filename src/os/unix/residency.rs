//! Which of a file's pages are in the page cache, and how to bring them in or let them go.
//!
//! `cachestat(2)` (Linux 6.5) counts a range in one call, with dirty, written-back and evicted pages. `mincore(2)` is the way
//! for older kernels; for a file that the caller neither owns nor may write it reports every page as resident, so there a
//! read that may not wait (`RWF_NOWAIT`) is tried on each page instead. Where none of them tells, the answer is [`Unknown`],
//! never a false 100 %. Nothing here changes a byte of any file.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags};

use super::extents::Range;
use crate::os::platform::page_cache;
pub use crate::os::platform::page_cache::read_cached;
use crate::os::platform::read_ahead::is_sequential;

/// Pages asked of `mincore` at a time: a byte each, and 256 MiB of address space.
const MINCORE_PAGES: u64 = 1 << 16;

/// What the page cache holds of a range, in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cached {
    /// Pages in the cache.
    pub resident: u64,
    /// What only `cachestat` tells.
    pub state: Option<State>,
    /// Whether `resident` follows from a sample of the pages.
    pub is_estimate: bool,
}

/// The finer counts of `cachestat`, in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct State {
    /// Changed in memory and not yet on their way to the disk.
    pub dirty: u64,
    /// On their way to the disk now.
    pub writeback: u64,
    /// Were in the cache once and have been dropped.
    pub evicted: u64,
    /// Dropped so lately that the kernel would call a new read of them a refault.
    pub recently_evicted: u64,
}

impl Cached {
    /// Both counts together, as of two ranges side by side.
    fn plus(self, other: Cached) -> Cached {
        Cached {
            resident: self.resident + other.resident,
            is_estimate: self.is_estimate || other.is_estimate,
            state: self.state.zip(other.state).map(|(a, b)| State {
                dirty: a.dirty + b.dirty,
                writeback: a.writeback + b.writeback,
                evicted: a.evicted + b.evicted,
                recently_evicted: a.recently_evicted + b.recently_evicted,
            }),
        }
    }
}

/// Why the kernel does not say which pages are resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Only the owner, or whoever may write the file, is told.
    NotPermitted,
    /// The file could not be opened for reading.
    NotOpened(Errno),
    /// The file's pages are not in the page cache at all (a huge-page or device file system).
    Refused(Errno),
}

/// How many pages `bytes` take up, a last partial page being one.
pub fn pages(bytes: u64) -> u64 {
    bytes.div_ceil(page_size())
}

fn page_size() -> u64 {
    crate::os::page_size() as u64
}

/// A stretch of a file and what is cached of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// How many of the file's pages the stretch has.
    pub pages: u64,
    /// What the cache holds of them.
    pub cached: Cached,
}

/// The first page of cell `index` when `pages` pages are divided over `cells` cells as evenly as whole pages allow.
pub fn cell_start(pages: u64, cells: u64, index: u64) -> u64 {
    // 128 bits: a file may have 2^52 pages, and the product must not wrap.
    (u128::from(pages) * u128::from(index) / u128::from(cells)) as u64
}

/// Returns what the cache holds of the bytes `within` of a file, in at most `cells` stretches of equal length (fewer for
/// fewer pages), in order and covering exactly the pages those bytes are in. The sum of the cells is the whole.
///
/// # Errors
/// [`Unknown`] where the kernel does not tell.
pub fn cells(file: BorrowedFd<'_>, within: std::ops::Range<u64>, cells: u64) -> Result<Vec<Cell>, Unknown> {
    let before = within.start / page_size();
    let pages = if within.is_empty() { 0 } else { pages(within.end) - before };
    let count = cells.min(pages);
    let mut source = Asked::new(file, pages);
    // From the end: a page that is read without waiting may start read-ahead of those behind it.
    let mut found = (0..count)
        .rev()
        .map(|index| {
            let first = before + cell_start(pages, count, index);
            let end = before + cell_start(pages, count, index + 1);
            Ok(Cell { pages: end - first, cached: source.count(first, end)? })
        })
        .collect::<Result<Vec<Cell>, Unknown>>()?;
    found.reverse();
    Ok(found)
}

/// Returns what the cache holds of a file of `size` bytes as a whole.
///
/// # Errors
/// [`Unknown`] where the kernel does not tell.
pub fn whole(file: BorrowedFd<'_>, size: u64) -> Result<Cached, Unknown> {
    Ok(total(&cells(file, 0..size, 1)?))
}

/// The sum of `cells`.
pub fn total(cells: &[Cell]) -> Cached {
    let first = Cached { state: Some(State::default()), ..Cached::default() };
    cells.iter().fold(first, |sum, cell| sum.plus(cell.cached))
}

/// The most pages of a file that are read to see whether that would have to wait.
const MOST_READS: u64 = 1 << 18;

/// A file being asked, with what has been learned of how to ask.
struct Asked<'fd> {
    file: BorrowedFd<'fd>,
    /// `cachestat` answered `ENOSYS` once.
    old_kernel: bool,
    /// Whether `mincore` would tell the truth; asked once.
    mincore_is_true: Option<bool>,
    /// Every so many pages one is read, where nothing else tells.
    step: u64,
}

impl<'fd> Asked<'fd> {
    fn new(file: BorrowedFd<'fd>, pages: u64) -> Self {
        Asked { file, old_kernel: false, mincore_is_true: None, step: pages.div_ceil(MOST_READS).max(1) }
    }

    /// What is cached of the pages from `first` up to `end`.
    fn count(&mut self, first: u64, end: u64) -> Result<Cached, Unknown> {
        if first == end {
            return Ok(Cached { state: (!self.old_kernel).then(State::default), ..Cached::default() });
        }
        if !self.old_kernel {
            match cachestat(self.file, first * page_size(), (end - first) * page_size()) {
                Ok(cached) => return Ok(cached),
                // A sandbox that does not know the call says EPERM as well; `mincore` is asked only of files where it is
                // true, so falling through cannot turn that into a lie.
                Err(Errno::NOSYS | Errno::PERM) => self.old_kernel = true,
                Err(errno) => return Err(Unknown::Refused(errno)),
            }
        }
        if !*self.mincore_is_true.get_or_insert_with(|| page_cache::mincore_is_true(self.file)) {
            return self.count_by_reading(first, end);
        }
        let mut resident = 0;
        each_page_between(self.file, first, end, |_, is_resident| resident += u64::from(is_resident))
            .map_err(Unknown::Refused)?;
        Ok(Cached { resident, ..Cached::default() })
    }

    /// Reads a byte of each page, or of every so many, without waiting for the disk (`preadv2(2)`, RWF_NOWAIT).
    fn count_by_reading(&self, first: u64, end: u64) -> Result<Cached, Unknown> {
        let mut resident = 0;
        for start in (0..(end - first).div_ceil(self.step)).rev().map(|step| first + step * self.step) {
            match read_cached(self.file, start * page_size()) {
                Ok(got) => resident += if got > 0 { self.step.min(end - start) } else { 0 },
                Err(Errno::AGAIN | Errno::INTR) => {}
                // Not every file system can say whether it would wait.
                Err(_) => return Err(Unknown::NotPermitted),
            }
        }
        Ok(Cached { resident, state: None, is_estimate: self.step > 1 })
    }
}

/// Whether the page of the byte at `offset` is in the cache, or on its way there; `None` where that is not told for so little as
/// one system call.
pub fn is_cached(file: BorrowedFd<'_>, offset: u64) -> Option<bool> {
    cachestat(file, offset, 1).ok().map(|cached| cached.resident > 0)
}

fn each_page_between(file: BorrowedFd<'_>, first: u64, end: u64, mut page: impl FnMut(u64, bool)) -> Result<(), Errno> {
    let mut flags = vec![0u8; MINCORE_PAGES.min(end - first) as usize];
    let mut at = first;
    while at < end {
        let count = MINCORE_PAGES.min(end - at);
        mincore(file, at, &mut flags[..count as usize])?;
        for (index, flag) in flags[..count as usize].iter().enumerate() {
            // Only the lowest bit is defined.
            page(at + index as u64, flag & 1 != 0);
        }
        at += count;
    }
    Ok(())
}

/// Asks `mincore` about `flags.len()` pages from page `first` on; the mapping is gone when this returns.
fn mincore(file: BorrowedFd<'_>, first: u64, flags: &mut [u8]) -> Result<(), Errno> {
    let length = flags.len() * page_size() as usize;
    // SAFETY: a new mapping at an address of the kernel's choosing; no Rust reference to its bytes is ever made, so what
    // other processes do to the file does not matter.
    let address = unsafe {
        rustix::mm::mmap(std::ptr::null_mut(), length, ProtFlags::READ, MapFlags::SHARED, file, first * page_size())?
    };
    // SAFETY: the range is the mapping just made, and `flags` has a byte for each of its pages.
    let answer = unsafe { libc::mincore(address.cast(), length, flags.as_mut_ptr().cast()) };
    let errno = io::Error::last_os_error();
    // SAFETY: the range is the mapping made above, which nothing refers to.
    unsafe { rustix::mm::munmap(address, length)? };
    if answer == 0 { Ok(()) } else { Err(Errno::from_io_error(&errno).unwrap_or(Errno::INVAL)) }
}

fn cachestat(file: BorrowedFd<'_>, offset: u64, length: u64) -> Result<Cached, Errno> {
    let [resident, dirty, writeback, evicted, recently_evicted] = page_cache::cachestat(file, offset, length)?;
    let state = Some(State { dirty, writeback, evicted, recently_evicted });
    Ok(Cached { resident, state, is_estimate: false })
}

/// Brings the data of `file` into the page cache by reading `ranges` of it, and says how many bytes were read. Holes are
/// for the caller to leave out: reading them would fill memory with zero pages.
///
/// # Errors
/// The first read that fails.
pub fn touch(file: BorrowedFd<'_>, ranges: impl Iterator<Item = Range>) -> io::Result<u64> {
    let mut buffer = vec![0u8; 1 << 20];
    let mut read = 0;
    // Advice may be refused (a file system without it); reading is what counts.
    is_sequential(file);
    for Range { start: mut at, end } in ranges {
        while at < end {
            let want = (end - at).min(buffer.len() as u64) as usize;
            match rustix::io::pread(file, &mut buffer[..want], at) {
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

/// Asks the kernel to drop `file`'s pages from the cache. Dirty pages must reach the disk before they can go, so when
/// `write_back` is set they are written first; the file's content stays what it is. Whether the pages went is for the caller
/// to ask again: pages that are mapped, locked or under way stay.
///
/// # Errors
/// What `fdatasync` or `posix_fadvise` reports.
pub fn evict(file: BorrowedFd<'_>, write_back: bool) -> io::Result<()> {
    if write_back {
        rustix::fs::fsync(file)?;
    }
    Ok(page_cache::drop_pages(file)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;
    use std::os::fd::AsFd;

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
    fn all_ways_of_asking_agree() {
        let page = page_size();
        let file = file_of(70 * page as usize + 1);
        let size = 70 * page + 1;
        let mut mapped = 0;
        each_page_between(file.as_fd(), 0, 71, |_, is| mapped += u64::from(is)).unwrap();
        let whole = whole(file.as_fd(), size).unwrap();
        assert_eq!(whole.resident, mapped);
        assert_eq!(total(&cells(file.as_fd(), 0..size, 9).unwrap()), whole);
        let asked = Asked::new(file.as_fd(), 71);
        match asked.count_by_reading(0, 71) {
            Ok(read) => assert_eq!(read, Cached { resident: mapped, ..Cached::default() }),
            Err(_) => crate::skipped::skip("a temporary directory on a file system with RWF_NOWAIT"),
        }
        let sampled = Asked { step: 8, ..asked };
        let estimate = sampled.count_by_reading(0, 71).unwrap();
        assert!(estimate.is_estimate && estimate.resident.abs_diff(mapped) <= 8, "{estimate:?}");
    }

    #[test]
    fn a_stretch_has_the_pages_its_bytes_are_in() {
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
    fn a_file_of_no_bytes_has_no_cells() {
        let file = file_of(0);
        assert_eq!(cells(file.as_fd(), 0..0, 10).unwrap(), []);
        assert_eq!(whole(file.as_fd(), 0).unwrap().resident, 0);
    }

    #[test]
    fn touching_reads_what_it_is_given_and_stops_at_the_end() {
        let file = file_of(10_000);
        assert_eq!(
            touch(file.as_fd(), [Range { start: 0, end: 4096 }, Range { start: 8192, end: 99_999 }].into_iter())
                .unwrap(),
            4096 + 1808
        );
    }
}
