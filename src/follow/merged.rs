//! Follows several logs as one, in chronological order of their entries.
//!
//! The stored content is merged first, as it is without following. Appended entries are then
//! ordered if they arrive within a short time of each other.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::time::{Duration, Instant};

use super::{FollowOutcome, Follower, Origin, follow};
use crate::io::{FileRef, IoMode, Source};
use crate::os::posix::BorrowedFd;
use crate::select::{
    Lines, LiveMerge, Log, Merge, MergeOutput, MergeStep, PeriodSearch, ReleasedEntry, count_lines, last_line_end,
    last_lines_start, ranks,
};

/// The number of bytes at the end of a log that are examined to detect its time format.
const SAMPLE: u64 = 64 << 10;

/// The output of a merge of logs that grow.
pub trait GrowingOutput: MergeOutput {
    /// Adds a log. Logs are numbered from 0 in this order. `replaced` is the number of the log whose
    /// file has been replaced by this one, if any.
    fn add(&mut self, name: &OsStr, replaced: Option<usize>);

    /// Reports a message about an input.
    fn report(&mut self, name: &OsStr, error: &io::Error);

    /// Reports notices about a log that continues.
    ///
    /// # Errors
    /// Returns the error from the output.
    fn notices(&mut self, log: usize, notices: Vec<String>) -> io::Result<()>;

    /// Prints all bytes that are held back.
    ///
    /// # Errors
    /// Returns the error from the output.
    fn flush(&mut self) -> io::Result<()>;
}

/// The options for following several logs as one.
#[derive(Debug)]
pub struct FollowedMerge {
    /// The options for [`follow`].
    pub options: super::Options,
    /// The entries to select from the stored content.
    pub search: PeriodSearch,
    /// The number of last lines to print of each log's stored content; `None` for all.
    pub last: Option<u64>,
    /// Whether lines are numbered.
    pub counts: bool,
}

/// Follows `inputs` as one log.
///
/// # Errors
/// Fails as [`follow`] does.
pub fn follow_merged<O: GrowingOutput>(
    inputs: impl Iterator<Item = Result<FileRef, (OsString, io::Error)>>,
    FollowedMerge { options, search, last, counts }: FollowedMerge,
    fd: BorrowedFd<'_>,
    output: &mut O,
) -> io::Result<FollowOutcome> {
    let mut merging = MergeFollower {
        output,
        live: LiveMerge::new(search.clone()),
        search,
        mode: options.mode,
        last,
        counts,
        names: Vec::new(),
        stored: Vec::new(),
        done: Vec::new(),
        numbers: BTreeMap::new(),
        targets: Vec::new(),
        stopped: false,
    };
    let outcome = follow(inputs, options, fd, &mut merging)?;
    merging.finish()?;
    Ok(outcome)
}

/// The stored content of an input.
#[derive(Debug, Default)]
struct StoredLog {
    log: Option<Log>,
    /// The source and the end of its stored lines, for a file that grows.
    growing: Option<(Source, u64)>,
}

/// The state of [`follow_merged`].
struct MergeFollower<'m, O> {
    output: &'m mut O,
    search: PeriodSearch,
    mode: IoMode,
    last: Option<u64>,
    counts: bool,
    /// The names of the inputs.
    names: Vec<OsString>,
    stored: Vec<StoredLog>,
    /// Whether each input has been read as far as requested.
    done: Vec<bool>,
    live: LiveMerge,
    /// The numbers of the logs, one for each file that an input has referred to, and their inputs.
    numbers: BTreeMap<Origin, usize>,
    targets: Vec<usize>,
    stopped: bool,
}

impl<O: GrowingOutput> Follower for MergeFollower<'_, O> {
    fn add(&mut self, name: &OsStr) {
        let target = self.names.len();
        self.names.push(name.to_owned());
        self.stored.push(StoredLog::default());
        self.done.push(false);
        self.number(Origin::first(target));
    }

    fn begin(&mut self, target: usize, source: Source, end: Option<u64>) -> io::Result<Option<u64>> {
        let opened = match end {
            None => self.log(source).map(|log| StoredLog { log: Some(log), growing: None }),
            Some(end) => self.open_growing(target, source, end),
        };
        match opened {
            Ok(stored) => {
                let from = stored.growing.as_ref().map(|(_, end)| *end);
                self.stored[target] = stored;
                Ok(from)
            }
            Err(error) => self.output.failed(target, &error).map(|()| None),
        }
    }

    fn begun(&mut self) -> io::Result<()> {
        let logs: Vec<Option<Log>> = self.stored.iter_mut().map(|stored| stored.log.take()).collect();
        let starts = self.stored.iter().map(|stored| stored.growing.as_ref().map_or(0, |(source, _)| source.start()));
        let (output, done, read) = (&mut *self.output, &mut self.done, starts.collect());
        let mut stored = StoredOutput { output, done, read, growing: &self.stored };
        let step = Merge::new(logs, ranks(&self.names), 1).run(&mut stored)?;
        let read = stored.read;
        self.stopped = step == MergeStep::Stop;
        for (log, at) in read.into_iter().enumerate() {
            let Some((source, end)) = self.stored[log].growing.take() else { continue };
            let lines = if self.counts { count_lines(&source, at..end).unwrap_or(0) } else { 0 };
            self.live.start(log, &last_lines(&source, end).unwrap_or_default(), (end, lines));
        }
        self.output.flush()
    }

    fn append(&mut self, origin: Origin, bytes: &[u8]) -> io::Result<()> {
        let log = self.number(origin);
        if !self.stopped && !self.done[origin.target] {
            self.live.push(log, bytes, Instant::now());
        }
        self.release()
    }

    fn end(&mut self, origin: Origin) -> io::Result<()> {
        let log = self.number(origin);
        self.live.end(log, Instant::now());
        self.release()
    }

    fn report(&mut self, name: &OsStr, error: &io::Error) {
        self.output.report(name, error);
    }

    fn wait(&self) -> Option<Duration> {
        self.live.wait(Instant::now())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.release()?;
        self.output.flush()
    }

    fn has_stopped(&self) -> bool {
        self.stopped
    }

    fn is_done(&self) -> bool {
        self.stopped || !self.done.is_empty() && self.done.iter().all(|&done| done)
    }
}

