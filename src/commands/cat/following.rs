//! `--follow`: prints the last lines of each file, then data as it is appended.
//!
//! Several files get headings, as in `tail`. A single file's unfinished line is printed at once.
//! With several files, a line is printed when it is complete, so that no two files share a line.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::Range;

use memchr::memrchr;

use super::pick::Unit;
use super::printed_part::PrintedPart;
use super::skip::Skip;
use super::transform::State;
use super::{Cat, locate};
use crate::cli::cat::{CatArgs, FollowBy};
use crate::cli::range::{Mark, RangeEnd, Selection, UnitRange};
use crate::exit::Exit;
use crate::follow::{FollowEnd, FollowOutcome, Follower, Options, Origin, follow};
use crate::io::{FileRef, Source};
use crate::os::Status;
use crate::os::posix::FileType;

/// The number of lines printed first from each file, as in `tail`.
pub(super) const LAST_LINES: u64 = 10;

/// The maximum number of bytes of an unfinished line that are held back.
const MAX_HELD_LINE: usize = 64 << 10;

/// The marks that distinguish the lines of different inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NameStyle {
    /// No marks, because there is one input.
    None,
    /// A line `==> NAME <==` above the lines of another file.
    Headings,
    /// The name of the file before each line.
    EachLine,
}

/// An input that is followed.
struct FollowState {
    name: Vec<u8>,
    skip: Skip,
    state: State,
}

/// The output side of `--follow`.
struct CatFollower<'f, 'a> {
    cat: &'f mut Cat<'a>,
    names: NameStyle,
    /// Whether lines are held back until they are complete.
    holds_lines: bool,
    inputs: Vec<FollowState>,
    /// The unfinished line of each origin.
    held: BTreeMap<Origin, Vec<u8>>,
    /// The origin of the last bytes printed.
    printed: Option<Origin>,
    /// Whether those bytes end in the middle of a line.
    is_within_line: bool,
    text: Vec<u8>,
    exit: Exit,
}

impl Cat<'_> {
    /// Prints the selected part of each input, or its end, and then follows inputs that can grow.
    pub fn follow(&mut self, args: &CatArgs, by: FollowBy) -> anyhow::Result<Exit> {
        check(&self.printed_part)?;
        let begins = args.common.offset.is_some();
        if matches!(self.printed_part, PrintedPart::All) && !begins {
            let last = UnitRange { start: Mark::End(LAST_LINES), stop: RangeEnd::Never, step: 1 };
            self.printed_part = PrintedPart::Lines(Selection::new(vec![last]), b'\n');
        }
        let names = match args.with_filename {
            true => NameStyle::EachLine,
            false if args.no_heading => NameStyle::None,
            false if args.heading || args.files.len() > 1 => NameStyle::Headings,
            false => NameStyle::None,
        };
        let inputs = input_names(args);
        let options = self.follow_options(args, by);
        let holds_lines = inputs.len() > 1;
        let output = self.output.fd().try_clone_to_owned()?;
        let mut following = CatFollower {
            cat: self,
            names,
            holds_lines,
            inputs: Vec::new(),
            held: BTreeMap::new(),
            printed: None,
            is_within_line: false,
            text: Vec::new(),
            exit: Exit::Success,
        };
        let inputs = inputs.into_iter().map(|name| Ok(FileRef::from(name)));
        let outcome = follow(inputs, options, crate::os::posix::AsFd::as_fd(&output), &mut following)?;
        following.finish()?;
        Ok(following.exit.and(exit(&outcome)))
    }

    /// Returns the options for following the inputs.
    pub(super) fn follow_options(&self, args: &CatArgs, by: FollowBy) -> Options {
        Options {
            by_name: by == FollowBy::Name,
            mode: self.config.engine.policy,
            range: self.config.engine.range,
            processes: args.pid.clone(),
        }
    }

    /// Prints the requested part of `source` up to `end`. Returns what to skip after it.
    fn begin_following(&mut self, source: &Source, end: u64) -> io::Result<(Exit, Skip)> {
        let now = source.part(source.start()..end.max(source.start()), self.config.engine.policy)?;
        if matches!(self.printed_part, PrintedPart::All) {
            return Ok((self.print(now)?, Skip::NOTHING));
        }
        let (mut exit, skip) = self.skip(&now, now.start()..end)?;
        let located = skip.is_none().then(|| locate::spans(&now, &self.printed_part, self.config, self.output));
        let spans = match located {
            None => Vec::new(),
            Some(Ok(located)) => {
                exit = located.exit;
                located.spans
            }
            Some(Err(error)) => {
                // The file has no times yet, but appended data must still be printed.
                self.output.report(source.name(), &error);
                Vec::new()
            }
        };
        // Lines are numbered from the start of the file.
        let nothing = end..end;
        let spans = if spans.is_empty() { Vec::from([nothing]) } else { spans };
        Ok((self.spans(&now, spans)?.and(exit), skip.unwrap_or(Skip::NOTHING)))
    }

    /// Returns what remains to be skipped if the requested range starts after the current end of
    /// `source`. If the existing bytes cannot be read, which has been reported, nothing is skipped
    /// and the input has failed.
    fn skip(&mut self, source: &Source, within: Range<u64>) -> io::Result<(Exit, Option<Skip>)> {
        let (unit, selection) = match &self.printed_part {
            PrintedPart::Lines(selection, _) => (Unit::LINE, selection),
            PrintedPart::Bytes(selection) => (Unit::Byte, selection),
            _ => return Ok((Exit::Success, None)),
        };
        let Some(first) = selection.first_from_start() else { return Ok((Exit::Success, None)) };
        let there = match unit {
            Unit::Byte => within.end - within.start,
            Unit::Line(_) => match locate::count_line_ends(source, within, first, self.config, self.output)? {
                Some(there) => there,
                None => return Ok((Exit::Failure, Some(Skip::NOTHING))),
            },
        };
        let skip =
            (first > there).then(|| Skip { unit, remaining: first - 1 - there }).filter(|skip| skip.remaining > 0);
        Ok((Exit::Success, skip))
    }
}

