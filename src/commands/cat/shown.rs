//! The display transform as a kernel that formats the lines of a file on all threads.

use super::transform::{State, Transform};
use crate::engine::{Block, Flow, Kernel};

/// Formats whole inputs, or only counts their lines.
#[derive(Debug)]
pub(super) struct DisplayKernel {
    pub transform: Transform,
    /// Whether lines are only counted, because they precede the selected ones.
    pub silent: bool,
}

/// The result of scanning a block.
#[derive(Debug)]
pub(super) struct ShownPart {
    tally: u64,
    before: State,
}

impl Kernel for DisplayKernel {
    type Part = ShownPart;
    type Carry = State;

    fn scan(&self, block: &Block) -> ShownPart {
        ShownPart { tally: self.transform.tally(block.bytes()), before: State::default() }
    }

    fn carry(&self, block: &Block, part: &mut ShownPart, carry: &mut State) -> Flow {
        part.before = *carry;
        // A hole is a run of NUL bytes in a line.
        let bytes = if block.hole().is_some() { &[0; 3] } else { block.bytes() };
        carry.advance(&self.transform, bytes, part.tally);
        Flow::Continue
    }

    fn format(&self, block: &Block, part: &mut ShownPart, text: &mut Vec<u8>) {
        if !self.silent {
            self.transform.format(&part.before, block.bytes(), text);
        }
    }
}
