//! A block's way from its span to its text: load, scan, hand totals on, format, verify, emit. Whose turn it is, others know.

use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Arc;

use memchr::{memrchr, memrchr2};

use crate::os::Buffer;
use crate::output::{Output, complain};

use super::block::Block;
use super::cursor::{Content, Cut, Item, Plan, Span};
use super::heads;
use super::kernel::{Flow, Inserted, Insertion, Kernel};
use super::load::Loader;
use super::stats::Stats;

/// What is done with every block of a run.
pub(super) struct Work<'a, K: Kernel> {
    pub(super) kernel: &'a K,
    pub(super) plan: Plan,
    pub(super) stats: &'a Stats,
}

/// What need not be looked at any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unwanted {
    /// The rest of this input.
    Input(usize),
    /// All that is left.
    Rest,
}

/// What is handed on from block to block, in order.
pub(super) struct Totals<C> {
    pub(super) carry: C,
    /// The input of which no more is wanted.
    ended: Option<usize>,
    /// The input of which the kernel wants no more, so that what is wrong with the rest does not matter.
    satisfied: Option<usize>,
    pub(super) stopped: bool,
}

/// The output, and what became of it.
pub(super) struct Emission<'a> {
    output: &'a mut Output,
    /// The input that failed, of which blocks may still be in flight.
    dropped: Option<usize>,
    /// Nothing more may be printed: what follows would stand in the wrong place.
    halted: bool,
    pub(super) failed: bool,
    pub(super) result: io::Result<()>,
}

/// One block on its way.
pub(super) struct Job<K: Kernel> {
    pub(super) block: Block,
    part: Option<K::Part>,
    /// The totals before this block, for when it has to be done again. Only mapped bytes can change.
    before: Option<K::Carry>,
    /// Where its text ends in the batch's.
    text_end: usize,
    damage: Option<io::Error>,
    drained: bool,
    /// There is no block of its input behind it, whatever is wanted of that.
    is_final: bool,
}

pub(super) enum Step<K: Kernel> {
    Job(Job<K>),
    Failed {
        input: usize,
        name: OsString,
        error: io::Error,
        /// Whether bytes are missing that had their place in the joined inputs already.
        gap: bool,
        /// Nothing was wanted any more of what could not be had.
        unwanted: bool,
    },
}

impl<C> Totals<C> {
    pub(super) fn new(carry: C) -> Totals<C> {
        Totals { carry, ended: None, satisfied: None, stopped: false }
    }
}

impl<'a> Emission<'a> {
    pub(super) fn new(output: &'a mut Output) -> Emission<'a> {
        Emission { output, dropped: None, halted: false, failed: false, result: Ok(()) }
    }
}

impl<K: Kernel> Step<K> {
    /// The buffer of what was read, to be used again.
    pub(super) fn into_buffer(self) -> Option<Buffer> {
        match self {
            Step::Job(job) => job.block.into_buffer(),
            Step::Failed { .. } => None,
        }
    }
}

impl<K: Kernel> Work<'_, K> {
    /// The first step of an item.
    pub(super) fn begin(&self, item: Item, spare: &mut Vec<Buffer>) -> Step<K> {
        match item {
            Item::Failed { input, name, error } => Step::Failed { input, name, error, gap: false, unwanted: false },
            Item::Span(span) => {
                let step = self.load_and_scan(span, spare);
                if let Step::Job(job) = &step {
                    Stats::add(&self.stats.bytes, job.block.len());
                }
                step
            }
        }
    }

    /// Does all of a span, or only its first lines where they are likely to be enough, and are.
    fn load_and_scan(&self, span: Span, spare: &mut Vec<Buffer>) -> Step<K> {
        let heads = &self.stats.heads;
        if heads.pay()
            && let Some(head) = span.head(heads::length(K::HEAD))
        {
            let step = self.load_and_scan_at_once(head, spare);
            let is_enough = self.is_enough(&step);
            heads.learn(is_enough);
            if is_enough {
                return step;
            }
            spare.extend(step.into_buffer());
        }
        self.load_and_scan_at_once(span, spare)
    }

