//! Memory that a worker uses again for every block, and one run after another.

use crate::os::Buffer;

use super::cursor::MANY;

/// Many buffers of at most so many bytes are kept: as many as a batch of small files needs.
const SMALL: usize = (64 << 10) + Buffer::SLACK;

/// Of larger ones.
const FEW: usize = 4;

/// Text that has grown to so many times a block, or a megabyte, is not kept: one block of long lines should not pin its memory.
const LONG: usize = 8;

/// What a worker reads into and writes text to. Memory that is new costs a page fault for each page of it, as much as
/// reading does.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) spare: Vec<Buffer>,
    pub(super) text: Vec<u8>,
}

impl Scratch {
    /// Takes back what was used for a batch of blocks of that nominal size.
    pub(super) fn take_back(&mut self, buffers: impl Iterator<Item = Buffer>, block: usize) {
        for buffer in buffers {
            if self.spare.len() < FEW || buffer.capacity() <= SMALL && self.spare.len() < MANY {
                self.spare.push(buffer);
            }
        }
        if self.text.capacity() > block.max(1 << 20).saturating_mul(LONG) {
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
        let mut scratch = Scratch::default();
        scratch.take_back(buffers(100, 1 << 20), 1);
        assert_eq!(scratch.spare.len(), FEW);
        scratch.take_back(buffers(100, 64 << 10), 1);
        assert_eq!(scratch.spare.len(), MANY);
    }

    #[test]
    fn long_text_is_not_kept() {
        let mut scratch = Scratch { text: Vec::with_capacity(9 << 20), ..Scratch::default() };
        scratch.take_back(buffers(0, 0), 2 << 20);
        assert!(scratch.text.capacity() >= 9 << 20);
        scratch.take_back(buffers(0, 0), 1 << 20);
        assert_eq!(scratch.text.capacity(), 0);
    }
}
