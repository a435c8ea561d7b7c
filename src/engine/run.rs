//! Runs a kernel over its inputs. Workers take batches from the cursor and pass each through two
//! in-order stages: one passes the totals on, and the other writes the text.

use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::os::Stop;

use super::buffer_pool::WorkerBuffers;
use super::cold_files::WaitTimer;
use super::cursor::{Batch, Cursor, Item, Next, OpenBatch, ReadSettings};
use super::input::Input;
use super::kernel::Kernel;
use super::pipeline::{BlockStep, Cancel, CarryState, OutputState, Pipeline};
use super::plan::{Engine, MAX_SCANNED, MAX_SCANNED_BLOCKS};
use super::sink::Sink;
use super::stage::Stage;
use super::workers::{self, Permits, RemainingWork, SharedWork};

/// The outcome of a run.
#[derive(Debug)]
pub struct Outcome<C> {
    /// The totals after the last block.
    pub carry: C,
    /// Whether the kernel requested a stop.
    pub stopped: bool,
    /// Whether an input failed; it has been reported.
    pub failed: bool,
    /// Whether the output failed or was closed by its reader.
    pub output: io::Result<()>,
}

impl Engine {
    /// Runs a kernel over the inputs in order, with `carry` handed on from block to block, and
    /// writes its text to `sink`. Inputs that fail are reported there when their turn comes.
    pub fn run<'a, K: Kernel>(
        &self,
        inputs: impl Iterator<Item = Input<'a>> + Send + 'a,
        pipeline: Pipeline<'a, K>,
        carry: K::Carry,
        sink: &'a mut dyn Sink,
    ) -> Outcome<K::Carry> {
        let threads = self.threads.max(1);
        let Pipeline { kernel, plan, session } = pipeline;
        let classify = Box::new(|head: &[u8]| kernel.classify(head));
        let reading = ReadSettings { plan, head: K::HEAD, classify, session };
        let cursor = Cursor::new(Box::new(inputs), reading, threads);
        let run = EngineRun {
            max_scanned: if cursor.runs_ahead() { MAX_SCANNED } else { 0 },
            pipeline,
            stop: Stop::new(),
            cursor: Mutex::new(cursor),
            opened: Condvar::new(),
            totals: Stage::new(CarryState::new(carry), threads),
            output: Stage::new(OutputState::new(sink), threads),
        };
        let permits = Permits::new(threads - 1);
        workers::run(&run, &permits, threads - 1);
        session.counters.threads.add(1 + permits.max_in_use() as u64);
        let (totals, output) = (run.totals.into_state(), run.output.into_state());
        Outcome { carry: totals.carry, stopped: totals.stopped, failed: output.failed, output: output.result }
    }
}

/// The state that the workers share.
struct EngineRun<'a, K: Kernel> {
    pipeline: Pipeline<'a, K>,
    stop: Stop,
    cursor: Mutex<Cursor<'a>>,
    /// A condition that is notified when inputs that were being opened are open.
    opened: Condvar,
    /// The maximum number of scanned batches that a worker keeps until their turn.
    max_scanned: usize,
    totals: Stage<CarryState<K::Carry>>,
    output: Stage<OutputState<'a>>,
}

/// A batch's number. If its worker panics, it is given up in both stages, and the run stops.
struct Ticket<'r, 'a, K: Kernel> {
    run: &'r EngineRun<'a, K>,
    number: u64,
}

impl<K: Kernel> Drop for Ticket<'_, '_, K> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.run.stop.request();
            self.run.totals.skip(self.number);
            self.run.output.skip(self.number);
        }
    }
}

/// A batch that waits for its turn in the stages.
struct ScannedBatch<'r, 'a, K: Kernel> {
    ticket: Ticket<'r, 'a, K>,
    steps: Vec<BlockStep<K>>,
    flush: bool,
}

/// The state of one worker.
struct Worker<'r, 'a, K: Kernel> {
    buffers: WorkerBuffers,
    /// Batches that were scanned before their turn. Small files differ so much in length that workers
    /// that waited for each other would be idle for a fifth of the time.
    scanned: VecDeque<ScannedBatch<'r, 'a, K>>,
}

/// Inputs that a worker is opening. They are returned even if it panics.
struct BatchOpening<'r, 'a, K: Kernel> {
    run: &'r EngineRun<'a, K>,
    batch: OpenBatch<'a>,
}

impl<K: Kernel> BatchOpening<'_, '_, K> {
    /// Takes inputs from the list, leaves it to the next worker, and opens them.
    fn fill_and_open(mut self) {
        self.batch.fill();
        let mut cursor = self.run.lock();
        cursor.put_back_list(&mut self.batch);
        self.run.notify_waiting(&cursor);
        drop(cursor);
        self.batch.open(&self.run.stop, self.run.pipeline.session);
    }
}

impl<K: Kernel> Drop for BatchOpening<'_, '_, K> {
    fn drop(&mut self) {
        let mut cursor = self.run.lock();
        cursor.put_back_opened(self.batch.take());
        self.run.notify_waiting(&cursor);
    }
}

