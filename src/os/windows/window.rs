//! A window: one bounded, read-only view of a part of a file (`MapViewOfFile`).
//!
//! Views begin at multiples of the allocation granularity, 64 KiB. Each is guarded against in-page
//! errors while it lives. Another process may write to the file, so the bytes may change between
//! two reads. The constructors are therefore private to this crate, whose kernels tolerate that.
#![allow(unsafe_code)]

use std::io;
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::CloseHandle;
use windows_sys::Win32::System::Memory::{
    CreateFileMappingW, FILE_MAP_COPY, FILE_MAP_READ, MEM_RELEASE, MEMORY_MAPPED_VIEW_ADDRESS, MapViewOfFile,
    PAGE_READONLY, PAGE_WRITECOPY, PrefetchVirtualMemory, UnmapViewOfFile, VirtualFree, WIN32_MEMORY_RANGE_ENTRY,
};
use windows_sys::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use super::errno::Errno;
use super::handle::{BorrowedFd, raw};
use super::seek;
use crate::os::fault_table::Guard;

/// Returns the page size in bytes.
pub fn page_size() -> usize {
    system().dwPageSize as usize
}

fn system() -> &'static SYSTEM_INFO {
    struct Facts(SYSTEM_INFO);
    // SAFETY: the struct holds numbers, and addresses that are only compared.
    unsafe impl Send for Facts {}
    // SAFETY: as above.
    unsafe impl Sync for Facts {}
    static FACTS: OnceLock<Facts> = OnceLock::new();
    // SAFETY: the struct is plain data, and the call fills it.
    let query = || unsafe {
        let mut facts: SYSTEM_INFO = std::mem::zeroed();
        GetSystemInfo(&raw mut facts);
        Facts(facts)
    };
    &FACTS.get_or_init(query).0
}

/// Advice on how a window will be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Read from front to back.
    Sequential,
    /// Read in random order.
    Random,
    /// Read soon.
    WillNeed,
}

/// A mapped, guarded range of a file.
#[derive(Debug)]
pub struct Window {
    // Fields drop in order: the guard ends while the view still occupies its addresses.
    guard: Guard,
    view: Mapped,
    /// The number of bytes in the view before the first requested byte.
    lead: usize,
    len: usize,
    /// The file offset of the first requested byte.
    offset: u64,
}

impl Window {
    /// Maps `len` bytes of the file from byte `offset`.
    ///
    /// # Errors
    /// Returns the system's error, or one for a file that ends before the range does or a full
    /// window table. The caller reads instead.
    pub(crate) fn map(file: BorrowedFd<'_>, offset: u64, len: usize) -> io::Result<Window> {
        Window::view(file, offset, len, false)
    }

    /// Maps as [`Window::map`] does and requests all pages.
    ///
    /// # Errors
    /// Fails as [`Window::map`] does.
    pub(crate) fn map_populated(file: BorrowedFd<'_>, offset: u64, len: usize) -> io::Result<Window> {
        let window = Window::map(file, offset, len)?;
        let _ = window.advise_populate();
        Ok(window)
    }

