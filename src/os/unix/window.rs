//! A window: one page-aligned, bounded, read-only `MAP_SHARED` piece of a file.
//!
//! Windows, not one map of the whole file, keep the address space and the resident set bounded
//! whatever the file's size. Each is guarded against SIGBUS for as long as it lives. What it does
//! not promise: another process may write to the file at any time, so the bytes may change between
//! two looks. They stay `&[u8]`, never unchecked `str`, and nothing indexes by what they said before.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

pub use memmap2::Advice;
use memmap2::{Mmap, MmapOptions, RemapOptions, UncheckedAdvice};

use super::sigbus::Guard;

/// The page size in bytes (`sysconf(_SC_PAGESIZE)`).
pub fn page_size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(rustix::param::page_size)
}

/// `MADV_POPULATE_READ` came with Linux 5.14; older kernels answer EINVAL once and are not asked again.
static POPULATE_MISSING: AtomicBool = AtomicBool::new(false);

/// A mapped, guarded range of a file.
#[derive(Debug)]
pub struct Window {
    // The guard stands first: fields drop in order, and it must end before the mapping does. There is none only while
    // the mapping moves.
    guard: Option<Guard>,
    map: Mmap,
    offset: u64,
    start: usize,
}

impl Window {
    /// Maps `len` bytes of the file from byte `offset`, which need not be on a page boundary.
    ///
    /// # Errors
    /// What `mmap(2)` says (ENODEV, ENOMEM, EPERM, EAGAIN …), or ENOMEM when more windows are alive
    /// than the fault table has places for. A caller reads instead then.
    pub fn map(file: BorrowedFd<'_>, offset: u64, len: usize) -> io::Result<Window> {
        // SAFETY: the mapping is read-only and lives as long as this value. Another process may
        // change or truncate the file: bytes are only handed out as `&[u8]` that every kernel must
        // bear to see change (the module's contract), and the guard turns SIGBUS into a record.
        let map = unsafe { MmapOptions::new().offset(offset).len(len).map(file.as_raw_fd())? };
        Window::guarded(map, offset)
    }

    /// As [`Window::map`], but `MAP_PRIVATE`: for measuring whether it makes a difference to a reader.
    ///
    /// # Errors
    /// As [`Window::map`].
    pub fn map_private(file: BorrowedFd<'_>, offset: u64, len: usize) -> io::Result<Window> {
        // SAFETY: as in `map`; a private mapping of pages nobody writes through shows the file's changes too.
        let map = unsafe { MmapOptions::new().offset(offset).len(len).map_copy_read_only(file.as_raw_fd())? };
        Window::guarded(map, offset)
    }

    fn guarded(map: Mmap, offset: u64) -> io::Result<Window> {
        let len = map.len();
        let page = page_size();
        let first = map.as_ptr() as usize;
        let start = first & !(page - 1);
        let end = (first + len).next_multiple_of(page);
        let guard = Guard::new(start, end, page).ok_or(io::Error::from_raw_os_error(libc::ENOMEM))?;
        Ok(Window { guard: Some(guard), map, offset, start })
    }

    /// Brings every page in with one call, so that a scan meets no page fault.
    ///
    /// # Errors
    /// EFAULT when a page is beyond the end of the file by now or its disk failed; the pages before
    /// it are in. A kernel without `MADV_POPULATE_READ` is no error: the pages then come by faults.
    pub fn populate(&self) -> io::Result<()> {
        if POPULATE_MISSING.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.map.advise(Advice::PopulateRead) {
            Err(err) if err.raw_os_error() == Some(libc::EINVAL) => {
                POPULATE_MISSING.store(true, Ordering::Relaxed);
                let _ = self.map.advise(Advice::WillNeed);
                Ok(())
            }
            other => other,
        }
    }

    /// As [`View::touch`], all of it.
    pub fn touch(&self) {
        touch(self.bytes());
    }

    /// Looks at the first byte, and at one in each further `step` bytes of the file.
    pub fn touch_every(&self, step: usize) {
        look_every(step, self.bytes(), self.offset as usize);
    }

    /// Whether `len` bytes from byte `offset` of the file are in it.
    pub fn holds(&self, offset: u64, len: usize) -> bool {
        offset >= self.offset && offset + len as u64 <= self.offset + self.map.len() as u64
    }

    /// Makes the window reach `len` bytes from its offset, in place or moved (`mremap(2)`); not shorter than it is. The
    /// file must be as long.
    ///
    /// # Errors
    /// What `mremap(2)` says, or ENOMEM when the fault table is full. The window is not to be used after that.
    pub fn grow(&mut self, len: usize) -> io::Result<()> {
        self.guard = None;
        // SAFETY: nobody borrows the bytes, as `self` is exclusive. A page past the file's end raises SIGBUS, which the
        // guard made below turns into a record before anybody can touch the bytes.
        unsafe { self.map.remap(len, RemapOptions::new().may_move(true))? };
        let page = page_size();
        let first = self.map.as_ptr() as usize;
        self.start = first & !(page - 1);
        let end = (first + len).next_multiple_of(page);
        let guard = Guard::new(self.start, end, page).ok_or(io::Error::from_raw_os_error(libc::ENOMEM))?;
        self.guard = Some(guard);
        Ok(())
    }

