//! The counts of `--timeline` in rows, and their labels.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::entries::POSITION_UNIT;
use super::{HOUR, SECOND, Timeline};

/// The maximum number of rows if the span of a row may be chosen.
pub(super) const ROWS: i64 = 48;

/// The maximum number of rows.
const MAX_ROWS: i64 = 1_000_000;

/// The spans of more than an hour, in microseconds, among which one is chosen if none is given.
const LONG_SPANS: [i64; 5] = [3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 7 * 24 * HOUR];

/// Counts in rows of one width, by time or by the offset in a file without times.
#[derive(Debug)]
pub(super) struct CountTable {
    /// The file, if its lines are counted by their offsets.
    pub file: Option<String>,
    /// The start of each row, in the unit of `axis`, and its count.
    pub rows: Vec<(i64, u64)>,
    /// The width of a row, in the unit of `axis`.
    pub width: i64,
    pub axis: Axis,
}

/// The quantity by which the rows of a table are divided.
#[derive(Clone, Debug)]
pub(super) enum Axis {
    /// Microseconds since the Unix epoch, shown in this zone.
    Time(TimeZone),
    /// Units of [`POSITION_UNIT`] bytes.
    Offset,
}

impl CountTable {
    /// Returns the counts by time in rows of `span`, which is chosen if it is `None`. The rows cover
    /// the times from `first` to `last`. Returns `None` if no line has a time.
    ///
    /// # Errors
    /// Returns an error if there are more than [`MAX_ROWS`].
    pub fn by_time(
        timeline: &mut Timeline,
        span: Option<i64>,
        within: (Timestamp, Timestamp),
        zone: &TimeZone,
    ) -> anyhow::Result<Option<CountTable>> {
        let Some(times) = &mut timeline.times else { return Ok(None) };
        let offset = timeline.offset * SECOND;
        let (first, last) = (within.0.as_microsecond() + offset, within.1.as_microsecond() + offset);
        let clock = match span {
            Some(span) => (span > HOUR).then_some(span),
            None if rows_between(first, last, times.rows(first, last, ROWS).0) <= ROWS => None,
            None => Some(long_span(within, zone)),
        };
        let (width, rows) = match clock {
            Some(width) => {
                let counts = times.counts().map(|(start, count)| (start - offset, count));
                (width, rows_by_clock(counts, width, within, zone)?)
            }
            None => {
                let (width, rows) = times.rows(first, last, ROWS);
                ensure_few(rows_between(first, last, width))?;
                (width, rows.map(|(start, count)| (start - offset, count)).collect())
            }
        };
        Ok(Some(CountTable { file: None, rows, width, axis: Axis::Time(zone.clone()) }))
    }

    /// Returns the label of a row, in a short human-readable form.
    pub fn label(&self, position: i64, is_for_people: bool) -> String {
        let Axis::Time(zone) = &self.axis else { return (position as u64 * POSITION_UNIT).to_string() };
        let format = match (is_for_people, self.width) {
            (false, ..SECOND) => "%Y-%m-%dT%H:%M:%S%.6f%:z",
            (false, _) => "%Y-%m-%dT%H:%M:%S%:z",
            (true, ..SECOND) => "%Y-%m-%d %H:%M:%S%.3f",
            (true, width) if width % (60 * SECOND) != 0 => "%Y-%m-%d %H:%M:%S",
            (true, width) if width % (86_400 * SECOND) != 0 => "%Y-%m-%d %H:%M",
            (true, _) => "%Y-%m-%d",
        };
        let time = instant(position);
        time.to_zoned(zone.clone()).strftime(format).to_string()
    }
}

/// Returns the shortest of the long spans that gives at most [`ROWS`] rows, or else the longest.
fn long_span(within: (Timestamp, Timestamp), zone: &TimeZone) -> i64 {
    let (first, last) = (shown_at(within.0, zone), shown_at(within.1, zone));
    let [.., longest] = LONG_SPANS;
    LONG_SPANS.into_iter().find(|&span| rows_between(first, last, span) <= ROWS).unwrap_or(longest)
}

/// Joins counts by time into rows that begin at multiples of `width` on the local clock. A day in which
/// the clock changes thus has 23 or 25 hours.
fn rows_by_clock(
    counts: impl Iterator<Item = (i64, u64)>,
    width: i64,
    within: (Timestamp, Timestamp),
    zone: &TimeZone,
) -> anyhow::Result<Vec<(i64, u64)>> {
    let row = |time: Timestamp| shown_at(time, zone).div_euclid(width);
    let (first, last) = (row(within.0), row(within.1));
    ensure_few(last - first + 1)?;
    let mut rows: Vec<(i64, u64)> = (first..=last).map(|row| (start_of(row * width, zone), 0)).collect();
    for (start, count) in counts {
        // The first and the last spans may begin outside.
        rows[(row(instant(start)).clamp(first, last) - first) as usize].1 += count;
    }
    Ok(rows)
}

/// Returns what the clock of `zone` shows at `time`, in microseconds since 1970.
fn shown_at(time: Timestamp, zone: &TimeZone) -> i64 {
    time.as_microsecond() + i64::from(zone.to_offset(time).seconds()) * SECOND
}

/// Returns when the clock of `zone` shows `clock`, both in microseconds since 1970.
fn start_of(clock: i64, zone: &TimeZone) -> i64 {
    let shown = TimeZone::UTC.to_datetime(instant(clock));
    zone.to_timestamp(shown).map_or(clock, Timestamp::as_microsecond)
}

fn instant(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or(Timestamp::MIN)
}

/// Returns the number of rows of `width` that cover `first` to `last`.
fn rows_between(first: i64, last: i64, width: i64) -> i64 {
    last.div_euclid(width) - first.div_euclid(width) + 1
}

fn ensure_few(rows: i64) -> anyhow::Result<()> {
    anyhow::ensure!(
        rows <= MAX_ROWS,
        "--timeline: more than {MAX_ROWS} rows; choose a longer span or a shorter period"
    );
    Ok(())
}
