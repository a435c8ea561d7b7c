//! Copies of haystacks for PCRE2, in memory that each thread reuses.

use std::cell::Cell;
use std::ops::Deref;

/// The maximum capacity, in bytes, of a copy whose memory is kept for the next one.
const KEPT_COPY_BYTES: usize = 1 << 20;

thread_local! {
    /// The memory of the last copy.
    static COPY: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A copy of a haystack, followed by a newline. If the haystack ends with bytes that are not UTF-8,
/// PCRE2's just-in-time compiler reads the byte after it to check `\b` and `\B`.
pub(super) struct HaystackCopy(Vec<u8>);

impl Deref for HaystackCopy {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0[..self.0.len() - 1]
    }
}

/// Calls `work` with a copy of a haystack.
pub(super) fn with_copy<T>(hay: &[u8], work: impl FnOnce(&[u8]) -> T) -> T {
    let copy = copy_of(hay);
    let result = work(&copy);
    keep(copy);
    result
}

/// Returns a copy of a haystack.
pub(super) fn copy_of(hay: &[u8]) -> HaystackCopy {
    let mut copy = COPY.take();
    copy.clear();
    copy.reserve(hay.len() + 1);
    copy.extend_from_slice(hay);
    copy.push(b'\n');
    HaystackCopy(copy)
}

/// Keeps the memory of a copy for the next one.
pub(super) fn keep(HaystackCopy(copy): HaystackCopy) {
    if copy.capacity() <= KEPT_COPY_BYTES {
        COPY.set(copy);
    }
}
