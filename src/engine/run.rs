//! The workers: take a batch, load, scan, hand totals on, format, verify, emit.

use std::ffi::OsString;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use memchr::{memrchr, memrchr2};

use crate::io::Stop;
use crate::output::{Output, complain};

use super::block::{Block, Data, rewritten};
use super::cursor::{Batch, Content, Cursor, Cut, Input, Item, MANY, Next, Plan, Span, Unopened};
use super::kernel::{Flow, Inserted, Insertion, Kernel};
use super::load::Loader;
use super::setup::Engine;
use super::stats::Stats;
use super::turn::Turns;

/// What a buffer holds at most of which many are kept, as many as a batch of small files needs.
const SMALL: usize = 64 << 10;

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
        inputs: impl Iterator<Item = Input<'a>> + Send + 'a,
        plan: Plan,
        kernel: &'a K,
        carry: K::Carry,
        output: &'a mut Output,
        stats: &'a Stats,
    ) -> Outcome<K::Carry> {
        let threads = self.threads.max(1);
        let crew = Crew {
            kernel,
            plan,
            stats,
            stop: Stop::new(),
            cursor: Mutex::new(Cursor::new(
                Box::new(inputs),
                plan,
                K::HEAD,
                Box::new(|head| kernel.judge(head)),
                stats,
                threads,
            )),
            opened: Condvar::new(),
            totals: Turns::new(Totals { carry, ended: None, stopped: false }, threads),
            emission: Turns::new(
                Emission { output, dropped: None, halted: false, failed: false, result: Ok(()) },
                threads,
            ),
        };
        std::thread::scope(|scope| {
            crew.work(threads - 1, |others| {
                for _ in 0..others {
                    let builder = std::thread::Builder::new().stack_size(1 << 20);
                    // A thread that cannot be started is work for those there are.
                    if builder.spawn_scoped(scope, || crew.work(0, |_| {})).is_err() {
                        break;
                    }
                    Stats::add(&stats.threads, 1);
                }
            });
        });
        Stats::add(&stats.threads, 1);
        let Crew { totals, emission, .. } = crew;
        let (totals, emission) = (totals.into_value(), emission.into_value());
        Outcome { carry: totals.carry, stopped: totals.stopped, failed: emission.failed, output: emission.result }
    }
}

/// What the workers share.
struct Crew<'a, K: Kernel> {
    kernel: &'a K,
    plan: Plan,
    stats: &'a Stats,
    stop: Stop,
    cursor: Mutex<Cursor<'a>>,
    /// Inputs that were being opened are open.
    opened: Condvar,
    totals: Turns<Totals<K::Carry>>,
    emission: Turns<Emission<'a>>,
}

struct Totals<C> {
    carry: C,
    /// The input of which no more is wanted.
    ended: Option<usize>,
    stopped: bool,
}

struct Emission<'a> {
    output: &'a mut Output,
    /// The input that failed, of which blocks may still be in flight.
    dropped: Option<usize>,
    /// Nothing more may be printed: what follows would stand in the wrong place.
    halted: bool,
    failed: bool,
    result: io::Result<()>,
}

/// One block on its way through a worker.
struct Job<K: Kernel> {
    block: Block,
    part: Option<K::Part>,
    /// The totals before this block, for when it has to be done again. Only mapped bytes can change.
    before: Option<K::Carry>,
    /// Where its text ends in the batch's.
    text_end: usize,
    damage: Option<io::Error>,
    drained: bool,
}

enum Step<K: Kernel> {
    Job(Job<K>),
    Failed {
        input: usize,
        name: OsString,
        error: io::Error,
        /// Whether bytes are missing that had their place in the joined inputs already.
        gap: bool,
    },
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
    /// One worker's life. `call_others` runs once, when there turns out to be work for so many `others`.
    fn work(&self, others: usize, call_others: impl Fn(usize)) {
        let mut spare = Vec::new();
        let mut text = Vec::new();
        let mut called = others == 0;
        let mut busy = Duration::ZERO;
        loop {
            let mut cursor = self.lock();
            let batch = loop {
                if let Some(unopened) = cursor.take_unopened() {
                    drop(cursor);
                    let begun = Instant::now();
                    let mut errand = Errand { crew: self, unopened };
                    errand.unopened.open(&self.stop, self.stats);
                    drop(errand);
                    busy += begun.elapsed();
                    cursor = self.lock();
                }
                match cursor.next(&mut spare, &self.stop) {
                    Next::Batch(batch) => break batch,
                    Next::Awaited => {
                        cursor.waiting += 1;
                        cursor = self.opened.wait(cursor).unwrap_or_else(PoisonError::into_inner);
                        cursor.waiting -= 1;
                    }
                    Next::Nothing => return,
                }
            };
            let long = !called && cursor.is_long(busy);
            drop(cursor);
            if long {
                called = true;
                call_others(others);
            }
            let begun = (!called).then(Instant::now);
            self.process(batch, &mut spare, &mut text);
            busy += begun.map_or(Duration::ZERO, |begun| begun.elapsed());
        }
    }

