//! `--merge`: prints the lines of several logs in chronological order.

use std::ffi::{OsStr, OsString};
use std::io;

use super::Cat;
use super::following::LAST_LINES;
use crate::app::config::{period_search, report_empty_logs};
use crate::cli::cat::{CatArgs, FollowBy};
use crate::exit::Exit;
use crate::follow::{FollowedMerge, GrowingOutput, follow_merged};
use crate::io::FileRef;
use crate::os::posix::{AsFd, OsStrExt};
use crate::output::{Destination, escape_for_terminal};
use crate::select::{Lines, Log, Merge, MergeOutput, MergeStep, ranks};

/// The number of bytes written at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// The colours of file names (SGR parameters), used in turn.
const COLORS: [&str; 6] = ["36", "33", "35", "32", "34", "31"];

/// The output side of a merge.
struct MergedText<'m, 'a> {
    cat: &'m mut Cat<'a>,
    names: Vec<OsString>,
    /// The prefix of each line, for each log.
    prefixes: Option<Vec<Vec<u8>>>,
    /// The log whose line has been printed only in part.
    within_line: Option<usize>,
    text: Vec<u8>,
    /// The number of bytes not yet added to the statistics.
    read: u64,
    exit: Exit,
}

impl Cat<'_> {
    /// Prints the lines of all inputs in chronological order.
    pub fn merge(&mut self, args: &CatArgs) -> anyhow::Result<Exit> {
        let search = period_search(&args.times)?.collecting();
        let config = self.config;
        let mut logs = Vec::new();
        let mut merging = MergedText::new(self, args);
        for input in config.inputs(&args.files) {
            let (name, opened) = merging.cat.open(input);
            merging.add(&name, None);
            let log = opened.and_then(|mut source| {
                config.stats.opened(&mut source);
                Log::open(source, search.clone(), false)
            });
            match log {
                Ok(log) => logs.push(Some(log)),
                Err(error) => {
                    merging.failed(logs.len(), &error)?;
                    logs.push(None);
                }
            }
        }
        let ranks = ranks(&merging.names);
        Merge::new(logs, ranks, config.engine.threads).run(&mut merging)?;
        merging.flush_text()?;
        report_empty_logs(&search, merging.cat.output);
        merging.finish()
    }

    /// Prints the last lines of all inputs in chronological order, then appended lines.
    pub fn follow_merged(&mut self, args: &CatArgs, by: FollowBy) -> anyhow::Result<Exit> {
        let search = period_search(&args.times)?;
        let is_all = search.period.is_all() && args.common.offset.is_none();
        let followed = FollowedMerge {
            options: self.follow_options(args, by),
            search,
            last: is_all.then_some(LAST_LINES),
            counts: false,
        };
        let fd = self.output.fd().try_clone_to_owned()?;
        let inputs = super::following::input_names(args).into_iter().map(|name| Ok(FileRef::from(name)));
        let mut merging = MergedText::new(self, args);
        let outcome = follow_merged(inputs, followed, fd.as_fd(), &mut merging)?;
        merging.exit = merging.exit.and(super::following::exit(&outcome));
        merging.finish()
    }
}

impl GrowingOutput for MergedText<'_, '_> {
    fn add(&mut self, name: &OsStr, replaced: Option<usize>) {
        if let Some(prefixes) = &mut self.prefixes {
            let prefix = match replaced {
                Some(replaced) => prefixes[replaced].clone(),
                None => prefix(self.cat, name, COLORS[prefixes.len() % COLORS.len()]),
            };
            prefixes.push(prefix);
        }
        self.names.push(name.to_owned());
    }

    fn report(&mut self, name: &OsStr, error: &io::Error) {
        self.cat.output.report(name, error);
    }

    fn notices(&mut self, log: usize, notices: Vec<String>) -> io::Result<()> {
        self.flush_text()?;
        for notice in notices {
            self.cat.output.report(&self.names[log], &io::Error::other(notice));
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flush_text()?;
        self.cat.output.flush()
    }
}

impl MergeOutput for MergedText<'_, '_> {
    fn lines(&mut self, log: usize, bytes: &[u8], _: &Lines) -> io::Result<MergeStep> {
        self.print(log, bytes).map(|()| MergeStep::Continue)
    }

    fn ended(&mut self, log: usize, notices: Vec<String>) -> io::Result<MergeStep> {
        self.notices(log, notices).map(|()| MergeStep::Continue)
    }

    fn failed(&mut self, log: usize, error: &io::Error) -> io::Result<()> {
        self.flush_text()?;
        self.cat.output.report(&self.names[log], error);
        self.exit = Exit::Failure;
        Ok(())
    }
}

/// Returns the name of a file as it is printed before each of the file's lines.
fn prefix(cat: &Cat<'_>, name: &OsStr, color: &str) -> Vec<u8> {
    let on_terminal = cat.output.destination() == Destination::Terminal;
    let shown = if on_terminal { escape_for_terminal(name.as_bytes()).into() } else { name.as_bytes().to_vec() };
    match cat.config.color {
        true => [b"\x1b[", color.as_bytes(), b"m", &shown, b"\x1b[m:"].concat(),
        false => [&shown, &b":"[..]].concat(),
    }
}

impl<'m, 'a> MergedText<'m, 'a> {
    fn new(cat: &'m mut Cat<'a>, args: &CatArgs) -> Self {
        let (prefixes, exit) = (args.with_filename.then(Vec::new), Exit::Success);
        MergedText { cat, names: Vec::new(), prefixes, within_line: None, text: Vec::new(), read: 0, exit }
    }

    /// Prints pending output.
    fn finish(mut self) -> anyhow::Result<Exit> {
        self.flush_text()?;
        self.cat.finish()?;
        self.cat.output.flush()?;
        Ok(self.exit)
    }

    /// Prints lines of one log, or pieces of a very long one.
    fn print(&mut self, log: usize, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.read += bytes.len() as u64;
        if self.within_line.is_some_and(|other| other != log) {
            // The last line of the previous log has no newline.
            self.text.push(b'\n');
            self.within_line = None;
        }
        let transform = self.cat.transform;
        if transform.is_identity() && self.prefixes.is_none() {
            self.text.extend_from_slice(bytes);
            self.within_line = (!bytes.ends_with(b"\n")).then_some(log);
        } else {
            for line in bytes.split_inclusive(|&byte| byte == b'\n') {
                self.print_line(log, line);
            }
        }
        if self.text.len() >= BUFFER_BYTES { self.flush_text() } else { Ok(()) }
    }

    /// Prints a line, or a piece of it, with the log's prefix at its start.
    fn print_line(&mut self, log: usize, line: &[u8]) {
        if let Some(prefixes) = self.prefixes.as_ref().filter(|_| self.within_line.is_none()) {
            self.text.extend_from_slice(&prefixes[log]);
        }
        let transform = self.cat.transform;
        if transform.is_identity() {
            self.text.extend_from_slice(line);
        } else {
            transform.format(&self.cat.state, line, &mut self.text);
            self.cat.state.advance(&transform, line, transform.tally(line));
        }
        self.within_line = (!line.ends_with(b"\n")).then_some(log);
    }

    fn flush_text(&mut self) -> io::Result<()> {
        self.cat.config.stats.bytes.add(std::mem::take(&mut self.read));
        self.cat.output.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }
}
