//! `--merge`: prints the matches in several logs in order of time.
//!
//! Like a followed file, each log has its own totals. Its lines go through the kernel when their
//! turn comes.

use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Arc;

use memchr::memrchr;

use crate::app::config::Config;
use crate::cli::cat::FollowBy;
use crate::engine::{Block, Flow, InputKind, Kernel, Open as _};
use crate::exit::Exit;
use crate::follow::{FollowedMerge, GrowingOutput, follow_merged};
use crate::io::{FileRef, Source};
use crate::os::posix::AsFd;
use crate::output::Output;
use crate::select::{Lines, Log, Merge, MergeOutput, MergeStep, PeriodSearch, ranks};

use super::Run;
use super::interleaved::InterleavedSearch;
use super::kernel::{Search, Totals};
use super::print_summary;
use super::settings::{Report, Settings};
use super::walk::sort;

/// A log and the state of its search.
struct SearchedLog {
    source: Arc<Source>,
    totals: Totals,
    kind: Option<InputKind>,
    /// The start of a very long line whose other pieces are still to come, and its position.
    pending: Vec<u8>,
    pending_at: LogPosition,
}

/// The offset of some lines in their log, and the number of lines skipped before them.
type LogPosition = (u64, Option<u64>);

/// The search of the lines of a merge.
struct MergedSearch<'r> {
    settings: &'r Settings,
    config: &'r Config,
    output: &'r mut Output,
    names: Vec<OsString>,
    logs: Vec<Option<SearchedLog>>,
    turns: InterleavedSearch<usize>,
    /// Whether lines that do not match cannot affect the output.
    skips_unmatched: bool,
    failed: bool,
}

impl Run<'_> {
    /// Searches the lines of all files, ordered by time.
    pub fn merge(&self, files: Vec<OsString>, search: &PeriodSearch, output: &mut Output) -> anyhow::Result<Exit> {
        let mut merging = self.merged_search(output);
        let mut logs = Vec::new();
        for found in sort::sorted(self.walk.files(files), self.inputs) {
            let name = |file: &FileRef| file.path().to_owned();
            let opened = found.and_then(|file| self.log(&file, search).map_err(|error| (name(&file), error)));
            match opened {
                Ok((source, log)) => {
                    merging.names.push(source.name().to_owned());
                    merging.logs.push(Some(SearchedLog::new(source)));
                    logs.push(Some(log));
                }
                Err((name, error)) => {
                    merging.names.push(name);
                    merging.logs.push(None);
                    merging.failed(logs.len(), &error)?;
                    logs.push(None);
                }
            }
        }
        let ranks = ranks(&merging.names);
        Merge::new(logs, ranks, self.config.engine.threads).run(&mut merging)?;
        let MergedSearch { turns, output, failed, .. } = merging;
        print_summary(self.settings, &turns.totals, output)?;
        Ok(self.exit(&turns.totals, failed))
    }

    /// Searches the lines of all files in order of their times, then appended lines.
    pub fn follow_merged(
        &self,
        files: Vec<OsString>,
        search: PeriodSearch,
        by: FollowBy,
        output: &mut Output,
    ) -> anyhow::Result<Exit> {
        let counts = self.settings.needs_numbers();
        let followed = FollowedMerge { options: self.follow_options(by), search, last: None, counts };
        let fd = output.fd().try_clone_to_owned()?;
        let mut merging = self.merged_search(output);
        let outcome = follow_merged(self.walk.files(files), followed, fd.as_fd(), &mut merging)?;
        let MergedSearch { turns, output, failed, .. } = merging;
        print_summary(self.settings, &turns.totals, output)?;
        Ok(self.followed_exit(&outcome, &turns.totals, failed))
    }

    fn merged_search<'o>(&'o self, output: &'o mut Output) -> MergedSearch<'o> {
        MergedSearch {
            settings: self.settings,
            config: self.config,
            output,
            names: Vec::new(),
            logs: Vec::new(),
            turns: InterleavedSearch::new(),
            skips_unmatched: skips_unmatched(self.settings),
            failed: false,
        }
    }

    /// Opens a file as a log. Also returns the file itself, for its name.
    fn log(&self, file: &FileRef, search: &PeriodSearch) -> io::Result<(Source, Log)> {
        let range = self.config.engine.range;
        let mut source = self.config.source(file, range)?;
        self.config.stats.opened(&mut source);
        let source = self.decoding.open(source, range)?;
        let named = source.whole()?;
        Ok((named, Log::open(source, search.clone(), self.settings.needs_numbers())?))
    }
}