    fn process(&self, batch: Batch, spare: &mut Vec<Vec<u8>>, text: &mut Vec<u8>) {
        let mut ticket = Ticket { crew: self, number: batch.number, counted: false, emitted: false };
        let mut steps: Vec<Step<K>> = Vec::with_capacity(batch.items.len());
        let begun = (batch.items.len() > 1).then(Instant::now);
        let mut items = batch.items.into_iter();
        while let Some(item) = items.next() {
            let step = match item {
                Item::Failed { input, name, error } => Step::Failed { input, name, error, gap: false },
                Item::Span(span) => self.load_and_scan(span, spare),
            };
            if let (Some(begun), true) = (begun, steps.is_empty()) {
                self.stats.warmth.first_came(begun.elapsed(), items.as_slice());
            }
            steps.push(step);
        }
        self.count(&mut ticket, &mut steps);
        text.clear();
        for step in &mut steps {
            if let Step::Job(job) = step {
                self.format(job, text);
            }
        }
        self.emit(&mut ticket, &steps, text, batch.flush);
        for step in steps {
            if let Step::Job(Job { block: Block { data: Data::Buffer(buffer), .. }, .. }) = step
                && (spare.len() < 4 || buffer.capacity() <= SMALL && spare.len() < MANY)
            {
                spare.push(buffer);
            }
        }
        // One block of long lines should not pin its text's memory for the rest of the run.
        if text.capacity() > self.plan.block.max(1 << 20).saturating_mul(8) {
            *text = Vec::new();
        }
    }

    fn load_and_scan(&self, span: Span, spare: &mut Vec<Vec<u8>>) -> Step<K> {
        let drained = matches!(span.content, Content::Loaded { drained: true, .. });
        let source = Arc::clone(&span.source);
        let is_judged = span.verdict.is_some();
        let loader = Loader { plan: &self.plan, stats: self.stats };
        match loader.load(span, spare) {
            Ok((mut block, mut damage)) => {
                let judges = K::HEAD > 0 && block.first && block.last && !is_judged;
                let judge = |block: &mut Block| {
                    if judges {
                        let bytes = block.bytes();
                        block.verdict = self.kernel.judge(&bytes[..bytes.len().min(K::HEAD)]);
                    }
                };
                judge(&mut block);
                if damage.is_some() {
                    self.clip_to_whole(&mut block);
                }
                let mut part = self.kernel.scan(&block);
                while let Some((keep, error)) = block.damage() {
                    block.clip(keep);
                    // What was judged may have been the zeros in place of what is gone.
                    judge(&mut block);
                    self.clip_to_whole(&mut block);
                    damage = Some(error);
                    part = self.kernel.scan(&block);
                }
                Stats::add(&self.stats.bytes, block.len());
                Step::Job(Job { block, part: Some(part), before: None, text_end: 0, damage, drained })
            }
            Err((input, error)) => Step::Failed { input, name: source.name().to_owned(), error, gap: true },
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
    fn count(&self, ticket: &mut Ticket<'_, '_, K>, steps: &mut [Step<K>]) {
        let mut totals = self.totals.take(ticket.number);
        ticket.counted = true;
        for step in steps {
            match step {
                Step::Failed { input, .. } => totals.ended = Some(*input),
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
                        Flow::EndInput => self.end_input(job.block.input),
                        Flow::Stop => {
                            totals.stopped = true;
                            self.stop.ask();
                        }
                    }
                }
            }
        }
    }

    fn end_input(&self, input: usize) {
        self.lock().end_input(input);
    }

    fn lock(&self) -> MutexGuard<'_, Cursor<'a>> {
        self.cursor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a job's text behind that of the jobs before it, and does the job again on what is true
    /// when the file changed under it.
    fn format(&self, job: &mut Job<K>, text: &mut Vec<u8>) {
        let start = text.len();
        if let Some(part) = &mut job.part {
            self.kernel.format(&job.block, part, text);
        }
        while job.part.is_some()
            && let Some((keep, error)) = job.block.damage()
        {
            text.truncate(start);
            job.block.clip(keep);
            self.clip_to_whole(&mut job.block);
            job.damage = Some(error);
            let mut part = self.kernel.scan(&job.block);
            if let Some(carry) = &mut job.before.clone() {
                self.kernel.carry(&job.block, &mut part, carry);
            }
            self.kernel.format(&job.block, &mut part, text);
            job.part = Some(part);
        }
        job.text_end = text.len();
    }

    fn emit(&self, ticket: &mut Ticket<'_, '_, K>, steps: &[Step<K>], text: &[u8], flush: bool) {
        let mut emission = self.emission.take(ticket.number);
        ticket.emitted = true;
        let mut start = 0;
        for step in steps {
            match step {
                Step::Failed { input, name, error, gap } => {
                    if emission.dropped != Some(*input) {
                        self.report(&mut emission, *input, name, error, *gap);
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
                        self.stop.ask();
                        continue;
                    }
                    // Only now has every block of it been looked at.
                    if job.damage.is_none() && job.part.is_some() && job.block.ends_rewritten() {
                        emission.output.report(job.block.source.name(), &rewritten());
                    }
                    if let (Some(error), true) = (&job.damage, job.part.is_some()) {
                        self.report(&mut emission, job.block.input, job.block.source.name(), error, true);
                    }
                }
            }
        }
        if flush
            && emission.result.is_ok()
            && let Err(error) = emission.output.flush()
        {
            emission.result = Err(error);
            self.stop.ask();
        }
    }

    fn report(&self, emission: &mut Emission<'_>, input: usize, name: &std::ffi::OsStr, error: &io::Error, gap: bool) {
        emission.dropped = Some(input);
        emission.failed = true;
        emission.output.report(name, error);
        self.end_input(input);
        if matches!(self.plan.cut, Cut::Rows(_)) && gap {
            // Rows of joined inputs behind a broken one would stand in the wrong place.
            emission.halted = true;
            self.stop.ask();
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
