//! `--follow`: what is there is searched as ever, then what is appended as it comes.
//!
//! A file that grows is an input with more blocks to come. So every file has totals of its own, and what is appended goes
//! through the same kernel as soon as it is whole lines. A line without its end waits for it, and is searched as it is
//! when nothing more can come.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;

use memchr::memrchr;

use crate::cli::cat::FollowBy;
use crate::engine::{Block, Flow, Input, Kernel, Stats, write_text};
use crate::exit::Exit;
use crate::follow::{End, Event, Origin, Target, follow, settled_end};
use crate::io::{AccessMethod, IoMode, Kind, Range, Source};
use crate::os::{Stop, stop_on_interrupt};
use crate::output::Output;

use super::Run;
use super::kernel::{Search, TEXT, Totals};
use super::settings::{Report, Settings};
use super::start::Starts;

/// Bytes read backwards at a time.
const BACKWARDS: u64 = 64 << 10;

/// A file as far as it has been searched.
struct Growing {
    /// Nothing but a name: the file itself is the follower's.
    source: Arc<Source>,
    totals: Totals,
    verdict: Option<u8>,
    /// Whether it had a first block.
    begun: bool,
    /// The beginning of a line, and where it stands.
    line: Vec<u8>,
    offset: u64,
}

impl Growing {
    fn new(name: &OsStr, totals: Totals, begun: bool, verdict: Option<u8>, offset: u64) -> io::Result<Growing> {
        let file = File::open("/dev/null")?;
        let source = Source::from_file(name.to_owned(), file, false, IoMode::Read, Range::default())?;
        Ok(Growing { source: Arc::new(source), totals, verdict, begun, line: Vec::new(), offset })
    }
}

/// Everything that is followed.
struct Following<'a> {
    settings: &'a Settings,
    output: &'a mut Output,
    names: Vec<OsString>,
    /// The files at hand; of those that are missing enough has been seen, or nothing has come.
    files: HashMap<Origin, Growing>,
    done: Vec<bool>,
    /// The totals of the file searched last.
    totals: Totals,
    /// What was printed last is from there.
    printed: Option<Origin>,
    stopped: bool,
}

