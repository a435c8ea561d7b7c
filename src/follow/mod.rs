//! Follows files as they grow: the loop shared by `cat --follow` and `grep --follow`.
//!
//! [`follow`] opens each input, lets the command print its content, and then passes on appended
//! bytes. It ends on a signal, when a given process ends, when the output's reader is gone, or when
//! no input is left. It detects when a file is truncated and, by name, when another file replaces
//! it; the old file is then read to its end first. It prints nothing itself: a [`Follower`] does.

mod ends;
mod merged;
mod pipe;
mod tail;
mod target;

pub use merged::{FollowedMerge, GrowingOutput, follow_merged};

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::time::{Duration, Instant};

use crate::io::{FileRef, IoMode, Kind, OwnFile, Range, Source};
use crate::os::posix::{BorrowedFd, Errno};
use crate::os::{FileSystem, Processes, Signal, Watch, fd_table, interrupt, poll_for};
use target::FollowedInput;

/// The polling interval for changes that inotify does not report: writers on other machines, and
/// names reached through symbolic links.
const TICK: Duration = Duration::from_secs(1);

/// The polling interval while a file ends in bytes that are still being filled in through a
/// mapping, which inotify does not report.
const SHORT_TICK: Duration = Duration::from_millis(40);

/// The options for following.
#[derive(Debug)]
pub struct Options {
    /// Whether to follow names rather than the files that were opened.
    pub by_name: bool,
    /// The access method for the initial content.
    pub mode: IoMode,
    /// The requested byte range of each input.
    pub range: Range,
    /// The processes to wait for: following stops when all of them have ended.
    pub processes: Vec<u32>,
}

/// The identity of the file to which bytes were appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The number of the input.
    pub target: usize,
    /// The number of files that the input had before. It grows with each truncation or replacement.
    /// While a replaced file still grows, both files may produce bytes alternately.
    pub file: u64,
}

impl Origin {
    /// Returns the origin of an input's first file.
    pub fn first(target: usize) -> Origin {
        Origin { target, file: 0 }
    }
}

/// The command's handling of the inputs that are followed.
pub trait Follower {
    /// Announces an input. Inputs are numbered from 0 in the order of announcement.
    fn add(&mut self, name: &OsStr);

    /// Prints the requested part of the current content of the input `target`.
    ///
    /// `end` is the end of a growing file's stored bytes, and `None` for an input that does not
    /// grow. Returns the source offset from which to continue, or `None` if nothing more is to be
    /// read.
    ///
    /// # Errors
    /// Returns the error from the output. The follower itself reports errors of the source.
    fn begin(&mut self, target: usize, source: Source, end: Option<u64>) -> io::Result<Option<u64>>;

    /// Processes appended bytes.
    ///
    /// # Errors
    /// Returns the error from the output.
    fn append(&mut self, origin: Origin, bytes: &[u8]) -> io::Result<()>;

    /// Marks the end of an origin, so that an unfinished line is output as it is.
    ///
    /// # Errors
    /// Returns the error from the output.
    fn end(&mut self, origin: Origin) -> io::Result<()>;

    /// Reports a message about an input.
    fn report(&mut self, name: &OsStr, error: &io::Error);

    /// Handles the moment when all inputs have been opened.
    ///
    /// # Errors
    /// Returns the error from the output.
    fn begun(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Returns the time until [`Follower::flush`] has bytes to print, if nothing more arrives.
    fn wait(&self) -> Option<Duration> {
        None
    }

    /// Prints the bytes held back, because nothing more arrives for now.
    ///
    /// # Errors
    /// Returns the error from the output.
    fn flush(&mut self) -> io::Result<()>;

    /// Returns whether nothing more is to be read, not even from further inputs.
    fn has_stopped(&self) -> bool {
        false
    }

    /// Returns whether nothing more is to be read from the inputs announced so far.
    fn is_done(&self) -> bool {
        false
    }
}

/// The reason following ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowEnd {
    /// This signal was received.
    Signal(Signal),
    /// The follower has read everything requested, or the processes to stop with have ended.
    Done,
    /// The reader of the output is gone.
    OutputClosed,
    /// No input remains that could grow.
    NoInput,
}

