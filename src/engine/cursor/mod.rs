//! The cursor: hands out the next span of the inputs, under one lock.
//!
//! It opens inputs in order, cuts each at line or row ends, and crosses file borders, so that ten
//! thousand small files spread over the threads just as one huge file does. Small files go out many
//! at a time. Spans begin small and grow, so that a first match is not kept waiting by a full block.

use std::sync::Arc;
use std::time::Duration;

use crate::io::{AccessMethod, SMALL, Source, Stream};
use crate::os::{Buffer, Stop};

use super::heads;
use super::setup::COUNTED;
use super::stats::Stats;
pub(super) use span::{Batch, Content, Item, Span};
pub use span::{Cut, Input, Open, Opened, Plan};

mod ahead;
#[cfg(test)]
mod batch_tests;
mod joint;
mod positioned;
mod span;
mod streamed;

pub(super) use ahead::Unopened;
use ahead::{Ahead, Upcoming};
use joint::Joint;
use positioned::Positioned;
use streamed::{Piece, Streamed};

/// First span of a run, under [`Plan::ramp`].
const FIRST: usize = 1 << 20;
/// How much larger each further one is. A window costs some 15 us beside its bytes, so that smaller steps, and smaller
/// windows towards the end for the sake of balance, cost more than they gain.
const GROWTH: usize = 4;
/// Small files in a batch, at most.
pub(super) const MANY: usize = 32;
/// And so many bytes of them, about, if there are several: their buffers stay in a core's cache from batch to batch.
const MUCH: u64 = 256 << 10;

/// Says what is to be known of an input from its first bytes.
type Judge<'a> = Box<dyn Fn(&[u8]) -> u8 + Send + Sync + 'a>;

pub(super) struct Cursor<'a> {
    inputs: Ahead<'a>,
    plan: Plan,
    head: usize,
    judge: Judge<'a>,
    stats: &'a Stats,
    current: Option<Current>,
    opened: usize,
    batches: u64,
    /// How many items the last one had.
    last: usize,
    /// Nothing of it, or of those before it, is held back.
    flushed: bool,
    /// Workers that wait for what another one is opening.
    pub(super) waiting: usize,
    nominal: usize,
    handed_out: u64,
    /// How much of it was before the last batch: what a first worker has done when it comes for that.
    done: u64,
    joint: Joint,
    finished: bool,
    /// The input that ended last, too early, and why.
    failed_late: Option<(usize, Item)>,
    /// Joined inputs that have ended since the last span.
    ended: Vec<Arc<Source>>,
}

/// What there is for a worker.
pub(super) enum Next {
    Batch(Batch),
    /// Another worker is opening what comes next.
    Awaited,
    Nothing,
}

/// How much work is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    /// Too little for a further thread.
    Short,
    /// Enough for one.
    Long,
    /// Enough, too, for another one in place of that which starts it.
    Lasting,
}

enum Begun {
    Yes,
    /// By who takes it to open it.
    Later,
    /// It may block: nothing that stands before it may be held back.
    AfterThese,
    /// There is no other.
    No,
}

struct Current {
    source: Arc<Source>,
    input: usize,
    first: bool,
    /// To be one block.
    whole: bool,
    verdict: Option<u8>,
    place: Place,
}

enum Place {
    Positioned(Positioned),
    Streamed(Streamed),
}

