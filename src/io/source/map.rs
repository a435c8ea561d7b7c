//! Maps ranges of a file, and checks whether a mapping still shows the file.

use std::io;
use std::sync::Arc;

use super::{FOLIO, Source};
use crate::os::posix::{AsFd, FileExt};
use crate::os::{Extent, FileSystem, Window, WindowView};

/// The reason a range was not mapped.
#[derive(Debug)]
pub enum Unmapped {
    /// `mmap(2)` refused.
    Refused(io::Error),
    /// A mapping would differ from the file, or allocate memory for its holes: the range must be read,
    /// even with `--io mmap`.
    Unsound,
}

impl Source {
    /// Maps `length` bytes at `offset`. Also returns whether this mapped a new window: a small file
    /// that was faulted in has one already.
    ///
    /// # Errors
    /// Returns [`Unmapped`] if the range must be read instead.
    pub fn map(&self, offset: u64, length: usize) -> Result<(WindowView, bool), Unmapped> {
        if self.file_system == FileSystem::Overlay && !self.is_unchanged() {
            return Err(Unmapped::Unsound);
        }
        let from = self.base + offset;
        if let Some(window) = self.window.as_ref().filter(|window| window.holds(from, length)) {
            return Ok((WindowView::of(Arc::clone(window), from, length), false));
        }
        if self.file_system == FileSystem::Memory && !self.is_all_data(from, from + length as u64) {
            return Err(Unmapped::Unsound);
        }
        let window = Window::map(self.positioned().as_fd(), from, length).map_err(Unmapped::Refused)?;
        if length as u64 >= FOLIO && self.can_fault_in() {
            // Some of its pages may not be cached.
            let _ = window.advise_huge_pages();
        }
        Ok((WindowView::of(Arc::new(window), from, length), true))
    }

    /// Returns whether the file has no hole from file position `from` to `to`. Reading a hole through a
    /// mapping makes tmpfs allocate its pages, or raise SIGBUS if it is full.
    fn is_all_data(&self, from: u64, to: u64) -> bool {
        if self.stdin && self.reopened.is_none() {
            return false;
        }
        matches!(self.extent_at(from - self.base, to - self.base), Extent::DataUntil(until) if self.base + until >= to)
    }

    /// Returns whether a mapping showed the file's bytes up to `end`. Call this after scanning them.
    ///
    /// This reads the last byte. A truncation either lowers the size before it zeroes the rest of a
    /// page, as on ext4, or does both under a lock that reads wait for, as on XFS. A read that still
    /// gets the byte therefore proves that the scan saw none of a truncation's zeros.
    pub fn map_holds(&self, end: u64) -> bool {
        let at = self.base + end - 1;
        loop {
            match self.file.read_at(&mut [0], at) {
                Ok(got) => return got == 1 && (self.file_system != FileSystem::Overlay || self.is_unchanged()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }
}
