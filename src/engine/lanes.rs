//! One input through several consumers that each want every block in order: digests.
//!
//! Each consumer is a lane with a turnstile of its own. Workers take blocks alternately, and each passes through the
//! lanes one after another, so that while one worker's block is in the second lane the next worker's is in the first:
//! different consumers run on different threads over the same bytes, and each sees them in order. Whatever a lane can
//! do without its turn it does before. With one lane the second worker has the next block mapped and populated by the
//! time the first is done. Nothing is printed here: an input gives its lanes' totals, or an error.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;
use std::time::{Duration, Instant};

use crate::io::{AccessMethod, IoMode, Source};
use crate::os::Stop;
use crate::output::complain;

use super::block::Block;
use super::crew::{Handover, is_new, start};
use super::cursor::{Batch, Cursor, Input, Item, Next, Outlook, Plan, Span, is_one_span};
use super::load::Loader;
use super::scratch::Scratch;
use super::stats::Stats;
use super::turn::Turns;
use super::{BLOCK, Cut, Engine};

/// Something that takes in the bytes of an input in order.
pub trait Lane: Sync {
    /// What can be made of a block without those before it.
    type Part: Send;
    /// The running total.
    type State: Send + Default;

    /// Looks at a block on its own: any thread, any order. `at` counts from the first byte that is taken.
    fn part(&self, at: u64, block: &Block) -> Self::Part;

    /// Takes the block in. In order.
    fn take(&self, state: &mut Self::State, block: &Block, part: Self::Part);
}

/// Threads that may still be started. Whoever starts one gives it back when it ends.
#[derive(Debug)]
pub struct Permits {
    free: AtomicUsize,
    /// The fewest that ever were free.
    least: AtomicUsize,
    all: usize,
}

impl Permits {
    /// So many.
    pub fn new(count: usize) -> Permits {
        Permits { free: AtomicUsize::new(count), least: AtomicUsize::new(count), all: count }
    }

    /// Takes one, if there is one.
    pub fn take(&self) -> bool {
        let taken = self.free.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |free| free.checked_sub(1));
        taken.inspect(|before| _ = self.least.fetch_min(before - 1, Ordering::Relaxed)).is_ok()
    }

    /// Whether there are any.
    fn are_free(&self) -> bool {
        self.free.load(Ordering::Relaxed) > 0
    }

    /// Gives one back.
    pub fn give(&self) {
        self.free.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were taken at the same time, at most.
    pub fn most_taken(&self) -> usize {
        self.all - self.least.load(Ordering::Relaxed).min(self.all)
    }
}

impl Engine {
    /// The plan for lanes over `source`: holes apart, blocks of one size, of which a short input too has enough for all
    /// threads.
    pub fn lane_plan(&self, source: &Source) -> Plan {
        const SHARES: u64 = 8;
        let len = source.wanted().unwrap_or(u64::MAX);
        let share = usize::try_from(len / SHARES).unwrap_or(BLOCK).next_power_of_two();
        let plan = self.plan(Cut::Exact, share.clamp(512 << 10, BLOCK));
        // Small enough, too, for how long the first one takes to tell whether a second thread is worth its start. Half of it was
        // no sooner told, and a megabyte took 3 % longer for the calls between the blocks.
        let read = self.block.unwrap_or(256 << 10);
        Plan { holes: true, ramp: false, read, ..plan }
    }

    /// Takes one input through `lanes`. Helpers are started while the input is long and `permits` has any, at most
    /// `helpers` of them.
    ///
    /// # Errors
    /// Whatever kept a byte from coming in, a truncation met on the way included: there is no total of half an input.
    pub fn feed<L: Lane>(
        &self,
        input: Input<'_>,
        plan: Plan,
        lanes: &[L],
        (permits, helpers): (&Permits, usize),
        stats: &Stats,
    ) -> io::Result<Vec<L::State>> {
        let error = match self.feed_once(input, plan, lanes, (permits, helpers), stats) {
            Ok(states) => return Ok(states),
            Err(error) => error,
        };
        let Doubt(source) = error.downcast()?;
        let again = source.part(source.start()..source.end().unwrap_or(0), IoMode::Read)?;
        self.feed_once(Input::Open(again), plan, lanes, (permits, helpers), stats)
    }

