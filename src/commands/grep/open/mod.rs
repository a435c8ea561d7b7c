//! Opens inputs one after another as the engine requests them, decoded and restricted to the
//! requested part.

mod pick_last;
mod pick_period;
pub mod start;
mod stream_select;

use std::io;
use std::ops::Range as Span;
use std::sync::Arc;

use crate::app::config::Config;
use crate::decode::Decoding;
use crate::engine::{Input, InputKind, Kernel, Open};
use crate::io::walk::WalkedFile;
use crate::io::{AccessMethod, FeedNotes, FileRef, Range, Source, SpanFeed, Stream};
use crate::select::PeriodSearch;

use super::kernel::Search;
use super::settings::Settings;
use pick_last::PickLast;
use pick_period::PickPeriod;
use start::{InputPart, InputStart, InputStarts, Keep, count_terminators, last_selected, lines_before};
use stream_select::{Pick, PickedStream};

/// An opener of inputs by their names.
#[derive(Debug)]
pub struct Opener<'a> {
    /// The settings of the search.
    pub settings: &'a Arc<Settings>,
    /// The configuration of the run.
    pub config: &'a Config,
    /// The settings for decoding inputs.
    pub decoding: &'a Decoding,
    /// The requested period, if any.
    pub period: Option<&'a PeriodSearch>,
    /// The part of each input, or of that period in it, to search.
    pub part: Option<InputPart>,
    /// The record of where inputs begin, for the kernel.
    pub starts: &'a InputStarts,
    /// Whether the times of lines matter, but inputs without times are searched as well.
    pub timeline: bool,
    /// Whether appended lines are searched as well, so that the number of the next line matters even
    /// if no line is selected.
    pub is_followed: bool,
}

impl Open for Opener<'_> {
    fn source(&self, file: &FileRef, range: Range) -> io::Result<Source> {
        self.config.source(file, range)
    }

    fn prepare(&self, mut source: Source, range: Range) -> io::Result<(Source, Option<InputKind>)> {
        if !self.is_partial() {
            self.config.stats.begin(&mut source);
        }
        let source = self.decoding.open(source, range)?;
        Ok((source, None))
    }
}