    /// Whether nothing is wanted behind a head.
    fn is_enough(&self, step: &Step<K>) -> bool {
        match step {
            Step::Job(Job { part: Some(part), damage: None, .. }) => self.kernel.is_enough(part),
            _ => false,
        }
    }

    fn load_and_scan_at_once(&self, span: Span, spare: &mut Vec<Buffer>) -> Step<K> {
        let drained = matches!(span.content, Content::Loaded { drained: true, .. });
        let source = Arc::clone(&span.source);
        let (is_judged, is_final) = (span.verdict.is_some(), span.last);
        let is_head = matches!(span.content, Content::Head);
        let loader = Loader { plan: &self.plan, stats: self.stats };
        match loader.load(span, spare) {
            Ok((mut block, mut damage)) => {
                let judge = |block: &mut Block| {
                    if K::HEAD > 0 && block.first && !is_judged {
                        let bytes = block.bytes();
                        block.verdict = self.kernel.judge(&bytes[..bytes.len().min(K::HEAD)]);
                    }
                };
                judge(&mut block);
                if damage.is_some() || is_head {
                    self.clip_to_whole(&mut block);
                }
                let mut part = self.kernel.scan(&block);
                if block.is_doubtful() {
                    let failure = block.reread();
                    // The first verdict may have been on zeros in place of missing pages.
                    judge(&mut block);
                    if failure.is_some() {
                        self.clip_to_whole(&mut block);
                    }
                    damage = failure.or(damage);
                    part = self.kernel.scan(&block);
                }
                Step::Job(Job { block, part: Some(part), before: None, text_end: 0, damage, drained, is_final })
            }
            Err((input, error)) => {
                Step::Failed { input, name: source.name().to_owned(), error, gap: true, unwanted: false }
            }
        }
    }

    /// Clips a damaged block back to whole lines or rows: half a line was never a line of the file.
    fn clip_to_whole(&self, block: &mut Block) {
        if let Some(len) = block.hole() {
            let row = if let Cut::Rows(row) = self.plan.cut { row as u64 } else { 1 };
            return block.clip(len - len % row);
        }
        let bytes = block.bytes();
        let whole = match self.plan.cut.under(block.verdict) {
            Cut::Exact => bytes.len(),
            Cut::Rows(row) => bytes.len() / row * row,
            Cut::Lines { terminator, or_nul: false } => memrchr(terminator, bytes).map_or(0, |i| i + 1),
            Cut::Lines { terminator, or_nul: true } => memrchr2(terminator, 0, bytes).map_or(0, |i| i + 1),
        };
        block.clip(whole as u64);
    }

    /// Takes the totals in order. Blocks of an input that is done with lose their part.
    pub(super) fn count(&self, totals: &mut Totals<K::Carry>, steps: &mut [Step<K>], no_more: &dyn Fn(Unwanted)) {
        for step in steps {
            match step {
                Step::Failed { input, unwanted, .. } => {
                    totals.ended = Some(*input);
                    *unwanted = totals.satisfied == Some(*input);
                }
                Step::Job(job) if totals.stopped || totals.ended == Some(job.block.input) => job.part = None,
                Step::Job(job) => {
                    let Some(part) = &mut job.part else { continue };
                    if job.block.is_mapped() {
                        job.before = Some(totals.carry.clone());
                    }
                    let flow = self.kernel.carry(&job.block, part, &mut totals.carry);
                    if job.damage.is_some() || job.block.last || flow == Flow::EndInput {
                        totals.ended = Some(job.block.input);
                    }
                    match flow {
                        Flow::Continue => {}
                        Flow::EndInput => {
                            totals.satisfied = Some(job.block.input);
                            let heads = &self.stats.heads;
                            if job.block.first && !heads.pay() && self.kernel.is_enough(part) {
                                heads.learn(true);
                            }
                            if !job.is_final {
                                no_more(Unwanted::Input(job.block.input));
                            }
                        }
                        Flow::Stop => {
                            totals.stopped = true;
                            no_more(Unwanted::Rest);
                        }
                    }
                }
            }
        }
    }

