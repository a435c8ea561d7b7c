//! Finds the entries of a period in a file, and what there is to say about the search.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::io::Source;
use crate::timestamp::{self, EntryFilter, Period, Reader, Refusal, TimeContext, describe_cover};

/// A period that is asked for, and what is known of the times in logs.
#[derive(Clone, Debug)]
pub struct PeriodSearch {
    /// The period.
    pub period: Period,
    /// What lines may leave out.
    pub context: TimeContext,
}

/// The entries of a period in one file.
#[derive(Clone, Debug, Default)]
pub struct PeriodSpans {
    /// Where they lie, in bytes, ascending and apart.
    pub spans: Vec<Range<u64>>,
    /// What there is to report about the log.
    pub notices: Vec<String>,
    /// Bytes read.
    pub read: u64,
}

impl PeriodSearch {
    /// Finds the entries of the period in the bytes `within` of a file, which start a line.
    ///
    /// # Errors
    /// Whatever reading the file fails with, and times whose form cannot be learnt.
    pub fn locate(&self, source: &Source, within: Range<u64>) -> io::Result<PeriodSpans> {
        if within.is_empty() {
            return Ok(PeriodSpans::default());
        }
        let reader = Arc::new(self.learn(source, within.clone())?);
        self.locate_by(source, within, &reader)
    }

    /// Learns the form of the times in the bytes `within` of a file.
    ///
    /// # Errors
    /// Whatever reading the file fails with, and invalid data where the form cannot be learnt.
    pub fn learn(&self, source: &Source, within: Range<u64>) -> io::Result<Reader> {
        let changed = source.file().metadata()?.modified()?;
        let changed = Timestamp::try_from(changed).unwrap_or(self.context.now);
        let learnt = source.without_read_ahead(|| timestamp::learn(source, within, &self.context, changed))?;
        learnt.map_err(refused)
    }

    /// Learns the form of the times from how a stream begins, or from all of it where it is
    /// `whole`.
    ///
    /// # Errors
    /// Times whose form cannot be learnt.
    pub fn learn_from(&self, bytes: &[u8], whole: bool) -> io::Result<Reader> {
        timestamp::learn_from(bytes, whole, &self.context).map_err(refused)
    }

    /// Finds the entries of the period by a form that is known.
    ///
    /// # Errors
    /// Whatever reading the file fails with.
    pub fn locate_by(&self, source: &Source, within: Range<u64>, reader: &Arc<Reader>) -> io::Result<PeriodSpans> {
        let found = source.without_read_ahead(|| timestamp::find(source, within, &self.period, reader))?;
        let mut notices: Vec<String> = reader.form.warning().into_iter().collect();
        notices.extend(found.disorder.map(|disorder| disorder.to_string()));
        if found.spans.is_empty() {
            notices.extend(found.covers.map(|covers| self.outside(covers)));
        }
        Ok(PeriodSpans { spans: found.spans, notices, read: found.read })
    }

    /// Returns what there is to report about a log that was read line by line.
    #[must_use]
    pub fn notices(&self, filter: &EntryFilter) -> Vec<String> {
        // Without a period, entries out of order are all there.
        let disorder = filter.disorder.filter(|_| !self.period.is_all()).map(|disorder| disorder.to_string());
        let covers = filter.looked.first.zip(filter.looked.last).filter(|_| !filter.has_kept());
        let outside = covers.map(|covers| self.outside(covers));
        filter.warning().into_iter().chain(disorder).chain(outside).collect()
    }

    /// Says why a period holds no entry of a log that runs from the first time to the second.
    #[must_use]
    pub fn outside(&self, covers: (Timestamp, Timestamp)) -> String {
        format!("no entry in this period: the log {}", describe_cover(covers, &self.context.zone))
    }
}

fn refused(refusal: Refusal) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, refusal.to_string())
}