impl Opener<'_> {
    /// Returns the next input. If the kernel must know its start, it is opened at once, so that
    /// starts are recorded in order.
    pub fn next(&self, found: WalkedFile) -> Input<'_> {
        match found {
            Ok(file) if !self.is_partial() => Input::Unopened(file, self),
            found => self.open_now(found),
        }
    }

    /// Returns the next input, opened or failed.
    pub fn open_now(&self, found: WalkedFile) -> Input<'static> {
        let opened = found.and_then(|file| self.open(file, self.config.engine.range));
        if !self.is_partial() {
            return opened.into();
        }
        let narrowed = opened.and_then(|(source, _)| {
            let name = source.name().to_owned();
            let narrowed = match source.method() {
                AccessMethod::Stream => {
                    // If matches may span lines, the whole stream is searched, and the last matches
                    // are kept.
                    let keep = match self.part {
                        Some(InputPart::Last(lines)) if self.settings.multiline => Some(Keep::Last(lines)),
                        _ => None,
                    };
                    self.pick(source).map(|source| (source, None, InputStart { keep, ..InputStart::default() }))
                }
                _ => self.narrow(source).map(|(source, verdict, start)| (source, Some(verdict), start)),
            };
            narrowed.map_err(|error| (name, error))
        });
        let (opened, start) = match narrowed {
            Ok((source, verdict, start)) => (Ok((source, verdict)), start),
            Err(failed) => (Err(failed), InputStart::default()),
        };
        self.starts.push(start);
        opened.into()
    }

    /// Returns whether only a part of inputs is searched.
    pub fn is_partial(&self) -> bool {
        self.part.is_some() || self.period.is_some()
    }

    /// Returns the requested part of a stream, picked as it arrives.
    ///
    /// # Errors
    /// Returns an error if one of N equal parts was requested, because the size of a stream is
    /// unknown.
    fn pick(&self, source: Source) -> io::Result<Source> {
        let terminator = self.settings.query.terminator;
        let mut source = source;
        if let Some(search) = self.period {
            let pick = PickPeriod::new(search.of(&source), terminator, self.timeline.then(|| self.starts.clone()));
            source = picked(source, Box::new(pick))?;
        }
        match self.part {
            None => Ok(source),
            Some(InputPart::Last(_)) if self.settings.multiline => Ok(source),
            Some(InputPart::Last(lines)) => self.pick_last(source, lines),
            // Every part of an empty file is empty.
            Some(InputPart::Shard(_)) if source.is_empty_file() => Ok(source),
            Some(InputPart::Shard(_)) => {
                let reason = source.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
                Err(io::Error::other(format!("a stream cannot be split into equal parts{reason}")))
            }
        }
    }

    /// Returns the last `lines` selected lines of a source that is read as a stream.
    fn pick_last(&self, source: Source, lines: u64) -> io::Result<Source> {
        picked(source, Box::new(PickLast::new(Arc::clone(self.settings), lines, self.starts.clone())))
    }

    /// Returns the requested part of a source, and records in [`InputStart`] what the kernel must
    /// know about the rest.
    ///
    /// # Errors
    /// Returns an error if reading fails, or if a period was requested of a log whose time format
    /// cannot be detected.
    pub fn narrow(&self, source: Source) -> io::Result<(Source, InputKind, InputStart)> {
        let (settings, engine) = (self.settings, &self.config.engine);
        let query = &settings.query;
        let all = source.start()..source.end().unwrap_or(0);
        let mut head = vec![0; (all.end - all.start).min(Search::HEAD as u64) as usize];
        let got = source.without_read_ahead(|| source.read_at(&mut head, all.start))?;
        head.truncate(got);
        let verdict = settings.classify(&head);
        let mut start = InputStart::default();
        let spans = self.entries(&source, all.clone(), &mut start)?;
        let (first, last) = (spans.first(), spans.last());
        let within = first.zip(last).map_or(all.end..all.end, |(first, last)| first.start..last.end);
        let mut last = None;
        let wanted = match self.part {
            None => within.clone(),
            // A match that begins in the part may end after it, and an apparent match there may
            // belong to an earlier one.
            Some(InputPart::Shard(shard)) if settings.multiline => {
                let part = shard.find(&source, within.clone(), query.terminator)?;
                start.keep = Some(Keep::Within(part.start - within.start..part.end - within.start));
                within.clone()
            }
            Some(InputPart::Last(lines)) if settings.multiline => {
                start.keep = Some(Keep::Last(lines));
                within.clone()
            }
            Some(InputPart::Shard(shard)) => shard.find(&source, within, query.terminator)?,
            // For a binary input, only whether it matches is printed, so it is searched from its
            // beginning.
            Some(InputPart::Last(_)) if settings.suppresses_lines(verdict) => within.clone(),
            Some(InputPart::Last(lines)) if spans.len() > 1 => {
                last = Some(lines);
                within.clone()
            }
            Some(InputPart::Last(lines)) => last_selected(&source, within.clone(), query, lines)?..within.end,
        };
        if settings.needs_numbers() && (self.is_followed || !wanted.is_empty()) {
            start.line = count_terminators(&source, all.start..wanted.start, query.terminator, self.config)?;
        }
        if settings.context.before > 0 {
            let before = spans.iter().find(|span| span.contains(&wanted.start));
            let before = before.map_or(wanted.start, |span| span.start)..wanted.start;
            start.lead = lines_before(&source, before, settings.context.before, query.terminator)?;
        }
        if spans.len() > 1 {
            let spans = spans.into_iter().map(|span| span.start.max(wanted.start)..span.end.min(wanted.end));
            let spans = spans.filter(|span| !span.is_empty()).collect();
            let (outer, reason) = (source.whole()?, source.reason());
            let feed = SpanFeed::new(source, spans, query.terminator, head);
            let fed = outer.with_feed(Box::new(feed), reason, Range::default(), Arc::default());
            let fed = if let Some(lines) = last { self.pick_last(fed, lines)? } else { fed };
            return Ok((fed, verdict, start));
        }
        let narrowed = source.part(wanted, engine.policy)?;
        Ok((narrowed, verdict, start))
    }

    /// Returns the spans of the period's entries in a file, and records messages and the reader of
    /// the times in `start`. Without a period, returns the whole file.
    fn entries(&self, source: &Source, all: Span<u64>, start: &mut InputStart) -> io::Result<Vec<Span<u64>>> {
        let Some(search) = self.period.filter(|_| !all.is_empty()) else { return Ok(vec![all]) };
        let reader = match search.detect(source, all.clone()) {
            Ok(reader) => Arc::new(reader),
            Err(error) if is_untimed(&error) && self.timeline && search.period.is_all() => return Ok(vec![all]),
            Err(error) => return Err(error),
        };
        let found = search.locate_by(source, all, &reader)?;
        self.config.stats.bytes.add(found.read);
        start.notice = (!found.notices.is_empty()).then(|| found.notices.join("; "));
        start.reader = Some(reader);
        Ok(found.spans)
    }
}

/// Returns whether an error means that a log has no times that can be read.
fn is_untimed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
}

/// Returns a source whose stream contains the bytes of this one that `pick` picks.
fn picked(source: Source, pick: Box<dyn Pick>) -> io::Result<Source> {
    let notes = Arc::new(FeedNotes { written: source.written(), ..FeedNotes::default() });
    let reason = source.reason();
    let outer = source.whole()?;
    let feed = PickedStream::new(Stream::new(Arc::new(source)), pick, Arc::clone(&notes));
    Ok(outer.with_feed(Box::new(feed), reason, Range::default(), notes))
}