    /// Writes the text of all `steps`.
    pub(super) fn format_all(&self, steps: &mut [Step<K>], text: &mut Vec<u8>) {
        text.clear();
        for step in steps {
            if let Step::Job(job) = step {
                self.format(job, text);
            }
        }
    }

    /// Writes a job's text behind that of the jobs before it, and does the job again on what is true
    /// when the file changed under it.
    fn format(&self, job: &mut Job<K>, text: &mut Vec<u8>) {
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
            }
            self.kernel.format(&job.block, &mut part, text);
            job.part = Some(part);
        }
        job.text_end = text.len();
    }

    /// Writes the text of `steps`, and tells what went wrong with any of them behind it.
    pub(super) fn emit(
        &self,
        emission: &mut Emission<'_>,
        steps: &[Step<K>],
        text: &[u8],
        flush: bool,
        no_more: &dyn Fn(Unwanted),
    ) {
        let mut start = 0;
        for step in steps {
            match step {
                Step::Failed { input, name, error, gap, unwanted } => {
                    if emission.dropped != Some(*input) && !unwanted {
                        self.report(emission, *input, name, error, *gap, no_more);
                    }
                }
                Step::Job(job) => {
                    let piece = &text[start..job.text_end];
                    start = job.text_end;
                    let unwanted = emission.halted || emission.dropped == Some(job.block.input);
                    if unwanted || emission.result.is_err() {
                        continue;
                    }
                    let insertions = job.part.as_ref().map_or(&[][..], |part| self.kernel.insertions(part));
                    let mut result = write_text(emission.output, piece, insertions);
                    if result.is_ok() && job.drained {
                        result = emission.output.flush();
                    }
                    if let Err(error) = result {
                        emission.result = Err(error);
                        no_more(Unwanted::Rest);
                        continue;
                    }
                    // Only now has every block of it been looked at.
                    if job.damage.is_none() && job.part.is_some() {
                        job.block.notices(|source, notice| emission.output.report(source.name(), notice));
                    }
                    if let (Some(error), true) = (&job.damage, job.part.is_some()) {
                        self.report(emission, job.block.input, job.block.source.name(), error, true, no_more);
                    }
                }
            }
        }
        if flush
            && emission.result.is_ok()
            && let Err(error) = emission.output.flush()
        {
            emission.result = Err(error);
            no_more(Unwanted::Rest);
        }
    }

    fn report(
        &self,
        emission: &mut Emission<'_>,
        input: usize,
        name: &OsStr,
        error: &io::Error,
        gap: bool,
        no_more: &dyn Fn(Unwanted),
    ) {
        emission.dropped = Some(input);
        emission.failed = true;
        emission.output.report(name, error);
        no_more(Unwanted::Input(input));
        if matches!(self.plan.cut, Cut::Rows(_)) && gap {
            // Rows of joined inputs behind a broken one would stand in the wrong place.
            emission.halted = true;
            no_more(Unwanted::Rest);
        }
    }
}

/// Writes `text` with what is inserted into it.
///
/// # Errors
/// As [`Output::write_all`] and [`Output::move_to`].
pub fn write_text(output: &mut Output, text: &[u8], insertions: &[Insertion]) -> io::Result<()> {
    let mut done = 0;
    for insertion in insertions {
        output.write_all(&text[done..insertion.at])?;
        done = insertion.at;
        match &insertion.what {
            Inserted::Move(place) => output.move_to(*place)?,
            Inserted::Repeat { unit, bytes } => output.repeat(unit, *bytes)?,
            Inserted::Message(message) => {
                output.flush()?;
                complain(format_args!("{message}"));
            }
        }
    }
    output.write_all(&text[done..])
}
