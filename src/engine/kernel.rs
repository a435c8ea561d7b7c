//! What a subcommand gives to the engine: a pure function over blocks. A kernel knows no file and no
//! output, and whatever it remembers goes through its carry.

use super::Block;
use super::input_kind::InputKind;

/// What happens after a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Continue with the next block.
    Continue,
    /// Continue with the next input; the rest of this one is not read.
    EndInput,
    /// End the run.
    Stop,
}

/// Something other than text, between two bytes of a part's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// How many bytes of the text come before it.
    pub at: usize,
    /// What it is.
    pub what: Inserted,
}

/// What text cannot express, or only at great length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// The next byte goes to this offset from where the output began.
    Move(u64),
    /// The unit, repeated.
    Repeat {
        /// What is repeated; not empty.
        unit: Vec<u8>,
        /// The number of bytes in all; the last unit may be cut.
        bytes: u64,
    },
    /// A line on standard error, after what was printed before it.
    Message(String),
}

/// A pure function from blocks to text, with totals handed on in file order.
///
/// The engine calls `scan` on any thread in any order, `carry` in file order, one block at a time,
/// and `format` on any thread again. The text is emitted in file order. No method may touch a file,
/// print, or remember a block: state goes through [`Kernel::Carry`], and so the outcome cannot depend
/// on where blocks were split, or how many threads there are.
///
/// Bytes of a block may change between two looks (another process may write to a mapped file), so
/// no method may panic on what an earlier one found. When a file shrank meanwhile, the engine clips
/// the block and calls all three again.
pub trait Kernel: Sync {
    /// What a scan leaves for `carry` and `format`.
    type Part: Send;
    /// Running totals: a line number, the rows before, the context still owed.
    type Carry: Send + Clone;

    /// How many bytes of an input's beginning [`Kernel::classify`] sees; 0 for none.
    const HEAD: usize = 0;

    /// Classifies an input by its first bytes, for [`Block::kind`]. `head` is shorter than
    /// [`Kernel::HEAD`] only where the input is, or where a slow writer paused.
    fn classify(&self, head: &[u8]) -> InputKind {
        let _ = head;
        InputKind::Text
    }

    /// Scans one block, in parallel: most of the work belongs here.
    fn scan(&self, block: &Block) -> Self::Part;

    /// Returns whether an input's first lines, which left `part`, settle it. Then `carry` does not
    /// return [`Flow::Continue`] for them, and the rest is not read.
    fn is_settled_by(&self, part: &Self::Part) -> bool {
        let _ = part;
        false
    }

    /// Takes the totals of the blocks before and hands them on, in file order, so it must be brief.
    fn carry(&self, block: &Block, part: &mut Self::Part, carry: &mut Self::Carry) -> Flow;

    /// Writes the block's text, in parallel.
    fn format(&self, block: &Block, part: &mut Self::Part, text: &mut Vec<u8>);

    /// Returns what goes between the bytes of a part's text, in the text's order: for kernels that
    /// rebuild a file with holes and long runs, or have messages.
    fn insertions<'p>(&self, part: &'p Self::Part) -> &'p [Insertion] {
        let _ = part;
        &[]
    }
}
