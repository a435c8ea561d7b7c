//! A view: one of several parts that share a window.

use std::ops::Range;
use std::sync::Arc;

use super::system::{Window, touch};

/// A view of part of a window, which other views may share. Dropping the last view unmaps the
/// window.
#[derive(Debug)]
pub struct WindowView {
    window: Arc<Window>,
    start: usize,
    len: usize,
}

impl WindowView {
    /// Returns the `len` bytes of the file from `offset`, which the window must hold.
    pub fn of(window: Arc<Window>, offset: u64, len: usize) -> WindowView {
        let start = (offset - window.offset()) as usize;
        WindowView { window, start, len }
    }

    /// Returns the view of `len` bytes from `start` in this view, which must hold them.
    pub fn part(&self, start: usize, len: usize) -> WindowView {
        debug_assert!(start + len <= self.len, "the part is in the view");
        WindowView { window: Arc::clone(&self.window), start: self.start + start, len }
    }

    /// Returns the mapped bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.window.bytes()[self.start..self.start + self.len]
    }

    /// Keeps the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Returns the window's [fault](Window::fault). If it is before this part, the whole part reads
    /// as zeros.
    pub fn fault(&self) -> Option<u64> {
        self.window.fault()
    }

    /// Stops counting a part of these bytes as resident memory, until it is read again.
    pub fn release(&self, part: Range<usize>) {
        self.window.release(self.start + part.start, part.len());
    }

    /// Faults in the cached pages of this part. Pages that are not cached fault later, when they are
    /// read.
    pub fn touch(&self) {
        touch(self.bytes());
    }
}