impl<O: GrowingOutput> MergeFollower<'_, O> {
    /// Returns the number of the log for one of an input's files. Adds the log if it is new.
    fn number(&mut self, origin: Origin) -> usize {
        if let Some(&number) = self.numbers.get(&origin) {
            return number;
        }
        let files = Origin::first(origin.target)..=origin;
        let before = self.numbers.range(files).next_back().map(|(_, number)| *number);
        let number = self.live.add(origin.target, before);
        self.numbers.insert(origin, number);
        self.targets.push(origin.target);
        self.output.add(&self.names[origin.target], before);
        number
    }

    fn log(&self, source: Source) -> io::Result<Log> {
        Log::open(source, self.search.clone(), self.counts)
    }

    /// Opens a file that grows, up to the last line end before `end`.
    fn open_growing(&mut self, target: usize, source: Source, end: u64) -> io::Result<StoredLog> {
        let whole = last_line_end(&source, source.start()..end, b'\n')?;
        let start = match self.last {
            Some(last) => last_lines_start(&source, source.start()..whole, last)?,
            None => source.start(),
        };
        let log = self.log(source.part(start..whole, self.mode)?);
        // No line has had a time so far, but appended lines must still be printed.
        let log = log.map_err(|error| self.output.report(&self.names[target], &error)).ok();
        Ok(StoredLog { log, growing: Some((source, whole)) })
    }

    /// Passes on the entries that no longer need to wait.
    fn release(&mut self) -> io::Result<()> {
        let now = Instant::now();
        while let Some(ReleasedEntry { log, bytes, lines, is_last }) = self.live.next(now) {
            let target = self.targets[log];
            let mut step = MergeStep::Continue;
            if !self.done[target] && !bytes.is_empty() {
                step = self.output.lines(log, &bytes, &lines)?;
            }
            if is_last && step == MergeStep::Continue && !self.done[target] {
                step = self.output.ended(log, Vec::new())?;
            }
            self.done[target] |= step == MergeStep::DropLog;
            self.stopped |= step == MergeStep::Stop;
            if self.stopped {
                break;
            }
        }
        Ok(())
    }

    /// Passes on the entries that are still waiting, and the ends of all logs.
    fn finish(&mut self) -> io::Result<()> {
        if !self.stopped {
            let open: Vec<Origin> = self.numbers.keys().copied().collect();
            open.into_iter().for_each(|origin| self.live.end(self.numbers[&origin], Instant::now()));
            self.live.close();
            self.release()?;
        }
        self.output.flush()
    }
}

/// Passes on stored content, and records how much of each log was passed on.
struct StoredOutput<'o, O> {
    output: &'o mut O,
    done: &'o mut [bool],
    read: Vec<u64>,
    growing: &'o [StoredLog],
}

impl<O: GrowingOutput> MergeOutput for StoredOutput<'_, O> {
    fn lines(&mut self, log: usize, bytes: &[u8], lines: &Lines) -> io::Result<MergeStep> {
        self.read[log] = self.read[log].max(lines.end());
        let step = self.output.lines(log, bytes, lines)?;
        self.done[log] |= step == MergeStep::DropLog;
        Ok(step)
    }

    fn ended(&mut self, log: usize, notices: Vec<String>) -> io::Result<MergeStep> {
        // The end of a file's stored content is not the end of its lines.
        match self.growing[log].growing {
            Some(_) => self.output.notices(log, notices).map(|()| MergeStep::Continue),
            None => self.output.ended(log, notices),
        }
    }

    fn failed(&mut self, log: usize, error: &io::Error) -> io::Result<()> {
        self.output.failed(log, error)
    }
}

/// Returns the last lines before `end`, which is a line end.
fn last_lines(source: &Source, end: u64) -> io::Result<Vec<u8>> {
    let start = source.start().max(end.saturating_sub(SAMPLE));
    let mut lines = source.read_range(start..end)?;
    if start > source.start() {
        let first = memchr::memchr(b'\n', &lines).map_or(lines.len(), |end| end + 1);
        lines.drain(..first);
    }
    Ok(lines)
}