impl Follower for CatFollower<'_, '_> {
    fn add(&mut self, name: &OsStr) {
        let shown = self.cat.shown_name(name);
        // A stream has no last lines yet. If lines or bytes are counted from the start, those
        // before the range are skipped.
        let skip = match &self.cat.printed_part {
            PrintedPart::Lines(selection, _) => {
                selection.first_from_start().map(|first| Skip { unit: Unit::LINE, remaining: first - 1 })
            }
            PrintedPart::Bytes(selection) => {
                selection.first_from_start().map(|first| Skip { unit: Unit::Byte, remaining: first - 1 })
            }
            _ => None,
        };
        self.inputs.push(FollowState { name: shown, skip: skip.unwrap_or(Skip::NOTHING), state: State::default() });
    }

    fn begin(&mut self, target: usize, source: Source, end: Option<u64>) -> io::Result<Option<u64>> {
        self.heading(Origin::first(target))?;
        let Some(mut end) = end else {
            self.exit = self.exit.and(self.cat.print_source(source)?);
            return Ok(None);
        };
        if self.holds_lines || self.names == NameStyle::EachLine {
            end = crate::select::last_line_end(&source, source.start()..end, b'\n')?;
        }
        // This must precede printing, because the file may be truncated right afterwards.
        let is_within_line = end > source.start() && !ends_line(&source, end)?;
        self.cat.state = State::default();
        let before = self.cat.output.bytes();
        let (exit, skip) = if self.names == NameStyle::EachLine {
            self.begin_named(target, &source, end)?
        } else {
            self.cat.begin_following(&source, end)?
        };
        self.exit = self.exit.and(exit);
        let input = &mut self.inputs[target];
        (input.skip, input.state) = (skip, self.cat.state);
        if self.cat.output.bytes() > before {
            self.printed = Some(Origin::first(target));
            self.is_within_line = is_within_line;
        }
        Ok(Some(end))
    }

    fn append(&mut self, origin: Origin, bytes: &[u8]) -> io::Result<()> {
        self.cat.config.stats.bytes.add(bytes.len() as u64);
        if !self.holds_lines {
            return self.print(origin, bytes);
        }
        let mut held = self.held.remove(&origin).unwrap_or_default();
        held.extend_from_slice(bytes);
        let whole = match memrchr(b'\n', &held) {
            Some(last) => last + 1,
            None if held.len() > MAX_HELD_LINE => held.len(),
            None => 0,
        };
        if whole > 0 {
            self.print(origin, &held[..whole])?;
            held.drain(..whole);
        }
        if !held.is_empty() {
            self.held.insert(origin, held);
        }
        Ok(())
    }

    fn end(&mut self, origin: Origin) -> io::Result<()> {
        match self.held.remove(&origin) {
            Some(line) => self.print(origin, &line),
            None => Ok(()),
        }
    }

    fn report(&mut self, name: &OsStr, error: &io::Error) {
        self.cat.output.report(name, error);
    }

    fn flush(&mut self) -> io::Result<()> {
        self.cat.output.flush()
    }
}

impl CatFollower<'_, '_> {
    /// Prints bytes of one input, and separates them from the output of another.
    fn print(&mut self, origin: Origin, bytes: &[u8]) -> io::Result<()> {
        let transform = self.cat.transform;
        let input = &mut self.inputs[origin.target];
        let kept = input.skip.apply(bytes);
        let complete = &bytes[..bytes.len() - kept.len()];
        input.state.advance(&transform, complete, transform.tally(complete));
        if kept.is_empty() {
            return Ok(());
        }
        self.heading(origin)?;
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let input = &mut self.inputs[origin.target];
        if self.names == NameStyle::EachLine {
            for line in kept.split_inclusive(|&byte| byte == b'\n') {
                if !std::mem::replace(&mut self.is_within_line, !line.ends_with(b"\n")) {
                    text.extend_from_slice(&input.name);
                    text.push(b':');
                }
                transform.format(&input.state, line, &mut text);
                input.state.advance(&transform, line, transform.tally(line));
            }
        } else {
            transform.format(&input.state, kept, &mut text);
            input.state.advance(&transform, kept, transform.tally(kept));
        }
        self.cat.output.write_all(&text)?;
        self.text = text;
        self.is_within_line = !kept.ends_with(b"\n");
        Ok(())
    }

