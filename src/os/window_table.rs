//! One slot of the fault table: the pages of a live window and the lowest fault in them.
//!
//! It consists of atomics only, so that the model checker can try every interleaving of an owner
//! and a signal handler (`model/`).

use super::atomic::{AtomicBool, AtomicUsize, Ordering};

/// No fault so far.
pub(super) const UNTOUCHED: usize = usize::MAX;

pub(super) struct Slot {
    pub(super) taken: AtomicBool,
    /// The number of windows that the slot has held.
    pub(super) generation: AtomicUsize,
    /// The first address of the window, page-aligned; 0 while the slot guards nothing.
    pub(super) start: AtomicUsize,
    /// The address after the window's last page. Valid whenever `start` is not 0.
    pub(super) end: AtomicUsize,
    /// The lowest fault, in bytes from `start`, or [`UNTOUCHED`].
    pub(super) fault: AtomicUsize,
}

impl Slot {
    /// Takes the slot for the pages from `start` to `end`. Returns `false` if it is already taken.
    pub(super) fn take(&self, start: usize, end: usize) -> bool {
        if self.taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return false;
        }
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.fault.store(UNTOUCHED, Ordering::Relaxed);
        self.end.store(end, Ordering::Release);
        self.start.store(start, Ordering::Release);
        true
    }

    /// Releases the slot. The window must still be mapped, so that no other mapping has its
    /// addresses.
    pub(super) fn release(&self) {
        self.start.store(0, Ordering::Release);
        self.taken.store(false, Ordering::Release);
    }

    /// Returns the bounds of this slot's window if `addr` lies in it.
    ///
    /// The slot may be released and taken again in the meantime, and an old start must not be
    /// paired with a new end. Reading the start again is not enough, because the kernel tends to
    /// reuse addresses and a later window may have the same start. So the slot counts its windows.
    pub(super) fn covers(&self, addr: usize) -> Option<(usize, usize)> {
        let generation = self.generation.load(Ordering::Acquire);
        let start = self.start.load(Ordering::Acquire);
        if start == 0 || addr < start {
            return None;
        }
        let end = self.end.load(Ordering::Acquire);
        if addr >= end || self.generation.load(Ordering::Acquire) != generation {
            return None;
        }
        Some((start, end))
    }

    /// Records a fault, in bytes from the window's start.
    pub(super) fn record_fault(&self, at: usize) {
        self.fault.fetch_min(at, Ordering::AcqRel);
    }

    /// Returns the lowest fault recorded since the slot was taken.
    pub(super) fn lowest_fault(&self) -> Option<usize> {
        match self.fault.load(Ordering::Acquire) {
            UNTOUCHED => None,
            at => Some(at),
        }
    }
}