impl<'a> Cursor<'a> {
    pub(super) fn new(
        inputs: Box<dyn Iterator<Item = Input<'a>> + Send + 'a>,
        plan: Plan,
        head: usize,
        judge: Judge<'a>,
        stats: &'a Stats,
        threads: usize,
    ) -> Cursor<'a> {
        let nominal = if plan.ramp { FIRST.min(plan.block) } else { plan.block };
        Cursor {
            inputs: Ahead::new(inputs, threads),
            plan,
            head,
            judge,
            stats,
            current: None,
            opened: 0,
            batches: 0,
            last: 1,
            flushed: true,
            waiting: 0,
            nominal,
            handed_out: 0,
            done: 0,
            joint: Joint::default(),
            finished: false,
            failed_late: None,
            ended: Vec::new(),
        }
    }

    /// How much work is left, after `busy` spent on what was handed out. Starting a thread and having it scheduled takes as long
    /// as scanning megabytes with a fast kernel.
    pub(super) fn outlook(&self, busy: Duration) -> Outlook {
        const START: Duration = Duration::from_micros(250);
        const SURELY: u64 = 32 << 20;
        const LASTING: Duration = Duration::from_millis(4);
        if self.plan.block < FIRST / 4 {
            return if self.batches > 3 { Outlook::Lasting } else { Outlook::Short };
        }
        match (&self.current, self.inputs.has_more()) {
            (Some(Current { place: Place::Positioned(place), .. }), false) => {
                let left = place.left();
                let rest = busy.as_secs_f64() * left as f64 / self.done.max(1) as f64;
                match () {
                    () if left >= SURELY => Outlook::Lasting,
                    // What was too short to be timed says nothing of the rest.
                    () if busy < START / 8 || rest < START.as_secs_f64() => Outlook::Short,
                    () if rest < LASTING.as_secs_f64() => Outlook::Long,
                    () => Outlook::Lasting,
                }
            }
            (None, false) => Outlook::Short,
            _ if busy >= START => Outlook::Lasting,
            _ => Outlook::Short,
        }
    }

    /// Whether the next batch is a block of a mapped file in memory, for which nobody has to wait.
    pub(super) fn has_mapped(&self) -> bool {
        let is_mapped = |current: &Current| current.source.way() == AccessMethod::Map;
        self.current.as_ref().is_some_and(is_mapped) && !self.stats.warmth.is_cold()
    }

    /// Drops the rest of an input that nobody needs any more.
    pub(super) fn end_input(&mut self, input: usize) {
        self.current.take_if(|current| current.input == input);
        self.failed_late.take_if(|(failed, _)| *failed == input);
    }

    /// Inputs that the caller may open before it asks for the next batch, to be given to [`Cursor::give_opened`]. Not those
    /// that are joined: which part of one is wanted depends on those before it.
    pub(super) fn take_unopened(&mut self) -> Option<Unopened<'a>> {
        if self.current.is_some() || self.is_joined() {
            return None;
        }
        self.inputs.take(self.plan.policy, self.plan.range)
    }

    /// Takes what was opened meanwhile.
    pub(super) fn give_opened(&mut self, opened: Unopened<'a>) {
        self.inputs.give(opened);
    }

    /// The next batch. `spare` are buffers to use again.
    pub(super) fn next(&mut self, spare: &mut Vec<Buffer>, stop: &Stop) -> Next {
        // A batch is as a rule as long as the one before.
        let mut items = Vec::with_capacity(self.last);
        let mut bytes = 0;
        let (mut flush, mut fence) = (false, false);
        self.done = self.handed_out;
        while !stop.asked() && items.len() < self.inputs.many() {
            if let Some((_, item)) = self.failed_late.take() {
                items.push(item);
                continue;
            }
            if self.current.is_none() {
                match self.open_next(&mut items) {
                    Begun::Yes => {}
                    Begun::Later if items.is_empty() => return Next::Awaited,
                    Begun::Later => break,
                    Begun::AfterThese => {
                        (flush, fence) = (true, true);
                        break;
                    }
                    Begun::No => {
                        flush = true;
                        break;
                    }
                }
            }
            let Some(current) = &mut self.current else { continue };
            let nominal = current.nominal(&self.plan, self.nominal);
            if let Some(span) = take_whole(current, &self.plan, nominal) {
                let length = span.at.end - span.at.start;
                bytes += if self.stats.heads.pay() { length.min(heads::length(self.head) as u64) } else { length };
                items.push(Item::Span(span));
                self.current = None;
                if bytes >= MUCH.min(self.nominal as u64) {
                    break;
                }
                continue;
            }
            if !items.is_empty() {
                break;
            }
            let item = self.cut_current(spare, stop);
            self.ramp_up();
            if let Some(item) = item {
                items.push(item);
                break;
            }
        }
        if items.is_empty() && !fence && !stop.asked() {
            items.extend(self.finish_joined().map(Item::Span));
        }
        if items.is_empty() && !fence {
            return Next::Nothing;
        }
        self.flushed = flush;
        self.handed_out += bytes;
        self.last = items.len();
        let number = self.batches;
        self.batches += 1;
        Next::Batch(Batch { number, items, flush })
    }

    fn ramp_up(&mut self) {
        self.nominal = self.nominal.saturating_mul(GROWTH).min(self.plan.block);
    }

    fn is_joined(&self) -> bool {
        matches!(self.plan.cut, Cut::Rows(_))
    }

    /// Opens the next input, unless it must wait until the items so far are out.
    fn open_next(&mut self, items: &mut Vec<Item>) -> Begun {
        if self.is_joined() && self.plan.range.length == Some(0) && self.opened > 0 {
            return Begun::No;
        }
        let input = match self.inputs.next() {
            Upcoming::Input(input) => input,
            Upcoming::Awaited => return Begun::Later,
            Upcoming::Nothing => return Begun::No,
        };
        if input.is_unopened() {
            let has_to_wait = input.has_to_wait();
            if !items.is_empty() || has_to_wait && !self.flushed {
                self.inputs.put_back(input, has_to_wait);
                return if has_to_wait { Begun::AfterThese } else { Begun::Later };
            }
        }
        let number = self.opened;
        self.opened += 1;
        match input.open(self.plan.policy, self.plan.range) {
            Ok((source, verdict)) => self.begin(source, number, verdict),
            Err((name, error)) => items.push(Item::Failed { input: number, name, error }),
        }
        Begun::Yes
    }

    fn begin(&mut self, mut source: Source, input: usize, mut verdict: Option<u8>) {
        // What comes in several blocks comes through here, so that its beginning can be brought in before they are cut.
        let is_cold = source.way() != AccessMethod::Stream && !self.is_whole(&source) && self.stats.begin(&mut source);
        self.stats.opened(&mut source);
        let whole = is_cold && !self.plan.sized && source.is_brought_whole() || self.is_one_of_several(&source);
        let source = Arc::new(source);
        let mut place = match source.way() {
            AccessMethod::Stream => {
                Place::Streamed(Streamed::new(Stream::new(Arc::clone(&source)), self.plan.cut, self.head))
            }
            AccessMethod::Map | AccessMethod::Pread => Place::Positioned(Positioned::new(&source)),
        };
        if let Place::Positioned(positioned) = &mut place {
            let len = positioned.left();
            let in_several = !self.is_whole(&source);
            if in_several {
                self.stats.warmth.begin(is_cold);
            }
            if is_cold {
                positioned.has_begun_cold();
            }
            if self.is_joined() {
                source.remember_beginning(0, &[]);
                self.joint.took(source.start(), len, &mut self.plan.range);
            }
            if self.head > 0 && in_several && verdict.is_none() {
                let mut head = vec![0; self.head.min(len as usize)];
                let got = source.read_at(&mut head, source.start()).unwrap_or(0);
                verdict = Some((self.judge)(&head[..got]));
            }
        }
        self.current = Some(Current { source, input, first: true, whole, verdict, place });
    }

    /// Whether a source that can be read by position is one block.
    fn is_whole(&self, source: &Source) -> bool {
        let fits = |wanted| wanted <= nominal(source, &self.plan, self.nominal) as u64;
        // A mapped file with holes may come in several blocks however short it is.
        source.wanted().is_some_and(fits) && !(self.plan.holes && source.way() == AccessMethod::Map)
            || self.is_one_of_several(source)
    }

    /// Whether a source is small, is read, and is not the only input: no thread should have to wait for another's part of it.
    fn is_one_of_several(&self, source: &Source) -> bool {
        let fits = |wanted| wanted <= SMALL.min(self.nominal as u64);
        source.way() == AccessMethod::Pread
            && source.wanted().is_some_and(fits)
            && self.plan.ramp
            && (self.opened > 1 || self.inputs.has_more())
    }

    /// Cuts the next span off the current input; `None` when it had no more.
    fn cut_current(&mut self, spare: &mut Vec<Buffer>, stop: &Stop) -> Option<Item> {
        if let Cut::Rows(row) = self.plan.cut
            && self.joint.has_begun_row()
        {
            return self.complete_row(row, stop);
        }
        let current = self.current.as_mut()?;
        let nominal = current.nominal(&self.plan, self.nominal);
        let mut passed_lines = None;
        let (at, last, content, broken) = match &mut current.place {
            Place::Positioned(positioned) => {
                let plan = self.plan.under(current.verdict.unwrap_or(0));
                let warmth = &self.stats.warmth;
                let read = positioned.next_read(&current.source, &plan, nominal, spare);
                let (at, content, broken) = if let Some((at, content)) = read {
                    (at, content, None)
                } else if warmth.is_cold() && current.source.can_be_brought() {
                    let bytes = (nominal as u64).min(positioned.left()) as usize;
                    warmth.bring(bytes, || positioned.next(&current.source, &plan, nominal, true))
                } else {
                    positioned.next(&current.source, &plan, nominal, false)
                };
                (at, positioned.left() == 0 && broken.is_none(), content, broken)
            }
            Place::Streamed(streamed) => {
                let buffer = spare.pop().unwrap_or_default();
                match streamed.next(buffer, self.nominal, &*self.judge, stop) {
                    Ok(Piece::Stopped) => return None,
                    Ok(Piece::Bytes { bytes, at, last, drained, passed_lines: passed }) => {
                        passed_lines = passed;
                        current.verdict.get_or_insert(streamed.verdict());
                        if !bytes.is_empty() {
                            self.joint.skipped(streamed.skipped());
                        }
                        (at..at + bytes.len() as u64, last, Content::Loaded { bytes, drained }, None)
                    }
                    Err(error) => return Some(self.fail_current(error)),
                }
            }
        };
        let mut span = Span {
            source: Arc::clone(&current.source),
            input: current.input,
            offset: at.start,
            first: std::mem::take(&mut current.first),
            at,
            last,
            verdict: current.verdict,
            content,
            broken,
            passed_lines,
            ended: None,
        };
        self.handed_out += span.at.end - span.at.start;
        if span.last || span.broken.is_some() {
            // Where a program that reads would leave redirected standard input.
            span.source.leave_at(span.at.end);
            self.end_current();
        }
        if let Cut::Rows(row) = self.plan.cut {
            if let Err(error) = self.joint.admit(&mut span, row) {
                self.end_input(span.input);
                span.broken = Some(error);
            }
            if span.at.is_empty() {
                let name = || span.source.name().to_owned();
                return span.broken.map(|error| Item::Failed { input: span.input, name: name(), error });
            }
        }
        span.ended = self.is_joined().then(|| std::mem::take(&mut self.ended));
        Some(Item::Span(span))
    }

    fn fail_current(&mut self, error: std::io::Error) -> Item {
        let ended = self.current.take();
        let (input, name) = ended.map(|c| (c.input, c.source.name().to_owned())).unwrap_or_default();
        Item::Failed { input, name, error }
    }

    fn end_current(&mut self) {
        let Some(Current { place, source, input, .. }) = self.current.take() else { return };
        if let Place::Streamed(mut streamed) = place {
            if let Some(error) = streamed.take_failure() {
                let name = source.name().to_owned();
                self.failed_late = Some((input, Item::Failed { input, name, error }));
            }
            if self.is_joined() {
                // Only its end tells how much of the joined range a stream has used up.
                self.joint.took(streamed.skipped(), streamed.delivered(), &mut self.plan.range);
            }
        }
        if self.is_joined() {
            self.ended.push(source);
        }
    }

    /// Fills the row that began in an earlier input from the current one.
    fn complete_row(&mut self, row: usize, stop: &Stop) -> Option<Item> {
        let current = self.current.as_mut()?;
        let missing = row - self.joint.row_mut().len();
        let ended = match &mut current.place {
            Place::Positioned(positioned) => {
                if let Err(error) = positioned.append_to(&current.source, self.joint.row_mut(), missing) {
                    return Some(self.fail_current(error));
                }
                positioned.left() == 0
            }
            Place::Streamed(streamed) => match streamed.append_to(self.joint.row_mut(), missing, stop) {
                Ok(ended) => ended,
                Err(error) => return Some(self.fail_current(error)),
            },
        };
        let (source, input) = (Arc::clone(&current.source), current.input);
        if ended {
            self.end_current();
        }
        (self.joint.row_mut().len() == row).then(|| {
            let ended = Some(std::mem::take(&mut self.ended));
            Item::Span(Span { ended, ..self.joint.row_span(source, input) })
        })
    }

    /// The last block of joined inputs: the row that was never filled, or no bytes at all.
    fn finish_joined(&mut self) -> Option<Span> {
        if !self.is_joined() || std::mem::replace(&mut self.finished, true) {
            return None;
        }
        // Its number is none of theirs, so it comes also when the last of them has failed.
        let ended = Some(std::mem::take(&mut self.ended));
        self.joint.finish(self.opened).map(|span| Span { ended, ..span })
    }
}

