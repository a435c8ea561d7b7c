//! Reverses dumps on the engine. The text of a dump is the input, and its bytes are the output.
//!
//! The meaning of a line can depend on all lines before it, so lines are read in order, in the
//! serial part of the pipeline.

use super::{ByteSink, DumpNotation, Hints, Malformed, Placement, Reverser};
use crate::engine::{Block, Flow, Inserted, Insertion, Kernel};

/// A kernel that reads every block in order.
pub struct ReverseKernel {
    /// The notation, if it was specified.
    pub notation: Option<DumpNotation>,
    /// Hints about the notation.
    pub hints: Hints,
    /// The placement of the bytes.
    pub placement: Placement,
    /// Whether the dump is only checked for errors.
    pub checks_only: bool,
}

/// The progress of reading the dump.
#[derive(Clone, Debug)]
pub enum ReadingState {
    /// All lines so far are valid.
    Reading(Reverser),
    /// A line is invalid.
    Failed(Malformed),
}

/// The bytes found in a block, and their placement.
#[derive(Default)]
pub struct DecodedBytes {
    bytes: Vec<u8>,
    insertions: Vec<Insertion>,
}

impl ByteSink for DecodedBytes {
    fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn repeat(&mut self, unit: &[u8], bytes: u64) {
        let what = Inserted::Repeat { unit: unit.into(), bytes };
        self.insertions.push(Insertion { at: self.bytes.len(), what });
    }

    fn seek(&mut self, offset: u64) {
        self.insertions.push(Insertion { at: self.bytes.len(), what: Inserted::Move(offset) });
    }
}

impl Kernel for ReverseKernel {
    type Part = DecodedBytes;
    type Carry = Option<ReadingState>;

    fn scan(&self, _block: &Block) -> DecodedBytes {
        DecodedBytes::default()
    }

    fn carry(&self, block: &Block, part: &mut DecodedBytes, carry: &mut Option<ReadingState>) -> Flow {
        *part = DecodedBytes::default();
        let mut reverse = match carry.take() {
            None => Reverser::new(self.notation, self.hints, self.placement),
            Some(ReadingState::Reading(reverse)) => reverse,
            Some(failed @ ReadingState::Failed(_)) => {
                *carry = Some(failed);
                return Flow::Stop;
            }
        };
        let read = reverse
            .feed(block.bytes(), part)
            .and_then(|()| if block.is_last() { reverse.clone().finish(part) } else { Ok(()) });
        let (state, flow) = match read {
            Ok(()) => (ReadingState::Reading(reverse), Flow::Continue),
            Err(malformed) => (ReadingState::Failed(malformed), Flow::Stop),
        };
        *carry = Some(state);
        if self.checks_only {
            *part = DecodedBytes::default();
        }
        flow
    }

    fn format(&self, _block: &Block, part: &mut DecodedBytes, text: &mut Vec<u8>) {
        text.extend_from_slice(&part.bytes);
    }

    fn insertions<'p>(&self, part: &'p DecodedBytes) -> &'p [Insertion] {
        &part.insertions
    }
}
