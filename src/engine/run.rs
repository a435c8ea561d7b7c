//! The workers: who does which block, and in which order they hand on totals and write text.

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::os::Stop;
use crate::output::Output;

use super::crew::{Handover, is_new, start};
use super::cursor::{Batch, Cursor, Cut, Input, Item, Next, Outlook, Plan, Span, Unopened, is_one_span};
use super::job::{Emission, Step, Totals, Unwanted, Work};
use super::kernel::Kernel;
use super::scratch::Scratch;
use super::setup::Engine;
use super::stats::Stats;
use super::turn::Turns;

/// How a run ended.
#[derive(Debug)]
pub struct Outcome<C> {
    /// The totals after the last block.
    pub carry: C,
    /// Whether the kernel asked to stop.
    pub stopped: bool,
    /// Whether an input failed; it has been reported.
    pub failed: bool,
    /// Whether standard output failed or was closed by its reader.
    pub output: io::Result<()>,
}

impl Engine {
    /// Runs `kernel` over the inputs in order, with `carry` handed on from block to block, and
    /// writes its text to `output`. Inputs that fail are reported there when their turn comes.
    pub fn run<'a, K: Kernel>(
        &self,
        mut inputs: impl Iterator<Item = Input<'a>> + Send + 'a,
        plan: Plan,
        kernel: &'a K,
        carry: K::Carry,
        output: &'a mut Output,
        stats: &'a Stats,
    ) -> Outcome<K::Carry> {
        let work = Work { kernel, plan, stats };
        let (totals, emission) = (Totals::new(carry), Emission::new(output));
        if inputs.size_hint().1 == Some(1)
            && let Some(input) = inputs.next()
        {
            return match self.look_at(input, &work) {
                Only::Short(span) => alone(&work, span, totals, emission),
                Only::Longer(input) => self.together(Box::new(std::iter::once(input)), work, totals, emission),
            };
        }
        self.together(Box::new(inputs), work, totals, emission)
    }

    /// Opens a run's only input, unless that may block.
    fn look_at<'a, K: Kernel>(&self, input: Input<'a>, work: &Work<'_, K>) -> Only<'a> {
        if matches!(work.plan.cut, Cut::Rows(_)) || input.has_to_wait() {
            return Only::Longer(input);
        }
        match input.open(self.policy, self.range) {
            Ok((source, verdict)) if is_one_span(&source, &work.plan) => {
                Only::Short(Span::only(source, verdict, work.stats))
            }
            opened => Only::Longer(opened.into()),
        }
    }

    /// Starts the workers, and is one of them unless there is much to do.
    fn together<'a, K: Kernel>(
        &self,
        inputs: Box<dyn Iterator<Item = Input<'a>> + Send + 'a>,
        work: Work<'a, K>,
        totals: Totals<K::Carry>,
        emission: Emission<'a>,
    ) -> Outcome<K::Carry> {
        let threads = self.threads.max(1);
        let Work { kernel, plan, stats } = work;
        let judge = Box::new(|head: &[u8]| kernel.judge(head));
        let crew = Crew {
            work,
            threads,
            handover: Handover::new(),
            stop: Stop::new(),
            cursor: Mutex::new(Cursor::new(inputs, plan, K::HEAD, judge, stats, threads)),
            opened: Condvar::new(),
            // When the last thread could not be started, the calling one is in its place.
            totals: Turns::new(totals, 2 * threads),
            emission: Turns::new(emission, 2 * threads),
        };
        std::thread::scope(|scope| {
            // A thread that cannot be started is work for those there are.
            let call = |count| (0..count).all(|_| start(scope, || crew.work(None)));
            crew.work((threads > 1).then_some(&call));
        });
        let Crew { totals, emission, .. } = crew;
        outcome(totals.into_value(), emission.into_value())
    }
}

/// A run's only input.
enum Only<'a> {
    /// All of it is one span.
    Short(Span),
    Longer(Input<'a>),
}

