//! What a subcommand gives to the engine.

use super::Block;

/// What is to happen after a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// On to the next block.
    Continue,
    /// Enough of this input; on with the next one. The rest of it is not read.
    EndInput,
    /// Enough altogether.
    Stop,
}

/// What happens to the output between two bytes of a part's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// How many bytes of the text come before it.
    pub at: usize,
    /// What it is.
    pub what: Inserted,
}

/// What text cannot say, or only at great length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// The next byte stands so many bytes after where the output began.
    Move(u64),
    /// So many bytes of the unit (not empty), again and again.
    Repeat {
        /// What is repeated.
        unit: Vec<u8>,
        /// How many bytes in all; the last unit may be cut.
        bytes: u64,
    },
    /// A line on standard error, behind what was printed before it.
    Message(String),
}

/// A pure function from blocks to text, with totals handed on in file order.
///
/// The engine calls `scan` on any thread in any order, `carry` in file order, one block at a time,
/// and `format` on any thread again. The text is emitted in file order. No method may touch a file,
/// print, or remember a block: what looks like state goes through [`Kernel::Carry`], and so the
/// outcome cannot depend on where blocks were cut, or how many threads there are.
///
/// Bytes of a block may change between two looks (another process may write to a mapped file), so
/// no method may panic on what an earlier one found. When a file shrank meanwhile, the engine clips
/// the block and calls all three again.
pub trait Kernel: Sync {
    /// What a scan leaves for `carry` and `format`.
    type Part: Send;
    /// Running totals: a line number, the rows before, the context still owed.
    type Carry: Send + Clone;

    /// How many bytes of an input's beginning [`Kernel::judge`] wants to see; 0 for none.
    const HEAD: usize = 0;

    /// A verdict on an input from its first bytes, known to each of its blocks as
    /// [`Block::verdict`]. `head` is shorter than [`Kernel::HEAD`] only where the input is, or where
    /// a slow writer paused.
    fn judge(&self, head: &[u8]) -> u8 {
        let _ = head;
        0
    }

    /// Looks at one block. The parallel part: most of the work belongs here.
    fn scan(&self, block: &Block) -> Self::Part;

    /// Whether nothing is wanted of an input behind its first lines, which left `part`. Then `carry` does not say
    /// [`Flow::Continue`] to them: what follows is not read.
    fn is_enough(&self, part: &Self::Part) -> bool {
        let _ = part;
        false
    }

    /// Takes the totals from the blocks before and hands them on. In file order, so be brief.
    fn carry(&self, block: &Block, part: &mut Self::Part, carry: &mut Self::Carry) -> Flow;

    /// Writes the block's text. Also in parallel.
    fn format(&self, block: &Block, part: &mut Self::Part, text: &mut Vec<u8>);

    /// What is to happen to the output within the text of a part, in the order of the text: for kernels that rebuild a
    /// file with gaps and long runs in it, or have something to say beside their text.
    fn insertions<'p>(&self, part: &'p Self::Part) -> &'p [Insertion] {
        let _ = part;
        &[]
    }
}
