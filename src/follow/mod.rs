//! Follows files as they grow: the one loop behind `cat --follow` and `grep --follow`.
//!
//! [`follow`] opens each input, lets the command print what it holds, and then passes on what is
//! appended until a signal, the end of a process, the output's reader or the last input ends it. It
//! notices when a file is truncated and, by name, when another takes its place; the old one is then
//! read to its end first. It prints nothing itself: a [`Follower`] does.

mod pipe;
mod tail;
mod target;

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use crate::io::{FileRef, IoMode, Kind, Range, Source};
use crate::os::interrupt::{self, Signal};
use crate::os::{Processes, Watch, fd_table, poll_for};
use target::Target;

/// Interval between looks at what inotify does not report: writers on other machines, and names
/// behind symbolic links.
const TICK: Duration = Duration::from_secs(1);

/// Interval while a file ends in bytes that are still being filled in through a mapping, which
/// inotify does not report.
const SHORT_TICK: Duration = Duration::from_millis(40);

/// How to follow.
#[derive(Debug)]
pub struct Options {
    /// Whether to follow names rather than the files opened by them.
    pub by_name: bool,
    /// How the content that is there at first is read.
    pub mode: IoMode,
    /// Which bytes of each input are wanted.
    pub range: Range,
    /// Processes to stop with, when the last of them has ended.
    pub processes: Vec<u32>,
}

/// Identifies the file that bytes were appended to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The number of the input.
    pub target: usize,
    /// How many files that input was before: it is another one after a truncation or a replacement.
    /// While a replaced file still grows, two give bytes by turns.
    pub file: u64,
}

impl Origin {
    /// The file that an input was at first.
    pub fn first(target: usize) -> Origin {
        Origin { target, file: 0 }
    }
}

/// What a command does with the inputs it follows.
pub trait Follower {
    /// Announces an input. Inputs are numbered from 0 in the order of their announcement.
    fn add(&mut self, name: &OsStr);

    /// Prints what is wanted of the input `target` as it is now. `end` is where the stored bytes of
    /// a file that grows end, and `None` for an input that does not grow.
    ///
    /// Returns where to go on from, counted as in the source; `None` when nothing more is wanted.
    ///
    /// # Errors
    /// Those of the output. What is wrong with the source is reported by the follower.
    fn begin(&mut self, target: usize, source: Source, end: Option<u64>) -> io::Result<Option<u64>>;

    /// Takes bytes that were appended.
    ///
    /// # Errors
    /// Those of the output.
    fn take(&mut self, origin: Origin, bytes: &[u8]) -> io::Result<()>;

    /// Takes note that nothing more comes from there, so that a line without its end stays as it
    /// is.
    ///
    /// # Errors
    /// Those of the output.
    fn end(&mut self, origin: Origin) -> io::Result<()>;

    /// Reports something about an input.
    fn report(&mut self, name: &OsStr, error: &io::Error);

    /// Shows what is held back, as nothing more comes for now.
    ///
    /// # Errors
    /// Those of the output.
    fn flush(&mut self) -> io::Result<()>;

    /// Returns whether nothing more is wanted, of no further input either.
    fn has_stopped(&self) -> bool {
        false
    }

    /// Returns whether nothing more is wanted of the inputs that have been announced.
    fn is_done(&self) -> bool {
        false
    }
}

/// Why following ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By this signal.
    Signal(Signal),
    /// The follower has all it wants, or the processes to stop with have ended.
    Done,
    /// The reader of the output has gone.
    Unread,
    /// No input is left that could grow.
    NothingLeft,
}

/// How following went.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Why it ended.
    pub end: End,
    /// Whether an input could not be opened or followed; it has been reported.
    pub failed: bool,
}