    /// Fails: a view of a file has no huge pages.
    ///
    /// # Errors
    /// Always returns `Unsupported`.
    pub fn collapse(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Maps like [`Window::map`] but with copy-on-write pages, to measure whether that makes a
    /// difference to a reader.
    ///
    /// # Errors
    /// Fails as [`Window::map`] does.
    pub(crate) fn map_private(file: BorrowedFd<'_>, offset: u64, len: usize) -> io::Result<Window> {
        Window::view(file, offset, len, true)
    }

    fn view(file: BorrowedFd<'_>, offset: u64, len: usize, private: bool) -> io::Result<Window> {
        let lead = (offset % u64::from(system().dwAllocationGranularity)) as usize;
        let from = offset - lead as u64;
        let length = lead.checked_add(len).ok_or(Errno::NOMEM)?;
        // The system maps the rest of the last page, and rejects only whole pages past the end of
        // the file.
        if len == 0 || seek::size(file)? < offset + len as u64 {
            return Err(Errno::INVAL.into());
        }
        let (protection, access) =
            if private { (PAGE_WRITECOPY, FILE_MAP_COPY) } else { (PAGE_READONLY, FILE_MAP_READ) };
        // SAFETY: both calls create new objects, at an address that the system chooses. The view
        // keeps the mapping object alive, whose handle is closed here.
        let start = unsafe {
            let mapping = CreateFileMappingW(raw(file), std::ptr::null(), protection, 0, 0, std::ptr::null());
            if mapping.is_null() {
                return Err(Errno::last().into());
            }
            let view = MapViewOfFile(mapping, access, (from >> 32) as u32, from as u32, length).Value.addr();
            let error = Errno::last();
            CloseHandle(mapping);
            if view == 0 {
                return Err(error.into());
            }
            view
        };
        super::exception::install();
        let view = Mapped(start);
        let end = (start + length).next_multiple_of(page_size());
        // SAFETY: these are the pages of the view just made, which the window keeps for longer than
        // the guard.
        let guard = unsafe { Guard::new(start, end) }.ok_or(Errno::NOMEM)?;
        Ok(Window { guard, view, lead, len, offset })
    }

    /// Requests all pages with one call, so that the scan has few page faults.
    ///
    /// # Errors
    /// Never fails: missing pages are loaded when they are read.
    pub fn populate(&self) -> io::Result<()> {
        let range =
            WIN32_MEMORY_RANGE_ENTRY { VirtualAddress: self.view.0 as *mut _, NumberOfBytes: self.lead + self.len };
        // SAFETY: the range is this window's view. The call is advice, and a failure does not
        // matter.
        unsafe { PrefetchVirtualMemory(GetCurrentProcess(), 1, &raw const range, 0) };
        Ok(())
    }

    /// Faults in the whole window as [`WindowView::touch`](crate::os::WindowView::touch) does.
    pub fn touch(&self) {
        self.touch_every(page_size());
    }

    /// Does nothing: the system trims the working set on its own.
    #[allow(clippy::unused_self, reason = "it has the interface of the other systems")]
    pub fn release(&self, _: usize, _: usize) {}

    /// Reads the first byte, and one byte in every `step` bytes.
    pub fn touch_every(&self, step: usize) {
        read_every(step, self.bytes());
    }

    /// Returns whether the window holds the `len` bytes of the file from `offset`.
    pub fn holds(&self, offset: u64, len: usize) -> bool {
        offset >= self.offset && offset + len as u64 <= self.offset + self.len as u64
    }

    /// Requests the window's pages for [`Advice::WillNeed`], the only supported advice.
    ///
    /// # Errors
    /// Returns [`Errno::INVAL`] for all other advice.
    pub fn advise(&self, advice: Advice) -> io::Result<()> {
        if advice == Advice::WillNeed { self.populate() } else { Err(Errno::INVAL.into()) }
    }

    /// Requests all pages.
    ///
    /// # Errors
    /// Never fails.
    pub fn advise_populate(&self) -> io::Result<()> {
        self.populate()
    }

    /// Always fails, because files are not mapped in large pages.
    ///
    /// # Errors
    /// Returns [`Errno::INVAL`].
    pub fn advise_huge_pages(&self) -> io::Result<()> {
        Err(Errno::INVAL.into())
    }

    /// Returns the file offset of the first byte.
    pub(in crate::os) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the mapped bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the view holds these bytes while the window lives. See the module documentation
        // for what readers rely on.
        unsafe { std::slice::from_raw_parts((self.view.0 + self.lead) as *const u8, self.len) }
    }

    /// Returns the window's file offset if a page of it could not be read. All of it then reads as
    /// zeros.
    pub fn fault(&self) -> Option<u64> {
        self.guard.fault().map(|_| self.offset)
    }
}

/// The address of a view or of the zero pages that replaced it, which are released when this is
/// dropped.
#[derive(Debug)]
struct Mapped(usize);

impl Drop for Mapped {
    fn drop(&mut self) {
        release(self.0);
    }
}

/// Releases a view, or the zero pages that replaced it.
fn release(start: usize) {
    // SAFETY: the range belongs to a window that is being dropped, whose bytes are not borrowed.
    unsafe {
        if UnmapViewOfFile(MEMORY_MAPPED_VIEW_ADDRESS { Value: start as *mut _ }) == 0 {
            VirtualFree(start as *mut _, 0, MEM_RELEASE);
        }
    }
}

/// Faults in the cached pages of `bytes`.
pub(in crate::os) fn touch(bytes: &[u8]) {
    read_every(page_size(), bytes);
}

fn read_every(step: usize, bytes: &[u8]) {
    for &byte in bytes.iter().step_by(step) {
        std::hint::black_box(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::posix::AsFd;
    use std::io::Write;
    use windows_sys::Win32::Foundation::EXCEPTION_IN_PAGE_ERROR;
    use windows_sys::Win32::System::Diagnostics::Debug::RaiseException;

    fn file_of(len: usize) -> std::fs::File {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        file
    }

    #[test]
    fn maps_any_offset() {
        let file = file_of(200_000);
        for (offset, len) in [(0u64, 1usize), (1, 1), (65_535, 2), (65_536, 4096), (131_071, 68_929)] {
            let window = Window::map(file.as_fd(), offset, len).unwrap();
            let want: Vec<u8> = (0..len).map(|i| ((offset as usize + i) % 251) as u8).collect();
            assert_eq!(window.bytes(), want, "offset {offset}, length {len}");
            assert_eq!(window.fault(), None);
        }
        assert!(Window::map(file.as_fd(), 0, 200_001).is_err());
    }

    #[test]
    fn an_in_page_error_is_recorded_not_fatal() {
        let file = file_of(100_000);
        for _ in 0..2000 {
            let window = Window::map(file.as_fd(), 70_000, 10_000).unwrap();
            let address = window.bytes().as_ptr().addr() + 5000;
            let parameters = [0, address, 0];
            // SAFETY: the system raises this exception for a page that cannot be read. The handler
            // lets the program continue.
            unsafe { RaiseException(EXCEPTION_IN_PAGE_ERROR as u32, 0, 3, parameters.as_ptr()) };
            assert_eq!(window.fault(), Some(70_000));
            assert!(window.bytes().iter().all(|&byte| byte == 0));
        }
    }
}
