//! `mapped stat`: describes a file, where its bytes are, and whether mapping or reading suits it.
//!
//! The inode is queried by name. Only regular files are opened, and only their content, if
//! requested, is read through the engine. Nothing here changes a file or blocks on one.

pub mod content;
mod counts;
pub mod directives;
pub mod facts;
pub mod filesystem;
pub mod format;
pub mod inspection;
pub mod json;
mod line_width;
pub mod page_cache_action;
pub mod picture;
pub mod quoting;
mod residency;
pub mod text;
pub mod value;
mod view;
mod words;

use std::cell::Cell;
use std::ffi::OsStr;
use std::io;
use std::ops::Range;

use crate::app::config::Config;
use crate::cli::stat::{CachedMode, StatArgs};
use crate::exit::Exit;
use crate::os::Freshness;
use crate::os::file_users::SoughtFile;
use crate::os::posix::{FileType, OsStrExt, columns};
use crate::os::proc_users;
use crate::output::{Destination, Output, is_tool, print_message};

use directives::{FileValues, FilesystemValues};
use facts::{FactsQuery, FileFacts};
use inspection::{Inspection, OpenedFile, Users};
use page_cache_action::{Action, CacheOutcome};
use view::{FileView, NotingValues, note, render, style, view};

/// Runs `mapped stat`.
///
/// # Errors
/// Returns an error if options contradict each other or if writing to standard output fails.
pub fn run(args: &StatArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let counts = args.lines || !args.count.is_empty();
    let reads = counts || args.content;
    let has_range = args.common.offset.is_some() || args.common.length.is_some();
    anyhow::ensure!(
        reads || args.residency || !has_range,
        "--offset and --length need --content, --lines, --count or --residency"
    );
    let mut common = args.common.clone();
    if !reads {
        // Nothing is read in parallel, and counting processors takes longer than describing a file.
        common.threads = Some(1);
    }
    anyhow::ensure!(reads || !args.decompress, "--decompress needs --content, --lines or --count");
    let mut config = Config::new(&common, output)?.with_decoding(args.decompress);
    config.reject_stats_over(&args.files)?;
    // The facts about the output file are reported as well.
    config.own_output = None;
    let progress = reads.then(|| config.progress(&args.files, output)).flatten();
    let result = if counts { counts::run(args, &config, output) } else { Stat::new(args, &config, output).run(output) };
    drop(progress);
    config.finish()?;
    result
}

/// The resolved settings of a run.
struct Stat<'a> {
    args: &'a StatArgs,
    config: &'a Config,
    query: FactsQuery,
    view: FileView,
    style: quoting::QuotingStyle,
    action: Option<Action>,
    /// The width of the picture of a file's pages, in characters.
    width: u64,
    color: bool,
    /// The width of the terminal, to which long lines of the default views are folded.
    columns: Option<usize>,
    /// The first unknown directive in the format.
    unknown: Cell<Option<u8>>,
}