/// The outcome of following.
#[derive(Clone, Copy, Debug)]
pub struct FollowOutcome {
    /// The reason following ended.
    pub end: FollowEnd,
    /// Whether an input could not be opened or followed. This has been reported.
    pub failed: bool,
}

/// Follows `inputs`.
///
/// The first SIGINT or SIGTERM ends the process at once, with the exit code that shells report for
/// it. Once all inputs have been opened, the bytes appended by then are printed first, unless that
/// takes time.
///
/// # Errors
/// Returns the error from the follower or from `poll(2)`. Errors of an input are reported.
pub fn follow<F: Follower>(
    inputs: impl Iterator<Item = Result<FileRef, (OsString, io::Error)>>,
    options: Options,
    output: BorrowedFd<'_>,
    follower: &mut F,
) -> io::Result<FollowOutcome> {
    interrupt::catch();
    fd_table::raise_limit();
    let processes = Processes::open(&options.processes);
    let mut run = FollowRun {
        output: OwnFile::of(output),
        options,
        watch: Watch::start(),
        targets: Vec::new(),
        reserve: fd_table::Reserve::default(),
        failed: false,
    };
    for input in inputs {
        run.reserve.hold();
        run.open(input, follower)?;
        if follower.has_stopped() {
            break;
        }
    }
    run.reserve.release();
    follower.begun()?;
    interrupt::set_may_finish(true);
    let end = run.run_loop(&processes, output, follower)?;
    Ok(FollowOutcome { end, failed: run.failed })
}

/// The state of following all inputs.
struct FollowRun {
    /// The regular file that output is written to. Following it would never end.
    output: Option<OwnFile>,
    options: Options,
    watch: Watch,
    targets: Vec<FollowedInput>,
    reserve: fd_table::Reserve,
    failed: bool,
}

impl FollowRun {
    /// Opens an input, prints its content through the follower, and adds it to the targets if it
    /// may grow.
    fn open<F: Follower>(&mut self, input: Result<FileRef, (OsString, io::Error)>, follower: &mut F) -> io::Result<()> {
        let (name, opened) = match input {
            Ok(file) => (file.path().to_owned(), self.source(&file)),
            Err((name, error)) => (name, Err(error)),
        };
        self.reserve.release();
        let number = self.targets.len();
        let opened = opened.and_then(|opened| match opened {
            target::OpenedInput::Pipe(pipe) => Ok((None, FollowedInput::of_pipe(number, &name, pipe))),
            target::OpenedInput::File(source) => self.with_stored_end(*source).map(|(source, end)| {
                let target = FollowedInput::new(number, &name, self.options.by_name && !source.is_stdin());
                (Some((source, end)), target)
            }),
        });
        match opened {
            Ok((begun, mut target)) => {
                follower.add(&name);
                if let Some((source, end)) = begun {
                    let own = end.is_some().then(|| source.follow_handle()).transpose();
                    let (base, stream) = (source.base(), target::OpenedInput::stream(&source));
                    let from = if stream.is_some() { None } else { follower.begin(number, source, end)? };
                    match (own, from, stream) {
                        (_, _, Some(stream)) => target.set_pipe(stream),
                        (Ok(Some((file, is_shared))), Some(from), None) => {
                            if let Err(error) = target.set_file(file, is_shared, base + from, &self.watch) {
                                self.fail(&name, &error, follower);
                            }
                        }
                        (Err(error), Some(_), None) => self.fail(&name, &error, follower),
                        _ => target.forget(),
                    }
                }
                target.watch(&self.watch);
                self.targets.push(target);
            }
            Err(error) => {
                self.fail(&name, &error, follower);
                if self.options.by_name {
                    // The name may later refer to a file that can be followed.
                    follower.add(&name);
                    let target = FollowedInput::missing(number, &name, &error);
                    target.watch(&self.watch);
                    self.targets.push(target);
                }
            }
        }
        Ok(())
    }

    fn fail<F: Follower>(&mut self, name: &OsStr, error: &io::Error, follower: &mut F) {
        follower.report(name, error);
        self.failed = true;
    }

    fn source(&self, file: &FileRef) -> io::Result<target::OpenedInput> {
        match file.is_fifo() && !file.is_stdin() {
            true => pipe::Pipe::open(file.path()).map(target::OpenedInput::Pipe),
            false => {
                let source = Source::open_at(file, self.options.mode, self.options.range)?;
                self.output.into_iter().try_for_each(|own| own.reject(source.identity()))?;
                Ok(target::OpenedInput::File(Box::new(source)))
            }
        }
    }

