//! The contents of small files, in memory that is reused.
//!
//! One thread often opens a file that another searches. If one allocated the memory and the other freed
//! it, each would wait for the lock of the other's heap.

use std::cell::RefCell;
use std::ops::Deref;

/// The maximum size in bytes of a file whose contents are kept.
pub(super) const MAX_CONTENT: usize = 16 << 10;

/// The smallest allocation in bytes. Each larger one is twice the size of the one before.
const MIN_MEMORY: usize = 1 << 10;
const SIZES: usize = (MAX_CONTENT / MIN_MEMORY).ilog2() as usize + 1;

/// The maximum number of bytes that each thread keeps: more than the files that it opens at a time have.
const MAX_SPARE_BYTES: usize = 1 << 20;

thread_local! {
    static SPARE: RefCell<SpareMemory> = const { RefCell::new(SpareMemory::EMPTY) };
}

/// Memory to reuse.
struct SpareMemory {
    /// From the smallest size to the largest.
    by_size: [Vec<Vec<u8>>; SIZES],
    /// The total number of bytes.
    bytes: usize,
}

impl SpareMemory {
    const EMPTY: SpareMemory = SpareMemory { by_size: [const { Vec::new() }; SIZES], bytes: 0 };

    fn take(&mut self, size: usize) -> Option<Vec<u8>> {
        let memory = self.by_size[place_of(size)].pop()?;
        self.bytes -= memory.capacity();
        Some(memory)
    }

    fn put(&mut self, mut memory: Vec<u8>) {
        let size = memory.capacity();
        if self.bytes + size <= MAX_SPARE_BYTES {
            memory.clear();
            self.bytes += size;
            self.by_size[place_of(size)].push(memory);
        }
    }
}

fn place_of(size: usize) -> usize {
    (size / MIN_MEMORY).ilog2() as usize
}

/// The contents of a small file. The thread that drops them reuses the memory.
#[derive(Debug)]
pub struct SmallContent(Vec<u8>);

impl SmallContent {
    /// Returns empty contents with room for `length` bytes, at most [`MAX_CONTENT`].
    pub(super) fn with_room(length: usize) -> SmallContent {
        let size = length.next_power_of_two().clamp(MIN_MEMORY, MAX_CONTENT);
        let spare = SPARE.try_with(|spare| spare.borrow_mut().take(size)).ok().flatten();
        SmallContent(spare.unwrap_or_else(|| Vec::with_capacity(size)))
    }

    /// Keeps the first `length` bytes.
    pub fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// Returns the memory. The caller may only append to it, up to the length requested.
    pub(super) fn end(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Deref for SmallContent {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for SmallContent {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.0);
        // While a thread ends, its spare memory may be gone.
        _ = SPARE.try_with(|spare| spare.borrow_mut().put(memory));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spare_bytes() -> usize {
        SPARE.with(|spare| spare.borrow().bytes)
    }

    #[test]
    fn memory_is_used_again_and_bounded() {
        let first = SmallContent::with_room(1500);
        let place = first.as_ptr();
        assert!((first.0.capacity(), spare_bytes()) == (2048, 0));
        drop(first);
        assert_eq!(spare_bytes(), 2048);
        let mut again = SmallContent::with_room(2000);
        again.end().extend_from_slice(b"abc");
        assert!(again.as_ptr() == place && *again == *b"abc" && spare_bytes() == 0);
        drop(again);
        assert!(SmallContent::with_room(2048).is_empty());
        for length in [0, 1, 1023, 1024, 1025, MAX_CONTENT - 1, MAX_CONTENT] {
            assert!(SmallContent::with_room(length).0.capacity() >= length);
        }
        drop((0..200).map(|_| SmallContent::with_room(MAX_CONTENT)).collect::<Vec<_>>());
        assert!((MAX_SPARE_BYTES - MAX_CONTENT..=MAX_SPARE_BYTES).contains(&spare_bytes()));
    }
}
