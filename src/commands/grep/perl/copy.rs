//! Copies of haystacks for PCRE2, in memory that each thread reuses.

use std::cell::Cell;

/// The maximum capacity, in bytes, of a copy whose memory is kept for the next one.
const KEPT_COPY_BYTES: usize = 1 << 20;

thread_local! {
    /// The memory of the last copy.
    static COPY: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Calls `work` with a copy of a haystack.
pub(super) fn with_copy<T>(hay: &[u8], work: impl FnOnce(&[u8]) -> T) -> T {
    let copy = copy_of(hay);
    let result = work(&copy);
    keep(copy);
    result
}

/// Returns a copy of a haystack.
pub(super) fn copy_of(hay: &[u8]) -> Vec<u8> {
    let mut copy = COPY.take();
    copy.clear();
    copy.extend_from_slice(hay);
    copy
}

/// Keeps the memory of a copy for the next one.
pub(super) fn keep(copy: Vec<u8>) {
    if copy.capacity() <= KEPT_COPY_BYTES {
        COPY.set(copy);
    }
}
