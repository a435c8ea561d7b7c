//! Opens inputs ahead of the cursor.
//!
//! Listing directories and opening files are a large part of the work on small files, so neither is
//! done under the cursor's lock. A worker borrows the list of inputs, takes several of them, and
//! returns the list for the next worker. It then opens these inputs, and returns them to the queue in
//! order.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use crate::io::{IoMode, Range};
use crate::os::{Stop, fd_table};

use crate::engine::cold_files::WaitTimer;
use crate::engine::input::Input;
use crate::engine::plan::{MAX_BATCH, MAX_SCANNED};
use crate::engine::session::Session;

use super::current::CursorPosition;
use super::{BATCH_BYTES, Cursor};

/// The longest time for which a worker opens files, so that a slow file system does not delay
/// searching.
const MAX_OPENING_TIME: Duration = Duration::from_millis(1);

/// The number of batches whose files a worker keeps open if it runs ahead: two chunks, the batch it
/// searches, and those that wait for their turn.
const BATCHES_AHEAD: usize = 3 + MAX_SCANNED;

/// The minimum number of files in a batch for which workers run ahead. If there are too few
/// descriptors for that, no worker does.
const MIN_BATCH_AHEAD: usize = 8;

/// The inputs of a run, which may be found only when they are requested.
type InputList<'a> = Box<dyn Iterator<Item = Input<'a>> + Send + 'a>;

/// Inputs that the cursor has not reached yet, in order.
pub(super) struct OpenAhead<'a> {
    /// The inputs after those in `chunks`. `None` while a worker takes some of them for the last chunk.
    list: Option<InputList<'a>>,
    /// Chunks taken from the list. `None` stands for a chunk that a worker is opening.
    chunks: VecDeque<Option<Chunk<'a>>>,
    /// The number of the first chunk.
    first: u64,
    max_chunks: usize,
    runs_ahead: bool,
    /// The maximum number of files that a worker opens or searches at a time.
    max_batch: usize,
}

#[derive(Default)]
struct Chunk<'a> {
    inputs: VecDeque<Input<'a>>,
    /// Whether opening the next one must wait until everything before it was emitted.
    must_wait: bool,
}

/// A chunk that a worker opens without the lock.
pub(in crate::engine) struct OpenBatch<'a> {
    number: u64,
    chunk: Chunk<'a>,
    /// The list from which the chunk is to be filled, if it is not full.
    list: Option<InputList<'a>>,
    max_inputs: usize,
    policy: IoMode,
    range: Range,
}

/// The next input.
#[allow(clippy::large_enum_variant, reason = "it is taken apart as soon as it is returned")]
pub(super) enum Upcoming<'a> {
    Input(Input<'a>),
    /// Another worker is opening the next input.
    Awaited,
    Nothing,
}

impl<'a> OpenAhead<'a> {
    /// Creates the queue for `workers` workers, which have not been started yet.
    pub(super) fn new(inputs: InputList<'a>, workers: usize) -> OpenAhead<'a> {
        let is_single = inputs.size_hint().1 == Some(1);
        let share = |batches| fd_table::files_per_worker(batches * workers, MAX_BATCH);
        // One file needs no share, and requesting one would grow the kernel's table.
        let ahead = if is_single { 0 } else { share(BATCHES_AHEAD) };
        let (max_batch, runs_ahead) = match ahead {
            _ if is_single => (1, false),
            MIN_BATCH_AHEAD.. => (ahead, true),
            _ => (share(2), false),
        };
        let max_chunks = if runs_ahead { 2 * workers } else { workers };
        OpenAhead { list: Some(inputs), chunks: VecDeque::new(), first: 0, max_chunks, max_batch, runs_ahead }
    }

    /// Returns whether there are enough descriptors for batches that wait for their turn.
    pub(super) fn runs_ahead(&self) -> bool {
        self.runs_ahead
    }

    /// Returns the maximum number of small files that a worker searches at a time.
    pub(super) fn max_batch(&self) -> usize {
        self.max_batch
    }

    /// Returns whether there may be more inputs.
    pub(super) fn has_more(&self) -> bool {
        let has_inputs = |chunk: &Option<Chunk<'_>>| chunk.as_ref().is_none_or(|chunk| !chunk.inputs.is_empty());
        self.chunks.iter().any(has_inputs) || self.list.as_ref().is_some_and(|list| list.size_hint().1 != Some(0))
    }

    /// Returns whether the next input may block, as far as is known before it is opened.
    pub(super) fn may_block(&self) -> bool {
        let front = self.chunks.front().and_then(Option::as_ref);
        front.is_some_and(|chunk| chunk.must_wait || chunk.inputs.front().is_some_and(Input::may_block))
    }

    pub(super) fn next(&mut self) -> Upcoming<'a> {
        while let Some(front) = self.chunks.front_mut() {
            let Some(chunk) = front else { return Upcoming::Awaited };
            if let Some(input) = chunk.inputs.pop_front() {
                chunk.must_wait &= !chunk.inputs.is_empty();
                return Upcoming::Input(input);
            }
            self.drop_first();
        }
        // If a worker has the list, its chunk is in the queue.
        self.list.as_mut().and_then(Iterator::next).map_or(Upcoming::Nothing, Upcoming::Input)
    }