/// Does all of a run that is one block. With that there is nothing to wait for, nor anybody, and of all else that sets up a run
/// no code has to come into the processor's caches, some 2 of the 48 us that a file of 4 KiB from the disk takes.
fn alone<K: Kernel>(
    work: &Work<'_, K>,
    span: Span,
    mut totals: Totals<K::Carry>,
    mut emission: Emission<'_>,
) -> Outcome<K::Carry> {
    let mut scratch = work.stats.scratch();
    let mut steps = [work.begin(Item::Span(span), &mut scratch.spare)];
    work.count(&mut totals, &mut steps, &|_| {});
    work.format_all(&mut steps, &mut scratch.text);
    work.emit(&mut emission, &steps, &scratch.text, true, &|_| {});
    scratch.take_back(steps.into_iter().filter_map(Step::into_buffer), work.plan.block);
    work.stats.leave(scratch);
    Stats::add(&work.stats.threads, 1);
    outcome(totals, emission)
}

fn outcome<C>(totals: Totals<C>, emission: Emission<'_>) -> Outcome<C> {
    Outcome { carry: totals.carry, stopped: totals.stopped, failed: emission.failed, output: emission.result }
}

/// What the workers share.
struct Crew<'a, K: Kernel> {
    work: Work<'a, K>,
    threads: usize,
    handover: Handover<Batch>,
    stop: Stop,
    cursor: Mutex<Cursor<'a>>,
    /// Inputs that were being opened are open.
    opened: Condvar,
    totals: Turns<Totals<K::Carry>>,
    emission: Turns<Emission<'a>>,
}

/// A batch's two turns. Whatever happens to its worker, both are passed on.
struct Ticket<'c, 'a, K: Kernel> {
    crew: &'c Crew<'a, K>,
    number: u64,
    counted: bool,
    emitted: bool,
}

impl<K: Kernel> Drop for Ticket<'_, '_, K> {
    fn drop(&mut self) {
        if self.counted && self.emitted {
            return;
        }
        self.crew.stop.ask();
        if !self.counted {
            drop(self.crew.totals.take(self.number));
        }
        drop(self.crew.emission.take(self.number));
    }
}

/// A batch that was scanned before its turn has come.
struct Scanned<'c, 'a, K: Kernel> {
    steps: Vec<Step<K>>,
    flush: bool,
    ticket: Ticket<'c, 'a, K>,
}

/// Inputs that a worker is opening. Whatever happens to it, they are given back.
struct Errand<'c, 'a, K: Kernel> {
    crew: &'c Crew<'a, K>,
    unopened: Unopened<'a>,
}

impl<K: Kernel> Drop for Errand<'_, '_, K> {
    fn drop(&mut self) {
        let mut cursor = self.crew.lock();
        cursor.give_opened(self.unopened.take());
        if cursor.waiting > 0 {
            self.crew.opened.notify_all();
        }
    }
}

impl<'a, K: Kernel> Crew<'a, K> {
    /// One worker's life. `call` is called once, when there turns out to be work for several, to start so many, and gives whether
    /// it could. Where there is much work, this worker leaves it to them: see [`super::crew`].
    fn work(&self, mut call: Option<&dyn Fn(usize) -> bool>) {
        let mut scratch = self.work.stats.scratch();
        let mut busy = Duration::ZERO;
        let mut given = self.handover.take();
        let mut early = None;
        while let Some(batch) = given.take().or_else(|| self.next(&mut scratch, &mut busy, &mut early)) {
            let outlook = if call.is_some() { self.lock().outlook(busy) } else { Outlook::Short };
            if outlook == Outlook::Lasting
                && is_new()
                && let Some(call) = call.take()
            {
                self.handover.give(batch);
                if call(self.threads) {
                    return self.work.stats.leave(scratch);
                }
                given = self.handover.take();
                continue;
            }
            if let Some(call) = call.take_if(|_| outlook != Outlook::Short) {
                call(self.threads - 1);
            }
            let begun = call.is_some().then(Instant::now);
            early = self.process(batch, early.take(), &mut scratch);
            busy += begun.map_or(Duration::ZERO, |begun| begun.elapsed());
        }
        self.work.stats.leave(scratch);
        Stats::add(&self.work.stats.threads, 1);
    }

