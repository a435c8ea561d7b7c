//! The cursor: hands out the next span of the inputs, under one lock.
//!
//! It opens inputs in order, splits each at line or row ends, and crosses file borders, so that ten
//! thousand small files spread over the threads just as one huge file does. Small files are handed
//! out in batches. Spans begin small and grow, so that a first match does not wait for a full block.

use std::sync::Arc;

use crate::io::{AccessMethod, MAX_READ_FILE, Source, Stream};
use crate::os::{Buffer, Stop};

use super::input::Input;
use super::input_kind::InputKind;
use super::plan::{Plan, SplitAt};
use super::prefix_probe::probe_bytes;
use super::session::Session;
use super::shared_window::SharedWindow;
pub(super) use open_ahead::OpenBatch;
pub(super) use positioned::{SHORTEST_HOLE, run_from};
pub(super) use span::{Batch, Item, Next, Span, SpanContent};

#[cfg(test)]
mod batch_tests;
mod concat;
mod current;
mod joined;
mod open_ahead;
mod positioned;
mod remaining_work;
mod span;
mod streamed;

use concat::Concat;
use current::{Current, CursorPosition, nominal_size, take_whole};
use open_ahead::{OpenAhead, Upcoming};
use positioned::{CutSpan, Positioned};
use streamed::{StreamPiece, Streamed};

/// The size in bytes of the first span of a run, under [`Plan::ramp_up`].
const FIRST_SPAN: usize = 1 << 20;
/// The factor by which each further span is larger. A window costs about 15 µs in addition to its
/// bytes, so smaller steps, or smaller windows at the end for better balance, cost more than they
/// save.
const GROWTH: usize = 4;
/// The approximate number of bytes of small files in a batch, whose buffers stay in a core's cache.
const BATCH_BYTES: u64 = 256 << 10;

/// A function that classifies an input by its first bytes.
type Classify<'a> = dyn Fn(&[u8]) -> InputKind + Send + Sync + 'a;

pub(super) struct Cursor<'a> {
    inputs: OpenAhead<'a>,
    plan: Plan,
    head: usize,
    classify: Box<Classify<'a>>,
    session: &'a Session,
    current: Option<Current>,
    opened: usize,
    batches: u64,
    /// The number of items in the last batch.
    last_items: usize,
    /// Whether everything up to the last batch has been flushed.
    flushed: bool,
    /// The number of workers waiting for inputs that another worker is opening.
    pub(super) waiting: usize,
    nominal: usize,
    handed_out: u64,
    /// The number of bytes handed out before the last batch. A worker that is alone has processed
    /// them when it requests the batch.
    done: u64,
    concat: Concat,
    finished: bool,
    /// The last input that ended too early, and the reason.
    failed_late: Option<(usize, Item)>,
    /// Joined inputs that have ended since the last span.
    ended: Vec<Arc<Source>>,
}

/// The outcome of opening the next input.
enum OpenStep {
    Ready,
    /// A worker opens the next input.
    Deferred,
    /// Opening the next input may block, so everything before it must be emitted first.
    MustDrainFirst,
    NoMore,
}