    /// Puts back the input taken last. `must_wait` says that opening it must wait for the inputs
    /// before it.
    pub(super) fn put_back(&mut self, input: Input<'a>, must_wait: bool) {
        if let Some(Some(chunk)) = self.chunks.front_mut() {
            chunk.inputs.push_front(input);
            chunk.must_wait |= must_wait;
        } else {
            self.chunks.push_front(Some(Chunk { inputs: VecDeque::from([input]), must_wait }));
            self.first = self.first.wrapping_sub(1);
        }
    }

    /// Returns a chunk that the caller may fill and open now. If workers run ahead, there are at most two
    /// chunks for each, so that a worker that waits for another's chunk has opened the next one.
    pub(super) fn take(&mut self, policy: IoMode, range: Range) -> Option<OpenBatch<'a>> {
        while self.chunks.front().is_some_and(|front| front.as_ref().is_some_and(|chunk| chunk.inputs.is_empty())) {
            self.drop_first();
        }
        if let Some(Some(chunk)) = self.chunks.front_mut() {
            if chunk.must_wait || !chunk.inputs[0].is_unopened() {
                return None;
            }
            let chunk = std::mem::take(chunk);
            self.chunks[0] = None;
            // An input that was put back is alone in its chunk.
            let list = if self.chunks.len() == 1 { self.list.take() } else { None };
            return Some(OpenBatch { number: self.first, chunk, list, max_inputs: self.max_batch, policy, range });
        }
        let has_room = self.chunks.len() < self.max_chunks;
        let list = self.list.take_if(|list| has_room && list.size_hint().1 != Some(0))?;
        let number = self.first.wrapping_add(self.chunks.len() as u64);
        self.chunks.push_back(None);
        let (chunk, list) = (Chunk::default(), Some(list));
        Some(OpenBatch { number, chunk, list, max_inputs: self.max_batch, policy, range })
    }

    fn drop_first(&mut self) {
        self.chunks.pop_front();
        self.first = self.first.wrapping_add(1);
    }

    /// Takes back the list from a batch that was filled, if the batch had it.
    pub(super) fn put_back_list(&mut self, filled: &mut OpenBatch<'a>) {
        if let Some(list) = filled.list.take() {
            self.list = Some(list);
        }
    }

    /// Takes back a batch from [`OpenAhead::take`].
    pub(super) fn put_back_batch(&mut self, mut unopened: OpenBatch<'a>) {
        self.put_back_list(&mut unopened);
        if let Some(chunk) = self.chunks.get_mut(unopened.number.wrapping_sub(self.first) as usize) {
            *chunk = Some(unopened.chunk);
        }
    }
}