    /// Ends an unfinished line of another file, and prints the name of the next one.
    fn heading(&mut self, origin: Origin) -> io::Result<()> {
        let before = self.printed.replace(origin);
        if before == Some(origin) {
            return Ok(());
        }
        if std::mem::take(&mut self.is_within_line) {
            self.cat.output.write_all(b"\n")?;
        }
        if self.names == NameStyle::Headings && before.map(|before| before.target) != Some(origin.target) {
            let gap: &[u8] = if before.is_some() { b"\n" } else { b"" };
            let heading = [gap, b"==> ", &self.inputs[origin.target].name, b" <==\n"].concat();
            self.cat.output.write_all(&heading)?;
        }
        Ok(())
    }

    /// Prints the requested lines of `source`, each after its name.
    fn begin_named(&mut self, target: usize, source: &Source, end: u64) -> io::Result<(Exit, Skip)> {
        let (mut exit, skip) = self.cat.skip(source, source.start()..end)?;
        if let Some(skip) = skip {
            return Ok((exit, skip));
        }
        let now = source.part(source.start()..end, self.cat.config.engine.policy)?;
        let spans = match locate::spans(&now, &self.cat.printed_part, self.cat.config, self.cat.output) {
            Ok(located) => {
                exit = located.exit;
                located.spans
            }
            Err(error) => {
                self.cat.output.report(source.name(), &error);
                Vec::new()
            }
        };
        self.inputs[target].skip = Skip::NOTHING;
        let mut piece = vec![0; 64 << 10];
        let mut at = source.start();
        for span in spans {
            if self.cat.transform.counts() && at < span.start {
                let _ = self.cat.show(source.part(at..span.start, self.cat.config.engine.policy)?, true)?;
                self.inputs[target].state = self.cat.state;
            }
            at = span.start;
            while at < span.end {
                let want = (span.end - at).min(piece.len() as u64) as usize;
                let got = match source.read_at(&mut piece[..want], at) {
                    Ok(0) => break,
                    Ok(got) => got,
                    Err(error) => {
                        self.cat.output.report(source.name(), &error);
                        return Ok((Exit::Failure, Skip::NOTHING));
                    }
                };
                self.print(Origin::first(target), &piece[..got])?;
                at += got as u64;
            }
            self.cat.state = self.inputs[target].state;
        }
        Ok((exit, Skip::NOTHING))
    }

    /// Prints unfinished lines and characters whose rest never arrived.
    fn finish(&mut self) -> io::Result<()> {
        for (origin, line) in std::mem::take(&mut self.held) {
            self.print(origin, &line)?;
        }
        for input in &mut self.inputs {
            self.text.clear();
            input.state.finish(&self.cat.transform, &mut self.text);
            self.cat.output.write_all(&self.text)?;
        }
        self.cat.output.flush()
    }
}

/// Returns whether standard input is a pipe and the selection is counted from its end. Nothing can
/// follow that end, and POSIX has `tail` ignore `-f` for a pipe.
pub(super) fn ends_first(wanted: &PrintedPart, files: &[OsString]) -> bool {
    let is_stdin = files.iter().all(|file| file == "-") && files.len() <= 1;
    let is_pipe = || Status::of(io::stdin()).is_ok_and(|status| status.kind == FileType::Fifo);
    wanted.is_from_end() && is_stdin && is_pipe()
}

/// Returns the names of the inputs.
pub(super) fn input_names(args: &CatArgs) -> Vec<OsString> {
    let stdin = args.files.is_empty().then(|| OsString::from("-"));
    args.files.iter().cloned().chain(stdin).collect()
}

/// Returns the exit code of following.
pub(super) fn exit(outcome: &FollowOutcome) -> Exit {
    let failed = if outcome.failed { Exit::Failure } else { Exit::Success };
    failed.and(match outcome.end {
        FollowEnd::Signal(signal) => Exit::from(signal),
        FollowEnd::OutputClosed => Exit::Closed,
        FollowEnd::Done | FollowEnd::NoInput => Exit::Success,
    })
}

/// Returns whether a line ends before `end`.
fn ends_line(source: &Source, end: u64) -> io::Result<bool> {
    let mut last = [0];
    Ok(source.read_at(&mut last, end - 1)? == 1 && last == *b"\n")
}

/// Rejects a selection with an end, because only an open one can be followed.
fn check(wanted: &PrintedPart) -> anyhow::Result<()> {
    if let PrintedPart::Lines(selection, _) | PrintedPart::Bytes(selection) = wanted {
        let is_open = selection.ranges().iter().any(|range| range.stop == RangeEnd::Never);
        anyhow::ensure!(!selection.has_steps(), "--follow takes no ranges with steps");
        anyhow::ensure!(is_open, "--follow needs a range without an end, such as -10: or 1000:");
    }
    Ok(())
}