    /// Returns the source and, for a growing file, the end of its stored bytes.
    fn with_stored_end(&self, source: Source) -> io::Result<(Source, Option<u64>)> {
        let holds = |at: u64| source.read_at(&mut [0], at).is_ok_and(|got| got == 1);
        let is_on_fuse = source.file_system() == FileSystem::Fuse;
        let end = match source.kind() {
            // A program reports the sizes, and they may be out of date, so the file may still grow.
            Kind::Unsized if is_on_fuse && source.tail().is_none() => match ends::readable_end(&source) {
                // The file can only be read from front to back.
                Err(error) if Errno::from_io_error(&error) == Some(Errno::SPIPE) => None,
                end => Some(end?),
            },
            // The file is empty, or only claims to be, as files in /proc do.
            Kind::Unsized if holds(0) => None,
            Kind::Unsized => Some(source.start()),
            Kind::Regular => {
                let end = source.end().unwrap_or(0);
                // A sysfs file holds less than its size and does not grow.
                let is_true = end <= source.start() || holds(end - 1);
                is_true.then(|| ends::settled_end(&source, end)).transpose()?
            }
            _ => None,
        };
        Ok((source, end))
    }

    fn run_loop<F: Follower>(
        &mut self,
        processes: &Processes,
        output: BorrowedFd<'_>,
        follower: &mut F,
    ) -> io::Result<FollowEnd> {
        let mut checked = Instant::now();
        loop {
            if let Some(signal) = interrupt::caught() {
                self.finish(follower)?;
                return Ok(FollowEnd::Signal(signal));
            }
            let mut has_more = false;
            for number in self.order_of_changes() {
                has_more |= self.targets[number].forward(follower)?;
                if follower.is_done() {
                    return Ok(FollowEnd::Done);
                }
            }
            let names_changed = self.watch.take_names_changed();
            if names_changed || checked.elapsed() >= TICK {
                checked = Instant::now();
                for target in &mut self.targets {
                    has_more |= target.check_name(&self.watch, self.output, follower)?;
                }
            }
            if has_more {
                continue;
            }
            follower.flush()?;
            if follower.is_done() {
                return Ok(FollowEnd::Done);
            }
            if self.targets.iter().all(FollowedInput::is_finished) {
                self.failed |= self.targets.iter().any(FollowedInput::has_failed);
                return Ok(FollowEnd::NoInput);
            }
            if processes.have_ended() {
                self.finish(follower)?;
                return Ok(FollowEnd::Done);
            }
            let mut fds: Vec<BorrowedFd<'_>> = self.watch.fd().into_iter().chain(interrupt::wake_fd()).collect();
            fds.extend(self.targets.iter().filter_map(FollowedInput::pipe_fd));
            fds.extend(processes.fds());
            let wait = if self.targets.iter().any(FollowedInput::is_unsettled) { SHORT_TICK } else { TICK };
            let wait = follower.wait().map_or(wait, |own| own.min(wait));
            if !poll_for(&fds, output, wait)? {
                return Ok(FollowEnd::OutputClosed);
            }
            self.watch.drain();
        }
    }

    /// Returns the numbers of all inputs. Those known to have changed come first, in the order of
    /// their changes, so that output appears in the order of events.
    fn order_of_changes(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.targets.len()).collect();
        let changed = self.watch.take_changed();
        if changed.len() > 1 {
            let mut ranks = HashMap::new();
            for (rank, watched) in changed.into_iter().enumerate() {
                ranks.entry(watched).or_insert(rank);
            }
            let rank = |target: &FollowedInput| target.watched().and_then(|watched| ranks.get(&watched)).copied();
            order.sort_by_key(|&number| rank(&self.targets[number]).unwrap_or(usize::MAX));
        }
        order
    }

    /// Passes on the bytes that are available now. Without a limit, a busy writer could keep the
    /// loop running.
    fn finish<F: Follower>(&mut self, follower: &mut F) -> io::Result<()> {
        for target in &mut self.targets {
            let size = target.size();
            while target.forward(follower)? && target.is_before(size) {}
        }
        follower.flush()
    }
}