impl<'a, K: Kernel> SharedWork for EngineRun<'a, K> {
    type Item = Batch;
    type Local<'w>
        = Worker<'w, 'a, K>
    where
        Self: 'w;

    fn begin(&self) -> Worker<'_, 'a, K> {
        Worker { buffers: self.pipeline.session.buffers.take(), scanned: VecDeque::new() }
    }

    /// Takes the next batch, after opening the inputs that it requires.
    fn next<'w>(&'w self, worker: &mut Worker<'w, 'a, K>, busy: &mut Duration) -> Option<(Batch, RemainingWork)> {
        let mut cursor = self.lock();
        let mut may_open = true;
        loop {
            if may_open && let Some(batch) = cursor.take_unopened() {
                drop(cursor);
                let begun = Instant::now();
                BatchOpening { run: self, batch }.fill_and_open();
                *busy += begun.elapsed();
                cursor = self.lock();
                may_open = false;
            }
            if !worker.scanned.is_empty() && cursor.may_block() {
                drop(cursor);
                self.finish_until(worker, 0);
                cursor = self.lock();
            }
            match cursor.next(&mut worker.buffers.spare, &self.stop) {
                Next::Batch(batch) => {
                    let remaining_work = cursor.remaining_work(*busy);
                    return Some((batch, remaining_work));
                }
                Next::Awaited if !may_open => may_open = true,
                Next::Awaited => {
                    cursor.waiting += 1;
                    cursor = self.opened.wait(cursor).unwrap_or_else(PoisonError::into_inner);
                    cursor.waiting -= 1;
                }
                Next::Nothing => return None,
            }
        }
    }

    fn process<'w>(&'w self, batch: Batch, worker: &mut Worker<'w, 'a, K>) -> bool {
        let ticket = Ticket { run: self, number: batch.number };
        let max = if batch.is_small_files() { self.max_scanned } else { self.max_scanned.min(MAX_SCANNED_BLOCKS) };
        let steps = self.scan(batch.items, &mut worker.buffers);
        worker.scanned.push_back(ScannedBatch { ticket, steps, flush: batch.flush });
        self.finish_until(worker, max);
        true
    }

    fn end<'w>(&'w self, mut worker: Worker<'w, 'a, K>) {
        self.finish_until(&mut worker, 0);
        self.pipeline.session.buffers.put(worker.buffers);
    }
}

impl<'a, K: Kernel> EngineRun<'a, K> {
    /// Passes the worker's batches through the stages, in order: those whose turn has come, and
    /// further ones, after waiting for their turn, until at most `max` remain.
    fn finish_until(&self, worker: &mut Worker<'_, 'a, K>, max: usize) {
        let Worker { buffers, scanned } = worker;
        while let Some(first) = scanned.front()
            && (scanned.len() > max || self.totals.is_turn(first.ticket.number))
            && let Some(batch) = scanned.pop_front()
        {
            self.finish(batch, buffers);
        }
    }

    fn finish(&self, batch: ScannedBatch<'_, 'a, K>, buffers: &mut WorkerBuffers) {
        let ScannedBatch { ticket, mut steps, flush } = batch;
        let pipeline = &self.pipeline;
        {
            let mut totals = self.totals.wait_for_turn(ticket.number);
            pipeline.count(&mut totals, &mut steps, &|cancel| self.cancel(cancel));
        }
        pipeline.format_all(&mut steps, &mut buffers.text);
        {
            let mut output = self.output.wait_for_turn(ticket.number);
            pipeline.emit(&mut output, &steps, &buffers.text, flush, &|cancel| self.cancel(cancel));
        }
        buffers.take_back(steps.into_iter().filter_map(BlockStep::into_buffer), pipeline.plan.block);
    }

    fn scan(&self, items: Vec<Item>, buffers: &mut WorkerBuffers) -> Vec<BlockStep<K>> {
        let mut steps: Vec<BlockStep<K>> = Vec::with_capacity(items.len());
        let timer = (items.len() > 1).then(WaitTimer::start);
        let mut items = items.into_iter();
        while let Some(item) = items.next() {
            let step = self.pipeline.begin(item, &mut buffers.spare);
            if let (Some(timer), true) = (&timer, steps.is_empty())
                && self.pipeline.session.cold.is_first_cold(timer.elapsed())
            {
                items.as_slice().iter().for_each(Item::prefetch);
            }
            steps.push(step);
        }
        steps
    }

    fn cancel(&self, cancel: Cancel) {
        match cancel {
            Cancel::Input(input) => self.lock().end_input(input),
            Cancel::Rest => self.stop.request(),
        }
    }

    /// Wakes the workers that wait for inputs, if there are any.
    fn notify_waiting(&self, cursor: &Cursor<'a>) {
        if cursor.waiting > 0 {
            self.opened.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Cursor<'a>> {
        self.cursor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