    /// Tells the kernel how the window will be used (`madvise(2)`).
    ///
    /// # Errors
    /// EINVAL where the kernel does not know the advice.
    pub fn advise(&self, advice: Advice) -> io::Result<()> {
        self.map.advise(advice)
    }

    /// The mapped bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// Where in the file the first byte stands.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The file offset of the first page that could not be had, if a fault was met. Everything at
    /// and after it reads as zeros and must not be believed.
    pub fn fault(&self) -> Option<u64> {
        let at = self.guard.as_ref()?.fault()?;
        let lead = self.map.as_ptr() as usize - self.start;
        Some(self.offset + at.saturating_sub(lead) as u64)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        const SHORT: usize = 1 << 20;
        if self.map.len() <= SHORT {
            return;
        }
        // Unmapping alone would do, but it holds the address space for itself while it waits for another thread's
        // populate, and all wait behind it. This takes the pages out beside the others, and leaves `munmap` little to
        // do: two threads summing a file went from 13.7 to 17.2 GB/s. A short window is not worth the call.
        // SAFETY: nobody can hold the bytes of a window that is being dropped, and a shared mapping of a file loses
        // nothing by it but its page table entries.
        let _ = unsafe { self.map.unchecked_advise(UncheckedAdvice::DontNeed) };
    }
}

fn touch(bytes: &[u8]) {
    const AROUND: usize = 64 << 10;
    look_every(AROUND, bytes, bytes.as_ptr() as usize);
}

/// Looks at the first byte, which stands at `at`, and at each further one that stands at a multiple of `step`.
fn look_every(step: usize, bytes: &[u8], at: usize) {
    let first = at.wrapping_neg() % step;
    // The first one twice, where it stands at such a place.
    for &byte in bytes.first().into_iter().chain(bytes.iter().skip(first).step_by(step)) {
        std::hint::black_box(byte);
    }
}

/// A part of a window that others may have parts of, too. The last to be dropped unmaps it.
#[derive(Debug)]
pub struct View {
    window: Arc<Window>,
    start: usize,
    len: usize,
}

impl View {
    /// The `len` bytes from byte `offset` of the file, which the window has to hold.
    pub fn of(window: Arc<Window>, offset: u64, len: usize) -> View {
        let start = (offset - window.offset) as usize;
        View { window, start, len }
    }

    /// The mapped bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.window.bytes()[self.start..self.start + self.len]
    }

    /// Keeps the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// As [`Window::fault`]: it may stand before this part, all of which reads as zeros then.
    pub fn fault(&self) -> Option<u64> {
        self.window.fault()
    }

    /// Meets the page faults of a part of a file that is in memory: one look every 64 KiB, for each of which the kernel maps all
    /// the cached pages around it ("fault around", `fault_around_bytes`, 64 KiB unless told otherwise). Pages that are
    /// not in memory are left to whoever looks at them.
    ///
    /// [`Window::populate`] does the same and then walks over every single page of the range to count it in, which costs
    /// a third of the whole again.
    pub fn touch(&self) {
        touch(self.bytes());
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
    fn grows_with_its_file_and_stays_guarded() {
        let page = page_size();
        let file = file_of(page + 10);
        let mut window = Window::map(file.as_fd(), 100, page - 90).unwrap();
        let want: Vec<u8> = (100..9 * page).map(|i| (i % 251) as u8).collect();
        std::os::unix::fs::FileExt::write_all_at(&file, &want, 100).unwrap();
        for len in [page, 3 * page + 7, 9 * page - 100] {
            window.grow(len).unwrap();
            assert_eq!(window.bytes(), &want[..len]);
        }
        file.set_len(2 * page as u64).unwrap();
        assert!(window.bytes()[3 * page..].iter().all(|&byte| byte == 0));
        assert!(window.fault().is_some_and(|at| at >= 2 * page as u64));
    }

    #[test]
    fn truncation_is_recorded_not_fatal() {
        let page = page_size();
        let file = file_of(10 * page);
        let window = Window::map(file.as_fd(), 100, 10 * page - 100).unwrap();
        file.set_len(3 * page as u64 + 1).unwrap();
        let sum: u64 = window.bytes().iter().map(|&b| u64::from(b)).sum();
        assert!(sum > 0);
        assert_eq!(window.fault(), Some(4 * page as u64));
        assert!(window.bytes()[4 * page..].iter().all(|&b| b == 0));
        // The tail of the last partial page turned to zeros with no fault: only fstat shows it.
        assert!(window.bytes()[3 * page + 1 - 100..4 * page - 100].iter().all(|&b| b == 0));
        let gone = Window::map(file.as_fd(), 0, 10 * page).unwrap();
        assert_eq!(gone.populate().unwrap_err().raw_os_error(), Some(libc::EFAULT));
    }

    #[test]
    fn windows_leave_no_slot_behind() {
        let file = file_of(page_size());
        for _ in 0..5_000 {
            let window = Window::map(file.as_fd(), 0, 10).unwrap();
            assert_eq!(window.bytes()[3], 3);
        }
    }
}