impl<'a> OpenBatch<'a> {
    /// Moves the chunk out, leaving an empty one.
    pub(in crate::engine) fn take(&mut self) -> OpenBatch<'a> {
        OpenBatch { chunk: std::mem::take(&mut self.chunk), list: self.list.take(), ..*self }
    }

    /// Fills up the chunk with the inputs that follow it, up to one that is already open.
    pub(in crate::engine) fn fill(&mut self) {
        let Some(list) = &mut self.list else { return };
        let inputs = &mut self.chunk.inputs;
        let likely = list.size_hint().1.map_or(self.max_inputs, |max| max.min(self.max_inputs));
        inputs.reserve(likely.saturating_sub(inputs.len()));
        while inputs.len() < self.max_inputs
            && inputs.back().is_none_or(Input::is_unopened)
            && let Some(input) = list.next()
        {
            inputs.push_back(input);
        }
    }

    /// Opens inputs for a short while, up to one that would block or may share its open file with
    /// another.
    pub(in crate::engine) fn open(&mut self, stop: &Stop, session: &Session) {
        let prefetched = if session.cold.should_prefetch() { self.prefetch(stop, session) } else { 0 };
        let (begun, timer) = (Instant::now(), WaitTimer::start());
        let (mut opened, mut bytes) = (0, 0);
        for slot in &mut self.chunk.inputs {
            if slot.has_to_wait() {
                self.chunk.must_wait = true;
                break;
            }
            let input = std::mem::replace(slot, Input::Named(OsString::new()));
            *slot = input.open(self.policy, self.range).into();
            opened += 1;
            bytes += slot.bytes_in_memory() as u64;
            let is_enough = match prefetched {
                0 => opened % 4 == 1 && begun.elapsed() > MAX_OPENING_TIME,
                // All of them were requested, so waiting for one means waiting for all.
                prefetched => opened >= prefetched,
            };
            // Files that are read when they are opened already fill a batch.
            if stop.is_requested() || is_enough || bytes >= BATCH_BYTES {
                break;
            }
        }
        session.cold.record_files(opened, timer.elapsed());
    }

    /// Requests read-ahead of small files for a short while, and returns their number.
    fn prefetch(&mut self, stop: &Stop, session: &Session) -> u32 {
        let begun = Instant::now();
        let mut prefetched = 0;
        for slot in &mut self.chunk.inputs {
            if stop.is_requested() || slot.has_to_wait() || begun.elapsed() > MAX_OPENING_TIME {
                break;
            }
            slot.prefetch(self.policy, self.range, session);
            prefetched += 1;
        }
        prefetched
    }
}

