//! A window: one bounded, read-only `MAP_SHARED` mapping of a part of a file.
//!
//! Windows bound the address space and the resident set regardless of the file's size, which a
//! mapping of the whole file does not. Each is guarded against SIGBUS while it lives. Another
//! process may write to the file at any time, so the bytes may change between two reads, which a
//! `&[u8]` does not allow for. The constructors are therefore private to this crate, whose kernels
//! never rely on a value they read before: they never treat the bytes as an unchecked `str` or use
//! them as an unchecked index.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};

pub use memmap2::Advice;
use memmap2::{Mmap, MmapOptions, UncheckedAdvice};

use super::page::page_size;
use super::sigbus::install;
use crate::os::fault_table::Guard;

/// Whether `MADV_POPULATE_READ` is known to return EINVAL, as it does before Linux 5.14.
static POPULATE_MISSING: AtomicBool = AtomicBool::new(false);

/// A mapped, guarded range of a file.
#[derive(Debug)]
pub struct Window {
    // Fields drop in order, and the guard must end before the mapping does.
    guard: Guard,
    map: Mmap,
    /// The file offset of the first byte.
    offset: u64,
    /// The address of the first mapped page.
    start: usize,
}

impl Window {
    /// Maps `len` bytes of the file from byte `offset`, which need not be on a page boundary.
    ///
    /// # Errors
    /// Returns the error from `mmap(2)` (ENODEV, ENOMEM, EPERM, EAGAIN …), or ENOMEM when the
    /// window table is full. The caller reads instead.
    pub(crate) fn map(file: BorrowedFd<'_>, offset: u64, len: usize) -> io::Result<Window> {
        // SAFETY: the mapping is read-only and lives as long as this value. Another process may
        // change or truncate the file. The bytes leave this crate only as copies, the crate's
        // kernels tolerate changes (see the module documentation), and the guard turns SIGBUS into
        // a record.
        let map = unsafe { MmapOptions::new().offset(offset).len(len).map(file.as_raw_fd())? };
        Window::guarded(map, offset)
    }

    /// Maps like [`Window::map`] but with `MAP_PRIVATE`, to measure whether that makes a difference
    /// to a reader.
    ///
    /// # Errors
    /// Fails as [`Window::map`] does.
    pub(crate) fn map_private(file: BorrowedFd<'_>, offset: u64, len: usize) -> io::Result<Window> {
        // SAFETY: as in `map`. A private mapping that is never written also shows the file's
        // changes.
        let map = unsafe { MmapOptions::new().offset(offset).len(len).map_copy_read_only(file.as_raw_fd())? };
        Window::guarded(map, offset)
    }

    /// Maps as [`Window::map`] does, with every page faulted in by the call itself (`MAP_POPULATE`).
    ///
    /// # Errors
    /// Fails as [`Window::map`] does. A page that cannot be faulted in is not an error (`mmap(2)`).
    pub(crate) fn map_populated(file: BorrowedFd<'_>, offset: u64, len: usize) -> io::Result<Window> {
        // SAFETY: as in `map`.
        let map = unsafe { MmapOptions::new().offset(offset).len(len).populate().map(file.as_raw_fd())? };
        Window::guarded(map, offset)
    }

    fn guarded(map: Mmap, offset: u64) -> io::Result<Window> {
        let len = map.len();
        let page = page_size();
        let first = map.as_ptr() as usize;
        let start = first & !(page - 1);
        let end = (first + len).next_multiple_of(page);
        install(page);
        // SAFETY: these are the pages of `map`, which the window keeps for longer than the guard.
        let guard = unsafe { Guard::new(start, end) }.ok_or(io::Error::from_raw_os_error(libc::ENOMEM))?;
        Ok(Window { guard, map, offset, start })
    }

    /// Faults in every page with one call, so that the scan has no page faults.
    ///
    /// # Errors
    /// Returns EFAULT when a page is now past the end of the file or its disk failed; the pages
    /// before it are mapped. A kernel without `MADV_POPULATE_READ` is not an error: the pages are
    /// faulted in as they are read.
    pub fn populate(&self) -> io::Result<()> {
        if POPULATE_MISSING.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.advise_populate() {
            Err(err) if err.raw_os_error() == Some(libc::EINVAL) => {
                POPULATE_MISSING.store(true, Ordering::Relaxed);
                let _ = self.map.advise(Advice::WillNeed);
                Ok(())
            }
            other => other,
        }
    }

    /// Faults in the whole window as [`WindowView::touch`](crate::os::WindowView::touch) does.
    pub fn touch(&self) {
        touch(self.bytes());
    }

    /// Drops the page table entries of a part. Its pages no longer count as resident memory of this
    /// process, and are faulted in again when they are read.
    pub fn release(&self, start: usize, len: usize) {
        // SAFETY: the mapping is never written through, so a page that is faulted in again holds the
        // file's bytes, or zeros where the guard has put them.
        let _ = unsafe { self.map.unchecked_advise_range(UncheckedAdvice::DontNeed, start, len) };
    }

    /// Reads the first byte, and one byte in every `step` bytes of the file.
    pub fn touch_every(&self, step: usize) {
        read_every(step, self.bytes(), self.offset as usize);
    }

    /// Returns whether the window holds the `len` bytes of the file from `offset`.
    pub fn holds(&self, offset: u64, len: usize) -> bool {
        offset >= self.offset && offset + len as u64 <= self.offset + self.map.len() as u64
    }

    /// Advises the kernel on how the window will be used (`madvise(2)`).
    ///
    /// # Errors
    /// Returns EINVAL if the kernel does not know the advice.
    pub fn advise(&self, advice: Advice) -> io::Result<()> {
        self.map.advise(advice)
    }

