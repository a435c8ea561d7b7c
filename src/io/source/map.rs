//! Mapping by windows, which several blocks may share.

use std::io;
use std::sync::{Arc, PoisonError};

use super::{FOLIO, Source};
use crate::os::{Advice, View, Window};

/// How much of a file a window holds that several blocks share, in bytes, from a multiple of it on. Where each block of 4 MiB had
/// its own, hashing on two threads took 3 to 7 % longer; twice as much gained nothing more, and is resident at a time.
pub const WINDOW: u64 = 16 << 20;

impl Source {
    /// The `length` bytes from `offset` on, mapped; whether a window had to be mapped for them. With `shared`, what stands around
    /// them is mapped, too, for who wants that next: to unmap a window, every processor that has looked at it is interrupted.
    ///
    /// # Errors
    /// As [`Window::map`].
    pub fn map(&self, offset: u64, length: usize, shared: bool) -> io::Result<(View, bool)> {
        let from = self.base + offset;
        let to = from + length as u64;
        let mut kept = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = kept.as_ref().filter(|window| window.holds(from, length)) {
            return Ok((View::of(Arc::clone(window), from, length), false));
        }
        let begin = from - from % WINDOW;
        let end = begin.saturating_add(WINDOW);
        let is_shared = shared && to <= end;
        let (start, end) = if is_shared {
            let wanted = self.base + self.start..self.base + self.end.unwrap_or(0);
            (begin.max(wanted.start).min(from), end.min(wanted.end).max(to))
        } else {
            (from, to)
        };
        let window = Arc::new(Window::map(self.fd(), start, (end - start) as usize)?);
        if end - start >= FOLIO && self.on_disk {
            // Of what is not in memory after all.
            let _ = window.advise(Advice::HugePage);
        }
        // It is unmapped without the lock.
        let before = if is_shared { kept.replace(Arc::clone(&window)) } else { None };
        drop(kept);
        drop(before);
        Ok((View::of(window, from, length), true))
    }
}
