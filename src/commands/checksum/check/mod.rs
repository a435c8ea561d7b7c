//! `--check`: reads lists of digests, and reports for each file whether its digest still matches.
//!
//! Messages and exit codes are those of coreutils. A file that cannot be read to its end, or that
//! changes while it is read, is reported as FAILED, with the reason. It has no digest, so it is
//! never reported as OK.

pub mod advice;
pub mod report;
pub mod undecided;
pub mod verify;

use std::ffi::OsStr;
use std::io::{self, Read};

use super::ChecksumRun;
use super::audit::Audit;
use super::inputs::StdinReader;
use super::list::{ListEntries, ListEntry, ListItem};
use super::name::report;
use crate::cli::checksum::{Checking, ChecksumArgs};
use crate::engine::{Input, MapSteps, Permits, map_in_order};
use crate::exit::Exit;
use crate::io::{OwnFile, path};
use crate::os::Status;
use crate::os::posix::{Errno, FileType};
use crate::output::Output;
use report::{CheckReport, ListTotals};
use verify::{EntryVerdict, Guesses, Verifier};

/// Checks every list.
///
/// # Errors
/// Returns an error if writing to standard output fails.
pub fn run(run: ChecksumRun<'_>, args: &ChecksumArgs, output: &mut Output) -> io::Result<Exit> {
    let mut exit = Exit::Success;
    let mut audit = args.checking.audit.then(|| Audit::new(args.checking.directory.as_deref()));
    let mut audited = Vec::new();
    let (mut lists, mut trees) = (run.settings.files.iter().collect::<Vec<_>>(), Vec::new());
    if let Some(audit) = &mut audit {
        (trees, lists) = lists.into_iter().partition(|name| path::is_directory(name));
        trees.iter().for_each(|tree| audit.search(tree));
    }
    // If there is no list, treat a directory as one, so that it is reported.
    for list in if lists.is_empty() { trees } else { lists } {
        let (input, from_stdin) = match open(list, output.own_file()) {
            Ok(opened) => opened,
            Err(error) => {
                report(list, &error, output);
                exit = Exit::Failure;
                continue;
            }
        };
        if let Some(audit) = &mut audit {
            audit.exclude(list);
        }
        let entries =
            ListEntries::new(input, list, &run.settings.named, run.settings.style.zero).read_from_stdin(from_stdin);
        let mut check = Check::new(run, &args.checking, list);
        check.audit = audit.as_mut();
        let totals = check.verify(entries, output)?;
        let report = CheckReport { run, checking: &args.checking, list };
        match args.checking.audit {
            true => audited.push((report, totals)),
            false => exit = exit.and(report.conclude(totals, output)),
        }
    }
    if let Some(audit) = audit {
        // Findings about files precede the summaries of the lists.
        exit = exit.and(audit.finish(run, &args.checking, output)?);
        for (report, totals) in audited {
            exit = exit.and(report.conclude(totals, output));
        }
    }
    Ok(exit)
}

/// Opens a list, unless it is `own`, the file of standard output. Also returns whether it is the
/// same file as standard input.
fn open(list: &OsStr, own: Option<OwnFile>) -> io::Result<(Box<dyn Read + Send>, bool)> {
    let reject_own = |status: &Status| own.map_or(Ok(()), |own| own.reject(status.identity()));
    if list == "-" {
        let stdin = crate::io::stdin()?;
        Status::of(&stdin).map_or(Ok(()), |status| reject_own(&status))?;
        return Ok((Box::new(stdin), true));
    }
    let file = path::open(list)?;
    let status = Status::of(&file)?;
    reject_own(&status)?;
    if status.kind == FileType::Directory {
        return Err(Errno::ISDIR.into());
    }
    // A pipe or terminal on standard input is recognised under any name, such as /dev/stdin.
    let is_stdin = Status::of(io::stdin()).is_ok_and(|stdin| stdin.identity() == status.identity());
    Ok((Box::new(file), is_stdin && status.kind != FileType::RegularFile))
}