/// Follows `inputs`. The first SIGINT or SIGTERM ends the process at once, with the exit code that
/// shells use for a death by it; when all inputs have been begun, what was appended by then is
/// printed first, as far as that takes no time.
///
/// # Errors
/// Those of the follower and of `poll(2)`. What goes wrong with an input is reported.
pub fn follow<F: Follower>(
    inputs: impl Iterator<Item = Result<FileRef, (OsString, io::Error)>>,
    options: Options,
    output: BorrowedFd<'_>,
    follower: &mut F,
) -> io::Result<Outcome> {
    interrupt::catch();
    fd_table::raise_limit();
    let processes = Processes::open(&options.processes);
    let mut run = Run {
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
    interrupt::let_finish(true);
    let end = run.until_the_end(&processes, output, follower)?;
    Ok(Outcome { end, failed: run.failed })
}

/// Everything that is followed.
struct Run {
    options: Options,
    watch: Watch,
    targets: Vec<Target>,
    reserve: fd_table::Reserve,
    failed: bool,
}

impl Run {
    /// Opens an input, has what it holds printed and adds it to the targets if it may grow.
    fn open<F: Follower>(&mut self, input: Result<FileRef, (OsString, io::Error)>, follower: &mut F) -> io::Result<()> {
        let (name, opened) = match input {
            Ok(place) => (place.path().to_owned(), self.source(&place)),
            Err((name, error)) => (name, Err(error)),
        };
        self.reserve.release();
        let number = self.targets.len();
        let opened = opened.and_then(|opened| match opened {
            target::Opened::Pipe(pipe) => Ok((None, Target::of_pipe(number, &name, pipe))),
            target::Opened::File(source) => self.grows(source).map(|(source, end)| {
                let target = Target::new(number, &name, self.options.by_name && !source.is_stdin());
                (Some((source, end)), target)
            }),
        });
        match opened {
            Ok((begun, mut target)) => {
                follower.add(&name);
                if let Some((source, end)) = begun {
                    let own = end.is_some().then(|| source.to_follow()).transpose();
                    let (base, stream) = (source.base(), target::Opened::stream(&source));
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
                    // It may become a file that can be followed.
                    follower.add(&name);
                    let target = Target::missing(number, &name, &error);
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

    fn source(&self, place: &FileRef) -> io::Result<target::Opened> {
        match place.is_fifo() && !place.is_stdin() {
            true => pipe::Pipe::open(place.path()).map(target::Opened::Pipe),
            false => Source::open_at(place, self.options.mode, self.options.range).map(target::Opened::File),
        }
    }

    /// Returns the source and, for a file that grows, where its stored bytes end.
    fn grows(&self, source: Source) -> io::Result<(Source, Option<u64>)> {
        let holds = |at: u64| source.read_at(&mut [0], at).is_ok_and(|got| got == 1);
        let end = match source.kind() {
            // It is empty, or only says so, as the files of /proc do.
            Kind::Unsized if holds(0) => None,
            Kind::Unsized => Some(source.start()),
            Kind::Regular => {
                let end = source.end().unwrap_or(0);
                // A file of sysfs holds less than it says, and does not grow.
                let is_true = end <= source.start() || holds(end - 1);
                is_true.then(|| tail::settled_end(&source, end)).transpose()?
            }
            _ => None,
        };
        Ok((source, end))
    }

    fn until_the_end<F: Follower>(
        &mut self,
        processes: &Processes,
        output: BorrowedFd<'_>,
        follower: &mut F,
    ) -> io::Result<End> {
        let mut looked = Instant::now();
        loop {
            if let Some(signal) = interrupt::caught() {
                self.finish(follower)?;
                return Ok(End::Signal(signal));
            }
            let mut has_more = false;
            for target in &mut self.targets {
                has_more |= target.pass(follower)?;
                if follower.is_done() {
                    return Ok(End::Done);
                }
            }
            let names_changed = self.watch.take_names_changed();
            if names_changed || looked.elapsed() >= TICK {
                looked = Instant::now();
                for target in &mut self.targets {
                    has_more |= target.look(&self.watch, follower)?;
                }
            }
            if has_more {
                continue;
            }
            follower.flush()?;
            if follower.is_done() {
                return Ok(End::Done);
            }
            if self.targets.iter().all(Target::is_over) {
                self.failed |= self.targets.iter().any(Target::has_failed);
                return Ok(End::NothingLeft);
            }
            if processes.have_ended() {
                self.finish(follower)?;
                return Ok(End::Done);
            }
            let mut fds: Vec<BorrowedFd<'_>> = self.watch.fd().into_iter().chain(interrupt::wake_fd()).collect();
            fds.extend(self.targets.iter().filter_map(Target::pipe_fd));
            fds.extend(processes.fds());
            let wait = if self.targets.iter().any(Target::is_unsettled) { SHORT_TICK } else { TICK };
            if !poll_for(&fds, output, wait)? {
                return Ok(End::Unread);
            }
            self.watch.drain();
        }
    }

    /// Passes on what is there now; a busy writer would otherwise never let go.
    fn finish<F: Follower>(&mut self, follower: &mut F) -> io::Result<()> {
        for target in &mut self.targets {
            let size = target.size();
            while target.pass(follower)? && target.is_before(size) {}
        }
        follower.flush()
    }
}