impl Run<'_> {
    /// Searches all files, then what is appended to those that can grow.
    pub fn follow(&self, files: Vec<OsString>, by: FollowBy, output: &mut Output) -> anyhow::Result<Exit> {
        let stop = stop_on_interrupt();
        let mut following = Following {
            settings: self.settings,
            output,
            names: Vec::new(),
            files: HashMap::new(),
            done: Vec::new(),
            totals: Totals::default(),
            printed: None,
            stopped: false,
        };
        let mut targets = Vec::new();
        let mut failed = false;
        for found in self.walk.files(files) {
            let engine = &self.config.engine;
            let opened = found.and_then(|place| match Source::open_at(&place, engine.policy, engine.range) {
                Ok(source) => Ok((place.into_path(), source)),
                Err(error) => Err((place.into_path(), error)),
            });
            match opened {
                Ok((name, source)) => {
                    let (target, well) = self.begin(name, source, by, &mut following)?;
                    failed |= !well;
                    targets.extend(target);
                }
                Err((name, error)) => {
                    following.output.report(&name, &error);
                    failed = true;
                    if by == FollowBy::Name && error.kind() == io::ErrorKind::NotFound {
                        // It may come yet.
                        following.add(&name);
                        targets.push(Target { name, file: None, at: 0, by_name: true });
                    }
                }
            }
            if following.stopped {
                break;
            }
        }
        following.output.flush()?;
        let mut end = None;
        if !following.is_enough() {
            let out = following.output.fd().try_clone_to_owned()?;
            end = Some(follow(targets, stop, out.as_fd(), |event| self.take(event, &mut following, stop))?);
        }
        let enough = following.is_enough();
        following.finish()?;
        let Following { totals, output, .. } = following;
        if self.settings.report == Report::Json {
            output.write_all(&totals.json.summary())?;
        }
        output.flush()?;
        Ok(match end {
            Some(End::Unread) => Exit::Closed,
            Some(End::Nothing) => Exit::Error,
            Some(End::Stopped) if !enough => Exit::Interrupted,
            _ if totals.selected_any && self.settings.report == Report::Nothing => Exit::Success,
            _ if failed => Exit::Error,
            _ if totals.selected_any => Exit::Success,
            _ => Exit::NoMatch,
        })
    }

    /// Searches what `source` holds now, as far as it is whole lines. Gives the target it is from there on, if it is one
    /// that grows and not enough of it has been seen; and whether all went well.
    fn begin(
        &self,
        name: OsString,
        source: Source,
        by: FollowBy,
        following: &mut Following<'_>,
    ) -> io::Result<(Option<Target>, bool)> {
        // An empty file, or one of those that only say so.
        let is_empty = source.kind() == Kind::Unsized && source.read_at(&mut [0], 0).is_ok_and(|got| got == 0);
        let grows = is_empty || source.kind() == Kind::Regular && source.way() != AccessMethod::Stream;
        let mut whole = source.start();
        let mut well = true;
        if !grows {
            let starts = Starts::default();
            let opener = self.opener(&starts);
            let input = opener.open_now(Ok(name.into()));
            self.search_now(input, opener.is_partial().then_some(&starts), false, following, &mut well)?;
            return Ok((None, well));
        }
        let mut growing = Growing::new(source.name(), Totals::default(), false, None, whole)?;
        let file = source.file().try_clone()?;
        let (base, is_stdin) = (source.base(), source.is_stdin());
        if !is_empty {
            let size = base + source.end().unwrap_or(0);
            let end = settled_end(source.positioned(), size)?.saturating_sub(base).max(source.start());
            whole = last_line_end(&source, source.start()..end, self.settings.query.terminator)?;
            if whole > source.start() || self.period.is_some() {
                let now = source.part(source.start()..whole, self.config.engine.policy)?;
                let starts = Starts::default();
                match self.opener(&starts).narrow(now) {
                    Ok((source, verdict, start)) => {
                        let input = Input::Judged(source, verdict.unwrap_or(TEXT));
                        starts.push(start);
                        growing.totals = self.search_now(input, Some(&starts), true, following, &mut well)?;
                        growing.begun = true;
                        growing.verdict = verdict;
                    }
                    Err(error) => {
                        // No line has a time so far: what is appended is wanted all the same.
                        following.output.report(source.name(), &error);
                        well = false;
                    }
                }
            }
        }
        growing.offset = whole;
        let target = following.add(&name);
        if growing.totals.done {
            following.enough_of(target);
        }
        following.files.insert(Origin { target, file: 0 }, growing);
        let by_name = by == FollowBy::Name && !is_stdin;
        Ok((Some(Target { name, file: Some(file), at: base + whole, by_name }), well))
    }

    /// Runs the engine over one input. Gives its totals.
    fn search_now(
        &self,
        input: Input<'_>,
        starts: Option<&Starts>,
        open_ended: bool,
        following: &mut Following<'_>,
        well: &mut bool,
    ) -> io::Result<Totals> {
        let kernel = Search { settings: self.settings, starts, open_ended };
        let (engine, stats) = (&self.config.engine, &self.config.stats);
        let printed = following.output.bytes();
        let totals = following.totals.clone();
        let outcome = engine.run(std::iter::once(input), self.plan(), &kernel, totals, following.output, stats);
        outcome.output?;
        *well &= !outcome.failed;
        following.stopped |= outcome.stopped;
        following.totals = outcome.carry.clone();
        if following.output.bytes() > printed {
            // The next target, unless it is none.
            let target = if open_ended { following.names.len() } else { usize::MAX };
            following.printed = Some(Origin { target, file: 0 });
        }
        Ok(outcome.carry)
    }

    fn take(&self, event: Event<'_>, following: &mut Following<'_>, stop: &Stop) -> io::Result<()> {
        match event {
            Event::Bytes(origin, bytes) => {
                Stats::add(&self.config.stats.bytes, bytes.len() as u64);
                following.append(origin, bytes)?;
            }
            Event::Ended(origin) => following.end(origin)?,
            Event::Notice(name, notice) => following.output.report(name, &io::Error::other(notice.to_owned())),
            Event::Idle => following.output.flush()?,
        }
        if following.is_enough() {
            stop.ask();
        }
        Ok(())
    }
}

