//! Passes one input through several consumers, such as digests, that each take every block in order.
//!
//! Each lane is an in-order stage. Workers take blocks alternately, and each block passes through
//! the lanes one after another: while one worker's block is in the second lane, the next worker's
//! is in the first. Different lanes thus run on different threads over the same bytes, and each
//! sees them in order. With one lane, the second worker has the next block loaded by the time the
//! first is done. Nothing is printed here.

use std::ffi::OsString;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::io::{IoMode, Source};
use crate::os::Stop;

use super::block::Block;
use super::buffer_pool::WorkerBuffers;
use super::cursor::{Batch, Cursor, Item, Next, ReadSettings, Span};
use super::input::Input;
use super::input_kind::InputKind;
use super::load::{LoadedBlock, Loader};
use super::plan::{BLOCK, Engine, Plan, SplitAt};
use super::session::Session;
use super::stage::Stage;
use super::workers::{self, Permits, RemainingWork, SharedWork};

/// A consumer that takes the bytes of an input in order.
pub trait Consumer: Sync {
    /// The part of the result that can be computed from a block alone.
    type Part: Send;
    /// The running total.
    type State: Send + Default;

    /// Computes what is possible from a block alone, on any thread and in any order. `at` counts
    /// from the first byte taken.
    fn part(&self, at: u64, block: &Block) -> Self::Part;

    /// Consumes the block, in order.
    fn take(&self, state: &mut Self::State, block: &Block, part: Self::Part);
}

/// The result of a whole input.
#[derive(Debug)]
pub struct Consumed<S> {
    /// The final state of each lane.
    pub states: Vec<S>,
    /// Names of inputs that were read, and messages about them.
    pub notices: Vec<(OsString, io::Error)>,
}

impl Engine {
    /// Returns the plan for lanes over `source`: blocks of one size, small enough to occupy every
    /// thread; holes are blocks of their own.
    pub fn lane_plan(&self, source: &Source) -> Plan {
        const SHARES: u64 = 8;
        let len = source.wanted().unwrap_or(u64::MAX);
        let share = usize::try_from(len / SHARES).unwrap_or(BLOCK).next_power_of_two();
        let plan = self.plan(SplitAt::Exact, share.clamp(512 << 10, BLOCK));
        // The size is also small enough for the first block to show early whether a second thread
        // pays off. Blocks of half the size did not show it earlier, and a megabyte then took 3%
        // longer because of the calls between blocks.
        let pread_block = self.block.unwrap_or(256 << 10);
        Plan { emit_holes: true, ramp_up: false, pread_block, ..plan }
    }

    /// Passes one input through `lanes`. Up to `helpers` helpers are started if the input is long
    /// and `permits` are free.
    ///
    /// # Errors
    /// Returns an error if a byte cannot be read, for example after a truncation, because an
    /// incomplete input has no total.
    pub fn feed<L: Consumer>(
        &self,
        input: Input<'_>,
        plan: Plan,
        lanes: &[L],
        (permits, helpers): (&Permits, usize),
        session: &Session,
    ) -> io::Result<Consumed<L::State>> {
        let error = match feed_once(input, plan, lanes, (permits, helpers), session) {
            Ok(fed) => return Ok(fed),
            Err(error) => error,
        };
        let MappingDiffers(source) = error.downcast()?;
        let again = source.part(source.start()..source.end().unwrap_or(0), IoMode::Read)?;
        feed_once(Input::Open(again), plan, lanes, (permits, helpers), session)
    }
}

fn feed_once<L: Consumer>(
    input: Input<'_>,
    plan: Plan,
    lanes: &[L],
    (permits, helpers): (&Permits, usize),
    session: &Session,
) -> io::Result<Consumed<L::State>> {
    let workers = helpers.saturating_add(1);
    let reading = ReadSettings { plan, head: 0, classify: Box::new(|_| InputKind::Text), session };
    let cursor = Cursor::new(Box::new(std::iter::once(input)), reading, workers);
    let run = LaneRun {
        plan: &plan,
        lanes,
        session,
        stop: Stop::new(),
        cursor: Mutex::new((cursor, None)),
        stages: lanes.iter().map(|_| Stage::new(L::State::default(), workers)).collect(),
        failure: Mutex::new(None),
        notices: Mutex::default(),
    };
    workers::run(&run, permits, helpers);
    if let Some((_, error)) = run.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    Ok(Consumed {
        states: run.stages.into_iter().map(Stage::into_state).collect(),
        notices: run.notices.into_inner().unwrap_or_else(PoisonError::into_inner),
    })
}

/// The error for an input whose mapped bytes were consumed but turned out not to be the file's,
/// although the file can be read.
#[derive(Debug, thiserror::Error)]
#[error("the mapping differs from the file")]
struct MappingDiffers(Arc<Source>);

/// Returns the block if the bytes that the lanes consumed were the file's.
///
/// # Errors
/// Returns the error from reading the block again, or [`MappingDiffers`] if that succeeds, because
/// a digest cannot take bytes back.
fn verified(mut block: Block) -> io::Result<Block> {
    if !block.is_doubtful() {
        return Ok(block);
    }
    Err(block.reread().unwrap_or_else(|| io::Error::other(MappingDiffers(Arc::clone(&block.source)))))
}

