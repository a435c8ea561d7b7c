//! Reads the blocks of one input one after another on the calling thread, for a caller that reads
//! two inputs side by side, which the pipeline cannot do.

use std::io;

use crate::os::Stop;

use super::block::Block;
use super::buffer_pool::WorkerBuffers;
use super::cursor::{Cursor, Item, Next, ReadSettings};
use super::input::Input;
use super::input_kind::InputKind;
use super::load::{LoadedBlock, Loader};
use super::plan::Plan;
use super::session::Session;

/// A reader that loads the blocks of one input in order.
pub struct BlockReader<'a> {
    cursor: Cursor<'a>,
    plan: Plan,
    session: &'a Session,
    buffers: WorkerBuffers,
    stop: Stop,
    /// Spans that the cursor handed out together.
    items: std::vec::IntoIter<Item>,
    /// The error after the last block.
    damage: Option<io::Error>,
    notices: Vec<io::Error>,
}

impl<'a> BlockReader<'a> {
    /// Returns a reader of `input`, which is opened with the first block.
    pub fn new(input: Input<'a>, plan: Plan, session: &'a Session) -> BlockReader<'a> {
        let reading = ReadSettings { plan, head: 0, classify: Box::new(|_| InputKind::Text), session };
        BlockReader {
            cursor: Cursor::new(Box::new(std::iter::once(input)), reading, 1),
            plan,
            session,
            buffers: session.buffers.take(),
            stop: Stop::new(),
            items: vec![].into_iter(),
            damage: None,
            notices: vec![],
        }
    }

    /// Returns the next block, or `None` after the last one.
    ///
    /// # Errors
    /// Returns the error from opening the input or from reading its next bytes.
    pub fn next_block(&mut self) -> io::Result<Option<Block>> {
        loop {
            if let Some(damage) = self.damage.take() {
                return Err(damage);
            }
            let item = match self.items.next() {
                Some(item) => item,
                None => match self.cursor.next(&mut self.buffers.spare, &self.stop) {
                    Next::Batch(batch) => {
                        self.items = batch.items.into_iter();
                        continue;
                    }
                    Next::Awaited | Next::Nothing => return Ok(None),
                },
            };
            let span = match item {
                Item::Failed { error, .. } => return Err(error),
                Item::Span(span) => span,
            };
            let loader = Loader { plan: &self.plan, session: self.session };
            let LoadedBlock { block, damage } = loader.load(span, &mut self.buffers.spare)?;
            self.damage = damage;
            if !block.is_empty() {
                return Ok(Some(block));
            }
            self.release(block);
        }
    }

    /// Reads the bytes of a block again if those seen through a mapping may differ from the file's.
    /// Returns whether they were replaced. Call this after using the bytes.
    pub fn replace_if_doubtful(&mut self, block: &mut Block) -> bool {
        if !block.is_doubtful() {
            return false;
        }
        if let Some(error) = block.reread() {
            self.damage = Some(error);
        }
        true
    }

    /// Takes back a block whose bytes are no longer needed.
    pub fn release(&mut self, block: Block) {
        block.notices(|_, notice| self.notices.push(notice));
        self.session.counters.bytes.add(block.len());
        self.buffers.take_back(block.into_buffer().into_iter(), self.plan.block);
    }

    /// Returns the messages about the input, for example that it changed while it was read.
    pub fn notices(&self) -> &[io::Error] {
        &self.notices
    }
}
