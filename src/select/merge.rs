//! Merges several logs in order of time.
//!
//! Entries with the same time keep the order of their logs. Each log holds a bounded buffer, so
//! memory does not depend on the sizes of the logs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use jiff::Timestamp;

use super::log::{Lines, Log};

/// The number of bytes that all logs together buffer to sort entries.
const HELD: usize = 16 << 20;

/// A merge of several logs.
#[derive(Debug)]
pub struct Merge {
    logs: Vec<Option<Log>>,
    ranks: Vec<usize>,
    /// The logs that have a next entry, the earliest on top.
    heads: BinaryHeap<Reverse<(Timestamp, usize, usize)>>,
    /// The log whose current entry may continue.
    current: Option<usize>,
    /// Logs that have not been read yet.
    fresh: Vec<usize>,
    /// The number of bytes that each log buffers to sort its entries.
    hold: usize,
}

/// The next event of a merge.
#[derive(Debug)]
enum Event<'m> {
    /// Lines of the log with this number.
    Lines(usize, &'m [u8], Lines),
    /// A log has ended, with notices to report about it.
    Ended(usize, Vec<String>),
    /// A log failed, and nothing more of it follows.
    Failed(usize, io::Error),
}

/// What to do after some lines of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeStep {
    /// Continue with the next lines.
    Continue,
    /// Continue with the lines of other logs.
    DropLog,
    /// End the merge.
    Stop,
}

/// Takes the lines of a merge. Logs are known by their numbers, from 0.
pub trait MergeOutput {
    /// Takes the next lines of a log.
    ///
    /// # Errors
    /// Returns the error of the output.
    fn lines(&mut self, log: usize, bytes: &[u8], lines: &Lines) -> io::Result<MergeStep>;

    /// Handles the end of a log, and reports notices about it.
    ///
    /// # Errors
    /// Returns the error of the output.
    fn ended(&mut self, log: usize, notices: Vec<String>) -> io::Result<MergeStep>;

    /// Reports that a log failed. Nothing more of it follows.
    ///
    /// # Errors
    /// Returns the error of the output.
    fn failed(&mut self, log: usize, error: &io::Error) -> io::Result<()>;
}

impl Merge {
    /// Merges `logs`. Among entries with the same time, those of the log with the lowest rank come
    /// first.
    #[must_use]
    pub fn new(logs: Vec<Option<Log>>, ranks: Vec<usize>) -> Self {
        let fresh = (0..logs.len()).rev().filter(|&log| logs[log].is_some()).collect();
        let hold = (HELD / logs.len().max(1)).clamp(64 << 10, 256 << 10);
        Self { logs, ranks, heads: BinaryHeap::new(), current: None, fresh, hold }
    }

    /// Passes all lines on in order. Returns how the merge ended.
    ///
    /// # Errors
    /// Returns the error of the output.
    pub fn run(mut self, output: &mut impl MergeOutput) -> io::Result<MergeStep> {
        while let Some(event) = self.next_event() {
            let (log, step) = match event {
                Event::Lines(_, [], _) => continue,
                Event::Lines(log, bytes, lines) => (log, output.lines(log, bytes, &lines)?),
                Event::Ended(log, notices) => (log, output.ended(log, notices)?),
                Event::Failed(log, error) => {
                    output.failed(log, &error)?;
                    continue;
                }
            };
            match step {
                MergeStep::Continue => {}
                MergeStep::DropLog => self.drop_log(log),
                MergeStep::Stop => return Ok(MergeStep::Stop),
            }
        }
        Ok(MergeStep::Continue)
    }

    /// Drops a log whose remaining entries are not wanted.
    fn drop_log(&mut self, log: usize) {
        self.logs[log] = None;
        self.current = self.current.filter(|&current| current != log);
        self.heads.retain(|Reverse((_, _, head))| *head != log);
    }

    /// Returns the next event, or `None` at the end of all logs.
    fn next_event(&mut self) -> Option<Event<'_>> {
        while let Some(index) = self.fresh.pop() {
            let Some(log) = &mut self.logs[index] else { continue };
            match log.begin(self.hold) {
                Ok(()) => match log.next_time() {
                    Some(time) => self.heads.push(Reverse((time, self.ranks[index], index))),
                    None => {
                        self.current = Some(index);
                        break;
                    }
                },
                Err(error) => return Some(self.end(index, Some(error))),
            }
        }
        let index = match self.current.take() {
            Some(current) => current,
            None => self.heads.pop()?.0.2,
        };
        let limit = self.heads.peek().map(|Reverse((time, rank, _))| (*time, *rank));
        let rank = self.ranks[index];
        let before = |time| limit.is_none_or(|limit| (time, rank) < limit);
        let log = self.logs[index].as_mut()?;
        match log.next_lines(before) {
            Ok(Some(lines)) => {
                match log.next_time() {
                    Some(time) => self.heads.push(Reverse((time, rank, index))),
                    None => self.current = Some(index),
                }
                let log = self.logs[index].as_ref()?;
                Some(Event::Lines(index, log.bytes(&lines), lines))
            }
            Ok(None) => Some(self.end(index, None)),
            Err(error) => Some(self.end(index, Some(error))),
        }
    }

    fn end(&mut self, index: usize, error: Option<io::Error>) -> Event<'static> {
        let log = self.logs[index].take();
        match error {
            Some(error) => Event::Failed(index, error),
            None => Event::Ended(index, log.map(|mut log| log.take_notices()).unwrap_or_default()),
        }
    }
}
