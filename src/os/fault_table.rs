//! The table of live windows, in which a fault handler finds an address without a lock.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::window_table::{Slot, UNTOUCHED};

/// The number of windows that can be guarded at once. Further spans are read instead of mapped.
const SLOTS: usize = 1024;

pub(in crate::os) static TABLE: [Slot; SLOTS] = [const {
    Slot {
        taken: AtomicBool::new(false),
        generation: AtomicUsize::new(0),
        start: AtomicUsize::new(0),
        end: AtomicUsize::new(0),
        fault: AtomicUsize::new(UNTOUCHED),
    }
}; SLOTS];
static HINT: AtomicUsize = AtomicUsize::new(0);

/// One window's slot in the table. Dropping it ends the protection, so a window drops its guard
/// before its mapping.
#[derive(Debug)]
pub(in crate::os) struct Guard {
    slot: usize,
}

impl Guard {
    /// Protects the pages from `start` to `end`, both on page boundaries. Returns `None` when the
    /// table is full.
    ///
    /// # Safety
    /// Until the guard is dropped, all pages in the range must belong to one live mapping that the
    /// caller owns and only reads, as bytes that may change at any time. A fault handler maps zero
    /// pages over them.
    pub(in crate::os) unsafe fn new(start: usize, end: usize) -> Option<Guard> {
        let from = HINT.fetch_add(1, Ordering::Relaxed);
        let slot = (0..SLOTS).map(|i| (from.wrapping_add(i)) % SLOTS).find(|&i| TABLE[i].take(start, end))?;
        Some(Guard { slot })
    }

    /// Returns the lowest fault so far, in bytes from the window's start.
    pub(in crate::os) fn fault(&self) -> Option<usize> {
        TABLE[self.slot].lowest_fault()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        TABLE[self.slot].release();
    }
}

/// Returns the number of guarded windows. It is zero when nothing is mapped, so a test can detect a
/// leaked slot.
pub fn live_windows() -> usize {
    TABLE.iter().filter(|slot| slot.taken.load(Ordering::Relaxed)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_released() {
        // SAFETY: no fault ever happens at these addresses.
        let guard = unsafe { Guard::new(0x10_000, 0x20_000) }.unwrap();
        let slot = guard.slot;
        assert_eq!(TABLE[slot].covers(0x10_000), Some((0x10_000, 0x20_000)));
        assert_eq!(TABLE[slot].covers(0x1_ffff), Some((0x10_000, 0x20_000)));
        assert_eq!(TABLE[slot].covers(0x20_000), None);
        assert_eq!(TABLE[slot].covers(0xffff), None);
        assert_eq!(guard.fault(), None);
        drop(guard);
        assert_eq!(TABLE[slot].covers(0x10_000), None);
    }
}
