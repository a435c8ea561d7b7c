//! The interface that a subcommand implements for the engine: a pure function over blocks. A kernel
//! has no access to files or output, and its only memory is its carry.

use std::ffi::OsStr;
use std::io;
use std::sync::Arc;

use super::Block;
use super::input_kind::InputKind;
use super::sink::Sink;

/// The step after a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Continue with the next block.
    Continue,
    /// Continue with the next input; the rest of this one is not read.
    EndInput,
    /// End the run.
    Stop,
}

/// An item other than text, between two bytes of a part's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// The number of bytes of the text before it.
    pub at: usize,
    /// The item to insert.
    pub what: Inserted,
}

/// Output that text cannot express, or only at great length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// A move of the next byte to this offset from the start of the output.
    Move(u64),
    /// The unit, repeated.
    Repeat {
        /// The bytes to repeat; not empty.
        unit: Arc<[u8]>,
        /// The total number of bytes; the last unit may be incomplete.
        bytes: u64,
    },
    /// Text too long to be held, which [`Kernel::write_deferred`] writes. The number identifies it.
    Deferred(usize),
    /// A line on standard error, after everything printed before it.
    Message(String),
}

/// A pure function from blocks to text, with totals that pass from block to block in file order.
///
/// The engine calls `scan` on any thread in any order, `carry` in file order, one block at a time,
/// and `format` on any thread again. The text is emitted in file order. No method may touch a file,
/// print, or remember a block. State passes through [`Kernel::Carry`], so the output cannot depend on
/// where blocks are cut or on the number of threads.
///
/// Another process may write to a mapped file, so a block's bytes may change between two reads. No
/// method may panic if an earlier method saw other bytes. If the file has shrunk, the engine clips
/// the block and calls all three again.
pub trait Kernel: Sync {
    /// The result of a scan, for `carry` and `format`.
    type Part: Send;
    /// Running totals, such as a line number, the previous rows, or the pending context lines.
    type Carry: Send + Clone;

    /// The number of bytes at the start of an input that [`Kernel::classify`] sees; 0 for none.
    const HEAD: usize = 0;

    /// Classifies an input by its first bytes, for [`Block::kind`]. `head` is shorter than
    /// [`Kernel::HEAD`] only if the input is shorter, or if a slow writer paused.
    fn classify(&self, head: &[u8]) -> InputKind {
        let _ = head;
        InputKind::Text
    }

    /// Scans one block, in parallel. Most of the work belongs here.
    fn scan(&self, block: &Block) -> Self::Part;

    /// Returns whether an input's first lines, whose scan returned `part`, determine the result for
    /// the whole input. If so, `carry` does not return [`Flow::Continue`] for them, and the rest is
    /// not read.
    fn is_settled_by(&self, part: &Self::Part) -> bool {
        let _ = part;
        false
    }

    /// Returns whether neither `carry` nor `format` needs the bytes of a block whose scan returned
    /// `part`. If they were read, the next block is then read into the same memory, which is still in
    /// the cache.
    fn is_done_with(&self, block: &Block, part: &Self::Part) -> bool {
        let _ = (block, part);
        false
    }

    /// Updates the totals of the previous blocks and passes them on. This happens in file order, so
    /// it must be quick.
    fn carry(&self, block: &Block, part: &mut Self::Part, carry: &mut Self::Carry) -> Flow;

    /// Writes the block's text, in parallel.
    fn format(&self, block: &Block, part: &mut Self::Part, text: &mut Vec<u8>);

    /// Returns the text that follows the report of an input that was opened but cannot be read to
    /// its end. `carry` has the totals of the blocks before, which may be those of earlier inputs.
    fn end_failed(&self, input: usize, name: &OsStr, carry: &mut Self::Carry) -> Vec<u8> {
        let _ = (input, name, carry);
        Vec::new()
    }

    /// Returns the insertions into a part's text, in the text's order, for kernels that rebuild a
    /// file with holes and long runs, or print messages.
    fn insertions<'p>(&self, part: &'p Self::Part) -> &'p [Insertion] {
        let _ = part;
        &[]
    }

    /// Writes the text of [`Inserted::Deferred`], in file order. Returns the reason if the file no
    /// longer contains the bytes. Output before that is a prefix of the correct output.
    ///
    /// # Errors
    /// Fails as [`Sink::write`] does.
    fn write_deferred(
        &self,
        block: &Block,
        part: &Self::Part,
        number: usize,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<io::Error>> {
        let _ = (block, part, number, sink);
        Ok(None)
    }
}