impl Following<'_> {
    fn add(&mut self, name: &OsStr) -> usize {
        self.names.push(name.to_owned());
        self.done.push(false);
        self.names.len() - 1
    }

    fn enough_of(&mut self, target: usize) {
        self.done[target] = true;
    }

    /// Whether nothing that may come is wanted.
    fn is_enough(&self) -> bool {
        self.stopped || self.done.iter().all(|&done| done)
    }

    /// Searches what is whole lines with `bytes`, which follow what came from there before.
    fn append(&mut self, origin: Origin, bytes: &[u8]) -> io::Result<()> {
        if self.stopped || self.done[origin.target] {
            return Ok(());
        }
        let mut growing = match self.files.remove(&origin) {
            Some(growing) => growing,
            None => Growing::new(&self.names[origin.target], Totals::default(), false, None, 0)?,
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

    /// Searches what is left of a file that gives no more.
    fn end(&mut self, origin: Origin) -> io::Result<()> {
        let Some(mut growing) = self.files.remove(&origin) else { return Ok(()) };
        if self.stopped || self.done[origin.target] || !growing.begun && growing.line.is_empty() {
            return Ok(());
        }
        let line = std::mem::take(&mut growing.line);
        self.search(origin, &mut growing, line, true)?;
        self.output.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        let mut left: Vec<Origin> = self.files.keys().copied().collect();
        left.sort_unstable_by_key(|origin| (origin.target, origin.file));
        left.into_iter().try_for_each(|origin| self.end(origin))
    }

    /// Runs the kernel over one block.
    fn search(&mut self, origin: Origin, growing: &mut Growing, lines: Vec<u8>, last: bool) -> io::Result<()> {
        let head = &lines[..lines.len().min(Search::HEAD)];
        let verdict = *growing.verdict.get_or_insert_with(|| self.settings.verdict_on(head));
        let first = !std::mem::replace(&mut growing.begun, true);
        let kernel = Search { settings: self.settings, starts: None, open_ended: !last };
        let len = lines.len() as u64;
        let block = Block::of(Arc::clone(&growing.source), growing.offset, lines, first, last, verdict);
        growing.offset += len;
        growing.totals.go_on_after(&self.totals);
        if self.printed.is_some_and(|printed| printed != origin) {
            growing.totals.interrupt();
        }
        let mut text = Vec::new();
        let mut part = kernel.scan(&block);
        let flow = kernel.carry(&block, &mut part, &mut growing.totals);
        kernel.format(&block, &mut part, &mut text);
        write_text(self.output, &text, kernel.insertions(&part))?;
        if !text.is_empty() {
            self.printed = Some(origin);
        }
        self.totals = growing.totals.clone();
        self.stopped |= flow == Flow::Stop;
        if flow != Flow::Continue {
            self.enough_of(origin.target);
        }
        Ok(())
    }
}

/// Behind the last terminator within the source, or where it begins.
fn last_line_end(source: &Source, within: std::ops::Range<u64>, terminator: u8) -> io::Result<u64> {
    let mut end = within.end;
    let mut buffer = vec![0; BACKWARDS as usize];
    while end > within.start {
        let start = end.saturating_sub(BACKWARDS).max(within.start);
        let got = source.read_at(&mut buffer[..(end - start) as usize], start)?;
        if let Some(at) = memrchr(terminator, &buffer[..got]) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(within.start)
}