struct LaneRun<'a, L: Consumer> {
    plan: &'a Plan,
    lanes: &'a [L],
    session: &'a Session,
    stop: Stop,
    /// The cursor, and the offset of the input's first byte.
    cursor: Mutex<(Cursor<'a>, Option<u64>)>,
    stages: Vec<Stage<L::State>>,
    /// The offset and error of the first block that failed.
    failure: Mutex<Option<(u64, io::Error)>>,
    /// Messages that are reported only after all blocks, because a truncation in an earlier block
    /// makes them redundant.
    notices: Mutex<Vec<(OsString, io::Error)>>,
}

/// The number of a block. If the block fails, its number is given up in the stages that it has not
/// passed.
struct InFlight<'f, 'a, L: Consumer> {
    run: &'f LaneRun<'a, L>,
    number: u64,
}

impl<L: Consumer> Drop for InFlight<'_, '_, L> {
    fn drop(&mut self) {
        self.run.stages.iter().for_each(|stage| stage.skip(self.number));
    }
}

impl<L: Consumer> SharedWork for LaneRun<'_, L> {
    /// A batch, and the offset of the input's first byte.
    type Item = (Batch, u64);
    type Local<'w>
        = WorkerBuffers
    where
        Self: 'w;

    fn begin(&self) -> WorkerBuffers {
        self.session.buffers.take()
    }

    fn next(&self, buffers: &mut WorkerBuffers, busy: &mut Duration) -> Option<(Self::Item, RemainingWork)> {
        let mut guard = self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        let (cursor, base) = &mut *guard;
        let Next::Batch(batch) = cursor.next(&mut buffers.spare, &self.stop) else { return None };
        if let (None, Some(Item::Span(span))) = (*base, batch.items.first()) {
            *base = Some(span.offset);
        }
        Some(((batch, base.unwrap_or(0)), cursor.remaining_work(*busy)))
    }

    fn process(&self, (batch, base): Self::Item, buffers: &mut WorkerBuffers) -> bool {
        let in_flight = InFlight { run: self, number: batch.number };
        for item in batch.items {
            let result = match item {
                Item::Failed { error, .. } => Err(error),
                Item::Span(span) => self.process_span(span, base, buffers, in_flight.number),
            };
            if let Err(error) = result {
                self.stop.request();
                let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                if failure.as_ref().is_none_or(|(number, _)| *number > batch.number) {
                    *failure = Some((batch.number, error));
                }
            }
        }
        true
    }

    fn end(&self, buffers: WorkerBuffers) {
        self.session.buffers.put(buffers);
    }
}

impl<L: Consumer> LaneRun<'_, L> {
    /// Loads a span and passes it through every lane.
    fn process_span(&self, span: Span, base: u64, buffers: &mut WorkerBuffers, number: u64) -> io::Result<()> {
        let loader = Loader { plan: self.plan, session: self.session };
        let LoadedBlock { block, damage } = loader.load(span, &mut buffers.spare)?;
        if let Some(error) = damage {
            return Err(error);
        }
        let at = block.offset() - base;
        let parts: Vec<L::Part> = self.lanes.iter().map(|lane| lane.part(at, &block)).collect();
        for ((lane, stage), part) in self.lanes.iter().zip(&self.stages).zip(parts) {
            lane.take(&mut stage.wait_for_turn(number), &block, part);
        }
        // Only now have all bytes been consumed: if the file still holds them, they were correct.
        let block = verified(block)?;
        block.notices(|source, notice| {
            let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
            notices.push((source.name().to_owned(), notice));
        });
        self.session.counters.bytes.add(block.len());
        buffers.take_back(block.into_buffer().into_iter(), self.plan.block);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Range;
    use std::io::Write;

    /// A consumer that keeps every byte, and the sizes of the blocks.
    struct Keep;

    impl Consumer for Keep {
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
        let fed = engine.feed(Input::Open(source), plan, &lanes, (&Permits::new(3), 3), &Session::default())?;
        Ok(fed.states)
    }

    #[test]
    fn every_lane_sees_every_byte_in_order() {
        let bytes: Vec<u8> = (0..3_000_000u32).map(|i| (i % 251) as u8).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        for policy in [IoMode::Auto, IoMode::Mmap, IoMode::Read] {
            for block in [Some(4099), Some(100_000), None] {
                for (offset, length) in [(0, None), (5000, None), (-70_000, Some(60_000))] {
                    let engine = Engine {
                        policy,
                        threads: 4,
                        block,
                        max_block: usize::MAX,
                        range: Range { offset, length, ..Range::default() },
                    };
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
    fn a_file_that_cannot_be_opened_is_an_error() {
        let engine =
            Engine { policy: IoMode::Auto, threads: 2, block: None, max_block: usize::MAX, range: Range::default() };
        let error = feed(engine, std::path::Path::new("/no/such/file")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
