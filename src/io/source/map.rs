//! Mapping a range of a file, and whether a mapping still shows the file.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::{FOLIO, Source};
use crate::os::{Advice, Extent, FileSystem, View, Window};

/// Why a range was not mapped.
#[derive(Debug)]
pub enum Unmapped {
    /// `mmap(2)` refused.
    Refused(io::Error),
    /// A mapping would not show the file, or take memory for its holes: the range is to be read, whatever was asked for.
    Unsound,
}

impl Source {
    /// Maps `length` bytes from `offset` on; returns them, and whether a window had to be mapped for them: a small file that
    /// was prefetched has one already.
    ///
    /// # Errors
    /// [`Unmapped`] where the range has to be read instead.
    pub fn map(&self, offset: u64, length: usize) -> Result<(View, bool), Unmapped> {
        if self.file_system == FileSystem::Overlay && !self.is_unchanged() {
            return Err(Unmapped::Unsound);
        }
        let from = self.base + offset;
        if let Some(window) = self.window.as_ref().filter(|window| window.holds(from, length)) {
            return Ok((View::of(Arc::clone(window), from, length), false));
        }
        if self.file_system == FileSystem::Memory && !self.is_all_data(from, from + length as u64) {
            return Err(Unmapped::Unsound);
        }
        let window = Window::map(self.positioned().as_fd(), from, length).map_err(Unmapped::Refused)?;
        if length as u64 >= FOLIO && self.can_be_brought() {
            // For pages that are not in memory after all.
            let _ = window.advise(Advice::HugePage);
        }
        Ok((View::of(Arc::new(window), from, length), true))
    }

    /// Whether the file has no hole from file position `from` up to `to`. Reading one through a mapping makes tmpfs allocate
    /// its pages, or raise SIGBUS where it has no room for them.
    fn is_all_data(&self, from: u64, to: u64) -> bool {
        if self.stdin && self.own.is_none() {
            return false;
        }
        matches!(self.extent_at(from - self.base, to - self.base), Extent::DataUntil(until) if self.base + until >= to)
    }

    /// Whether what a mapping showed up to `end` was the file, to be asked after the bytes were looked at.
    ///
    /// Asks by reading the last byte. A truncation either lowers the size before it zeroes the rest of a page, as on ext4,
    /// or does both under a lock that a read waits for, as on XFS: a read that still gets the byte shows that no zeroes of
    /// a truncation were among those looked at.
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