    /// Asks the kernel to fault in all pages now.
    ///
    /// # Errors
    /// Returns EINVAL if the kernel does not know the advice, and EFAULT past the end of the file.
    pub fn advise_populate(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        return self.map.advise(Advice::PopulateRead);
        #[cfg(not(target_os = "linux"))]
        Err(io::Error::from_raw_os_error(libc::EINVAL))
    }

    /// Asks for huge pages.
    ///
    /// # Errors
    /// Returns EINVAL if the kernel does not support them.
    pub fn advise_huge_pages(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        return self.map.advise(Advice::HugePage);
        #[cfg(not(target_os = "linux"))]
        Err(io::Error::from_raw_os_error(libc::EINVAL))
    }

    /// Moves the window to huge pages now (`MADV_COLLAPSE`, since Linux 6.1).
    ///
    /// # Errors
    /// Returns EINVAL if the kernel or the file system does not support huge pages for files, or if
    /// the window is smaller than one.
    pub fn collapse(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            // Some C libraries' headers lack it.
            const MADV_COLLAPSE: libc::c_int = 25;
            let lead = self.map.as_ptr().addr() - self.start;
            let first = self.map.as_ptr().wrapping_byte_sub(lead);
            // SAFETY: these are the pages of the window's own mapping, and other pages that hold the same
            // bytes take their place.
            match unsafe { libc::madvise(first.cast_mut().cast(), lead + self.map.len(), MADV_COLLAPSE) } {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            }
        }
        #[cfg(not(target_os = "linux"))]
        Err(io::Error::from_raw_os_error(libc::EINVAL))
    }

    /// Returns the file offset of the first byte.
    pub(in crate::os) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the mapped bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// Returns the file offset of the first page that raised SIGBUS, if any. Everything from there
    /// on reads as zeros that are not the file's.
    pub fn fault(&self) -> Option<u64> {
        let at = self.guard.fault()?;
        let lead = self.map.as_ptr() as usize - self.start;
        Some(self.offset + at.saturating_sub(lead) as u64)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        const SMALL_WINDOW: usize = 1 << 20;
        if self.map.len() <= SMALL_WINDOW {
            return;
        }
        // `munmap` locks the address space and waits for other threads' page faults. Dropping the
        // page table entries first runs concurrently with them and leaves `munmap` little to do. A
        // short window is not worth the call.
        //
        // SAFETY: the bytes of a window that is being dropped are not borrowed, and a shared file
        // mapping loses only its page table entries.
        let _ = unsafe { self.map.unchecked_advise(UncheckedAdvice::DontNeed) };
    }
}

/// Faults in the cached pages of `bytes` with one read every 64 KiB. For each read, the kernel maps all
/// cached pages around it (`fault_around_bytes`).
///
/// [`Window::populate`] does the same and then walks every page again.
pub(in crate::os) fn touch(bytes: &[u8]) {
    const FAULT_AROUND: usize = 64 << 10;
    read_every(FAULT_AROUND, bytes, bytes.as_ptr() as usize);
}

/// Reads the first byte, whose address or offset is `at`, and then every byte at a multiple of
/// `step`.
fn read_every(step: usize, bytes: &[u8], at: usize) {
    let first = at.wrapping_neg() % step;
    // The first byte is read twice if its own offset is such a multiple.
    for &byte in bytes.first().into_iter().chain(bytes.iter().skip(first).step_by(step)) {
        std::hint::black_box(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsFd;

    fn file_of(len: usize) -> std::fs::File {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        file
    }

    #[test]
    fn maps_any_offset() {
        let file = file_of(20_000);
        for (offset, len) in [(0u64, 1usize), (1, 1), (4095, 2), (4096, 4096), (8191, 11_809)] {
            let window = Window::map(file.as_fd(), offset, len).unwrap();
            window.populate().unwrap();
            let want: Vec<u8> = (0..len).map(|i| ((offset as usize + i) % 251) as u8).collect();
            assert_eq!(window.bytes(), want, "offset {offset}, length {len}");
            assert_eq!(window.fault(), None);
        }
    }

    #[test]
    fn truncation_is_recorded_not_fatal() {
        if crate::skipped::lacks_fault_addresses() {
            return crate::skipped::skip("the addresses of faults");
        }
        let page = page_size();
        let file = file_of(10 * page);
        let window = Window::map(file.as_fd(), 100, 10 * page - 100).unwrap();
        file.set_len(3 * page as u64 + 1).unwrap();
        let sum: u64 = window.bytes().iter().map(|&b| u64::from(b)).sum();
        assert!(sum > 0);
        assert_eq!(window.fault(), Some(4 * page as u64));
        assert!(window.bytes()[4 * page..].iter().all(|&b| b == 0));
        // The tail of the last partial page became zeros without a fault: only fstat shows that.
        assert!(window.bytes()[3 * page + 1 - 100..4 * page - 100].iter().all(|&b| b == 0));
        let gone = Window::map(file.as_fd(), 0, 10 * page).unwrap();
        match gone.populate() {
            Err(error) => assert_eq!(error.raw_os_error(), Some(libc::EFAULT)),
            // qemu's user mode ignores advice that it does not know.
            Ok(()) => crate::skipped::skip("MADV_POPULATE_READ"),
        }
    }

    #[test]
    fn windows_release_their_slots() {
        let file = file_of(page_size());
        for _ in 0..5_000 {
            let window = Window::map(file.as_fd(), 0, 10).unwrap();
            assert_eq!(window.bytes()[3], 3);
        }
    }
}