    fn feed_once<L: Lane>(
        &self,
        input: Input<'_>,
        plan: Plan,
        lanes: &[L],
        (permits, helpers): (&Permits, usize),
        stats: &Stats,
    ) -> io::Result<Vec<L::State>> {
        let input = match input {
            Input::Open(mut source) => {
                let begun = Instant::now();
                if is_one_span(&source, &plan) || !plan.sized && comes_at_once(&mut source, stats) {
                    return feed_one(source, &plan, lanes, stats, begun);
                }
                Input::Open(source)
            }
            unopened => unopened,
        };
        // Only the worker that waits for a slow stream could have to be woken, and a stream's worker waits alone.
        let stop = Stop::new();
        let workers = helpers.saturating_add(1);
        let feeding = Feeding {
            plan: &plan,
            lanes,
            stats,
            stop: &stop,
            cursor: Mutex::new((
                Cursor::new(Box::new(std::iter::once(input)), plan, 0, Box::new(|_| 0), stats, workers),
                None,
            )),
            turns: lanes.iter().map(|_| Turns::new(L::State::default(), workers)).collect(),
            permits,
            unstarted: AtomicUsize::new(helpers),
            handover: Handover::new(),
            failure: Mutex::new(None),
            notices: Mutex::default(),
        };
        std::thread::scope(|scope| feeding.work(scope, true));
        match feeding.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((_, error)) => Err(error),
            None => {
                let notices = feeding.notices.into_inner().unwrap_or_else(PoisonError::into_inner);
                notices.iter().for_each(|notice| complain(format_args!("{notice}")));
                Ok(feeding.turns.into_iter().map(Turns::into_value).collect())
            }
        }
    }
}

/// Whether all of a source comes in at once, from the disk; it has come then.
fn comes_at_once(source: &mut Source, stats: &Stats) -> bool {
    source.way() == AccessMethod::Pread && stats.begin(source) && source.is_brought_whole()
}

/// As [`Engine::feed`], an input that is one block, to be had since `begun`: with that there is nothing to wait for, nor
/// anybody. After a wait for the disk, too, the less code there is to be fetched anew the better.
fn feed_one<L: Lane>(
    source: Source,
    plan: &Plan,
    lanes: &[L],
    stats: &Stats,
    begun: Instant,
) -> io::Result<Vec<L::State>> {
    let span = Span::only(source, None, stats);
    let mut scratch = stats.scratch();
    let (block, damage) = Loader { plan, stats }.load(span, &mut scratch.spare).map_err(|(_, error)| error)?;
    stats.warmth.had(1, begun.elapsed());
    if let Some(error) = damage {
        return Err(error);
    }
    let mut states: Vec<L::State> = lanes.iter().map(|_| L::State::default()).collect();
    for (lane, state) in lanes.iter().zip(&mut states) {
        let part = lane.part(0, &block);
        lane.take(state, &block, part);
    }
    let block = confirmed(block)?;
    block.notices(report_notice);
    Stats::add(&stats.bytes, block.len());
    scratch.take_back(block.into_buffer().into_iter(), plan.block);
    stats.leave(scratch);
    Ok(states)
}

/// Marks an input whose mapped bytes were taken in and turned out not to be the file's, though the file can be read.
#[derive(Debug, thiserror::Error)]
#[error("the mapping differs from the file")]
struct Doubt(Arc<Source>);

/// Returns the block if the bytes that the lanes took in were the file's.
///
/// # Errors
/// What reading the block again says; [`Doubt`] where that gives all of it, as a digest cannot take bytes back.
fn confirmed(mut block: Block) -> io::Result<Block> {
    if !block.is_doubtful() {
        return Ok(block);
    }
    Err(block.reread().unwrap_or_else(|| io::Error::other(Doubt(Arc::clone(&block.source)))))
}

fn report_notice(source: &Source, notice: &io::Error) {
    complain(format_args!("mapped: {}: {notice}", source.shown_name()));
}

struct Feeding<'a, L: Lane> {
    plan: &'a Plan,
    lanes: &'a [L],
    stats: &'a Stats,
    stop: &'a Stop,
    /// The cursor, and where the input's first byte stands.
    cursor: Mutex<(Cursor<'a>, Option<u64>)>,
    turns: Vec<Turns<L::State>>,
    permits: &'a Permits,
    /// How many helpers may still be started.
    unstarted: AtomicUsize,
    handover: Handover<(Batch, u64, Outlook)>,
    /// What went wrong in the lowest block in which something did.
    failure: Mutex<Option<(u64, io::Error)>>,
    /// What is to be said of the input beside its digests.
    notices: Mutex<Vec<String>>,
}

/// A block's turns in the lanes. Whatever happens to its worker, all are passed on.
struct Passage<'f, 'a, L: Lane> {
    feeding: &'f Feeding<'a, L>,
    number: u64,
    passed: usize,
}

impl<L: Lane> Drop for Passage<'_, '_, L> {
    fn drop(&mut self) {
        for turns in &self.feeding.turns[self.passed..] {
            drop(turns.take(self.number));
        }
    }
}

