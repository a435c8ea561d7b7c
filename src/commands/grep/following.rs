//! `--follow`: searches the existing content, then data as it is appended.
//!
//! A growing file is an input with more blocks to come. Every file therefore has its own totals,
//! and appended data goes through the same kernel as soon as its lines are complete. An unfinished
//! line is searched when it is complete, or when nothing more can be appended.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Arc;

use memchr::memrchr;

use crate::cli::cat::FollowBy;
use crate::engine::{Block, Flow, Input, InputKind, Kernel, Pipeline};
use crate::exit::Exit;
use crate::follow::{FollowEnd, FollowOutcome, Follower, Options, Origin, follow};
use crate::io::Source;
use crate::os::posix::AsFd;
use crate::output::Output;
use crate::select::last_line_end;

use super::interleaved::InterleavedSearch;
use super::kernel::{Search, Totals};
use super::open::Opener;
use super::open::start::InputStarts;
use super::settings::{Report, Settings};
use super::{Run, print_summary};

/// A followed file and the state of its search.
struct GrowingFile {
    /// The source, used only for its name, because the follower owns the file.
    source: Arc<Source>,
    totals: Totals,
    verdict: Option<InputKind>,
    /// Whether the file's first block has been searched.
    begun: bool,
    /// The beginning of an unfinished line, and its offset.
    line: Vec<u8>,
    offset: u64,
}

impl GrowingFile {
    fn new(name: &OsStr, offset: u64) -> io::Result<GrowingFile> {
        let (source, totals) = (Source::named(name)?, Totals::default());
        Ok(GrowingFile { source: Arc::new(source), totals, verdict: None, begun: false, line: Vec::new(), offset })
    }
}

/// The follower that searches the files.
struct GrepFollower<'r, 'a> {
    run: &'r Run<'a>,
    settings: &'a Settings,
    output: &'r mut Output,
    names: Vec<OsString>,
    /// The files that are being searched.
    files: BTreeMap<Origin, GrowingFile>,
    /// Whether the search of each input is finished.
    done: Vec<bool>,
    turns: InterleavedSearch<Origin>,
    stopped: bool,
    failed: bool,
}

impl Run<'_> {
    /// Searches all files, then data as it is appended to those that can grow.
    pub fn follow(&self, files: Vec<OsString>, by: FollowBy, output: &mut Output) -> anyhow::Result<Exit> {
        let options = self.follow_options(by);
        let fd = output.fd().try_clone_to_owned()?;
        let mut following = GrepFollower {
            run: self,
            settings: self.settings,
            output,
            names: Vec::new(),
            files: BTreeMap::new(),
            done: Vec::new(),
            turns: InterleavedSearch::new(),
            stopped: false,
            failed: false,
        };
        let outcome = follow(self.walk.files(files), options, fd.as_fd(), &mut following)?;
        following.finish()?;
        let GrepFollower { turns: InterleavedSearch { totals, .. }, output, failed, .. } = following;
        print_summary(self.settings, &totals, output)?;
        Ok(self.followed_exit(&outcome, &totals, failed))
    }

    /// Returns the options for following files.
    pub(super) fn follow_options(&self, by: FollowBy) -> Options {
        let engine = &self.config.engine;
        let by_name = by == FollowBy::Name;
        Options { by_name, mode: engine.policy, range: engine.range, processes: Vec::new() }
    }

    /// Returns the exit code of a search that followed its files.
    pub(super) fn followed_exit(&self, outcome: &FollowOutcome, totals: &Totals, failed: bool) -> Exit {
        match outcome.end {
            FollowEnd::OutputClosed => Exit::Closed,
            FollowEnd::Signal(signal) => Exit::from(signal),
            _ if totals.selected_any && self.settings.report == Report::Nothing => Exit::Success,
            _ if failed || outcome.failed => Exit::Error,
            _ if totals.selected_any => Exit::Success,
            _ => Exit::NoMatch,
        }
    }
}

impl Follower for GrepFollower<'_, '_> {
    fn add(&mut self, name: &OsStr) {
        self.names.push(name.to_owned());
        self.done.push(false);
    }

