//! Opens inputs one after another as the engine asks for them: decoded, and narrowed where only a part is wanted.

use std::io;
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;

use crate::app::config::Config;
use crate::commands::cat::pick::TimePicker;
use crate::decode::Decoding;
use crate::engine::{Input, InputKind, Kernel, Open};
use crate::io::walk::Found;
use crate::io::{AccessMethod, FileRef, Range, Source, Stream};
use crate::timestamp::{self, Period, Recognizer};

use super::kernel::Search;
use super::settings::Settings;
use super::start::{Keep, Part, Start, Starts, count_terminators, last_selected, lines_before};
use super::stream_select::{Last as PickLast, Period as PickPeriod, Pick, Selected};

/// Turns names into open inputs.
#[derive(Debug)]
pub struct Opener<'a> {
    /// What is searched for.
    pub settings: &'a Arc<Settings>,
    /// How blocks come in.
    pub config: &'a Config,
    /// What is decoded.
    pub decoding: &'a Decoding,
    /// The time that is asked for, and the zone of times that name none.
    pub period: Option<&'a (Period, TimeZone)>,
    /// What of each input, or of that time in it, is searched.
    pub part: Option<Part>,
    /// Where inputs begin, for the kernel.
    pub starts: &'a Starts,
}

impl Open for Opener<'_> {
    fn source(&self, place: &FileRef, range: Range) -> io::Result<Source> {
        self.config.source(place, range)
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
    /// The next input. Where its start is to be told to the kernel it is opened at once, so that these come in order.
    pub fn next(&self, found: Found) -> Input<'_> {
        match found {
            Ok(place) if !self.is_partial() => Input::Unopened(place, self),
            found => self.open_now(found),
        }
    }

    /// The next input, open or failed.
    pub fn open_now(&self, found: Found) -> Input<'static> {
        let opened = found.and_then(|place| self.open(place, self.config.engine.range));
        if !self.is_partial() {
            return opened.into();
        }
        let narrowed = opened.and_then(|(source, _)| {
            let name = source.name().to_owned();
            let narrowed = match source.way() {
                AccessMethod::Stream => {
                    // Where matches may span lines, the stream is searched whole, and the last ones are kept.
                    let keep = match self.part {
                        Some(Part::Last(lines)) if self.settings.multiline => Some(Keep::Last(lines)),
                        _ => None,
                    };
                    self.pick(source).map(|source| (source, None, Start { keep, ..Start::default() }))
                }
                _ => self.narrow(source).map(|(source, verdict, start)| (source, Some(verdict), start)),
            };
            narrowed.map_err(|error| (name, error))
        });
        let (opened, start) = match narrowed {
            Ok((source, verdict, start)) => (Ok((source, verdict)), start),
            Err(failed) => (Err(failed), Start::default()),
        };
        self.starts.push(start);
        opened.into()
    }

    /// Whether inputs are not searched from their beginning to their end.
    pub fn is_partial(&self) -> bool {
        self.part.is_some() || self.period.is_some()
    }

    /// The wanted part of a stream, picked as it arrives.
    ///
    /// # Errors
    /// A part of equal size was asked for, and the size of a stream is not known.
    fn pick(&self, source: Source) -> io::Result<Source> {
        let terminator = self.settings.query.terminator;
        let mut source = source;
        if let Some((period, zone)) = self.period {
            let recognizer = Recognizer::new(zone.clone(), jiff::Timestamp::now());
            source = picked(source, Box::new(PickPeriod::new(TimePicker::new(*period, recognizer), terminator)))?;
        }
        match self.part {
            None => Ok(source),
            Some(Part::Last(_)) if self.settings.multiline => Ok(source),
            Some(Part::Last(lines)) => {
                let last = PickLast::new(Arc::clone(self.settings), lines, self.starts.clone());
                picked(source, Box::new(last))
            }
            Some(Part::Shard(_)) => {
                let reason = source.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
                Err(io::Error::other(format!("a stream cannot be cut into parts of equal size{reason}")))
            }
        }
    }

    /// The wanted part of a source, with what is to be known of the rest.
    ///
    /// # Errors
    /// What reading fails with, and a period of time asked for where no line has a time.
    pub fn narrow(&self, source: Source) -> io::Result<(Source, InputKind, Start)> {
        let (settings, engine) = (self.settings, &self.config.engine);
        let query = &settings.query;
        let within = source.start()..source.end().unwrap_or(0);
        let mut head = vec![0; Search::HEAD.min((within.end - within.start) as usize)];
        let got = source.read_at(&mut head, within.start)?;
        let verdict = settings.verdict_on(&head[..got]);
        let beginning = within.start;
        let (within, notice) = match self.period {
            None => (within, None),
            Some((period, zone)) => self.within_period(&source, within, period, zone)?,
        };
        let mut keep = None;
        let wanted = match self.part {
            None => within.clone(),
            // A match that begins in the part may end behind it, and what looks like one there may belong to an earlier one.
            Some(Part::Shard(shard)) if settings.multiline => {
                let part = shard.find(&source, within.clone(), query.terminator)?;
                keep = Some(Keep::Within(part.start - within.start..part.end - within.start));
                within.clone()
            }
            Some(Part::Last(lines)) if settings.multiline => {
                keep = Some(Keep::Last(lines));
                within.clone()
            }
            Some(Part::Shard(shard)) => shard.find(&source, within.clone(), query.terminator)?,
            // Of a binary input only whether it matches is told, so it is searched from its beginning.
            Some(Part::Last(_)) if settings.is_untold(verdict) => within.clone(),
            Some(Part::Last(lines)) => last_selected(&source, within.clone(), query, lines)?..within.end,
        };
        let before = within.start..wanted.start;
        let line = if settings.needs_numbers() {
            count_terminators(&source, beginning..wanted.start, query.terminator, engine.threads)?
        } else {
            0
        };
        let lead = match settings.context.before {
            0 => Vec::new(),
            lines => lines_before(&source, before, lines, query.terminator)?,
        };
        let range = Range { offset: wanted.start as i64, length: Some(wanted.end - wanted.start) };
        let file = source.file().try_clone()?;
        let narrowed = Source::from_file(source.name().to_owned(), file, source.is_stdin(), engine.policy, range)?;
        Ok((narrowed, verdict, Start { line, lead, notice, keep }))
    }

    /// Where the entries of a period lie, and what is to be said if they are not in order.
    fn within_period(
        &self,
        source: &Source,
        within: std::ops::Range<u64>,
        period: &Period,
        zone: &TimeZone,
    ) -> io::Result<(std::ops::Range<u64>, Option<String>)> {
        let found = timestamp::find_in(source, within.clone(), period, zone)?;
        self.config.stats.bytes.add(found.read);
        if !found.recognized && !within.is_empty() {
            return Err(io::Error::other("no line with a time was found"));
        }
        Ok((found.span, found.disorder.map(|disorder| disorder.to_string())))
    }
}

/// A source whose stream gives what `pick` picks of this one's.
fn picked(source: Source, pick: Box<dyn Pick>) -> io::Result<Source> {
    let (reason, notice) = (source.reason(), Arc::new(OnceLock::new()));
    let outer = source.whole()?;
    let feed = Selected::new(Stream::new(Arc::new(source)), pick, Arc::clone(&notice));
    Ok(outer.fed(Box::new(feed), reason, Range::default(), notice))
}