impl<L: Lane> Feeding<'_, L> {
    /// One worker's life. A thread that others are started from leaves its place to one of them: see [`super::crew`].
    fn work<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, is_caller: bool) {
        let mut scratch = self.stats.scratch();
        let mut busy = Duration::ZERO;
        let mut may_leave = is_caller;
        let mut given = self.handover.take();
        while let Some((batch, base, outlook)) = given.take().or_else(|| self.next(&mut scratch, busy)) {
            if outlook == Outlook::Lasting && may_leave && self.permits.are_free() && is_new() {
                may_leave = false;
                self.handover.give((batch, base, outlook));
                if self.start_helpers(scope) && start(scope, || self.work(scope, false)) {
                    break;
                }
                given = self.handover.take();
                continue;
            }
            if outlook != Outlook::Short {
                self.start_helpers(scope);
            }
            let begun = Instant::now();
            let mut passage = Passage { feeding: self, number: batch.number, passed: 0 };
            for item in batch.items {
                let result = match item {
                    Item::Failed { error, .. } => Err(error),
                    Item::Span(span) => self.pass(span, base, &mut scratch, &mut passage),
                };
                if let Err(error) = result {
                    self.stop.ask();
                    let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                    if failure.as_ref().is_none_or(|(number, _)| *number > batch.number) {
                        *failure = Some((batch.number, error));
                    }
                }
            }
            busy += begun.elapsed();
        }
        self.stats.leave(scratch);
    }

    /// The next batch, where the input's first byte stands, and how much is left.
    fn next(&self, scratch: &mut Scratch, busy: Duration) -> Option<(Batch, u64, Outlook)> {
        let mut guard = self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        let (cursor, base) = &mut *guard;
        let Next::Batch(batch) = cursor.next(&mut scratch.spare, self.stop) else { return None };
        if let (None, Some(Item::Span(span))) = (*base, batch.items.first()) {
            *base = Some(span.offset);
        }
        Some((batch, base.unwrap_or(0), cursor.outlook(busy)))
    }

    /// Starts a helper for each permit that is free; gives whether there were any.
    fn start_helpers<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        let mut any = false;
        while self.unstarted.load(Ordering::Relaxed) > 0 && self.permits.take() {
            let may_start = self.unstarted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok();
            let helper = || {
                self.work(scope, false);
                self.permits.give();
            };
            // A thread that cannot be started is work for those there are.
            if !may_start || !start(scope, helper) {
                self.permits.give();
                break;
            }
            any = true;
        }
        any
    }

    /// Loads a span and takes it through every lane.
    fn pass(&self, span: Span, base: u64, scratch: &mut Scratch, passage: &mut Passage<'_, '_, L>) -> io::Result<()> {
        let loader = Loader { plan: self.plan, stats: self.stats };
        let (block, damage) = loader.load(span, &mut scratch.spare).map_err(|(_, error)| error)?;
        if let Some(error) = damage {
            return Err(error);
        }
        let at = block.offset() - base;
        let parts: Vec<L::Part> = self.lanes.iter().map(|lane| lane.part(at, &block)).collect();
        for ((lane, turns), part) in self.lanes.iter().zip(&self.turns).zip(parts) {
            let mut state = turns.take(passage.number);
            passage.passed += 1;
            lane.take(&mut state, &block, part);
        }
        // Only now have all bytes been looked at: if the file still holds them, they were true.
        let block = confirmed(block)?;
        // Not reported before all blocks are done: one before this may yet turn out to be cut, which says it all.
        block.notices(|source, notice| {
            let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
            notices.push(format!("mapped: {}: {notice}", source.shown_name()));
        });
        Stats::add(&self.stats.bytes, block.len());
        scratch.take_back(block.into_buffer().into_iter(), self.plan.block);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{IoMode, Range};
    use std::io::Write;

    /// Keeps every byte, and how many bytes came when.
    struct Keep;

    impl Lane for Keep {
        type Part = (u64, usize);
        type State = Vec<u8>;

        fn part(&self, at: u64, block: &Block) -> (u64, usize) {
            (at, block.bytes().len())
        }

        fn take(&self, state: &mut Vec<u8>, block: &Block, part: (u64, usize)) {
            assert_eq!(part, (state.len() as u64, block.bytes().len()));
            state.extend(block.bytes());
            state.resize(state.len() + block.hole().unwrap_or(0) as usize, 0);
        }
    }

    fn feed(engine: Engine, path: &std::path::Path) -> io::Result<Vec<Vec<u8>>> {
        let source = Source::open(path.as_os_str(), engine.policy, engine.range)?;
        let plan = engine.lane_plan(&source);
        let lanes = [Keep, Keep, Keep];
        engine.feed(Input::Open(source), plan, &lanes, (&Permits::new(3), 3), &Stats::default())
    }

    #[test]
    fn every_lane_sees_every_byte_in_order() {
        let bytes: Vec<u8> = (0..3_000_000u32).map(|i| (i % 251) as u8).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        for policy in [IoMode::Auto, IoMode::Mmap, IoMode::Read] {
            for block in [Some(4099), Some(100_000), None] {
                for (offset, length) in [(0, None), (5000, None), (-70_000, Some(60_000))] {
                    let engine =
                        Engine { policy, threads: 4, block, most: usize::MAX, range: Range { offset, length } };
                    let start = if offset < 0 { bytes.len() - 70_000 } else { offset as usize };
                    let want = &bytes[start..length.map_or(bytes.len(), |length| start + length as usize)];
                    for state in feed(engine, file.path()).unwrap() {
                        assert!(state == want, "{policy:?} {block:?} {offset}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_opened_is_an_error() {
        let engine =
            Engine { policy: IoMode::Auto, threads: 2, block: None, most: usize::MAX, range: Range::default() };
        let error = feed(engine, std::path::Path::new("/no/such/file")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
