//! The transform as a kernel: every line of a file in its shown form, on all threads.

use super::transform::{State, Transform};
use crate::engine::{Block, Flow, Kernel};

/// Shows whole inputs, or only counts through them.
#[derive(Debug)]
pub(super) struct Shown {
    pub transform: Transform,
    /// Lines are counted but not printed: they stand before what is.
    pub silent: bool,
}

/// What is known of a block.
#[derive(Debug)]
pub(super) struct Part {
    tally: u64,
    before: State,
}

impl Kernel for Shown {
    type Part = Part;
    type Carry = State;

    fn scan(&self, block: &Block) -> Part {
        Part { tally: self.transform.tally(block.bytes()), before: State::default() }
    }

    fn carry(&self, block: &Block, part: &mut Part, carry: &mut State) -> Flow {
        part.before = *carry;
        // A hole is NUL bytes within a line.
        let bytes = if block.hole().is_some() { &[0; 3] } else { block.bytes() };
        carry.advance(&self.transform, bytes, part.tally);
        Flow::Continue
    }

    fn format(&self, block: &Block, part: &mut Part, text: &mut Vec<u8>) {
        if !self.silent {
            self.transform.format(&part.before, block.bytes(), text);
        }
    }
}
