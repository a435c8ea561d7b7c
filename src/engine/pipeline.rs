//! The steps that turn a span into its text: load, scan, pass totals on, format, verify, emit.
//! Keeping the order is the caller's job (see `run`).

use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Arc;

use memchr::{memrchr, memrchr2};

use crate::os::Buffer;

use super::block::Block;
use super::cursor::{Item, Span, SpanContent};
use super::kernel::{Flow, Kernel};
use super::load::{LoadedBlock, Loader};
use super::plan::{Plan, SplitAt};
use super::prefix_probe::probe_bytes;
use super::session::Session;
use super::sink::Sink;
use super::write_text::write_text;

/// The steps for every block of a run.
pub struct Pipeline<'a, K: Kernel> {
    /// The kernel that scans blocks and formats their text.
    pub kernel: &'a K,
    /// The plan by which inputs are split into blocks.
    pub plan: Plan,
    /// The counters and buffers that the run shares with others.
    pub session: &'a Session,
}

/// Input that no longer needs scanning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancel {
    /// The rest of this input.
    Input(usize),
    /// Everything that remains.
    Rest,
}

/// The state that passes from block to block, in order.
pub(super) struct CarryState<C> {
    pub(super) carry: C,
    /// The input that has ended or was cancelled.
    ended: Option<usize>,
    /// The input that the kernel ended, so that errors in the rest of it do not matter.
    satisfied: Option<usize>,
    pub(super) stopped: bool,
}

/// The output, and the outcome of writing to it.
pub(super) struct OutputState<'a> {
    sink: &'a mut dyn Sink,
    /// The failed input, which may still have blocks in flight.
    dropped: Option<usize>,
    /// Whether printing has stopped, because further output would be at the wrong offset.
    halted: bool,
    pub(super) failed: bool,
    pub(super) result: io::Result<()>,
}

/// A block in flight.
pub(super) struct BlockJob<K: Kernel> {
    pub(super) block: Block,
    part: Option<K::Part>,
    /// The totals before this block, in case it must be done again. Only mapped bytes can change.
    before: Option<K::Carry>,
    /// The end of the block's text in the batch's text.
    text_end: usize,
    damage: Option<io::Error>,
    /// The text that follows the report of the damage.
    after_damage: Vec<u8>,
    drained: bool,
    /// Whether this is the last block of its input, even if only the prefix was scanned.
    is_final: bool,
}

pub(super) enum BlockStep<K: Kernel> {
    Scanned(BlockJob<K>),
    Failed {
        input: usize,
        name: OsString,
        error: io::Error,
        /// Whether bytes are missing to which an offset among the joined inputs was already
        /// assigned.
        gap: bool,
        /// Whether the kernel has already ended the input.
        unwanted: bool,
        is_open: bool,
        /// The text that follows the report.
        after: Vec<u8>,
    },
}

impl<C> CarryState<C> {
    pub(super) fn new(carry: C) -> CarryState<C> {
        CarryState { carry, ended: None, satisfied: None, stopped: false }
    }
}

impl<'a> OutputState<'a> {
    pub(super) fn new(sink: &'a mut dyn Sink) -> OutputState<'a> {
        OutputState { sink, dropped: None, halted: false, failed: false, result: Ok(()) }
    }
}

impl<K: Kernel> BlockStep<K> {
    /// Returns the buffer for reuse, if the block was read.
    pub(super) fn into_buffer(self) -> Option<Buffer> {
        match self {
            BlockStep::Scanned(job) => job.block.into_buffer(),
            BlockStep::Failed { .. } => None,
        }
    }
}

impl<K: Kernel> Pipeline<'_, K> {
    /// Loads and scans an item.
    pub(super) fn begin(&self, item: Item, spare: &mut Vec<Buffer>) -> BlockStep<K> {
        match item {
            Item::Failed { input, name, error, is_open } => {
                BlockStep::Failed { input, name, error, gap: false, unwanted: false, is_open, after: Vec::new() }
            }
            Item::Span(span) => {
                let mut step = self.load_and_scan(span, spare);
                if let BlockStep::Scanned(job) = &mut step {
                    self.session.counters.bytes.add(job.block.len());
                    let is_done = |part| self.kernel.is_done_with(&job.block, part);
                    if job.damage.is_none() && job.part.as_ref().is_some_and(is_done) {
                        spare.extend(job.block.release());
                    }
                }
                step
            }
        }
    }

