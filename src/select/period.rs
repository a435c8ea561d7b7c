//! Finds the entries of a period in a file, and the notices to report about the search.

use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::io::Source;
use crate::timestamp::{self, EntryFilter, Period, Reader, Refusal, TimeContext, describe_cover, describe_period};

/// The largest size of a period, in bytes, that is requested from the disk at once. Beyond it, what
/// read-ahead fetches after the period is a small part.
const MAX_REQUEST: u64 = 4 << 20;

/// A requested period, and the context for reading the times in logs.
#[derive(Clone, Debug)]
pub struct PeriodSearch {
    /// The period.
    pub period: Period,
    /// The context that completes abbreviated times.
    pub context: TimeContext,
    /// The name of the log, if the search is for a single log.
    name: OsString,
    /// The logs without an entry of the period, if they are reported together.
    empty: Option<Arc<Mutex<EmptyLogs>>>,
}

/// The logs of a run without an entry of the period.
#[derive(Debug, Default)]
struct EmptyLogs {
    /// Whether another log has an entry.
    is_found: bool,
    count: u64,
    /// The name of the first of these logs.
    first: OsString,
    /// The times that these logs cover together.
    covers: Option<(Timestamp, Timestamp)>,
}

/// The entries of a period in one file.
#[derive(Clone, Debug, Default)]
pub struct PeriodSpans {
    /// The byte ranges of the entries, ascending and disjoint.
    pub spans: Vec<Range<u64>>,
    /// The latest time above these entries, by which those in a repeated hour are read.
    pub above: Option<Timestamp>,
    /// Notices to report about the log.
    pub notices: Vec<String>,
    /// The number of bytes read.
    pub read: u64,
}

impl PeriodSearch {
    /// Returns a search that reports each log without an entry separately.
    #[must_use]
    pub fn new(period: Period, context: TimeContext) -> PeriodSearch {
        PeriodSearch { period, context, name: OsString::new(), empty: None }
    }

    /// Returns a search whose [`PeriodSearch::conclusion`] reports the logs without an entry. Most
    /// rotated logs have none.
    #[must_use]
    pub fn collecting(self) -> PeriodSearch {
        PeriodSearch { empty: Some(Arc::default()), ..self }
    }

    /// Returns this search for a stream, in which the time of the last write completes abbreviated times.
    #[must_use]
    pub fn of(&self, source: &Source) -> PeriodSearch {
        let context = TimeContext { written: source.written(), ..self.context.clone() };
        PeriodSearch { context, name: source.name().to_owned(), ..self.clone() }
    }

    /// Finds the entries of the period in the bytes `within` of a file, which begin at a line
    /// start.
    ///
    /// # Errors
    /// Returns an error if reading fails or the time format cannot be detected.
    pub fn locate(&self, source: &Source, within: Range<u64>) -> io::Result<PeriodSpans> {
        if within.is_empty() {
            return Ok(PeriodSpans::default());
        }
        let reader = Arc::new(self.detect(source, within.clone())?);
        self.locate_by(source, within, &reader)
    }

    /// Detects the time format in the bytes `within` of a file.
    ///
    /// # Errors
    /// Returns an error if reading fails, or invalid data if the time format cannot be detected.
    pub fn detect(&self, source: &Source, within: Range<u64>) -> io::Result<Reader> {
        let changed = source.modified().and_then(|changed| Timestamp::try_from(changed).ok());
        let changed = changed.unwrap_or(self.context.now);
        let detected = source.without_read_ahead(|| timestamp::detect(source, within, &self.context, changed))?;
        detected.map_err(refused)
    }

    /// Detects the time format from the beginning of a stream, or from all of it if `whole` is
    /// set.
    ///
    /// # Errors
    /// Returns an error if the time format cannot be detected.
    pub fn detect_from(&self, bytes: &[u8], whole: bool) -> io::Result<Reader> {
        timestamp::detect_from(bytes, whole, &self.context).map_err(refused)
    }

    /// Finds the entries of the period in a known time format.
    ///
    /// # Errors
    /// Returns an error if reading fails.
    pub fn locate_by(&self, source: &Source, within: Range<u64>, reader: &Arc<Reader>) -> io::Result<PeriodSpans> {
        let found = source.without_read_ahead(|| timestamp::find(source, within, &self.period, reader))?;
        let mut notices: Vec<String> = reader.form.warning().into_iter().collect();
        notices.extend(found.disorder.map(|disorder| disorder.to_string()));
        if found.spans.iter().map(|span| span.end - span.start).sum::<u64>() <= MAX_REQUEST {
            found.spans.iter().cloned().for_each(|span| source.request(span));
        }
        if found.spans.is_empty() {
            notices.extend(found.covers.and_then(|covers| self.outside(source.name(), covers)));
        } else {
            self.note_found();
        }
        Ok(PeriodSpans { spans: found.spans, above: found.above, notices, read: found.read })
    }

    /// Returns the notices about a log that was read line by line.
    #[must_use]
    pub fn notices(&self, filter: &EntryFilter) -> Vec<String> {
        // Without a period, all entries are printed, in any order.
        let disorder = filter.disorder.filter(|_| !self.period.is_all()).map(|disorder| disorder.to_string());
        if filter.has_kept() {
            self.note_found();
        }
        let covers = filter.coverage.first.zip(filter.coverage.last).filter(|_| !filter.has_kept());
        let outside = covers.and_then(|covers| self.outside(&self.name, covers));
        filter.warning().into_iter().chain(disorder).chain(outside).collect()
    }

    /// Returns the message about the logs without an entry, and the name of the log if there is
    /// only one. Returns `None` if another log has an entry.
    #[must_use]
    pub fn conclusion(&self) -> Option<(Option<OsString>, String)> {
        let empty = self.empty.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let covers = empty.covers.filter(|_| !empty.is_found)?;
        Some(match empty.count {
            1 => (Some(empty.first.clone()), self.describe_outside("the log covers", covers)),
            count => (None, self.describe_outside(&format!("the {count} logs cover"), covers)),
        })
    }

    fn note_found(&self) {
        if let Some(empty) = &self.empty {
            empty.lock().unwrap_or_else(PoisonError::into_inner).is_found = true;
        }
    }

    /// Returns the message about a log without an entry, unless it is to be reported with others.
    fn outside(&self, name: &OsStr, covers: (Timestamp, Timestamp)) -> Option<String> {
        let Some(empty) = &self.empty else { return Some(self.describe_outside("the log covers", covers)) };
        let mut empty = empty.lock().unwrap_or_else(PoisonError::into_inner);
        if empty.count == 0 {
            empty.first = name.to_owned();
        }
        empty.count += 1;
        let (first, last) = empty.covers.unwrap_or(covers);
        empty.covers = Some((first.min(covers.0), last.max(covers.1)));
        None
    }

    /// Explains why a period contains no entry. `subject` names the logs, such as "the log covers",
    /// and `covers` is their first and last time.
    fn describe_outside(&self, subject: &str, covers: (Timestamp, Timestamp)) -> String {
        let zone = &self.context.zone;
        format!("no entry {}: {subject} {}", describe_period(&self.period, zone), describe_cover(covers, zone))
    }
}

fn refused(refusal: Refusal) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, refusal.to_string())
}
