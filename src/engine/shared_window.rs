//! Windows that several blocks share.
//!
//! To unmap a window, the kernel interrupts every processor that has used it, and only a window of at
//! least a huge page is mapped with few faults. Blocks smaller than a window, as those of `hexdump` are,
//! therefore lie in a common one. It is unmapped with the last of them.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::io::{AccessMethod, Source};
use crate::os::WindowView;

/// The size in bytes of a shared window, which begins at a multiple of it in the file.
pub(super) const WINDOW: u64 = 8 << 20;

/// A window that is mapped for the first block in it.
#[derive(Debug)]
pub(crate) struct SharedWindow {
    /// The range in the source.
    range: Range<u64>,
    /// The whole window, or `None` if it cannot be mapped.
    view: OnceLock<Option<WindowView>>,
}

impl SharedWindow {
    /// Returns the window around the range `at` of a source: the `last` one if it holds the range, or else
    /// a new one. Returns `None` if the range is not in a single window, or if it is the whole window.
    pub(super) fn around(
        last: Option<&Arc<SharedWindow>>,
        source: &Source,
        at: &Range<u64>,
    ) -> Option<Arc<SharedWindow>> {
        let holds = |range: &Range<u64>| range.start <= at.start && at.end <= range.end;
        if let Some(last) = last.filter(|last| holds(&last.range)) {
            return Some(Arc::clone(last));
        }
        let wanted = source.start()..source.start() + source.wanted()?;
        let base = source.base();
        let from = (base + at.start) / WINDOW * WINDOW;
        let range = from.saturating_sub(base).max(wanted.start)..(from + WINDOW).saturating_sub(base).min(wanted.end);
        let is_useful = source.method() == AccessMethod::Map && holds(&range) && range != *at;
        is_useful.then(|| Arc::new(SharedWindow { range, view: OnceLock::new() }))
    }

    /// Returns the view of `length` bytes at the offset `at`, and whether the window was mapped for it.
    /// Returns `None` if the window cannot be mapped.
    pub(super) fn view(&self, source: &Source, at: u64, length: usize) -> Option<(WindowView, bool)> {
        let mut is_new = false;
        let whole = self.view.get_or_init(|| {
            is_new = true;
            let length = usize::try_from(self.range.end - self.range.start).ok()?;
            source.map(self.range.start, length).ok().map(|(view, _)| view)
        });
        Some((whole.as_ref()?.part((at - self.range.start) as usize, length), is_new))
    }
}