/// Returns whether lines that do not match are neither counted nor printed.
fn skips_unmatched(settings: &Settings) -> bool {
    let is_printed = settings.query.invert || settings.passthru || settings.separates || settings.multiline;
    let counts = settings.needs_numbers() || settings.report == Report::Json || settings.stop_on_nonmatch;
    !is_printed && !counts
}

impl SearchedLog {
    fn new(source: Source) -> SearchedLog {
        SearchedLog {
            source: Arc::new(source),
            totals: Totals::default(),
            kind: None,
            pending: Vec::new(),
            pending_at: (0, None),
        }
    }

    /// Adds a piece of a very long entry. Returns the lines that are now complete, and keeps the rest.
    fn complete(&mut self, piece: &[u8], position: LogPosition) -> (Vec<u8>, LogPosition) {
        let position = if self.pending.is_empty() { position } else { self.pending_at };
        let whole = memrchr(b'\n', piece).map_or(0, |end| end + 1);
        let mut text = Vec::new();
        if whole == 0 {
            self.pending_at = position;
        } else {
            text = std::mem::take(&mut self.pending);
            text.extend_from_slice(&piece[..whole]);
            self.pending_at = (position.0 + text.len() as u64, None);
        }
        self.pending.extend_from_slice(&piece[whole..]);
        (text, position)
    }
}

impl MergeOutput for MergedSearch<'_> {
    fn lines(&mut self, log: usize, bytes: &[u8], lines: &Lines) -> io::Result<MergeStep> {
        self.config.stats.bytes.add(bytes.len() as u64);
        let position = (lines.offset, lines.skipped);
        let Some(searched) = &mut self.logs[log] else { return Ok(MergeStep::DropLog) };
        if searched.pending.is_empty() && bytes.ends_with(b"\n") {
            return self.search(log, bytes, position, false);
        }
        let (whole, position) = searched.complete(bytes, position);
        if whole.is_empty() { Ok(MergeStep::Continue) } else { self.search(log, &whole, position, false) }
    }

    fn ended(&mut self, log: usize, notices: Vec<String>) -> io::Result<MergeStep> {
        let pending =
            self.logs[log].as_mut().map(|searched| (std::mem::take(&mut searched.pending), searched.pending_at));
        let (line, position) = pending.unwrap_or_default();
        let step = self.search(log, &line, position, true)?;
        self.notices(log, notices)?;
        Ok(step)
    }

    fn failed(&mut self, log: usize, error: &io::Error) -> io::Result<()> {
        self.output.report(&self.names[log], error);
        self.failed = true;
        self.logs[log] = None;
        Ok(())
    }
}

impl GrowingOutput for MergedSearch<'_> {
    fn add(&mut self, name: &OsStr, _: Option<usize>) {
        let searched = Source::named(name).map(SearchedLog::new);
        self.names.push(name.to_owned());
        if let Err(error) = &searched {
            self.output.report(name, error);
            self.failed = true;
        }
        self.logs.push(searched.ok());
    }

    fn report(&mut self, name: &OsStr, error: &io::Error) {
        self.output.report(name, error);
    }

    fn notices(&mut self, log: usize, notices: Vec<String>) -> io::Result<()> {
        for notice in notices {
            self.output.report(&self.names[log], &io::Error::other(notice));
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl MergedSearch<'_> {
    /// Searches the next lines of a log, or completes its output at the end.
    fn search(&mut self, log: usize, bytes: &[u8], position: LogPosition, is_last: bool) -> io::Result<MergeStep> {
        let Some(searched) = &mut self.logs[log] else { return Ok(MergeStep::DropLog) };
        let is_first = searched.kind.is_none();
        if self.skips_unmatched
            && !is_last
            && searched.kind == Some(InputKind::Text)
            && self.settings.query.lacks(bytes)
        {
            return Ok(MergeStep::Continue);
        }
        let head = &bytes[..bytes.len().min(Search::HEAD)];
        let kind = *searched.kind.get_or_insert_with(|| self.settings.classify(head));
        let kernel = Search { settings: self.settings, starts: None, open_ended: false };
        let block = Block::of(Arc::clone(&searched.source), position.0, bytes.to_vec(), kind)
            .at_border(is_first, is_last)
            .after_gap(position.1);
        Ok(match self.turns.search(&kernel, &block, (log, &mut searched.totals), self.output)? {
            Flow::Continue => MergeStep::Continue,
            Flow::EndInput => {
                self.logs[log] = None;
                MergeStep::DropLog
            }
            Flow::Stop => MergeStep::Stop,
        })
    }
}