    /// Loads and scans a span. If its first lines are likely to determine the result for the input,
    /// scans them first, and only them if they do determine it.
    fn load_and_scan(&self, span: Span, spare: &mut Vec<Buffer>) -> BlockStep<K> {
        let probe = &self.session.probe;
        if probe.should_probe()
            && let Some(prefix) = span.prefix(probe_bytes(K::HEAD))
        {
            let step = self.load_and_scan_at_once(prefix, spare);
            let is_settled = self.is_settled(&step);
            probe.record(is_settled);
            if is_settled {
                return step;
            }
            spare.extend(step.into_buffer());
        }
        self.load_and_scan_at_once(span, spare)
    }

    /// Returns whether the prefix of an input determined the result.
    fn is_settled(&self, step: &BlockStep<K>) -> bool {
        match step {
            BlockStep::Scanned(BlockJob { part: Some(part), damage: None, .. }) => self.kernel.is_settled_by(part),
            _ => false,
        }
    }

    fn load_and_scan_at_once(&self, span: Span, spare: &mut Vec<Buffer>) -> BlockStep<K> {
        let drained = matches!(span.content, SpanContent::Loaded { drained: true, .. });
        let source = Arc::clone(&span.source);
        let (is_classified, is_final) = (span.kind.is_some(), span.last);
        let is_prefix = matches!(span.content, SpanContent::Prefix);
        let input = span.input;
        let loader = Loader { plan: &self.plan, session: self.session };
        let LoadedBlock { mut block, mut damage } = match loader.load(span, spare) {
            Ok(loaded) => loaded,
            Err(error) => {
                let (name, after) = (source.name().to_owned(), Vec::new());
                return BlockStep::Failed { input, name, error, gap: true, unwanted: false, is_open: true, after };
            }
        };
        let classify = |block: &mut Block| {
            if K::HEAD > 0 && block.first && !is_classified {
                let bytes = block.bytes();
                block.kind = self.kernel.classify(&bytes[..bytes.len().min(K::HEAD)]);
            }
        };
        classify(&mut block);
        if damage.is_some() || is_prefix {
            self.clip_to_whole(&mut block);
        }
        let mut part = self.kernel.scan(&block);
        if block.is_doubtful() {
            let failure = block.reread();
            // The input may have been classified by zeros that replaced missing pages.
            classify(&mut block);
            if failure.is_some() {
                self.clip_to_whole(&mut block);
            }
            damage = failure.or(damage);
            part = self.kernel.scan(&block);
        }
        let (part, after_damage) = (Some(part), Vec::new());
        BlockStep::Scanned(BlockJob { block, part, before: None, text_end: 0, damage, after_damage, drained, is_final })
    }

    /// Clips a damaged block to whole lines or rows, because half a line was never a line of the
    /// file.
    fn clip_to_whole(&self, block: &mut Block) {
        if let Some(len) = block.hole() {
            let row = if let SplitAt::Rows(row) = self.plan.split_at { row as u64 } else { 1 };
            return block.clip(len - len % row);
        }
        let bytes = block.bytes();
        let whole = match self.plan.split_at.for_kind(block.kind) {
            SplitAt::Exact => bytes.len(),
            SplitAt::Rows(row) => bytes.len() / row * row,
            SplitAt::Lines { terminator, or_nul: false } => memrchr(terminator, bytes).map_or(0, |i| i + 1),
            SplitAt::Lines { terminator, or_nul: true } => memrchr2(terminator, 0, bytes).map_or(0, |i| i + 1),
        };
        block.clip(whole as u64);
    }

    /// Updates the totals, in order. Drops the results of blocks whose input has ended.
    pub(super) fn count(&self, totals: &mut CarryState<K::Carry>, steps: &mut [BlockStep<K>], cancel: &dyn Fn(Cancel)) {
        for step in steps {
            match step {
                BlockStep::Failed { input, name, unwanted, is_open, after, .. } => {
                    *unwanted = totals.stopped || totals.satisfied == Some(*input);
                    if *is_open && !*unwanted && totals.ended != Some(*input) {
                        *after = self.kernel.end_failed(*input, name, &mut totals.carry);
                    }
                    totals.ended = Some(*input);
                }
                BlockStep::Scanned(job) if totals.stopped || totals.ended == Some(job.block.input) => job.part = None,
                BlockStep::Scanned(job) => {
                    let Some(part) = &mut job.part else { continue };
                    if job.block.is_mapped() {
                        job.before = Some(totals.carry.clone());
                    }
                    let flow = self.kernel.carry(&job.block, part, &mut totals.carry);
                    if flow != Flow::Continue {
                        // The bytes before the damage determined the result, regardless of the
                        // block size.
                        job.damage = None;
                    }
                    if job.damage.is_some() {
                        let name = job.block.source.name();
                        job.after_damage = self.kernel.end_failed(job.block.input, name, &mut totals.carry);
                    }
                    if job.damage.is_some() || job.block.last || flow == Flow::EndInput {
                        totals.ended = Some(job.block.input);
                    }
                    match flow {
                        Flow::Continue => {}
                        Flow::EndInput => {
                            totals.satisfied = Some(job.block.input);
                            let probe = &self.session.probe;
                            if job.block.first && !probe.should_probe() && self.kernel.is_settled_by(part) {
                                probe.record(true);
                            }
                            if !job.is_final {
                                cancel(Cancel::Input(job.block.input));
                            }
                        }
                        Flow::Stop => {
                            totals.stopped = true;
                            cancel(Cancel::Rest);
                        }
                    }
                }
            }
        }
    }