impl<'a> Cursor<'a> {
    /// Returns a batch of inputs that the caller may fill and open before it asks for the next one. It
    /// passes the batch to [`Cursor::put_back_list`] once it is filled, and to
    /// [`Cursor::put_back_opened`] once it is open. Joined inputs are excluded, because the requested
    /// part of each depends on those before it.
    pub(in crate::engine) fn take_unopened(&mut self) -> Option<OpenBatch<'a>> {
        if self.current.is_some() || self.is_joined() {
            return None;
        }
        self.inputs.take(self.plan.policy, self.plan.range)
    }

    /// Returns whether workers may keep batches of small files until their turn.
    pub(in crate::engine) fn runs_ahead(&self) -> bool {
        self.inputs.runs_ahead()
    }

    /// Returns whether the next input may block while it is opened or read, so that everything
    /// before it must be emitted first.
    pub(in crate::engine) fn may_block(&self) -> bool {
        match &self.current {
            Some(current) => matches!(current.position, CursorPosition::Streamed(_)),
            None => self.inputs.may_block(),
        }
    }

    /// Takes back the list of inputs from a batch that was filled, if the batch had it.
    pub(in crate::engine) fn put_back_list(&mut self, filled: &mut OpenBatch<'a>) {
        self.inputs.put_back_list(filled);
    }

    /// Takes back inputs that were opened.
    pub(in crate::engine) fn put_back_opened(&mut self, opened: OpenBatch<'a>) {
        self.inputs.put_back_batch(opened);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> impl Iterator<Item = Input<'static>> {
        (0..count).map(|i| Input::Named(format!("/no/such/{i}").into()))
    }

    fn ahead(inputs: impl Iterator<Item = Input<'static>> + Send + 'static) -> OpenAhead<'static> {
        OpenAhead::new(Box::new(inputs), 3)
    }

    fn take(ahead: &mut OpenAhead<'static>) -> Option<OpenBatch<'static>> {
        let mut batch = ahead.take(IoMode::Auto, Range::default())?;
        batch.fill();
        ahead.put_back_list(&mut batch);
        Some(batch)
    }

    fn number(upcoming: Upcoming<'_>) -> Option<usize> {
        let Upcoming::Input(input) = upcoming else { return None };
        let (name, _) = input.open(IoMode::Auto, Range::default()).unwrap_err();
        name.to_str()?.strip_prefix("/no/such/")?.parse().ok()
    }

    #[test]
    fn inputs_keep_their_order_whichever_worker_finishes_first() {
        let mut ahead = ahead(names(2 * MAX_BATCH + 16));
        ahead.max_batch = MAX_BATCH;
        let mut chunks: Vec<_> = (0..3).map(|_| take(&mut ahead).unwrap()).collect();
        assert!(take(&mut ahead).is_none(), "a chunk a worker");
        for chunk in chunks.iter_mut().rev() {
            assert!(matches!(ahead.next(), Upcoming::Awaited));
            chunk.open(&Stop::new(), &Session::default());
            ahead.put_back_batch(chunk.take());
        }
        let order: Vec<_> = (0..2 * MAX_BATCH + 16).map(|_| number(ahead.next()).unwrap()).collect();
        assert_eq!(order, (0..2 * MAX_BATCH + 16).collect::<Vec<_>>());
        assert!(!ahead.has_more() && matches!(ahead.next(), Upcoming::Nothing));
    }

    /// Regression: the input that was put back formed a chunk of its own, and so did each input
    /// after it.
    #[test]
    fn inputs_put_back_are_opened_with_those_after_them() {
        let mut ahead = ahead(names(MAX_BATCH + 8));
        ahead.max_batch = MAX_BATCH;
        let Upcoming::Input(first) = ahead.next() else { panic!("there are more than {MAX_BATCH}") };
        ahead.put_back(first, false);
        assert_eq!(take(&mut ahead).unwrap().chunk.inputs.len(), MAX_BATCH);
        assert_eq!(take(&mut ahead).unwrap().chunk.inputs.len(), 8);
    }

    #[test]
    fn inputs_put_back_are_returned_again() {
        for must_wait in [true, false] {
            let mut ahead = ahead(names(3));
            let Upcoming::Input(first) = ahead.next() else { panic!("there are three") };
            ahead.put_back(first, must_wait);
            let taken = take(&mut ahead);
            assert_eq!(taken.is_none(), must_wait, "what has to wait is left to the cursor");
            if let Some(chunk) = taken {
                assert!(matches!(ahead.next(), Upcoming::Awaited));
                ahead.put_back_batch(chunk);
            }
            for i in 0..3 {
                assert_eq!(number(ahead.next()), Some(i), "{must_wait}");
            }
        }
    }

    #[test]
    fn standard_input_is_not_opened_ahead() {
        let inputs = names(1).chain([Input::Named("-".into())]).chain(names(1));
        let mut ahead = ahead(inputs);
        let mut chunk = take(&mut ahead).unwrap();
        chunk.open(&Stop::new(), &Session::default());
        assert!(matches!(chunk.chunk.inputs[0], Input::Failed(..)));
        assert!(matches!(&chunk.chunk.inputs[1], Input::Named(name) if name == "-"));
        ahead.put_back_batch(chunk);
        assert_eq!(number(ahead.next()), Some(0));
        // If the first input took long to open, the next worker reaches standard input.
        if let Some(mut rest) = take(&mut ahead) {
            rest.open(&Stop::new(), &Session::default());
            assert!(matches!(&rest.chunk.inputs[0], Input::Named(name) if name == "-"));
            ahead.put_back_batch(rest);
        }
        assert!(take(&mut ahead).is_none(), "it is the cursor's turn");
    }
}
