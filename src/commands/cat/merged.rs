//! `--merge`: prints the lines of several logs in order of time.

use std::ffi::OsString;
use std::io;

use super::Cat;
use crate::app::config::period_search;
use crate::cli::cat::Args;
use crate::exit::Exit;
use crate::os::posix::OsStrExt;
use crate::output::{Destination, escape_for_terminal};
use crate::select::{Event, Log, Merge, ranks};

/// The number of bytes written at a time.
const TEXT: usize = 64 << 10;

/// The colours of file names (SGR parameters), one after another.
const COLORS: [&str; 6] = ["36", "33", "35", "32", "34", "31"];

/// The printed side of a merge.
struct MergedText<'m, 'a> {
    cat: &'m mut Cat<'a>,
    /// The prefix of each line, for each log.
    prefixes: Option<Vec<Vec<u8>>>,
    /// The log of which a line has been printed in part.
    within_line: Option<usize>,
    text: Vec<u8>,
}

impl Cat<'_> {
    /// Prints the lines of all inputs, ordered by time.
    pub fn merge(&mut self, args: &Args) -> anyhow::Result<Exit> {
        let search = period_search(&args.times)?;
        let mut exit = Exit::Success;
        let (mut names, mut logs) = (Vec::new(), Vec::new());
        for input in self.config.inputs(&args.files) {
            let (name, opened) = self.open(input);
            let log = opened.and_then(|mut source| {
                self.config.stats.opened(&mut source);
                Log::open(source, search.clone(), false)
            });
            let log = log.map_err(|error| {
                self.output.report(&name, &error);
                exit = Exit::Failure;
            });
            names.push(name);
            logs.push(log.ok());
        }
        let mut merge = Merge::new(logs, ranks(&names));
        let prefixes = args.with_filename.then(|| self.prefixes(&names));
        let mut merging = MergedText { cat: self, prefixes, within_line: None, text: Vec::new() };
        while let Some(event) = merge.next_event() {
            match event {
                Event::Lines(log, bytes, _) => merging.print(log, bytes)?,
                Event::Ended(log, notices) => {
                    merging.flush()?;
                    for notice in notices {
                        merging.cat.output.report(&names[log], &io::Error::other(notice));
                    }
                }
                Event::Failed(log, error) => {
                    merging.flush()?;
                    merging.cat.output.report(&names[log], &error);
                    exit = Exit::Failure;
                }
            }
        }
        merging.flush()?;
        self.finish()?;
        self.output.flush()?;
        Ok(exit)
    }

    /// Returns the name of each file as it is printed before its lines.
    fn prefixes(&self, names: &[OsString]) -> Vec<Vec<u8>> {
        let on_terminal = self.output.destination() == Destination::Terminal;
        let prefix = |(name, color): (&OsString, &&str)| {
            let shown =
                if on_terminal { escape_for_terminal(name.as_bytes()).into() } else { name.as_bytes().to_vec() };
            match self.config.color {
                true => [b"\x1b[", color.as_bytes(), b"m", &shown, b"\x1b[m:"].concat(),
                false => [&shown, &b":"[..]].concat(),
            }
        };
        names.iter().zip(COLORS.iter().cycle()).map(prefix).collect()
    }
}

impl MergedText<'_, '_> {
    /// Prints lines of one log, or pieces of a very long line.
    fn print(&mut self, log: usize, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.cat.config.stats.bytes.add(bytes.len() as u64);
        if self.within_line.is_some_and(|other| other != log) {
            // The last line of the log before has no newline.
            self.text.push(b'\n');
            self.within_line = None;
        }
        let transform = self.cat.transform;
        if transform.is_identity() && self.prefixes.is_none() {
            self.text.extend_from_slice(bytes);
            self.within_line = (!bytes.ends_with(b"\n")).then_some(log);
            return if self.text.len() >= TEXT { self.flush() } else { Ok(()) };
        }
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            if let Some(prefixes) = self.prefixes.as_ref().filter(|_| self.within_line.is_none()) {
                self.text.extend_from_slice(&prefixes[log]);
            }
            if transform.is_identity() {
                self.text.extend_from_slice(line);
            } else {
                transform.format(&self.cat.state, line, &mut self.text);
                self.cat.state.advance(&transform, line, transform.tally(line));
            }
            self.within_line = (!line.ends_with(b"\n")).then_some(log);
        }
        if self.text.len() >= TEXT { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.cat.output.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }
}