    /// The next batch, before which this worker opens what has to be open for it. Before it waits for anything but its turn, and
    /// where there is no other batch, it finishes the one that was scanned `early`.
    fn next<'c>(
        &'c self,
        scratch: &mut Scratch,
        busy: &mut Duration,
        early: &mut Option<Scanned<'c, 'a, K>>,
    ) -> Option<Batch> {
        let mut cursor = self.lock();
        loop {
            if !cursor.has_mapped()
                && let Some(early) = early.take()
            {
                drop(cursor);
                self.finish(early, scratch);
                cursor = self.lock();
            }
            if let Some(unopened) = cursor.take_unopened() {
                drop(cursor);
                let begun = Instant::now();
                let mut errand = Errand { crew: self, unopened };
                errand.unopened.open(&self.stop, self.work.stats);
                drop(errand);
                *busy += begun.elapsed();
                cursor = self.lock();
            }
            match cursor.next(&mut scratch.spare, &self.stop) {
                Next::Batch(batch) => return Some(batch),
                Next::Awaited => {
                    cursor.waiting += 1;
                    cursor = self.opened.wait(cursor).unwrap_or_else(PoisonError::into_inner);
                    cursor.waiting -= 1;
                }
                Next::Nothing => {
                    drop(cursor);
                    early.take().into_iter().for_each(|early| self.finish(early, scratch));
                    return None;
                }
            }
        }
    }

    /// Scans a batch and finishes the one before it that was scanned `early`. Where others are still at what stands before the
    /// batch, it is given back: to wait for them instead took two threads 1 to 5 % of their time.
    fn process<'c>(
        &'c self,
        batch: Batch,
        early: Option<Scanned<'c, 'a, K>>,
        scratch: &mut Scratch,
    ) -> Option<Scanned<'c, 'a, K>> {
        let ticket = Ticket { crew: self, number: batch.number, counted: false, emitted: false };
        // Behind the ticket, so that when a kernel panics its turns are passed on first, for which that ticket would wait.
        let early = early;
        let steps = self.scan(batch.items, scratch);
        if let Some(early) = early {
            self.finish(early, scratch);
        }
        let is_due = self.totals.is_due(ticket.number);
        let scanned = Scanned { steps, flush: batch.flush, ticket };
        if !is_due {
            return Some(scanned);
        }
        self.finish(scanned, scratch);
        None
    }

    fn scan(&self, items: Vec<Item>, scratch: &mut Scratch) -> Vec<Step<K>> {
        let work = &self.work;
        let mut steps: Vec<Step<K>> = Vec::with_capacity(items.len());
        let begun = (items.len() > 1).then(Instant::now);
        let mut items = items.into_iter();
        while let Some(item) = items.next() {
            let step = work.begin(item, &mut scratch.spare);
            if let (Some(begun), true) = (begun, steps.is_empty())
                && work.stats.warmth.first_came(begun.elapsed())
            {
                items.as_slice().iter().for_each(Item::ask);
            }
            steps.push(step);
        }
        steps
    }

    /// Takes the totals, writes the text, and emits it, all when its turn comes.
    fn finish(&self, scanned: Scanned<'_, 'a, K>, scratch: &mut Scratch) {
        let work = &self.work;
        let Scanned { mut steps, flush, mut ticket } = scanned;
        {
            let mut totals = self.totals.take(ticket.number);
            ticket.counted = true;
            work.count(&mut totals, &mut steps, &|unwanted| self.no_more(unwanted));
        }
        work.format_all(&mut steps, &mut scratch.text);
        {
            let mut emission = self.emission.take(ticket.number);
            ticket.emitted = true;
            work.emit(&mut emission, &steps, &scratch.text, flush, &|unwanted| self.no_more(unwanted));
        }
        scratch.take_back(steps.into_iter().filter_map(Step::into_buffer), work.plan.block);
    }

    fn no_more(&self, unwanted: Unwanted) {
        match unwanted {
            Unwanted::Input(input) => self.lock().end_input(input),
            Unwanted::Rest => self.stop.ask(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Cursor<'a>> {
        self.cursor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