/// The check of one list.
pub struct Check<'a> {
    run: ChecksumRun<'a>,
    checking: &'a Checking,
    list: &'a OsStr,
    guesses: Guesses,
    pub(super) audit: Option<&'a mut Audit>,
}

/// An entry to verify, or another item to report in its place.
enum CheckJob {
    Item(ListItem),
    /// An entry with its file.
    Entry(ListEntry, Box<Input<'static>>),
}

/// The outcome of a job.
enum CheckOutcome {
    Item(ListItem),
    Checked(ListEntry, io::Result<EntryVerdict>),
}

impl<'a> Check<'a> {
    /// Returns a check of the list with this name.
    pub fn new(run: ChecksumRun<'a>, checking: &'a Checking, list: &'a OsStr) -> Check<'a> {
        Check { run, checking, list, guesses: Guesses::default(), audit: None }
    }

    /// Verifies all entries on all threads, and reports them in order.
    ///
    /// # Errors
    /// Returns an error if writing to standard output fails.
    pub fn run(self, entries: impl Iterator<Item = ListItem> + Send, output: &mut Output) -> io::Result<Exit> {
        let report = CheckReport { run: self.run, checking: self.checking, list: self.list };
        let totals = self.verify(entries, output)?;
        Ok(report.conclude(totals, output))
    }

    /// Verifies all entries, and returns the totals for the summary of the list.
    fn verify(mut self, entries: impl Iterator<Item = ListItem> + Send, output: &mut Output) -> io::Result<ListTotals> {
        let directory = self.checking.directory.as_deref();
        let verifier = Verifier { run: self.run, directory, guesses: &self.guesses };
        let mut stdin = StdinReader::default();
        let jobs = entries.map(move |item| match item {
            ListItem::Entry(entry) => {
                let path = verifier.path_of(&entry.name);
                let file = match stdin.is_taken(&path) {
                    true => Input::Failed(path, io::Error::other("standard input was already read")),
                    false => Input::Named(path),
                };
                CheckJob::Entry(entry, Box::new(file))
            }
            item => CheckJob::Item(item),
        });
        let work = |job, permits: &Permits| match job {
            CheckJob::Item(item) => CheckOutcome::Item(item),
            CheckJob::Entry(entry, file) => {
                let verdict = verifier.verify(&entry, *file, permits);
                CheckOutcome::Checked(entry, verdict)
            }
        };
        let ahead = |job: &mut CheckJob, turn| {
            if let CheckJob::Entry(_, file) = job {
                self.run.prepare(file, turn);
            }
        };
        let report = CheckReport { run: self.run, checking: self.checking, list: self.list };
        let mut totals = ListTotals::default();
        let mut audit = self.audit.take();
        let emit = |outcome| {
            self.run.printing(|| match outcome {
                CheckOutcome::Item(item) => {
                    report.item(item, &mut totals, output);
                    Ok(())
                }
                CheckOutcome::Checked(entry, verdict) => {
                    let verdict = report.skip_entry(&entry, verdict, &mut totals);
                    if let Some(audit) = &mut audit {
                        audit.note(&entry, &verdict, report.is_unknown(&entry, &verdict, &totals));
                        if totals.is_missing(&entry, &verdict) {
                            return Ok(());
                        }
                    }
                    let size = || report::size_of(&verifier.path_of(&entry.piece()?.0));
                    totals.pieces(&report, &entry, &size, output);
                    report.verdict(&entry, verdict, &mut totals, output)
                }
            })
        };
        let config = self.run.config;
        map_in_order(config.engine.threads, &config.stats, jobs, MapSteps { ahead, work, emit })?;
        if let Some(audit) = audit {
            audit.decide(totals.undecided.changed);
        }
        self.run.printing(|| report.unknown(&mut totals, output))?;
        Ok(totals)
    }
}
