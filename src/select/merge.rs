//! Merges several logs in order of time.
//!
//! Entries with the same time keep the order of their logs. Each log holds a bounded buffer, so
//! memory does not depend on the sizes of the logs.

use std::io;

use super::ahead::ReadAhead;
use super::batch::{BatchEnd, EntryBatch, Lines};
use super::heads::{HeadKey, Heads};
use super::log::Log;

/// The number of bytes that all logs together buffer to sort entries.
const MAX_HELD_BYTES: usize = 16 << 20;

/// The number of bytes of the batches of all logs together.
const MAX_BATCHED_BYTES: usize = 4 << 20;

/// A merge of several logs.
#[derive(Debug)]
pub struct Merge {
    ahead: ReadAhead,
    /// The batches with entries that have not been returned.
    batches: Vec<EntryBatch>,
    ranks: Vec<usize>,
    /// The logs by rank.
    order: Vec<usize>,
    /// The logs that have a next entry.
    heads: Heads,
}

/// The step after some lines of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeStep {
    /// Continue with the next lines.
    Continue,
    /// Continue with the lines of other logs.
    DropLog,
    /// End the merge.
    Stop,
}

/// The receiver of the lines of a merge. Logs are identified by their numbers, from 0.
pub trait MergeOutput {
    /// Takes the next lines of a log.
    ///
    /// # Errors
    /// Returns the error from the output.
    fn lines(&mut self, log: usize, bytes: &[u8], lines: &Lines) -> io::Result<MergeStep>;

    /// Handles the end of a log, and reports notices about it.
    ///
    /// # Errors
    /// Returns the error from the output.
    fn ended(&mut self, log: usize, notices: Vec<String>) -> io::Result<MergeStep>;

    /// Reports that a log failed. No more of its lines follow.
    ///
    /// # Errors
    /// Returns the error from the output.
    fn failed(&mut self, log: usize, error: &io::Error) -> io::Result<()>;
}

impl Merge {
    /// Merges `logs` on up to `threads` threads. Among entries with the same time, those of the log
    /// with the lowest rank come first.
    #[must_use]
    pub fn new(logs: Vec<Option<Log>>, ranks: Vec<usize>, threads: usize) -> Self {
        let hold = (MAX_HELD_BYTES / logs.len().max(1)).clamp(16 << 10, 256 << 10);
        let batch = (MAX_BATCHED_BYTES / logs.len().max(1)).clamp(4 << 10, 64 << 10);
        let batches = logs.iter().map(|_| EntryBatch::default()).collect();
        let mut order: Vec<usize> = (0..logs.len()).collect();
        order.sort_by_key(|&log| ranks[log]);
        Self { ahead: ReadAhead::new(logs, (hold, batch), threads), batches, ranks, order, heads: Heads::default() }
    }

    /// Passes all lines on in order. Returns the last step.
    ///
    /// # Errors
    /// Returns the error from the output.
    pub fn run(mut self, output: &mut impl MergeOutput) -> io::Result<MergeStep> {
        for log in 0..self.batches.len() {
            if self.refill(log, output)? == MergeStep::Stop {
                return Ok(MergeStep::Stop);
            }
        }
        while let Some(rank) = self.heads.first() {
            let (log, second) = (self.order[rank], self.heads.second());
            let batch = &mut self.batches[log];
            let (lines, bytes) = batch.take(|time| second.is_none_or(|second| HeadKey::new(time, rank) < second));
            let step = if bytes.is_empty() { MergeStep::Continue } else { output.lines(log, bytes, &lines)? };
            match (step, batch.next_nanosecond()) {
                (MergeStep::Continue, Some(time)) => self.heads.replace_first(HeadKey::new(time, rank)),
                (MergeStep::Continue, None) => {
                    self.heads.remove_first();
                    if self.refill(log, output)? == MergeStep::Stop {
                        return Ok(MergeStep::Stop);
                    }
                }
                (MergeStep::DropLog, _) => {
                    self.heads.remove_first();
                    self.ahead.drop_log(log);
                }
                (MergeStep::Stop, _) => return Ok(MergeStep::Stop),
            }
        }
        Ok(MergeStep::Continue)
    }

    /// Continues with the next entries of a log, or reports its end.
    fn refill(&mut self, log: usize, output: &mut impl MergeOutput) -> io::Result<MergeStep> {
        loop {
            let mut spent = std::mem::take(&mut self.batches[log]);
            match std::mem::take(&mut spent.end) {
                BatchEnd::More => {
                    let Some(batch) = self.ahead.next(log, spent) else { return Ok(MergeStep::Continue) };
                    let time = batch.next_nanosecond();
                    self.batches[log] = batch;
                    if let Some(time) = time {
                        self.heads.push(HeadKey::new(time, self.ranks[log]));
                        return Ok(MergeStep::Continue);
                    }
                }
                BatchEnd::Ended(notices) => return output.ended(log, notices),
                BatchEnd::Failed(error) => return output.failed(log, &error).map(|()| MergeStep::Continue),
            }
        }
    }
}
