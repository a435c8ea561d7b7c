//! `--merge`: prints the matches in several logs in order of time.
//!
//! Each log has its own totals, like followed files, and its lines go through the kernel when their
//! turn comes.

use std::ffi::OsString;
use std::io;
use std::sync::Arc;

use crate::engine::{Block, Flow, InputKind, Kernel, Open as _};
use crate::exit::Exit;
use crate::io::{FileRef, Source};
use crate::output::Output;
use crate::select::{Event, Lines, Log, Merge, PeriodSearch, ranks};

use super::Run;
use super::interleaved::Interleaved;
use super::kernel::{Search, Totals};
use super::settings::Settings;
use super::{print_summary, sort};

/// A log, and how far it has been searched.
struct Searched {
    source: Arc<Source>,
    totals: Totals,
    kind: Option<InputKind>,
}

/// The searching side of a merge.
struct MergedSearch<'r> {
    settings: &'r Settings,
    output: &'r mut Output,
    logs: Vec<Option<Searched>>,
    turns: Interleaved<usize>,
    failed: bool,
}

impl Run<'_> {
    /// Searches the lines of all files, ordered by time.
    pub fn merge(&self, files: Vec<OsString>, search: &PeriodSearch, output: &mut Output) -> anyhow::Result<Exit> {
        let mut merging = MergedSearch {
            settings: self.settings,
            output,
            logs: Vec::new(),
            turns: Interleaved::new(),
            failed: false,
        };
        let (mut names, mut logs) = (Vec::new(), Vec::new());
        for found in sort::sorted(self.walk.files(files), self.inputs) {
            let name = |place: &FileRef| place.path().to_owned();
            let opened = found.and_then(|place| self.log(&place, search).map_err(|error| (name(&place), error)));
            let (name, log, searched) = match opened {
                Ok((source, log)) => {
                    let searched = Searched { source: Arc::new(source), totals: Totals::default(), kind: None };
                    (searched.source.name().to_owned(), Some(log), Some(searched))
                }
                Err((name, error)) => {
                    merging.fail(&name, &error);
                    (name, None, None)
                }
            };
            names.push(name);
            logs.push(log);
            merging.logs.push(searched);
        }
        let mut merge = Merge::new(logs, ranks(&names));
        while let Some(event) = merge.next_event() {
            let (log, flow) = match event {
                Event::Lines(_, [], _) => continue,
                Event::Lines(log, bytes, lines) => {
                    self.config.stats.bytes.add(bytes.len() as u64);
                    (log, merging.search(log, bytes, &lines, false)?)
                }
                Event::Ended(log, notices) => {
                    let flow = merging.search(log, &[], &Lines::default(), true)?;
                    for notice in notices {
                        merging.output.report(&names[log], &io::Error::other(notice));
                    }
                    (log, flow)
                }
                Event::Failed(log, error) => {
                    merging.fail(&names[log], &error);
                    (log, Flow::EndInput)
                }
            };
            match flow {
                Flow::Continue => {}
                Flow::EndInput => {
                    merge.drop_log(log);
                    merging.logs[log] = None;
                }
                Flow::Stop => break,
            }
        }
        let MergedSearch { turns, output, failed, .. } = merging;
        print_summary(self.settings, &turns.totals, output)?;
        Ok(self.exit(&turns.totals, failed))
    }

    /// Opens a file as a log. Also returns the file itself, for its name.
    fn log(&self, place: &FileRef, search: &PeriodSearch) -> io::Result<(Source, Log)> {
        let range = self.config.engine.range;
        let mut source = self.config.source(place, range)?;
        self.config.stats.opened(&mut source);
        let source = self.decoding.open(source, range)?;
        let named = source.whole()?;
        Ok((named, Log::open(source, search.clone(), self.settings.needs_numbers())?))
    }
}

impl MergedSearch<'_> {
    fn fail(&mut self, name: &OsString, error: &io::Error) {
        self.output.report(name, error);
        self.failed = true;
    }

    /// Searches the next lines of a log, or completes its output at the end.
    fn search(&mut self, log: usize, bytes: &[u8], lines: &Lines, is_last: bool) -> io::Result<Flow> {
        let Some(searched) = &mut self.logs[log] else { return Ok(Flow::EndInput) };
        let is_first = searched.kind.is_none();
        let head = &bytes[..bytes.len().min(Search::HEAD)];
        let kind = *searched.kind.get_or_insert_with(|| self.settings.verdict_on(head));
        let kernel = Search { settings: self.settings, starts: None, open_ended: false };
        let block = Block::of(Arc::clone(&searched.source), lines.offset, bytes.to_vec(), kind)
            .at_border(is_first, is_last)
            .after_gap(lines.passed);
        self.turns.search(&kernel, &block, (log, &mut searched.totals), self.output)
    }
}
