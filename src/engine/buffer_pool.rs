//! Memory that workers reuse from block to block and from run to run. New memory costs a page fault
//! for each page, which takes as long as reading into it.

use std::sync::{Mutex, PoisonError};

use crate::os::Buffer;

/// The total capacity, in bytes, up to which any number of buffers are kept: those of a batch of small
/// files.
const KEPT_BYTES: usize = 2 << 20;

/// The maximum number of buffers that are kept beyond that.
const MAX_LARGE_BUFFERS: usize = 4;

/// The maximum ratio of a string buffer's capacity to the block size (at least a megabyte) at which
/// the text is kept, so that one block of long lines does not pin its memory.
const MAX_TEXT_BLOCKS: usize = 8;

/// The buffers of workers that have ended.
#[derive(Debug, Default)]
pub(super) struct BufferPool(Mutex<Vec<WorkerBuffers>>);

impl BufferPool {
    /// Returns buffers for a worker, those of an earlier one if possible.
    pub(super) fn take(&self) -> WorkerBuffers {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Leaves a worker's buffers to the next worker.
    pub(super) fn put(&self, buffers: WorkerBuffers) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffers);
    }
}

/// The buffers into which one worker reads and writes text.
#[derive(Debug, Default)]
pub(super) struct WorkerBuffers {
    pub(super) spare: Vec<Buffer>,
    pub(super) text: Vec<u8>,
}

impl WorkerBuffers {
    /// Takes back the buffers of a batch of blocks with a nominal size of `block` bytes.
    pub(super) fn take_back(&mut self, buffers: impl Iterator<Item = Buffer>, block: usize) {
        let mut kept: usize = self.spare.iter().map(Buffer::capacity).sum();
        for buffer in buffers {
            let with_it = kept + buffer.capacity();
            if self.spare.len() < MAX_LARGE_BUFFERS || with_it <= KEPT_BYTES {
                kept = with_it;
                self.spare.push(buffer);
            }
        }
        if self.text.capacity() > block.max(1 << 20).saturating_mul(MAX_TEXT_BLOCKS) {
            self.text = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffers(count: usize, length: usize) -> impl Iterator<Item = Buffer> {
        (0..count).map(move |_| {
            let mut buffer = Buffer::default();
            buffer.make_room(length, 0).unwrap();
            buffer
        })
    }

    #[test]
    fn many_small_buffers_are_kept_and_few_large_ones() {
        let mut memory = WorkerBuffers::default();
        memory.take_back(buffers(100, 1 << 10), 1);
        assert_eq!(memory.spare.len(), 100);
        memory.take_back(buffers(100, 64 << 10), 1);
        let kept: usize = memory.spare.iter().map(Buffer::capacity).sum();
        assert!((KEPT_BYTES - (70 << 10)..=KEPT_BYTES).contains(&kept), "{kept} bytes");
        let mut memory = WorkerBuffers::default();
        memory.take_back(buffers(100, 1 << 20), 1);
        assert_eq!(memory.spare.len(), MAX_LARGE_BUFFERS);
    }

    #[test]
    fn long_text_is_not_kept() {
        let mut memory = WorkerBuffers { text: Vec::with_capacity(9 << 20), ..WorkerBuffers::default() };
        memory.take_back(buffers(0, 0), 2 << 20);
        assert!(memory.text.capacity() >= 9 << 20);
        memory.take_back(buffers(0, 0), 1 << 20);
        assert_eq!(memory.text.capacity(), 0);
    }
}
