//! Searches inputs whose lines are interleaved, as with `--follow` and `--merge`. Each input has
//! its own totals, and continues the counts of the previous one.

use std::io;

use crate::engine::{Block, Flow, Kernel, write_text};
use crate::output::Output;

use super::kernel::{Search, Totals};

/// The counts and the output of all inputs so far; `I` identifies an input.
pub(super) struct InterleavedSearch<I> {
    /// The totals of the last input searched.
    pub totals: Totals,
    /// The input whose lines were printed last.
    pub printed: Option<I>,
}

impl<I: Copy + PartialEq> InterleavedSearch<I> {
    pub fn new() -> InterleavedSearch<I> {
        InterleavedSearch { totals: Totals::default(), printed: None }
    }

    /// Searches the next block of an input with the totals `own`, and writes the selected lines.
    ///
    /// # Errors
    /// Returns an error if writing to standard output fails.
    pub fn search(
        &mut self,
        kernel: &Search<'_>,
        block: &Block,
        (input, own): (I, &mut Totals),
        output: &mut Output,
    ) -> io::Result<Flow> {
        own.continue_from(&self.totals);
        if self.printed.is_some_and(|printed| printed != input) {
            own.interrupt();
        }
        let mut text = Vec::new();
        let mut part = kernel.scan(block);
        let flow = kernel.carry(block, &mut part, own);
        kernel.format(block, &mut part, &mut text);
        // Bytes read from a growing file are held in memory, so they can always be written.
        _ = write_text(kernel, (block, &part), &text, output)?;
        if !text.is_empty() {
            self.printed = Some(input);
        }
        self.totals = own.clone();
        Ok(flow)
    }
}
