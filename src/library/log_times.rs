//! Finds the entries of a period in a log by binary search.

use std::fs::File;
use std::io;
use std::ops;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

use crate::app::config::local_times;
use crate::app::local_zone::local_zone;
use crate::io::{IoMode, Range, Source};
use crate::select::PeriodSearch;
use crate::timestamp::{self, Period, TimeContext};

/// A period whose entries are searched for in logs.
///
/// The time format of a log is detected from its first lines, in any notation that `mapped cat
/// --since` supports. Times without a zone are in the system's time zone.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mapped::LogPeriod;
/// # let path = std::env::temp_dir().join(format!("mapped-doc-times-{}", std::process::id()));
/// let log = "2026-11-21T09:00:00Z a\n2026-11-21T09:10:00Z b\n  its second line\n2026-11-21T09:20:00Z c\n";
/// std::fs::write(&path, log)?;
/// let ten_past_nine = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_252_200);
/// let found = LogPeriod::new().since(ten_past_nine).until(ten_past_nine).find(&std::fs::File::open(&path)?)?;
/// assert_eq!(found, [23..64]);
/// assert_eq!(&log[23..64], "2026-11-21T09:10:00Z b\n  its second line\n");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LogPeriod {
    search: PeriodSearch,
}

impl LogPeriod {
    /// Returns a period without bounds.
    #[must_use]
    pub fn new() -> LogPeriod {
        let slack = SignedDuration::from_mins(1);
        let context = TimeContext { slack, ..local_times(local_zone()) };
        LogPeriod { search: PeriodSearch::new(Period::default(), context) }
    }

    /// Excludes entries before `time`.
    #[must_use]
    pub fn since(mut self, time: SystemTime) -> LogPeriod {
        self.search.period.since = Some(clamp(time));
        self
    }

    /// Excludes entries after `time`.
    #[must_use]
    pub fn until(mut self, time: SystemTime) -> LogPeriod {
        self.search.period.until = Some(clamp(time));
        self
    }

    /// Sets both ends in the syntax of `--since` and `--until`: `2026-11-21 09:00`, `2h ago`,
    /// `yesterday 14:30`.
    ///
    /// # Errors
    /// Returns `InvalidInput` with a message that lists the accepted forms.
    pub fn typed(mut self, since: Option<&str>, until: Option<&str>) -> io::Result<LogPeriod> {
        let context = &self.search.context;
        let now = context.now.to_zoned(context.zone.clone());
        let period = timestamp::parse_period(since, until, (&now, &context.zone), None)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        self.search.period = period.unwrap_or_default();
        Ok(self)
    }

    /// Sets the tolerance for entries that are out of order, which is one minute by default.
    #[must_use]
    pub fn slack(mut self, slack: std::time::Duration) -> LogPeriod {
        self.search.context.slack = SignedDuration::try_from(slack).unwrap_or(SignedDuration::MAX);
        self
    }

    /// Returns the byte ranges of the period's entries in a log that is in chronological order. The
    /// ranges are ascending and disjoint. Reads a few pages of the log. A line without a time
    /// belongs to the entry before it.
    ///
    /// # Errors
    /// Returns the error from reading the file; `InvalidData` if its time format could not be
    /// detected; `InvalidInput` if it cannot be read at any offset.
    pub fn find(&self, log: &File) -> io::Result<Vec<ops::Range<u64>>> {
        let source = Source::from_file("".into(), log.try_clone()?, false, IoMode::Read, Range::default())?;
        let end = source.end().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))?;
        Ok(self.search.locate(&source, 0..end)?.spans)
    }
}

impl Default for LogPeriod {
    fn default() -> LogPeriod {
        LogPeriod::new()
    }
}

/// Returns the time, or the nearest representable one.
fn clamp(time: SystemTime) -> Timestamp {
    let nearest = if time < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::try_from(time).unwrap_or(nearest)
}
