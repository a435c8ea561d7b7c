//! The input that the cursor is splitting, and the size of its next block.

use std::sync::Arc;

use crate::engine::input_kind::InputKind;
use crate::engine::plan::{COUNTING_BLOCK, Plan};
use crate::engine::shared_window::SharedWindow;
use crate::io::{AccessMethod, Source};

use super::positioned::Positioned;
use super::span::Span;
use super::streamed::Streamed;

/// The input from which spans are being split.
pub(super) struct Current {
    pub(super) source: Arc<Source>,
    pub(super) input: usize,
    pub(super) first: bool,
    /// Whether the whole input is one block.
    pub(super) whole: bool,
    pub(super) kind: Option<InputKind>,
    pub(super) position: CursorPosition,
    /// The window of the last span, if the next ones may share it.
    pub(super) window: Option<Arc<SharedWindow>>,
}

/// The position up to which an input has been handed out.
pub(super) enum CursorPosition {
    Positioned(Positioned),
    Streamed(Streamed),
}

impl Current {
    /// Returns the nominal size of the next block in bytes.
    pub(super) fn nominal(&self, plan: &Plan, largest: usize) -> usize {
        if self.whole { usize::MAX } else { nominal_size(&self.source, plan, largest) }
    }
}

/// Returns the nominal size of a source's next block. Short files that are read are split in four
/// so that a second thread has work. Lines that are only counted are not split, because counting
/// them finishes before the thread has started.
pub(super) fn nominal_size(source: &Source, plan: &Plan, nominal: usize) -> usize {
    const MIN_BYTES: u64 = 256 << 10;
    if source.method() != AccessMethod::Pread {
        return nominal;
    }
    let length = source.wanted().unwrap_or(u64::MAX);
    let quarter = if plan.ramp_up && plan.block < COUNTING_BLOCK {
        usize::try_from((length / 4).max(MIN_BYTES)).unwrap_or(usize::MAX)
    } else {
        usize::MAX
    };
    nominal.min(plan.pread_block).min(quarter)
}

/// Returns a small file as one span, to be read by the worker that takes it.
pub(super) fn take_whole(current: &mut Current, plan: &Plan, nominal: usize) -> Option<Span> {
    let CursorPosition::Positioned(positioned) = &current.position else { return None };
    let joined = plan.joins_inputs();
    if joined
        || current.source.method() != AccessMethod::Pread
        || !current.first
        || positioned.remaining() > nominal as u64
    {
        return None;
    }
    Some(Span::whole(Arc::clone(&current.source), current.input, positioned.rest(), current.kind))
}