    fn begin(&mut self, target: usize, source: Source, end: Option<u64>) -> io::Result<Option<u64>> {
        let Some(end) = end else {
            let starts = InputStarts::default();
            let opener = self.run.opener(&starts);
            let input = opener.open_now(Ok(self.names[target].clone().into()));
            self.search_now(target, input, opener.is_partial().then_some(&starts), false)?;
            self.done[target] = true;
            return Ok(None);
        };
        let whole = last_line_end(&source, source.start()..end, self.settings.query.terminator)?;
        let mut growing = match GrowingFile::new(source.name(), whole) {
            Ok(growing) => growing,
            Err(error) => {
                self.fail(&self.names[target].clone(), &error);
                self.done[target] = true;
                return Ok(None);
            }
        };
        if whole > source.start() || self.run.period.is_some() && end > source.start() {
            let now = source.part(source.start()..whole, self.run.config.engine.policy)?;
            let starts = InputStarts::default();
            let opener = Opener { is_followed: true, ..self.run.opener(&starts) };
            match opener.narrow(now) {
                Ok((source, verdict, start)) => {
                    let input = Input::Classified(source, verdict);
                    starts.push(start);
                    growing.totals = self.search_now(target, input, Some(&starts), true)?;
                    growing.begun = true;
                    growing.verdict = Some(verdict);
                }
                // No line has a time so far, but appended lines are still searched.
                Err(error) => self.fail(source.name(), &error),
            }
        }
        self.done[target] = growing.totals.done;
        self.files.insert(Origin::first(target), growing);
        Ok((!self.done[target]).then_some(whole))
    }

    fn append(&mut self, origin: Origin, bytes: &[u8]) -> io::Result<()> {
        self.run.config.stats.bytes.add(bytes.len() as u64);
        if self.stopped || self.done[origin.target] {
            return Ok(());
        }
        let mut growing = match self.files.remove(&origin) {
            Some(growing) => growing,
            None => match GrowingFile::new(&self.names[origin.target], 0) {
                Ok(growing) => growing,
                Err(error) => {
                    self.fail(&self.names[origin.target].clone(), &error);
                    return Ok(());
                }
            },
        };
        match memrchr(self.settings.query.terminator, bytes) {
            None => growing.line.extend_from_slice(bytes),
            Some(end) => {
                let mut lines = std::mem::take(&mut growing.line);
                lines.extend_from_slice(&bytes[..=end]);
                growing.line.extend_from_slice(&bytes[end + 1..]);
                self.search(origin, &mut growing, lines, false)?;
                self.output.flush()?;
            }
        }
        self.files.insert(origin, growing);
        Ok(())
    }

    fn end(&mut self, origin: Origin) -> io::Result<()> {
        let Some(mut growing) = self.files.remove(&origin) else { return Ok(()) };
        if self.stopped || self.done[origin.target] || !growing.begun && growing.line.is_empty() {
            return Ok(());
        }
        let line = std::mem::take(&mut growing.line);
        self.search(origin, &mut growing, line, true)?;
        self.output.flush()
    }

    fn report(&mut self, name: &OsStr, error: &io::Error) {
        self.output.report(name, error);
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    fn has_stopped(&self) -> bool {
        self.stopped
    }

    fn is_done(&self) -> bool {
        self.stopped || !self.done.is_empty() && self.done.iter().all(|&done| done)
    }
}

impl GrepFollower<'_, '_> {
    fn fail(&mut self, name: &OsStr, error: &io::Error) {
        self.output.report(name, error);
        self.failed = true;
    }

    /// Searches the rest of all files.
    fn finish(&mut self) -> io::Result<()> {
        let left: Vec<Origin> = self.files.keys().copied().collect();
        left.into_iter().try_for_each(|origin| self.end(origin))
    }

    /// Runs the engine over one input and returns its totals.
    fn search_now(
        &mut self,
        target: usize,
        input: Input<'_>,
        starts: Option<&InputStarts>,
        open_ended: bool,
    ) -> io::Result<Totals> {
        let Run { config, .. } = self.run;
        let kernel = Search { settings: self.settings, starts, open_ended };
        let printed = self.output.bytes();
        let (totals, plan) = (self.turns.totals.clone(), self.run.plan());
        let outcome = config.engine.run(
            std::iter::once(input),
            Pipeline { kernel: &kernel, plan, session: &config.stats },
            totals,
            self.output,
        );
        outcome.output?;
        self.failed |= outcome.failed;
        self.stopped |= outcome.stopped;
        self.turns.totals = outcome.carry.clone();
        if self.output.bytes() > printed {
            self.turns.printed = Some(Origin::first(target));
        }
        Ok(outcome.carry)
    }

    /// Runs the kernel over one block.
    fn search(&mut self, origin: Origin, growing: &mut GrowingFile, lines: Vec<u8>, last: bool) -> io::Result<()> {
        let head = &lines[..lines.len().min(Search::HEAD)];
        let verdict = *growing.verdict.get_or_insert_with(|| self.settings.classify(head));
        let first = !std::mem::replace(&mut growing.begun, true);
        let kernel = Search { settings: self.settings, starts: None, open_ended: !last };
        let len = lines.len() as u64;
        let block = Block::of(Arc::clone(&growing.source), growing.offset, lines, verdict).at_border(first, last);
        growing.offset += len;
        let flow = self.turns.search(&kernel, &block, (origin, &mut growing.totals), self.output)?;
        self.stopped |= flow == Flow::Stop;
        if flow != Flow::Continue {
            self.done[origin.target] = true;
        }
        Ok(())
    }
}