    /// Formats all `steps` into `text`.
    pub(super) fn format_all(&self, steps: &mut [BlockStep<K>], text: &mut Vec<u8>) {
        text.clear();
        for step in steps {
            if let BlockStep::Scanned(job) = step {
                self.format(job, text);
            }
        }
    }

    /// Formats a job after its predecessors. If the file changed, repeats the job on the bytes that
    /// are still valid.
    fn format(&self, job: &mut BlockJob<K>, text: &mut Vec<u8>) {
        let start = text.len();
        if let Some(part) = &mut job.part {
            self.kernel.format(&job.block, part, text);
        }
        if job.part.is_some() && job.block.is_doubtful() {
            text.truncate(start);
            if let Some(error) = job.block.reread() {
                self.clip_to_whole(&mut job.block);
                job.damage = Some(error);
            }
            let mut part = self.kernel.scan(&job.block);
            if let Some(carry) = &mut job.before.clone() {
                self.kernel.carry(&job.block, &mut part, carry);
                if job.damage.is_some() {
                    job.after_damage = self.kernel.end_failed(job.block.input, job.block.source.name(), carry);
                }
            }
            self.kernel.format(&job.block, &mut part, text);
            job.part = Some(part);
        }
        job.text_end = text.len();
    }

    /// Writes the text of `steps` to the output, and reports the errors of each after its text.
    pub(super) fn emit(
        &self,
        output: &mut OutputState<'_>,
        steps: &[BlockStep<K>],
        text: &[u8],
        flush: bool,
        cancel: &dyn Fn(Cancel),
    ) {
        let mut start = 0;
        for step in steps {
            match step {
                BlockStep::Failed { input, name, error, gap, unwanted, after, .. } => {
                    if output.dropped != Some(*input) && !unwanted {
                        self.report(output, (*input, name), (error, after), *gap, cancel);
                    }
                }
                BlockStep::Scanned(job) => {
                    let piece = &text[start..job.text_end];
                    start = job.text_end;
                    let unwanted = output.halted || output.dropped == Some(job.block.input);
                    if unwanted || output.result.is_err() {
                        continue;
                    }
                    let written = match &job.part {
                        Some(part) => write_text(self.kernel, (&job.block, part), piece, output.sink),
                        None => Ok(None),
                    };
                    let (mut result, late_damage) = match written {
                        Ok(damage) => (Ok(()), damage),
                        Err(error) => (Err(error), None),
                    };
                    let damage = late_damage.as_ref().or(job.damage.as_ref());
                    if result.is_ok() && job.drained {
                        result = output.sink.flush();
                    }
                    if let Err(error) = result {
                        output.result = Err(error);
                        cancel(Cancel::Rest);
                        continue;
                    }
                    // Only now has every block of the input been scanned.
                    if damage.is_none() && job.part.is_some() {
                        job.block.notices(|source, notice| output.sink.report(source.name(), &notice));
                    }
                    if let (Some(error), true) = (damage, job.part.is_some()) {
                        let input = (job.block.input, job.block.source.name());
                        self.report(output, input, (error, &job.after_damage), true, cancel);
                    }
                }
            }
        }
        if flush
            && output.result.is_ok()
            && let Err(error) = output.sink.flush()
        {
            output.result = Err(error);
            cancel(Cancel::Rest);
        }
    }

    /// Reports an input that failed, and writes the text that follows. `gap` says that bytes with an
    /// offset among joined inputs are missing.
    fn report(
        &self,
        output: &mut OutputState<'_>,
        (input, name): (usize, &OsStr),
        (error, after): (&io::Error, &[u8]),
        gap: bool,
        cancel: &dyn Fn(Cancel),
    ) {
        output.dropped = Some(input);
        output.failed = true;
        output.sink.report(name, error);
        cancel(Cancel::Input(input));
        if !after.is_empty()
            && output.result.is_ok()
            && let Err(error) = output.sink.write(after)
        {
            output.result = Err(error);
            cancel(Cancel::Rest);
        }
        if matches!(self.plan.split_at, SplitAt::Rows(_)) && gap {
            // Rows of joined inputs after a broken one would get the wrong offset.
            output.halted = true;
            cancel(Cancel::Rest);
        }
    }
}