/// The settings by which a run's inputs are read.
pub(super) struct ReadSettings<'a> {
    pub(super) plan: Plan,
    /// The number of bytes at the beginning of an input that classify it.
    pub(super) head: usize,
    pub(super) classify: Box<Classify<'a>>,
    pub(super) session: &'a Session,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(
        inputs: Box<dyn Iterator<Item = Input<'a>> + Send + 'a>,
        reading: ReadSettings<'a>,
        threads: usize,
    ) -> Cursor<'a> {
        let ReadSettings { plan, head, classify, session } = reading;
        let nominal = if plan.ramp_up { FIRST_SPAN.min(plan.block) } else { plan.block };
        Cursor {
            inputs: OpenAhead::new(inputs, threads),
            plan,
            head,
            classify,
            session,
            current: None,
            opened: 0,
            batches: 0,
            last_items: 1,
            flushed: true,
            waiting: 0,
            nominal,
            handed_out: 0,
            done: 0,
            concat: Concat::default(),
            finished: false,
            failed_late: None,
            ended: Vec::new(),
        }
    }

    /// Drops the rest of an input that is no longer needed.
    pub(super) fn end_input(&mut self, input: usize) {
        self.current.take_if(|current| current.input == input);
        self.failed_late.take_if(|(failed, _)| *failed == input);
    }

    /// Returns the next batch. `spare` contains buffers to reuse.
    pub(super) fn next(&mut self, spare: &mut Vec<Buffer>, stop: &Stop) -> Next {
        // Most batches are as long as the previous one.
        let mut items = Vec::with_capacity(self.last_items);
        let mut bytes = 0;
        let (mut flush, mut fence) = (false, false);
        self.done = self.handed_out;
        while !stop.is_requested() && items.len() < self.inputs.max_batch() {
            if let Some((_, item)) = self.failed_late.take() {
                items.push(item);
                continue;
            }
            if self.current.is_none() {
                match self.open_next(&mut items) {
                    OpenStep::Ready => {}
                    OpenStep::Deferred if items.is_empty() => return Next::Awaited,
                    OpenStep::Deferred => break,
                    step @ (OpenStep::MustDrainFirst | OpenStep::NoMore) => {
                        (flush, fence) = (true, matches!(step, OpenStep::MustDrainFirst));
                        break;
                    }
                }
            }
            let Some(current) = &mut self.current else { continue };
            let nominal = current.nominal(&self.plan, self.nominal);
            if let Some(span) = take_whole(current, &self.plan, nominal) {
                bytes += self.add_whole(span, &mut items);
                if bytes >= BATCH_BYTES.min(self.nominal as u64) {
                    break;
                }
                continue;
            }
            if !items.is_empty() {
                break;
            }
            let item = self.cut_current(spare, stop);
            self.nominal = self.nominal.saturating_mul(GROWTH).min(self.plan.block);
            if let Some(item) = item {
                items.push(item);
                break;
            }
        }
        if items.is_empty() && !fence && !stop.is_requested() {
            items.extend(self.finish_joined().map(Item::Span));
        }
        if items.is_empty() && !fence {
            return Next::Nothing;
        }
        self.flushed = flush;
        self.handed_out += bytes;
        self.last_items = items.len();
        let number = self.batches;
        self.batches += 1;
        Next::Batch(Batch { number, items, flush })
    }

    /// Adds a small file to a batch. Returns the number of its bytes that will probably be read.
    fn add_whole(&mut self, span: Span, items: &mut Vec<Item>) -> u64 {
        let length = span.at.end - span.at.start;
        items.push(Item::Span(span));
        self.current = None;
        if self.session.probe.should_probe() { length.min(probe_bytes(self.head) as u64) } else { length }
    }

    fn is_joined(&self) -> bool {
        self.plan.joins_inputs()
    }

    /// Opens the next input, unless the items so far must be emitted first.
    fn open_next(&mut self, items: &mut Vec<Item>) -> OpenStep {
        if self.is_joined() && self.plan.range.length == Some(0) && self.opened > 0 {
            return OpenStep::NoMore;
        }
        let input = match self.inputs.next() {
            Upcoming::Input(input) => input,
            Upcoming::Awaited => return OpenStep::Deferred,
            Upcoming::Nothing => return OpenStep::NoMore,
        };
        let is_unopened = input.is_unopened();
        let must_wait = input.may_block() || is_unopened && input.has_to_wait();
        if must_wait && !self.flushed || is_unopened && !items.is_empty() {
            self.inputs.put_back(input, must_wait);
            return if must_wait { OpenStep::MustDrainFirst } else { OpenStep::Deferred };
        }
        let number = self.opened;
        self.opened += 1;
        match input.open(self.plan.policy, self.plan.range) {
            Ok((source, kind)) => self.begin(source, number, kind),
            Err((name, error)) => {
                let is_open = error.kind() == std::io::ErrorKind::IsADirectory;
                items.push(Item::Failed { input: number, name, error, is_open });
            }
        }
        OpenStep::Ready
    }

    fn begin(&mut self, mut source: Source, input: usize, mut kind: Option<InputKind>) {
        // Every input of several blocks takes this path, so its beginning is faulted in before they
        // are split.
        let is_cold =
            source.method() != AccessMethod::Stream && !self.is_whole(&source) && self.session.begin(&mut source);
        self.session.opened(&mut source);
        let whole =
            is_cold && !self.plan.explicit_block_size && source.is_mapped_whole() || self.is_one_of_several(&source);
        let source = Arc::new(source);
        let mut position = match source.method() {
            AccessMethod::Stream => {
                CursorPosition::Streamed(Streamed::new(Stream::new(Arc::clone(&source)), self.plan.split_at, self.head))
            }
            AccessMethod::Map | AccessMethod::Pread => CursorPosition::Positioned(Positioned::new(&source)),
        };
        if let CursorPosition::Positioned(positioned) = &mut position {
            let len = positioned.remaining();
            let in_several = !self.is_whole(&source);
            if in_several {
                self.session.cold.begin_file(is_cold);
            }
            if is_cold {
                positioned.has_begun_cold();
            }
            if self.is_joined() {
                source.remember_beginning(0, &[]);
                self.concat.count_input(source.start(), len, &mut self.plan.range);
            }
            if self.head > 0 && in_several && kind.is_none() {
                let mut head = vec![0; usize::try_from(len).map_or(self.head, |len| len.min(self.head))];
                let got = source.read_at(&mut head, source.start()).unwrap_or(0);
                kind = Some((self.classify)(&head[..got]));
            }
        }
        self.current = Some(Current { source, input, first: true, whole, kind, position, window: None });
    }

    /// Returns whether a source that can be read by position is one block.
    fn is_whole(&self, source: &Source) -> bool {
        let fits = |wanted| wanted <= nominal_size(source, &self.plan, self.nominal) as u64;
        // A mapped file with holes may become several blocks, regardless of its length.
        source.wanted().is_some_and(fits) && !(self.plan.emit_holes && source.method() == AccessMethod::Map)
            || self.is_one_of_several(source)
    }

    /// Returns whether a source is small, is read, and is not the only input. No thread should wait
    /// for another thread's part of it.
    fn is_one_of_several(&self, source: &Source) -> bool {
        let fits = |wanted| wanted <= MAX_READ_FILE.min(self.nominal as u64);
        source.method() == AccessMethod::Pread
            && source.wanted().is_some_and(fits)
            && self.plan.ramp_up
            && (self.opened > 1 || self.inputs.has_more())
    }

    /// Splits the next span off the current input. Returns `None` if the input has ended.
    fn cut_current(&mut self, spare: &mut Vec<Buffer>, stop: &Stop) -> Option<Item> {
        if let SplitAt::Rows(row) = self.plan.split_at
            && self.concat.has_partial_row()
        {
            return self.complete_row(row, stop);
        }
        let current = self.current.as_mut()?;
        let nominal = current.nominal(&self.plan, self.nominal);
        let mut skipped_lines = None;
        let (cut, last) = match &mut current.position {
            CursorPosition::Positioned(positioned) => {
                let plan = self.plan.for_kind(current.kind.unwrap_or_default());
                let source = &current.source;
                let cut = if self.session.cold.is_cold() && source.can_fault_in() {
                    let bytes =
                        usize::try_from(positioned.remaining()).map_or(nominal, |remaining| remaining.min(nominal));
                    self.session.cold.time(bytes, || positioned.next(source, &plan, nominal, true))
                } else {
                    positioned.next(source, &plan, nominal, false)
                };
                let last = positioned.remaining() == 0 && cut.damage.is_none();
                (cut, last)
            }
            CursorPosition::Streamed(streamed) => {
                let buffer = spare.pop().unwrap_or_default();
                match streamed.next(buffer, self.nominal, &*self.classify, stop) {
                    Ok(StreamPiece::Stopped) => return None,
                    Ok(StreamPiece::Bytes { bytes, at, last, drained, skipped_lines: skipped }) => {
                        skipped_lines = skipped;
                        current.kind.get_or_insert(streamed.kind());
                        if !bytes.is_empty() {
                            self.concat.count_skipped(streamed.skipped());
                        }
                        let at = at..at + bytes.len() as u64;
                        (CutSpan { at, content: SpanContent::Loaded { bytes, drained }, damage: None }, last)
                    }
                    Err(error) => return Some(self.fail_current(error)),
                }
            }
        };
        let CutSpan { at, content, damage } = cut;
        if self.plan.shares_windows && matches!(content, SpanContent::ToLoad) {
            current.window = SharedWindow::around(current.window.as_ref(), &current.source, &at);
        }
        let span = Span {
            source: Arc::clone(&current.source),
            input: current.input,
            offset: at.start,
            first: std::mem::take(&mut current.first),
            at,
            last,
            kind: current.kind,
            content,
            window: current.window.clone(),
            damage,
            skipped_lines,
            ended: None,
        };
        self.hand_out(span)
    }

    /// Counts a span as handed out, and sets its offset among joined inputs.
    fn hand_out(&mut self, mut span: Span) -> Option<Item> {
        self.handed_out += span.at.end - span.at.start;
        if span.last || span.damage.is_some() {
            // Leave the offset of redirected standard input where a reading program would.
            span.source.set_shared_position(span.at.end);
            self.end_current();
        }
        if let SplitAt::Rows(row) = self.plan.split_at {
            if let Err(error) = self.concat.admit(&mut span, row) {
                self.end_input(span.input);
                span.damage = Some(error);
            }
            if span.at.is_empty() {
                let name = || span.source.name().to_owned();
                return span.damage.map(|error| Item::Failed { input: span.input, name: name(), error, is_open: true });
            }
        }
        span.ended = self.is_joined().then(|| std::mem::take(&mut self.ended));
        Some(Item::Span(span))
    }

    fn fail_current(&mut self, error: std::io::Error) -> Item {
        let ended = self.current.take();
        let (input, name) = ended.map(|c| (c.input, c.source.name().to_owned())).unwrap_or_default();
        Item::Failed { input, name, error, is_open: true }
    }

    fn end_current(&mut self) {
        let Some(Current { position, source, input, .. }) = self.current.take() else { return };
        if let CursorPosition::Streamed(mut streamed) = position {
            if let Some(error) = streamed.take_failure() {
                let name = source.name().to_owned();
                self.failed_late = Some((input, Item::Failed { input, name, error, is_open: true }));
            }
            if self.is_joined() {
                // Only the end of a stream shows how much of the joined range it has used.
                self.concat.count_input(streamed.skipped(), streamed.delivered(), &mut self.plan.range);
            }
        }
        if self.is_joined() {
            self.ended.push(source);
        }
    }
}