impl<'a> Stat<'a> {
    fn new(args: &'a StatArgs, config: &'a Config, output: &Output) -> Stat<'a> {
        let style = style(args, config, output);
        let freshness = match args.cached {
            CachedMode::Always => Freshness::Cached,
            CachedMode::Never => Freshness::Server,
            CachedMode::Default => Freshness::Default,
        };
        let action = match (args.touch, args.evict) {
            (true, _) => Some(Action::Touch),
            (_, true) => Some(Action::Evict),
            _ => None,
        };
        Stat {
            args,
            config,
            query: FactsQuery { follow: args.dereference, freshness },
            view: view(args),
            style,
            action,
            width: picture_width(output),
            color: config.color,
            columns: view::columns(args, output),
            unknown: Cell::new(None),
        }
    }

    fn run(&self, output: &mut Output) -> anyhow::Result<Exit> {
        if self.args.file_system {
            return self.filesystems(output);
        }
        match &self.view {
            FileView::Format { more: false, .. } => self.formatted(output),
            FileView::Table => residency::run(self, output),
            _ => self.reports(output),
        }
    }

    /// Returns the names as bytes, in order, or `-` for standard input if there are none.
    fn names(&self) -> impl Iterator<Item = &'a [u8]> {
        let stdin = self.args.files.is_empty().then_some(&b"-"[..]);
        self.args.files.iter().map(|name| name.as_bytes()).chain(stdin)
    }

    /// Returns the facts about `name`, or `None` after reporting why there are none.
    fn facts(&self, name: &[u8], output: &mut Output) -> Option<FileFacts> {
        FileFacts::of(name, self.query).map_err(|errno| output.report(OsStr::from_bytes(name), &errno.into())).ok()
    }

    /// Runs `-c`, `--printf` and `-t`. A file is opened only to touch or evict its pages.
    fn formatted(&self, output: &mut Output) -> anyhow::Result<Exit> {
        let mut exit = Exit::Success;
        for name in self.names() {
            let Some(facts) = self.facts(name, output) else {
                exit = Exit::Failure;
                continue;
            };
            if self.action.is_some() {
                let opened = OpenedFile::new(facts);
                exit = exit.and(self.act(&opened, output).1);
                let Some(facts) = self.facts(name, output) else { continue };
                exit = exit.and(self.format(&facts, output)?);
            } else {
                exit = exit.and(self.format(&facts, output)?);
            }
        }
        if exit == Exit::Success
            && !is_tool()
            && let Some(note) = note(self.args, self.unknown.get())
        {
            print_message(format_args!("mapped: {note}"));
        }
        Ok(exit)
    }

    /// Prints `facts` in the view's format.
    fn format(&self, facts: &FileFacts, output: &mut Output) -> anyhow::Result<Exit> {
        let FileView::Format { file, device, .. } = &self.view else { return Ok(Exit::Success) };
        let is_device = matches!(facts.kind(), FileType::CharacterDevice | FileType::BlockDevice);
        let mut values = FileValues::new(facts, self.style);
        let mut noting = NotingValues { values: &mut values, unknown: &self.unknown };
        render(if is_device { device } else { file }, &mut noting, output, self.columns)?;
        let mut exit = Exit::Success;
        for error in values.errors {
            output.report(OsStr::from_bytes(&facts.name), &io::Error::other(error));
            exit = Exit::Failure;
        }
        Ok(exit)
    }

    /// Prints the default view or `--json`.
    fn reports(&self, output: &mut Output) -> anyhow::Result<Exit> {
        let mut exit = Exit::Success;
        let mut opened = Vec::new();
        for name in self.names() {
            match self.facts(name, output) {
                Some(facts) => opened.push(OpenedFile::new(facts)),
                None => exit = Exit::Failure,
            }
            // One scan of the processes serves many files, but no more than a process may keep
            // open.
            if opened.len() == 64 {
                exit = exit.and(self.batch(std::mem::take(&mut opened), output)?);
            }
        }
        Ok(exit.and(self.batch(opened, output)?))
    }

    fn batch(&self, opened: Vec<OpenedFile>, output: &mut Output) -> anyhow::Result<Exit> {
        let mut exit = Exit::Success;
        let mut users = self.users(&opened).into_iter();
        for opened in opened {
            let users = users.next().flatten();
            let (done, acted) = self.act(&opened, output);
            exit = exit.and(acted);
            let mut report = Inspection::of(opened, self.width);
            report.users = self.args.who.then_some(users);
            report.cache_action = done;
            if self.args.content {
                report.content = match content::read(&report.facts, self.config, output)? {
                    content::ContentRead::Classified(content) => Some(Some(*content)),
                    content::ContentRead::ByKind => Some(None),
                    content::ContentRead::Failed => {
                        exit = Exit::Failure;
                        Some(None)
                    }
                };
            }
            exit = exit.and(self.show(&report, output)?);
        }
        Ok(exit)
    }

    fn show(&self, report: &Inspection, output: &mut Output) -> anyhow::Result<Exit> {
        if let FileView::Json = self.view {
            output.write_all(&json::line(report))?;
            return Ok(Exit::Success);
        }
        let exit = self.format(&report.facts, output)?;
        output.write_all(text::lines(report, self.color, self.columns).as_bytes())?;
        Ok(exit)
    }

    /// Returns the part of `size` bytes that `--offset` and `--length` select.
    fn wanted_range(&self, size: u64) -> Range<u64> {
        let crate::io::Range { offset, length, .. } = self.config.engine.range;
        let start = match offset {
            at if at < 0 => size.saturating_sub(at.unsigned_abs()),
            at => at.unsigned_abs().min(size),
        };
        start..length.map_or(size, |length| start.saturating_add(length).min(size))
    }

    /// Returns the users of each of `opened`, under `--who`.
    fn users(&self, opened: &[OpenedFile]) -> Vec<Option<Users>> {
        let wanted: Vec<(usize, SoughtFile<'_>)> =
            opened.iter().enumerate().filter_map(|(index, opened)| Some((index, opened.wanted()?))).collect();
        let mut users: Vec<Option<Users>> = opened.iter().map(|_| None).collect();
        let files: Vec<SoughtFile<'_>> = wanted.iter().map(|(_, wanted)| *wanted).collect();
        if files.is_empty() || !self.args.who {
            return users;
        }
        let Ok(scan) = proc_users::scan(&files) else { return users };
        for ((index, _), file_users) in wanted.iter().zip(scan.file_users) {
            users[*index] = file_users.map(|file_users| Users { file_users, coverage: scan.coverage });
        }
        users
    }

    /// Runs `--touch` and `--evict`.
    fn act(&self, opened: &OpenedFile, output: &mut Output) -> (Option<CacheOutcome>, Exit) {
        let (Some(action), Some(fd)) = (self.action, opened.fd()) else { return (None, Exit::Success) };
        let name = OsStr::from_bytes(&opened.facts.name);
        match page_cache_action::act(action, fd, opened.size()) {
            Ok(done) => {
                let stay = if let CacheOutcome::Evicted(Ok(left)) = done { left.resident } else { 0 };
                if stay == 0 {
                    return (Some(done), Exit::Success);
                }
                let pages = page_cache_action::pages_that_stay(stay);
                let why = match inspection::lives_in_memory(&opened.facts) {
                    true => "the file system keeps its files in memory",
                    false => "mapped, locked or in use",
                };
                let reason = format!("{pages} in memory: {why}");
                output.report(name, &io::Error::other(reason));
                (Some(done), Exit::Failure)
            }
            Err(error) => {
                output.report(name, &error);
                (None, Exit::Failure)
            }
        }
    }

    /// Runs `-f`.
    fn filesystems(&self, output: &mut Output) -> anyhow::Result<Exit> {
        let mut exit = Exit::Success;
        for name in self.names() {
            let path = OsStr::from_bytes(name);
            if name == b"-" {
                let error = io::Error::other("standard input cannot be described with --file-system");
                output.report(path, &error);
                exit = Exit::Failure;
                continue;
            }
            match crate::io::path::volume(path) {
                Ok(facts) => match &self.view {
                    FileView::Format { file, .. } => {
                        render(file, &mut FilesystemValues::new(name, &facts), output, self.columns)?;
                    }
                    _ => output.write_all(&json::filesystem_line(name, &facts))?,
                },
                Err(errno) => {
                    output.report(path, &errno.into());
                    exit = Exit::Failure;
                }
            }
        }
        Ok(exit)
    }
}

/// Returns the width available next to the label, out of 80 columns if there is no terminal.
fn picture_width(output: &Output) -> u64 {
    let columns = match output.destination() {
        Destination::Terminal => columns(output.fd()).map_or(80, u64::from),
        _ => 80,
    };
    // The label and the frame take ten columns.
    columns.saturating_sub(10).clamp(8, 500)
}