impl Current {
    /// The nominal size of its next block.
    fn nominal(&self, plan: &Plan, largest: usize) -> usize {
        if self.whole { usize::MAX } else { nominal(&self.source, plan, largest) }
    }
}

/// The nominal size of a source's next block, where that is not mapped. Of a short one at most a quarter, so that it has some
/// for a second thread; but where lines are only counted, it is as a rule through before that thread has started.
fn nominal(source: &Source, plan: &Plan, nominal: usize) -> usize {
    const SHORT: u64 = 256 << 10;
    if source.way() != AccessMethod::Pread {
        return nominal;
    }
    let length = source.wanted().unwrap_or(u64::MAX);
    let quarter = if plan.ramp && plan.block < COUNTED {
        usize::try_from((length / 4).max(SHORT)).unwrap_or(usize::MAX)
    } else {
        usize::MAX
    };
    nominal.min(plan.read).min(quarter)
}

/// A small file as one span, to be read by the worker that takes it.
fn take_whole(current: &mut Current, plan: &Plan, nominal: usize) -> Option<Span> {
    let Place::Positioned(positioned) = &current.place else { return None };
    let joined = matches!(plan.cut, Cut::Rows(_));
    if joined || current.source.way() != AccessMethod::Pread || !current.first || positioned.left() > nominal as u64 {
        return None;
    }
    Some(Span::whole(Arc::clone(&current.source), current.input, positioned.rest(), current.verdict))
}

/// Whether all that is wanted of `source` is one span, to be read by position.
pub(super) fn is_one_span(source: &Source, plan: &Plan) -> bool {
    let fits = |wanted| wanted <= nominal(source, plan, plan.block) as u64;
    source.way() == AccessMethod::Pread && source.wanted().is_some_and(fits)
}
